"""A report as a file: the figures of the screen, what it covers, harmless text, and a note of who took it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from werkzeug.test import TestResponse

from tests.services.support.scene import MONDAY, PAY
from tests.web.report.test_report import HOUR, TEAM, WEEK
from tests.web.support.recorded_events import events
from tests.web.support.team_view import TeamView, forbidden
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind, Option
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.team.team import Member, Role, Scope, Team, TeamPermission
from timesheet.domain.worklog.adf import text_to_adf

CSV, JSON = "/reports/file/csv", "/reports/file/json"


def lines_of(answer: TestResponse, delimiter: str = ",") -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=delimiter))


def table_of(answer: TestResponse, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the lines before the empty one, by their heads; the total is the last."""
    lines = lines_of(answer, delimiter)
    head, *rows = lines[: lines.index([])]
    return [dict(zip(head, row, strict=True)) for row in rows]


def terms_of(answer: TestResponse) -> dict[str, str]:
    lines = lines_of(answer)
    return {line[0]: "".join(line[1:]) for line in lines[lines.index([]) + 1 :]}


def exports(team: TeamView) -> list[AuditEvent]:
    found = events(team.app, team.viewer.site.client_key)
    return [event for event in found if event.action is Action.TIME_EXPORTED]


def test_csv_has_a_line_for_each_innermost_row_and_the_total(team: TeamView) -> None:
    answer = team.viewer.get(CSV, **TEAM)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == ('attachment; filename="Alpha-2026-11-16-2026-11-22.csv"')
    rows = table_of(answer)
    assert [(row["Person"], row["Account id"], row["Issue"], row["Spent (hours)"]) for row in rows] == [
        ("Name of ana", "ana", "PAY-12", "1.6667"),
        ("Name of viewer-1", "viewer-1", "OPS-31", "3"),
        ("Total", "", "", "4.6667"),
    ]
    assert [int(row["Spent (seconds)"]) for row in rows] == [6000, 3 * HOUR, 6000 + 3 * HOUR]


@pytest.mark.parametrize("rows", ["day", "entered", ["day", "person"]])
def test_the_total_is_named_below_dates_too(team: TeamView, rows: str | list[str]) -> None:
    lines = lines_of(team.viewer.get(CSV, **{**TEAM, "rows": rows}))
    assert lines[lines.index([]) - 1][0] == "Total"


def test_the_total_of_a_file_without_rows_is_a_number(team: TeamView) -> None:
    assert lines_of(team.viewer.get(CSV, **{**TEAM, "rows": "none"}))[1] == ["4.6667", str(6000 + 3 * HOUR)]


def test_a_file_names_the_teams_of_which_only_the_scope_counts(team: TeamView) -> None:
    assert "Scope" not in terms_of(team.viewer.get(CSV, **TEAM, text=""))
    team.change(scope=Scope(jql="key = PAY-12"))
    assert terms_of(team.viewer.get(CSV, **TEAM, text=""))["Scope"] == "Only issues in the scope of Alpha"


def test_a_file_says_what_it_covers(team: TeamView) -> None:
    terms = terms_of(team.viewer.get(CSV, **TEAM, text=""))
    assert terms["Time of"] == "Alpha"
    assert terms["Requested by"] == "Ada Example"
    assert terms["Range"].startswith("16")
    assert terms["Complete (except archived projects)"] == "Yes"
    assert terms["Worklogs"] == "2"
    assert terms["Language"].startswith("English")
    assert "Europe/Berlin" in terms["Read"]
    assert terms["Work dates"] == "In each person’s own time zone"
    assert terms_of(team.viewer.get(CSV, **WEEK))["Work dates"] == "In Europe/Berlin"
    assert "Days in Europe/Berlin" in team.viewer.get("/reports", **WEEK).text


def test_a_figure_that_issues_do_not_have_brings_the_rows_above_them(team: TeamView) -> None:
    rows = table_of(team.viewer.get(CSV, **TEAM, figure=["spent", "capacity", "percentage"]))
    assert [(row["Level"], row["Issue"], row["Capacity (hours)"], row["Percentage (%)"]) for row in rows] == [
        ("1", "", "40", "4.2"),
        ("2", "PAY-12", "", ""),
        ("1", "", "40", "7.5"),
        ("2", "OPS-31", "", ""),
        ("0", "", "80", "5.8"),
    ]
    assert rows[-1]["Person"] == "Total"


