"""What Jira lets the viewer do with worklogs is read once for each issue, and unknown if Jira does not answer."""

from __future__ import annotations

from tests.services.support.scene import OPS, PAY, Scene
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.right import Right
from timesheet.services.snapshot.worklog_right import RIGHT_SECONDS, forget_worklog_rights, worklog_rights

ALL = frozenset(Right)


def test_the_rights_on_an_issue_are_read_once_until_the_first_answer_is_old(scene: Scene) -> None:
    scene.jira.lacking[PAY] = {Right.EDIT_ALL}
    assert worklog_rights(scene.viewer_context, [PAY]) == {PAY: ALL - {Right.EDIT_ALL}}
    assert worklog_rights(scene.viewer_context, [PAY, OPS]) == {PAY: ALL - {Right.EDIT_ALL}, OPS: ALL}
    assert worklog_rights(scene.viewer_context, [OPS]) == {OPS: ALL}
    assert scene.calls() == ["read_worklog_rights"] * 2
    scene.wait(RIGHT_SECONDS + 1)
    worklog_rights(scene.viewer_context, [OPS])
    assert scene.calls() == ["read_worklog_rights"]
    forget_worklog_rights(scene.viewer_context)
    worklog_rights(scene.viewer_context, [OPS])
    assert scene.calls() == ["read_worklog_rights"]


def test_without_an_answer_nothing_is_known_and_it_is_read_again(scene: Scene) -> None:
    scene.jira.failing["read_worklog_rights"] = [JiraUnavailable("Jira does not answer.")]
    assert worklog_rights(scene.viewer_context, [PAY]) == {}
    assert worklog_rights(scene.viewer_context, [PAY]) == {PAY: ALL}


def test_no_issues_are_no_question(scene: Scene) -> None:
    assert worklog_rights(scene.viewer_context, []) == {}
    assert scene.calls() == []


def test_rights_that_only_another_release_knows_are_left_out(scene: Scene) -> None:
    key = scene.viewer_context.key("worklog-rights")
    scene.viewer_context.cache.put(key, {PAY: frozenset({"MOVE_WORKLOGS", str(Right.EDIT_OWN)})}, 60)
    assert worklog_rights(scene.viewer_context, [PAY]) == {PAY: {Right.EDIT_OWN}}
