"""Return the figures of closed periods as their closings recorded them, instead of the current time.

A closing keeps one sum of time and one of capacity for each member, and no contents of worklogs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.period.period import ClosingRecord, MemberRecord, periods_in
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.terms import Field
from timesheet.domain.span import DateSpan
from timesheet.services.ports.stores import Stores
from timesheet.services.report.source import ReportSource, TeamPart
from timesheet.services.viewer.team_context import TeamContext

RECORDED = (Field.PERSON, Field.TEAM, Field.DAY)
PART_OF_PERIOD = message(
    "{team} has closed the period from {first} to {last}, and only a part of it is in this range or in one of its "
    "columns. Choose whole periods to see figures as closed."
)
IN_SEVERAL = message(
    "{person} has figures in several of these teams, and a closing keeps one sum for each team. "
    "Choose one team to see figures as closed."
)


@dataclass(frozen=True, slots=True)
class ClosedFigures:
    """The recorded figures of a report's closed periods, each dated on the first day of its period.

    ``people`` are those of the source, followed by those who are only in a closing. ``days`` are the closed
    days of each team. ``closed`` of ``periods`` are closed, counted for each team.
    """

    people: tuple[str, ...]
    spent: FactTable
    capacity: FactTable
    days: Sequence[frozenset[int]]
    closed: int
    periods: int

    def in_place(self, now: FactTable, recorded: FactTable) -> FactTable:
        """Return the current time on open days, and the recorded figures for closed ones."""
        teams, days = now.fields[Field.TEAM], now.fields[Field.DAY]
        closed = {
            bits: {day for place, of_team in enumerate(self.days) if bits >> place & 1 for day in of_team}
            for bits in set(teams)
        }
        mask = [day not in closed[bits] for bits, day in zip(teams, days, strict=True)]
        fields = {field: [*compress(now.fields[field], mask), *recorded.fields[field]] for field in RECORDED}
        return FactTable(fields, [*compress(now.seconds, mask), *recorded.seconds])


def read_closed(
    context: TeamContext, source: ReportSource, columns: Sequence[DateSpan], *, plans: bool
) -> ClosedFigures:
    """Return what the closings in force recorded of the people whose figures the viewer may see.

    Raise InvalidInput if a closed period is not wholly in the range and in one column, or if somebody has
    figures in several of the teams; ``plans`` is True if capacity is one of them.
    """
    records = [list(_closings(context.stores, part.opened.team.id, source.span)) for part in source.parts]
    for part, of_team in zip(source.parts, records, strict=True):
        for record in of_team:
            _check_whole(part.opened.team.name, record.span, columns or (source.span,))
    visible = [
        list(_visible(part, of_team, context.viewer))
        for part, of_team in zip(source.parts, records, strict=True)
    ]
    if any(records):
        _check_one_team(context, source, [[member for member, _ in one] for one in visible], plans=plans)
    amounts = [(member, 1 << place, day) for place, one in enumerate(visible) for member, day in one]
    people = tuple(dict.fromkeys((*source.people, *(member.account_id for member, _, _ in amounts))))
    places = {who: number for number, who in enumerate(people)}
    fields = {
        Field.PERSON: [places[member.account_id] for member, _, _ in amounts],
        Field.TEAM: [bit for _, bit, _ in amounts],
        Field.DAY: [day for _, _, day in amounts],
    }
    rule, spans = context.stores.periods.rule_and_spans()
    return ClosedFigures(
        people,
        FactTable(fields, [member.spent for member, _, _ in amounts]),
        FactTable(fields, [member.capacity for member, _, _ in amounts]),
        [frozenset(day.toordinal() for record in of_team for day in record.span) for of_team in records],
        sum(map(len, records)),
        len(source.parts) * len(periods_in(rule, source.span, spans)),
    )


def _closings(stores: Stores, team_id: str, span: DateSpan) -> Iterable[ClosingRecord]:
    for record in stores.periods.records(team_id):
        if not record.open and record.span.overlaps(span):
            yield record


def _visible(
    part: TeamPart, records: Iterable[ClosingRecord], viewer: str
) -> Iterator[tuple[MemberRecord, int]]:
    """Yield the figures that the viewer may see of one team, each with the first day (ordinal) of its period."""
    for record in records:
        for member in record.members:
            if not part.opened.own_figures_only or member.account_id == viewer:
                yield member, record.span.first.toordinal()


def _check_whole(team: str, period: DateSpan, columns: Sequence[DateSpan]) -> None:
    if not any(column.first <= period.first and period.last <= column.last for column in columns):
        raise InvalidInput(
            message(PART_OF_PERIOD, team=team, first=period.first, last=period.last), field="closed"
        )


def _check_one_team(
    context: TeamContext, source: ReportSource, recorded: Sequence[Sequence[MemberRecord]], *, plans: bool
) -> None:
    """Raise InvalidInput if somebody has time in several teams, or capacity with ``plans``; it may be the same.

    ``recorded`` are the figures of each team that the viewer may see: nobody else must be named, or be a reason to
    refuse.
    """
    teams: dict[str, set[int]] = defaultdict(set)
    fields = source.work.fields
    for person, bits in set(zip(fields[Field.PERSON], fields[Field.TEAM], strict=True)):
        teams[source.people[person]] |= {place for place in range(len(source.parts)) if bits >> place & 1}
    for place, (part, of_team) in enumerate(zip(source.parts, recorded, strict=True)):
        members = {member.account_id for member in part.members} if plans else set()
        members |= {one.account_id for one in of_team if one.spent or (plans and one.capacity)}
        for who in members:
            teams[who].add(place)
    several = sorted(who for who, places in teams.items() if len(places) > 1)
    if several:
        name = context.people(several[:1])[several[0]].name
        raise InvalidInput(message(IN_SEVERAL, person=name), field="closed")
