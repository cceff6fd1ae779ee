"""The charts of a report over HTTP: which ones are offered, their marks and words, and that they come when opened."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view
from timesheet.domain.errors import JiraUnavailable
from timesheet.web.http.issue import project_color
from timesheet.web.report import drawing

HOUR = 3600
WEEK = {"range": "custom", "first": MONDAY.isoformat(), "last": (MONDAY + timedelta(days=6)).isoformat()}
TEAM = {"who": "alpha", "rows": ["person"], **WEEK}


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Return a team on Monday: ana logged twelve hours in PAY, and the viewer, who leads it, three in OPS."""
    view = make_team_view(app, site, clock)
    scene = view.viewer.scene
    scene.jira.issues[PAY] = replace(
        scene.jira.issues[PAY], project_id=77, project_key="PAY", project_name="Project PAY"
    )
    scene.put(PAY, MONDAY, 12 * HOUR, author="ana")
    scene.put(OPS, MONDAY, 3 * HOUR)
    return view


def draw(team: TeamView, chart: str, **query: object) -> str:
    return team.viewer.get("/reports/chart", **{**TEAM, "chart": chart, **query}).text


def said(html: str) -> list[str]:
    """Return what the marks of a chart show, in words."""
    return re.findall(r'role="img"[^>]*>\s*<title>([^<]*)</title>', html)


def pressed(html: str) -> list[str]:
    return re.findall(r'id="chart-(\w+)" aria-pressed="true"', html)


def test_a_report_offers_its_charts_and_draws_none(team: TeamView) -> None:
    html = team.viewer.get("/reports", **TEAM).text
    assert re.findall(r'id="chart-(\w+)" aria', html) == ["people", "load", "burn", "share", "trend"]
    assert pressed(html) == []
    assert '<svg class="marks"' not in html
    own = team.viewer.get("/reports", **WEEK).text
    assert re.findall(r'id="chart-(\w+)" aria', own) == ["burn", "share", "trend"]
    empty = team.viewer.get("/reports", range="custom", first="2024-01-01", last="2024-01-31").text
    assert "report-charts" not in empty


def test_a_chosen_chart_is_fetched_after_the_report(team: TeamView) -> None:
    html = team.viewer.get("/reports", **TEAM, chart="load").text
    assert pressed(html) == ["load"]
    assert '<input type="hidden" name="chart" value="load" form="report-choice">' in html
    assert re.search(r'id="loading-[\d.]+" aria-busy="true" hx-get="/reports/chart\?[^"]*chart=load"', html)
    assert "chart" not in (re.findall(r'id="chart-load" aria[^>]*hx-get="([^"]*)"', html)[0]).split("?")[1]
    assert "loading-" not in draw(team, "load")
    folded = team.viewer.get("/reports/chart", **TEAM).text
    assert (pressed(folded), said(folded), "loading-" in folded) == ([], [], False)


@pytest.mark.parametrize("chart", ["people", "load", "burn", "share", "trend"])
def test_the_figures_of_a_chart_are_one_press_from_the_table(team: TeamView, chart: str) -> None:
    html = draw(team, chart, rows=["issue"], rounding="row-15", sort="total:spent")
    [address] = re.findall(r'id="chart-as-table"\s+hx-get="/reports\?([^"]*)"', html)
    table = team.viewer.get("/reports", **parse_qs(unescape(address))).text
    assert '<option value="row-15" selected>' in table
    assert "chart-as-table" not in table
    assert "chart-as-table" not in team.viewer.get("/reports", **TEAM).text


def test_people_and_their_capacity(team: TeamView) -> None:
    html = draw(team, "people")
    assert pressed(html) == ["people"]
    assert said(html) == ["Name of ana: 12:00 of 40:00", "Name of viewer-1: 3:00 of 40:00"]
    assert '<desc id="drawing-about">15:00 of 80:00' in html
    assert 'class="spent" x="0.0%" y="22" width="30.0%"' in html
    assert 'class="beyond"' not in html


def test_the_load_of_each_day(team: TeamView) -> None:
    html = draw(team, "load")
    assert len(said(html)) == 14
    assert said(html)[0] == "Name of ana, Mon 16 Nov: 12:00 of 8:00"
    assert said(html)[7] == "Name of viewer-1, Mon 16 Nov: 3:00 of 8:00"
    assert re.findall(r'class="mark (\w*)"', html) == ["h5", *[""] * 4, "o", "o", "h1", *[""] * 4, "o", "o"]
    assert html.count('class="top"') == 1
    assert html.count('tabindex="0"') == 2, "the figure and the first mark"


def test_progress_ends_today(team: TeamView) -> None:
    html = draw(team, "burn")
    assert said(html)[0] == "Until Mon 16 Nov: 15:00 of 16:00"
    assert said(html)[1] == "Until Tue 17 Nov: capacity 32:00"
    assert html.count("<circle") == 1
    assert re.search(r'class="spent-line" points="\d+,\d+ "', html)
    assert re.search(r'class="capacity-line" points="(\d+,\d+ ){7}"', html)


def test_shares_are_of_projects_and_of_what_the_rows_say(team: TeamView) -> None:
    assert said(draw(team, "share")) == ["Project PAY: 12:00 · 80.0%", "Project OPS: 3:00 · 20.0%"]
    assert f'class="spent {project_color(77)}"' in draw(team, "share")
    html = draw(team, "share", rows=["type", "person"])
    assert 'class="spent" x' in html
    assert "Shares of the time: Issue type" in html


