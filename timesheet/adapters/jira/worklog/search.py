"""Read all worklogs of some people in some days: parallel searches, and long issues as they are found.

A search finds issues, not worklogs, and counts days in the caller's zone. So it includes a few days more on
either side, and every worklog is then filtered by author and work date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic

import structlog

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.pages import entries_of
from timesheet.adapters.jira.call.parallel import Flow, Parallel
from timesheet.adapters.jira.call.reading import (
    ISSUE_FIELDS,
    strictly,
)
from timesheet.adapters.jira.call.refusal import accepted, refusal, tracks_time
from timesheet.adapters.jira.call.rows import (
    NO_WAY_ON,
    IssueWorklogs,
    SearchPage,
    WorkedRow,
    is_cut_short,
)
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.jql import PAD_DAYS, quote_jql
from timesheet.adapters.jira.worklog.author_days import LEAST, AuthorDays
from timesheet.adapters.jira.worklog.collector import Collector, Row, WorklogCollector
from timesheet.adapters.jira.worklog.issue_worklogs import count_between, read_between
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound, TimesheetError, TimeTrackingOff
from timesheet.domain.message import Message, message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.key_list import shortened
from timesheet.domain.worklog.worklog import BY_START
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.jira import (
    LongIssue,
    Missing,
    OnProgress,
    Snapshot,
    ignore_progress,
)

PAGE, MOST_PAGES = 100, 200
MOST_NAMED = 5
NOT_NOW = (409, 413)
"""The statuses of a search that say nothing about its JQL."""
CUT_SHORT = message("Jira cut its list of issues short: some may be missing.")
LOST = Missing(message("Jira stopped answering: the time of some members is missing."), "search")

log = structlog.stdlib.get_logger("timesheet.jira")


@dataclass(frozen=True, slots=True)
class Query:
    """One search: its JQL, and the issues to be read past Jira's index."""

    jql: str
    reconciled: tuple[int, ...] = ()

    @property
    def body(self) -> Mapping[str, Any]:
        """Return the request body for its first page."""
        body = {"jql": self.jql, "fields": [*ISSUE_FIELDS, "updated", "worklog"], "maxResults": PAGE}
        return body | ({"reconcileIssues": list(self.reconciled)} if self.reconciled else {})


