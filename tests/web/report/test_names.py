"""The heads of a report's columns: a whole week, month, or quarter has its name, and a part of one has its days."""

from __future__ import annotations

from datetime import date

import pytest
from babel import Locale

from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.message import message
from timesheet.domain.report.range import columns_of
from timesheet.domain.report.table import Label
from timesheet.domain.report.terms import AttributeDimension, ColumnUnit
from timesheet.domain.span import DateSpan
from timesheet.web.http.catalog import open_language
from timesheet.web.http.language import speaking
from timesheet.web.http.locale import open_locale
from timesheet.web.report.names import label_text, span_text
from timesheet.web.report.printed import SYMBOLS, script_name

BRITISH = Locale("en", "GB")


@pytest.mark.parametrize(
    ("unit", "first", "last", "names"),
    [
        (
            ColumnUnit.QUARTER,
            date(2026, 2, 1),
            date(2026, 6, 30),
            ["1 Feb\u2009–\u200931 Mar 2026", "Q2 2026"],
        ),
        (ColumnUnit.QUARTER, date(2026, 4, 1), date(2026, 7, 31), ["Q2 2026", "July 2026"]),
        (ColumnUnit.MONTH, date(2026, 1, 2), date(2026, 2, 28), ["2–31 Jan 2026", "Feb 2026"]),
        (ColumnUnit.WEEK, date(2026, 12, 27), date(2027, 1, 3), ["27 Dec 2026", "2026-W53"]),
    ],
)
def test_only_a_whole_unit_has_its_name(unit: ColumnUnit, first: date, last: date, names: list[str]) -> None:
    columns = columns_of(DateSpan(first, last), unit, 0)
    assert [span_text(column, unit, BRITISH) for column in columns] == names


@pytest.mark.parametrize(
    ("code", "head"),
    [
        ("en", "2026-W07"),
        ("de", "KW 07 2026"),
        ("ja", "2026年第07週"),
        ("fr", "2026-S07"),
        ("es", "Sem. 07 2026"),
    ],
)
def test_a_week_is_named_as_the_language_of_the_reader_does(code: str, head: str) -> None:
    week = DateSpan(date(2026, 2, 9), date(2026, 2, 15))
    with speaking(open_language(code)):
        assert span_text(week, ColumnUnit.WEEK, open_locale(code)) == head


@pytest.mark.parametrize(
    ("name", "month", "quarter"),
    [
        ("ja", "2030年3月", "2030/Q1"),
        ("de", "März 2030", "Q1 2030"),
        ("pt_BR", "mar. de 2030", "T1 de 2030"),
        ("en_GB", "Mar 2030", "Q1 2030"),
    ],
)
def test_a_month_or_quarter_with_its_year_is_in_the_order_of_the_language(
    name: str, month: str, quarter: str
) -> None:
    of_month = span_text(DateSpan(date(2030, 3, 1), date(2030, 3, 31)), ColumnUnit.MONTH, open_locale(name))
    of_quarter = span_text(
        DateSpan(date(2030, 1, 1), date(2030, 3, 31)), ColumnUnit.QUARTER, open_locale(name)
    )
    assert (of_month, of_quarter) == (month, quarter)


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        (Kind.NUMBER, "2.5", "2,5"),
        (Kind.NUMBER, message("at least {least}", least="2.5"), "at least 2,5"),
        (Kind.TEXT, "1.2.3", "1.2.3"),
    ],
)
def test_a_number_is_written_as_in_the_locale(kind: Kind, text: str, shown: str) -> None:
    label = Label(AttributeDimension(Attribute("effort", "Effort", kind)), "2.5", text)
    assert label_text(label, Locale("de")) == shown
    assert label_text(label, BRITISH) == str(text)


@pytest.mark.parametrize("code", ["en", "de", "es", "fr", "pt_BR", "ja"])
def test_what_no_font_has_is_named_in_words(code: str) -> None:
    with speaking(open_language(code)):
        assert "zsym" not in script_name(SYMBOLS, open_locale(code)).casefold()
