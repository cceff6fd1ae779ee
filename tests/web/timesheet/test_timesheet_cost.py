"""The database statements of viewing My Timesheet and of a save: no more than now, whatever the sheet contains."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.recorded_statements import asked_of_databases
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view
from tests.web.support.viewer import Viewer, make_viewer
from timesheet.domain.span import DateSpan
from timesheet.web.worklog.seen import seen_mark

HOUR = 3600
MONTH = DateSpan(MONDAY.replace(day=1), MONDAY.replace(day=30))
WARM = 2
# The site's permissions, the settings of the site and the person, the person's teams.
LOOK = ["SELECT"] * 3
# Closed days; also for somebody who is in no team any more, because a closing may contain their worklogs.
CLOSED = ["SELECT"]
# Which closings hold the worklog, and which recorded its author.
HELD, RECORDED = ["SELECT"], ["SELECT"]
# The open writes of the issue and the unanswered moves of the worklog are read and the write is announced.
# Then the site is locked, the announcement removed, the end of the chain and the person's reference read,
# the event added, its head signed, and other open writes of the worklog read. Last, the answer reads the
# teams again, to mark closed days.
LEFT = ["SELECT", "SELECT"]
WRITTEN = [
    *["BEGIN", "INSERT", "COMMIT"],
    *["BEGIN", "SELECT", "DELETE", "SELECT", "SELECT", "INSERT", "UPDATE", "SELECT", "COMMIT"],
]
MARKED = ["SELECT"]


def look(viewer: Viewer, **choice: object) -> list[str]:
    with asked_of_databases() as asked:
        for _ in range(WARM + 1):
            asked.clear()
            assert viewer.get("/timesheet", view="month", **choice).status_code == 200
    return asked


def save(viewer: Viewer) -> list[str]:
    """Change the one worklog of a cell again and again; what the last time cost."""
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    look(viewer)
    with asked_of_databases() as asked:
        for number in range(WARM + 1):
            asked.clear()
            answer = viewer.post(
                "/timesheet/cell",
                issue=PAY,
                day=MONDAY,
                value=f"2:{10 + number}",
                seen=seen_mark(viewer.scene.jira.worklogs[worklog.id]),
                key=f"key-{number:04}",
                first=MONTH.first,
                last=MONTH.last,
                group="issue",
            )
            assert answer.status_code == 200, answer.text
    return asked


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    return make_team_view(app, site, clock)


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    return make_viewer(app, site, clock)


def test_a_month_takes_four_statements_however_much_is_on_it(viewer: Viewer) -> None:
    assert look(viewer) == [*LOOK, *CLOSED]
    for number in range(20):
        viewer.scene.put((PAY, OPS)[number % 2], MONDAY + timedelta(days=number % 10), HOUR)
    assert look(viewer, refresh=1) == [*LOOK, *CLOSED]


def test_a_member_asks_for_what_is_closed_as_well(team: TeamView) -> None:
    assert look(team.viewer) == [*LOOK, *CLOSED]
    assert save(team.viewer) == [*LOOK, *LEFT, *HELD, *CLOSED, *RECORDED, *WRITTEN, *MARKED, *CLOSED]


def test_a_save_commits_twice_and_no_more(viewer: Viewer) -> None:
    assert save(viewer) == [*LOOK, *LEFT, *HELD, *RECORDED, *WRITTEN, *MARKED, *CLOSED]
