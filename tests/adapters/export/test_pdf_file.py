"""Printed files: every page has its heads and its number, text is searchable, and a script without a font is named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from itertools import pairwise

import pytest
from pypdf import PdfReader

from timesheet.adapters.export.pdf_file import PdfPrinter
from timesheet.adapters.export.pdf_font import BOLD, FOLDER, JAPANESE, REGULAR, Typesetter, open_font
from timesheet.adapters.export.pdf_paper import Paper
from timesheet.services.ports.printed_file import (
    PrintedReport,
    PrintedRow,
    SignedDay,
    SigningSheet,
    Wording,
)
from timesheet.settings import ROOT

WORDS = Wording(
    "Time of Ana – 返金",
    "en",
    datetime(2024, 7, 1, 12, tzinfo=UTC),
    lambda code: f"[{code}]",
    lambda codes: f"No font for {', '.join(codes)}.",
)
LANGUAGES = {
    "de": "Größe „Übung“ ß ẞ € …",
    "fr": "Œuvre déjà « ça » ’ n° –",
    "es": "¿Qué? ¡Ñandú! ª º",
    "pt": "Não, à ação “três” õ",
    "ja": "返金の処理、『検索』ァヶー㈱々〇％①",
    "pl": "Zażółć gęślą jaźń",
    "tr": "İstanbul ığüşöç",
    "ru": "Съешь ещё этих булок",
    "el": "Ελληνικά Ώ",
    "vi": "Tiếng Việt ữ ậ",
}


def report(count: int = 3, columns: int = 2, head: str = "Row") -> PrintedReport:
    def rows() -> Iterator[PrintedRow]:
        return (
            PrintedRow(n % 2, f"{head} {n}", [f"{n}:{c:02d}" for c in range(columns)]) for n in range(count)
        )

    return PrintedReport(
        WORDS, "Time is missing.", "Person", [f"Column {n}" for n in range(columns)], rows,
        [PrintedRow(0, "Total", ["9:00"] * columns)], "Covers", [("Range", "July " * 60)], ["Jira was away."],
        lambda head: f"{head} (continued)",
    )  # fmt: skip


def read(parts: bytes) -> PdfReader:
    return PdfReader(BytesIO(parts), strict=True)


def texts(parts: bytes) -> list[str]:
    return [page.extract_text() for page in read(parts).pages]


def printed(report: PrintedReport) -> bytes:
    return b"".join(PdfPrinter().report(report))


def test_every_page_has_the_heads_and_its_number() -> None:
    found = texts(printed(report(150)))
    assert len(found) == 4
    assert all("Column 1" in page and page.startswith("Time of Ana – 返金") for page in found[:3])
    assert [page.split("\n")[-2:] for page in found] == [
        [f"Time of Ana – 返金 {number} /", "4"] for number in range(1, 5)
    ]
    assert [page.count("Time is missing.") for page in found] == [1, 0, 0, 0]
    assert sum(page.count("Row ") for page in found) == 150
    assert "Total 9:00 9:00" in found[2]
    assert found[3].startswith("Covers")
    assert "Jira was away." in found[3]


def test_a_page_that_begins_within_a_group_names_its_rows_again() -> None:
    rows = [PrintedRow(0, "Ana", ["9:00"]), PrintedRow(1, "PAY", ["9:00"])]
    rows += [PrintedRow(2, f"PAY-{number}", ["0:01"]) for number in range(150)]
    rows += [PrintedRow(0, "Bo", ["1:00"]), PrintedRow(1, "OPS", ["1:00"])]
    found = texts(printed(replace(report(1, 1), rows=lambda: iter(rows))))
    assert [page.count("Ana (continued)\nPAY (continued)\nPAY-") for page in found] == [0, 1, 1, 0]
    assert "Bo (continued)" not in "".join(found)
    assert "Total 9:00" in found[2]


def test_columns_that_do_not_fit_come_on_pages_of_their_own() -> None:
    found = texts(printed(report(2, 24)))
    assert [("Column 0" in page, "Column 23" in page) for page in found[:-1]] == [
        (True, False), (False, False), (False, True),
    ]  # fmt: skip
    assert all("Row 1" in page for page in found[:-1])
    first = read(printed(report(2, 24))).pages[0].mediabox
    assert first.width > first.height


@pytest.mark.parametrize("count", [1, 3, 5, 9, 20])
def test_heads_are_not_broken_within_a_word(count: int) -> None:
    wide = replace(report(2, count), columns=["Aufgewendet"] * count)
    assert "".join(texts(printed(wide))).count("Aufgewendet") == count


def test_the_heads_of_rows_have_the_room_that_the_columns_leave() -> None:
    head = "Refund an order that was paid twice with a gift card and a voucher"
    assert f"{head} 0 0:00" in texts(printed(report(1, 1, head)))[0]
    assert f"{head} 0 0:00" not in texts(printed(report(1, 4, head)))[0]


def test_long_reports_are_yielded_in_parts() -> None:
    parts = list(PdfPrinter().report(report(2000)))
    assert len(parts) > 1
    assert len(texts(b"".join(parts))) > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scripts_of_many_languages_are_written_and_can_be_searched(language: str) -> None:
    text = LANGUAGES[language]
    found = texts(printed(report(1, head=text)))
    assert text in found[0]
    assert "No font" not in found[-1]


def test_a_script_without_a_font_is_named_and_never_printed_as_boxes() -> None:
    found = texts(printed(report(1, head="Ana مرحبا שלום 안녕 สวัสดี 🎉")))
    assert "Ana [Arab] [Hebr] [Hang] [Thai] [Zsym] 0" in found[0]
    assert "No font for Arab, Hang, Hebr, Thai, Zsym." in found[-1]


def test_words_in_a_script_without_a_font_are_named_once() -> None:
    found = texts(printed(report(1, head="Ana מרים כהן, דנה לוי 🎉 🎉")))
    assert "Ana [Hebr], [Hebr] [Zsym] 0" in found[0]


def test_the_name_of_a_script_that_no_font_has_becomes_a_question_mark() -> None:
    setter = Typesetter(lambda code: "العربية")
    [run] = setter.runs("مرحبا")
    question = open_font(REGULAR).glyphs
    assert run.codes == "".join(question[ord(char)].code for char in "[?]")


def test_what_shows_nothing_is_left_out() -> None:
    setter = Typesetter(str)
    hidden = "\x07\ue000\u00ad\u200e\u200f\u202a\u202c\u2060\u2066\u2069\ufeff"
    for bold in (False, True):
        assert setter.runs(f"Ana{hidden}", bold=bold) == setter.runs("Ana", bold=bold)
    assert setter.missing == set()


@pytest.mark.parametrize("space", ["\t", "\n", "\r", "\x85", "\u2028", "\u2029"])
def test_tabs_and_line_breaks_separate_words(space: str) -> None:
    setter = Typesetter(str)
    assert setter.runs(f"two{space}lines") == setter.runs("two lines")


def test_only_the_glyphs_that_are_used_are_embedded() -> None:
    file = printed(report(1))
    fonts = read(file).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert set(fonts) == {"/NotoSansRegular", "/NotoSansBold", "/NotoSansJPRegular"}
    embedded = fonts["/NotoSansJPRegular"]["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile2"]
    assert len(embedded.get_data()) < 200_000
    assert len(file) < 100_000
    assert read(file).metadata.title == "Time of Ana – 返金"  # type: ignore[union-attr]


def test_the_fonts_are_the_pinned_ones_with_their_license() -> None:
    pinned = dict(line.split()[::-1] for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    assert {name: sha256((FOLDER / name).read_bytes()).hexdigest() for name in pinned} == pinned
    assert set(pinned) == {REGULAR, BOLD, JAPANESE, "NotoSans-OFL.txt", "NotoSansJP-OFL.txt"}


def test_lines_break_between_words_and_within_long_ones() -> None:
    paper = Paper(WORDS)
    text = "one two three four five six seven " + "x" * 80
    lines = paper.wrapped(text, 100)
    assert " ".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(paper.typesetter.width(line) * 8 / 1000 <= 100 for line in lines)
    assert len(paper.wrapped("返金の処理" * 10, 100)) > 3
    assert paper.wrapped("", 100) == [""]
    for width in range(40, 120, 3):
        lines = paper.wrapped("2026年10月26日から11月1日までの勤務時間、合計120時間30分。" * 2, width)
        broken = [
            before + after
            for before, after in pairwise(lines)
            if (before[-1].isdigit() and (after[0].isdigit() or after[0] in "年月日時分"))
            or after[0] in "、。"
        ]
        assert broken == []


def test_a_sheet_has_the_days_and_places_to_sign() -> None:
    days = [
        SignedDay(
            f"{day} July", [(f"PAY-{day} Refunds", "1:00"), ("OPS-1 Night " * 9, "7:00")], "8:00", "8:00", ""
        )
        for day in range(1, 32)
    ]
    days[4] = SignedDay("5 July", [], "", "8:00", "Annual leave, approved by the lead of the team")
    sheet = SigningSheet(
        WORDS, [("Person", "Ana"), ("Month", "July 2024")], ("Day", "Issue", "Spent", "Expected", "Note"),
        days, [("Total", "240:00", "248:00"), ("Exact time", "240:00:20", "")], ("Ana", "Team lead"),
        "Date, signature", ["Times are in hours. 🎉"],
    )  # fmt: skip
    found = texts(PdfPrinter().sheet(sheet))
    assert len(found) == 3
    assert all("Expected" in page for page in found[:2])
    whole = "\n".join(found)
    for text in (
        "PAY-31 Refunds",
        "Annual leave",
        "Total 240:00 248:00",
        "Exact time 240:00:20",
        "Times are in hours. [Zsym]",
    ):
        assert text in whole
    assert "No font for Zsym." in whole
    assert found[-1].count("Date, signature") == 2


@pytest.mark.parametrize("issues", range(30, 40))
def test_a_day_that_goes_on_on_another_page_is_named_there_and_breaks_between_issues(issues: int) -> None:
    lines = [(f"PAY-{number} begins {'and goes on ' * 13}and ends", "0:10") for number in range(issues)]
    sheet = SigningSheet(
        WORDS, [("Person", "Ana")], ("Day", "Issue", "Spent", "Expected", "Note"),
        [SignedDay("1 July", lines, "8:00", "8:00", "")], [("Total", "8:00", "8:00")], ("Ana",),
        "Date, signature", [],
    )  # fmt: skip
    pages = [page for page in texts(PdfPrinter().sheet(sheet)) if "begins" in page]
    assert len(pages) > 1
    for page in pages:
        assert page.count("1 July") == 1
        assert page.count("begins") == page.count("and ends")


def test_an_issue_has_the_room_that_dates_and_notes_leave() -> None:
    summary = "PAY-115 Measure the onboarding checklist on tablets in the admin area"
    for note, whole in (("", True), ("Annual leave until the end of the month", False)):
        sheet = SigningSheet(
            WORDS, [("Person", "Ana")], ("Day", "Issue", "Spent", "Expected", "Note"),
            [SignedDay("Sun, Nov 1", [(summary, "2:15")], "2:15", "8:00", note)], [("Total", "2:15", "8:00")],
            ("Ana",), "Date, signature", [],
        )  # fmt: skip
        [page] = texts(PdfPrinter().sheet(sheet))
        assert (summary in page) == whole


def test_the_app_starts_without_what_few_processes_need() -> None:
    few = {"fontTools", "holidays", "icalendar"}
    script = f"import sys, timesheet.bootstrap.app; sys.exit(bool({few} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
