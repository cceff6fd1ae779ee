"""The reasons why a team could not follow a Jira group: stored as codes, shown as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from timesheet.domain.message import Message, message


class GroupTrouble(StrEnum):
    """The problem of a group at its last sync; the rest of its team was synced anyway."""

    GONE = "gone"
    SILENT = "silent"
    REFUSED = "refused"


_SENTENCES: Mapping[str, Message] = MappingProxyType(
    {
        GroupTrouble.GONE: message(
            "Jira no longer has this group. Its people stay in the team; remove the group here."
        ),
        GroupTrouble.SILENT: message(
            "Jira did not answer when this group was read. The next run reads it again."
        ),
        GroupTrouble.REFUSED: message(
            "Jira does not let this app read groups yet. A Jira admin can allow it under Apps, "
            "Manage apps, by accepting the app’s update."
        ),
    }
)


def trouble_sentence(stored: str) -> Message:
    """Return the sentence for a stored code. Earlier versions stored the English sentence itself."""
    return _SENTENCES.get(stored) or message(stored)
