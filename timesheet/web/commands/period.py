"""``flask periods reconcile``: compare closed periods with the current state of Jira."""

from __future__ import annotations

import click

from timesheet.domain.english import counted
from timesheet.web.commands.group import MaintenanceGroup
from timesheet.web.http.dependencies import dependencies
from timesheet.web.job.upkeep import reconcile_site

periods = MaintenanceGroup("periods", help="Closed periods of teams.")


@periods.command("reconcile")
def reconcile() -> None:
    """Compare every closed period with the current state of Jira; differences are shown as late changes.

    A job does the same every night.
    """
    for site in dependencies().sites.installed_sites():
        compared, failed, found = reconcile_site(site)
        click.echo(
            f"{site.key}: {counted(compared, 'closing')} compared, "
            f"{counted(found, 'late change')} found, {failed} not comparable."
        )
