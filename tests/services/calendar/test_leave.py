"""Leaves: whose year a viewer may open, the effect of a change on each team, saving, and conflicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.services.support.team_scene import ADMIN, ANN, BO, CY, LEAD, OUT, TeamScene
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import TeamPermission
from timesheet.services.calendar.command import EnterLeaves
from timesheet.services.calendar.leave import (
    changed_leaves,
    days_away,
    effects_of,
    people_to_enter_for,
    read_year,
    save_leaves,
    sees_each_team,
    working_days,
    working_halves,
    year_span,
)

FRIDAY, SATURDAY = date(2024, 6, 14), date(2024, 6, 15)
HOUR = 3600


def whole(day: date = FRIDAY, who: str = ANN, part: Part = Part.WHOLE) -> Leave:
    return Leave(who, day, "vacation", part)


def save(
    teams: TeamScene,
    viewer: str,
    *leaves: Leave,
    who: str = ANN,
    mark: str | None = None,
    year: int = 2024,
) -> None:
    context = teams.team_context(viewer)
    changes: dict[date, list[Leave]] = {}
    for leave in leaves:
        changes.setdefault(leave.date, []).append(leave)
    save_leaves(
        context, EnterLeaves(who, year, changes, read_year(context, who, year).mark if mark is None else mark)
    )


@pytest.mark.parametrize("viewer", [ANN, LEAD, ADMIN, CY])
def test_leaves_are_entered_by_oneself_and_by_who_manages_a_team_of_the_person(
    teams: TeamScene, viewer: str
) -> None:
    team = teams.team("Payments", LEAD, ANN)
    teams.join(team, CY, TeamPermission.MANAGE_TEAM)
    save(teams, viewer, whole())
    assert read_year(teams.team_context(ANN), ANN, 2024).leaves == (whole(),)


@pytest.mark.parametrize("viewer", [BO, OUT])
def test_nobody_else_sees_or_enters_them(teams: TeamScene, viewer: str) -> None:
    teams.team("Payments", LEAD, ANN, BO)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: read_year(teams.team_context(viewer), ANN, 2024),
        lambda: save_leaves(teams.team_context(viewer), EnterLeaves(ANN, 2024, {FRIDAY: [whole()]}, "")),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed) as refused:
            attempt()
        assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")


def test_who_manages_a_team_sees_and_enters_only_the_days_on_which_a_person_is_in_it(
    teams: TeamScene,
) -> None:
    payments, platform = teams.team("Payments", LEAD), teams.team("Platform", ADMIN)
    teams.join(payments, ANN, left=FRIDAY)
    teams.join(platform, ANN, joined=SATURDAY)
    thursday, monday = date(2024, 6, 13), date(2024, 6, 17)
    sick = Leave(ANN, monday, "sick-leave")
    save(teams, ANN, whole(), sick)
    year = read_year(teams.team_context(LEAD), ANN, 2024)
    assert (year.leaves, year.partly) == ((whole(),), True)
    assert year.mark == read_year(teams.team_context(ANN), ANN, 2024).mark
    refused: tuple[dict[date, list[Leave]], ...] = (
        {monday: []},
        {thursday: [whole(thursday)], SATURDAY: [whole(SATURDAY)]},
    )
    for changes in refused:
        with pytest.raises(
            InvalidInput, match="only the days on which this person is in a team that you lead"
        ):
            save_leaves(teams.team_context(LEAD), EnterLeaves(ANN, 2024, changes, year.mark))
    save(teams, LEAD, whole(thursday))
    own = read_year(teams.team_context(ANN), ANN, 2024)
    assert (own.leaves, own.partly) == ((whole(thursday), whole(), sick), False)


def test_the_effect_is_shown_in_teams_whose_hours_the_viewer_may_see(teams: TeamScene) -> None:
    payments, platform = teams.team("Payments", LEAD), teams.team("Platform", ADMIN, ANN)
    teams.join(payments, ANN, left=FRIDAY)
    teams.join(payments, CY, TeamPermission.MANAGE_TEAM)
    teams.join(platform, CY, TeamPermission.VIEW_HOURS)
    teams.join(platform, LEAD)
    save(teams, ANN, whole(date(2024, 6, 17)))
    changes = {FRIDAY: [whole()]}

    def effects(viewer: str) -> tuple[list[tuple[int, int]], bool]:
        context = teams.team_context(viewer)
        year = read_year(context, ANN, 2024, changes)
        found = effects_of(context, year, changed_leaves(year, changes))
        return [(e.before // HOUR, e.after // HOUR) for e in found], sees_each_team(context, ANN)

    assert effects(LEAD) == ([(80, 72)], False)
    both = [(80, 72), (152, 144)]
    assert [effects(viewer) for viewer in (ANN, ADMIN, CY)] == [(both, True)] * 3


def test_whom_one_may_enter_for(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN, BO)
    teams.team("Platform", ADMIN, CY, LEAD)
    assert set(people_to_enter_for(teams.team_context(LEAD))) == {ANN, BO}
    assert people_to_enter_for(teams.team_context(ANN)) == []
    teams.join(teams.team("Search"), "former-3f2a77")
    assert set(people_to_enter_for(teams.team_context(LEAD))) == {ANN, BO}, (
        "nobody enters leaves of former users"
    )
    assert set(people_to_enter_for(teams.team_context(ADMIN))) == {LEAD, ANN, BO, CY}


def test_a_vacation_day_costs_a_day_in_every_team(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    teams.team("Platform", ADMIN, ANN)
    context = teams.team_context(ANN)
    year = read_year(context, ANN, 2024)
    effects = effects_of(context, year, changed_leaves(year, {FRIDAY: [whole()]}))
    assert [(e.team.name, e.month, e.before, e.after) for e in effects] == [
        ("Payments", date(2024, 6, 1), 160 * HOUR, 152 * HOUR),
        ("Platform", date(2024, 6, 1), 160 * HOUR, 152 * HOUR),
    ]
    assert read_year(context, ANN, 2024).leaves == ()


@pytest.mark.parametrize("day", [SATURDAY, date(2024, 6, 10)], ids=["weekend", "holiday"])
def test_a_day_that_is_off_already_changes_no_capacity(teams: TeamScene, day: date) -> None:
    team = teams.team()
    holiday = NonWorkingDay(date(2024, 6, 10), "Whit Monday", "public-holiday")
    calendar = teams.stores.calendars.save(GlobalCalendar("berlin", "Berlin", (holiday,)))
    teams.join(team, ANN, calendar_id=calendar.id)
    context = teams.team_context(ANN)
    year = read_year(context, ANN, 2024)
    assert year.holidays == {date(2024, 6, 10): (holiday,)}
    assert effects_of(context, year, changed_leaves(year, {day: [whole(day)]})) == ()


def test_holidays_count_from_joining_on(teams: TeamScene) -> None:
    team = teams.team()
    days = tuple(NonWorkingDay(date(2024, month, 3), "Day", "public-holiday") for month in (1, 12))
    calendar = teams.stores.calendars.save(GlobalCalendar("berlin", "Berlin", days))
    teams.join(team, ANN, calendar_id=calendar.id, joined=date(2024, 6, 1))
    assert list(read_year(teams.team_context(ANN), ANN, 2024).holidays) == [date(2024, 12, 3)]


def test_a_day_has_the_holidays_of_both_halves_and_of_all_teams_each_once(teams: TeamScene) -> None:
    day = date(2024, 12, 24)
    feast, parade = (
        NonWorkingDay(day, name, "public-holiday", part)
        for name, part in (("Feast", Part.MORNING), ("Parade", Part.AFTERNOON))
    )
    eve = NonWorkingDay(day, "Eve", "public-holiday")
    for name, days in (("Payments", (feast, parade)), ("Platform", (feast, parade)), ("Search", (eve,))):
        calendar = teams.stores.calendars.save(GlobalCalendar(name.lower(), name, days))
        teams.join(teams.team(name), ANN, calendar_id=calendar.id)
    assert read_year(teams.team_context(ANN), ANN, 2024).holidays == {day: (feast, parade, eve)}


def test_two_halves_and_clearing(teams: TeamScene) -> None:
    save(teams, ANN, whole(part=Part.AFTERNOON), whole(part=Part.MORNING))
    year = read_year(teams.team_context(ANN), ANN, 2024)
    assert [leave.part for leave in year.leaves] == [Part.MORNING, Part.AFTERNOON]
    save_leaves(teams.team_context(ANN), EnterLeaves(ANN, 2024, {FRIDAY: []}, year.mark))
    assert read_year(teams.team_context(ANN), ANN, 2024).leaves == ()


def test_days_over_new_year_are_saved_together(teams: TeamScene) -> None:
    days = [date(2024, 12, 21) + timedelta(days=number) for number in range(12)]
    save(teams, ANN, whole(date(2025, 3, 3)), year=2025)
    save(teams, ANN, *map(whole, days))
    assert [leave.date for leave in read_year(teams.team_context(ANN), ANN, 2024).leaves] == days[:11]
    after = [leave.date for leave in read_year(teams.team_context(ANN), ANN, 2025).leaves]
    assert after == [days[11], date(2025, 3, 3)]
    save(teams, ANN, whole(date(2024, 12, 31)), year=2025)
    assert len(read_year(teams.team_context(ANN), ANN, 2024).leaves) == 11


def test_over_new_year_each_month_shows_its_whole_capacity(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    context = teams.team_context(ANN)
    changes = {day: [whole(day)] for day in (date(2023, 12, 29), date(2024, 6, 14), date(2025, 1, 1))}
    year = read_year(context, ANN, 2024, changes)
    assert [
        (e.month, e.before, e.after) for e in effects_of(context, year, changed_leaves(year, changes))
    ] == [
        (date(2023, 12, 1), 168 * HOUR, 160 * HOUR),
        (date(2024, 6, 1), 160 * HOUR, 152 * HOUR),
        (date(2025, 1, 1), 184 * HOUR, 176 * HOUR),
    ]


def test_an_effect_says_that_a_changed_day_is_closed(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    span = DateSpan(date(2024, 6, 10), FRIDAY)
    at = datetime(2024, 7, 1, tzinfo=UTC)
    teams.stores.periods.add_record(ClosingRecord("r", team.id, span, LEAD, at, (), {}))
    context = teams.team_context(ANN)

    def closed(*days: date) -> list[bool]:
        changes = {day: [whole(day)] for day in days}
        year = read_year(context, ANN, 2024, changes)
        return [effect.closed for effect in effects_of(context, year, changed_leaves(year, changes))]

    assert closed(FRIDAY, FRIDAY + timedelta(days=3), date(2024, 7, 1)) == [True, False]
    assert closed(FRIDAY + timedelta(days=3)) == [False]


def test_working_days_are_those_on_which_time_is_expected(teams: TeamScene) -> None:
    days = [date(2024, 12, 21) + timedelta(days=number) for number in range(12)]
    year = read_year(teams.team_context(ANN), ANN, 2024, days)
    assert working_days(teams.team_context(ANN), year, days) == 8
    holidays = (
        NonWorkingDay(date(2024, 12, 24), "Eve", "public-holiday", Part.AFTERNOON),
        NonWorkingDay(date(2024, 12, 25), "Day", "public-holiday"),
    )
    calendar = teams.stores.calendars.save(GlobalCalendar("berlin", "Berlin", holidays))
    teams.join(teams.team(), ANN, calendar_id=calendar.id, joined=date(2024, 12, 24))
    year = read_year(teams.team_context(ANN), ANN, 2024, days)
    # Monday, the day before joining, has no team, so My Timesheet expects a usual day.
    assert working_days(teams.team_context(ANN), year, days) == Decimal("6.5")


def test_only_working_halves_of_a_year_count_as_days_away(teams: TeamScene) -> None:
    holidays = (
        NonWorkingDay(date(2024, 12, 24), "Eve", "public-holiday", Part.AFTERNOON),
        NonWorkingDay(date(2024, 12, 25), "Day", "public-holiday"),
    )
    calendar = teams.stores.calendars.save(GlobalCalendar("berlin", "Berlin", holidays))
    teams.join(teams.team(), ANN, calendar_id=calendar.id)
    context, eve = teams.team_context(ANN), date(2024, 12, 24)

    def away(*leaves: Leave) -> dict[str, Decimal]:
        teams.stores.leaves.replace(ANN, year_span(2024), leaves)
        year = read_year(context, ANN, 2024)
        return days_away(year, working_halves(context, year))

    assert away(*(whole(date(2024, 12, day)) for day in range(21, 30))) == {"vacation": Decimal("3.5")}
    assert away(whole(eve, part=Part.AFTERNOON), whole(date(2024, 12, 25))) == {}
    assert away(whole(eve, part=Part.MORNING), Leave(ANN, FRIDAY, "sick-leave", Part.AFTERNOON)) == {
        "vacation": Decimal("0.5"),
        "sick-leave": Decimal("0.5"),
    }


@pytest.mark.parametrize(
    ("leaves", "words"),
    [
        ([whole(), whole(part=Part.MORNING)], "same hours"),
        ([Leave(ANN, FRIDAY, "unclassified")], "absence type"),
        ([Leave(ANN, FRIDAY, "public-holiday")], "absence type"),
        ([Leave(ANN, FRIDAY, "nothing")], "absence type"),
        ([whole(date(2026, 1, 1))], "2023 to 2025"),
    ],
    ids=["twice", "unclassified", "holiday", "unknown", "far-year"],
)
def test_what_is_not_a_leave_is_refused_whole(teams: TeamScene, leaves: list[Leave], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        save(teams, ANN, whole(date(2024, 6, 13)), *leaves)
    assert read_year(teams.team_context(ANN), ANN, 2024).leaves == ()


def test_two_people_at_once_the_second_sees_what_the_first_saved(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    seen = read_year(teams.team_context(LEAD), ANN, 2024).mark
    save(teams, ANN, whole())
    with pytest.raises(Conflict) as conflict:
        save(teams, LEAD, whole(date(2024, 6, 13)), mark=seen)
    assert conflict.value.current == read_year(teams.team_context(ANN), ANN, 2024)
    assert read_year(teams.team_context(ANN), ANN, 2024).leaves == (whole(),)


def test_the_same_days_again_are_no_conflict(teams: TeamScene) -> None:
    seen = read_year(teams.team_context(ANN), ANN, 2024).mark
    for _ in range(2):
        save(teams, ANN, whole(), mark=seen)
    assert read_year(teams.team_context(ANN), ANN, 2024).leaves == (whole(),)


def test_a_save_that_waits_for_another_one_sees_what_it_saved(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams.team("Payments", LEAD, ANN)
    teams.while_waiting(monkeypatch, lambda: save(teams, ANN, whole()))
    with pytest.raises(Conflict):
        save(teams, LEAD, whole(date(2024, 6, 13)))
    assert read_year(teams.team_context(ANN), ANN, 2024).leaves == (whole(),)


def test_no_leave_is_saved_of_a_member_who_is_gone_meanwhile(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = teams.team("Payments", LEAD, ANN)
    teams.while_waiting(monkeypatch, lambda: teams.stores.teams.remove_members(team.id, [ANN]))
    with pytest.raises(NotAllowed):
        save(teams, LEAD, whole())
    assert teams.stores.leaves.all() == ()


def test_no_leave_is_saved_by_somebody_who_administers_no_longer(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams.team("Payments", LEAD, ANN)
    teams.while_waiting(monkeypatch, teams.revoke)
    with pytest.raises(NotAllowed):
        save(teams, ADMIN, whole())
    assert teams.stores.leaves.all() == ()


def test_years_do_not_touch_each_other(teams: TeamScene) -> None:
    teams.stores.leaves.replace(
        ANN, read_year(teams.team_context(ANN), ANN, 2023).span, [whole(date(2023, 12, 31))]
    )
    save(teams, ANN, whole(date(2024, 1, 1)))
    assert len(read_year(teams.team_context(ANN), ANN, 2023).leaves) == 1


def test_the_days_of_a_year_are_not_listed_for_each_team(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, days_of = list[DateSpan](), DateSpan.__iter__

    def note(span: DateSpan) -> Iterator[date]:
        listed.append(span)
        return days_of(span)

    monkeypatch.setattr(DateSpan, "__iter__", note)

    def count() -> int:
        listed.clear()
        context = teams.team_context(ANN)
        year = read_year(context, ANN, 2024)
        working_halves(context, year)
        effects_of(context, year, changed_leaves(year, {FRIDAY: [whole()]}))
        return len(listed)

    teams.team("Payments", LEAD, ANN)
    alone = count()
    for name in ("Platform", "Search", "Shop"):
        teams.team(name, LEAD, ANN)
    assert count() == alone
