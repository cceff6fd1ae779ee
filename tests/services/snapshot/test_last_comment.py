"""The last comment on an issue: from cached worklogs, the latest first, and never a restricted one."""

from __future__ import annotations

from datetime import timedelta

from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.services.snapshot.last_comment import last_comment


def put(scene: Scene, text: str, days: int = 0, *, issue_id: int = PAY, restricted: bool = False) -> None:
    scene.wait(1)
    comment = text_to_adf(text) if text else None
    scene.put(issue_id, MONDAY + timedelta(days), 3600, comment=comment, restricted=restricted)


def test_the_comment_that_was_written_last_is_offered_whatever_its_day(scene: Scene) -> None:
    put(scene, "Written first", days=3)
    put(scene, "- Written last\n- of all")
    put(scene, "", days=1)
    put(scene, "On another issue", days=2, issue_id=OPS)
    scene.sheet()
    assert last_comment(scene.viewer_context, PAY) == "- Written last\n- of all"
    assert last_comment(scene.viewer_context, OPS) == "On another issue"


def test_a_restricted_comment_is_never_offered(scene: Scene) -> None:
    put(scene, "For everybody")
    put(scene, "For some", days=1, restricted=True)
    put(scene, "For some of OPS", issue_id=OPS, restricted=True)
    scene.sheet()
    assert last_comment(scene.viewer_context, PAY) == "For everybody"
    assert last_comment(scene.viewer_context, OPS) == ""


def test_nothing_is_read_for_it_and_an_old_read_is_not_used(scene: Scene) -> None:
    put(scene, "Cached")
    assert last_comment(scene.viewer_context, PAY) == ""
    scene.sheet()
    scene.calls()
    assert last_comment(scene.viewer_context, PAY) == "Cached"
    scene.wait(3601)
    assert last_comment(scene.viewer_context, PAY) == ""
    assert scene.calls() == []
