"""Locked rows: read together, cached, and never in the way if Jira does not answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from tests.services.support.scene import OPS, PAY, Scene
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.ports.jira import RowRights
from timesheet.services.snapshot.row_lock import (
    cached_row_locks,
    forget_row_locks,
    is_unlocked_now,
    read_row_lock,
    read_row_locks,
)
from timesheet.services.viewer.context import ViewerContext


def recent_locks(context: ViewerContext, issues: Sequence[Issue]) -> Mapping[int, RowLock] | None:
    """Return the cached locks; None if one of them is not recent."""
    locks, recent = cached_row_locks(context, issues)
    return locks if recent else None


def test_locks_are_read_once_for_all_rows_and_once_more_for_new_ones(scene: Scene) -> None:
    scene.jira.locked = {PAY: RowLock.PERMISSION}
    pay, ops = scene.jira.issues[PAY], scene.jira.issues[OPS]
    assert recent_locks(scene.viewer_context, []) == {}
    assert recent_locks(scene.viewer_context, [pay]) is None
    for _ in range(2):
        assert read_row_locks(scene.viewer_context, [pay]) == {PAY: RowLock.PERMISSION}
    assert recent_locks(scene.viewer_context, [pay]) == {PAY: RowLock.PERMISSION}
    assert recent_locks(scene.viewer_context, [pay, ops]) is None
    assert scene.calls() == ["read_row_locks"]
    assert read_row_locks(scene.viewer_context, [ops]) == {}
    assert recent_locks(scene.viewer_context, [pay, ops]) == {PAY: RowLock.PERMISSION}
    scene.wait(601)
    assert recent_locks(scene.viewer_context, [pay]) is None


def test_a_lock_that_is_asked_about_again_follows_jira(scene: Scene) -> None:
    scene.jira.locked = {PAY: RowLock.PERMISSION, OPS: RowLock.PERMISSION}
    pay, ops = scene.jira.issues[PAY], scene.jira.issues[OPS]
    read_row_locks(scene.viewer_context, [pay, ops])
    assert not is_unlocked_now(scene.viewer_context, pay)
    scene.jira.locked = {}
    scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
    assert not is_unlocked_now(scene.viewer_context, pay), "nothing is claimed that Jira does not say"
    assert is_unlocked_now(scene.viewer_context, pay)
    assert recent_locks(scene.viewer_context, [pay, ops]) == {OPS: RowLock.PERMISSION}


def test_another_status_is_another_question(scene: Scene) -> None:
    pay = scene.jira.issues[PAY]
    read_row_locks(scene.viewer_context, [pay])
    assert recent_locks(scene.viewer_context, [replace(pay, status_id=9)]) is None


def test_without_an_answer_nothing_is_locked_and_locks_are_read_again_later(scene: Scene) -> None:
    scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
    scene.jira.locked = {PAY: RowLock.WORKFLOW}
    pay = scene.jira.issues[PAY]
    assert read_row_locks(scene.viewer_context, [pay]) == {}
    assert recent_locks(scene.viewer_context, [pay]) == {}
    scene.wait(61)
    assert read_row_locks(scene.viewer_context, [pay]) == {PAY: RowLock.WORKFLOW}


def test_without_an_answer_about_new_rows_known_locks_stay_and_new_ones_are_read_again_soon(
    scene: Scene,
) -> None:
    scene.jira.locked = {PAY: RowLock.PERMISSION, OPS: RowLock.WORKFLOW}
    pay, ops = scene.jira.issues[PAY], scene.jira.issues[OPS]
    read_row_locks(scene.viewer_context, [pay])
    scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
    assert read_row_locks(scene.viewer_context, [pay, ops]) == {PAY: RowLock.PERMISSION}
    scene.wait(61)
    assert read_row_locks(scene.viewer_context, [pay, ops]) == scene.jira.locked


def test_locks_that_are_forgotten_during_a_read_of_others_are_known_to_that_read(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.jira.locked = {PAY: RowLock.PERMISSION, OPS: RowLock.WORKFLOW}
    pay, ops = scene.jira.issues[PAY], scene.jira.issues[OPS]
    read_row_locks(scene.viewer_context, [pay])
    read_now = scene.jira.read_row_locks

    def read_slowly(issues: Sequence[Issue]) -> RowRights:
        scene.wait(601)
        return read_now(issues)

    monkeypatch.setattr(scene.jira, "read_row_locks", read_slowly)
    assert read_row_locks(scene.viewer_context, [pay, ops]) == scene.jira.locked
    assert read_row_lock(scene.viewer_context, ops) is RowLock.WORKFLOW


def test_without_an_answer_the_last_locks_of_the_same_status_stay_and_are_read_again_soon(
    scene: Scene,
) -> None:
    scene.jira.locked = {PAY: RowLock.WORKFLOW, OPS: RowLock.WORKFLOW}
    pay, ops = scene.jira.issues[PAY], scene.jira.issues[OPS]
    read_row_locks(scene.viewer_context, [pay, ops])
    scene.wait(601)
    scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
    moved = replace(ops, status_id=9)
    assert read_row_locks(scene.viewer_context, [pay, moved]) == {PAY: RowLock.WORKFLOW}
    assert recent_locks(scene.viewer_context, [pay, moved]) == {PAY: RowLock.WORKFLOW}
    scene.wait(61)
    scene.jira.locked = {OPS: RowLock.WORKFLOW}
    assert read_row_locks(scene.viewer_context, [pay, moved]) == scene.jira.locked


def test_a_refresh_that_jira_does_not_answer_keeps_the_locks(scene: Scene) -> None:
    scene.jira.locked = {PAY: RowLock.WORKFLOW}
    pay = scene.jira.issues[PAY]
    read_row_locks(scene.viewer_context, [pay])
    forget_row_locks(scene.viewer_context)
    assert recent_locks(scene.viewer_context, [pay]) is None
    scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
    assert read_row_locks(scene.viewer_context, [pay]) == scene.jira.locked


def test_the_lock_of_an_issue_that_is_loading_is_not_read(scene: Scene) -> None:
    assert read_row_locks(scene.viewer_context, [issue_in({}, 5)]) == {}
    assert scene.calls() == []


def test_a_lock_that_only_another_release_knows_is_none(scene: Scene) -> None:
    pay = scene.jira.issues[PAY]
    scene.viewer_context.cache.put(
        scene.viewer_context.key("locked-rows"), {PAY: (pay.status_id, "frozen", 0)}, 60
    )
    assert read_row_locks(scene.viewer_context, [pay]) == {}
    assert read_row_lock(scene.viewer_context, pay) is None


def test_a_read_of_the_future_is_replaced_because_the_clock_was_set_back(scene: Scene) -> None:
    pay = scene.jira.issues[PAY]
    read_row_locks(scene.viewer_context, [pay])
    scene.wait(-300)
    scene.jira.locked = {PAY: RowLock.WORKFLOW}
    closed = replace(pay, status_id=9)
    for _ in range(2):
        assert read_row_locks(scene.viewer_context, [closed]) == {PAY: RowLock.WORKFLOW}
    assert scene.calls() == ["read_row_locks", "read_row_locks"]


@pytest.mark.parametrize("forgotten", [True, False])
def test_a_slow_read_does_not_replace_a_newer_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, forgotten: bool
) -> None:
    context, pay, ops = scene.viewer_context, scene.jira.issues[PAY], scene.jira.issues[OPS]
    read_now = scene.jira.read_row_locks

    def read_slowly(issues: Sequence[Issue]) -> RowRights:
        found = read_now(issues)
        monkeypatch.undo()
        scene.wait(1)
        if forgotten:
            forget_row_locks(context)
        scene.jira.locked = {PAY: RowLock.WORKFLOW}
        assert read_row_locks(context, [pay]) == scene.jira.locked
        return found

    monkeypatch.setattr(scene.jira, "read_row_locks", read_slowly)
    assert read_row_locks(context, [pay, ops]) == {PAY: RowLock.WORKFLOW}
    assert recent_locks(context, [pay, ops]) == {PAY: RowLock.WORKFLOW}
