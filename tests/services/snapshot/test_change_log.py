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
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, early), change(scene, gone, gone=True)])
    change_log = read_change_log(scene.cache, "site-1", VIEWER)
    assert change_log.tombstone(gone.id)
    assert not change_log.tombstone(early.id)


def test_the_change_log_stays_bounded(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    many = [replace(change(scene, worklog), worklog_id=number) for number in range(MOST_CHANGES + 50)]
    note_changes(scene.cache, "site-1", VIEWER, many)
    assert len(read_change_log(scene.cache, "site-1", VIEWER).changes) == MOST_CHANGES


def test_every_cached_window_gets_a_change(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    grown = replace(worklog, seconds=3 * HOUR, updated=worklog.updated + timedelta(seconds=1))
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, grown)])
    assert [s.worklogs for s in cached_snapshots(scene.cache, "site-1", VIEWER)] == [(grown,)]


def test_of_many_changes_events_doubts_and_windows_the_latest_stay(scene: Scene) -> None:
    worklog, cache = scene.put(PAY, MONDAY, HOUR), scene.cache
    many = [replace(change(scene, worklog), worklog_id=number) for number in range(301)]
    note_changes(cache, "site-1", VIEWER, many)
    for number in range(301):
        cache.change(
            change_log_key("site-1", VIEWER), *event_change(event_about(scene, worklog, worklog_id=number))
        )
    suspect_windows(cache, "site-1", VIEWER, [(number, scene.jira.now) for number in range(301)])
    windows = [DateSpan(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n)) for n in range(25)]
    for window in windows:
        cache.put(window_key("site-1", VIEWER, window), CachedSnapshot(snapshot(scene)), 60)
        note_window(cache, "site-1", VIEWER, window)
    change_log = read_change_log(cache, "site-1", VIEWER)
    latest = list(range(1, 301))
    assert [one.worklog_id for one in change_log.changes] == latest
    assert [one.worklog_id for one in change_log.events] == latest
    assert [number for number, _ in change_log.suspects] == latest
    assert list(change_log.windows) == windows[1:]
    assert [cache.get(window_key("site-1", VIEWER, w)) is None for w in windows] == [True, *[False] * 24]


def test_what_was_noted_is_known_for_a_day_after_the_latest_note(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, worklog)])
    scene.wait(1000)
    note_changes(scene.cache, "site-1", VIEWER, [replace(change(scene, worklog), worklog_id=7)])
    scene.wait(24 * HOUR - 1)
    assert len(read_change_log(scene.cache, "site-1", VIEWER).changes) == 2
    scene.wait(1)
    assert read_change_log(scene.cache, "site-1", VIEWER) == ChangeLog()


def test_people_and_sites_have_change_logs_of_their_own(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, worklog)])
    assert read_change_log(scene.cache, "site-1", "viewer-2") == ChangeLog()
    assert read_change_log(scene.cache, "site-2", VIEWER) == ChangeLog()
    assert len(read_change_log(scene.cache, "site-1", VIEWER).changes) == 1


def test_the_latest_reading_comes_first(scene: Scene) -> None:
    old = replace(snapshot(scene), read_at=scene.jira.now - timedelta(hours=1))
    new = snapshot(scene)
    for number, one in enumerate((old, new)):
        window = DateSpan(MONDAY + timedelta(days=number), WEEK.last)
        note_window(scene.cache, "site-1", VIEWER, window)
        scene.cache.put(window_key("site-1", VIEWER, window), CachedSnapshot(one), 60)
    assert cached_snapshots(scene.cache, "site-1", VIEWER) == [new, old]


def test_each_doubt_counts_and_names_its_issues_first(scene: Scene) -> None:
    assert (ChangeLog().suspicion_count, CachedSnapshot(snapshot(scene)).suspicion_count) == (0, 0)
    suspect_windows(scene.cache, "site-1", VIEWER, issue_ids=[PAY])
    suspect_windows(scene.cache, "site-1", VIEWER, issue_ids=[OPS])
    change_log = read_change_log(scene.cache, "site-1", VIEWER)
    assert (change_log.suspicion_count, change_log.named) == (2, (OPS, PAY))


def test_what_jira_does_not_have_any_more_is_forgotten_but_for_deletions(scene: Scene) -> None:
    kept, lost, gone = (scene.put(PAY, MONDAY, HOUR) for _ in range(3))
    changes = [change(scene, kept), change(scene, lost), change(scene, gone, gone=True)]
    note_changes(scene.cache, "site-1", VIEWER, changes)
    for worklog in (kept, lost, gone):
        scene.cache.change(change_log_key("site-1", VIEWER), *event_change(event_about(scene, worklog)))
    forget_changes(scene.cache, "site-1", VIEWER, {lost.id, gone.id})
    change_log = read_change_log(scene.cache, "site-1", VIEWER)
    assert [one.worklog_id for one in change_log.changes] == [kept.id, gone.id]
    assert [one.worklog_id for one in change_log.events] == [kept.id]


@pytest.mark.parametrize(("later", "kept"), [(-1, "first"), (0, "first"), (1, "second")])
def test_of_two_events_about_a_worklog_the_newer_version_stays(scene: Scene, later: int, kept: str) -> None:
    first = event_about(scene, scene.put(PAY, MONDAY, HOUR))
    second = replace(first, updated=first.updated + later, at=scene.jira.now + timedelta(seconds=1))
    for event in (first, second):
        scene.cache.change(change_log_key("site-1", VIEWER), *event_change(event))
    assert read_change_log(scene.cache, "site-1", VIEWER).events == (
        {"first": first, "second": second}[kept],
    )


def test_issues_that_were_read_by_themselves_stay_with_the_snapshot(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.cache.put(
        window_key("site-1", VIEWER, WEEK), CachedSnapshot(replace(snapshot(scene, worklog), issues={})), 60
    )
    add_issues(scene.cache, "site-1", VIEWER, WEEK, scene.jira.issues)
    cached = scene.cache.get(window_key("site-1", VIEWER, WEEK))
    assert cached.snapshot.issues == {PAY: scene.jira.issues[PAY]}


def test_a_write_without_an_end_makes_the_snapshots_suspect_once(scene: Scene) -> None:
    cache, now = scene.cache, scene.jira.now
    for issue_id in (PAY, OPS):
        note_begun(cache, "site-1", VIEWER, issue_id, now)
    note_ended(cache, "site-1", VIEWER, OPS)
    assert suspect_lost_writes(cache, "site-1", VIEWER, now) == ()
    assert read_change_log(cache, "site-1", VIEWER).suspicion_count == 0
    for lost in ((PAY,), ()):
        assert suspect_lost_writes(cache, "site-1", VIEWER, now + timedelta(minutes=1)) == lost
        change_log = read_change_log(cache, "site-1", VIEWER)
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
