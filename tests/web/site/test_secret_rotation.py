"""A site changes its secret while two processes serve the app on one database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from tests.web.conftest import JiraSite, probes
from tests.web.support.signing import SettableClock, bearing
from timesheet.adapters.db.site.site import MOST_AGAIN
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import Settings
from timesheet.web.middleware import failed_authentication

NEW_SECRET = "the shared secret after the rotation, made up"


@pytest.fixture
def beside(site: JiraSite, settings: Settings, clock: SettableClock) -> Iterator[JiraSite]:
    """Return the same site in another process of the app, which has cached its first secret."""
    app = create_app(settings, clock)
    app.register_blueprint(probes())
    other = JiraSite(app.test_client(), clock, site.key, site.client_key, site.base_url, site.secret)
    assert other.load("/probe/page").status_code == 200
    yield other
    close_app(app)


def rotate(site: JiraSite, beside: JiraSite) -> None:
    """Rotate the secret with a call that reaches only the first process."""
    site.secret = beside.secret = NEW_SECRET
    assert site.install().status_code == 204


def test_a_page_is_let_in_at_once(site: JiraSite, beside: JiraSite) -> None:
    rotate(site, beside)
    assert beside.load("/probe/page").status_code == 200


def test_a_session_of_the_other_process_is_let_in_at_once(site: JiraSite, beside: JiraSite) -> None:
    rotate(site, beside)
    session = bearing(site.session_token())
    assert beside.client.get("/probe/call", headers=session).status_code == 200


def test_an_event_is_taken_at_once(site: JiraSite, beside: JiraSite) -> None:
    rotate(site, beside)
    assert beside.send_event("/connect/enabled", {}).status_code == 204


def test_a_site_that_came_back_is_let_in_at_once(site: JiraSite, beside: JiraSite) -> None:
    assert beside.uninstall().status_code == 204
    assert beside.load("/probe/page").status_code == 401
    rotate(site, beside)
    assert beside.load("/probe/page").status_code == 200


def test_tokens_of_the_old_secret_open_nothing_more(site: JiraSite, beside: JiraSite) -> None:
    old = beside.context_token()
    rotate(site, beside)
    assert beside.load("/probe/page").status_code == 200
    assert beside.client.get("/probe/call", headers=bearing(old)).status_code == 401


def test_forged_tokens_do_not_cost_a_read_each(
    app: Flask, site: JiraSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failed_authentication, "MOST_A_MINUTE", 1_000_000)
    statements: list[str] = []
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine

    @event.listens_for(engine, "before_cursor_execute")
    def count(_c: object, _u: object, statement: str, *_more: object) -> None:
        if "FROM site" in statement and statement.startswith("SELECT"):
            statements.append(statement)

    forged = bearing(site.context_token()[:-6] + "AAAAAA")
    times = 10 * MOST_AGAIN
    assert {site.client.get("/probe/call", headers=forged).status_code for _ in range(times)} == {401}
    # The window may end in between, on a slow machine more than once; each opens at most so many reads.
    assert 1 <= len(statements) <= 5 * MOST_AGAIN