def test_days_are_dates_and_columns_are_named_by_their_days(team: TeamView) -> None:
    rows = table_of(team.viewer.get(CSV, who="alpha", rows="day", columns="week", **WEEK))
    assert rows[0]["Date (in the person’s own time zone)"] == MONDAY.isoformat()
    assert rows[0]["Spent, Total (seconds)"] == str(6000 + 3 * HOUR)


@pytest.mark.parametrize("locale", ["de_DE", "nl_NL"])
def test_separators_are_those_of_the_reader_or_chosen(team: TeamView, locale: str) -> None:
    team.viewer.scene.jira.profile = replace(team.viewer.scene.jira.profile, locale=locale)
    german = team.viewer.get(CSV, **TEAM, mark=1)
    assert german.text.startswith("\ufeff")
    assert lines_of(german, ";")[1][-2:] == ["1,6667", "6000"]
    chosen = team.viewer.get(CSV, **TEAM, delimiter="tab", decimal="point")
    assert lines_of(chosen, "\t")[1][-2:] == ["1.6667", "6000"]
    dialog = team.viewer.get("/reports/file/csv/choices", **TEAM).text
    assert '<option value="semicolon" selected>' in dialog
    assert "rows=person&amp;rows=issue" in dialog


def test_time_may_be_in_decimal_hours_or_days(team: TeamView) -> None:
    assert table_of(team.viewer.get(CSV, **TEAM, hours="decimal"))[0]["Spent (hours)"] == "1.67"
    assert table_of(team.viewer.get(CSV, **TEAM, hours="days"))[0]["Spent (days)"] == "0.21"


def test_what_people_wrote_runs_nowhere(team: TeamView) -> None:
    scene = team.viewer.scene
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], summary='=HYPERLINK("http://example.com")')
    assert table_of(team.viewer.get(CSV, **TEAM))[0]["Summary"] == '\'=HYPERLINK("http://example.com")'


def test_json_has_stable_names_and_exact_seconds(team: TeamView) -> None:
    answer = team.viewer.get(JSON, **TEAM)
    assert answer.mimetype == "application/json"
    file = json.loads(answer.text)
    assert (file["format"], file["language"]) == ("timesheet-report-1", "en")
    assert [row["values"]["total:spent:exact"] for row in file["rows"]] == [6000, 3 * HOUR]
    assert [row["values"]["issue:text"] for row in file["rows"]] == ["PAY-12", "OPS-31"]
    assert file["total"]["total:spent:exact"] == 6000 + 3 * HOUR
    query = file["asked"]
    assert (query["first"], query["last"], query["rows"]) == (
        WEEK["first"],
        WEEK["last"],
        ["person", "issue"],
    )
    assert query["complete"] is True
    assert {column["name"]: column["unit"] for column in file["columns"]}["total:spent:printed"] == "hours"


def test_each_worklog_is_a_line(team: TeamView) -> None:
    page = team.viewer.get("/reports", **TEAM).text
    assert 'id="export-worklogs"' in page
    answer = team.viewer.get(CSV, **{**TEAM, "rows": ["person", "issue", "day", "worklog"]})
    assert 'filename="Alpha-2026-11-16-2026-11-22-Worklogs.csv"' in answer.headers["Content-Disposition"]
    rows = table_of(answer)
    assert len(rows) == 3
    assert all(row["Worklog"].isdigit() for row in rows[:-1])
    assert sum(Decimal(row["Spent (seconds)"]) for row in rows[:-1]) == 6000 + 3 * HOUR


