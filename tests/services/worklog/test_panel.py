from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time, timedelta
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, Scene, event
from tests.services.support.windows import send_event
from timesheet.domain.errors import NotFound
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import IssueTime, Missing, Zones
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import note_changes
from timesheet.services.snapshot.changed_issue import note_changed_issue
from timesheet.services.worklog.command import DeleteWorklog, TimeEntry
from timesheet.services.worklog.log import delete_worklog, log_time
from timesheet.services.worklog.panel import panel_span, read_panel
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.write_result import own_worklogs

HOUR = 3600
SPAN = panel_span(MONDAY)


def read(scene: Scene) -> tuple[int, int]:
    """Return the seconds on the issue, and how many reads of Jira that took."""
    time = read_panel(scene.viewer_context, PAY, SPAN).time
    return sum(worklog.seconds for worklog in time.worklogs), scene.calls().count("read_issue_time")


def report(scene: Scene, name: str, worklog: Worklog) -> None:
    """Let an event of Jira arrive a second later, before the panel is opened again."""
    scene.wait(1)
    send_event(scene, name, event(worklog))


def test_the_span_is_four_weeks_up_to_today() -> None:
    assert (len(SPAN), SPAN.last) == (28, MONDAY)


def test_the_first_and_the_last_day_count_and_no_other(scene: Scene) -> None:
    for day in (SPAN.first - timedelta(days=1), SPAN.first, SPAN.last, SPAN.last + timedelta(days=1)):
        scene.put(PAY, day, HOUR)
    assert read(scene) == (2 * HOUR, 1)


def test_it_is_cached_for_a_minute(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="other")
    assert [read(scene), read(scene)] == [(HOUR, 1), (HOUR, 0)]
    scene.wait(60)
    assert read(scene) == (HOUR, 1)


def test_a_refresh_does_not_share_an_earlier_read(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.put(PAY, MONDAY, HOUR, author="other")
    read_now, began, refreshed = scene.jira.read_issue_time, Event(), Event()

    def read_slowly(issue_id: int, span: DateSpan, zones: Zones) -> IssueTime:
        found = read_now(issue_id, span, zones)
        began.set()
        assert refreshed.wait(10)
        return found

    with ThreadPoolExecutor(1) as pool, monkeypatch.context() as patch:
        patch.setattr(scene.jira, "read_issue_time", read_slowly)
        earlier = pool.submit(read, scene)
        assert began.wait(10)
        patch.setattr(scene.jira, "read_issue_time", read_now)
        scene.wait(1)
        scene.put(PAY, MONDAY, HOUR, author="other")
        try:
            read_panel(scene.viewer_context, PAY, SPAN, refresh=True)
        finally:
            refreshed.set()
        assert earlier.result()[0] == 2 * HOUR
    assert read(scene) == (2 * HOUR, 0)


def test_while_the_cache_server_is_away_it_is_cached_for_two_seconds(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.cache, "isolated", True)
    read(scene)
    scene.wait(1)
    assert read(scene) == (0, 0)
    scene.wait(1)
    assert read(scene) == (0, 1)


def test_an_own_change_at_the_instant_of_the_read_is_read_again(scene: Scene) -> None:
    context, worklog = scene.viewer_context, scene.put(PAY, MONDAY, HOUR)
    read(scene)
    change = WorklogState(worklog.id, worklog, context.clock(), scene.jira.issues[PAY])
    note_changes(context.own_cache, [change])
    assert read(scene) == (HOUR, 1)


def test_an_own_change_is_seen_at_once(scene: Scene) -> None:
    read(scene)
    log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "2", "key-0001"))
    assert read(scene) == (2 * HOUR, 1)


def test_an_own_change_after_the_clock_was_set_back_is_seen(scene: Scene) -> None:
    read(scene)
    scene.wait(-60)
    log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "1h", "key-00001"))
    assert read(scene) == (HOUR, 1)


def test_an_own_change_elsewhere_costs_nothing(scene: Scene) -> None:
    read(scene)
    log_time(scene.viewer_context, TimeEntry(OPS, MONDAY, "2", "key-0001"))
    assert read(scene) == (0, 0)


def test_a_change_that_jira_reported_is_read(scene: Scene) -> None:
    read(scene)
    note_changed_issue(scene.cache, scene.viewer_context.site, PAY, scene.jira.now + timedelta(seconds=1))
    assert read(scene) == (0, 1)


