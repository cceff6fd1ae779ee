"""A team's time that a search omits, returns partly, or returns although it is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.adapters.support.portable_cache import PortableCache
from tests.services.support.scene import BARE, BERLIN, MONDAY, OPS, PAY, WEEK, Scene, event
from tests.services.support.windows import hide
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.person import former
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import FORMER, UNSEARCHED, Missing
from timesheet.services.ports.packed_worklogs import PackedWorklogs, former_note
from timesheet.services.ports.team_jira import TeamTimeQuery
from timesheet.services.snapshot import team_reconcile
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import SEARCH_LAG, note_changes
from timesheet.services.snapshot.team import WHOLE, Freshness, read_team_snapshot
from timesheet.services.snapshot.webhook import note_worklog_event
from timesheet.services.snapshot.window import AS_BEFORE
from timesheet.services.viewer.person import CachedNames
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.log import log_time

HOUR = 3600
TEAM = ("viewer-1", "viewer-2", "viewer-3")
LACKING = (Missing("PAY-12: Jira did not give all its worklogs.", "issue-worklogs"),)


def read(
    scene: Scene, scope: Scope | None = None, people: tuple[str, ...] = TEAM, *, refresh: bool = False
) -> PackedWorklogs:
    query = TeamTimeQuery(people, WEEK, scope or Scope())
    freshness = Freshness.NOW if refresh else Freshness.USUAL
    return read_team_snapshot(scene.viewer_context, scene.jira, query, freshness)


def ids(packed: PackedWorklogs) -> set[int]:
    return {entry[4] for entry in packed.entries()}


def put(scene: Scene, issue_id: int = PAY, author: str = "viewer-2") -> Worklog:
    return scene.put(issue_id, MONDAY, HOUR, author=author)


def send_event(scene: Scene, worklog: Worklog, name: str = "worklog_created") -> None:
    note_worklog_event(scene.cache, "site-1", name, event(worklog), scene.viewer_context.clock)


def test_time_that_search_leaves_out_counts_and_is_reported(scene: Scene) -> None:
    archived, other = put(scene), put(scene, OPS)
    read(scene)
    hide(scene, archived)
    scene.wait(WHOLE.total_seconds())
    scene.calls()
    packed = read(scene)
    assert ids(packed) == {archived.id, other.id}
    assert set(packed.issues) == {PAY, OPS}
    assert ([part.code for part in packed.missing], packed.lacks) == ([UNSEARCHED], ())
    assert "PAY-12" in packed.missing[0].what
    assert scene.calls() == ["read_team_worklogs", f"read_listed [{archived.id}]", "read_issues"]
    read(scene)
    assert scene.calls() == []
    del scene.jira.worklogs[archived.id]
    assert ids(read(scene, refresh=True)) == {other.id}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("everywhere", [True, False])
def test_t29_time_on_an_issue_that_jira_hides_does_not_count_although_it_is_listed(
    scene: Scene, everywhere: bool, known: bool
) -> None:
    hidden, other = put(scene), put(scene, OPS)
    projects = tuple(sorted({issue.project_id for issue in scene.jira.issues.values()}))
    scope = Scope() if everywhere else Scope(project_ids=projects)
    if known:
        assert ids(read(scene, scope)) == {hidden.id, other.id}
    hide(scene, hidden)
    del scene.jira.issues[PAY]
    send_event(scene, replace(hidden, updated=scene.jira.now))
    packed = read(scene, scope, refresh=True)
    assert ids(packed) == {other.id}
    assert set(packed.issues) == {OPS}
    assert packed.missing == ()


def test_an_event_on_an_issue_that_search_does_not_find_takes_nothing_away(scene: Scene) -> None:
    archived = put(scene)
    read(scene)
    scene.wait(SEARCH_LAG.total_seconds() + 1)
    grown = replace(archived, seconds=2 * HOUR, updated=scene.jira.now)
    scene.jira.worklogs[archived.id] = grown
    hide(scene, archived)
    send_event(scene, grown, "worklog_updated")
    packed = read(scene)
    assert [entry[2] for entry in packed.entries()] == [2 * HOUR]
    assert packed.complete, "it is young"
    scene.calls()
    read(scene)
    assert scene.calls() == []


def test_a_cold_reading_knows_of_young_events_of_the_team(scene: Scene) -> None:
    late, elsewhere = put(scene), put(scene, OPS, "stranger")
    far = scene.put(BARE, MONDAY + timedelta(days=60), HOUR, author="viewer-2")
    hide(scene, late)
    for worklog in (late, elsewhere, far):
        send_event(scene, worklog)
    packed = read(scene)
    assert ids(packed) == {late.id}
    assert scene.jira.named == (BARE, PAY)
    assert scene.calls() == ["read_team_worklogs", f"read_listed [{late.id}]", "read_issues"]


def test_searches_name_own_writes(scene: Scene) -> None:
    log_time(scene.viewer_context, TimeEntry(OPS, MONDAY, "1h", "key-0001"))
    read(scene)
    assert scene.jira.named == (OPS,)
    scene.wait(3601)
    read(scene, refresh=True)
    assert not scene.jira.named


def test_a_cold_reading_names_what_the_app_wrote(scene: Scene) -> None:
    log_time(scene.viewer_context, TimeEntry(OPS, MONDAY, "1h", "key-0001"))
    scene.viewer_context = replace(scene.viewer_context, cache=PortableCache())
    read(scene)
    assert scene.jira.named == (OPS,)
    read(scene, refresh=True)
    assert not scene.jira.named, "from then on the cache shows it"


@pytest.mark.parametrize(
    ("age", "shown"),
    [(timedelta(0), True), (SEARCH_LAG, True), (SEARCH_LAG + timedelta(microseconds=1), False)],
    ids=["now", "a minute", "longer ago"],
)
def test_an_own_write_that_search_may_lack_yet_is_shown(scene: Scene, age: timedelta, shown: bool) -> None:
    mine = put(scene, author="viewer-1")
    note_changes(scene.own_cache, [WorklogState(mine.id, mine, scene.jira.now - age)])
    hide(scene, mine)
    put(scene)
    assert (mine.id in ids(read(scene))) == shown


@pytest.mark.parametrize("author", ["viewer-1", "stranger"])
@pytest.mark.parametrize("days", [0, 7])
def test_an_own_write_is_read_again_only_if_it_belongs_here(scene: Scene, author: str, days: int) -> None:
    scene.jira.zones_of["stranger"] = BERLIN
    mine = scene.put(PAY, MONDAY + timedelta(days=days), HOUR, author=author)
    note_changes(scene.own_cache, [WorklogState(mine.id, mine, scene.jira.now)])
    scene.wait(1)
    hide(scene, mine)
    read(scene)
    expected = author == "viewer-1" and days == 0
    assert (f"read_listed {[mine.id]}" in scene.calls()) == expected


def test_an_own_write_stays_while_jira_does_not_answer(scene: Scene) -> None:
    put(scene)
    read(scene)
    mine = put(scene, author="viewer-1")
    note_changes(scene.own_cache, [WorklogState(mine.id, mine, scene.jira.now)])
    scene.wait(1)
    hide(scene, mine)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert mine.id in ids(read(scene, refresh=True))


def test_half_a_reading_never_takes_known_time_away(scene: Scene) -> None:
    kept, gone = put(scene), put(scene, OPS)
    read(scene)
    scene.wait(600)
    hide(scene, kept, gone)
    del scene.jira.worklogs[gone.id]
    scene.jira.missing = LACKING
    packed = read(scene, refresh=True)
    assert (ids(packed), packed.missing) == ({kept.id}, LACKING)


@pytest.mark.parametrize("many", [False, True])
def test_cached_time_that_cannot_be_read_again_stays_with_its_age(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    kept = put(scene)
    read(scene)
    scene.wait(600)
    hide(scene, kept)
    if many:
        monkeypatch.setattr(team_reconcile, "MOST_LISTED", 0)
    else:
        scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    packed = read(scene, refresh=True)
    assert ids(packed) == {kept.id}
    assert packed.missing == (
        Missing("Time that Jira did not return now is shown as it was 10 minutes ago.", AS_BEFORE),
    )
    assert packed.lacks


def test_jira_has_the_last_word_about_what_an_event_calls_deleted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = put(scene, author="viewer-1"), put(scene)
    read(scene)
    send_event(scene, own, "worklog_deleted")
    scene.wait(600)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert ids(read(scene, refresh=True)) == {other.id}, "search may not know yet that it is gone"
    monkeypatch.setattr(scene.jira, "read_listed", lambda *_: [])
    assert ids(read(scene, refresh=True)) == {other.id}
    monkeypatch.undo()
    assert ids(read(scene, refresh=True)) == {own.id, other.id}


def test_nothing_known_and_nothing_answered_is_not_time(scene: Scene) -> None:
    late = put(scene)
    hide(scene, late)
    send_event(scene, late)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert ids(read(scene)) == set()


@pytest.mark.parametrize("scope", [Scope(jql="key = PAY-12"), Scope((1,), "key = PAY-12")])
def test_t36_what_left_the_scope_leaves_and_what_search_cannot_find_stays(scene: Scene, scope: Scope) -> None:
    worklog = put(scene)
    read(scene, scope)
    hide(scene, worklog)
    scene.jira.unsearchable = frozenset({PAY})
    assert ids(read(scene, scope, refresh=True)) == {worklog.id}
    scene.jira.unsearchable = frozenset()
    assert ids(read(scene, scope, refresh=True)) == {worklog.id}
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], key="PAY-99")
    assert ids(read(scene, scope, refresh=True)) == set()


def test_an_issue_in_another_project_by_now_leaves(scene: Scene) -> None:
    worklog = put(scene)
    read(scene, Scope((1,)))
    hide(scene, worklog)
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], project_id=2)
    assert ids(read(scene, Scope((1,)), refresh=True)) == set()


def test_an_issue_that_jira_refuses_to_search_for_takes_no_other_along(scene: Scene) -> None:
    scope = Scope((1,), "key = PAY-12")
    worklog = put(scene)
    read(scene, scope)
    hide(scene, worklog)
    scene.jira.failing["found_among"] = [InvalidInput("Jira refuses: there is no such issue.")]
    assert ids(read(scene, scope, refresh=True)) == {worklog.id}


def test_time_on_an_issue_said_to_be_deleted_goes(scene: Scene) -> None:
    """Search still shows it, and the viewer's own write on it is young."""
    old = put(scene)
    read(scene)
    log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "1h", "key-0001"))
    shown = scene.jira.read_worklogs(TEAM, WEEK, scene.viewer_context.zones_of(TEAM))
    scene.wait(1)
    scene.jira.worklogs.clear()
    scene.jira.read_worklogs = lambda *_: replace(shown, read_at=scene.jira.now)  # type: ignore[method-assign]
    gone = {"issue": {"id": str(PAY)}}
    note_worklog_event(scene.cache, "site-1", "jira:issue_deleted", gone, scene.viewer_context.clock)
    assert old.id not in ids(read(scene, refresh=True))
    assert ids(read(scene, refresh=True)) == set()


