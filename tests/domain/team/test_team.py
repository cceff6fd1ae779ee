from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.errors import InvalidInput
from timesheet.domain.span import DateSpan, month_of
from timesheet.domain.team.team import (
    LEAD_ROLE,
    MEMBER_ROLE,
    Member,
    Role,
    Team,
    TeamPermission,
    check_member,
    check_role_deletable,
    checked_role,
    checked_team,
    permissions_of,
    system_roles,
    workers,
)

WORK, HOURS, WORKLOGS, MANAGE, TEAM = TeamPermission
JUNE = month_of(date(2024, 6, 1))
LEAD = Role("lead", "t", "Team Lead", frozenset(TeamPermission), LEAD_ROLE)
WORKER = Role("work", "t", "Team Member", frozenset({WORK}), MEMBER_ROLE)
VIEWER = Role("view", "t", "Viewer", frozenset({HOURS, WORKLOGS}))
ROLES = (LEAD, WORKER, VIEWER)
ANN = Member("t", "ann", frozenset({"work", "view"}))
PAYMENTS = Team("t", "Payments", "lena", "full")
EDGE = st.none() | st.dates(date(2024, 5, 25), date(2024, 7, 5))


@given(EDGE, EDGE)
def test_a_stay_is_the_days_on_which_one_is_active(joined: date | None, left: date | None) -> None:
    member = replace(ANN, joined=joined, left=left)
    active = [day for day in JUNE if member.active_on(day)]
    assert member.days_in(JUNE) == (DateSpan(active[0], active[-1]) if active else None)


def test_roles_add_up_and_those_that_are_gone_give_nothing() -> None:
    assert permissions_of(ANN, ROLES) == {WORK, HOURS, WORKLOGS}
    assert permissions_of(replace(ANN, role_ids=frozenset({"gone"})), ROLES) == frozenset()


def test_workers_are_those_whose_roles_say_so() -> None:
    viewer, lead = replace(ANN, role_ids=frozenset({"view"})), replace(ANN, role_ids=frozenset({"lead"}))
    assert workers([viewer, ANN, lead], ROLES) == [ANN, lead]


def test_two_roles_come_with_a_team() -> None:
    numbers = count(1)
    lead, member = system_roles("t", lambda: f"role-{next(numbers)}")
    assert lead == replace(LEAD, id="role-1")
    assert member == replace(WORKER, id="role-2")


# --- roles


def test_a_role_is_cleaned_and_may_keep_its_name() -> None:
    assert checked_role(replace(VIEWER, name=" Viewer "), ROLES) == VIEWER
    assert checked_role(LEAD, ROLES) == LEAD
    assert checked_role(replace(VIEWER, id="new", name="New"), ROLES) == replace(VIEWER, id="new", name="New")


def test_what_a_team_member_may_do_is_the_teams_to_say() -> None:
    more = replace(WORKER, permissions=frozenset({WORK, HOURS}))
    assert checked_role(more, ROLES) == more


def test_a_role_that_came_with_the_team_stays_one() -> None:
    assert checked_role(replace(WORKER, system=None), ROLES) == WORKER
    assert checked_role(replace(VIEWER, system=LEAD_ROLE), ROLES) == VIEWER


@pytest.mark.parametrize(
    ("role", "field"),
    [
        (replace(VIEWER, name=""), "name"),
        (replace(VIEWER, name="team lead"), "name"),
        (replace(WORKER, name="Worker"), "name"),
        (replace(LEAD, name="Boss"), "name"),
        (replace(LEAD, permissions=frozenset({WORK})), "permissions"),
        (replace(LEAD, permissions=frozenset(), system=None), "permissions"),
    ],
)
def test_a_bad_role_is_refused_at_its_field(role: Role, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_role(role, ROLES)
    assert refused.value.field == field


def test_a_role_goes_when_nobody_has_it_and_it_did_not_come_with_the_team() -> None:
    check_role_deletable(VIEWER, [])
    for role, members, words in (
        (LEAD, [], "comes with the team"),
        (VIEWER, [ANN], "1 member has"),
        (VIEWER, [ANN, ANN], "2 members have"),
    ):
        with pytest.raises(InvalidInput, match=words) as refused:
            check_role_deletable(role, members)
        assert refused.value.field == "role"


# --- teams and members


def test_a_team_is_cleaned_and_may_keep_its_name() -> None:
    typed = replace(PAYMENTS, name=" Payments ", description=" What we do\nfor you \n")
    assert checked_team(typed, [PAYMENTS]) == replace(PAYMENTS, description="What we do\nfor you")


@pytest.mark.parametrize(
    ("team", "field"),
    [
        (replace(PAYMENTS, name=""), "name"),
        (replace(PAYMENTS, name="refunds"), "name"),
        (replace(PAYMENTS, lead=""), "lead"),
        (replace(PAYMENTS, description="x" * 1001), "description"),
    ],
)
def test_a_bad_team_is_refused_at_its_field(team: Team, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_team(team, [PAYMENTS, Team("r", "Refunds", "lena", "full", archived=True)])
    assert refused.value.field == field


@pytest.mark.parametrize("left", [None, date(2024, 6, 10), date(2024, 6, 11)])
def test_one_may_leave_on_the_day_of_joining(left: date | None) -> None:
    check_member(replace(ANN, joined=date(2024, 6, 10), left=left), ROLES)


@pytest.mark.parametrize(
    ("member", "field"),
    [
        (replace(ANN, joined=date(2024, 6, 10), left=date(2024, 6, 9)), "left"),
        (replace(ANN, role_ids=frozenset()), "roles"),
        (replace(ANN, role_ids=frozenset({"work", "gone"})), "roles"),
        (replace(ANN, team_id="other"), "roles"),
    ],
)
def test_a_bad_member_is_refused_at_the_field(member: Member, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_member(member, ROLES)
    assert refused.value.field == field


def test_leaving_before_joining_names_both_dates() -> None:
    with pytest.raises(InvalidInput, match="9 June 2024 is before the joining date 10 June 2024"):
        check_member(replace(ANN, joined=date(2024, 6, 10), left=date(2024, 6, 9)), ROLES)
