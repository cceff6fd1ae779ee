"""The limits that Jira sets a person for the time on some issues, from the cache alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.scene import OPS, PAY, Scene
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.snapshot.row_limit import UNLIMITED, known_limits
from timesheet.services.snapshot.row_lock import read_row_locks
from timesheet.services.snapshot.worklog_right import RIGHT_SECONDS, worklog_rights

EDIT = "You need “Edit own worklogs” in PAY. A project admin can grant it."
WORK = "You need “Work on issues” in PAY. A project admin can grant it."


def test_limits_are_known_once_jira_was_asked_about_all_issues(scene: Scene) -> None:
    context, pay, ops = scene.viewer_context, scene.jira.issues[PAY], scene.jira.issues[OPS]
    scene.jira.lacking[PAY] = {Right.EDIT_OWN, Right.EDIT_ALL}
    scene.jira.locked = {PAY: RowLock.PERMISSION}
    assert (known_limits(context, [pay]).of, known_limits(context, [pay]).complete) == ({}, False)
    read_row_locks(context, [pay])
    scene.calls()
    limits = known_limits(context, [pay])
    assert (limits.complete, limits.on(ops)) == (True, UNLIMITED)
    assert (limits.on(pay).full, limits.on(pay).frozen) == (WORK, "")
    assert (limits.on(pay).fixed, limits.on(pay).kept) == (EDIT, "")
    assert not known_limits(context, [pay, ops]).complete
    assert known_limits(context, [pay, replace(ops, loading=True)]).complete
    assert scene.calls() == []


@pytest.mark.parametrize("lock", [RowLock.ARCHIVED, RowLock.GONE])
def test_in_an_archived_project_and_on_a_hidden_issue_nothing_changes(scene: Scene, lock: RowLock) -> None:
    context, pay = scene.viewer_context, scene.jira.issues[PAY]
    scene.jira.locked = {PAY: lock}
    read_row_locks(context, [pay])
    limit = known_limits(context, [pay]).on(pay)
    assert (limit.full, limit.frozen) == (lock.sentence(pay),) * 2


def test_an_archived_project_is_named_only_if_it_can_be_the_reason(scene: Scene) -> None:
    context, pay = scene.viewer_context, scene.jira.issues[PAY]
    scene.jira.lacking[PAY] = set(Right)
    worklog_rights(context, [PAY])
    assert "or the project is archived" in known_limits(context, [pay]).on(pay).fixed
    read_row_locks(context, [pay])
    assert known_limits(context, [pay]).on(pay).fixed == EDIT


def test_rights_that_expired_are_asked_for_again(scene: Scene) -> None:
    context, pay = scene.viewer_context, scene.jira.issues[PAY]
    read_row_locks(context, [pay])
    scene.wait(RIGHT_SECONDS + 1)
    assert not known_limits(context, [pay]).complete
    worklog_rights(context, [PAY])
    assert known_limits(context, [pay]).complete


def test_a_right_to_all_worklogs_counts_for_those_of_others(scene: Scene) -> None:
    context, pay = scene.viewer_context, scene.jira.issues[PAY]
    scene.jira.lacking[PAY] = {Right.EDIT_ALL}
    worklog_rights(context, [PAY])
    assert known_limits(context, [pay]).on(pay) == UNLIMITED
    assert "Edit all worklogs" in known_limits(context, [pay], own=False).on(pay).fixed
