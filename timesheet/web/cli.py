"""Upkeep from the command line: ``flask secrets rotate`` and ``flask sites erase-expired``."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from timesheet.services.installation import erase_expired_sites, rotate_secrets
from timesheet.web.context import outside


def init_app(app: Flask) -> None:
    """Add the commands."""
    secrets = AppGroup("secrets", help="The sites' shared secrets.")
    sites = AppGroup("sites", help="The sites that installed the app.")

    @secrets.command("rotate")
    def rotate() -> None:
        """Encrypt every secret with the first of ENCRYPTION_KEYS."""
        things = outside()
        count = rotate_secrets(things.eraser)
        things.transaction.commit()
        click.echo(f"{count} secrets encrypted with the first key; the other keys are not needed any more.")

    @sites.command("erase-expired")
    def erase_expired() -> None:
        """Erase sites that uninstalled more than 30 days ago."""
        things = outside()
        erased = erase_expired_sites(things.eraser, things.clock())
        things.transaction.commit()
        click.echo(f"{len(erased)} sites erased.")

    app.cli.add_command(secrets)
    app.cli.add_command(sites)
