"""Parts of a workbook: letters of columns, numbers as Excel counts, names of sheets, and text that stays text."""

from __future__ import annotations

import re
from datetime import date
from xml.etree.ElementTree import fromstring

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


def shown(cell: str) -> str:
    """Return the text of a cell as Excel shows it."""
    written = fromstring(cell).findtext("is/t") or ""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), written)


@pytest.mark.parametrize("text", ["_x0041_", "_x003D_1+1", "a_x0000_", "_x005F_x0041_", "_xyz_", "__x0041__"])
def test_what_looks_like_an_escape_is_shown_as_it_is(text: str) -> None:
    assert shown(text_cell(text, Style.TEXT)) == text


@pytest.mark.parametrize("text", ["a\ufffeb", "a\uffffb", "a\ud800b", "a\x00\x0bb", "a\rb"])
def test_what_no_workbook_can_contain_is_left_out(text: str) -> None:
    assert shown(text_cell(text, Style.TEXT)) == "ab"


@pytest.mark.parametrize(("text", "kept"), [("😀" * 32_767, 16_383), ("x" * 32_766 + "😀", 32_766)])
def test_excel_counts_an_emoji_as_two_characters(text: str, kept: int) -> None:
    assert shown(text_cell(text, Style.TEXT)) == text[:kept]
