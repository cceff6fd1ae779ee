"""The attributes of worklogs that a team chose, in its settings."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from timesheet.domain.errors import Conflict
from timesheet.domain.message import message
from timesheet.domain.permission import Module, TeamAction
from timesheet.services.attribute.attribute import choose_attributes
from timesheet.services.attribute.command import ChooseAttributes
from timesheet.services.viewer.team_context import TeamContext, open_team
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.form import Form, answer, sent
from timesheet.web.http.language import localize
from timesheet.web.team.settings import attributes_form, render_section

blueprint = Blueprint("team_attribute", __name__)

SAVED = message("Saved. People who log time for this team see it from their next worklog on.")


@blueprint.post("/teams/<team_id>/attributes")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def choose(team_id: str) -> Response:
    """Save which attributes the members of a team log with; after a conflict, show what somebody else chose."""
    context = current().team_context
    typed = Form(
        {"attributes": frozenset(request.form.getlist("attribute")), "was": request.form.get("was", "")}
    )
    return answer(
        lambda: choose_attributes(context, sent(ChooseAttributes, team_id=team_id)),
        lambda _: _section(context, team_id, saved=SAVED),
        lambda error: _section(context, team_id, form=typed.refused(error)),
        lambda conflict: _section(context, team_id, form=_theirs(context, conflict)),
    )


def _theirs(context: TeamContext, conflict: Conflict) -> Form:
    chosen = conflict.current if isinstance(conflict.current, frozenset) else frozenset[str]()
    return replace(attributes_form(context, chosen), conflict=localize(conflict.sentence))


def _section(context: TeamContext, team_id: str, **values: object) -> str:
    opened = open_team(context, team_id, TeamAction.EDIT)
    return render_section(context, opened, "attributes", **values)
