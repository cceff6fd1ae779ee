"""The panel on an issue: recent time by person and day, all time by month, and the viewer's own worklogs to edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.figures import Figures
from timesheet.domain.permission import Module
from timesheet.domain.person import FORMER, HIDDEN, Person
from timesheet.domain.worklog.issue import crowded_note
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import IssueTime
from timesheet.services.snapshot.changed_issue import former_keys
from timesheet.services.snapshot.issue import worklogs_on
from timesheet.services.snapshot.row_lock import forget_row_locks, read_row_lock
from timesheet.services.snapshot.worklog_right import forget_worklog_rights
from timesheet.services.viewer.team_context import TeamContext
from timesheet.services.worklog.panel import WEEKS, panel_span, read_panel
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import clock_time, day_head, full_date, month_head
from timesheet.web.http.fields import read_issue_id
from timesheet.web.http.htmx import TIMER_CHANGED, target, wants_fragment, with_event
from timesheet.web.http.issue import former_key
from timesheet.web.http.language import Printed, localize, printed, printed_sum, reader_locale
from timesheet.web.http.viewer import figures_of
from timesheet.web.http.waiting import WHOLE

blueprint = Blueprint("panel", __name__)


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One person: a printed figure for each column, empty without time. ``own`` rows can be changed."""

    name: str
    own: bool
    times: tuple[Printed, ...]
    total: Printed


@dataclass(frozen=True, slots=True)
class PanelTable:
    """People by days, or by months, each as its first day; the latest first, and only those with time.

    Totals are the sums of the printed figures.
    """

    columns: tuple[date, ...]
    rows: tuple[PanelRow, ...]
    totals: tuple[Printed, ...]
    total: Printed


@blueprint.get("/issue-panel")
@takes("page", "session", "context", permission="viewer", module=Module.TIMESHEET)
def show_panel() -> Response:
    """Show the panel, or for htmx only the part with figures; a refresh shows the timer above it again, too."""
    context, viewer_context = current(), current().viewer_context
    issue_id = read_issue_id(request.args.get("issue", ""))
    today = viewer_context.today
    refresh, whole = "refresh" in request.args, "all" in request.args
    if refresh:
        forget_row_locks(viewer_context)
        forget_worklog_rights(viewer_context)
    panel = read_panel(viewer_context, issue_id, panel_span(today, whole=whole), refresh=refresh)
    issue, time = panel.issue, panel.time
    locale = reader_locale(viewer_context.profile.locale)
    lock = read_row_lock(viewer_context, issue)
    worklogs = worklogs_on(viewer_context, issue.id)
    figures = figures_of(context)
    table = table_of(_with_names(time, context.team_context), viewer_context.viewer, figures, by_month=whole)
    html = render_template(
        _template(),
        issue=issue,
        table=table,
        heads=[(month_head if whole else day_head)(column, locale) for column in table.columns],
        names=[(month_head if whole else full_date)(column, locale) for column in table.columns],
        whole=whole,
        spent=_in_all(figures, issue.spent_seconds),
        weeks=WEEKS,
        read_at=clock_time(time.read_at, viewer_context.zone, locale),
        zone_name=viewer_context.zone.key,
        problems=[missing.what for missing in time.missing],
        today=today,
        former=former_key(issue, former_keys(viewer_context.cache, viewer_context.site).get(issue.id, "")),
        crowded=crowded_note(issue.key, worklogs) if worklogs else "",
        locked=lock.sentence(issue) if lock else "",
    )
    response = make_response(html)
    return with_event(response, TIMER_CHANGED, {"target": "body"}) if refresh else response


def _template() -> str:
    """Return the template of what was requested: all of the page, also in place of an error, or only the figures."""
    if not wants_fragment():
        return "worklog/panel/page.html"
    return "worklog/panel/_opened.html" if target() in WHOLE else "worklog/panel/_panel.html"


def _in_all(figures: Figures, seconds: int | None) -> Printed:
    return Printed() if seconds is None else printed_sum(figures, [seconds])


def _with_names(time: IssueTime, team_context: TeamContext) -> IssueTime:
    """Return the time with the names that did not come with the worklogs, as they are on the pages of teams."""
    unnamed = sorted({worklog.author for worklog in time.worklogs} - time.names.keys())
    found: Mapping[str, Person] = {}
    if unnamed:
        with suppress(JiraUnavailable, NotAllowed):
            found = team_context.people(unnamed)
    names = {who: found[who].name if who in found else HIDDEN for who in unnamed}
    return replace(time, names={**time.names, **names})


def table_of(time: IssueTime, viewer: str, figures: Figures, *, by_month: bool = False) -> PanelTable:
    """Return the table; the viewer first, then by time spent. One list feeds the cells and every total."""
    by_person = _by_person_and_column(time.worklogs, by_month=by_month)
    columns = tuple(sorted({one for amounts in by_person.values() for one in amounts}, reverse=True))
    seconds = {who: [amounts.get(one, 0) for one in columns] for who, amounts in by_person.items()}
    units = {who: figures.units_each(amounts) for who, amounts in seconds.items()}
    order = sorted(
        units, key=lambda who: (who != viewer, -sum(units[who]), alphabetical(time.names.get(who, "")))
    )

    def all_of(printed_units: Sequence[int], exact: Sequence[int]) -> tuple[tuple[Printed, ...], Printed]:
        cells = (printed(figures, *pair) for pair in zip(printed_units, exact, strict=True))
        return tuple(cells), printed(figures, sum(printed_units), sum(exact), figures.show(0))

    rows = (
        PanelRow(localize(time.names.get(who, FORMER)), who == viewer, *all_of(units[who], seconds[who]))
        for who in order
    )
    sums = [[sum(column) for column in zip(*table.values(), strict=True)] for table in (units, seconds)]
    return PanelTable(columns, tuple(rows), *all_of(*sums))


def _by_person_and_column(worklogs: tuple[Worklog, ...], *, by_month: bool) -> dict[str, dict[date, int]]:
    seconds: dict[str, dict[date, int]] = {}
    for worklog in worklogs:
        amounts = seconds.setdefault(worklog.author, {})
        column = worklog.day.replace(day=1) if by_month else worklog.day
        amounts[column] = amounts.get(column, 0) + worklog.seconds
    return seconds
