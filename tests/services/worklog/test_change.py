"""Only differences are a change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.services.support.scene import MONDAY, PAY, Scene, seen
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.duration import Reading
from timesheet.domain.errors import InvalidInput
from timesheet.services.ports.jira import EstimateChange, WorklogChange
from timesheet.services.worklog.change import change_of, differs, new_start, require_estimate
from timesheet.services.worklog.command import WorklogEdit

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)


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
    ("joined", "day", "required"),
    [(MONDAY, None, True), (TUESDAY, None, False), (TUESDAY, TUESDAY, True)],
    ids=["member", "not yet", "moved into the membership"],
)
def test_what_is_required_depends_on_the_day_after_the_edit(
    scene: Scene, joined: date, day: date | None, required: bool
) -> None:
    team = scene.site.team("boss")
    scene.site.add(team, "viewer-1", joined=joined)
    scene.site.attributes.stored = [Attribute("ticket", "Ticket", Kind.TEXT, required=True, version=1)]
    scene.site.attributes.choices = {team.id: frozenset({"ticket"})}
    was = scene.put(PAY, MONDAY, HOUR)
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", day=day, attributes=(("ticket", ""),))
    if required:
        with pytest.raises(InvalidInput, match="is required"):
            change_of(scene.viewer_context, was, edit, None)
    else:
        assert change_of(scene.viewer_context, was, edit, None)[0].properties is None


def test_a_new_worklog_begins_in_the_first_of_two_equal_hours(scene: Scene) -> None:
    start = new_start(scene.viewer_context, date(2026, 10, 25), time(2, 30))
    assert start.instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


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
