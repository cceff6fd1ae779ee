"""A random walk of people of three sites in one app: nobody receives another site's data or exceeds their rights."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from random import Random
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from jira_emulator.tenant import Tenant
from tests.web.conftest import JiraSite
from tests.web.support.every_route import field_names, routes_of
from tests.web.support.random_changes import CHANGES, uninstall_or_install
from tests.web.support.random_walk import Walk
from tests.web.support.rights import rule_of
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.three_sites import (
    LEAD,
    MARKS,
    MEMBER,
    InProcess,
    MarkedSite,
    emulated,
    furnish,
    reaching_them,
)
from tests.web.support.two_sites import Dump, TwoSites
from tests.web.support.unlimited import lift_rate_limits, lift_throttle
from tests.web.support.viewer import HTMX
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.settings import Settings

SEED = int(os.environ.get("WALK_SEED", "20261124"))
STEPS = {
    "sqlite": int(os.environ.get("WALK_STEPS", "450")),
    "postgresql": int(os.environ.get("WALK_STEPS", "300")),
}


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the rate limits, which are tested elsewhere and would hide other errors."""
    lift_rate_limits(monkeypatch)
    lift_throttle(monkeypatch)


@pytest.fixture(autouse=True)
def one_clock(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the cache age by the clock that the walk moves."""
    cache = MemoryCache(now=lambda: clock().timestamp())
    monkeypatch.setattr("timesheet.bootstrap.dependencies.open_cache", lambda *_: cache)


@pytest.fixture
def tenants(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Tenant]]:
    with emulated(clock, monkeypatch) as made:
        yield made


@pytest.fixture
def settings(settings: Settings, tenants: object) -> Settings:
    return replace(reaching_them(settings), log_level="INFO")


@pytest.fixture
def sites(app: Flask, tenants: list[Tenant], new_site: Callable[[str], JiraSite]) -> list[MarkedSite]:
    return [furnish(app, new_site(mark), tenant) for mark, tenant in zip(MARKS, tenants, strict=True)]


class Lines(logging.Handler):
    """Keeps what is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(self.format(record))


@pytest.fixture
def log(app: Flask) -> list[str]:
    root, lines = logging.getLogger("timesheet"), Lines()
    lines.setFormatter(root.handlers[0].formatter)
    root.handlers = [lines]
    return lines.kept


@pytest.fixture
def walk(app: Flask, clock: SettableClock, sites: list[MarkedSite], log: list[str]) -> Walk:
    routes = [route for route in routes_of(app) if route.personal]
    return Walk(app, clock, sites, routes, tuple(sorted(field_names())), Random(SEED), log)


def dumps(walk: Walk, but: MarkedSite) -> list[Dump]:
    """Return everything stored of the other sites."""
    world = TwoSites(walk.app, but.jira, but.jira, {})
    return [world.dump(site.jira) for site in walk.sites if site is not but]


def test_every_route_of_a_team_is_among_those_whose_rule_is_known(app: Flask) -> None:
    of_teams = {route.endpoint for route in routes_of(app) if "team_id" in route.arguments}
    assert {endpoint for endpoint in of_teams if rule_of(endpoint) is None} == set(), (
        "add it to tests/web/support/rights.py"
    )


@pytest.mark.timeout(3600)
def test_nobody_meets_another_site_or_does_what_they_may_not(
    walk: Walk, request: pytest.FixtureRequest
) -> None:
    steps = STEPS[request.node.callspec.params["database_url"]]
    routes, taken = walk.routes.copy(), 0
    walk.chance.shuffle(routes)
    ring = cycle(routes)
    while taken < steps:
        site = walk.chance.choice(walk.sites)
        others = dumps(walk, site)
        for _ in range(walk.chance.randint(1, 25)):
            if walk.chance.random() < 0.25:
                walk.chance.choice(CHANGES)(walk, site)
            walk.go(site, next(ring))
            taken += 1
        if dumps(walk, site) != others:
            walk.wrong.setdefault("changed another site", walk.step)
        if site.mark in walk.uninstalled:
            uninstall_or_install(walk, site)
    report = "\n".join(f"{fault}\n    {step[:900]}" for fault, step in walk.wrong.items())
    assert not walk.wrong, f"WALK_SEED={SEED}, {taken} steps, {dict(walk.met)}:\n{report}"
    # Both must have happened often, or the walk proves nothing.
    # What somebody may do needs a complete form to end with 200, so there is less of it the more routes there are.
    assert walk.met["may and 200"] >= steps / 75, walk.met
    assert walk.met["may not and 403"] >= steps / 40, walk.met
    assert walk.met["behind the second door"] >= steps / 10, walk.met
    assert min(walk.met[status] for status in ("200", "401", "404", "422")) >= steps / 100, walk.met


def test_what_is_read_at_the_same_moment_goes_to_whom_it_belongs(
    app: Flask, sites: list[MarkedSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people who are on all sites open the same page at once: six readings are under way, and none is shared."""
    asking = [(site, who) for site in sites for who in (LEAD, MEMBER)]
    together, send = Barrier(len(asking)), InProcess.send

    def wait_for_all(self: InProcess, request: Any, *more: Any, **named: Any) -> Any:
        if request.url.endswith("/oauth2/token"):
            together.wait(timeout=60)
        return send(self, request, *more, **named)

    def tokens() -> Iterator[str]:
        for site, who in asking:
            site.jira.account = who
            yield site.jira.session_token()

    def read(token: str) -> str:
        page = "/timesheet?view=range&first=2026-11-01&last=2026-11-30&layout=list"
        return app.test_client().get(page, headers=HTMX | bearing(token)).text.lower()

    monkeypatch.setattr(InProcess, "send", wait_for_all)
    with ThreadPoolExecutor(len(asking)) as pool:
        pages = list(pool.map(read, list(tokens())))
    for (site, who), page in zip(asking, pages, strict=True):
        assert f"note {site.mark} {who}" in page
        assert not [mark for mark in MARKS if mark in page and mark != site.mark]
        assert not [other for _, other in asking if f" {other}" in page and other != who]
