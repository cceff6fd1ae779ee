"""Read the worklogs of a team: parallel searches for some members each, and people meanwhile."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.parallel import Flow, Parallel
from timesheet.adapters.jira.call.ratelimit import WIDE
from timesheet.adapters.jira.call.reading import strictly
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.existing_author import MOST_AUTHORS, existing_authors
from timesheet.adapters.jira.jql import logged_by
from timesheet.adapters.jira.jql_check import check_jql
from timesheet.adapters.jira.people import PEOPLE_A_CALL, read_some
from timesheet.adapters.jira.worklog.collector import RowCollector, WorklogCollector
from timesheet.adapters.jira.worklog.search import (
    MOST_PAGES,
    Query,
    WorklogSearch,
    flow_to,
    logging_refusal,
    page_of,
    read_snapshot,
)
from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.identifier import number_of
from timesheet.domain.long_list import parts_of
from timesheet.domain.message import message
from timesheet.domain.person import Person, erased, former
from timesheet.domain.span import DateSpan
from timesheet.domain.team.jql import FORMER_IN_FILTER, names_erased, scope_jql, without_order
from timesheet.domain.team.team import Scope
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.directory import Names
from timesheet.services.ports.jira import MOST_NAMED, SCOPE_FORMER, Missing, Snapshot, Zones
from timesheet.services.ports.packed_worklogs import (
    ISSUE_ID,
    PackedWorklogs,
    former_note,
    limited,
    pack,
    places_of,
)
from timesheet.services.ports.team_jira import TeamTimeQuery
from timesheet.services.resilience.patience import report_progress

# A search returns its pages one after the other, so there are as many searches as may run at once. An issue on
# which several members log is found by several of them and costs a point each time, so no search is for only a
# few members.
FEWEST_AUTHORS = 8
BARE_PAGE = 5000
NAMES_FORMER = Missing(FORMER_IN_FILTER, SCOPE_FORMER)


S = TypeVar("S", PackedWorklogs, Snapshot)


@dataclass(frozen=True, slots=True)
class TeamSearch:
    """Reads the time of ``query`` as one viewer; its people are sorted, each once."""

    transport: Transport
    parallel: Parallel
    query: TeamTimeQuery
    zones: Zones
    fallback: ZoneInfo
    clock: Clock
    unknown: frozenset[str] = frozenset()

    def read(
        self, issue_ids: Collection[int] | None, names: Names | None, named: Sequence[int] = ()
    ) -> PackedWorklogs:
        """Return all of it as numbers, or with what is missing; raise if not even the searches work.

        People whom Jira no longer knows are left out and named in ``unknown``.
        """
        found = self._with_existing_authors(
            partial(self._counted, issue_ids=issue_ids, names=names, named=named), limited
        )
        searched = self._authors and issue_ids is None and not found.lacks
        if names_erased(self.query.scope.jql):
            return replace(found, missing=(*found.missing, NAMES_FORMER))
        return (
            self._explained(found)
            if searched and self.query.scope.jql and not any(found.entries())
            else found
        )

    def _explained(self, found: PackedWorklogs) -> PackedWorklogs:
        """Return a read that found nothing, with the reason if the filter names what Jira does not know anymore."""
        try:
            check_jql(self.transport, self.query.scope.jql)
        except InvalidInput as error:
            reason = message("The filter of a team’s scope finds nothing. {reason}", reason=error.sentence)
            return replace(found, missing=(*found.missing, Missing(reason, "scope-unknown")))
        except TimesheetError:
            pass  # The read is whole; only its reason is not known.
        return found

    def read_whole(self, named: Sequence[int]) -> Snapshot:
        """Return the same with the text of the worklogs."""
        found = self._with_existing_authors(partial(self._whole, named=named), _on_issues)
        if names_erased(self.query.scope.jql):
            return replace(found, missing=(*found.missing, NAMES_FORMER))
        return found

    def _with_existing_authors(
        self, read: Callable[[Scope, Sequence[str]], S], limit: Callable[[S, Collection[int]], S]
    ) -> S:
        """Return the others' time if Jira refuses a search because of one account."""
        authors = [person for person in self._authors if person not in self.unknown]
        with logging_refusal(self.query.scope.jql):
            try:
                return self._in_scope(authors, read, limit)
            except InvalidInput:
                existing = existing_authors(self.transport, authors)
                if len(existing) == len(authors):
                    raise
            return self._in_scope(existing, read, limit)

    def _in_scope(
        self,
        authors: Sequence[str],
        read: Callable[[Scope, Sequence[str]], S],
        limit: Callable[[S, Collection[int]], S],
    ) -> S:
        """Search in scope; if Jira refuses because of a hidden project, search without it and filter here."""
        projects = self.query.scope.project_ids
        try:
            return read(self.query.scope, authors)
        except InvalidInput:
            if not projects:
                raise
        found = read(Scope(jql=self.query.scope.jql), authors)
        return limit(
            found, {number for number, issue in found.issues.items() if issue.project_id in projects}
        )

    def _counted(
        self,
        scope: Scope,
        authors: Sequence[str],
        issue_ids: Collection[int] | None,
        names: Names | None,
        named: Sequence[int],
    ) -> PackedWorklogs:
        # Worklogs of other people in the results would be only a part of their time.
        searched = frozenset(authors)
        places = {who: place for who, place in places_of(self.query.people).items() if who in searched}
        unknown = self._left_out(authors)
        collector = RowCollector(searched, self.query.span, self.zones, self.fallback, places=places)
        read_at, flow = self.clock(), flow_to(self.parallel, self.transport)
        then = partial(self._name, collector, names) if names else None
        WorklogSearch(self.transport, collector, flow, then, report_progress).run(
            self._queries(authors, scope, issue_ids, named)
        )
        entries = collector.entries.values()
        issues = collector.of_used({entry[ISSUE_ID] for entry in entries})
        missing = (*collector.missing, *self._former_note(authors))
        packed = pack(entries, self.query.people, self.query.span, issues, read_at, missing)
        return replace(packed, unknown=unknown)

    def _whole(self, scope: Scope, authors: Sequence[str], named: Sequence[int]) -> Snapshot:
        collector = WorklogCollector(frozenset(authors), self.query.span, self.zones, self.fallback)
        queries = self._queries(authors, scope, None, named)
        snapshot = read_snapshot(self.transport, self.parallel, collector, queries, self.clock)
        return replace(snapshot, missing=(*snapshot.missing, *self._former_note(authors)))

    def _left_out(self, authors: Sequence[str]) -> tuple[str, ...]:
        searched = frozenset(authors)
        return tuple(person for person in self._authors if person not in searched)

    def _former_note(self, authors: Sequence[str]) -> tuple[Missing, ...]:
        """Return a note about everybody whose time is not searched for."""
        return former_note(len(self.query.people) - len(authors))

    @property
    def _authors(self) -> list[str]:
        # Jira does not know the pseudonym of a former user, and might refuse the whole search because of it.
        return [person for person in self.query.people if not erased(person)]

    def _queries(
        self,
        authors: Sequence[str],
        scope: Scope,
        issue_ids: Collection[int] | None,
        named: Sequence[int],
    ) -> list[Query]:
        where, late = scope_jql(scope), tuple(named[:MOST_NAMED])
        if issue_ids is None:
            return [Query(_ordered(logged_by(some, self.query.span), where), late) for some in dealt(authors)]
        listed = sorted(issue_ids)
        return [
            Query(
                _ordered(_among(listed), logged_by(some, self.query.span), where), tuple(listed[:MOST_NAMED])
            )
            for some in parts_of(authors, MOST_AUTHORS)
        ]

    def _name(self, collector: RowCollector, names: Names, flow: Flow) -> None:
        """Pass on the names that came with the worklogs, and read the others meanwhile."""
        names.note(collector.met.values())
        for some in parts_of(names.unknown(self.query.people), PEOPLE_A_CALL):
            flow.add(partial(read_some, self.transport, some), partial(_note, names, some), later=True)


