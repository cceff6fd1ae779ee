"""``flask jobs …``: show the jobs of all sites, and those that were given up."""

from __future__ import annotations

import click

from timesheet.domain.english import counted
from timesheet.domain.errors import TimesheetError
from timesheet.domain.job import Job
from timesheet.services.job.view import run_again
from timesheet.services.job.work import late_by
from timesheet.web.commands.group import MaintenanceGroup
from timesheet.web.commands.site import NO_SITE, key_of, site_or_all
from timesheet.web.http.dependencies import dependencies

jobs = MaintenanceGroup("jobs", help="Jobs of all sites, and those that were given up.")


@jobs.command("status")
def status() -> None:
    """Print how many of each job are due and given up, when one ended last, and how late the oldest is."""
    deps = dependencies()
    now, board = deps.operation.clock(), deps.jobs.board
    totals = board.totals(now)
    for total in totals:
        ended = f"{total.ended_at:%Y-%m-%d %H:%M} UTC" if total.ended_at else "never"
        click.echo(f"{total.job}: {total.due} due, {total.dead} given up, last run {ended}.")
    if any(total.due for total in totals):
        late = int(late_by(board, now).total_seconds())
        click.echo(f"The oldest has been due for {counted(late, 'second')}.")
    else:
        click.echo("No job is due.")


@jobs.command("dead")
def dead() -> None:
    """Print the jobs that were given up: site, job, subject, when, and the class of the error."""
    for key, state in dependencies().jobs.board.dead():
        at = f"{state.dead_at:%Y-%m-%d %H:%M} UTC" if state.dead_at else ""
        click.echo("\t".join((key.site, str(key.job), key.subject, at, state.problem)))


@jobs.command("again")
@site_or_all
@click.option(
    "--job", "name", type=click.Choice([str(job) for job in Job]), help="One job; else all of them."
)
def again(wanted: str, name: str | None) -> None:
    """Run jobs again that were given up."""
    deps, count = dependencies(), 0
    only = wanted and key_of(wanted)
    if only:
        with deps.operation.transaction.within(only):
            if deps.sites.find(only) is None:
                raise click.ClickException(NO_SITE)
    for key, _ in deps.jobs.board.dead():
        if only not in ("", key.site) or name not in (None, str(key.job)):
            continue
        with deps.operation.transaction.within(key.site):
            try:
                recorder = deps.audit.recorder_of(key.site)
                store = deps.jobs.jobs_of(key.site)
                run_again(store, recorder, key.job, key.subject, deps.operation.clock())
            except TimesheetError as error:
                deps.operation.transaction.roll_back()
                click.echo(f"{key.site}: {error.sentence}", err=True)
                continue
            deps.operation.transaction.commit()
        count += 1
    click.echo(f"{counted(count, 'job')} run again.")
