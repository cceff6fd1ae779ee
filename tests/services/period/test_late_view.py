"""The display of late changes, and who may accept them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import BERLIN, OPS, PAY, Scene
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent, Origin
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.permission import TeamAction
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import TeamPermission
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.closing import close_period, closing_key
from timesheet.services.period.command import AcceptLateChange, ClosePeriod
from timesheet.services.period.late_view import (
    LONGEST_NOTE,
    MOST_TRIED,
    VisibleChange,
    accept_late_change,
    read_late,
)
from timesheet.services.viewer.team_context import open_team

HOUR = 3600
DAY = date(2024, 6, 10)
JUNE = DateSpan(date(2024, 6, 1), date(2024, 6, 30))
NOW = datetime(2024, 7, 2, 9, tzinfo=UTC)
KEY = closing_key("a signing key", "site-1")


def close_june(scene: Scene) -> None:
    june = ClosePeriod("alpha", JUNE.first, JUNE.last)
    close_period(scene.team_context(), scene.viewer_context, scene.jira, KEY, june)


@pytest.fixture
def july(scene: Scene) -> Scene:
    """Go to 1 July 2024: viewer-1 has closed June of a team of one."""
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.site.team("viewer-1", "ana")
    scene.put(PAY, DAY, 6 * HOUR, time(12), author="ana")
    close_june(scene)
    return scene


def record_of(scene: Scene) -> ClosingRecord:
    return next(iter(scene.site.periods.stored.values()))


def worklog_of(scene: Scene) -> Worklog:
    return next(iter(scene.jira.worklogs.values()))


def unlogged(_worklog_id: int) -> Sequence[AuditEvent]:
    """Return the events of an audit log without worklogs."""
    return ()


def shown(
    scene: Scene, what: str = "changed", viewer: str = "viewer-1", number: int | None = None
) -> VisibleChange:
    record = record_of(scene)
    changes = [
        LateChange("alpha", record.id, number or worklog_of(scene).id, what, scene.jira.now, author="ana")
    ]
    opened = open_team(scene.team_context(viewer), "alpha", TeamAction.SEE_SUMS)
    [found], trouble = read_late(scene.viewer_context_of(viewer), opened, record, changes, KEY, unlogged)
    assert trouble == ""
    return found


def change(scene: Scene, **changes: object) -> None:
    worklog = worklog_of(scene)
    scene.jira.worklogs[worklog.id] = replace(worklog, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("minutes", [1, 24 * 60])
def test_the_time_before_is_found_by_the_hash(july: Scene, minutes: int) -> None:
    change(july, seconds=minutes * 60)
    found = shown(july)
    assert found.before == (DAY, 6 * HOUR)
    assert found.worklog is not None
    assert (found.worklog.seconds, found.author) == (minutes * 60, "ana")
    assert found.issue == july.jira.issues[PAY]


def test_the_time_before_is_found_by_the_zone_of_the_closing(scene: Scene) -> None:
    """Her work date is another one since she moved to another zone."""
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.jira.zones_of["ana"] = BERLIN
    scene.site.team("viewer-1", "ana")
    scene.put(PAY, DAY, 6 * HOUR, time(0, 30), author="ana")
    close_june(scene)
    scene.jira.zones_of["ana"] = ZoneInfo("America/New_York")
    scene.wait(24 * HOUR)
    change(scene, seconds=HOUR)
    found = shown(scene)
    assert found.worklog is not None
    assert (found.before, found.worklog.day) == ((DAY, 6 * HOUR), DAY)


def test_only_zones_that_the_closing_did_not_record_are_read(july: Scene) -> None:
    july.wait(24 * HOUR)
    july.jira.zone_calls = []
    shown(july)
    assert july.jira.zone_calls == []
    record = record_of(july)
    members = tuple(replace(one, zone=None) for one in record.members)
    july.site.periods.stored[record.id] = replace(record, members=members)
    shown(july)
    assert july.jira.zone_calls == [("ana",)]


@pytest.mark.parametrize(
    ("minutes", "found"), [(1, True), (24 * 60, True), (24 * 60 + 1, False)], ids=["least", "a day", "more"]
)
def test_a_time_before_of_a_minute_up_to_a_day_is_found(scene: Scene, minutes: int, found: bool) -> None:
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.site.team("viewer-1", "ana")
    scene.put(PAY, DAY, minutes * 60, time(12), author="ana")
    close_june(scene)
    change(scene, seconds=7 * HOUR)
    assert shown(scene).before == ((DAY, minutes * 60) if found else None)


@pytest.mark.parametrize(("place", "tried"), [(MOST_TRIED - 1, True), (MOST_TRIED, False)])
def test_of_very_many_changes_the_first_are_looked_into(july: Scene, place: int, tried: bool) -> None:
    change(july, seconds=HOUR)
    record, number = record_of(july), worklog_of(july).id
    changes = [
        LateChange("alpha", record.id, number if n == place else 10_000 + n, "changed", july.jira.now)
        for n in range(MOST_TRIED + 1)
    ]
    opened = open_team(july.team_context(), "alpha", TeamAction.SEE_SUMS)
    found, _ = read_late(july.viewer_context, opened, record, changes, KEY, unlogged)
    assert (found[place].before is not None) == tried
    assert MOST_TRIED == 200


@pytest.mark.parametrize("days", [-9, 20, 45])
def test_the_day_before_is_found_by_the_hash_outside_the_period_too(july: Scene, days: int) -> None:
    change(july, started=worklog_of(july).started + timedelta(days=days))
    assert shown(july).before == (DAY, 6 * HOUR)


def test_what_changed_in_both_ways_or_is_new_or_gone_has_no_known_before(july: Scene) -> None:
    gone = worklog_of(july).id
    change(july, seconds=HOUR, started=worklog_of(july).started + timedelta(days=1))
    assert shown(july).before is None
    july.jira.worklogs.clear()
    found = shown(july, "removed", number=gone)
    assert (found.worklog, found.issue, found.before, found.author) == (None, None, None, "ana")
    new = july.put(OPS, DAY, HOUR, time(15), author="ana")
    assert shown(july, "added", number=new.id).before is None


def event(worklog: Worklog) -> AuditEvent:
    """Return the audit log's event about a write of ``worklog`` through the app."""
    return AuditEvent(
        Action.WORKLOG_CREATED,
        NOW,
        "somebody",
        Origin.PAGE,
        "request",
        str(worklog.id),
        people=frozenset({worklog.author}),
        after={"issue": worklog.issue_id, "day": worklog.day.isoformat(), "seconds": worklog.seconds},
        seq=1,
    )