def changed_issues(
    transport: Transport,
    authors: Sequence[str],
    span: DateSpan,
    issue_ids: Collection[int],
    since: datetime,
    now: datetime,
) -> frozenset[int]:
    """Return the ids of issues that changed since then: known ones, and those the authors may have logged on
    in ``span``.
    """
    minutes = max(1, math.ceil((now - since).total_seconds() / 60)) + 1
    people = [f"({logged_by(some, span)})" for some in parts_of(sorted(authors), MOST_AUTHORS)]
    conditions = [_among(sorted(issue_ids))] if issue_ids else []
    if not people and not conditions:
        return frozenset()
    jql = _ordered(f'updated >= "-{minutes}m"', f"({' OR '.join([*people, *conditions])})")
    return frozenset(_ids(transport, jql))


def found_among(transport: Transport, issue_ids: Collection[int], jql: str) -> frozenset[int]:
    """Return those of the issues that a JQL finds, past Jira's index as far as Jira allows."""
    where, listed = without_order(jql), sorted(issue_ids)
    ordered = _ordered(_among(listed), f"({where})" if where else "")

    def find() -> list[int]:
        return _ids(transport, ordered, reconcileIssues=listed[:MOST_NAMED])

    found = find()
    return frozenset(found if found or transport.knows_caller() else find())


def dealt(authors: Sequence[str]) -> list[Sequence[str]]:
    """Return the authors of each search: as many searches as run at once, unless that gives few or very many to one."""
    few, many = (math.ceil(len(authors) / size) for size in (FEWEST_AUTHORS, MOST_AUTHORS))
    count = max(min(WIDE, few), many)
    return [authors[number::count] for number in range(count)]


def _note(names: Names, account_ids: Sequence[str], people: Sequence[Person] | TimesheetError) -> None:
    """Store names that were requested; if that failed, the page that shows them requests them again."""
    if not isinstance(people, TimesheetError):
        found = {person.account_id: person for person in people}
        names.note(found.get(account_id) or former(account_id) for account_id in account_ids)


def _on_issues(snapshot: Snapshot, issue_ids: Collection[int]) -> Snapshot:
    worklogs = tuple(worklog for worklog in snapshot.worklogs if worklog.issue_id in issue_ids)
    issues = {number: issue for number, issue in snapshot.issues.items() if number in issue_ids}
    return replace(snapshot, worklogs=worklogs, issues=issues)


@strictly
def _ids(transport: Transport, jql: str, **more: Sequence[int]) -> list[int]:
    found: list[int] = []
    body: dict[str, Any] = {"jql": jql, "fields": ["id"], "maxResults": BARE_PAGE, **more}
    for _ in range(MOST_PAGES):
        answer: Mapping[str, Any] = accepted(transport.send(Call("POST", "search/jql", body=body)))
        issues, token = page_of(answer)
        found.extend(number_of(issue["id"]) for issue in issues)
        if token is None:
            return found
        body["nextPageToken"] = token
    raise JiraUnavailable(message("Jira’s list of issues does not end."))


def _among(ids: Sequence[int]) -> str:
    return f"id in ({', '.join(map(str, ids))})"


def _ordered(*clauses: str) -> str:
    return f"{' AND '.join(clause for clause in clauses if clause)} ORDER BY key ASC"
