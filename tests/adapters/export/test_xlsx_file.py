"""Parts of a workbook: letters of columns, numbers as Excel counts, names of sheets, and text that stays text."""

from __future__ import annotations

from datetime import date

import pytest

from timesheet.adapters.export.xlsx_file import Style, letters, number, sheet_names, text_cell
from timesheet.domain.report.file import ValueKind


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_letters(place: int, name: str) -> None:
    assert letters(place) == name


def test_excel_counts_days() -> None:
    assert number(ValueKind.DATE, date(1900, 3, 1)) == 61
    assert number(ValueKind.DATE, date(2024, 7, 1)) == 45474
    assert number(ValueKind.MINUTES, 36 * 60) == 1.5
    assert number(ValueKind.SIGNED_MINUTES, -90) == -1.5
    assert number(ValueKind.HUNDREDTHS, 167) == 1.67
    assert number(ValueKind.PERCENTAGE, 755) == 0.755
    assert number(ValueKind.SECONDS, 61) == 61


def test_names_of_sheets_are_short_and_different() -> None:
    assert sheet_names(("Report: a/b", "Was dieser Bericht insgesamt umfasst")) == (
        "Report  a b",
        "Was dieser Bericht insgesamt um",
    )
    assert sheet_names(("Report", "report")) == ("Report", "report 2")


def test_text_keeps_its_spaces_and_runs_nothing() -> None:
    cell = text_cell(" =1+1 <&>\n", Style.TEXT)
    assert cell == '<c s="0" t="inlineStr"><is><t xml:space="preserve">\' =1+1 &lt;&amp;&gt;\n</t></is></c>'
    assert len(text_cell("x" * 40_000, Style.TEXT)) < 33_000
