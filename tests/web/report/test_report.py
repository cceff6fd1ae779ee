"""The page of reports over HTTP: what it shows to whom, its rows, its worklogs, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.recorded_events import events
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, forbidden, make_team_view
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import TeamPermission
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.issue import Parent
from timesheet.services.ports.jira import Missing
from timesheet.services.report import facet
from timesheet.web.report import table

HOUR = 3600
ENTERED = datetime(2026, 11, 17, 8, 5, tzinfo=UTC)
WEEK = {"range": "custom", "first": MONDAY.isoformat(), "last": (MONDAY + timedelta(days=6)).isoformat()}
TEAM = {"who": "alpha", "rows": ["person", "issue"], **WEEK}


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Return a team in which ana logged two hours, and the viewer, who leads it, three."""
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(
        PAY, MONDAY, 2 * HOUR, author="ana", comment=text_to_adf("A <b>talk</b>"), created=ENTERED
    )
    view.viewer.scene.put(OPS, MONDAY + timedelta(days=1), 3 * HOUR)
    return view


def figures(html: str) -> dict[str, list[str]]:
    """Return the cells of each row, the total among them, by the text of its head."""
    rows = re.findall(r"<tr[^>]*>\s*<th scope=\"?row\"?>(.*?)((?:<td[^>]*>[^<]*)+)", html, re.DOTALL)
    tags = re.compile(r'<button[^>]*class="link-button to-sheet".*?</button>|<[^>]*>')
    return {
        tags.sub("", head).strip(): [cell.strip() for cell in re.findall(r"<td[^>]*>([^<]*)", cells)]
        for head, cells in rows
    }


def test_the_page_fetches_the_report_that_its_address_names(site: JiraSite, team: TeamView) -> None:
    page = site.load("/reports", {"report": urlencode({"who": "alpha", "jwt": "x"})})
    assert 'hx-get="/reports?who=alpha"' in page.text
    assert "<title>Reports</title>" in page.text
    assert 'hx-get="/reports"' in site.load("/reports").text
    assert team.viewer.site is site


def test_own_time_of_this_month_comes_first(team: TeamView) -> None:
    html = team.viewer.get("/reports").text
    assert figures(html) == {"Project OPS OPS": ["3:00"], "Total": ["3:00"]}
    assert "November 2026" in html
    assert ">1 worklog you may see in Jira</span>" in html


def test_no_id_of_a_long_filter_is_cut_to_another_one(team: TeamView) -> None:
    elsewhere = "9" * (400 - len(f",{PAY}"))
    html = team.viewer.get("/reports", **TEAM, **{"only-issue": f"{elsewhere},{PAY}0,{OPS}"}).text
    assert figures(html)["Total"] == ["3:00"]


def test_a_team_by_person_with_its_capacity(team: TeamView) -> None:
    figure = ["spent", "capacity", "difference", "percentage"]
    html = team.viewer.get("/reports", **TEAM, figure=figure).text
    assert figures(html) == {
        "Name of ana": ["2:00", "40:00", "−38:00", "5.0%"],
        "Name of viewer-1": ["3:00", "40:00", "−37:00", "7.5%"],
        "Total": ["5:00", "80:00", "−75:00", "6.3%"],
    }


def test_columns_are_days_with_figures_below_them(team: TeamView) -> None:
    html = team.viewer.get("/reports", **TEAM, columns="day", figure=["spent", "capacity"]).text
    assert figures(html)["Name of ana"] == ["2:00", "8:00", *["", "8:00"] * 4, *["", ""] * 2, "2:00", "40:00"]
    assert html.count('scope="colgroup" colspan="2"') == 8


def test_the_head_of_a_week_names_its_days_when_pointed_at(team: TeamView) -> None:
    weeks = {"columns": "week", "range": "custom", "first": "2026-11-14", "last": "2026-11-22"}
    one = team.viewer.get("/reports", **{**TEAM, **weeks}).text
    titles = re.findall(r'id="sort-\d+"[^>]*title="([^"]*)">([^<]*)<', one)
    assert titles == [
        ("Sort by Spent", "14–15 Nov 2026"),
        ("16–22 Nov 2026 · Sort by Spent", "2026-W47"),
        ("Sort by Spent", "Total"),
    ]
    two = team.viewer.get("/reports", **{**TEAM, **weeks, "figure": ["spent", "capacity"]}).text
    heads = re.findall(r'<th scope="colgroup" colspan="2"(?: class="s")?([^>]*)>([^<]*)<', two)
    assert heads == [("", "14–15 Nov 2026"), (' title="16–22 Nov 2026"', "2026-W47"), ("", "Total")]
    assert re.findall(r'id="sort-3"[^>]*title="([^"]*)"', two) == ["Sort by Spent"]


