"""Forge's events: verified, handled once, and treated as hints."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import orjson
import pytest
import responses
from flask import Flask

from tests.web.job.test_worker import SilentQueue
from tests.web.support.forge_site import ForgeSite, access_token
from timesheet.domain.audit.event import AuditEvent, AuditFilter
from timesheet.domain.errors import DatabaseBusy
from timesheet.domain.job import Job
from timesheet.domain.site import INSTALLED, UNINSTALLED, Site
from timesheet.web.site import webhook

WORKLOG = {"id": "7", "issueId": "10001"}
CREATED = {
    "eventType": "avi:jira:created:worklog",
    "selfGenerated": False,
    "timestamp": "1795510980000",
    "worklog": WORKLOG,
}
HOURS = 3600


def stored(app: Flask, site: ForgeSite) -> Site | None:
    with app.app_context():
        found = app.extensions["timesheet"].sites.invocation_authenticator.installations
        return found.find_installation(site.installation)  # type: ignore[no-any-return]


def actions(app: Flask, site: ForgeSite) -> list[str]:
    return [str(event.action) for event in recorded(app, site)]


def actors(app: Flask, site: ForgeSite) -> list[str]:
    return [event.actor for event in recorded(app, site)]


def recorded(app: Flask, site: ForgeSite) -> list[AuditEvent]:
    with app.app_context():
        deps = app.extensions["timesheet"]
        deps.operation.transaction.enter(site.installation)
        events = deps.audit.audit_of(site.installation).page(AuditFilter(), None, 50)
        return list(reversed(events))


@pytest.mark.parametrize(
    "event", ["avi:forge:installed:app", "avi:forge:upgraded:app"], ids=["installed", "upgraded"]
)
def test_an_install_adds_the_site_whatever_its_body_says(
    app: Flask, forge_site: ForgeSite, event: str
) -> None:
    body = {"eventType": event, "id": "another-installation", "app": {"id": "another"}}
    assert forge_site.send_event("/forge/events", body).status_code == 204
    site = stored(app, forge_site)
    assert site is not None
    assert (site.status, site.cloud_id, site.display_url) == (INSTALLED, "cloud-of-acme", forge_site.base_url)
    assert forge_site.send_event("/forge/events", body).status_code == 204
    assert actions(app, forge_site) == ["site.installed"]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (CREATED, "worklog_created"),
        (CREATED | {"eventType": "avi:jira:updated:worklog"}, "worklog_updated"),
        (CREATED | {"eventType": "avi:jira:deleted:worklog"}, "worklog_deleted"),
        ({"eventType": "avi:jira:updated:issue", "issue": {"id": "1"}}, "jira:issue_updated"),
        ({"eventType": "avi:jira:deleted:issue", "issue": {"id": "1"}}, "jira:issue_deleted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_is_passed_on_in_both_forms_of_a_body(
    forge_site: ForgeSite, noted: list[tuple[Any, ...]], event: dict[str, Any], name: str
) -> None:
    assert forge_site.send_event("/forge/events", event).status_code == 204
    later = event | {"timestamp": "1795510990000"}
    retried = {"payload": later | {"retryContext": {"retryCount": 1}}}
    assert forge_site.send_event("/forge/events", retried).status_code == 204
    assert [call[:2] for call in noted] == [(forge_site.installation, name)] * 2
    assert noted[0][2] == event


@pytest.mark.parametrize(
    ("body", "count"),
    [(orjson.dumps(CREATED), 1), (orjson.dumps(CREATED)[:-1] + rb', "x": "cut \ud83d"}', 1), (b"{", 0)],
)
def test_a_body_is_read_as_json_whatever_type_it_names(
    forge_site: ForgeSite, noted: list[tuple[Any, ...]], body: bytes, count: int
) -> None:
    app = forge_site.app_claim(module={"type": "core:endpoint", "key": "events"})
    headers = {"Authorization": f"Bearer {forge_site.sign(forge_site.claims(principal=None, app=app))}"}
    answer = forge_site.client.post("/forge/events", data=body, content_type="text/plain", headers=headers)
    assert (answer.status_code, len(noted)) == (204, count)


def test_a_repeated_delivery_is_handled_once(forge_site: ForgeSite, noted: list[tuple[Any, ...]]) -> None:
    for retry in range(3):
        body = CREATED | {"retryContext": {"retryCount": retry, "retryReason": "TIMEOUT_ERROR"}}
        assert forge_site.send_event("/forge/events", body).status_code == 204
    assert len(noted) == 1
    for other in (
        CREATED | {"timestamp": "1795510980001"},
        CREATED | {"worklog": {"id": "8", "issueId": "1"}},
        CREATED | {"eventType": "avi:jira:updated:worklog"},
    ):
        forge_site.send_event("/forge/events", other)
    assert len(noted) == 4


def test_a_delivery_that_failed_is_handled_when_it_is_repeated(
    app: Flask, forge_site: ForgeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    worklog = {
        **WORKLOG,
        "author": {"accountId": "ann"},
        "started": "2026-11-04T09:00:00.000+0000",
        "updated": "2026-11-04T10:00:00.000+0000",
    }
    with monkeypatch.context() as patched:
        patched.setattr(webhook, "put_event", Mock(side_effect=DatabaseBusy("busy")))
        assert forge_site.send_event("/forge/events", CREATED | {"worklog": worklog}).status_code == 503
    assert forge_site.send_event("/forge/events", CREATED | {"worklog": worklog}).status_code == 204
    with app.app_context():
        deps = app.extensions["timesheet"]
        deps.operation.transaction.enter(forge_site.installation)
        events = deps.stores.events_of(forge_site.installation)
        assert events.recorded({(7, 1793786400000)}) == {(7, 1793786400000)}


def test_two_sites_have_events_of_their_own(
    forge_site: ForgeSite, new_forge_site: Any, noted: list[tuple[Any, ...]]
) -> None:
    for site in (forge_site, new_forge_site("other")):
        assert site.send_event("/forge/events", CREATED).status_code == 204
    assert [call[0] for call in noted] == ["installation-of-acme", "installation-of-other"]


def test_an_event_without_a_time_is_always_handled(
    forge_site: ForgeSite, noted: list[tuple[Any, ...]]
) -> None:
    timeless = {name: value for name, value in CREATED.items() if name != "timestamp"}
    for _ in range(2):
        assert forge_site.send_event("/forge/events", timeless).status_code == 204
    assert len(noted) == 2


@pytest.mark.parametrize(("length", "count"), [(64, 1), (65, 2)])
def test_an_event_with_an_endless_id_is_always_handled(
    forge_site: ForgeSite, noted: list[tuple[Any, ...]], length: int, count: int
) -> None:
    for _ in range(2):
        forge_site.send_event("/forge/events", CREATED | {"worklog": {"id": "7" * length}})
    assert len(noted) == count


@pytest.mark.parametrize(
    "body",
    [
        *(None, [], "x", 7, {}, {"eventType": 7}, {"eventType": ["avi:jira:created:worklog"]}),
        *({"eventType": "avi:jira:created:project"}, {"eventType": "worklog_created"}, {"payload": 7}),
        {"payload": {"payload": CREATED}},
    ],
)
def test_what_is_not_a_wanted_event_is_answered_and_nothing_more(
    forge_site: ForgeSite, noted: list[tuple[Any, ...]], body: object
) -> None:
    assert forge_site.send_event("/forge/events", body).status_code == 204
    assert noted == []


@pytest.mark.parametrize("worklog", [None, [], {}, {"id": "x"}, {"author": 1}, {"id": {"id": 1}}])
def test_a_payload_that_cannot_be_read_is_not_an_error(forge_site: ForgeSite, worklog: object) -> None:
    assert forge_site.send_event("/forge/events", CREATED | {"worklog": worklog}).status_code == 204


@pytest.mark.parametrize("path", ["/forge/events", "/forge/hourly"])
@pytest.mark.parametrize("body", [None, {}, {"context": {"cloudId": "another"}, "contextToken": "x"}])
def test_the_apps_token_is_kept_of_every_event(
    app: Flask, forge_site: ForgeSite, key_server: responses.RequestsMock, path: str, body: object
) -> None:
    token = access_token(int(forge_site.clock().timestamp()) + 2 * HOURS)
    forge_site.tokens["x-forge-oauth-system"] = token
    assert forge_site.send_event(path, body).status_code == 204
    site = stored(app, forge_site)
    read = key_server.get(f"{forge_site.api_url}/rest/api/3/group/bulk", json={"values": [], "isLast": True})
    with app.app_context():
        app.extensions["timesheet"].jira.groups_of(site).name_groups(["g"])
    assert read.calls[0].request.headers["Authorization"] == f"Bearer {token}"


def test_an_uninstall_ends_the_site_and_an_event_on_its_way_does_not_bring_it_back(
    app: Flask, forge_site: ForgeSite, noted: list[tuple[Any, ...]]
) -> None:
    forge_site.tokens["x-forge-oauth-system"] = access_token(int(forge_site.clock().timestamp()) + 2 * HOURS)
    assert forge_site.call("GET", "/probe/page")["status"] == 200
    for _ in range(2):
        assert forge_site.send_event("/forge/uninstall", {}).status_code == 204
    site = stored(app, forge_site)
    assert site is not None
    assert site.status == UNINSTALLED
    for path in ("/forge/events", "/forge/hourly"):
        assert forge_site.send_event(path, CREATED).status_code == 204
    assert noted == []
    answer = forge_site.call("GET", "/probe/page")
    assert answer["status"] == 403
    assert "no longer installed" in answer["text"]
    assert actions(app, forge_site) == ["site.installed", "site.uninstalled"]


@pytest.mark.parametrize("path", ["/forge/events", "/forge/hourly", "/forge/uninstall"])
@pytest.mark.parametrize(
    ("module", "signed_in"),
    [
        ("jira:globalPage", True),
        ("core:endpoint", True),
        ("jira:globalPage", False),
        ("jira:issuePanel", False),
    ],
)
def test_a_page_cannot_send_what_only_atlassian_sends(
    app: Flask,
    forge_site: ForgeSite,
    noted: list[tuple[Any, ...]],
    path: str,
    module: str,
    signed_in: bool,
) -> None:
    """Whoever is signed in can let the gateway call any path, with any body, and the token does not cover these."""
    assert forge_site.call("GET", "/probe/page")["status"] == 200
    before = actions(app, forge_site)
    claim = forge_site.app_claim(module={"type": module, "key": "issue-time"})
    person = forge_site.account if signed_in else None
    token = forge_site.sign(forge_site.claims(principal=person, app=claim))
    answer = forge_site.post(path, CREATED, token)
    assert answer.status_code == 403
    assert noted == []
    site = stored(app, forge_site)
    assert site is not None
    assert site.status == INSTALLED
    assert actions(app, forge_site) == [*before, "access.refused"]
    assert actors(app, forge_site)[-1] == (forge_site.account if signed_in else "")


@pytest.mark.parametrize("path", ["/forge/events", "/forge/hourly", "/forge/uninstall"])
def test_a_page_of_an_unknown_installation_is_refused_and_adds_nothing(
    app: Flask, forge_site: ForgeSite, path: str
) -> None:
    claim = forge_site.app_claim(module={"type": "jira:globalPage", "key": "timesheet"})
    token = forge_site.sign(forge_site.claims(principal=forge_site.account, app=claim))
    assert forge_site.post(path, CREATED, token).status_code == 403
    assert stored(app, forge_site) is None


@pytest.mark.parametrize("module", [None, {}, {"type": "scheduledTrigger"}, {"type": 7}, "x"])
def test_an_event_is_received_whatever_its_module_is_called(
    forge_site: ForgeSite, noted: list[tuple[Any, ...]], module: object
) -> None:
    token = forge_site.sign(forge_site.claims(principal=None, app=forge_site.app_claim(module=module)))
    assert forge_site.post("/forge/events", CREATED, token).status_code == 204
    assert len(noted) == 1


def test_an_installation_that_is_used_again_is_no_longer_about_to_be_erased(
    app: Flask, forge_site: ForgeSite
) -> None:
    assert forge_site.call("GET", "/probe/page")["status"] == 200
    assert forge_site.send_event("/forge/uninstall", {}).status_code == 204
    # Until then, an event may be a repeated one: Atlassian sends it up to five times within some minutes.
    for seconds in (10, 60, 60, 60, 60, 300):
        forge_site.clock.move(seconds)
        assert (
            forge_site.send_event("/forge/events", {"eventType": "avi:forge:installed:app"}).status_code
            == 204
        )
        gone = stored(app, forge_site)
        assert gone is not None
        assert gone.status == UNINSTALLED
    forge_site.clock.move(51)
    assert forge_site.send_event("/forge/hourly", {}).status_code == 204
    site = stored(app, forge_site)
    assert site is not None
    assert site.status == INSTALLED


def call_hourly(site: ForgeSite) -> None:
    until = int(site.clock().timestamp()) + 4 * HOURS
    site.tokens["x-forge-oauth-system"] = access_token(until)
    assert site.send_event("/forge/hourly", {}).status_code == 204


def let_jobs_run(app: Flask, site: ForgeSite, *, nights: int) -> None:
    worker = app.extensions["worker"].worker
    worker._queue = SilentQueue()
    for _ in range(nights):
        worker._enrolled_at = float("-inf")
        worker.tick()
        site.clock.move(24 * HOURS)
        worker.tick()


@pytest.mark.parametrize(("nights", "status"), [(6, INSTALLED), (7, UNINSTALLED)])
def test_an_installation_that_has_gone_without_notice_ends_after_seven_nights(
    app: Flask, forge_site: ForgeSite, nights: int, status: str
) -> None:
    call_hourly(forge_site)
    let_jobs_run(app, forge_site, nights=nights)
    left = stored(app, forge_site)
    assert left is not None
    assert left.status == status
    forge_site.clock.move(HOURS)
    assert forge_site.send_event("/forge/hourly", {}).status_code == 204
    back = stored(app, forge_site)
    assert back is not None
    assert back.status == INSTALLED, "somebody may have kept the calls away from this server"


def test_a_night_on_which_the_job_runs_again_and_again_is_one(app: Flask, forge_site: ForgeSite) -> None:
    """The clock of another worker is ahead, or the clock was set back during the night."""
    call_hourly(forge_site)
    let_jobs_run(app, forge_site, nights=2)
    site, deps = stored(app, forge_site), app.extensions["timesheet"]
    assert site is not None
    for _ in range(10):
        with app.app_context():
            deps.operation.transaction.enter(site.key)
            jobs = deps.jobs.jobs_of(site.key)
            jobs.run_again(Job.UNREPORTED_UNINSTALL, "", forge_site.clock())
            deps.operation.transaction.commit()
        app.extensions["worker"].worker.tick()
    site = stored(app, forge_site)
    assert site is not None
    assert site.status == INSTALLED


@pytest.mark.parametrize("nights", [0, 4])
def test_nights_on_which_the_app_was_down_do_not_end_an_installation(
    app: Flask, forge_site: ForgeSite, nights: int
) -> None:
    call_hourly(forge_site)
    let_jobs_run(app, forge_site, nights=nights)
    forge_site.clock.move(30 * 24 * HOURS)
    let_jobs_run(app, forge_site, nights=1)
    site = stored(app, forge_site)
    assert site is not None
    assert site.status == INSTALLED


def test_a_call_ends_the_count_of_silent_nights(app: Flask, forge_site: ForgeSite) -> None:
    for _ in range(3):
        call_hourly(forge_site)
        let_jobs_run(app, forge_site, nights=5)
    site = stored(app, forge_site)
    assert site is not None
    assert site.status == INSTALLED


def test_data_of_an_installation_that_has_gone_without_notice_is_erased(
    app: Flask, forge_site: ForgeSite
) -> None:
    call_hourly(forge_site)
    let_jobs_run(app, forge_site, nights=7)
    assert actions(app, forge_site)[-1] == "site.uninstalled"
    forge_site.clock.move(30 * 24 * HOURS)
    assert app.test_cli_runner().invoke(args=["sites", "erase-expired"]).output == "1 site erased.\n"
    assert stored(app, forge_site) is None


def test_the_uninstall_of_an_unknown_installation_adds_nothing(app: Flask, forge_site: ForgeSite) -> None:
    assert forge_site.send_event("/forge/uninstall", {}).status_code == 204
    assert stored(app, forge_site) is None


def test_a_site_that_ended_is_erased_when_its_time_has_come(app: Flask, forge_site: ForgeSite) -> None:
    assert forge_site.call("GET", "/probe/page")["status"] == 200
    assert forge_site.send_event("/forge/uninstall", {}).status_code == 204
    runner = app.test_cli_runner()
    assert runner.invoke(args=["sites", "erase-expired"]).exit_code == 0
    assert stored(app, forge_site) is not None
    forge_site.clock.move(30 * 24 * HOURS)
    assert runner.invoke(args=["sites", "erase-expired"]).exit_code == 0
    assert stored(app, forge_site) is None
