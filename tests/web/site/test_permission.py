"""The form for permissions, and every route that it closes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.services.support.team_scene import ANN, BO, LEAD, TeamScene
from tests.web.conftest import JiraSite
from tests.web.support.configuring import Admin, fields_of, make_admin
from tests.web.support.signing import SettableClock
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.domain.person import Person
from timesheet.web.http.access import Declared

# Routes for people that belong to no part which an admin can limit.
OF_NO_MODULE = {
    "session.renew": "a token for whatever page is open",
    "privacy.show_own": "one’s own data is everybody’s",
    "privacy.export_own": "one’s own data is everybody’s",
    "directory.find": "people, groups and projects to choose from, in the configuration too",
    "history.show": "one’s own history is everybody’s",
    "history.show_more": "one’s own history is everybody’s",
    "history.show_event": "one’s own history is everybody’s",
    "history.count_on": "one’s own history is everybody’s",
    "history_file.export_csv": "one’s own history is everybody’s",
    "language.show_choice": "everybody reads the app in a language",
    "language.choose": "everybody reads the app in a language",
    "move.show": "until a site has moved every page answers with this one",
}
DEVELOPERS = Grant(Whom.SOME, frozenset({"devs"}))
TIMESHEET = ("/timesheet", "/timesheet/progress", "/timesheet/writing", "/issue-panel")
TEAMS = ("/teams", "/teams/x/settings", "/teams/x")
EITHER = ("/availability", "/worklogs/new", "/worklogs/echo", "/issues")


def stored(admin: Admin) -> SitePermissions:
    return admin.arrange(lambda scene: scene.stores.permissions.read())


def limit(admin: Admin, *modules: Module) -> None:
    """Open these modules to developers only, of whom nobody is one."""

    def work(scene: TeamScene) -> None:
        version = scene.stores.permissions.read().version
        scene.stores.permissions.save(SitePermissions(dict.fromkeys(modules, DEVELOPERS), {}, version))

    admin.arrange(work)


def test_every_route_for_people_names_the_module_that_it_belongs_to(app: Flask) -> None:
    without = set()
    for rule in app.url_map.iter_rules():
        declared: Declared = vars(app.view_functions[rule.endpoint])["takes"]
        if declared.permission == "viewer" and not declared.modules and not rule.rule.startswith("/probe"):
            without.add(rule.endpoint)
    assert without == set(OF_NO_MODULE)


def test_the_configuration_stays_open_to_jira_admins_whatever_is_limited(admin: Admin) -> None:
    limit(admin, *Module)
    assert admin.get("permissions").status_code == 200
    assert admin.browser.get("/find/people", box="x_name", x_name="an").status_code == 200


@pytest.mark.parametrize(
    ("modules", "closed", "name"),
    [
        ((Module.TIMESHEET,), TIMESHEET, "My Timesheet"),
        ((Module.TEAMS,), TEAMS, "Teams"),
        ((Module.TIMESHEET, Module.TEAMS), EITHER, "My Timesheet"),
    ],
    ids=["sheet", "teams", "both"],
)
def test_a_limited_module_closes_its_doors_not_only_its_menu(
    admin: Admin, modules: tuple[Module, ...], closed: tuple[str, ...], name: str
) -> None:
    limit(admin, *modules)
    browser = admin.site.as_(ANN)
    for path in closed:
        answer = browser.get(path)
        assert answer.status_code == 403, path
        assert f"{name} is limited to some people on this site" in answer.text
        assert "A Jira admin can grant it" in answer.text
    admin.site.directory.own_groups = frozenset({"devs"})
    admin.site.app.extensions["timesheet"].operation.cache.delete(f"{browser.site.client_key}:groups:{ANN}")
    for path in closed:
        assert browser.get(path).status_code != 403, path


@pytest.mark.parametrize("module", [Module.TIMESHEET, Module.TEAMS])
def test_logging_and_leaves_stay_open_to_who_may_open_one_of_the_two(admin: Admin, module: Module) -> None:
    limit(admin, module)
    browser = admin.site.as_(ANN)
    for path in EITHER:
        assert browser.get(path).status_code != 403, path


def test_a_page_that_is_refused_is_a_page_and_its_menu_leads_to_no_closed_door(admin: Admin) -> None:
    limit(admin, Module.TEAMS)
    browser = admin.site.as_(ANN)
    refused = browser.site.load("/teams", {"team": ""})
    assert refused.status_code == 403
    assert "<!doctype html>" in refused.text
    assert "<title>Teams</title>" in refused.text
    assert "<h1>Teams</h1>" in refused.text
    assert "Access to this page is restricted." in refused.text
    page = browser.site.load("/availability")
    assert 'data-module="my-timesheet"' in page.text
    assert 'data-module="teams"' not in page.text


def test_a_group_counts_where_it_reads_from_jira_not_where_it_was(admin: Admin) -> None:
    limit(admin, Module.TEAMS)
    admin.site.directory.own_groups = frozenset({"devs"})
    assert admin.site.as_(BO).get("/teams").status_code == 200


def test_what_is_chosen_is_saved_and_shown_with_its_names(admin: Admin) -> None:
    admin.site.directory.members = {"devs": []}
    form = admin.form(
        "permissions",
        **{
            "teams": "some",
            "teams-groups": "devs",
            "auditors": "some",
            "auditors-groups": "devs",
            "auditors-people": [ANN, BO],
            "team-managers": "everybody",
        },
    )
    answer = admin.post("permissions", form)
    assert answer.status_code == 200
    assert "The permissions are saved" in answer.text
    for name in ("Devs", "Ann Example", "Bo Example"):
        assert f"<span>{name}</span>" in answer.text
    kept = stored(admin)
    assert kept.module(Module.TEAMS) == DEVELOPERS
    assert kept.module(Module.AUDIT) == Grant(Whom.EVERYBODY)
    assert kept.permission(SitePermission.AUDITORS) == Grant(
        Whom.SOME, frozenset({"devs"}), frozenset({ANN, BO})
    )
    assert kept.permission(SitePermission.TEAM_MANAGERS) == Grant(Whom.EVERYBODY)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"teams": "some"}, "teams", "Choose at least one group"),
        ({"teams": "nobody"}, "teams", "open to everybody or limited to groups"),
        ({"teams": "some", "teams-groups": "devs", "teams-people": ANN}, "teams", "limited to groups"),
        ({"auditors": "some"}, "auditors", "at least one group or person"),
        ({"auditors": "x"}, "auditors", "Choose who it applies to"),
        ({"auditors": "some", "auditors-people": "no such id"}, "auditors", "Choose people from the list"),
        ({"auditors": "some", "auditors-people": [ANN, "a/b"]}, "auditors", "Choose people from the list"),
        ({"teams": "some", "teams-groups": ["devs", "a b"]}, "teams", "Choose a group from the list"),
        ({"version": "x"}, "form", "out of date"),
        (
            {"auditors": "some", "auditors-people": [ANN, "ghost"]},
            "auditors",
            "no account with the id “ghost”",
        ),
        ({"team-managers": "some", "team-managers-people": "ghost"}, "team-managers", "id “ghost”"),
    ],
    ids=str,
)
def test_what_cannot_be_saved_says_why_and_stores_nothing(
    admin: Admin, change: dict[str, object], field: str, words: str
) -> None:
    before = stored(admin)
    answer = admin.post("permissions", admin.form("permissions") | change)
    assert answer.status_code == 422
    assert words in answer.text
    if field != "form":
        assert f'id="{field}-error"' in answer.text
    assert stored(admin) == before


def test_two_admins_at_once_see_both_values_in_words(admin: Admin) -> None:
    mine = admin.form("permissions", auditors="everybody")
    theirs = {"auditors": "some", "auditors-people": [ANN, BO], "team-managers": "nobody"}
    assert admin.post("permissions", admin.form("permissions") | theirs).status_code == 200
    answer = admin.post("permissions", mine)
    assert answer.status_code == 409
    assert "Currently saved: <b>Ann Example, Bo Example</b>" in answer.text
    assert "Currently saved: <b>Nobody</b>" in answer.text
    assert stored(admin).permission(SitePermission.AUDITORS).whom is Whom.SOME
    assert admin.post("permissions", fields_of(answer.text)).status_code == 200
    assert stored(admin).permission(SitePermission.AUDITORS) == Grant(Whom.EVERYBODY)


def test_a_choice_counts_as_changed_only_beside_the_stored_one(admin: Admin) -> None:
    limit(admin, Module.TEAMS)
    page = admin.get("permissions").text
    stored_of = dict(
        re.findall(r'type="radio" name="([a-z-]+)"\s+value="[a-z]+" data-stored="([^"]*)"', page)
    )
    assert stored_of["teams"] == "some"
    assert set(stored_of.values()) <= set(Whom)


def test_a_group_that_jira_lost_is_called_so_and_can_be_taken_out(admin: Admin) -> None:
    limit(admin, Module.TEAMS)
    page = admin.get("permissions")
    assert "Deleted group" in page.text
    form = fields_of(page.text)
    assert form["teams-groups"] == "devs"
    assert admin.post("permissions", form | {"teams": "everybody", "teams-groups": []}).status_code == 200
    assert "Deleted group" not in admin.get("permissions").text


def test_an_id_may_have_every_character_that_atlassian_allows(admin: Admin) -> None:
    barred = "_auth0|5d2:A-1"
    admin.site.directory.people[barred] = Person(barred, "Bar Example")
    form = {"auditors": "some", "auditors-people": [ANN, barred]}
    assert admin.post("permissions", admin.form("permissions", **form)).status_code == 200
    page = admin.get("permissions")
    assert "Bar Example" in page.text
    assert f'value="{barred}"' in page.text
    assert stored(admin).permission(SitePermission.AUDITORS).people == {ANN, barred}


def test_somebody_who_left_jira_keeps_what_was_granted(admin: Admin) -> None:
    form = {"auditors": "some", "auditors-people": [ANN, BO]}
    assert admin.post("permissions", admin.form("permissions", **form)).status_code == 200
    admin.site.directory.people.pop(ANN)
    again = admin.form("permissions", **form, **{"team-managers": "nobody"})
    assert admin.post("permissions", again).status_code == 200
    assert ANN in stored(admin).permission(SitePermission.AUDITORS).people
    moved = admin.form("permissions", **{"team-managers": "some", "team-managers-people": ANN})
    assert admin.post("permissions", moved).status_code == 422, "what is granted elsewhere is no grant here"


def test_where_names_cannot_be_read_ids_are_shown_and_nothing_is_lost(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(admin, Module.TEAMS)

    def fail(_ids: object) -> None:
        raise JiraUnavailable("Jira did not answer in time.")

    monkeypatch.setattr(admin.site.directory, "name_groups", fail)
    page = admin.get("permissions")
    assert page.status_code == 200
    assert "Names cannot be read at the moment" in page.text
    assert "Jira did not answer in time." in page.text
    assert fields_of(page.text)["teams-groups"] == "devs"


def test_one_sites_permissions_are_not_another_ones(
    app: Flask, admin: Admin, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    limit(admin, Module.TEAMS)
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    stranger = make_admin(app, other, clock)
    assert stored(stranger).module(Module.TEAMS) == Grant(Whom.EVERYBODY)
    assert stranger.site.as_(LEAD).get("/teams").status_code == 200
    assert fields_of(stranger.get("permissions").text)["teams"] == "everybody"
