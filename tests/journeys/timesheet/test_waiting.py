"""Many people open the timesheet at once while Jira is slow: everybody waits, sees that, and is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, ZONE, Sheet, Work
from timesheet.services.resilience.bulkhead import Bulkhead
from tools.stage import Stage

SEARCH = "/rest/api/3/search/jql"
ASKED_AGAIN = 10_000


def narrow(stage: Stage, queued: int = 0) -> Bulkhead:
    """Let one request of a site wait for Jira at a time, and so many queue behind it."""
    bulkhead: Bulkhead = stage.app.extensions["timesheet"].operation.bulkhead
    bulkhead._of_a_site, bulkhead._most_queued_of_a_site = 1, queued
    return bulkhead


@contextmanager
def somebody_reads(stage: Stage, queued: int = 0) -> Iterator[None]:
    """Hold the one place for as long as the block runs."""
    bulkhead: Bulkhead = stage.app.extensions["timesheet"].operation.bulkhead
    bulkhead.begin(stage.site_key)
    # Before there is one place only, which a page that was just opened may still have.
    bulkhead.enter()
    narrow(stage, queued)
    try:
        yield
    finally:
        bulkhead.end()


def test_the_first_opening_waits_with_a_skeleton_and_opens_by_itself(
    journey: Journey, work: Work, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    work.log(work.issue("At nine o’clock"), MON, HOUR)
    with somebody_reads(work.stage):
        frame = journey.open()
        expect(frame.locator("#waiting-page")).to_contain_text("Many people are opening Timesheet")
        expect(frame.locator("#waiting-page .skeleton")).to_be_visible()
        with journey.expect_answer(status=202, timeout=ASKED_AGAIN):
            pass
        expect(frame.locator("#waiting-page")).to_be_visible()
        expect(frame.locator(".strip.danger:visible")).to_have_count(0)
        assert_accessible(frame)
    expect(frame.get_by_role("grid")).to_be_visible(timeout=ASKED_AGAIN)
    expect(frame.locator("#lt")).to_have_text("1:00")
    expect(frame.locator("#waiting-page")).to_have_count(0)


def test_a_sheet_that_is_open_stays_until_the_next_one_has_its_turn(sheet: Sheet) -> None:
    issue = sheet.work.issue("Already open")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    with somebody_reads(sheet.work.stage):
        with sheet.journey.expect_answer(status=202):
            sheet.frame.locator("#sheet-choice [name=day]").evaluate("day => { day.value = '2029-09-12'; }")
            sheet.frame.get_by_label("Show", exact=True).select_option("two-weeks")
        with sheet.journey.expect_answer(status=202, timeout=ASKED_AGAIN):
            pass
        expect(sheet.cell(issue, MON)).to_have_text("1:00")
        expect(sheet.frame.locator("#sheet-problem")).to_be_hidden()
    expect(sheet.title).to_have_text("10–23 Sept 2029", timeout=ASKED_AGAIN)
    expect(sheet.frame.locator("#waiting, #waiting-page")).to_have_count(0)


@pytest.mark.each_door
def test_nobody_of_many_is_turned_away(browser: Browser, stage: Stage, work: Work) -> None:
    issue = work.issue("At nine o’clock")
    journeys = []
    for number in range(1, 4):
        somebody = stage.jira.person(number)
        somebody.time_zone, somebody.locale = ZONE.key, "en_GB"
        Work(stage, somebody).log(issue, MON, number * HOUR)
        journeys.append(Journey(browser.new_context().new_page(), stage, somebody))
    work.trouble("slow", SEARCH, seconds=0.2, count=None)
    with somebody_reads(stage, queued=1):
        frames = [one.open() for one in journeys]
        # One of them waits in the queue, and the others ask again.
        with journeys[-1].expect_answer(status=202, timeout=ASKED_AGAIN):
            pass
    for number, frame in enumerate(frames, start=1):
        expect(frame.locator("#lt")).to_have_text(f"{number}:00", timeout=4 * ASKED_AGAIN)
    assert [one.unexpected() for one in journeys] == [[]] * 3
    for one in journeys:
        one.page.context.close()
