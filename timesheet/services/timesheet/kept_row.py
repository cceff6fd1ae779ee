"""Change the rows that a person keeps in their timesheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.message import Message, counted, message
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.domain.worklog.key_list import MOST_KEYS, shortened
from timesheet.services.snapshot.issue import get_issue, get_issues, issues_by_keys
from timesheet.services.snapshot.row_lock import read_row_locks
from timesheet.services.timesheet.command import AddKeys, ChangeRows, RowChange
from timesheet.services.viewer.context import ViewerContext

MOST_NAMED = 10
"""The most keys that a sentence names."""
HIDDEN = message("Jira does not show you these issues: {keys}.")


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


@dataclass(frozen=True, slots=True)
class AddedRows:
    """The rows after some were added by their keys. ``new`` are the issues that had none before."""

    rows: KeptRows
    issues: tuple[Issue, ...]
    new: tuple[Issue, ...]
    missing: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    cut: bool = False

    @property
    def sentences(self) -> tuple[Message, ...]:
        """Return sentences about what was added, and why the other keys were not."""
        sentences = [
            counted("{count} row added.", "{count} rows added.", len(self.new))
            if self.new
            else message("No rows were added, because all of these issues have one.")
        ]
        if self.missing:
            sentences.append(message(HIDDEN, keys=shortened(self.missing, MOST_NAMED)))
        if self.locked:
            sentences.append(
                message("You cannot log time on {keys}.", keys=shortened(self.locked, MOST_NAMED))
            )
        if self.cut:
            sentences.append(message("Only the first {most} keys were read.", most=MOST_KEYS))
        return tuple(sentences)


def add_keys(context: ViewerContext, settings: RowStore, kept: KeptRows, command: AddKeys) -> AddedRows:
    """Add a row for each of these keys to the viewer's rows, which are ``kept``; twice adds nothing twice.

    An issue that takes no time gets a row too, which says why. Raise InvalidInput if Jira shows none of them,
    or for too many rows.
    """
    issues, missing = issues_by_keys(context, command.keys)
    if not issues:
        raise InvalidInput(message(HIDDEN, keys=shortened(missing, MOST_NAMED)), field="text")
    rows = settings.change_rows(context.viewer, lambda rows: rows.with_added(issue.id for issue in issues))
    locks = read_row_locks(context, issues)
    return AddedRows(
        rows,
        issues,
        tuple(issue for issue in issues if issue.id not in kept.ids),
        missing,
        tuple(issue.key for issue in issues if issue.id in locks),
        command.cut,
    )


def _require_visible(context: ViewerContext, issue_ids: tuple[int, ...]) -> None:
    if len(issue_ids) == 1:
        get_issue(context, issue_ids[0])
    elif len(get_issues(context, issue_ids)) < len(issue_ids):
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
