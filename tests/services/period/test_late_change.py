"""Late changes: each change in Jira after a closing is found once, with who and when if Jira says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import BERLIN, OPS, PAY, Scene
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.jira_time import epoch_ms, format_instant, parse_instant
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.closing import close_period, closing_key, reopen_period
from timesheet.services.period.command import ClosePeriod, ReopenPeriod
from timesheet.services.period.late_change import compare_record, find_late_changes, late_of
from timesheet.services.period.worklog_event import read_event
from timesheet.services.ports.jira import SCOPE_FORMER, UNREADABLE_WORKLOG, Missing, WorklogsUnread
from timesheet.services.ports.team_jira import TeamTimeQuery
from timesheet.services.ports.worklog_event import ReceivedEvent
from timesheet.services.snapshot.webhook import note_worklog_event

NEW_YORK = ZoneInfo("America/New_York")
HOUR = 3600
JUNE = DateSpan(date(2024, 6, 1), date(2024, 6, 30))
KEY = closing_key("a signing key", "site-1")
DAY = date(2024, 6, 3)
JULY = datetime(2024, 7, 8, 7, tzinfo=UTC)


@pytest.fixture
def closed(scene: Scene) -> Scene:
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.jira.zones_of["ana"] = BERLIN
    scene.site.team("viewer-1", "ana")
    for issue_id in (PAY, OPS):
        scene.put(issue_id, DAY, HOUR, author="ana")
    close(scene)
    scene.wait(60)
    return scene


def close(scene: Scene) -> ClosingRecord:
    return close_period(
        scene.team_context(),
        scene.viewer_context,
        scene.jira,
        KEY,
        ClosePeriod("alpha", JUNE.first, JUNE.last),
    )


def changed(scene: Scene, worklog: Worklog, **more: object) -> Worklog:
    scene.jira.worklogs[worklog.id] = replace(worklog, updated=scene.jira.now, **more)  # type: ignore[arg-type]
    return scene.jira.worklogs[worklog.id]


def send_event(
    scene: Scene, worklog: Worklog, name: str = "worklog_updated", key: bytes = KEY
) -> tuple[LateChange, ...]:
    data = {
        "id": str(worklog.id),
        "issueId": str(worklog.issue_id),
        "author": {"accountId": worklog.author},
        "updateAuthor": {"accountId": "eve"},
        "started": format_instant(worklog.started),
        "timeSpentSeconds": worklog.seconds,
    }
    event = read_event(name, data | {"updated": format_instant(worklog.updated)})
    assert event is not None
    found = find_late_changes(scene.site.stores, lambda _: scene.jira, key, event, scene.jira.now)
    return scene.site.periods.add_late_changes(found)


def compared(scene: Scene, key: bytes = KEY) -> list[tuple[int, str]]:
    [record] = scene.site.periods.closed(["alpha"], JUNE)
    found = compare_record(scene.site.stores, scene.jira, key, record, scene.jira.now)
    return [(change.worklog_id, change.what) for change in found]


def test_an_event_says_what_and_who(closed: Scene) -> None:
    first, second = closed.jira.worklogs.values()
    [change] = send_event(closed, changed(closed, first, seconds=2 * HOUR))
    assert (change.worklog_id, change.what, change.who) == (first.id, "changed", "eve")
    assert change.author == "ana"
    assert change.found_at == closed.jira.now
    assert send_event(closed, closed.jira.worklogs[first.id]) == ()
    del closed.jira.worklogs[second.id]
    [gone] = send_event(closed, second, "worklog_deleted")
    assert (gone.worklog_id, gone.what, gone.who) == (second.id, "removed", None)
    [added] = send_event(closed, closed.put(PAY, DAY, HOUR, time(12), "ana"), "worklog_created")
    assert added.what == "added"
    assert [change.what for change in closed.site.periods.late_changes("alpha")] == [
        "changed",
        "removed",
        "added",
    ]


def test_a_change_of_an_author_whom_jira_does_not_name_is_left_to_the_comparison(closed: Scene) -> None:
    first = changed(closed, next(iter(closed.jira.worklogs.values())), seconds=2 * HOUR)
    event = ReceivedEvent(first.id, epoch_ms(first.updated), first.issue_id, None, "eve", first.started)
    assert find_late_changes(closed.site.stores, lambda _: closed.jira, KEY, event, closed.jira.now) == ()
    assert compared(closed) == [(first.id, "changed")]


def test_an_event_is_not_judged_while_jira_is_away(closed: Scene) -> None:
    first = next(iter(closed.jira.worklogs.values()))
    closed.jira.failing["read_listed"] = [JiraUnavailable("Jira is away."), NotAllowed("No.")]
    with pytest.raises(JiraUnavailable):
        send_event(closed, changed(closed, first, seconds=2 * HOUR))
    assert send_event(closed, closed.jira.worklogs[first.id]) == (), "whoever closed may not see it anymore"
    assert len(send_event(closed, closed.jira.worklogs[first.id])) == 1


def test_t29_a_worklog_on_an_issue_hidden_from_whoever_closed_is_no_late_change(closed: Scene) -> None:
    added = closed.put(PAY, DAY, HOUR, time(12), "ana")
    shown = closed.jira.issues.pop(PAY)
    assert send_event(closed, added, "worklog_created") == ()
    closed.jira.issues[PAY] = shown
    [change] = send_event(closed, added, "worklog_created")
    assert change.what == "added"


def test_a_delete_counts_whosever_it_was(closed: Scene) -> None:
    first = closed.jira.worklogs.pop(min(closed.jira.worklogs))
    data = {"id": str(first.id), "issueId": str(first.issue_id), "author": None}
    event = read_event("worklog_deleted", data)
    assert event is not None
    [change] = find_late_changes(closed.site.stores, lambda _: closed.jira, KEY, event, closed.jira.now)
    assert (change.worklog_id, change.what, change.author) == (first.id, "removed", None)


def test_a_deletion_that_did_not_happen_is_no_late_change(closed: Scene) -> None:
    """Nothing proves what an event says: its token can be used again with other content."""
    first = next(iter(closed.jira.worklogs.values()))
    assert send_event(closed, first, "worklog_deleted") == ()
    unread = WorklogsUnread("It cannot be read.", ids=frozenset({first.id}))
    closed.jira.failing["read_listed"] = [unread]
    assert send_event(closed, first, "worklog_deleted") == (), "it is still there"


def test_a_deletion_that_did_not_happen_is_in_no_closing(scene: Scene) -> None:
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.site.team("viewer-1", "viewer-1")
    own = scene.put(PAY, DAY, HOUR)
    scene.sheet()
    deleted = {"worklog": {"id": str(own.id), "issueId": str(PAY), "author": {"accountId": own.author}}}
    note_worklog_event(scene.cache, "site-1", "worklog_deleted", deleted, scene.viewer_context.clock)
    scene.wait(1)
    assert own.id in close(scene).worklogs


def test_an_event_that_changes_nothing_recorded_is_none(closed: Scene) -> None:
    first = next(iter(closed.jira.worklogs.values()))
    assert send_event(closed, first) == ()
    assert send_event(closed, replace(first, comment={"type": "doc"})) == ()
    assert send_event(closed, replace(first, id=77, author="eve")) == ()
    assert send_event(closed, replace(first, id=78, started=first.started + timedelta(days=40))) == ()
    assert closed.site.periods.late == []


def test_a_worklog_that_left_or_came_by_its_date(closed: Scene) -> None:
    first = next(iter(closed.jira.worklogs.values()))
    july = first.started + timedelta(days=30)
    [change] = send_event(closed, changed(closed, first, started=july))
    assert change.what == "removed"
    # 23:30 on 30 June in Berlin is still June for its author.
    late = closed.put(PAY, date(2024, 6, 30), HOUR, time(23, 30), "ana")
    [added] = send_event(closed, late, "worklog_created")
    assert added.what == "added"
    assert (
        send_event(closed, closed.put(PAY, date(2024, 7, 1), HOUR, time(0, 30), "ana"), "worklog_created")
        == ()
    )


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59.999+0000", "0001-01-01T00:00:00.000+0000"])
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
def test_a_worklog_that_left_to_the_end_or_the_beginning_of_all_days(
    closed: Scene, moment: str, zone: ZoneInfo
) -> None:
    """Some zones have no date for this moment, and the days around it do not all exist."""
    closed.jira.zones_of["ana"] = zone
    first = next(iter(closed.jira.worklogs.values()))
    [change] = send_event(closed, changed(closed, first, started=parse_instant(moment)))
    assert change.what == "removed"


def test_only_in_scope_and_only_while_a_member(closed: Scene) -> None:
    team = closed.site.teams.get("alpha")
    closed.site.teams.teams["alpha"] = replace(team, scope=Scope(jql="key = PAY-12"))
    assert send_event(closed, closed.put(OPS, DAY, HOUR, time(12), "ana"), "worklog_created") == ()
    inside = closed.put(PAY, DAY, HOUR, time(13), "ana")
    closed.jira.failing["found_among"] = [JiraUnavailable("Jira is away.")]
    with pytest.raises(JiraUnavailable):
        send_event(closed, inside, "worklog_created")
    assert len(send_event(closed, inside, "worklog_created")) == 1
    closed.site.add(team, "eve", joined=date(2024, 6, 17))
    assert send_event(closed, closed.put(PAY, DAY, HOUR, time(15), "eve"), "worklog_created") == ()
    # The members of a closing are those at its time, not the current ones.
    closed.site.add(team, "ana", joined=date(2024, 6, 17))
    assert len(send_event(closed, closed.put(PAY, DAY, HOUR, time(15), "ana"), "worklog_created")) == 1
    del closed.site.teams.stored["alpha", "ana"]
    assert len(send_event(closed, closed.put(PAY, DAY, HOUR, time(16), "ana"), "worklog_created")) == 1
    assert (
        send_event(closed, closed.put(PAY, date(2024, 8, 5), HOUR, time(16), "ana"), "worklog_created") == ()
    )


def test_a_refused_scope_does_not_keep_an_event_from_other_closings(closed: Scene) -> None:
    scene = closed
    alpha = scene.site.teams.get("alpha")
    scene.site.team("viewer-1", "ana", team_id="beta")
    close_period(
        scene.team_context(),
        scene.viewer_context,
        scene.jira,
        KEY,
        ClosePeriod("beta", JUNE.first, JUNE.last),
    )
    scene.site.teams.teams["alpha"] = replace(alpha, scope=Scope(jql="broken"))
    scene.wait(60)
    found = send_event(scene, scene.put(PAY, DAY, HOUR, author="ana"), "worklog_created")
    assert [(change.team_id, change.what) for change in found] == [("beta", "added")]


def test_comparing_finds_what_events_missed_and_only_once(closed: Scene) -> None:
    assert compared(closed) == []
    first, second = list(closed.jira.worklogs.values())
    changed(closed, first, seconds=HOUR + 60)
    del closed.jira.worklogs[second.id]
    new = closed.put(OPS, DAY, HOUR, time(12), "ana")
    closed.put(OPS, DAY, HOUR, time(12), "eve")
    assert compared(closed) == [(first.id, "changed"), (second.id, "removed"), (new.id, "added")]
    assert compared(closed) == []


def test_neither_scope_nor_membership_makes_a_late_change(closed: Scene) -> None:
    team = closed.site.teams.get("alpha")
    closed.site.teams.teams["alpha"] = replace(team, scope=Scope(jql="key = PAY-12"))
    closed.site.add(team, "ana", joined=date(2024, 6, 17))
    closed.site.add(team, "eve")
    assert compared(closed) == []
    closed.put(OPS, DAY, HOUR, time(12), "ana")
    assert compared(closed) == []
    new = closed.put(PAY, DAY, HOUR, time(12), "ana")
    assert compared(closed) == [(new.id, "added")]


@pytest.mark.parametrize(
    ("later", "late"),
    [(0, True), (-299_999, True), (-300_000, False)],
    ids=["at closing", "within five minutes before", "five minutes before"],
)
def test_a_worklog_that_no_closing_holds_is_late_if_the_closing_may_have_missed_it(
    closed: Scene, later: int, late: bool
) -> None:
    [record] = closed.site.periods.closed(["alpha"], JUNE)
    worklog = closed.put(PAY, DAY, 2 * HOUR, time(14), author="ana")
    at = record.closed_at + timedelta(milliseconds=later)
    closed.jira.worklogs[worklog.id] = replace(worklog, updated=at)
    assert compared(closed) == ([(worklog.id, "added")] if late else [])


def test_a_wider_scope_takes_in_no_old_worklog(scene: Scene) -> None:
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    team = scene.site.team("viewer-1", "ana", scope=Scope(jql="key = PAY-12"))
    scene.put(OPS, DAY, HOUR, author="ana")
    scene.wait(300)
    close(scene)
    scene.site.teams.teams["alpha"] = replace(team, scope=Scope())
    assert compared(scene) == []


def test_what_cannot_be_compared_is_an_error_and_no_change(closed: Scene) -> None:
    with pytest.raises(JiraUnavailable, match="another SIGNING_KEY"):
        compared(closed, closing_key("another", "site-1"))
    first = next(iter(closed.jira.worklogs.values()))
    assert send_event(closed, changed(closed, first, seconds=60), key=closing_key("another", "site-1")) == ()
    closed.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs", "issue-worklogs"),)
    with pytest.raises(JiraUnavailable, match="PAY-12"):
        compared(closed)
    assert closed.site.periods.late == []


def test_a_worklog_that_became_unreadable_changed_and_hides_no_other(closed: Scene) -> None:
    """Jira takes any duration, so somebody may make their worklog last ten thousand weeks."""
    first, second = closed.jira.worklogs.values()
    unread = WorklogsUnread("It cannot be read.", ids=frozenset({first.id}))
    closed.jira.failing["read_listed"] = [unread]
    [change] = send_event(closed, changed(closed, first, seconds=60))
    assert (change.worklog_id, change.what) == (first.id, "changed")
    closed.site.periods.late.clear()
    changed(closed, second, seconds=60)
    del closed.jira.worklogs[first.id]
    closed.jira.missing = (Missing("PAY-12: it cannot be read", UNREADABLE_WORKLOG),)
    closed.jira.failing["read_listed"] = [unread]
    assert sorted(compared(closed)) == [(first.id, "changed"), (second.id, "changed")]


def test_an_unreadable_worklog_that_no_closing_recorded_is_none_of_its_changes(closed: Scene) -> None:
    added = closed.put(PAY, DAY, HOUR, time(12), "ana")
    closed.jira.failing["read_listed"] = [WorklogsUnread("It cannot be read.", ids=frozenset({added.id}))]
    assert send_event(closed, added, "worklog_created") == ()


def test_a_reopened_period_has_no_late_changes(closed: Scene) -> None:
    [record] = closed.site.periods.closed(["alpha"], JUNE)
    reopen_period(closed.team_context(), ReopenPeriod("alpha", record.id))
    first = next(iter(closed.jira.worklogs.values()))
    assert send_event(closed, changed(closed, first, seconds=60)) == ()


def forget_ana(scene: Scene) -> None:
    """Close ana's account: the app knows her by a pseudonym, and Jira finds nobody by it."""
    [record] = scene.site.periods.stored.values()
    members = tuple(
        replace(one, account_id="former-1") if one.account_id == "ana" else one for one in record.members
    )
    scene.site.periods.stored[record.id] = replace(record, members=members)
    del scene.jira.zones_of["ana"]


