"""Members: adding, changing one and many, removing, and how they are listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.services.support.team_scene import ANN, BO, CY, LEAD, OUT, TODAY, TeamScene
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.workload_scheme import DatedScheme
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from timesheet.domain.permission import TeamAction
from timesheet.domain.team.label import UserLabel
from timesheet.services.team.command import (
    AddMembers,
    ChangeMember,
    ChangeMembers,
    MemberChange,
    RemoveMember,
)
from timesheet.services.team.member import (
    MOST_AT_ONCE,
    add_members,
    change_member,
    change_members,
    list_members,
    membership_entry,
    remove_member,
)
from timesheet.services.viewer.team_context import TeamContext, open_team

HALF = (14400,) * 5 + (0, 0)


def account_ids(teams: TeamScene, team_id: str) -> set[str]:
    return {member.account_id for member in teams.stores.teams.members(team_id)}


def test_several_people_join_at_once(teams: TeamScene) -> None:
    team = teams.team()
    assert (
        add_members(
            teams.team_context(), AddMembers(team.id, (ANN, BO, ANN), teams.entry(team, joined=TODAY))
        )
        == 2
    )
    assert account_ids(teams, team.id) == {LEAD, ANN, BO}
    assert teams.stores.teams.member(team.id, ANN).joined == TODAY


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([], "at least one person"),
        ([ANN, LEAD], "Lea Example belong"),
        ([ANN, CY], "Cy Example: no active account"),
        ([ANN, "nobody"], "Former user: no active account"),
        ([f"p{n}" for n in range(MOST_AT_ONCE + 1)], "at most"),
    ],
    ids=str,
)
def test_nobody_joins_when_one_cannot(teams: TeamScene, people: list[str], words: str) -> None:
    team = teams.team()
    teams.directory.deactivate(CY)
    with pytest.raises(InvalidInput, match=words) as refused:
        add_members(teams.team_context(), AddMembers(team.id, tuple(people), teams.entry(team)))
    assert refused.value.field == "people"
    assert account_ids(teams, team.id) == {LEAD}


def test_somebody_whose_account_was_reactivated_can_be_added_at_once(teams: TeamScene) -> None:
    team, active, context = teams.team(), teams.directory.people[CY], teams.team_context()
    teams.directory.deactivate(CY)
    assert not context.people([CY])[CY].active
    teams.directory.people[CY] = active
    assert not context.people([CY])[CY].active, "names are cached"
    assert add_members(context, AddMembers(team.id, (CY,), teams.entry(team))) == 1
    assert context.people([CY])[CY].active


def test_whoever_does_not_manage_adds_nobody(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    with pytest.raises(NotAllowed):
        add_members(teams.team_context(ANN), AddMembers(team.id, (BO,), teams.entry(team)))


def test_whoever_may_no_longer_edit_when_jira_has_answered_adds_nobody(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = teams.team()
    context = teams.manager_until_waiting(monkeypatch, team, ANN)
    with pytest.raises(NotAllowed):
        add_members(context, AddMembers(team.id, (BO,), teams.entry(team)))
    assert account_ids(teams, team.id) == {LEAD}


def test_part_time_from_next_month_leaves_the_past_alone(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    [full, *_] = teams.stores.schemes.all()
    half = teams.stores.schemes.save(replace(full, id="half", name="Half", weekdays=HALF, version=0))
    member = teams.stores.teams.member(team.id, ANN)
    later = (DatedScheme(date(2026, 12, 1), half.id), DatedScheme(None, full.id))
    saved = change_member(
        teams.team_context(),
        ChangeMember(team.id, ANN, replace(membership_entry(member), schemes=later), member.version),
    )
    assert [dated.scheme_id for dated in saved.schemes] == [full.id, half.id]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"joined": date(2026, 6, 1), "left": date(2026, 5, 1)}, "left"),
        ({"role_ids": frozenset()}, "roles"),
        ({"role_ids": frozenset({"foreign"})}, "roles"),
        ({"calendar_id": "gone"}, "calendar"),
        ({"schemes": (DatedScheme(None, "gone"),)}, "scheme"),
    ],
    ids=str,
)
def test_what_a_member_cannot_be_is_said_and_not_saved(
    teams: TeamScene, change: dict[str, object], field: str
) -> None:
    team = teams.team("Payments", LEAD, ANN)
    before = teams.stores.teams.member(team.id, ANN)
    entry = replace(membership_entry(before), **change)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as refused:
        change_member(teams.team_context(), ChangeMember(team.id, ANN, entry, before.version))
    assert refused.value.field == field
    assert teams.stores.teams.member(team.id, ANN) == before


def test_two_schemes_from_one_day_are_one_too_many(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    [full, *_] = teams.stores.schemes.all()
    member = teams.stores.teams.member(team.id, ANN)
    twice = (DatedScheme(TODAY, full.id), DatedScheme(TODAY, full.id))
    with pytest.raises(InvalidInput, match="same day"):
        change_member(
            teams.team_context(),
            ChangeMember(team.id, ANN, replace(membership_entry(member), schemes=twice), member.version),
        )


def test_two_at_once_the_second_gets_what_the_first_saved(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    member = teams.stores.teams.member(team.id, ANN)
    first = change_member(
        teams.team_context(),
        ChangeMember(team.id, ANN, replace(membership_entry(member), joined=TODAY), member.version),
    )
    with pytest.raises(Conflict) as conflict:
        change_member(
            teams.team_context(), ChangeMember(team.id, ANN, membership_entry(member), member.version)
        )
    assert conflict.value.current == first


def test_the_lead_keeps_their_role_and_stays(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    lead = teams.stores.teams.member(team.id, LEAD)
    with pytest.raises(InvalidInput, match="Hand the team over"):
        change_member(teams.team_context(), ChangeMember(team.id, LEAD, teams.entry(team), lead.version))
    with pytest.raises(InvalidInput, match="Hand the team over"):
        remove_member(teams.team_context(), RemoveMember(team.id, LEAD))
    with pytest.raises(InvalidInput, match="Hand the team over"):
        change_members(teams.team_context(), ChangeMembers(team.id, (ANN, LEAD), MemberChange.REMOVE))
    assert account_ids(teams, team.id) == {LEAD, ANN}


@pytest.mark.parametrize(
    "remove",
    [
        lambda context, team_id: remove_member(context, RemoveMember(team_id, ANN)),
        lambda context, team_id: change_members(
            context, ChangeMembers(team_id, (ANN, BO), MemberChange.REMOVE)
        ),
    ],
)
def test_somebody_who_becomes_the_lead_meanwhile_stays(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch, remove: Callable[[TeamContext, str], object]
) -> None:
    team = teams.team("Payments", LEAD, ANN, BO)
    teams.while_waiting(monkeypatch, lambda: teams.stores.teams.save(replace(team, lead=ANN)))
    with pytest.raises(InvalidInput, match="Hand the team over"):
        remove(teams.team_context(), team.id)
    assert account_ids(teams, team.id) == {LEAD, ANN, BO}


def test_somebody_is_taken_out(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN, BO, CY)
    remove_member(teams.team_context(), RemoveMember(team.id, ANN))
    change_members(teams.team_context(), ChangeMembers(team.id, (BO, CY), MemberChange.REMOVE))
    assert account_ids(teams, team.id) == {LEAD}
    with pytest.raises(NotFound):
        remove_member(teams.team_context(), RemoveMember(team.id, ANN))


def test_one_change_for_many(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN, BO)
    calendar = teams.stores.calendars.save(GlobalCalendar("berlin", "Berlin"))
    [full, *_] = teams.stores.schemes.all()
    lead_role, member_role = (role.id for role in teams.roles(team))
    day = date(2026, 12, 31)
    for change in (
        ChangeMembers(team.id, (ANN, BO), MemberChange.ADD_ROLE, lead_role),
        ChangeMembers(team.id, (ANN, BO), MemberChange.DROP_ROLE, member_role),
        ChangeMembers(team.id, (ANN, BO), MemberChange.JOINED, day=TODAY),
        ChangeMembers(team.id, (ANN, BO), MemberChange.LEFT, day=day),
        ChangeMembers(team.id, (ANN, BO), MemberChange.CALENDAR, calendar.id),
        ChangeMembers(team.id, (ANN, BO), MemberChange.SCHEME, full.id, TODAY),
    ):
        assert change_members(teams.team_context(), change) == 2
        versions = {one.account_id: one.version for one in teams.stores.teams.members(team.id)}
        assert change_members(teams.team_context(), change) == 0, "who has it already is not changed"
        assert {one.account_id: one.version for one in teams.stores.teams.members(team.id)} == versions
    for account_id in (ANN, BO):
        member = teams.stores.teams.member(team.id, account_id)
        assert member.role_ids == {lead_role}
        assert (member.joined, member.left, member.calendar_id) == (TODAY, day, calendar.id)
        assert member.schemes == (DatedScheme(TODAY, full.id),)


def test_only_those_who_change_are_counted(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    teams.join(team, BO, joined=TODAY)
    change = ChangeMembers(team.id, (LEAD, ANN, BO), MemberChange.JOINED, day=None)
    assert change_members(teams.team_context(), change) == 1
    assert teams.stores.teams.member(team.id, BO).joined is None


def test_a_change_that_fits_one_not_changes_nobody(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    teams.join(team, BO, left=date(2026, 3, 1))
    with pytest.raises(InvalidInput, match=r"Bo Example: .* Nobody was changed\."):
        change_members(
            teams.team_context(), ChangeMembers(team.id, (ANN, BO), MemberChange.JOINED, day=TODAY)
        )
    assert teams.stores.teams.member(team.id, ANN).joined is None
    with pytest.raises(InvalidInput, match="at least one"):
        change_members(teams.team_context(), ChangeMembers(team.id, (), MemberChange.LEFT, day=TODAY))


def test_the_list_distinguishes_active_former_and_closed_accounts(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    teams.join(team, BO, left=date(2026, 3, 1))
    teams.join(team, CY, joined=date(2027, 1, 1))
    teams.join(team, "closed-account")
    teams.directory.deactivate(ANN)
    teams.stores.labels.save(UserLabel("l1", "contractor", "teal", frozenset({BO, OUT})))
    lines = list_members(teams.team_context(), open_team(teams.team_context(), team.id, TeamAction.EDIT))
    shown = [(line.person.name, line.state, line.person.active, line.leads) for line in lines]
    assert shown == [
        ("Ann Example", "active", False, False),
        ("Lea Example", "active", True, True),
        ("Former user", "active", False, False),
        ("Cy Example", "joining", True, False),
        ("Bo Example", "left", True, False),
    ]
    assert [label.name for label in lines[-1].labels] == ["contractor"]
    assert [role.name for role in lines[1].roles] == ["Team Lead"]
