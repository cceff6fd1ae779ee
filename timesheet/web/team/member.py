"""The members of a team: add people, and change one or many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.permission import Module, TeamAction
from timesheet.domain.team import Member
from timesheet.domain.workload_scheme import DatedScheme
from timesheet.services.team.member import (
    Bulk,
    BulkChange,
    Entry,
    add_members,
    change_member,
    change_members,
    entry_of,
    remove_member,
)
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team
from timesheet.web.http.auth import takes
from timesheet.web.http.context import current
from timesheet.web.http.ids import OUT_OF_DATE, read_account_ids, read_id_or_none, read_id_set
from timesheet.web.team.form import read_date, read_version
from timesheet.web.team.settings import render_section

blueprint = Blueprint("member", __name__)

STALE = (
    "Somebody else changed this entry meanwhile. What you entered is kept; save again to put it over theirs."
)


@blueprint.get("/teams/<team_id>/members/new")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def new_members(team_id: str) -> str:
    """Show the dialog to add people."""
    context, opened = _opened(team_id)
    return _add_dialog(context, opened, Entry(frozenset({opened.member_role.id})), [], {})


@blueprint.post("/teams/<team_id>/members")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def make_members(team_id: str) -> Response:
    """Add the chosen people."""
    context, opened = _opened(team_id)
    people, entry = read_account_ids(request.form, "person"), Entry(frozenset())
    try:
        entry = _read_entry()
        count = add_members(context, team_id, people, entry)
    except InvalidInput as error:
        return make_response(_add_dialog(context, opened, entry, people, {error.field: error.sentence}), 422)
    return _done(
        context, team_id, f"{'1 person is' if count == 1 else f'{count} people are'} in the team now."
    )


@blueprint.get("/teams/<team_id>/members/<account_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def edit_member(team_id: str, account_id: str) -> str:
    """Show the dialog of one member."""
    context, opened = _opened(team_id)
    member = context.stores.teams.member(team_id, account_id)
    return _edit_dialog(context, opened, member, entry_of(member), {})


@blueprint.post("/teams/<team_id>/members/<account_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def save_member(team_id: str, account_id: str) -> Response:
    """Save one member; the dialog stays open with an error or a conflict."""
    context, opened = _opened(team_id)
    entry = Entry(read_id_set(request.form, "role"))
    try:
        entry = _read_entry()
        change_member(context, team_id, account_id, entry, read_version(request.form.get("version", "")))
    except InvalidInput as error:
        member = context.stores.teams.member(team_id, account_id)
        shown = replace(member, version=_sent_version(member))
        return make_response(_edit_dialog(context, opened, shown, entry, {error.field: error.sentence}), 422)
    except Conflict as conflict:
        stored = conflict.current
        if not isinstance(stored, Member):
            raise
        return make_response(_edit_dialog(context, opened, stored, entry, {"form": STALE}), 409)
    return _done(context, team_id, f"{context.people([account_id])[account_id].name} is saved.")


@blueprint.post("/teams/<team_id>/members/<account_id>/remove")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def take_out(team_id: str, account_id: str) -> Response:
    """Remove somebody from the team and its history."""
    context, _ = _opened(team_id)
    remove_member(context, team_id, account_id)
    return _done(
        context, team_id, f"{context.people([account_id])[account_id].name} is not in the team any more."
    )


@blueprint.post("/teams/<team_id>/members/change")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def change_selected(team_id: str) -> Response:
    """Apply the same change to all selected members."""
    context, opened = _opened(team_id)
    selected = read_account_ids(request.form, "selected")
    try:
        count = change_members(context, team_id, selected, _read_change())
    except InvalidInput as error:
        bulk = {"selected": selected, "what": request.form.get("what", ""), "error": error.sentence}
        return make_response(render_section(context, opened, "members", bulk=bulk), 422)
    return _done(context, team_id, f"{count} {'member is' if count == 1 else 'members are'} changed.")


def _opened(team_id: str) -> tuple[TeamContext, OpenTeam]:
    context = current().team_context
    return context, open_team(context, team_id, TeamAction.EDIT)


def _done(context: TeamContext, team_id: str, said: str) -> Response:
    """Return the updated list of members, a closed dialog, and a flag."""
    html = render_section(context, open_team(context, team_id, TeamAction.EDIT), "members")
    return make_response(html + render_template("team/_done_oob.html", said=said))


def _read_entry() -> Entry:
    form = request.form
    starts = form.getlist("scheme_from")
    ids = [read_id_or_none(text, "scheme") for text in form.getlist("scheme")]
    if len(starts) != len(ids):
        raise InvalidInput(OUT_OF_DATE, field="scheme")
    schemes = tuple(
        DatedScheme(read_date(start, "scheme"), scheme_id)
        for start, scheme_id in zip(starts, ids, strict=True)
        if scheme_id
    )
    return Entry(
        role_ids=read_id_set(form, "role"),
        joined=read_date(form.get("joined"), "joined"),
        left=read_date(form.get("left"), "left"),
        calendar_id=read_id_or_none(form.get("calendar"), "calendar"),
        schemes=schemes,
    )


def _read_change() -> BulkChange:
    form, what = request.form, request.form.get("what", "")
    if what not in tuple(Bulk):
        raise InvalidInput("Choose what to change.", field="value")
    value = form.get(what, "")
    day: date | None = None
    if what in (Bulk.JOINED, Bulk.LEFT):
        day = read_date(value, "value")
    elif what == Bulk.SCHEME:
        day = read_date(form.get("scheme_from"), "value")
    if what in (Bulk.ADD_ROLE, Bulk.DROP_ROLE, Bulk.SCHEME) and not value:
        raise InvalidInput("Choose what to change it to.", field="value")
    if what not in (Bulk.JOINED, Bulk.LEFT):
        value = read_id_or_none(value, "value") or ""
    return BulkChange(Bulk(what), value, day)


def _sent_version(member: Member) -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else member.version


def _choices(context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    return {
        "team": opened.team,
        "roles": opened.roles,
        "calendars": context.stores.calendars.all(),
        "schemes": context.stores.schemes.all(opened.team.id),
    }


def _add_dialog(
    context: TeamContext, opened: OpenTeam, entry: Entry, people: list[str], errors: dict[str, str]
) -> str:
    chosen = [context.people(people)[account_id] for account_id in people]
    return render_template(
        "team/member/_add.html", entry=entry, chosen=chosen, errors=errors, **_choices(context, opened)
    )


def _edit_dialog(
    context: TeamContext, opened: OpenTeam, member: Member, entry: Entry, errors: dict[str, str]
) -> str:
    return render_template(
        "team/member/_edit.html",
        member=member,
        entry=entry,
        errors=errors,
        person=context.people([member.account_id])[member.account_id],
        leads=member.account_id == opened.team.lead,
        **_choices(context, opened),
    )
