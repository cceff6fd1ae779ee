"""The periods of a team: list, closing, reopening, and differences from a closing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import Conflict
from timesheet.domain.figures import Figures
from timesheet.domain.message import message
from timesheet.domain.period.period import ClosingRecord, Difference
from timesheet.domain.permission import Module, TeamAction
from timesheet.domain.person import Person, by_name
from timesheet.domain.team.capacity import progress, show_progress
from timesheet.services.period.closing import (
    PeriodLine,
    close_period,
    differences_between,
    list_periods,
    period_at,
    record_of,
    reopen_period,
)
from timesheet.services.period.closing_preview import preview_closing
from timesheet.services.period.command import ClosePeriod, ReopenPeriod
from timesheet.services.team.overview import Overview, read_overview
from timesheet.services.viewer.team_context import TeamContext, open_team
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import clock_time, date_and_time
from timesheet.web.http.fields import read_day
from timesheet.web.http.form import sent
from timesheet.web.http.htmx import with_event
from timesheet.web.http.language import (
    Printed,
    _,
    join_sentences,
    language,
    localize,
    percent,
    printed_sum,
    reader_locale,
)
from timesheet.web.http.viewer import figures_of, week_start_of
from timesheet.web.team.choice import period_title
from timesheet.web.team.figures import TeamFigures

blueprint = Blueprint("period", __name__)

CHANGED = "period-changed"
OWN_FIGURES = message(
    "You see your own figures in this team. Those of others need “View hours”; its lead can grant it."
)


@dataclass(frozen=True, slots=True)
class PeriodPrinter:
    """Formats the list in the viewer's locale, time format, and ``zone``."""

    figures: Figures
    locale: Locale
    zone: ZoneInfo
    people: Mapping[str, Person]

    def title(self, line: PeriodLine) -> str:
        """Return the period in words."""
        return period_title(line.span, self.locale)

    def show(self, seconds: int) -> Printed:
        """Return a time in seconds as it is printed."""
        return printed_sum(self.figures, [seconds])

    def part(self, line: PeriodLine) -> str:
        """Return spent of capacity in percent."""
        share = progress(line.spent, line.capacity) if line.spent is not None else None
        return percent(show_progress(share, self.figures.separator))

    def who(self, account_id: str | None) -> str:
        """Return the current name of a person in Jira."""
        person = self.people.get(account_id or "")
        return localize(person.name) if person else _("Somebody")

    def by_name(self, listed: Iterable[Difference]) -> Sequence[Difference]:
        """Return what differs in the order of the people's names."""
        return sorted(listed, key=lambda one: by_name(self.people[one.account_id]))

    def at(self, record: ClosingRecord, *, reopened: bool = False) -> str:
        """Return when it was closed or reopened."""
        instant = record.reopened_at if reopened else record.closed_at
        return date_and_time(instant, self.zone, self.locale) if instant else ""


@blueprint.get("/teams/<team_id>/periods")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_periods(team_id: str) -> str:
    """Show the periods of the last year with status and figures."""
    context = current()
    team_context = context.team_context
    opened, lines = list_periods(team_context, team_id)
    closings = [record for line in lines for record in line.closings]
    between: dict[str, tuple[Difference, ...]] = {}
    for line in lines:
        between |= differences_between(line.closings)
    figures_visible = opened.may(TeamAction.SEE_SUMS) and not opened.own_figures_only
    return render_template(
        "period/_periods.html",
        team=opened.team,
        lines=lines,
        between=between if figures_visible else {},
        printer=_printer(context, team_context, closings, between.values()),
        may_close=opened.may(TeamAction.CLOSE),
        zone_name=context.viewer_context.zone.key,
    )


@blueprint.get("/teams/<team_id>/periods/spent")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_spent(team_id: str) -> str:
    """Show the time spent in an open period so far, for its row in the list."""
    context = current()
    team_context = context.team_context
    span = period_at(team_context, read_day(request.args.get("period"), team_context.today))
    overview = read_overview(team_context, context.viewer_context, context.jira, team_id, span)
    profile = context.profile()
    return render_template(
        "period/_spent_oob.html",
        total=_team_figures(context, overview).total,
        complete=overview.packed.complete,
        problems=[missing.what for missing in overview.packed.missing],
        read_at=clock_time(overview.packed.checked_at, profile.zone, reader_locale(profile.locale)),
        first=overview.span.first,
    )


