"""Differences and sums: each is computed from the figures next to or above it, for past, present, and future days."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.support.leaves import leave_range
from tests.domain.support.sheets import build_sheet
from tests.domain.worklog.test_sheet import ISSUES, MONDAY, WEEK, worklog
from tests.services.support.scene import OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.figures import Figures
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member, Team, system_roles
from timesheet.web.timesheet.difference import Total, compared
from timesheet.web.timesheet.grid import Grid

HOUR = 3600
CHOICE = {"view": "week", "day": str(MONDAY), "group": "issue"}
TEXT = re.compile(r"<t[dh][^>]*>(.*?)(?=</td>|</th>|<t[dh][ >]|$)", re.DOTALL)
MARKUP = re.compile(r"<[^>]*>")


def cells(html: str) -> list[str]:
    """Return the texts of a row's cells."""
    return [MARKUP.sub("", text).strip() for text in TEXT.findall(html)]


def units(text: str) -> int:
    """Return a printed figure in minutes or hundredths; letters, dashes, ticks, and empty texts are 0."""
    found = re.fullmatch(r"([+−]?)(\d+)([:.,])(\d\d)", text)
    if not found:
        assert text in {"", "✓", "–", "V", "P"}, text
        return 0
    sign, whole, mark, rest = found.groups()
    amount = int(whole) * (60 if mark == ":" else 100) + int(rest)
    return -amount if sign == "−" else amount


def member(row: list[str]) -> str:
    """Return the name in a row's first cell, which comes after the initials and before the link to the report."""
    return row[0].removesuffix("Report").strip().split("\n")[-1].strip()


SECONDS = st.one_of(
    st.sampled_from([0, 4, 6, 7.5, 8]).map(lambda hours: int(hours * HOUR)), st.integers(0, 40_000)
)
WORKLOGS = st.lists(
    st.tuples(st.sampled_from(list(ISSUES)), st.integers(0, 6), st.integers(1, 40_000)), max_size=12
)


@given(
    logged=WORKLOGS,
    expected=st.lists(SECONDS, min_size=7, max_size=7),
    today=st.integers(-2, 9),
    decimal=st.booleans(),
)
def test_in_the_grids_foot_every_difference_is_logged_less_expected_to_date_and_rows_add_up(
    logged: list[tuple[int, int, int]], expected: list[int], today: int, decimal: bool
) -> None:
    worklogs = [
        worklog(n, issue_id, MONDAY + timedelta(days=day), seconds)
        for n, (issue_id, day, seconds) in enumerate(logged)
    ]
    day = MONDAY + timedelta(days=today)
    grid = Grid(build_sheet(worklogs, ISSUES, WEEK, expected), Figures(decimal), day)
    rows = {
        "logged": [*map(units, cells(grid.logged_cells)), units(grid.total_logged.text)],
        "whole": [*map(units, cells(grid.expected_cells)), units(grid.total_expected.text)],
        "to date": [*map(units, cells(grid.to_date_cells)), units(grid.total_to_date.text)],
        "difference": [*map(units, cells(grid.difference_cells)), units(grid.total_difference.text)],
    }
    for name, (*days, total) in rows.items():
        assert sum(days) == total, name
    for spent, base, difference in zip(rows["logged"], rows["to date"], rows["difference"], strict=True):
        assert difference == spent - base
    begun = max(0, min(7, today + 1))
    assert rows["to date"][:7] == [*rows["whole"][:begun], *[0] * (7 - begun)]
    assert grid.has_days_to_come == (begun < 7)
    if not grid.has_days_to_come:
        assert rows["to date"] == rows["whole"]


