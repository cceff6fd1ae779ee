"""The workload schemes of a team, in its settings."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.duration import format_hm
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.permission import Module, TeamAction
from timesheet.domain.workload_scheme import WorkloadScheme, read_weekdays
from timesheet.services.team.scheme import choose_default, delete_team_scheme, own_scheme, save_team_scheme
from timesheet.services.viewer.team_context import TeamContext, new_id, open_team
from timesheet.web.http.auth import takes
from timesheet.web.http.context import current
from timesheet.web.http.ids import read_id, read_id_or_none
from timesheet.web.http.viewer import tracking_of
from timesheet.web.team.form import read_version
from timesheet.web.team.settings import render_done

blueprint = Blueprint("team_scheme", __name__)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NEW = ("8:00", "8:00", "8:00", "8:00", "8:00", "", "")
STALE = "Somebody else changed this scheme meanwhile. Save again to put yours over theirs."


@blueprint.get("/teams/<team_id>/schemes/<scheme_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def edit_scheme(team_id: str, scheme_id: str) -> str:
    """Show the dialog of one scheme; ``new`` for another one."""
    context = current().team_context
    open_team(context, team_id, TeamAction.EDIT)
    if scheme_id == "new":
        return _dialog(team_id, new_id(), "", list(NEW), "0", {})
    scheme = own_scheme(context, team_id, scheme_id)
    texts = [format_hm(seconds) if seconds else "" for seconds in scheme.weekdays]
    return _dialog(team_id, scheme.id, scheme.name, texts, str(scheme.version), {})


@blueprint.post("/teams/<team_id>/schemes")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def save_scheme(team_id: str) -> Response:
    """Save a scheme; the dialog stays open with an error."""
    context, form = current().team_context, request.form
    scheme_id, name, version = read_id(form.get("scheme")), form.get("name", ""), form.get("version", "")
    texts = [form.get(f"weekday-{number}", "") for number in range(7)]
    try:
        weekdays = read_weekdays(texts, tracking_of(current()))
        save_team_scheme(
            context, team_id, WorkloadScheme(scheme_id, name, weekdays, team_id, read_version(version))
        )
    except InvalidInput as error:
        errors = {error.field: error.sentence}
        return make_response(_dialog(team_id, scheme_id, name, texts, version, errors), 422)
    except Conflict as conflict:
        stored = conflict.current
        newer = str(stored.version) if isinstance(stored, WorkloadScheme) else "0"
        return make_response(_dialog(team_id, scheme_id, name, texts, newer, {"form": STALE}), 409)
    return make_response(render_done(context, team_id, "schemes", f"“{name.strip()}” is saved."))


@blueprint.post("/teams/<team_id>/schemes/<scheme_id>/default")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def make_default(team_id: str, scheme_id: str) -> Response:
    """Make a scheme the team's default."""
    context = current().team_context
    choose_default(context, team_id, scheme_id, read_version(request.form.get("version", "")))
    return make_response(render_done(context, team_id, "schemes", "The team has another default scheme."))


@blueprint.get("/teams/<team_id>/schemes/<scheme_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def ask_delete(team_id: str, scheme_id: str) -> str:
    """Show who has the scheme, and ask for a replacement."""
    context = current().team_context
    open_team(context, team_id, TeamAction.EDIT)
    return _delete_dialog(context, team_id, own_scheme(context, team_id, scheme_id), {})


@blueprint.post("/teams/<team_id>/schemes/<scheme_id>/delete")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def remove_scheme(team_id: str, scheme_id: str) -> Response:
    """Delete a scheme."""
    context = current().team_context
    try:
        scheme = delete_team_scheme(
            context, team_id, scheme_id, read_id_or_none(request.form.get("replacement"), "replacement")
        )
    except InvalidInput as error:
        scheme = own_scheme(context, team_id, scheme_id)
        html = _delete_dialog(context, team_id, scheme, {"replacement": error.sentence})
        return make_response(html, 422)
    return make_response(render_done(context, team_id, "schemes", f"“{scheme.name}” is deleted."))


def _dialog(
    team_id: str, scheme_id: str, name: str, texts: list[str], version: str, errors: dict[str, str]
) -> str:
    days = list(zip(WEEKDAYS, texts, strict=True))
    return render_template(
        "team/_scheme.html",
        team_id=team_id, scheme_id=scheme_id, name=name, days=days, version=version, errors=errors,
    )  # fmt: skip


def _delete_dialog(context: TeamContext, team_id: str, scheme: WorkloadScheme, errors: dict[str, str]) -> str:
    teams, members = context.stores.schemes.used_by(scheme.id)
    others = [other for other in context.stores.schemes.all(team_id) if other.id != scheme.id]
    return render_template(
        "team/_delete_scheme.html",
        team_id=team_id, scheme=scheme, is_default=bool(teams), members=members, others=others, errors=errors,
    )  # fmt: skip
