"""A page that is refused or has to wait keeps the title of the page that was requested."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.forge_site import ForgeSite, access_token
from tests.web.support.swap import swap
from timesheet.domain.permission import Grant, Module, SitePermissions
from timesheet.web.http.dependencies import dependencies

TITLES = {
    "/timesheet": "My Timesheet",
    "/teams": "Teams",
    "/reports": "Reports",
    "/audit": "Audit log",
    "/availability": "Manage availability",
    "/configure": "Configure Timesheet",
    "/configure/jobs": "Configure Timesheet",
}


def named(page: str) -> tuple[str, str]:
    """Return the title and the heading of a page."""
    [title], [heading] = re.findall(r"<title>(.+?)</title>", page), re.findall(r"<h1[^>]*>(.+?)</h1>", page)
    return title, heading


@pytest.fixture
def closed(app: Flask, forge_site: ForgeSite) -> ForgeSite:
    """Return a site with the app, on which nobody may open anything."""
    assert forge_site.send_event("/forge/hourly", {}).status_code == 204
    swap(app, is_admin=lambda _site, _account: False)
    with app.app_context():
        dependencies().operation.transaction.enter(forge_site.installation)
        store = dependencies().stores.stores_of(forge_site.installation).permissions
        store.save(SitePermissions(dict.fromkeys(Module, Grant())))
        dependencies().operation.transaction.commit()
    return forge_site


@pytest.mark.parametrize(("path", "title"), TITLES.items())
def test_a_refused_page_keeps_its_title(closed: ForgeSite, path: str, title: str) -> None:
    answer = closed.call("GET", path)
    assert answer["status"] == 403
    assert named(answer["text"]) == (title, title)


def test_a_page_that_waits_keeps_its_title(app: Flask, forge_site: ForgeSite) -> None:
    until = int(forge_site.clock().timestamp()) + 4 * 3600
    forge_site.tokens = dict.fromkeys(("x-forge-oauth-system", "x-forge-oauth-user"), access_token(until))
    bulkhead = app.extensions["timesheet"].operation.bulkhead
    bulkhead._of_a_site = bulkhead._most_queued = 0
    answer = forge_site.call("GET", "/configure")
    assert (answer["status"], named(answer["text"])) == (202, ("Configure Timesheet",) * 2)
    assert 'hx-get="/configure" hx-trigger="load delay:2s"' in answer["text"]


def test_a_page_at_an_unknown_address_has_the_name_of_the_app(site: JiraSite) -> None:
    assert named(site.client.get("/nothing", headers={"Accept": "text/html"}).text) == (
        "Timesheet",
        "Timesheet",
    )
