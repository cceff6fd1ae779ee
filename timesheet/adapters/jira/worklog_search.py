"""All worklogs of some people in some days: searches side by side, and the long issues as they turn up.

A search finds issues, not worklogs, and counts days in the caller's zone. So it asks for
a few days more on either side, and every worklog is then picked by author and work date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import partial
from typing import Any, Generic
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.harvest import UNREADABLE, Harvest, Row, WholeHarvest, may_lie_in
from timesheet.adapters.jira.parallel import Flow, Parallel
from timesheet.adapters.jira.reading import ISSUE_FIELDS, read_worklog_json, strictly, worklog_of
from timesheet.adapters.jira.refusal import accepted
from timesheet.adapters.jira.rows import NO_WAY_ON, WHOLE, Page, Part, Reader, Spoilt, WorklogRow
from timesheet.adapters.jira.transport import Call, Transport
from timesheet.domain.errors import JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog import Worklog
from timesheet.services.ports import Clock, IssueTime, Missing, Snapshot, Told, Zones, untold

# The zones of two people are up to 26 hours apart, so their dates up to two days.
PAD_DAYS = 2
PAGE, LONG_PAGE, MOST_PAGES = 100, 5000, 200
LISTED_AT_ONCE = 1000
UNREAD = Missing(UNREADABLE, "worklog-unreadable")
LOST = Missing("Jira stopped answering: the time of some members is missing.", "search")


@dataclass(frozen=True, slots=True)
class Query:
    """One search: its JQL, and the issues to be looked up past Jira's index."""

    jql: str
    reconciled: tuple[int, ...] = ()

    @property
    def body(self) -> Mapping[str, Any]:
        """What is sent for its first page."""
        asked = {"jql": self.jql, "fields": [*ISSUE_FIELDS, "worklog"], "maxResults": PAGE}
        return asked | ({"reconcileIssues": list(self.reconciled)} if self.reconciled else {})


@dataclass(eq=False)
class WorklogSearch(Generic[Row]):
    """Brings in one harvest, as one viewer. ``then`` may ask for more once all searches are through.

    A search asks for its next page before it looks at the one that came, and an issue with more worklogs than came
    with it is asked for at once, so that Jira is never waited for longer than its answers depend on each other.
    """

    transport: Transport
    harvest: Harvest[Row]
    flow: Flow
    then: Callable[[Flow], None] | None = None
    told: Told = untold
    _open: int = 0
    _came: bool = False
    _failures: list[TimesheetError] = field(default_factory=list)

    def run(self, queries: Sequence[Query]) -> None:
        """Read all; raises when Jira refuses a search, or when not even the first page of one comes."""
        self._open = len(queries)
        for query in queries:
            self._ask(query.body, frozenset())
        self.flow.run()
        if self._failures:
            if not self._came:
                raise self._failures[0]
            self.harvest.missing.append(LOST)

    def _ask(self, body: Mapping[str, Any], seen: frozenset[str]) -> None:
        call = Call("POST", "search/jql", body=body, read=self.harvest.reader.page)
        self.flow.add(partial(self._accepted, call), partial(self._answered, body, seen))

    def _accepted(self, call: Call) -> Any:
        return accepted(self.transport.send(call))

    def _answered(
        self, body: Mapping[str, Any], seen: frozenset[str], page: Page[Row] | TimesheetError
    ) -> None:
        if isinstance(page, TimesheetError):
            self._broke_off(page, first=not seen)
            return
        self._came, token = True, page.following
        if token is None or token == NO_WAY_ON or token in seen or len(seen) >= MOST_PAGES:
            self.flow.when_idle(partial(self._take, page, last=True, whole=token is None))
        else:
            self._ask({**body, "nextPageToken": token}, seen | {token})
            self.flow.when_idle(partial(self._take, page))

    def _broke_off(self, error: TimesheetError, *, first: bool) -> None:
        if first and not isinstance(error, JiraUnavailable):
            raise error
        if first:
            self._failures.append(error)
        else:
            self.harvest.lack("Jira stopped answering: some issues are missing.", "search")
        self._ended()

    def _ended(self) -> None:
        self._open -= 1
        if self.then and not self._open:
            self.then(self.flow)

    def _take(self, page: Page[Row], *, last: bool = False, whole: bool = True) -> None:
        for row in page.issues:
            issue_id = self.harvest.take(row)
            if issue_id is not None:
                reader, span = self.harvest.reader, self.harvest.span
                read = partial(all_around, self.transport, issue_id, span, reader)
                self.flow.add(read, partial(self._completed, self.harvest.long[issue_id]), later=True)
        self._tell()
        if page.unread:
            self.harvest.lack("An issue on Jira’s list cannot be read.", "issue-unreadable")
        if not whole:
            self.harvest.lack("Jira’s list of issues does not end: some may be missing.", "paging")
        if last:
            self._ended()

    def _completed(self, key: str, part: Part[Row] | TimesheetError) -> None:
        if isinstance(part, TimesheetError):
            self.harvest.missing.append(_lacking(key, part))
        else:
            self.harvest.keep_all(key, part)
        self._tell()

    def _tell(self) -> None:
        self.told(len(self.harvest.issues), self.harvest.count())


def flow_to(parallel: Parallel, transport: Transport) -> Flow:
    """Calls to one Jira, as many at once as it bears just now."""
    return parallel.flow(lambda: transport.limits.width(transport.site))


