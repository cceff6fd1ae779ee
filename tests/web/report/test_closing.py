"""Figures as closed, on the page and in files, beside those of now and the difference."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.report.test_export import CSV, JSON, exports, table_of, terms_of
from tests.web.report.test_report import HOUR, figures
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view

NOVEMBER = {"range": "custom", "first": "2026-11-01", "last": "2026-11-30"}
CLOSED = {"who": "alpha", "rows": "person", "closed": "1", **NOVEMBER}
NAMES = ("Spent as closed", "Spent now", "Since closing")


@pytest.fixture
def closed(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Return a team that closed November with two hours of ana and three of the viewer; ana's are one hour now."""
    view = make_team_view(app, site, clock)
    late = view.viewer.scene.put(PAY, MONDAY, HOUR, author="ana")
    view.viewer.scene.put(PAY, MONDAY, HOUR, author="ana")
    view.viewer.scene.put(OPS, MONDAY, 3 * HOUR)
    view.travel(datetime(2026, 12, 1, 10, tzinfo=UTC))
    view.close("2026-11-01")
    del view.viewer.scene.jira.worklogs[late.id]
    return view


def test_the_page_shows_both_figures_and_the_difference(closed: TeamView) -> None:
    html = closed.viewer.get("/reports", **CLOSED, refresh="1").text
    rows = figures(html)
    assert [cell.strip() for cell in rows["Name of ana"]] == ["2:00", "1:00", "−1:00"]
    assert rows["Name of viewer-1"] == ["3:00", "3:00", ""]
    assert [cell.strip() for cell in rows["Total"]] == ["5:00", "4:00", "−1:00"]
    assert html.count("less than at the closing") == 2
    assert 'class="s under"' in html
    assert [html.count(f">{name}<") for name in NAMES] == [1, 1, 1]
    assert 'value="1" checked>Closed periods as closed' in html
    assert "1 of 1 period is closed and shown as closed" in html
    assert "as their closings recorded them" in html
    assert 'id="report-charts"' not in html


def test_worklogs_behind_a_figure_as_closed_are_those_of_now(closed: TeamView) -> None:
    html = closed.viewer.get("/reports/worklogs", **CLOSED, row="ana", column="total:spent").text
    assert "A closing stores sums" in html


def test_what_has_no_figures_as_closed_says_why_and_keeps_the_choice(closed: TeamView) -> None:
    html = closed.viewer.get("/reports", **{**CLOSED, "rows": "project"})
    assert (html.status_code, "A closing keeps one sum for each member" in html.text) == (422, True)
    assert 'value="1" checked>Closed periods as closed' in html.text
    own = closed.viewer.get("/reports", **{**CLOSED, "who": "me"}).text
    assert "Your own time has no closing" in own
    assert 'id="choose-closed"' in own
    assert 'id="choose-closed"' not in closed.viewer.get("/reports", who="me").text


def test_files_have_the_figures_of_the_screen_and_what_they_mean(closed: TeamView) -> None:
    closed.viewer.get("/reports", **CLOSED, refresh="1")
    answer = closed.viewer.get(CSV, **CLOSED)
    found = table_of(answer)
    assert [[int(row[f"{name} (seconds)"]) for name in NAMES] for row in found] == [
        [2 * HOUR, HOUR, -HOUR],
        [3 * HOUR, 3 * HOUR, 0],
        [5 * HOUR, 4 * HOUR, -HOUR],
    ]
    assert terms_of(answer)["Closed periods"] == "1 of 1 period is closed and shown as closed"
    query = json.loads(closed.viewer.get(JSON, **CLOSED).text)["asked"]
    assert (query["as_closed"], query["figures"]) == ({"closed": 1, "periods": 1}, ["spent", "now", "since"])
    plain = closed.viewer.get(JSON, **{**CLOSED, "closed": ""}).text
    assert json.loads(plain)["asked"]["as_closed"] is None
    as_closed = [event.after.get("as_closed") for event in exports(closed)]
    assert (as_closed.count(True), as_closed.count(None)) == (2, 1)


def test_figures_that_come_with_closings_cannot_be_chosen(closed: TeamView) -> None:
    html = closed.viewer.get(
        "/reports", **{**CLOSED, "closed": ""}, figure=["now", "since"], refresh="1"
    ).text
    assert figures(html)["Total"] == ["4:00"]
    assert 'value="since"' not in html


def test_a_saved_view_keeps_how_closed_periods_and_days_of_entry_are_chosen(closed: TeamView) -> None:
    entered = {"entered-first": "2026-11-01", "entered-last": "2026-11-30"}
    for number, query in enumerate((CLOSED, {**CLOSED, "closed": "", **entered})):
        sent = {**query, "id": f"view-{number}", "name": f"View {number}", "version": "0"}
        assert closed.viewer.post("/reports/views", **sent).status_code == 200
    assert "Since closing" in closed.viewer.get("/reports", view="view-0").text
    opened = closed.viewer.get("/reports", view="view-1").text
    assert "1 November 2026 to 30 November 2026" in opened
    assert 'name="entered-last" value="2026-11-30"' in opened
