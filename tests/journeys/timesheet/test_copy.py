"""Copy a week, from the menu to Jira and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Issue
from tests.journeys.support.sheet import HOUR, MON, TUE, Sheet
from timesheet.web.worklog import at_once

WEEK = timedelta(days=7)
AGAIN_MS = 10_000
WORKLOG = "/rest/api/3/issue/*/worklog"


def open_copy(sheet: Sheet) -> Sheet:
    sheet.open()
    sheet.frame.locator(".menu summary").click()
    sheet.frame.get_by_role("button", name="Copy a week").click()
    expect(sheet.frame.get_by_role("heading", name="Copy a week")).to_be_visible()
    return sheet


def start_long_copy(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> Issue:
    """Open the dialog for three worklogs, of which a request copies one; the page's clock waits."""
    issue = sheet.work.issue("Much work")
    for number in range(3):
        sheet.work.log(issue, MON - WEEK + timedelta(days=number), HOUR)
    open_copy(sheet)
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    sheet.page.clock.install()
    return issue


@pytest.mark.each_door
def test_hours_are_previewed_copied_and_taken_back(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    one, two = sheet.work.issue("Copied"), sheet.work.issue("Left out")
    sheet.work.log(one, MON - WEEK, HOUR)
    sheet.work.log(one, TUE - WEEK, 2 * HOUR)
    sheet.work.log(two, MON - WEEK, 4 * HOUR)
    open_copy(sheet)
    assert_accessible(sheet.frame)
    expect(sheet.frame.get_by_role("button", name="Copy 7:00")).to_be_visible()
    sheet.frame.locator(f"#copy-issue-{two.id}").uncheck()
    sheet.frame.get_by_role("button", name="Copy 3:00").click()
    sheet.expect_cells([(one, MON, "1:00"), (one, TUE, "2:00")])
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
    assert sheet.work.logged(two) == [(MON - WEEK, 4 * HOUR)]
    sheet.frame.get_by_role("button", name="Undo").click()
    expect(sheet.row_total(one)).to_have_text("")
    assert sheet.work.logged(one) == [(MON - WEEK, HOUR), (TUE - WEEK, 2 * HOUR)]


@pytest.mark.each_door
def test_a_long_copy_and_its_undo_show_how_far_they_are_and_stop(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = sheet.work.issue("Much work")
    for number in range(4):
        sheet.work.log(issue, MON - WEEK + timedelta(days=number), HOUR)
    open_copy(sheet)
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    sheet.work.trouble("late", WORKLOG, method="POST", count=None)
    dialog, flags = sheet.frame.locator("#dialog"), sheet.frame.locator("#flags")
    sheet.frame.get_by_role("button", name="Copy 4:00").click()
    stop = dialog.get_by_role("button", name="Stop")
    sheet.work.let_late_go()
    expect(stop).to_be_focused()
    expect(dialog.locator("#copy-done")).to_contain_text("1 of 4 worklogs")
    sheet.stay()
    sheet.work.let_late_go()
    expect(dialog.locator("#copy-done")).to_contain_text("2 of 4 worklogs")
    expect(stop).to_be_focused()
    assert_accessible(sheet.frame)
    sheet.work.no_trouble()
    expect(flags).to_contain_text("4 worklogs logged, 4h in all.")
    sheet.work.trouble("late", f"{WORKLOG}/*", method="DELETE", count=None)
    flags.get_by_role("button", name="Undo").click()
    sheet.work.let_late_go()
    expect(dialog.locator("#undo-done")).to_contain_text("1 of 4 changes")
    # The dialog stays until it is known what the request under way has done, however often somebody is in a hurry.
    sheet.work.await_late()
    for _ in range(3):
        sheet.frame.page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(stop).to_be_disabled()
    sheet.work.no_trouble()
    expect(flags).to_contain_text("not undone: Not tried, because you stopped it.")
    expect(dialog).not_to_be_visible()
    flags.get_by_role("button", name="Undo").click()
    expect(sheet.row_total(issue)).to_have_text("")
    expect(dialog).not_to_be_visible()
    assert sorted(sheet.work.logged(issue)) == [(MON - WEEK + timedelta(days=n), HOUR) for n in range(4)]
    # Both parts are redone, one after the other. A key that came while the dialog is open would do nothing.
    sheet.frame.evaluate(
        """() => {
            const redo = { key: "y", ctrlKey: true, bubbles: true };
            for (let n = 0; n < 2; n += 1) document.body.dispatchEvent(new KeyboardEvent("keydown", redo));
        }"""
    )
    expect(sheet.row_total(issue)).to_have_text("4:00")
    expect(dialog).not_to_be_visible()


@pytest.mark.each_door
def test_a_long_copy_goes_on_although_an_answer_is_lost(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = start_long_copy(sheet, monkeypatch)
    days = [MON - WEEK + timedelta(days=number) for number in range(3)]
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    sheet.journey.lose_answers("/copy/rest")
    dialog, flags = sheet.frame.locator("#dialog"), sheet.frame.locator("#flags")
    sheet.frame.get_by_role("button", name="Copy 3:00").click()
    expect(dialog.locator("#copy-done")).to_contain_text("1 of 3 worklogs")
    expect(dialog).to_contain_text("could not be reached")
    sheet.journey.restore()
    sheet.page.clock.fast_forward(AGAIN_MS)
    expect(flags).to_contain_text("3 worklogs logged, 3h in all.")
    expect(dialog).not_to_be_visible()
    assert sorted(sheet.work.logged(issue)) == [
        (day + after, HOUR) for after in (timedelta(), WEEK) for day in days
    ]


@pytest.mark.each_door
@pytest.mark.parametrize("status", [429, 503])
def test_a_long_copy_goes_on_after_an_answer_that_it_cannot_do_that_now(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    issue = start_long_copy(sheet, monkeypatch)
    sheet.journey.answer_in_place("/copy/rest", status, "<p>Not now.</p>", times=1)
    sheet.frame.get_by_role("button", name="Copy 3:00").click()
    expect(sheet.frame.locator("#dialog")).to_contain_text("Not now.")
    sheet.page.clock.fast_forward(AGAIN_MS)
    expect(sheet.frame.locator("#flags")).to_contain_text("3 worklogs logged, 3h in all.")
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
    assert len(sheet.work.logged(issue)) == 6


@pytest.mark.parametrize("lost", [False, True], ids=["refused", "lost"])
def test_a_stop_that_fails_is_repeated_and_nothing_is_copied_meanwhile(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    issue = start_long_copy(sheet, monkeypatch)
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    sheet.journey.answer_in_place("/copy/rest", 503, "<p>Not now.</p>", times=1)
    dialog = sheet.frame.locator("#dialog")
    sheet.frame.get_by_role("button", name="Copy 3:00").click()
    expect(dialog).to_contain_text("Not now.")
    if lost:
        sheet.journey.cut_off("/copy/stop")
    else:
        sheet.journey.answer_in_place("/copy/stop", 503, "<p>Not stopped.</p>", times=1)
    sheet.press("Escape")
    expect(dialog).to_contain_text("could not be reached" if lost else "Not stopped.")
    assert len(sheet.work.logged(issue)) == 4
    if lost:
        sheet.journey.restore()
    sheet.page.clock.fast_forward(AGAIN_MS)
    expect(dialog).to_contain_text("1 worklog logged, 1h in all. 2 worklogs not logged:")
    expect(dialog).to_contain_text("Not tried, because you stopped it.")
    assert len(sheet.work.logged(issue)) == 4


def test_a_stop_that_was_pressed_often_is_repeated_once(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_long_copy(sheet, monkeypatch)
    sheet.journey.allow("Failed to load resource|htmx:error")
    sheet.journey.answer_in_place("/copy/rest", 503, "<p>Not now.</p>")
    dialog, stop = sheet.frame.locator("#dialog"), sheet.frame.locator("#stop-copy")
    sheet.frame.get_by_role("button", name="Copy 3:00").click()
    expect(dialog).to_contain_text("Not now.")
    for _ in range(3):
        sheet.journey.answer_in_place("/copy/stop", 503, "<p>Not stopped.</p>", times=1)
        with sheet.journey.expect_answer("/copy/stop"):
            stop.click()
        expect(stop).to_be_enabled()
    sheet.journey.answer_in_place("/copy/stop", 503, "<p>Still not.</p>")
    requested = sheet.journey.record_requests()
    sheet.page.clock.fast_forward(AGAIN_MS)
    expect(dialog).to_contain_text("Still not.")
    assert requested == ["/copy/stop"]
    sheet.press("Escape")
    expect(dialog).not_to_be_visible()


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_a_stop_that_is_refused_leaves_a_way_out(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    start_long_copy(sheet, monkeypatch)
    sheet.journey.allow("Failed to load resource|htmx:error")
    for path in ("/copy/rest", "/copy/stop"):
        sheet.journey.answer_in_place(path, 403, f"<p>Refused: {path}.</p>")
    dialog = sheet.frame.locator("#dialog")
    sheet.frame.get_by_role("button", name="Copy 3:00").click()
    expect(dialog).to_contain_text("Refused: /copy/rest.")
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog).to_contain_text("Refused: /copy/stop.")
    expect(dialog.get_by_role("button", name="Stop")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    sheet.press(key)
    expect(dialog).not_to_be_visible()


def test_rows_alone_come_without_time(sheet: Sheet) -> None:
    issue = sheet.work.issue("Row only")
    sheet.work.log(issue, MON - WEEK, HOUR)
    open_copy(sheet)
    sheet.frame.get_by_label("Issues only").check()
    sheet.frame.get_by_role("button", name="Add 1 row").click()
    expect(sheet.row(issue)).to_be_visible()
    assert sheet.work.writes() == []


def test_any_week_is_chosen_and_what_jira_refuses_is_named(sheet: Sheet) -> None:
    one, two = sheet.work.issue("Copied"), sheet.work.issue("Closed meanwhile")
    for issue in (one, two):
        sheet.work.log(issue, MON - 3 * WEEK, HOUR)
    open_copy(sheet)
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_label("From the week of").fill((TUE - 3 * WEEK).isoformat())
    expect(dialog.get_by_role("button", name="Copy 2:00")).to_be_visible()
    dialog.get_by_label("Into the week of").fill((TUE + WEEK).isoformat())
    expect(dialog).to_contain_text("Copy 2:00")
    sheet.work.trouble("status", f"/rest/api/3/issue/{two.id}/worklog", method="POST", status=403, count=None)
    dialog.get_by_role("button", name="Copy 2:00").dblclick()
    expect(dialog).to_contain_text("Not everything was logged")
    expect(dialog.locator("#partly")).to_contain_text(two.key)
    assert sheet.work.logged(one) == [(MON - 3 * WEEK, HOUR), (MON + WEEK, HOUR)]
    assert sheet.work.logged(two) == [(MON - 3 * WEEK, HOUR)]
    dialog.get_by_role("button", name="Undo what was changed").click()
    expect(sheet.frame.locator("#flags")).to_contain_text("removed again")
    assert sheet.work.logged(one) == [(MON - 3 * WEEK, HOUR)]


def test_on_a_phone_only_the_preview_scrolls_sideways(sheet: Sheet) -> None:
    sheet.page.set_viewport_size({"width": 375, "height": 740})
    sheet.work.log(sheet.work.issue("Copied"), MON - WEEK, HOUR)
    open_copy(sheet)
    wider = "box => box.scrollWidth - box.clientWidth"
    assert sheet.frame.locator(".copy-table").evaluate(wider) > 0
    assert sheet.frame.locator("#dialog").evaluate(wider) == 0
