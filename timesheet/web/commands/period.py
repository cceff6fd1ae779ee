"""``flask periods reconcile``: compare closed periods with the current state of Jira."""

from __future__ import annotations

from collections.abc import Callable

from flask.cli import AppGroup

from timesheet.domain.english import counted
from timesheet.web.http.dependencies import dependencies
from timesheet.web.job.upkeep import reconcile_site


def add_command(periods: AppGroup, say: Callable[[str], object]) -> None:
    """Add ``flask periods reconcile``, which does at once what a job does every night."""

    @periods.command("reconcile")
    def reconcile() -> None:
        """Compare every closed period with the current state of Jira; differences are shown as late changes."""
        for site in dependencies().sites.installed_sites():
            compared, failed, found = reconcile_site(site)
            say(
                f"{site.key}: {counted(compared, 'closing')} compared, "
                f"{counted(found, 'late change')} found, {failed} not comparable."
            )
