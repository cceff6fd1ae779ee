"""Attributes in the configuration: the list, the form of each type, and retiring one."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.configuring import Admin, fields_of, make_admin
from tests.web.support.signing import SettableClock
from timesheet.domain.attribute.attribute import BILLABLE, Attribute, Kind


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    return make_admin(app, site, clock)


def saved(admin: Admin, kind: Kind = Kind.SELECT, **changes: object) -> dict[str, object]:
    options = {"options": "Design\nTest"} if kind is Kind.SELECT else {}
    form = admin.form(f"attributes/new/{kind}", name="Activity", **options, **changes)
    assert admin.post("attributes", form).status_code == 200
    return admin.form(f"attributes/{form['id']}")


def stored(admin: Admin, attribute_id: object) -> Attribute:
    kept = admin.arrange(lambda scene: {one.id: one for one in scene.stores.attributes.all()})
    return kept[str(attribute_id)]


def test_billable_is_changed_by_a_german_admin_and_keeps_its_name_in_other_languages(admin: Admin) -> None:
    admin.browser.post("/language", language="de")
    form = admin.form(f"attributes/{BILLABLE}", everywhere="1")
    assert form["name"] == "Abrechenbar"
    assert admin.post("attributes", form).status_code == 200
    assert (str(stored(admin, BILLABLE).name), stored(admin, BILLABLE).everywhere) == ("Billable", True)
    admin.browser.post("/language", language="fr")
    assert "Facturable" in admin.get("attributes").text


def test_billable_is_there_and_used_by_no_team_yet(admin: Admin) -> None:
    text = admin.get("attributes").text
    assert f'id="attribute-{BILLABLE}"' in text
    assert "built in" in text
    assert "no team yet" in text
    assert "A team chooses in its settings which of them its members enter" in text


@pytest.mark.parametrize("kind", list(Kind))
def test_each_type_has_its_form(admin: Admin, kind: Kind) -> None:
    form = saved(admin, kind, required="1", everywhere="1")
    kept = stored(admin, form["id"])
    assert (kept.name, kept.kind, kept.everywhere) == ("Activity", kind, True)
    assert kept.required is not kind.answers
    offers_required = 'id="attribute-required"' in admin.get(f"attributes/{form['id']}").text
    assert offers_required is not kind.answers
    assert "everybody" in admin.get("attributes").text


def test_there_is_no_other_type(admin: Admin) -> None:
    assert admin.get("attributes/new/file").status_code == 404
    assert admin.get("attributes/gone").status_code == 404


def test_options_become_choices_for_the_default(admin: Admin) -> None:
    form = saved(admin)
    page = admin.get(f"attributes/{form['id']}").text
    [design, test] = re.findall(r'<option value="(\w{32})"', page)
    assert admin.post("attributes", {**form, "default": test}).status_code == 200
    form = admin.form(f"attributes/{form['id']}", options="Test")
    changed = admin.post("attributes", form)
    assert "Removed: Design." in changed.text
    kept = stored(admin, form["id"])
    assert (kept.default, [one.id for one in kept.options if one.removed]) == (test, [design])


NEW = "It applies to worklogs from now on; earlier ones have no value."
RENAMED = "Earlier worklogs show its new name, too."
RENAMED_OPTION = "Earlier worklogs that have a renamed option show its new name, too."
REMOVED_OPTION = "Worklogs that have a removed option keep it and show it as removed."
RESTORED_OPTION = "Worklogs that have a restored option no longer show it as removed."
CHANGED = "It applies to worklogs from now on; earlier ones keep their values."
OTHERWISE_CHANGED = "Other changes apply to worklogs from now on; earlier ones keep their values."


def note_of(page: str) -> list[str]:
    """Return the sentences of the message about a successful save."""
    [note] = re.findall(r'id="settings-saved">(?:<svg.*?</svg>)?\s*(.*?)</p>', page, re.DOTALL)
    return re.findall(r"[A-Z][^.]*\.", note)


def test_the_message_about_a_new_attribute_is_about_values_that_do_not_exist_yet(admin: Admin) -> None:
    form = admin.form("attributes/new/number", name="Cost")
    assert note_of(admin.post("attributes", form).text) == ["The attribute is saved.", NEW]


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        ({}, []),
        ({"name": "Work"}, [RENAMED]),
        ({"options": "Design\nChecks"}, [RENAMED_OPTION]),
        ({"options": "Test"}, [REMOVED_OPTION]),
        ({"options": "Design\nTest\nReview"}, []),
        ({"options": "Design\nReview\nMeeting"}, [REMOVED_OPTION]),
        ({"options": "Design\nTest\nOld"}, [RESTORED_OPTION]),
        ({"required": "1"}, [CHANGED]),
        ({"everywhere": "1"}, [CHANGED]),
        ({"default": "test"}, [CHANGED]),
        ({"name": "Work", "options": "design\nTest"}, [RENAMED, RENAMED_OPTION]),
        ({"name": "Work", "required": "1"}, [RENAMED, OTHERWISE_CHANGED]),
    ],
    ids=str,
)
def test_the_message_about_a_save_says_what_earlier_worklogs_show(
    admin: Admin, change: dict[str, str], sentences: list[str]
) -> None:
    form = saved(admin)
    admin.post("attributes", {**form, "options": "Design\nTest\nOld"})
    form = admin.form(f"attributes/{form['id']}", options="Design\nTest")
    admin.post("attributes", form)
    ids = {option.name.lower(): option.id for option in stored(admin, form["id"]).options}
    typed = {**change, "default": ids.get(change.get("default", ""), "")}
    answer = admin.post("attributes", admin.form(f"attributes/{form['id']}", **typed))
    assert note_of(answer.text) == ["The attribute is saved.", *sentences]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "billable"}, "name"),
        ({"options": " "}, "options"),
        ({"default": "x"}, "default"),
    ],
    ids=str,
)
def test_what_cannot_be_saved_stays_in_the_form(admin: Admin, change: dict[str, str], field: str) -> None:
    form = saved(admin) | change
    answer = admin.post("attributes", form)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field == "name":
        assert fields_of(answer.text)[field] == change[field]


def test_a_form_without_a_type_is_not_found(admin: Admin) -> None:
    assert admin.post("attributes", saved(admin) | {"kind": "file"}).status_code == 404


def test_two_at_once_see_both(admin: Admin) -> None:
    form = saved(admin)
    assert (
        admin.post("attributes", {**form, "options": "Test", "everywhere": "1", "required": "1"}).status_code
        == 200
    )
    answer = admin.post("attributes", {**form, "name": "Work"})
    assert answer.status_code == 409
    assert "Currently saved" in answer.text
    assert fields_of(answer.text)["name"] == "Work"
    assert admin.post("attributes", fields_of(answer.text)).status_code == 200


def test_a_form_of_one_that_somebody_retired_says_so(admin: Admin) -> None:
    form = saved(admin)
    assert 'id="attribute-retired"' not in admin.get(f"attributes/{form['id']}").text
    admin.post(f"attributes/{form['id']}/retire", {"version": 1, "retired": "1"})
    answer = admin.post("attributes", {**form, "name": "Work"})
    assert answer.status_code == 409
    assert 'id="attribute-retired"' in answer.text
    assert fields_of(answer.text)["name"] == "Work"


def test_a_retired_one_can_be_used_again(admin: Admin) -> None:
    form = saved(admin, everywhere="1")
    path = f"attributes/{form['id']}/retire"
    assert "Retire Activity?" in admin.get(path).text
    answer = admin.post(path, {"version": 1, "retired": "1"})
    assert "Activity is retired." in answer.text
    assert 'class="tag">retired<' in answer.text
    answer = admin.post(path, {"version": 2, "retired": "0"})
    assert "Activity is in use again." in answer.text
    stale = admin.post(path, {"version": 1, "retired": "1"})
    assert (stale.status_code, "This was changed in the meantime" in stale.text) == (409, True)
    assert f'id="retire-{form["id"]}"' in stale.text
    assert not stored(admin, form["id"]).retired
