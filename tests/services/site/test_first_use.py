"""The first steps on a site: each is done by its own action, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.services.support.team_scene import ANN, BO, LEAD, TODAY, TeamScene
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.services.ports.stores import FIRST_RULE
from timesheet.services.site.first_use import SetupStep, read_steps


def done(teams: TeamScene) -> set[SetupStep]:
    return {step for step, is_done in read_steps(teams.stores, TODAY).items() if is_done}


def test_at_first_nothing_is_done_and_the_steps_are_in_order(teams: TeamScene) -> None:
    steps = read_steps(teams.stores, TODAY)
    assert list(steps) == [
        SetupStep.CALENDAR,
        SetupStep.SCHEME,
        SetupStep.TEAM,
        SetupStep.PEOPLE,
        SetupStep.PERIOD,
    ]
    assert not any(steps.values())


def test_a_calendar_is_one_step(teams: TeamScene) -> None:
    teams.stores.calendars.save(GlobalCalendar("c", "Bavaria"))
    assert done(teams) == {SetupStep.CALENDAR}


def test_working_hours_are_set_by_saving_the_default_or_making_another_scheme(teams: TeamScene) -> None:
    default = teams.stores.schemes.get(teams.stores.schemes.default_id())
    teams.stores.schemes.save(default)
    assert done(teams) == {SetupStep.SCHEME}


def test_another_scheme_counts_too(teams: TeamScene) -> None:
    teams.stores.schemes.save(WorkloadScheme("half", "Half time", (4 * 3600,) * 5 + (0, 0)))
    assert done(teams) == {SetupStep.SCHEME}


def test_a_team_with_its_lead_alone_still_lacks_people(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD)
    assert done(teams) == {SetupStep.TEAM}
    teams.join(team, ANN, joined=TODAY + timedelta(days=1))
    assert done(teams) == {SetupStep.TEAM}
    teams.join(team, BO, joined=TODAY)
    assert done(teams) == {SetupStep.TEAM, SetupStep.PEOPLE}


def test_an_archived_team_is_none(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    teams.stores.teams.save(replace(teams.stores.teams.get(team.id), archived=True))
    assert done(teams) == set()


def test_a_saved_rule_settles_the_periods(teams: TeamScene) -> None:
    teams.stores.periods.save_rule(replace(FIRST_RULE, start=date(2026, 1, 1)), 0)
    assert done(teams) == {SetupStep.PERIOD}
