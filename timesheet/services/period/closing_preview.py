"""The preview of a closing: what it would record, and who may not be done with the period."""

from __future__ import annotations

from dataclasses import dataclass

from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import work_date
from timesheet.domain.period.period import Difference, check_closable
from timesheet.domain.permission import TeamAction
from timesheet.domain.span import DateSpan
from timesheet.services.calendar.global_calendar import years_without_days
from timesheet.services.period.closing import differences_to
from timesheet.services.ports.team_jira import TeamJira
from timesheet.services.ports.timer import TimerStore
from timesheet.services.team.overview import MemberLine, Overview, read_overview
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team

FAR_BELOW = 2
"""Members are listed whose time multiplied by this is less than their expected time."""


@dataclass(frozen=True, slots=True)
class ClosingPreview:
    """The figures of a period before it is closed, with the members who logged little, and whose timer has time.

    ``changed`` is how members differ from the last closing, which was reopened; None for a period never closed before.
    ``without_days`` are the calendars of members, by name, that have no days off yet in a year of the period. If it
    cannot be closed, ``refused`` says why, and there are no figures.
    """

    opened: OpenTeam
    refused: str = ""
    overview: Overview | None = None
    short: tuple[MemberLine, ...] = ()
    measured: tuple[MemberLine, ...] = ()
    changed: tuple[Difference, ...] | None = None
    without_days: tuple[tuple[str, int], ...] = ()


def preview_closing(
    context: TeamContext,
    viewer_context: ViewerContext,
    jira: TeamJira,
    timers: TimerStore,
    team_id: str,
    span: DateSpan,
) -> ClosingPreview:
    """Return what is to be known before a period is closed. Raise NotFound, or NotAllowed for who may not close it."""
    opened = open_team(context, team_id, TeamAction.CLOSE)
    try:
        check_closable(span, context.now, context.zone)
        overview = read_overview(context, viewer_context, jira, team_id, span)
    except InvalidInput as error:
        return ClosingPreview(opened, error.sentence)
    measured = with_unlogged_timer(viewer_context, timers, overview)
    calendars = {line.member.calendar_id for line in overview.lines if line.member.calendar_id}
    return ClosingPreview(
        opened,
        "",
        overview,
        short_of_expected(overview),
        measured,
        _changed(context, overview),
        years_without_days(context.stores, calendars, span),
    )


def _changed(context: TeamContext, overview: Overview) -> tuple[Difference, ...] | None:
    """Return how the figures differ from the last closing of the period; None without one, or if time is missing."""
    closings = context.stores.periods.records(overview.opened.team.id)
    last = next((one for one in closings if one.span == overview.span), None)
    return differences_to(overview, last.members) if last and overview.packed.complete else None


def short_of_expected(overview: Overview) -> tuple[MemberLine, ...]:
    """Return the members who logged less than half of their expected time, those without any time first."""
    short = [line for line in overview.lines if FAR_BELOW * sum(line.spent) < sum(line.capacity)]
    return tuple(sorted(short, key=lambda line: any(line.spent)))


def with_unlogged_timer(
    context: ViewerContext, timers: TimerStore, overview: Overview
) -> tuple[MemberLine, ...]:
    """Return the members whose timer, running or paused, has time on days of the overview that is not logged yet.

    Its issue is not considered: the viewer may not see it.
    """
    measured = {timer.account_id: timer for timer in timers.of([line.account_id for line in overview.lines])}
    zones, now = context.zones_of(measured), context.clock()

    def has_time(line: MemberLine) -> bool:
        timer, days = measured.get(line.account_id), line.member.days_in(overview.span)
        if timer is None or days is None:
            return False
        zone = zones.get(line.account_id, context.zone)
        first, last = (work_date(at, zone) for at in (timer.started, timer.paused or now))
        return first <= days.last and days.first <= last

    return tuple(line for line in overview.lines if has_time(line))
