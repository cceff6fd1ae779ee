"""``flask audit …``: sign heads, verify, export, set retention, trim, settle. Jobs do the recurring part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import click

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import SHORTEST_RETENTION
from timesheet.domain.english import counted
from timesheet.domain.errors import Conflict
from timesheet.domain.site import Site
from timesheet.services.audit.export import checkpoint_fields
from timesheet.services.audit.malformed import MALFORMED
from timesheet.services.audit.record import record
from timesheet.services.audit.upkeep import sign_rest
from timesheet.services.site.command import LONGEST_RETENTION
from timesheet.services.worklog.safeguard.settle import Settled
from timesheet.web.commands.audit_verify import (
    BROKEN,
    NO_HEAD,
    UNSIGNED,
    Finding,
    describe_finding,
    verify_sites,
)
from timesheet.web.commands.group import MaintenanceGroup
from timesheet.web.commands.site import NO_SITE, key_of, one_site, site_or_all
from timesheet.web.http.dependencies import dependencies
from timesheet.web.job.upkeep import checkpoint_site, settle_site, trim_site

audit = MaintenanceGroup("audit", help="Audit events: sign, verify, export, and delete old ones.")
NOT_EXPORTED = "A row cannot be read, so something other than this app wrote it. Run: flask audit verify"
NO_EVENTS = "The database has no events. If it ever had any, a head stored elsewhere proves it: see --head."


@audit.command("checkpoint")
def checkpoint() -> None:
    """Sign the head of every site's chain and print it, to be stored elsewhere."""

    def sign(site: Site) -> None:
        signed = checkpoint_site(site)
        dependencies().operation.transaction.commit()
        if signed:
            click.echo(json.dumps({"site": site.key, **checkpoint_fields(signed)}))

    failed = _on_each_site(sign)
    if failed:
        raise click.ClickException(f"{counted(failed, 'site')} not signed.")


@audit.command("verify")
@site_or_all
@click.option("--head", type=click.File(), help="A file with heads that ‘checkpoint’ printed.")
def verify(wanted: str, head: IO[str] | None) -> None:
    """Verify the chains of all sites; fail with the first broken event of each chain that is not intact.

    Exit with 1 if any is broken or signed by an unknown key, with 3 if all are whole but not fully signed.
    """
    try:
        lines = list(head or ())
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{NO_HEAD}: it is not UTF-8 text.") from error
    if head and not any(map(str.strip, lines)):
        raise click.ClickException("The file holds no head, so nothing would be compared.")
    results = [
        describe_finding(finding)
        for finding in verify_sites(dependencies(), wanted and key_of(wanted), lines)
    ]
    for line, _ in results:
        click.echo(line)
    if not results:
        click.echo(NO_EVENTS)
    if broken := sum(code == BROKEN for _, code in results):
        raise click.ClickException(f"{_of_chains(broken, results)} not proven to be whole.")
    if unsigned := sum(code == UNSIGNED for _, code in results):
        click.echo(f"Error: {_of_chains(unsigned, results)} whole, but not signed throughout.", err=True)
        raise click.exceptions.Exit(UNSIGNED)


@audit.command("sign")
@one_site
def sign(wanted: str) -> None:
    """Sign events that were not signed when they were recorded, once you know who wrote them.

    This records an event too.
    """
    deps = dependencies()
    with _site(wanted) as site:
        verdict = sign_rest(
            deps.audit.audit_of(site.key), deps.audit.recorder_of(site.key), deps.operation.clock()
        )
        deps.operation.transaction.commit()
        line, code = describe_finding(Finding(site.key, verdict))
        click.echo(line)
        if code:
            raise click.ClickException("Nothing was signed.")


@audit.command("export")
@one_site
def export(wanted: str) -> None:
    """Print a site's events as JSON lines that tools/verify_audit.py can verify."""
    deps = dependencies()
    with _site(wanted) as site:
        record(deps.audit.recorder_of(site.key), Action.AUDIT_EXPORTED, after={"form": "proof"})
        deps.operation.transaction.commit()
        try:
            for line in deps.audit.audit_of(site.key).proof(deps.operation.clock()):
                click.echo(line)
        except Conflict as error:
            raise click.ClickException(error.sentence) from error
        except MALFORMED as error:
            raise click.ClickException(NOT_EXPORTED) from error


@audit.command("key")
def key() -> None:
    """Print the public key, and those in AUDIT_KEYS, for auditors and for AUDIT_KEYS itself."""
    click.echo(dependencies().audit.checkpoint_key.public_pem, nl=False)


@audit.command("keep")
@one_site
@click.option(
    "--days",
    type=click.IntRange(SHORTEST_RETENTION, LONGEST_RETENTION),
    help="How many days; forever if not given.",
)
def keep(wanted: str, days: int | None) -> None:
    """Set how long a site keeps its events."""
    deps = dependencies()
    with _site(wanted) as site:
        settings = deps.stores.settings_of(site.key)
        settings.save_site(settings.read_site().with_retention(days))
        deps.operation.transaction.commit()
        click.echo(f"{site.key}: events are kept {'forever' if days is None else f'{days} days'}.")


@audit.command("trim")
def trim() -> None:
    """Delete events older than the sites' retention times, as a job does every night."""
    trimmed_sites: list[str] = []

    def drop(site: Site) -> None:
        trims = trim_site(site)
        if trims:
            trimmed_sites.append(site.key)
            events = sum(trim.events for trim in trims)
            click.echo(f"{site.key}: {counted(events, 'event')} up to number {trims[-1].through} dropped.")

    failed = _on_each_site(drop)
    if failed:
        raise click.ClickException(f"{counted(failed, 'site')} not trimmed.")
    if not trimmed_sites:
        click.echo("No event is old enough to be deleted.")


@audit.command("settle")
def settle_open() -> None:
    """Find out what became of interrupted writes to Jira, as a job does every few minutes."""
    nothing = True
    for site in dependencies().sites.installed_sites():
        settled = settle_site(site)
        if settled != Settled():
            nothing = False
            click.echo(
                f"{site.key}: {settled.recorded} recorded, {settled.dropped} had not happened, "
                f"{settled.given_up} given up, {settled.unknown} open."
            )
    if nothing:
        click.echo("No interrupted write can be checked now.")


def _of_chains(number: int, results: Sequence[object]) -> str:
    """Return “1 of 3 chains is”; the register of sites is a chain too."""
    return f"{number} of {counted(len(results), 'chain')} {'is' if number == 1 else 'are'}"


def _on_each_site(work: Callable[[Site], None]) -> int:
    """Do this on every installed site; return on how many it failed, each with its reason in the error output."""
    deps, failed = dependencies(), 0
    for site in deps.sites.installed_sites():
        try:
            work(site)
        except Conflict as error:
            deps.operation.transaction.roll_back()
            failed += 1
            click.echo(f"{site.key}: {error.sentence}", err=True)
    return failed


@contextmanager
def _site(wanted: str) -> Iterator[Site]:
    """Enter a site for one block; by its key also one that uninstalled and is not erased yet."""
    deps, key = dependencies(), key_of(wanted)
    with deps.operation.transaction.within(key):
        site = deps.sites.find(key)
        if site is None:
            raise click.ClickException(NO_SITE)
        yield site
