"""The attributes of a report's worklogs, read only if its rows or filters depend on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.table import ReadProblem
from timesheet.domain.report.terms import Field
from timesheet.services.ports.packed_values import Numbering
from timesheet.services.report.source import ReportSource
from timesheet.services.snapshot.team_attribute import read_values, unread_note
from timesheet.services.viewer.context import ViewerContext


def with_values(
    context: ViewerContext, source: ReportSource, before: ReportSource | None, *, refresh: bool
) -> tuple[ReportSource, ReportSource | None]:
    """Return both sources with the attributes of their worklogs; equal values have the same number in both."""
    numbering = Numbering()
    whole = [_numbered(context, one, numbering, refresh=refresh) for one in (source, before) if one]
    found = [replace(one, values=numbering.values) for one in whole]
    return found[0], found[1] if before else None


def _numbered(
    context: ViewerContext, source: ReportSource, numbering: Numbering, *, refresh: bool
) -> ReportSource:
    nothing, places, unread = numbering.place({}), dict[int, int](), 0
    for packed in source.packed:
        values = read_values(context, packed, refresh=refresh)
        numbers = [numbering.place(one) for one in values.values]
        places |= {id_: numbers[place] for id_, _, place in values.entries()}
        unread += values.unread
    work = source.work
    column = [places.get(id_, nothing) for id_ in work.fields[Field.WORKLOG]]
    work = FactTable({**work.fields, Field.ATTRIBUTES: column}, work.seconds)
    return replace(source, work=work, problems=(*source.problems, *_problem(unread)))


def _problem(unread: int) -> Sequence[ReadProblem]:
    """Return what is wrong with the groups of worklogs whose attributes Jira did not give."""
    if not unread:
        return ()
    return (ReadProblem(unread_note(unread), absent=True),)
