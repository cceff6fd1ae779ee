"""The members of a team: add people, and change one or many."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import NotFound
from timesheet.domain.permission import Module, TeamAction
from timesheet.domain.person import by_name
from timesheet.domain.team.team import Member
from timesheet.services.team.command import (
    AddMembers,
    ChangeMember,
    ChangeMembers,
    MemberChange,
    MembershipValues,
    RemoveMember,
)
from timesheet.services.team.member import (
    add_members,
    change_member,
    change_members,
    membership_entry,
    remove_member,
)
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import short_date
from timesheet.web.http.fields import read_valid_ids
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, _n, list_values, localize, reader_locale
from timesheet.web.team.settings import members_shown, render_done, render_section

blueprint = Blueprint("member", __name__)


@blueprint.get("/teams/<team_id>/members/new")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def new_members(team_id: str) -> str:
    """Show the dialog to add people."""
    context, opened = _opened(team_id)
    return _add_dialog(context, opened, _form_of(MembershipValues(frozenset({opened.member_role.id}))))


@blueprint.post("/teams/<team_id>/members")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def make_members(team_id: str) -> Response:
    """Add the chosen people."""
    context, opened = _opened(team_id)
    return answer_change(
        _typed_entry(),
        lambda: add_members(context, sent(AddMembers, team_id=team_id)),
        lambda count: _section_after(
            context,
            team_id,
            _n("{count} person was added to the team.", "{count} people were added to the team.", count),
        ),
        lambda form: _add_dialog(context, opened, form),
    )


@blueprint.get("/teams/<team_id>/members/<account_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def edit_member(team_id: str, account_id: str) -> str | Response:
    """Show the dialog of one member, or the members without somebody who was removed meanwhile."""
    context, opened = _opened(team_id)
    try:
        member = context.stores.teams.member(team_id, account_id)
    except NotFound as gone:
        return make_response(_section_after(context, team_id, localize(gone.sentence), failed=True), 404)
    return _edit_dialog(context, opened, member, _member_form(member))


@blueprint.post("/teams/<team_id>/members/<account_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def save_member(team_id: str, account_id: str) -> Response:
    """Save one member; the dialog stays open with an error or a conflict."""
    context, opened = _opened(team_id)
    return answer_change(
        _typed_entry(),
        lambda: change_member(context, sent(ChangeMember, team_id=team_id, account_id=account_id)),
        lambda _saved: _section_after(
            context, team_id, _("{name} is saved.", name=_name(context, account_id))
        ),
        lambda form: _edit_dialog(context, opened, context.stores.teams.member(team_id, account_id), form),
        ConflictView(Member, _member_form, _Words(context, opened).format_value),
    )


@blueprint.post("/teams/<team_id>/members/<account_id>/remove")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def take_out(team_id: str, account_id: str) -> Response:
    """Remove somebody from the team and its history, unless somebody else has done it meanwhile."""
    context, _opened_team = _opened(team_id)
    try:
        remove_member(context, sent(RemoveMember, team_id=team_id, account_id=account_id))
    except NotFound as gone:
        return make_response(_section_after(context, team_id, localize(gone.sentence), failed=True))
    return make_response(
        _section_after(
            context, team_id, _("{name} is no longer in the team.", name=_name(context, account_id))
        )
    )


@blueprint.post("/teams/<team_id>/members/change")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def change_selected(team_id: str) -> Response:
    """Apply the same change to all selected members."""
    context, opened = _opened(team_id)
    return answer_change(
        _typed_selection(),
        lambda: change_members(context, sent(ChangeMembers, team_id=team_id)),
        lambda count: _section_after(context, team_id, _changed(count)),
        lambda form: render_section(context, opened, "members", bulk=_refused_selection(form)),
    )


@blueprint.post("/teams/<team_id>/members/shown")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_list(team_id: str) -> str:
    """Show another page of the members, or those with a name; who is selected stays."""
    context, opened = _opened(team_id)
    return render_template("team/member/_list.html", team=opened.team, **members_shown(context, opened))


def _changed(count: int) -> str:
    if not count:
        return _("No changes were needed. The selected members are already set this way.")
    return _n("{count} member is changed.", "{count} members are changed.", count)


def _opened(team_id: str) -> tuple[TeamContext, OpenTeam]:
    context = current().team_context
    return context, open_team(context, team_id, TeamAction.EDIT)


def _section_after(context: TeamContext, team_id: str, sentence: str, *, failed: bool = False) -> str:
    """Return the updated list of members, a closed dialog, and a flag."""
    return render_done(context, team_id, "members", sentence, failed=failed)


def _name(context: TeamContext, account_id: str) -> str:
    return context.people([account_id])[account_id].name


def _typed_selection() -> Form:
    form = request.form
    values = {name: form.get(name, "") for name in ("what", *MemberChange, "scheme_from")}
    return Form({**values, "selected": read_valid_ids(form, "selected")})


def _refused_selection(form: Form) -> dict[str, Any]:
    """Return what was typed for the selected members, and ``wrong``, the field that is refused."""
    wrong = "" if "selected" in form.errors else form.values["what"]
    return {**form.values, "wrong": wrong, "error": form.problem}


def _typed_entry() -> Form:
    """Return the fields as they were sent; ids that cannot be any are left out and refused when they are saved."""
    form = request.form
    rows = zip(form.getlist("scheme"), form.getlist("scheme_from"), strict=False)
    values = {
        "people": read_valid_ids(form, "person"),
        "roles": frozenset(form.getlist("role")),
        "joined": form.get("joined", ""),
        "left": form.get("left", ""),
        "calendar": form.get("calendar", ""),
        "scheme": tuple((scheme_id, start) for scheme_id, start in rows if scheme_id),
    }
    return Form(values, form.get("version", "0"))


def _member_form(member: Member) -> Form:
    return _form_of(membership_entry(member), str(member.version))


def _form_of(entry: MembershipValues, version: str = "0") -> Form:
    dated = ((one.scheme_id, one.valid_from.isoformat() if one.valid_from else "") for one in entry.schemes)
    values = {
        "roles": entry.role_ids,
        "joined": entry.joined.isoformat() if entry.joined else "",
        "left": entry.left.isoformat() if entry.left else "",
        "calendar": entry.calendar_id or "",
        "scheme": tuple(dated),
    }
    return Form(values, version)


class _Words:
    """The values of a membership as people read them: names instead of ids."""

    def __init__(self, context: TeamContext, opened: OpenTeam) -> None:
        self._context, self._opened = context, opened

    def format_value(self, name: str, value: Any) -> str:
        """Return one value; empty for nothing."""
        if name == "roles":
            return list_values(localize(role.title) for role in self._opened.roles if role.id in value)
        if name == "calendar":
            calendars = self._context.stores.calendars.all()
            return next((calendar.name for calendar in calendars if calendar.id == value), "")
        if name == "scheme":
            names = {
                one.id: localize(one.name) for one in self._context.stores.schemes.all(self._opened.team.id)
            }
            return list_values(self._dated(names.get(scheme_id, scheme_id), day) for scheme_id, day in value)
        return self._day(value)

    def _dated(self, scheme: str, text: str) -> str:
        return _("{scheme} from {day}", scheme=scheme, day=self._day(text)) if text else scheme

    def _day(self, text: str) -> str:
        return short_date(date.fromisoformat(text), reader_locale(current().profile().locale)) if text else ""


def _choices(context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    return {
        "team": opened.team,
        "roles": opened.roles,
        "calendars": context.stores.calendars.all(),
        "schemes": context.stores.schemes.all(opened.team.id),
    }


def _add_dialog(context: TeamContext, opened: OpenTeam, form: Form) -> str:
    people = sorted(context.people(form.values.get("people", ())).values(), key=by_name)
    return render_template("team/member/_add.html", form=form, chosen=people, **_choices(context, opened))


def _edit_dialog(context: TeamContext, opened: OpenTeam, member: Member, form: Form) -> str:
    return render_template(
        "team/member/_edit.html",
        member=member,
        form=form,
        person=context.people([member.account_id])[member.account_id],
        leads=member.account_id == opened.team.lead,
        **_choices(context, opened),
    )