def test_totals_of_one_range_of_days_are_known_to_repeat_it(team: TeamView) -> None:
    several = {**TEAM, "figure": ["spent", "capacity"], "columns": "day", "range": "custom"}
    one = team.viewer.get("/reports", **{**several, "first": MONDAY, "last": MONDAY}).text
    assert "report-table total-again" in one
    two = team.viewer.get("/reports", **{**several, "first": MONDAY, "last": MONDAY + timedelta(days=1)}).text
    assert "report-table" in two
    assert "total-again" not in two
    assert "total-again" not in team.viewer.get("/reports", **{**several, "columns": "none"}).text
    alone = {**several, "figure": ["spent"], "first": MONDAY, "last": MONDAY}
    assert 'report-table one-total"' in team.viewer.get("/reports", **alone).text


def test_rows_below_a_row_come_when_it_is_opened(team: TeamView) -> None:
    html = team.viewer.get("/reports", **TEAM).text
    assert "PAY-12" not in html
    below = team.viewer.get("/reports/rows", **TEAM, row="ana").text
    assert figures(below) == {"PAY-12 Work on PAY-12": ["2:00"]}
    assert "class=l1" in below
    assert "/browse/PAY-12" in below


def test_long_groups_come_in_parts(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 1)
    html = team.viewer.get("/reports", **TEAM).text
    assert "Show more (1 left)" in html
    assert "1 more row is not printed. The totals include it." in html
    rest = team.viewer.get("/reports/rows", **TEAM, start=1).text
    assert list(figures(rest)) == ["Name of viewer-1"]
    assert "Show more" not in rest


def test_the_worklogs_behind_a_cell(team: TeamView) -> None:
    html = team.viewer.get("/reports/worklogs", **TEAM, row=f"ana/{PAY}", column="total:spent").text
    assert "A &lt;b&gt;talk&lt;/b&gt;" in html
    assert "Total of 1" in html
    assert '<b class="entry-duration">2:00</b>' in html
    assert "Entered on 17 Nov 2026, 09:05:00" in html
    assert "time in Europe/Berlin" in html
    nothing = team.viewer.get(
        "/reports/worklogs", **TEAM, column="total:spent", **{"only-person": "eve"}
    ).text
    assert "This cell has no worklogs" in nothing
    gone = team.viewer.get("/reports/worklogs", **TEAM, row="eve", column="total:capacity")
    assert gone.status_code == 404


def test_behind_a_cell_the_viewers_own_and_managed_worklogs_can_be_chosen(team: TeamView) -> None:
    html = team.viewer.get("/reports/worklogs", **TEAM, column="total:spent").text
    assert html.count('name="chosen"') == html.count('class="team-entry"') == 2
    assert 'id="selection-day"' in html
    ana = team.as_person("ana").get("/reports/worklogs", rows="issue", column="total:spent", **WEEK).text
    assert ana.count('name="chosen"') == ana.count('class="team-entry"') == 1


def test_without_the_sheet_and_teams_nothing_behind_a_cell_can_be_chosen(team: TeamView) -> None:
    with team.app.app_context():
        nobody = Grant(Whom.NOBODY)
        team.stores.permissions.save(SitePermissions({Module.TIMESHEET: nobody, Module.TEAMS: nobody}))
        team.commit()
    html = team.viewer.get("/reports/worklogs", rows="issue", column="total:spent", **WEEK).text
    assert "Total of" in html
    assert ("chosen" in html, "entry-fixed" in html, 'id="selection"' in html) == (False, False, False)


def test_a_report_is_read_again_after_a_change(team: TeamView) -> None:
    html = team.viewer.get("/reports", **TEAM).text
    assert 'data-outdated-by="sheet-changed"' in html


def test_sorting_by_a_column_and_back(team: TeamView) -> None:
    html = team.viewer.get("/reports", **TEAM, by="-total:spent").text
    assert list(figures(html))[:2] == ["Name of viewer-1", "Name of ana"]
    assert 'aria-sort="descending"' in html
    again = team.viewer.get("/reports", **TEAM, by="total:spent", sort="-total:spent").text
    assert list(figures(again))[:2] == ["Name of ana", "Name of viewer-1"]


