"""The rights of the viewer to the worklogs of an issue, as far as Jira can be asked for them in advance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from timesheet.domain.message import Message, message
from timesheet.domain.worklog.issue import Issue


class Right(StrEnum):
    """A permission of a project in Jira, by the key that Jira gives it."""

    EDIT_OWN = "EDIT_OWN_WORKLOGS"
    EDIT_ALL = "EDIT_ALL_WORKLOGS"
    DELETE_OWN = "DELETE_OWN_WORKLOGS"
    DELETE_ALL = "DELETE_ALL_WORKLOGS"


RIGHT_NAMES: Mapping[Right, Message] = {
    Right.EDIT_OWN: message("Edit own worklogs"),
    Right.EDIT_ALL: message("Edit all worklogs"),
    Right.DELETE_OWN: message("Delete own worklogs"),
    Right.DELETE_ALL: message("Delete all worklogs"),
}
NEEDED = message("You need “{name}” in {project_key}. A project admin can grant it.")
NO_RIGHTS = message(
    "You cannot change worklogs in {project_key}: you need “{name}”, or the project is archived."
)
EDIT_RIGHTS = (Right.EDIT_OWN, Right.EDIT_ALL)
DELETE_RIGHTS = (Right.DELETE_OWN, Right.DELETE_ALL)


def lacking(
    rights: Collection[Right], needed: tuple[Right, Right], issue: Issue, *, own: bool, in_use: bool = False
) -> str:
    """Return which permission is missing and who can grant it; empty if none is missing.

    ``needed`` are the permission for one's own worklogs and the one for everybody's, which includes it. ``in_use`` is
    True if the project is known not to be archived.
    """
    mine, everybodys = needed
    if everybodys in rights or (own and mine in rights):
        return ""
    # In an archived project Jira grants nobody any permission.
    return message(
        NEEDED if rights or in_use else NO_RIGHTS,
        name=RIGHT_NAMES[mine if own else everybodys],
        project_key=issue.project_key,
    )
