from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.alone import Alone
from tests.services.support.change import HOUR, VIEWER, change, event_about, snapshot
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.audit.action import Action
from timesheet.domain.span import DateSpan
from timesheet.services.ports.journal import Intent
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.change import MOST_CHANGES, ChangeLog
from timesheet.services.snapshot.change_log import (
    add_issues,
    cached_snapshots,
    change_log_key,
    event_change,
    forget_changes,
    forget_deletions,
    note_begun,
    note_changes,
    note_ended,
    note_window,
    read_change_log,
    recorded_issues,
    suspect_lost_writes,
    suspect_windows,
    window_key,
)


def test_a_deletion_is_known_from_then_on(scene: Scene) -> None:
    early, gone = (scene.put(PAY, MONDAY, HOUR) for _ in range(2))
    note_changes(scene.own_cache, [change(scene, early), change(scene, gone, gone=True)])
    change_log = read_change_log(scene.own_cache)
    assert change_log.is_deleted(gone.id)
    assert not change_log.is_deleted(early.id)


def test_a_deletion_that_did_not_happen_is_forgotten(scene: Scene) -> None:
    kept, gone = (scene.put(PAY, MONDAY, HOUR) for _ in range(2))
    note_changes(scene.own_cache, [change(scene, each, gone=True) for each in (kept, gone)])
    forget_deletions(scene.own_cache, {kept.id})
    change_log = read_change_log(scene.own_cache)
    assert (change_log.is_deleted(kept.id), change_log.is_deleted(gone.id)) == (False, True)


