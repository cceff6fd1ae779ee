"""Reports in a real browser: a lead shapes one by mouse and by keyboard, opens its rows, and looks behind a cell."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.language import choose_language
from tests.journeys.support.sheet import HOUR, MON, TUE, Work
from tests.journeys.support.team_stage import give, make_team
from timesheet.domain.team.team import Team, TeamPermission
from timesheet.services.report import facet
from tools.stage import Stage

FITS = "one => one.scrollWidth <= one.clientWidth"


@pytest.fixture
def team(stage: Stage, work: Work, person: Person, colleague: Person) -> Team:
    """Return a team led by the traveler; a colleague logged eight hours on Monday and two on Tuesday."""
    colleague.time_zone = "Europe/Berlin"
    refunds, search = work.issue("Mend the refund flow"), work.issue("Improve the search", "WEB")
    theirs = Work(stage, colleague)
    theirs.log(refunds, MON, 8 * HOUR)
    theirs.log(search, TUE, 2 * HOUR)
    work.log(refunds, MON, HOUR)
    return make_team(stage, "Payments", person, colleague)


NAME_BEGINS = """cell => {
  const range = document.createRange();
  range.selectNode(document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode());
  return range.getBoundingClientRect().left;
}"""


def open_report(journey: Journey) -> Frame:
    frame = journey.open("reports")
    expect(frame.locator("#report")).to_be_visible()
    return frame


def choose_team(frame: Frame, team: Team, spent: str = "11:00") -> None:
    frame.locator("#choose-who").select_option(team.id)
    expect(frame.locator("#report-table tfoot td")).to_have_text(spent)


def heads(frame: Frame) -> list[str]:
    return frame.locator("#report-table tbody tr:visible > th").all_inner_texts()


def test_a_report_is_accessible(
    journey: Journey, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.open("reports")
    frame = open_report(journey)
    assert_accessible(frame)
    choose_team(frame, team)
    frame.locator("#report-table .fold").first.click()
    expect(frame.locator("#report-table tr.l1").first).to_be_visible()
    assert_accessible(frame)


@pytest.mark.each_door
def test_a_lead_shapes_a_report_and_looks_behind_it(
    journey: Journey, team: Team, person: Person, colleague: Person
) -> None:
    frame = open_report(journey)
    expect(frame.locator("#report-table tfoot td")).to_have_text("1:00")
    choose_team(frame, team)
    frame.locator("#level-1").select_option("person")
    expect(frame.locator("#sort-name")).to_have_text("Person › Issue")
    frame.locator("#choose-columns").select_option("week")
    expect(frame.locator("#report-table thead th")).to_have_count(7)
    row = frame.locator("#report-table tbody tr", has_text=colleague.display_name)
    expect(row.locator(".fold")).to_have_accessible_name(colleague.display_name)
    row.locator(".fold").click()
    below = frame.locator("#report-table tr.l1")
    expect(below).to_have_count(2)
    expect(below.first.locator("td").last).to_have_text("8:00")
    expect(below.first.locator("a")).to_have_attribute("href", re.compile("/browse/PAY-"))
    row.locator(".fold").click()
    expect(below.first).to_be_hidden()
    row.locator(".fold").click()
    expect(below.first).to_be_visible()
    below.first.locator("td").last.click()
    dialog = frame.locator("#report-worklogs")
    expect(dialog).to_contain_text("Mend the refund flow")
    end = "one => one.getBoundingClientRect().right - parseFloat(getComputedStyle(one).paddingRight)"
    last, total = dialog.locator(".entry-duration").last, dialog.locator(".worklog-total b")
    assert last.evaluate(end) == total.evaluate(end), "the total is below the times"
    expect(dialog).to_contain_text(colleague.display_name)
    frame.get_by_role("button", name="Done").click()
    expect(dialog).to_be_hidden()


@pytest.mark.each_door
def test_a_person_is_found_in_a_list_that_is_too_long(
    journey: Journey,
    team: Team,
    colleague: Person,
    monkeypatch: pytest.MonkeyPatch,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    monkeypatch.setattr(facet, "MOST_LISTED", 1)
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#toggle-filters").click()
    people, found = frame.locator("#facet-person"), frame.locator("#find-person")
    expect(people).to_contain_text("1 more is not listed: find it by name, or choose a shorter range.")
    found.fill("nobody of this name")
    found.press("Enter")
    expect(people).to_contain_text("Nothing found.")
    found.fill(colleague.display_name.upper())
    found.press("Enter")
    choices = people.get_by_role("checkbox")
    expect(choices).to_have_count(1)
    expect(found).to_be_focused()
    assert_accessible(frame)
    choices.check()
    expect(frame.locator("#report-table tfoot td")).to_have_text("10:00")
    found.fill("")
    found.press("Enter")
    expect(people).to_contain_text("1 more is not listed")
    expect(people.get_by_role("checkbox", checked=True)).to_have_accessible_name(colleague.display_name)


def test_names_begin_at_one_place_whether_or_not_their_rows_open(
    journey: Journey, work: Work, person: Person, colleague: Person
) -> None:
    Work(work.stage, colleague).log(work.issue("Mend the refund flow"), MON, 8 * HOUR)
    team = make_team(work.stage, "Support", person, colleague)
    frame = open_report(journey)
    choose_team(frame, team, "8:00")
    frame.locator("#level-1").select_option("person")
    frame.locator("input[name=figure][value=capacity]").evaluate("box => box.click()")
    names = frame.locator("#report-table tbody th")
    expect(names).to_have_count(2)
    expect(names.locator(".fold")).to_have_count(1)
    first, second = (name.evaluate(NAME_BEGINS) for name in names.all())
    assert abs(first - second) < 1


def test_rows_that_are_still_being_read_are_read_once(
    journey: Journey, team: Team, colleague: Person
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#level-1").select_option("person")
    fold = frame.locator("#report-table tbody tr", has_text=colleague.display_name).locator(".fold")
    held, read = HeldRequests(journey, "/reports/rows"), list[str]()
    journey.page.on("request", lambda request: read.append(journey.door.target(request)[1]))
    held.hold(fold.click)
    fold.click()
    fold.click()
    held.release()
    expect(frame.locator("#report-table tr.l1")).to_have_count(2)
    expect(fold).to_have_attribute("aria-expanded", "true")
    assert len([target for target in read if target.startswith("/reports/rows")]) == 1


@pytest.mark.each_door
def test_a_choice_is_kept_by_a_reload_and_on_the_way_back_and_read_once(journey: Journey, team: Team) -> None:
    frame, read = open_report(journey), list[str]()
    assert "#" not in journey.page.url
    choose_team(frame, team)
    frame.locator("#level-1").select_option("person")
    expect(frame.locator("#sort-name")).to_have_text("Person › Issue")
    expect(journey.page).to_have_url(re.compile(r"#.*rows%3Dperson"))
    address = journey.page.url
    journey.page.on("request", lambda request: read.append(journey.door.target(request)[1]))
    journey.page.reload()
    expect(journey.frame().locator("#sort-name")).to_have_text("Person › Issue")
    journey.page.goto("about:blank")
    journey.page.go_back()
    frame = journey.frame()
    expect(frame.locator("#sort-name")).to_have_text("Person › Issue")
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")
    assert journey.page.url == address
    assert len([target for target in read if target.startswith("/reports?who=")]) == 2
    assert "/reports" not in read


@pytest.mark.each_door
def test_a_choice_is_kept_on_the_way_over_another_page_for_its_person(
    journey: Journey, team: Team, colleague: Person
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#level-1").select_option("person")
    expect(journey.page).to_have_url(re.compile(r"#.*rows%3Dperson"))
    address = journey.page.url
    journey.open()
    frame = journey.open("reports")
    expect(frame.locator("#sort-name")).to_have_text("Person › Issue")
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")
    expect(journey.page).to_have_url(address)
    frame = journey.open("reports", report="rows%3Dday")
    expect(frame.locator("#sort-name")).to_have_text("Work date")
    journey.person = colleague
    frame = journey.open("reports")
    expect(frame.locator("#sort-name")).to_have_text("Project › Issue")


def test_figures_are_beside_each_other_and_add_up(journey: Journey, team: Team, colleague: Person) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#level-1").select_option("person")
    frame.locator("#choose-range").select_option("this-week")
    # The answer to the chosen range may come while the menu is open, and leaves it open.
    frame.locator("#figures-menu summary").click()
    for name in ("Capacity", "Difference"):
        frame.get_by_role("checkbox", name=name).click()
        expect(frame.locator("#report-table thead")).to_contain_text(name)
    row = frame.locator("#report-table tbody tr", has_text=colleague.display_name)
    assert row.locator("td").all_inner_texts() == ["10:00", "40:00", "−30:00"]
    assert frame.locator("#report-table tfoot td").all_inner_texts() == ["11:00", "80:00", "−69:00"]


def test_levels_change_places_by_keyboard_and_by_dragging(journey: Journey, team: Team) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#level-2").focus()
    journey.page.keyboard.press("Alt+ArrowLeft")
    expect(frame.locator("#sort-name")).to_have_text("Issue › Project")
    expect(frame.locator("#level-1")).to_have_value("issue")
    frame.locator(".level .handle").nth(1).drag_to(frame.locator(".level .handle").nth(0))
    expect(frame.locator("#sort-name")).to_have_text("Project › Issue")


def test_a_column_sorts_and_arrows_move(
    journey: Journey, team: Team, person: Person, colleague: Person
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#level-1").select_option("person")
    expect(frame.locator("#sort-name")).to_have_text("Person › Issue")
    frame.locator("#sort-1").click()
    expect(frame.locator("[aria-sort='descending']")).to_have_count(1)
    expect(frame.locator("#report-table tbody tr").first).to_contain_text(colleague.display_name)
    frame.locator("#sort-1").click()
    expect(frame.locator("#report-table tbody tr").first).to_contain_text(person.display_name)
    frame.locator("#report-table .fold").first.focus()
    journey.page.keyboard.press("ArrowRight")
    expect(frame.locator("#report-table td:focus")).to_have_text("1:00")
    journey.page.keyboard.press("ArrowDown")
    expect(frame.locator("#report-table td:focus")).to_have_text("10:00")
    journey.page.keyboard.press("Enter")
    expect(frame.locator("#report-worklogs")).to_contain_text("Improve the search")


def test_a_wrong_range_is_said_and_mended(journey: Journey, team: Team) -> None:
    frame = open_report(journey)
    frame.locator("#choose-range").select_option("custom")
    expect(frame.locator("#range-first")).to_be_visible()
    frame.locator("#range-first").fill("2031-01-01")
    expect(frame.locator("#report-refused")).to_contain_text("ends before it begins")
    frame.locator("#choose-range").select_option("this-month")
    expect(frame.locator("#report-table tfoot td")).to_have_text("1:00")


def test_somebody_who_sees_sums_reads_what_is_missing(
    journey: Journey, stage: Stage, team: Team, colleague: Person
) -> None:
    other = stage.jira.person(3)
    give(stage, team, other, TeamPermission.VIEW_HOURS)
    journey.person = other
    frame = open_report(journey)
    frame.locator("#choose-who").select_option(team.id)
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")
    expect(frame.locator("#level-1 option[value=issue]")).to_have_count(0)
    frame.locator("#choose-who").select_option("me")
    frame.locator("#level-1").select_option("issue")
    expect(frame.locator("#level-1")).to_have_value("issue")
    frame.locator("#choose-who").select_option(team.id)
    expect(frame.locator("#report-refused")).to_contain_text("View worklogs")
    frame.locator("#level-1").select_option("project")
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")


def test_narrow_frames_fold_the_controls(
    journey: Journey, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.page.set_viewport_size({"width": 375, "height": 740})
    frame = open_report(journey)
    choose_team(frame, team)
    overflow = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    assert frame.evaluate(overflow) <= 0
    expect(frame.locator("#level-1")).to_be_hidden()
    table = frame.locator("#report-scroll").bounding_box()
    controls = frame.locator("#report-choice").bounding_box()
    assert table is not None
    assert controls is not None
    assert controls["height"] < 185 < table["height"]
    for control in frame.locator("#report-choice :is(select, summary, button):visible:not(nav *)").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    frame.locator("#shape-switch summary").click()
    frame.locator("#level-2").select_option("person")
    expect(frame.locator("#sort-name")).to_have_text("Project › Person")
    expect(frame.locator("#level-1")).to_be_visible()
    assert_accessible(frame)
    assert frame.evaluate(overflow) <= 0
    frame.locator("#toggle-filters").click()
    expect(frame.locator("#filters")).to_be_visible()
    # The table keeps its rows below the controls, and the report scrolls to them.
    assert frame.locator("#report-scroll").evaluate("table => table.scrollHeight - table.clientHeight") <= 0
    frame.locator("#print").scroll_into_view_if_needed()
    expect(frame.locator("#report-table tfoot td")).to_be_in_viewport(ratio=1)
    assert frame.evaluate(overflow) <= 0
    frame.locator("#toggle-filters").click()
    expect(frame.locator("#filters")).to_have_count(0)
    frame.locator("#shape-switch summary").click()
    expect(frame.locator("#level-1")).to_be_hidden()


def test_on_a_phone_no_filter_is_beyond_the_edge(journey: Journey, team: Team) -> None:
    journey.page.set_viewport_size({"width": 375, "height": 740})
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#toggle-filters").click()
    filters = frame.locator("#filters")
    expect(filters).to_be_visible()
    assert filters.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    frame.locator("#print").scroll_into_view_if_needed()
    expect(frame.locator("#report-table tfoot td")).to_be_in_viewport(ratio=1)


def test_a_long_jql_leaves_room_for_the_report(journey: Journey, team: Team) -> None:
    journey.page.set_viewport_size({"width": 375, "height": 740})
    frame = open_report(journey)
    choose_team(frame, team)
    jql = " OR ".join(["project = WEB"] * 110)
    frame.locator("#toggle-filters").click()
    frame.locator("#filter-jql").fill(jql)
    journey.page.keyboard.press("Enter")
    expect(frame.locator("#report-chips")).to_contain_text(jql)
    frame.locator("#toggle-filters").click()
    expect(frame.locator("#filters")).to_have_count(0)
    chips = frame.locator("#report-chips").bounding_box()
    assert chips is not None
    assert chips["height"] < 80
    expect(frame.locator("#chip-jql")).to_be_in_viewport(ratio=1)
    expect(frame.locator("#report-table tfoot td")).to_be_in_viewport(ratio=1)


def test_filters_are_chosen_and_taken_away(
    journey: Journey, team: Team, colleague: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.page.set_viewport_size({"width": 1024, "height": 760})
    frame = open_report(journey)
    frame.locator("#toggle-filters").click()
    hidden = frame.locator(".filters").evaluate("panel => panel.scrollWidth - panel.clientWidth")
    assert hidden == 0
    choose_team(frame, team)
    frame.locator("#facet-person").get_by_role("checkbox", name=colleague.display_name).check()
    expect(frame.locator("#report-table tfoot td")).to_have_text("10:00")
    day, room = (frame.locator(part).bounding_box() for part in ("#entered-first", "#facet-entered-range"))
    assert day
    assert room
    assert day["x"] + day["width"] <= room["x"] + room["width"], "a date stays in its column"
    frame.locator("#filter-jql").fill("project = WEB")
    journey.page.keyboard.press("Enter")
    expect(frame.locator("#report-table tfoot td")).to_have_text("2:00")
    assert_accessible(frame)
    frame.locator("#toggle-filters").click()
    expect(frame.locator("#filters")).to_have_count(0)
    expect(frame.locator("#report-table tfoot td")).to_have_text("2:00")
    frame.locator("#chip-jql").click()
    expect(frame.locator("#report-table tfoot td")).to_have_text("10:00")
    frame.locator("#chip-only-person").click()
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")


@pytest.mark.parametrize("width", [375, 1024])
def test_the_filters_say_their_own_words_whole(
    journey: Journey, work: Work, person: Person, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("timesheet.services.report.facet.MOST_LISTED", 2)
    choose_language(work.stage, person, "de")
    for number in range(3):
        work.log(work.issue(f"Part {number}"), MON, HOUR)
    part = work.issue("Mend the refund flow")
    part.parent_id = work.issue("Refunds").id
    work.log(part, TUE, HOUR)
    journey.page.set_viewport_size({"width": width, "height": 760})
    frame = open_report(journey)
    frame.locator("#toggle-filters").click()
    none = frame.locator("#facet-parent label:not([title]) > span")
    more = frame.locator("#facet-issue .subtle")
    expect(none).to_have_text("Kein übergeordneter Vorgang")
    expect(more).to_contain_text("2")
    days = frame.locator("#facet-day label > span")
    expect(days.first).to_have_text("Mo., 11. März 2030")
    assert all(words.evaluate(FITS) for words in (none, more, *days.all()))


def test_a_lead_finds_who_logged_less_than_expected(journey: Journey, team: Team, person: Person) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#views-menu summary").click()
    frame.locator("#ready-below-expected").click()
    first = frame.locator("#report-table tbody tr").first
    expect(first).to_contain_text(person.display_name)
    expect(frame.locator("#report-table tfoot td").last).to_have_text("133:00")
    frame.get_by_role("button", name="Missing").first.click()
    expect(frame.locator("#report-table [aria-sort='descending']")).to_have_attribute(
        "data-column", re.compile("missing")
    )
    expect(first).to_contain_text(person.display_name)
    frame.locator("#level-2").select_option("issue")
    assert frame.locator("#report-table .fold").first.evaluate("name => name.scrollWidth <= name.clientWidth")
    first.hover()
    first.locator(".to-sheet").click()
    expect(frame.locator("#overview tr.open")).to_contain_text(person.display_name)


def test_people_are_chosen_in_a_dialog_by_keyboard(
    journey: Journey, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame, keyboard = open_report(journey), journey.page.keyboard
    frame.locator("#choose-people").focus()
    keyboard.press("Enter")
    expect(frame.locator("#people-filter")).to_be_focused()
    assert_accessible(frame)
    keyboard.type("zz")
    expect(frame.locator("#people-teams label")).to_be_hidden()
    keyboard.press("Backspace")
    keyboard.press("Backspace")
    keyboard.type("pay")
    expect(frame.locator("#people-teams label")).to_be_visible()
    keyboard.press("Tab")
    keyboard.press("Space")
    expect(frame.get_by_role("checkbox", name=team.name)).to_be_checked()
    keyboard.press("Control+Enter")
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")
    expect(frame.locator("#dialog")).to_be_hidden()
    expect(frame.locator("#choose-who")).to_have_value(team.id)


@pytest.mark.parametrize("code", ["en", "de"])
def test_the_filters_of_ones_own_time_fit_beside_each_other(journey: Journey, team: Team, code: str) -> None:
    choose_language(journey.stage, journey.person, code)
    journey.page.set_viewport_size({"width": 1280, "height": 800})
    frame = open_report(journey)
    frame.locator("#toggle-filters").click()
    filters = frame.locator(".filters")
    expect(filters.locator("#filter-jql")).to_be_in_viewport(ratio=1)
    assert filters.evaluate("filters => filters.scrollWidth <= filters.clientWidth")


@pytest.mark.parametrize("code", ["fr", "es", "pt-BR"])
def test_the_bar_takes_two_lines_on_a_small_screen(journey: Journey, team: Team, code: str) -> None:
    choose_language(journey.stage, journey.person, code)
    journey.page.set_viewport_size({"width": 1024, "height": 760})
    frame = open_report(journey)
    shape, views = (frame.locator(part).bounding_box() for part in ("#toggle-filters", "#views-menu"))
    assert shape
    assert views
    assert views["y"] == pytest.approx(shape["y"], abs=4), "Views is in the line of the other buttons"


@pytest.mark.parametrize("width", [375, 1024, 1440])
def test_the_arrows_stay_under_the_pointer(journey: Journey, team: Team, width: int) -> None:
    journey.page.set_viewport_size({"width": width, "height": 760})
    frame = open_report(journey)
    for arrow in ("previous", "next"):
        box = frame.locator(f"#range-{arrow}").bounding_box()
        assert box
        for _ in range(3):
            title = frame.locator("#range-title").inner_text()
            journey.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            expect(frame.locator("#range-title")).not_to_have_text(title)


def test_a_step_is_announced_in_sentences_of_the_language(journey: Journey, team: Team) -> None:
    choose_language(journey.stage, journey.person, "ja")
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#range-next").click()
    expect(frame.locator("#live")).to_have_text(re.compile(r"^2030年4月。\S"))


def test_comment_and_jql_are_in_sight_before_the_filters_of_a_team(journey: Journey, team: Team) -> None:
    journey.page.set_viewport_size({"width": 1024, "height": 760})
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#toggle-filters").click()
    filters = frame.locator(".filters")
    assert filters.evaluate("filters => filters.scrollWidth > filters.clientWidth")
    expect(filters.locator("#filter-text")).to_be_in_viewport(ratio=1)
    expect(filters.locator("#filter-jql")).to_be_in_viewport(ratio=1)


def test_a_long_name_of_a_team_leaves_the_bar_in_one_line(
    journey: Journey, stage: Stage, person: Person
) -> None:
    named = make_team(stage, "Payments" * 10, person)
    journey.page.set_viewport_size({"width": 1280, "height": 800})
    frame = open_report(journey)
    frame.locator("#choose-who").select_option(named.id)
    expect(frame.locator("#choose-who")).to_have_value(named.id)
    select, links = (frame.locator(name).bounding_box() for name in ("#choose-range", ".bar > .navigation"))
    assert select
    assert links
    assert abs(select["y"] - links["y"]) < select["height"]


BEHIND = """() => {
    const on = document.activeElement.getBoundingClientRect();
    const [x, y] = [on.x + on.width / 2, on.y + on.height / 2];
    return document.elementFromPoint(x, y)?.closest("td, th") !== document.activeElement.closest("td, th");
}"""


@pytest.mark.parametrize("width", [1024, 375])
def test_the_total_of_many_days_is_in_view_and_hides_no_cell_with_the_focus(
    journey: Journey, team: Team, width: int
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.get_by_label("Columns").select_option("day")
    expect(frame.locator("#report-table thead th").nth(30)).to_be_attached()
    journey.page.set_viewport_size({"width": width, "height": 700})
    total = frame.locator("#report-table tbody td.s").first
    expect(total).to_have_text("9:00")
    expect(total).to_be_in_viewport(ratio=1)
    fold, table = frame.locator("#report-table tbody .fold").first, frame.locator("#report-scroll")
    fold.focus()
    for key in ["ArrowRight"] * 31 + ["ArrowLeft"] * 20:
        journey.page.keyboard.press(key)
        assert not frame.evaluate(BEHIND), key
    expect(total).to_be_in_viewport(ratio=1)
    # A cell that stays at the edge is in view, so nothing scrolls to it.
    for cell in (fold, total):
        table.evaluate("table => { table.scrollLeft = 100 }")
        cell.evaluate("cell => { cell.tabIndex = 0; cell.focus() }")
        journey.page.keyboard.press("ArrowDown")
        assert table.evaluate("table => table.scrollLeft") == 100


LONG_WORD = "Verfahrensbeschleunigungsgesetzesänderungsantragsformularentwurfsprüfungsausschuss"
BASELINES = """row => [...row.querySelectorAll("th > button")].map((button) => {
    const mark = document.createElement("span");
    mark.style.cssText = "display: inline-block; inline-size: 0";
    button.append(mark);
    const { bottom } = mark.getBoundingClientRect();
    mark.remove();
    return bottom;
})"""


def test_long_names_leave_the_figures_and_the_way_to_the_days_in_view(
    journey: Journey, stage: Stage, work: Work, team: Team, colleague: Person
) -> None:
    colleague.display_name = LONG_WORD
    work.log(work.issue(LONG_WORD * 2), MON, HOUR)
    journey.page.set_viewport_size({"width": 1024, "height": 700})
    frame = journey.open("teams", team=team.id)
    frame.locator("#tab-projects").click()
    expect(frame.locator("#projects")).to_contain_text(LONG_WORD)
    assert frame.locator("#projects").evaluate(FITS)
    frame = open_report(journey)
    choose_team(frame, team, "12:00")
    frame.locator("#level-1").select_option("person")
    row = frame.locator("#report-table tbody tr", has_text=LONG_WORD)
    expect(row).to_be_visible()
    row.hover()
    expect(row.locator(".to-sheet")).to_be_in_viewport(ratio=1)
    name, days = row.evaluate(BASELINES)
    assert abs(name - days) < 1
    for figure in ("capacity", "difference"):
        frame.locator(f"input[name=figure][value={figure}]").evaluate("box => box.click()")
    expect(frame.locator("#report-table thead th")).to_have_count(4)
    assert frame.locator("#report-scroll").evaluate(FITS)
