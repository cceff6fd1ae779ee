"""Change the rows that a person keeps in their timesheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.services.snapshot.issue import known_issue, known_issues
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.command import ChangeRows, RowChange


class RowStore(Protocol):
    """The part of SettingsStore that keeps rows."""

    def change_rows(self, account_id: str, change: Callable[[KeptRows], KeptRows]) -> KeptRows:
        """See SettingsStore."""


def change_rows(context: ViewerContext, settings: RowStore, command: ChangeRows) -> KeptRows:
    """Change the viewer's rows, and return them.

    Raise NotFound for an issue that gets a row and that Jira does not show to the viewer, InvalidInput for too many.
    """
    if command.change in (RowChange.ADD, RowChange.PIN):
        _require_visible(context, command.issue_ids)
    return settings.change_rows(context.viewer, lambda rows: _changed(rows, command))


def _require_visible(context: ViewerContext, issue_ids: tuple[int, ...]) -> None:
    if len(issue_ids) == 1:
        known_issue(context, issue_ids[0])
    elif len(known_issues(context, issue_ids)) < len(issue_ids):
        raise NotFound(message("There is no such issue, or Jira does not show it to you."))


def _changed(rows: KeptRows, command: ChangeRows) -> KeptRows:
    if command.change is RowChange.ADD:
        return rows.with_added(command.issue_ids)
    for issue_id in command.issue_ids:
        if command.change is RowChange.PIN:
            rows = rows.with_pinned(issue_id, command.before)
        elif command.change is RowChange.UNPIN:
            rows = rows.with_unpinned(issue_id)
        else:
            rows = rows.without(issue_id)
    return rows
