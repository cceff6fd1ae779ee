"""The form of a team's own fields."""

from __future__ import annotations

from flask import request

from timesheet.domain.team.team import Team
from timesheet.services.viewer.team_context import TeamContext
from timesheet.web.http.form import ConflictView, Form
from timesheet.web.http.language import localize

FIELDS = ("name", "lead", "lead_name", "description", "keep")


def typed_team() -> Form:
    """Return the fields as they were sent."""
    sent = request.form
    return Form({name: sent.get(name, "") for name in FIELDS}, sent.get("version", "0"))


def new_team_form(lead: str, lead_name: str) -> Form:
    """Return the form of a new team with its lead."""
    return Form({**dict.fromkeys(FIELDS, ""), "lead": lead, "lead_name": lead_name})


def form_of(context: TeamContext, team: Team) -> Form:
    """Return the form of a stored team."""
    values = {
        "name": team.name,
        "lead": team.lead,
        "lead_name": localize(context.people([team.lead])[team.lead].name),
        "description": team.description,
        "keep": "",
    }
    return Form(values, str(team.version), values)


def their_team(context: TeamContext) -> ConflictView[Team]:
    """Return how a team that somebody else saved is shown beside the typed one; a lead by name, not by id."""

    def name_and_lead(team: Team) -> Form:
        form = form_of(context, team)
        return Form({name: form.values[name] for name in ("name", "lead_name", "description")}, form.version)

    return ConflictView(Team, name_and_lead)
