"""Time in a project that is archived in Jira, with the app and the emulated Jira.

Jira returns such issues and their worklogs by id, but no search finds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape

import pytest

from tests.journeys.support.sheet import Work
from tests.web.support.browsing import Browser
from tests.web.support.faults import ask
from timesheet.services.snapshot.own import FRESH
from tools.stage import Stage, set_stage

LEFT_OUT = re.compile(
    r"Jira’s search does not find ([A-Z0-9, and-]+) \(archived\?\): only time that was read before"
)
WITHOUT = "without archived projects"


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with set_stage(tmp_path_factory.mktemp("archive"), people=3) as stage:
        yield stage


class Sheet:
    """A person's week with an hour in PAY and two elsewhere, which the app has read."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.work = Work(stage, stage.jira.person(1))
        self.today: date = stage.cloud.cloud.clock().date()
        self.archived = self.work.issue("Over and done")
        self.other = self.work.issue("Goes on", project="WEB")
        for issue, hours in ((self.archived, 1), (self.other, 2)):
            self.work.log(issue, self.today, hours * 3600)
        self.browser = Browser(stage, stage.jira, stage.jira.person(1)).sign_in()

    def archive(self, *, archived: bool = True) -> None:
        """Archive a project as a Jira admin, or restore it."""
        self.stage.jira.control("POST", "projects", {"key": "PAY", "archived": archived})

    def later(self) -> None:
        """Let pass the time for which a reading counts as fresh."""
        self.stage.jira.flush_webhooks()
        self.stage.cloud.cloud.clock.travel(FRESH.total_seconds())
        self.browser.sign_in()
        self.stage.jira.calls.clear()

    def look(self, *, refresh: bool = False) -> str:
        refreshing = "&refresh=1" if refresh else ""
        return unescape(self.browser.get(f"/timesheet?view=week&day={self.today}{refreshing}"))

    def requested(self) -> list[str]:
        return [call.template for call in self.stage.jira.calls.list("rest")]


@pytest.fixture
def sheet(stage: Stage) -> Sheet:
    return Sheet(stage)


def left_out(shown: str) -> list[str]:
    """Return the issues that the sheet names as not found by search."""
    found = LEFT_OUT.search(shown)
    return re.findall("[A-Z]+-[0-9]+", found.group(1)) if found else []


@pytest.mark.parametrize("refresh", [False, True])
def test_time_that_was_known_stays_and_is_named(sheet: Sheet, refresh: bool) -> None:
    first = sheet.look()
    assert (sheet.archived.key in first, sheet.archived.key in left_out(first)) == (True, False)
    sheet.archive()
    sheet.later()
    shown = sheet.look(refresh=refresh)
    assert sheet.archived.key in shown
    assert sheet.other.key in shown
    assert sheet.archived.key in left_out(shown)
    assert ("complete up to" in first, "complete up to" in shown) == (True, False)
    assert "/worklog/list" in sheet.requested()
    sheet.later()
    again = sheet.look()
    assert (sheet.archived.key in again, sheet.archived.key in left_out(again)) == (True, True)
    # Nobody can change it in an archived project, so it is not requested again within the hour.
    assert "/worklog/list" not in sheet.requested()


def test_a_project_that_comes_back_is_named_no_more(sheet: Sheet) -> None:
    sheet.look()
    sheet.archive()
    sheet.later()
    assert sheet.archived.key in left_out(sheet.look())
    sheet.archive(archived=False)
    sheet.later()
    shown = sheet.look()
    assert (sheet.archived.key in shown, left_out(shown)) == (True, [])
    assert "complete up to" in shown


def test_time_that_only_an_event_reported_is_read_by_its_id(sheet: Sheet) -> None:
    assert sheet.stage.jira.flush_webhooks()
    sheet.archive()
    shown = sheet.look()
    assert (sheet.archived.key in shown, "Over and done" in shown) == (True, True)


def test_time_that_nothing_reported_may_be_missing_and_the_page_says_so(sheet: Sheet) -> None:
    """Search is all that finds it, and does not; the sheet says so beside every "complete"."""
    sheet.stage.jira.control("POST", "trouble", {"effect": "webhook-lost", "count": None})
    unread = sheet.work.issue("Never heard of")
    sheet.work.log(unread, sheet.today, 5 * 3600)
    sheet.archive()
    shown = sheet.look()
    assert unread.key not in shown
    assert sheet.other.key in shown
    assert WITHOUT in shown


ARCHIVED = "PAY is archived, so time there cannot change. A Jira admin can restore the project."


def test_time_there_cannot_be_changed_and_stays(sheet: Sheet) -> None:
    sheet.look()
    sheet.archive()
    [row] = sheet.work.rows(sheet.archived)
    first = sheet.today - timedelta(days=sheet.today.weekday())
    answer = ask(
        sheet.browser,
        "POST",
        "/timesheet/cell",
        issue=sheet.archived.id,
        day=sheet.today,
        value="3",
        seen=f"{row.id}.{row.updated}",
        key="archived-1",
        first=first,
        last=first + timedelta(days=6),
        group="issue",
    )
    assert answer.status_code == 403
    assert ARCHIVED in answer.text
    assert "You need" not in answer.text
    assert sheet.work.logged(sheet.archived) == [(sheet.today, 3600)]
    sheet.later()
    assert sheet.archived.key in sheet.look()


def test_its_row_says_so_before_anybody_types(sheet: Sheet) -> None:
    sheet.look()
    sheet.archive()
    sheet.look(refresh=True)
    sheet.browser.get(f"/timesheet/row-locks?view=week&day={sheet.today}")
    shown = sheet.look()
    assert (sheet.archived.key in shown, ARCHIVED in shown, "You need" in shown) == (True, True, False)


def test_nothing_is_logged_or_deleted_there(sheet: Sheet) -> None:
    sheet.look()
    sheet.archive()
    [row] = sheet.work.rows(sheet.archived)
    yesterday = sheet.today - timedelta(days=1)
    days = {"first": yesterday, "last": sheet.today, "group": "issue"}
    for number, (value, seen) in enumerate([("3", ""), ("", f"{row.id}.{row.updated}")]):
        day = sheet.today if seen else yesterday
        answer = ask(
            sheet.browser,
            "POST",
            "/timesheet/cell",
            issue=sheet.archived.id,
            day=day,
            value=value,
            seen=seen,
            key=f"archived-{number}",
            **days,
        )
        assert (answer.status_code, ARCHIVED in answer.text) == (403, True), value
    assert sheet.work.logged(sheet.archived) == [(sheet.today, 3600)]


@pytest.mark.parametrize("known", [True, False])
def test_an_issue_there_opens_by_its_id(sheet: Sheet, known: bool) -> None:
    if known:
        sheet.look()
    sheet.archive()
    [row] = sheet.work.rows(sheet.archived)
    dialog = unescape(sheet.browser.get(f"/worklogs/{sheet.archived.id}/{row.id}"))
    assert sheet.archived.key in dialog
