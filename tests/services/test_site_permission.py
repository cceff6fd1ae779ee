"""Who may open what, and who holds a site permission."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.team_scene import ANN, TeamScene
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.services.site_permission import MOST_LISTED, check_module, save_permissions

DEVELOPERS = Grant(Whom.SOME, frozenset({"group-1"}))


def saved(
    teams: TeamScene, *, modules: dict[Module, Grant] | None = None, **grants: Grant
) -> SitePermissions:
    permissions = {SitePermission(name.replace("_", "-")): grant for name, grant in grants.items()}
    version = teams.stores.permissions.read().version
    return save_permissions(teams.stores.permissions, SitePermissions(modules or {}, permissions, version))


def no_groups() -> frozenset[str]:
    raise AssertionError("groups cost a call to Jira: nobody may ask where no grant names one")


def test_everything_is_saved_whole_and_without_lists_that_do_not_count(teams: TeamScene) -> None:
    everybody = Grant(Whom.EVERYBODY, frozenset({"group-1"}), frozenset({ANN}))
    saved(teams, modules={Module.TEAMS: DEVELOPERS}, auditors=everybody)
    read = teams.stores.permissions.read()
    assert read.module(Module.TEAMS) == DEVELOPERS
    assert read.module(Module.TIMESHEET) == Grant(Whom.EVERYBODY)
    assert read.permission(SitePermission.AUDITORS) == Grant(Whom.EVERYBODY)
    assert read.permission(SitePermission.TEAM_MANAGERS) == Grant()


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        (Grant(), "open to everybody"),
        (Grant(Whom.SOME, people=frozenset({ANN})), "open to everybody"),
        (Grant(Whom.SOME), "at least one group"),
        (Grant(Whom.SOME, frozenset(map(str, range(MOST_LISTED + 1)))), "at most"),
    ],
)
def test_a_module_is_for_everybody_or_for_groups(teams: TeamScene, grant: Grant, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        saved(teams, modules={Module.REPORTS: grant})
    assert caught.value.field == "reports"


def test_some_are_somebody(teams: TeamScene) -> None:
    with pytest.raises(InvalidInput, match="at least one") as caught:
        saved(teams, auditors=Grant(Whom.SOME))
    assert caught.value.field == "auditors"


def test_a_stale_save_is_a_conflict(teams: TeamScene) -> None:
    first = saved(teams, auditors=Grant(Whom.EVERYBODY))
    saved(teams, auditors=Grant())
    with pytest.raises(Conflict) as caught:
        save_permissions(teams.stores.permissions, replace(first, modules={}))
    assert isinstance(caught.value.current, SitePermissions)
    assert caught.value.current.permission(SitePermission.AUDITORS) == Grant()


def test_a_limited_module_keeps_others_out_and_says_why(teams: TeamScene) -> None:
    saved(teams, modules={Module.TEAMS: DEVELOPERS})
    store = teams.stores.permissions
    check_module(store, Module.TEAMS, ANN, lambda: frozenset({"group-1"}))
    with pytest.raises(NotAllowed, match="Teams is limited") as caught:
        check_module(store, Module.TEAMS, ANN, lambda: frozenset({"group-2"}))
    assert (caught.value.layer, caught.value.permission) == ("visibility", "Teams")


def test_an_open_module_asks_for_no_groups(teams: TeamScene) -> None:
    saved(teams, modules={Module.TEAMS: DEVELOPERS})
    check_module(teams.stores.permissions, Module.TIMESHEET, ANN, no_groups)
