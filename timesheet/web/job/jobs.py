"""*Configure → Jobs*: the background jobs of this site, when each last ran, and which were given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from flask import Blueprint, current_app, request

from timesheet.domain.errors import AppBusy, Conflict, JiraBusy, JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.job import KINDS, Job
from timesheet.domain.message import message
from timesheet.services.job.view import NOT_THERE, Condition, JobLine, read_overview, run_again
from timesheet.services.job.work import KILLED
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import date_and_time
from timesheet.web.http.fields import read_position
from timesheet.web.http.language import _, localize, reader_locale
from timesheet.web.job.serving import worker_of
from timesheet.web.site.section import show_after, show_section

blueprint = Blueprint("job", __name__)

LONGEST_SUBJECT = 64
OUTCOMES: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.NEVER: message("Not run yet"),
        Condition.DONE: message("Done"),
        Condition.RUNNING: message("Running"),
        Condition.FAILED: message("Failed; it is tried again"),
        Condition.GIVEN_UP: message("Failed"),
    }
)
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        JiraUnavailable.__name__: message("Jira did not respond."),
        JiraBusy.__name__: message("Jira limited the app’s calls."),
        AppBusy.__name__: message("Too many calls of the app were waiting for Jira."),
        NotAllowed.__name__: message("Jira refused access."),
        Conflict.__name__: message("The stored data is damaged. The operator of the app has to check it."),
        KILLED: message("The app stopped during each attempt."),
    }
)
UNEXPECTED = message(
    "Something unexpected went wrong. The operator of the app can find the cause in its log."
)


@dataclass(frozen=True, slots=True)
class JobText:
    """One job in words. ``outcome`` is empty for a job on demand, because its runs are forgotten once they are done."""

    job: Job
    subject: str
    title: str
    about: str
    condition: Condition
    outcome: str
    problem: str
    last: str
    next: str


@blueprint.get("/configure/jobs")
@takes("page", "session", "context", permission="jira-admin")
def show_jobs() -> str:
    """Show the jobs of the site."""
    return _show(current(), request.args)


@blueprint.post("/configure/jobs/again")
@takes("session", "context", permission="jira-admin")
def start_again() -> str:
    """Run a job again that was given up; a worker claims it at once."""
    context, job = current(), request.form.get("job", "")
    subject = request.form.get("subject", "")
    if job not in set(Job) or len(subject) > LONGEST_SUBJECT:
        raise NotFound(NOT_THERE)
    run_again(context.jobs, context.recorder, Job(job), subject, context.clock())
    return show_after(_show(context, request.form), _("“{job}” runs again now.", job=KINDS[Job(job)].title))


def _show(context: Context, sent: Mapping[str, str]) -> str:
    offered = worker_of(current_app).worker.jobs
    wanted = (job for job in offered if not KINDS[job].uninstalled)
    overview = read_overview(context.jobs, wanted, context.clock(), read_position(sent.get("page"), 1))
    return show_section(
        "jobs",
        "job/_jobs.html",
        jobs=[_in_words(context, line) for line in overview.lines],
        dead=[_in_words(context, line) for line in overview.dead.lines],
        part=overview.dead.page,
        late=_when(context, overview.late),
    )


def _in_words(context: Context, line: JobLine) -> JobText:
    state = line.state
    return JobText(
        job=line.job,
        subject=state.subject if state else "",
        title=localize(line.kind.title),
        about=localize(line.kind.about),
        condition=line.condition,
        outcome=localize(OUTCOMES[line.condition]) if state or line.kind.scheduled else "",
        problem=localize(PROBLEMS.get(state.problem, UNEXPECTED)) if state and state.problem else "",
        last=_when(context, state.ended_at if state else None),
        next=_when(context, state.due_at if state else None) or "–" if line.kind.scheduled else "",
    )


def _when(context: Context, at: datetime | None) -> str:
    if at is None:
        return ""
    profile = context.profile()
    return date_and_time(at, profile.zone, reader_locale(profile.locale))