def test_an_account_that_jira_does_not_know_is_left_out_from_then_on(scene: Scene) -> None:
    worklog = put(scene)
    scene.jira.closed_accounts = frozenset({"viewer-3"})
    assert read(scene).unknown == ("viewer-3",)
    scene.wait(1)
    send_event(scene, scene.put(OPS, MONDAY, HOUR, author="viewer-1"))
    assert len(ids(read(scene))) == 2
    assert scene.jira.given_unknown == {"viewer-3"}
    scene.wait(WHOLE.total_seconds())
    read(scene)
    assert scene.jira.given_unknown == {"viewer-3"}
    read(scene, refresh=True)
    assert scene.jira.given_unknown == frozenset(), "who refreshes has it found out anew"
    assert worklog.id in ids(read(scene))


@pytest.mark.parametrize("whole", [True, False])
def test_known_time_of_an_account_that_is_closed_by_now_is_left_out_as_the_note_says(
    scene: Scene, *, whole: bool
) -> None:
    put(scene, author="viewer-3")
    other = put(scene, OPS)
    assert len(ids(read(scene))) == 2
    scene.jira.closed_accounts = frozenset({"viewer-3"})
    scene.wait(1)
    send_event(scene, scene.put(OPS, MONDAY, HOUR, author="viewer-1"))
    packed = read(scene, refresh=whole)
    assert packed.unknown == ("viewer-3",)
    assert {packed.people[entry[0]] for entry in packed.entries()} == {"viewer-1", "viewer-2"}
    assert other.id in ids(packed)
    assert packed.missing == former_note(1)


