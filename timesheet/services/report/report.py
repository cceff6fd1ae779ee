"""Make a report: read the time of its people, keep what passes its filters, and sum it by its rows and columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.attribute.values import AttributeValues
from timesheet.domain.figures import Figures
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import message
from timesheet.domain.period.period import period_of
from timesheet.domain.person import Person
from timesheet.domain.report.group import filtered
from timesheet.domain.report.group_tree import NOTHING, Axis, FactTable
from timesheet.domain.report.missing import missing_time
from timesheet.domain.report.pivot import Pivot, table_columns
from timesheet.domain.report.query import ReportQuery, check_query
from timesheet.domain.report.range import around, columns_of
from timesheet.domain.report.table import ReadProblem, ReportTerms, Table
from timesheet.domain.report.terms import AttributeDimension, ColumnUnit, Dimension, Field, Figure
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.services.ports.team_jira import WholeJira
from timesheet.services.report.attribute import with_values
from timesheet.services.report.capacity import read_capacity
from timesheet.services.report.closing import ClosedFigures, read_closed
from timesheet.services.report.group import Grouping, axis_in
from timesheet.services.report.late import allowed_late, closings_of
from timesheet.services.report.limit import (
    PEOPLE,
    FieldLimit,
    allowed_by_text,
    allowed_groups,
    allowed_issues,
    named_filters,
    unsearched_problem,
)
from timesheet.services.report.people import allowed_people, people_names
from timesheet.services.report.source import (
    ReportSource,
    TeamPart,
    open_teams,
    read_sources,
    with_entry_days,
    with_same_people,
)
from timesheet.services.snapshot.team import Freshness
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import OpenTeam, TeamContext

AS_CLOSED = message(
    "Closed periods are shown as their closings recorded them. “Now” is what you may see in Jira today."
)
NONE_CLOSED = message("No period in this range is closed, so all figures are as of now.")
NOTHING_LATE = message(
    "No period in this range is closed. Time is listed only if it was moved out of a period that was closed before."
)


@dataclass(frozen=True, slots=True)
class Presentation:
    """The presentation of a report: the format of time, the first day of a week (0 = Monday), and its title.

    ``translate`` returns a name that comes from the app in the reader's language, by which it is sorted.
    """

    figures: Figures
    week_start: int
    tracking: TimeTracking
    title: str = ""
    translate: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its rows by level and the worklogs that it sums, to list those behind a cell."""

    query: ReportQuery
    table: Table
    source: ReportSource
    grouping: Grouping
    axes: Sequence[Axis]
    work: FactTable


def read_report(
    team_context: TeamContext,
    context: ViewerContext,
    jira: WholeJira,
    query: ReportQuery,
    presentation: Presentation,
    freshness: Freshness = Freshness.USUAL,
) -> Report:
    """Return a report as the viewer may see it.

    Raise InvalidInput for a query that is not possible, NotFound for a team that no longer exists, NotAllowed
    with layer and permission, JiraUnavailable if nothing could be read.
    """
    check_query(query)
    builder = _ReportBuilder(
        team_context=team_context,
        context=context,
        jira=jira,
        query=query,
        presentation=presentation,
        freshness=freshness,
    )
    return builder.report(open_teams(team_context, query))


