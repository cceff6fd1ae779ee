"""Find the audit events that match a filter, with bounded work for every filter and any number of events.

Every index ends with the number of the event, and numbers are in the order of time. One of the conditions
leads: the one that reaches back furthest within a limited number of entries of its index. The others are
tested on the events that it finds. If none reaches further than scanning the events themselves, these are
scanned. In both cases a query ends after a limited number of entries, found or not, and returns how far back
it searched.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Select, and_, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.audit import AuditEventPersonRow, AuditEventRow

TESTED = 6_000
"""Entries of the leading index whose events are tested in one query."""
GLANCED = 2_000
"""The newest events, in which frequent matches are found immediately."""
PASSED = 20_000
"""Events that are scanned in one query if no index helps."""
COUNTED = 20_000
"""Events that are counted in one query."""
WRITTEN = '{"after":{%},"before":{%}}'
"""The beginning and the end of the text of an event's settings."""
BEFORE, DAY, WORKLOG = '"before":', '"day":"', '"worklog":'
ENTRY: Any = aliased(AuditEventRow, name="entry")
CONCERN: Any = aliased(AuditEventPersonRow, name="concern")
TOP = select(func.max(AuditEventRow.seq)).where(of_site(AuditEventRow))
Condition = ColumnElement[bool]
Numbers = Select[int]


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an event can meet a condition.

    ``where`` finds such events with the index of the table ``entry``; ``test`` checks it on an event, without an index.
    If it is not ``ordered``, the index is not in the order of event numbers, and events may match in other ways too.
    """

    entry: Any
    where: Condition
    test: Condition
    ordered: bool = True


Ways = tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """A filter in terms of the tables: one way of each of ``conditions`` and all ``tests`` must hold, within
    these numbers.

    ``tests`` are conditions that no index finds.
    """

    conditions: tuple[Ways, ...]
    after: int
    before: int
    tests: tuple[Condition, ...] = ()

    @property
    def everything(self) -> bool:
        """Return True if each event within the numbers matches."""
        return not self.conditions and not self.tests


@dataclass(frozen=True, slots=True)
class Path:
    """The plan of a query: what leads it, None for the events themselves; what is tested; and the number it reaches."""

    lead: Ways | None
    tests: tuple[Condition, ...]
    floor: int


def equals(column: str, value: str) -> Way:
    """Return a condition for events with this value, which an index finds in order."""
    return Way(ENTRY, getattr(ENTRY, column) == value, _unindexed(column) == value)


def begins(column: str, text: str) -> Way:
    """Return a condition for events whose value begins with this text."""
    between = getattr(ENTRY, column).between(text, text + "\uffff")
    return Way(ENTRY, between, _unindexed(column).between(text, text + "\uffff"), ordered=False)


def names_worklog(action: str, worklog_id: str) -> Way:
    """Return a condition for events of an action whose settings name a worklog by this id, or one that begins with it.

    No index finds it, so the action must be one of few events.
    """
    named = f"{WORKLOG}{worklog_id}"
    return Way(
        ENTRY,
        and_(ENTRY.action == action, ENTRY.details.contains(named)),
        and_(_unindexed("action") == action, AuditEventRow.details.contains(named)),
    )


def concerns(reference: str) -> Way:
    """Return a condition for events that concern a person."""
    person = AuditEventPersonRow
    same = (of_site(person), person.ref == reference, person.seq == AuditEventRow.seq)
    return Way(CONCERN, CONCERN.ref == reference, _holds(select(literal(1)).where(*same), AuditEventRow))


def time_of(reference: str) -> Condition:
    """Return a test: the worklog event concerns its author, or is by its author and concerns nobody else."""
    people = AuditEventRow.people
    return or_(people == reference, and_(people == "", AuditEventRow.actor == reference))


def worked(first: date | None, last: date | None) -> Condition:
    """Return a test: the worklog has or had a work date from ``first`` to ``last``, None for no limit.

    A damaged event whose work date is unknown matches, so it is shown as one that cannot be read.
    """
    days = _days()
    return or_(
        *(day.between(str(first or date.min), str(last or date.max)) for day in days),
        *(day.not_like("____-__-__") for day in days),
        AuditEventRow.details.not_like(WRITTEN),
    )


@dataclass(eq=False, repr=False)
class AuditFinder:
    """Searches the events of one site."""

    _rows: SiteRows

    def find(self, search: Search, limit: int) -> tuple[Sequence[int], int]:
        """Return the numbers of at most ``limit`` events, newest first, and the number down to which all were found."""
        path = self._exact(search)
        if path is None:
            last = self._last(search)
            glance = self._newest(_passing(search, last, GLANCED), search, limit) if limit < GLANCED else ()
            if len(glance) == limit:
                return glance, glance[-1] - 1
            path = self._path(search, last)
        newest = self._newest(path, search, limit)
        return newest, newest[-1] - 1 if len(newest) == limit else path.floor

    def count(self, search: Search, edges: Sequence[int]) -> tuple[Sequence[int], int]:
        """Return how many matching events there are from each number in ``edges`` up to the next one.

        The second value is the number down to which events were counted.
        """
        if search.everything:
            last = self._last(search)
            inside = [min(max(edge, search.after + 1), last + 1) for edge in edges]
            return [until - start for start, until in pairwise(inside)], search.after
        found, floor = self.find(search, COUNTED)
        oldest = found[::-1]
        places = [bisect_left(oldest, edge) for edge in edges]
        return [until - start for start, until in pairwise(places)], floor

    def _newest(self, path: Path, search: Search, limit: int) -> Sequence[int]:
        statements = _finding(path, replace(search, after=path.floor), limit)
        found = {seq for rows in self._rows.read_all(statements) for (seq,) in rows}
        return sorted(found, reverse=True)[:limit]

    def _last(self, search: Search) -> int:
        """Return the newest event that can be found, so a range of numbers is one of events."""
        return min(search.before - 1, self._rows.read(TOP)[0][0] or 0)

    def _exact(self, search: Search) -> Path | None:
        """Return the path on which nothing has to be tested, if there is one: everything on it matches."""
        if search.everything:
            return Path(None, (), search.after)
        if search.tests or not search.conditions:
            return None
        only, *others = search.conditions
        return None if others or not all(way.ordered for way in only) else Path(only, (), search.after)

    def _path(self, search: Search, last: int) -> Path:
        """Return the path that reaches furthest in one query."""
        path = _passing(search, last, PASSED)
        for number, ways in enumerate(search.conditions):
            if path.floor > search.after and (floor := self._reach(ways, search, TESTED)) < path.floor:
                others = (*search.conditions[:number], *search.conditions[number + 1 :])
                path = Path(ways, (*_tests(others), *search.tests), floor)
        return path

    def _reach(self, ways: Ways, search: Search, entries: int) -> int:
        """Return the number that a limited number of entries reaches; the start of the search if there are fewer."""
        found = self._rows.read_all([_reaching(way, search, entries // len(ways)) for way in ways])
        more = [(way, rows[0][0]) for way, rows in zip(ways, found, strict=True) if rows]
        return max((seq if way.ordered else search.before for way, seq in more), default=search.after)


def _passing(search: Search, last: int, events: int) -> Path:
    """Return a path that scans a limited number of events."""
    return Path(None, (*_tests(search.conditions), *search.tests), max(search.after, last - events))


def _tests(conditions: Sequence[Ways]) -> tuple[Condition, ...]:
    return tuple(or_(literal(False), *(way.test for way in ways)) for ways in conditions)


def _reaching(way: Way, search: Search, entries: int) -> Numbers:
    """Return the entry after a limited number of entries, if there is one."""
    numbers = _numbers(way.entry).where(way.where).offset(entries).limit(1)
    return _newest_within(numbers, way.entry.seq, search) if way.ordered else numbers


def _finding(path: Path, search: Search, limit: int) -> list[Numbers]:
    """Return the statements that find the newest numbers: one for each way, as each has an index in their order."""
    return [_newest_within(numbers, seq, search).limit(limit) for numbers, seq in _leading(path)]


def _leading(path: Path) -> Iterator[tuple[Numbers, ColumnElement[int]]]:
    """Yield the numbers, and the column to limit and sort them by, written so that no other index is used."""
    if path.lead is None:
        yield _numbers(AuditEventRow).where(*path.tests), cast(ColumnElement[int], AuditEventRow.seq)
        return
    for way in path.lead:
        numbers = _numbers(way.entry).where(way.where, *_tested(path.tests, way.entry))
        yield numbers, way.entry.seq if way.ordered else way.entry.seq + 0


def _tested(tests: Sequence[Condition], entry: Any) -> Sequence[Condition]:
    """Return the tests on the event of an entry, one event after the other; a join might scan all of them instead."""
    if not tests:
        return ()
    event = select(literal(1)).where(of_site(AuditEventRow), AuditEventRow.seq == entry.seq, *tests)
    return (_holds(event, entry),)


def _holds(found: Numbers, entry: Any) -> Condition:
    return found.limit(1).correlate(entry).scalar_subquery() == 1


def _numbers(entry: Any) -> Numbers:
    return select(entry.seq).where(of_site(entry))


def _newest_within(numbers: Numbers, seq: ColumnElement[int], search: Search) -> Numbers:
    return numbers.where(seq > search.after, seq < search.before).order_by(seq.desc())


def _days() -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Return the first work date in a worklog event, and the one before the change; NULL if there is none.

    They are found in the text, because databases refuse to read a damaged one as JSON.
    """
    details = AuditEventRow.details
    return _day_in(details), _day_in(func.substr(details, func.nullif(_Place(details, BEFORE), 0)))


def _day_in(text: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    return func.substr(text, func.nullif(_Place(text, DAY), 0) + len(DAY), len(date.min.isoformat()))


class _Place(FunctionElement[int]):
    """The place of a text in another one, counted from 1; 0 if it is not in it."""

    type = Integer()
    inherit_cache = True


@compiles(_Place)
def _write_place(place: _Place, compiler: SQLCompiler, **options: Any) -> str:
    name = "instr" if compiler.dialect.name == "sqlite" else "strpos"
    return f"{name}({compiler.process(place.clauses, **options)})"


def _unindexed(column: str) -> ColumnElement[str]:
    return func.coalesce(getattr(AuditEventRow, column), "")
