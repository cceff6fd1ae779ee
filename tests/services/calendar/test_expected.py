"""The expected time of a person: without a team, in one, in several, and after a change."""

from __future__ import annotations

from datetime import date

from tests.services.support.team_scene import ADMIN, ANN, LEAD, TeamScene
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import Message
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import TeamPermission
from timesheet.services.calendar.expected import ExpectedDay, read_expected
from timesheet.services.team.command import ArchiveTeam
from timesheet.services.team.team import set_archived

HOUR = 3600
WEEK = DateSpan(date(2024, 6, 10), date(2024, 6, 16))
SEVEN_AND_A_HALF = TimeTracking(True, 27000, 135000)


def expected(teams: TeamScene, who: str = ANN) -> list[ExpectedDay]:
    return list(read_expected(teams.stores, teams.cache, "site-1", SEVEN_AND_A_HALF, who, WEEK))


def hours(teams: TeamScene, who: str = ANN) -> list[float]:
    return [day.seconds / HOUR for day in expected(teams, who)]


def test_without_a_team_a_jira_day_from_monday_to_friday(teams: TeamScene) -> None:
    assert hours(teams) == [7.5] * 5 + [0, 0]


def test_in_a_team_its_scheme_decides(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    assert hours(teams) == [8] * 5 + [0, 0]


WEEKDAYS = (8 * HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR, 0, 0)


def test_days_on_which_two_teams_expect_different_times_are_marked(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    short = teams.stores.schemes.save(WorkloadScheme("short", "Short", WEEKDAYS))
    other = teams.team("Operations", LEAD)
    teams.join(other, ANN, schemes=(DatedScheme(None, short.id),))
    assert [(day.seconds // HOUR, day.longest) for day in expected(teams)] == [
        (8, False), *[(8, True)] * 4, (0, False), (0, False),
    ]  # fmt: skip


def test_holidays_and_leaves_say_their_letter_and_why(teams: TeamScene) -> None:
    team = teams.team()
    days = (
        NonWorkingDay(date(2024, 6, 10), "Whit Monday", "public-holiday"),
        NonWorkingDay(date(2024, 6, 11), "", "public-holiday", Part.AFTERNOON),
        NonWorkingDay(date(2024, 6, 13), "Feast", "public-holiday"),
    )
    calendar = teams.stores.calendars.save(GlobalCalendar("berlin", "Berlin", days))
    teams.join(team, ANN, calendar_id=calendar.id)
    leaves = [
        Leave(ANN, date(2024, 6, 12), "vacation", Part.MORNING),
        Leave(ANN, date(2024, 6, 13), "vacation"),
    ]
    teams.stores.leaves.replace(ANN, WEEK, leaves)
    assert expected(teams)[:5] == [
        ExpectedDay(0, "H", "Whit Monday"),
        ExpectedDay(4 * HOUR, "H", "Public holiday, afternoon"),
        ExpectedDay(4 * HOUR, "V", "Vacation, morning"),
        ExpectedDay(0, "V", "Feast; Vacation"),
        ExpectedDay(8 * HOUR),
    ]
    half = expected(teams)[2].reason
    assert isinstance(half, Message)
    assert isinstance(half.values["reason"], Message), (
        "the title of a built-in legend stays known by language"
    )


def test_holidays_of_both_halves_of_a_day_are_both_reasons(teams: TeamScene) -> None:
    team, day = teams.team(), date(2024, 6, 10)
    halves = [
        NonWorkingDay(day, name, "public-holiday", part)
        for name, part in (("Feast", Part.MORNING), ("Parade", Part.AFTERNOON))
    ]
    calendar = teams.stores.calendars.save(GlobalCalendar("berlin", "Berlin", tuple(halves)))
    for one in (team, teams.team("Platform")):
        teams.join(one, ANN, calendar_id=calendar.id)
    assert expected(teams)[0] == ExpectedDay(0, "H", "Feast, morning; Parade, afternoon")


def test_holidays_before_and_after_a_membership_are_not_those_of_the_person(teams: TeamScene) -> None:
    days = [NonWorkingDay(date(2024, 6, number), "Feast", "public-holiday") for number in (10, 11, 13, 14)]
    calendar = teams.stores.calendars.save(GlobalCalendar("berlin", "Berlin", tuple(days)))
    joined, left = date(2024, 6, 11), date(2024, 6, 13)
    teams.join(teams.team(), ANN, calendar_id=calendar.id, joined=joined, left=left)
    assert [day.reason for day in expected(teams)[:5]] == ["", "Feast", "", "Feast", ""]


def test_leaves_count_without_a_team(teams: TeamScene) -> None:
    teams.stores.leaves.replace(ANN, WEEK, [Leave(ANN, date(2024, 6, 12), "sick-leave")])
    assert expected(teams)[2] == ExpectedDay(0, "S", "Sick leave")


def test_whoever_does_not_work_on_issues_and_archived_teams_expect_nothing_else(teams: TeamScene) -> None:
    watched = teams.team()
    teams.join(watched, ANN, TeamPermission.VIEW_HOURS)
    archived = teams.team("Platform", ADMIN, ANN)
    set_archived(teams.team_context(ADMIN), ArchiveTeam(archived.id, True, archived.version))
    assert hours(teams) == [7.5] * 5 + [0, 0]


def test_two_teams_share_a_day_and_do_not_double_it(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    teams.team("Platform", ADMIN, ANN)
    assert hours(teams) == [8] * 5 + [0, 0]


def test_a_change_counts_at_once(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    assert hours(teams) == [8] * 5 + [0, 0]
    teams.stores.leaves.replace(ANN, WEEK, [Leave(ANN, date(2024, 6, 10), "vacation")])
    assert hours(teams) == [0] + [8] * 4 + [0, 0]
    assert expected(teams)[0].letter == "V"
