"""A site moves to a new installation: after a dry run, confirmed by a Jira admin, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import responses
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.forge_site import ForgeSite, access_token
from tests.web.support.recorded_events import events
from tests.web.support.two_sites import fill, stored
from timesheet.domain.audit.action import Action
from timesheet.services.site.authentication import NOT_INSTALLED, REPLACED
from timesheet.services.site.invocation import CHOSEN, MOVE_FIRST, TAKEN
from timesheet.web.site import move as move_view

HOURS = 3600
CHECK = "rest/api/3/permissions/check"
KEEP = {"form": [["start", "keep"]]}
EMPTY = {"form": [["start", "empty"]]}


@pytest.fixture
def old(app: Flask, new_site: Callable[[str], JiraSite]) -> JiraSite:
    """Return a site with the Connect app, and with a row in every table."""
    made = new_site("acme")
    assert made.install(cloudId="cloud-of-acme").status_code == 204
    fill(app, made, "zephyr")
    return made


@pytest.fixture
def admins(key_server: responses.RequestsMock, forge_site: ForgeSite) -> list[str]:
    """Return the account ids of the Jira admins, as Jira on the site of the new installation tells them."""
    found: list[str] = []

    def check(request: Any) -> tuple[int, dict[str, str], str]:
        granted = '"ADMINISTER"' if forge_site.account in found else ""
        return 200, {}, f'{{"globalPermissions": [{granted}], "projectPermissions": []}}'

    key_server.add_callback("POST", f"{forge_site.api_url}/{CHECK}", check, content_type="application/json")
    return found


@pytest.fixture
def new(forge_site: ForgeSite, admins: list[str]) -> ForgeSite:
    """Return the new installation on the same site."""
    until = int(forge_site.clock().timestamp()) + 4 * HOURS
    forge_site.tokens |= {
        "x-forge-oauth-user": access_token(until, "user"),
        "x-forge-oauth-system": access_token(until, "app"),
    }
    return forge_site


def row(app: Flask, key: str) -> dict[str, Any]:
    with stored(app, key) as (_, database):
        table = app.extensions["timesheet"].operation.transaction.extension.metadata.tables["site"]
        found = (
            database.connection.execute(table.select().where(table.c.client_key == key)).mappings().first()
        )
        return dict(found) if found else {}


def test_whoever_is_not_an_admin_learns_who_can_confirm_it(app: Flask, old: JiraSite, new: ForgeSite) -> None:
    before = row(app, "key-of-acme")
    shown = new.call("GET", "/timesheet")
    assert shown["status"] == 200
    assert MOVE_FIRST in shown["text"]
    assert "Members" not in shown["text"]
    assert new.call("POST", "/move", body=KEEP)["status"] == 403
    assert row(app, "key-of-acme") == before
    assert row(app, new.installation) == {}


def test_an_admin_sees_what_is_kept_before_anything_changes(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    admins.append(new.account)
    before = row(app, "key-of-acme")
    shown = new.call("GET", "/teams")
    assert shown["status"] == 200
    for name, count in (("Teams", 1), ("Members", 1), ("Holiday calendars", 1), ("Closed periods", 1)):
        assert f'<th scope="row">{name}</th><td>{count}</td>' in shown["text"]
    assert row(app, "key-of-acme") == before


def test_a_confirmed_move_keeps_everything_and_is_an_event(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    admins.append(new.account)
    assert new.call("POST", "/move", body=KEEP)["status"] == 200
    assert new.call("GET", "/probe/page")["text"] == f"<p>key-of-acme {new.account}</p>"
    assert old.load("/probe/page").status_code == 200, "the earlier door stays open until it is uninstalled"
    moved = events(app, "key-of-acme")[-1]
    assert (moved.action, moved.actor, moved.object_id) == (Action.SITE_MOVED, new.account, "key-of-acme")
    with app.app_context():
        deps = app.extensions["timesheet"]
        deps.operation.transaction.enter("key-of-acme")
        assert not deps.audit.audit_of("key-of-acme").verify().problem
    with stored(app, "key-of-acme") as (stores, _):
        assert [team.id for team in stores.teams.all()] == ["team-zephyr"]
    assert old.uninstall().status_code == 204
    assert new.call("GET", "/probe/page")["status"] == 200
    assert row(app, "key-of-acme")["erase_after"] is None


def test_each_app_links_to_its_own_pages_while_both_are_installed(
    old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    move(new, admins)
    assert "/plugins/servlet/ac/" in old.load("/probe/link").text
    assert "/jira/apps/" in new.call("GET", "/probe/link")["text"]
    assert old.uninstall().status_code == 204
    assert "/jira/apps/" in new.call("GET", "/probe/link")["text"]


@pytest.mark.parametrize("first", [KEEP, EMPTY])
@pytest.mark.parametrize("second", [KEEP, EMPTY])
def test_a_second_choice_is_answered_with_a_sentence(
    app: Flask,
    old: JiraSite,
    new: ForgeSite,
    admins: list[str],
    first: dict[str, Any],
    second: dict[str, Any],
) -> None:
    """It comes from another tab, or from a person who never got the answer to the first one."""
    admins.append(new.account)
    assert new.call("POST", "/move", body=first)["status"] == 200
    key = "key-of-acme" if first is KEEP else new.installation
    recorded, before = events(app, key), (row(app, "key-of-acme"), row(app, new.installation))
    again = new.call("POST", "/move", body=second, headers={"HX-Request": "true"})
    assert again["status"] == 409
    assert again["text"].lstrip().startswith("<")
    assert CHOSEN in again["text"]
    assert (row(app, "key-of-acme"), row(app, new.installation)) == before
    assert events(app, key) == recorded, "nobody was refused"
    assert new.call("GET", "/probe/page")["text"] == f"<p>{key} {new.account}</p>"


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize("start", ["keep", "empty"])
def test_a_choice_at_the_same_moment_as_another_one_is_answered_with_the_same_sentence(
    new: ForgeSite, admins: list[str], monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    """The site was still about to move when the second request was authenticated."""
    admins.append(new.account)
    name = "claim_site" if start == "keep" else "start_empty"
    choose = getattr(move_view, name)

    def choose_after_another(*values: Any) -> None:
        monkeypatch.setattr(move_view, name, choose)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(new.call, "POST", "/move", body=KEEP).result()["status"] == 200
        choose(*values)

    monkeypatch.setattr(move_view, name, choose_after_another)
    late = new.call("POST", "/move", body={"form": [["start", start]]})
    assert (late["status"], CHOSEN in late["text"]) == (409, True)


def test_nothing_else_is_open_before_the_move(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    admins.append(new.account)
    for method, path in (("POST", "/teams"), ("POST", "/probe/call"), ("DELETE", "/move"), ("PUT", "/move")):
        answer = new.call(method, path, body={"form": []})
        assert answer["status"] == (403 if method == "POST" else 405)
    assert new.send_event("/forge/events", {"eventType": "avi:forge:installed:app"}).status_code == 204
    assert new.send_event("/forge/hourly", {}).status_code == 204
    assert new.send_event("/forge/uninstall", {}).status_code == 204
    assert row(app, new.installation) == {}
    assert row(app, "key-of-acme")["held_by"] is None


def test_a_page_that_was_opened_before_keeps_what_it_shows(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    admins.append(new.account)
    headers = {"x-page-viewer": new.account, "HX-Request": "true"}
    for method, path in (("GET", "/timesheet"), ("POST", "/timesheet/cell")):
        answer = new.call(method, path, headers=headers)
        assert answer["status"] == 403
        assert MOVE_FIRST in answer["text"]
        assert "Refused by" not in answer["text"], "no permission is missing"
    file = new.call("GET", "/reports/file/csv", headers=headers | {"Accept": "application/json"})
    assert file["status"] == 403


def test_no_other_installation_claims_it(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str], new_forge_site: Callable[[str], ForgeSite]
) -> None:
    admins.append(new.account)
    stranger = new_forge_site("other")
    assert stranger.call("POST", "/move", body=KEEP)["status"] == 409
    assert stranger.call("GET", "/probe/page")["text"] == f"<p>{stranger.installation} {stranger.account}</p>"
    posted = {"form": [["key", "key-of-acme"], ["client_key", "key-of-acme"], ["cloud_id", "cloud-of-acme"]]}
    assert stranger.call("POST", "/move", body=posted)["status"] == 409
    assert new.call("POST", "/move", body=KEEP)["status"] == 200
    assert new.call("POST", "/move", body=KEEP)["status"] == 409
    second = replace(new, installation="another-installation")
    for method, path in (("GET", "/timesheet"), ("POST", "/move")):
        answer = second.call(method, path, body=KEEP if method == "POST" else None)
        assert answer["status"] == 403
        assert TAKEN in answer["text"]
    assert row(app, "key-of-acme")["held_by"] == new.installation


def test_the_earlier_door_has_no_such_route(old: JiraSite) -> None:
    assert old.load("/move").status_code == 401
    headers = {"Authorization": f"JWT {old.session_token()}"}
    for method in ("GET", "POST"):
        assert old.client.open("/move", method=method, headers=headers).status_code == 401


def move(new: ForgeSite, admins: list[str]) -> None:
    """Keep the data of the Connect app, as an admin who uses the Forge app."""
    admins.append(new.account)
    assert new.call("POST", "/move", body=KEEP)["status"] == 200
    assert new.call("GET", "/probe/page")["status"] == 200


@pytest.mark.parametrize("way", ["uninstalled", "silent"])
def test_a_site_whose_installation_has_ended_may_move_on(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str], way: str
) -> None:
    move(new, admins)
    assert old.uninstall().status_code == 204
    if way == "uninstalled":
        assert new.send_event("/forge/uninstall", {}).status_code == 204
    else:
        new.clock.move(4 * HOURS)
        new.tokens["x-forge-oauth-user"] = access_token(int(new.clock().timestamp()) + 4 * HOURS, "later")
    again = replace(new, installation="installed-again")
    assert "Keep the data" in again.call("GET", "/timesheet")["text"]
    assert again.call("POST", "/move", body=KEEP)["status"] == 200
    assert again.call("GET", "/probe/page")["text"] == f"<p>key-of-acme {new.account}</p>"
    assert row(app, "key-of-acme")["erase_after"] is None


def test_a_site_that_uninstalled_the_earlier_app_is_not_erased_after_its_move(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    admins.append(new.account)
    assert old.uninstall().status_code == 204
    assert new.call("POST", "/move", body=KEEP)["status"] == 200
    new.clock.move(31 * 24 * HOURS)
    assert app.test_cli_runner().invoke(args=["sites", "erase-expired"]).exit_code == 0
    with stored(app, "key-of-acme") as (stores, _):
        assert stores.teams.all()


def test_an_admin_may_start_empty_and_the_earlier_data_stays_with_the_earlier_app(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    assert new.call("POST", "/move", body=EMPTY)["status"] == 403
    admins.append(new.account)
    before = row(app, "key-of-acme")
    assert "Start empty" in new.call("GET", "/teams")["text"]
    answer = new.call("POST", "/move", body=EMPTY)
    assert (answer["status"], "starts empty" in answer["text"]) == (200, True)
    assert row(app, "key-of-acme") == before
    assert new.call("GET", "/probe/page")["text"] == f"<p>{new.installation} {new.account}</p>"
    assert new.call("POST", "/move", body=KEEP)["status"] == 409, "the choice is made once"
    with stored(app, new.installation) as (stores, _):
        assert not stores.teams.all()
    installed = events(app, new.installation)[0]
    assert (installed.action, installed.actor) == (Action.SITE_INSTALLED, new.account)
    assert old.load("/probe/page").status_code == 200
    assert old.uninstall().status_code == 204
    new.clock.move(31 * 24 * HOURS)
    assert app.test_cli_runner().invoke(args=["sites", "erase-expired"]).exit_code == 0
    assert row(app, "key-of-acme") == {}
    assert row(app, new.installation)["status"] == "installed"


def test_data_of_an_installation_that_ended_silently_is_erased_after_a_new_one_started_empty(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    move(new, admins)
    assert old.uninstall().status_code == 204
    new.clock.move(4 * HOURS)
    new.tokens["x-forge-oauth-user"] = access_token(int(new.clock().timestamp()) + 4 * HOURS, "later")
    again = replace(new, installation="installed-again")
    assert again.call("POST", "/move", body=EMPTY)["status"] == 200
    assert again.call("GET", "/probe/page")["text"] == f"<p>installed-again {new.account}</p>"
    assert events(app, "key-of-acme")[-1].action == Action.SITE_UNINSTALLED
    assert row(app, "key-of-acme")["erase_after"] is not None


@pytest.mark.parametrize("form", [[], [["start", ""]], [["start", "both"]]])
def test_without_a_choice_nothing_changes(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str], form: list[list[str]]
) -> None:
    admins.append(new.account)
    before = row(app, "key-of-acme")
    assert new.call("POST", "/move", body={"form": form})["status"] == 422
    assert (row(app, "key-of-acme"), row(app, new.installation)) == (before, {})


def test_the_earlier_app_asks_who_is_an_admin_of_people_who_still_come_through_it(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str], key_server: responses.RequestsMock
) -> None:
    admins.append(new.account)
    assert new.call("POST", "/move", body=KEEP)["status"] == 200
    assert new.call("GET", "/probe/page")["status"] == 200, "the app has a token of its own now"
    asked: list[str] = []

    def check(request: Any) -> tuple[int, dict[str, str], str]:
        asked.append(request.headers["Authorization"].partition(" ")[0])
        return 200, {}, '{"globalPermissions": [], "projectPermissions": []}'

    key_server.add_callback("POST", f"{old.base_url}/{CHECK}", check, content_type="application/json")
    with app.app_context():
        deps = app.extensions["timesheet"]
        site = deps.sites.find(old.client_key)
        assert deps.jira.is_admin(site, new.account)
        assert not deps.jira.is_admin(site, "712020:another")
    assert asked == ["JWT"]


def test_the_earlier_app_goes_on_once_jira_refuses_the_token_of_the_new_one(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str], key_server: responses.RequestsMock
) -> None:
    """The new app was uninstalled, and no event said so."""
    move(new, admins)
    asked: list[str] = []

    def check(request: Any) -> tuple[int, dict[str, str], str]:
        asked.append(request.headers["Authorization"].partition(" ")[0])
        return 200, {}, '{"globalPermissions": ["ADMINISTER"], "projectPermissions": []}'

    key_server.add_callback("POST", f"{old.base_url}/{CHECK}", check, content_type="application/json")
    with app.app_context():
        deps = app.extensions["timesheet"]
        site, delivered = deps.sites.find(old.client_key), deps.sites.invocation_authenticator.delivered
        assert deps.jira.is_admin(site, new.account)
        assert asked == []
        delivered.refused(site, None)
        assert deps.jira.is_admin(site, new.account)
    assert asked == ["JWT"]


def test_disabling_and_uninstalling_the_earlier_app_stops_nothing_after_the_move(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    """Jira reports both when an app is uninstalled; jobs run for installed sites only."""
    move(new, admins)
    assert old.send_event("/connect/disabled", old.body()).status_code == 204
    assert row(app, "key-of-acme")["status"] == "installed"
    assert old.uninstall().status_code == 204
    assert row(app, "key-of-acme")["status"] == "installed"
    assert new.call("GET", "/probe/page")["status"] == 200


def test_a_page_of_the_earlier_app_says_that_there_is_a_new_one(
    old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    session = {"Authorization": f"JWT {old.session_token()}"}
    move(new, admins)
    assert old.uninstall().status_code == 204
    renewing = {"Authorization": f"JWT {old.context_token()}"}
    for path, headers in (("/timesheet/cell", session), ("/session", renewing)):
        answer = old.client.post(path, headers=headers)
        assert (answer.status_code, REPLACED in answer.text) == (401, True)
    assert new.send_event("/forge/uninstall", {}).status_code == 204
    # The first refusal lets the process read the site again.
    old.client.post("/timesheet/cell", headers=session)
    assert NOT_INSTALLED in old.client.post("/timesheet/cell", headers=session).text


@pytest.mark.parametrize("confirmed", [KEEP, EMPTY], ids=["keep", "empty"])
def test_an_installation_that_ended_silently_right_after_the_choice_lets_the_next_one_have_the_site(
    old: JiraSite, new: ForgeSite, admins: list[str], confirmed: dict[str, Any]
) -> None:
    admins.append(new.account)
    assert old.uninstall().status_code == 204
    assert new.call("POST", "/move", body=confirmed)["status"] == 200
    again = replace(new, installation="installed-again")
    assert TAKEN in again.call("GET", "/timesheet")["text"]
    new.clock.move(4 * HOURS)
    new.tokens["x-forge-oauth-user"] = access_token(int(new.clock().timestamp()) + 4 * HOURS, "later")
    assert "Keep the data" in again.call("GET", "/timesheet")["text"]


@pytest.mark.parametrize("way", ["installed first", "uninstalled first", "uninstalled without notice"])
def test_a_site_may_go_back_to_the_earlier_app(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str], way: str
) -> None:
    move(new, admins)
    assert old.uninstall().status_code == 204
    if way == "uninstalled first":
        assert new.send_event("/forge/uninstall", {}).status_code == 204
    old.clock.move(60 if way != "uninstalled without notice" else 5 * HOURS)
    assert old.install(cloudId="cloud-of-acme").status_code == 204
    if way == "installed first":
        assert new.send_event("/forge/uninstall", {}).status_code == 204
    assert old.load("/probe/page").status_code == 200
    back = row(app, "key-of-acme")
    assert (back["status"], back["erase_after"]) == ("installed", None)
    assert (back["held_by"], back["api_url"]) == (None, None), "links would lead to pages that are gone"
    with stored(app, "key-of-acme") as (stores, _):
        assert [team.id for team in stores.teams.all()] == ["team-zephyr"]
    if way != "uninstalled without notice":
        assert "Start empty" in new.call("GET", "/probe/page")["text"], "it would have to move again"
    old.clock.move(60)
    assert old.uninstall().status_code == 204
    assert row(app, "key-of-acme")["erase_after"] is not None


def test_data_of_an_installation_that_ended_silently_is_erased_after_the_earlier_app_is_uninstalled(
    app: Flask, old: JiraSite, new: ForgeSite, admins: list[str]
) -> None:
    move(new, admins)
    old.clock.move(5 * HOURS)
    assert old.uninstall().status_code == 204
    assert row(app, "key-of-acme")["erase_after"] is not None
