"""*Configuration → Jobs*: page, fragment, without rights, from another site, and what an admin may repeat."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.services.support.team_scene import ADMIN, ANN
from tests.web.conftest import JiraSite
from tests.web.job.test_worker import SilentQueue
from tests.web.support.configuring import Admin, make_admin
from tests.web.support.recorded_events import events
from tests.web.support.signing import SettableClock
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import AppBusy, JiraUnavailable, NotAllowed
from timesheet.domain.job import KINDS, MOST_ATTEMPTS, Job
from timesheet.services.job.view import PART
from timesheet.services.ports.job import DEAD, Claim, Ending, JobKey
from timesheet.web.commands.site import NO_SITE
from timesheet.web.http.dependencies import AppDependencies
from timesheet.web.job.worker import Worker
from timesheet.web.middleware.health import LATE


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    return make_admin(app, site, clock)


def give_up(
    app: Flask,
    site: JiraSite,
    clock: SettableClock,
    error: Exception | None = None,
    job: Job = Job.EVENTS,
    subject: str = "4711",
) -> None:
    """Let a job fail as often as it may: by default, an event."""
    deps: AppDependencies = app.extensions["timesheet"]

    def fail(claim: Claim) -> None:
        raise error or RuntimeError("a secret detail")

    worker = Worker(app, {job: fail}, SilentQueue())
    with app.app_context():
        deps.operation.transaction.enter(site.client_key)
        deps.jobs.jobs_of(site.client_key).ask_for(job, subject, clock())
        deps.operation.transaction.commit()
    for _ in range(MOST_ATTEMPTS):
        worker.drain()
        clock.now += timedelta(hours=1)


def later(admin: Admin, minutes: int) -> None:
    """Time passes, and the admin opens the page anew."""
    admin.site.site.clock.now += timedelta(minutes=minutes)
    admin.browser = admin.site.as_(ADMIN)


def test_the_section_is_a_page_and_a_fragment(admin: Admin) -> None:
    page = admin.site.site.load("/configure/jobs")
    assert page.status_code == 200
    assert page.text.lstrip().startswith("<!doctype html>")
    fragment = admin.get("jobs").text
    assert fragment.lstrip().startswith('<section id="configuration"')
    assert KINDS[Job.SETTLE].title in fragment
    assert "Not run yet" in fragment
    assert KINDS[Job.ERASE].title not in fragment, "it is for sites that removed the app"
    assert "Given up" not in fragment
    assert "When there is something to do" in fragment


def test_a_job_that_runs_only_on_demand_is_not_said_to_have_never_run(admin: Admin) -> None:
    fragment = admin.get("jobs").text
    said = {
        job: "Last run" in fragment.split(f'id="job-{job}"')[1].split("</li>")[0]
        for job in KINDS
        if f'id="job-{job}"' in fragment
    }
    assert said == {job: KINDS[job].scheduled for job in said}
    assert set(said.values()) == {True, False}


def test_a_worker_that_was_never_started_is_said(admin: Admin, app: Flask) -> None:
    assert 'id="jobs-late"' in admin.get("jobs").text
    app.extensions["worker"].worker.tick()
    assert "jobs-late" not in admin.get("jobs").text


def test_a_run_is_shown_with_its_time_and_the_next_one(
    admin: Admin, app: Flask, clock: SettableClock
) -> None:
    worker = app.extensions["worker"].worker
    worker._queue = SilentQueue()
    worker.tick()
    later(admin, 6)
    worker.tick()
    fragment = admin.get("jobs").text
    assert fragment.count("Done") >= 1
    assert "24 Nov 2026" in fragment
    later(admin, 17)
    assert 'id="jobs-late"' in admin.get("jobs").text
    later(admin, 3 * 24 * 60)
    assert "due since 24 Nov 2026, 12:06:30, but" in admin.get("jobs").text, "not a number of minutes"
    worker.tick()
    assert 'id="jobs-late"' not in admin.get("jobs").text


def test_an_admin_lets_a_dead_letter_run_again(
    admin: Admin, app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    give_up(app, site, clock)
    later(admin, 1)
    listed = admin.get("jobs").text
    assert "Given up" in listed
    assert "4711" in listed
    assert "can find the cause in its log" in listed
    assert "secret detail" not in listed
    answer = admin.post("jobs/again", {"job": "events", "subject": "4711"})
    assert answer.status_code == 200
    assert "runs again now" in answer.text
    event = events(app, site.client_key)[-1]
    assert (event.action, event.actor) == (Action.JOB_RUN_AGAIN, ADMIN)
    done = []
    Worker(app, {Job.EVENTS: lambda claim: done.append(claim.key.subject)}, SilentQueue()).drain()
    assert done == ["4711"]
    assert "Given up" not in admin.get("jobs").text
    assert admin.post("jobs/again", {"job": "events", "subject": "4711"}).status_code == 404


def test_jobs_that_were_given_up_are_shown_in_pages(
    admin: Admin, app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    """An outage of Jira may leave tens of thousands of them."""
    deps: AppDependencies = app.extensions["timesheet"]
    give_up(app, site, clock)
    later(admin, 1)
    assert "jobs-pages" not in admin.get("jobs").text
    with app.app_context():
        deps.operation.transaction.enter(site.client_key)
        store = deps.jobs.jobs_of(site.client_key)
        for number in range(PART):
            store.ask_for(Job.EVENTS, f"x{number:02}", clock())
        deps.operation.transaction.commit()
        for number in range(PART):
            claim = deps.jobs.board.claim(
                JobKey(site.client_key, Job.EVENTS, f"x{number:02}"), "one", clock()
            )
            assert claim
            with deps.operation.transaction.within(site.client_key):
                deps.jobs.board.finish(claim, Ending(DEAD, clock(), None, "JiraUnavailable"))
                deps.operation.transaction.commit()
    first, second = admin.get("jobs").text, admin.get("jobs", page="2").text
    assert (first.count("again-"), second.count("again-")) == (PART, 1)
    assert "1–50 of 51 jobs" in first
    assert "51–51 of 51 jobs" in second
    assert ">4711<" in first
    assert 'value="x49"' in second
    for odd in ("0", "99", "-1", "x", "1" * 9):
        assert admin.get("jobs", page=odd).text in (first, second)
    answer = admin.post("jobs/again", {"job": "events", "subject": "x49", "page": "2"})
    assert "51–51 of 51 jobs" in answer.text, "the admin stays on the page"


def test_a_regular_job_that_was_given_up_says_when_it_is_tried_next(
    admin: Admin, app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    give_up(app, site, clock)
    later(admin, 1)
    assert "Next attempt" not in admin.get("jobs").text, "it waits until somebody runs it again"
    give_up(app, site, clock, job=Job.TRIM, subject="")
    later(admin, 1)
    listed = admin.get("jobs").text
    [moment] = re.findall(r"Next attempt: ([^<]*?)\s*<", listed)
    assert moment in listed.partition(f'id="job-{Job.TRIM}"')[2].partition("</li>")[0]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (JiraUnavailable("a secret detail"), "Jira did not respond."),
        (AppBusy("a secret detail"), "Too many calls of the app were waiting for Jira."),
        (NotAllowed("a secret detail"), "Jira refused access."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_admin_reads_what_ended_a_job(
    admin: Admin, app: Flask, site: JiraSite, clock: SettableClock, error: Exception, said: str
) -> None:
    give_up(app, site, clock, error)
    later(admin, 1)
    listed = admin.get("jobs").text
    assert said in listed
    assert "secret detail" not in listed


@pytest.mark.parametrize(
    "form", [{}, {"job": "none"}, {"job": "events", "subject": "x" * 65}, {"job": "settle", "subject": "1"}]
)
def test_what_is_not_a_job_is_not_found(admin: Admin, form: dict[str, object]) -> None:
    assert admin.post("jobs/again", form).status_code == 404


def test_nobody_else_sees_or_repeats_them(
    admin: Admin, app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    give_up(app, site, clock)
    admin.dismiss()
    ann = admin.site.as_(ANN)
    for answer in (
        ann.get("/configure/jobs"),
        ann.post("/configure/jobs/again", job="events", subject="4711"),
    ):
        assert answer.status_code == 403
        assert "Administer Jira" in answer.text
        assert "4711" not in answer.text


def test_another_sites_dead_letters_are_not_there(
    admin: Admin, app: Flask, site: JiraSite, clock: SettableClock, new_site: Callable[[str], JiraSite]
) -> None:
    give_up(app, site, clock)
    other = new_site("other")
    assert other.install().status_code == 204
    other.account = ADMIN
    headers = {"HX-Request": "true", "Authorization": f"JWT {other.session_token()}"}
    assert "4711" not in other.client.get("/configure/jobs", headers=headers).text
    form = {"job": "events", "subject": "4711"}
    assert other.client.post("/configure/jobs/again", data=form, headers=headers).status_code == 404
    later(admin, 1)
    assert "4711" in admin.get("jobs").text


def test_the_health_check_says_that_no_worker_runs(
    client: FlaskClient, site: JiraSite, clock: SettableClock
) -> None:
    assert client.get("/readyz").get_json() == {"status": "ok", "cache": "ok"}
    clock.now += timedelta(minutes=11)
    client.application.extensions["timesheet"].operation.cache.delete(LATE)
    answer = client.get("/readyz")
    assert answer.status_code == 200, "people can be served all the same"
    assert answer.get_json()["jobs"] == "no worker has run what is due for 11 minutes"
    assert "jobs" not in client.get("/healthz").get_json()


def test_a_job_that_was_switched_off_is_waited_for_nowhere(
    client: FlaskClient, site: JiraSite, clock: SettableClock
) -> None:
    app = client.application
    deps = app.extensions["timesheet"]
    with app.app_context():
        deps.jobs.board.enroll(site.client_key, {Job.SYNC_GROUPS: clock()})
    clock.now += timedelta(minutes=11)
    assert "jobs" not in client.get("/readyz").get_json()
    status = app.test_cli_runner().invoke(args=["jobs", "status"]).output
    assert "sync-groups: 0 due" in status
    assert status.endswith("No job is due.\n")


def test_the_operator_sees_and_repeats_them_by_command(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    give_up(app, site, clock)
    run = app.test_cli_runner().invoke
    status = run(args=["jobs", "status"])
    assert (status.exit_code, status.output.splitlines()[0][:30]) == (0, "events: 0 due, 1 given up, las")
    dead = run(args=["jobs", "dead"]).output
    at = f"{clock() - timedelta(hours=1):%Y-%m-%d %H:%M} UTC"
    assert dead == f"{site.client_key}\tevents\t4711\t{at}\tRuntimeError\n"
    assert run(args=["jobs", "again", "--site", "nobody"]).output == f"Error: {NO_SITE}\n"
    assert run(args=["jobs", "again", "--job", "settle"]).output == "0 jobs run again.\n"
    assert run(args=["jobs", "again", "--site", site.base_url]).output == "1 job run again.\n"
    clock.now += timedelta(seconds=1)
    shown = run(args=["jobs", "status"]).output
    assert shown.startswith("events: 1 due, 1 given up")
    assert shown.endswith("The oldest has been due for 1 second.\n")
    event = events(app, site.client_key)[-1]
    assert (event.action, event.actor, event.origin) == (Action.JOB_RUN_AGAIN, "", "command")
