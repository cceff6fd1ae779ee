"""The settings of a team, one section at a time, each saved with one button."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.alphabet import contains
from timesheet.domain.attribute.attribute import KIND_NAMES
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound
from timesheet.domain.figures import HOURS_AND_MINUTES
from timesheet.domain.identifier import is_number
from timesheet.domain.long_list import page_of
from timesheet.domain.message import message
from timesheet.domain.permission import TEAM_PERMISSION_NAMES, Module, TeamAction
from timesheet.domain.team.group import trouble_sentence
from timesheet.domain.team.team import Scope, Team
from timesheet.services.team.command import ChangeTeam, SaveScope
from timesheet.services.team.group_sync import OFF
from timesheet.services.team.member import list_members
from timesheet.services.team.scope import MOST_PROJECTS, count_scope, name_projects, save_scope
from timesheet.services.team.team import change_team
from timesheet.services.viewer.person import name_groups
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team, opened_or_none
from timesheet.web.calendar.year import weekday_names
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import date_and_time, short_date
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.errors import status_of
from timesheet.web.http.fields import read_valid_ids
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.language import _, join_sentences, list_values, localize, reader_locale
from timesheet.web.team.choice import MOST_ROWS, read_page, read_text
from timesheet.web.team.form import form_of, their_team, typed_team

blueprint = Blueprint("team_settings", __name__)

SECTIONS = (
    ("general", message("General")),
    ("members", message("Members")),
    ("groups", message("Groups")),
    ("roles", message("Roles")),
    ("scope", message("Scope")),
    ("schemes", message("Workload schemes")),
    ("attributes", message("Attributes")),
)
SAVED = message("Saved.")
NO_LONGER = message("You can no longer change the settings of this team.")


@blueprint.get("/teams/<team_id>/settings")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_settings(team_id: str) -> str:
    """Show one section, with the list of all next to it."""
    section = request.args.get("section", "members")
    if section not in dict(SECTIONS):
        raise NotFound(message("There is no such section."))
    team_context = current().team_context
    return render_section(team_context, open_team(team_context, team_id, TeamAction.EDIT), section)


@blueprint.post("/teams/<team_id>/general")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def save_general(team_id: str) -> Response:
    """Save name, description, and lead; a new lead raises the question of the old lead's role."""
    context = current().team_context
    return answer_change(
        typed_team(),
        lambda: change_team(context, sent(ChangeTeam, team_id=team_id)),
        lambda _: _saved_section(context, team_id, "general"),
        lambda form: _section(context, team_id, "general", form=form),
        their_team(context),
    )


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
    except JiraUnavailable as error:
        return make_response(render_template("team/_count.html", count=None, error=""), status_of(error))
    return make_response(render_template("team/_count.html", count=counted.count, error=""))


@blueprint.post("/teams/<team_id>/scope")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def change_scope(team_id: str) -> Response:
    """Save which issues count, after Jira has accepted the filter."""
    context = current().team_context
    return answer_change(
        _scope_form(_read_scope(), request.form.get("version", "0")),
        lambda: save_scope(context, sent(SaveScope, team_id=team_id)),
        lambda _: _saved_section(context, team_id, "scope"),
        lambda form: _section(context, team_id, "scope", **_scope_values(context, form)),
        ConflictView(
            Team,
            lambda team: _scope_form(team.scope, str(team.version)),
            lambda name, value: _projects_in_words(context, value) if name == "projects" else str(value),
        ),
    )


def render_section(team_context: TeamContext, opened: OpenTeam, section: str, **values: Any) -> str:
    """Show a section of a team's settings as it is stored, or with ``values`` instead."""
    team = opened.team
    lead = team_context.people([team.lead])[team.lead]
    section_values = {
        "team": team,
        "opened": opened,
        "section": section,
        "sections": SECTIONS,
        "lead": lead,
        "may_archive": opened.may(TeamAction.ARCHIVE),
        "may_delete": opened.may(TeamAction.DELETE),
        "saved": "",
        "today": team_context.today,
        **_CONTENT[section](team_context, opened),
    }
    name = "team/_settings.html" if wants_fragment() else "team/page.html"
    return render_template(name, **{**section_values, "content": "team/_settings.html", **values})


def render_done(
    team_context: TeamContext, team_id: str, section: str, sentence: str, *, failed: bool = False
) -> str:
    """Show the updated section, a closed dialog, and a flag."""
    if opened := opened_or_none(team_context, team_id, TeamAction.EDIT):
        done = render_template("team/_done_oob.html", said=sentence, failed=failed)
        return render_section(team_context, opened, section) + done
    return render_left(team_context, team_id, join_sentences((sentence, localize(NO_LONGER))))


def render_left(team_context: TeamContext, team_id: str, sentence: str) -> str:
    """Show the team to somebody who may not change it, or the list of teams if they may not open it either."""
    seen = opened_or_none(team_context, team_id, TeamAction.SEE_SUMS)
    return render_template("team/_left_oob.html", team_id=team_id if seen else "", said=sentence)


def _saved_section(team_context: TeamContext, team_id: str, section: str) -> str:
    """Show a saved section, unless the viewer has just given away the right to change it."""
    if opened := opened_or_none(team_context, team_id, TeamAction.EDIT):
        return render_section(team_context, opened, section, saved=SAVED)
    return render_left(team_context, team_id, join_sentences((localize(SAVED), localize(NO_LONGER))))


