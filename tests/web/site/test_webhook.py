"""Webhooks: verified, handled once, and treated as hints."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import JiraSite
from timesheet.web.site import webhook

PAYLOAD = {"webhookEvent": "worklog_created", "timestamp": 1, "worklog": {"id": "1"}}


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return what was passed on."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(webhook, "note_worklog_event", lambda _cache, *rest: calls.append(rest[:3]))
    return calls


def test_an_event_is_passed_on_with_its_site(site: JiraSite, noted: list[tuple[Any, ...]]) -> None:
    assert site.tell("/connect/webhook/worklog", PAYLOAD).status_code == 204
    issue = {"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}}
    assert site.tell("/connect/webhook/issue", issue).status_code == 204
    assert noted == [
        ("key-of-acme", "worklog_created", PAYLOAD),
        ("key-of-acme", "jira:issue_updated", issue),
    ]


def test_t25_a_repeated_delivery_is_taken_once(site: JiraSite, noted: list[tuple[Any, ...]]) -> None:
    for retry in range(3):
        headers = {"X-Atlassian-Webhook-Identifier": "one", "X-Atlassian-Webhook-Retry": str(retry)}
        assert site.tell("/connect/webhook/worklog", PAYLOAD, **headers).status_code == 204
    site.tell("/connect/webhook/worklog", PAYLOAD, **{"X-Atlassian-Webhook-Identifier": "two"})
    assert len(noted) == 2


@pytest.mark.parametrize(
    "body", [[], "text", None, {}, {"webhookEvent": 5}, {"webhookEvent": "jira:issue_updated"}]
)
def test_another_event_is_refused(site: JiraSite, noted: list[tuple[Any, ...]], body: object) -> None:
    assert site.tell("/connect/webhook/worklog", body).status_code == 422
    assert noted == []


@pytest.mark.parametrize("worklog", [None, [], {}, {"id": "x"}, {"author": 1}])
def test_a_payload_that_cannot_be_read_is_no_error(site: JiraSite, worklog: object) -> None:
    assert site.tell("/connect/webhook/worklog", PAYLOAD | {"worklog": worklog}).status_code == 204
