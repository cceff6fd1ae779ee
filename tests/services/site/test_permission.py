"""Access to modules, and site permissions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.commands import saving_permissions
from tests.services.support.team_scene import ANN, TeamScene
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.permission import (
    Allowed,
    Decision,
    Grant,
    Module,
    Refused,
    Requester,
    SitePermission,
    SitePermissions,
    Whom,
)
from timesheet.domain.person import Person
from timesheet.services.site.permission import may_enter, save_permissions

DEVELOPERS = Grant(Whom.SOME, frozenset({"group-1"}))


def saved(
    teams: TeamScene, *, modules: dict[Module, Grant] | None = None, **grants: Grant
) -> SitePermissions:
    permissions = {SitePermission(name.replace("_", "-")): grant for name, grant in grants.items()}
    version = teams.stores.permissions.read().version
    wanted = SitePermissions(modules or {}, permissions, version)
    return save_permissions(teams.stores.permissions, teams.directory, saving_permissions(wanted))


def no_groups() -> frozenset[str]:
    raise AssertionError("groups cost a call to Jira: nobody may ask where no grant names one")


def no_admin() -> bool:
    raise AssertionError("the right costs a call to Jira: nobody may ask where no grant goes to Jira admins")


def test_everything_is_saved_whole_and_without_lists_that_do_not_count(teams: TeamScene) -> None:
    everybody = Grant(Whom.EVERYBODY, frozenset({"group-1"}), frozenset({ANN}))
    saved(teams, modules={Module.TEAMS: DEVELOPERS}, auditors=everybody)
    read = teams.stores.permissions.read()
    assert read.module(Module.TEAMS) == DEVELOPERS
    assert read.module(Module.TIMESHEET) == Grant(Whom.EVERYBODY)
    assert read.permission(SitePermission.AUDITORS) == Grant(Whom.EVERYBODY)
    assert read.permission(SitePermission.TEAM_MANAGERS) == Grant(Whom.ADMINS)


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        (Grant(), "open to everybody"),
        (Grant(Whom.ADMINS), "open to everybody"),
        (Grant(Whom.SOME, people=frozenset({ANN})), "open to everybody"),
        (Grant(Whom.SOME), "at least one group, or “Everybody”"),
        (Grant(Whom.SOME, frozenset(map(str, range(201)))), "at most"),
    ],
)
def test_a_module_is_for_everybody_or_for_groups(teams: TeamScene, grant: Grant, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        saved(teams, modules={Module.TEAMS: grant})
    assert caught.value.field == "teams"


@pytest.mark.parametrize("count", [200, 201])
def test_a_grant_names_two_hundred_groups_and_two_hundred_people(teams: TeamScene, count: int) -> None:
    names = frozenset(map(str, range(count)))
    teams.directory.people |= {who: Person(who, who) for who in names}
    for grant in (Grant(Whom.SOME, names), Grant(Whom.SOME, frozenset({"group-1"}), names)):
        if count == 200:
            assert saved(teams, auditors=grant).permission(SitePermission.AUDITORS) == grant
        else:
            with pytest.raises(InvalidInput, match="at most 200 groups and 200 people"):
                saved(teams, auditors=grant)


def test_new_people_must_be_known_in_jira_and_others_may_have_left_it(teams: TeamScene) -> None:
    gone = Grant(Whom.SOME, people=frozenset({"gone"}))
    with pytest.raises(InvalidInput) as caught:
        saved(teams, auditors=gone)
    assert caught.value.field == "auditors"
    teams.directory.people["gone"] = Person("gone", "Gone")
    saved(teams, auditors=gone)
    del teams.directory.people["gone"]
    assert saved(teams, auditors=gone).permission(SitePermission.AUDITORS) == gone


def test_a_grant_to_some_names_somebody(teams: TeamScene) -> None:
    with pytest.raises(InvalidInput, match="at least one") as caught:
        saved(teams, auditors=Grant(Whom.SOME))
    assert caught.value.field == "auditors"


def test_a_stale_save_is_a_conflict(teams: TeamScene) -> None:
    first = saved(teams, auditors=Grant(Whom.EVERYBODY))
    saved(teams, auditors=Grant())
    stale = saving_permissions(replace(first, modules={}))
    with pytest.raises(Conflict) as caught:
        save_permissions(teams.stores.permissions, teams.directory, stale)
    assert isinstance(caught.value.current, SitePermissions)
    assert caught.value.current.permission(SitePermission.AUDITORS) == Grant()


def enter(teams: TeamScene, *modules: Module, groups: frozenset[str] | None = None) -> Decision:
    requester = Requester(ANN, no_groups if groups is None else lambda: groups, no_admin)
    return may_enter(teams.stores.permissions.read(), modules, requester)


def test_a_limited_module_keeps_others_out_and_says_why(teams: TeamScene) -> None:
    saved(teams, modules={Module.TEAMS: DEVELOPERS})
    assert enter(teams, Module.TEAMS, groups=frozenset({"group-1"})) == Allowed()
    refused = enter(teams, Module.TEAMS, groups=frozenset({"group-2"}))
    assert isinstance(refused, Refused)
    assert (refused.layer, refused.permission) == ("visibility", "Teams")
    assert "Teams is limited" in refused.sentence


def test_an_open_module_asks_for_no_groups(teams: TeamScene) -> None:
    saved(teams, modules={Module.TEAMS: DEVELOPERS})
    assert enter(teams, Module.TIMESHEET) == Allowed()
    assert enter(teams, Module.TEAMS, Module.TIMESHEET) == Allowed()


def test_of_several_modules_one_is_enough_and_the_first_is_named(teams: TeamScene) -> None:
    others = Grant(Whom.SOME, frozenset({"group-2"}))
    saved(teams, modules={Module.TIMESHEET: DEVELOPERS, Module.TEAMS: others})
    both = (Module.TIMESHEET, Module.TEAMS)
    for group in ("group-1", "group-2"):
        assert enter(teams, *both, groups=frozenset({group})) == Allowed()
    refused = enter(teams, *both, groups=frozenset())
    assert isinstance(refused, Refused)
    assert refused.permission == "My Timesheet"
