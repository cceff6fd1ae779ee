"""The dialog of a team's role: add, change, and delete it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.domain.permission import TEAM_PERMISSION_NAMES, Module, TeamAction
from timesheet.domain.team.team import Role, TeamPermission
from timesheet.services.team.command import DeleteRole, SaveRole
from timesheet.services.team.role import delete_role, save_role
from timesheet.services.viewer.team_context import OpenTeam, open_team
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, list_values, localize
from timesheet.web.team.settings import render_done

blueprint = Blueprint("team_role", __name__)


@blueprint.get("/teams/<team_id>/roles/<role_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def edit_role(team_id: str, role_id: str) -> str:
    """Show the dialog of one role; ``new`` for another one."""
    opened = open_team(current().team_context, team_id, TeamAction.EDIT)
    role = next((role for role in opened.roles if role.id == role_id), None)
    if role is None and role_id != "new":
        raise NotFound(message("This role no longer exists."))
    new = Role("", team_id, "", frozenset({TeamPermission.WORK_ON_ISSUES}))
    return _role_dialog(opened, _role_form(role or new))


@blueprint.post("/teams/<team_id>/roles")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def change_role(team_id: str) -> Response:
    """Save a role; the dialog stays open with an error."""
    context = current().team_context
    opened = open_team(context, team_id, TeamAction.EDIT)
    return answer_change(
        _typed_role(),
        lambda: save_role(context, sent(SaveRole, team_id=team_id)),
        lambda role: render_done(
            context, team_id, "roles", _("The role “{name}” is saved.", name=role.title)
        ),
        lambda form: _role_dialog(opened, form),
        ConflictView(Role, _role_form, _role_in_words, again=True),
    )


@blueprint.post("/teams/<team_id>/roles/<role_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def remove_role(team_id: str, role_id: str) -> Response:
    """Delete a role that nobody has, unless somebody else has done it meanwhile."""
    team_context = current().team_context
    open_team(team_context, team_id, TeamAction.EDIT)
    try:
        role = delete_role(team_context, sent(DeleteRole, team_id=team_id, role_id=role_id))
    except NotFound as gone:
        listed = render_done(team_context, team_id, "roles", localize(gone.sentence), failed=True)
        return make_response(listed, 404)
    return make_response(
        render_done(team_context, team_id, "roles", _("The role “{name}” is deleted.", name=role.title))
    )


def _typed_role() -> Form:
    form = request.form
    values = {
        "role": form.get("role", ""),
        "name": form.get("name", ""),
        "permissions": frozenset(form.getlist("permission")),
    }
    return Form(values, form.get("version", "0"))


def _role_form(role: Role) -> Form:
    values = {"role": role.id, "name": role.name, "permissions": frozenset(map(str, role.permissions))}
    return Form(values, str(role.version))


def _role_in_words(name: str, value: Any) -> str:
    if name != "permissions":
        return str(value)
    return list_values(
        localize(words) for permission, words in TEAM_PERMISSION_NAMES.items() if permission in value
    )


def _role_dialog(opened: OpenTeam, form: Form) -> str:
    system = next((role for role in opened.roles if role.id == form.values["role"] and role.system), None)
    return render_template(
        "team/role/_edit.html",
        team=opened.team,
        system=system is not None,
        title=localize(system.title) if system else form.values["name"],
        form=form,
        permissions=TEAM_PERMISSION_NAMES,
    )
