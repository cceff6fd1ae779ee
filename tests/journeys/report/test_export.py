"""Files of a report in a real browser: what another program reads in them is what the screen shows."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Frame, Page, expect
from pypdf import PdfReader

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.report.test_report import open_report
from tests.journeys.support.held_answer import click_during, hold_answer
from tests.journeys.support.sheet import HOUR, MON, TUE, Work
from tests.journeys.support.team_stage import make_team, run_jobs
from timesheet.domain.team.team import Team
from timesheet.web.report import export
from tools.stage import Stage


@pytest.fixture
def team(stage: Stage, work: Work, person: Person) -> Team:
    """Return a team led by the traveler, with seven hours and a quarter of a colleague and one of their own."""
    colleague = stage.jira.person(2)
    refunds, search = work.issue("Mend the refund flow"), work.issue("=1+1 in the search", "WEB")
    hers = Work(stage, colleague)
    hers.log(refunds, MON, 7 * HOUR)
    hers.log(search, TUE, HOUR // 4)
    work.log(refunds, MON, HOUR)
    return make_team(stage, "Payments", person, colleague)


def saved(journey: Journey, frame: Frame, button: str, folder: Path) -> Path:
    """Choose an entry of the menu, and return the file that the browser saves."""
    frame.locator("#export-menu summary").click()
    with journey.page.expect_download() as waiting:
        frame.locator(button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def shown_seconds(frame: Frame) -> int:
    """Return the total that the screen shows."""
    hours, minutes = frame.locator("#report-table tfoot td").last.inner_text().split(":")
    return int(hours) * 3600 + int(minutes) * 60


@pytest.fixture
def report(journey: Journey, team: Team) -> Frame:
    frame = open_report(journey)
    frame.locator("#choose-who").select_option(team.id)
    expect(frame.locator("#report-table tfoot td")).to_have_text("8:15")
    return frame


@pytest.mark.each_door
def test_csv_and_json_have_the_figures_of_the_screen(journey: Journey, report: Frame, tmp_path: Path) -> None:
    path = saved(journey, report, "#export-csv", tmp_path)
    assert path.name.startswith("Payments-")
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    table = rows[1 : rows.index([])]
    assert sum(int(row[-1]) for row in table[:-1]) == int(table[-1][-1]) == shown_seconds(report)
    assert "'=1+1 in the search" in {cell for row in table for cell in row}
    file = json.loads(saved(journey, report, "#export-json", tmp_path).read_bytes())
    assert file["total"]["total:spent:exact"] == shown_seconds(report)


def test_a_workbook_and_pdf_have_the_figures_of_the_screen(
    journey: Journey, report: Frame, tmp_path: Path
) -> None:
    sheet = load_workbook(saved(journey, report, "#export-xlsx", tmp_path)).worksheets[0]
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert sum(row[-1] for row in values[1:-1]) == values[-1][-1] == shown_seconds(report)
    assert values[-1][-2] == timedelta(seconds=shown_seconds(report))
    pages = PdfReader(saved(journey, report, "#export-pdf", tmp_path), strict=True).pages
    text = pages[0].extract_text()
    assert "Total 8:15" in text
    for row in report.locator("#report-table tbody tr").all():
        assert row.locator("td").last.inner_text() in text


def test_a_file_that_takes_a_while_says_so_and_is_written_once(journey: Journey, report: Frame) -> None:
    asked, button = journey.record_requests(), report.locator("#export-csv")
    arrive = hold_answer(journey, "/reports/file/csv", lambda: button.dispatch_event("click"))
    waits = report.locator("#flags .flag", has_text="The file is being prepared.")
    expect(waits).to_be_visible()
    expect(report.locator("#live")).to_have_text("The file is being prepared.")
    button.dispatch_event("click")
    with journey.page.expect_download():
        arrive()
    expect(waits).to_have_count(0)
    assert len([one for one in asked if one.startswith("/reports/file/csv")]) == 1
    report.locator("#export-menu summary").click()
    report.locator("#export-choices").click()
    submit = report.locator("#csv-choices [type=submit]")
    arrive = hold_answer(journey, "/reports/file/csv", submit.click)
    expect(report.locator("#dialog").get_by_role("status")).to_have_text("The file is being prepared.")
    expect(waits).to_have_count(0)
    with journey.page.expect_download():
        arrive()
    expect(report.locator("#csv-choices")).to_have_count(0)


def test_separators_are_chosen_in_a_dialog(
    journey: Journey, report: Frame, tmp_path: Path, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    report.locator("#export-menu summary").click()
    report.locator("#export-choices").click()
    expect(report.locator("#csv-choices")).to_be_visible()
    assert_accessible(report)
    report.locator("#csv-delimiter").select_option("semicolon")
    report.locator("#csv-decimal").select_option("comma")
    with journey.page.expect_download() as waiting:
        report.locator("#csv-choices").get_by_role("button", name="Download").click()
    expect(report.locator("#dialog")).to_be_hidden()
    expect(report.locator("#export-menu summary")).to_be_focused()
    waiting.value.save_as(tmp_path / "chosen.csv")
    text = (tmp_path / "chosen.csv").read_text(encoding="utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(text.removeprefix("\ufeff").splitlines(), delimiter=";"))
    assert rows[rows.index([]) - 1][-2:] == ["8,25", str(shown_seconds(report))]


def test_a_long_report_is_written_by_a_job_and_fetched_once(
    journey: Journey,
    report: Frame,
    stage: Stage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    monkeypatch.setattr(export, "MOST_AT_ONCE", 1)
    report.locator("#export-menu summary").click()
    report.locator("#export-csv").click()
    job = report.locator("#export-job")
    expect(job).to_contain_text("will be written in a moment")
    assert_accessible(report)
    run_jobs(stage)
    expect(job).to_contain_text("You can download it once")
    journey.page.keyboard.press("Escape")
    expect(report.locator("#dialog")).to_be_hidden()
    report.locator("#choose-columns").select_option("week")
    expect(report.locator("#report-table thead th")).not_to_have_count(2)
    last = report.locator("#export-last")
    report.locator("#export-menu summary").click()
    last.click()
    expect(job).to_contain_text("You can download it once")
    with journey.page.expect_download() as waiting:
        report.locator("#fetch-export").click()
    waiting.value.save_as(tmp_path / "long.csv")
    report.locator("#export-menu summary").click()
    expect(report.locator("#export-csv")).to_be_visible()
    expect(last).to_be_hidden()
    rows = list(csv.reader((tmp_path / "long.csv").read_text(encoding="utf-8").splitlines()))
    assert int(rows[rows.index([]) - 1][-1]) == shown_seconds(report)


@pytest.mark.each_door
def test_a_job_can_be_canceled(journey: Journey, report: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_AT_ONCE", 1)
    report.locator("#export-menu summary").click()
    report.locator("#export-pdf").click()
    cancel = report.locator("#cancel-export")
    expect(cancel).to_be_focused()
    let_go = hold_answer(journey, "/reports/file/jobs/", lambda: None)
    click_during(cancel, let_go)
    expect(report.locator("#dialog")).to_be_hidden()


def test_a_month_to_sign_has_the_sums_of_the_screen(
    journey: Journey, report: Frame, team: Team, tmp_path: Path
) -> None:
    report.locator("#export-menu summary").click()
    report.locator("#export-sheet").click()
    with journey.page.expect_download() as waiting:
        report.locator("#sheet-choices").get_by_role("button", name="Download").click()
    waiting.value.save_as(tmp_path / "member.pdf")
    text = PdfReader(tmp_path / "member.pdf", strict=True).pages[0].extract_text()
    assert "Timesheet of" in text
    assert "Team Payments" in text
    frame = journey.open()
    frame.locator("details.menu summary[title=More]").click()
    with journey.page.expect_download() as waiting:
        frame.locator("#sign-month").click()
    waiting.value.save_as(tmp_path / "own.pdf")
    own = PdfReader(tmp_path / "own.pdf", strict=True).pages[0].extract_text()
    assert "Mend the refund flow 1:00 1:00" in own.replace("\n", " ")
    assert "Total 1:00" in own


def test_a_file_is_saved_whatever_the_page_around_the_frame_lets_it_show(
    journey: Journey, report: Frame, tmp_path: Path
) -> None:
    # Firefox and Safari refuse the links of the app's own frame, by the policy of Jira's page.
    report.evaluate("HTMLAnchorElement.prototype.click = () => {}")
    path = saved(journey, report, "#export-csv", tmp_path)
    assert "Mend the refund flow" in path.read_text(encoding="utf-8-sig")


def test_a_file_is_offered_again_where_the_apps_own_policy_refuses_it(
    journey: Journey, report: Frame, tmp_path: Path
) -> None:
    # Firefox and Safari do so in a Forge app: its frame may have no frames of its own.
    report.evaluate(
        """() => {
            window.refused = [];
            const refuse = function () {
                window.refused.push(this.download);
                const blocked = { effectiveDirective: 'frame-src', blockedURI: 'blob', documentURI: location.href,
                    violatedDirective: 'frame-src', originalPolicy: '', disposition: 'enforce', statusCode: 200 };
                document.dispatchEvent(new SecurityPolicyViolationEvent('securitypolicyviolation', blocked));
            };
            document.body.append = (frame) => {
                document.body.appendChild(frame).contentWindow.HTMLAnchorElement.prototype.click = refuse;
            };
        }"""
    )
    path = saved(journey, report, "#export-csv", tmp_path)
    assert report.evaluate("window.refused") == [path.name]
    assert "Mend the refund flow" in path.read_text(encoding="utf-8-sig")
    assert [violation.split()[:2] for violation in journey.violations] == [["frame-src", "blob"]]
    journey.violations.clear()


def test_each_of_two_files_that_are_refused_at_once_is_offered_again(journey: Journey, report: Frame) -> None:
    # The browser reports refusals after the task in which both links were followed.
    report.evaluate(
        """() => {
            let links = 0;
            const refuse = () => {
                links += 1;
                if (links < 2) return;
                const blocked = { effectiveDirective: 'frame-src', blockedURI: 'blob', documentURI: location.href,
                    violatedDirective: 'frame-src', originalPolicy: '', disposition: 'enforce', statusCode: 200 };
                for (const _ of [1, 2])
                    document.dispatchEvent(new SecurityPolicyViolationEvent('securitypolicyviolation', blocked));
            };
            document.body.append = (frame) => {
                document.body.appendChild(frame).contentWindow.HTMLAnchorElement.prototype.click = refuse;
            };
        }"""
    )
    files: list[str] = []
    journey.page.on("download", lambda download: files.append(download.suggested_filename.rpartition(".")[2]))
    for button in ("#export-csv", "#export-json"):
        report.locator("#export-menu summary").click()
        report.locator(button).click()
    journey.wait_until(lambda: len(files) == 2)
    assert sorted(files) == ["csv", "json"]
    journey.violations.clear()
