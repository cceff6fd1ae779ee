"""What the worklog form needs is begun at once."""

from __future__ import annotations

from tests.services.support.scene import PAY, Scene
from timesheet.services.worklog.form_reads import begin_form_reads


def test_what_is_unknown_is_begun_once(scene: Scene) -> None:
    begin_form_reads(scene.viewer_context, PAY)
    assert sorted(scene.calls()) == ["read_issue", "read_profile", "read_row_locks", "read_time_tracking"]
    assert scene.jira.zone_calls == [("viewer-1",)]
    begin_form_reads(scene.viewer_context, PAY)
    assert scene.calls() == []


def test_without_an_issue_no_issue_is_read(scene: Scene) -> None:
    begin_form_reads(scene.viewer_context)
    assert sorted(scene.calls()) == ["read_profile", "read_time_tracking"]
