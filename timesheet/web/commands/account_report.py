"""``flask privacy report-accounts``: erase people whose account is closed, on every site."""

from __future__ import annotations

import click
import structlog

from timesheet.domain.english import counted
from timesheet.domain.site import Site
from timesheet.web.commands.erasure import reapply_erasures
from timesheet.web.commands.group import MaintenanceGroup
from timesheet.web.http.dependencies import dependencies
from timesheet.web.job.upkeep import report_site
from timesheet.web.job.worker import failure_values

privacy = MaintenanceGroup("privacy", help="Stored data about people.")
privacy.add_command(reapply_erasures)


@privacy.command("report-accounts")
def report_accounts() -> None:
    """Report all stored accounts to Jira and erase the closed ones; as a job does.

    A site whose report is not due yet is skipped.
    """
    if failed := sum(not _reported(site) for site in dependencies().sites.installed_sites()):
        raise click.ClickException(
            f"{counted(failed, 'site')} could not be reported whole. The rest is reported next time. "
            "The log says why."
        )


def _reported(site: Site) -> bool:
    """Report one site; a failure does not affect other sites."""
    deps = dependencies()
    try:
        progress = report_site(site)
    except Exception as error:  # noqa: BLE001  (whatever it is, other sites' people do not wait for it)
        deps.operation.transaction.roll_back()
        structlog.stdlib.get_logger("timesheet.privacy").warning(
            "accounts_not_reported", site=site.key, kind=type(error).__name__, **failure_values(error)
        )
        return False
    click.echo(
        f"{site.key}: {counted(progress.reported, 'account')} reported, {progress.closed} closed and erased, "
        f"{progress.updated} to be read again; next on {progress.due:%Y-%m-%d %H:%M} UTC."
    )
    return True
