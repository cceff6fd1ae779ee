"""All worklogs of some people in some days: search, then the long issues one by one.

The search finds issues, not worklogs, and counts days in the caller's zone. So it asks for
a few days more on either side, and every worklog is then picked by author and work date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.parallel import Parallel
from timesheet.adapters.jira.reading import (
    ISSUE_FIELDS,
    read_day_json,
    read_issue_json,
    read_worklog_json,
    strictly,
)
from timesheet.adapters.jira.refusal import accepted
from timesheet.adapters.jira.transport import NONSENSE, Call, Transport
from timesheet.domain.errors import JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.issue import Issue
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog import Worklog
from timesheet.services.ports import Clock, IssueTime, Missing, Snapshot, Told, Zones, untold

# The zones of two people are up to 26 hours apart, so their dates up to two days.
PAD_DAYS = 2
PAGE, LONG_PAGE, MOST_PAGES = 100, 5000, 200
LISTED_AT_ONCE = 1000
NO_WAY_ON = ""
UNREADABLE = Missing("Jira’s record of a worklog cannot be read.", "worklog-unreadable")


@dataclass(slots=True)
class Harvest:
    """What has come in so far; worklogs and issues by id, so that a repeated page does no harm."""

    issues: dict[int, Issue] = field(default_factory=dict)
    worklogs: dict[int, Worklog] = field(default_factory=dict)
    long: dict[int, str] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    def lack(self, what: str, code: str) -> None:
        """Note once that something is missing."""
        if (one := Missing(what, code)) not in self.missing:
            self.missing.append(one)


@dataclass(frozen=True, slots=True)
class WorklogSearch:
    """Reads worklogs of ``authors`` with a work date in ``span``, as one viewer.

    ``jql`` finds the issues in another way than all of the authors; ``reconciled`` are looked up past Jira's index.
    """

    transport: Transport
    parallel: Parallel
    authors: frozenset[str]
    span: DateSpan
    zones: Zones
    fallback: ZoneInfo
    clock: Clock
    told: Told = untold
    jql: str = ""
    reconciled: tuple[int, ...] = ()

    def read(self) -> Snapshot:
        """A complete snapshot, or one that names what is missing; raises when not even the search works."""
        before, read_at = self.transport.calls, self.clock()
        return self.completed(self.searched(), read_at, before)

    def searched(self) -> Harvest:
        """What the search alone brings; raises when its first page does not come."""
        harvest = Harvest()
        for page in self._pages(harvest):
            self._take(page, harvest)
            self._tell(harvest)
        return harvest

    def completed(self, harvest: Harvest, read_at: datetime, before: int) -> Snapshot:
        """The snapshot, once the long issues are read too; ``before`` is the count of calls when it began."""
        self._read_long(harvest)
        found = tuple(sorted(harvest.worklogs.values(), key=lambda w: (w.started, w.id)))
        used = {worklog.issue_id for worklog in found}
        return Snapshot(
            worklogs=found,
            issues={id_: issue for id_, issue in harvest.issues.items() if id_ in used},
            read_at=read_at,
            missing=tuple(harvest.missing),
            calls=self.transport.calls - before,
        )

    def _pages(self, harvest: Harvest) -> Iterator[list[Any]]:
        seen = {NO_WAY_ON}
        body: dict[str, Any] = {
            "jql": self.jql or search_jql(sorted(self.authors), self.span),
            "fields": [*ISSUE_FIELDS, "worklog"],
            "maxResults": PAGE,
        }
        if self.reconciled:
            body["reconcileIssues"] = list(self.reconciled)
        for number in range(MOST_PAGES):
            try:
                issues, token = page_of(accepted(self.transport.send(Call("POST", "search/jql", body=body))))
            except TimesheetError:
                if number == 0:
                    raise
                harvest.lack("Jira stopped answering: some issues are missing.", "search")
                return
            yield issues
            if token is None:
                return
            if token in seen:
                break
            seen.add(token)
            body = {**body, "nextPageToken": token}
        harvest.lack("Jira’s list of issues does not end: some may be missing.", "paging")

    def _take(self, page: list[Any], harvest: Harvest) -> None:
        """Take what can be read, and note what cannot; a page of which nothing can is no answer of Jira's."""
        unread = 0
        for data in page:
            try:
                self._take_issue(data, harvest)
            except JiraUnavailable:
                unread += 1
                harvest.lack("An issue on Jira’s list cannot be read.", "issue-unreadable")
        if unread and unread == len(page):
            raise JiraUnavailable(NONSENSE)

    @strictly
    def _take_issue(self, data: Mapping[str, Any], harvest: Harvest) -> None:
        issue = read_issue_json(data)
        part = data["fields"].get("worklog")
        if part is None or part["total"] > len(part["worklogs"]):
            harvest.long[issue.id] = issue.key
        harvest.issues[issue.id] = issue
        self._keep(part["worklogs"] if part else (), harvest, issue.key)

    def _keep(self, worklogs: Sequence[Mapping[str, Any]], harvest: Harvest, key: str) -> None:
        for data in worklogs:
            try:
                worklog = self._wanted(data)
            except JiraUnavailable:
                if _may_count(data, self.span, self.zones, self.fallback):
                    harvest.lack(f"{key}: {UNREADABLE.what}", UNREADABLE.code)
                continue
            if worklog:
                harvest.worklogs[worklog.id] = worklog

    @strictly
    def _wanted(self, data: Mapping[str, Any]) -> Worklog | None:
        if (data.get("author") or {}).get("accountId") not in self.authors:
            return None
        worklog = read_worklog_json(data, self.zones, self.fallback)
        return worklog if worklog.day in self.span else None

    def _read_long(self, harvest: Harvest) -> None:
        ids = list(harvest.long)
        results = self.parallel.each(self._all_of, ids, self.transport.limits.width(self.transport.site))
        for issue_id, result in zip(ids, results, strict=True):
            if isinstance(result, TimesheetError):
                harvest.missing.append(_lacking(harvest.long[issue_id], result))
            else:
                self._keep(result, harvest, harvest.long[issue_id])
            self._tell(harvest)

    def _tell(self, harvest: Harvest) -> None:
        self.told(len(harvest.issues), len(harvest.worklogs))

    def _all_of(self, issue_id: int) -> list[Mapping[str, Any]]:
        return all_around(self.transport, issue_id, self.span)


