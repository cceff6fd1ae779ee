"""``flask worker``: run the jobs of all sites."""

from __future__ import annotations

from contextlib import nullcontext

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from timesheet.domain.identifier import is_number
from timesheet.web.http.dependencies import dependencies
from timesheet.web.job.counts import counts_served
from timesheet.web.job.serving import WorkerProcess, worker_of

LAST_PORT = 65535


def init_app(app: Flask, worker: WorkerProcess) -> None:
    """Add the command, and let gunicorn find the worker."""
    app.extensions["worker"] = worker
    app.cli.add_command(run_worker)


def _read_address(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, int] | None:
    host, _, port = value.rpartition(":")
    if value and not (host and is_number(port) and int(port) <= LAST_PORT):
        raise click.BadParameter("must be an address and a port, such as 0.0.0.0:5001")
    return (host.removeprefix("[").removesuffix("]"), int(port)) if value else None


@click.command("worker")
@click.option(
    "--metrics",
    "address",
    default="",
    callback=_read_address,
    help="An address and a port where Prometheus can read what this process counts; needs METRICS_TOKEN.",
)
@with_appcontext
def run_worker(address: tuple[str, int] | None) -> None:
    """Run the jobs of all sites until SIGTERM. Several workers share them."""
    operation = dependencies().operation
    page, token = operation.meter_page, operation.metrics_token
    if address and not token:
        click.echo("METRICS_TOKEN is not set, so no metrics are served.", err=True)
    with counts_served(page, token, *address) if address and token else nullcontext():
        worker_of(current_app).run()
