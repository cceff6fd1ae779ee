"""Fixtures that tests of every route share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
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
