"""A report as a workbook and as PDF, read back with other libraries than those that write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.services.support.scene import MONDAY, PAY
from tests.web.report.test_report import HOUR, TEAM
from tests.web.support.team_view import TeamView
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.team.team import Team
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.web.report import export

XLSX, PDF = "/reports/file/xlsx", "/reports/file/pdf"
SPENT = 100 * 60 + 3 * HOUR


def workbook(answer: TestResponse) -> Workbook:
    assert answer.status_code == 200, answer.text
    return load_workbook(BytesIO(answer.data))


def pages(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    return [page.extract_text() for page in PdfReader(BytesIO(answer.data), strict=True).pages]


def test_a_workbook_has_numbers_dates_and_durations_below_a_frozen_head(team: TeamView) -> None:
    rows = {**TEAM, "rows": ["person", "day"], "figure": ["spent", "capacity", "percentage"]}
    book = workbook(team.viewer.get(XLSX, **rows))
    sheet = book["Report"]
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[0] == [
        "Person", "Account id", "Date (in the person’s own time zone)", "Spent (hours)", "Spent (seconds)",
        "Capacity (hours)", "Capacity (seconds)", "Percentage (%)",
    ]  # fmt: skip
    day = datetime.combine(MONDAY, datetime.min.time())
    line = next(row for row in values if row[:3] == ["Name of ana", "ana", day])
    assert line[3:5] == [timedelta(minutes=100), 6000]
    assert line[7] == pytest.approx(0.208)
    assert values[-1][0] == "Total"
    assert values[-1][3:5] == [timedelta(seconds=SPENT), SPENT]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == f"A1:H{len(values) - 1}"
    assert sheet.cell(2, 4).number_format == "[h]:mm"


def test_the_total_below_dates_is_named_in_bold(team: TeamView) -> None:
    sheet = workbook(team.viewer.get(XLSX, **{**TEAM, "rows": "day"}))["Report"]
    last = sheet.cell(sheet.max_row, 1)
    assert last.value == "Total"
    assert last.font.bold


def test_each_worklog_has_its_comment_and_a_printed_one_has_none(team: TeamView) -> None:
    document = text_to_adf('=1+1 with Bo\n- "parser"')
    team.viewer.scene.put(PAY, MONDAY, HOUR, author="ana", comment=document)
    each = {**TEAM, "rows": ["person", "worklog"]}
    head, *lines = workbook(team.viewer.get(XLSX, **each))["Report"].iter_rows(values_only=True)
    comments = [line[head.index("Comment")] for line in lines]
    assert [one for one in comments if one] == ['\'=1+1 with Bo\n\n- "parser"']
    team.viewer.scene.calls()
    assert "parser" not in "".join(pages(team.viewer.get(PDF, **each)))
    assert not [call for call in team.viewer.scene.calls() if call.startswith("read_listed")]


def test_time_that_may_be_negative_is_in_decimal_hours(team: TeamView) -> None:
    """Excel shows a negative duration as ########."""
    rows = {**TEAM, "rows": "person", "figure": ["spent", "difference"]}
    line = workbook(team.viewer.get(XLSX, **rows))["Report"][2]
    assert [cell.value for cell in line[2:]] == [timedelta(minutes=100), 6000, -2300 / 60, -2300 * 60]
    assert [cell.number_format for cell in line[2::2]] == ["[h]:mm", "0.00"]


def test_attributes_of_each_worklog_are_answers_and_numbers(team: TeamView) -> None:
    with team.app.app_context():
        team.stores.attributes.save(replace(BUILT_IN[0], everywhere=True))
        team.stores.attributes.save(Attribute("effort", "Effort", Kind.NUMBER))
        team.commit()
    team.viewer.scene.put(
        PAY, MONDAY, 3600, author="ana", properties={PROPERTY: {"billable": True, "effort": 1.5}}
    )
    each = {**TEAM, "rows": ["worklog"]}
    sheet = workbook(team.viewer.get(XLSX, **each))["Report"]
    rows = [[cell.value for cell in row[3:5]] for row in sheet.iter_rows()]
    assert rows == [["Billable", "Effort"], [False, None], [False, None], [True, 1.5], [None, None]]
    printed = " ".join("".join(pages(team.viewer.get(PDF, **each))).split())
    assert "16 November 2026 Billable and Effort: 1.5 1:00 Total 5:40" in printed


def test_rows_of_several_levels_can_be_folded(team: TeamView) -> None:
    sheet = workbook(team.viewer.get(XLSX, **TEAM, figure=["spent", "capacity"]))["Report"]
    assert [cell.value for cell in sheet["A"]] == ["Level", 1, 2, 1, 2, 0]
    assert [sheet.row_dimensions[number].outlineLevel for number in (2, 3)] == [0, 1]


