from __future__ import annotations

from collections.abc import Iterator

import jwt
import pytest
import requests

from jira_emulator.connect.installation import Installation
from jira_emulator.connect.qsh import query_string_hash
from jira_emulator.model import Event
from jira_emulator.server import RunningSite
from tests.emulator.support.sample_app import SampleApp


@pytest.fixture
def quick(jira: RunningSite, installed: Installation) -> Iterator[RunningSite]:
    before = jira.tenant.webhooks.retry_seconds
    jira.tenant.webhooks.retry_seconds = 0.001
    yield jira
    jira.tenant.webhooks.retry_seconds = before


def happen(jira: RunningSite, number: int, name: str = "worklog_created", *, cascade: bool = False) -> None:
    payload = {"webhookEvent": name, "worklog": {"id": str(number), "issueId": "1"}}
    jira.site.bus.emit(Event(name, payload, cascade=cascade))


def ids(sample: SampleApp) -> list[str]:
    return [one.body["worklog"]["id"] for one in sample.to("/hook")]


def test_a_delivery_is_signed_for_its_url(
    quick: RunningSite, sample: SampleApp, installed: Installation
) -> None:
    happen(quick, 1)
    assert quick.flush_webhooks()
    [hook] = sample.to("/hook")
    claims = jwt.decode(hook.token, installed.shared_secret, algorithms=["HS256"])
    assert claims["iss"] == quick.site.client_key
    assert claims["qsh"] == query_string_hash("POST", "/hook")
    assert hook.headers["X-Atlassian-Webhook-Flow"] == "Primary"
    assert hook.headers["X-Atlassian-Webhook-Retry"] == "0"
    assert hook.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503])
def test_it_is_tried_again_under_the_same_identifier(
    quick: RunningSite, sample: SampleApp, status: int
) -> None:
    sample.answers["/hook"] = [status, status]
    happen(quick, 1)
    assert quick.flush_webhooks()
    hooks = sample.to("/hook")
    assert [one.headers["X-Atlassian-Webhook-Retry"] for one in hooks] == ["0", "1", "2"]
    assert len({one.headers["X-Atlassian-Webhook-Identifier"] for one in hooks}) == 1


@pytest.mark.parametrize("status", [302, 400, 401, 404])
def test_other_answers_end_it(quick: RunningSite, sample: SampleApp, status: int) -> None:
    sample.answers["/hook"] = [status]
    happen(quick, 1)
    assert quick.flush_webhooks()
    assert len(sample.to("/hook")) == 1


def test_five_retries_are_the_end(quick: RunningSite, sample: SampleApp) -> None:
    sample.answers["/hook"] = [500] * 10
    happen(quick, 1)
    assert quick.flush_webhooks()
    assert len(sample.to("/hook")) == 6
    assert [one.status for one in quick.calls.list("webhook")] == [500] * 6


def test_two_events_have_two_identifiers(quick: RunningSite, sample: SampleApp) -> None:
    happen(quick, 1)
    happen(quick, 2, cascade=True)
    assert quick.flush_webhooks()
    hooks = sample.to("/hook")
    assert len({one.headers["X-Atlassian-Webhook-Identifier"] for one in hooks}) == 2
    assert {one.headers["X-Atlassian-Webhook-Flow"] for one in hooks} == {"Primary", "Secondary"}


def test_events_that_were_not_requested_are_not_sent(
    quick: RunningSite, sample: SampleApp, installed: Installation
) -> None:
    happen(quick, 1, "worklog_updated")
    quick.tenant.lifecycle.disable(installed.key)
    happen(quick, 2)
    assert quick.flush_webhooks()
    assert sample.to("/hook") == []


def test_the_filter_is_jql(quick: RunningSite, sample: SampleApp) -> None:
    inside = next(one for one in quick.site.issues.values() if one.project.key == "PAY")
    outside = next(one for one in quick.site.issues.values() if one.project.key != "PAY")
    for issue in (inside, outside):
        payload = {"issue": {"id": str(issue.id), "key": issue.key}}
        quick.site.bus.emit(Event("jira:issue_updated", payload))
    assert quick.flush_webhooks()
    assert [one.body["issue"]["key"] for one in sample.to("/issue-hook")] == [inside.key]


def test_the_body_may_be_left_out(jira: RunningSite, sample: SampleApp) -> None:
    sample.descriptor["modules"]["webhooks"] = [
        {"event": "worklog_created", "url": "/hook?i={issue.id}", "excludeBody": True}
    ]
    jira.install(sample.descriptor_url)
    happen(jira, 1)
    assert jira.flush_webhooks()
    [hook] = sample.to("/hook")
    assert (hook.target, hook.body) == ("/hook?i=1", None)
    assert hook.claims()["qsh"] == query_string_hash("POST", "/hook?i=1")


def test_the_event_of_a_worklog_made_by_rest_has_its_trace(
    quick: RunningSite, sample: SampleApp, installed: Installation
) -> None:
    browser = requests.Session()
    browser.get(
        f"{quick.base_url}/_host/sign-in-as", params={"person": quick.person(0).account_id}, timeout=5
    )
    key = next(one.key for one in quick.site.issues.values() if "worklogs-0" in one.labels)
    made = browser.post(
        f"{quick.base_url}/rest/api/3/issue/{key}/worklog",
        json={"timeSpentSeconds": 3600, "started": "2026-11-20T09:00:00.000+0000"},
        headers={"X-Atlassian-Webhook-Trace": "abc"},
        timeout=30,
    )
    assert made.status_code == 201, made.text
    assert quick.flush_webhooks()
    [hook] = sample.to("/hook")
    assert hook.headers["X-Atlassian-Webhook-Trace"] == "abc"
    assert hook.body["webhookEvent"] == "worklog_created"
    assert hook.body["worklog"]["id"] == made.json()["id"]
    assert "issue" not in hook.body
    browser.delete(f"{quick.base_url}/rest/api/3/issue/{key}/worklog/{made.json()['id']}", timeout=30)


def test_lost_doubled_and_reordered(quick: RunningSite, sample: SampleApp) -> None:
    quick.control("POST", "trouble", [{"effect": "webhook-lost"}])
    happen(quick, 1)
    quick.control("POST", "trouble", [{"effect": "webhook-doubled"}])
    happen(quick, 2)
    quick.control("POST", "trouble", [{"effect": "webhook-reordered"}])
    happen(quick, 3)
    happen(quick, 4)
    assert quick.flush_webhooks()
    assert ids(sample) == ["2", "2", "4", "3"]
    hooks = sample.to("/hook")
    assert (
        hooks[0].headers["X-Atlassian-Webhook-Identifier"]
        == hooks[1].headers["X-Atlassian-Webhook-Identifier"]
    )
    assert [one.trouble for one in quick.calls.list("webhook") if one.trouble] == ["webhook-lost"]


def test_a_delayed_one_comes_with_the_flush(quick: RunningSite, sample: SampleApp) -> None:
    quick.control("POST", "trouble", {"effect": "webhook-delayed", "seconds": 900})
    happen(quick, 1)
    happen(quick, 2)
    assert quick.flush_webhooks()
    assert sorted(ids(sample)) == ["1", "2"]


def test_an_app_that_does_not_answer_is_tried_again(quick: RunningSite, installed: Installation) -> None:
    raw = {**installed.descriptor.raw, "baseUrl": "http://127.0.0.1:9"}
    installed.descriptor = type(installed.descriptor)(raw)
    happen(quick, 1)
    assert quick.flush_webhooks()
    assert [one.status for one in quick.calls.list("webhook")] == [0] * 6
