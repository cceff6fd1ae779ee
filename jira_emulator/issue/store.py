"""Worklogs with indexes that keep searches and the change feed fast at 100,000 rows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator

from jira_emulator.model import WorklogRow

Entry = tuple[int, int]
"""(epoch milliseconds, worklog id)."""

FIRST, LAST = 0, 1 << 62


class WorklogStore:
    """Every worklog by id, by start, by author and start, and by time of change. Times are epoch milliseconds."""

    def __init__(self) -> None:
        self.rows: dict[int, WorklogRow] = {}
        self.by_start: list[Entry] = []
        self.by_author: dict[str, list[Entry]] = {}
        self.by_change: list[Entry] = []
        self.deleted: list[Entry] = []

    def load(self, rows: Iterable[WorklogRow]) -> None:
        """Add many rows at once and sort the indexes once."""
        for row in rows:
            self.rows[row.id] = row
            self.by_start.append((row.started, row.id))
            self.by_author.setdefault(row.author, []).append((row.started, row.id))
            self.by_change.append((row.updated, row.id))
        for entries in (self.by_start, self.by_change, *self.by_author.values()):
            entries.sort()

    def add(self, row: WorklogRow) -> None:
        """Add one row."""
        self.rows[row.id] = row
        insort(self.by_start, (row.started, row.id))
        insort(self.by_author.setdefault(row.author, []), (row.started, row.id))
        insort(self.by_change, (row.updated, row.id))

    def remove(self, row: WorklogRow) -> None:
        """Remove one row without an entry in the feed of deletions."""
        del self.rows[row.id]
        _drop(self.by_start, (row.started, row.id))
        _drop(self.by_author[row.author], (row.started, row.id))
        _drop(self.by_change, (row.updated, row.id))

    def replace(self, row: WorklogRow) -> None:
        """Put a row in the place of the one with its id."""
        self.remove(self.rows[row.id])
        self.add(row)

    def delete(self, row: WorklogRow, now: int) -> None:
        """Remove one row and record when, for ``worklog/deleted``."""
        self.remove(row)
        insort(self.deleted, (now, row.id))

    def started_between(self, first: int, end: int, author: str | None = None) -> Iterator[WorklogRow]:
        """Yield rows with first <= started < end, of one author or of all."""
        entries = self.by_start if author is None else self.by_author.get(author, [])
        for position in range(bisect_left(entries, (first, FIRST)), bisect_left(entries, (end, FIRST))):
            yield self.rows[entries[position][1]]

    def changed_between(self, since: int, until: int) -> list[Entry]:
        """Return feed entries with since <= time <= until, oldest first."""
        return _between(self.by_change, since, until)

    def deleted_between(self, since: int, until: int) -> list[Entry]:
        """Return feed entries of deletions with since <= time <= until, oldest first."""
        return _between(self.deleted, since, until)


def _between(entries: list[Entry], since: int, until: int) -> list[Entry]:
    return entries[bisect_left(entries, (since, FIRST)) : bisect_right(entries, (until, LAST))]


def _drop(entries: list[Entry], entry: Entry) -> None:
    del entries[bisect_left(entries, entry)]
