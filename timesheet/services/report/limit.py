"""Find what passes a report's filters: the allowed people, teams, issues, days, and worklogs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from timesheet.domain.alphabet import alphabetical, contains
from timesheet.domain.errors import InvalidInput
from timesheet.domain.long_list import parts_of
from timesheet.domain.message import counted, message
from timesheet.domain.report.attribute import filter_words, passing
from timesheet.domain.report.group import listed, values_in
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.query import ReportQuery
from timesheet.domain.report.table import ReadProblem
from timesheet.domain.report.terms import AnyDimension, AttributeDimension, Dimension, Field, field_of
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.services.ports.cache import key_part
from timesheet.services.ports.directory import Directory
from timesheet.services.ports.jira import Jira, readable
from timesheet.services.ports.team_jira import WholeJira
from timesheet.services.report.group import Grouping
from timesheet.services.report.source import ReportSource
from timesheet.services.snapshot.issue import matching_issues
from timesheet.services.viewer.context import ViewerContext

LATE, TEXT, JQL, SHORT, PEOPLE = "late", "text", "jql", "short", "people"
ENTERED = "entered-range"
"""The names of the filters that are not about a dimension."""
DATED = (Dimension.DAY, Dimension.WEEKDAY, Dimension.ENTERED)
UNKNOWN = message("unknown (not in this report)")
CACHE_SECONDS = 300
IDS_A_SEARCH = 500
MOST_COMMENTS = 3000
"""The largest number of worklogs whose comments are read at once, to search them or to write them into a file."""

FieldLimit = tuple[Field, Collection[int]]
T = TypeVar("T")


def allowed_groups(
    query: ReportQuery, grouping: Grouping, source: ReportSource, capacity: FactTable
) -> list[FieldLimit]:
    """Return the values of people, teams, issues, days, and attributes that are in the wanted groups.

    Those of ``capacity`` are among them: something is expected on days without time, and in teams without time.
    """
    found = list[FieldLimit]()
    for one in query.filters:
        field = field_of(one.dimension)
        if isinstance(one.dimension, AttributeDimension):
            places = dict.fromkeys(source.work.fields[field])
            found.append((field, passing(one, one.dimension.attribute, source.values, places)))
            continue
        everything = chain(values_of(source, field), capacity.fields.get(field, ()))
        found.append((field, values_in(grouping.groups(one.dimension, everything), one.values)))
    return found


def values_of(source: ReportSource, field: Field) -> Iterable[int]:
    """Return every value of a field in a report; people and teams without time are among them."""
    if field is Field.PERSON:
        return range(len(source.people))
    single = (1 << place for place in range(len(source.parts))) if field is Field.TEAM else ()
    return chain(source.work.fields[field], single)


def allowed_issues(
    context: ViewerContext,
    jira: WholeJira,
    jql: str,
    issue_ids: Collection[int],
    *,
    checked_by: Directory | None = None,
    refresh: bool = False,
) -> FieldLimit:
    """Return those of these issues that a JQL finds for the viewer. Raise InvalidInput for broken JQL.

    ``checked_by`` refuses people and fields that Jira does not know; a search would just find nothing. Jira is asked
    at most every few minutes, or with ``refresh``.
    """
    listed = sorted(set(issue_ids))

    def find() -> frozenset[int]:
        if checked_by:
            checked_by.check_jql(jql)
        parts = parts_of(listed, IDS_A_SEARCH)
        return frozenset(number for part in parts for number in matching_issues(jira, part, jql))

    try:
        found = _cached(context, "report-jql", (jql, listed), find, refresh=refresh)
    except InvalidInput as error:
        raise InvalidInput(
            message("Jira cannot use this JQL. {reason}", reason=error.sentence), field="jql"
        ) from error
    return Field.ISSUE, found


def allowed_by_text(
    context: ViewerContext, jira: Jira, text: str, worklogs: Mapping[int, int], *, refresh: bool
) -> tuple[FieldLimit, int]:
    """Return those of these worklogs whose comments contain the text, and how many comments could not be read.

    ``worklogs`` are ids with their last change (epoch ms): what changed is read again, and everything with
    ``refresh``. Comments are read as the viewer may see them. Raise InvalidInput for more worklogs than can be read.
    """
    if len(worklogs) > MOST_COMMENTS:
        raise InvalidInput(
            counted(
                "The comments of {count} worklog would have to be read to search it; at most {most} can be. "
                "Choose a shorter range, or filter by something else as well.",
                "The comments of {count} worklogs would have to be read to search them; at most {most} can be. "
                "Choose a shorter range, or filter by something else as well.",
                len(worklogs),
                most=MOST_COMMENTS,
            ),
            field="text",
        )
    listed = sorted(worklogs)

    def find() -> tuple[frozenset[int], int]:
        read = readable(lambda: jira.read_listed(listed, context.own_zones))
        unread = len(listed) - len({one.id for one in read})
        return frozenset(one.id for one in read if contains(adf_to_text(one.comment), text)), unread

    versions = sorted(worklogs.items())
    found, unread = _cached(context, "report-text", (text, versions), find, refresh=refresh)
    return (Field.WORKLOG, found), unread


def unsearched_problem(count: int) -> Sequence[ReadProblem]:
    """Return what is wrong with a report that is limited by a text if some comments could not be read."""
    if not count:
        return ()
    note = counted(
        "The comment of {count} worklog could not be read to search it, so its time is left out.",
        "The comments of {count} worklogs could not be read to search them, so their time is left out.",
        count,
    )
    return (ReadProblem(note, absent=True),)


def _cached(
    context: ViewerContext,
    name: str,
    what: tuple[object, ...],
    find: Callable[[], T],
    *,
    refresh: bool,
) -> T:
    """Return what Jira finds, cached for some minutes. The cache keeps ids and no text."""
    key = context.key(name, key_part(*what))
    if refresh:
        context.cache.delete(key)
    return context.cache.get_or_create(key, find, CACHE_SECONDS)


def name_elsewhere(dimension: AnyDimension, id_: str) -> str:
    """Return what stands for a value that a report is limited to and does not have.

    It may be deleted, or the viewer may not see it. A day is its own name, and an empty id means none.
    """
    return id_ if not id_ or dimension in DATED else UNKNOWN


def named_filters(
    query: ReportQuery, grouping: Grouping, source: ReportSource
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the filters by name, with the names of their values."""
    found = list[tuple[str, tuple[str, ...]]]()
    for one in query.filters:
        if isinstance(one.dimension, AttributeDimension):
            found.append((one.dimension.value, filter_words(one, one.dimension.attribute)))
            continue
        field = field_of(one.dimension)
        groups = listed(grouping.groups(one.dimension, values_of(source, field)).values())
        names = {id_: group.text for group in groups for id_ in group.ids}
        found.append(
            (
                one.dimension.value,
                tuple(
                    sorted(
                        {names.get(id_) or name_elsewhere(one.dimension, id_) for id_ in one.values},
                        key=lambda name: alphabetical(grouping.translate(name)),
                    )
                ),
            )
        )
    more = (
        (TEXT, query.text),
        (JQL, query.jql),
        (LATE, "1" if query.late else ""),
        (SHORT, "1" if query.short else ""),
    )
    days = [day.isoformat() if day else "" for day in (query.entered.first, query.entered.last)]
    entered = [(ENTERED, tuple(days))] if query.entered.limits else []
    return (*found, *((name, (value,)) for name, value in more if value), *entered)
