"""Reading one site's audit events: a page of those that a filter finds, and how many there are from day to day.

Numbers are in the order of time, so a stretch of time is a stretch of numbers, and every index ends with the number.
What a filter says in alternatives ("by or about somebody", several actions) is asked one by one: each has its index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, product
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select

from timesheet.adapters.db.audit_models import AuditEventPersonRow, AuditEventRow
from timesheet.adapters.db.audit_person import AuditPeople
from timesheet.adapters.db.site_rows import Found, SiteRows, of_site
from timesheet.domain.audit import AuditEvent, AuditFilter
from timesheet.domain.audit_action import PERSONAL_KINDS
from timesheet.domain.audit_chain import FIELDS, event_of, references_in, stamp
from timesheet.domain.errors import NotFound

COLUMNS = tuple(getattr(AuditEventRow, name) for name in FIELDS)
EVENTS = select(*COLUMNS).where(of_site(AuditEventRow))
ONE = EVENTS.where(AuditEventRow.seq == bindparam("seq"))
FIRST_AT = (
    select(AuditEventRow.seq)
    .where(of_site(AuditEventRow), AuditEventRow.at >= bindparam("at"))
    .order_by(AuditEventRow.at, AuditEventRow.seq)
    .limit(1)
)
NOBODY = "-"
BEYOND = 2**31 - 1
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Search:
    """A filter in words of the table: one of each row of ``either`` holds, within these numbers."""

    either: tuple[tuple[Condition, ...], ...]
    after: int
    before: int

    def branches(self) -> Iterator[tuple[Condition, ...]]:
        """Each way in which an event can be found."""
        return product(*self.either)


class AuditPages:
    """The part of AuditStore that reads for people."""

    def __init__(self, rows: SiteRows) -> None:
        self._rows = rows
        self._people = AuditPeople(rows)

    def page(self, wanted: AuditFilter, before_seq: int | None, limit: int) -> Sequence[AuditEvent]:
        """See AuditStore."""
        return self._events(self._find(self._search(wanted, before_seq), limit))

    def get(self, seq: int) -> AuditEvent:
        """See AuditStore."""
        if found := self._rows.read(ONE, seq=seq):
            return self._events(found)[0]
        raise NotFound("There is no such event, or the site’s retention has dropped it.")

    def activity(self, wanted: AuditFilter, edges: Sequence[datetime]) -> Sequence[int]:
        """See AuditStore."""
        search = self._search(wanted, None)
        numbers = [max(self._first_at(edge), search.after + 1) for edge in edges]
        counts = []
        for first, last in pairwise(min(number, search.before) for number in numbers):
            counts.append(self._count(search, first, last))
        return counts

    def _find(self, search: Search, limit: int) -> list[tuple[Any, ...]]:
        found: dict[int, tuple[Any, ...]] = {}
        for branch in search.branches():
            statement = (
                EVENTS.where(*branch, AuditEventRow.seq > search.after, AuditEventRow.seq < search.before)
                .order_by(AuditEventRow.seq.desc())
                .limit(limit)
            )
            found.update((row[0], tuple(row)) for row in self._rows.read(statement))
        return [found[seq] for seq in sorted(found, reverse=True)[:limit]]

    def _count(self, search: Search, first: int, last: int) -> int:
        if last <= first:
            return 0
        between = (of_site(AuditEventRow), AuditEventRow.seq >= first, AuditEventRow.seq < last)
        branches = list(search.branches())
        if len(branches) == 1:
            return int(self._rows.read(select(func.count()).where(*between, *branches[0]))[0][0])
        found = (self._rows.read(select(AuditEventRow.seq).where(*between, *branch)) for branch in branches)
        return len({row[0] for rows in found for row in rows})

    def _search(self, wanted: AuditFilter, before_seq: int | None) -> Search:
        after = self._first_at(wanted.since) - 1 if wanted.since else 0
        until = self._first_at(wanted.until) if wanted.until else BEYOND
        return Search(
            tuple(self._alternatives(wanted)),
            after,
            min(until, BEYOND if before_seq is None else before_seq),
        )

    def _alternatives(self, wanted: AuditFilter) -> Iterator[tuple[Condition, ...]]:
        accounts = (wanted.actor, wanted.person, wanted.object_id, wanted.text)
        references = self._people.references(accounts)
        if wanted.actor:
            yield (AuditEventRow.actor == references.get(wanted.actor, NOBODY),)
        if wanted.person:
            ref = references.get(wanted.person, NOBODY)
            yield (AuditEventRow.actor == ref, _concerns(ref))
        if wanted.actions:
            yield tuple(AuditEventRow.action == action for action in sorted(wanted.actions))
        if wanted.object_kind:
            yield (AuditEventRow.object_kind == wanted.object_kind,)
        if wanted.object_id:
            personal = wanted.object_kind in PERSONAL_KINDS
            known = references.get(wanted.object_id, NOBODY)
            yield (AuditEventRow.object_id == (known if personal else wanted.object_id),)
        if wanted.team_id:
            yield (AuditEventRow.team_id == wanted.team_id,)
        if wanted.outcome:
            yield (AuditEventRow.outcome == wanted.outcome,)
        if wanted.text:
            yield self._text(wanted.text, references.get(wanted.text))

    def _text(self, text: str, reference: str | None) -> tuple[Condition, ...]:
        """An id or how one begins; the account id of somebody only as a whole, as it is not kept."""
        columns = (AuditEventRow.object_id, AuditEventRow.team_id, AuditEventRow.request_id)
        begins = tuple(_among(column.between(text, text + "\uffff")) for column in columns)
        return begins if reference is None else (AuditEventRow.actor == reference, _concerns(reference))

    def _first_at(self, at: datetime) -> int:
        """The number of the first event at an instant or later; beyond all when there is none."""
        found = self._rows.read(FIRST_AT, at=stamp(at))
        return int(found[0][0]) if found else BEYOND

    def _events(self, found: Found | Sequence[tuple[Any, ...]]) -> list[AuditEvent]:
        rows = [[str(value) for value in row] for row in found]
        accounts = self._people.accounts(set().union(*(references_in(row) for row in rows)))
        return [event_of(row, accounts) for row in rows]


def _among(condition: Condition) -> Condition:
    """The same condition, asked by itself: else SQLite goes through all events by number, not by the index."""
    return AuditEventRow.seq.in_(select(AuditEventRow.seq).where(of_site(AuditEventRow), condition))


def _concerns(ref: str) -> Condition:
    """True for the events that have somebody among their people."""
    return AuditEventRow.seq.in_(
        select(AuditEventPersonRow.seq).where(of_site(AuditEventPersonRow), AuditEventPersonRow.ref == ref)
    )
