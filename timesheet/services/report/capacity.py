"""Read the working time that is expected of the people in a report, by person and day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from timesheet.domain.identity import TimeTracking
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.terms import Field
from timesheet.domain.span import DateSpan
from timesheet.services.calendar.expected import read_expected
from timesheet.services.report.source import ReportSource
from timesheet.services.team.plan import PlanRow, read_rows
from timesheet.services.viewer.team_context import TeamContext


def read_capacity(
    context: TeamContext,
    tracking: TimeTracking,
    source: ReportSource,
    span: DateSpan,
    team_ids: Collection[str] | None = None,
) -> FactTable:
    """Return the capacity of everybody in ``source``; people without a team have their own expected time.

    Somebody in several teams is expected to work once: the longest of the teams' days counts. With ``team_ids`` only
    these teams expect something, as in a report about them alone; the days still belong to all teams that do.
    """
    if not source.parts:
        days = read_expected(context.stores, context.cache, context.site, tracking, context.viewer, span)
        return _facts([(0, 0, [day.seconds for day in days])], span)
    rows = [
        read_rows(context, part.opened, part.members, span, part.packed.unreadable) for part in source.parts
    ]
    if len(rows) == 1:
        places = {who: place for place, who in enumerate(source.people)}
        return _facts([(places[who], 1, row[0]) for who, row in rows[0].items()], span)
    ids = [part.opened.team.id for part in source.parts]
    counted = {bit for bit, id_ in enumerate(ids) if team_ids is None or id_ in team_ids}
    return _longest(source.people, rows, span, counted)


def _facts(people: Sequence[tuple[int, int, Sequence[int]]], span: DateSpan) -> FactTable:
    """Return the days on which something is expected, of people with the bits of their teams."""
    base = span.first.toordinal()
    days = [
        (person, teams, base + index, seconds)
        for person, teams, row in people
        for index, seconds in enumerate(row)
        if seconds
    ]
    person, teams, ordinals, amounts = map(list, zip(*days, strict=True)) if days else ([], [], [], [])
    return FactTable({Field.PERSON: person, Field.TEAM: teams, Field.DAY: ordinals}, amounts)


def _longest(
    people: Sequence[str], rows: Sequence[Mapping[str, PlanRow]], span: DateSpan, counted: Collection[int]
) -> FactTable:
    facts = list[tuple[int, int, Sequence[int]]]()
    for place, who in enumerate(people):
        own_rows = [(bit, row[who][0]) for bit, row in enumerate(rows) if who in row]
        by_teams: dict[int, list[int]] = {}
        for index in range(len(span)):
            seconds = max((row[index] for bit, row in own_rows if bit in counted), default=0)
            bits = sum(1 << bit for bit, row in own_rows if row[index])
            if seconds:
                by_teams.setdefault(bits, [0] * len(span))[index] = seconds
        facts.extend((place, bits, row) for bits, row in by_teams.items())
    return _facts(facts, span)
