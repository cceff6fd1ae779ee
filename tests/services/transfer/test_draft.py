"""A team of a file during an import: the ids of its roles and schemes."""

from __future__ import annotations

from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.team.team import LEAD_ROLE, Role, Team
from timesheet.services.ports.transfer import TeamSetup
from timesheet.services.transfer.draft import draft_of

HOURS = (0,) * 7


def role(id_: str, name: str, system: str | None = None) -> Role:
    return Role(id_, "t", name, frozenset(), system)


def setup(*roles: Role, schemes: tuple[WorkloadScheme, ...] = ()) -> TeamSetup:
    return TeamSetup(Team("t", "Team", "lead", "default"), roles, schemes)


def test_a_system_role_is_that_of_the_team_whatever_its_id() -> None:
    stored = setup(role("a", "Team Lead", LEAD_ROLE), role("b", "Onlooker"), role("l", "Helper"))
    imported = setup(role("l", "Team Lead", LEAD_ROLE), role("x", "onlooker"), role("a", "New"))
    draft = draft_of(imported, stored, "$", "t", set(), set())
    assert draft.roles["l"] == "a"
    assert draft.roles["x"] == "b"
    assert draft.roles["a"] not in {"a", "b", "l", "x"}


def test_schemes_of_new_teams_get_ids_that_no_other_team_has() -> None:
    taken = {"own"}
    imported = setup(schemes=(WorkloadScheme("own", "Own", HOURS), WorkloadScheme("free", "Free", HOURS)))
    draft = draft_of(imported, None, "$", "t", taken, set())
    assert draft.schemes.ids["free"] == "free"
    assert draft.schemes.ids["own"] != "own"
    assert taken == {"own", "free", draft.schemes.ids["own"]}
    assert draft.members == {}
