"""Time that Jira's search leaves out, finds late, or no longer finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.adapters.support.portable_cache import PortableCache
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, event
from tests.services.support.windows import hide, ids, send_event, warm
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.services.ports.jira import UNSEARCHED, Missing, Snapshot
from timesheet.services.ports.journal import Intent
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import (
    SEARCH_LAG,
    note_changes,
    suspect_windows,
)
from timesheet.services.snapshot.changed_issue import note_changed_issue
from timesheet.services.snapshot.own import (
    FRESH,
    INCOMPLETE,
    snapshot_at,
)
from timesheet.services.snapshot.reconcile import CONFIRMED_FOR
from timesheet.services.snapshot.window import AS_BEFORE
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import CellEdit

HOUR = 3600
LACKING = (Missing("PAY-12: Jira did not give all its worklogs.", "issue-worklogs"),)


def test_searches_name_what_is_shown_and_what_a_write_lost(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    suspect_windows(scene.own_cache, issue_ids=[OPS])
    scene.sheet()
    assert scene.jira.named == (OPS, PAY)
    assert scene.calls() == ["read_worklogs"]
    scene.sheet()
    assert scene.calls() == []


def test_searches_name_what_the_app_wrote_when_its_change_log_is_gone(scene: Scene) -> None:
    """A full cache drops it, and during an upgrade it may be that of the other release."""
    save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1h", "key-0001"))
    snapshot_at(replace(scene.viewer_context, cache=PortableCache()), WEEK)
    assert scene.jira.named == (PAY,)


def test_searches_name_what_the_app_wrote_when_a_cached_snapshot_has_another_change_log(scene: Scene) -> None:
    warm(scene)
    scene.journal.begin(intent := Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, scene.jira.now))
    scene.journal.finish(intent, None)
    named = []
    for _ in range(2):
        scene.sheet(refresh=True)
        named.append(scene.jira.named)
        scene.cache.delete("site-1:change-log:viewer-1")
    assert named == [(), (PAY,)]


def test_a_doubt_that_comes_during_a_reading_is_not_forgotten(scene: Scene) -> None:
    read = scene.jira.read_worklogs

    def doubted(*args: Any) -> Snapshot:
        suspect_windows(scene.own_cache)
        scene.jira.read_worklogs = read  # type: ignore[method-assign]
        return read(*args)

    scene.jira.read_worklogs = doubted  # type: ignore[method-assign, assignment]
    scene.sheet()
    scene.sheet()
    scene.sheet()
    assert scene.calls() == ["read_worklogs"] * 2


def test_a_doubted_worklog_is_read_by_itself(scene: Scene) -> None:
    """A write found that it does not exist, but a late search still shows it."""
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    read = scene.jira.read_worklogs
    scene.jira.read_worklogs = lambda *args: replace(  # type: ignore[method-assign]
        read(*args), worklogs=(was,), issues={PAY: scene.jira.issues[PAY]}
    )
    del scene.jira.worklogs[was.id]
    suspect_windows(scene.own_cache, [(was.id, scene.jira.now)])
    assert ids(scene.sheet()) == set()


def test_time_that_search_leaves_out_counts_and_is_reported(scene: Scene) -> None:
    archived, other = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    warm(scene)
    hide(scene, archived)
    scene.wait(SEARCH_LAG.total_seconds() + 1)
    scene.calls()
    snapshot = scene.sheet(refresh=True)
    assert ids(snapshot) == {archived.id, other.id}
    assert scene.calls() == ["read_worklogs", f"read_listed [{archived.id}]", "read_issues"]
    assert (snapshot.complete, snapshot.lacks, [part.code for part in snapshot.missing]) == (
        False,
        (),
        [UNSEARCHED],
    )
    assert "PAY-12" in snapshot.missing[0].what
    assert not snapshot_at(scene.viewer_context, replace(WEEK, first=WEEK.first + timedelta(days=1))).missing
    scene.wait(FRESH.total_seconds())
    scene.calls()
    assert ids(scene.sheet()) == {archived.id, other.id}
    assert scene.calls() == ["read_worklogs"], "it was read by itself within the hour"
    assert not scene.sheet().complete
    scene.wait((CONFIRMED_FOR - FRESH).total_seconds())
    del scene.jira.worklogs[archived.id]
    scene.calls()
    assert ids(scene.sheet()) == {other.id}
    # The issue is read to know whether it is gone too.
    assert scene.calls() == ["read_worklogs", f"read_listed [{archived.id}]", "read_issues"]
    assert scene.sheet().complete


def test_time_that_search_leaves_out_is_known_in_every_window_of_its_day(scene: Scene) -> None:
    """A fresh range answers for the weeks in it, so it must not know less than they do."""
    archived = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    hide(scene, archived)
    scene.wait(SEARCH_LAG.total_seconds() + 1)
    assert ids(scene.sheet(refresh=True)) == {archived.id}
    scene.wait(FRESH.total_seconds())
    months = DateSpan(MONDAY - timedelta(days=60), MONDAY + timedelta(days=40))
    assert ids(scene.sheet(months)) == {archived.id}
    assert ids(scene.sheet()) == {archived.id}
    next_month = DateSpan(MONDAY + timedelta(days=20), MONDAY + timedelta(days=26))
    scene.calls()
    scene.sheet(next_month)
    assert scene.calls() == [], "the range answers"


def test_an_older_range_does_not_answer_for_a_newer_week(scene: Scene) -> None:
    """The range has never seen the issue of which Jira says that it changed."""
    scene.sheet(DateSpan(MONDAY - timedelta(days=60), MONDAY + timedelta(days=40)))
    scene.wait(60)
    new = scene.put(PAY, MONDAY, HOUR)
    assert ids(scene.sheet(refresh=True)) == {new.id}
    scene.wait(60)
    note_changed_issue(scene.cache, "site-1", PAY, scene.jira.now)
    assert ids(scene.sheet()) == {new.id}


def test_whoever_refreshes_has_left_out_time_read_again(scene: Scene) -> None:
    archived = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    hide(scene, archived)
    scene.wait(SEARCH_LAG.total_seconds() + 1)
    scene.sheet(refresh=True)
    del scene.jira.worklogs[archived.id]
    assert ids(scene.sheet(refresh=True)) == set()


def test_time_on_an_issue_that_search_finds_again_is_read_again(scene: Scene) -> None:
    """Its project is no longer archived, so it may have changed."""
    archived, other = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    hide(scene, archived, other)
    scene.wait(SEARCH_LAG.total_seconds() + 1)
    assert ids(scene.sheet(refresh=True)) == {archived.id, other.id}
    hide(scene, archived)
    del scene.jira.worklogs[archived.id]
    scene.wait(FRESH.total_seconds())
    assert ids(scene.sheet()) == {other.id}


def test_a_change_of_left_out_time_is_read_by_its_event(scene: Scene) -> None:
    archived = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    hide(scene, archived)
    scene.wait(SEARCH_LAG.total_seconds() + 1)
    scene.sheet(refresh=True)
    grown = replace(archived, seconds=2 * HOUR, updated=scene.jira.now)
    scene.jira.worklogs[archived.id] = grown
    send_event(scene, "worklog_updated", event(grown))
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}
    scene.wait(FRESH.total_seconds())
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}


def test_within_a_minute_search_may_be_late_and_nothing_is_reported(scene: Scene) -> None:
    warm(scene)
    new = scene.put(PAY, MONDAY, HOUR)
    hide(scene, new)
    send_event(scene, "worklog_created", event(new))
    assert scene.sheet(refresh=True).complete
    assert ids(scene.sheet()) == {new.id}


def test_a_worklog_deleted_in_jira_behind_a_lost_event_leaves_with_the_next_reading(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    saved = save_cell(scene.viewer_context, CellEdit(OPS, MONDAY, "1", "key-0001")).worklog
    warm(scene)
    scene.jira.worklogs.clear()
    assert saved
    scene.wait(1)
    assert ids(scene.sheet(refresh=True)) == set()
    assert scene.calls() == ["read_worklogs", f"read_listed [{was.id}, {saved.id}]", "read_issues"]
    for _ in range(2):
        scene.sheet(refresh=True)
        assert scene.calls() == ["read_worklogs"], "it is forgotten"


@pytest.mark.parametrize("late", [False, True])
def test_time_on_an_issue_deleted_within_a_minute_goes(scene: Scene, late: bool) -> None:
    """The own write is young, and a late search may still show the issue."""
    warm(scene)
    saved = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001")).worklog
    assert saved
    scene.wait(5)
    shown = scene.sheet()
    scene.jira.worklogs.clear()
    if late:
        scene.jira.read_worklogs = lambda *_: replace(shown, read_at=scene.jira.now)  # type: ignore[method-assign]
    send_event(scene, "jira:issue_deleted", {"issue": {"id": str(PAY)}})
    scene.wait(1)
    assert ids(scene.sheet()) == set()
    assert ids(scene.sheet(refresh=True)) == set()


def test_half_a_reading_never_takes_known_time_away_and_says_both(scene: Scene) -> None:
    kept, gone = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR)
    found, more = scene.put(OPS, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    scene.wait(600)
    hide(scene, kept, gone)
    del scene.jira.worklogs[gone.id]
    scene.jira.missing = LACKING
    for number, words in ((1, "1 worklog"), (2, "2 worklogs")):
        hide(scene, *(kept, more)[:number], gone)
        snapshot = scene.sheet(refresh=True)
        assert ids(snapshot) == {kept.id, more.id, found.id}
        assert snapshot.missing[0] == LACKING[0]
        said = f"Time from an earlier read is kept ({words}); the last complete read was 10 minutes ago."
        assert snapshot.missing[1] == Missing(said, AS_BEFORE)
        assert snapshot.lacks == snapshot.missing
    scene.jira.missing = ()
    hide(scene)
    scene.wait(INCOMPLETE.total_seconds())
    assert scene.sheet().complete


def test_cached_time_stays_while_it_cannot_be_read(scene: Scene) -> None:
    kept = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    hide(scene, kept)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    snapshot = scene.sheet(refresh=True)
    assert ids(snapshot) == {kept.id}
    assert snapshot.missing == (Missing("Down. Some time is shown as of an earlier read.", AS_BEFORE),)
    assert not snapshot.complete


def test_an_own_write_that_search_shows_stays_and_a_deletion_that_it_does_not_know_yet_holds(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = save_cell(scene.viewer_context, CellEdit(OPS, MONDAY, "1", "key-0001")).worklog
    gone = scene.put(PAY, MONDAY, HOUR)
    assert kept
    warm(scene)
    scene.wait(1)
    note_changes(scene.own_cache, [WorklogState(gone.id, None, scene.jira.now)])
    scene.wait(1)
    monkeypatch.setattr(scene.jira, "read_listed", lambda *_: [])
    assert ids(scene.sheet(refresh=True)) == {kept.id}
    monkeypatch.undo()
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert ids(scene.sheet(refresh=True)) == {kept.id}


def test_time_shows_although_its_issue_cannot_be_read_again(scene: Scene) -> None:
    warm(scene)
    new = scene.put(PAY, MONDAY, HOUR)
    send_event(scene, "worklog_created", event(new))
    scene.jira.failing["read_issues"] = [JiraUnavailable("Down.")]
    assert ids(scene.sheet()) == {new.id}
