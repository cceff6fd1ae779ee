"""Legends: which may be changed or deleted, and the days of a deleted one."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.support.team_scene import TeamScene
from tests.web.support.configuring import Admin, fields_of
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import SYSTEM_LEGENDS, Legend, SystemLegend
from timesheet.domain.language import LANGUAGES
from timesheet.domain.message import Message
from timesheet.domain.span import DateSpan
from timesheet.web.http.catalog import open_language


def saved(admin: Admin, title: str = "Training", letter: str = "T") -> dict[str, object]:
    form = admin.form("legends/new", title=title, letter=letter)
    assert admin.post("legends", form).status_code == 200
    return admin.form(f"legends/{form['id']}")


def stored(admin: Admin, legend_id: object) -> Legend:
    kept = admin.arrange(lambda scene: {legend.id: legend for legend in scene.stores.legends.all()})
    return kept[str(legend_id)]


def test_the_list_says_what_each_legend_is_for(admin: Admin) -> None:
    text = admin.get("legends").text
    for words in ("replaces a deleted one", "days before joining and after leaving"):
        assert words in text
    assert text.count(">built in<") == 3
    assert text.count(">built in, can be changed<") == 3
    assert 'title="Delete' not in text


@pytest.mark.parametrize("legend", ["vacation", "emergency", "sick-leave"])
def test_built_in_types_are_renamed_and_recolored_not_deleted(admin: Admin, legend: str) -> None:
    form = admin.form(f"legends/{legend}", title="Away", color="lime", letter="A")
    assert admin.post("legends", form).status_code == 200
    kept = stored(admin, legend)
    assert (kept.title, kept.color, kept.letter, kept.deletable) == ("Away", "lime", "A", False)
    answer = admin.post(f"legends/{legend}/delete", {})
    assert answer.status_code == 422
    assert stored(admin, legend).title == "Away"


def test_a_built_in_type_is_edited_in_the_readers_language_and_keeps_its_name_in_others(admin: Admin) -> None:
    admin.browser.post("/language", language="de")
    form = admin.form("legends/sick-leave", color="lime")
    assert form["title"] == "Krankheit"
    assert admin.post("legends", form).status_code == 200
    kept = stored(admin, "sick-leave")
    assert (str(kept.title), kept.color) == ("Sick leave", "lime")
    admin.browser.post("/language", language="fr")
    assert "Congé maladie" in admin.get("legends").text


def test_a_built_in_letter_is_of_the_readers_language_until_somebody_changes_it(admin: Admin) -> None:
    admin.browser.post("/language", language="de")
    form = admin.form("legends/vacation", color="lime")
    assert form["letter"] == "U"
    assert admin.post("legends", form).status_code == 200
    assert ">K</span>" in admin.get("legends").text
    admin.browser.post("/language", language="ja")
    assert ">有</span>" in admin.get("legends").text
    admin.browser.post("/language", language="en")
    assert admin.form("legends/vacation")["letter"] == "V"
    admin.browser.post("/language", language="de")
    assert admin.post("legends", admin.form("legends/vacation", letter="Ur")).status_code == 200
    admin.browser.post("/language", language="en")
    assert admin.form("legends/vacation")["letter"] == "Ur"


def test_the_letter_of_a_renamed_type_stays_as_its_admin_saw_it(admin: Admin) -> None:
    admin.browser.post("/language", language="de")
    assert admin.post("legends", admin.form("legends/vacation", title="Erholung")).status_code == 200
    admin.browser.post("/language", language="en")
    assert admin.form("legends/vacation")["letter"] == "U"


def test_a_letter_that_the_reader_sees_for_another_type_is_refused(admin: Admin) -> None:
    admin.browser.post("/language", language="de")
    answer = admin.post("legends", admin.form("legends/new", title="Kur", letter="k"))
    assert answer.status_code == 422
    assert "„k“ steht bereits für „Krankheit“" in answer.text


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_built_in_letters_differ_in_each_language(code: str) -> None:
    texts = open_language(code).texts
    letters = [
        texts.pgettext(letter.context, letter)
        for letter in (legend.letter for legend in SYSTEM_LEGENDS)
        if isinstance(letter, Message)
    ]
    assert len(letters) == len(SYSTEM_LEGENDS)
    assert all(1 <= len(letter) <= 2 and letter.isalnum() for letter in letters)
    assert len({letter.casefold() for letter in letters}) == len(SYSTEM_LEGENDS)


@pytest.mark.parametrize(
    "legend", [SystemLegend.UNCLASSIFIED, SystemLegend.OUT_OF_TEAM, SystemLegend.PUBLIC_HOLIDAY]
)
def test_those_of_the_app_stay_as_they_are(admin: Admin, legend: SystemLegend) -> None:
    before = stored(admin, legend)
    form = {"id": legend.value, "title": "Mine", "letter": "M", "color": "red", "version": before.version}
    answer = admin.post("legends", form)
    assert answer.status_code == 422
    assert stored(admin, legend) == before
    assert admin.post(f"legends/{legend.value}/delete", {}).status_code == 422


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 61}, "title"),
        ({"title": "vacation"}, "title"),
        ({"letter": ""}, "letter"),
        ({"letter": "ABC"}, "letter"),
        ({"color": "black"}, "color"),
        ({"color": ""}, "color"),
    ],
    ids=str,
)
def test_what_no_legend_can_have_stays_in_the_form(admin: Admin, change: dict[str, str], field: str) -> None:
    form = admin.form("legends/new", title="Training", letter="T") | change
    answer = admin.post("legends", form)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field != "color":
        assert fields_of(answer.text)[field] == change[field]
    assert "Training" not in admin.get("legends").text


def test_a_new_type_gets_a_color_that_is_free(admin: Admin) -> None:
    used = admin.arrange(lambda scene: {legend.color for legend in scene.stores.legends.all()})
    assert admin.form("legends/new")["color"] not in used


def test_the_days_of_a_deleted_one_become_unclassified(admin: Admin) -> None:
    training = saved(admin)
    calendar = admin.form(
        "calendars/new", name="Plant", days=f"2026-12-01\tmorning\t{training['id']}\tFirst aid"
    )
    assert admin.post("calendars", calendar).status_code == 200
    question = admin.get(f"legends/{training['id']}/delete").text
    assert "nclassified" in question
    assert "Used for 1 day in global calendars." in question
    answer = admin.post(f"legends/{training['id']}/delete", {})
    assert "its days are unclassified" in answer.text
    assert admin.form(f"calendars/{calendar['id']}")["days"] == "2026-12-01\tmorning\tunclassified\tFirst aid"


def test_the_question_about_a_deletion_gives_the_number_of_days(admin: Admin) -> None:
    training = saved(admin)
    question = f"legends/{training['id']}/delete"
    assert "No day has it. Deleting cannot be undone." in admin.get(question).text
    days = "".join(
        f"2026-12-0{day}\t{part}\t{training['id']}\tAid\n"
        for day, part in ((1, "morning"), (1, "afternoon"), (2, "whole"))
    )
    assert admin.post("calendars", admin.form("calendars/new", name="Plant", days=days)).status_code == 200
    span = DateSpan(date(2026, 12, 3), date(2026, 12, 3))

    def go_on_leave(scene: TeamScene) -> None:
        for person in ("ana", "ben", "cleo"):
            scene.stores.leaves.replace(person, span, [Leave(person, span.first, str(training["id"]))])

    admin.arrange(go_on_leave)
    assert "Used for 2 days in global calendars and 3 days of leave." in admin.get(question).text
