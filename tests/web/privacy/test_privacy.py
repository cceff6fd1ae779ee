"""One's own data for everybody; everybody's data, and erasing it, for Jira admins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, OUT, TeamScene
from tests.web.conftest import JiraSite
from tests.web.support.configuring import Admin, make_admin
from tests.web.support.signing import SettableClock
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditFilter
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, Team
from timesheet.services.ports.settings import PersonSettings

ABOUT_THE_FILE = {"format", "version", "site", "account_id", "exported_at", "not_kept_here"}
NAMED = {
    "display_settings": "how your timesheet opens",
    "dismissed_suggestions": "how your timesheet opens",
    "timesheet_rows": "your pinned and added rows",
    "templates": "templates",
    "timer": "running timer",
    "views": "your saved views of reports",
    "teams_led": "your teams",
    "memberships": "your teams, roles, dates, calendars, and workload schemes",
    "leaves": "your leaves",
    "labels": "labels",
    "teams_whose_filter_names_you": "teams whose filter names you",
    "permissions": "what you may do",
    "figures_in_closed_periods": "your capacity and time in closed periods",
    "periods_closed_or_reopened": "what you did in the app",
    "late_changes": "what others did there that concerns you",
    "audit_events": "what you did in the app",
}
"""The parts of the file about a person, with the words of the dialog that name them."""


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    made = make_admin(app, site, clock)
    made.arrange(lambda scene: scene.team("Payments", LEAD, ANN, BO))
    return made


def events(admin: Admin) -> list[tuple[str, str, str]]:
    """Return action, actor, and object of the recorded events about people, latest first."""
    deps = admin.site.app.extensions["timesheet"]
    with admin.site.app.app_context():
        key = admin.site.site.client_key
        deps.operation.transaction.enter(key)
        wanted = frozenset({Action.PERSON_EXPORTED, Action.PERSON_ERASED})
        found = deps.audit.audit_of(key).page(AuditFilter(actions=wanted), None, 50)
        return [(str(event.action), event.actor, event.object_id) for event in found]


def is_file(answer: TestResponse, account_id: str) -> bool:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    name = f"timesheet-{account_id}.json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    return bool(answer.get_json()["account_id"] == account_id)


def test_everybody_gets_their_own_data_and_it_is_recorded(admin: Admin) -> None:
    ann = admin.site.as_(ANN)
    assert "/your-data/file" in ann.get("/your-data").text
    answer = ann.get("/your-data/file")
    assert is_file(answer, ANN)
    [membership] = answer.get_json()["memberships"]
    assert (membership["team"], membership["roles"]) == ("Payments", ["Team Member"])
    assert events(admin) == [("person.exported", ANN, ANN)]
    assert ann.get("/timesheet").text.count('id="your-data-open"') == 1


def test_the_dialog_names_every_part_of_the_file(admin: Admin) -> None:
    ann = admin.site.as_(ANN)
    shown, file = ann.get("/your-data").text, ann.get("/your-data/file").get_json()
    assert file.keys() - ABOUT_THE_FILE == NAMED.keys()
    assert [words for words in NAMED.values() if words not in shown] == []


def test_the_file_is_in_the_language_of_its_reader(admin: Admin) -> None:
    def fill(scene: TeamScene) -> None:
        some = Grant(Whom.SOME, people=frozenset({ANN, BO}))
        stored = scene.stores.permissions.read()
        modules = stored.modules | {Module.AUDIT: some}
        granted = stored.permissions | {SitePermission.AUDITORS: some}
        scene.stores.permissions.save(SitePermissions(modules, granted, stored.version))
        day = date(2026, 7, 1)
        scene.stores.leaves.replace(ANN, DateSpan(day, day), [Leave(ANN, day, "vacation")])

    admin.arrange(fill)
    with admin.site.app.app_context():
        deps, key = admin.site.app.extensions["timesheet"], admin.site.site.client_key
        deps.operation.transaction.enter(key)
        deps.stores.settings_of(key).save_person(ANN, PersonSettings(language="de"))
        deps.operation.transaction.commit()
    file = admin.site.as_(ANN).get("/your-data/file").get_json()
    assert file["not_kept_here"].startswith("Kommentare, Inhalte von Vorgängen")
    assert file["permissions"] == ["darf Audit-Protokoll öffnen", "Auditoren"]
    assert file["memberships"][0]["roles"] == ["Teammitglied"]
    assert file["leaves"][0]["reason"] == "Urlaub"
    assert "jemand anderes" in str(file["audit_events"])
    assert (file["audit_events"][0]["what"], file["audit_events"][0]["in_words"]) == (
        "person.exported", "exportierte die Daten von"
    )  # fmt: skip
    assert "\u2068" not in str(file), "programs read the file too"


def test_the_page_about_the_site_names_what_has_ids_of_issues(admin: Admin) -> None:
    shown = admin.get("site").text
    for words in ("saved views of reports", "pinned and added rows, templates, and a running timer"):
        assert words in shown


def test_nobody_else_gets_it(admin: Admin) -> None:
    admin.dismiss()
    ann = admin.site.as_(ANN)
    for answer in (
        ann.get("/configure/people"),
        ann.get(f"/configure/people/{BO}/file"),
        ann.get(f"/configure/people/{BO}/erase"),
        ann.post(f"/configure/people/{BO}/erase", typed="Bo Example"),
    ):
        assert answer.status_code == 403
        assert "Administer Jira" in answer.text
    assert events(admin) == []


def test_the_section_is_a_page_and_a_fragment(admin: Admin) -> None:
    page = admin.site.site.load("/configure/people")
    assert page.status_code == 200
    assert page.text.lstrip().startswith("<!doctype html>")
    fragment = admin.get("people").text
    assert fragment.lstrip().startswith('<section id="configuration"')
    shown = [
        name for name in ("Ann Example", "Bo Example", "Lea Example", "Otis Example") if name in fragment
    ]
    assert shown == ["Ann Example", "Bo Example", "Lea Example"]
    assert "Bo Example" not in admin.get("people", text="ann").text
    assert "Nothing is stored about anybody" in admin.get("people", text="otis").text


def test_an_admin_downloads_what_is_kept_about_somebody(admin: Admin) -> None:
    assert is_file(admin.get(f"people/{BO}/file"), BO)
    assert events(admin) == [("person.exported", ADMIN, BO)]
    for stranger in (OUT, "a" * 129, "%20", "a;b"):
        assert admin.get(f"people/{stranger}/file").status_code == 404
        assert admin.get(f"people/{stranger}/erase").status_code == 404
        assert admin.post(f"people/{stranger}/erase", {"typed": ""}).status_code == 404


def test_erasing_is_explained_and_confirmed(admin: Admin) -> None:
    [team] = admin.arrange(lambda scene: scene.stores.teams.all())
    assert "The filter of" not in admin.get(f"people/{ANN}/erase").text
    scope = Scope((), f"assignee = {ANN}")
    admin.arrange(lambda scene: scene.stores.teams.save(replace(team, scope=scope)))
    page = admin.get(f"people/{ANN}/erase").text
    assert "The filter of Payments names Ann Example. Figures are incomplete afterwards" in page
    assert "former user" in page
    assert "appears again as a new person" in page
    wrong = admin.post(f"people/{ANN}/erase", {"typed": "Bo <Example>"})
    assert wrong.status_code == 422
    assert 'value="Bo &lt;Example&gt;"' in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    assert events(admin) == []
    answer = admin.post(f"people/{ANN}/erase", {"typed": "ann example"})
    assert answer.status_code == 200
    assert "The data of Ann Example is erased." in answer.text
    [(action, actor, person)] = events(admin)
    assert (action, actor) == ("person.erased", ADMIN)
    assert person.startswith("former-")

    def look(scene: TeamScene) -> set[str]:
        [team] = scene.stores.teams.all()
        return {member.account_id for member in scene.stores.teams.members(team.id)}

    assert admin.arrange(look) == {LEAD, BO, person}
    listed = admin.get("people").text
    assert "Ann Example" not in listed
    assert "Former user" not in listed
    assert admin.get(f"people/{person}/erase").status_code == 404


def test_a_former_user_is_erased_by_the_name_that_is_shown(admin: Admin) -> None:
    [team] = admin.arrange(lambda scene: scene.stores.teams.all())
    admin.arrange(lambda scene: scene.join(team, "closed-account"))
    admin.browser.post("/language", language="de")
    assert "<b>Ehemaliger Benutzer</b>" in admin.get("people/closed-account/erase").text
    wrong = admin.post("people/closed-account/erase", {"typed": "Former user"})
    assert wrong.status_code == 422
    assert "Ehemaliger Benutzer" in wrong.text
    answer = admin.post("people/closed-account/erase", {"typed": "ehemaliger Benutzer"})
    assert answer.status_code == 200, answer.text
    assert [action for action, *_ in events(admin)] == ["person.erased"]


def test_a_lead_hands_over_first(admin: Admin) -> None:
    page = admin.get(f"people/{LEAD}/erase").text
    assert "Lea Example leads Payments" in page
    assert 'name="typed"' not in page
    assert 'type="submit"' not in page
    answer = admin.post(f"people/{LEAD}/erase", {"typed": "Lea Example"})
    assert answer.status_code == 422
    assert events(admin) == []


def test_a_former_user_is_shown_as_one_and_their_team_needs_a_lead(
    admin: Admin, clock: SettableClock
) -> None:
    def forget(scene: TeamScene) -> Team:
        [team] = scene.stores.teams.all()
        deps = admin.site.app.extensions["timesheet"]
        privacy = deps.privacy.privacy_of(admin.site.site.client_key)
        privacy.replace(LEAD, "former-3f2a77", clock().date())
        return team

    team = admin.arrange(forget)
    boss = admin.site.as_(ADMIN)
    listed = boss.get("/teams", show="all").text
    assert "Former user 3f2a" in listed
    assert "needs another lead" in listed
    settings = boss.get(f"/teams/{team.id}/settings").text
    assert "account of this team’s lead is closed" in settings
    [kept] = admin.arrange(lambda scene: scene.stores.teams.all())
    assert boss.post(f"/teams/{team.id}/archive", archived=1, version=kept.version).status_code == 200
    archived = boss.get("/teams", show="all", archived=1).text
    assert "Former user 3f2a" in archived
    assert "needs another lead" not in archived


def test_another_sites_people_are_not_found(admin: Admin, new_site: object) -> None:
    other = new_site("other")  # type: ignore[operator]
    assert other.install().status_code == 204
    other.account = ADMIN
    headers = {"HX-Request": "true", "Authorization": f"JWT {other.session_token()}"}
    assert other.client.get(f"/configure/people/{ANN}/file", headers=headers).status_code == 404
    assert "Ann Example" not in other.client.get("/configure/people", headers=headers).text


def test_a_site_that_comes_back_in_time_finds_everything(admin: Admin, clock: SettableClock) -> None:
    admin.get(f"people/{BO}/file")
    site = admin.site.site
    assert site.uninstall().status_code == 204
    clock.now += timedelta(days=29)
    assert erased(admin) == "0 sites erased."
    assert site.install().status_code == 204
    clock.now += timedelta(days=29)
    assert erased(admin) == "0 sites erased."
    assert admin.arrange(lambda scene: [team.name for team in scene.stores.teams.all()]) == ["Payments"]
    assert events(admin) == [("person.exported", ADMIN, BO)]


def test_a_site_that_does_not_come_back_is_erased_with_its_audit_events(
    admin: Admin, clock: SettableClock
) -> None:
    admin.get(f"people/{BO}/file")
    assert admin.site.site.uninstall().status_code == 204
    clock.now += timedelta(days=30)
    assert erased(admin) == "1 site erased."
    assert events(admin) == []
    assert admin.arrange(lambda scene: scene.stores.teams.all()) == ()


def erased(admin: Admin) -> str:
    result = admin.site.app.test_cli_runner().invoke(args=["sites", "erase-expired"])
    assert result.exit_code == 0, result.output
    return str(result.output.strip())
