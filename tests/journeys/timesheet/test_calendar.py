"""The calendar: blocks are moved, resized, and created with mouse and keyboard, and restored if Jira refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from itertools import combinations

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from jira_emulator.model import WorklogRow
from tests.journeys.suggestion.test_suggestion import moved
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.language import choose_language
from tests.journeys.support.sheet import HOUR, MON, NOW, TODAY, TUE, WED, Sheet
from timesheet.domain.language import LANGUAGES

QUARTER = 15 * 60
SLOW_TIMERS = """() => {
    const set = window.setTimeout;
    window.setTimeout = (act, after = 0) => set(act, after + 300);
}"""


def open_calendar(sheet: Sheet) -> Sheet:
    sheet.open()
    sheet.frame.get_by_role("button", name="Calendar").click()
    expect(sheet.frame.locator("#calendar.arranged")).to_be_visible()
    return sheet


def block(sheet: Sheet, row: WorklogRow) -> Locator:
    return sheet.frame.locator(f"#b{row.id}")


def column(sheet: Sheet, day: date) -> Locator:
    return sheet.frame.locator(f'.calendar-hours[data-day="{day}"]')


def point(sheet: Sheet, day: date, at: time) -> tuple[float, float]:
    """Return the position of a time of day on the screen."""
    box = column(sheet, day).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * (at.hour * 60 + at.minute) / 1440


def hour_height(sheet: Sheet) -> float:
    """Return the height of an hour on the screen."""
    return float(column(sheet, MON).evaluate("column => column.offsetHeight")) / 24


def drag(sheet: Sheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    mouse = sheet.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    mouse.move(*end)
    mouse.up()


def local(sheet: Sheet, row: WorklogRow) -> str:
    [found] = [r for r in sheet.work.rows(sheet.work.stage.jira.site.issues[row.issue_id]) if r.id == row.id]
    return f"{sheet.work.local(found):%a %H:%M}"


# The visible parts of the head of a day that reach beyond it or into each other, by their tags and classes.
CROWDED = """head => {
    const parts = [...head.children].filter((part) => part.textContent.trim() || part.tagName === "BUTTON");
    const shown = (part) => (part.tagName === "H2" ? part.firstElementChild : part).getBoundingClientRect();
    const boxes = parts.map(shown);
    const within = head.getBoundingClientRect();
    const name = (number) => `${parts[number].tagName}.${parts[number].className}`;
    const found = [];
    boxes.forEach((box, number) => {
        if (box.right > within.right || box.bottom > within.bottom) found.push(`${name(number)} beyond`);
        boxes.slice(number + 1).forEach((other, after) => {
            const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
            const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
            if (across > 0.5 && down > 1.5) found.push(`${name(number)} into ${name(number + 1 + after)}`);
        });
    });
    return found;
}"""


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_head_of_a_day_has_room_for_its_parts_in_every_language(sheet: Sheet, code: str) -> None:
    choose_language(sheet.work.stage, sheet.work.person, code)
    for summary in ("One", "Two"):
        moved(sheet, summary)
    for day in (MON, TODAY):
        sheet.work.log(sheet.work.issue("Work"), day, HOUR)
    sheet.open()
    sheet.frame.locator("#layout-calendar").click()
    expect(sheet.frame.locator(f"#log-all-{TODAY}")).to_be_visible()
    for width in (375, 700, 1024, 1150, 1280):
        sheet.page.set_viewport_size({"width": width, "height": 800})
        for day in (MON, TODAY):
            crowded = sheet.frame.locator(f"#day-{day} > .calendar-head").evaluate(CROWDED)
            assert crowded == [], f"{width} px, {day}"


def test_a_browser_that_does_not_know_the_zone_shows_the_hours_of_work(sheet: Sheet) -> None:
    sheet.page.add_init_script(
        """const known = Intl.DateTimeFormat;
        Intl.DateTimeFormat = function (locale, options) {
          if (options?.timeZone === "Europe/Berlin") throw new RangeError("Invalid time zone");
          return new known(locale, options);
        };"""
    )
    issue = sheet.work.issue("Elsewhere")
    row = sheet.work.log(issue, MON, HOUR, time(20))
    open_calendar(sheet)
    expect(block(sheet, row)).to_be_visible()
    expect(sheet.frame.locator(".now-line")).to_have_count(0)
    assert sheet.frame.locator("#calendar").evaluate("frame => frame.scrollTop") > 0


@pytest.mark.each_door
def test_a_block_is_dragged_to_another_day_and_time_and_undone(sheet: Sheet) -> None:
    issue = sheet.work.issue("Dragged")
    row = sheet.work.log(issue, MON, HOUR, time(9))
    open_calendar(sheet)
    drag(sheet, point(sheet, MON, time(9, 20)), point(sheet, TUE, time(11, 20)))
    expect(sheet.frame.get_by_role("button", name="Undo")).to_be_visible()
    expect(column(sheet, TUE).locator(".block")).to_have_count(1)
    assert local(sheet, row) == "Tue 11:00"
    assert sheet.work.logged(issue) == [(TUE, HOUR)]
    sheet.frame.get_by_role("button", name="Undo").click()
    expect(column(sheet, MON).locator(".block")).to_have_count(1)
    assert local(sheet, row) == "Mon 09:00"
    sheet.press("Control+y")
    expect(column(sheet, TUE).locator(".block")).to_have_count(1)
    assert local(sheet, row) == "Tue 11:00"
    sheet.press("Control+z")
    expect(column(sheet, MON).locator(".block")).to_have_count(1)


def test_the_lower_edge_changes_the_length(sheet: Sheet) -> None:
    issue = sheet.work.issue("Resized")
    row = sheet.work.log(issue, MON, HOUR, time(9, 5))
    open_calendar(sheet)
    # Less than half a step is no move, although the block does not begin on a step.
    drag(sheet, point(sheet, MON, time(9, 30)), point(sheet, MON, time(9, 36)))
    x, _ = point(sheet, MON, time(10))
    for end, target, minutes in ((time(10, 5), time(11, 30), 145), (time(11, 30), time(8), 15)):
        drag(sheet, (x, point(sheet, MON, end)[1] - 3), (x, point(sheet, MON, target)[1]))
        expect(block(sheet, row)).to_have_attribute("data-minutes", str(minutes))
    assert local(sheet, row) == "Mon 09:05"
    assert sheet.work.logged(issue) == [(MON, QUARTER)]
    assert sheet.work.writes() == ["PUT", "PUT"]


def test_a_calendar_without_time_says_how_time_is_logged_until_there_is_some(sheet: Sheet) -> None:
    issue = sheet.work.issue("Logged first")
    open_calendar(sheet)
    empty, dialog = sheet.frame.locator("#empty"), sheet.frame.locator("#dialog")
    expect(empty).to_contain_text("Nothing logged on these days")
    expect(empty).to_contain_text("Drag over the hours of a day")
    drag(sheet, point(sheet, WED, time(13)), point(sheet, WED, time(14)))
    dialog.get_by_role("combobox", name="Issue").fill(issue.key)
    dialog.get_by_role("option", name=issue.key).click()
    dialog.get_by_role("button", name="Log work").click()
    expect(column(sheet, WED).locator(".block")).to_have_count(1)
    expect(empty).to_have_count(0)


def test_empty_time_is_dragged_into_new_work(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("There before"), MON, HOUR, time(9))
    open_calendar(sheet)
    dialog = sheet.frame.locator("#dialog")
    for begin, end, start, spent in (
        (time(13), time(14, 45), "13:00", "1h 45m"),
        (time(15, 5), time(13, 15), "13:15", "2h"),
        (time(16, 20), time(16, 20), "16:15", "1h"),
    ):
        drag(sheet, point(sheet, WED, begin), point(sheet, WED, end))
        expect(dialog.get_by_label("Start", exact=True)).to_have_value(start)
        expect(dialog.get_by_label("Date")).to_have_value(str(WED))
        expect(dialog.get_by_label("Time spent", exact=True)).to_have_value(spent)
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).not_to_be_visible()


def test_a_block_is_moved_and_resized_by_keys(sheet: Sheet) -> None:
    issue = sheet.work.issue("By keys")
    row = sheet.work.log(issue, MON, HOUR, time(9))
    open_calendar(sheet)
    block(sheet, row).focus()
    sheet.press("m", "ArrowDown", "Control+ArrowDown", "ArrowDown", "Shift+ArrowRight", "ArrowRight")
    expect(sheet.live).to_have_text("Tuesday, 12 March 2030, 09:30 to 10:30")
    sheet.press("Enter")
    expect(column(sheet, TUE).locator(".block")).to_have_attribute("data-clock", "09:30")
    expect(block(sheet, row)).to_be_focused()
    assert local(sheet, row) == "Tue 09:30"
    sheet.press("Shift+ArrowDown", "Enter")
    expect(block(sheet, row)).to_have_attribute("data-minutes", "75")
    sheet.press("m", "ArrowRight", "ArrowUp", "Escape")
    expect(sheet.live).to_have_text("Put back.")
    expect(block(sheet, row)).to_be_focused()
    sheet.press("m", "ArrowRight", "Shift+ArrowDown")
    expect(sheet.live).to_have_text("Wednesday, 13 March 2030, 09:30 to 11:00")
    sheet.press("Tab")
    expect(block(sheet, row)).not_to_have_class(re.compile("lifted"))
    expect(column(sheet, TUE).locator(".block")).to_have_text(re.compile("09:30–10:45"))
    assert sheet.work.logged(issue) == [(TUE, HOUR + QUARTER)]
    assert sheet.work.writes() == ["PUT", "PUT"]


def test_a_block_that_may_not_be_edited_stays_and_says_why(sheet: Sheet) -> None:
    issue = sheet.work.issue("Only to look at", project="WEB")
    row, scheme = sheet.work.log(issue, MON, HOUR, time(9)), issue.project.scheme
    lost = ("EDIT_OWN_WORKLOGS", "EDIT_ALL_WORKLOGS", "DELETE_OWN_WORKLOGS", "DELETE_ALL_WORKLOGS")
    issue.project.scheme = replace(scheme, grants={**scheme.grants, **dict.fromkeys(lost[:2], ())})
    open_calendar(sheet)
    expect(block(sheet, row)).to_have_attribute(
        "data-fixed", re.compile("You need “Edit own worklogs” in WEB.")
    )
    flags = sheet.frame.locator("#flags .flag")
    box = block(sheet, row).bounding_box()
    assert box is not None
    drag(sheet, (box["x"] + 20, box["y"] + 10), point(sheet, TUE, time(11)))
    expect(flags).to_contain_text("You need “Edit own worklogs” in WEB.")
    block(sheet, row).focus()
    for key in ("m", "Shift+ArrowDown"):
        sheet.press(key)
        expect(block(sheet, row)).not_to_have_class(re.compile("lifted"))
    issue.project.scheme = replace(scheme, grants={**scheme.grants, **dict.fromkeys(lost, ())})
    sheet.frame.locator("#refresh").click()
    expect(block(sheet, row)).to_have_attribute("data-kept", re.compile("WEB"))
    expect(sheet.frame.locator("#calendar .line-box")).to_have_count(0)
    block(sheet, row).focus()
    sheet.press("Delete")
    expect(flags.last).to_contain_text("You need “Delete own worklogs” in WEB.")
    assert (local(sheet, row), sheet.work.writes()) == ("Mon 09:00", [])
    issue.project.scheme = scheme


def test_a_clock_of_twelve_hours_is_shown_while_a_block_moves_too(sheet: Sheet) -> None:
    sheet.journey.person.locale = "en_US"
    row = sheet.work.log(sheet.work.issue("After lunch"), MON, HOUR, time(13))
    open_calendar(sheet)
    said = re.compile(r"2:15\s*PM to 3:15\s*PM")
    block(sheet, row).focus()
    sheet.press("m", *["ArrowDown"] * 5)
    expect(sheet.live).to_contain_text(said)
    expect(block(sheet, row).locator(".block-time")).to_have_text(re.compile(r"2:15\s–\s3:15\sPM"))
    sheet.press("Enter")
    expect(block(sheet, row)).to_have_attribute("data-clock", "14:15")


@pytest.mark.parametrize(
    ("day", "steps", "said"),
    [(date(2030, 3, 31), 16, "01:00 to 05:00"), (date(2030, 10, 27), 14, "01:30 to 03:30")],
    ids=["forward", "back"],
)
def test_a_block_that_is_moved_over_a_clock_change_is_said_and_shown_as_it_will_be(
    sheet: Sheet, day: date, steps: int, said: str
) -> None:
    sheet.work.stage.cloud.cloud.clock.travel((day - TODAY).total_seconds())
    row = sheet.work.log(sheet.work.issue("At night"), day, 3 * HOUR, time(5))
    open_calendar(sheet)
    block(sheet, row).focus()
    sheet.press("m", *["ArrowUp"] * steps)
    expect(sheet.live).to_contain_text(said)
    expect(block(sheet, row).locator(".block-time")).to_have_text(said.replace(" to ", "–"))
    sheet.press("Enter")
    expect(block(sheet, row)).not_to_have_class(re.compile("lifted|saving"))
    expect(block(sheet, row)).to_have_attribute("title", re.compile(f"{said.replace(' to ', '–')}, 3:00$"))


def test_t09_a_block_over_midnight_keeps_its_length_when_moved(sheet: Sheet) -> None:
    issue = sheet.work.issue("Night")
    row = sheet.work.log(issue, MON, 3 * HOUR, time(23))
    open_calendar(sheet)
    block(sheet, row).focus()
    sheet.press("m", "ArrowUp", "Enter")
    expect(block(sheet, row)).to_have_attribute("data-clock", "22:45")
    # Its end is on another day, so it is not changed here.
    sheet.press("Shift+ArrowDown", "Enter")
    sheet.press("m", *["ArrowDown"] * 5, "Enter")
    expect(block(sheet, row)).to_have_attribute("data-clock", "23:45")
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]


def test_a_refused_block_goes_back_and_the_reason_is_said(sheet: Sheet) -> None:
    issue = sheet.work.issue("Stale")
    row = sheet.work.log(issue, MON, HOUR, time(9))
    open_calendar(sheet)
    sheet.work.change(row, 2 * HOUR)
    drag(sheet, point(sheet, MON, time(9, 20)), point(sheet, TUE, time(11, 20)))
    expect(sheet.frame.locator(".flag.problem")).to_contain_text("This worklog was changed")
    expect(column(sheet, MON).locator(".block")).to_have_count(1)
    expect(block(sheet, row)).to_have_attribute("data-minutes", "120")
    assert local(sheet, row) == "Mon 09:00"


def test_without_a_network_the_block_goes_back(sheet: Sheet) -> None:
    issue = sheet.work.issue("Offline")
    row = sheet.work.log(issue, MON, HOUR, time(9))
    below = sheet.work.log(issue, MON, HOUR, time(11))
    _, beside = (sheet.work.log(issue, WED, HOUR, time(hour)) for hour in (8, 12))
    open_calendar(sheet)
    sheet.journey.allow("ERR_FAILED|Failed to fetch")
    sheet.journey.cut_off("/calendar/")
    drag(sheet, point(sheet, MON, time(9, 20)), point(sheet, TUE, time(11, 20)))
    expect(sheet.frame.locator(".flag.problem")).to_contain_text("may not be saved")
    expect(column(sheet, MON).locator(".block").first).to_have_text(re.compile("09:00–10:00"))
    assert local(sheet, row) == "Mon 09:00"
    block(sheet, row).focus()
    sheet.press("m", "ArrowRight", "Enter")
    expect(block(sheet, row)).not_to_have_class(re.compile("lifted"))
    expect(block(sheet, row)).to_be_focused()
    sheet.press("ArrowDown")
    expect(block(sheet, below)).to_be_focused()
    sheet.press("ArrowRight")
    expect(block(sheet, beside)).to_be_focused()


@pytest.mark.each_door
def test_a_move_and_a_deletion_whose_answers_are_lost_are_shown(sheet: Sheet) -> None:
    issue = sheet.work.issue("Answered in vain")
    row = sheet.work.log(issue, MON, HOUR, time(9))
    open_calendar(sheet)
    sheet.journey.allow("ERR_FAILED|Failed to fetch")
    sheet.journey.lose_answers(f"/calendar/{issue.id}")
    block(sheet, row).focus()
    sheet.press("m", "ArrowRight", "Enter")
    expect(sheet.frame.locator(".flag.problem")).to_contain_text("may not be saved")
    expect(column(sheet, TUE).locator(".block")).to_have_count(1)
    expect(block(sheet, row)).to_be_focused()
    sheet.journey.restore()
    sheet.journey.lose_answers(f"/worklogs/{issue.id}/{row.id}/delete")
    sheet.press("Delete")
    expect(block(sheet, row)).to_have_count(0)
    assert sheet.work.writes() == ["PUT", "DELETE"]


def test_a_lifted_block_stays_lifted_while_the_calendar_is_drawn_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Lifted")
    moved = sheet.work.log(issue, MON, HOUR, time(9))
    lifted = sheet.work.log(issue, MON, HOUR, time(11))
    # In some browsers an element that moves loses the focus.
    sheet.page.add_init_script("delete Element.prototype.moveBefore")
    open_calendar(sheet)
    held = HeldRequests(sheet.journey, "/calendar/")
    block(sheet, moved).focus()
    held.hold(lambda: sheet.press("m", "ArrowRight", "Enter"))
    # Nothing happens to a block that is being saved, and the page stays.
    sheet.press("Shift+ArrowDown")
    expect(sheet.live).to_have_text("Saving …")
    sheet.press("m", "Enter")
    expect(sheet.frame.locator("#flags .flag")).to_have_text("Saving …")
    sheet.frame.locator("#flags .flag").evaluate("flag => flag.remove()")
    drag(sheet, point(sheet, TUE, time(9, 20)), point(sheet, WED, time(9, 20)))
    expect(sheet.frame.locator("#flags .flag")).to_have_text("Saving …")
    block(sheet, moved).click()
    expect(sheet.frame.locator("#dialog")).to_be_hidden()
    expect(column(sheet, TUE).locator(".block.saving")).to_have_count(1)
    block(sheet, lifted).focus()
    sheet.press("m", "ArrowRight", "ArrowDown")
    held.release()
    expect(block(sheet, moved)).not_to_have_class(re.compile("saving"))
    expect(block(sheet, lifted)).to_be_focused()
    sheet.press("ArrowRight", "Enter")
    expect(column(sheet, WED).locator(".block")).to_have_attribute("data-clock", "11:15")
    assert sheet.work.logged(issue) == [(TUE, HOUR), (WED, HOUR)]
    assert sheet.work.writes() == ["PUT", "PUT"]


def test_the_focus_stays_on_a_block_while_the_calendar_is_read_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("In focus")
    row, _ = (sheet.work.log(issue, MON, HOUR, time(hour)) for hour in (9, 3))
    sheet.page.clock.set_fixed_time(NOW)
    open_calendar(sheet)
    # The hours of the day are in view, and not those of the night.
    top = sheet.frame.locator("#calendar").evaluate("frame => frame.scrollTop")
    assert top == pytest.approx(hour_height(sheet) * 7.75, abs=1)
    expect(column(sheet, TODAY).locator(".now-line")).to_have_count(1)
    with sheet.journey.expect_answer("/timesheet"):
        sheet.frame.locator("#refresh").click()
        block(sheet, row).focus()
    expect(sheet.frame.locator(".htmx-request")).to_have_count(0)
    expect(block(sheet, row)).to_be_focused()
    expect(sheet.frame.locator(".now-line")).to_have_count(1)


def test_a_dialog_that_arrives_late_replaces_no_other(sheet: Sheet) -> None:
    row = sheet.work.log(sheet.work.issue("Slow to open"), MON, HOUR, time(9))
    open_calendar(sheet)
    sheet.work.trouble("late", f"/rest/api/3/issue/*/worklog/{row.id}", method="GET")
    block(sheet, row).focus()
    with sheet.journey.expect_answer(f"/{row.id}"):
        sheet.press("Enter")
        drag(sheet, point(sheet, WED, time(13)), point(sheet, WED, time(14)))
        heading = sheet.frame.locator("#dialog h2")
        expect(heading).to_have_text("Log work")
        sheet.frame.locator("#dialog").get_by_label("Time spent", exact=True).fill("45m")
        sheet.work.let_late_go()
    expect(sheet.frame.locator(".htmx-request")).to_have_count(0)
    expect(heading).to_have_text("Log work")
    expect(sheet.frame.locator("#dialog").get_by_label("Time spent", exact=True)).to_have_value("45m")


def test_a_click_opens_the_worklog_and_delete_deletes_it(sheet: Sheet) -> None:
    issue = sheet.work.issue("Opened")
    row = sheet.work.log(issue, MON, HOUR, time(9))
    open_calendar(sheet)
    block(sheet, row).click()
    dialog = sheet.frame.locator("#dialog")
    expect(dialog.get_by_label("Time spent", exact=True)).to_have_value("1h")
    sheet.press("Escape")
    expect(dialog).not_to_be_visible()
    block(sheet, row).focus()
    sheet.press("Delete")
    expect(block(sheet, row)).to_have_count(0)
    assert sheet.work.logged(issue) == []


def test_the_calendar_is_accessible(sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]) -> None:
    issue = sheet.work.issue("Accessible")
    sheet.work.log(issue, MON, HOUR, time(9))
    sheet.work.log(issue, MON, 2 * HOUR, time(9, 30))
    sheet.work.log(issue, TUE, 3 * HOUR, time(23))
    open_calendar(sheet)
    assert_accessible(sheet.frame)


def test_blocks_that_overlap_share_no_pixel_and_short_ones_show_their_key(sheet: Sheet) -> None:
    issue = sheet.work.issue("Side by side", project="WEB")
    for minutes, hour, minute in (
        (240, 8, 0),
        (120, 9, 0),
        (15, 9, 0),
        (10, 9, 30),
        (60, 10, 0),
        (5, 23, 55),
    ):
        sheet.work.log(issue, MON, minutes * 60, time(hour, minute))
    open_calendar(sheet)
    boxes = (
        column(sheet, MON)
        .locator(".block")
        .evaluate_all("blocks => blocks.map((block) => block.getBoundingClientRect().toJSON())")
    )
    assert len(boxes) == 6
    day = column(sheet, MON).evaluate("column => column.getBoundingClientRect().toJSON()")
    for one, other in combinations(boxes, 2):
        assert (
            one["right"] <= other["left"] + 0.1
            or other["right"] <= one["left"] + 0.1
            or one["bottom"] <= other["top"] + 0.1
            or other["bottom"] <= one["top"] + 0.1
        )
    for box in boxes:
        assert box["left"] >= day["left"] - 0.1
        assert box["right"] <= day["right"] + 0.1
    for short in column(sheet, MON).locator(".block.short .block-issue").all():
        assert short.evaluate("text => getComputedStyle(text).writingMode") == "horizontal-tb"


def test_every_block_is_read_out_with_its_time(sheet: Sheet) -> None:
    issue = sheet.work.issue("Side by side", project="WEB")
    tiny, *narrow = [
        sheet.work.log(issue, MON, minutes * 60, time(hour)) for minutes, hour in [(10, 8), *[(60, 10)] * 6]
    ]
    open_calendar(sheet)
    expect(block(sheet, tiny)).to_have_accessible_name(re.compile("08:00–08:10 "))
    for row in narrow:
        expect(block(sheet, row)).to_have_accessible_name(re.compile("10:00–11:00 "))


def test_blocks_are_chosen_and_changed_together(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = sheet.work.issue("Chosen")
    rows = [sheet.work.log(issue, day, HOUR) for day in (MON, TUE, WED)]
    open_calendar(sheet)
    count = sheet.frame.locator("#selection output")
    block(sheet, rows[0]).click(modifiers=["Control"])
    expect(count).to_have_text("1 worklog selected")
    expect(block(sheet, rows[0])).to_have_attribute("aria-pressed", "true")
    block(sheet, rows[2]).click(modifiers=["Shift"])
    expect(count).to_have_text("3 worklogs selected")
    block(sheet, rows[1]).focus()
    sheet.press("Space")
    expect(count).to_have_text("2 worklogs selected")
    expect(sheet.frame.get_by_role("dialog")).to_be_hidden()
    assert_accessible(sheet.frame)
    sheet.frame.get_by_role("button", name="Move to a day …").click()
    dialog = sheet.frame.get_by_role("dialog")
    dialog.get_by_label("Date").fill(TUE.isoformat())
    moving = dialog.get_by_role("button", name="Move 2 worklogs")
    expect(moving).to_be_visible()
    # One of them is deleted in Jira meanwhile, and the button is clicked twice.
    sheet.work.delete(rows[2])
    moving.dblclick()
    expect(dialog.locator("#partly")).to_contain_text("1 worklog moved. 1 worklog was not changed:")
    assert sheet.work.logged(issue) == [(TUE, HOUR), (TUE, HOUR)]
    expect(column(sheet, MON).locator(".block")).to_have_count(0)
    dialog.get_by_role("button", name="Undo what was changed").click()
    expect(column(sheet, MON).locator(".block")).to_have_count(1)
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, HOUR)]


def test_what_is_chosen_stays_chosen_while_the_calendar_is_drawn_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chosen")
    rows = [sheet.work.log(issue, day, HOUR) for day in (MON, TUE)]
    open_calendar(sheet)
    block(sheet, rows[0]).focus()
    sheet.press("Space")
    sheet.work.log(issue, WED, HOUR)
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(column(sheet, WED).locator(".block")).to_have_count(1)
    expect(sheet.frame.locator("#selection output")).to_have_text("1 worklog selected")
    expect(block(sheet, rows[0])).to_have_attribute("aria-pressed", "true")
    block(sheet, rows[0]).focus()
    sheet.press("Escape")
    expect(sheet.frame.locator("#selection")).to_be_hidden()


def lift(sheet: Sheet, summary: str) -> WorklogRow:
    """Log three hours on Monday at nine, press their block, and drag it an hour down without letting go."""
    row = sheet.work.log(sheet.work.issue(summary), MON, 3 * HOUR, time(9))
    open_calendar(sheet)
    sheet.page.mouse.move(*point(sheet, MON, time(9, 30)))
    sheet.page.mouse.down()
    sheet.page.mouse.move(*point(sheet, MON, time(10, 30)), steps=3)
    expect(block(sheet, row)).to_have_class(re.compile("lifted"))
    return row


def test_escape_during_a_drag_puts_the_block_back_and_the_release_opens_nothing(sheet: Sheet) -> None:
    row = lift(sheet, "Held")
    mouse, calendar = sheet.page.mouse, sheet.frame.locator("#calendar")
    box, x = calendar.bounding_box(), point(sheet, MON, time(10, 30))[0]
    assert box is not None
    tops = [calendar.evaluate("frame => frame.scrollTop")]
    for y in (box["y"] + box["height"] - 10, box["y"] + 10):
        mouse.move(x, y)
        tops.append(calendar.evaluate("frame => frame.scrollTop"))
    assert tops == [tops[0], tops[0] + 15, tops[0]], "the hours do not move at the edge"
    mouse.move(*point(sheet, MON, time(10, 30)))
    sheet.press("Escape")
    expect(block(sheet, row)).not_to_have_class(re.compile("lifted"))
    sheet.frame.evaluate(
        "document.addEventListener('htmx:before:request', () => { document.body.dataset.asked = ''; })"
    )
    mouse.up()
    assert sheet.frame.locator("body").get_attribute("data-asked") is None
    mouse.down()
    mouse.up()
    expect(sheet.frame.locator("#dialog")).to_contain_text("Edit worklog")
    assert local(sheet, row) == "Mon 09:00"


def test_a_click_right_after_a_drag_that_escape_ended_counts(sheet: Sheet) -> None:
    row = lift(sheet, "Clicked at once")
    mouse = sheet.page.mouse
    sheet.press("Escape")
    expect(block(sheet, row)).not_to_have_class(re.compile("lifted"))
    sheet.frame.evaluate(SLOW_TIMERS)
    mouse.up()
    mouse.down()
    mouse.up()
    expect(sheet.frame.locator("#dialog")).to_contain_text("Edit worklog")


@pytest.mark.parametrize("canceled", [True, False])
def test_a_drag_whose_release_is_unknown_moves_nothing_and_takes_no_later_click(
    sheet: Sheet, *, canceled: bool
) -> None:
    row = lift(sheet, "Let go over a menu")
    mouse = sheet.page.mouse
    if canceled:
        sheet.press("Escape")
    sheet.frame.evaluate(
        """() => ["pointerup", "click"].forEach((name) =>
            addEventListener(name, (event) => event.stopPropagation(), { capture: true, once: true }))"""
    )
    mouse.up()
    mouse.move(*point(sheet, MON, time(11, 30)), steps=3)
    expect(block(sheet, row)).not_to_have_class(re.compile("lifted"))
    sheet.frame.locator("#layout-list").click()
    expect(sheet.frame.locator("#list-frame")).to_be_visible()
    assert local(sheet, row) == "Mon 09:00"
    assert sheet.work.writes() == []


def test_a_lifted_block_that_is_deleted_elsewhere_is_let_go_with_a_sentence(sheet: Sheet) -> None:
    row = sheet.work.log(sheet.work.issue("Deleted elsewhere"), MON, HOUR)
    open_calendar(sheet)
    block(sheet, row).focus()
    sheet.press("m", "ArrowDown")
    expect(block(sheet, row)).to_have_class(re.compile("lifted"))
    sheet.work.delete(row)
    sheet.read_again()
    expect(block(sheet, row)).to_have_count(0)
    expect(sheet.frame.locator("#flags [role=alert]")).to_contain_text(
        "The worklog that you lifted is no longer on these days. Nothing was moved."
    )


@pytest.mark.browser_context_args(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 740})
def test_the_box_of_a_block_covers_no_text_where_it_is_always_shown(sheet: Sheet) -> None:
    row = sheet.work.log(sheet.work.issue("A summary that fills both lines of its block"), WED, 2 * HOUR)
    open_calendar(sheet)
    box = sheet.frame.locator(f"#choose-{row.id}").evaluate("box => box.getBoundingClientRect().left")
    lines = (
        block(sheet, row)
        .locator(".block-issue")
        .evaluate(
            """issue => {
            const text = document.createRange();
            text.selectNodeContents(issue);
            return [...text.getClientRects()].map((line) => line.right);
        }"""
        )
    )
    assert len(lines) > 1
    assert max(lines) <= box


@pytest.mark.browser_context_args(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 740})
def test_a_finger_opens_a_narrow_block_and_chooses_it_after_another_one(sheet: Sheet) -> None:
    narrow, *_ = [sheet.work.log(sheet.work.issue(f"Beside {name}"), WED, HOUR, time(9)) for name in "abcd"]
    wide = sheet.work.log(sheet.work.issue("Alone"), WED, HOUR, time(11))
    open_calendar(sheet)
    block(sheet, narrow).tap()
    expect(sheet.frame.locator("#dialog")).to_be_visible()
    sheet.press("Escape")
    expect(sheet.frame.locator("#dialog")).to_be_hidden()
    sheet.frame.locator(f"#choose-{wide.id}").tap()
    expect(block(sheet, wide)).to_have_attribute("aria-pressed", "true")
    sheet.frame.locator(f"#choose-{narrow.id}").tap()
    expect(block(sheet, narrow)).to_have_attribute("aria-pressed", "true")
