"""Webhooks: verified, handled once, and treated as hints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from tests.adapters.support.recorded_statements import record_statements
from tests.web.conftest import JiraSite
from tests.web.support.signing import bearing
from tests.web.support.two_sites import stored
from timesheet.domain.job import Job
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Team
from timesheet.services.ports.job import JobKey
from timesheet.web.site.webhook import LARGEST_EVENT

PAYLOAD = {"webhookEvent": "worklog_created", "timestamp": 1, "worklog": {"id": "1"}}


def test_an_event_is_passed_on_with_its_site(site: JiraSite, noted: list[tuple[Any, ...]]) -> None:
    assert site.send_event("/connect/webhook/worklog", PAYLOAD).status_code == 204
    issue = {"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}}
    assert site.send_event("/connect/webhook/issue", issue).status_code == 204
    assert noted == [
        ("key-of-acme", "worklog_created", PAYLOAD),
        ("key-of-acme", "jira:issue_updated", issue),
    ]


def test_an_event_may_have_all_texts_of_an_issue(site: JiraSite, noted: list[tuple[Any, ...]]) -> None:
    payload = {"webhookEvent": "jira:issue_deleted", "issue": {"id": "1", "fields": {"x": "x" * 2_000_000}}}
    assert site.send_event("/connect/webhook/issue", payload).status_code == 204
    assert noted == [("key-of-acme", "jira:issue_deleted", payload)]


def test_an_event_as_large_as_jira_sends_none_is_refused(site: JiraSite) -> None:
    headers, body = bearing(site.signed("POST", path := "/connect/webhook/issue")), b" " * (LARGEST_EVENT + 1)
    assert site.client.post(path, data=body, headers=headers).status_code == 413
    assert site.client.post(path, data=body).status_code == 401


def test_t25_a_repeated_delivery_is_taken_once(site: JiraSite, noted: list[tuple[Any, ...]]) -> None:
    for retry in range(3):
        headers = {"X-Atlassian-Webhook-Identifier": "one", "X-Atlassian-Webhook-Retry": str(retry)}
        assert site.send_event("/connect/webhook/worklog", PAYLOAD, **headers).status_code == 204
    site.send_event("/connect/webhook/worklog", PAYLOAD, **{"X-Atlassian-Webhook-Identifier": "two"})
    assert len(noted) == 2


@pytest.mark.parametrize(("identifier", "times"), [("", 2), ("x", 1), ("x" * 128, 1), ("x" * 129, 2)])
def test_an_identifier_is_remembered_if_there_is_one_and_it_is_not_far_too_long(
    site: JiraSite, noted: list[tuple[Any, ...]], identifier: str, times: int
) -> None:
    for retry in range(2):
        headers = {"X-Atlassian-Webhook-Identifier": identifier, "X-Atlassian-Webhook-Retry": str(retry)}
        assert site.send_event("/connect/webhook/worklog", PAYLOAD, **headers).status_code == 204
    assert len(noted) == times


@pytest.mark.parametrize(
    "body", [[], "text", None, {}, {"webhookEvent": 5}, {"webhookEvent": "jira:issue_updated"}]
)
def test_another_event_is_refused(site: JiraSite, noted: list[tuple[Any, ...]], body: object) -> None:
    assert site.send_event("/connect/webhook/worklog", body).status_code == 422
    assert noted == []


@pytest.mark.parametrize("text", [rb"cut \ud83d", rb"a number, 1e999", b'", "size": 1e999, "more": "'])
def test_an_event_that_a_strict_decoder_refuses_is_not_lost(
    site: JiraSite, noted: list[tuple[Any, ...]], text: bytes
) -> None:
    headers = bearing(site.signed("POST", path := "/connect/webhook/issue"))
    body = b'{"webhookEvent": "jira:issue_deleted", "issue": {"id": "1", "summary": "' + text + b'"}}'
    assert site.client.post(path, data=body, headers=headers).status_code == 204
    assert [(name, payload["issue"]["id"]) for _, name, payload in noted] == [("jira:issue_deleted", "1")]


@pytest.mark.parametrize(("body", "status"), [(b'{"webhookEvent": "worklog_created"}', 204), (b"{", 422)])
def test_a_body_is_read_as_json_whatever_type_it_names(site: JiraSite, body: bytes, status: int) -> None:
    headers = bearing(site.signed("POST", path := "/connect/webhook/worklog"))
    answer = site.client.post(path, data=body, content_type="text/plain", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("worklog", [None, [], {}, {"id": "x"}, {"author": 1}])
def test_a_payload_that_cannot_be_read_is_not_an_error(site: JiraSite, worklog: object) -> None:
    assert site.send_event("/connect/webhook/worklog", PAYLOAD | {"worklog": worklog}).status_code == 204


WORKLOG = {
    "id": "17",
    "issueId": "10012",
    "author": {"accountId": "ana", "displayName": "Ana Example"},
    "updateAuthor": {"accountId": "eve"},
    "started": "2026-11-03T09:00:00.000+0000",
    "created": "2026-11-03T09:00:00.000+0000",
    "updated": "2026-11-04T09:00:00.000+0000",
    "timeSpentSeconds": 3600,
    "comment": "a secret",
}


@contextmanager
def noted_statements() -> Iterator[list[str]]:
    """Collect the beginnings of all statements, up to the first bracket."""
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        written.append(statement.split("(", maxsplit=1)[0].strip())

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield written
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("started", ["9999-12-31T23:59:59.999+0000", "0001-01-01T00:00:00.000+0000"])
def test_an_event_of_the_last_or_the_first_day_is_received(site: JiraSite, started: str) -> None:
    payload = PAYLOAD | {"worklog": WORKLOG | {"started": started}}
    assert site.send_event("/connect/webhook/worklog", payload).status_code == 204


def close_november(app: Flask, site: JiraSite) -> None:
    """Let a team of the site have November 2026 closed."""
    with stored(app, site.client_key) as (stores, _):
        team = stores.teams.save(Team("team", "Team", "eve", stores.schemes.default_id()))
        november = DateSpan(date(2026, 11, 1), date(2026, 11, 30))
        closed_at = datetime(2026, 12, 1, tzinfo=UTC)
        stores.periods.add_record(ClosingRecord("closing", team.id, november, "eve", closed_at, (), {}))


def test_an_event_is_put_down_and_answered_without_asking_jira(app: Flask, site: JiraSite) -> None:
    """The test's Jira answers nothing, so a call would fail. One event, one job, and no lock of the site."""
    close_november(app, site)
    with noted_statements() as written:
        assert site.send_event("/connect/webhook/worklog", PAYLOAD | {"worklog": WORKLOG}).status_code == 204
    assert [line for line in written if line.startswith("INSERT")] == [
        "INSERT INTO worklog_event",
        "INSERT INTO worklog_event",
        "INSERT INTO job",
    ]
    assert len(written) <= 6
    deps = app.extensions["timesheet"]
    with app.app_context():
        deps.operation.transaction.enter(site.client_key)
        [waiting] = deps.stores.events_of(site.client_key).waiting(17)
        assert (waiting.author, waiting.who, waiting.issue_id) == ("ana", "eve", 10012)
        assert deps.jobs.board.due(deps.operation.clock(), Job, 9) == [
            JobKey(site.client_key, Job.EVENTS, "17")
        ]
    app.extensions["worker"].worker.drain()
    with app.app_context():
        deps.operation.transaction.enter(site.client_key)
        assert deps.stores.events_of(site.client_key).waiting(17) == []
        assert deps.jobs.board.totals(deps.operation.clock()) == []