def reconcile(scene: Scene) -> list[tuple[int, str]]:
    [record] = scene.site.periods.stored.values()
    found = compare_record(scene.site.stores, scene.jira, KEY, record, scene.jira.now)
    return [(change.worklog_id, change.what) for change in found]


def test_a_comparison_stores_nothing_of_somebody_who_is_erased_meanwhile(
    closed: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = next(iter(closed.jira.worklogs.values()))
    changed(closed, first, seconds=2 * HOUR)
    [record] = closed.site.periods.stored.values()
    stores = closed.site.stores
    monkeypatch.setattr(stores, "lock_site", lambda: forget_ana(closed))
    with pytest.raises(JiraUnavailable, match="erased meanwhile"):
        compare_record(stores, closed.jira, KEY, record, closed.jira.now)
    assert closed.site.periods.late_changes("alpha") == ()


def test_t38_a_former_users_worklogs_are_no_late_changes(closed: Scene) -> None:
    forget_ana(closed)
    assert reconcile(closed) == []


def test_t38_what_changes_of_a_former_users_worklogs_is_found(closed: Scene) -> None:
    forget_ana(closed)
    first, second = sorted(closed.jira.worklogs.values(), key=lambda worklog: worklog.id)
    changed(closed, first, seconds=2 * HOUR)
    del closed.jira.worklogs[second.id]
    assert reconcile(closed) == [(first.id, "changed"), (second.id, "removed")]


def test_t38_a_former_users_worklog_that_left_the_period_is_removed_from_it(closed: Scene) -> None:
    forget_ana(closed)
    first, _ = sorted(closed.jira.worklogs.values(), key=lambda worklog: worklog.id)
    changed(closed, first, started=JULY, day=JULY.date())
    assert reconcile(closed) == [(first.id, "removed")]


def test_t38_beside_a_former_user_others_are_compared_as_ever(scene: Scene) -> None:
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.jira.zones_of["ana"] = scene.jira.zones_of["bo"] = BERLIN
    scene.site.team("viewer-1", "ana", "bo")
    hers, his = (scene.put(PAY, DAY, HOUR, author=who) for who in ("ana", "bo"))
    close(scene)
    scene.wait(60)
    forget_ana(scene)
    changed(scene, his, started=JULY, day=JULY.date())
    assert reconcile(scene) == [(his.id, "removed")]
    assert scene.jira.log[-1] == f"read_listed {[hers.id, his.id]}"


def test_time_in_an_archived_project_is_not_a_late_change(closed: Scene) -> None:
    """Search does not find it anymore, and Jira has it as it was; what really went is found."""
    first, second = sorted(closed.jira.worklogs.values(), key=lambda worklog: worklog.id)
    closed.jira.hidden_lag = {first.id, second.id}
    assert reconcile(closed) == []
    changed(closed, first, started=first.started + timedelta(days=1), day=first.day + timedelta(days=1))
    del closed.jira.worklogs[second.id]
    assert reconcile(closed) == [(first.id, "changed"), (second.id, "removed")]


JULY_IN_BERLIN = (date(2024, 7, 1), HOUR, time(0, 30))
"""Still June in UTC and in New York."""


def test_an_event_is_dated_in_the_zone_of_the_closing(closed: Scene) -> None:
    closed.jira.zones_of["ana"] = NEW_YORK
    assert send_event(closed, closed.put(PAY, *JULY_IN_BERLIN, "ana"), "worklog_created") == ()


@pytest.mark.parametrize(("zone", "late"), [(BERLIN, 0), (NEW_YORK, 1), (None, 1)])
def test_whoever_was_no_member_at_the_closing_is_dated_in_the_zone_of_today(
    closed: Scene, zone: ZoneInfo | None, late: int
) -> None:
    """If Jira hides that zone, it is the site's fallback zone, here UTC."""
    closed.site.add(closed.site.teams.get("alpha"), "eve")
    closed.jira.zones_of["eve"] = zone
    assert len(send_event(closed, closed.put(PAY, *JULY_IN_BERLIN, "eve"), "worklog_created")) == late


def test_time_in_an_archived_project_is_dated_in_the_zone_of_the_closing(closed: Scene) -> None:
    """Search does not find it, and its author has moved to another zone since the closing."""
    for worklog in list(closed.jira.worklogs.values()):
        closed.jira.worklogs[worklog.id] = replace(worklog, started=datetime(2024, 6, 2, 22, 30, tzinfo=UTC))
    assert reconcile(closed) == [], "half an hour past midnight in Berlin"
    closed.jira.hidden_lag = set(closed.jira.worklogs)
    closed.jira.zones_of["ana"] = NEW_YORK
    assert reconcile(closed) == []


def test_new_time_in_scope_is_dated_in_the_zone_of_the_closing(closed: Scene) -> None:
    team = closed.site.teams.get("alpha")
    closed.site.teams.teams["alpha"] = replace(team, scope=Scope(jql="key = PAY-12"))
    closed.jira.worklogs.clear()
    closed.jira.zones_of["ana"] = NEW_YORK
    new = closed.put(PAY, date(2024, 6, 1), HOUR, time(0, 30), "ana")
    assert (new.id, "added") in reconcile(closed)


def lack_in_scope(closed: Scene, monkeypatch: pytest.MonkeyPatch, lost: Missing) -> None:
    """Give the team a JQL, and let each read with it lack something."""
    team = closed.site.teams.get("alpha")
    closed.site.teams.teams["alpha"] = replace(team, scope=Scope(jql="key = PAY-12"))
    read = closed.jira.read_team_worklogs

    def read_in(query: TeamTimeQuery, *more: Any) -> Any:
        return replace(read(query, *more), missing=(lost,) if query.scope.jql else ())

    monkeypatch.setattr(closed.jira, "read_team_worklogs", read_in)


def test_new_time_whose_scope_cannot_be_read_completely_is_an_error(
    closed: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    lack_in_scope(closed, monkeypatch, Missing("PAY-12: Jira did not give all.", "issue-worklogs"))
    closed.put(PAY, DAY, HOUR, time(12), "ana")
    with pytest.raises(JiraUnavailable, match="did not give all"):
        compared(closed)


def test_a_former_user_in_the_scope_hides_no_change_that_can_be_found(
    closed: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    lack_in_scope(closed, monkeypatch, Missing("The filter names a former user.", SCOPE_FORMER))
    first, *_ = closed.jira.worklogs.values()
    changed(closed, first, seconds=HOUR + 60)
    new = closed.put(PAY, DAY, HOUR, time(12), "ana")
    closed.put(OPS, DAY, HOUR, time(12), "ana")
    assert compared(closed) == [(first.id, "changed"), (new.id, "added")]


def recorded_with(scene: Scene, **more: object) -> ClosingRecord:
    """Return the closing with different recorded values of ana."""
    [record] = scene.site.periods.stored.values()
    members = tuple(replace(one, **more) if one.account_id == "ana" else one for one in record.members)  # type: ignore[arg-type]
    scene.site.periods.stored[record.id] = replace(record, members=members)
    return scene.site.periods.stored[record.id]


@pytest.mark.parametrize(("day", "late"), [(16, 0), (17, 1)])
def test_whoever_joined_later_at_the_closing_has_no_late_time_before(
    closed: Scene, day: int, late: int
) -> None:
    recorded_with(closed, basis={"joined": "2024-06-17"})
    closed.site.add(closed.site.teams.get("alpha"), "ana", joined=date(2024, 6, 17))
    worklog = closed.put(PAY, date(2024, 6, day), HOUR, time(12), "ana")
    assert len(send_event(closed, worklog, "worklog_created")) == late


def test_a_closing_without_zones_is_compared_in_those_of_today(scene: Scene) -> None:
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.jira.zones_of["ana"] = BERLIN
    scene.site.team("viewer-1", "ana")
    scene.put(PAY, DAY, HOUR, time(0, 30), "ana")
    close(scene)
    recorded_with(scene, zone=None)
    scene.jira.zone_calls = []
    assert compared(scene) == []
    assert scene.jira.zone_calls == [("ana",)]
    scene.jira.zones_of["ana"] = None
    [(_, what)] = compared(scene)
    assert what == "changed"


@pytest.mark.parametrize(
    ("recorded", "now", "used"),
    [
        ("Europe/Berlin", NEW_YORK, BERLIN),
        (None, NEW_YORK, NEW_YORK),
        (None, None, ZoneInfo("UTC")),
    ],
    ids=["recorded", "of today", "hidden"],
)
def test_worklogs_are_compared_in_the_zone_of_the_closing_or_the_best_known(
    closed: Scene,
    monkeypatch: pytest.MonkeyPatch,
    recorded: str | None,
    now: ZoneInfo | None,
    used: ZoneInfo,
) -> None:
    recorded_with(closed, zone=recorded)
    closed.jira.zones_of["ana"] = now
    read, zones = closed.jira.read_team_worklogs, list[Any]()

    def read_in(query: TeamTimeQuery, given: Any, *more: Any) -> Any:
        zones.append(given)
        return read(query, given, *more)

    monkeypatch.setattr(closed.jira, "read_team_worklogs", read_in)
    compared(closed)
    assert zones == [{"ana": used}]


def test_a_closing_with_zones_reads_no_zone_not_even_of_erased_people(closed: Scene) -> None:
    closed.jira.zone_calls = []
    assert compared(closed) == []
    forget_ana(closed)
    [record] = closed.site.periods.stored.values()
    members = tuple(replace(one, zone=None) for one in record.members)
    closed.site.periods.stored[record.id] = replace(record, members=members)
    assert reconcile(closed) == []
    assert closed.jira.zone_calls == []


@pytest.mark.parametrize(
    ("zone", "clock"),
    [(BERLIN, time(0, 30)), (BERLIN, time(12)), (NEW_YORK, time(22))],
    ids=["a day later", "the same day", "a day earlier"],
)
@pytest.mark.parametrize("known", [True, False], ids=["closed account", "erased"])
def test_t38_a_former_users_day_may_be_another_than_utcs(
    scene: Scene, zone: ZoneInfo, clock: time, known: bool
) -> None:
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.jira.zones_of["ana"] = zone
    scene.site.team("viewer-1", "ana")
    worklog = scene.put(PAY, DAY, HOUR, author="ana")
    started = datetime.combine(DAY, clock, zone).astimezone(UTC)
    scene.jira.worklogs[worklog.id] = replace(worklog, started=started)
    close(scene)
    scene.wait(60)
    if known:
        scene.jira.closed_accounts = frozenset({"ana"})
        scene.jira.zones_of["ana"] = None
        scene.jira.hidden_lag = {worklog.id}
    else:
        forget_ana(scene)
    assert reconcile(scene) == []
    changed(scene, scene.jira.worklogs[worklog.id], started=started + timedelta(days=3))
    assert reconcile(scene) == [(worklog.id, "changed")]


def test_the_scope_is_checked_only_for_issues_of_what_is_new(closed: Scene) -> None:
    closed.site.teams.teams["alpha"] = replace(
        closed.site.teams.get("alpha"), scope=Scope(jql="key = PAY-12")
    )
    first = next(iter(closed.jira.worklogs.values()))
    changed(closed, first, comment=None)
    closed.jira.log = []
    assert compared(closed) == []
    assert closed.jira.log == ["read_team_worklogs"]
    new = closed.put(PAY, DAY, HOUR, time(12), "ana")
    assert compared(closed) == [(new.id, "added")]
    assert closed.jira.log[-1] == f"read_team_worklogs [{PAY}]"
    closed.site.teams.teams["alpha"] = replace(closed.site.teams.get("alpha"), scope=Scope())
    closed.jira.log = []
    compared(closed)
    assert closed.jira.log == ["read_team_worklogs"]


def test_the_late_changes_of_a_closing_are_its_own(closed: Scene) -> None:
    first, second = closed.jira.worklogs.values()
    [old] = closed.site.periods.stored.values()
    [change] = send_event(closed, changed(closed, first, seconds=2 * HOUR))
    reopen_period(closed.team_context(), ReopenPeriod("alpha", old.id))
    new = close(closed)
    [other] = send_event(closed, changed(closed, second, seconds=2 * HOUR))
    assert late_of(closed.site.stores, old) == (change,)
    assert late_of(closed.site.stores, new) == (other,)
    assert late_of(closed.site.stores, None) == ()
