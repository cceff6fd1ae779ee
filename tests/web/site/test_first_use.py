"""The first minute of an admin, a lead, and a member: each finds a way, without dead ends."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.services.support.team_scene import ADMIN, ANN, LEAD, TODAY, TeamScene
from tests.web.conftest import JiraSite
from tests.web.support.configuring import Admin, let_in, make_admin
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.services.site.first_use import read_steps

CHECKLIST = 'id="checklist"'
CONFIGURATION = 'data-module="configure"'
PAGES = ("/teams", "/availability", "/history", "/configure")
MANAGED = Grant(Whom.SOME, people=frozenset({LEAD}))


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    """Return a Jira admin on a site whose permissions nobody has changed yet."""
    made = make_admin(app, site, clock)
    made.arrange(grant)
    return made


def grant(scene: TeamScene, **grants: Grant) -> None:
    stored = scene.stores.permissions.read()
    permissions = {SitePermission(name.replace("_", "-")): given for name, given in grants.items()}
    scene.stores.permissions.save(SitePermissions({}, permissions, stored.version))


def limit_teams(scene: TeamScene) -> None:
    stored = scene.stores.permissions.read()
    limited = {Module.TEAMS: Grant(Whom.SOME, frozenset({"devs"}))}
    scene.stores.permissions.save(SitePermissions(limited, {}, stored.version))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_links_the_configuration_for_admins_and_for_nobody_else(admin: Admin, path: str) -> None:
    assert CONFIGURATION in admin.browser.site.load(path).text
    let_in(admin.site.app, False)
    if path != "/configure":
        assert CONFIGURATION not in admin.site.as_(ANN).site.load(path).text


def test_at_first_an_admin_creates_a_team_and_reads_the_audit_log(admin: Admin) -> None:
    assert 'id="new-team"' in admin.browser.get("/teams").text
    answer = admin.browser.post("/teams", name="Payments", lead=ADMIN, description="")
    assert answer.status_code == 200, answer.text
    log = admin.browser.get("/audit")
    assert log.status_code == 200
    assert "Payments" in log.text
    assert 'data-module="audit-log"' in log.text


def test_the_steps_about_teams_open_their_forms_on_the_page_with_the_teams(admin: Admin) -> None:
    page = admin.browser.get("/teams").text
    assert 'hx-get="/teams/new"' in element(page, "step-team")
    assert 'hx-get="/teams/new"' in element(page, "step-people"), "it needs a team"
    assert "hx-get" not in element(page, "step-calendar")
    admin.browser.post("/teams", name="Payments", lead=ADMIN, description="")
    assert "/settings?section=members" in element(admin.browser.get("/teams").text, "step-people")


def element(page: str, id_: str) -> str:
    """Return the start tag of an element."""
    found = re.search(f'<[^>]*id="{id_}"[^>]*>', page)
    assert found is not None
    return found[0]


def test_whoever_is_not_an_admin_gets_neither_at_first(admin: Admin) -> None:
    let_in(admin.site.app, False)
    browser = admin.site.as_(ANN)
    assert browser.get("/audit").status_code == 403
    assert browser.get("/teams/new").status_code == 403
    page = browser.get("/teams").text
    assert 'id="new-team"' not in page
    assert "a Jira admin can grant it" in page
    assert 'data-module="my-timesheet">log your time</a>' in page


def test_once_the_permissions_are_changed_admins_hold_what_was_saved(admin: Admin) -> None:
    admin.arrange(lambda scene: grant(scene, team_managers=MANAGED, auditors=Grant()))
    assert admin.browser.get("/audit").status_code == 403
    assert admin.browser.get("/teams/new").status_code == 403


def test_the_configuration_shows_the_default_and_keeps_it(admin: Admin) -> None:
    form = admin.form("permissions")
    assert (form["team-managers"], form["auditors"], form["team-administrators"]) == (
        "admins",
        "admins",
        "nobody",
    )
    page = admin.get("permissions").text
    assert "Jira admins can create teams and read the audit log" in page
    assert admin.post("permissions", form).status_code == 200
    kept = admin.arrange(lambda scene: scene.stores.permissions.read())
    assert kept.permissions[SitePermission.AUDITORS] == Grant(Whom.ADMINS)
    changed = admin.form("permissions", **{"team-administrators": "admins"})
    assert admin.post("permissions", changed).status_code == 200
    assert admin.form("permissions")["team-administrators"] == "admins"


def test_a_part_of_the_app_cannot_be_limited_to_admins(admin: Admin) -> None:
    answer = admin.post("permissions", admin.form("permissions", teams="admins"))
    assert answer.status_code == 422
    assert "open to everybody or limited to groups" in answer.text


def test_a_refusal_leads_an_admin_to_the_place_where_the_right_is_granted(admin: Admin) -> None:
    admin.arrange(limit_teams)
    link = "/configure?ac.section=permissions"
    for answer in (admin.browser.get("/teams"), admin.browser.site.load("/teams", {"team": ""})):
        assert answer.status_code == 403
        assert link in answer.text
    let_in(admin.site.app, False)
    refused = admin.site.as_(ANN).site.load("/teams", {"team": ""})
    assert refused.status_code == 403
    assert link not in refused.text
    assert 'data-module="my-timesheet"' in refused.text


def test_a_link_to_a_section_opens_it(admin: Admin) -> None:
    page = admin.browser.site.load("/configure", {"section": "permissions"})
    assert 'hx-get="/configure/permissions" hx-trigger="load"' in page.text
    for section in ("", "nowhere"):
        assert 'id="general"' in admin.browser.site.load("/configure", {"section": section}).text


def test_the_checklist_shows_what_is_done_and_goes_when_all_is(admin: Admin) -> None:
    first = admin.get("labels").text
    assert CHECKLIST in first
    assert "0 of 5 done" in first
    for link in ("calendars", "schemes", "periods"):
        assert f"ac.section={link}" in first

    def calendar(scene: TeamScene) -> None:
        scene.stores.calendars.save(GlobalCalendar("c", "Bavaria"))

    admin.arrange(calendar)
    assert "1 of 5 done" in admin.browser.get("/teams").text

    def all_others(scene: TeamScene) -> None:
        grant(scene, team_managers=MANAGED)
        scene.team("Payments", LEAD, ANN)
        schemes = scene.stores.schemes
        schemes.save(schemes.get(schemes.default_id()))
        scene.stores.periods.save_rule(*scene.stores.periods.rule())
        assert all(read_steps(scene.stores, TODAY).values())

    admin.arrange(all_others)
    assert CHECKLIST not in admin.get("labels").text
    assert CHECKLIST not in admin.browser.get("/teams").text


def test_a_dismissed_checklist_stays_away_from_who_dismissed_it_alone(admin: Admin) -> None:
    assert admin.post("checklist/dismiss", {}).text == ""
    assert CHECKLIST not in admin.get("labels").text
    assert CHECKLIST not in admin.browser.get("/teams").text
    assert CHECKLIST in admin.site.as_(LEAD).get("/teams").text


def test_whoever_is_not_an_admin_has_no_checklist_and_dismisses_none(admin: Admin) -> None:
    let_in(admin.site.app, False)
    browser = admin.site.as_(ANN)
    assert CHECKLIST not in browser.get("/teams").text
    assert browser.post("/configure/checklist/dismiss").status_code == 403


def test_pages_stay_up_while_jira_does_not_say_who_is_an_admin(admin: Admin) -> None:
    calls = []

    def silent(_site: object, _account: str) -> bool:
        calls.append(1)
        raise JiraUnavailable("Jira did not answer in time.")

    swap(admin.site.app, is_admin=silent)
    browser = admin.site.as_(ANN)
    page = browser.site.load("/availability")
    assert page.status_code == 200
    assert CONFIGURATION not in page.text
    assert browser.site.load("/availability").status_code == 200
    assert len(calls) < 3
