"""Templates: saving, applying with a preview and one undo, renaming, ordering, and deleting."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.viewer import Form, Viewer, make_viewer
from tests.web.support.worklog_form import undo_in
from timesheet.domain.errors import NotAllowed
from timesheet.domain.worklog.row_lock import RowLock

HOUR = 3600
LAST_MONDAY = MONDAY - timedelta(days=7)
WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    made = make_viewer(app, site, clock)
    made.scene.put(PAY, LAST_MONDAY, HOUR)
    made.scene.put(OPS, LAST_MONDAY, 2 * HOUR)
    made.scene.put(OPS, LAST_MONDAY + timedelta(days=4), 30 * 60)
    return made


def save(viewer: Viewer, name: str, **values: object) -> str:
    """Save last Monday, or its week, and return the id of the template."""
    template = Form(viewer.get("/templates/new", day=LAST_MONDAY).text).fields["id"]
    answer = viewer.post("/templates", **({"id": template, "name": name, "day": LAST_MONDAY} | values))
    assert answer.status_code == 200, answer.text
    assert f"The template {name} is saved." in answer.text
    return template


def logged(viewer: Viewer) -> list[tuple[int, date, int]]:
    """Return issue, day, and seconds of what Jira has from this Monday on."""
    made = viewer.scene.jira.worklogs.values()
    return [(one.issue_id, one.day, one.seconds) for one in made if one.day >= MONDAY]


def names(viewer: Viewer) -> list[str]:
    return re.findall(r'name="name" type="text" value="([^"]*)"', viewer.get("/templates").text)


def test_without_templates_the_dialog_offers_to_save_one(viewer: Viewer) -> None:
    text = viewer.get("/templates/apply", day=MONDAY).text
    assert "You have no template yet." in text
    assert "/templates/new" in text
    assert viewer.post("/templates/apply", day=MONDAY).status_code == 404


def test_a_day_is_applied_on_its_weekday_with_one_message_and_one_undo(viewer: Viewer) -> None:
    save(viewer, "Monday")
    page = viewer.get("/templates/apply", day=WEDNESDAY).text
    form = Form(page).fields
    assert form["day"] == str(MONDAY)
    assert "Apply template (3:00)" in page
    assert logged(viewer) == [], "a preview writes nothing"
    first, second = (viewer.post("/templates/apply", **form) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert "2 worklogs logged, 3h in all." in first.text
    assert "sheet-changed" in first.headers["HX-Trigger"]
    assert logged(viewer) == [(PAY, MONDAY, HOUR), (OPS, MONDAY, 2 * HOUR)]
    [tokens] = undo_in(first)
    assert viewer.post("/worklogs/undo", undo=tokens).status_code == 200
    assert logged(viewer) == []


def test_why_an_issue_is_left_out_is_said_once_for_all_its_days(viewer: Viewer) -> None:
    viewer.scene.put(PAY, LAST_MONDAY + timedelta(days=1), HOUR)
    save(viewer, "Week", weekly=1)
    viewer.scene.jira.locked = {PAY: RowLock.PERMISSION}
    page = viewer.get("/templates/apply", day=MONDAY).text
    assert page.count("<s title=") == 2
    assert page.partition('id="verdicts"')[2].count("You need “Work on issues” in PAY.") == 1


def test_another_day_is_kept_and_another_template_goes_to_its_own(viewer: Viewer) -> None:
    first, second = save(viewer, "Monday"), save(viewer, "Week", weekly="1")
    chosen = {"template": first, "was": first, "day": WEDNESDAY}
    assert Form(viewer.get("/templates/apply", **chosen).text).fields["day"] == str(WEDNESDAY)
    assert "Apply template (3:30)" in viewer.get("/templates/apply", **(chosen | {"template": second})).text
    unseen = viewer.post("/templates/apply", **(chosen | {"template": second, "key": "a-key-of-a-template"}))
    assert "Apply template (3:30)" in unseen.text
    assert logged(viewer) == [], "what was not previewed is not logged"


def test_time_that_is_there_stays_and_a_refused_worklog_is_listed(viewer: Viewer) -> None:
    viewer.scene.put(OPS, MONDAY, HOUR)
    save(viewer, "Monday")
    page = viewer.get("/templates/apply", day=MONDAY).text
    assert "already has 1:00" in page
    viewer.scene.jira.failing["create_worklog"] = [NotAllowed("You need “Work on issues” in PAY.")]
    answer = viewer.post("/templates/apply", **Form(page).fields)
    assert answer.status_code == 422
    assert "You need “Work on issues” in PAY." in answer.text
    assert logged(viewer) == [(OPS, MONDAY, HOUR)]


def test_where_all_time_is_there_nothing_can_be_copied(viewer: Viewer) -> None:
    for issue in (PAY, OPS):
        viewer.scene.put(issue, MONDAY, HOUR)
    save(viewer, "Monday")
    page = viewer.get("/templates/apply", day=MONDAY).text
    assert '<button type="submit" class="button primary" disabled>Apply template (0:00)</button>' in page
    assert 'name="template" data-focus>' in page


def test_nothing_ticked_is_said(viewer: Viewer) -> None:
    template = save(viewer, "Monday")
    values = {"template": template, "was": template, "day": MONDAY, "key": "a-key-of-a-template"}
    answer = viewer.post("/templates/apply", **values, shown=[PAY, OPS])
    assert answer.status_code == 422
    assert "Choose at least one issue." in answer.text


def test_what_is_wrong_with_a_new_one_is_said_at_its_field(viewer: Viewer) -> None:
    save(viewer, "Monday")
    form: dict[str, object] = {"id": "new", "day": LAST_MONDAY}
    for values, said in (
        ({"name": "monday"}, "There is a template named “monday” already."),
        ({"name": ""}, "Give the template a name."),
        ({"name": "Free", "day": LAST_MONDAY + timedelta(days=5)}, "There is no time to save on these days."),
    ):
        answer = viewer.post("/templates", **(form | values))
        assert answer.status_code == 422
        assert said in answer.text
    assert names(viewer) == ["Monday"]


def test_they_are_renamed_ordered_and_deleted(viewer: Viewer) -> None:
    first, second = save(viewer, "Monday"), save(viewer, "Week", weekly="1")
    viewer.post(f"/templates/{second}", change="up", name="Week")
    assert names(viewer) == ["Week", "Monday"]
    refused = viewer.post(f"/templates/{second}", change="rename", name="MONDAY")
    assert refused.status_code == 422
    assert "There is a template named “MONDAY” already." in refused.text
    assert "MONDAY" in refused.text
    viewer.post(f"/templates/{second}", change="rename", name="Sprint")
    viewer.post(f"/templates/{first}", change="delete", name="Monday")
    assert names(viewer) == ["Sprint"]
    assert viewer.post(f"/templates/{first}", change="rename", name="Back").status_code == 404


def test_a_deleted_template_comes_back_to_its_place(viewer: Viewer) -> None:
    first = save(viewer, "Monday")
    save(viewer, "Week", weekly="1")
    deleted = viewer.post(f"/templates/{first}", change="delete", name="Monday")
    assert "The template Monday is deleted." in deleted.text
    assert names(viewer) == ["Week"]
    for _ in range(2):
        restored = viewer.post(f"/templates/{first}", change="restore")
        assert "is deleted" not in restored.text
        assert names(viewer) == ["Monday", "Week"]
    viewer.post(f"/templates/{first}", change="delete", name="Monday")
    save(viewer, "Monday")
    refused = viewer.post(f"/templates/{first}", change="restore")
    assert refused.status_code == 422
    assert "There is a template named “Monday” already." in refused.text
    assert names(viewer) == ["Week", "Monday"]


def test_a_template_that_was_never_deleted_is_not_restored(viewer: Viewer) -> None:
    assert viewer.post("/templates/0123456789abcdef", change="restore").status_code in (404, 409)


def test_a_name_given_in_another_tab_is_not_replaced_without_a_question(viewer: Viewer) -> None:
    template = save(viewer, "Monday")
    url, typed = f"/templates/{template}", {"change": "rename", "name": "Sprint"}
    assert 'name="was" value="Monday"' in viewer.get("/templates").text
    assert viewer.post(url, change="rename", name="Tuesday", was="Monday").status_code == 200
    refused = viewer.post(url, **typed, was="Monday")
    assert refused.status_code == 409
    assert "This template was renamed in another tab or on another device." in refused.text
    assert "Currently saved: <b>Tuesday</b>" in refused.text
    assert 'name="name" type="text" value="Sprint"' in refused.text
    assert 'name="was" value="Tuesday"' in refused.text
    assert names(viewer) == ["Tuesday"]
    assert viewer.post(url, change="up", name="Monday", was="Monday").status_code == 200, (
        "moving renames nothing"
    )
    assert viewer.post(url, **typed, was="Tuesday").status_code == 200
    assert viewer.post(url, **typed, was="Tuesday").status_code == 200, "the same name needs no question"
    assert names(viewer) == ["Sprint"]
