"""The report on accounts in Jira's format, and the handling of its responses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.adapters.support.jira_server import Reply, ScriptedJira, scripted_jira
from timesheet.adapters.connect.app_token import CONNECT_REPORT_PATH
from timesheet.adapters.jira.account_report import JiraAccountReporter
from timesheet.adapters.jira.client import JiraClients
from timesheet.domain.errors import InvalidInput, JiraBusy, JiraUnavailable, NotAllowed
from timesheet.services.ports.privacy import AccountNews

AT = datetime(2026, 11, 23, 10, 0, 0, 5000, tzinfo=timezone(timedelta(hours=1)))
NONE = AccountNews(frozenset(), frozenset(), 7)


@dataclass
class Talk:
    """A Jira that answers as scripted, and the reporter that speaks to it."""

    jira: ScriptedJira
    reply: Reply

    @property
    def reporter(self) -> JiraAccountReporter:
        return JiraClients(lambda: AT.astimezone(UTC)).reporter(self.jira, CONNECT_REPORT_PATH)

    def answers(self, status: int, json: Any = None, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.reply = Reply(status, json, named)


@pytest.fixture
def talk() -> Iterator[Talk]:
    with scripted_jira(route=lambda _: made.reply) as jira:
        made = Talk(jira, Reply(204))
        yield made


def test_it_is_sent_in_the_form_that_the_contract_says(talk: Talk) -> None:
    assert talk.reporter.report(["a", "b"], AT) == NONE
    [request] = talk.jira.requests
    assert (request.method, request.path) == ("POST", "/rest/atlassian-connect/latest/report-accounts")
    assert request.headers["Content-Type"] == "application/json"
    stamp = "2026-11-23T09:00:00.005Z"
    assert request.body == {
        "accounts": [{"accountId": "a", "updatedAt": stamp}, {"accountId": "b", "updatedAt": stamp}]
    }


def test_closed_and_changed_accounts_are_distinguished(talk: Talk) -> None:
    statuses = {"a": "closed", "b": "updated", "c": "something new", "stranger": "closed"}
    accounts = [{"accountId": who, "status": status} for who, status in statuses.items()]
    talk.answers(200, {"accounts": accounts}, Cycle_Period="14")
    expected = AccountNews(frozenset({"a"}), frozenset({"b"}), 14)
    assert talk.reporter.report(["a", "b", "c"], AT) == expected


@pytest.mark.parametrize("period", ["", "soon", "0", "-7", "100000", "7.5", "9" * 5000])
def test_a_cycle_that_cannot_be_followed_is_a_week(talk: Talk, period: str) -> None:
    talk.answers(204, Cycle_Period=period)
    assert talk.reporter.report(["a"], AT).days == 7


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, {"errorType": "invalid_request", "errorMessage": "Too many."}, InvalidInput, "Too many"),
        (400, ["odd"], InvalidInput, "Jira refuses this"),
        (403, {}, NotAllowed, "does not allow"),
        (404, {}, JiraUnavailable, "could not be read"),
        (200, {"accounts": "none"}, JiraUnavailable, "could not be read"),
        (200, None, JiraUnavailable, "could not be read"),
        (503, None, JiraUnavailable, "is not answering"),
    ],
)
def test_what_is_not_an_answer_is_an_error(
    talk: Talk, status: int, body: Any, error: type[Exception], words: str
) -> None:
    talk.answers(status, body)
    with pytest.raises(error, match=words):
        talk.reporter.report(["a"], AT)


def test_jiras_wish_for_a_break_is_respected(talk: Talk) -> None:
    talk.answers(429, Retry_After="600")
    with pytest.raises(JiraBusy) as busy:
        talk.reporter.report(["a"], AT)
    assert busy.value.retry_after >= 600
