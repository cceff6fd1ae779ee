"""Repeated refusals appear in the audit log of the site they concern."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from tests.web.conftest import JiraSite
from tests.web.support.signing import bearing
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent, AuditFilter
from timesheet.domain.errors import NotFound
from timesheet.services.audit.security_watch import FOREIGN_IDS, REFUSED_TOKENS
from timesheet.web.http.access import takes

SECURITY = frozenset(action for action in Action if action.startswith("security."))
SOME_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def app(app: Flask) -> Flask:
    """Return the app with a route that finds nothing, whatever the id."""

    def show_thing(thing_id: str) -> str:
        raise NotFound(f"There is no {thing_id} here.")

    things = Blueprint("things", __name__)
    view = takes("session", permission="viewer")(show_thing)
    things.add_url_rule("/things/<thing_id>", "show_thing", view)
    app.register_blueprint(things)
    return app


def alarms(app: Flask, site: JiraSite) -> Sequence[AuditEvent]:
    deps: Any = app.extensions["timesheet"]
    with app.app_context(), deps.operation.transaction.within(site.client_key):
        found: Sequence[AuditEvent] = deps.audit.audit_of(site.client_key).page(
            AuditFilter(actions=SECURITY), None, 50
        )
    return found


def forge(client: FlaskClient, site: JiraSite, times: int) -> None:
    good = site.session_token()
    for _ in range(times):
        assert client.get("/probe/call", headers=bearing(good[:-6] + "AAAAAA")).status_code == 401


def test_many_refused_tokens_of_a_site_are_one_alarm(app: Flask, client: FlaskClient, site: JiraSite) -> None:
    site.install()
    forge(client, site, REFUSED_TOKENS.most)
    assert list(alarms(app, site)) == []
    forge(client, site, 15)
    [alarm] = alarms(app, site)
    assert (alarm.action, alarm.actor, alarm.object_id) == (
        Action.SECURITY_REFUSED_TOKENS, "", site.client_key,
    )  # fmt: skip
    assert alarm.after["reason"]
    assert len(alarm.request_id) == 16


def test_tokens_of_nobody_and_those_that_are_over_raise_none(
    app: Flask, client: FlaskClient, site: JiraSite
) -> None:
    site.install()
    token = site.session_token()
    site.clock.now += timedelta(hours=1)
    for _ in range(REFUSED_TOKENS.most + 5):
        assert client.get("/probe/call", headers=bearing(token)).status_code == 401
        assert client.get("/probe/call", headers=bearing("e30.e30.x")).status_code == 401
        assert client.get("/probe/call").status_code == 401
    assert list(alarms(app, site)) == []


def test_asking_for_ids_that_the_site_does_not_have(app: Flask, client: FlaskClient, site: JiraSite) -> None:
    site.install()
    headers = bearing(site.session_token())
    for _ in range(FOREIGN_IDS.most):
        assert client.get(f"/things/{SOME_ID}", headers=headers).status_code == 404
        assert client.get("/things/nothing-like-an-id", headers=headers).status_code == 404
        assert client.get("/nothing-here", headers=headers).status_code == 404
    assert list(alarms(app, site)) == []
    assert client.get(f"/things/{SOME_ID}", headers=headers).status_code == 404
    [alarm] = alarms(app, site)
    assert (alarm.action, alarm.actor) == (Action.SECURITY_CROSS_SITE, site.account)


def test_a_call_on_behalf_of_another_site_is_an_alarm_at_once(
    app: Flask, client: FlaskClient, site: JiraSite
) -> None:
    site.install()
    assert site.send_event("/connect/enabled", {"clientKey": "another"}).status_code == 401
    [alarm] = alarms(app, site)
    assert (alarm.action, alarm.after["reason"]) == (Action.SECURITY_CROSS_SITE, "other-client-key")
