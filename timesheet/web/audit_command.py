"""``flask audit …``: sign heads, verify, export, keep and drop, settle. Meant for cron and for operators."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import click
import structlog
from flask.cli import AppGroup

from timesheet.domain.audit import SHORTEST_RETENTION
from timesheet.domain.audit_action import Action
from timesheet.domain.site import Site
from timesheet.services.audit import record
from timesheet.services.audit_ports import Checkpoint, Verdict
from timesheet.services.audit_proof import checkpoint_fields
from timesheet.services.audit_upkeep import Settled, drop_old, sign_head
from timesheet.web.audit_screen import kept_for
from timesheet.web.context import outside
from timesheet.web.settling import settle_site

audit = AppGroup("audit", help="Who did what: events that can be proven.")
log = structlog.stdlib.get_logger("timesheet.audit")
site_option = click.option("--site", "only", default="", help="The clientKey of one site; else all of them.")


@audit.command("checkpoint")
def checkpoint() -> None:
    """Sign the head of every site's chain, and say it in a line to be kept somewhere else."""
    things = outside()
    for site in things.installed_sites():
        signed = sign_head(things.audit_of(site.key), things.checkpoint_key, things.clock())
        things.transaction.commit()
        if signed:
            fields = checkpoint_fields(signed)
            log.info("audit_head", site=site.key, **fields)
            click.echo(json.dumps({"site": site.key, **fields}))


@audit.command("verify")
@site_option
@click.option(
    "--head", type=click.File(), help="A file with heads that ‘checkpoint’ printed, kept elsewhere."
)
def verify(only: str, head: IO[str] | None) -> None:
    """Look through the chains; fails naming the first broken event of each that is not intact, or an unknown key."""
    heads = [json.loads(line) for line in head or () if line.strip()]
    broken = 0
    for site in _sites(only):
        signed = [_checkpoint(held) for held in heads if held.get("site", site.key) == site.key]
        verdict = outside().audit_of(site.key).verify(signed=signed)
        broken += not verdict.intact
        click.echo(f"{site.key}: {_said(verdict)}")
    if broken:
        raise click.ClickException(f"{broken} chains are not proven to be intact.")


@audit.command("export")
@click.option("--site", "only", required=True, help="The clientKey of the site.")
def export(only: str) -> None:
    """Print a site's events as JSON lines that tools/verify_audit.py can check."""
    things = outside()
    for site in _sites(only):
        record(things.trail_of(site.key), Action.AUDIT_EXPORTED, after={"form": "proof"})
        things.transaction.commit()
        for line in things.audit_of(site.key).proof():
            click.echo(line)


@audit.command("key")
def key() -> None:
    """Print the public key with which checkpoints can be checked, and which AUDIT_KEYS wants after a rotation."""
    click.echo(outside().checkpoint_key.public_pem, nl=False)


@audit.command("keep")
@click.option("--site", "only", required=True, help="The clientKey of the site.")
@click.option(
    "--days", type=click.IntRange(min=SHORTEST_RETENTION), help="For so long; for ever if not given."
)
def keep(only: str, days: int | None) -> None:
    """Set for how long a site keeps its events."""
    things = outside()
    for site in _sites(only):
        settings = things.settings_of(site.key)
        settings.save_site(settings.read_site().kept_for(days))
        things.transaction.commit()
        click.echo(f"{site.key}: events are kept {kept_for(days)}.")


@audit.command("trim")
def trim() -> None:
    """Drop what sites have set not to keep; meant to run every night."""
    things = outside()
    for site in things.installed_sites():
        days = things.settings_of(site.key).read_site().audit_days
        done = drop_old(things.audit_of(site.key), things.trail_of(site.key), days, things.clock())
        things.transaction.commit()
        if done:
            click.echo(f"{site.key}: {done.events} events up to number {done.through} dropped.")


@audit.command("settle")
def settle_open() -> None:
    """Find out what became of writes to Jira that the app did not see through; meant to run every few minutes."""
    for site in outside().installed_sites():
        done = settle_site(site)
        if done != Settled():
            click.echo(
                f"{site.key}: {done.recorded} recorded, {done.dropped} had not happened, {done.unknown} open."
            )


def _sites(only: str) -> Iterator[Site]:
    """The chosen site or all; whoever goes through them is within each in its turn."""
    found = False
    for site in outside().installed_sites():
        if only in ("", site.key):
            found = True
            yield site
    if only and not found:
        raise click.ClickException("No installed site has this clientKey.")


def _said(verdict: Verdict) -> str:
    if verdict.broken is not None:
        return f"broken at event {verdict.broken}. {verdict.problem}"
    if verdict.stranger:
        return f"signed by an unknown key. {verdict.problem}"
    signed = f"signed up to event {verdict.signed}" if verdict.signed else "nothing of it signed"
    return f"intact, events {verdict.first} to {verdict.last}, {signed}."


def _checkpoint(fields: dict[str, Any]) -> Checkpoint:
    """A head as ``checkpoint`` printed it."""
    try:
        return Checkpoint(
            int(fields["seq"]),
            str(fields["hash"]),
            datetime.fromisoformat(fields["at"]),
            str(fields["key_id"]),
            str(fields["public_key"]),
            str(fields["signature"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise click.ClickException(f"The file holds something that is no head: {error}.") from error