@dataclass(frozen=True, slots=True)
class _ReportBuilder:
    """Makes one report."""

    team_context: TeamContext
    context: ViewerContext
    jira: WholeJira
    query: ReportQuery
    presentation: Presentation
    freshness: Freshness

    @property
    def _refresh(self) -> bool:
        return self.freshness is Freshness.NOW

    def report(self, opened: Sequence[OpenTeam]) -> Report:
        query = self.query
        source, before, closed = self._sources(opened)
        grouping = self._grouping(source, before)
        source = self._of_chosen(source, grouping.people)
        before = self._of_chosen(before, grouping.people) if before else None
        capacity = self._capacity(source) if query.plans else NOTHING
        allowed, work, unsearched = self._limited(source, grouping, capacity)
        amounts = {Figure.SPENT: work}
        if closed:
            amounts |= {
                Figure.SPENT: closed.in_place(work, filtered(closed.spent, allowed)),
                Figure.NOW: work,
            }
        if before is not None:
            _, amounts[Figure.PREVIOUS], unsearched_before = self._limited(before, grouping)
            unsearched += unsearched_before
        source = replace(source, problems=(*source.problems, *unsearched_problem(unsearched)))
        if query.plans:
            capacity = filtered(capacity, allowed)
            amounts[Figure.CAPACITY] = (
                closed.in_place(capacity, filtered(closed.capacity, allowed)) if closed else capacity
            )
        if query.short or Figure.MISSING in query.figures:
            # Filters by issues or worklogs limit what is shown, but the time that they leave out is logged too.
            logged = amounts[Figure.SPENT] if closed else filtered(source.work, _of_fields(allowed, capacity))
            amounts = self._compared(amounts, logged)
            work = amounts[Figure.SPENT] if query.short else work
        amounts |= _estimates(query, grouping.issues, work.fields[Field.ISSUE])
        axes = [axis_in(dimension, grouping, amounts.values()) for dimension in query.rows]
        table = self._table(source, before, grouping, axes, amounts, closed)
        none_short = query.short and not amounts[Figure.CAPACITY].seconds
        table = replace(table, count=len(work.seconds), none_short=none_short)
        return Report(query, table, source, grouping, axes, work)

    def _sources(
        self, opened: Sequence[OpenTeam]
    ) -> tuple[ReportSource, ReportSource | None, ClosedFigures | None]:
        """Return the source of the range, that of the range before it, and what closings recorded; None if the report
        has no such figures.
        """
        query = self.query
        source, *earlier_sources = self._read(opened)
        source, before = with_same_people(source, next(iter(earlier_sources), None))
        closed = self._closed(source) if query.as_closed else None
        source = self._noted(replace(source, people=closed.people) if closed else source, closed)
        if query.by_attributes or (Dimension.WORKLOG in query.dimensions and self.context.attributes.used()):
            source, before = with_values(self.context, source, before, refresh=self._refresh)
        return source, before, closed

    def _read(self, opened: Sequence[OpenTeam]) -> Sequence[ReportSource]:
        """Return the source of the range and, to compare with it, of the range before it."""
        query = self.query
        sources = read_sources(
            self.team_context,
            self.context,
            self.jira,
            opened,
            [query.span, self._span_before] if query.compares else [query.span],
            self.freshness,
        )
        return [with_entry_days(one, self.context.zone) for one in sources] if query.dates_entry else sources

    @property
    def _span_before(self) -> DateSpan:
        """Return the range before, to which the arrow of the page leads too."""
        rule, recorded = self.team_context.stores.periods.rule_and_spans()
        return around(self.query.span, lambda day: period_of(rule, day, recorded))[0]

    def _grouping(self, source: ReportSource, before: ReportSource | None) -> Grouping:
        issues = {**(before.issues if before else {}), **source.issues}
        people_by_id = self.team_context.people(source.people)
        people = [people_by_id[who] for who in source.people]
        labels = self.team_context.stores.labels.all()
        week_start, translate = self.presentation.week_start, self.presentation.translate
        parts = _parts_of_both(source, before) if before else source.parts
        return Grouping(
            people=people,
            labels=labels,
            parts=parts,
            issues=issues,
            week_start=week_start,
            values=source.values,
            translate=translate,
        )

    def _of_chosen(self, source: ReportSource, people: Iterable[Person]) -> ReportSource:
        """Return the source without the problem about former users if the report is limited to other people."""
        chosen = next((one.values for one in self.query.filters if one.dimension is Dimension.PERSON), None)
        former = {person.account_id for person in people if not person.known}
        former.update(who for packed in source.packed for who in packed.unknown)
        if chosen is None or not former.isdisjoint(chosen):
            return source
        return replace(source, problems=tuple(one for one in source.problems if not one.of_former))

    def _capacity(self, source: ReportSource) -> FactTable:
        query = self.query
        teams = next((one.values for one in query.filters if one.dimension is Dimension.TEAM), None)
        return read_capacity(self.team_context, self.presentation.tracking, source, query.span, teams)

    def _limited(
        self, source: ReportSource, grouping: Grouping, capacity: FactTable = NOTHING
    ) -> tuple[list[FieldLimit], FactTable, int]:
        """Return what the filters allow of these worklogs and of the capacity, and the worklogs that pass them.

        The number is that of worklogs that a text leaves out because their comments could not be read.
        """
        query, context = self.query, self.context
        allowed = allowed_groups(query, grouping, source, capacity)
        if query.by_people:
            allowed.append(allowed_people(self.team_context, query, source))
        if query.late:
            allowed.append(allowed_late(context, self.jira, self.team_context.stores, source))
        work = filtered(source.work, allowed)
        if query.entered.limits:
            work = filtered(work, [(Field.ENTERED, query.entered.ordinals)])
        if query.jql:
            issues = work.fields[Field.ISSUE]
            directory, jira = self.team_context.directory, self.jira
            work = filtered(
                work,
                [
                    allowed_issues(
                        context, jira, query.jql, issues, checked_by=directory, refresh=self._refresh
                    )
                ],
            )
        unsearched = 0
        if query.text:
            versions = dict(zip(source.work.fields[Field.WORKLOG], source.updated, strict=True))
            worklogs = {number: versions[number] for number in work.fields[Field.WORKLOG]}
            limit, unsearched = allowed_by_text(
                context, self.jira, query.text, worklogs, refresh=self._refresh
            )
            work = filtered(work, [limit])
        return allowed, work, unsearched

    def _compared(self, amounts: Mapping[Figure, FactTable], logged: FactTable) -> dict[Figure, FactTable]:
        """Return the amounts with what is missing in the ``logged`` time, of all or only of people who are short."""
        query, found = self.query, dict(amounts)
        if query.short:
            short = frozenset(self._missing(found, logged, ColumnUnit.WEEK).fields[Field.PERSON])
            found = {figure: filtered(facts, [(Field.PERSON, short)]) for figure, facts in found.items()}
        if Figure.MISSING in query.figures:
            found[Figure.MISSING] = self._missing(found, logged, query.column_unit)
        return found

    def _missing(self, amounts: Mapping[Figure, FactTable], logged: FactTable, unit: ColumnUnit) -> FactTable:
        spans = columns_of(self.query.span, unit, self.presentation.week_start) or (self.query.span,)
        return missing_time(logged, amounts[Figure.CAPACITY], spans)

    @property
    def _spans(self) -> tuple[DateSpan, ...]:
        return self._columns_of(self.query.span)

    def _columns_of(self, span: DateSpan) -> tuple[DateSpan, ...]:
        return columns_of(span, self.query.column_unit, self.presentation.week_start)

    def _closed(self, source: ReportSource) -> ClosedFigures:
        return read_closed(self.team_context, source, self._spans, plans=self.query.plans)

    def _noted(self, source: ReportSource, closed: ClosedFigures | None) -> ReportSource:
        """Return the source with a note about closings that affect its figures."""
        note = ""
        if closed:
            note = AS_CLOSED if closed.closed else NONE_CLOSED
        elif self.query.late:
            stores, viewer = self.team_context.stores, self.context.viewer
            note = "" if closings_of(stores, source, viewer, source.span) else NOTHING_LATE
        return (
            replace(source, problems=(*source.problems, ReadProblem(note, absent=False))) if note else source
        )

    def _table(
        self,
        source: ReportSource,
        before: ReportSource | None,
        grouping: Grouping,
        axes: Sequence[Axis],
        amounts: Mapping[Figure, FactTable],
        closed: ClosedFigures | None,
    ) -> Table:
        query, presentation, spans = self.query, self.presentation, self._spans
        columns = table_columns(spans, query.column_figures)
        pivot = Pivot(
            amounts,
            axes,
            spans,
            columns,
            presentation.figures,
            query.rounding,
            query.order,
            earlier=self._columns_of(before.span) if before else (),
        )
        problems = tuple(dict.fromkeys((*source.problems, *(before.problems if before else ()))))
        terms = self._terms(source, before, grouping, problems, closed)
        work = amounts[Figure.SPENT]
        attributes, values = self._worklog_attributes(source, work)
        return Table(
            terms=terms,
            figures=presentation.figures,
            columns=columns,
            body=pivot,
            problems=problems,
            count=len(work.seconds),
            attributes=attributes,
            values=values,
        )

    def _worklog_attributes(
        self, source: ReportSource, work: FactTable
    ) -> tuple[tuple[Attribute, ...], Mapping[int, AttributeValues]]:
        """Return the attributes that worklogs have or may have, and the values of each worklog that is a row."""
        if Dimension.WORKLOG not in self.query.rows or Field.ATTRIBUTES not in work.fields:
            return (), {}
        seen = {id_ for values in source.values for id_ in values}
        attributes = tuple(one for one in self.context.attributes.all() if one.id in seen or not one.retired)
        places = zip(work.fields[Field.WORKLOG], work.fields[Field.ATTRIBUTES], strict=True)
        return attributes, {id_: source.values[place] for id_, place in places}

    def _people(self, source: ReportSource) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if not self.query.by_people:
            return ()
        return ((PEOPLE, people_names(self.team_context, self.query, source)),)

    def _terms(
        self,
        source: ReportSource,
        before: ReportSource | None,
        grouping: Grouping,
        problems: Collection[ReadProblem],
        closed: ClosedFigures | None,
    ) -> ReportTerms:
        query, context = self.query, self.context
        return ReportTerms(
            title=self.presentation.title,
            teams=tuple(part.opened.team.name for part in source.parts),
            scoped=tuple(part.opened.team.name for part in source.parts if part.opened.team.scope.limits),
            span=query.span,
            previous=before.span if before else None,
            zone=context.zone.key,
            rows=query.rows,
            column_unit=query.column_unit,
            figures=query.column_figures,
            filters=(*self._people(source), *named_filters(query, grouping, source)),
            rounding=query.rounding,
            requested_by=context.profile.display_name,
            requested_at=context.clock(),
            read_at=_earliest(source, before),
            complete=not any(problem.absent for problem in problems),
            as_closed=(closed.closed, closed.periods) if closed else None,
            attributes=tuple(one for one in query.dimensions if isinstance(one, AttributeDimension)),
        )


