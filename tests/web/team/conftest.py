"""Fixtures for a site with one team: its lead and a member."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.services.support.team_scene import ANN, LEAD
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_viewer import TeamSite, TeamViewer, make_team_site
from timesheet.domain.team.team import Team


@pytest.fixture
def teams(app: Flask, site: JiraSite, clock: SettableClock) -> TeamSite:
    """Return the site on 24 November 2026, with its permissions granted."""
    return make_team_site(app, site, clock)


@pytest.fixture
def team(teams: TeamSite) -> Team:
    """Return the team "Payments" with its lead and Ann."""
    return teams.arrange(lambda scene: scene.team("Payments", LEAD, ANN))


@pytest.fixture
def lead(teams: TeamSite, team: Team) -> TeamViewer:
    """Return the team's lead as a viewer."""
    return teams.as_(LEAD)