@dataclass(eq=False)
class WorklogSearch(Generic[Row]):
    """Fills one collector, as one viewer. ``then`` may ask for more after all searches are done.

    Issues in ``earlier`` on which nothing changed are not read again; ``long`` are those and the long ones
    read now. A search requests its next page before it processes the current one, and an issue with more
    worklogs than it came with is read immediately, so the app waits for Jira no longer than its responses
    depend on each other.
    """

    transport: Transport
    collector: Collector[Row]
    flow: Flow
    then: Callable[[Flow], None] | None = None
    progress: OnProgress = ignore_progress
    earlier: Mapping[int, LongIssue] = field(default_factory=dict)
    long: list[LongIssue] = field(default_factory=list)
    read_at: datetime | None = None
    _open: int = 0
    _came: bool = False
    _untracked: bool = False
    _gone: set[str] = field(default_factory=set)
    _unfinished: set[str] = field(default_factory=set)
    _failures: list[TimesheetError] = field(default_factory=list)

    def run(self, queries: Sequence[Query]) -> None:
        """Read everything; raise if Jira refuses a search, or if not even the first page of one arrives."""
        self._run(queries)
        if queries and not self.collector.issues and not self.transport.knows_caller():
            self._run(queries)
        if queries and not self.collector.issues:
            self._ask_tracking()
        self._record_unread()

    def _run(self, queries: Sequence[Query]) -> None:
        self._open = len(queries)
        for query in queries:
            self._ask(query.body, frozenset())
        self.flow.run()
        if self._failures:
            if not self._came:
                raise self._failures[0]
            self.collector.missing.append(LOST)

    def _ask(self, body: Mapping[str, Any], seen_tokens: frozenset[str]) -> None:
        call = Call("POST", "search/jql", body=body, read=self.collector.reader.page)
        self.flow.add(partial(self._accepted, call), partial(self._answered, body, seen_tokens))

    def _accepted(self, call: Call) -> Any:
        answer = self.transport.send(call)
        if answer.status in NOT_NOW:
            raise JiraUnavailable(refusal(answer).sentence)
        return accepted(answer)

    def _answered(
        self, body: Mapping[str, Any], seen_tokens: frozenset[str], page: SearchPage[Row] | TimesheetError
    ) -> None:
        if isinstance(page, TimesheetError):
            self._broke_off(page, first=not seen_tokens)
            return
        self._came, token = True, page.following
        if token is None or token == NO_WAY_ON or token in seen_tokens or len(seen_tokens) >= MOST_PAGES:
            self.flow.when_idle(partial(self._take, page, last=True, whole=token is None))
        else:
            self._ask({**body, "nextPageToken": token}, seen_tokens | {token})
            self.flow.when_idle(partial(self._take, page))

    def _broke_off(self, error: TimesheetError, *, first: bool) -> None:
        if first and not isinstance(error, JiraUnavailable):
            if not (isinstance(error, InvalidInput) and self._ask_tracking()):
                raise error
        elif first:
            self._failures.append(error)
        else:
            self.collector.lack(message("Jira stopped answering: some issues are missing."), "search")
        self._ended()

    def _ended(self) -> None:
        self._open -= 1
        if self.then and not self._open:
            self.then(self.flow)

    def _take(self, page: SearchPage[Row], *, last: bool = False, whole: bool = True) -> None:
        for row in page.issues:
            issue_id = self.collector.take(row)
            if issue_id is not None:
                self._complete(issue_id, row)
        self._report_progress()
        if page.unread:
            self.collector.lack(message("An issue in Jira’s list cannot be read."), "issue-unreadable")
        if page.cut_short:
            self.collector.lack(CUT_SHORT, "paging")
        if not whole:
            self.collector.lack(message("Jira’s list of issues does not end: some may be missing."), "paging")
        if last:
            self._ended()

    def _complete(self, issue_id: int, row: WorkedRow[Row]) -> None:
        """Read an issue's own worklogs; for very many, only the days on which one author may have logged."""
        read = partial(self._read_days, issue_id)
        around, part = self.collector.span.padded(PAD_DAYS), row.fields.worklog
        total = part.total if part else None
        if len(self.collector.authors) > 1 or total is None or total < LEAST:
            read([around])
            return
        narrow = partial(self._narrow, issue_id, around, row.fields.updated, total)
        before = self.earlier.get(issue_id)
        if before and (before.updated, before.total) == (row.fields.updated, total):
            self._count(issue_id, before.days, partial(self._compared, before, narrow))
        else:
            narrow()

    def _compared(self, before: LongIssue, narrow: Callable[[], None], counted: int | TimesheetError) -> None:
        """Skip an issue on which as many worklogs start as before; read it otherwise."""
        if counted == before.counted:
            self.long.append(before)
        else:
            narrow()

    def _narrow(self, issue_id: int, days: DateSpan, updated: object, total: int) -> None:
        [author] = self.collector.authors

        def ask(days: DateSpan, then: Callable[[bool | TimesheetError], None]) -> None:
            self.flow.add(partial(_logged_on, self.transport, issue_id, author, days), then)

        def count(days: DateSpan, then: Callable[[int | TimesheetError], None]) -> None:
            def counted(found: int | TimesheetError) -> None:
                if isinstance(found, int) and isinstance(updated, str) and self.read_at:
                    self.long.append(LongIssue(issue_id, updated, total, days, found, self.read_at))
                then(found)

            self._count(issue_id, days, counted)

        AuthorDays(days, ask, count, partial(self._read_days, issue_id)).begin()

    def _count(self, issue_id: int, days: DateSpan, then: Callable[[int | TimesheetError], None]) -> None:
        counted = partial(count_between, self.transport, issue_id, days, self.collector.reader)
        self.flow.add(counted, then)

    def _read_days(self, issue_id: int, ranges: Sequence[DateSpan]) -> None:
        key, reader = self.collector.long[issue_id], self.collector.reader
        for days in ranges:
            read = partial(read_between, self.transport, issue_id, days, reader)
            self.flow.add(read, partial(self._completed, key), later=True)

    def _completed(self, key: str, part: IssueWorklogs[Row] | TimesheetError) -> None:
        if isinstance(part, NotFound):
            self._gone.add(key)
        elif isinstance(part, TimesheetError):
            self._unfinished.add(key)
        else:
            self.collector.keep_all(key, part)
        self._report_progress()

    def _ask_tracking(self) -> bool:
        """Return True if this Jira does not track time: a search then finds nothing, or is refused."""
        self._untracked = self._untracked or not tracks_time(self.transport)
        return self._untracked

    def _record_unread(self) -> None:
        """Record the issues whose own worklogs did not come, all of them in one sentence."""
        if self._untracked or (self._gone and self._ask_tracking()):
            self.collector.lack(TimeTrackingOff().sentence, "time-tracking")
        elif self._gone:
            self.collector.lack(_gone_note(sorted(self._gone)), "issue-gone")
        if self._unfinished:
            self.collector.lack(_unfinished_note(sorted(self._unfinished)), "issue-worklogs")

    def _report_progress(self) -> None:
        self.progress(len(self.collector.issues), self.collector.count())


