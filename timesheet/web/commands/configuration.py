"""``flask configuration export`` and ``import``: the same as the configuration page, for operators."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from timesheet.domain.errors import TimesheetError
from timesheet.domain.identity import Identity
from timesheet.domain.site import Site
from timesheet.services.ports.transfer import LARGEST_FILE, BadFile
from timesheet.services.transfer.command import ImportConfiguration
from timesheet.services.transfer.plan import plan_import, run_import
from timesheet.services.transfer.read import export_configuration, read_configuration
from timesheet.services.transfer.review import Choices
from timesheet.web.commands.group import MaintenanceGroup
from timesheet.web.commands.site import key_of, one_site
from timesheet.web.http.auth import NO_ADMIN
from timesheet.web.http.context import Context
from timesheet.web.http.dependencies import dependencies
from timesheet.web.transfer.transfer import transfer_context_of
from timesheet.web.transfer.view import PlanView, summary_of

configuration = MaintenanceGroup("configuration", help="A site's configuration as a file.")


@configuration.command("export")
@one_site
@click.option("--as", "account_id", help="The Jira admin who looks up the keys of projects.")
@click.option("--leaves", is_flag=True, help="With people's leaves, which are personal data.")
@click.argument("file", type=click.File("wb"), default="-")
def export(wanted: str, account_id: str | None, leaves: bool, file: BinaryIO) -> None:
    """Write a site's configuration to FILE, or to standard output."""
    site = _site(wanted)
    if account_id:
        _require_admin(site, account_id)
    context = Context(dependencies(), site, Identity(site.key, account_id or ""))
    directory = context.directory if account_id else None
    stored = read_configuration(context.stores, context.settings)
    files = dependencies().files.configuration_files
    file.write(export_configuration(stored, files, directory, context.recorder, leaves=leaves))
    dependencies().operation.transaction.commit()


@configuration.command("import")
@one_site
@click.option("--as", "account_id", required=True, help="The account id of the Jira admin who imports.")
@click.option("--replace", is_flag=True, help="Delete what is not in the file.")
@click.option("--permissions", is_flag=True, help="Import site permissions as well.")
@click.option("--yes", is_flag=True, help="Import; without it the changes are only listed.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(wanted: str, account_id: str, replace: bool, permissions: bool, yes: bool, file: Path) -> None:
    """List what importing FILE would change; apply it with --yes."""
    site = _site(wanted)
    _require_admin(site, account_id)
    context = Context(dependencies(), site, Identity(site.key, account_id))
    try:
        _import(context, file, Choices(replace, permissions), keep=yes)
    except BadFile as error:
        lines = "\n".join(f"{problem.path}: {problem.sentence}" for problem in error.problems)
        raise click.ClickException(f"{error.sentence}\n{lines}") from error
    except TimesheetError as error:
        raise click.ClickException(error.sentence) from error


def _import(context: Context, file: Path, choices: Choices, *, keep: bool) -> None:
    transfer_context = transfer_context_of(context, LARGEST_FILE)
    transaction = dependencies().operation.transaction
    with file.open("rb") as opened:
        data = opened.read(LARGEST_FILE + 1)
    try:
        plan = plan_import(transfer_context, data, choices)
        for part in PlanView(context, plan).sections:
            for note in part.notes:
                click.echo(f"{part.title}: {' '.join((note.sentence, *note.people))}")
            for change in part.changes:
                click.echo(f"{part.title}: {change.kind} {change.title}")
                for fact in change.facts:
                    click.echo(f"    {fact.label}: {fact.before or '-'} -> {fact.after or '-'}")
            if part.more:
                click.echo(f"{part.title}: and {part.more} more")
        if not plan.changes:
            click.echo("Nothing was imported: the file would change nothing.")
        elif keep:
            imported = run_import(
                transfer_context, data, ImportConfiguration(choices, plan.token, deleting=True)
            )
            transaction.commit()
            click.echo(f"Imported: {summary_of(imported)}")
        else:
            click.echo("Nothing was imported. Add --yes to import it.")
    except TimesheetError:
        transaction.roll_back()
        raise


def _require_admin(site: Site, account_id: str) -> None:
    """Raise ClickException unless Jira says that this is an admin, because it answers others with less or nothing."""
    try:
        admin = dependencies().jira.is_admin(site, account_id)
    except TimesheetError as error:
        raise click.ClickException(error.sentence) from error
    if not admin:
        raise click.ClickException(NO_ADMIN)


def _site(wanted: str) -> Site:
    """Return the site with this key or address, which has the app."""
    key = key_of(wanted)
    for site in list(dependencies().sites.installed_sites()):
        if site.key == key:
            dependencies().operation.transaction.enter(key)
            return site
    raise click.ClickException(f"No site with the key or address {wanted} has installed the app.")
