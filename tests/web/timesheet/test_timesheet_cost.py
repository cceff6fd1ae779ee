"""The database statements of viewing My Timesheet and of a save: no more than now, whatever the sheet contains."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from tests.adapters.support.recorded_statements import record_statements
from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view
from tests.web.support.viewer import Viewer, change_cell
from timesheet.domain.span import DateSpan

HOUR = 3600
MONTH = DateSpan(MONDAY.replace(day=1), MONDAY.replace(day=30))
WARM = 2
# The settings of the site and the person, with the site's revision: all else comes from memory.
LOOK = ["SELECT"]
# The open writes of the issue, with the unanswered moves of the worklog.
LEFT = ["SELECT"]
# The write is announced, so that a closing waits for it.
ANNOUNCED = ["INSERT", "COMMIT"]
# The revision again, so that what was closed by now is known before anything is written.
AGAIN = ["SELECT"]
# Jira has answered: the site locked and its revision read, the announcement taken back, the chain's end found with the
# person's reference, the event added, and its head signed.
WRITTEN = ["SELECT", "DELETE", "SELECT", "INSERT", "UPDATE", "COMMIT"]


def look(viewer: Viewer, **choice: object) -> list[str]:
    with record_statements() as statements:
        for _ in range(WARM + 1):
            statements.clear()
            assert viewer.get("/timesheet", view="month", **choice).status_code == 200
    return statements


def save(viewer: Viewer) -> list[str]:
    """Change the one worklog of a cell again and again; what the last time cost."""
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    look(viewer)
    with record_statements() as statements:
        for number in range(WARM + 1):
            statements.clear()
            change_cell(viewer, worklog, number)
    return statements


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    return make_team_view(app, site, clock)


def test_a_month_takes_one_statement_however_much_is_on_it(viewer: Viewer) -> None:
    assert look(viewer) == LOOK
    for number in range(20):
        viewer.scene.put((PAY, OPS)[number % 2], MONDAY + timedelta(days=number % 10), HOUR)
    assert look(viewer, refresh=1) == LOOK


def test_a_member_takes_one_statement_as_well(team: TeamView) -> None:
    assert look(team.viewer) == LOOK
    assert save(team.viewer) == [*LOOK, *LEFT, *ANNOUNCED, *AGAIN, *WRITTEN]


def test_a_save_commits_twice_and_no_more(viewer: Viewer) -> None:
    assert save(viewer) == [*LOOK, *LEFT, *ANNOUNCED, *AGAIN, *WRITTEN]


def test_a_change_by_somebody_else_is_read_once(team: TeamView) -> None:
    look(team.viewer)
    with team.app.app_context():
        boss = team.stores.teams.get("alpha")
        team.stores.teams.save(replace(boss, description="changed"))
        team.app.extensions["timesheet"].operation.transaction.commit()
    with record_statements() as statements:
        costs = []
        for _ in range(2):
            statements.clear()
            assert team.viewer.get("/timesheet", view="month").status_code == 200
            costs.append(list(statements))
    assert len(costs[0]) > 1
    assert costs[1] == LOOK