@blueprint.get("/teams/<team_id>/periods/close")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def ask_close(team_id: str) -> str:
    """Show what a closing does and its figures before it is done, or from which day on it is possible."""
    context = current()
    team_context = context.team_context
    span = period_at(team_context, read_day(request.args.get("period"), team_context.today))
    preview = preview_closing(
        team_context,
        context.viewer_context,
        context.jira,
        context.timers,
        team_id,
        span,
    )
    overview = preview.overview
    missing = overview.packed.missing if overview else ()
    return render_template(
        "period/_close.html",
        team=preview.opened.team,
        span=span,
        title=period_title(span, language().locale),
        problem=preview.refused or join_sentences(localize(one.what) for one in missing),
        figures=_team_figures(context, overview) if overview else None,
        short=preview.short,
        measured=preview.measured,
        without_days=preview.without_days,
        changed=preview.changed,
        printer=_printer(context, team_context, (), [preview.changed or ()]),
    )


@blueprint.post("/teams/<team_id>/periods/close")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def close(team_id: str) -> Response:
    """Close a period."""
    context = current()
    team_context = context.team_context
    try:
        record = close_period(
            team_context,
            context.viewer_context,
            context.jira,
            context.closing_key,
            sent(ClosePeriod, team_id=team_id),
        )
    except Conflict as conflict:
        return _done_before(conflict)
    title = period_title(record.span, language().locale)
    return _section_after(
        _("{period} is closed. Its worklogs cannot change here until it is reopened.", period=title)
    )


@blueprint.get("/teams/<team_id>/periods/<record_id>/reopen")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def ask_reopen(team_id: str, record_id: str) -> str:
    """Show what a reopening does, before it is done."""
    context = current()
    team_context = context.team_context
    opened = open_team(team_context, team_id, TeamAction.CLOSE)
    record = record_of(team_context, team_id, record_id)
    title = period_title(record.span, language().locale)
    return render_template("period/_reopen.html", team=opened.team, record=record, title=title)


@blueprint.post("/teams/<team_id>/periods/<record_id>/reopen")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def reopen(team_id: str, record_id: str) -> Response:
    """Reopen a closed period."""
    context = current()
    try:
        record = reopen_period(context.team_context, sent(ReopenPeriod, team_id=team_id, record_id=record_id))
    except Conflict as conflict:
        return _done_before(conflict)
    title = period_title(record.span, language().locale)
    return _section_after(_("{period} is open again. The closing is kept.", period=title))


def _done_before(conflict: Conflict) -> Response:
    """Return what follows if somebody else was faster: the dialog closes, and the page shows what they did."""
    response = _section_after(localize(conflict.sentence), failed=True)
    response.status_code = 409
    return response


def _section_after(sentence: str, *, failed: bool = False) -> Response:
    response = make_response(
        render_template(
            "worklog/_done_oob.html",
            said=sentence,
            place="dialog",
            cell=None,
            undo=None,
            failed=failed,
            undone="",
        )
    )
    return with_event(response, CHANGED, {"target": "body"})


def _team_figures(context: Context, overview: Overview) -> TeamFigures:
    profile = context.profile()
    return TeamFigures(
        overview,
        figures_of(context),
        reader_locale(profile.locale),
        context.team_context.today,
        week_start_of(context, profile),
    )


def _printer(
    context: Context,
    team_context: TeamContext,
    closings: Iterable[ClosingRecord],
    between: Iterable[tuple[Difference, ...]],
) -> PeriodPrinter:
    profile = context.profile()
    who = [one for record in closings for one in (record.closed_by, record.reopened_by) if one]
    who += [one.account_id for listed in between for one in listed]
    figures, locale = figures_of(context), reader_locale(profile.locale)
    return PeriodPrinter(figures, locale, profile.zone, team_context.people(who))
