"""An issue that is moved or deleted in Jira while its time is on a sheet, with the app and the emulated Jira."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest

from jira_emulator.issue.issue import delete_issue
from tests.journeys.support.sheet import Work
from tests.web.support.browsing import Browser
from tests.web.support.faults import ask
from tools.stage import Stage, set_stage


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with set_stage(tmp_path_factory.mktemp("lost"), people=3) as stage:
        yield stage


def test_t36_t37_the_owner_reads_that_an_issue_was_moved_and_that_it_was_deleted(stage: Stage) -> None:
    jira, today = stage.jira, stage.cloud.cloud.clock().date()
    work = Work(stage, jira.person(1))
    issue = work.issue("Comes and goes")
    work.log(issue, today, 3600)
    work.log(issue, today, 7200)
    assert jira.flush_webhooks()
    browser = Browser(stage, jira, jira.person(1)).sign_in()

    def sheet() -> str:
        assert jira.flush_webhooks()
        return unescape(browser.get(f"/timesheet?view=week&day={today}"))

    old = issue.key
    assert f">{old}</a>" in sheet()
    jira.control("POST", "issues", {"key": old, "project": "WEB"})
    moved = sheet()
    assert f">{issue.key}</a>" in moved
    assert f"(was {old})" in moved
    with jira.site.lock:
        delete_issue(jira.site, issue, jira.person(0).account_id)
    said = f"{issue.key} was deleted in Jira: 3h that you logged"
    lost = sheet()
    assert (said in lost, f">{issue.key}</a>" in lost) == (True, False)
    answer = ask(browser, "POST", "/timesheet/lost-time", view="week", day=today)
    assert answer.status_code == 200
    assert said not in unescape(answer.text)
    assert said not in sheet()
