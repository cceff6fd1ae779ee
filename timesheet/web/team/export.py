"""Export a team's time in a period as CSV: by member and day, or also by issue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from flask import Blueprint, Response, request

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.duration import HOUR
from timesheet.domain.export_text import cell_text, file_name
from timesheet.domain.message import message
from timesheet.domain.permission import Module
from timesheet.domain.person import Person
from timesheet.services.period.closing import is_as_closed
from timesheet.services.team.attribute import MemberIssueDay, answers_of, read_attribute_time
from timesheet.services.team.export import ExportRow, export_days, export_issues
from timesheet.services.team.overview import Overview, read_overview
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.csv_file import CsvCell, csv_row, read_csv_mark, taken_as
from timesheet.web.http.language import _, file_locale, language, localize, without_isolates
from timesheet.web.team.choice import read_view

blueprint = Blueprint("team_file", __name__, url_prefix="/teams/<team_id>/file")

FOURTH = Decimal("0.0001")
WHOSE_DAY = message("Date (in the person’s own time zone)")
WHO = (message("Person"), message("Account id"), WHOSE_DAY)


@blueprint.get("/days")
@takes("session", "context", permission="viewer", module=Module.TEAMS, costly=True)
def days_as_csv(team_id: str) -> Response:
    """Return members by days: logged and expected."""
    context = current()
    overview = _overview(context, team_id)
    rows = (
        (
            *_who(row.person),
            row.day.isoformat(),
            row.spent,
            _hours(row.spent),
            row.capacity,
            _hours(row.capacity),
            cell_text(localize(row.away)),
        )
        for row in export_days(overview, context.stores, context.recorder)
    )
    head = (
        *map(localize, WHO),
        _("Logged (seconds)"),
        _("Logged (hours)"),
        _("Expected (seconds)"),
        _("Expected (hours)"),
        _("Away"),
    )
    return _file(overview, head, rows, _("Days"))


@blueprint.get("/issues")
@takes("session", "context", permission="viewer", module=Module.TEAMS, costly=True)
def issues_as_csv(team_id: str) -> Response:
    """Return members by issues and days: logged, and the part of it with *yes* in each of the team's attributes.

    It is for people who may see worklogs.
    """
    context = current()
    overview = _overview(context, team_id)
    answers = answers_of(context.stores, team_id)
    times = read_attribute_time(context.viewer_context, overview, answers)
    rows = (
        (
            *_who(row.person),
            row.day.isoformat(),
            cell_text(row.issue.key),
            cell_text(row.issue.summary),
            cell_text(row.issue.project_name),
            row.spent,
            _hours(row.spent),
            *(cell for time in times for cell in _both(time.seconds.get(_place(row), 0))),
        )
        for row in export_issues(overview, context.stores, context.recorder)
    )
    return _file(
        overview,
        (
            *map(localize, WHO),
            _("Issue"),
            _("Summary"),
            _("Project"),
            _("Logged (seconds)"),
            _("Logged (hours)"),
            *(head for time in times for head in _heads(time.attribute)),
        ),
        rows,
        _("Issues"),
        unread=any(time.unread for time in times),
    )


def _heads(attribute: Attribute) -> tuple[str, str]:
    name = localize(attribute.name)
    seconds, hours = _("{figure} (seconds)", figure=name), _("{figure} (hours)", figure=name)
    return cell_text(without_isolates(seconds)), cell_text(without_isolates(hours))


def _place(row: ExportRow) -> MemberIssueDay:
    return row.person.account_id, row.issue.id, row.day


def _both(seconds: int) -> tuple[int, Decimal]:
    return seconds, _hours(seconds)


def _overview(context: Context, team_id: str) -> Overview:
    team_context = context.team_context
    span = read_view(request.args, team_context).span
    return read_overview(team_context, context.viewer_context, context.jira, team_id, span)


def _who(person: Person) -> tuple[str, str]:
    return cell_text(localize(person.name)), cell_text(person.account_id)


def _hours(seconds: int) -> Decimal:
    """Return decimal hours; the seconds next to them are exact."""
    return (Decimal(seconds) / HOUR).quantize(FOURTH).normalize() + 0


def _file(
    overview: Overview,
    head: Sequence[str],
    rows: Iterable[Sequence[CsvCell]],
    what: str,
    *,
    unread: bool = False,
) -> Response:
    """Return the rows, each with whether all could be read, and whether a closed period is still as it was closed.

    A closing keeps one sum for each member, so the rows are those of Jira and the calendars as they are now.
    """
    context = current()
    complete = overview.packed.complete and not unread
    complete_word = _("yes") if complete else _("no")
    written = read_csv_mark(request.args, file_locale(context.profile().locale))
    same = is_as_closed(context.team_context, overview, context.closing_key)
    as_closed = {None: "", True: _("yes"), False: _("no")}[same]
    marks = _("Complete (except archived projects)"), _("Same as at closing"), _("Language")
    lines = [csv_row((*head, *marks), written)]
    lines += [csv_row((*row, complete_word, as_closed, language().tag), written) for row in rows]
    team, span = overview.opened.team.name, overview.span
    notes = (_("incomplete"), not complete), (_("differs from closing"), same is False)
    rest = " ".join((f"{span.first} {span.last} {what}", *(note for note, true in notes if true)))
    return taken_as(
        Response(written.start + "".join(lines), mimetype="text/csv"), file_name(team, "csv", rest)
    )
