"""The teams of a site, their roles, members, and groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.adapters.support.site_data import at_once, make_team
from timesheet.adapters.db.database import Database
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.team.team import Member, Membership, Role, Scope, Team, TeamPermission
from timesheet.services.ports.stores import Stores, TeamGroup

CREW = Team(
    "crew", "crew", "ben", "default", "Who mends", Scope((10001, 10000), "labels = ops"), archived=True
)
DATED = (DatedScheme(None, "default"), DatedScheme(date(2024, 6, 17), "default"))


def member(account_id: str, *roles: str) -> Member:
    return Member("team", account_id, frozenset(roles or ["team-member"]))


def test_teams_come_back_by_name(stores: Stores, others: Stores) -> None:
    team, crew = make_team(stores), stores.teams.save(CREW)
    assert crew == replace(CREW, version=1)
    assert stores.teams.all() == (crew, team)
    assert stores.teams.all(archived=True) == (crew,)
    assert stores.teams.all(archived=False) == (team,)
    assert stores.teams.get("crew") == crew
    assert others.teams.all() == ()
    with pytest.raises(NotFound):
        others.teams.get("crew")


def test_two_people_saving_the_same_version(stores: Stores, database: Database) -> None:
    team = make_team(stores)
    database.commit()
    outcomes = at_once(database, 2, lambda n: stores.teams.save(replace(team, name=f"From {n}")))
    won = [outcome for outcome in outcomes if isinstance(outcome, Team)]
    assert [o.current for o in outcomes if isinstance(o, Conflict)] == won == [stores.teams.get("team")]


def test_a_scheme_that_is_gone_cannot_be_the_default(stores: Stores, database: Database) -> None:
    with pytest.raises(Conflict, match="deleted"):
        stores.teams.save(replace(CREW, default_scheme_id="gone"))
    database.roll_back()


def test_the_scheme_of_another_site_is_none_of_ours(
    stores: Stores, others: Stores, database: Database
) -> None:
    others.schemes.save(WorkloadScheme("s1", "Half", (14400,) * 5 + (0, 0)))
    others.teams.save(replace(CREW, default_scheme_id="s1"))
    with pytest.raises(Conflict):
        stores.teams.save(replace(CREW, default_scheme_id="s1"))
    database.roll_back()


def test_roles_come_with_the_system_ones_first(stores: Stores) -> None:
    make_team(stores)
    work = frozenset({TeamPermission.VIEW_HOURS, TeamPermission.WORK_ON_ISSUES})
    for name in ("scribe", "Accountant"):
        stores.teams.save_role(Role(name, "team", name, work))
    roles = stores.teams.roles("team")
    assert [role.name for role in roles] == ["Team Lead", "Team Member", "Accountant", "scribe"]
    assert roles[2] == Role("Accountant", "team", "Accountant", work, version=1)
    assert roles[0].permissions == frozenset(TeamPermission)
    with pytest.raises(Conflict) as conflict:
        stores.teams.save_role(Role("scribe", "team", "Author", work))
    assert conflict.value.current == roles[3]


def test_a_permission_that_only_another_release_knows_is_left_out(stores: Stores) -> None:
    make_team(stores)
    stores.teams.save_role(
        Role("r", "team", "Scribe", frozenset({"fly", TeamPermission.MANAGE_TEAM}))  # type: ignore[arg-type]
    )
    assert stores.teams.roles("team")[-1].permissions == {TeamPermission.MANAGE_TEAM}


def test_whoever_had_a_deleted_role_has_it_no_more(stores: Stores) -> None:
    make_team(stores)
    stores.teams.save_role(Role("r", "team", "Scribe", frozenset()))
    stores.teams.save_member(member("ana", "r", "team-lead"))
    stores.teams.save_group(TeamGroup("team", "g1", frozenset({"r"})))
    stores.teams.delete_role("team", "r")
    stores.teams.delete_role("team", "r")
    assert stores.teams.member("team", "ana").role_ids == {"team-lead"}
    assert stores.teams.groups("team")[0].role_ids == frozenset()


def test_a_member_comes_back_whole(stores: Stores) -> None:
    make_team(stores)
    stores.calendars.save(GlobalCalendar("c1", "Berlin"))
    ana = Member(
        *("team", "ana", frozenset({"team-lead", "team-member"}), date(2024, 6, 1), date(2024, 6, 30)),
        *("c1", tuple(reversed(DATED)), "g1"),
    )
    saved = stores.teams.save_member(ana)
    assert saved == replace(ana, schemes=DATED, version=1)
    assert stores.teams.member("team", "ana") == saved
    with pytest.raises(NotFound):
        stores.teams.member("team", "ben")


def test_a_change_of_a_member_replaces_roles_and_schemes(stores: Stores) -> None:
    make_team(stores)
    first = stores.teams.save_member(replace(member("ana", "team-lead"), schemes=DATED))
    second = stores.teams.save_member(replace(first, role_ids=frozenset({"team-member"}), schemes=()))
    assert stores.teams.members("team") == (second,)
    with pytest.raises(Conflict) as conflict:
        stores.teams.save_member(first)
    assert conflict.value.current == second


def test_many_members_are_saved_or_none(stores: Stores, database: Database) -> None:
    make_team(stores)
    ana = stores.teams.save_member(member("ana"))
    database.commit()
    with pytest.raises(Conflict) as conflict:
        stores.teams.save_members([member("eva"), replace(ana, joined=date(2024, 1, 1), version=0)])
    assert conflict.value.current == ana
    database.roll_back()
    assert stores.teams.members("team") == (ana,)
    assert stores.teams.save_members([]) == ()


@pytest.mark.parametrize("wrong", [{"role_ids": frozenset({"crew-lead"})}, {"calendar_id": "c9"}])
def test_what_is_another_teams_or_sites_is_refused(
    stores: Stores, others: Stores, database: Database, wrong: dict[str, object]
) -> None:
    make_team(stores)
    make_team(stores, "crew")
    others.calendars.save(GlobalCalendar("c9", "Oslo"))
    database.commit()
    with pytest.raises(Conflict):
        stores.teams.save_member(replace(member("ana"), **wrong))  # type: ignore[arg-type]
    database.roll_back()
    assert stores.teams.members("team") == ()


def test_the_number_of_statements_does_not_grow_with_the_team(stores: Stores, statements: list[str]) -> None:
    make_team(stores)
    recorded = []
    for people in (range(1), range(1, 500)):
        statements.clear()
        stores.teams.save_members([replace(member(f"p{n:03}"), schemes=DATED) for n in people])
        stores.teams.save_members(stores.teams.members("team"))
        recorded.append(list(statements))
    # The first of all gives the default scheme its row, if the team has not done so.
    assert len(recorded[1]) == len(recorded[0]) < 30
    statements.clear()
    members = stores.teams.members("team")
    assert (len(members), len(statements)) == (500, 3)
    assert members[7] == Member("team", "p007", frozenset({"team-member"}), schemes=DATED, version=1)
    counts = []
    for gone in (members[:1], members[1:]):
        statements.clear()
        stores.teams.remove_members("team", [one.account_id for one in gone])
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert stores.teams.members("team") == ()


def test_whoever_is_removed_is_gone(stores: Stores) -> None:
    make_team(stores)
    stores.teams.save_members([member("ana"), member("ben")])
    stores.teams.remove_members("team", ["ana"])
    stores.teams.remove_members("team", ["ana"])
    assert [one.account_id for one in stores.teams.members("team")] == ["ben"]


def test_the_teams_of_a_person(stores: Stores, others: Stores, statements: list[str]) -> None:
    team, crew = make_team(stores), make_team(stores, "crew")
    make_team(stores, "empty")
    make_team(others)
    here = stores.teams.save_member(member("ana"))
    there = stores.teams.save_member(Member("crew", "ana", frozenset({"crew-lead"}), left=date(2024, 1, 1)))
    others.teams.save_member(member("ana"))
    stores.teams.save_member(member("ben"))
    statements.clear()
    assert stores.teams.teams_of("ana") == ((crew, there), (team, here))
    assert len(statements) == 4
    statements.clear()
    assert stores.teams.memberships_of("ana") == (
        Membership(crew, None, date(2024, 1, 1)),
        Membership(team, here.joined, here.left),
    )
    assert len(statements) == 1
    assert stores.teams.teams_of("eva") == ()
    assert stores.teams.memberships_of("eva") == ()


def test_groups_and_how_their_sync_went(stores: Stores, others: Stores) -> None:
    make_team(stores)
    stores.teams.save(CREW)
    first = stores.teams.save_group(TeamGroup("team", "g1", frozenset({"team-member"})))
    stores.teams.save_group(TeamGroup("crew", "g2", frozenset()))
    done = replace(first, synced_at=datetime(2024, 6, 1, 9, 30, tzinfo=UTC), error="The group is gone.")
    saved = stores.teams.save_group(done)
    assert stores.teams.groups("team") == (saved,)
    assert stores.teams.groups() == (saved,), "the other team is archived"
    assert others.teams.groups() == ()
    with pytest.raises(Conflict) as conflict:
        stores.teams.save_group(replace(done, error=""))
    assert conflict.value.current == saved
    stores.teams.delete_group("team", "g1")
    stores.teams.delete_group("team", "g1")
    assert stores.teams.groups("team") == ()


def test_a_team_goes_with_all_that_is_its_own(stores: Stores) -> None:
    team, crew = make_team(stores), make_team(stores, "crew")
    own = WorkloadScheme("own", "Own", (3600,) * 7, "team")
    stores.schemes.save(own)
    team = stores.teams.save(replace(team, default_scheme_id="own"))
    stores.teams.save_member(replace(member("ana"), schemes=(DatedScheme(None, "own"),)))
    stores.teams.save_group(TeamGroup("team", "g1", frozenset({"team-member"})))
    stores.teams.delete("team")
    stores.teams.delete("team")
    assert stores.teams.all() == (crew,)
    assert stores.teams.teams_of("ana") == ()
    assert (stores.teams.roles("team"), stores.teams.groups("team")) == ((), ())
    assert [scheme.id for scheme in stores.schemes.all("team")] == ["default"]
    with pytest.raises(Conflict) as conflict:
        stores.teams.save(team)
    assert conflict.value.current is None


def test_a_team_is_opened_in_one_reading(stores: Stores, others: Stores, statements: list[str]) -> None:
    team = make_team(stores)
    ana = stores.teams.save_member(replace(member("ana"), schemes=DATED))
    stores.teams.save_member(member("eva"))
    statements.clear()
    opened = stores.teams.opening("team", "ana")
    assert len(statements) == 5
    assert opened == (team, stores.teams.roles("team"), ana)
    assert stores.teams.opening("team", "ben")[2] is None
    with pytest.raises(NotFound):
        others.teams.opening("team", "ana")


def test_several_teams_have_their_roles_and_sizes_in_one_statement_each(
    stores: Stores, others: Stores, statements: list[str]
) -> None:
    for team_id in ("crew", "team"):
        make_team(stores, team_id)
    make_team(others)
    stored = [
        member("ana"),
        replace(member("ben"), joined=date(2024, 6, 2)),
        replace(member("eva"), left=date(2024, 6, 2)),
    ]
    stores.teams.save_members(stored)
    statements.clear()
    roles = stores.teams.roles_of(["crew", "team", "gone"])
    sizes = [stores.teams.sizes(["crew", "team"], date(2024, 6, day)) for day in (1, 2, 3)]
    assert len(statements) == 4
    assert roles == {"crew": stores.teams.roles("crew"), "team": stores.teams.roles("team"), "gone": ()}
    assert sizes == [{"team": 2}, {"team": 3}, {"team": 2}]
    assert others.teams.sizes(["crew", "team"], date(2024, 6, 1)) == {}
    assert not stores.teams.roles_of([])
    assert not stores.teams.sizes([], date(2024, 6, 1))