@pytest.mark.parametrize(
    ("today", "text", "mark"),
    [(-1, "+1:00", ""), (0, "−7:00", "under")],
    ids=["tomorrow", "today"],
)
def test_time_logged_ahead_is_not_overtime_and_from_the_day_on_it_falls_short(
    today: int, text: str, mark: str
) -> None:
    sheet = build_sheet([worklog(1, 0, MONDAY)], ISSUES, WEEK, [8 * HOUR] * 7)
    grid = Grid(sheet, Figures(), MONDAY + timedelta(days=today))
    assert grid.difference(0) == Total(text, mark)
    due = (today + 1) * 8 * HOUR
    assert grid.total_difference == (Total(text, mark) if today < 0 else (compared(Figures(), 60, due // 60)))


@pytest.mark.parametrize(
    ("logged", "expected", "width"),
    [(1, 8, 5), (40, 8, 6), (100, 100, 6), (1, 1235, 8)],
    ids=["short", "over", "met", "far-under"],
)
def test_the_columns_are_as_wide_as_the_longest_figure(logged: int, expected: int, width: int) -> None:
    sheet = build_sheet([worklog(1, 0, MONDAY, logged * HOUR)], ISSUES, WEEK, [expected * HOUR] * 7)
    assert Grid(sheet, Figures(), MONDAY).width == width


def test_in_a_period_to_come_nobody_has_overtime_yet(team: TeamView) -> None:
    for tab in ("people", "summary"):
        html = team.viewer.get("/teams/alpha", tab=tab, period="2026-12-01").text
        table = html.partition('<table class="plain figures">')[2].partition("</table>")[0]
        # Any time on a day without expected time is overtime.
        table = table if tab == "people" else table.partition("<tfoot>")[2]
        assert "+0:12" in table
        assert not re.findall(r'class="[^"]*\bover\b', table)


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Go to Monday 16 November: three members, a leave, a holiday, and time before, on, and after today."""
    view = make_team_view(app, site, clock)
    with view.app.app_context():
        stores = view.stores
        days = tuple(NonWorkingDay(date(2026, month, 18), "Day", "public-holiday") for month in (10, 11, 12))
        stores.calendars.save(GlobalCalendar("berlin", "Berlin", days))
        stores.teams.save_member(
            Member(
                "alpha",
                "late",
                frozenset({view.roles["member"]}),
                joined=date(2026, 11, 12),
                calendar_id="berlin",
            )
        )
        for month in (10, 11, 12):
            off = DateSpan(date(2026, month, 5), date(2026, month, 6))
            stores.leaves.replace("ana", off, leave_range("ana", off, "vacation"))
        view.commit()
    scene = view.viewer.scene
    for day, author in (
        (-20, "ana"),
        (-1, "ana"),
        (0, "ana"),
        (2, "ana"),
        (3, "late"),
        (0, "late"),
        (-6, "late"),
    ):
        scene.put(PAY, MONDAY + timedelta(days=day), 5 * HOUR + 1000, author=author)
    scene.put(OPS, MONDAY, 2 * HOUR, time(14))
    scene.put(OPS, MONDAY + timedelta(days=20), 700, time(14))
    return view


def table(view: TeamView, tab: str, period: str) -> tuple[list[str], list[list[str]]]:
    """Return the heads of a tab's table and its rows, the last of which is the foot."""
    html = view.viewer.get("/teams/alpha", tab=tab, period=period).text
    html = html.partition('<table class="plain figures">')[2].partition("</table>")[0]
    rows = [cells(row) for row in re.findall(r"<tr[ >].*?</tr>", html, re.DOTALL)]
    return rows[0], rows[1:]


@pytest.mark.parametrize("form", ["minutes", "decimal"])
@pytest.mark.parametrize("period", ["2026-10-01", "2026-11-01", "2026-12-01"], ids=["past", "now", "to-come"])
@pytest.mark.parametrize("tab", ["summary", "people"])
def test_a_teams_differences_are_spent_less_the_base_shown_and_totals_are_sums(
    team: TeamView, tab: str, period: str, form: str
) -> None:
    if form == "decimal":
        team.viewer.post("/timesheet/format", duration_format="decimal", **CHOICE)
    heads, rows = table(team, tab, period)
    assert ("." in rows[-1][heads.index("Spent")]) == (form == "decimal")
    assert ("Expected to date" in heads) == (period != "2026-10-01")
    base = heads.index("Expected to date" if "Expected to date" in heads else "Capacity")
    spent, whole, difference = heads.index("Spent"), heads.index("Capacity"), heads.index("Difference")
    for row in rows:
        assert units(row[difference]) == units(row[spent]) - units(row[base]), row
        assert units(row[base]) <= units(row[whole])
    *members, total = rows
    for column in (spent, whole, base, difference):
        assert sum(units(row[column]) for row in members) == units(total[column]), heads[column]


def test_expected_to_date_is_the_capacity_of_the_days_up_to_today(team: TeamView) -> None:
    heads, rows = table(team, "people", "2026-11-01")
    people = {member(row): dict(zip(heads[2:], row[2:], strict=True)) for row in rows}
    # A holiday on the 18th counts for the whole only.
    assert people["Name of late"]["Capacity"] == "96:00"
    # Time before joining is not counted; that of Thursday, logged ahead, is.
    assert (people["Name of late"]["Spent"], people["Name of late"]["Difference"]) == ("10:33", "−13:27")


def test_a_day_or_week_to_come_has_nothing_to_date(team: TeamView) -> None:
    heads, rows = table(team, "summary", "2026-11-01")
    to_date = heads.index("Expected to date")
    assert [units(row[to_date]) > 0 for row in rows[15:18]] == [True, False, False]


def test_the_sheet_shows_expected_to_date_beside_the_whole_while_days_are_to_come(team: TeamView) -> None:
    def rows_of(day: date) -> dict[str, list[str]]:
        html = team.viewer.get("/timesheet", view="week", day=day).text.partition("<tfoot")[2]
        found = [cells(row) for row in re.findall(r"<tr[ >].*?</tr>", html, re.DOTALL)]
        return {row[0]: row[1:] for row in found}

    now = rows_of(MONDAY)
    assert (now["Expected"][-1], now["Expected to date"][-1], now["Logged"][-1]) == ("40:00", "8:00", "2:00")
    assert now["Difference"][-1] == "−6:00"
    past = rows_of(MONDAY - timedelta(days=7))
    assert "Expected to date" not in past
    assert (past["Expected"][-1], past["Difference"][-1]) == ("40:00", "−40:00")
    ahead = rows_of(MONDAY + timedelta(days=21))
    assert (ahead["Expected"][-1], ahead["Expected to date"][-1]) == ("40:00", "0:00")


@pytest.mark.parametrize(
    ("weeks", "hours", "shown"),
    [
        (0, 41, "43:00 of 40:00 35:00 over to date"),
        (3, 41, "41:00 of 40:00 1:00 over"),
        (3, 8, "8:00 of 40:00"),
        (-1, 41, "41:00 of 40:00 1:00 over"),
    ],
)
def test_time_beyond_a_week_to_come_is_not_over_to_date(
    team: TeamView, weeks: int, hours: int, shown: str
) -> None:
    day = MONDAY + timedelta(days=7 * weeks)
    for number in range(5):
        team.viewer.scene.put(PAY, day + timedelta(days=number), hours * HOUR // 5)
    html = team.viewer.get("/timesheet", view="week", day=day).text
    bar = html.partition('id="range-progress"')[2].partition("</p>")[0].partition(">")
    assert " ".join(MARKUP.sub(" ", bar[2]).split()) == shown
    assert ("to date" in bar[0]) == (weeks == 0)


@pytest.mark.parametrize(
    ("layout", "shown"),
    [
        ("grid", "35:00 over to date"),
        *((one, "35:00 over to date (8:00 expected)") for one in ("list", "calendar")),
    ],
)
def test_a_difference_to_date_names_its_base_where_no_row_has_it(
    team: TeamView, layout: str, shown: str
) -> None:
    for number in range(5):
        team.viewer.scene.put(PAY, MONDAY + timedelta(days=number), 41 * HOUR // 5)
    html = team.viewer.get("/timesheet", view="week", day=MONDAY, layout=layout).text
    [beyond] = re.findall(r'<span class="beyond">(.*?)</span>', html)
    assert beyond == shown


MONTH = [date(2026, 11, day) for day in range(1, 31)]


def list_difference(html: str, day: date) -> str:
    """Return the difference in a day's head in the list, without the words that name its base."""
    head = html.partition(f'id="head-{day}"')[2].partition("</p>")[0]
    assert head, day
    text = MARKUP.sub("", head.partition('<span class="difference')[2].partition(">")[2]).strip()
    assert text.endswith("to date") == (bool(text) and day > MONDAY)
    return text.removeprefix("Difference:").removesuffix("to date").strip()


def test_every_screen_shows_the_same_difference_of_a_day_before_on_and_after_today(team: TeamView) -> None:
    scene, alone = team.viewer.scene, MONDAY + timedelta(days=8)
    for days in (-4, 4, 8):
        scene.put(PAY, MONDAY + timedelta(days=days), HOUR + 60 * days, time(15))
    grid = team.viewer.get("/timesheet", view="month", day=MONDAY).text
    listed = team.viewer.get("/timesheet", view="month", day=MONDAY, layout="list").text
    by_day = {
        day: re.findall(rf"<td id=d{n}[ >][^<]*", grid)[0].partition(">")[2].strip()
        for n, day in enumerate(MONTH)
    }
    assert by_day[MONDAY] == "−6:00"
    assert (by_day[alone], by_day[MONDAY + timedelta(days=1)]) == ("+1:08", "")
    assert {day: list_difference(listed, day) for day in MONTH} == by_day
    heads, rows = table(team, "people", "2026-11-01")
    [own] = [row for row in rows if member(row) == "Name of viewer-1"]
    assert units(own[heads.index("Difference")]) == sum(units(text) for text in by_day.values())
    # Nobody else has logged on that future day.
    heads, rows = table(team, "summary", "2026-11-01")
    assert rows[alone.day - 1][heads.index("Difference")] == by_day[alone]


@pytest.mark.parametrize(
    ("days", "shown"),
    [(-3, "−"), (0, "−6:00"), (19, ""), (20, "+0:12")],
    ids=["past", "today", "to-come", "ahead"],
)
def test_the_list_compares_a_day_with_what_is_expected_of_it_to_date(
    team: TeamView, days: int, shown: str
) -> None:
    day = MONDAY + timedelta(days=days)
    html = team.viewer.get("/timesheet", view="week", day=day, layout="list").text
    head = html.partition(f'id="head-{day}"')[2].partition("</header>")[0]
    difference = MARKUP.sub("", head.partition('class="difference')[2])
    assert shown in difference
    assert bool(difference) == bool(shown)


def test_the_head_of_expected_says_that_the_longest_day_of_several_teams_counts(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    view = make_team_view(app, site, clock)
    sentence = "On days on which your teams expect different times, the longest one counts."
    assert sentence not in view.viewer.get("/timesheet", **CHOICE).text
    with app.app_context():
        stores = view.stores
        hours = (6 * HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR, 0, 0)
        short = stores.schemes.save(WorkloadScheme("short", "Short", hours))
        stores.teams.save(Team("beta", "Beta", "viewer-1", short.id))
        names = iter(("lead-2", "member-2"))
        roles = [stores.teams.save_role(role) for role in system_roles("beta", lambda: next(names))]
        stores.teams.save_member(Member("beta", "viewer-1", frozenset({roles[1].id})))
        view.commit()
    page = view.viewer.get("/timesheet", **CHOICE).text
    assert sentence in page
    assert ">40:00</td>" in page