def test_a_view_sorted_by_a_day_that_is_gone_is_in_the_order_of_names_and_says_so(team: TeamView) -> None:
    html = team.viewer.get("/reports", **TEAM, by="-2020-01-06:spent").text
    assert list(figures(html))[:2] == ["Name of ana", "Name of viewer-1"]
    assert re.search(r'aria-sort="ascending">\s*<button[^>]* id="sort-name"', html)
    assert 'aria-sort="descending"' not in html


def test_formats_of_time_and_rounding(team: TeamView) -> None:
    team.viewer.scene.put(PAY, MONDAY, 20 * 60, author="ana")
    own = {**TEAM, "rows": ["person"]}
    assert figures(team.viewer.get("/reports", **own, hours="decimal").text)["Name of ana"] == ["2.33"]
    assert figures(team.viewer.get("/reports", **own, hours="days").text)["Name of ana"] == ["0.29"]
    assert "exactly 2:20:00" in team.viewer.get("/reports", **own, hours="decimal").text
    rounded = team.viewer.get("/reports", **own, rounding="row-30").text
    assert figures(rounded)["Name of ana"] == ["2:30"]
    assert 'title="exactly 2:20:00"' in rounded


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"first": "2026-02-01", "last": "2026-01-01", "range": "custom"}, "ends before it begins"),
        ({"first": "2015-01-01", "last": "2025-01-01", "range": "custom"}, "at most two years"),
        ({"first": "2026-01-01", "last": "6026-01-01", "range": "custom"}, "at most two years"),
        ({"first": "yesterday", "range": "custom"}, "is not a date"),
        ({"jql": "broken ("}, "Error in the JQL Query"),
        ({"jql": "nothere = 3"}, "The field &#39;nothere&#39; does not exist"),
        ({"jql": "x" * 2001}, "JQL can have at most"),
        ({"who": "../x"}, "out of date"),
        ({"range": "last-decade", "columns": "day", "first": "2026-01-01"}, None),
    ],
)
def test_an_invalid_query_is_explained_in_place_of_the_table(
    team: TeamView, query: dict[str, str], sentence: str | None
) -> None:
    answer = team.viewer.get("/reports", **query)
    if sentence is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'id="report-choice"' in answer.text


def test_a_team_that_was_deleted_is_said_with_a_way_on(team: TeamView) -> None:
    answer = team.viewer.get("/reports", who="0123456789abcdef")
    assert (answer.status_code, "no longer exists" in answer.text) == (404, True)
    assert '<option value="alpha"' in answer.text


def test_sums_stay_sums_and_the_refusal_is_recorded(app: Flask, site: JiraSite, team: TeamView) -> None:
    team.change(lead="boss")
    team.role("sums", TeamPermission.VIEW_HOURS)
    team.add("viewer-1", "sums")
    assert team.viewer.get("/reports", **TEAM | {"rows": "person"}).status_code == 200
    answer = team.viewer.get("/reports", **TEAM)
    assert (answer.status_code, "View worklogs" in answer.text) == (403, True)
    assert '<p class="subtle">Refused by the team’s roles.</p>' in answer.text
    assert f"Request <code>{answer.headers['X-Request-Id']}</code>" in answer.text
    assert [event.action for event in events(app, site.client_key)][-1] is Action.ACCESS_REFUSED
    assert team.viewer.get("/reports/rows", **TEAM, row="ana").status_code == 403


def test_t15_time_that_rounds_to_nothing_is_no_empty_cell(team: TeamView) -> None:
    team.viewer.scene.put(PAY, MONDAY + timedelta(days=1), 29, author="ana")
    query = {**TEAM, "rows": "person", "columns": "day"}
    html = team.viewer.get("/reports", **query).text
    assert figures(html)["Name of ana"] == ["2:00", "0:00", *[""] * 5, "2:00"]
    assert html.count('title="exactly 0:00:29">0:00') == 1
    days = figures(team.viewer.get("/reports", **query, hours="days").text)
    assert days["Name of ana"][:3] == ["0.25", "0.00", ""]


@pytest.fixture
def sums(team: TeamView) -> TeamView:
    """Let the viewer see sums of the team only."""
    team.change(lead="boss")
    team.role("sums", TeamPermission.VIEW_HOURS)
    team.add("viewer-1", "sums")
    return team


def offered(html: str, kind: str) -> dict[str, str]:
    """Return the buttons of reports in the menu of views, each with the address that it asks for."""
    found = re.findall(rf'<button[^>]*id="{kind}-([^"]*)"[^>]*hx-get="([^"]*)"', html)
    return {name: unescape(address) for name, address in found}


