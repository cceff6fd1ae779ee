"""A team's time as a file: real numbers, harmless text, and a note if something is missing."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.scene import MONDAY, PAY
from tests.web.conftest import JiraSite
from tests.web.support.recorded_events import events
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, forbidden, make_team_view
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.team.team import TeamPermission

HOUR = 3600
DAYS, ISSUES = "/teams/alpha/file/days", "/teams/alpha/file/issues"


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 100 * 60, author="ana")
    view.viewer.scene.put(PAY, MONDAY, 10 * HOUR)
    return view


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_days_have_seconds_and_hours_as_numbers(team: TeamView) -> None:
    answer = team.viewer.get(DAYS, period=MONDAY)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="Alpha-2026-11-01-2026-11-30-Days.csv"'
    )
    rows = rows_of(answer)
    assert len(rows) == 2 * 30
    assert sum(int(row["Logged (seconds)"]) for row in rows) == 10 * HOUR + 100 * 60
    assert sum(Decimal(row["Expected (hours)"]) for row in rows) == 336
    [monday] = [row for row in rows if row["Account id"] == "ana" and row["Logged (seconds)"] != "0"]
    assert monday["Date (in the person’s own time zone)"] == MONDAY.isoformat()
    assert (monday["Logged (hours)"], monday["Complete (except archived projects)"]) == ("1.6667", "yes")
    assert f'"{MONDAY}",36000,10,28800,8,"","yes","","' in answer.text


def test_t45_what_people_wrote_runs_nowhere(team: TeamView) -> None:
    scene = team.viewer.scene
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], summary='=HYPERLINK("http://example.com")')
    answer = team.viewer.get(ISSUES, period=MONDAY, mark=1)
    assert answer.get_data(as_text=True).startswith("\ufeff")
    assert [row["Summary"] for row in rows_of(answer)] == ['\'=HYPERLINK("http://example.com")'] * 2
    assert [row["Issue"] for row in rows_of(answer)] == ["PAY-12"] * 2


def test_the_file_for_excel_has_the_separators_of_the_reader(team: TeamView) -> None:
    scene = team.viewer.scene
    scene.jira.profile = replace(scene.jira.profile, locale="de_DE")
    text = team.viewer.get(DAYS, period=MONDAY, mark=1).text
    assert text.startswith('\ufeff"Person";"Konto-ID";')
    assert f'"{MONDAY}";6000;1,6667;28800;8;"";"ja";"";"de"\r\n' in text
    assert f'"{MONDAY}",6000,1.6667,28800,8,"","ja","","de"\r\n' in team.viewer.get(DAYS, period=MONDAY).text
    scene.jira.profile = replace(scene.jira.profile, locale="nl_NL")
    assert ";6000;1,6667;28800;8;" in team.viewer.get(DAYS, period=MONDAY, mark=1).text


def test_a_former_user_is_named_in_the_language_of_the_reader(team: TeamView) -> None:
    team.add("former-3f2a77")
    scene = team.viewer.scene
    scene.jira.profile = replace(scene.jira.profile, locale="de_DE")
    text = team.viewer.get(DAYS, period=MONDAY).text
    assert '"Ehemaliger Benutzer 3f2a","former-3f2a77"' in text
    assert "Ehemaliger Benutzer 3f2a" in team.viewer.get("/teams/alpha", tab="timesheet").text


def test_whoever_sees_sums_only_takes_sums_only(team: TeamView) -> None:
    team.role("watcher", TeamPermission.VIEW_HOURS)
    team.add("boss", "watcher")
    boss = team.as_person("boss")
    assert 'id="export-days"' in boss.get("/teams/alpha").text
    assert 'id="export-issues"' not in boss.get("/teams/alpha").text
    assert len(rows_of(boss.get(DAYS, period=MONDAY))) == 60
    assert forbidden(boss.get(ISSUES, period=MONDAY), "View worklogs")
    assert forbidden(team.as_person("eve").get(DAYS, period=MONDAY), "View hours")


def test_what_jira_did_not_give_is_not_passed_off_as_all(team: TeamView) -> None:
    team.viewer.get("/teams/alpha", period=MONDAY)
    for call in ("changed_issues", "read_worklogs"):
        team.viewer.scene.jira.failing[call] = [JiraUnavailable("Jira gave no answer.")]
    team.wait(700)
    answer = team.viewer.get(DAYS, period=MONDAY)
    assert {row["Complete (except archived projects)"] for row in rows_of(answer)} == {"no"}
    assert "-Days-incomplete.csv" in answer.headers["Content-Disposition"]


def test_everybody_whose_time_was_taken_finds_it_in_their_history(team: TeamView) -> None:
    team.viewer.get(DAYS, period=MONDAY)
    event = events(team.app, team.viewer.site.client_key)[-1]
    assert (event.action, event.actor) == (Action.TIME_EXPORTED, "viewer-1")
    assert event.people == {"ana"}
    assert "exported the time of" in team.as_person("ana").get("/history").text


def test_a_file_names_the_language_of_its_head(team: TeamView) -> None:
    team.read_in("en_XA")
    head, first = team.viewer.get(DAYS, period=MONDAY).text.splitlines()[:2]
    assert head.startswith('"[Péŕšöñ')
    assert first.endswith(',"en-XA"')


def test_a_head_with_a_word_from_right_to_left_has_no_invisible_marks(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.attributes.save(Attribute("paid", "לחיוב", Kind.CHECKBOX))
        team.stores.attributes.choose("alpha", {"paid"})
        team.commit()
    assert {"לחיוב (seconds)", "לחיוב (hours)"} <= rows_of(team.viewer.get(ISSUES, period=MONDAY))[0].keys()


def test_issues_have_the_time_with_a_yes(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.attributes.choose("alpha", {"billable"})
        team.commit()
    team.viewer.scene.put(PAY, MONDAY, HOUR, author="ana", properties={PROPERTY: {"billable": True}})
    rows = rows_of(team.viewer.get(ISSUES, period=MONDAY))
    assert [(row["Account id"], row["Billable (seconds)"], row["Billable (hours)"]) for row in rows] == [
        ("ana", "3600", "1"),
        ("viewer-1", "0", "0"),
    ]


@pytest.mark.parametrize("path", [DAYS, ISSUES])
def test_a_file_of_a_closed_period_says_whether_its_figures_are_those_of_the_closing(
    team: TeamView, path: str
) -> None:
    def marks() -> tuple[set[str], bool]:
        answer = team.viewer.get(path, period=MONDAY)
        name = answer.headers["Content-Disposition"]
        return {row["Same as at closing"] for row in rows_of(answer)}, "-differs-from-closing.csv" in name

    assert marks() == ({""}, False)
    team.travel(datetime(2026, 12, 1, 10, tzinfo=UTC))
    team.close("2026-11-01")
    assert marks() == ({"yes"}, False)
    team.viewer.scene.put(PAY, MONDAY, 20, author="ana")
    team.wait(700)
    assert marks() == ({"no"}, True)