def gone(scene: Scene, *events: AuditEvent, viewer: str = "viewer-1") -> VisibleChange:
    """Return the display of the worklog after it is deleted in Jira, while the audit log has these events about it."""
    number = worklog_of(scene).id
    scene.jira.worklogs.clear()
    record = record_of(scene)
    opened = open_team(scene.team_context(viewer), "alpha", TeamAction.SEE_SUMS)
    changes = [LateChange("alpha", record.id, number, "removed", NOW)]
    logged = {number: events}
    [found], _ = read_late(
        scene.viewer_context_of(viewer), opened, record, changes, KEY, lambda n: logged.get(n, ())
    )
    return found


def test_what_a_deleted_worklog_was_is_known_from_the_audit_log_and_proven_by_the_hash(july: Scene) -> None:
    was = worklog_of(july)
    later = event(replace(was, seconds=HOUR))
    found = gone(july, later, event(was))
    assert (found.before, found.author, found.issue) == ((DAY, 6 * HOUR), "ana", july.jira.issues[PAY])
    assert found.worklog is None


@pytest.mark.parametrize(
    "changes", [{"seconds": HOUR}, {"day": DAY + timedelta(days=1)}], ids=["other time", "other day"]
)
def test_a_deleted_worklog_is_found_where_the_log_has_its_day_or_its_time(
    july: Scene, changes: dict[str, object]
) -> None:
    logged = event(replace(worklog_of(july), **changes))  # type: ignore[arg-type]
    assert gone(july, logged).before == (DAY, 6 * HOUR)


def test_what_a_deletion_states_as_before_counts_too(july: Scene) -> None:
    was = worklog_of(july)
    assert gone(july, replace(event(was), before=event(was).after, after={})).before == (DAY, 6 * HOUR)


def by_ana(worklog: Worklog, **changes: object) -> AuditEvent:
    """Return the event about a write of her own."""
    return replace(event(replace(worklog, **changes)), actor="ana")  # type: ignore[arg-type]


def test_of_a_deleted_worklog_the_day_or_the_time_of_the_latest_event_is_tried(july: Scene) -> None:
    was = worklog_of(july)
    earlier = by_ana(was, day=DAY + timedelta(days=1), seconds=2 * HOUR)
    assert gone(july, by_ana(was, seconds=HOUR), earlier).before == (DAY, 6 * HOUR)
    july.jira.worklogs[was.id] = was
    assert gone(july, earlier, by_ana(was, seconds=HOUR)).before is None


@pytest.mark.parametrize("missing", ["issue", "day", "seconds"])
def test_an_event_that_does_not_state_the_whole_worklog_is_passed_over(july: Scene, missing: str) -> None:
    whole = event(worklog_of(july))
    part = replace(whole, after={name: value for name, value in whole.after.items() if name != missing})
    assert gone(july, part, whole).before == (DAY, 6 * HOUR)


