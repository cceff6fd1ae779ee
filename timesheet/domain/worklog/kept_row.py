"""The issues that have a row in a person's timesheet although they have no time on its days.

Pinned issues come first, in the person's own order; added ones are sorted in with those that have time. Both stay
until the person removes them. Only ids are kept: everything else about an issue is in Jira.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

MOST_KEPT = 100
"""The most rows that a person may keep, pinned and added ones together."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The ids of pinned issues, in the order of their rows, and of added ones, in the order they were added."""

    pinned: tuple[int, ...] = ()
    added: tuple[int, ...] = ()

    @property
    def ids(self) -> tuple[int, ...]:
        """Return the ids of all of them."""
        return self.pinned + self.added

    def with_added(self, issue_ids: Iterable[int]) -> KeptRows:
        """Return the rows with these issues too. Raise InvalidInput if they are too many."""
        new = (issue_id for issue_id in dict.fromkeys(issue_ids) if issue_id not in self.ids)
        return _limited(replace(self, added=(*self.added, *new)))

    def without(self, issue_id: int) -> KeptRows:
        """Return the rows without this issue, pinned or not."""
        return KeptRows(_without(self.pinned, issue_id), _without(self.added, issue_id))

    def with_pinned(self, issue_id: int, before: int | None = None) -> KeptRows:
        """Return the rows with this issue pinned ``before`` another pinned one, or last.

        An issue that is pinned already moves there.
        """
        others = _without(self.pinned, issue_id)
        at = others.index(before) if before in others else len(others)
        return _limited(KeptRows((*others[:at], issue_id, *others[at:]), _without(self.added, issue_id)))

    def with_unpinned(self, issue_id: int) -> KeptRows:
        """Return the rows with this issue no longer pinned; it stays as an added row."""
        if issue_id not in self.pinned:
            return self
        return KeptRows(_without(self.pinned, issue_id), (*self.added, issue_id))


def _without(ids: tuple[int, ...], issue_id: int) -> tuple[int, ...]:
    return tuple(other for other in ids if other != issue_id)


def _limited(rows: KeptRows) -> KeptRows:
    if len(rows.ids) > MOST_KEPT:
        raise InvalidInput(
            message(
                "A timesheet keeps up to {most} rows without time. Unpin or remove some of them first.",
                most=MOST_KEPT,
            ),
            field="issue",
        )
    return rows
