"""*Configuration → Jobs* in a browser: an admin sees what ran and repeats what was given up; others see nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.team_stage import run_jobs
from timesheet.domain.job import KINDS, Job
from timesheet.services.ports.job import DEAD, Ending, JobKey
from timesheet.web.http.dependencies import AppDependencies
from tools.stage import Stage

SUBJECT = "10017"


def give_up(stage: Stage) -> None:
    """Let a worker run all jobs of the site once, and give one up."""
    deps: AppDependencies = stage.app.extensions["timesheet"]
    run_jobs(stage)
    with stage.app.app_context():
        [site] = [one.key for one in deps.sites.installed_sites()]
    with stage.app.app_context():
        now = deps.operation.clock()
        deps.operation.transaction.enter(site)
        deps.jobs.jobs_of(site).ask_for(Job.EVENTS, SUBJECT, now)
        deps.jobs.jobs_of(site).ask_for(Job.CHECKPOINT, "", now)
        deps.operation.transaction.commit()
    with stage.app.app_context():
        claim = deps.jobs.board.claim(JobKey(site, Job.EVENTS, SUBJECT), "one", now)
        assert claim is not None
        deps.operation.transaction.enter(site)
        deps.jobs.board.finish(claim, Ending(DEAD, now, None, "JiraUnavailable"))
        deps.operation.transaction.commit()
    run_jobs(stage)


@pytest.mark.each_door
@pytest.mark.parametrize("width", [375, 1024])
def test_an_admin_sees_jobs_and_lets_one_run_again(
    journey: Journey,
    stage: Stage,
    assert_accessible: Callable[[Page | Frame], None],
    width: int,
) -> None:
    give_up(stage)
    journey.page.set_viewport_size({"width": width, "height": 900})
    journey.person = stage.jira.person(0)
    journey.open("configure")
    frame = journey.open("configure")
    frame.get_by_role("button", name="Jobs", exact=True).click()
    jobs = frame.locator("#jobs")
    expect(jobs.get_by_role("heading", name=KINDS[Job.CHECKPOINT].title)).to_be_visible()
    expect(frame.locator("#job-checkpoint")).to_contain_text("Done")
    expect(frame.locator("#jobs-dead")).to_contain_text("Jira did not respond.")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert frame.evaluate(overflow) <= 0
    assert_accessible(frame)
    frame.get_by_role("button", name="Run again").press("Enter")
    expect(frame.locator("#flags")).to_contain_text("runs again now")
    assert_accessible(frame)
    run_jobs(stage)
    frame.get_by_role("button", name="Jobs", exact=True).click()
    expect(frame.locator("#jobs-dead")).to_have_count(0)


def test_work_that_waits_is_said(journey: Journey, stage: Stage) -> None:
    run_jobs(stage)
    stage.cloud.cloud.clock.travel(timedelta(minutes=20).total_seconds())
    journey.person = stage.jira.person(0)
    frame = journey.open("configure", section="jobs")
    expect(frame.locator("#jobs-late")).to_contain_text("ask the operator of the app to start its worker")


def test_somebody_else_reads_the_missing_permission(journey: Journey) -> None:
    frame = journey.open()
    expect(frame.locator("#sheet")).to_be_visible()
    frame.evaluate("htmx.ajax('GET', '/configure/jobs', '#main')")
    expect(frame.get_by_role("alert")).to_contain_text("Administer Jira")
    expect(frame.locator("#jobs")).to_have_count(0)
