"""The overview of a team in a period: time spent and capacity, by person, project, and day."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from timesheet.domain.permission import Module
from timesheet.services.snapshot.worklog_right import forget_worklog_rights
from timesheet.services.team.overview import read_overview
from timesheet.services.viewer.profile import prepare_profile
from timesheet.web.http.access import takes
from timesheet.web.http.compression import send_compressed
from timesheet.web.http.context import current
from timesheet.web.http.htmx import asks_for_fragment, wants_fragment
from timesheet.web.http.printed import printed_part
from timesheet.web.team.choice import read_view
from timesheet.web.team.open_overview import open_overview

blueprint = Blueprint("team_overview", __name__)

TEMPLATE = "team/overview/_overview.html"


@blueprint.get("/teams/<team_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_overview(team_id: str) -> str | Response:
    """Show one tab of the overview, with everything around it."""
    if asks_for_fragment() and not wants_fragment():
        return render_template("team/page.html", content="team/_opening.html", team_id=team_id)
    context = current()
    team_context = context.team_context
    view = read_view(request.args, team_context)
    refresh = "refresh" in request.args
    if refresh:
        forget_worklog_rights(context.viewer_context)
    # Needed at the end, and dependent on nothing.
    prepare_profile(context)
    context.own_admin.prepare(context.jira.begin)
    overview = read_overview(
        team_context, context.viewer_context, context.jira, team_id, view.span, refresh=refresh
    )
    opened = open_overview(context, overview, view)
    name = f"team {team_id}"
    return send_compressed(
        printed_part(
            context, name, opened.content, lambda: render_template(TEMPLATE, **opened.for_template())
        )
    )
