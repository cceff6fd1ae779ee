"""The reasons why Jira takes no new time on an issue from a person, as far as it can be asked in advance."""

from __future__ import annotations

from enum import StrEnum

from timesheet.domain.message import message
from timesheet.domain.worklog.issue import NO_ISSUE, Issue


class RowLock(StrEnum):
    """The reason: the permission *Work on issues* is missing, the workflow forbids changes in this status, the project
    is archived, or Jira does not show the issue anymore.
    """

    PERMISSION = "permission"
    WORKFLOW = "workflow"
    ARCHIVED = "archived"
    GONE = "gone"

    @property
    def for_all(self) -> bool:
        """Return True if time that is there cannot change either, whoever logged it."""
        return self is not RowLock.PERMISSION

    def sentence(self, issue: Issue) -> str:
        """Return the reason in a sentence."""
        if self is RowLock.WORKFLOW:
            return message(
                "{key} is {status_name}: its workflow allows no changes of time there.",
                key=issue.key,
                status_name=issue.status_name,
            )
        if self is RowLock.ARCHIVED:
            return message(
                "{project_key} is archived, so time there cannot change. A Jira admin can restore the project.",
                project_key=issue.project_key,
            )
        if self is RowLock.GONE:
            return message(NO_ISSUE, id_or_key=issue.key)
        return message(
            "You need “{name}” in {project_key}. A project admin can grant it.",
            name=message("Work on issues"),
            project_key=issue.project_key,
        )
