"""Workload schemes of the site: hours in any form, presets, the permanent default, and replacements."""

from __future__ import annotations

import pytest

from tests.services.support.team_scene import ANN, LEAD, TODAY, TeamScene
from tests.web.support.configuring import HOURS, Admin, fields_of
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme


def saved(admin: Admin, name: str, **hours: str) -> dict[str, object]:
    form = admin.form("schemes/new", name=name, **hours)
    assert admin.post("schemes", form).status_code == 200
    return admin.form(f"schemes/{form['id']}")


def stored(admin: Admin, form: dict[str, object]) -> WorkloadScheme:
    return admin.arrange(lambda scene: scene.stores.schemes.get(str(form["id"])))


def default_id(admin: Admin) -> str:
    return admin.arrange(lambda scene: scene.stores.schemes.default_id())


@pytest.mark.parametrize(
    ("typed", "seconds", "shown"),
    [
        ("7.5", 27000, "7:30"),
        ("7,5", 27000, "7:30"),
        ("7:30", 27000, "7:30"),
        ("7h 30m", 27000, "7:30"),
        ("8", 28800, "8:00"),
        ("24", 86400, "24:00"),
        ("0", 0, "0:00"),
        ("", 0, "0:00"),
    ],
)
def test_hours_are_read_in_any_form_and_shown_in_one(
    admin: Admin, typed: str, seconds: int, shown: str
) -> None:
    form = saved(admin, "Any form", **{"weekday-0": typed})
    assert stored(admin, form).weekdays[0] == seconds
    assert form["weekday-0"] == shown


@pytest.mark.parametrize(
    ("hours", "words"),
    [("25", "24 hours"), ("24:01", "24 hours"), ("-1", ""), ("soon", ""), ("8:75", "59 minutes")],
)
def test_hours_that_no_day_has_are_refused_beside_their_day(admin: Admin, hours: str, words: str) -> None:
    answer = admin.post("schemes", admin.form("schemes/new", name="Never", **HOURS | {"weekday-2": hours}))
    assert answer.status_code == 422
    beside = answer.text.split('id="weekday-2-error">')[1].split("</p>")[0]
    assert words in beside
    assert fields_of(answer.text)["weekday-2"] == hours
    assert "Never" not in admin.get("schemes").text


def test_each_day_with_wrong_hours_has_its_own_sentence(admin: Admin) -> None:
    wrong = {"weekday-0": "9x", "weekday-2": "25", "weekday-6": "soon"}
    answer = admin.post("schemes", admin.form("schemes/new", name="Never", **HOURS | wrong))
    assert answer.status_code == 422
    assert {name for name in HOURS if f'id="{name}-error"' in answer.text} == wrong.keys()
    assert "Wednesday has 25h" in answer.text.split('id="weekday-2-error">')[1].split("</p>")[0]


def test_the_scheme_that_comes_with_the_site_has_its_name_in_every_language(admin: Admin) -> None:
    admin.arrange(lambda scene: scene.team("Crew"))
    admin.browser.post("/language", language="en_XA")
    assert "Monday to Friday" not in admin.get("schemes").text
    form = admin.form(f"schemes/{default_id(admin)}", name="Full time")
    assert admin.post("schemes", form).status_code == 200
    assert "Full time" in admin.get("schemes").text


def test_hours_of_the_scheme_that_comes_with_the_site_change_without_its_name(admin: Admin) -> None:
    admin.browser.post("/language", language="de")
    form = admin.form(f"schemes/{default_id(admin)}", **{"weekday-0": "7"})
    assert form["name"] == "Montag bis Freitag, 8 Stunden"
    assert admin.post("schemes", form).status_code == 200
    admin.browser.post("/language", language="en")
    assert "Monday to Friday, 8 hours" in admin.get("schemes").text


def test_the_week_is_added_up_with_the_readers_decimal_separator(admin: Admin) -> None:
    admin.browser.post("/language", language="de")
    assert "39,5" in admin.post("schemes/week", HOURS | {"weekday-4": "7.5"}).text


def test_the_week_is_added_up_as_it_is_typed(admin: Admin) -> None:
    answer = admin.post("schemes/week", HOURS | {"weekday-4": "7.5"})
    assert answer.status_code == 200
    assert "A week has <b>39:30</b>, that is 39.5 hours." in answer.text
    wrong = admin.post("schemes/week", HOURS | {"weekday-4": "25"})
    assert '<span class="error">' in wrong.text
    assert "A week has" not in wrong.text


