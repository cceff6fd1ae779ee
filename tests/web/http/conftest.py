"""Fixtures that tests of every route share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.faults import FaultScene, fault_scene
from tests.web.support.signing import SettableClock
from tests.web.support.two_sites import TwoSites, make_two_sites
from timesheet.web.middleware.rate_limit import RateLimiter


@pytest.fixture
def two_sites(
    app: Flask, site: JiraSite, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> TwoSites:
    """Return two sites without rate limits, because here one person requests everything within a minute."""
    checks = app.before_request_funcs[None]
    checks[:] = [check for check in checks if not isinstance(getattr(check, "__self__", None), RateLimiter)]
    return make_two_sites(app, site, new_site("other"), clock)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultScene]:
    """Return an app whose Jira can be made to fail; its data stay for the whole module."""
    with fault_scene(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture
def calm(world: FaultScene) -> Iterator[None]:
    """End all faults after the test."""
    yield
    world.clear()