def read_issue_time(
    transport: Transport, issue_id: int, span: DateSpan, zones: Zones, fallback: ZoneInfo, read_at: datetime
) -> IssueTime:
    """Everybody's worklogs on one issue with a work date in ``span``, and what Jira calls their authors."""
    found: dict[int, Worklog] = {}
    names: dict[str, str] = {}
    unread = False
    for data in all_around(transport, issue_id, span):
        try:
            worklog = read_worklog_json(data, zones, fallback)
        except JiraUnavailable:
            unread = unread or _may_count(data, span, zones, fallback)
            continue
        if worklog.day in span:
            found[worklog.id] = worklog
            names[worklog.author] = str((data.get("author") or {}).get("displayName") or "")
    ordered = sorted(found.values(), key=lambda worklog: (worklog.started, worklog.id))
    return IssueTime(tuple(ordered), names, read_at, (UNREADABLE,) if unread else ())


def read_listed(transport: Transport, worklog_ids: Sequence[int], fallback: ZoneInfo) -> list[Worklog]:
    """Worklogs by their ids, as far as the viewer may see them; Jira says nothing of the others."""
    found: list[Worklog] = []
    for start in range(0, len(worklog_ids), LISTED_AT_ONCE):
        body = {"ids": list(worklog_ids[start : start + LISTED_AT_ONCE])}
        listed = accepted(transport.send(Call("POST", "worklog/list", body=body)))
        found.extend(read_worklog_json(data, {}, fallback) for data in listed)
    return found


@strictly
def all_around(transport: Transport, issue_id: int, span: DateSpan) -> list[Mapping[str, Any]]:
    """One issue's worklogs around ``span``, page by page until Jira's own total is reached."""
    around = span.padded(PAD_DAYS)
    window = {
        "startedAfter": epoch_ms(datetime.combine(around.first, time.min, UTC)),
        "startedBefore": epoch_ms(datetime.combine(around.last, time.max, UTC)),
    }
    worklogs: list[Mapping[str, Any]] = []
    for _ in range(MOST_PAGES):
        # A page begins with the last worklog of the one before: where it does not, they have moved in between.
        params = {**window, "startAt": max(0, len(worklogs) - 1), "maxResults": LONG_PAGE}
        answer = accepted(transport.send(Call("GET", f"issue/{issue_id}/worklog", params)))
        page = answer["worklogs"]
        if worklogs and (not page or page[0]["id"] != worklogs[-1]["id"]):
            break
        fresh = page[1:] if worklogs else page
        worklogs.extend(fresh)
        if len(worklogs) >= answer["total"]:
            return worklogs
        if not fresh:
            break
    raise JiraUnavailable("Jira’s pages do not add up to its total.")


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
    """The issues of one page of a search, and the token of the next one: NO_WAY_ON where Jira owes it."""
    issues, token, last = answer["issues"], answer.get("nextPageToken"), answer.get("isLast")
    if not isinstance(issues, list) or not isinstance(token, str | None) or not isinstance(last, bool | None):
        raise TypeError("not a page of issues")
    if last:
        return issues, None
    return issues, token or (NO_WAY_ON if last is False else None)


def _may_count(data: Mapping[str, Any], span: DateSpan, zones: Zones, fallback: ZoneInfo) -> bool:
    """Whether one that cannot be read may belong here: not if it can be told that its day does not."""
    try:
        return read_day_json(data, zones, fallback) in span
    except JiraUnavailable:
        return True


def _lacking(key: str, error: TimesheetError) -> Missing:
    if isinstance(error, NotFound):
        return Missing(f"{key}: Jira no longer shows this issue.", "issue-gone")
    return Missing(f"{key}: Jira did not give all its worklogs.", "issue-worklogs")