def statuses(team: TeamView, addresses: Iterable[str]) -> list[int]:
    client, headers = team.viewer.site.client, team.viewer.headers
    return [client.get(address, headers=headers).status_code for address in addresses]


@pytest.mark.parametrize("who", ["me", "alpha", "teams"])
def test_no_ready_made_report_is_refused_to_somebody_who_sees_sums(sums: TeamView, who: str) -> None:
    found = offered(sums.viewer.get("/reports", who=who, **WEEK, rows="person").text, "ready")
    assert list(found) == ["by-project", "below-expected", "compared"]
    assert statuses(sums, found.values()) == [200, 200, 200]


def test_without_a_team_no_report_about_teams_is_offered(team: TeamView) -> None:
    team.viewer = team.as_person("stranger")
    found = offered(team.viewer.get("/reports", who="me", **WEEK).text, "ready")
    assert list(found) == ["by-project", "compared"]
    assert statuses(team, found.values()) == [200, 200]


def test_a_report_of_sums_offers_nothing_about_issues(team: TeamView) -> None:
    everything = team.viewer.get("/reports", **TEAM, filters=1).text
    team.change(lead="boss")
    team.role("sums", TeamPermission.VIEW_HOURS)
    team.add("viewer-1", "sums")
    html = team.viewer.get("/reports", **{**TEAM, "rows": "person", "filters": 1}).text
    for offer in ('<option value="issue"', '<option value="entered"', 'value="remaining"', 'name="jql"'):
        assert offer in everything
        assert offer not in re.sub('<input type="hidden"[^>]*>', "", html)
    chosen = team.viewer.get("/reports", **TEAM, figure="estimate").text
    assert '<option value="issue" selected>' in chosen
    assert 'value="estimate" checked' in chosen


def test_a_report_of_sums_begins_by_project(sums: TeamView) -> None:
    html = sums.viewer.get("/reports", who="alpha", **WEEK).text
    assert list(figures(html)) == ["Project OPS OPS", "Total"]
    assert '<option value="project" selected>' in html
    own = sums.viewer.get("/reports", who="me", **WEEK).text
    assert '<option value="issue" selected>' in own


def test_views_of_a_team_are_offered_to_those_who_may_see_them(team: TeamView) -> None:
    for view_id, rows in (("issues", "issue"), ("people", "person")):
        default = "1" if rows == "issue" else ""
        fields = {"id": view_id, "name": view_id, "of": "alpha", "version": 0, "default": default}
        assert team.viewer.post("/reports/views", **{**TEAM, "rows": rows}, **fields).status_code == 200
    assert len(offered(team.viewer.get("/reports", **TEAM).text, "view")) == 2
    assert '<option value="issue" selected>' in team.viewer.get("/reports", who="alpha").text
    team.change(lead="boss")
    team.role("sums", TeamPermission.VIEW_HOURS)
    team.add("viewer-1", "sums")
    html = team.viewer.get("/reports", who="alpha").text
    assert '<option value="issue" selected>' not in html, "the view that the report opens with shows issues"
    [address] = offered(html, "view").values()
    assert statuses(team, [address]) == [200]
    assert "View: people" in team.viewer.site.client.get(address, headers=team.viewer.headers).text


def test_built_in_roles_are_in_the_language_of_the_reader(team: TeamView) -> None:
    team.read_in("fr")
    text = team.viewer.get("/reports", **TEAM | {"rows": "role"}).text
    assert "Team Member" not in text
    assert "Membre d’équipe" in text


def test_several_built_in_roles_are_in_the_language_of_the_reader(team: TeamView) -> None:
    with team.app.app_context():
        lead = next(role for role in team.stores.teams.roles("alpha") if role.title == "Team Lead")
        ana = team.stores.teams.member("alpha", "ana")
        team.stores.teams.save_member(replace(ana, role_ids=ana.role_ids | {lead.id}))
        team.commit()
    team.read_in("fr")
    text = team.viewer.get("/reports", **TEAM | {"rows": "role"}).text
    assert "Membre d’équipe et Responsable d’équipe" in text
    assert "Team Lead" not in text


def test_what_is_missing_is_said_above_the_figures(team: TeamView) -> None:
    team.viewer.scene.jira.missing = (
        Missing("PAY-12: Jira did not give all its worklogs", "issue-worklogs"),
    )
    html = team.viewer.get("/reports", **TEAM).text
    assert 'id="strip"' in html
    assert "PAY-12: Jira did not give all its worklogs" in html
    assert "incomplete" in html


