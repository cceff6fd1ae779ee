"""Jira responds late or not at all: the next input finds the result of the first try and creates no second worklog."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from jira_emulator.model import Issue
from tests.journeys.support.sheet import FRI, HOUR, MON, THU, TUE, WED, Sheet
from tests.processes.support.app_processes import wait_for
from timesheet.adapters.jira.call import transport

WORKLOG = "/rest/api/3/issue/*/worklog"
MOST_TRIES = 200
UNSURE = "may or may not be saved"
ONLY_BY_HAND = """(() => {
    const set = window.setTimeout;
    window.setTimeout = (act, after) => (after > 0 && after % 30_000 === 0 ? 0 : set(act, after));
})();"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, page: Page) -> None:
    """Wait for Jira for one second instead of twenty, and send nothing again automatically."""
    page.add_init_script(ONLY_BY_HAND)
    monkeypatch.setattr(transport, "READ_SECONDS", 1)


def expect_unsure(sheet: Sheet) -> None:
    expect(sheet.problem).to_contain_text(UNSURE)


def retype(sheet: Sheet, text: str | None) -> None:
    """Go to the marked cell and enter it again, as it is or with another text."""
    sheet.press("Alt+ArrowDown", "Enter")
    expect(sheet.input).to_be_focused()
    if text is not None:
        sheet.input.fill(text)
    sheet.press("Enter")


def log_with_lost_answer(sheet: Sheet, issue: Issue) -> None:
    """Log an hour on Monday; the app saves it, and its answer does not reach the browser."""
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    sheet.journey.lose_answers("/timesheet/cell")
    sheet.enter(issue, MON, "1")
    expect(sheet.problem).to_contain_text("so this may not be saved")
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    sheet.journey.restore()


def copy_week(sheet: Sheet) -> bool:
    """Copy the hours of the week before, and return whether all of them are there."""
    sheet.frame.locator(".menu summary").click()
    sheet.frame.get_by_role("button", name="Copy a week").click()
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_role("button", name=re.compile("^Copy [0-9]")).click()
    close = dialog.get_by_role("button", name="Close")
    expect(close.or_(sheet.frame.locator("#flags .flag:not(.problem)"))).to_be_visible()
    if not close.is_visible():
        return True
    close.click()
    expect(dialog).not_to_be_visible()
    return False


