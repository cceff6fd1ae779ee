"""Find what passes a report's filters: the allowed people, teams, issues, days, and worklogs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence

from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.message import message
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.report.group import values_in
from timesheet.domain.report.terms import FIELD_OF, Field, ReportQuery
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.services.ports.jira import Jira
from timesheet.services.ports.team import Stores
from timesheet.services.ports.team_jira import TeamJira
from timesheet.services.report.group import Grouping
from timesheet.services.report.source import Source
from timesheet.services.viewer.context import ViewerContext

KEPT_SECONDS = 300
IDS_A_SEARCH = 500
MOST_COMMENTS = 3000

Allowed = tuple[Field, Collection[int]]


def allowed_groups(query: ReportQuery, grouping: Grouping, source: Source) -> list[Allowed]:
    """Return the values of people, teams, issues, and days that are in the wanted groups."""
    found = list[Allowed]()
    for one in query.filters:
        field = FIELD_OF[one.dimension]
        everything = range(len(source.people)) if field is Field.PERSON else source.work.fields[field]
        found.append((field, values_in(grouping.groups(one.dimension, everything), one.values)))
    return found


def allowed_issues(context: ViewerContext, jira: TeamJira, jql: str, issue_ids: Collection[int]) -> Allowed:
    """Return those of these issues that a JQL finds for the viewer. Raise InvalidInput for broken JQL."""
    listed = sorted(set(issue_ids))

    def find() -> frozenset[int]:
        parts = (listed[start : start + IDS_A_SEARCH] for start in range(0, len(listed), IDS_A_SEARCH))
        return frozenset(number for part in parts for number in jira.found_among(part, jql))

    try:
        found = _once(context, "report-jql", f"{jql} {listed}", find)
    except InvalidInput as error:
        raise InvalidInput(
            message("Jira cannot use this JQL. {reason}", reason=error.sentence), field="jql"
        ) from error
    return Field.ISSUE, found


def allowed_by_text(context: ViewerContext, jira: Jira, text: str, worklog_ids: Sequence[int]) -> Allowed:
    """Return those of these worklogs whose comments contain the text, as the viewer may see them.

    Raise InvalidInput for more worklogs than can be read.
    """
    if len(worklog_ids) > MOST_COMMENTS:
        raise InvalidInput(
            message(
                "The comments of {count} worklogs would have to be read to search them, at most {most} can be. "
                "Choose a shorter range, or filter by something else as well.",
                count=len(worklog_ids),
                most=MOST_COMMENTS,
            ),
            field="text",
        )
    wanted, listed = text.casefold(), sorted(worklog_ids)

    def find() -> frozenset[int]:
        read = jira.read_listed(listed, context.own_zones)
        return frozenset(one.id for one in read if wanted in adf_to_text(one.comment).casefold())

    return Field.WORKLOG, _once(context, "report-text", f"{text} {listed}", find)


def allowed_late(source: Source, records: Iterable[ClosingRecord]) -> Allowed:
    """Return the worklogs that were entered or changed after one of their teams had closed their day."""
    bits = {part.opened.team.id: 1 << place for place, part in enumerate(source.parts)}
    closings = [
        (record.span.first.toordinal(), record.span.last.toordinal(), epoch_ms(record.closed_at),
         bits.get(record.team_id, 0))
        for record in records
        if not record.open
    ]  # fmt: skip
    fields = source.work.fields
    rows = zip(fields[Field.WORKLOG], fields[Field.DAY], fields[Field.TEAM], source.updated, strict=True)
    return Field.WORKLOG, frozenset(
        number
        for number, day, teams, updated in rows
        if any(
            first <= day <= last and updated > closed and (not source.parts or teams & bit)
            for first, last, closed, bit in closings
        )
    )


def closings_of(stores: Stores, source: Source, viewer: str) -> Sequence[ClosingRecord]:
    """Return the closings in force of the report's teams; for the viewer's own time, of the teams they belong to."""
    ids = [part.opened.team.id for part in source.parts] or [
        stay.team.id for stay in stores.teams.stays_of(viewer)
    ]
    return stores.periods.closed(ids, source.span) if ids else ()


def _once(context: ViewerContext, name: str, what: str, find: Callable[[], frozenset[int]]) -> frozenset[int]:
    """Return the ids that Jira finds, and ask it only every few minutes. The cache keeps ids and no text."""
    digest = hashlib.sha256(what.encode()).hexdigest()[:32]
    found: frozenset[int] = context.cache.get_or_create(context.key(name, digest), find, KEPT_SECONDS)
    return found