def test_shares_add_up_here_and_on_the_page_of_a_team(team: TeamView) -> None:
    for day, hours in enumerate((23, 10), 1):
        team.viewer.scene.put(PAY, MONDAY + timedelta(days=day), hours * HOUR, author="ana")
    assert said(draw(team, "share")) == ["Project PAY: 45:00 · 93.8%", "Project OPS: 3:00 · 6.2%"]
    page = team.viewer.get("/teams/alpha", tab="projects", period=MONDAY).text
    assert re.findall(r'<td class="number">([\d.]+%)</td>', page) == ["93.8%", "6.2%"]


def test_small_shares_are_added_up(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST_SHARES", 1)
    assert said(draw(team, "share"))[1] == "1 other: 3:00 · 20.0%"


def test_the_trend_has_a_column_for_each_day(team: TeamView) -> None:
    html = draw(team, "trend")
    assert said(html)[:2] == ["Mon 16 Nov: 15:00 of 16:00", "Tue 17 Nov: 0:00 of 16:00"]
    months = draw(team, "trend", first="2026-01-01", last="2026-12-31")
    assert "Nov 2026" in "".join(said(months))


@pytest.mark.parametrize(("chart", "marks"), [("people", 1), ("load", 7)])
def test_more_people_than_a_chart_holds_are_on_pages(
    team: TeamView, monkeypatch: pytest.MonkeyPatch, chart: str, marks: int
) -> None:
    """Bars of all pages have one scale, and the sums beside the title are those of everybody."""
    everybody = draw(team, chart)
    assert "chart-pages" not in everybody
    monkeypatch.setattr(drawing, "MOST_BARS", 1)
    monkeypatch.setattr(drawing, "MOST_LOADS", 1)
    pages = {page: draw(team, chart, **{"chart-page": page}) for page in ("", "1", "2", "9", "x")}
    assert [*said(pages["1"]), *said(pages["2"])] == said(everybody)
    assert len(said(pages["1"])) == marks
    assert (said(pages[""]), said(pages["x"]), said(pages["9"])) == (
        said(pages["1"]),
        said(pages["1"]),
        said(pages["2"]),
    )
    assert "1–1 of 2 people. Totals include everybody." in pages["1"]
    assert "15:00 of 80:00" in pages["2"]
    assert re.search(
        r'id="people-next" hx-get="/reports/chart\?[^"]*&amp;chart-page=2"[^>]*(?<!disabled)>', pages["1"]
    )
    assert re.search(r'id="people-previous"[^>]* disabled', pages["1"])
    assert re.search(r'id="people-next"[^>]* disabled', pages["2"])


def test_charts_are_not_rounded_and_say_so(team: TeamView) -> None:
    team.viewer.scene.put(PAY, MONDAY, 20 * 60, author="ana")
    html = draw(team, "people", rounding="row-60")
    assert said(html)[0] == "Name of ana: 12:20 of 40:00"
    assert "time that is not rounded" in html
    assert "not rounded" not in draw(team, "people")


def test_filters_hold_for_charts(team: TeamView) -> None:
    assert said(draw(team, "share", **{"only-person": "ana"})) == ["Project PAY: 12:00 · 100.0%"]


def test_without_jira_there_is_no_chart(team: TeamView) -> None:
    team.viewer.scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is down.")]
    answer = team.viewer.get("/reports/chart", **TEAM, chart="people")
    assert (answer.status_code, "Jira is down." in answer.text) == (502, True)


def test_t15_a_total_has_its_exact_time_beside_it(team: TeamView) -> None:
    """Three times 20 minutes are 0.99 by day and 1.00 by person, so the same time has two printed totals."""
    scene = team.viewer.scene
    scene.put(OPS, MONDAY + timedelta(days=4), 90)
    for day in (1, 2, 3):
        scene.put(PAY, MONDAY + timedelta(days=day), 20 * 60, author="ana")
    totals = {chart: total(draw(team, chart, hours="decimal")) for chart in ("people", "load", "share")}
    assert totals == {
        "people": [("exactly 16:01:30 of 80.00", "16.03 of 80.00")],
        "load": [("exactly 16:01:30 of 80.00", "16.02 of 80.00")],
        "share": [("exactly 16:01:30", "16.03 in all")],
    }
    assert total(draw(team, "people", last=MONDAY.isoformat())) == [("", "15:00 of 16:00")]


@pytest.mark.parametrize(
    ("chart", "mark"),
    [
        ("people", "Name of ana: 12:02 of 40:00 · exactly 12:01:30 of 40:00"),
        ("load", "12:02 of 8:00 · exactly 12:01:30 of 8:00"),
        ("burn", "15:02 of 16:00 · exactly 15:01:30 of 16:00"),
        ("trend", "15:02 of 16:00 · exactly 15:01:30 of 16:00"),
        ("share", "Project PAY: 12:02 · 80.0% · exactly 12:01:30"),
    ],
)
def test_t15_a_mark_has_its_exact_time_beside_it(team: TeamView, chart: str, mark: str) -> None:
    team.viewer.scene.put(PAY, MONDAY, 90, time(15), "ana")
    rows = {"rows": ["project"]} if chart == "share" else {}
    marks = said(draw(team, chart, columns="day", **rows))
    assert any(one.endswith(mark) for one in marks), marks
    assert sum("exactly" in one for one in marks) == 1, marks


def total(html: str) -> list[tuple[str, str]]:
    """Return the total above a chart after its tooltip."""
    return re.findall(r'<span(?: title="([^"]*)")?>(\d[^<]*)</span>', html)
