"""The workload schemes of a team, in its settings."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.calendar.workload_scheme import PRESETS, WEEKDAY_FIELDS, WEEKDAY_NAMES, WorkloadScheme
from timesheet.domain.duration import format_hm
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.permission import Module, TeamAction
from timesheet.services.team.command import ChooseDefault, DeleteTeamScheme, SaveTeamScheme
from timesheet.services.team.scheme import choose_default, delete_team_scheme, own_scheme, save_team_scheme
from timesheet.services.viewer.team_context import TeamContext, new_id, open_team
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import status_of
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, localize
from timesheet.web.team.settings import render_done

blueprint = Blueprint("team_scheme", __name__)


@blueprint.get("/teams/<team_id>/schemes/<scheme_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def edit_scheme(team_id: str, scheme_id: str) -> str:
    """Show the dialog of one scheme; ``new`` for another one."""
    context = current().team_context
    open_team(context, team_id, TeamAction.EDIT)
    if scheme_id == "new":
        return _dialog(team_id, _form_of(WorkloadScheme(new_id(), "", PRESETS[0][1])))
    return _dialog(team_id, _form_of(own_scheme(context, team_id, scheme_id)))


@blueprint.post("/teams/<team_id>/schemes")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def save_scheme(team_id: str) -> Response:
    """Save a scheme; the dialog stays open with an error or a conflict."""
    context = current().team_context
    return answer_change(
        _typed_scheme(),
        lambda: save_team_scheme(
            context, current().viewer_context.tracking, sent(SaveTeamScheme, team_id=team_id)
        ),
        lambda scheme: render_done(context, team_id, "schemes", _("“{name}” is saved.", name=scheme.name)),
        lambda form: _dialog(team_id, form),
        ConflictView(WorkloadScheme, _form_of, again=True),
    )


@blueprint.post("/teams/<team_id>/schemes/<scheme_id>/default")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def make_default(team_id: str, scheme_id: str) -> Response:
    """Make a scheme the team's default; if somebody else has changed the team or deleted the scheme, show that."""
    context = current().team_context
    open_team(context, team_id, TeamAction.EDIT)
    try:
        choose_default(context, sent(ChooseDefault, team_id=team_id, scheme_id=scheme_id))
    except (NotFound, Conflict) as other:
        listed = render_done(context, team_id, "schemes", localize(other.sentence), failed=True)
        return make_response(listed, status_of(other))
    return make_response(render_done(context, team_id, "schemes", _("The team has another default scheme.")))


@blueprint.get("/teams/<team_id>/schemes/<scheme_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def ask_delete(team_id: str, scheme_id: str) -> str:
    """Show who has the scheme, and ask for a replacement."""
    context = current().team_context
    open_team(context, team_id, TeamAction.EDIT)
    return _delete_dialog(context, own_scheme(context, team_id, scheme_id), Form())


@blueprint.post("/teams/<team_id>/schemes/<scheme_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def remove_scheme(team_id: str, scheme_id: str) -> Response:
    """Delete a scheme, unless somebody else has done it meanwhile."""
    context = current().team_context
    open_team(context, team_id, TeamAction.EDIT)
    try:
        return answer_change(
            Form(),
            lambda: delete_team_scheme(context, sent(DeleteTeamScheme, team_id=team_id, scheme_id=scheme_id)),
            lambda scheme: render_done(
                context, team_id, "schemes", _("“{name}” is deleted.", name=scheme.name)
            ),
            lambda form: _delete_dialog(context, own_scheme(context, team_id, scheme_id), form),
        )
    except NotFound as gone:
        listed = render_done(context, team_id, "schemes", localize(gone.sentence), failed=True)
        return make_response(listed, 404)


def _typed_scheme() -> Form:
    form = request.form
    return Form(
        {name: form.get(name, "") for name in ("scheme", "name", *WEEKDAY_FIELDS)}, form.get("version", "0")
    )


def _form_of(scheme: WorkloadScheme) -> Form:
    hours = [format_hm(seconds) if seconds else "" for seconds in scheme.weekdays]
    values = {"scheme": scheme.id, "name": scheme.name} | dict(zip(WEEKDAY_FIELDS, hours, strict=True))
    return Form(values, str(scheme.version))


def _dialog(team_id: str, form: Form) -> str:
    return render_template("team/scheme/_edit.html", team_id=team_id, form=form, weekdays=WEEKDAY_NAMES)


def _delete_dialog(context: TeamContext, scheme: WorkloadScheme, form: Form) -> str:
    teams, members = context.stores.schemes.used_by(scheme.id)
    others = [other for other in context.stores.schemes.all(scheme.team_id) if other.id != scheme.id]
    return render_template(
        "team/scheme/_delete.html",
        team_id=scheme.team_id,
        scheme=scheme,
        is_default=bool(teams),
        members=members,
        others=others,
        form=form,
    )
