"""A day's work in every language, and in the two that are made for tests."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.input_method import InputMethod
from tests.journeys.support.language import assert_accessible_words, choose_language
from tests.journeys.support.sheet import HOUR, MON, TUE, Sheet
from timesheet.domain.language import ACCENTED, LANGUAGES, MIRRORED
from timesheet.domain.worklog.adf import adf_to_text

TYPED = {
    "en": "1h 30m",
    "de": "1 Std. 30 Min.",
    "fr": "1 h 30 min",
    "es": "1 h 30 min",
    "pt_BR": "1h 30min",
    "ja": "1時間30分",
    ACCENTED: "1h 30m",
    MIRRORED: "1h 30m",
}

WIDTHS = (375, 1024, 1440)


@pytest.fixture(params=[*LANGUAGES, ACCENTED, MIRRORED])
def language(request: pytest.FixtureRequest, sheet: Sheet) -> str:
    """Return a language that the person of the sheet has chosen."""
    choose_language(sheet.work.stage, sheet.work.person, str(request.param))
    return str(request.param)


def test_time_is_typed_saved_and_undone(sheet: Sheet, language: str) -> None:
    issue = sheet.work.issue("Spoken")
    sheet.open(issue)
    root = sheet.frame.locator("html")
    expect(root).to_have_attribute("lang", language.replace("_", "-"))
    expect(root).to_have_attribute("dir", "rtl" if language == MIRRORED else "ltr")
    sheet.enter(issue, MON, TYPED[language])
    sheet.expect_cells([(issue, MON, "1:30")])
    assert sheet.work.logged(issue) == [(MON, 90 * 60)]
    assert_accessible_words(sheet.frame)
    sheet.press("Control+z")
    sheet.expect_cells([(issue, MON, "")])
    assert sheet.work.logged(issue) == []


@pytest.mark.parametrize("narrow", [False, True])
def test_what_is_named_before_the_sentences_of_a_language_arrive_is_named_again(
    sheet: Sheet, *, narrow: bool
) -> None:
    issue = sheet.work.issue("Spoken late")
    choose_language(sheet.work.stage, sheet.work.person, "de")
    if narrow:
        sheet.journey.page.set_viewport_size({"width": 375, "height": 800})
    held = HeldRequests(sheet.journey, "/sentences/")

    def open_sheet() -> None:
        sheet.open(issue)

    held.hold(open_sheet)
    named = sheet.frame.locator("#day-shown") if narrow else sheet.frame.locator("#sheet td[tabindex='0']")
    before, after = ("0:00 of 8:00", "0:00 von 8:00") if narrow else ("empty", "leer")
    if narrow:
        expect(named).to_contain_text(before)
        held.release()
        expect(named).to_contain_text(after)
    else:
        expect(named).to_have_attribute("aria-label", re.compile(f", {before}$"))
        held.release()
        expect(named).to_have_attribute("aria-label", re.compile(f", {after}$"))


def test_what_is_selected_before_the_sentences_of_a_language_arrive_is_counted_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Counted early")
    sheet.work.log(issue, MON, HOUR)
    choose_language(sheet.work.stage, sheet.work.person, "de")
    held = HeldRequests(sheet.journey, "/sentences/")

    def open_sheet() -> None:
        sheet.open()

    held.hold(open_sheet)
    sheet.cell(issue, MON).click()
    sheet.press("Shift+ArrowRight")
    total = sheet.frame.locator("#selection-sum")
    expect(total).to_have_text("Selected: 1:00 in 2 cells")
    held.release()
    expect(total).to_have_text("Ausgewählt: 1:00 in 2 Zellen")
    second = HeldRequests(sheet.journey, "/sentences/")
    second.hold(open_sheet)
    sheet.frame.locator("#layout-list").click()
    sheet.frame.locator(".line-choice input").first.check()
    chosen = sheet.frame.locator("#selection output")
    expect(chosen).to_have_text("1 worklog selected")
    second.release()
    expect(chosen).to_have_text("1 Arbeitsprotokoll ausgewählt")


def test_an_arrow_leads_to_the_next_day_as_the_language_is_read(sheet: Sheet, language: str) -> None:
    issue = sheet.work.issue("Walked")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.press("ArrowLeft" if language == MIRRORED else "ArrowRight")
    sheet.type("2")
    sheet.press("Enter")
    sheet.expect_cells([(issue, TUE, "2:00")])
    assert sheet.work.logged(issue) == [(TUE, 2 * HOUR)]


@pytest.mark.usefixtures("language")
def test_no_page_is_wider_than_the_screen(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("A summary that says in many words what this is about"), MON, HOUR)
    for module in ("my-timesheet", "teams", "reports", "availability"):
        resize(sheet, WIDTHS[0])
        frame = sheet.journey.open(module)
        expect(frame.get_by_role("heading", level=1)).to_be_visible()
        for width in WIDTHS:
            resize(sheet, width)
            wide = frame.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{module}, {width}: {wide} px"
            if module == "my-timesheet":
                line, place = (frame.locator(part).bounding_box() for part in ("#quick-line", ".quick-add"))
                assert line
                assert place
                # A line more would be 17 px higher or more.
                assert line["height"] < place["height"] + 8, "the words in the empty field need a second line"


def resize(sheet: Sheet, width: int) -> None:
    sheet.page.set_viewport_size({"width": width, "height": 800})


@pytest.mark.each_door
@pytest.mark.parametrize(("locale", "name"), [("de_DE", "Mein Stundenzettel"), ("it_IT", "My Timesheet")])
def test_jira_shows_the_names_of_the_pages_in_the_language_of_a_person(
    sheet: Sheet, locale: str, name: str
) -> None:
    sheet.work.person.locale = locale
    sheet.journey.open()
    expect(sheet.journey.page.get_by_role("link", name=name).first).to_be_visible()


# A line is 32 px high at most, with 8 px around it.
ONE_LINE, TWO_LINES = 32 + 2 * 8, 2 * 32 + 3 * 8
# On a narrow screen a line is 44 px high. The frame is as wide as the window, or 230 px narrower beside Jira's menu.
NARROW = {320: 4 * 44 + 5 * 8, 375: 3 * 44 + 4 * 8, 768: 3 * 44 + 4 * 8}


def height_of_bar(sheet: Sheet) -> int:
    """Return the height of the bar; fail if a part of it is beyond its end."""
    bar = sheet.frame.locator(".sheet-bar")
    beyond = bar.evaluate("bar => bar.scrollWidth - bar.clientWidth")
    assert beyond <= 0, f"{beyond} px too wide"
    return int(bar.evaluate("bar => bar.offsetHeight"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_bar_takes_one_line_and_few_on_a_narrow_screen(sheet: Sheet, code: str) -> None:
    choose_language(sheet.work.stage, sheet.work.person, code)
    sheet.work.log(sheet.work.issue("Long words"), MON, HOUR)
    sheet.open()
    expect(sheet.frame.locator("#timer-open")).to_be_visible()
    for width, most in {1024: ONE_LINE, 1280: ONE_LINE, 1700: ONE_LINE, **NARROW}.items():
        resize(sheet, width)
        height = height_of_bar(sheet)
        assert height <= most, f"{height} px at {width} px"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_running_timer_needs_no_second_line_where_there_is_room(sheet: Sheet, code: str) -> None:
    choose_language(sheet.work.stage, sheet.work.person, code)
    issue = sheet.work.issue("Long words")
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    sheet.cell(issue, TUE).click()
    sheet.press("s")
    paused = sheet.frame.locator("#timer .lozenge")
    for pauses in (False, True):
        if pauses:
            sheet.frame.locator("#timer-pause").click()
        expect(paused).to_have_count(int(pauses))
        expect(sheet.frame.locator("#timer-stop")).to_be_visible()
        for width in (641, 667, 880, 1024, 1150, 1280, 1440, 1700):
            resize(sheet, width)
            height = height_of_bar(sheet)
            assert height <= (TWO_LINES if width < 1000 else ONE_LINE), f"{height} px at {width} px"
            if width >= 1280 and not pauses:
                for text in (sheet.frame.locator(".timer-issue"), sheet.title):
                    assert text.evaluate("text => text.scrollWidth <= text.clientWidth"), f"at {width} px"
            for name in ("timer-pause", "timer-stop"):
                expect(sheet.frame.locator(f"#{name}")).to_have_accessible_name(re.compile("."))
        sheet.page.set_viewport_size({"width": 1024, "height": 800})
        assert_accessible_words(sheet.frame)


def test_the_keys_of_an_input_method_leave_a_cell_and_the_fields_of_the_bar_alone(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Typed in kanji"), sheet.work.issue("A line in kanji")
    sheet.open(issue)
    method = InputMethod(sheet.page)
    sheet.cell(issue, MON).click()
    sheet.type("1")
    method.compose("時")
    method.press("ArrowDown", "Tab", "Escape", "Enter")
    expect(sheet.input).to_be_focused()
    method.choose("時間")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "1:00")])

    sheet.add_box.click()
    sheet.type(other.key)
    expect(sheet.frame.locator(f"#found-{other.id}")).to_have_attribute("aria-selected", "true")
    # Safari says that nothing is composed anymore when the Enter comes that has ended it.
    method.press("Enter")
    expect(sheet.add_box).to_have_value(other.key)
    expect(sheet.row(other)).to_have_count(0)
    sheet.press("Escape", "Escape")

    line = sheet.frame.get_by_role("textbox", name="Quick add")
    line.click()
    sheet.type(f"2h {other.key} ")
    method.compose("かいぎ")
    method.press("Enter", "Escape")
    method.choose("会議")
    method.press("Enter")
    expect(line).to_be_focused()
    expect(line).to_have_value(f"2h {other.key} 会議")
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    assert sheet.work.logged(other) == []


def test_enter_of_an_android_keyboard_saves_although_it_composes_every_word(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Typed on a phone"), sheet.work.issue("A line on a phone")
    sheet.open(issue)
    method = InputMethod(sheet.page)
    sheet.cell(issue, MON).click()
    sheet.type("2")
    method.compose("h")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]

    line = sheet.frame.get_by_role("textbox", name="Quick add")
    line.click()
    sheet.type(f"mon 1h {other.key} ")
    method.compose("review")
    sheet.press("Enter")
    sheet.expect_cells([(other, MON, "1:00")])
    expect(line).to_have_value("")
    assert [adf_to_text(row.comment) for row in sheet.work.rows(other)] == ["review"]


def test_a_semicolon_of_an_input_method_begins_the_comment_once_it_is_chosen(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed in full width")
    sheet.open(issue)
    method = InputMethod(sheet.page)
    sheet.cell(issue, MON).click()
    sheet.type("1")
    method.compose("；")
    expect(sheet.input).to_be_focused()
    expect(sheet.input).to_have_value("1；")
    method.choose("；")
    comment = sheet.frame.locator(".cell-comment")
    expect(comment).to_be_focused()
    method.compose("かい")
    method.press("Enter", "Escape")
    method.choose("会議")
    expect(comment).to_have_value("会議")
    expect(sheet.input).to_have_value("1")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "1:00")])
    assert [adf_to_text(row.comment) for row in sheet.work.rows(issue)] == ["会議"]


def test_escape_of_an_input_method_closes_no_dialog(sheet: Sheet) -> None:
    issue = sheet.work.issue("Described")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press("Shift+Enter")
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_role("button", name="Edit").first.click()
    field = dialog.get_by_label("Comment", exact=True)
    field.click()
    method = InputMethod(sheet.page)
    method.compose("かいぎ")
    method.press("Escape", "Escape")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    method.choose("会議")
    expect(field).to_have_value("会議")
