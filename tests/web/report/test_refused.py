"""A report that cannot be shown: the exact sentence in place of the table, and everything that was typed."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.scene import MONDAY, PAY
from tests.web.conftest import JiraSite
from tests.web.report.test_report import TEAM
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view
from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.team import Scope
from timesheet.services.ports.packed_worklogs import PackedWorklogs, pack
from timesheet.services.ports.team_jira import TeamTimeQuery

MANY = 100_000


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Return a team in which the viewer, who leads it, logged an hour."""
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 3600)
    return view


def refused(answer: TestResponse, status: int) -> str:
    """Return the sentence in place of the table."""
    assert answer.status_code == status, answer.text
    assert 'id="report-table"' not in answer.text
    found = re.search(r'id="report-refused" role="alert">\s*<h2>[^<]*</h2>\s*<p>([^<]*)</p>', answer.text)
    assert found, answer.text
    return unescape(found[1])


def tag(answer: TestResponse, field: str) -> str:
    """Return the tag of the control with this id."""
    found = re.search(rf'<[^>]*id="{field}"[^>]*>', answer.text)
    assert found, answer.text
    return unescape(found[0])


def test_broken_jql_stays_in_its_field(team: TeamView) -> None:
    chosen = {**TEAM, "only-person": "viewer-1"}
    answer = team.viewer.get("/reports", **chosen, jql='project = "PAY')
    assert refused(answer, 422) == "Jira cannot use this JQL. Jira refuses: Error in the JQL Query."
    assert "Request <code>" not in answer.text, "what was typed can be corrected"
    assert 'value="project = "PAY"' in tag(answer, "filter-jql")
    assert 'aria-invalid="true" aria-describedby="report-refused"' in tag(answer, "filter-jql")
    assert '<input type="hidden" name="only-person" value="viewer-1">' in answer.text, "other filters stay"
    assert '<option value="alpha" selected>' in answer.text


def test_a_refused_scope_leads_to_the_settings_of_the_team(team: TeamView) -> None:
    team.change(scope=Scope(jql="broken"))
    answer = team.viewer.get("/reports", **TEAM)
    assert refused(answer, 422).startswith("The scope of Alpha cannot be read, so its figures are missing.")
    assert 'hx-get="/teams/alpha/settings?section=scope"' in tag(answer, "scope-alpha")


@pytest.mark.parametrize("panel", ["0", "1"])
def test_the_button_counts_the_filters_of_a_refused_report(team: TeamView, panel: str) -> None:
    chosen = {
        **TEAM,
        "only-person": "viewer-1",
        "short": "1",
        "entered-first": "2026-11-01",
        "filters": panel,
    }
    shown = team.viewer.get("/reports", **chosen)
    assert 'id="report-refused"' not in shown.text
    assert shown.text.count('class="chip"') == 3
    assert "Filters (3)</button>" in shown.text
    answer = team.viewer.get("/reports", **chosen, jql='project = "PAY')
    assert refused(answer, 422)
    assert "Filters (4)</button>" in answer.text


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"least": "many"}, "least"),
        ({"least": "1,5", "most": "a few"}, "most"),
        ({"least": "many", "most": "a few"}, "least"),
        ({"least": "3", "most": "2"}, "most"),
    ],
)
def test_a_bad_number_stays_in_its_field_with_every_other_filter(
    team: TeamView, typed: dict[str, str], wrong: str
) -> None:
    with team.app.app_context():
        for one in (Attribute("effort", "Effort", Kind.NUMBER), Attribute("ticket", "Ticket", Kind.TEXT)):
            team.stores.attributes.save(replace(one, everywhere=True))
        team.commit()
    bounds = {f"only-attribute-effort-{last}": text for last, text in typed.items()}
    kept = {"only-person": "viewer-1", "only-attribute-ticket-has": "T/1"}
    answer = team.viewer.get("/reports", **TEAM, **kept, **bounds)
    assert refused(answer, 422)
    for last, text in typed.items():
        field = tag(answer, f"{last}-attribute-effort")
        assert f'name="only-attribute-effort-{last}" value="{text}"' in field
        assert ('aria-invalid="true" aria-describedby="report-refused"' in field) == (last == wrong)
    assert '<input type="hidden" name="only-person" value="viewer-1">' in answer.text
    assert 'value="T/1"' in tag(answer, "has-attribute-ticket")
    assert answer.text.count('name="only-attribute-ticket-has"') == 1
    assert answer.text.count(f'name="only-attribute-effort-{wrong}"') == 1


def test_a_reversed_range_stays_in_its_fields(team: TeamView) -> None:
    answer = team.viewer.get(
        "/reports", who="alpha", rows="person", range="custom", first="2026-02-01", last="2026-01-01"
    )
    assert refused(answer, 422) == "The range ends before it begins. Swap its two days."
    for field, day in (("range-first", "2026-02-01"), ("range-last", "2026-01-01")):
        assert f'value="{day}"' in tag(answer, field)
        assert 'aria-invalid="true"' in tag(answer, field)
    assert '<option value="alpha" selected>' in answer.text
    assert '<option value="person" selected>' in answer.text