def test_a_workbook_has_a_sheet_with_what_it_covers(team: TeamView) -> None:
    covers = workbook(team.viewer.get(XLSX, **TEAM))["What this report covers"]
    terms = {row[0].value: row[1].value for row in covers.iter_rows(max_col=2)}
    assert terms["Time of"] == "Alpha"
    assert terms["Complete (except archived projects)"] == "Yes"


def test_a_workbook_of_decimal_hours_has_decimals_and_no_formula(team: TeamView) -> None:
    scene = team.viewer.scene
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], summary='=HYPERLINK("<http://example.com>")\x01')
    sheet = workbook(team.viewer.get(XLSX, **TEAM, hours="decimal"))["Report"]
    line = [cell.value for cell in sheet[2]]
    assert line == ["Name of ana", "ana", "PAY-12", '\'=HYPERLINK("<http://example.com>")', 1.67, 6000]
    assert sheet.cell(2, 4).data_type == "s"


def test_a_workbook_that_excel_cannot_open_is_refused(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_SHEET_ROWS", 3)
    answer = team.viewer.get(XLSX, **TEAM)
    assert answer.status_code == 422
    assert "This report has 4 rows, and a sheet of Excel has room for 3." in answer.text


def test_pdf_has_the_rows_of_the_screen_its_total_and_page_numbers(team: TeamView) -> None:
    figures = ["spent", "capacity", "difference", "percentage"]
    first, terms = pages(team.viewer.get(PDF, **TEAM, figure=figures))
    assert "Time of Alpha, 16–22 Nov 2026" in first.replace("\u2009", "")
    assert "Person › Issue" in first
    for cell in ("Name of ana", "PAY-12 Work on PAY-12", "1:40", "4:40", "80:00", "−75:20", "5.8%", "1 /"):
        assert cell in first
    assert terms.startswith("What this report covers")
    assert "Alpha" in terms


def test_the_title_of_a_pdf_lists_its_teams_as_a_sentence_does(team: TeamView) -> None:
    with team.app.app_context():
        stores = team.stores
        stores.teams.save(Team("beta", "Beta", "viewer-1", stores.schemes.default_id()))
        team.commit()
    first, *_ = pages(team.viewer.get(PDF, **{**TEAM, "who": ["alpha", "beta"]}))
    assert "Time of Alpha and Beta, 16–22 Nov 2026" in first.replace("\u2009", "")


def test_pdf_of_many_columns_repeats_the_rows_on_other_pages(team: TeamView) -> None:
    found = pages(team.viewer.get(PDF, **TEAM, columns="day", figure=["spent", "capacity"]))
    assert len(found) == 3
    assert all("Name of ana" in page for page in found[:2])


def test_pdf_names_a_script_that_it_has_no_font_for(team: TeamView) -> None:
    scene = team.viewer.scene
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], summary="Zażółć 返金の処理 مرحبا 🎉")
    first, terms = pages(team.viewer.get(PDF, **TEAM))
    assert "Zażółć 返金の処理 [Arabic] [Symbols]" in first
    assert "In [brackets]: text in a script that this file has no font for (Arabic and Symbols)." in terms


def test_every_row_of_a_file_is_in_the_language_of_the_reader(team: TeamView) -> None:
    """A file is written while it is sent, after its request is over."""
    scene = team.viewer.scene
    scene.jira.profile = replace(scene.jira.profile, locale="de_DE")
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], summary="مرحبا")
    query = {**TEAM, "rows": ["label", "issue"]}
    for kind in ("csv", "json"):
        assert '"Kein Label"' in team.viewer.get(f"/reports/file/{kind}", **query).text
    sheet, _ = workbook(team.viewer.get(XLSX, **query))
    assert "Kein Label" in {row[0].value for row in sheet.iter_rows()}
    first, terms = pages(team.viewer.get(PDF, **query))
    assert "Kein Label" in first
    assert "In [Klammern]: Text in einem Schriftsystem" in terms


def test_pdf_says_the_exact_time_and_what_is_missing(team: TeamView) -> None:
    team.viewer.get("/reports", **TEAM)
    for call in ("changed_issues", "read_worklogs"):
        team.viewer.scene.jira.failing[call] = [JiraUnavailable("Jira gave no answer.")]
    team.wait(700)
    first, terms = pages(team.viewer.get(PDF, **TEAM, hours="decimal"))
    assert "1.67" in first
    assert "Jira gave no answer." in terms
    rounded = pages(team.viewer.get(PDF, **TEAM, rounding="row-60"))[0]
    assert "Exact time" in rounded
    assert "4:40:00" in rounded
