"""Files of long reports: written by a job with progress, fetched once in 15 minutes by its person, or canceled."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pytest
from werkzeug.test import TestResponse

from tests.web.report.test_report import HOUR, TEAM
from tests.web.support.recorded_events import events
from tests.web.support.team_view import TeamView, forbidden
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.permission import SitePermissions
from timesheet.domain.team.team import Team
from timesheet.services.privacy.privacy import ErasureReason, SiteData, awaited_key, erase_account
from timesheet.services.report import export_job as stored_job
from timesheet.web.job.serving import worker_of
from timesheet.web.report import export, export_job

CSV = "/reports/file/csv"


@pytest.fixture
def team(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> TeamView:
    """Return a team whose report of four rows is a long one."""
    monkeypatch.setattr(export, "MOST_AT_ONCE", 3)
    return team


def ask(team: TeamView, path: str = CSV, **more: object) -> str:
    """Return the address of the file's progress."""
    answer = team.viewer.get(path, **{**TEAM, **more})
    assert answer.status_code == 202, answer.text
    assert answer.json is not None
    return str(answer.json["page"])


def exports(team: TeamView) -> int:
    """Return how many exports of time the audit log has."""
    recorded = events(team.app, team.viewer.site.client_key)
    return [event.action for event in recorded].count(Action.TIME_EXPORTED)


def seconds(answer: TestResponse) -> int:
    assert answer.status_code == 200, answer.text
    rows = list(csv.reader(StringIO(answer.text)))
    return int(rows[rows.index([]) - 1][-1])


