from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.change import HOUR, change, event_about
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.services.snapshot.change import ChangeLog


def test_the_events_after_one_are_all_if_that_one_is_not_there(scene: Scene) -> None:
    first, second, other = (event_about(scene, scene.put(PAY, MONDAY, HOUR)) for _ in range(3))
    change_log = ChangeLog(events=(first, second))
    assert change_log.events_after(None) == change_log.events_after(other) == (first, second)
    assert change_log.events_after(first) == (second,)
    assert change_log.events_after(second) == ()
    assert ChangeLog().events_after(first) == ()


@pytest.mark.parametrize(("later", "newer"), [(-1, False), (0, False), (1, True)])
def test_an_event_is_newer_if_it_reports_a_later_version(scene: Scene, later: int, newer: bool) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    event = event_about(scene, worklog)
    change_log = ChangeLog(events=(replace(event, updated=event.updated + later),))
    assert change_log.has_newer_event(change(scene, worklog)) is newer
    assert not change_log.has_newer_event(change(scene, worklog, gone=True))
    assert not change_log.has_newer_event(replace(change(scene, worklog), worklog_id=worklog.id + 1))


def test_a_write_without_an_end_is_lost_after_10_seconds(scene: Scene) -> None:
    now = scene.jira.now
    change_log = ChangeLog().with_begun(PAY, now).with_begun(OPS, now + timedelta(seconds=1))
    assert change_log.lost_writes(now + timedelta(seconds=9.9)) == ()
    assert change_log.lost_writes(now + timedelta(seconds=10)) == (PAY,)
    assert change_log.is_writing(now + timedelta(seconds=10.9))
    assert not change_log.is_writing(now + timedelta(seconds=11))


def test_the_end_of_a_write_removes_the_oldest_one_on_its_issue(scene: Scene) -> None:
    first, later = scene.jira.now, scene.jira.now + timedelta(seconds=1)
    change_log = ChangeLog(begun=((OPS, first), (PAY, first), (PAY, later)))
    assert change_log.without_begun([PAY]).begun == ((OPS, first), (PAY, later))
    assert change_log.without_begun([PAY, PAY, PAY]).begun == ((OPS, first),)


def test_of_many_writes_in_progress_the_latest_50_stay(scene: Scene) -> None:
    change_log = ChangeLog()
    for issue_id in range(51):
        change_log = change_log.with_begun(issue_id, scene.jira.now)
    assert [issue_id for issue_id, _ in change_log.begun] == list(range(1, 51))


def test_only_deletions_that_are_known_earlier_count_as_deleted_before(scene: Scene) -> None:
    now = scene.jira.now
    deleted, saved, later = (scene.put(PAY, MONDAY, HOUR) for _ in range(3))
    early = now - timedelta(seconds=1)
    change_log = ChangeLog(
        changes=(
            replace(change(scene, deleted, gone=True), at=early),
            replace(change(scene, saved), at=early),
            change(scene, later, gone=True),
        )
    )
    assert change_log.deleted_before(now) == {deleted.id}


def test_a_deletion_of_what_exists_after_all_is_withdrawn(scene: Scene) -> None:
    shown, gone, saved = (scene.put(PAY, MONDAY, HOUR) for _ in range(3))
    changes = change(scene, shown, gone=True), change(scene, gone, gone=True), change(scene, saved)
    change_log = ChangeLog(changes=changes)
    assert change_log.without_deletions([shown.id, saved.id]).changes == changes[1:]
