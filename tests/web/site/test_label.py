"""User labels: a name, a color, and people."""

from __future__ import annotations

import pytest

from tests.services.support.team_scene import ANN, BO, CY
from tests.web.support.configuring import Admin, fields_of
from timesheet.domain.team.label import UserLabel


def saved(admin: Admin, name: str = "backend", *people: str) -> dict[str, object]:
    form = admin.form("labels/new", name=name, people=list(people))
    assert admin.post("labels", form).status_code == 200
    return admin.form(f"labels/{form['id']}")


def stored(admin: Admin, form: dict[str, object]) -> UserLabel:
    kept = admin.arrange(lambda scene: {label.id: label for label in scene.stores.labels.all()})
    return kept[str(form["id"])]


def test_people_are_chosen_shown_by_name_and_let_go(admin: Admin) -> None:
    form = saved(admin, "backend", BO, ANN)
    assert form["people"] == [ANN, BO]
    page = admin.get(f"labels/{form['id']}").text
    assert page.index("Ann Example") < page.index("Bo Example")
    assert admin.post("labels", form | {"people": CY}).status_code == 200
    assert stored(admin, form).people == {CY}
    listed = admin.get("labels").text
    assert "backend" in listed
    assert "<td>1 person</td>" in listed


def test_a_closed_account_keeps_its_label_without_a_name(admin: Admin) -> None:
    form = saved(admin, "backend", ANN)
    admin.site.directory.people.pop(ANN)
    assert admin.post("labels", form | {"people": [ANN, BO]}).status_code == 200
    assert stored(admin, form).people == {ANN, BO}


def test_an_account_that_jira_does_not_know_gets_no_label(admin: Admin) -> None:
    form = saved(admin, "backend", ANN)
    answer = admin.post("labels", form | {"people": [ANN, "ghost"]})
    assert answer.status_code == 422
    assert "Jira has no account with the id “ghost”" in answer.text
    assert stored(admin, form).people == {ANN}


def test_so_many_people_that_no_form_shows_them_again_are_refused(admin: Admin) -> None:
    form = saved(admin, "backend", ANN)
    answer = admin.post("labels", form | {"people": [f"person-{number}" for number in range(4001)]})
    assert answer.status_code == 422
    assert "A label can have at most 2,000 people." in answer.text
    assert "person-4000" not in answer.text
    assert stored(admin, form).people == {ANN}


@pytest.mark.parametrize("malformed", ["../../x", "a b", "a\n", "é"])
def test_a_malformed_id_is_refused_and_nobody_loses_the_label(admin: Admin, malformed: str) -> None:
    form = saved(admin, "backend", ANN)
    answer = admin.post("labels", form | {"people": [malformed, BO]})
    assert answer.status_code == 422
    assert "Choose people from the list." in answer.text
    assert stored(admin, form).people == {ANN}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"name": "BACKEND"}, "name"),
        ({"color": "black"}, "color"),
    ],
    ids=str,
)
def test_what_no_label_can_be_stays_in_the_form(admin: Admin, change: dict[str, str], field: str) -> None:
    saved(admin)
    answer = admin.post("labels", admin.form("labels/new", name="frontend", people=ANN) | change)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert fields_of(answer.text)["people"] == ANN
    assert len(admin.arrange(lambda scene: scene.stores.labels.all())) == 1


def test_two_admins_at_once_see_whom_the_other_one_chose(admin: Admin) -> None:
    form = saved(admin, "backend", ANN)
    assert admin.post("labels", form | {"people": [BO, CY]}).status_code == 200
    answer = admin.post("labels", form | {"people": [ANN, CY]})
    assert answer.status_code == 409
    assert "Currently saved: <b>Bo Example, Cy Example</b>" in answer.text
    again = fields_of(answer.text)
    assert again["people"] == [ANN, CY]
    assert admin.post("labels", again).status_code == 200
    assert stored(admin, form).people == {ANN, CY}


def test_a_deletion_says_how_many_lose_it(admin: Admin) -> None:
    form = saved(admin, "backend", ANN, BO)
    assert "2 people lose it" in admin.get(f"labels/{form['id']}/delete").text
    alone = saved(admin, "frontend", ANN)
    assert "1 person loses it" in admin.get(f"labels/{alone['id']}/delete").text
    nobody = saved(admin, "design")
    assert "Nobody has this label" in admin.get(f"labels/{nobody['id']}/delete").text
