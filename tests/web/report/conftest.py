"""Fixtures of the tests of reports."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view

HOUR = 3600


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Return a team in which ana logged an hour and 40 minutes, and the viewer, who leads it, three hours."""
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 100 * 60, author="ana")
    view.viewer.scene.put(OPS, MONDAY, 3 * HOUR)
    return view