@pytest.mark.parametrize("author", ["viewer-1", "other"])
def test_a_worklog_event_of_anybody_is_read_unless_it_is_known(scene: Scene, author: str) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author=author)
    read(scene)
    report(scene, "worklog_updated", worklog)
    assert read(scene) == (HOUR, 0)
    scene.jira.worklogs[worklog.id] = newer = replace(
        worklog, seconds=2 * HOUR, updated=worklog.updated + timedelta(seconds=1)
    )
    report(scene, "worklog_updated", newer)
    assert [read(scene), read(scene)] == [(2 * HOUR, 1), (2 * HOUR, 0)]


def test_an_own_deletion_that_jira_reported_before_the_panel_opens_is_seen(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    read(scene)
    delete_worklog(
        scene.viewer_context, DeleteWorklog(PAY, SeenWorklog(worklog.id, worklog.updated), "key-0001")
    )
    report(scene, "worklog_deleted", worklog)
    assert [read(scene), read(scene)] == [(0, 1), (0, 0)]


def test_an_event_about_another_issue_costs_nothing(scene: Scene) -> None:
    worklog = scene.put(OPS, MONDAY, HOUR)
    read(scene)
    report(scene, "worklog_deleted", worklog)
    assert read(scene) == (0, 0)


def test_it_is_read_on_request(scene: Scene) -> None:
    read(scene)
    for count in (1, 2):
        read_panel(scene.viewer_context, PAY, SPAN, refresh=True)
        assert scene.calls().count("read_issue_time") == 1, count


def answer_with(scene: Scene, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Sequence[Any]:
    """Let Jira answer with these changes; return the spans that are requested."""
    spans: list[Any] = []
    real = scene.jira.read_issue_time

    def read_it(issue_id: int, span: Any, zones: Any) -> IssueTime:
        spans.append(span)
        return replace(real(issue_id, span, zones), **changes)

    monkeypatch.setattr(scene.jira, "read_issue_time", read_it)
    return spans


def test_what_was_read_is_forgotten_if_jira_shows_the_issue_no_longer(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="other")
    read(scene)
    del scene.jira.issues[PAY]
    for refresh in (True, False):
        with pytest.raises(NotFound):
            read_panel(scene.viewer_context, PAY, SPAN, refresh=refresh)


def test_days_are_those_of_each_author_and_what_is_outside_of_the_span_is_left_out(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.jira.zones_of = {"west": ZoneInfo("America/Los_Angeles"), "early": ZoneInfo("UTC"), "hidden": None}
    west = scene.put(PAY, MONDAY, HOUR, time(4), author="west")
    hidden = scene.put(PAY, MONDAY, HOUR, time(12), author="hidden")
    early = scene.put(PAY, SPAN.first - timedelta(days=1), HOUR, author="early")
    names = {"west": "Wes", "hidden": "Hida", "early": "Eva"}
    spans = answer_with(scene, monkeypatch, worklogs=(west, hidden, early), names=names)
    found = read_panel(scene.viewer_context, PAY, SPAN).time
    assert spans == [SPAN.padded(2)]
    assert found.worklogs == (replace(west, day=MONDAY - timedelta(days=1)), hidden)
    assert found.names == {"west": "Wes", "hidden": "Hida"}


def test_an_incomplete_answer_is_not_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = answer_with(scene, monkeypatch, missing=(Missing("Some are missing.", "issue-worklogs"),))
    for count in (1, 2):
        read_panel(scene.viewer_context, PAY, SPAN)
        assert len(spans) == count


def test_the_time_of_somebody_for_whom_it_is_tomorrow_already_counts(scene: Scene) -> None:
    scene.jira.zones_of = {"east": ZoneInfo("Pacific/Kiritimati")}
    scene.put(PAY, MONDAY, HOUR, time(11, 30), author="east")
    scene.put(PAY, MONDAY + timedelta(days=1), 2 * HOUR, time(11, 30), author="east")
    scene.put(PAY, MONDAY + timedelta(days=1), 4 * HOUR)
    assert read(scene) == (HOUR, 1)


def test_the_time_in_all_is_that_of_the_moment_at_which_the_worklogs_were_read(scene: Scene) -> None:
    own_worklogs(scene.viewer_context, MONDAY)
    for seconds in (HOUR, 3 * HOUR):
        scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], spent_seconds=seconds)
        scene.calls()
        assert read_panel(scene.viewer_context, PAY, SPAN, refresh=True).issue.spent_seconds == seconds
        assert scene.calls().count("read_issue") == 1