def test_ten_years_stay_in_their_fields_and_nothing_is_read(team: TeamView) -> None:
    answer = team.viewer.get("/reports", who="alpha", range="custom", first="2015-01-01", last="2024-12-31")
    assert refused(answer, 422) == (
        "1 January 2015 to 31 December 2024 is 3,653 days. A report covers at most two years: choose a shorter range."
    )
    assert 'value="2015-01-01"' in tag(answer, "range-first")
    assert 'value="2024-12-31"' in tag(answer, "range-last")
    assert team.viewer.scene.jira.log.count("read_team_worklogs") == 0


def test_reversed_days_of_entry_stay_in_their_fields(team: TeamView) -> None:
    days = {"entered-first": "2026-11-20", "entered-last": "2026-11-10"}
    answer = team.viewer.get("/reports", **TEAM, **days)
    assert refused(answer, 422) == "The days of “Entered on” end before they begin. Swap the two days."
    for field, day in days.items():
        assert f'value="{day}"' in tag(answer, field)


def test_a_search_in_too_many_comments_keeps_its_words(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timesheet.services.report.limit.MOST_COMMENTS", 0)
    answer = team.viewer.get("/reports", **TEAM, text="refund")
    assert refused(answer, 422) == (
        "The comments of 1 worklog would have to be read to search it; at most 0 can be. "
        "Choose a shorter range, or filter by something else as well."
    )
    assert 'value="refund"' in tag(answer, "filter-text")


def test_a_deleted_team_is_said_and_another_can_be_chosen(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.teams.save(replace(team.stores.teams.all()[0], id="beta", name="Beta", version=0))
        team.commit()
    gone = team.viewer.get("/reports", **{**TEAM, "who": "0123456789abcdef", "rows": ["person", "day"]})
    assert refused(gone, 404) == "A team of this report no longer exists. Choose its teams again."
    assert '<option value="person" selected>' in gone.text
    assert '<option value="alpha"' in gone.text


def test_a_field_that_is_gone_is_said_above_the_rest_of_its_view(team: TeamView) -> None:
    with team.app.app_context():
        query = "who=alpha&range=this-month&rows=sprint&rows=person&columns=week"
        team.stores.views.save(ReportView("v", "Sprints", query, owner="viewer-1"))
        team.commit()
    answer = team.viewer.get("/reports", view="v")
    assert answer.status_code == 200
    said = re.search(r'id="view-gone">([^<]*)<', answer.text)
    assert said
    assert said[1] == (
        "This view was saved with sprint, which reports no longer have. "
        "The report is shown without that, so it may show more."
    )
    assert '<option value="week" selected>' in answer.text
    assert 'id="report-table"' in answer.text


def test_a_field_that_reports_do_not_have_is_said_above_the_rest_of_a_link(team: TeamView) -> None:
    answer = team.viewer.get("/reports", **TEAM, **{"only-sprint": "3", "only-project": "10000"})
    said = re.search(r'id="view-gone">([^<]*)<', answer.text)
    assert said
    assert said[1] == (
        "This link names sprint, which reports do not have. "
        "The report is shown without that, so it may show more."
    )
    assert 'id="view-gone"' not in team.viewer.get("/reports", **TEAM, **{"only-project": "10000"}).text


def test_a_range_and_a_value_that_do_not_exist_are_said_because_the_report_shows_more(team: TeamView) -> None:
    with team.app.app_context():
        options = (Option("old", "Old", removed=True), Option("new", "New"))
        team.stores.attributes.save(Attribute("activity", "Activity", Kind.SELECT, options=options))
        team.commit()
    query = {**TEAM, "range": "last-decade", "only-attribute-activity": ["old", "wombat"]}
    [said] = re.findall(r'id="view-gone">([^<]*)<', team.viewer.get("/reports", **query).text)
    assert said == (
        "This link names last-decade and an unknown value of “Activity”, which reports do not have. "
        "The report is shown without that, so it may show more."
    )
    known = {**TEAM, "only-attribute-activity": "old,none"}
    assert 'id="view-gone"' not in team.viewer.get("/reports", **known).text


def test_a_hundred_thousand_groups_come_folded_and_in_parts(team: TeamView) -> None:
    jira = team.viewer.scene.jira
    issue = jira.issues[PAY]
    issues = {number: replace(issue, id=number, key=f"PAY-{number}") for number in range(1, MANY + 1)}
    day = date(2026, 11, 16).toordinal()

    def everything(query: TeamTimeQuery, *_: object, **__: object) -> PackedWorklogs:
        entries = ((0, day, 1800, number, number, 1, 1) for number in issues)
        return pack(entries, query.people, query.span, issues, jira.now)

    jira.read_team_worklogs = everything  # type: ignore[method-assign]
    answer = team.viewer.get("/reports", **{**TEAM, "rows": ["issue", "person"]})
    assert answer.status_code == 200
    assert answer.text.count('<tr class=l0 data-row="') == 200
    assert "Show more (99800 left)" in answer.text.replace(",", "").replace("\u202f", "")
    assert ">50000:00" in answer.text, "the total is that of all"
    assert len(gzip.compress(answer.data)) < 200_000
    below = team.viewer.get("/reports/rows", **{**TEAM, "rows": ["issue", "person"]}, row="1")
    assert below.text.count("<tr class=l1 ") == 1
