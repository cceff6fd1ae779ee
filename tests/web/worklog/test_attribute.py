"""Attributes in the worklog dialog, in the list of a cell, in the list of days, and as a mark in the grid."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import make_team_view
from tests.web.support.two_sites import stored
from tests.web.support.viewer import Form, Viewer
from tests.web.support.worklog_form import address, form_at, send
from timesheet.domain.attribute.attribute import BILLABLE, BUILT_IN, Attribute, Kind, Option
from timesheet.domain.attribute.values import PROPERTY, displayed_values
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.worklog import Worklog
from timesheet.web.http.catalog import open_language
from timesheet.web.http.language import speaking
from timesheet.web.worklog.attribute import value_words

HOUR = 3600
ACTIVITY = Attribute(
    "activity",
    "Activity",
    Kind.SELECT,
    everywhere=True,
    options=(Option("d", "Design"), Option("o", "Old <b>", removed=True)),
)
REMOTE = Attribute("remote", "Remote", Kind.TOGGLE, "yes", everywhere=True)
DISTANCE = Attribute("distance", "Distance", Kind.NUMBER, everywhere=True)
TICKET = Attribute("ticket", "Ticket", Kind.TEXT, everywhere=True)


def define(app: Flask, site: JiraSite, *attributes: Attribute) -> None:
    with stored(app, site.client_key) as (stores, _):
        known = {one.id: one.version for one in stores.attributes.all()}
        for one in attributes:
            stores.attributes.save(replace(one, version=known.get(one.id, 0)))


def put(viewer: Viewer, **values: Any) -> Worklog:
    return viewer.scene.put(PAY, MONDAY, HOUR, properties={PROPERTY: values, "other": 1})


def properties_of(viewer: Viewer) -> list[Any]:
    return [(one.properties or {}).get(PROPERTY) for one in viewer.scene.jira.worklogs.values()]


def new_form(viewer: Viewer) -> Form:
    return Form(viewer.get("/worklogs/new", issue=PAY, day=MONDAY, start="09:00", end="600").text)


def test_a_new_worklog_has_the_defaults_and_what_is_chosen(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, ACTIVITY, REMOTE, TICKET, replace(BUILT_IN[0], everywhere=True))
    page = viewer.get("/worklogs/new", issue=PAY, day=MONDAY, start="09:00", end="600").text
    form = Form(page)
    assert form.fields["attribute-shown"] == "billable,activity,remote,ticket"
    assert 'name="attribute-remote" type="checkbox" value="yes" role="switch" class="switch" checked' in page
    assert 'name="attribute-billable" type="checkbox" value="yes">' in page
    answer = viewer.post(
        form.action, **{**form.fields, "attribute-activity": "d", "attribute-billable": "yes"}
    )
    assert answer.status_code == 200
    assert properties_of(viewer) == [{"remote": True, "activity": "d", "billable": True}]


def test_a_list_that_needs_a_value_asks_to_choose_and_another_one_can_have_none(
    viewer: Viewer, app: Flask
) -> None:
    address = {"issue": PAY, "day": MONDAY, "start": "09:00", "end": "600"}
    define(app, viewer.site, ACTIVITY)
    assert '<option value="">none</option>' in viewer.get("/worklogs/new", **address).text
    define(app, viewer.site, replace(ACTIVITY, required=True))
    page = viewer.get("/worklogs/new", **address).text
    assert '<option value="">Choose …</option>' in page
    assert ">none</option>" not in page


@pytest.mark.parametrize(
    ("locale", "value", "shown"),
    [
        ("en_GB", 12.5, "12.5"),
        ("de_DE", 12.5, "12,5"),
        ("de_DE", 12, "12"),
        ("de_DE", 1.234, "1.234"),
        ("pt_BR", -0.25, "-0,25"),
    ],
)
def test_a_number_is_shown_as_the_reader_writes_it_and_read_back_as_the_same(
    viewer: Viewer, app: Flask, locale: str, value: float, shown: str
) -> None:
    define(app, viewer.site, DISTANCE)
    worklog = put(viewer, distance=value)
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale=locale)
    form = form_at(viewer, address(worklog))
    assert form.fields["attribute-distance"] == shown
    assert send(viewer, form).status_code == 200
    assert send(viewer, form, duration="2h").status_code == 200
    assert properties_of(viewer) == [{"distance": value}]


def test_a_number_that_is_refused_stays_as_it_was_typed(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, DISTANCE)
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale="de_DE")
    form = new_form(viewer)
    answer = viewer.post(form.action, **{**form.fields, "attribute-distance": "1.5 km"})
    assert answer.status_code == 422
    assert 'value="1.5 km"' in answer.text


def test_a_worklog_is_logged_again_with_what_is_offered(viewer: Viewer, app: Flask) -> None:
    required = Attribute("kind", "Kind", Kind.TEXT, "call", everywhere=True, required=True)
    retired = replace(TICKET, retired=True)
    define(app, viewer.site, ACTIVITY, REMOTE, required, retired)
    held = put(viewer, activity="d", ticket="A-1")
    form = Form(viewer.get(f"/worklogs/{PAY}/{held.id}/again").text)
    assert viewer.post(form.action, **form.fields).status_code == 200
    assert properties_of(viewer)[-1] == {"activity": "d", "kind": "call"}


def test_a_box_that_is_not_checked_is_no(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, REMOTE)
    form = new_form(viewer)
    fields = {name: text for name, text in form.fields.items() if name != "attribute-remote"}
    assert viewer.post(form.action, **fields).status_code == 200
    assert properties_of(viewer) == [None]


def test_a_missing_required_value_is_named_next_to_its_field(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, replace(TICKET, required=True), ACTIVITY)
    form = new_form(viewer)
    answer = viewer.post(form.action, **{**form.fields, "attribute-activity": "d", "comment": "typed"})
    assert answer.status_code == 422
    assert 'id="error-attribute-ticket"' in answer.text
    assert "“Ticket” is required." in answer.text
    again = Form(answer.text)
    assert (again.fields["attribute-activity"], again.fields["comment"]) == ("d", "typed")
    assert viewer.post(again.action, **{**again.fields, "attribute-ticket": "PAY-1"}).status_code == 200
    assert properties_of(viewer) == [{"ticket": "PAY-1", "activity": "d"}]


def test_a_dialog_that_was_open_before_learns_of_a_required_attribute(viewer: Viewer, app: Flask) -> None:
    form = new_form(viewer)
    define(app, viewer.site, replace(TICKET, required=True))
    answer = viewer.post(form.action, **form.fields)
    assert answer.status_code == 422
    assert 'name="attribute-ticket"' in answer.text


def test_what_is_gone_is_shown_as_gone_and_stays(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, ACTIVITY, replace(TICKET, retired=True), replace(REMOTE, retired=True))
    worklog = put(viewer, activity="o", ticket="7", remote=True)
    page = viewer.get(f"/worklogs/{PAY}/{worklog.id}").text
    assert "Old &lt;b&gt; (removed)" in page
    assert "Ticket (retired): 7" in page
    assert "Remote (retired)" in page
    form = Form(page)
    assert viewer.post(form.action, **{**form.fields, "comment": "new"}).status_code == 200
    assert properties_of(viewer) == [{"activity": "o", "ticket": "7", "remote": True}]
    assert viewer.scene.jira.worklogs[worklog.id].comment


def test_a_conflict_keeps_what_was_chosen(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, TICKET)
    worklog = put(viewer, ticket="7")
    form = Form(viewer.get(f"/worklogs/{PAY}/{worklog.id}").text)
    viewer.scene.jira.worklogs[worklog.id] = replace(
        worklog, seconds=2 * HOUR, updated=worklog.updated + timedelta(seconds=5)
    )
    answer = viewer.post(form.action, **{**form.fields, "attribute-ticket": "8"})
    assert answer.status_code == 409
    again = Form(answer.text)
    assert viewer.post(again.action, **again.fields).status_code == 200
    assert properties_of(viewer) == [{"ticket": "8"}]


@pytest.mark.parametrize("text", ["[", "[1]", '{"a b": "x"}', '{"ticket": 1}', "[" * 3000])
def test_what_no_form_of_ours_sends_does_no_harm(viewer: Viewer, app: Flask, text: str) -> None:
    define(app, viewer.site, TICKET)
    form = new_form(viewer)
    fields = {name: text for name, text in form.fields.items() if name != "attribute-shown"}
    assert viewer.post(form.action, **fields, attributes=text).status_code in (200, 422)


def test_quick_add_takes_a_text_in_quotation_marks(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, replace(TICKET, name="Cost center"))
    answer = viewer.post("/quick-add/lines", lines='PAY-12 1h #cost-center="A & B"').text
    assert "Cost center: A &amp; B" in answer


def test_lists_and_tooltip_name_the_values(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, ACTIVITY, REMOTE)
    put(viewer, activity="d", remote=True)
    for answer in (
        viewer.get("/worklogs/cell", issue=PAY, day=MONDAY),
        viewer.get("/timesheet", day=MONDAY, layout="list"),
        viewer.get("/timesheet/tip", issue=PAY, day=MONDAY),
    ):
        assert answer.status_code == 200
        assert "Activity: Design" in answer.text
        assert "Remote" in answer.text


@pytest.mark.parametrize(
    ("comments", "mark"), [((None,), "a"), ((text_to_adf("done"),), "c a"), ((None, None), "a")]
)
def test_a_cell_shows_that_there_are_values(
    viewer: Viewer, app: Flask, comments: tuple[Any, ...], mark: str
) -> None:
    define(app, viewer.site, REMOTE)
    for comment in comments:
        viewer.scene.put(PAY, MONDAY, HOUR, comment=comment, properties={PROPERTY: {"remote": True}})
    text = viewer.get("/timesheet", day=MONDAY).text
    assert re.search(rf'<td[^>]* class="?{mark}"?[ >]', text), text


def test_a_cell_that_lacks_what_is_required_says_where_to_enter_it(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, replace(TICKET, required=True))
    viewer.get("/timesheet", day=MONDAY)
    answer = viewer.post("/timesheet/cell", issue=PAY, day=MONDAY, value="1", key="key-00001", date=MONDAY)
    assert answer.status_code == 422
    assert "“Ticket” is required. Log this time in the dialog" in answer.text
    assert viewer.scene.jira.worklogs == {}


def test_billable_is_translated_until_somebody_renames_it(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, replace(BUILT_IN[0], name="Invoiced", everywhere=True))
    assert "Invoiced" in viewer.get("/worklogs/new", issue=PAY, day=MONDAY).text
    assert BILLABLE in new_form(viewer).fields["attribute-shown"]


def test_quick_add_takes_tags_and_shows_what_they_mean(viewer: Viewer, app: Flask) -> None:
    define(app, viewer.site, ACTIVITY, replace(BUILT_IN[0], everywhere=True))
    read = viewer.post("/quick-add/lines", lines="PAY-12 1h #billable #design")
    assert "Billable" in read.text
    assert "Activity: Design" in read.text
    answer = viewer.post("/quick-add", line="PAY-12 1h #billable #design", key="line-00001", today="")
    assert answer.status_code == 200, answer.text
    assert properties_of(viewer) == [{"activity": "d", "billable": True}]


def test_a_lead_reads_them_behind_the_figure_of_a_member(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    view = make_team_view(app, site, clock)
    define(app, site, ACTIVITY)
    values = {PROPERTY: {"activity": "d"}}
    view.viewer.scene.put(PAY, MONDAY, HOUR, author="ana", properties=values)
    answer = view.viewer.get("/teams/alpha/worklogs", person="ana", day=MONDAY)
    assert answer.status_code == 200, answer.text
    assert "Activity: Design" in answer.text


@pytest.mark.parametrize(("language", "shown"), [("en", "Effort: 1.5"), ("de", "Effort: 1,5")])
def test_a_number_is_shown_as_the_reader_writes_it(language: str, shown: str) -> None:
    [value] = displayed_values([Attribute("effort", "Effort", Kind.NUMBER)], {"effort": 1.5})
    with speaking(open_language(language)):
        assert value_words(value) == shown
