"""Saved views over HTTP: saving, opening, changing, and deleting them, and whose they are."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from markupsafe import escape

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.report.test_report import HOUR, TEAM, figures
from tests.web.support.recorded_events import events
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view
from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.audit.action import Action
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.team import TeamPermission

BY_PERSON = {"rows": ["person"], "figure": ["spent", "capacity"]}


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Return a team in which ana logged two hours, and the viewer, who leads it, three."""
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 2 * HOUR, author="ana")
    view.viewer.scene.put(OPS, MONDAY + timedelta(days=1), 3 * HOUR)
    return view


def stored_views(team: TeamView) -> list[ReportView]:
    with team.app.app_context():
        return list(team.stores.views.of("viewer-1", ["alpha"]))


def save(team: TeamView, name: str = "Ours", report: Any = BY_PERSON, **values: str) -> Any:
    """Save the team's report by person as a view, or another ``report`` of it."""
    form = {"id": "v1", "name": name, "of": "", "version": "0", **TEAM, **report, **values}
    return team.viewer.post("/reports/views", **form)


def test_a_report_is_saved_and_opened_by_its_link(team: TeamView) -> None:
    answer = save(team)
    assert answer.status_code == 200
    assert "The view Ours is saved." in answer.text
    assert "View: Ours" in answer.text
    html = team.viewer.get("/reports", view="v1").text
    assert figures(html)["Name of ana"] == ["2:00", "40:00"]
    assert '<input type="hidden" name="view" value="v1">' in html
    assert "<dt>Report</dt><dd>Ours</dd>" in html
    link = unescape(team.viewer.get("/reports/views/v1").text)
    assert "reports?ac.report=view%3Dv1" in link


def test_a_link_to_a_report_has_its_choice_without_the_open_list_of_filters(team: TeamView) -> None:
    chosen = {**TEAM, "range": "last-month", "rows": ["person"], "text": "a & b", "panel": "1"}
    html = unescape(team.viewer.get("/reports/views/link", **chosen).text)
    [link] = re.findall(r'value="([^"]+)"', html)
    [report] = parse_qs(urlsplit(link).query)["ac.report"]
    sent = parse_qs(report)
    assert (sent["who"], sent["range"], sent["rows"], sent["text"]) == (
        [TEAM["who"]], ["last-month"], ["person"], ["a & b"],
    )  # fmt: skip
    assert "panel" not in sent
    shown = team.viewer.get("/reports", **parse_qs(report)).text
    assert f'data-place="/reports?{escape(report)}"' in shown


def test_a_view_stores_its_query_and_people_separately(team: TeamView) -> None:
    people = {**BY_PERSON, "only-person": ["ana", "bo"]}
    save(team, report=people, range="last-month", panel="1", jql="labels = x")
    [view] = stored_views(team)
    assert view.people == {"ana", "bo"}
    assert view.query == (
        "who=alpha&range=last-month&rows=person&columns=none&figure=spent&figure=capacity&jql=labels+%3D+x"
    )


def test_a_changed_report_is_no_longer_the_view_until_it_is_saved(team: TeamView) -> None:
    save(team)
    changed = {**TEAM, "rows": ["issue"], "view": "v1"}
    html = team.viewer.get("/reports", **changed).text
    assert "<dt>Report</dt>" not in html
    assert 'id="overwrite-view"' in html
    done = save(team, report={"rows": ["issue"]}, version="1", overwrite="1", view="v1")
    assert 'id="overwrite-view"' not in done.text
    assert "rows=issue" in stored_views(team)[0].query
    renamed = save(team, "New name", report={"rows": ["project"]}, version="2")
    assert "View: New name" in renamed.text
    assert "rows=issue" in stored_views(team)[0].query


def test_the_form_of_an_own_view_says_how_it_is_shared_with_a_team(team: TeamView) -> None:
    save(team)
    assert 'id="view-own"' in team.viewer.get("/reports/views/v1").text
    save(team, "Theirs", id="v2", of="alpha")
    assert 'id="view-own"' not in team.viewer.get("/reports/views/v2").text
    assert 'id="view-own"' not in team.viewer.get("/reports/views/new").text


def test_names_are_checked_and_a_second_save_shows_the_first(team: TeamView) -> None:
    assert (save(team, " ").status_code, save(team).status_code) == (422, 200)
    taken = save(team, "ours", id="v2")
    assert (taken.status_code, "There is a view named “ours” already." in taken.text) == (422, True)
    save(team, "Renamed", version="1")
    second = save(team, "Mine", version="1")
    assert (second.status_code, "Currently saved: <b>Renamed</b>" in second.text) == (409, True)