def _section(team_context: TeamContext, team_id: str, section: str, **values: Any) -> str:
    return render_section(team_context, open_team(team_context, team_id, TeamAction.EDIT), section, **values)


def _read_scope() -> Scope:
    """Return the scope as it was typed; an invalid project is refused when the scope is saved.

    Of very many projects only the first are shown again, still too many to be saved: Jira is asked for their names.
    """
    values = request.values
    projects = tuple(int(text) for text in values.getlist("project") if is_number(text))
    return Scope(projects[: 2 * MOST_PROJECTS], values.get("jql", ""))


def _scope_form(scope: Scope, version: str) -> Form:
    return Form({"projects": scope.project_ids, "jql": scope.jql}, version)


def _scope_values(context: TeamContext, form: Form) -> dict[str, Any]:
    return {"form": form, "projects": name_projects(context, form.values["projects"])}


def _projects_in_words(context: TeamContext, ids: Iterable[int]) -> str:
    named = name_projects(context, ids)
    return list_values(
        project.key if project else _("Project {id}", id=number) for number, project in named.items()
    )


def _general(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    return {"form": form_of(team_context, opened.team)}


def _scope(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    team = opened.team
    return _scope_values(team_context, _scope_form(team.scope, str(team.version)))


def _roles(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    members = team_context.stores.teams.members(opened.team.id)
    counts = {role.id: sum(role.id in member.role_ids for member in members) for role in opened.roles}
    return {"permissions": TEAM_PERMISSION_NAMES, "counts": counts}


def members_shown(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    """Return the members to show: all, or of very many those of one page, after those who were selected."""
    lines, locale = list_members(team_context, opened), reader_locale(current().profile().locale)
    count, text = len(lines), read_text(request.values)
    many = count > MOST_ROWS
    chosen_ids = read_valid_ids(request.form, "selected")
    found = [one for one in lines if contains(one.person.name, text)] if many else lines
    page = page_of(read_page(request.values), len(found), MOST_ROWS)
    if many:
        others = [one for one in found[page.start : page.end] if one.member.account_id not in chosen_ids]
        lines = (*(one for one in lines if one.member.account_id in chosen_ids), *others)
    days = {day for line in lines for day in (line.member.joined, line.member.left) if day}
    days |= {one.valid_from for line in lines for one in line.member.schemes if one.valid_from}
    return {
        "lines": lines,
        "dates": {day: short_date(day, locale) for day in days},
        "calendars": {calendar.id: calendar.name for calendar in team_context.stores.calendars.all()},
        "schemes": {
            scheme.id: localize(scheme.name) for scheme in team_context.stores.schemes.all(opened.team.id)
        },
        "bulk": {},
        "many": many,
        "all": count,
        "text": text,
        "page": page,
        "selected": chosen_ids,
    }


def _members(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    """Return the members of the section, where nobody is selected yet."""
    return {**members_shown(team_context, opened), "selected": ()}


def _groups(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    groups, context = team_context.stores.teams.groups(opened.team.id), current()
    if not dependencies().jira.group_sync:
        return {"off": OFF, "groups": groups}
    locale, zone = reader_locale(context.profile().locale), context.profile().zone
    return {
        "off": "",
        "groups": groups,
        "form": Form({"group": "", "group_name": "", "roles": frozenset()}),
        "named": name_groups(
            context.groups, team_context.cache, team_context.site, "", [group.group_id for group in groups]
        ),
        "runs": {g.group_id: date_and_time(g.synced_at, zone, locale) for g in groups if g.synced_at},
        "plan": None,
        "group_problem": group_problem,
    }


def group_problem(stored: str) -> str:
    """Return why a group could not be followed, in the reader's language."""
    return localize(trouble_sentence(stored))


def _schemes(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    schemes, show = team_context.stores.schemes.all(opened.team.id), HOURS_AND_MINUTES.show_with_seconds
    hours = {
        scheme.id: [show(seconds) if seconds else "·" for seconds in scheme.weekdays] for scheme in schemes
    }
    weeks = {scheme.id: show(sum(scheme.weekdays)) for scheme in schemes}
    weekdays = weekday_names(0, reader_locale(current().profile().locale))
    return {"schemes": schemes, "hours": hours, "weeks": weeks, "weekdays": weekdays}


def attributes_form(team_context: TeamContext, chosen: Iterable[str]) -> Form:
    """Return the form of the attributes that a team chose, without retired ones."""
    offered = {one.id for one in team_context.stores.attributes.all() if not one.retired}
    ids = frozenset(chosen) & offered
    return Form({"attributes": ids, "was": ",".join(sorted(ids))})


def _attributes(team_context: TeamContext, opened: OpenTeam) -> dict[str, Any]:
    store = team_context.stores.attributes
    return {
        "form": attributes_form(team_context, store.chosen().get(opened.team.id, ())),
        "attributes": [one for one in store.all() if not one.retired],
        "kinds": KIND_NAMES,
    }


_CONTENT = {
    "general": _general,
    "members": _members,
    "groups": _groups,
    "roles": _roles,
    "scope": _scope,
    "schemes": _schemes,
    "attributes": _attributes,
}
