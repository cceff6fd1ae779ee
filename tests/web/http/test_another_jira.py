"""The app with a Jira that was not written for it: install, view, log time, and events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import responses
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.adapters.support.jira_server import ScriptedJira, scripted_jira
from tests.web.conftest import JiraSite
from tests.web.support.another_jira import DOC, EPIC, ME, NEAR, TASK, AnotherJira, worklog
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.viewer import HTMX
from timesheet.settings import Settings

WEEK = {"view": "week", "day": "2026-11-24", "layout": "grid", "group": "issue"}
SECRET = "the shared secret of another Jira, made up"


@pytest.fixture
def jira() -> AnotherJira:
    return AnotherJira()


@pytest.fixture
def serving(jira: AnotherJira) -> Iterator[ScriptedJira]:
    with scripted_jira(route=jira) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, serving: ScriptedJira) -> Settings:
    return replace(
        settings, env="development", jira_hosts=("127.0.0.1:*",), connect_oauth_url=serving.base_url
    )


@pytest.fixture
def site(
    client: FlaskClient,
    clock: SettableClock,
    install_key: RSAPrivateKey,
    key_server: responses.RequestsMock,
    serving: ScriptedJira,
) -> JiraSite:
    """Return a site whose address has no trailing slash, installed with additional unknown fields."""
    key_server.add_passthru("http://127.0.0.1")
    made = JiraSite(client, clock, install_key, "another", serving.base_url, SECRET, ME)
    more: dict[str, Any] = {
        "entitlementId": None,
        "capabilitySet": "x",
        "installationId": "ari:1",
        "strange": [1],
    }
    assert made.install(displayUrl="https://jira.example.com/", **more).status_code == 204
    return made


def get(site: JiraSite, path: str = "/timesheet", **values: object) -> TestResponse:
    query = {name: str(value) for name, value in (values or WEEK).items()}
    return site.client.get(path, query_string=query, headers=HTMX | bearing(site.session_token()))


def totals(answer: TestResponse) -> list[str]:
    """Return the time logged from Monday to Wednesday and in the week, which begins on Sunday by default."""
    assert answer.status_code == 200, answer.text
    assert 'id="strip"' not in answer.text, re.findall(r'id="strip".*', answer.text)
    return re.findall(r'<td id="?l\d"?[^>]*>([\d:]*)', answer.text)[1:4] + re.findall(
        r'id="lt">([\d:]+)', answer.text
    )


def test_a_week_is_whole_however_it_comes(site: JiraSite) -> None:
    """16:30 eight hours west of Greenwich on Sunday is Monday in UTC, which counts for people who hide their zone."""
    answer = get(site)
    assert totals(answer) == ["3:00", "0:15", "", "3:15"]
    assert 'href="https://jira.example.com/browse/APP-' in answer.text
    assert "1d = 7h 30m" in answer.text


def test_a_week_is_whole_where_jira_shows_no_people(site: JiraSite, jira: AnotherJira) -> None:
    jira.shows_people = False
    assert totals(get(site)) == ["3:00", "0:15", "", "3:15"]


def test_an_issue_is_whole_in_pages_of_two(site: JiraSite) -> None:
    answer = get(site, "/issue-panel", issue=EPIC)
    assert "<b>3:31</b> by 3 people" in answer.text


def test_time_is_logged_and_what_comes_back_is_understood(site: JiraSite, jira: AnotherJira) -> None:
    form = {"issue": str(TASK), "day": "2026-11-25", "value": "1d", "key": "key-000001"}
    headers = HTMX | bearing(site.session_token())
    get(site)
    for _ in range(2):
        assert site.client.post("/timesheet/cell", data=form, headers=headers).status_code == 200
    [write] = jira.writes
    assert write.body["timeSpentSeconds"] == 7.5 * 3600
    assert totals(get(site)) == ["3:00", "0:15", "7:30", "10:45"]


def type_over_the_task(site: JiraSite, value: str) -> None:
    """Save a value over the time that the sheet shows on Tuesday."""
    found = re.search(r"data-w=(5\.\d+)", get(site).text)
    assert found
    form = {"issue": str(TASK), "day": "2026-11-24", "value": value, "key": "key-000001", "seen": found[1]}
    headers = HTMX | bearing(site.session_token())
    assert site.client.post("/timesheet/cell", data=form | WEEK, headers=headers).status_code == 200


def test_what_was_shown_can_be_changed_however_fine_its_instants_are(
    site: JiraSite, jira: AnotherJira
) -> None:
    type_over_the_task(site, "1")
    [write] = jira.writes
    assert (write.method, write.body) == ("PUT", {"timeSpentSeconds": 3600})
    assert totals(get(site)) == ["3:00", "1:00", "", "4:00"]


def test_a_cell_is_cleared_although_its_worklog_comes_without_properties(
    site: JiraSite, jira: AnotherJira
) -> None:
    type_over_the_task(site, "")
    assert [write.method for write in jira.writes] == ["DELETE"]
    assert totals(get(site)) == ["3:00", "", "", "3:00"]


def test_events_come_without_an_issue_twice_late_and_out_of_order(site: JiraSite, jira: AnotherJira) -> None:
    get(site)
    row = worklog(8, TASK, NEAR, 3600, comment="h1. *as wiki text*")
    jira.more.append(row | {"comment": DOC})

    def send_event(name: str, data: dict[str, Any], delivery: str) -> None:
        site.clock.move(1)
        body = {"timestamp": 1, "webhookEvent": name, "worklog": data, "matchedWebhookIds": []}
        headers = {"X-Atlassian-Webhook-Identifier": delivery}
        assert site.send_event("/connect/webhook/worklog", body, **headers).status_code == 204

    for delivery in ("a", "a", "b"):
        send_event("worklog_created", row, delivery)
    assert totals(get(site))[1] == "1:15"
    jira.more.clear()
    send_event("worklog_deleted", {"id": "8", "issueId": str(TASK), "author": None}, "c")
    assert totals(get(site))[1] == "0:15", "whose it was is not said, so its issue is read again"
    send_event("worklog_deleted", row, "d")
    send_event("worklog_updated", row | {"updated": "2026-11-24T12:00:00.000+0000", "comment": None}, "e")
    assert totals(get(site))[1] == "0:15", "what is deleted does not come back by a late event"


def test_time_tracking_that_is_off_is_said(site: JiraSite, jira: AnotherJira) -> None:
    jira.time_tracking = False
    form = {"issue": str(TASK), "day": "2026-11-25", "value": "1", "key": "key-000001"}
    answer = site.client.post("/timesheet/cell", data=form, headers=HTMX | bearing(site.session_token()))
    assert answer.status_code == 409
    assert "Time tracking is switched off in this Jira" in answer.text


def test_a_token_may_name_the_app_with_a_slash_or_nobody(site: JiraSite) -> None:
    base = "https://timesheet.example.com"
    for audience in (base, f"{base}/", [f"{base}/"], [site.client_key], []):
        assert site.load("/timesheet", aud=audience).status_code == 200, audience
    assert site.load("/timesheet", aud=["https://elsewhere.example.com"]).status_code == 401
    site.account = ""
    anonymous = site.load("/timesheet")
    assert anonymous.status_code == 401
    assert "Sign in to Jira" in anonymous.text


def test_a_site_that_moved_is_the_same_site_at_its_new_address(site: JiraSite, jira: AnotherJira) -> None:
    get(site)
    with scripted_jira(route=jira) as elsewhere:
        assert replace(site, base_url=elsewhere.base_url).install().status_code == 204
        assert totals(get(site, **WEEK, refresh=1))[-1] == "3:15"
        assert "POST search/jql" in elsewhere.lines()


def test_a_site_without_the_right_to_act_for_people_gets_a_message(site: JiraSite) -> None:
    get(site)
    body = {name: value for name, value in site.body().items() if name != "oauthClientId"}
    token = bearing(site.lifecycle_token("/connect/installed"))
    assert site.client.post("/connect/installed", json=body, headers=token).status_code == 204
    refused = get(site, **WEEK, refresh=1)
    assert refused.status_code == 403
    assert "without the right to act for people" in refused.text