def test_a_deleted_view_is_said_in_one_sentence(team: TeamView) -> None:
    save(team)
    answer = team.viewer.post("/reports/views/v1/delete", **{**TEAM, **BY_PERSON, "view": "v1"})
    assert "The view Ours is deleted." in answer.text
    assert figures(answer.text)["Name of ana"] == ["2:00", "40:00"]
    assert stored_views(team) == []
    gone = team.viewer.get("/reports", view="v1")
    assert (gone.status_code, "This view no longer exists, or you cannot see it." in gone.text) == (404, True)
    assert 'id="report-choice"' in gone.text
    [rest] = re.findall(r'id="without-view"\s+hx-get="/reports\?(.*?)"', gone.text)
    assert team.viewer.get("/reports", **parse_qs(unescape(rest))).status_code == 200
    assert team.viewer.get("/reports", **TEAM, view="v1").status_code == 200
    again = team.viewer.post("/reports/views/v1/delete", **{**TEAM, **BY_PERSON})
    assert (again.status_code, "This view no longer exists" in again.text) == (404, True)
    assert figures(again.text)["Name of ana"] == ["2:00", "40:00"]
    assert 'class="flag problem"' in again.text


@pytest.mark.parametrize("view", ["no id", "V1", "a" * 99])
def test_a_link_to_a_malformed_view_says_that_it_does_not_exist(team: TeamView, view: str) -> None:
    gone = team.viewer.get("/reports", view=view)
    assert (gone.status_code, "This view no longer exists, or you cannot see it." in gone.text) == (404, True)
    [rest] = re.findall(r'id="without-view"\s+hx-get="/reports\?(.*?)"', gone.text)
    assert "view=" not in rest
    shown = team.viewer.get("/reports", **{**TEAM, **BY_PERSON, "view": view})
    assert (shown.status_code, figures(shown.text)["Name of ana"]) == (200, ["2:00", "40:00"])


def test_a_view_that_somebody_deleted_can_be_saved_again(team: TeamView) -> None:
    save(team)
    team.viewer.post("/reports/views/v1/delete", **{**TEAM, **BY_PERSON})
    stale = save(team, "Renamed", version="1")
    assert (stale.status_code, "This was deleted while you were editing." in stale.text) == (409, True)
    assert 'name="version" value="0"' in stale.text.replace("\n        value", " value")
    assert 'value="Renamed"' in stale.text
    assert save(team, "Renamed", version="0").status_code == 200
    assert [view.name for view in stored_views(team)] == ["Renamed"]


def test_a_view_of_a_deleted_team_and_one_with_an_old_field_say_so(team: TeamView) -> None:
    with team.app.app_context():
        for id_, query in (("t", "who=deleted&rows=person"), ("f", "who=alpha&rows=person&rows=sprint")):
            team.stores.views.save(ReportView(id_, id_, f"{query}&only-fix=1", owner="viewer-1"))
        team.commit()
    answer = team.viewer.get("/reports", view="t")
    assert (answer.status_code, "A team of this report no longer exists." in answer.text) == (
        404,
        True,
    )
    html = team.viewer.get("/reports", view="f").text
    assert "This view was saved with sprint and fix, which reports no longer have." in html
    assert list(figures(html))[-1] == "Total"


def test_a_view_that_cannot_be_read_can_be_deleted(team: TeamView) -> None:
    """An import can bring such a view."""
    with team.app.app_context():
        broken = ReportView("v", "Broken", "who=alpha&rows=person&range=custom&first=x", team_id="alpha")
        team.stores.views.save(replace(broken, default=True))
        team.commit()
    for link in ({"view": "v"}, {"who": "alpha"}):
        answer = team.viewer.get("/reports", **link)
        assert (answer.status_code, "“x” is not a date." in answer.text) == (422, True)
        assert "View: Broken" in answer.text
        assert 'id="edit-view"' in answer.text
    assert team.viewer.post("/reports/views/v/delete", **TEAM).status_code == 200
    assert team.viewer.get("/reports", who="alpha").status_code == 200


