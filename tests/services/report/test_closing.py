"""Figures as closed are those of the closings, to the second, and the difference is what changed since."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.support.report_scene import SHOWN, TEAM, row_text
from tests.services.support.scene import OPS, PAY, Scene
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import InvalidInput
from timesheet.domain.period.period import ClosingRecord, PeriodLength, PeriodRule
from timesheet.domain.report.query import Entered, Filter, ReportQuery
from timesheet.domain.report.terms import ColumnUnit, Dimension, Figure
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import TeamPermission
from timesheet.services.period.closing import close_period, closing_key, reopen_period
from timesheet.services.period.command import ClosePeriod, ReopenPeriod
from timesheet.services.report.report import AS_CLOSED, NONE_CLOSED, Report, read_report
from timesheet.services.snapshot.team import Freshness

HOUR = 3600
LEAD = "viewer-1"
JUNE = DateSpan(date(2024, 6, 1), date(2024, 6, 30))
JULY = DateSpan(date(2024, 7, 1), date(2024, 7, 31))
QUARTER = DateSpan(date(2024, 4, 1), date(2024, 6, 30))
CLOSED = replace(TEAM, span=JUNE, as_closed=True)
KEY = closing_key("a signing key", "site-1")
PEOPLE = ("ana", "bob", "stranger")

WORK = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE), st.integers(0, 60), st.sampled_from([PAY, OPS]), st.integers(60, 9000)
    ),
    max_size=12,
)
LATE = st.lists(st.tuples(st.integers(0, 30), st.integers(-1, 9000)), max_size=6)
"""The worklog that changes after the closing, and its new seconds; -1 deletes it."""


@pytest.fixture
def july(scene: Scene) -> Scene:
    """Go to 1 July 2024, where viewer-1 leads a team of two members."""
    return went(scene)


def went(scene: Scene) -> Scene:
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.site.team(LEAD, "ana", "bob")
    return scene


def close(scene: Scene, span: DateSpan = JUNE, team_id: str = "alpha") -> ClosingRecord:
    context = scene.viewer_context_of(LEAD)
    command = ClosePeriod(team_id, span.first, span.last)
    return close_period(scene.team_context(LEAD), context, scene.jira, KEY, command)


def look(scene: Scene, query: ReportQuery = CLOSED, who: str = LEAD, **more: object) -> Report:
    changed = replace(query, **more)  # type: ignore[arg-type]
    context = scene.viewer_context_of(who)
    return read_report(scene.team_context(who), context, scene.jira, changed, SHOWN, Freshness.NOW)


def figures(report: Report) -> dict[str, dict[str, int | None]]:
    """Return the exact figures of the whole range by row, the total among them under its name."""
    columns = [column for column in report.table.columns if column.span is None]
    rows = [(row_text(row), row.cells) for row in report.table.rows()]
    return {
        name: {
            column.figure.value: cell.exact
            for column, cell in zip(columns, cells[-len(columns) :], strict=True)
        }
        for name, cells in (*rows, ("total", report.table.totals))
    }


def spent(closed: int, now: int) -> dict[str, int]:
    return {"spent": closed * HOUR, "now": now * HOUR, "since": (now - closed) * HOUR}


@given(WORK, LATE)
@settings(max_examples=60)
def test_members_as_closed_add_up_to_the_closing_and_the_difference_to_the_late_changes(
    work: list[tuple[str, int, int, int]], late: list[tuple[int, int]]
) -> None:
    scene = went(Scene())
    for author, day, issue, seconds in work:
        scene.put(issue, QUARTER.first + timedelta(days=30 + day), seconds, author=author)
    record = close(scene)
    changed = 0
    ids = [
        number for number, one in scene.jira.worklogs.items() if one.day in JUNE and one.author != "stranger"
    ]
    for place, seconds in late:
        worklog = scene.jira.worklogs.get(ids[place]) if place < len(ids) else None
        if worklog is None:
            continue
        changed += max(seconds, 0) - worklog.seconds
        if seconds < 0:
            del scene.jira.worklogs[worklog.id]
        else:
            scene.jira.worklogs[worklog.id] = replace(worklog, seconds=seconds)
    found = figures(look(scene))
    total = found.pop("total")
    assert {name.removeprefix("Name of "): row["spent"] for name, row in found.items() if row["spent"]} == {
        member.account_id: member.spent for member in record.members if member.spent
    }
    assert total["spent"] == sum(member.spent for member in record.members)
    assert total["since"] == changed
    for figure in ("spent", "now", "since"):
        assert sum(row[figure] or 0 for row in found.values()) == total[figure]


def test_open_periods_beside_closed_ones_are_as_of_now(july: Scene) -> None:
    july.put(PAY, date(2024, 5, 2), HOUR, author="ana")
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="ana")
    close(july)
    july.put(OPS, date(2024, 6, 4), 4 * HOUR, author="ana")
    found = look(july, span=QUARTER, column_unit=ColumnUnit.MONTH)
    assert [cell.exact for cell in found.table.totals] == [
        *(0, 0, 0),
        *(HOUR, HOUR, 0),
        *(2 * HOUR, 6 * HOUR, 4 * HOUR),
        *(3 * HOUR, 7 * HOUR, 4 * HOUR),
    ]
    assert found.table.terms.as_closed == (1, 3)
    assert [problem.what for problem in found.table.problems] == [AS_CLOSED]
    assert found.table.count == 3


def test_without_a_closing_everything_is_as_of_now_and_said(july: Scene) -> None:
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="ana")
    record = close(july)
    reopen_period(july.team_context(LEAD), ReopenPeriod("alpha", record.id))
    july.put(PAY, date(2024, 6, 3), HOUR, author="ana")
    found = look(july)
    assert figures(found)["total"] == spent(3, 3)
    assert found.table.terms.as_closed == (0, 1)
    assert [problem.what for problem in found.table.problems] == [NONE_CLOSED]


def test_capacity_and_what_depends_on_it_are_as_closed(july: Scene) -> None:
    july.put(PAY, date(2024, 6, 3), 80 * HOUR, author="ana")
    close(july)
    july.put(PAY, date(2024, 6, 4), 8 * HOUR, author="ana")
    july.site.planning.leaves.append(Leave("ana", date(2024, 6, 14), "vacation"))
    july.wait(61)
    chosen = (Figure.CAPACITY, Figure.SPENT, Figure.DIFFERENCE, Figure.PERCENTAGE, Figure.MISSING)
    row = figures(look(july, figures=chosen))["Name of ana"]
    assert row == {
        "capacity": 160 * HOUR, **spent(80, 88), "difference": -80 * HOUR, "percentage": 500,
        "missing": 80 * HOUR,
    }  # fmt: skip
    assert figures(look(july, figures=chosen, as_closed=False))["Name of ana"]["capacity"] == 152 * HOUR


def test_a_member_who_was_removed_stays_in_the_closing(july: Scene) -> None:
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="bob")
    close(july)
    july.site.teams.stored.clear()
    found = figures(look(july))
    assert found["total"]["spent"] == 2 * HOUR


def test_labels_and_filters_limit_what_was_recorded(july: Scene) -> None:
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="ana")
    july.put(PAY, date(2024, 6, 3), 3 * HOUR, author="bob")
    close(july)
    july.site.labels.stored.append(UserLabel("blue", "Blue", "blue", frozenset({"ana"})))
    found = figures(look(july, rows=(Dimension.LABEL, Dimension.PERSON)))
    assert (found["Blue"], found["none"]) == (spent(2, 2), spent(3, 3))
    only = (Filter(Dimension.LABEL, frozenset({"blue"})),)
    assert figures(look(july, filters=only))["total"] == spent(2, 2)
    for team, hours in (("alpha", 5), ("beta", 0)):
        chosen = (Filter(Dimension.TEAM, frozenset({team})),)
        july.jira.worklogs.clear()
        assert figures(look(july, filters=chosen))["total"]["spent"] == hours * HOUR


def test_teams_without_common_members_are_shown_together(july: Scene) -> None:
    july.site.team(LEAD, "eve", team_id="beta")
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="ana")
    july.put(PAY, date(2024, 6, 3), 3 * HOUR, author="eve")
    close(july)
    found = look(july, team_ids=("alpha", "beta"), rows=(Dimension.TEAM, Dimension.PERSON))
    assert figures(found)["total"] == spent(5, 5)
    assert found.table.terms.as_closed == (1, 2)


def test_somebody_in_two_teams_has_no_figures_as_closed_over_both(july: Scene) -> None:
    july.site.team(LEAD, "ana", team_id="beta")
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="bob")
    both = replace(CLOSED, team_ids=("alpha", "beta"))
    close(july)
    assert figures(look(july, both))["total"] == spent(2, 2)
    with pytest.raises(InvalidInput, match="Name of ana has figures in several of these teams") as refused:
        look(july, both, figures=(Figure.SPENT, Figure.CAPACITY))
    assert refused.value.field == "closed"
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="ana")
    with pytest.raises(InvalidInput, match="Name of ana has figures in several of these teams"):
        look(july, both)


def test_what_two_closings_recorded_of_somebody_is_not_added_up(july: Scene) -> None:
    """The same worklog may be in both, and since then it may be deleted, and its author no longer a member."""
    july.site.team(LEAD, "ana", team_id="beta")
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="ana")
    both = replace(CLOSED, team_ids=("alpha", "beta"))
    close(july)
    close(july, team_id="beta")
    july.jira.worklogs.clear()
    with pytest.raises(InvalidInput, match="Name of ana has figures in several of these teams"):
        look(july, both)


def test_nor_is_the_capacity_that_they_recorded(july: Scene) -> None:
    july.site.team(LEAD, "ana", team_id="beta")
    both = replace(CLOSED, team_ids=("alpha", "beta"))
    close(july)
    close(july, team_id="beta")
    for team_id in ("alpha", "beta"):
        del july.site.teams.stored[team_id, "ana"]
    assert figures(look(july, both))["total"] == spent(0, 0)
    with pytest.raises(InvalidInput, match="Name of ana has figures in several of these teams"):
        look(july, both, figures=(Figure.SPENT, Figure.CAPACITY))


@pytest.mark.parametrize(
    ("span", "unit"),
    [
        (DateSpan(date(2024, 6, 3), date(2024, 6, 30)), ColumnUnit.NONE),
        (DateSpan(date(2024, 5, 1), date(2024, 6, 29)), ColumnUnit.NONE),
        (JUNE, ColumnUnit.WEEK),
    ],
)
def test_a_part_of_a_closed_period_is_refused_with_its_days(
    july: Scene, span: DateSpan, unit: ColumnUnit
) -> None:
    assert look(july, span=span, column_unit=unit).table.terms.as_closed is not None
    close(july)
    with pytest.raises(InvalidInput, match="from 1 June 2024 to 30 June 2024, and only a part"):
        look(july, span=span, column_unit=unit)


def test_weekly_periods_fit_weekly_columns(july: Scene) -> None:
    july.site.periods.chosen = PeriodRule(PeriodLength.WEEKLY, date(2024, 6, 3)), 1
    july.put(PAY, date(2024, 6, 4), 2 * HOUR, author="ana")
    week = DateSpan(date(2024, 6, 3), date(2024, 6, 9))
    close(july, week)
    span = DateSpan(date(2024, 6, 3), date(2024, 6, 30))
    found = look(july, span=span, column_unit=ColumnUnit.WEEK)
    assert [cell.exact for cell in found.table.totals][:3] == [2 * HOUR, 2 * HOUR, 0]
    assert found.table.terms.as_closed == (1, 4)


def test_a_member_sees_their_own_recorded_time_only(july: Scene) -> None:
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="ana")
    july.put(PAY, date(2024, 6, 3), 3 * HOUR, author="bob")
    close(july)
    assert figures(look(july, who="ana"))["total"]["spent"] == 2 * HOUR


def test_a_colleague_in_both_teams_of_a_member_is_not_named(july: Scene) -> None:
    july.site.team(LEAD, "ana", "bob", team_id="beta")
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="bob")
    close(july)
    close(july, team_id="beta")
    found = look(july, who="ana", team_ids=("alpha", "beta"))
    assert figures(found) == {"Name of ana": spent(0, 0), "total": spent(0, 0)}


def test_somebody_who_sees_sums_sees_those_of_closings(july: Scene) -> None:
    team = july.site.teams.get("alpha")
    july.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    july.site.add(team, "eve", "sums")
    july.put(PAY, date(2024, 6, 3), 2 * HOUR, author="ana")
    close(july)
    july.put(PAY, date(2024, 6, 4), HOUR, author="ana")
    assert figures(look(july, who="eve"))["total"] == spent(2, 3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"team_ids": ()}, "Your own time has no closing"),
        ({"rows": (Dimension.PERSON, Dimension.PROJECT)}, "one sum for each member"),
        ({"filters": (Filter(Dimension.ISSUE, frozenset({"12"})),)}, "one sum for each member"),
        ({"text": "x"}, "one sum for each member"),
        ({"jql": "key = PAY-12"}, "one sum for each member"),
        ({"late": True}, "one sum for each member"),
        ({"entered": Entered(JUNE.first)}, "one sum for each member"),
        ({"figures": (Figure.SPENT, Figure.CHANGE)}, "cannot be compared"),
        ({"short": True}, "cannot be compared"),
    ],
)
def test_what_a_closing_does_not_record_is_refused(july: Scene, change: dict[str, object], said: str) -> None:
    query = replace(CLOSED, **change)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=said) as refused:
        look(july, query)
    assert refused.value.field == "closed"