@contextmanager
def logging_refusal(typed: str = "") -> Iterator[None]:
    """Log that Jira refuses a search, unless somebody has ``typed`` a part of it: it may be an error of the app."""
    try:
        yield
    except InvalidInput:
        if not typed:
            log.warning("search_refused")
        raise


def flow_to(parallel: Parallel, transport: Transport) -> Flow:
    """Return a flow of calls to one Jira, with as many at once as it allows now."""
    return parallel.flow(lambda: transport.limits.width(transport.site))


def read_snapshot(
    transport: Transport,
    parallel: Parallel,
    collector: WorklogCollector,
    queries: Sequence[Query],
    clock: Clock,
    progress: OnProgress = ignore_progress,
    earlier: Sequence[LongIssue] = (),
) -> Snapshot:
    """Return a complete snapshot, or one that names what is missing; raise if not even the search works."""
    before, read_at = transport.calls, clock()
    search = WorklogSearch(
        transport,
        collector,
        flow_to(parallel, transport),
        progress=progress,
        earlier={one.id: one for one in earlier},
        read_at=read_at,
    )
    search.run(queries)
    found = tuple(sorted(collector.worklogs.values(), key=BY_START))
    used = {worklog.issue_id for worklog in found} | {one.id for one in search.long}
    calls = transport.calls - before
    return Snapshot(
        found,
        collector.of_used(used),
        read_at,
        tuple(collector.missing),
        calls,
        tuple(search.long),
        collector.crowded,
    )


def _logged_on(transport: Transport, issue_id: int, author: str, days: DateSpan) -> bool:
    """Return whether search matches the issue for this author and these days of the caller's zone.

    Author and date may match different worklogs; if none matches, the author logged nothing there.
    """
    jql = (
        f"id = {issue_id} AND worklogAuthor = {quote_jql(author)}"
        f" AND worklogDate >= {quote_jql(days.first.isoformat())}"
        f" AND worklogDate <= {quote_jql(days.last.isoformat())}"
    )
    body = {"jql": jql, "fields": ["id"], "maxResults": 1, "reconcileIssues": [issue_id]}
    issues, token = page_of(accepted(transport.send(Call("POST", "search/jql", body=body))))
    return bool(issues) or token is not None


@strictly
def page_of(answer: Mapping[str, Any]) -> tuple[list[Any], str | None]:
    """Return the issues of one page of a search, and the token of the next one. Raise JiraUnavailable if Jira left
    issues out.
    """
    if is_cut_short(answer.get("warnings")):
        raise JiraUnavailable(CUT_SHORT)
    issues, token = entries_of(answer, "issues"), answer.get("nextPageToken") or None
    last = answer.get("isLast")
    if not (token is None or isinstance(token, str)):
        raise TypeError("not the token of a page")
    if last is False and token is None:
        raise ValueError("no way to the next page")
    return issues, None if last else token


def _gone_note(keys: Sequence[str]) -> Message:
    if len(keys) == 1:
        return message("{key}: Jira no longer shows this issue.", key=keys[0])
    return message("{keys}: Jira no longer shows these issues.", keys=shortened(keys, MOST_NAMED))


def _unfinished_note(keys: Sequence[str]) -> Message:
    if len(keys) == 1:
        return message("{key}: Jira did not give all its worklogs.", key=keys[0])
    return message("{keys}: Jira did not give all their worklogs.", keys=shortened(keys, MOST_NAMED))
