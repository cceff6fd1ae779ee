"""Maintenance commands: ``flask secrets rotate``, ``sites erase-expired``, ``teams sync-groups``, and more."""

from __future__ import annotations

from pathlib import Path

import click
import structlog
from flask import Flask

from timesheet.domain.english import counted
from timesheet.domain.errors import Conflict, TimesheetError
from timesheet.domain.site import Site
from timesheet.services.site.installation import erase_expired_sites, rotate_secrets
from timesheet.services.team.group_sync import OFF
from timesheet.web.commands.account_report import privacy
from timesheet.web.commands.audit import audit
from timesheet.web.commands.configuration import configuration
from timesheet.web.commands.group import MaintenanceGroup
from timesheet.web.commands.jobs import jobs
from timesheet.web.commands.period import periods
from timesheet.web.http.dependencies import dependencies
from timesheet.web.job.upkeep import note_erased, sync_site
from timesheet.web.job.worker import failure_values

secrets = MaintenanceGroup("secrets", help="The sites' shared secrets.")
sites = MaintenanceGroup("sites", help="The sites that installed the app.")
teams = MaintenanceGroup("teams", help="The teams of all sites.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    for group in (audit, configuration, jobs, periods, privacy, secrets, sites, teams):
        app.cli.add_command(group)


@secrets.command("rotate")
def rotate() -> None:
    """Encrypt every secret with the first of ENCRYPTION_KEYS."""
    deps = dependencies()
    rotated = rotate_secrets(deps.sites.eraser, deps.audit.recorder_of)
    deps.operation.transaction.commit()
    unreadable = [key for key, readable in rotated.items() if not readable]
    done = f"{counted(len(rotated) - len(unreadable), 'secret')} encrypted with the first key"
    if not unreadable:
        click.echo(f"{done}; the other keys are no longer needed.")
        return
    click.echo(f"{done}.")
    for key in unreadable:
        click.echo(f"{key}: no key in ENCRYPTION_KEYS decrypts its secret.", err=True)
    raise click.ClickException(
        "Add the key that was the first one when these secrets were stored, and run this command again. "
        "If it is lost, a Jira admin has to install the app on these sites again."
    )


@sites.command("erase-expired")
def erase_expired() -> None:
    """Erase sites that uninstalled more than 30 days ago."""
    deps = dependencies()
    erased = erase_expired_sites(deps.sites.eraser, deps.operation.clock(), note_erased)
    deps.operation.transaction.commit()
    click.echo(f"{counted(len(erased), 'site')} erased.")


@sites.command("copy-from")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def copy_from(file: Path) -> None:
    """Copy everything from FILE, a SQLite database of the app, into this empty PostgreSQL database."""
    deps = dependencies()
    try:
        copied, rows = deps.sites.copy_from(file)
    except Conflict as error:
        raise click.ClickException(error.sentence) from error
    deps.operation.transaction.commit()
    click.echo(f"{counted(copied, 'site')} copied with {counted(rows, 'row')}, each compared afterward.")


@teams.command("sync-groups")
def sync_groups() -> None:
    """Update the members of teams that follow Jira groups, as a job does every night."""
    if not dependencies().jira.group_sync:
        raise click.ClickException(OFF)
    if failed := [site.key for site in dependencies().sites.installed_sites() if not _synced(site)]:
        raise click.ClickException(
            f"{counted(len(failed), 'site')} had trouble; the rest is done. The log and each team’s page say why."
        )


def _synced(site: Site) -> bool:
    """Sync one site and commit; a failure does not affect other sites."""
    deps = dependencies()
    try:
        synced = sync_site(site)
        deps.operation.transaction.commit()
    except TimesheetError as error:
        deps.operation.transaction.roll_back()
        structlog.stdlib.get_logger("timesheet.cli").warning(
            "group_sync_failed", site=site.key, kind=type(error).__name__, **failure_values(error)
        )
        return False
    teams, groups = counted(synced.teams, "team"), counted(synced.failed, "group")
    click.echo(f"{site.key}: {teams} synced, {groups} could not be read.")
    return not synced.failed
