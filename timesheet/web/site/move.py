"""Move a site to a new installation of the app: what would be kept, and the choice of a Jira admin."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from timesheet.services.site.command import InstallationStart, MoveSite
from timesheet.services.site.invocation import MOVE_FIRST, claim_site, start_empty
from timesheet.web.http.access import takes
from timesheet.web.http.auth import invocation_authenticator
from timesheet.web.http.context import current
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.form import sent
from timesheet.web.http.language import _

blueprint = Blueprint("move", __name__)


@blueprint.get("/move")
@takes("move", permission="viewer")
def show() -> str:
    """Show a Jira admin what would be kept, without changing anything; everybody else who can confirm it."""
    context = current()
    admin = context.own_admin.ask_now()
    kept = _data_counts() if admin else ()
    return render_template("site/move/page.html", kept=kept, admin=admin, why=MOVE_FIRST)


@blueprint.post("/move")
@takes("move", permission="jira-admin")
def confirm() -> str:
    """Move the data to the new installation, or let it start without data."""
    operation, keeps_data = dependencies().operation, sent(MoveSite).start is InstallationStart.KEEP
    if keeps_data:
        claim_site(invocation_authenticator(), g.site, g.moving, operation.clock())
    else:
        outside = operation.transaction.within("")
        start_empty(invocation_authenticator(), g.site, g.moving, operation.clock(), outside)
    return render_template("site/move/_moved.html", kept=keeps_data)


def _data_counts() -> list[tuple[str, int]]:
    """Return what the site has, by kind, for the preview; everything else moves too."""
    stores = current().stores
    teams = stores.teams.all()
    return [
        (_("Teams"), len(teams)),
        (_("Members"), sum(len(stores.teams.members(team.id)) for team in teams)),
        (_("Holiday calendars"), len(stores.calendars.all())),
        (_("Days of leave"), len(stores.leaves.all())),
        (_("Closed periods"), sum(len(stores.periods.records(team.id)) for team in teams)),
        (_("Labels of people"), len(stores.labels.all())),
    ]