@pytest.fixture
def attributes(team: TeamView) -> TeamView:
    """Return the team with attributes: a billable worklog of ana with texts and a number, and one without any."""
    activity = Attribute("activity", "Activity", Kind.SELECT, options=(Option("d", "Design"),))
    with team.app.app_context():
        store = team.stores.attributes
        for one in (
            replace(BUILT_IN[0], everywhere=True),
            activity,
            Attribute("effort", "Effort", Kind.NUMBER),
        ):
            store.save(one)
        team.commit()
    values = {PROPERTY: {"billable": True, "activity": "d", "effort": 1.5}}
    team.viewer.scene.put(PAY, MONDAY, HOUR, author="ana", properties=values)
    return team


EACH = {**TEAM, "rows": ["person", "issue", "day", "worklog"]}


def test_each_worklog_has_its_attributes_in_columns(attributes: TeamView) -> None:
    rows = table_of(attributes.viewer.get(CSV, **EACH))
    assert [(row["Billable"], row["Activity"], row["Effort"]) for row in rows] == [
        ("no", "", ""),
        ("yes", "Design", "1.5"),
        ("no", "", ""),
        ("", "", ""),
    ]
    file = json.loads(attributes.viewer.get(JSON, **EACH).text)
    names = [f"attribute-{id_}:value" for id_ in ("billable", "activity", "effort")]
    assert [[row["values"][name] for name in names] for row in file["rows"]] == [
        [False, None, None],
        [True, "Design", 1.5],
        [False, None, None],
    ]


def test_each_worklog_has_its_comment_as_harmless_text(team: TeamView) -> None:
    document = text_to_adf('=1+1 with Bo\n- "parser"')
    held = team.viewer.scene.put(PAY, MONDAY, HOUR, author="ana", comment=document)
    rows = table_of(team.viewer.get(CSV, **EACH))
    assert {row["Worklog"]: row["Comment"] for row in rows if row["Comment"]} == {
        str(held.id): '\'=1+1 with Bo\n\n- "parser"'
    }
    file = json.loads(team.viewer.get(JSON, **EACH).text)
    assert [row["values"]["worklog:comment"] for row in file["rows"] if row["values"]["worklog:comment"]] == [
        '=1+1 with Bo\n\n- "parser"'
    ]
    assert "Comment" not in table_of(team.viewer.get(CSV, **TEAM))[0]


def test_comments_that_jira_does_not_give_are_no_empty_column(team: TeamView) -> None:
    team.viewer.get(CSV, **EACH)
    team.viewer.scene.jira.failing["read_listed"] = [JiraUnavailable("Jira gave no answer.")]
    before = len(exports(team))
    answer = team.viewer.get(CSV, **EACH)
    assert answer.status_code == 502
    assert "Jira gave no answer." in answer.text
    assert len(exports(team)) == before


def test_rows_and_filters_by_an_attribute_are_in_the_file(attributes: TeamView) -> None:
    by_billable = {**TEAM, "rows": ["attribute-billable", "person"]}
    rows = table_of(attributes.viewer.get(CSV, **by_billable))
    assert [(row["Billable"], row["Person"], row["Spent (seconds)"]) for row in rows] == [
        ("Yes", "Name of ana", str(HOUR)),
        ("No", "Name of ana", "6000"),
        ("No", "Name of viewer-1", str(3 * HOUR)),
        ("Total", "", str(6000 + 4 * HOUR)),
    ]
    limited = attributes.viewer.get(CSV, **by_billable, **{"only-attribute-billable": "yes"})
    assert table_of(limited)[-1]["Spent (seconds)"] == str(HOUR)
    assert terms_of(limited)["Billable"] == "Yes"
    assert terms_of(limited)["Rows"] == "Billable and Person"


def add_beta(team: TeamView) -> None:
    """Add a second team of the viewer."""
    with team.app.app_context():
        stores = team.stores
        beta = stores.teams.save(Team("beta", "Beta", "viewer-1", stores.schemes.default_id()))
        role = stores.teams.save_role(Role("all", beta.id, "All", frozenset(TeamPermission)))
        stores.teams.save_member(Member(beta.id, "viewer-1", frozenset({role.id})))
        team.commit()


