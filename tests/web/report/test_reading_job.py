"""A report that takes long to read: progress in place of the table, a way to cancel it, and then the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.report.test_report import HOUR, TEAM, figures
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, forbidden, make_team_view
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import DatabaseBusy, JiraUnavailable
from timesheet.domain.job import FIRST_PAUSE
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.team.team import TeamPermission
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.report.reading_job import ReadingJobs
from timesheet.services.resilience.patience import check_patience, report_progress
from timesheet.web.report import reader, reading_job

ADDRESS = re.compile(r'hx-get="(/reports/readings/\w+)"')
GONE_TEAM = "A team of this report no longer exists. Choose its teams again."


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> TeamView:
    """Return a team whose Jira answers no search as long as a request may wait; a job waits for it."""
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 2 * HOUR, author="ana")
    view.viewer.scene.put(OPS, MONDAY, 3 * HOUR)
    monkeypatch.setattr(reader, "AT_ONCE_SECONDS", 0.0)
    during(view, lambda: None)
    return view


def during(team: TeamView, happens: Callable[[], object]) -> None:
    """Let something happen while a team's time is read from Jira."""
    jira = team.viewer.scene.jira
    read = type(jira).read_team_worklogs

    def slowly(*values: object, **more: object) -> PackedWorklogs:
        check_patience()
        report_progress(2, 7)
        happens()
        check_patience()
        return read(jira, *values, **more)  # type: ignore[arg-type]

    jira.read_team_worklogs = slowly  # type: ignore[method-assign]


def ask(team: TeamView, **more: object) -> str:
    """Return the address of the progress that is shown in place of the report."""
    answer = team.viewer.get("/reports", **{**TEAM, **more})
    assert answer.status_code == 200, answer.text
    assert 'id="report-table"' not in answer.text
    found = ADDRESS.search(answer.text)
    assert found, answer.text
    return found[1]


def then(team: TeamView, progress: str) -> TestResponse:
    """Return the report that the last progress fetches."""
    found = re.search(r'hx-get="/reports\?([^"]*)"', progress)
    assert found, progress
    return team.viewer.get("/reports", **parse_qs(unescape(found[1])))


def finished(team: TeamView, progress: TestResponse) -> TestResponse:
    """Let the job run whose progress is shown, and return the report that follows."""
    found = ADDRESS.search(progress.text)
    assert found, progress.text
    during(team, lambda: None)
    team.work()
    return then(team, team.viewer.get(found[1]).text)


def forget_time(team: TeamView) -> None:
    """Let the cache drop what was read."""
    cache = team.viewer.scene.cache
    for key in [key for key, entry in cache._entries.items() if isinstance(entry.value, PackedWorklogs)]:
        cache.delete(key)


def reads(team: TeamView) -> int:
    return team.viewer.scene.jira.log.count("read_team_worklogs")


def test_progress_and_then_the_report(team: TeamView) -> None:
    answer = team.viewer.get("/reports", **TEAM)
    assert "The time of this report is read from Jira" in answer.text
    assert "Reading begins in a moment." in answer.text
    assert '<option value="alpha" selected>' in answer.text, "what was chosen stays"
    page = ask(team)
    seen = list[str]()
    during(team, lambda: seen.append(team.as_person("viewer-1").get(page).text))
    team.work()
    ready = team.viewer.get(page).text
    assert "hx-trigger" in ready
    shown = then(team, ready)
    assert figures(shown.text)["Total"][-1] == "5:00"
    assert reads(team) == 1, "the page asks Jira nothing again"
    assert "Jira takes longer than a page can wait" in seen[0]


def test_another_page_that_waited_for_the_same_report_shows_it_too(team: TeamView) -> None:
    page = ask(team)
    team.work()
    for _ in range(2):
        ready = team.viewer.get(page)
        assert ready.status_code == 200
        assert figures(then(team, ready.text).text)["Total"][-1] == "5:00"
    assert reads(team) == 1


