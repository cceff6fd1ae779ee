"""The expected time of a team's members by day: additive, never negative, cached until something changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.support.fake_stores import HOUR, FakeSite
from tests.services.support.scene import MONDAY, WEEK, Scene
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.permission import TeamAction
from timesheet.domain.span import DateSpan
from timesheet.domain.team.capacity import capacity, day_capacities
from timesheet.domain.team.team import Member
from timesheet.services.team.plan import PlanRow, read_plan, read_rows
from timesheet.services.viewer.team_context import open_team

HALF = WorkloadScheme("half", "Half time", (4 * HOUR,) * 5 + (0, 0))
ODD = WorkloadScheme("odd", "Odd", (1, 24 * HOUR, 0, 3601, 59, 60, 61))
FORTNIGHT = DateSpan(MONDAY - timedelta(days=3), MONDAY + timedelta(days=10))


def days(low: int = -5, high: int = 12) -> st.SearchStrategy[date]:
    return st.integers(low, high).map(lambda n: MONDAY + timedelta(days=n))


MEMBERS = st.builds(
    lambda who, stay, calendar, schemes: Member(
        "alpha", who, frozenset({"alpha-member"}), stay[0], stay[1], calendar, tuple(schemes)
    ),
    st.sampled_from(["ana", "bob", "eve"]),
    st.tuples(st.none() | days(), st.none() | days()).filter(
        lambda s: s[0] is None or s[1] is None or s[0] <= s[1]
    ),
    st.sampled_from([None, "berlin"]),
    st.lists(
        st.builds(DatedScheme, st.none() | days(), st.sampled_from(["full", "half", "odd"])), max_size=3
    ),
)
HOLIDAYS = st.lists(
    st.builds(
        lambda day, part: NonWorkingDay(day, "", "public-holiday", part), days(), st.sampled_from(Part)
    ),
    max_size=5,
)
LEAVES = st.lists(
    st.builds(lambda who, day, part: Leave(who, day, "vacation", part), st.sampled_from(["ana", "bob"]), days(),
              st.sampled_from(Part)),
    max_size=5,
)  # fmt: skip


def site_of(
    members: list[Member], holidays: list[NonWorkingDay] | None = None, leaves: list[Leave] | None = None
) -> FakeSite:
    site = FakeSite()
    site.team("viewer-1")
    site.planning.schemes |= {HALF.id: HALF, ODD.id: ODD}
    site.planning.calendars["berlin"] = GlobalCalendar("berlin", "Berlin", tuple(holidays or ()))
    site.planning.leaves = list(leaves or ())
    site.teams.stored = {("alpha", member.account_id): member for member in members}
    return site


def rows_of(scene: Scene, span: DateSpan = WEEK) -> dict[str, PlanRow]:
    context = scene.team_context()
    opened = open_team(context, "alpha", TeamAction.SEE_SUMS)
    return dict(read_rows(context, opened, context.stores.teams.members("alpha"), span))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MEMBERS, unique_by=lambda m: m.account_id), HOLIDAYS, LEAVES, st.integers(1, 13))
def test_capacity_adds_up_over_days_and_members_and_is_never_negative(
    members: list[Member], holidays: list[NonWorkingDay], leaves: list[Leave], cut: int
) -> None:
    site = site_of(members, holidays, leaves)
    team = site.teams.teams["alpha"]
    whole = read_plan(site.stores, team, members, FORTNIGHT)
    middle = FORTNIGHT.first + timedelta(days=cut)
    parts = [
        read_plan(site.stores, team, members, span)
        for span in (DateSpan(FORTNIGHT.first, middle - timedelta(days=1)), DateSpan(middle, FORTNIGHT.last))
    ]
    for member in members:
        assert capacity(whole, member) == sum(capacity(part, member) for part in parts)
    scene = Scene(site=site)
    shown = rows_of(scene, FORTNIGHT)
    for member in members:
        row, letters = shown[member.account_id]
        assert (
            list(row)
            == day_capacities(whole, member)
            == [x for p in parts for x in day_capacities(p, member)]
        )
        assert min(row) >= 0
        outside = [n for n, day in enumerate(FORTNIGHT) if not member.active_on(day)]
        assert not any(row[n] or n in letters for n in outside)


def test_a_holiday_and_a_leave_on_one_day_cost_one_day(scene: Scene) -> None:
    tuesday = MONDAY + timedelta(days=1)
    feasts = [NonWorkingDay(day, "Feast", "public-holiday") for day in (tuesday, WEEK.last)]
    both = feasts, [Leave("ana", tuesday, "vacation")]
    ana = Member("alpha", "ana", frozenset({"alpha-member"}), calendar_id="berlin")
    bob = Member("alpha", "bob", frozenset({"alpha-member"}))
    scene.site = site_of([ana, bob], *both)
    shown = rows_of(scene)
    assert sum(sum(row) for row, _ in shown.values()) == (5 + 4) * 8 * HOUR
    assert (shown["ana"][1], shown["bob"][1]) == ({1: "V", 6: "H"}, {})
    scene.site.planning.leaves = [Leave("ana", tuesday, "vacation", Part.MORNING)]
    scene.site.planning.calendars["berlin"] = GlobalCalendar(
        "berlin", "Berlin", (NonWorkingDay(tuesday, "Feast", "public-holiday", Part.AFTERNOON),)
    )
    assert rows_of(scene)["ana"][0][1] == 0


def test_only_who_works_on_issues_is_expected_to(scene: Scene) -> None:
    team = scene.site.team("viewer-1", "ana")
    scene.site.role(team, "watcher")
    scene.site.add(team, "boss", "watcher")
    shown = rows_of(scene)
    assert (sum(shown["ana"][0]), sum(shown["boss"][0])) == (40 * HOUR, 0)


@pytest.mark.parametrize("legend", ["", "gone"])
def test_a_day_without_a_letter_shows_none(scene: Scene, legend: str) -> None:
    ana = Member("alpha", "ana", frozenset({"alpha-member"}))
    scene.site = site_of([ana], leaves=[Leave("ana", MONDAY, legend)])
    assert rows_of(scene)["ana"] == ((0, *(8 * HOUR,) * 4, 0, 0), {})


def test_whoever_is_not_there_these_days_has_no_letters(scene: Scene) -> None:
    left = Member("alpha", "ana", frozenset({"alpha-member"}), left=MONDAY - timedelta(days=1))
    scene.site = site_of([left], leaves=[Leave("ana", MONDAY, "vacation")])
    assert rows_of(scene)["ana"] == ((0,) * 7, {})


def test_rows_are_kept_at_a_revision(scene: Scene) -> None:
    scene.site.team("viewer-1", "ana")
    scene.site.revision = 1
    before = rows_of(scene)["ana"]
    scene.site.planning.leaves.append(Leave("ana", MONDAY, "vacation"))
    assert rows_of(scene)["ana"] == before
    scene.site.revision = 2
    after = rows_of(scene)["ana"]
    assert (after[0][0], after[1]) == (0, {0: "V"})


def test_a_team_without_members_has_no_rows(scene: Scene) -> None:
    team = scene.site.team("viewer-1")
    assert rows_of(scene) == {}
    assert read_plan(scene.site.stores, team, [], WEEK).leaves == {}
