"""The settings of a team, one section at a time, each saved with one button."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.duration import format_hm
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.permission import TEAM_PERMISSION_NAMES, Module, TeamAction
from timesheet.domain.team import Role, Scope, Team, TeamPermission
from timesheet.services.team.group_sync import OFF
from timesheet.services.team.member import list_members
from timesheet.services.team.role import delete_role, save_role
from timesheet.services.team.scope import count_scope, name_projects, save_scope
from timesheet.services.team.team import AskToKeep, change_team
from timesheet.services.viewer.person import name_groups
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, new_id, open_team
from timesheet.web.http.auth import takes
from timesheet.web.http.context import current, dependencies
from timesheet.web.http.dates import date_and_time, locale_of, short_date
from timesheet.web.http.fields import is_number
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.ids import read_id_or_none
from timesheet.web.team.form import TeamForm, form_of, read_team_form, read_version

blueprint = Blueprint("team_settings", __name__)

SECTIONS = (
    ("general", "General"),
    ("members", "Members"),
    ("groups", "Groups"),
    ("roles", "Roles"),
    ("scope", "Scope"),
    ("schemes", "Workload schemes"),
)
SAVED = "Saved."
STALE_SCOPE = (
    "Somebody else changed this team meanwhile. Yours is kept here; save again to put it over theirs."
)
FIELDS = (("name", "name"), ("lead_name", "lead"), ("description", "description"))


@blueprint.get("/teams/<team_id>/settings")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_settings(team_id: str) -> str:
    """Show one section, with the list of all next to it."""
    section = request.args.get("section", "members")
    if section not in dict(SECTIONS):
        raise NotFound("There is no such section.")
    team_context = current().team_context
    return render_section(team_context, open_team(team_context, team_id, TeamAction.EDIT), section)


@blueprint.post("/teams/<team_id>/general")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def save_general(team_id: str) -> Response:
    """Save name, description, and lead; a new lead raises the question of the old lead's role."""
    team_context, form = current().team_context, read_team_form(request.form)
    try:
        change_team(team_context, team_id, form.draft, read_version(form.version))
    except AskToKeep as question:
        return _again(team_context, team_id, replace(form, errors={question.field: question.sentence}), 200)
    except InvalidInput as error:
        return _again(team_context, team_id, replace(form, errors={error.field: error.sentence}), 422)
    except Conflict as conflict:
        return _again(team_context, team_id, _beside(team_context, form, conflict), 409)
    return make_response(_section(team_context, team_id, "general", saved=SAVED))


@blueprint.get("/teams/<team_id>/scope/count")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_count(team_id: str) -> Response:
    """Show how many issues the scope would contain, or Jira's own error message."""
    team_context = current().team_context
    open_team(team_context, team_id, TeamAction.EDIT)
    try:
        counted = count_scope(team_context.directory, _read_scope())
    except InvalidInput as error:
        return make_response(render_template("team/_count.html", count=None, error=error.sentence), 200)
    return make_response(render_template("team/_count.html", count=counted.count, error=""))


@blueprint.post("/teams/<team_id>/scope")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def change_scope(team_id: str) -> Response:
    """Save which issues count, after Jira has accepted the filter."""
    team_context, scope = current().team_context, _read_scope()
    try:
        save_scope(team_context, team_id, scope, read_version(request.form.get("version", "")))
    except InvalidInput as error:
        return _scope_again(team_context, team_id, scope, {error.field: error.sentence}, 422)
    except Conflict:
        return _scope_again(team_context, team_id, scope, {"form": STALE_SCOPE}, 409)
    return make_response(_section(team_context, team_id, "scope", saved=SAVED))