def test_a_page_goes_on_waiting_while_the_cache_server_is_away(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, cache = ask(team), team.app.extensions["timesheet"].operation.cache
    key = f"{team.viewer.site.client_key}:report-reading:{page.rpartition('/')[2]}"
    known = cache.get(key)
    with monkeypatch.context() as patched:
        patched.setattr(MemoryCache, "isolated", True)
        cache.delete(key)
        team.work()
        waiting = team.viewer.get(page).text
        assert "Reading begins in a moment." in waiting
        assert f'hx-get="{page}"' in waiting
    cache.put(key, known, 600)
    team.wait(31)
    team.work()
    assert figures(then(team, team.viewer.get(page).text).text)["Total"][-1] == "5:00"


def test_how_much_has_come_is_said(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ask(team)
    monkeypatch.setattr("timesheet.services.report.reading_job.LOOK_SECONDS", 0.0)
    seen = list[str]()

    def look() -> None:
        check_patience()
        seen.append(team.as_person("viewer-1").get(page).text)

    during(team, look)
    team.work()
    assert "So far: 7 worklogs and 2 issues" in seen[0]
    assert f'hx-post="{page}/cancel"' in seen[0]


def test_a_canceled_report_is_not_read_on(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ask(team)
    monkeypatch.setattr("timesheet.services.report.reading_job.LOOK_SECONDS", 0.0)
    answers = list[str]()
    during(team, lambda: answers.append(team.as_person("viewer-1").post(f"{page}/cancel").text))
    team.work()
    assert "This report was canceled" in answers[0]
    assert "Nothing is read from Jira anymore, and no figures are shown." in answers[0]
    assert reads(team) == 0
    assert team.viewer.get(page).status_code == 404
    page = ask(team)
    during(team, lambda: None)
    team.work()
    assert figures(then(team, team.viewer.get(page).text).text)["Total"][-1] == "5:00"


def test_a_report_that_was_canceled_before_its_job_began_is_not_read(team: TeamView) -> None:
    page = ask(team)
    team.viewer.post(f"{page}/cancel")
    team.work()
    assert reads(team) == 0


def test_only_the_person_who_started_it_sees_the_progress(team: TeamView) -> None:
    page = ask(team)
    ana = team.as_person("ana")
    assert ana.get(page).status_code == 404
    assert ana.post(f"{page}/cancel").status_code == 404
    assert team.viewer.get(page).status_code == 200


def test_what_jira_refuses_is_said_in_place_of_the_progress(team: TeamView) -> None:
    page = ask(team)
    team.viewer.scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is down.")]
    team.work()
    text = team.viewer.get(page).text
    assert '<p role="alert">Jira is down.</p>' in text
    assert "hx-trigger" not in text


def test_what_breaks_is_said_and_not_tried_for_hours(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ask(team)

    def crash(*_values: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(reading_job, "_read", crash)
    team.work()
    assert "The report could not be read, and this was logged." in team.viewer.get(page).text


def test_a_report_is_read_once_the_database_answers_again(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ask(team)

    def wait(*_values: object) -> None:
        raise DatabaseBusy("Away.")

    with monkeypatch.context() as patched:
        patched.setattr(reading_job, "_read", wait)
        team.work()
    assert 'hx-trigger="' in team.viewer.get(page).text
    team.wait(FIRST_PAUSE.total_seconds())
    team.work()
    assert figures(then(team, team.viewer.get(page).text).text)["Total"][-1] == "5:00"


def test_a_team_that_is_deleted_while_the_job_runs_is_said_in_the_report(team: TeamView) -> None:
    page = ask(team)
    team.delete()
    text = team.viewer.get(page).text
    gone = then(team, text)
    assert gone.status_code == 404
    assert GONE_TEAM in gone.text
    team.work()
    assert reads(team) == 0


def test_a_team_that_is_deleted_when_the_job_begins_is_a_sentence(team: TeamView) -> None:
    page = ask(team)
    team.delete()
    team.work()
    assert GONE_TEAM in team.viewer.get(page).text


def test_a_right_that_is_taken_away_while_the_job_runs_is_said_in_the_report(team: TeamView) -> None:
    team.change(lead="ana")
    team.role("viewing", TeamPermission.WORK_ON_ISSUES, TeamPermission.VIEW_WORKLOGS)
    team.add("viewer-1", "viewing")
    page = ask(team)
    during(team, lambda: team.add("viewer-1", "member"))
    team.work()
    shown = finished(team, then(team, team.viewer.get(page).text))
    assert "In Alpha you see your own time only." in shown.text
    assert figures(shown.text)["Total"][-1] == "3:00"


def test_a_module_that_is_closed_while_the_job_runs_is_said(team: TeamView) -> None:
    page = ask(team)
    with team.app.app_context():
        team.stores.permissions.save(SitePermissions({Module.REPORTS: Grant(Whom.NOBODY)}))
        team.commit()
    assert forbidden(team.viewer.get(page), "Reports is limited")
    team.work()
    assert reads(team) == 0


def test_files_are_left_to_a_job_too(team: TeamView) -> None:
    answer = team.viewer.get("/reports/file/csv", **TEAM)
    assert answer.status_code == 202
    assert answer.json is not None
    page = str(answer.json["page"])
    team.work()
    assert "You can download it once" in team.viewer.get(page).text


@pytest.mark.parametrize("part", ["chart", "rows", "worklogs"])
def test_parts_of_a_report_say_what_to_do(team: TeamView, part: str) -> None:
    answer = team.viewer.get(f"/reports/{part}", **TEAM, chart="load", column="total:spent")
    assert answer.status_code == 503
    assert "Refresh the report: it is then read with its progress." in answer.text


def test_what_cannot_be_kept_is_said_instead_of_being_read_again_and_again(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, finish = ask(team), ReadingJobs.finish

    def forget(jobs: ReadingJobs, reading_id: str) -> None:
        finish(jobs, reading_id)
        forget_time(team)

    monkeypatch.setattr(ReadingJobs, "finish", forget)
    team.work()
    shown = finished(team, then(team, team.viewer.get(page).text))
    assert shown.status_code == 422
    assert "The time of this report is more than can be kept for a page." in shown.text
    assert reads(team) == 2


def test_a_refresh_reads_again_and_shows_what_was_read(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "AT_ONCE_SECONDS", 60.0)
    team.viewer.get("/reports", **TEAM)
    monkeypatch.setattr(reader, "AT_ONCE_SECONDS", 0.0)
    team.viewer.scene.put(PAY, MONDAY, HOUR, author="ana")
    page = ask(team, refresh="1")
    team.work()
    shown = then(team, team.viewer.get(page).text)
    assert figures(shown.text)["Total"][-1] == "6:00"
    assert reads(team) == 2
