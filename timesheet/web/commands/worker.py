"""``flask worker``: run the jobs of all sites."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from timesheet.web.job.serving import WorkerProcess, worker_of


def init_app(app: Flask, worker: WorkerProcess) -> None:
    """Add the command, and let gunicorn find the worker."""
    app.extensions["worker"] = worker
    app.cli.add_command(run_worker)


@click.command("worker")
@with_appcontext
def run_worker() -> None:
    """Run the jobs of all sites until SIGTERM; several at once share the work."""
    worker_of(current_app).run()
