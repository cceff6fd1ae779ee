"""Read one site's audit events: a page of those that a filter finds, and their number by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from timesheet.adapters.db.audit.find import (
    AuditFinder,
    Condition,
    Search,
    Ways,
    begins,
    concerns,
    equals,
    names_worklog,
    time_of,
    worked,
)
from timesheet.adapters.db.audit.person import AuditPeople
from timesheet.adapters.db.site_rows import FoundRows, SiteRows, of_site
from timesheet.adapters.db.tables.audit import AuditEventRow
from timesheet.domain.audit.action import PERSONAL_KINDS, Action
from timesheet.domain.audit.chain import FIELDS, event_of, references_in, stamp
from timesheet.domain.audit.event import AuditEvent, AuditFilter
from timesheet.domain.errors import NotFound
from timesheet.domain.identifier import is_number
from timesheet.domain.lazy import lazy
from timesheet.domain.message import message
from timesheet.services.ports.audit import DayCounts, FoundEvents

COLUMNS = tuple(getattr(AuditEventRow, name) for name in FIELDS)
EVENTS = select(*COLUMNS).where(of_site(AuditEventRow))
ONE = EVENTS.where(AuditEventRow.seq == bindparam("seq"))
SOME = EVENTS.where(AuditEventRow.seq.in_(bindparam("seqs", expanding=True))).order_by(
    AuditEventRow.seq.desc()
)
AT = select(AuditEventRow.at).where(of_site(AuditEventRow), AuditEventRow.seq == bindparam("seq"))
FIRST_AT = (
    select(AuditEventRow.seq)
    .where(of_site(AuditEventRow), AuditEventRow.at >= bindparam("at"))
    .order_by(AuditEventRow.at, AuditEventRow.seq)
    .limit(1)
)
NOBODY = "-"
LATE_CHANGES = (Action.PERIOD_LATE_CHANGE_FOUND, Action.PERIOD_LATE_CHANGE_ACCEPTED)
UNREADABLE = message("This event cannot be read.")
BEYOND = 2**31 - 1
DAYS_AT_ONCE = 62
"""Time ranges that are counted in one query; each takes a statement of its own."""


@dataclass(eq=False, repr=False)
class AuditPages:
    """The part of AuditStore that reads for people."""

    _rows: SiteRows

    @lazy
    def _people(self) -> AuditPeople:
        return AuditPeople(self._rows)

    @lazy
    def _finder(self) -> AuditFinder:
        return AuditFinder(self._rows)

    def page(self, criteria: AuditFilter, before_seq: int | None, limit: int) -> Sequence[AuditEvent]:
        """See AuditStore."""
        found = list[AuditEvent]()
        before = before_seq
        while len(found) < limit:
            stretch = self.scan(criteria, before, limit - len(found))
            found += stretch.events
            before = stretch.before
            if before is None:
                break
        return found

    def scan(self, criteria: AuditFilter, before_seq: int | None, limit: int) -> FoundEvents:
        """See AuditStore."""
        search = self._search(criteria, before_seq)
        numbers, floor = self._finder.find(search, limit + 1)
        full = len(numbers) > limit
        page_numbers = numbers[:limit]
        found = self._stretch(self._rows.read(SOME, seqs=page_numbers)) if page_numbers else FoundEvents(())
        if full:
            return replace(found, before=page_numbers[-1])
        if floor > search.after:
            return replace(found, before=floor + 1, back_to=self._at(floor + 1))
        return found

    def get(self, seq: int) -> AuditEvent:
        """See AuditStore."""
        if found := self._rows.read(ONE, seq=seq):
            for event in self._stretch(found).events:
                return event
            raise NotFound(UNREADABLE)
        raise NotFound(message("There is no such event, or the site’s retention has deleted it."))

    def activity(
        self, criteria: AuditFilter, edges: Sequence[datetime], before_seq: int | None = None
    ) -> DayCounts:
        """See AuditStore."""
        search = self._search(criteria, before_seq)
        numbers = self._first_at(edges[-DAYS_AT_ONCE - 1 :])
        first, last = numbers[0], numbers[-1]
        search = replace(search, after=max(search.after, first - 1), before=min(search.before, last))
        counts, floor = self._finder.count(search, numbers)
        if floor <= search.after:
            return DayCounts(counts, len(counts), None)
        return DayCounts(counts, sum(number > floor for number in numbers[:-1]), floor + 1)

    def _search(self, criteria: AuditFilter, before_seq: int | None) -> Search:
        after = self._first_at([criteria.since])[0] - 1 if criteria.since else 0
        until = self._first_at([criteria.until])[0] if criteria.until else BEYOND
        before = BEYOND if before_seq is None else before_seq
        accounts = (criteria.actor, criteria.person, criteria.object_id, criteria.text, criteria.whose)
        references = self._people.references(accounts)
        conditions = tuple(_conditions(criteria, references))
        return Search(conditions, after, min(until, before), tuple(_tests(criteria, references)))

    def _first_at(self, instants: Sequence[datetime]) -> Sequence[int]:
        """Return for each instant the number of the first event then or later; beyond all if there is none."""
        found = self._rows.read_each(FIRST_AT, [{"at": stamp(at)} for at in instants])
        return [int(rows[0][0]) if rows else BEYOND for rows in found]

    def _at(self, seq: int) -> datetime | None:
        found = self._rows.read(AT, seq=seq)
        try:
            return datetime.fromisoformat(found[0][0]) if found else None
        except ValueError:
            return None

    def _stretch(self, found: FoundRows | Sequence[tuple[Any, ...]]) -> FoundEvents:
        rows = [[str(value) for value in row] for row in found]
        accounts = self._people.accounts(set().union(*(references_in(row) for row in rows)))
        events, unreadable = list[AuditEvent](), list[int]()
        for row in rows:
            try:
                events.append(event_of(row, accounts))
            except ValueError:
                unreadable.append(int(row[0]))
        return FoundEvents(events, unreadable=unreadable)


def _conditions(criteria: AuditFilter, references: Mapping[str, str]) -> Iterator[Ways]:
    """Yield what a filter requires besides the time and an index finds, the most selective first."""
    if criteria.object_id:
        personal = criteria.object_kind in PERSONAL_KINDS
        reference = references.get(criteria.object_id, NOBODY)
        yield (equals("object_id", reference if personal else criteria.object_id),)
    if criteria.text:
        yield _about_id(criteria.text, references.get(criteria.text))
    if criteria.actor:
        yield (equals("actor", references.get(criteria.actor, NOBODY)),)
    if criteria.person:
        yield _by_or_about(references.get(criteria.person, NOBODY))
    if criteria.whose:
        yield _by_or_about(references.get(criteria.whose, NOBODY))
    if criteria.team_id:
        yield (equals("team_id", criteria.team_id),)
    if (actions := criteria.wanted_actions) is not None:
        yield tuple(equals("action", str(action)) for action in sorted(actions))
    if criteria.outcome:
        yield (equals("outcome", str(criteria.outcome)),)


def _tests(criteria: AuditFilter, references: Mapping[str, str]) -> Iterator[Condition]:
    """Yield what a filter requires and no index finds."""
    if criteria.whose:
        yield time_of(references.get(criteria.whose, NOBODY))
    if criteria.worked_from or criteria.worked_to:
        yield worked(criteria.worked_from, criteria.worked_to)


def _by_or_about(reference: str) -> Ways:
    """Return the ways for an actor or a person concerned; an actor is never among the people, so nothing is
    found twice.
    """
    return (equals("actor", reference), concerns(reference))


def _about_id(text: str, reference: str | None) -> Ways:
    """Return the ways for an id or its beginning; an account id only as a whole, because it is not stored.

    The object of a late change is the closing, and its worklog is in the settings.
    """
    if reference is not None:
        return _by_or_about(reference)
    ways = (begins(column, text) for column in ("object_id", "team_id", "request_id"))
    late = (names_worklog(str(action), text) for action in LATE_CHANGES if is_number(text))
    return (*ways, *late)