def test_an_event_that_no_closing_has_takes_one_write(site: JiraSite) -> None:
    """Besides, its site is read, which may have ended by now."""
    with record_statements() as statements:
        for version in range(2):
            statements.clear()
            worklog = WORKLOG | {"updated": f"2026-11-04T09:00:0{version}.000+0000"}
            answer = site.send_event("/connect/webhook/worklog", PAYLOAD | {"worklog": worklog})
            assert answer.status_code == 204
    assert statements == ["SELECT", "INSERT", "COMMIT"]


def test_an_event_about_an_issue_is_not_put_down(site: JiraSite) -> None:
    payload = {"webhookEvent": "jira:issue_updated", "issue": {"id": "10012"}, "worklog": WORKLOG}
    with noted_statements() as written:
        assert site.send_event("/connect/webhook/issue", payload).status_code == 204
    assert [line for line in written if line.startswith("INSERT")] == []


def test_an_event_that_jira_sends_for_the_first_time_is_not_looked_up(
    site: JiraSite, noted: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    cache = app.extensions["timesheet"].operation.cache
    looked: list[str] = []
    get = cache.get

    def looking(key: str) -> Any:
        looked.append(key)
        return get(key)

    monkeypatch.setattr(cache, "get", looking)
    headers = {"X-Atlassian-Webhook-Identifier": "one"}
    event_ = PAYLOAD | {"worklog": WORKLOG}
    assert site.send_event("/connect/webhook/worklog", event_, **headers).status_code == 204
    assert [key for key in looked if key.startswith("webhook:")] == []
    # A repeated one is put down once, and correcting the cache again changes nothing.
    repeated = headers | {"X-Atlassian-Webhook-Retry": "1"}
    assert site.send_event("/connect/webhook/worklog", event_, **repeated).status_code == 204
    assert len(noted) == 2
    app.extensions["worker"].worker.drain()
    assert site.send_event("/connect/webhook/worklog", event_, **repeated).status_code == 204
    with app.app_context():
        deps = app.extensions["timesheet"]
        deps.operation.transaction.enter(site.client_key)
        assert deps.jobs.board.totals(deps.operation.clock()) == []


def test_t25_a_repetition_after_a_restart_is_recognized(app: Flask, site: JiraSite) -> None:
    """The cache forgets with the process; the event itself says that it is the same."""
    for _ in range(2):
        assert site.send_event("/connect/webhook/worklog", PAYLOAD | {"worklog": WORKLOG}).status_code == 204
        app.extensions["worker"].worker.drain()
    deps = app.extensions["timesheet"]
    with app.app_context():
        deps.operation.transaction.enter(site.client_key)
        [version] = deps.stores.events_of(site.client_key).recorded({(17, 1793782800000)})
        assert version == (17, 1793782800000)
        assert deps.jobs.board.totals(deps.operation.clock()) == []


def test_an_event_that_concerns_no_closing_needs_no_worker(app: Flask, site: JiraSite) -> None:
    close_november(app, site)
    december = {**WORKLOG, "started": "2026-12-03T09:00:00.000+0000"}
    with noted_statements() as written:
        assert site.send_event("/connect/webhook/worklog", PAYLOAD | {"worklog": december}).status_code == 204
    assert [line for line in written if line.startswith("INSERT")] == ["INSERT INTO worklog_event"]
    assert len(written) <= 5
    deps = app.extensions["timesheet"]
    with app.app_context():
        deps.operation.transaction.enter(site.client_key)
        events = deps.stores.events_of(site.client_key)
        version = (17, int(datetime(2026, 11, 4, 9, tzinfo=UTC).timestamp() * 1000))
        assert events.recorded([version]) == {version}, "the list of changes does not report it again"
        assert events.waiting(17) == []
        assert deps.jobs.board.totals(deps.operation.clock()) == []
