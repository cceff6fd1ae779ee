"""The usage of calendars and schemes: people counted once, teams by name."""

from __future__ import annotations

from timesheet.domain.team.team import Member, Team
from timesheet.services.calendar.usage import Usage, usage_of

TEAMS = {name: Team(name, name.title(), "lead", "scheme") for name in ("zebra", "ärzte", "apple")}


def test_somebody_in_two_teams_counts_once() -> None:
    members = [Member(team, who, frozenset()) for team in TEAMS for who in ("ann", "bo")]
    assert usage_of(TEAMS, members) == Usage(2, ("Apple", "Ärzte", "Zebra"))
    assert usage_of(TEAMS, [], TEAMS.values()) == Usage(0, (), ("Apple", "Ärzte", "Zebra"))


def test_a_team_that_is_gone_is_not_named() -> None:
    assert usage_of({}, [Member("gone", "ann", frozenset())]) == Usage(1, ())


def test_it_is_used_by_people_or_as_a_default() -> None:
    assert Usage(people=1).used
    assert Usage(defaults=("Apple",)).used
    assert not Usage().used
