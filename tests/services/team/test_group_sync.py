"""Following Jira groups: the plan, the run, and the effect of a missing group or a silent Jira."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.services.support.team_scene import ANN, BO, CY, LEAD, NOW, TODAY, TeamScene
from timesheet.domain.errors import InvalidInput, JiraBusy, JiraUnavailable, NotAllowed
from timesheet.domain.person import Person
from timesheet.domain.team.group import GroupTrouble
from timesheet.domain.team.team import Team
from timesheet.services.ports.stores import TeamGroup
from timesheet.services.team.command import FollowGroup, LeaveGroup
from timesheet.services.team.group_sync import (
    StoredAccounts,
    Synced,
    SyncPlan,
    follow_group,
    leave_group,
    plan_sync,
    require_switched_on,
    run_sync,
    sync_teams,
)


def follow(teams: TeamScene, group_id: str, *people: str) -> Team:
    """Create a team with only its lead that follows a group of these people."""
    found = teams.stores.teams.all()
    team = found[0] if found else teams.team()
    teams.directory.members[group_id] = list(people)
    follow_group(
        teams.team_context(),
        teams.directory,
        FollowGroup(team.id, group_id, frozenset({teams.roles(team)[1].id})),
    )
    return team


def nobody() -> tuple[str, ...]:
    return ()


def run(teams: TeamScene, team: Team, today: date = TODAY, stored: StoredAccounts = nobody) -> SyncPlan:
    return run_sync(teams.stores, teams.directory, stored, team.id, today, NOW)


def dates(teams: TeamScene, team: Team, account_id: str) -> tuple[date | None, date | None]:
    member = teams.stores.teams.member(team.id, account_id)
    return member.joined, member.left


def test_a_plan_changes_nothing(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN, BO)
    plan = plan_sync(teams.stores, teams.directory, team.id, TODAY)
    assert [member.account_id for member in plan.joining] == [ANN, BO]
    assert not plan.empty
    assert len(teams.stores.teams.members(team.id)) == 1


def test_whoever_is_in_the_group_joins_today_with_its_roles(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN, LEAD)
    run(teams, team)
    assert dates(teams, team, ANN) == (TODAY, None)
    assert teams.role_names(team, ANN) == {"Team Member"}
    assert teams.role_names(team, LEAD) == {"Team Lead"}
    assert teams.stores.teams.member(team.id, LEAD).group_id is None
    assert run(teams, team).empty


def test_whoever_left_the_group_leaves_today_and_stays_in_history(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN, BO)
    run(teams, team, TODAY - timedelta(days=30))
    teams.directory.members["crew"] = [ANN]
    assert [member.account_id for member in run(teams, team).leaving] == [BO]
    assert dates(teams, team, BO) == (TODAY - timedelta(days=30), TODAY)
    assert run(teams, team, TODAY + timedelta(days=1)).empty


def test_a_deactivated_account_counts_as_gone(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN)
    run(teams, team, TODAY - timedelta(days=5))
    teams.directory.deactivate(ANN)
    run(teams, team)
    assert dates(teams, team, ANN)[1] == TODAY


def test_people_added_by_hand_are_never_touched(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN)
    teams.join(team, BO)
    teams.join(team, ANN)
    before = teams.stores.teams.members(team.id)
    assert run(teams, team).empty
    assert teams.stores.teams.members(team.id) == before


def test_whoever_is_in_another_group_of_the_team_stays_by_that(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN)
    run(teams, team)
    follow(teams, "night", ANN)
    teams.directory.members["crew"] = []
    assert [member.account_id for member in run(teams, team).moving] == [ANN]
    assert teams.stores.teams.member(team.id, ANN).group_id == "night"
    assert dates(teams, team, ANN) == (TODAY, None)


@pytest.mark.parametrize("trouble", [JiraUnavailable("Jira is away."), NotAllowed("Jira does not let you.")])
def test_who_may_be_in_a_group_that_cannot_be_read_does_not_leave(
    teams: TeamScene, trouble: Exception
) -> None:
    team = follow(teams, "crew", ANN)
    run(teams, team)
    follow(teams, "night", ANN)
    teams.directory.members["crew"] = []
    teams.directory.failing["night"] = trouble
    assert run(teams, team).empty
    assert dates(teams, team, ANN) == (TODAY, None)
    del teams.directory.failing["night"]
    run(teams, team, TODAY + timedelta(days=1))
    assert dates(teams, team, ANN) == (TODAY, None)
    assert teams.stores.teams.member(team.id, ANN).group_id == "night"


def test_a_deleted_group_keeps_nobody_who_left_another_one(teams: TeamScene) -> None:
    follow(teams, "night", CY)
    team = follow(teams, "crew", ANN, BO)
    run(teams, team, TODAY - timedelta(days=1))
    del teams.directory.members["night"]
    teams.directory.members["crew"] = [ANN]
    run(teams, team)
    assert dates(teams, team, BO)[1] == TODAY
    assert dates(teams, team, CY)[1] is None


def test_whoever_comes_back_is_a_decision_for_a_person(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN)
    run(teams, team, TODAY - timedelta(days=60))
    teams.directory.members["crew"] = []
    run(teams, team, TODAY - timedelta(days=30))
    teams.directory.members["crew"] = [ANN]
    plan = run(teams, team)
    assert [member.account_id for member in plan.back] == [ANN]
    assert plan.empty
    assert dates(teams, team, ANN)[1] == TODAY - timedelta(days=30)


def test_whoever_was_to_join_later_and_left_the_group_was_never_in_the_team(teams: TeamScene) -> None:
    team = follow(teams, "crew")
    teams.join(team, ANN, joined=TODAY + timedelta(days=1), group_id="crew")
    teams.join(team, BO, joined=TODAY, group_id="crew")
    plan = run(teams, team)
    assert [member.account_id for member in plan.leaving] == [ANN, BO]
    assert ANN not in {member.account_id for member in teams.stores.teams.members(team.id)}
    assert dates(teams, team, BO) == (TODAY, TODAY)


def test_a_lead_who_is_to_join_later_stays_the_lead(teams: TeamScene) -> None:
    team, later = follow(teams, "crew"), TODAY + timedelta(days=1)
    lead = teams.stores.teams.member(team.id, LEAD)
    teams.stores.teams.save_member(replace(lead, joined=later, group_id="crew"))
    assert run(teams, team).empty
    assert dates(teams, team, LEAD) == (later, None)


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (JiraUnavailable("Jira is away."), GroupTrouble.SILENT),
        (NotAllowed("Jira does not let you."), GroupTrouble.REFUSED),
        (InvalidInput("Jira refuses this."), GroupTrouble.SILENT),
        (None, GroupTrouble.GONE),
    ],
    ids=str,
)
def test_a_group_that_cannot_be_read_changes_nobody_and_says_why(
    teams: TeamScene, trouble: Exception | None, code: str
) -> None:
    team = follow(teams, "crew", ANN)
    run(teams, team)
    follow(teams, "night", BO)
    if trouble:
        teams.directory.failing["crew"] = trouble
    else:
        del teams.directory.members["crew"]
    run(teams, team)
    assert dates(teams, team, ANN) == (TODAY, None)
    assert dates(teams, team, BO) == (TODAY, None)
    noted = {group.group_id: (group.error, group.synced_at) for group in teams.stores.teams.groups(team.id)}
    assert noted == {"crew": (code, NOW), "night": ("", NOW)}


def test_whoever_is_erased_while_jira_is_read_is_not_added_again(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, stored = follow(teams, "crew", ANN, BO), [ANN, LEAD]
    teams.while_waiting(monkeypatch, lambda: stored.remove(ANN))
    assert [member.account_id for member in run(teams, team, stored=lambda: tuple(stored)).joining] == [BO]
    assert {member.account_id for member in teams.stores.teams.members(team.id)} == {LEAD, BO}


def test_a_group_that_is_added_while_jira_is_read_was_not_synced(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = follow(teams, "crew", ANN)
    teams.while_waiting(monkeypatch, lambda: follow(teams, "night", BO))
    run(teams, team)
    synced = {group.group_id: group.synced_at for group in teams.stores.teams.groups(team.id)}
    assert synced == {"crew": NOW, "night": None}


def test_every_active_team_with_groups_is_synced(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN)
    teams.team("Platform")
    assert sync_teams(teams.stores, teams.directory, nobody, TODAY, NOW) == Synced(1, 0)
    assert dates(teams, team, ANN) == (TODAY, None)
    teams.directory.failing["crew"] = JiraUnavailable("Jira did not answer in time.")
    assert sync_teams(teams.stores, teams.directory, nobody, TODAY, NOW) == Synced(1, 1)


def test_every_team_is_synced_sooner_or_later(teams: TeamScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a very large site, Jira's points may each night suffice for some of the groups only."""
    for name in ("A", "B", "C"):
        team = teams.team(name)
        roles = frozenset({teams.roles(team)[1].id})
        teams.stores.teams.save_group(TeamGroup(team.id, f"crew {name}", roles))
    points, synced = list[int](), set[str]()

    def read_group(group_id: str) -> list[Person]:
        if not points:
            raise JiraBusy("Jira limits how much apps may read in an hour.")
        points.clear()
        synced.add(group_id)
        return []

    monkeypatch.setattr(teams.directory, "read_group", read_group)
    for _ in range(60):
        points.append(1)
        assert sync_teams(teams.stores, teams.directory, nobody, TODAY, NOW) == Synced(3, 2)
    assert len(synced) == 3


