"""The dialog that chooses the people of a report: teams, user labels, and Jira groups."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from timesheet.domain.permission import Module
from timesheet.services.report.people import choosable
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.report.reader import report_reader

blueprint = Blueprint("report_people", __name__, url_prefix="/reports/people")
OF_PEOPLE = ("who", "label", "group")


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def choose_people() -> str:
    """Show the teams, labels, and groups by which people can be chosen, with the current choice."""
    choice = report_reader().choice(request.args)
    found = choosable(current().team_context)
    return render_template(
        "report/_people.html", choosable=found, query=choice.query, rest=choice.pairs(*OF_PEOPLE)
    )