@pytest.mark.parametrize("text", [None, "1", "2"], ids=["Enter", "the same text", "another text"])
def test_t32_what_arrives_late_is_not_written_twice(sheet: Sheet, text: str | None) -> None:
    issue, below = sheet.work.issue("Slow"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.trouble("late", WORKLOG, method="POST")
    sheet.enter(issue, MON, "1")
    expect_unsure(sheet)
    assert sheet.work.logged(issue) == []
    retype(sheet, text)
    expect(sheet.cell(issue, MON)).not_to_have_class(re.compile("saving"))
    expect_unsure(sheet)
    wanted = 2 if text == "2" else 1
    sheet.work.let_late_go()
    wait_for(lambda: sheet.work.logged(issue))
    retype(sheet, text)
    sheet.expect_cells([(issue, MON, f"{wanted}:00")])
    assert sheet.work.logged(issue) == [(MON, wanted * HOUR)]
    expect(sheet.total).to_have_text(f"{wanted}:00")


@pytest.mark.parametrize("text", [None, "2"], ids=["Enter", "another text"])
@pytest.mark.parametrize("effect", ["drop-before-write", "status-before-write"])
def test_t32_what_was_cut_off_is_not_sent_again_while_jira_may_still_write_it(
    sheet: Sheet, effect: str, text: str | None
) -> None:
    issue, below = sheet.work.issue("Cut off"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.trouble(effect, WORKLOG, method="POST", status=502)
    sheet.work.forget_calls()
    sheet.enter(issue, MON, "1")
    expect_unsure(sheet)
    expect(sheet.problem).to_contain_text("Try again in a few minutes")
    retype(sheet, text)
    expect(sheet.cell(issue, MON)).not_to_have_attribute("aria-busy", "true")
    expect_unsure(sheet)
    assert sheet.work.writes() == ["POST"]
    assert sheet.work.finish_writes() == 1
    retype(sheet, text)
    wanted = int(text or "1")
    sheet.expect_cells([(issue, MON, f"{wanted}:00")])
    assert sheet.work.logged(issue) == [(MON, wanted * HOUR)]
    expect(sheet.total).to_have_text(f"{wanted}:00")


def test_t32_what_arrives_late_is_found_after_a_reload(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Slow and reloaded"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.trouble("drop-after-write", "/rest/api/3/issue/*/worklog", method="POST")
    sheet.work.trouble("status", "/rest/api/3/issue/*/worklog", method="GET", status=503, count=None)
    sheet.enter(issue, MON, "1")
    expect_unsure(sheet)
    sheet.work.no_trouble()
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    sheet.journey.complaints.clear()
    sheet.open(issue, below)
    sheet.enter(issue, MON, "3")
    sheet.expect_cells([(issue, MON, "3:00")])
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]


def test_an_own_change_whose_answer_was_lost_is_nobody_elses(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Lost change"), sheet.work.issue("Below")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.open(issue, below)
    sheet.work.trouble("drop-after-write", WORKLOG + "/*", method="PUT", count=None)
    sheet.work.trouble("status", WORKLOG + "/*", method="GET", status=503, count=None)
    sheet.enter(issue, MON, "2")
    expect(sheet.frame.locator("td.refused")).to_have_count(1)
    sheet.work.no_trouble()
    sheet.work.change(row, 2 * HOUR)
    retype(sheet, None)
    sheet.expect_cells([(issue, MON, "2:00")])
    expect(sheet.problem).to_be_empty()
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


@pytest.mark.each_door
def test_an_answer_that_never_reached_the_browser_is_found_by_its_key(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Lost on the last mile"), sheet.work.issue("Below")
    sheet.open(issue, below)
    log_with_lost_answer(sheet, issue)
    retype(sheet, "2")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_a_text_after_two_lost_answers_still_finds_what_the_first_one_wrote(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Lost twice"), sheet.work.issue("Below")
    sheet.open(issue, below)
    log_with_lost_answer(sheet, issue)
    sheet.journey.cut_off("/timesheet/cell")
    with sheet.page.expect_event("requestfailed"):
        retype(sheet, "2")
    expect(sheet.problem).to_contain_text("so this may not be saved")
    sheet.journey.restore()
    retype(sheet, "3")
    sheet.expect_cells([(issue, MON, "3:00")])
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]


def test_a_cell_that_is_cleared_after_a_lost_answer_and_a_refusal_is_empty(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Lost and cleared"), sheet.work.issue("Below")
    sheet.open(issue, below)
    log_with_lost_answer(sheet, issue)
    retype(sheet, "no time")
    expect(sheet.problem).to_contain_text("is not a duration")
    retype(sheet, "")
    sheet.expect_cells([(issue, MON, "")])
    expect(sheet.problem).to_be_empty()
    assert sheet.work.logged(issue) == []


def test_a_text_that_was_discarded_after_a_lost_answer_is_saved_anew(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Lost and discarded"), sheet.work.issue("Below")
    sheet.open(issue, below)
    log_with_lost_answer(sheet, issue)
    sheet.press("Alt+ArrowDown", "Escape")
    [row] = sheet.work.rows(issue)
    sheet.work.delete(row)
    assert sheet.work.stage.jira.flush_webhooks()
    sheet.enter(issue, MON, "1")
    sheet.expect_cells([(issue, MON, "1:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_t32_a_week_copied_twice_over_a_lost_answer_is_there_once(sheet: Sheet) -> None:
    issue = sheet.work.issue("Copied")
    for day in (MON, TUE, WED, THU, FRI):
        sheet.work.log(issue, day, HOUR)
    sheet.open(issue)
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    sheet.work.trouble("late", WORKLOG, method="POST")
    assert not copy_week(sheet)
    there = len(sheet.work.rows(issue))
    sheet.work.let_late_go()
    wait_for(lambda: len(sheet.work.rows(issue)) > there)
    assert any(copy_week(sheet) for _ in range(MOST_TRIES))
    assert len(sheet.work.rows(issue)) == 10
