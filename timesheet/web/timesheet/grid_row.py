"""The rows of the grid as HTML, joined in Python because a template takes four times as long for many of them.

Every text written by people goes through ``escape``: the key and summary of an issue, and the name of its
type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup, escape

from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import SheetRow
from timesheet.services.snapshot.row_limit import UNKNOWN_LIMITS, UNLIMITED, KnownLimits, RowLimit
from timesheet.services.worklog.safeguard.idempotency import digest
from timesheet.web.http.issue import former_key, issue_key, project_color
from timesheet.web.http.language import _, isolated_html, localize
from timesheet.web.timesheet.difference import Total

ISSUE_TYPES = {"bug": "bug", "epic": "epic", "story": "story", "subtask": "subtask", "sub-task": "subtask"}

# Keys do the same on a cell of the row, so that Tab does not stop at each of them.
PIN = Markup('<button type="button" class="pin" tabindex="-1" title="{}" aria-pressed="{}"></button>')
REMOVE = Markup('<button type="button" class="unkeep" tabindex="-1" title="{}"></button>')

LIMITED = Markup(' data-{}="{}"')
LOCK = Markup('<i class="row-lock" title="{}" aria-hidden="true"></i><span class="sr-only">{} </span>')


class GridRow(NamedTuple):
    """A row ready to print."""

    row: SheetRow
    cells: Markup
    total: Total


@dataclass(frozen=True, slots=True)
class RowMarks:
    """The marks of rows beside their issue: ``pinned`` ids in order, those of rows to remove, the ``former`` keys of
    issues that were moved, and what Jira does not let the viewer do.
    """

    pinned: tuple[int, ...] = ()
    removable: Set[int] = frozenset()
    former: Mapping[int, str] = field(default_factory=dict)
    limits: KnownLimits = UNKNOWN_LIMITS

    @property
    def limits_shown(self) -> str:
        """A short hash of the limits, by which a page says which ones it shows."""
        return digest(repr(sorted(self.limits.of.items())))


def issue_type(issue: Issue) -> str:
    """Return the class for an issue's type; types that Jira does not ship look like a task.

    The name is in the viewer's language, so it counts only if Jira gives neither level nor icon.
    """
    return issue.type_kind or ISSUE_TYPES.get(issue.type_name.casefold(), "task")


def grid_rows(rows: Iterable[GridRow], site_url: str, marks: RowMarks) -> Markup:
    """Return these rows, with links to their issues on ``site_url``."""
    printer = _RowPrinter(site_url, marks)
    return Markup("".join(map(printer.html, rows)))  # noqa: S704 - every text in it is escaped


class _RowPrinter:
    """Prints the rows of one grid; what is the same in each of them is made once."""

    def __init__(self, site_url: str, marks: RowMarks) -> None:
        self._site_url, self._marks = site_url, marks
        self._pinned = frozenset(marks.pinned)
        self._pins = {pinned: PIN.format(_("Pin this row"), str(pinned).lower()) for pinned in (True, False)}
        self._remove = REMOVE.format(_("Remove this row"))

    def html(self, row: GridRow) -> str:
        """Return one row."""
        issue, marks = row.row.issue, self._marks
        pinned, limit = issue.id in self._pinned, marks.limits.of.get(issue.id, UNLIMITED)
        drag = " draggable=true" if pinned else ""
        remove = self._remove if issue.id in marks.removable else ""
        locked = "" if limit is UNLIMITED else _limited(limit)
        reason = localize(limit.full) if limit.full else ""
        mark = LOCK.format(reason, reason) if reason else ""
        kind = escape(issue.type_name)
        words = isolated_html(localize(issue.summary) if issue.loading else issue.summary)
        exactly = f' title="{row.total.exactly}"' if row.total.exactly else ""
        looks = f"{'done ' if issue.done else ''}{project_color(issue.project_id)}"
        former = former_key(issue, marks.former.get(issue.id, ""))
        return (
            f'<tr id="r{issue.id}"{locked}><th scope="row" class="{looks}"{drag}>{self._pins[pinned]}'
            f'{mark}<i class="type {issue_type(issue)}" title="{kind}"></i>'
            f"{issue_key(self._site_url, issue)}{former}{words}{remove}</th>"
            f'{row.cells}<td class="s" id="s{issue.id}"{exactly}>{row.total.text}</tr>'
        )


def _limited(limit: RowLimit) -> str:
    """Return the attributes of a row that say why its cells take no time, and why time in them stays."""
    fixed, kept = limit.frozen or limit.fixed, limit.frozen or limit.kept
    reasons = {"locked": limit.full, "fixed": fixed, "kept": kept}
    return "".join(LIMITED.format(name, localize(reason)) for name, reason in reasons.items() if reason)
