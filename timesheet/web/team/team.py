"""The list of teams, and creating, archiving, and deleting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import Conflict
from timesheet.domain.permission import Allowed, Module, TeamAction, require
from timesheet.domain.team.team import Team
from timesheet.services.period.closing import period_at
from timesheet.services.period.current import PART, current_periods
from timesheet.services.team.command import ArchiveTeam, CreateTeam, DeleteTeam
from timesheet.services.team.overview import read_overview
from timesheet.services.team.team import (
    TeamChoice,
    create_team,
    delete_team,
    list_teams,
    set_archived,
)
from timesheet.services.viewer.team_context import open_team, opened_or_none
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import clock_time
from timesheet.web.http.fields import read_position
from timesheet.web.http.form import Form, answer_change, sent
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.language import _, localize, paint_first, printed_sum, reader_locale
from timesheet.web.http.viewer import figures_of
from timesheet.web.team.chart import spark
from timesheet.web.team.choice import read_text
from timesheet.web.team.form import new_team_form, typed_team
from timesheet.web.team.settings import render_left

blueprint = Blueprint("team", __name__)

SHOWN = ("mine", "led", "all")
MOST_AT_ONCE = 3
"""The longest list whose time is read without being asked for."""


@blueprint.get("/teams")
@takes("page", "session", "context", permission="viewer", module=Module.TEAMS)
def show_teams() -> str:
    """Show the list; for Jira's link to one team, a page that fetches that team."""
    context, args = current(), request.args
    team_context = context.team_context
    if args.get("team") and not wants_fragment():
        paint_first()
        return render_template("team/page.html", content="team/_opening.html", team_id=args["team"][:64])
    choice = _choice()
    lines = list_teams(team_context, choice)
    return render_template(
        "team/_list.html" if wants_fragment() else "team/page.html",
        content="team/_list.html",
        choice=choice,
        lines=lines,
        put_away=() if lines or choice.archived else list_teams(team_context, replace(choice, archived=True)),
        may_create=isinstance(team_context.may_create, Allowed),
        administers=team_context.administers,
        viewer=context.identity.account_id,
        part=PART,
    )


@blueprint.get("/teams/periods")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_periods() -> str:
    """Show the current periods of one part of the list, which loads before them; nothing is read from Jira for them.

    ``start`` is the place of the first team of the part. Time that is not known yet is read afterward: at once in a
    short list, on request in a longer one.
    """
    first = read_position(request.args.get("start"), 0)
    lines = list_teams(current().team_context, _choice())
    return _periods(
        [line.team.id for line in lines[first : first + PART]], at_once=len(lines) <= MOST_AT_ONCE
    )


@blueprint.get("/teams/<team_id>/current-period")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def read_period(team_id: str) -> str:
    """Read the time of a team's current period, and show it in the list."""
    context = current()
    team_context = context.team_context
    span = period_at(team_context, team_context.today)
    read_overview(team_context, context.viewer_context, context.jira, team_id, span)
    return _periods([team_id])


def _periods(team_ids: Sequence[str], *, at_once: bool = False) -> str:
    """Return the current periods of teams for their rows in the list."""
    context = current()
    found = current_periods(context.team_context, context.viewer_context, team_ids)
    profile = context.profile()
    figures, locale = figures_of(context), reader_locale(profile.locale)
    return render_template(
        "team/_periods_oob.html",
        periods=[
            (
                one,
                printed_sum(figures, [one.spent if one.days is not None else 0]),
                printed_sum(figures, [one.capacity]),
                clock_time(one.read_at, profile.zone, locale) if one.read_at else "",
                spark(one.days or ()),
            )
            for one in found
        ],
        at_once=at_once,
    )


@blueprint.get("/teams/new")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def new_team() -> str:
    """Show the dialog for a new team, with the viewer as its lead."""
    team_context = current().team_context
    require(team_context.may_create)
    name = current().profile().display_name
    return render_template("team/_create.html", form=new_team_form(team_context.viewer, name))


@blueprint.post("/teams")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def make_team() -> Response:
    """Create a team; if somebody else leads it, ask whether its creator may manage it."""
    return answer_change(
        typed_team(),
        lambda: create_team(current().team_context, sent(CreateTeam)),
        _created,
        lambda form: render_template("team/_create.html", form=form),
    )


@blueprint.post("/teams/<team_id>/archive")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def archive_team(team_id: str) -> Response:
    """Archive a team, or restore it; the response offers an undo. After a conflict, show what is there now."""
    command = sent(ArchiveTeam, team_id=team_id)
    try:
        team = set_archived(current().team_context, command)
    except Conflict as other:
        return make_response(
            render_template(
                "team/_overtaken_oob.html",
                team_id=team_id if command.archived else "",
                section="general",
                said=localize(other.sentence),
            ),
            409,
        )
    return make_response(render_template("team/_archived_oob.html", team=team))


@blueprint.get("/teams/<team_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def ask_delete(team_id: str) -> str:
    """Show the dialog that says what is deleted and what stays, and asks for the name."""
    opened = open_team(current().team_context, team_id, TeamAction.DELETE)
    return _delete_dialog(opened.team, Form({"typed": ""}))


@blueprint.post("/teams/<team_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def remove_team(team_id: str) -> Response:
    """Delete a team whose name was typed."""
    context = current().team_context
    return answer_change(
        Form({"typed": request.form.get("typed", "")}),
        lambda: delete_team(context, sent(DeleteTeam, team_id=team_id)),
        lambda team: render_template(
            "team/_left_oob.html",
            team_id="",
            said=_("{team} is deleted. Its worklogs are in Jira as before.", team=team.name),
        ),
        lambda form: _delete_dialog(context.stores.teams.get(team_id), form),
    )


def _created(team: Team) -> str:
    """Show the members of a new team, or the list of teams to a creator who does not manage it."""
    context = current().team_context
    if opened_or_none(context, team.id, TeamAction.EDIT):
        return render_template("team/_created_oob.html", team=team, team_id=team.id, section="members")
    lead = context.people([team.lead])[team.lead]
    return render_left(
        context, team.id, _("{team} is created. {name} leads it.", team=team.name, name=lead.name)
    )


def _choice() -> TeamChoice:
    """Return the chosen part of the list."""
    args = request.args
    return TeamChoice(
        show=args.get("show", "") if args.get("show") in SHOWN else "mine",
        text=read_text(args),
        archived=args.get("archived") == "1",
    )


def _delete_dialog(team: Team, form: Form) -> str:
    return render_template("team/_delete.html", team=team, form=form)
