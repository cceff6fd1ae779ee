"""An issue with thousands of worklogs is read once, and again as soon as anything may have changed on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, event
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import MOST_NAMED, Missing
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import note_changes, suspect_windows
from timesheet.services.snapshot.changed_issue import note_changed_issue
from timesheet.services.snapshot.long_issue import MOST_REUSED
from timesheet.services.snapshot.own import FRESH
from timesheet.services.snapshot.webhook import note_worklog_event
from timesheet.services.viewer.person import zone_key
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import CellEdit

HOUR = 3600
YEAR = DateSpan(date(2026, 1, 1), date(2026, 12, 31))
EXPIRED = FRESH.total_seconds()
AGAIN = ["read_worklogs", "counted 12"]
UNUSED = ["read_worklogs", "counted 12", "read_listed [1]", "read_worklogs"]


def crowd(scene: Scene) -> Worklog:
    """Put one worklog of the viewer among those of others on PAY, a long issue, and read the week's window."""
    scene.jira.long_from = 4
    scene.jira.updated[PAY] = "2026-11-16T10:00:00.000+0000"
    own = scene.put(PAY, MONDAY, HOUR)
    for day in range(3):
        scene.put(PAY, MONDAY + timedelta(days=day), HOUR, author="mate-1")
    scene.sheet()
    scene.calls()
    return own


def again(scene: Scene, seconds: float = EXPIRED, span: DateSpan = WEEK) -> list[str]:
    """Read again, check that the result is what Jira has, and return the calls."""
    scene.wait(seconds)
    shown = {w.id: (w.seconds, w.day) for w in scene.sheet(span).worklogs}
    mine = (w for w in scene.jira.worklogs.values() if w.author == "viewer-1" and w.day in span)
    assert shown == {w.id: (w.seconds, w.day) for w in mine}
    return scene.calls()


def test_an_issue_on_which_nothing_changed_is_not_read_again(scene: Scene) -> None:
    own = crowd(scene)
    for _ in range(2):
        assert again(scene) == [*AGAIN, f"read_listed [{own.id}]"]
    assert set(scene.sheet().issues) == {PAY}
    assert scene.sheet().complete


def test_what_search_brings_of_it_is_there_once_and_in_the_order_of_the_day(scene: Scene) -> None:
    own = crowd(scene)
    other = scene.put(OPS, MONDAY - timedelta(days=1), HOUR)
    scene.wait(EXPIRED)
    assert [w.id for w in scene.sheet(WEEK.padded(1)).worklogs] == [other.id, own.id]


def test_whoever_has_no_time_on_it_in_these_days_asks_for_none(scene: Scene) -> None:
    own = crowd(scene)
    del scene.jira.worklogs[own.id]
    scene.put(PAY, MONDAY - timedelta(days=400), HOUR)
    scene.jira.updated[PAY] = "2026-11-16T10:30:00.000+0000"
    assert again(scene) == ["read_worklogs", f"read_listed [{own.id}]"]
    assert again(scene) == AGAIN


def log_more(scene: Scene, own: Worklog) -> None:
    del own
    scene.put(PAY, MONDAY + timedelta(days=1), HOUR)


def update(scene: Scene, own: Worklog) -> None:
    del own
    scene.jira.updated[PAY] = "2026-11-16T11:00:00.000+0000"


@pytest.mark.parametrize("change", [log_more, update])
def test_where_the_search_shows_a_change_it_is_read(
    scene: Scene, change: Callable[[Scene, Worklog], None]
) -> None:
    change(scene, crowd(scene))
    assert again(scene) == ["read_worklogs"]


def test_a_worklog_that_comes_from_another_year_is_noticed_by_the_count(scene: Scene) -> None:
    crowd(scene)
    far = scene.put(PAY, MONDAY - timedelta(days=400), HOUR)
    again(scene)
    scene.jira.worklogs[far.id] = replace(far, day=MONDAY, started=far.started + timedelta(days=400))
    assert again(scene) == AGAIN


def grow(scene: Scene, own: Worklog) -> None:
    scene.jira.worklogs[own.id] = replace(own, seconds=2 * HOUR, updated=scene.jira.now)


def restrict(scene: Scene, own: Worklog) -> None:
    scene.jira.worklogs[own.id] = replace(own, restricted=True)


def exchange(scene: Scene, own: Worklog) -> None:
    """Replace the viewer's worklog on the issue by another one, as moves between issues do without a trace."""
    scene.jira.worklogs[own.id] = replace(own, issue_id=OPS)
    scene.put(PAY, MONDAY, HOUR)


@pytest.mark.parametrize("change", [grow, restrict, exchange])
def test_a_change_without_a_trace_on_the_issue_is_noticed_worklog_by_worklog(
    scene: Scene, change: Callable[[Scene, Worklog], None]
) -> None:
    own = crowd(scene)
    change(scene, own)
    assert again(scene)[:4] == UNUSED
    assert scene.jira.worklogs[own.id] in scene.sheet().worklogs


def test_what_jira_does_not_list_is_read(scene: Scene) -> None:
    crowd(scene)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert again(scene) == UNUSED
    assert scene.sheet().complete


def send_event(scene: Scene, own: Worklog) -> None:
    note_worklog_event(scene.cache, "site-1", "worklog_updated", event(own), scene.viewer_context.clock)


def touch(scene: Scene, own: Worklog) -> None:
    del own
    note_changed_issue(scene.cache, "site-1", PAY, scene.jira.now + timedelta(milliseconds=1))


