"""Only differences are a change."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from tests.services.support.scene import MONDAY, PAY, Scene, seen
from timesheet.domain.duration import Reading
from timesheet.domain.errors import InvalidInput
from timesheet.services.ports.jira import EstimateChange, WorklogChange
from timesheet.services.worklog.change import change_of, differs, require_estimate
from timesheet.services.worklog.command import WorklogEdit

HOUR = 3600


def test_an_edit_that_says_what_is_there_changes_nothing(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(14))
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", MONDAY, time(14), 0, "1h", "")
    change, notes = change_of(scene.viewer_context, was, edit, Reading(HOUR))
    assert not differs(change)
    assert "".join(notes) == ""


@pytest.mark.parametrize(
    ("edit", "reading", "changed"),
    [
        ({"day": MONDAY + timedelta(days=1)}, None, {"started"}),
        ({"time": time(14, 1)}, None, {"started"}),
        ({"text": "2h"}, Reading(2 * HOUR, "rounded"), {"seconds"}),
        ({"comment": "new"}, None, {"comment"}),
    ],
)
def test_each_field_is_sent_when_it_differs(
    scene: Scene, edit: dict[str, object], reading: Reading | None, changed: set[str]
) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(14))
    change, notes = change_of(
        scene.viewer_context,
        was,
        WorklogEdit(PAY, seen(was)[0], "key-0001", **edit),  # type: ignore[arg-type]
        reading,
    )
    assert differs(change)
    fields = ("started", "seconds", "comment")
    assert {name for name in fields if getattr(change, name) is not None} == changed
    assert ("rounded" in notes) == (reading is not None)


@pytest.mark.parametrize(
    ("mode", "sent"), [("auto", False), ("leave", False), ("new", True), ("manual", True)]
)
def test_an_estimate_alone_is_a_change_where_it_has_a_value(mode: str, sent: bool) -> None:
    assert differs(WorklogChange(estimate=EstimateChange(mode, HOUR))) == sent


@pytest.mark.parametrize(
    ("mode", "seconds", "fine"),
    [
        ("auto", None, True), ("leave", None, True), ("new", 0, True), ("manual", 0, True), ("new", None, False),
        ("manual", None, False), ("new", -1, False), ("manual", -60, False), ("guess", None, False),
    ],
)  # fmt: skip
def test_an_estimate_that_jira_cannot_take_is_refused(mode: str, seconds: int | None, fine: bool) -> None:
    if fine:
        require_estimate(EstimateChange(mode, seconds))
    else:
        with pytest.raises(InvalidInput) as refused:
            require_estimate(EstimateChange(mode, seconds))
        assert refused.value.field == "estimate"
