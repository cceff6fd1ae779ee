"""The workload schemes of a site and its teams."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from tests.adapters.support.site_data import at_once, make_team
from timesheet.adapters.db.database import Database
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.message import Message
from timesheet.domain.team.team import Member, Team
from timesheet.services.ports.stores import Stores

HOUR = 3600
HALF = WorkloadScheme("s1", "Half", (4 * HOUR,) * 5 + (0, 0))
SHORT = WorkloadScheme("s2", "short", (8 * HOUR,) * 4 + (0, 0, 0))


def test_a_site_starts_with_eight_hours_from_monday_to_friday(stores: Stores, statements: list[str]) -> None:
    (default,) = stores.schemes.all()
    assert default.weekdays == (8 * HOUR,) * 5 + (0, 0)
    assert stores.schemes.get(stores.schemes.default_id()) == default
    assert not any(statement.startswith("INSERT") for statement in statements)


def test_the_default_can_change_but_not_go(stores: Stores) -> None:
    default = stores.schemes.get(stores.schemes.default_id())
    changed = stores.schemes.save(replace(default, weekdays=HALF.weekdays))
    assert (changed.version, stores.schemes.all()) == (1, (changed,))
    with pytest.raises(InvalidInput, match="default"):
        stores.schemes.delete(default.id, "s1")


def test_its_first_use_is_not_a_change_of_it(stores: Stores) -> None:
    default = stores.schemes.get(stores.schemes.default_id())
    make_team(stores)
    assert stores.schemes.get(default.id) == default
    assert stores.schemes.save(replace(default, name="Usual")).version == 1


def test_the_name_of_the_default_is_known_in_every_language_until_it_is_renamed(stores: Stores) -> None:
    make_team(stores)
    default = stores.schemes.get("default")
    assert isinstance(default.name, Message)
    stores.schemes.save(replace(default, name="Usual"))
    assert not isinstance(stores.schemes.get("default").name, Message)


def test_two_who_change_the_default_first(stores: Stores, database: Database) -> None:
    default = stores.schemes.get(stores.schemes.default_id())
    outcomes = at_once(
        database, 2, lambda number: stores.schemes.save(replace(default, name=f"From {number}"))
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, WorkloadScheme)]
    assert [o.current for o in outcomes if isinstance(o, Conflict)] == won == list(stores.schemes.all())


def test_a_teams_own_are_for_that_team(stores: Stores, others: Stores) -> None:
    make_team(stores)
    make_team(stores, "crew")
    half, own = stores.schemes.save(HALF), stores.schemes.save(replace(SHORT, team_id="team"))
    default = stores.schemes.get("default")
    assert stores.schemes.all() == (default, half)
    assert stores.schemes.all("team") == (default, half, own)
    assert stores.schemes.all("crew") == (default, half)
    assert [scheme.id for scheme in others.schemes.all("team")] == ["default"]


def test_the_team_of_a_scheme_never_changes(stores: Stores) -> None:
    make_team(stores)
    own = stores.schemes.save(replace(SHORT, team_id="team"))
    assert stores.schemes.save(replace(own, team_id=None)).team_id == "team"
    half = stores.schemes.save(HALF)
    assert stores.schemes.save(replace(half, team_id="team")) == half


def test_a_stale_save_is_refused_with_what_is_stored(stores: Stores) -> None:
    first = stores.schemes.save(HALF)
    second = stores.schemes.save(replace(first, name="Half time"))
    with pytest.raises(Conflict) as conflict:
        stores.schemes.save(first)
    assert conflict.value.current == second
    with pytest.raises(NotFound):
        stores.schemes.get("gone")


def test_where_it_is_used(stores: Stores) -> None:
    make_team(stores)
    stores.schemes.save(HALF)
    stores.schemes.save(SHORT)
    crew = stores.teams.save(Team("crew", "Crew", "ben", "s1"))
    dated = (DatedScheme(None, "s2"), DatedScheme(date(2024, 7, 1), "s1"))
    ana = stores.teams.save_member(Member("team", "ana", frozenset({"team-lead"}), schemes=dated))
    stores.teams.save_member(Member("team", "ben", frozenset({"team-member"})))
    assert stores.schemes.used_by("s1") == ((crew,), (ana,))
    assert stores.schemes.used_by("s2") == ((), (ana,))


def test_teams_and_members_get_the_replacement(stores: Stores) -> None:
    make_team(stores)
    for scheme in (HALF, SHORT):
        stores.schemes.save(scheme)
    stores.teams.save(Team("crew", "Crew", "ben", "s1"))
    ana = Member("team", "ana", frozenset({"team-lead"}), schemes=(DatedScheme(date(2024, 7, 1), "s1"),))
    ben = replace(ana, account_id="ben", schemes=(DatedScheme(None, "s2"),))
    stores.teams.save_members([ana, ben])
    for nothing in (None, "s1", "gone"):
        with pytest.raises(InvalidInput) as refused:
            stores.schemes.delete("s1", nothing)
        assert refused.value.field == "replacement"
    stores.schemes.delete("s1", "default")
    assert [scheme.id for scheme in stores.schemes.all()] == ["default", "s2"]
    assert (stores.teams.get("crew").default_scheme_id, stores.teams.get("crew").version) == ("default", 2)
    changed, same = stores.teams.members("team")
    assert (changed.schemes, changed.version) == ((DatedScheme(date(2024, 7, 1), "default"),), 2)
    assert (same.schemes, same.version) == ((DatedScheme(None, "s2"),), 1)


def test_another_teams_own_cannot_take_its_place(stores: Stores) -> None:
    make_team(stores)
    stores.schemes.save(HALF)
    stores.schemes.save(replace(SHORT, team_id="team"))
    stores.teams.save(Team("crew", "Crew", "ben", "s1"))
    with pytest.raises(InvalidInput, match="cannot replace it"):
        stores.schemes.delete("s1", "s2")


def test_an_unused_one_just_goes(stores: Stores, others: Stores) -> None:
    stores.schemes.save(HALF)
    others.schemes.save(HALF)
    stores.schemes.delete("s1")
    stores.schemes.delete("s1")
    assert [scheme.id for scheme in stores.schemes.all()] == ["default"]
    assert [scheme.id for scheme in others.schemes.all()] == ["default", "s1"]


def test_more_than_a_day_has_no_place_in_a_day(stores: Stores) -> None:
    with pytest.raises(IntegrityError):
        stores.schemes.save(replace(HALF, weekdays=(25 * HOUR, 0, 0, 0, 0, 0, 0)))