def test_the_change_log_stays_bounded(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    many = [replace(change(scene, worklog), worklog_id=number) for number in range(MOST_CHANGES + 50)]
    note_changes(scene.own_cache, many)
    assert len(read_change_log(scene.own_cache).changes) == MOST_CHANGES


def test_every_cached_window_gets_a_change(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    grown = replace(worklog, seconds=3 * HOUR, updated=worklog.updated + timedelta(seconds=1))
    note_changes(scene.own_cache, [change(scene, grown)])
    assert [s.worklogs for s in cached_snapshots(scene.own_cache)] == [(grown,)]


def test_of_many_changes_events_doubts_and_windows_the_latest_stay(scene: Scene) -> None:
    worklog, cache = scene.put(PAY, MONDAY, HOUR), scene.cache
    many = [replace(change(scene, worklog), worklog_id=number) for number in range(301)]
    note_changes(scene.own_cache, many)
    for number in range(301):
        cache.change(
            change_log_key(scene.own_cache), *event_change(event_about(scene, worklog, worklog_id=number))
        )
    suspect_windows(scene.own_cache, [(number, scene.jira.now) for number in range(301)])
    windows = [DateSpan(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n)) for n in range(25)]
    for window in windows:
        cache.put(window_key(scene.own_cache, window), CachedSnapshot(snapshot(scene)), 60)
        note_window(scene.own_cache, window)
    change_log = read_change_log(scene.own_cache)
    latest = list(range(1, 301))
    assert [one.worklog_id for one in change_log.changes] == latest
    assert [one.worklog_id for one in change_log.events] == latest
    assert [number for number, _ in change_log.suspects] == latest
    assert list(change_log.windows) == windows[1:]
    assert [cache.get(window_key(scene.own_cache, w)) is None for w in windows] == [True, *[False] * 24]


def test_what_was_noted_is_known_for_a_day_after_the_latest_note(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    note_changes(scene.own_cache, [change(scene, worklog)])
    scene.wait(1000)
    note_changes(scene.own_cache, [replace(change(scene, worklog), worklog_id=7)])
    scene.wait(24 * HOUR - 1)
    assert len(read_change_log(scene.own_cache).changes) == 2
    scene.wait(1)
    assert read_change_log(scene.own_cache) == ChangeLog()


def test_people_and_sites_have_change_logs_of_their_own(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    note_changes(scene.own_cache, [change(scene, worklog)])
    assert read_change_log(replace(scene.own_cache, account_id="viewer-2")) == ChangeLog()
    assert read_change_log(replace(scene.own_cache, site="site-2")) == ChangeLog()
    assert len(read_change_log(scene.own_cache).changes) == 1


def test_the_latest_reading_comes_first(scene: Scene) -> None:
    old = replace(snapshot(scene), read_at=scene.jira.now - timedelta(hours=1))
    new = snapshot(scene)
    for number, one in enumerate((old, new)):
        window = DateSpan(MONDAY + timedelta(days=number), WEEK.last)
        note_window(scene.own_cache, window)
        scene.cache.put(window_key(scene.own_cache, window), CachedSnapshot(one), 60)
    assert cached_snapshots(scene.own_cache) == [new, old]


def test_each_doubt_counts_and_names_its_issues_first(scene: Scene) -> None:
    assert (ChangeLog().suspicion_count, CachedSnapshot(snapshot(scene)).suspicion_count) == (0, 0)
    suspect_windows(scene.own_cache, issue_ids=[PAY])
    suspect_windows(scene.own_cache, issue_ids=[OPS])
    change_log = read_change_log(scene.own_cache)
    assert (change_log.suspicion_count, change_log.named) == (2, (OPS, PAY))


def test_what_jira_does_not_have_any_more_is_forgotten_but_for_deletions(scene: Scene) -> None:
    kept, lost, gone = (scene.put(PAY, MONDAY, HOUR) for _ in range(3))
    changes = [change(scene, kept), change(scene, lost), change(scene, gone, gone=True)]
    note_changes(scene.own_cache, changes)
    for worklog in (kept, lost, gone):
        scene.cache.change(change_log_key(scene.own_cache), *event_change(event_about(scene, worklog)))
    forget_changes(scene.own_cache, {lost.id, gone.id})
    change_log = read_change_log(scene.own_cache)
    assert [one.worklog_id for one in change_log.changes] == [kept.id, gone.id]
    assert [one.worklog_id for one in change_log.events] == [kept.id]


@pytest.mark.parametrize(("later", "kept"), [(-1, "first"), (0, "first"), (1, "second")])
def test_of_two_events_about_a_worklog_the_newer_version_stays(scene: Scene, later: int, kept: str) -> None:
    first = event_about(scene, scene.put(PAY, MONDAY, HOUR))
    second = replace(first, updated=first.updated + later, at=scene.jira.now + timedelta(seconds=1))
    for event in (first, second):
        scene.cache.change(change_log_key(scene.own_cache), *event_change(event))
    assert read_change_log(scene.own_cache).events == ({"first": first, "second": second}[kept],)


def test_issues_that_were_read_by_themselves_stay_with_the_snapshot(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.cache.put(
        window_key(scene.own_cache, WEEK), CachedSnapshot(replace(snapshot(scene, worklog), issues={})), 60
    )
    add_issues(scene.own_cache, WEEK, scene.jira.issues)
    cached = scene.cache.get(window_key(scene.own_cache, WEEK))
    assert cached.snapshot.issues == {PAY: scene.jira.issues[PAY]}


def test_a_write_without_an_end_makes_the_snapshots_suspect_once(scene: Scene) -> None:
    now = scene.jira.now
    for issue_id in (PAY, OPS):
        note_begun(scene.own_cache, issue_id, now)
    note_ended(scene.own_cache, OPS)
    assert suspect_lost_writes(scene.own_cache, now) == ()
    assert read_change_log(scene.own_cache).suspicion_count == 0
    for lost in ((PAY,), ()):
        assert suspect_lost_writes(scene.own_cache, now + timedelta(minutes=1)) == lost
        change_log = read_change_log(scene.own_cache)
        assert (change_log.suspicion_count, change_log.named, change_log.begun) == (1, (PAY,), ())


def test_alone_the_issues_that_were_written_to_within_two_minutes_are_read_from_the_journal(
    scene: Scene,
) -> None:
    now = scene.jira.now
    for issue_id, age in ((PAY, 120), (OPS, 121)):
        intent = Intent(Action.WORKLOG_CHANGED, VIEWER, issue_id, now - timedelta(seconds=age))
        scene.journal.begin(intent)
        scene.journal.finish(intent, None)
    alone = replace(scene.viewer_context, cache=Alone(scene.cache))
    assert recorded_issues(alone, log_lost=False) == [PAY]
    assert recorded_issues(scene.viewer_context, log_lost=False) == ()
    assert recorded_issues(scene.viewer_context, log_lost=True) == [PAY]
