"""The overview of a team: who sees what, sums that add up, and refusals that name what is missing."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from flask import Flask

from tests.adapters.support.recorded_statements import record_statements
from tests.domain.support.leaves import leave_range
from tests.services.support.scene import MONDAY, OPS, PAY, Scene, issue
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, forbidden, make_team_view
from timesheet.adapters.db.calendar.global_calendar import DbCalendarStore
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import PeriodLength, PeriodRule
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member, Role, Scope, Team, TeamPermission
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Missing
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.worklog.safeguard.seen import seen_mark

HOUR = 3600
TABS = ("summary", "people", "projects", "timesheet")


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 8 * HOUR, author="ana")
    view.viewer.scene.put(OPS, MONDAY - timedelta(days=1), HOUR, author="ana")
    view.viewer.scene.put(PAY, MONDAY, 2 * HOUR, time(14))
    return view


@pytest.mark.parametrize("tab", TABS)
def test_a_lead_sees_every_tab(team: TeamView, tab: str) -> None:
    answer = team.viewer.get("/teams/alpha", tab=tab)
    assert answer.status_code == 200
    assert "November 2026" in answer.text
    assert "<b>11:00</b> of 336:00" in answer.text
    assert "style=" not in answer.text


def test_t05_rows_and_columns_have_one_sum(team: TeamView) -> None:
    text = team.viewer.get("/teams/alpha", tab="timesheet").text
    rows = re.findall(r"<tr id=m\d+.*?<td class=s>([\d:]+)", text)
    [foot] = re.findall(r"<th scope=\"row\">Spent</th>(.*?)</tr>", text, re.DOTALL)
    columns = re.findall(r"<td>([\d:]+)", foot)
    assert sorted(rows) == ["2:00", "9:00"]
    assert sorted(columns) == ["10:00", "1:00"]
    assert "11:00" in foot
    assert "<td class=x>1:00" in text


def test_a_past_working_day_without_time_is_marked_as_below_capacity(team: TeamView) -> None:
    team.viewer.scene.put(PAY, MONDAY - timedelta(days=5), HOUR, author="ana")
    text = team.viewer.get("/teams/alpha", tab="timesheet").text
    [ana] = re.findall(r'<tr id=m\d+ data-person="ana".*?<td class=s>', text, re.DOTALL)
    cells = re.findall(r"<td(?: class=(\w+))?>([\d:]*)", ana)
    friday, wednesday, saturday, today, tomorrow = (cells[day - 1] for day in (13, 11, 14, 16, 17))
    assert friday == ("h1", "")
    assert wednesday == ("h1", "1:00")
    assert saturday == ("o", "")
    assert today == ("h3", "8:00")
    assert tomorrow == ("", ""), "a day that has not ended can still be filled"


def test_t15_sums_of_rounded_capacities_have_the_exact_ones_beside_them(team: TeamView) -> None:
    with team.app.app_context():
        scheme = team.stores.schemes.get(team.stores.schemes.default_id())
        team.stores.schemes.save(replace(scheme, weekdays=(15 * HOUR // 2 + 10,) * 5 + (0, 0)))
        team.commit()
    rows = {"people": "315:08", "summary": "315:00"}
    for tab, capacity in rows.items():
        html = team.viewer.get("/teams/alpha", tab=tab).text
        foot = html.partition("<tfoot>")[2].partition("</tfoot>")[0]
        assert f'<td class="number" title="exactly 315:07:00">{capacity}</td>' in foot
        assert 'title="exactly 165:03:40">' in foot


def test_t15_a_figure_is_the_sum_of_the_issues_that_can_be_opened_below_it(team: TeamView) -> None:
    team.choose(PersonSettings(duration_format="decimal"))
    for number in (PAY, OPS):
        team.viewer.scene.put(number, MONDAY + timedelta(days=1), 1200, author="ana")
    seen = [
        team.viewer.get("/teams/alpha", tab="timesheet", **more).text
        for more in ({}, {"person": "ana"}, {"every": "1"})
    ]
    for text in seen:
        [ana] = re.findall(r"<tr id=m\d+ data-person=\"ana\".*?<td class=s.*?(?=<tr)", text, re.DOTALL)
        assert re.findall(r">([\d.]+)", ana) == ["1.00", "8.00", "0.66", "9.66"]
        assert 'title="exactly 9:40:00">9.66' in ana
        [foot] = re.findall(r"<th scope=\"row\">Spent</th>(.*?)</tr>", text, re.DOTALL)
        assert '<td title="exactly 0:40:00">0.66' in foot
        assert re.findall(r"exactly [\d:]+", foot) == ["exactly 0:40:00", "exactly 11:40:00"]
    assert [row.count(">0.33<") for row in re.findall(r"<tr class=issue.*?<td class=s", seen[1])] == [1, 1]
    people = team.viewer.get("/teams/alpha", tab="people").text
    assert '<td class="number" title="exactly 9:40:00">9.67</td>' in people
    assert '<b><span title="exactly 11:40:00" tabindex="0">11.67</span></b> of' in people, "as rounded once"
    projects = team.viewer.get("/teams/alpha", tab="projects").text
    assert '<td class="number" title="exactly 11:40:00">11.66</td>' in projects


def test_a_person_is_opened_and_everybody(team: TeamView) -> None:
    opened = team.viewer.get("/teams/alpha", tab="timesheet", person="ana").text
    assert opened.count("<tr class=issue") == 2
    assert "Work on OPS-31" in opened
    assert team.viewer.get("/teams/alpha", tab="timesheet", every="1").text.count("<tr class=issue") == 3


def test_every_key_of_an_issue_is_a_link_to_it(team: TeamView) -> None:
    link = 'href="https://acme.atlassian.net/browse/PAY-12" target="_blank" rel="noopener">PAY-12</a>'
    for path, chosen in (
        ("/teams/alpha", {"tab": "projects"}),
        ("/teams/alpha", {"tab": "timesheet", "person": "ana"}),
        ("/teams/alpha/worklogs", {"person": "ana", "day": MONDAY}),
    ):
        assert link in team.viewer.get(path, **chosen).text


def test_holidays_that_are_not_in_a_calendar_yet_are_said_to_who_can_see_to_it(team: TeamView) -> None:
    assert 'id="without-days"' not in team.viewer.get("/teams/alpha").text
    with team.app.app_context():
        team.stores.calendars.save(GlobalCalendar("bavaria", "Bavaria"))
        member = next(one for one in team.stores.teams.members("alpha") if one.account_id == "ana")
        team.stores.teams.save_member(replace(member, calendar_id="bavaria"))
        team.commit()
    page = team.viewer.get("/teams/alpha").text
    [note] = re.findall(r'id="without-days">(.*?)</p>', page, re.DOTALL)
    assert "Public holidays count as working days, because a calendar has none yet." in note
    assert "Bavaria: no days off in 2026" in note
    assert 'id="without-days"' not in team.as_person("ana").get("/teams/alpha").text
    with team.app.app_context():
        christmas = NonWorkingDay(date(2026, 12, 25), "Christmas", "public-holiday")
        team.stores.calendars.save(GlobalCalendar("bavaria", "Bavaria", (christmas,), version=1))
        team.commit()
    assert 'id="without-days"' not in team.viewer.get("/teams/alpha").text


def test_a_calendar_that_is_replaced_while_the_page_reads_counts_no_more(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    holiday = NonWorkingDay(MONDAY, "Repentance", "public-holiday")
    with team.app.app_context():
        for name, days in (("bavaria", ()), ("saxony", (holiday,))):
            team.stores.calendars.save(GlobalCalendar(name, name.title(), days))
        member = next(one for one in team.stores.teams.members("alpha") if one.account_id == "ana")
        team.stores.teams.save_member(replace(member, calendar_id="bavaria"))
        team.commit()
    read, reads = DbCalendarStore.of, list[Collection[str]]()

    def replaced_first(
        store: DbCalendarStore, ids: Collection[str], span: DateSpan
    ) -> tuple[GlobalCalendar, ...]:
        reads.append(ids)
        if len(reads) == 1:
            # The members were read before this, as another process may commit at any moment.
            with team.app.app_context():
                team.stores.calendars.delete("bavaria", "saxony")
                team.commit()
        return read(store, ids, span)

    monkeypatch.setattr(DbCalendarStore, "of", replaced_first)
    page = team.viewer.get("/teams/alpha")
    assert page.status_code == 200
    assert "<b>11:00</b> of 328:00" in page.text
    assert "saxony" in reads[-1]


def test_a_member_sees_their_own_figures_only(team: TeamView) -> None:
    ana = team.as_person("ana")
    for tab in TABS:
        text = ana.get("/teams/alpha", tab=tab).text
        assert "<b>9:00</b> of 168:00" in text
        assert "Name of viewer-1" not in text
        assert 'id="own-only"' in text
    assert ana.get("/teams/alpha/worklogs", person="ana", day=MONDAY).status_code == 200
    assert forbidden(ana.get("/teams/alpha/worklogs", person="viewer-1", day=MONDAY), "View worklogs")
    assert "PAY-12" in ana.get("/teams/alpha", tab="projects").text


def test_sums_are_not_worklogs(team: TeamView) -> None:
    team.role("watcher", TeamPermission.VIEW_HOURS)
    team.add("boss", "watcher")
    boss = team.as_person("boss")
    text = boss.get("/teams/alpha", tab="timesheet", person="ana", every="1").text
    assert "Name of ana" in text
    assert "PAY-12" not in text
    assert "data-person" not in text
    assert "PAY-12" not in boss.get("/teams/alpha", tab="projects").text
    assert forbidden(boss.get("/teams/alpha/worklogs", person="ana", day=MONDAY), "View worklogs")
    assert boss.get("/teams/alpha/worklogs", person="boss", day=MONDAY).status_code == 200


def test_people_of_no_team_and_teams_that_do_not_exist(team: TeamView) -> None:
    stranger = team.as_person("stranger")
    for path in ("/teams/alpha", "/teams/alpha/periods"):
        assert forbidden(stranger.get(path), "View hours")
    assert team.viewer.get("/teams/nowhere").status_code == 404
    assert team.viewer.get("/teams/alpha", period="nonsense").status_code == 422


def test_figures_of_a_scope_say_that_other_issues_are_not_in_them(team: TeamView) -> None:
    assert "issues in the team’s scope only" not in team.viewer.get("/teams/alpha").text
    team.change(scope=Scope(jql="key = PAY-12"))
    assert "issues in the team’s scope only" in team.viewer.get("/teams/alpha").text


def test_a_scope_that_jira_does_not_take_is_said(team: TeamView) -> None:
    team.change(scope=Scope(jql="broken"))
    answer = team.viewer.get("/teams/alpha")
    assert answer.status_code == 422
    assert "The scope of Alpha cannot be read" in answer.text


def test_what_is_missing_is_said(team: TeamView) -> None:
    whole = team.viewer.get("/teams/alpha").text
    assert ">12:00</time> Europe/Berlin, complete up to 11:59 without" in whole
    assert "could not be read" not in whole
    team.viewer.scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is away.")]
    text = team.viewer.get("/teams/alpha", refresh="1").text
    assert "Jira is away. These figures are less than a minute old." in text
    assert "incomplete" in text


def test_a_new_read_is_not_offered_for_the_time_of_former_users(team: TeamView) -> None:
    team.add("former-3f2a77")
    for page, chosen in (("/teams/alpha", {}), ("/reports", {"who": "teams", "team": "alpha"})):
        text = team.viewer.get(page, **chosen).text
        assert "The time of 1 former user cannot be read" in text
        assert 'id="read-again"' not in text
    team.viewer.scene.jira.missing = (Missing("Jira did not answer", "search"),)
    assert 'id="read-again"' in team.viewer.get("/teams/alpha", refresh="1").text


def test_a_team_without_projects_is_said_only_if_everything_was_read(team: TeamView) -> None:
    empty = {"tab": "projects", "period": MONDAY - timedelta(days=365)}
    said = "Nothing logged on these days"
    assert said in team.viewer.get("/teams/alpha", **empty).text
    team.viewer.scene.jira.missing = (Missing("Jira did not answer", "search"),)
    html = team.viewer.get("/teams/alpha", **empty, refresh="1").text
    assert "Jira did not answer" in html
    assert said not in html


def test_a_period_is_closed_from_the_day_after_its_last(team: TeamView) -> None:
    def buttons() -> list[str]:
        text = team.viewer.get("/teams/alpha", period=MONDAY).text
        return re.findall(r'id="(ask-close|when-closable|ask-reopen)"', text)

    team.travel(datetime(2026, 11, 30, 11, tzinfo=UTC))
    assert buttons() == ["when-closable"]
    team.travel(datetime(2026, 12, 1, 11, tzinfo=UTC))
    assert buttons() == ["ask-close"]
    team.close(MONDAY.isoformat())
    assert buttons() == ["ask-reopen"]


def test_only_who_may_close_is_offered_it_and_nobody_in_an_archived_team(team: TeamView) -> None:
    team.role("watcher", TeamPermission.VIEW_HOURS)
    team.add("boss", "watcher")
    assert "ask-close" not in team.as_person("boss").get("/teams/alpha", period="2026-10-01").text
    page = team.viewer.get("/teams/alpha", period="2026-10-01").text
    assert "ask-close" in page
    assert 'id="restore-team"' not in page
    with team.app.app_context():
        teams = team.stores.teams
        teams.save(replace(teams.get("alpha"), archived=True))
        team.commit()
    page = team.viewer.get("/teams/alpha", period="2026-10-01").text
    assert "ask-close" not in page
    assert 'id="restore-team"' in page
    assert 'id="restore-team"' not in team.as_person("boss").get("/teams/alpha").text


def test_late_changes_are_not_for_who_sees_own_figures_only(team: TeamView) -> None:
    team.travel(datetime(2026, 12, 1, 11, tzinfo=UTC))
    record = team.close(MONDAY.isoformat())
    with team.app.app_context():
        change = LateChange("alpha", record, 1, "removed", team.clock())
        team.stores.periods.add_late_changes([change])
        team.commit()
    assert 'id="late-changes"' in team.viewer.get("/teams/alpha", period=MONDAY).text
    assert 'id="late-changes"' not in team.as_person("ana").get("/teams/alpha", period=MONDAY).text


def test_worklogs_behind_a_cell_and_what_may_be_done_with_them(team: TeamView) -> None:
    text = team.viewer.get("/teams/alpha/worklogs", person="ana", day=MONDAY).text
    assert "PAY-12" in text
    assert "In Jira nobody can log time for somebody else" in text
    assert "/worklogs/12/" in text
    own = team.viewer.get("/teams/alpha/worklogs", person="viewer-1", day=MONDAY).text
    assert "Log more time" in own
    assert team.viewer.get("/teams/alpha/worklogs", person="ana").status_code == 404


def test_times_behind_a_cell_are_in_the_language_of_the_reader(team: TeamView) -> None:
    team.viewer.scene.put(PAY, MONDAY, 4800, author="ana")
    team.read_in("fr")
    text = team.viewer.get("/teams/alpha/worklogs", person="ana", day=MONDAY).text.replace("\u202f", " ")
    assert '<b class="entry-duration">1 h 20 min</b>' in text.replace("\xa0", " ")


def test_behind_a_cell_what_cannot_change_has_its_reason_and_no_box(team: TeamView) -> None:
    scene = team.viewer.scene
    scene.put(PAY, MONDAY, 3600, author="ana")
    text = team.viewer.get("/teams/alpha/worklogs", person="ana", day=MONDAY).text
    count = text.count('class="team-entry"')
    assert text.count('name="chosen"') == count > 1
    scene.jira.lacking[PAY] = set(Right)
    scene.wait(301)
    text = team.viewer.get("/teams/alpha/worklogs", person="ana", day=MONDAY).text
    assert text.count('class="closed-note"') == 1
    assert "you need “Edit all worklogs”, or the project is archived" in text
    assert text.count('name="chosen"') == count - text.count("entry-fixed")
    assert text.count("entry-fixed") > 1
    assert text.count('class="worklog-actions"') == count - text.count("entry-fixed")
    team.role("viewer", TeamPermission.VIEW_WORKLOGS)
    team.add("ben", "viewer")
    text = team.as_person("ben").get("/teams/alpha/worklogs", person="ana", day=MONDAY).text
    assert 'name="chosen"' not in text
    assert text.count("entry-fixed") == count
    assert "Manage worklogs" in text


def test_a_manager_changes_chosen_worklogs_of_a_member(team: TeamView) -> None:
    scene = team.viewer.scene
    hers = [one for one in scene.jira.worklogs.values() if one.author == "ana"]
    chosen = [f"{one.issue_id}:{seen_mark(one)}" for one in hers]
    friday = MONDAY + timedelta(days=4)
    answer = team.viewer.post(
        "/worklogs/bulk", chosen=chosen, key="a-key-for-one-bulk", action="day", day=friday
    )
    assert f"{len(hers)} worklogs moved." in answer.text
    days = {one.started.date() for one in scene.jira.worklogs.values() if one.author == "ana"}
    assert days == {friday}
    dialog = team.viewer.post(
        "/worklogs/bulk/plan",
        chosen=[mark(scene, one) for one in hers],
        key="b-key-for-one-bulk",
        action="delete",
    ).text
    assert "None of these worklogs would change." in dialog
    assert f"Also delete {len(hers)} worklogs that nobody can restore" in dialog
    gone = team.viewer.post(
        "/worklogs/bulk",
        chosen=[mark(scene, one) for one in hers],
        key="b-key-for-one-bulk",
        action="delete",
        final="1",
    ).text
    assert f"{len(hers)} worklogs deleted. {len(hers)} of them cannot be restored." in gone
    assert not [one for one in scene.jira.worklogs.values() if one.author == "ana"]


def mark(scene: Scene, worklog: Worklog) -> str:
    return f"{worklog.issue_id}:{seen_mark(scene.jira.worklogs[worklog.id])}"


def test_a_name_is_text(team: TeamView) -> None:
    team.add("<script>")
    text = team.viewer.get("/teams/alpha", tab="timesheet").text
    assert "<script>" not in text
    assert "Name of &lt;script&gt;" in text


@pytest.mark.parametrize("tab", TABS)
def test_a_look_takes_one_statement_for_many_as_for_few(team: TeamView, tab: str) -> None:
    def cost(statements: list[str]) -> tuple[list[str], list[str]]:
        for _ in range(2):
            team.viewer.get("/teams/alpha", tab=tab)
        statements.clear()
        team.viewer.scene.calls()
        assert team.viewer.get("/teams/alpha", tab=tab).status_code == 200
        return list(statements), team.viewer.scene.calls()

    with record_statements() as statements:
        few = cost(statements)
        for number in range(30):
            team.add(f"p{number:02}")
        many = cost(statements)
    assert many == few
    assert few[1] == []
    assert few[0] == ["SELECT"]


def test_whoever_sees_sums_reaches_their_own_worklogs_alone(team: TeamView) -> None:
    team.role("watching worker", TeamPermission.VIEW_HOURS, TeamPermission.WORK_ON_ISSUES)
    team.add("boss", "watching worker")
    boss = team.as_person("boss")
    text = boss.get("/teams/alpha", tab="timesheet").text
    assert re.findall(r'data-person="(.*?)"', text) == ["boss"]
    assert text.count("<tr id=m") == 3
    people = boss.get("/teams/alpha", tab="people").text
    assert re.findall(r'title="The issues of (.*?),', people) == ["Name of boss"]


def report_linked_for(text: str, person: str) -> dict[str, list[str]]:
    """Return the query of the report that a row of the members links to; the page of Jira passes it on."""
    [row] = re.findall(rf'<tr data-person="{person}">.*?</tr>', text, re.DOTALL)
    [address] = re.findall(r'href="([^"]*)" [^>]*title="The report of', row)
    [(_, query)] = [pair for pair in parse_qsl(urlsplit(unescape(address)).query) if "report" in pair[0]]
    return parse_qs(query)


def test_a_row_leads_to_the_report_of_its_member(team: TeamView) -> None:
    issues = report_linked_for(team.viewer.get("/teams/alpha", tab="people").text, "ana")
    assert (issues["who"], issues["only-person"], issues["rows"]) == (
        ["alpha"],
        ["ana"],
        ["project", "issue"],
    )
    assert "PAY-12" in team.viewer.get("/reports", **{**issues, "rows": ["issue"]}).text
    team.role("watching worker", TeamPermission.VIEW_HOURS, TeamPermission.WORK_ON_ISSUES)
    team.add("boss", "watching worker")
    boss = team.as_person("boss")
    sums = report_linked_for(boss.get("/teams/alpha", tab="people").text, "ana")
    assert (sums["rows"], sums["columns"]) == (["person"], ["week"])
    answer = boss.get("/reports", **sums)
    assert (answer.status_code, "9:00" in answer.text) == (200, True)
    own = report_linked_for(boss.get("/teams/alpha", tab="people").text, "boss")
    assert boss.get("/reports", **own).status_code == 200


def test_letters_are_explained(team: TeamView) -> None:
    with team.app.app_context():
        vacation = next(one for one in team.stores.legends.all() if one.title == "Vacation")
        day = DateSpan(MONDAY, MONDAY)
        team.stores.leaves.replace("ana", day, leave_range("ana", day, vacation.id))
        team.commit()
    text = team.viewer.get("/teams/alpha", tab="timesheet").text
    assert re.search(r'id="team-frame" class="grid-frame [^"]*\bw6"', text), (
        "a column has room for a figure, a letter, and a mark"
    )
    assert "<b>V</b> Vacation" in text
    assert "Sick leave" not in text
    assert "<td class=x>8:00<sup>V</sup>" in text
    team.viewer.post("/language", language="de")
    text = team.viewer.get("/teams/alpha", tab="timesheet").text
    assert "<b>U</b> Urlaub" in text
    assert "<td class=x>8:00<sup>U</sup>" in text
    assert ',"U",' in team.viewer.get("/teams/alpha/file/days").text


def add_many(team: TeamView) -> None:
    """Give the team 232 members, p000 to p229 among them."""
    roles = frozenset({team.roles["member"]})
    with team.app.app_context():
        team.stores.teams.save_members([Member("alpha", f"p{number:03}", roles) for number in range(230)])
        team.commit()


def test_long_teams_come_in_pages_and_totals_are_of_all(team: TeamView) -> None:
    add_many(team)
    first = team.viewer.get("/teams/alpha", tab="timesheet").text
    assert (first.count("<tr id=m"), "1–200 of 232 people" in first) == (200, True)
    last = team.viewer.get("/teams/alpha", tab="timesheet", page=1, turn=2, person="ana").text
    assert (last.count("<tr id=m"), "201–232 of 232 people" in last) == (32, True)
    for text in (first, last):
        assert '<td class="s">11:00</td>' in text
        assert 'id="every-issue"' not in text
    opened = team.viewer.get("/teams/alpha", tab="timesheet", page=2, person="ana").text
    assert ("1–200" in opened, opened.count("<tr class=issue")) == (True, 2)
    people = team.viewer.get("/teams/alpha", tab="people", page=9).text
    assert (people.count("data-person"), "11:00" in people.partition("<tfoot>")[2]) == (32, True)


@pytest.mark.parametrize(("person", "shown"), [("p198", "1–200"), ("p199", "201–232")])
def test_an_opened_person_is_on_the_page_that_is_shown(team: TeamView, person: str, shown: str) -> None:
    add_many(team)
    text = team.viewer.get("/teams/alpha", tab="timesheet", person=person).text
    assert f"{shown} of 232 people" in text
    assert f"Name of {person}" in text


def test_everybody_is_opened_up_to_a_number_of_people(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timesheet.web.team.open_overview.MOST_OPEN", 2)
    text = team.viewer.get("/teams/alpha", tab="timesheet", every="1").text
    assert ('id="every-issue"' in text, text.count("<tr class=issue")) == (True, 3)
    team.add("boss")
    text = team.viewer.get("/teams/alpha", tab="timesheet", every="1").text
    assert ('id="every-issue"' in text, text.count("<tr class=issue")) == (False, 0)


def test_many_issues_are_folded_and_stay_in_the_sum(team: TeamView) -> None:
    scene = team.viewer.scene
    for number in range(100, 140):
        scene.jira.issues[number] = issue(number, f"WEB-{number}", None)
        scene.put(number, MONDAY, 60, author="ana")
    folded = team.viewer.get("/teams/alpha", tab="projects", refresh="1").text
    assert "15 more issues" in folded
    assert folded.count(">WEB-1") == 25
    assert '<td class="number">0:15</td>' in folded
    whole = team.viewer.get("/teams/alpha", tab="projects", project="WEB").text
    assert ("more issues" in whole, whole.count(">WEB-1")) == (False, 40)
    for text in (folded, whole):
        assert '<td class="number">0:40</td>' in text
        assert '<td class="number">11:40</td>' in text.partition("<tfoot>")[2]


def test_capacity_zero_shows_time_without_a_share(team: TeamView) -> None:
    team.role("manager", TeamPermission.MANAGE_WORKLOGS)
    team.add("ana", "manager")
    text = team.viewer.get("/teams/alpha", tab="people").text
    [row] = re.findall(r'<tr data-person="ana">.*?</tr>', text, re.DOTALL)
    assert re.findall(r'<td class="number[^"]*">(.*?)</td>', row) == ["9:00", "0:00", "0:00", "+9:00", ""]


def test_a_day_without_time_and_capacity_is_quiet_in_the_summary(team: TeamView) -> None:
    text = team.viewer.get("/teams/alpha", period="2026-11-01").text
    rows = dict(re.findall(r'<tr>\s*<th scope="row">(.*?)</th>(.*?)</tr>', text))
    saturday, monday, tuesday = (
        re.findall(r"<td[^>]*>(.*?)</td>", rows[day]) for day in ("Sat 14 Nov", "Mon 16 Nov", "Tue 17 Nov")
    )
    assert [figure for figure in saturday if figure] == ["–"]
    assert monday[2] == monday[1]
    assert tuesday[1] == monday[1]
    assert [*tuesday[:1], *tuesday[2:]] == [""] * 4, "nothing is expected of a day to come yet"


def test_people_without_time_have_only_their_capacity_in_a_period_to_come(team: TeamView) -> None:
    text = team.viewer.get("/teams/alpha", period="2026-12-01", tab="people").text
    rows = re.findall(r"<tr data-person=.*?</tr>|<tfoot>.*?</tfoot>", text, re.DOTALL)
    *people, total = (re.findall(r'<td class="number[^"]*"[^>]*>(.*?)</td>', row) for row in rows)
    assert [[figure for figure in figures if figure] for figures in people] == [["184:00"]] * len(people)
    assert total[0] == "0:00"


def test_t36_a_moved_issue_is_shown_where_it_is_now(team: TeamView) -> None:
    scene = team.viewer.scene
    assert "PAY-12" in team.viewer.get("/teams/alpha", tab="projects").text
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], key="WEB-7", project_key="WEB", project_id=9)
    text = team.viewer.get("/teams/alpha", tab="projects", refresh="1").text
    assert (">PAY-12<" in text, ">WEB-7<" in text) == (False, True)
    assert '<td class="number">10:00</td>' in text


def test_a_worklog_in_two_teams_counts_once_in_each(team: TeamView) -> None:
    with team.app.app_context():
        stores = team.stores
        stores.teams.save(Team("beta", "Beta", "viewer-1", stores.schemes.default_id()))
        role = stores.teams.save_role(
            Role("role-b", "beta", "Works", frozenset({TeamPermission.WORK_ON_ISSUES}))
        )
        stores.teams.save_member(Member("beta", "ana", frozenset({role.id})))
        team.commit()
    assert "<b>11:00</b> of" in team.viewer.get("/teams/alpha").text
    assert "<b>9:00</b> of" in team.viewer.get("/teams/beta").text


def test_a_yes_has_a_column_by_person_and_by_project(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.attributes.choose("alpha", {"billable"})
        team.commit()
    team.viewer.scene.put(PAY, MONDAY, 30 * 60, author="ana", properties={PROPERTY: {"billable": True}})
    for tab in ("people", "projects"):
        plain = team.viewer.get("/teams/alpha", period=MONDAY, tab=tab).text
        assert 'id="choose-attribute"' in plain
        assert '<th scope="col" class="number">Billable</th>' not in plain
        html = team.viewer.get("/teams/alpha", period=MONDAY, tab=tab, attribute="billable").text
        assert '<th scope="col" class="number">Billable</th>' in html
        assert html.count('<td class="number">0:30 <span class="subtle">') == 2
    team.choose(PersonSettings(duration_format="decimal"))
    team.viewer.scene.put(PAY, MONDAY, 20 * 60, author="ana", properties={PROPERTY: {"billable": True}})
    for tab, count in (("people", 2), ("projects", 3)):
        html = team.viewer.get("/teams/alpha", period=MONDAY, tab=tab, attribute="billable", refresh="1").text
        assert html.count('<td class="number" title="exactly 0:50:00">0.83') == count
    assert 'id="choose-attribute"' not in team.viewer.get("/teams/alpha", period=MONDAY, attribute="x").text


def test_a_closed_period_has_an_attribute_by_project_only(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.attributes.choose("alpha", {"billable"})
        team.commit()
    team.travel(datetime(2026, 12, 1, 11, tzinfo=UTC))
    team.close(MONDAY.isoformat())
    head = '<th scope="col" class="number">Billable</th>'
    shown = {
        tab: head in team.viewer.get("/teams/alpha", period=MONDAY, tab=tab, attribute="billable").text
        for tab in TABS
    }
    assert shown == {"summary": False, "people": False, "projects": True, "timesheet": False}


def test_attributes_that_jira_did_not_give_are_said(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.attributes.choose("alpha", {"billable"})
        team.commit()
    team.viewer.scene.jira.failing["read_listed"] = [JiraUnavailable("Jira is silent.")]
    html = team.viewer.get("/teams/alpha", period=MONDAY, tab="people", attribute="billable").text
    assert "could not be read, so they are counted as if they had none." in html


def test_the_weeks_of_a_quarter_begin_on_the_first_weekday_of_the_site(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.periods.save_rule(PeriodRule(PeriodLength.QUARTERLY, date(2026, 10, 1)), 0)
        settings = team.app.extensions["timesheet"].stores.settings_of(team.viewer.site.client_key)
        settings.save_site(replace(settings.read_site(), week_start="6"))
        team.commit()
    html = team.viewer.get("/teams/alpha", period=MONDAY, tab="summary").text
    assert re.findall(r'<th scope="row">(.*?)</th>', html)[:2] == ["1–3 Oct 2026", "4–10 Oct 2026"]


def test_t15_lines_behind_a_cell_have_their_exact_time_beside_them(team: TeamView) -> None:
    for hour in (15, 17):
        team.viewer.scene.put(OPS, MONDAY, 90, time(hour), "ana")
    text = team.viewer.get("/teams/alpha/worklogs", person="ana", day=MONDAY).text
    assert text.count('<b class="entry-duration" title="exactly 0:01:30">2m</b>') == 2
    assert re.search(r'<b title="exactly \d+:\d\d:00">[^<]+4m</b>', text)