def _parts_of_both(source: ReportSource, before: ReportSource) -> Sequence[TeamPart]:
    """Return the teams with the members of both ranges: somebody who left between them has a role in the first."""
    return [
        replace(part, members=list(dict.fromkeys((*part.members, *earlier_part.members))))
        for part, earlier_part in zip(source.parts, before.parts, strict=True)
    ]


def _of_fields(allowed: Sequence[FieldLimit], facts: FactTable) -> Sequence[FieldLimit]:
    """Return the limits to fields that these amounts have."""
    return [one for one in allowed if one[0] in facts.fields]


def _estimates(
    query: ReportQuery, issues: Mapping[int, Issue], ids: Collection[int]
) -> Mapping[Figure, FactTable]:
    """Return the estimates of the issues that have time in the report, each issue once."""
    read = {
        Figure.ESTIMATE: lambda issue: issue.estimate_seconds,
        Figure.REMAINING: lambda issue: issue.remaining_seconds,
    }
    found = dict[Figure, FactTable]()
    for figure in read.keys() & set(query.figures):
        amounts = {
            number: seconds
            for number in dict.fromkeys(ids)
            if number in issues and (seconds := read[figure](issues[number]))
        }
        found[figure] = FactTable({Field.ISSUE: list(amounts)}, list(amounts.values()))
    return found


def _earliest(source: ReportSource, before: ReportSource | None) -> datetime:
    return min(source.read_at, before.read_at) if before else source.read_at
