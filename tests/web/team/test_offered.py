"""Pages offer only what their routes allow, to people with any single permission."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.services.support.team_scene import FakeDirectory
from tests.web.conftest import JiraSite
from tests.web.support.forms import Forms
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from tests.web.support.team_view import TeamView, make_team_view
from tests.web.support.unlimited import lift_rate_limits
from tests.web.support.viewer import Viewer
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.team import TeamPermission

PAGES = (
    "/teams", "/teams?show=led", "/teams?show=all", "/teams?show=all&archived=1", "/teams/alpha",
    "/teams/alpha?tab=people", "/teams/alpha?tab=projects&every=1", "/teams/alpha?tab=timesheet&every=1",
    "/teams/alpha/periods", "/reports", "/reports?view=kept", "/availability", "/timesheet",
    "/timesheet?layout=list", "/timesheet?layout=calendar", "/history",
)  # fmt: skip
DEPTH = 3
RIGHTS = (*TeamPermission, "lead", SitePermission.TEAM_ADMINISTRATORS, SitePermission.TEAM_MANAGERS)


class Offered(HTMLParser):
    """Collects the requests that a response offers, with the values that its buttons send."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self.feed(html)
        for form in Forms(html).found:
            if form.action:
                self.found.append(("POST", form.action, dict(form.fields)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        for name, method in (("hx-get", "GET"), ("hx-post", "POST"), ("hx-delete", "DELETE")):
            if tag != "form" and values.get(name):
                sent = json.loads(values.get("hx-vals") or "{}")
                self.found.append((method, values[name], {key: str(value) for key, value in sent.items()}))


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> TeamView:
    """Return the team with a closed period and a view, led by ana; nothing that the walk sends is kept."""
    lift_rate_limits(monkeypatch)
    view = make_team_view(app, site, clock)
    view.close("2026-10-01")
    with app.app_context():
        view.stores.views.save(ReportView("kept", "Kept", "", team_id="alpha"))
        view.commit()
    view.change(lead="ana")
    swap(app, directory_as=lambda *_: FakeDirectory())
    return view


def put_viewer(team: TeamView, right: str) -> None:
    """Give the viewer this right alone: a permission in the team, or that of team administrators."""
    with team.app.app_context():
        team.stores.teams.remove_members("alpha", ["viewer-1"])
        if right in set(SitePermission):
            grants = {SitePermission(right): Grant(Whom.EVERYBODY)}
            team.stores.permissions.save(SitePermissions({}, grants))
        team.commit()
    if right in set(TeamPermission):
        team.role("alone", TeamPermission(right))
        team.add("viewer-1", "alone")
    elif right == "lead":
        team.change(lead="viewer-1")


def walk(viewer: Viewer) -> Iterator[tuple[str, str, int]]:
    """Yield each request that the pages offer, directly or further on, with the status of its answer."""
    waiting = deque[tuple[str, str, dict[str, str], int]](("GET", page, {}, 0) for page in PAGES)
    met = set[str]()
    while waiting:
        method, address, values, depth = waiting.popleft()
        if (key := f"{method} {address} {values}") in met:
            continue
        met.add(key)
        data = MultiDict(values) if method != "GET" else None
        answer = viewer.site.client.open(address, method=method, data=data, headers=viewer.headers)
        if depth:
            yield method, address, answer.status_code
        if method == "GET" and depth < DEPTH and answer.mimetype == "text/html":
            waiting.extend((*one, depth + 1) for one in Offered(answer.text).found)


def archive(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.teams.save(replace(team.stores.teams.get("alpha"), archived=True))
        team.commit()


@pytest.fixture
def kept_nothing(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function from whose call on no request changes the database."""
    transaction = team.app.extensions["timesheet"].operation.transaction
    return lambda: monkeypatch.setattr(transaction, "commit", transaction.roll_back)


ALPHA = "/teams/alpha"
SETTINGS, DELETE, ARCHIVE, CLOSE = (
    f"{ALPHA}/{part}" for part in ("settings", "delete", "archive", "periods/close")
)
DELETE_VIEW = "/reports/views/kept/delete"
ADMINISTERING = ("lead", SitePermission.TEAM_ADMINISTRATORS)
MANAGING = (*ADMINISTERING, TeamPermission.MANAGE_TEAM)


@pytest.mark.parametrize("archived", [False, True], ids=["active", "archived"])
@pytest.mark.parametrize("right", RIGHTS)
def test_pages_offer_what_a_person_may_do_and_nothing_else(
    team: TeamView, right: str, archived: bool, kept_nothing: Callable[[], None]
) -> None:
    put_viewer(team, right)
    if archived:
        archive(team)
    kept_nothing()
    found = list(walk(team.viewer))
    # Of a report's choices some do not fit together; its refusal says which one to change.
    refused = [one for one in found if one[2] in (403, 405) and not one[1].startswith("/reports?")]
    assert refused == []
    assert [one for one in found if one[2] >= 500] == []
    offered = {address.partition("?")[0] for _, address, _ in found}
    assert (DELETE in offered, ARCHIVE in offered) == (right in ADMINISTERING,) * 2
    manages = right in MANAGING and not archived
    assert (SETTINGS in offered, CLOSE in offered, DELETE_VIEW in offered) == (manages,) * 3
