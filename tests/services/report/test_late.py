"""Time that was entered or changed after its period was closed, by the closings of the teams that count it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, TEAM, look, total
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.period.late_change import UNNOTICED
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.services.report import late as module
from timesheet.services.report.report import NOTHING_LATE

LEAD = "viewer-1"
NEXT_WEEK = DateSpan(WEEK.last + timedelta(days=1), WEEK.last + timedelta(days=7))


def test_late_time_was_entered_or_changed_after_its_day_was_closed(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    other = scene.site.team(LEAD, "bob", team_id="beta")
    early = scene.put(PAY, MONDAY, HOUR, author="ana")
    closed_at = scene.jira.now + timedelta(hours=1)
    scene.site.close(team, WEEK, closed_at)
    scene.site.close(other, WEEK, closed_at - timedelta(days=9), "before")
    late = scene.put(PAY, MONDAY, 2 * HOUR, author="ana")
    scene.jira.worklogs[late.id] = replace(late, updated=closed_at + timedelta(minutes=1))
    both = replace(TEAM, team_ids=("alpha", "beta"))
    assert total(look(scene, TEAM)) == early.seconds + late.seconds
    assert total(look(scene, TEAM, late=True)) == late.seconds
    assert total(look(scene, both, late=True)) == late.seconds
    assert look(scene, TEAM, late=True).table.terms.filters == (("late", ("1",)),)


def test_own_late_time_counts_closings_of_the_viewers_teams(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    assert total(look(scene, OWN, late=True)) == 0
    team = scene.site.team("boss", LEAD)
    scene.site.close(team, WEEK, scene.jira.now - timedelta(days=1))
    assert total(look(scene, OWN, late=True)) == HOUR


@pytest.mark.parametrize(
    ("scope", "late"),
    [
        (Scope(), 3),
        (Scope(jql="key = PAY-12"), 1),
        (Scope((1,)), 0),
        (Scope(jql="broken ("), 3),
        (Scope(jql="key = former-0123456789abcdef0123456789abcdef"), 3),
    ],
)
def test_own_late_time_counts_only_in_the_scope_of_the_team(scene: Scene, scope: Scope, late: int) -> None:
    issues = scene.jira.issues
    for number in (PAY, OPS):
        issues[number] = replace(issues[number], project_id=2)
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, 2 * HOUR)
    team = scene.site.team("boss", LEAD, scope=scope)
    scene.site.close(team, WEEK, scene.jira.now - timedelta(days=1))
    assert total(look(scene, OWN, late=True)) == late * HOUR


def test_own_time_is_not_late_in_a_team_that_the_viewer_leaves_meanwhile(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.site.close(scene.site.team("boss", LEAD), WEEK, scene.jira.now - timedelta(days=1))
    teams, closed, reads = scene.site.stores.teams, scene.site.stores.periods.closed, count(1)

    def leave(*args: Any) -> Sequence[ClosingRecord]:
        # The first read is for the note about closings.
        if next(reads) == 2:
            monkeypatch.setattr(teams, "memberships_of", lambda _account_id: ())
        return closed(*args)

    monkeypatch.setattr(scene.site.stores.periods, "closed", leave)
    assert total(look(scene, OWN, late=True)) == 0


def test_own_time_before_joining_is_not_late(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    team = scene.site.team("boss")
    scene.site.add(team, LEAD, joined=MONDAY + timedelta(days=1))
    scene.site.close(team, WEEK, scene.jira.now - timedelta(days=1))
    assert total(look(scene, OWN, late=True)) == 0


def test_time_that_moved_out_of_a_closed_period_was_changed_after_closing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDS_A_STATEMENT", 1)
    team = scene.site.team(LEAD, "ana")
    kept = scene.put(PAY, NEXT_WEEK.first, HOUR, author="ana")
    closed_at = scene.jira.now - timedelta(days=1)
    moved = scene.put(PAY, NEXT_WEEK.first, 2 * HOUR, author="ana", created=closed_at - timedelta(days=1))
    scene.site.close(team, WEEK, closed_at, worklogs=[moved.id])
    assert kept.updated > closed_at
    found = look(scene, TEAM, span=NEXT_WEEK, late=True)
    assert total(found) == 2 * HOUR
    assert [problem.what for problem in found.table.problems] == [NOTHING_LATE]


def test_time_that_a_closing_may_have_missed_is_late_like_on_its_page(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    read, missed, excluded = (scene.put(PAY, MONDAY, n * HOUR, author="ana") for n in (1, 2, 4))
    closed_at = missed.updated + UNNOTICED - timedelta(milliseconds=1)
    scene.jira.worklogs[excluded.id] = replace(excluded, updated=closed_at - UNNOTICED)
    scene.site.close(team, WEEK, closed_at, worklogs=[read.id])
    assert total(look(scene, TEAM, late=True)) == missed.seconds


def test_a_range_without_a_closed_period_says_so(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    found = look(scene, TEAM, late=True)
    assert (total(found), [problem.what for problem in found.table.problems]) == (0, [NOTHING_LATE])
    assert not look(scene, TEAM).table.problems


def test_a_worklog_in_two_closings_is_late_once_it_changed_after_the_first_of_them(scene: Scene) -> None:
    closed_at = scene.jira.now - timedelta(days=1)
    moved = scene.put(PAY, NEXT_WEEK.first, HOUR, author="ana", created=closed_at - timedelta(days=1))
    for number, (team_id, at) in enumerate(
        (("alpha", closed_at), ("beta", moved.updated + timedelta(hours=1)))
    ):
        team = scene.site.team(LEAD, "ana", team_id=team_id)
        scene.site.close(team, WEEK, at, f"closing-{number}", worklogs=[moved.id])
    assert total(look(scene, TEAM, team_ids=("alpha", "beta"), span=NEXT_WEEK, late=True)) == HOUR