@pytest.mark.parametrize("refresh", [True, False])
def test_the_viewers_change_of_a_closed_accounts_time_does_not_make_it_count(
    scene: Scene, *, refresh: bool
) -> None:
    put(scene)
    theirs = put(scene, author="viewer-3")
    scene.jira.closed_accounts = frozenset({"viewer-3"})
    read(scene)
    scene.wait(1)
    longer = replace(theirs, seconds=2 * HOUR, updated=scene.jira.now)
    scene.jira.worklogs[theirs.id] = longer
    note_changes(scene.own_cache, [WorklogState(theirs.id, longer, scene.jira.now)])
    scene.wait(1)
    packed = read(scene, refresh=refresh)
    assert packed.unknown == ("viewer-3",)
    assert theirs.id not in ids(packed)
    assert packed.missing == former_note(1)


def test_a_closed_account_for_which_search_finds_nothing_is_reported(scene: Scene) -> None:
    put(scene)
    names = CachedNames(scene.cache, "site-1")
    names.note([former("viewer-2"), former("viewer-3")])
    packed = read(scene)
    assert [part.code for part in packed.missing] == [FORMER]
    assert "The time of 1 former user cannot" in packed.missing[0].what
    assert packed.lacks == ()
    assert (packed.unknown, packed.closed) == ((), ("viewer-3",))
    # Also while their names are not cached, and only a part is read again.
    for who in ("viewer-2", "viewer-3"):
        scene.cache.delete(f"site-1:person:{who}")
    scene.wait(1)
    send_event(scene, scene.put(PAY, MONDAY, HOUR, author="viewer-2"))
    again = read(scene)
    assert (len(ids(again)), again.closed, again.missing) == (2, ("viewer-3",), former_note(1))


def test_closed_accounts_are_counted_together_beside_what_is_missing(scene: Scene) -> None:
    put(scene)
    scene.jira.closed_accounts = frozenset({"viewer-3"})
    scene.jira.missing = (*LACKING, *former_note(1))
    CachedNames(scene.cache, "site-1").note([former("viewer-1"), former("viewer-2"), former("viewer-3")])
    assert read(scene).missing == (*LACKING, *former_note(2))


def test_people_who_were_erased_are_counted_with_them_after_each_read(scene: Scene) -> None:
    people = (*TEAM, "former-0123456789abcdef")
    scene.jira.closed_accounts = frozenset({"viewer-3"})
    packed = read(scene, people=people)
    assert packed.missing == former_note(2)
    scene.wait(1)
    scene.jira.closed_accounts = frozenset({"viewer-2", "viewer-3"})
    send_event(scene, scene.put(PAY, MONDAY, HOUR, author="viewer-1"))
    again = read(scene, people=people)
    assert (len(ids(again)), again.missing) == (1, former_note(3))
    assert again.unknown == ("viewer-2", "viewer-3")
