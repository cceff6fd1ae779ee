"""Changes of many worklogs, for tests of their plan and of what they do."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, seen
from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.command import BulkAction, BulkEdit, Chosen

HOUR = 3600
TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
KEY = "bulk-0001"


def edit_of(action: BulkAction, *worklogs: Worklog, **more: Any) -> BulkEdit:
    chosen = tuple(Chosen(worklog.issue_id, seen(worklog)[0]) for worklog in worklogs)
    return BulkEdit(action, chosen, WEEK, KEY, **more)


def three(scene: Scene) -> tuple[Worklog, ...]:
    return (
        scene.put(PAY, MONDAY, HOUR, time(9)),
        scene.put(OPS, MONDAY, 2 * HOUR, time(10)),
        scene.put(PAY, TUESDAY, 3 * HOUR, time(9)),
    )


ACTIVITY = Attribute(
    "activity",
    "Activity",
    Kind.SELECT,
    everywhere=True,
    options=(Option("d", "Design"), Option("o", "Old", removed=True)),
    version=1,
)
TICKET = Attribute("ticket", "Ticket", Kind.TEXT, everywhere=True, version=1)
DISTANCE = Attribute("km", "Km", Kind.NUMBER, everywhere=True, version=1)


def put(scene: Scene, *values: dict[str, object]) -> tuple[Worklog, ...]:
    return tuple(
        scene.put(PAY, MONDAY, HOUR, time(9 + hour), properties={PROPERTY: value, "other": 1})
        for hour, value in enumerate(values)
    )


def values(scene: Scene) -> list[object]:
    return [
        (scene.jira.worklogs[number].properties or {}).get(PROPERTY) for number in sorted(scene.jira.worklogs)
    ]


def setting(attribute: str, value: str | None, *worklogs: Worklog) -> BulkEdit:
    return edit_of(BulkAction.SET_ATTRIBUTE, *worklogs, attribute=attribute, value=value)


def listed(action: BulkAction, *worklogs: Worklog, **more: Any) -> BulkEdit:
    """Return a change of worklogs that were chosen in a list of no sheet."""
    return replace(edit_of(action, *worklogs, **more), span=None)
