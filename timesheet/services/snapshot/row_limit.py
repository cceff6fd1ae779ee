"""The limits that Jira sets the viewer for the time on some issues, as far as they are cached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.right import DELETE_RIGHTS, EDIT_RIGHTS, lacking
from timesheet.services.snapshot.row_lock import cached_row_locks
from timesheet.services.snapshot.worklog_right import cached_worklog_rights
from timesheet.services.viewer.context import ViewerContext


@dataclass(frozen=True, slots=True)
class RowLimit:
    """The reasons why Jira takes no new time on an issue (``full``), changes no time that is there (``frozen``), lets
    the viewer edit none of it (``fixed``), and delete none (``kept``); each is empty if it does, or if that is unknown.
    """

    full: str = ""
    frozen: str = ""
    fixed: str = ""
    kept: str = ""


UNLIMITED = RowLimit()


@dataclass(frozen=True, slots=True)
class KnownLimits:
    """The limits of some issues by id, without those that have none; ``complete`` if Jira was asked about all."""

    of: Mapping[int, RowLimit]
    complete: bool

    def on(self, issue: Issue) -> RowLimit:
        """Return the limits of an issue."""
        return self.of.get(issue.id, UNLIMITED)


UNKNOWN_LIMITS = KnownLimits({}, complete=False)


def known_limits(context: ViewerContext, issues: Sequence[Issue], *, own: bool = True) -> KnownLimits:
    """Return the limits of these issues without a call, for the viewer's ``own`` time or somebody else's.

    A lock stays until Jira says otherwise, also while another issue is new or Jira does not answer.
    """
    issues = [issue for issue in issues if not issue.loading]
    locks, current = cached_row_locks(context, issues)
    rights = cached_worklog_rights(context, [issue.id for issue in issues])
    enough = frozenset(right[0 if own else 1] for right in (EDIT_RIGHTS, DELETE_RIGHTS))
    found = {}
    for issue in issues:
        lock = locks.get(issue.id)
        granted = rights.get(issue.id, enough)
        if not lock and granted >= enough:
            continue
        full = lock.sentence(issue) if lock else ""
        fixed, kept = (
            lacking(granted, needed, issue, own=own, in_use=current)
            for needed in (EDIT_RIGHTS, DELETE_RIGHTS)
        )
        if full or fixed or kept:
            found[issue.id] = RowLimit(full, full if lock and lock.for_all else "", fixed, kept)
    return KnownLimits(found, complete=current and len(rights) == len(issues))
