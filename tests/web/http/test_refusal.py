"""Every refusal records an event with layer and permission, and nobody can flood the log with them."""

from __future__ import annotations

from typing import NoReturn

import pytest
from flask import Flask
from structlog.testing import capture_logs

from tests.services.support.team_scene import FakeDirectory
from tests.web.conftest import JiraSite
from tests.web.support.recorded_events import events, verdict
from tests.web.support.team_viewer import TeamSite
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent, Outcome
from timesheet.domain.errors import NotAllowed, NotFound
from timesheet.domain.team.label import UserLabel
from timesheet.web.http import refusal
from timesheet.web.http.access import takes
from timesheet.web.http.context import current


@pytest.fixture
def failing(app: Flask) -> Flask:
    """Return routes that refuse in each way."""

    def forbid() -> NoReturn:
        raise NotAllowed("You need “Auditors”.", layer="site", permission="Auditors")

    def save_and_forbid() -> NoReturn:
        current().stores.labels.save(UserLabel("label-1", "backend", "teal"))
        forbid()

    def hide(team_id: str = "") -> NoReturn:
        del team_id
        raise NotFound("There is no such team.")

    viewer = takes("session", permission="viewer")
    app.add_url_rule("/forbid", view_func=viewer(forbid), endpoint="forbid")
    app.add_url_rule("/save", view_func=viewer(save_and_forbid), endpoint="save_and_forbid")
    app.add_url_rule("/hide", view_func=viewer(hide), endpoint="hide")
    app.add_url_rule("/hide/<team_id>", view_func=viewer(hide), endpoint="hide_one")
    return app


def refusals(app: Flask, site: JiraSite) -> list[AuditEvent]:
    return [event for event in events(app, site.client_key) if event.action is Action.ACCESS_REFUSED]


def test_a_refusal_names_layer_and_permission(failing: Flask, site: JiraSite) -> None:
    viewer = TeamSite(failing, site, FakeDirectory()).as_("ana")
    answer = viewer.get("/forbid")
    assert answer.status_code == 403
    (event,) = refusals(failing, site)
    assert (event.actor, event.object_id, event.outcome) == ("ana", "/forbid", Outcome.REFUSED)
    assert event.after == {"method": "GET", "layer": "site", "permission": "Auditors", "status": 403}
    assert event.request_id == answer.headers["X-Request-Id"]
    assert verdict(failing, site.client_key).intact


def test_requests_with_an_unknown_id_count(failing: Flask, site: JiraSite) -> None:
    viewer = TeamSite(failing, site, FakeDirectory()).as_("ana")
    assert viewer.get("/hide").status_code == 404
    assert refusals(failing, site) == []
    assert viewer.get("/hide/team-of-others").status_code == 404
    (event,) = refusals(failing, site)
    assert (event.team_id, event.after["status"]) == ("team-of-others", 404)
    assert viewer.get(f"/hide/{'x' * 37}").status_code == 404
    assert refusals(failing, site)[-1].team_id == "x" * 36


@pytest.mark.parametrize("unreadable", ["a%0Ab", "a%0D%0Ab", "%00", "%E2%80%A8"])
def test_a_refused_id_that_no_event_can_contain_is_recorded_without_it(
    failing: Flask, site: JiraSite, unreadable: str
) -> None:
    viewer = TeamSite(failing, site, FakeDirectory()).as_("ana")
    assert viewer.get(f"/hide/{unreadable}").status_code == 404
    (event,) = refusals(failing, site)
    assert (event.team_id, event.after["status"]) == ("", 404)


def test_what_was_saved_before_a_refusal_is_not_stored_with_it(failing: Flask, site: JiraSite) -> None:
    teams = TeamSite(failing, site, FakeDirectory())
    assert teams.as_("ana").get("/save").status_code == 403
    assert [event.action for event in events(failing, site.client_key)][-1] is Action.ACCESS_REFUSED
    assert teams.arrange(lambda scene: list(scene.stores.labels.all())) == []


def test_nobody_floods_the_log(failing: Flask, site: JiraSite, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, seconds = failing.extensions["timesheet"].operation.cache, [0.0]
    monkeypatch.setattr(cache, "_now", lambda: seconds[0])
    viewer = TeamSite(failing, site, FakeDirectory()).as_("ana")
    for _ in range(23):
        seconds[0] += 2
        assert viewer.get("/forbid").status_code == 403
    assert len(refusals(failing, site)) == 20
    TeamSite(failing, site, FakeDirectory()).as_("ben").get("/forbid")
    assert refusals(failing, site)[-1].actor == "ben"
    viewer = TeamSite(failing, site, FakeDirectory()).as_("ana")
    seconds[0] += 20
    viewer.get("/forbid")
    assert refusals(failing, site)[-1].actor == "ana", "the minute begins with the first refusal"


def test_a_log_that_cannot_be_written_refuses_all_the_same(
    failing: Flask, site: JiraSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(refusal, "record", fail)
    viewer = TeamSite(failing, site, FakeDirectory()).as_("ana")
    with capture_logs() as logs:
        assert viewer.get("/forbid").status_code == 403
    assert refusals(failing, site) == []
    assert [line["site"] for line in logs if line["event"] == "refusal_not_recorded"] == [site.client_key]


def test_a_token_that_proves_nothing_names_nobody(failing: Flask, site: JiraSite) -> None:
    assert site.client.get("/forbid", headers={"Authorization": "JWT x.y.z"}).status_code == 401
    assert refusals(failing, site) == []