@blueprint.get("/teams/<team_id>/roles/<role_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def edit_role(team_id: str, role_id: str) -> str:
    """Show the dialog of one role; ``new`` for another one."""
    opened = open_team(current().team_context, team_id, TeamAction.EDIT)
    role = next((role for role in opened.roles if role.id == role_id), None)
    if role is None and role_id != "new":
        raise NotFound("There is no such role any more.")
    return _role_dialog(role or Role("", team_id, "", frozenset({TeamPermission.WORK_ON_ISSUES})), {})


@blueprint.post("/teams/<team_id>/roles")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def change_role(team_id: str) -> Response:
    """Save a role; the dialog stays open with an error."""
    team_context, role = current().team_context, _read_role(team_id)
    try:
        kept = {other.id: other.system for other in team_context.stores.teams.roles(team_id)}
        save_role(team_context, replace(role, id=role.id or new_id(), system=kept.get(role.id)))
    except InvalidInput as error:
        return make_response(_role_dialog(role, {error.field: error.sentence}), 422)
    except Conflict as conflict:
        stored = conflict.current
        version = stored.version if isinstance(stored, Role) else role.version
        errors = {"form": "Somebody else changed this role meanwhile. Save again to put yours over theirs."}
        return make_response(_role_dialog(replace(role, version=version), errors), 409)
    return make_response(
        render_done(team_context, team_id, "roles", f"The role “{role.name.strip()}” is saved.")
    )


@blueprint.post("/teams/<team_id>/roles/<role_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def remove_role(team_id: str, role_id: str) -> Response:
    """Delete a role that nobody has."""
    team_context = current().team_context
    role = delete_role(team_context, team_id, role_id)
    return make_response(render_done(team_context, team_id, "roles", f"The role “{role.name}” is deleted."))


def render_section(team_context: TeamContext, opened: OpenTeam, section: str, **values: Any) -> str:
    """Show a section of a team's settings as it is stored, or with ``values`` instead."""
    team = opened.team
    lead = team_context.people([team.lead])[team.lead]
    shown = {
        "team": team, "opened": opened, "section": section, "sections": SECTIONS, "lead": lead,
        "may_archive": opened.may(TeamAction.ARCHIVE), "saved": "", "errors": {}, "today": team_context.today,
        **_CONTENT[section](team_context, opened),
    }  # fmt: skip
    name = "team/_settings.html" if wants_fragment() else "team/page.html"
    return render_template(name, **{**shown, "content": "team/_settings.html", **values})


def render_done(team_context: TeamContext, team_id: str, section: str, said: str) -> str:
    """Show the updated section, a closed dialog, and a flag."""
    return _section(team_context, team_id, section) + render_template("team/_done_oob.html", said=said)


def _section(team_context: TeamContext, team_id: str, section: str, **values: Any) -> str:
    return render_section(team_context, open_team(team_context, team_id, TeamAction.EDIT), section, **values)


def _again(team_context: TeamContext, team_id: str, form: TeamForm, status: int) -> Response:
    return make_response(_section(team_context, team_id, "general", form=form), status)


def _scope_again(
    team_context: TeamContext, team_id: str, scope: Scope, errors: dict[str, str], status: int
) -> Response:
    """Show the section with the chosen and typed values, not the stored ones."""
    projects = name_projects(team_context, scope.project_ids)
    return make_response(
        _section(team_context, team_id, "scope", scope=scope, projects=projects, errors=errors), status
    )


def _beside(team_context: TeamContext, form: TeamForm, conflict: Conflict) -> TeamForm:
    """Return the typed values with what somebody else saved."""
    team = conflict.current
    if not isinstance(team, Team):
        raise conflict
    stored = form_of(team, team_context.people([team.lead])[team.lead].name)
    theirs = {
        name: getattr(stored, name) for name, _ in FIELDS if getattr(stored, name) != getattr(form, name)
    }
    return replace(form, version=stored.version, theirs=theirs)


def _read_scope() -> Scope:
    values = request.values
    projects = tuple(int(text) for text in values.getlist("project") if is_number(text))
    return Scope(projects, values.get("jql", ""))


def _read_role(team_id: str) -> Role:
    form = request.form
    held = frozenset(permission for permission in TeamPermission if permission in form.getlist("permission"))
    version = read_version(form.get("version", "0"))
    return Role(read_id_or_none(form.get("role")) or "", team_id, form.get("name", ""), held, None, version)


def _role_dialog(role: Role, errors: dict[str, str]) -> str:
    return render_template("team/_role.html", role=role, errors=errors, permissions=TEAM_PERMISSION_NAMES)


def _general(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    team = opened.team
    return {"form": form_of(team, team_context.people([team.lead])[team.lead].name), "fields": FIELDS}


def _scope(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    scope = opened.team.scope
    return {"scope": scope, "projects": name_projects(team_context, scope.project_ids)}


def _roles(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    members = team_context.stores.teams.members(opened.team.id)
    counts = {role.id: sum(role.id in member.role_ids for member in members) for role in opened.roles}
    return {"permissions": TEAM_PERMISSION_NAMES, "counts": counts}


def _members(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    lines, locale = list_members(team_context, opened), locale_of(current().profile().locale)
    days = {day for line in lines for day in (line.member.joined, line.member.left) if day}
    return {
        "lines": lines,
        "dates": {day: short_date(day, locale) for day in days},
        "calendars": {calendar.id: calendar.name for calendar in team_context.stores.calendars.all()},
        "schemes": {scheme.id: scheme.name for scheme in team_context.stores.schemes.all(opened.team.id)},
        "bulk": {},
    }


def _groups(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    groups, context = team_context.stores.teams.groups(opened.team.id), current()
    if not dependencies().jira.group_sync:
        return {"off": OFF, "groups": groups}
    locale, zone = locale_of(context.profile().locale), context.profile().zone
    return {
        "off": "",
        "groups": groups,
        "named": name_groups(
            context.groups, team_context.cache, team_context.site, [group.group_id for group in groups]
        ),
        "runs": {g.group_id: date_and_time(g.synced_at, zone, locale) for g in groups if g.synced_at},
        "plan": None,
    }


def _schemes(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    schemes = team_context.stores.schemes.all(opened.team.id)
    hours = {
        scheme.id: [format_hm(seconds) if seconds else "–" for seconds in scheme.weekdays]
        for scheme in schemes
    }
    weeks = {scheme.id: format_hm(sum(scheme.weekdays)) for scheme in schemes}
    return {"schemes": schemes, "hours": hours, "weeks": weeks}


_CONTENT = {
    "general": _general,
    "members": _members,
    "groups": _groups,
    "roles": _roles,
    "scope": _scope,
    "schemes": _schemes,
}