def test_a_job_writes_the_file_and_it_can_be_fetched_once(team: TeamView) -> None:
    page = ask(team)
    waiting = team.viewer.get(page).text
    assert "will be written in a moment" in waiting
    assert f'hx-get="{page}"' in waiting
    team.work()
    ready = team.viewer.get(page).text
    assert "You can download it once, until 12:15" in ready
    assert "hx-trigger" not in ready
    answer = team.viewer.get(f"{page}/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Alpha-2026-11-16-2026-11-22.csv"'
    assert seconds(answer) == 6000 + 3 * HOUR
    again = team.viewer.get(f"{page}/file")
    assert again.status_code == 404
    assert "This file no longer exists." in again.text


def test_a_request_for_its_headers_leaves_the_file_and_the_audit_log_alone(team: TeamView) -> None:
    headers = team.viewer.headers
    asked = team.viewer.site.client.head(CSV, query_string=TEAM, headers=headers)
    assert (asked.status_code, asked.headers["Allow"]) == (405, "GET")
    team.work()
    assert exports(team) == 0
    page = ask(team)
    team.work()
    assert team.viewer.site.client.head(f"{page}/file", headers=headers).status_code == 405
    part = replace(team.viewer, headers=headers | {"Range": "bytes=0-9"}).get(f"{page}/file")
    assert seconds(part) == 6000 + 3 * HOUR, "there are no parts of a file"
    assert exports(team) == 1


def test_a_page_that_asks_again_gets_the_file_for_two_minutes_and_no_other(team: TeamView) -> None:
    """On Forge an answer may be lost, and the page asks again as the same download."""
    page = ask(team)
    team.work()

    def fetched(download: str) -> TestResponse:
        headers = team.viewer.headers | {"X-Download": download}
        return replace(team.viewer, headers=headers).get(f"{page}/file")

    assert seconds(fetched("a" * 32)) == seconds(fetched("a" * 32)) == 6000 + 3 * HOUR
    assert fetched("b" * 32).status_code == 404
    assert team.viewer.get(page).status_code == 404, "it cannot be downloaded a second time"
    team.wait(121)
    assert fetched("a" * 32).status_code == 404


def test_a_page_that_asks_again_for_a_long_report_waits_for_one_job(team: TeamView) -> None:
    """On Forge the answer with the address of the progress may be lost, too."""

    def asked(download: str, decimal: str = "point") -> str:
        headers = team.viewer.headers | {"X-Download": download}
        return ask(replace(team, viewer=replace(team.viewer, headers=headers)), decimal=decimal)

    page = asked("a" * 32)
    assert asked("a" * 32) == page
    team.work()
    assert asked("a" * 32) == page
    team.work()
    assert exports(team) == 1
    assert seconds(team.viewer.get(f"{page}/file")) == 6000 + 3 * HOUR
    others = {page, asked("a" * 32, decimal="comma"), asked("b" * 32), asked("not an id"), asked("not an id")}
    assert len(others) == 5
    team.work()
    assert exports(team) == 5


def test_the_file_is_in_the_language_and_with_the_separators_that_were_chosen(team: TeamView) -> None:
    page = ask(team, delimiter="semicolon", decimal="comma", mark=1)
    team.work()
    text = team.viewer.get(f"{page}/file").text
    assert text.startswith("\ufeff")
    assert ';"1,6667";' not in text
    assert ";1,6667;6000" in text


@pytest.mark.parametrize("kind", ["json", "xlsx", "pdf"])
def test_every_kind_of_file_is_written(team: TeamView, kind: str) -> None:
    page = ask(team, f"/reports/file/{kind}")
    team.work()
    answer = team.viewer.get(f"{page}/file")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
    assert len(answer.data) > 500


def test_it_expires_after_a_quarter_of_an_hour(team: TeamView) -> None:
    page = ask(team)
    team.work()
    team.wait(15 * 60 + 1)
    assert team.viewer.get(f"{page}/file").status_code == 404
    assert team.viewer.get(page).status_code == 404


def test_only_the_person_who_requested_it_gets_the_file(team: TeamView) -> None:
    page = ask(team)
    team.work()
    ana = team.as_person("ana")
    assert ana.get(page).status_code == 404
    assert ana.get(f"{page}/file").status_code == 404
    assert ana.post(f"{page}/cancel").status_code == 404
    assert team.viewer.get(f"{page}/file").status_code == 200


def test_a_canceled_file_is_never_written(team: TeamView) -> None:
    page = ask(team)
    answer = team.viewer.post(f"{page}/cancel")
    assert (answer.status_code, answer.text) == (200, "")
    team.work()
    assert team.viewer.get(page).status_code == 404
    assert Action.TIME_EXPORTED not in {one.action for one in events(team.app, team.viewer.site.client_key)}


def test_nobody_is_named_who_was_erased_before_the_job_ran(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_AT_ONCE", 0)
    ask(team, who="me")
    site = team.viewer.site.client_key
    with team.app.app_context():
        deps = team.app.extensions["timesheet"]
        with deps.operation.transaction.within(site):
            data = SiteData(
                deps.privacy.privacy_of(site), deps.audit.recorder_of(site), deps.operation.cache, site
            )
            erase_account(data, "viewer-1", ErasureReason.ADMIN)
            deps.operation.transaction.commit()
    team.work()
    assert "viewer-1" not in {event.actor for event in events(team.app, site)}


def test_a_job_stops_when_its_file_is_canceled_meanwhile(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ask(team)
    walked = export_job.CountedRows.rows

    def rows(counted: export_job.CountedRows) -> object:
        for row in walked(counted):
            team.app.extensions["timesheet"].operation.cache.delete(
                f"{team.viewer.site.client_key}:export:{page.rpartition('/')[2]}"
            )
            yield row

    monkeypatch.setattr(export_job.CountedRows, "rows", rows)
    team.work()
    assert team.viewer.get(page).status_code == 404


def test_a_file_that_another_worker_writes_again_is_one_export(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker is killed while it writes, after the commit of the event."""
    page = ask(team)

    class Killed(BaseException):
        pass

    def kill(*_values: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(stored_job.ExportJobs, "write", kill)
        with pytest.raises(Killed):
            team.work()
    assert exports(team) == 1
    team.wait(60)
    with team.app.app_context():
        board = team.app.extensions["timesheet"].jobs.board
        [run] = board.running()
        worker_of(team.app).worker._lost.append(run)
    team.work()
    assert seconds(team.viewer.get(f"{page}/file")) == 6000 + 3 * HOUR
    assert exports(team) == 1


@pytest.mark.parametrize("missed", ["job", "person", "progress"])
def test_a_file_is_written_although_the_cache_server_was_away_meanwhile(
    team: TeamView, monkeypatch: pytest.MonkeyPatch, missed: str
) -> None:
    """The worker sees neither the job, nor who waits, nor later that somebody still waits."""
    page, cache = ask(team), team.app.extensions["timesheet"].operation.cache
    site, id_ = team.viewer.site.client_key, page.rpartition("/")[2]
    key = awaited_key(site, "viewer-1") if missed == "person" else f"{site}:export:{id_}"
    known, walked = cache.get(key), export_job.CountedRows.rows

    def rows(counted: export_job.CountedRows) -> object:
        cache.delete(key)
        yield from walked(counted)

    with monkeypatch.context() as patched:
        patched.setattr(MemoryCache, "isolated", True)
        if missed == "progress":
            patched.setattr(export_job.CountedRows, "rows", rows)
        else:
            cache.delete(key)
        team.work()
        if missed != "person":
            waiting = team.viewer.get(page).text
            assert "will be written in a moment" in waiting
            assert f'hx-get="{page}"' in waiting
    cache.put(key, known, 600)
    team.wait(31)
    team.work()
    assert seconds(team.viewer.get(f"{page}/file")) == 6000 + 3 * HOUR


def test_a_file_can_be_fetched_again_after_the_cache_server_was_away(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, cache = ask(team), team.app.extensions["timesheet"].operation.cache
    team.work()
    key = f"{team.viewer.site.client_key}:export:{page.rpartition('/')[2]}"
    known = cache.get(key)
    with monkeypatch.context() as patched:
        patched.setattr(MemoryCache, "isolated", True)
        cache.delete(key)
        refused = team.viewer.get(f"{page}/file")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "Try again" in refused.text
    cache.put(key, known, 600)
    assert seconds(team.viewer.get(f"{page}/file")) == 6000 + 3 * HOUR


def test_progress_is_in_rows(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    page, seen = ask(team), []
    go_on = stored_job.ExportJobs._go_on

    def watched(jobs: stored_job.ExportJobs, *values: object) -> bool:
        going = go_on(jobs, *values)  # type: ignore[arg-type]
        seen.append(jobs.find(page.rpartition("/")[2], "viewer-1"))
        return going

    monkeypatch.setattr(stored_job.ExportJobs, "_go_on", watched)
    team.work()
    assert seen[-1].rows == seen[-1].written == 4


def test_a_module_that_is_closed_when_the_job_runs_is_a_sentence(team: TeamView) -> None:
    page = ask(team)
    team.close_reports()
    team.work()
    assert forbidden(team.viewer.get(page), "Reports is limited")
    with team.app.app_context():
        team.stores.permissions.save(SitePermissions(version=1))
        team.commit()
    assert "Reports is limited" in team.viewer.get(page).text


def test_a_team_that_is_gone_when_the_job_runs_is_a_sentence(team: TeamView) -> None:
    page = ask(team)
    team.delete()
    team.work()
    assert "A team of this report no longer exists." in team.viewer.get(page).text


def test_a_right_that_is_gone_when_the_file_is_fetched_refuses_it(team: TeamView) -> None:
    page = ask(team)
    team.work()
    team.delete()
    gone = team.viewer.get(f"{page}/file")
    assert gone.status_code == 404
    assert "A team of this report no longer exists." in gone.text


@pytest.mark.parametrize("rows", [["person", "issue"], ["person"]])
def test_whoever_sees_their_own_time_only_by_now_does_not_get_that_of_others(
    team: TeamView, monkeypatch: pytest.MonkeyPatch, rows: list[str]
) -> None:
    monkeypatch.setattr(export, "MOST_AT_ONCE", 0)
    page = ask(team, rows=rows)
    team.work()
    team.change(lead="ana")
    assert forbidden(team.viewer.get(f"{page}/file"), "you see your own time only")
    team.change()
    assert team.viewer.get(f"{page}/file").status_code == 200


def test_a_file_of_all_teams_is_not_for_somebody_who_is_in_fewer_by_now(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.teams.save(Team("beta", "Beta", "viewer-1", team.stores.schemes.default_id()))
        team.commit()
    page = ask(team, who="teams")
    team.work()
    team.change(lead="ana")
    with team.app.app_context():
        team.stores.teams.remove_members("alpha", ["viewer-1"])
        team.commit()
    assert team.viewer.get(f"{page}/file").status_code == 403


def test_ones_own_time_in_a_team_can_be_fetched(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_AT_ONCE", 0)
    team.change(lead="ana")
    page = ask(team, rows=["issue"])
    team.work()
    assert seconds(team.viewer.get(f"{page}/file")) == 3 * HOUR


def test_a_module_that_is_closed_when_the_file_is_fetched_refuses_it(team: TeamView) -> None:
    page = ask(team)
    team.work()
    team.close_reports()
    assert forbidden(team.viewer.get(f"{page}/file"), "Reports is limited")


def test_what_fails_is_said(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ask(team)

    def fail(*_values: object) -> None:
        raise JiraUnavailable("Jira gave no answer.")

    monkeypatch.setattr(export_job, "_write", fail)
    team.work()
    assert "Jira gave no answer." in team.viewer.get(page).text
    broken = ask(team)

    def crash(*_values: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(export_job, "_write", crash)
    team.work()
    assert "The file could not be written" in team.viewer.get(broken).text


def test_a_file_that_is_too_large_is_not_kept(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_job, "PART_BYTES", 10)
    monkeypatch.setattr(stored_job, "MOST_BYTES", 20)
    page = ask(team)
    team.work()
    assert "too large to be kept" in team.viewer.get(page).text


def test_a_part_that_was_pushed_out_of_the_cache_makes_the_file_gone(team: TeamView) -> None:
    page = ask(team)
    team.work()
    cache, id_ = team.app.extensions["timesheet"].operation.cache, page.rpartition("/")[2]
    cache.delete(f"{team.viewer.site.client_key}:export:{id_}:0")
    assert team.viewer.get(f"{page}/file").status_code == 404