def test_an_empty_report_says_so_only_if_everything_was_read(team: TeamView) -> None:
    empty = TEAM | {"first": "2023-01-02", "last": "2023-01-08"}
    assert "No time in this range" in team.viewer.get("/reports", **empty).text
    team.viewer.scene.jira.missing = (Missing("Jira did not answer", "search"),)
    html = team.viewer.get("/reports", **empty | {"refresh": "1"}).text
    assert "Jira did not answer" in html
    assert "No time in this range" not in html


def test_without_jira_there_is_no_report(team: TeamView) -> None:
    team.viewer.scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is down.")]
    answer = team.viewer.get("/reports", **TEAM)
    assert (answer.status_code, "Jira is down." in answer.text) == (502, True)


def test_nothing_logged_is_an_invitation(team: TeamView) -> None:
    html = team.viewer.get("/reports", range="custom", first="2024-01-01", last="2024-01-31").text
    assert "No time in this range" in html


@pytest.mark.parametrize("rows", ["none", "issue"])
def test_what_is_expected_is_shown_although_nothing_is_logged(team: TeamView, rows: str) -> None:
    query = {**TEAM, "first": "2026-11-09", "last": "2026-11-15", "rows": rows}
    html = team.viewer.get("/reports", **query, figure=["spent", "capacity"]).text
    assert figures(html) == {"Total": ["", "80:00"]}
    assert "No time in this range" not in html
    assert "No time in this range" in team.viewer.get("/reports", **query, figure="spent").text


