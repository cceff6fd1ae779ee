"""A team and a period of it: what was spent of its capacity, by person, project and day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from timesheet.domain.permission import Module, TeamAction
from timesheet.services.closing import differences_now
from timesheet.services.late_change import late_of
from timesheet.services.team_overview import Overview, read_overview
from timesheet.web.auth import takes
from timesheet.web.context import Context, current
from timesheet.web.dates import clock_time, locale_of
from timesheet.web.sheet import figures_of, today_of
from timesheet.web.team_choice import TABS, TIMESHEET, TeamView, period_title, read_view
from timesheet.web.team_figures import TeamFigures
from timesheet.web.team_table import TeamTable, heads_of_team

blueprint = Blueprint("team_overview", __name__)

MOST_OPEN = 100
NOBODY = ""


@blueprint.get("/teams/<team_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_overview(team_id: str) -> str:
    """One tab of the overview, with everything that stands around it."""
    context = current()
    desk = context.team_desk
    view = read_view(request.args, desk)
    overview = read_overview(
        desk, context.desk, context.jira, team_id, view.span, refresh="refresh" in request.args
    )
    return render_template("team_overview/_overview.html", **template_values(context, overview, view))


def template_values(context: Context, overview: Overview, view: TeamView) -> Mapping[str, Any]:
    """The names that the templates of every tab use."""
    profile = context.desk.profile
    locale, figures, opened = locale_of(profile.locale), figures_of(context, profile), overview.opened
    today = today_of(context, profile)
    shown = TeamFigures(overview, figures, locale, today)
    values: dict[str, Any] = {}
    worklogs = overview.own_only or opened.sees_worklogs_of(NOBODY)
    if view.tab == TIMESHEET:
        every = view.every and worklogs and len(overview.lines) <= MOST_OPEN
        table = TeamTable(overview, figures)
        person = view.person if opened.sees_worklogs_of(view.person) else ""
        values = {"table": table, "rows": table.rows(person, every=every), "every": every, "person": person}
        values["columns"] = heads_of_team(overview, today, locale)
    return {
        **values,
        "overview": overview,
        "opened": opened,
        "team": opened.team,
        "view": view,
        "tabs": TABS,
        "title": period_title(view.span, locale),
        "shown": shown,
        "differences": differences_now(overview),
        "late": () if overview.own_only else late_of(context.stores, overview.record),
        "closing_zone": ZoneInfo(context.site_settings.fallback_zone),
        "today": today,
        "locale": locale,
        "zone_name": profile.zone.key,
        "read_at": clock_time(overview.packed.checked_at, profile.zone, locale),
        "problems": [missing.what for missing in overview.packed.missing],
        "may_close": opened.may(TeamAction.CLOSE),
        "may_edit": opened.may(TeamAction.EDIT),
        "may_see_worklogs": worklogs,
    }
