"""An estimate is read again only if it could not be computed otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.scene import BARE, MONDAY, PAY, Scene, seen
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.snapshot.changed_issue import note_moved
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.worklog.command import WorklogEdit
from timesheet.services.worklog.estimate import issue_with_estimate, read_estimate, undone_estimate
from timesheet.services.worklog.log import change_worklog
from timesheet.services.worklog.write_result import WriteStep

HOUR = 3600


def step_of(scene: Scene, issue_id: int, mode: str, was: int | None, left: int | None) -> WriteStep:
    """Return the step of a new worklog that changed the estimate of its issue from ``was`` to ``left``."""
    return WriteStep(None, scene.put(issue_id, MONDAY, HOUR), was, left, mode)


@pytest.mark.parametrize(
    ("remaining", "spent", "read"),
    [(HOUR, HOUR + 1, True), (HOUR, HOUR, False), (HOUR, -HOUR, False), (0, HOUR, False), (1, HOUR, True)],
)
def test_what_would_end_below_zero_is_read(scene: Scene, remaining: int, spent: int, read: bool) -> None:
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=remaining)
    scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=9 * HOUR)
    scene.calls()
    known = issue_with_estimate(scene.viewer_context, PAY, spent)
    assert known.remaining_seconds == (9 * HOUR if read else remaining)
    assert scene.calls() == (["read_issue"] if read else [])


def test_where_nobody_estimated_nothing_is_read(scene: Scene) -> None:
    scene.put(BARE, MONDAY, HOUR)
    scene.sheet()
    scene.calls()
    assert issue_with_estimate(scene.viewer_context, BARE, HOUR).remaining_seconds is None
    assert scene.calls() == []


def test_an_issue_that_was_moved_since_is_read_again_once(scene: Scene) -> None:
    context = scene.viewer_context
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    before = scene.jira.issues[PAY]
    scene.jira.issues[PAY] = replace(before, key="OPS-99", project_id=2, project_key="OPS")
    note_moved(context.cache, context.site, PAY, before.key)
    scene.calls()
    for text in ("2h", "3h"):
        edit = WorklogEdit(PAY, seen(worklog)[0], f"key-000{text}", text=text)
        saved = change_worklog(context, edit)
        worklog = saved.worklog or worklog
        assert saved.issue is not None
        assert (saved.issue.key, saved.issue.project_key) == ("OPS-99", "OPS")
    assert scene.calls().count("read_issue") == 1


@pytest.mark.parametrize(
    ("mode", "was", "left", "way"),
    [
        ("leave", HOUR, HOUR, EstimateChange("leave")),
        ("auto", 0, 0, EstimateChange("leave")),
        ("auto", 7 * HOUR, 6 * HOUR, EstimateChange("new", 7 * HOUR)),
        ("auto", None, None, EstimateChange("auto")),
    ],
)
def test_how_an_estimate_is_put_back(
    scene: Scene, mode: str, was: int | None, left: int | None, way: EstimateChange
) -> None:
    assert undone_estimate(scene.viewer_context, step_of(scene, PAY, mode, was, left)) == (way, "")


def test_the_unknown_is_left_alone_where_nobody_estimates(scene: Scene) -> None:
    assert undone_estimate(scene.viewer_context, step_of(scene, BARE, "auto", None, None)) == (
        EstimateChange("leave"),
        "",
    )


def test_an_estimate_that_was_read_is_kept(scene: Scene) -> None:
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=9 * HOUR)
    assert read_estimate(scene.viewer_context, PAY).remaining_seconds == 9 * HOUR
    scene.calls()
    assert get_issue(scene.viewer_context, PAY).remaining_seconds == 9 * HOUR
    assert scene.calls() == []


def test_a_change_by_somebody_else_is_reported(scene: Scene) -> None:
    way, said = undone_estimate(scene.viewer_context, step_of(scene, PAY, "auto", 2 * HOUR, HOUR))
    assert way == EstimateChange("new", 7 * HOUR)
    assert (
        said
        == "The remaining estimate of PAY-12 was changed in the meantime: that change stays, and 7h is left now."
    )
    way, said = undone_estimate(scene.viewer_context, step_of(scene, PAY, "new", None, 6 * HOUR))
    assert way == EstimateChange("leave")
    assert said == "PAY-12 had no estimate before, but Jira cannot remove one: 6h is left."