def test_a_closed_module_is_closed_for_every_address(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.permissions.save(SitePermissions({Module.REPORTS: Grant(Whom.NOBODY)}))
        team.commit()
    for path in ("/reports", "/reports/rows", "/reports/chart", "/reports/worklogs"):
        assert forbidden(team.viewer.get(path), "Reports is limited")


def test_filters_are_chosen_from_what_has_time(team: TeamView) -> None:
    scene = team.viewer.scene
    scene.put(OPS, MONDAY, HOUR, author="ana")
    scene.jira.issues[OPS] = replace(scene.jira.issues[OPS], parent=Parent(9, "OPS-9", "Upkeep"))
    html = team.viewer.get("/reports", **TEAM, filters=1).text
    assert 'name="only-parent" value="none"><span>No parent</span>' in html
    assert 'name="only-person" value="ana">' in html
    assert f'name="only-issue" value="{PAY}">' in html
    # A name that is cut off can be read whole.
    assert re.search(r'<label title="Name of ana"><input [^>]*name="only-person" value="ana">', html)
    assert 'name="only-weekday" value="0"><span>Monday</span>' in html
    limited = team.viewer.get("/reports", **TEAM, panel=1, **{"only-person": "ana", "only-weekday": "0"}).text
    assert list(figures(limited)) == ["Name of ana", "Total"]
    assert 'name="only-person" value="ana" checked>' in limited
    assert "<span>Person: Name of ana</span>" in limited
    assert "<span>Weekday: Monday</span>" in limited


def test_days_and_weekdays_are_named_wherever_a_filter_is(team: TeamView) -> None:
    only = {"only-day": MONDAY.isoformat(), "only-weekday": "0"}
    html = team.viewer.get("/reports", **TEAM, figure=["spent", "capacity"], panel=1, **only).text
    assert 'name="only-day" value="2026-11-17"><span>Tue, 17 Nov 2026</span>' in html
    assert figures(html)["Total"] == ["2:00", "16:00"]
    named = (("Work date", "Monday, 16 November 2026"), ("Weekday", "Monday"))
    for name, words in named:
        assert f"<span>{name}: {words}</span>" in html
        assert f"<dt>{name}</dt><dd>{words}</dd>" in html
    file = team.viewer.get("/reports/file/csv", **TEAM, **only).text
    assert all(f'"{name}","{words}"' in file for name, words in named)


@pytest.mark.parametrize("value", ["soon", "9", "-8", "2026-02-30", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("dimension", ["day", "weekday", "entered"])
def test_what_is_no_day_finds_nothing(team: TeamView, dimension: str, value: str) -> None:
    for panel in ("", "1"):
        answer = team.viewer.get("/reports", **TEAM, panel=panel, **{f"only-{dimension}": value})
        assert (answer.status_code, "No time in this range" in answer.text) == (200, True)


def test_filters_stay_while_their_list_is_closed(team: TeamView) -> None:
    html = team.viewer.get(
        "/reports", **TEAM, text="talk", jql="key = PAY-12", **{"only-parent": "none"}
    ).text
    assert list(figures(html)) == ["Name of ana", "Total"]
    assert '<input type="hidden" name="only-parent" value="none">' in html
    assert '<input type="hidden" name="text" value="talk">' in html
    assert "<span>Parent: No parent</span>" in html
    [rest] = re.findall(r'id="chip-jql"[^>]*hx-get="([^"]*)"', html)
    assert "jql" not in rest
    assert "text=talk" in rest
    assert "only-parent=none" in rest
    late = team.viewer.get("/reports", **TEAM, late=1).text
    assert "<span>Only: Entered or changed after closing</span>" in late


def ready_made(team: TeamView, html: str) -> str:
    """Return the report of who logged less than expected, as its button on a page asks for it."""
    [query] = re.findall(r'id="ready-below-expected"[^>]*hx-get="/reports\?([^"]*)"', html)
    address = f"/reports?{query.replace('&amp;', '&')}"
    return team.viewer.site.client.get(address, headers=team.viewer.headers).text


def test_who_logged_less_than_expected_up_to_today(team: TeamView) -> None:
    html = ready_made(team, team.viewer.get("/reports", who="alpha", **WEEK).text)
    assert figures(html) == {
        "Name of viewer-1": ["", "8:00", "8:00", "", "8:00", "8:00"],
        "Name of ana": ["2:00", "8:00", "6:00", "2:00", "8:00", "6:00"],
        "Total": ["2:00", "16:00", "14:00", "2:00", "16:00", "14:00"],
    }
    assert "<span>Only: People who logged less than expected in a week</span>" in html
    assert "/teams/alpha?period=2026-11-16&amp;tab=timesheet&amp;person=ana" in html


def test_only_those_who_are_short_are_listed(team: TeamView) -> None:
    team.viewer.scene.put(OPS, MONDAY, 6 * HOUR, author="ana")
    html = ready_made(team, team.viewer.get("/reports", who="me", **WEEK).text)
    assert list(figures(html)) == ["Name of viewer-1", "Total"]
    assert '<option value="teams" selected>' in html
    everybody = team.viewer.get("/reports", **TEAM, filters=1, short=1).text
    assert 'name="short" value="1" checked>' in everybody
    past = {"range": "custom", "first": "2026-11-09", "last": "2026-11-15"}
    last_week = ready_made(team, team.viewer.get("/reports", who="alpha", **past).text)
    assert figures(last_week)["Total"][2] == "80:00"


def test_nobody_who_is_short_is_not_a_range_without_time(team: TeamView) -> None:
    scene, query = team.viewer.scene, {**TEAM, "first": "2026-11-09", "last": "2026-11-15", "short": 1}
    scene.put(PAY, MONDAY - timedelta(days=7), 40 * HOUR, author="ana")
    one_short = team.viewer.get("/reports", **query, figure="spent").text
    assert list(figures(one_short))[-1] == "Total"
    scene.put(PAY, MONDAY - timedelta(days=7), 40 * HOUR, author="viewer-1")
    html = team.viewer.get("/reports", **query, figure="spent", refresh=1).text
    assert "Nobody logged less than expected" in html
    assert "No time in this range" not in html


@pytest.mark.parametrize("limit", [{"rows": "issue"}, {"jql": "summary ~ nothing"}, {"project": "2"}])
def test_people_who_are_short_without_time_in_the_rows_are_not_denied(
    team: TeamView, limit: dict[str, str]
) -> None:
    query = {**TEAM, "first": "2026-11-09", "last": "2026-11-15", "short": 1, "figure": "spent", **limit}
    html = team.viewer.get("/reports", **query).text
    assert "Nobody logged less than expected" not in html


def test_hours_in_another_week_do_not_make_up(team: TeamView) -> None:
    scene, query = team.viewer.scene, {**TEAM, "rows": "person", "first": "2026-11-09", "columns": "week"}
    for who in ("ana", "viewer-1"):
        scene.put(PAY, MONDAY - timedelta(days=7), 40 * HOUR, author=who)
    scene.put(PAY, MONDAY + timedelta(days=1), 60 * HOUR, author="ana")
    html = team.viewer.get("/reports", **query, figure="missing", short=1).text
    assert figures(html) == {"Name of viewer-1": ["", "37:00", "37:00"], "Total": ["", "37:00", "37:00"]}
    by_issue = team.viewer.get("/reports", **{**query, "rows": "project"}, figure="missing").text
    assert figures(by_issue)["Total"] == ["", "37:00", "37:00"]
    assert figures(by_issue)["Project OPS OPS"] == ["–", "–", "–"]


def test_people_are_chosen_by_label_and_the_link_keeps_it(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.labels.save(UserLabel("seniors", "Seniors", "teal", frozenset({"ana"})))
        team.commit()
    dialog = team.viewer.get("/reports/people", **TEAM, label="seniors").text
    assert 'name="who" value="alpha" checked' in dialog
    assert 'name="label" value="seniors" checked' in dialog
    assert '<input type="hidden" name="rows" value="issue">' in dialog
    html = team.viewer.get("/reports", **WEEK, rows="person", label="seniors", close=1).text
    assert list(figures(html)) == ["Name of ana", "Total"]
    assert '<input type="hidden" name="label" value="seniors">' in html
    assert "<span>People: Seniors</span>" in html
    [rest] = re.findall(r'id="chip-people"[^>]*hx-get="([^"]*)"', html)
    assert "who=teams" in rest
    assert "label" not in rest
    assert '<hx-partial hx-target="#dialog"' in html
    own = team.viewer.get("/reports", **WEEK, who="me", rows="person", label="seniors").text
    assert list(figures(own)) == ["Name of viewer-1", "Total"]
    gone = team.viewer.get("/reports", **WEEK, who="alpha", label="gone")
    assert (gone.status_code, "A label of this report no longer exists." in gone.text) == (404, True)


def test_the_values_of_a_filter_share_a_field_of_a_link(team: TeamView) -> None:
    people = [f"712020:00000000-0000-4000-8000-{number:012}" for number in range(300)]
    html = team.viewer.get("/reports", **TEAM, **{"only-person": people, "only-parent": "none"}).text
    [place] = re.findall(r'data-place="([^"]*)"', html)
    assert len(place) < 15_000
    assert (place.count("only-person="), place.count("%2C712020")) == (1, 299)
    again = team.viewer.get("/reports", **parse_qs(unescape(place).partition("?")[2]))
    assert again.text.count('name="only-person"') == 300


def test_a_filter_with_too_many_choices_is_searched_in_what_it_shows(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = {**TEAM, "filters": "1"}
    assert 'id="find-person"' not in team.viewer.get("/reports", **query).text
    monkeypatch.setattr(facet, "MOST_LISTED", 1)
    page = team.viewer.get("/reports", **query).text
    assert page.count('name="only-person"') == 1
    assert "1 more is not listed: find it by name, or choose a shorter range." in page
    found = team.viewer.get("/reports", **query, **{"find-person": " NAME of ána"}).text
    assert 'value="NAME of ána"' in found
    assert re.findall(r'name="only-person"\s+value="(\w+)"', found) == ["ana"]
    by_detail = team.viewer.get("/reports", **query, **{"find-issue": "no such issue"}).text
    assert "Nothing found." in by_detail
    [place] = re.findall(r'data-place="([^"]*)"', found)
    assert "find-" not in place


def test_several_teams_are_one_choice(team: TeamView) -> None:
    html = team.viewer.get("/reports", **{**WEEK, "who": ["alpha", "beta"], "rows": "person"})
    assert (html.status_code, 'value="alpha,beta" selected>2 teams' in html.text) == (404, True)
    too_many = team.viewer.get("/reports", **WEEK, label=[f"l{number}" for number in range(501)])
    assert (too_many.status_code, "at most 500 values" in too_many.text) == (422, True)


def test_attributes_are_rows_filters_and_words_behind_a_cell(team: TeamView) -> None:
    values = {PROPERTY: {"billable": True, "ticket": "T/<1>", "effort": 3}}
    team.viewer.scene.put(PAY, MONDAY, HOUR, author="ana", properties=values)
    ticket, effort = Attribute("ticket", "Ticket", Kind.TEXT), Attribute("effort", "Effort", Kind.NUMBER)
    assert "attribute-" not in team.viewer.get("/reports", **TEAM, filters="1").text
    with team.app.app_context():
        for one in (replace(BUILT_IN[0], everywhere=True), ticket, effort):
            team.stores.attributes.save(one)
        team.commit()
    query = {**TEAM, "rows": ["attribute-billable", "attribute-ticket"], "filters": "1"}
    page = team.viewer.get("/reports", **query).text
    assert list(figures(page).items()) == [("Yes", ["1:00"]), ("No", ["5:00"]), ("Total", ["6:00"])]
    for name in ("only-attribute-billable", "only-attribute-ticket-has", "only-attribute-effort-least"):
        assert f'name="{name}"' in page
    rows = team.viewer.get("/reports/rows", **query, row="yes").text
    assert "T/&lt;1&gt;" in rows
    [path] = re.findall('data-row="(yes/[^"]*)"', rows)
    behind = team.viewer.get("/reports/worklogs", **query, row=path, column="total:spent").text
    assert behind.count('class="tag attribute-tag"') == 3
    assert "Ticket: T/&lt;1&gt;" in behind
    limited = {"only-attribute-ticket-has": "t/", "only-attribute-effort-least": "2,5"}
    page = team.viewer.get("/reports", **{**query, **limited}).text
    assert figures(page)["Total"] == ["1:00"]
    assert "Ticket: contains “t/”" in page
    assert "Effort: at least 2.5" in page
    assert 'name="only-attribute-effort-least" value="2.5"' in page
    closed = team.viewer.get("/reports", **{**query, **limited, "filters": "0"}).text
    assert '<input type="hidden" name="only-attribute-ticket-has" value="t/">' in closed


def test_retired_attributes_are_offered_after_the_others_and_marked(team: TeamView) -> None:
    team.viewer.scene.put(PAY, MONDAY, HOUR, author="ana", properties={PROPERTY: {"cost-center": "X1"}})
    cost_center = Attribute("cost-center", "Cost center", Kind.TEXT, retired=True)
    with team.app.app_context():
        for one in (cost_center, Attribute("ticket", "Ticket", Kind.TEXT)):
            team.stores.attributes.save(one)
        team.commit()
    page = team.viewer.get("/reports", **TEAM, filters="1").text
    level = re.search(r'<select[^>]*id="level-1".*?</select>', page, re.DOTALL)
    assert level
    offered = [unescape(text) for text in re.findall(r"<option[^>]*>(.*?)</option>", level[0])]
    assert offered[-3:] == ["Billable", "Ticket", "Cost center (retired)"]
    assert re.findall(r"<legend>(.*?)</legend>", page)[-4:-1] == offered[-3:]
    limited = {**TEAM, "rows": "attribute-cost-center", "only-attribute-cost-center-has": "x1"}
    assert figures(team.viewer.get("/reports", **limited).text)["X1"] == ["1:00"]


def test_a_bound_is_shown_as_the_reader_writes_it(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.attributes.save(Attribute("effort", "Effort", Kind.NUMBER, everywhere=True))
        team.commit()
    jira = team.viewer.scene.jira
    jira.profile = replace(jira.profile, locale="de_DE")
    query = {**TEAM, "filters": "1", "only-attribute-effort-least": "2,5"}
    page = team.viewer.get("/reports", **query).text
    assert "mindestens 2,5" in page
    assert 'name="only-attribute-effort-least" value="2,5"' in page


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ({"only-attribute-effort-least": "many"}, "“Effort” must be a number, such as 12 or 1.5."),
        (
            {"only-attribute-effort-least": "3", "only-attribute-effort-most": "2"},
            "The smallest “Effort” is above the largest. Swap the two.",
        ),
    ],
)
def test_a_bad_number_is_said_in_place_of_the_table(
    team: TeamView, limit: dict[str, str], sentence: str
) -> None:
    with team.app.app_context():
        team.stores.attributes.save(Attribute("effort", "Effort", Kind.NUMBER, everywhere=True))
        team.commit()
    answer = team.viewer.get("/reports", **TEAM, **limit)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_t15_the_times_behind_a_cell_add_up_to_their_total(team: TeamView) -> None:
    for hour in (15, 17):
        team.viewer.scene.put(OPS, MONDAY + timedelta(days=1), 90, time(hour), "ana")
    html = team.viewer.get("/reports/worklogs", **TEAM, row=f"ana/{OPS}", column="total:spent").text
    assert html.count('<b class="entry-duration" title="exactly 0:01:30">0:02</b>') == 2
    assert '<b title="exactly 0:03:00">0:04</b>' in html


@pytest.mark.parametrize(("jira", "language", "begins"), [("en_US", "de", "15"), ("de_DE", "en", "16")])
def test_t08_a_week_begins_on_the_same_day_as_in_my_timesheet(
    team: TeamView, jira: str, language: str, begins: str
) -> None:
    """Whoever reads another language than their Jira's keeps the weeks of their Jira."""
    scene = team.viewer.scene
    scene.jira.profile = replace(scene.jira.profile, locale=jira)
    team.read_in(language)
    sheet = team.viewer.get("/timesheet", view="week", day=MONDAY).text
    assert f'data-first="2026-11-{begins}"' in sheet
    columns = team.viewer.get("/reports", **{**TEAM, "first": "2026-11-10", "columns": "week"}).text
    assert f'"2026-11-{begins}' in columns, re.findall(r'"2026-11-\d\d[^"]*"', columns)