def read_snapshot(
    transport: Transport,
    parallel: Parallel,
    harvest: WholeHarvest,
    queries: Sequence[Query],
    clock: Clock,
    told: Told = untold,
) -> Snapshot:
    """A complete snapshot, or one that names what is missing; raises when not even the search works."""
    before, read_at = transport.calls, clock()
    WorklogSearch(transport, harvest, flow_to(parallel, transport), told=told).run(queries)
    found = tuple(sorted(harvest.worklogs.values(), key=lambda w: (w.started, w.id)))
    issues = harvest.of_used({worklog.issue_id for worklog in found})
    return Snapshot(found, issues, read_at, tuple(harvest.missing), transport.calls - before)


def read_issue_time(
    transport: Transport, issue_id: int, span: DateSpan, zones: Zones, fallback: ZoneInfo, read_at: datetime
) -> IssueTime:
    """Everybody's worklogs on one issue with a work date in ``span``, and what Jira calls their authors."""
    part = all_around(transport, issue_id, span, WHOLE)
    unread = any(may_lie_in(span, spoilt, zones, fallback) for spoilt in part.spoilt)
    found: dict[int, Worklog] = {}
    names: dict[str, str] = {}
    for row in part.worklogs:
        try:
            worklog = worklog_of(row, zones, fallback)
        except (ValueError, OverflowError):
            unread = unread or may_lie_in(span, Spoilt(row.author, row.started), zones, fallback)
            continue
        if worklog.day in span:
            found[worklog.id] = worklog
            names[worklog.author] = (row.author.display_name if row.author else "") or ""
    ordered = sorted(found.values(), key=lambda worklog: (worklog.started, worklog.id))
    return IssueTime(tuple(ordered), names, read_at, (UNREAD,) if unread else ())


def read_listed(
    transport: Transport, worklog_ids: Sequence[int], zones: Zones, fallback: ZoneInfo
) -> list[Worklog]:
    """Worklogs by their ids, as far as the viewer may see them; Jira says nothing of the others."""
    found: list[Worklog] = []
    for start in range(0, len(worklog_ids), LISTED_AT_ONCE):
        body = {"ids": list(worklog_ids[start : start + LISTED_AT_ONCE])}
        listed = accepted(transport.send(Call("POST", "worklog/list", body=body)))
        found.extend(read_worklog_json(data, zones, fallback) for data in listed)
    return found


def all_around(transport: Transport, issue_id: int, span: DateSpan, reader: Reader[Row]) -> Part[Row]:
    """One issue's worklogs around ``span``, page by page until Jira's own total is reached."""
    around = span.padded(PAD_DAYS)
    window = {
        "startedAfter": epoch_ms(datetime.combine(around.first, time.min, UTC)),
        "startedBefore": epoch_ms(datetime.combine(around.last, time.max, UTC)),
    }
    whole, come, last = Part[Row](0, []), 0, None
    for _ in range(MOST_PAGES):
        # A page begins with the last worklog of the one before: where it does not, they have moved in between.
        params = {**window, "startAt": max(0, come - 1), "maxResults": LONG_PAGE}
        call = Call("GET", f"issue/{issue_id}/worklog", params, read=reader.part)
        part: Part[Row] = accepted(transport.send(call))
        first, newest = part.marked or _ends(part.worklogs)
        fresh = part.count - (1 if come else 0)
        if come and (first != last or not fresh):
            break
        whole.worklogs += part.worklogs
        whole.spoilt += part.spoilt
        come, last = come + fresh, newest
        if come >= part.total:
            return whole
        if not fresh:
            break
    raise JiraUnavailable("Jira’s pages do not add up to its total.")


def _ends(rows: Sequence[WorklogRow]) -> tuple[str | int | None, str | int | None]:
    return (rows[0].id, rows[-1].id) if rows else (None, None)


def search_jql(authors: Sequence[str], span: DateSpan) -> str:
    """Issues on which these authors may have logged around ``span``."""
    return f"{logged_by(authors, span)} ORDER BY key ASC"


def logged_by(authors: Sequence[str], span: DateSpan) -> str:
    """The clause of ``search_jql``, to be joined with others."""
    people = ", ".join(quote_jql(author) for author in authors)
    around = span.padded(PAD_DAYS)
    return (
        f"worklogAuthor in ({people}) AND worklogDate >= {quote_jql(around.first.isoformat())}"
        f" AND worklogDate <= {quote_jql(around.last.isoformat())}"
    )


def quote_jql(text: str) -> str:
    """A JQL string that no content can leave: quotes and backslashes escaped, control characters dropped."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return '"' + printable.replace("\\", "\\\\").replace('"', '\\"') + '"'


@strictly
def page_of(answer: Mapping[str, Any]) -> tuple[list[Any], str | None]:
    """The issues of one page of a search, and the token of the next one."""
    issues, token = answer["issues"], answer.get("nextPageToken")
    if not isinstance(issues, list) or not (token is None or isinstance(token, str)):
        raise TypeError("not a page of issues")
    return issues, None if answer.get("isLast") else token or None


def _lacking(key: str, error: TimesheetError) -> Missing:
    if isinstance(error, NotFound):
        return Missing(f"{key}: Jira no longer shows this issue.", "issue-gone")
    return Missing(f"{key}: Jira did not give all its worklogs.", "issue-worklogs")