def test_presets_fill_a_week_with_hours_that_can_be_saved(admin: Admin) -> None:
    page = admin.get("schemes/new").text
    presets = [part.split('"')[0].split(",") for part in page.split('data-preset="')[1:]]
    assert len(presets) > 3
    for number, hours in enumerate(presets):
        form = saved(admin, f"Preset {number}", **{f"weekday-{day}": text for day, text in enumerate(hours)})
        assert [form[f"weekday-{day}"] for day in range(7)] == hours


def test_two_schemes_of_one_name_are_refused(admin: Admin) -> None:
    saved(admin, "Part time")
    answer = admin.post("schemes", admin.form("schemes/new", name="part TIME"))
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_the_default_can_be_changed_and_never_deleted(admin: Admin) -> None:
    default = default_id(admin)
    assert "cannot be deleted" in admin.get("schemes").text
    assert 'type="submit"' not in admin.get(f"schemes/{default}/delete").text
    answer = admin.post(f"schemes/{default}/delete", {"replacement": ""})
    assert answer.status_code == 422
    assert "default cannot be deleted" in answer.text
    changed = admin.form(f"schemes/{default}", **{"weekday-4": "6"})
    assert admin.post("schemes", changed).status_code == 200
    assert stored(admin, changed).weekdays[4] == 6 * 3600


def test_whom_a_change_reaches_is_said_before_it_is_saved(admin: Admin) -> None:
    assert "Nobody’s capacity changes" in admin.get("schemes/new").text
    admin.arrange(lambda scene: scene.team("Payments", LEAD))
    shown = admin.get(f"schemes/{default_id(admin)}").text
    assert "This scheme counts for people without another one in Payments." in shown
    assert "closed ones keep their figures" in shown


def test_of_many_teams_the_first_are_named_and_all_are_a_click_away(admin: Admin) -> None:
    admin.arrange(lambda scene: [scene.team(f"Team {number}", LEAD) for number in range(6)])
    six = "Team 0, Team 1, Team 2, Team 3, Team 4, and Team 5"
    page = admin.get("schemes").text
    assert f"default of {six}</div>" in page
    assert "<details>" not in page
    admin.arrange(lambda scene: [scene.team(f"Team {number}", LEAD) for number in (6, 7)])
    page, some = admin.get("schemes").text, "Team 0, Team 1, Team 2, Team 3, Team 4, and 3 more"
    assert (
        f"<summary>default of {some}</summary>{six.replace('and ', '')}, Team 6, and Team 7</details>" in page
    )
    shown = admin.get(f"schemes/{default_id(admin)}").text
    assert f"without another one in {some}." in shown


def test_what_takes_the_place_of_a_scheme_keeps_the_dates(admin: Admin) -> None:
    old, new = saved(admin, "Old", **{"weekday-0": "6"}), saved(admin, "New")

    def work(scene: TeamScene) -> None:
        team = scene.team("Payments", LEAD)
        scene.join(team, ANN, schemes=(DatedScheme(TODAY, str(old["id"])),))

    admin.arrange(work)
    address = f"schemes/{old['id']}/delete"
    question = admin.get(address).text
    assert "1 person in Payments" in question
    assert f'<option value="{new["id"]}">New</option>' in question
    for wrong in ("", str(old["id"])):
        refused = admin.post(address, {"replacement": wrong})
        assert refused.status_code == 422
        assert 'id="replacement-error"' in refused.text
    assert stored(admin, old).name == "Old"
    assert admin.post(address, {"replacement": new["id"]}).status_code == 200
    [member] = admin.arrange(lambda scene: scene.stores.schemes.used_by(str(new["id"]))[1])
    assert member.schemes == (DatedScheme(TODAY, str(new["id"])),)


def test_a_scheme_that_nobody_has_is_not_there(admin: Admin) -> None:
    for path in ("schemes/nowhere", "schemes/nowhere/delete"):
        assert admin.get(path).status_code == 404
    assert admin.post("schemes/nowhere/delete", {"replacement": ""}).status_code == 404


def test_t15_hours_with_seconds_add_up_to_their_week(admin: Admin) -> None:
    odd = WorkloadScheme("odd", "Odd", (27020,) * 5 + (0, 0))
    admin.arrange(lambda scene: scene.stores.schemes.save(odd))
    html = admin.get("schemes").text
    assert (html.count(">7:30:20<"), html.count("<b>37:31:40</b>")) == (5, 1)
