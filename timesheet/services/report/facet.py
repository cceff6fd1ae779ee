"""List what a report can be limited to: the people, projects, issues, and so on that have time in its range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from timesheet.domain.errors import NotAllowed
from timesheet.domain.report.attribute import choices_of
from timesheet.domain.report.group import Group, listed
from timesheet.domain.report.query import Filter, ReportQuery
from timesheet.domain.report.terms import (
    FIELD_OF,
    SUMS,
    AnyDimension,
    AttributeDimension,
    Dimension,
    Field,
    field_of,
)
from timesheet.services.report.limit import name_elsewhere
from timesheet.services.report.report import Report
from timesheet.services.report.source import check_worklogs

MOST_LISTED = 200
Matches = Callable[[AnyDimension, Group], bool]
"""Returns whether a group is one of those that the viewer looks for in a long list."""
OFFERED = tuple(one for one, field in FIELD_OF.items() if field not in (Field.ENTERED, Field.WORKLOG))


@dataclass(frozen=True, slots=True)
class Facet:
    """All groups of one dimension, chosen or not; ``without`` is True if some time has no group.

    A ``long`` one has more groups than can be listed. Those that match what the viewer looks for are listed then, and
    ``left_out`` is the number of matches beyond them. ``limit`` is what the report is limited to by an attribute.
    """

    dimension: AnyDimension
    groups: Sequence[Group]
    chosen_ids: frozenset[str]
    without: bool
    long: bool = False
    left_out: int = 0
    limit: Filter | None = None

    def chosen(self, group: Group) -> bool:
        """Return True if the report is limited to this group, among others."""
        return not self.chosen_ids.isdisjoint(group.ids)


def sees_worklogs(report: Report) -> bool:
    """Return True if the viewer may see issues and worklogs of everybody in the report, and not only sums."""
    try:
        check_worklogs(report.source.opened)
    except NotAllowed:
        return False
    return True


def facets(
    report: Report,
    attributes: Sequence[AttributeDimension] = (),
    matches: Matches = lambda dimension, group: True,
) -> Sequence[Facet]:
    """Return what the report can be limited to, without dimensions that offer no choice."""
    offered = OFFERED if sees_worklogs(report) else [one for one in OFFERED if one in SUMS]
    found = [_facet(report, dimension, matches) for dimension in offered]
    by_attributes = attribute_facets(report.query, attributes) if sees_worklogs(report) else []
    choices = [one for one in found if one.long or len(one.groups) + one.without > 1 or one.chosen_ids]
    return [*choices, *by_attributes]


def attribute_facets(query: ReportQuery, attributes: Sequence[AttributeDimension]) -> Sequence[Facet]:
    """Return what attributes can be limited to; their choices are known without the worklogs."""
    return [_attribute_facet(query, one) for one in attributes]


def _attribute_facet(query: ReportQuery, dimension: AttributeDimension) -> Facet:
    attribute = dimension.attribute
    limit = next((one for one in query.filters if one.dimension == dimension), Filter(dimension))
    return Facet(
        dimension, choices_of(attribute), limit.values, without=not attribute.kind.answers, limit=limit
    )


def _facet(report: Report, dimension: Dimension, matches: Matches) -> Facet:
    source, field = report.source, field_of(dimension)
    values = range(len(source.people)) if field is Field.PERSON else source.work.fields[field]
    of_values = report.grouping.groups(dimension, values).values()
    chosen_ids = next((one.values for one in report.query.filters if one.dimension is dimension), frozenset())
    groups = listed(of_values)
    listed_ids = {id_ for group in groups for id_ in group.ids}
    # Chosen groups stay listed, or the next change would lose them.
    removed = [Group(id_, name_elsewhere(dimension, id_)) for id_ in sorted(chosen_ids - listed_ids) if id_]
    long = len(groups) > MOST_LISTED
    chosen = [group for group in groups if not chosen_ids.isdisjoint(group.ids)]
    others = [group for group in groups if chosen_ids.isdisjoint(group.ids)]
    found = [group for group in others if matches(dimension, group)] if long else others
    first = found[: max(MOST_LISTED - len(chosen), 0)]
    listed_groups = sorted((*chosen, *first), key=lambda group: group.place)
    return Facet(
        dimension,
        (*listed_groups, *removed),
        chosen_ids,
        not all(of_values) or "" in chosen_ids,
        long,
        len(found) - len(first),
    )
