"""Read the attributes of a team's worklogs, each version of a worklog once.

A search returns no properties, so they are read by id, a thousand worklogs in a call.
"""

from __future__ import annotations

from array import array

from timesheet.domain.attribute.values import AttributeValues, values_in
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.long_list import parts_of
from timesheet.domain.message import Message, counted
from timesheet.services.ports.cache import key_part
from timesheet.services.ports.packed_values import Numbering, PackedValues
from timesheet.services.ports.packed_worklogs import UPDATED, WORKLOG_ID, PackedWorklogs
from timesheet.services.viewer.context import ViewerContext

CACHE_SECONDS = 12 * 3600
LISTED_AT_ONCE = 8000
"""Worklogs come with their comments, so only some thousand are in memory at a time."""
NOTHING: AttributeValues = {}


def read_values(context: ViewerContext, packed: PackedWorklogs, *, refresh: bool = False) -> PackedValues:
    """Return the attributes of packed worklogs, also those from before the site was erased and installed again.

    ``refresh`` reads all of them again. Never raises: worklogs for which Jira does not respond are counted as unread.
    """
    if not packed.numbers:
        return PackedValues()
    key = context.key("team-attributes", key_part(packed.people, packed.span))
    cached = None if refresh else context.cache.get(key)
    before = cached if isinstance(cached, PackedValues) else PackedValues()
    versions = {entry[WORKLOG_ID]: entry[UPDATED] for entry in packed.entries()}
    if not before.unread and {id_: updated for id_, updated, _ in before.entries()} == versions:
        return before

    def read() -> PackedValues:
        found = _read(context, versions, before)
        context.cache.put(key, found, CACHE_SECONDS)
        return found

    # Another team of the same people, and a later snapshot, have other worklogs.
    return context.cache.get_or_create(f"{key}:{packed.version}:reading", read, 0)


def unread_note(count: int) -> Message:
    """Return a sentence about worklogs whose attributes Jira did not give."""
    return counted(
        "The attributes of {count} worklog could not be read, so it is counted as if it had none.",
        "The attributes of {count} worklogs could not be read, so they are counted as if they had none.",
        count,
    )


def _read(context: ViewerContext, versions: dict[int, int], before: PackedValues) -> PackedValues:
    """Return the values of these versions by worklog id, as far as they are known or Jira responds."""
    numbering = Numbering(before.values)
    places = {id_: place for id_, updated, place in before.entries() if versions.get(id_) == updated}
    to_read = sorted(versions.keys() - places.keys())
    unread = len(to_read)
    try:
        for part in parts_of(to_read, LISTED_AT_ONCE):
            listed = context.jira.read_listed(part, context.own_zones)
            unreadable = {one.id for one in listed if one.properties is None}
            # A worklog that Jira does not list anymore is no reason to ask again.
            places |= dict.fromkeys((id_ for id_ in part if id_ not in unreadable), numbering.place(NOTHING))
            places |= {
                one.id: numbering.place(values_in(one.properties))
                for one in listed
                if one.id not in unreadable
            }
            unread -= len(part) - len(unreadable)
    except JiraUnavailable:
        pass
    numbers = array("q")
    for id_, updated in versions.items():
        if id_ in places:
            numbers.extend((id_, updated, places[id_]))
    return PackedValues(numbers, numbering.values, unread)
