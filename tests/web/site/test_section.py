"""The shared parts of the configuration's sections: who may see them, and saving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.configuring import HOURS, Admin, make_admin
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from tests.web.support.two_sites import stored
from tests.web.support.viewer import HTMX
from timesheet.domain.errors import NotAllowed
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.web.http.access import Declared
from timesheet.web.site.section import SECTIONS

PAGES = (
    "",
    "/site",
    "/periods",
    "/permissions",
    "/calendars",
    "/schemes",
    "/legends",
    "/attributes",
    "/labels",
    "/transfer",
)
# Each kind of thing, and what somebody types to make one; its name comes first.
KINDS: dict[str, dict[str, Any]] = {
    "calendars": {"name": "Bavaria"},
    "schemes": {"name": "Six hours", **HOURS},
    "legends": {"title": "Training", "letter": "T"},
    "labels": {"name": "on call"},
}


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    return make_admin(app, site, clock)


def made(admin: Admin, kind: str) -> dict[str, object]:
    """Save an object of this kind and return its form as stored."""
    assert admin.post(kind, admin.form(f"{kind}/new", **KINDS[kind])).status_code == 200
    return admin.form(f"{kind}/{id_of(admin, kind)}")


def id_of(admin: Admin, kind: str) -> str:
    word = next(iter(KINDS[kind].values()))
    kept = admin.arrange(lambda scene: getattr(scene.stores, kind).all())
    names = {getattr(thing, "name", "") or getattr(thing, "title", ""): str(thing.id) for thing in kept}
    return names[word]


@pytest.mark.parametrize("path", PAGES)
def test_every_section_is_a_page_and_a_fragment(admin: Admin, path: str) -> None:
    page = admin.browser.site.load(f"/configure{path}")
    assert page.status_code == 200
    assert "<!doctype html>" in page.text
    fragment = admin.browser.get(f"/configure{path}")
    assert fragment.status_code == 200
    assert "<!doctype html>" not in fragment.text
    assert fragment.text.count('aria-current="page" hx-get=') == 1
    for _, title, _ in SECTIONS:
        assert title in fragment.text


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_a_jira_admin_reads_what_is_missing(admin: Admin, path: str) -> None:
    admin.dismiss()
    for answer in (admin.browser.get(f"/configure{path}"), admin.browser.site.load(f"/configure{path}")):
        assert answer.status_code == 403
        assert "Administer Jira" in answer.text


def test_every_route_of_the_configuration_needs_a_jira_admin(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/configure")]
    assert len(rules) > 30
    for rule in rules:
        declared: Declared = vars(app.view_functions[rule.endpoint])["takes"]
        assert declared.permission == "jira-admin", rule


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_is_there_the_next_time(admin: Admin, kind: str) -> None:
    stored = made(admin, kind)
    assert {name: stored[name] for name in KINDS[kind]} == KINDS[kind]
    assert stored["version"] == "1"
    assert next(iter(KINDS[kind].values())) in admin.get(kind).text


@pytest.mark.parametrize("kind", KINDS)
def test_two_admins_at_once_see_both_values_and_the_second_decides(admin: Admin, kind: str) -> None:
    name = next(iter(KINDS[kind]))
    mine = made(admin, kind) | {name: "Mine"}
    theirs = admin.form(f"{kind}/{id_of(admin, kind)}", **{name: "Theirs"})
    assert admin.post(kind, theirs).status_code == 200
    answer = admin.post(kind, mine)
    assert answer.status_code == 409
    assert "Currently saved: <b>Theirs</b>" in answer.text
    assert 'id="use-theirs"' in answer.text
    assert 'value="Mine"' in answer.text
    again = admin.post(kind, mine | {"version": "2"})
    assert again.status_code == 200
    assert "Mine" in admin.get(kind).text


@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_deleted_can_be_made_again(admin: Admin, kind: str) -> None:
    mine = made(admin, kind)
    assert admin.post(f"{kind}/{mine['id']}/delete", {}).status_code == 200
    answer = admin.post(kind, mine)
    assert answer.status_code == 409
    assert "This was deleted" in answer.text
    assert admin.post(kind, mine | {"version": "0"}).status_code == 200
    assert made_again(admin, kind)


def made_again(admin: Admin, kind: str) -> bool:
    return next(iter(KINDS[kind].values())) in admin.get(kind).text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", [{"version": "x"}, {"version": "-1"}, {"id": "../x"}, {"id": ""}], ids=str)
def test_a_form_that_no_page_of_ours_holds_is_refused(
    admin: Admin, kind: str, change: dict[str, str]
) -> None:
    answer = admin.post(kind, admin.form(f"{kind}/new", **KINDS[kind]) | change)
    assert answer.status_code == 422
    assert "out of date" in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_name_stays_in_the_form_with_its_reason(admin: Admin, kind: str) -> None:
    name = next(iter(KINDS[kind]))
    answer = admin.post(kind, admin.form(f"{kind}/new", **KINDS[kind]) | {name: " "})
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_a_deletion_is_explained_then_done_and_gone(admin: Admin, kind: str) -> None:
    stored = made(admin, kind)
    question = admin.get(f"{kind}/{stored['id']}/delete")
    assert 'id="dialog-title"' in question.text
    answer = admin.post(f"{kind}/{stored['id']}/delete", {})
    assert answer.status_code == 200
    assert '<hx-partial hx-target="#dialog"' in answer.text
    assert "is deleted" in answer.text
    assert admin.get(f"{kind}/{stored['id']}").status_code == 404
    assert admin.get(f"{kind}/{stored['id']}/delete").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_deleted_leaves_an_old_list(admin: Admin, kind: str) -> None:
    path = f"{kind}/{made(admin, kind)['id']}"
    assert admin.post(f"{path}/delete", {}).status_code == 200
    for answer in (admin.get(path), admin.get(f"{path}/delete"), admin.post(f"{path}/delete", {})):
        assert answer.status_code == 404
        assert 'id="configuration"' in answer.text
        assert 'class="flag problem"' in answer.text
        assert f"/{path}" not in answer.text
    page = admin.browser.site.load(f"/configure/{path}")
    assert (page.status_code, "<!doctype html>" in page.text) == (404, True)


@pytest.mark.parametrize("kind", KINDS)
def test_one_sites_things_are_not_another_ones(
    app: Flask, admin: Admin, new_site: Callable[[str], JiraSite], clock: SettableClock, kind: str
) -> None:
    stored = made(admin, kind)
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    stranger = make_admin(app, other, clock)
    assert stranger.get(f"{kind}/{stored['id']}").status_code == 404
    assert stranger.post(f"{kind}/{stored['id']}/delete", {}).status_code == 404
    assert str(next(iter(KINDS[kind].values()))) not in stranger.get(kind).text
    assert admin.get(f"{kind}/{stored['id']}").status_code == 200


@pytest.mark.parametrize("kind", [*KINDS, "periods", "permissions"])
def test_without_a_session_nothing_is_saved(admin: Admin, kind: str) -> None:
    answer = admin.browser.site.client.post(f"/configure/{kind}", data={"name": "x"}, headers=HTMX)
    assert answer.status_code == 401


def test_a_page_says_that_jira_does_not_let_a_person_in_any_more(app: Flask, site: JiraSite) -> None:
    """The links of that page depend on the person's groups, which Jira does not give either."""

    def refuse(*_: object) -> Any:
        raise NotAllowed("Your account is inactive.", layer="jira")

    swap(app, directory_as=refuse)
    few = Grant(Whom.SOME, groups=frozenset({"some-group"}))
    with stored(app, site.client_key) as (stores, _):
        auditors = {SitePermission.AUDITORS: few}
        stores.permissions.save(
            SitePermissions(dict.fromkeys(Module, few), auditors, stores.permissions.read().version)
        )
    answer = site.load("/timesheet")
    assert answer.status_code == 403
    assert "Your account is inactive." in answer.text
