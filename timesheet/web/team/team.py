"""The list of teams, and creating, archiving, and deleting them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import InvalidInput
from timesheet.domain.permission import Allowed, Module, TeamAction, require
from timesheet.services.team.team import (
    AskToKeep,
    TeamChoice,
    create_team,
    delete_team,
    list_teams,
    set_archived,
)
from timesheet.services.viewer.team_context import open_team
from timesheet.web.http.auth import takes
from timesheet.web.http.context import current
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.team.form import TeamForm, read_team_form, read_version

blueprint = Blueprint("team", __name__)

SHOWN = ("mine", "led", "all")
LONGEST_TEXT = 100


@blueprint.get("/teams")
@takes("page", "session", "context", permission="viewer", module=Module.TEAMS)
def show_teams() -> str:
    """Show the list; for Jira's link to one team, a page that fetches that team."""
    context, args = current(), request.args
    team_context = context.team_context
    if args.get("team") and not wants_fragment():
        return render_template("team/page.html", content="team/_opening.html", team_id=args["team"][:64])
    choice = TeamChoice(
        show=args.get("show", "") if args.get("show") in SHOWN else "mine",
        text=args.get("text", "")[:LONGEST_TEXT].strip(),
        archived=args.get("archived") == "1",
    )
    return render_template(
        "team/_list.html" if wants_fragment() else "team/page.html",
        content="team/_list.html",
        choice=choice,
        lines=list_teams(team_context, choice),
        may_create=isinstance(team_context.may_create, Allowed),
        administers=team_context.administers,
        viewer=context.identity.account_id,
    )


@blueprint.get("/teams/new")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def new_team() -> str:
    """Show the dialog for a new team, with the viewer as its lead."""
    team_context = current().team_context
    require(team_context.may_create)
    name = current().profile().display_name
    return render_template("team/_create.html", form=TeamForm(lead=team_context.viewer, lead_name=name))


@blueprint.post("/teams")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def make_team() -> Response:
    """Create a team; if somebody else leads it, ask whether its creator may manage it."""
    form = read_team_form(request.form)
    try:
        team = create_team(current().team_context, form.draft)
    except InvalidInput as error:
        status = 200 if isinstance(error, AskToKeep) else 422
        shown = replace(form, errors={error.field: error.sentence})
        return make_response(render_template("team/_create.html", form=shown), status)
    html = render_template("team/_created_oob.html", team=team, team_id=team.id, section="members")
    return make_response(html)


@blueprint.post("/teams/<team_id>/archive")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def archive_team(team_id: str) -> Response:
    """Archive a team, or restore it; the response offers an undo."""
    archived = request.form.get("archived") == "1"
    team = set_archived(
        current().team_context, team_id, read_version(request.form.get("version", "")), archived=archived
    )
    return make_response(render_template("team/_archived_oob.html", team=team))


@blueprint.get("/teams/<team_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def ask_delete(team_id: str) -> str:
    """Show the dialog that says what is deleted and what stays, and asks for the name."""
    opened = open_team(current().team_context, team_id, TeamAction.DELETE)
    return _delete_dialog(opened.team.id, opened.team.name, {})


@blueprint.post("/teams/<team_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def remove_team(team_id: str) -> Response:
    """Delete a team whose name was typed."""
    team_context = current().team_context
    try:
        team = delete_team(team_context, team_id, request.form.get("typed", ""))
    except InvalidInput as error:
        name = team_context.stores.teams.get(team_id).name
        return make_response(_delete_dialog(team_id, name, {error.field: error.sentence}), 422)
    return make_response(render_template("team/_deleted_oob.html", team=team))


def _delete_dialog(team_id: str, name: str, errors: dict[str, str]) -> str:
    typed = request.form.get("typed", "")
    return render_template("team/_delete.html", team_id=team_id, name=name, typed=typed, errors=errors)