@pytest.mark.parametrize("path", [CSV, JSON])
def test_names_from_right_to_left_bring_no_invisible_marks_into_a_file(team: TeamView, path: str) -> None:
    add_beta(team)
    with team.app.app_context():
        alpha = next(one for one in team.stores.teams.all() if one.id == "alpha")
        team.stores.teams.save(replace(alpha, name="צוות", scope=Scope(jql="broken")))
        team.commit()
    text = team.viewer.get(path, **{**TEAM, "who": "teams"}).text
    assert "The scope of צוות cannot be read" in text
    assert not {"\u2068", "\u2069"} & set(text)


def test_what_jira_did_not_give_is_said(team: TeamView) -> None:
    team.viewer.get("/reports", **TEAM)
    for call in ("changed_issues", "read_worklogs"):
        team.viewer.scene.jira.failing[call] = [JiraUnavailable("Jira gave no answer.")]
    team.wait(700)
    answer = team.viewer.get(CSV, **TEAM)
    assert "incomplete" in answer.headers["Content-Disposition"]
    assert terms_of(answer)["Complete (except archived projects)"] == "No"
    assert "Jira gave no answer." in "".join(terms_of(answer))


def test_a_team_whose_scope_jira_refuses_is_named_on_the_page_and_in_the_file(team: TeamView) -> None:
    team.change(scope=Scope(jql="broken"))
    add_beta(team)
    chosen = {**TEAM, "who": "teams"}
    said = "The scope of Alpha cannot be read, so its figures are missing."
    page = team.viewer.get("/reports", **chosen).text
    strip = page[page.index('id="strip"') : page.index('id="read-again"')]
    assert said in strip
    assert 'hx-get="/teams/alpha/settings?section=scope"' in strip
    answer = team.viewer.get(CSV, **chosen)
    assert table_of(answer)[-1]["Spent (hours)"] == "3"
    assert said in answer.text
    assert terms_of(answer)["Complete (except archived projects)"] == "No"
    assert "incomplete" in answer.headers["Content-Disposition"]


def test_an_export_is_recorded_for_the_people_whose_time_it_is(team: TeamView) -> None:
    team.viewer.get(JSON, **TEAM)
    [recorded] = exports(team)
    assert (recorded.actor, recorded.team_id, set(recorded.people)) == ("viewer-1", "alpha", {"ana"})
    assert recorded.after == {"by": "report", "format": "json", "first": WEEK["first"], "last": WEEK["last"]}
    team.viewer.get(CSV, **WEEK)
    assert exports(team)[-1].after["own"] is True


def test_the_permission_of_the_screen_is_that_of_the_file(team: TeamView) -> None:
    team.role("watcher", TeamPermission.VIEW_HOURS)
    team.add("boss", "watcher")
    boss = team.as_person("boss")
    sums = {**TEAM, "rows": "person"}
    assert 'id="export-worklogs"' not in boss.get("/reports", **sums).text
    assert len(table_of(boss.get(CSV, **sums))) == 3
    assert forbidden(boss.get(CSV, **TEAM), "View worklogs")
    assert forbidden(team.as_person("eve").get(CSV, **sums), "View hours")


def test_a_refusal_is_a_sentence_that_a_script_can_show(team: TeamView) -> None:
    query = {"range": "custom", "first": "2026-02-01", "last": "2026-01-01"}
    headers = {**team.viewer.headers, "Accept": "application/json, */*;q=0.5"}
    answer = team.viewer.site.client.get(CSV, query_string=query, headers=headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"] == "The range ends before it begins. Swap its two days."


def test_each_worklog_says_when_it_was_entered(team: TeamView) -> None:
    entered = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    team.viewer.scene.put(PAY, MONDAY, HOUR, author="ana", created=entered)
    query = {**TEAM, "rows": ["person", "worklog"], "entered-first": "2026-11-18"}
    found = table_of(team.viewer.get(CSV, **query))
    assert [row["Entered on (Europe/Berlin)"] for row in found] == ["2026-11-18", ""]
    terms = terms_of(team.viewer.get(CSV, **query))
    assert (terms["Entered on"], terms["Days of entry"]) == ("from 18 November 2026 on", "In Europe/Berlin")
    [row] = json.loads(team.viewer.get(JSON, **query).text)["rows"][-1:]
    assert row["values"]["worklog:entered"] == "2026-11-18"