def test_no_value_of_an_attribute_is_kept_not_even_as_a_hash(team: TeamView) -> None:
    with team.app.app_context():
        for id_, kind in (("ticket", Kind.TEXT), ("effort", Kind.NUMBER), ("activity", Kind.SELECT)):
            options = (Option("old", "Old", removed=True), Option("new", "New"))
            team.stores.attributes.save(Attribute(id_, id_.title(), kind, options=options))
        team.commit()
    ticket = hashlib.sha256(b"Wombat Holdings").hexdigest()[:24]
    report = {
        "only-attribute-ticket": [ticket, "none"],
        "only-attribute-effort": "37",
        "only-attribute-activity": ["old", "Wombat"],
    }
    assert save(team, report=report).status_code == 200
    query = stored_views(team)[0].query
    assert "only-attribute-activity=old&only-attribute-ticket=none" in query
    assert not any(value in query for value in (ticket, "37", "Wombat"))


def test_a_view_by_an_attribute_that_is_gone_shows_the_rest(team: TeamView) -> None:
    gone = "who=alpha&rows=attribute-gone&rows=person&only-attribute-gone=yes&only-attribute-gone-has=x"
    kept = "&only-attribute-ticket=none"
    with team.app.app_context():
        team.stores.attributes.save(Attribute("ticket", "Ticket", Kind.TEXT))
        team.stores.views.save(ReportView("v", "v", gone + kept, owner="viewer-1"))
        team.commit()
    html = team.viewer.get("/reports", view="v").text
    assert "This view was saved with a deleted attribute, which reports no longer have." in html
    assert "Ticket: Not set" in html
    assert list(figures(html))[-1] == "Total"


def test_a_team_opens_with_its_default_view(app: Flask, site: JiraSite, team: TeamView) -> None:
    save(team, of="alpha", default="1", range="this-year")
    html = team.viewer.get("/reports", who="alpha").text
    assert "View: Ours" in html
    assert figures(html)["Name of ana"][0] == "2:00"
    assert '<span class="tag">default</span>' in html
    assert "View: Ours" not in team.viewer.get("/reports", **TEAM).text
    assert [event.action for event in events(app, site.client_key)][-1] is Action.VIEW_CREATED


def test_only_a_view_of_a_team_can_be_its_default_and_is_deleted_for_everybody(team: TeamView) -> None:
    save(team, of="alpha")
    save(team, "Mine", id="v2")
    for view, of_team in (("v1", True), ("v2", False)):
        dialog = team.viewer.get(f"/reports/views/{view}").text
        assert 'id="delete-view"' in dialog
        assert ('id="view-default"' in dialog) is of_team
        assert ("Everybody in the team loses this view." in dialog) is of_team


def test_views_of_a_team_are_changed_by_those_who_manage_it(team: TeamView) -> None:
    save(team, of="alpha")
    team.change(lead="boss")
    team.role("see", TeamPermission.VIEW_WORKLOGS)
    team.add("viewer-1", "see")
    html = team.viewer.get("/reports", view="v1").text
    assert "Link …" in html
    assert "rename" not in html
    dialog = team.viewer.get("/reports/views/v1").text
    assert 'id="view-link"' in dialog
    assert 'id="delete-view"' not in dialog
    assert save(team, "Mine now", of="alpha", version="1").status_code == 403
    assert save(team, "New", of="alpha", id="v2").status_code == 403
    assert team.viewer.post("/reports/views/v1/delete", **TEAM).status_code == 403
    assert 'id="view-of"' not in team.viewer.get("/reports/views/new").text


def test_views_of_others_are_not_there(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.views.save(ReportView("theirs", "Secret", "rows=person", owner="ana"))
        team.commit()
    for answer in (
        team.viewer.get("/reports", view="theirs"),
        team.viewer.get("/reports/views/theirs"),
        save(team, id="theirs"),
        save(team, id="theirs", version="1"),
        team.viewer.post("/reports/views/theirs/delete", **TEAM),
    ):
        assert (answer.status_code, "Secret" in answer.text) == (404, False)
    assert re.findall("Secret", team.viewer.get("/reports").text) == []


def test_a_report_with_too_many_filters_is_not_saved(team: TeamView) -> None:
    many = {"rows": ["person"], "only-project": [f"{number:0200}" for number in range(200)]}
    answer = save(team, report=many)
    assert (answer.status_code, "too many filters to be saved" in answer.text) == (422, True)
    assert save(team, report={"rows": ["person"], "only-person": "x y"}).status_code == 422
    assert stored_views(team) == []