def test_nothing_is_shown_that_the_hash_does_not_prove_or_the_viewer_may_not_see(july: Scene) -> None:
    was = worklog_of(july)
    other = event(replace(was, issue_id=OPS))
    team = july.site.teams.get("alpha")
    july.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    july.site.add(team, "eva", "sums")
    kept = dict(july.jira.worklogs)
    assert gone(july, other).before is None
    july.jira.worklogs.update(kept)
    assert gone(july).before is None
    july.jira.worklogs.update(kept)
    hidden = gone(july, event(was), viewer="eva")
    assert (hidden.before, hidden.issue, hidden.author) == (None, None, None)
    july.jira.worklogs.update(kept)
    del july.jira.issues[PAY]
    assert gone(july, event(was)) == VisibleChange(gone_change(july, was))


def gone_change(scene: Scene, worklog: Worklog) -> LateChange:
    return LateChange("alpha", record_of(scene).id, worklog.id, "removed", NOW)


def test_a_worklog_that_changed_in_both_ways_is_known_from_the_audit_log(july: Scene) -> None:
    was = worklog_of(july)
    change(july, seconds=HOUR, started=was.started + timedelta(days=1))
    record = record_of(july)
    changes = [LateChange("alpha", record.id, was.id, "changed", NOW)]
    opened = open_team(july.team_context(), "alpha", TeamAction.SEE_SUMS)
    [found], _ = read_late(july.viewer_context, opened, record, changes, KEY, lambda _: [event(was)])
    assert (found.before, found.worklog is not None) == ((DAY, 6 * HOUR), True)


def test_whoever_sees_sums_only_sees_no_worklog(july: Scene) -> None:
    team = july.site.teams.get("alpha")
    july.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    july.site.add(team, "eva", "sums")
    found = shown(july, viewer="eva")
    assert (found.worklog, found.issue, found.before) == (None, None, None)


def test_t29_of_a_worklog_on_a_hidden_issue_nothing_is_shown(july: Scene) -> None:
    change(july, seconds=HOUR)
    assert shown(july).worklog
    del july.jira.issues[PAY]
    found = shown(july)
    assert (found.worklog, found.issue, found.before) == (None, None, None)


def test_without_jira_the_list_says_so(july: Scene) -> None:
    record = record_of(july)
    changes = [LateChange("alpha", record.id, 1, "changed", july.jira.now)]
    opened = open_team(july.team_context(), "alpha", TeamAction.SEE_SUMS)
    july.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert read_late(july.viewer_context, opened, record, changes, KEY, unlogged) == (
        [VisibleChange(changes[0])],
        "Down.",
    )
    assert read_late(july.viewer_context, opened, record, [], KEY, unlogged) == ([], "")


def test_accepting_needs_the_right_to_close_and_happens_once(july: Scene) -> None:
    record = record_of(july)
    known = LateChange("alpha", record.id, 7, "changed", july.jira.now)
    july.site.periods.add_late_changes([known])
    with pytest.raises(NotAllowed) as refused:
        accept_late_change(july.team_context("ana"), AcceptLateChange("alpha", record.id, 7, "changed", ""))
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")
    lead = july.team_context()
    with pytest.raises(InvalidInput, match="500"):
        accept_late_change(lead, AcceptLateChange("alpha", record.id, 7, "changed", "n" * (LONGEST_NOTE + 1)))
    for number, what in ((8, "changed"), (7, "added")):
        with pytest.raises(NotFound):
            accept_late_change(lead, AcceptLateChange("alpha", record.id, number, what, ""))
    july.site.team("viewer-1", team_id="beta")
    with pytest.raises(NotFound):
        accept_late_change(lead, AcceptLateChange("beta", record.id, 7, "changed", ""))
    accepted = accept_late_change(
        lead, AcceptLateChange("alpha", record.id, 7, "changed", "  as\nagreed " + "n" * 490)
    )
    assert accepted.note == "as agreed " + "n" * 490
    assert (accepted.accepted_by, accepted.accepted_at) == ("viewer-1", july.jira.now)
    with pytest.raises(Conflict):
        accept_late_change(lead, AcceptLateChange("alpha", record.id, 7, "changed", ""))


def test_a_change_is_accepted_only_as_it_was_seen(july: Scene) -> None:
    record = record_of(july)
    seen = LateChange("alpha", record.id, 7, "changed", july.jira.now, state="1" * 32)
    july.site.periods.add_late_changes([seen, replace(seen, state="2" * 32)])
    accept = AcceptLateChange("alpha", record.id, 7, "changed", "agreed", seen.mark)
    with pytest.raises(Conflict, match="has changed again since this list was opened"):
        accept_late_change(july.team_context(), accept)
    [now] = july.site.periods.late_changes("alpha")
    assert not now.accepted
    assert accept_late_change(july.team_context(), replace(accept, seen=now.mark)).accepted