def test_a_group_that_several_teams_follow_is_read_once(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("A", "B"):
        team = teams.team(name)
        teams.stores.teams.save_group(TeamGroup(team.id, "crew", frozenset({teams.roles(team)[1].id})))
    read = list[str]()

    def read_group(group_id: str) -> list[Person]:
        read.append(group_id)
        return [Person(ANN, "Ann Example")]

    monkeypatch.setattr(teams.directory, "read_group", read_group)
    assert sync_teams(teams.stores, teams.directory, nobody, TODAY, NOW) == Synced(2, 0)
    assert read == ["crew"]
    assert [dates(teams, team, ANN) for team in teams.stores.teams.all()] == [(TODAY, None)] * 2


def test_where_it_is_switched_off_the_reason_and_the_way_out_are_said() -> None:
    require_switched_on(True)
    with pytest.raises(NotAllowed, match="GROUP_SYNC=on"):
        require_switched_on(False)


def test_a_group_is_added_once_with_roles_of_the_team(teams: TeamScene) -> None:
    team = follow(teams, "crew")
    [role, _] = teams.roles(team)
    for group_id, roles, field in (
        ("crew", {role.id}, "group"),
        ("", {role.id}, "group"),
        ("x" * 256, {role.id}, "group"),
        ("night", set[str](), "roles"),
        ("night", {"foreign"}, "roles"),
        ("gone", {role.id}, "group"),
    ):
        with pytest.raises(InvalidInput) as refused:
            follow_group(
                teams.team_context(), teams.directory, FollowGroup(team.id, group_id, frozenset(roles))
            )
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        follow_group(
            teams.team_context(CY), teams.directory, FollowGroup(team.id, "night", frozenset({role.id}))
        )


def test_who_left_today_is_no_decision_yet(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN)
    run(teams, team, TODAY - timedelta(days=1))
    teams.directory.members["crew"] = []
    run(teams, team)
    teams.directory.members["crew"] = [ANN]
    assert run(teams, team).back == ()
    assert [member.account_id for member in run(teams, team, TODAY + timedelta(days=1)).back] == [ANN]


def test_people_stay_when_their_group_is_not_followed_any_more(teams: TeamScene) -> None:
    team = follow(teams, "crew", ANN)
    run(teams, team)
    with pytest.raises(NotAllowed):
        leave_group(teams.team_context(CY), LeaveGroup(team.id, "crew"))
    leave_group(teams.team_context(), LeaveGroup(team.id, "crew"))
    assert teams.stores.teams.groups(team.id) == ()
    assert run(teams, team).empty
    assert dates(teams, team, ANN) == (TODAY, None)


def test_whoever_may_no_longer_edit_when_jira_has_answered_adds_no_group(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = teams.team()
    teams.directory.members["crew"] = [BO]
    context = teams.manager_until_waiting(monkeypatch, team, ANN)
    with pytest.raises(NotAllowed):
        follow_group(
            context, teams.directory, FollowGroup(team.id, "crew", frozenset({teams.roles(team)[1].id}))
        )
    assert teams.stores.teams.groups(team.id) == ()