def write(scene: Scene, own: Worklog) -> None:
    note_changes(scene.own_cache, [WorklogState(own.id, own, scene.jira.now)])


def doubt(scene: Scene, own: Worklog) -> None:
    del own
    suspect_windows(scene.own_cache)


def move_zone(scene: Scene, own: Worklog) -> None:
    del own
    scene.cache.put(zone_key("site-1", "viewer-1"), "America/New_York", 600)
    profile = replace(scene.jira.profile, zone=ZoneInfo("America/New_York"))
    scene.viewer_context = replace(scene.viewer_context, account=lambda: profile)


@pytest.mark.parametrize("change", [send_event, touch, write, doubt, move_zone])
def test_after_a_hint_it_is_read_although_jira_shows_no_change(
    scene: Scene, change: Callable[[Scene, Worklog], None]
) -> None:
    change(scene, crowd(scene))
    scene.wait(EXPIRED)
    scene.sheet()
    assert scene.calls() == ["read_worklogs"]


@pytest.mark.parametrize(
    ("issue_id", "calls"), [(PAY, ["read_worklogs"]), (OPS, [*AGAIN, "read_listed [1]"])]
)
def test_an_own_write_has_its_issue_read(scene: Scene, issue_id: int, calls: list[str]) -> None:
    crowd(scene)
    save_cell(scene.viewer_context, CellEdit(issue_id, MONDAY, "1", "key-0001"))
    scene.jira.long_from = len(scene.jira.worklogs) - (issue_id == OPS)
    if issue_id == PAY:
        scene.jira.worklogs.pop(2)
    scene.calls()
    assert again(scene) == calls


def test_events_on_another_issue_and_before_a_reading_have_it_read_no_more(scene: Scene) -> None:
    own = crowd(scene)
    send_event(scene, own)
    assert again(scene) == ["read_worklogs"]
    send_event(scene, scene.put(OPS, MONDAY, HOUR))
    assert again(scene) == [*AGAIN, f"read_listed [{own.id}]"]


def test_whoever_refreshes_has_it_read(scene: Scene) -> None:
    crowd(scene)
    scene.sheet(refresh=True)
    assert scene.calls() == ["read_worklogs"]


def test_a_reading_that_lacked_something_is_no_ground(scene: Scene) -> None:
    scene.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs.", "issue-worklogs"),)
    crowd(scene)
    scene.jira.missing = ()
    assert again(scene) == ["read_worklogs"]


def test_after_half_a_day_it_is_read_anew_however_often_it_was_used(scene: Scene) -> None:
    own = crowd(scene)
    for seconds in (6 * HOUR, 6 * HOUR - EXPIRED):
        assert again(scene, seconds) == [*AGAIN, f"read_listed [{own.id}]"]
    assert again(scene, EXPIRED) == ["read_worklogs"]


def test_a_month_in_a_year_that_is_fresh_costs_nothing(scene: Scene) -> None:
    crowd(scene)
    scene.wait(EXPIRED)
    scene.sheet(YEAR)
    scene.calls()
    assert again(scene, 1) == []
    new = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001")).worklog
    assert new
    scene.calls()
    assert again(scene, 1) == []


def test_a_month_in_a_year_that_was_fresh_takes_the_long_issue_from_it(scene: Scene) -> None:
    crowd(scene)
    scene.put(PAY, MONDAY - timedelta(days=90), HOUR)
    scene.wait(EXPIRED)
    scene.sheet(YEAR)
    scene.cache.delete("site-1:window:viewer-1:2026-10-25:2026-12-07")
    scene.calls()
    assert again(scene) == [*AGAIN, "read_listed [1]"]


def test_a_month_is_no_ground_for_the_next_and_its_year_and_half_a_year_none_for_a_month(
    scene: Scene,
) -> None:
    crowd(scene)
    assert again(scene, span=DateSpan(date(2026, 12, 1), date(2026, 12, 31))) == ["read_worklogs"]
    assert again(scene, span=YEAR) == ["read_worklogs"]
    missing = (Missing("Jira stopped answering: some issues are missing.", "search"),)
    scene.jira.missing = missing
    scene.wait(EXPIRED)
    scene.sheet(YEAR)
    scene.jira.missing = ()
    scene.calls()
    scene.sheet(WEEK)
    assert scene.calls()[0] == "read_worklogs"


def test_a_search_names_it_before_issues_with_older_work(scene: Scene) -> None:
    crowd(scene)
    many = [replace(scene.jira.issues[OPS], id=1000 + n) for n in range(MOST_NAMED)]
    scene.jira.issues |= {issue.id: issue for issue in many}
    for issue in many:
        scene.put(issue.id, MONDAY + timedelta(days=1), HOUR)
    again(scene)
    again(scene)
    assert len(scene.jira.named) == MOST_NAMED
    assert scene.jira.named[-1] == PAY


def test_few_issues_are_compared(scene: Scene) -> None:
    scene.jira.long_from = 1
    many = [replace(scene.jira.issues[OPS], id=1000 + n) for n in range(MOST_REUSED + 1)]
    scene.jira.issues |= {issue.id: issue for issue in many}
    for issue in many:
        scene.put(issue.id, MONDAY, HOUR)
    scene.sheet()
    scene.calls()
    calls = again(scene)
    assert sum(call.startswith("counted") for call in calls) == MOST_REUSED
