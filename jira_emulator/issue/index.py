"""The search index that JQL searches use; it follows writes with a varying delay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b

from jira_emulator.issue.store import WorklogStore
from jira_emulator.model import Issue, WorklogRow

STEPS = 8
"""The number of parts of the lag, in each of which an unsteady index shows a change or not."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """An issue with its worklogs as the index contains them."""

    issue: Issue
    rows: tuple[WorklogRow, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change at ``when`` (epoch ms): ``before`` is the issue's state until then, None for a new issue."""

    when: int
    issue_id: int
    before: Indexed | None
    shown: int
    """Bit n is set if an unsteady index shows the change in the n-th part of the lag."""


class IndexView:
    """Issues and worklogs as one search sees them: the current state, except for the issues in ``late``."""

    def __init__(
        self, issues: dict[int, Issue], worklogs: WorklogStore, late: dict[int, Indexed | None]
    ) -> None:
        self._issues = issues
        self._worklogs = worklogs
        self._late = late

    def __iter__(self) -> Iterator[Issue]:
        """Yield all issues in the index."""
        yield from (issue for number, issue in self._issues.items() if number not in self._late)
        yield from (found.issue for found in self._late.values() if found is not None)

    def issue(self, issue_id: int) -> Issue | None:
        """Return the indexed state of an issue, None if the index does not contain it."""
        if issue_id not in self._late:
            return self._issues.get(issue_id)
        found = self._late[issue_id]
        return None if found is None else found.issue

    def rows(self, issue: Issue) -> Iterable[WorklogRow]:
        """Return the indexed worklogs of an issue, oldest first."""
        found = self._late.get(issue.id)
        return found.rows if found is not None else (self._worklogs.rows[i] for i in issue.worklog_ids)

    def started_between(self, first: int, end: int, author: str | None = None) -> Iterator[WorklogRow]:
        """Yield indexed worklogs with first <= started < end, of one author or of all."""
        for row in self._worklogs.started_between(first, end, author):
            if row.issue_id not in self._late:
                yield row
        for found in self._late.values():
            for row in found.rows if found is not None else ():
                if first <= row.started < end and author in (None, row.author):
                    yield row


class SearchIndex:
    """Remembers what each change replaced for ``lag_ms`` of the site's clock; with 0 the index follows immediately.

    A steady index shows a change after the lag. An unsteady one shows it temporarily before that: it appears,
    disappears, and appears again, as in Jira, where several copies of the index answer. Which parts of the
    lag show a change depends on ``seed``, the issue, and the number of the change.
    """

    def __init__(self, issues: dict[int, Issue], worklogs: WorklogStore, clock: Callable[[], int]) -> None:
        self.lag_ms = 0
        self.unsteady = True
        self.seed = 1
        self._issues = issues
        self._worklogs = worklogs
        self._clock = clock
        self._changes: list[Change] = []
        self._count = 0

    def note(self, issue: Issue, *, new: bool = False) -> None:
        """Store an issue's state, and that of its worklogs, before they change."""
        if self.lag_ms <= 0:
            return
        self._forget()
        self._count += 1
        before = None
        if not new:
            copy = replace(issue, worklog_ids=list(issue.worklog_ids))
            rows = tuple(self._worklogs.rows[number] for number in issue.worklog_ids)
            before = Indexed(copy, rows)
        shown = _pattern(f"{self.seed}:{issue.id}:{self._count}")
        self._changes.append(Change(self._clock(), issue.id, before, shown))

    def view(self, reconcile: Iterable[int] = ()) -> IndexView:
        """Return what a search sees now; the issues in ``reconcile`` are in their current state."""
        self._forget()
        at_once = frozenset(reconcile)
        late: dict[int, Indexed | None] = {}
        now = self._clock()
        for change in self._changes:
            if change.issue_id in late or change.issue_id in at_once:
                continue
            if not self._shows(change, now):
                late[change.issue_id] = change.before
        return IndexView(self._issues, self._worklogs, late)

    def present(self) -> IndexView:
        """Return the current state of everything, without the index."""
        return IndexView(self._issues, self._worklogs, {})

    def catch_up(self) -> None:
        """Show every change from now on."""
        self._changes.clear()

    def _shows(self, change: Change, now: int) -> bool:
        return self.unsteady and bool(change.shown >> (now - change.when) * STEPS // self.lag_ms & 1)

    def _forget(self) -> None:
        """Drop changes older than the lag, and those with a future time after the clock was reset."""
        now = self._clock()
        self._changes = [change for change in self._changes if 0 <= now - change.when < self.lag_ms]


def _pattern(key: str) -> int:
    """Return a bit for each part of the lag that shows a change: never the first, and at least once shown and
    then hidden.
    """
    digest = blake2b(key.encode(), digest_size=4).digest()
    comes = 1 + digest[0] % (STEPS - 2)
    goes = comes + 1 + digest[1] % (STEPS - 1 - comes)
    return (digest[2] & ~1 | 1 << comes) & ~(1 << goes)
