"""The current period of teams: from the cache only, closed or open, and as the viewer's roles allow."""

from __future__ import annotations

from datetime import timedelta

from tests.services.support.fake_stores import HOUR
from tests.services.support.scene import MONDAY, PAY, Scene
from timesheet.services.period.closing import period_at
from timesheet.services.period.current import CurrentPeriod, current_periods
from timesheet.services.team.overview import read_overview

LEAD = "viewer-1"


def look(scene: Scene, who: str = LEAD) -> list[CurrentPeriod]:
    return list(current_periods(scene.team_context(who), scene.viewer_context_of(who), ["alpha"]))


def test_time_is_known_after_the_team_was_opened(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.put(PAY, MONDAY, 3 * HOUR, author="ana")
    [before] = look(scene)
    assert (before.days, before.read_at, before.spent, before.closed) == (None, None, 0, False)
    context = scene.team_context(LEAD)
    span = period_at(context, context.today)
    overview = read_overview(context, scene.viewer_context_of(LEAD), scene.jira, "alpha", span)
    scene.jira.log.clear()
    [after] = look(scene)
    assert (after.spent, after.capacity) == (overview.spent, overview.capacity)
    assert after.days is not None
    assert after.days[(MONDAY - span.first).days] == 3 * HOUR
    assert after.read_at == overview.packed.checked_at
    assert scene.jira.log == []


def test_a_team_with_nobody_in_the_period_is_empty(scene: Scene) -> None:
    team = scene.site.team(LEAD)
    scene.site.add(team, "gone", left=MONDAY - timedelta(days=60))
    assert [one.empty for one in look(scene)] == [True]
    scene.site.add(team, "ana")
    assert [one.empty for one in look(scene)] == [False]


def test_an_outsider_gets_no_figures(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    assert look(scene, "eve") == []
    assert [one.own for one in look(scene, "ana")] == [True]
    assert [one.own for one in look(scene)] == [False]


def test_a_period_is_closed_by_its_closing(scene: Scene) -> None:
    team, context = scene.site.team(LEAD, "ana"), scene.team_context(LEAD)
    scene.site.close(team, period_at(context, context.today), scene.jira.now)
    assert [one.closed for one in look(scene)] == [True]
