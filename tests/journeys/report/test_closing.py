"""Figures as closed in a real browser: a period is closed, changed in Jira, and shown both ways, also in a file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Frame, Page, expect
from pypdf import PdfReader

from tests.journeys.conftest import Journey
from tests.journeys.period.test_period import close_march, later
from tests.journeys.report.test_export import saved
from tests.journeys.support.sheet import HOUR, MON, Work
from tests.journeys.support.team_stage import make_team, run_jobs
from timesheet.domain.team.team import Team
from tools.stage import Stage


@pytest.fixture
def team(stage: Stage, work: Work) -> Team:
    return make_team(stage, "Payments", work.person, stage.jira.person(2))


@pytest.fixture
def report(stage: Stage, journey: Journey, work: Work, team: Team) -> Frame:
    """Return the report of March by person; an hour that was closed is five hours in Jira now, and two stayed."""
    issue = work.issue("Plan the quarter")
    row = work.log(issue, MON, HOUR)
    Work(stage, stage.jira.person(2)).log(issue, MON, 2 * HOUR)
    later(work)
    close_march(journey, team)
    work.change(row, 5 * HOUR)
    run_jobs(stage)
    return open_march(journey, team)


def open_march(journey: Journey, team: Team) -> Frame:
    frame = journey.open("reports")
    frame.locator("#choose-who").select_option(team.id)
    frame.locator("#choose-range").select_option("last-month")
    expect(frame.locator("#report-table tfoot td")).to_have_text("7:00")
    return frame


def test_a_report_shows_what_was_closed_what_is_now_and_the_difference(
    journey: Journey,
    report: Frame,
    team: Team,
    work: Work,
    tmp_path: Path,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    report = open_march(journey, team)
    report.locator("#figures-menu summary").click()
    report.get_by_role("checkbox", name="Closed periods as closed").check()
    expect(report.locator("#report-refused")).to_contain_text("A closing keeps one sum for each member")
    assert_accessible(report)
    report.locator("#level-2").select_option("")
    report.locator("#level-1").select_option("person")
    total = report.locator("#report-table tfoot td")
    expect(total).to_have_text(["3:00", "7:00", "+4:00 more than at the closing"])
    row = report.locator("#report-table tbody tr", has_text=work.person.display_name)
    expect(row.locator("td")).to_have_text(["1:00", "5:00", "+4:00 more than at the closing"])
    expect(report.locator("#report-closed")).to_have_text("1 of 1 period is closed and shown as closed")
    assert_accessible(report)
    rows = list(csv.reader(saved(journey, report, "#export-csv", tmp_path).read_text().splitlines()))
    end = rows.index([])
    [*_, [*_, closed, _, now, _, since]] = rows[1:end]
    assert (int(closed), int(now), int(since)) == (3 * HOUR, 7 * HOUR, 4 * HOUR)
    sheet = load_workbook(saved(journey, report, "#export-xlsx", tmp_path)).worksheets[0]
    [*_, [*_, closed, _, now, _, since]] = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert (closed, now, since) == (3 * HOUR, 7 * HOUR, 4 * HOUR)
    text = PdfReader(saved(journey, report, "#export-pdf", tmp_path), strict=True).pages[0].extract_text()
    assert "Total 3:00 7:00 +4:00" in text
    assert ["Closed periods", "1 of 1 period is closed and shown as closed"] in rows[end:]


def test_what_was_changed_after_closing_is_found(journey: Journey, report: Frame) -> None:
    report.locator("#toggle-filters").click()
    report.get_by_label("Only time that was entered or changed after closing").check()
    expect(report.locator("#report-table tfoot td")).to_have_text("5:00")
