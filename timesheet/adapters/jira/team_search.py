"""The worklogs of a team: one search for some members each, side by side, then the long issues one by one."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from timesheet.adapters.jira.reading import strictly
from timesheet.adapters.jira.refusal import accepted
from timesheet.adapters.jira.transport import Call, Transport
from timesheet.adapters.jira.worklog_search import (
    MOST_PAGES,
    NO_WAY_ON,
    Harvest,
    WorklogSearch,
    logged_by,
    page_of,
)
from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Scope
from timesheet.services.ports import Missing, Snapshot

# A search gives its pages one after the other; so few members leave a large team eight searches at once.
AUTHORS_AT_ONCE = 64
BARE_PAGE = 5000
# What Jira is ready to look up past its index in one search.
MOST_RECONCILED = 50
LOST = Missing("Jira stopped answering: the time of some members is missing.", "search")

_QUOTED_OR_ORDER = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(\border\s+by\b)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TeamSearch:
    """Reads as ``search`` does, which names all members and the days, whatever their number."""

    search: WorklogSearch
    scope: Scope

    def read(self, issue_ids: Collection[int] | None = None) -> Snapshot:
        """A complete snapshot, or one that names what is missing; raises when not even the search works.

        Jira refuses to search in a project that it hides from the viewer, so then the rest is sorted out here.
        """
        projects = self.scope.project_ids
        try:
            return self._read(self.scope, issue_ids)
        except InvalidInput:
            if not projects:
                raise
        found = self._read(Scope(jql=self.scope.jql), issue_ids)
        issues = {number: issue for number, issue in found.issues.items() if issue.project_id in projects}
        return replace(
            found, worklogs=tuple(w for w in found.worklogs if w.issue_id in issues), issues=issues
        )

    def _read(self, scope: Scope, issue_ids: Collection[int] | None) -> Snapshot:
        transport, whole = self.search.transport, self.search
        before, read_at = transport.calls, whole.clock()
        chunks = chunked(sorted(whole.authors), AUTHORS_AT_ONCE)
        searches = [self._of(chunk, scope, issue_ids) for chunk in chunks]
        width = transport.limits.width(transport.site)
        harvest = _merged(whole.parallel.each(WorklogSearch.searched, searches, width))
        return whole.completed(harvest, read_at, before)

    def _of(self, authors: Sequence[str], scope: Scope, issue_ids: Collection[int] | None) -> WorklogSearch:
        who, where = logged_by(authors, self.search.span), scope_jql(scope)
        if issue_ids is None:
            return replace(self.search, jql=_ordered(who, where))
        listed = sorted(issue_ids)
        jql = _ordered(_among(listed), who, where)
        return replace(self.search, jql=jql, reconciled=tuple(listed[:MOST_RECONCILED]))


def changed_issues(
    transport: Transport,
    authors: Sequence[str],
    span: DateSpan,
    issue_ids: Collection[int],
    since: datetime,
    now: datetime,
) -> frozenset[int]:
    """Ids of issues that changed since then: known ones, and those the authors may have logged on in ``span``."""
    minutes = max(1, math.ceil((now - since).total_seconds() / 60)) + 1
    people = [f"({logged_by(chunk, span)})" for chunk in chunked(sorted(authors), AUTHORS_AT_ONCE)]
    known = [_among(sorted(issue_ids))] if issue_ids else []
    if not people and not known:
        return frozenset()
    jql = _ordered(f'updated >= "-{minutes}m"', f"({' OR '.join([*people, *known])})")
    return frozenset(_ids(transport, jql))


def found_among(transport: Transport, issue_ids: Collection[int], jql: str) -> frozenset[int]:
    """Those of the issues that a JQL finds, past Jira's index as far as Jira looks past it."""
    where, listed = without_order(jql), sorted(issue_ids)
    clauses = [_among(listed), f"({where})" if where else ""]
    return frozenset(_ids(transport, _ordered(*clauses), reconcileIssues=listed[:MOST_RECONCILED]))


def scope_jql(scope: Scope) -> str:
    """A team's scope as one JQL clause, empty for all issues; an ORDER BY in it orders nothing and falls away."""
    parts = []
    if scope.project_ids:
        parts.append(f"project in ({', '.join(map(str, scope.project_ids))})")
    if where := without_order(scope.jql):
        parts.append(f"({where})")
    return " AND ".join(parts)


def without_order(jql: str) -> str:
    """The JQL without its ORDER BY; words within quotes are no ORDER BY."""
    order = next((match for match in _QUOTED_OR_ORDER.finditer(jql) if match.group(1)), None)
    return (jql[: order.start()] if order else jql).strip()


def chunked(items: Sequence[str], size: int) -> list[Sequence[str]]:
    """The items in stretches of at most ``size``."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def _merged(outcomes: Iterable[Harvest | TimesheetError]) -> Harvest:
    """All harvests in one; the first that failed raises when nothing came at all."""
    whole, failures, came = Harvest(), list[TimesheetError](), 0
    for outcome in outcomes:
        if isinstance(outcome, TimesheetError):
            failures.append(outcome)
            continue
        came += 1
        whole.issues.update(outcome.issues)
        whole.worklogs.update(outcome.worklogs)
        whole.long.update(outcome.long)
        whole.missing.extend(outcome.missing)
    if failures:
        if not came or not isinstance(failures[0], JiraUnavailable):
            raise failures[0]
        whole.missing.append(LOST)
    return whole


@strictly
def _ids(transport: Transport, jql: str, **more: Sequence[int]) -> list[int]:
    found: list[int] = []
    body: dict[str, Any] = {"jql": jql, "fields": ["id"], "maxResults": BARE_PAGE, **more}
    seen = {NO_WAY_ON}
    for _ in range(MOST_PAGES):
        answer: Mapping[str, Any] = accepted(transport.send(Call("POST", "search/jql", body=body)))
        issues, token = page_of(answer)
        found.extend(int(issue["id"]) for issue in issues)
        if token is None:
            return found
        if token in seen:
            break
        seen.add(token)
        body["nextPageToken"] = token
    raise JiraUnavailable("Jira’s list of issues does not end.")


def _among(ids: Sequence[int]) -> str:
    return f"id in ({', '.join(map(str, ids))})"


def _ordered(*clauses: str) -> str:
    return f"{' AND '.join(clause for clause in clauses if clause)} ORDER BY key ASC"
