"""Read the attributes of worklogs that a search returned, because a search returns no properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.message import message
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import UNKNOWN_VALUES, Missing, Snapshot
from timesheet.services.viewer.context import ViewerContext

UNREAD = Missing(
    message("The attributes of worklogs could not be read, so they are not shown."), UNKNOWN_VALUES
)
Version = tuple[int, datetime]


def with_attributes(context: ViewerContext, found: Snapshot, known: Iterable[Worklog]) -> Snapshot:
    """Return the snapshot with the properties of its worklogs, if this site uses attributes.

    One call reads those of a thousand worklogs, and none is made for a worklog whose version is among the
    ``known`` ones with its properties. Never raises: without an answer the time is still complete.
    """
    if not context.attributes.used():
        return found
    known_properties: Mapping[Version, Mapping[str, Any]] = {
        (one.id, one.updated): one.properties for one in known if one.properties is not None
    }
    unread = [
        one.id
        for one in found.worklogs
        if one.properties is None and (one.id, one.updated) not in known_properties
    ]
    try:
        listed = context.jira.read_listed(unread, context.own_zones) if unread else ()
        whole_answer = all(one.properties is not None for one in listed)
    except JiraUnavailable:
        listed, whole_answer = (), False
    if not whole_answer:
        found = replace(found, missing=(*found.missing, UNREAD))
    read = {one.id: one.properties for one in listed}

    def whole(one: Worklog) -> Worklog:
        if one.properties is not None:
            return one
        properties = known_properties.get((one.id, one.updated), read.get(one.id))
        return one if properties is None else replace(one, properties=properties)

    return replace(found, worklogs=tuple(map(whole, found.worklogs)))
