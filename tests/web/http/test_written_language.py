"""Dates, lists, and percentages as each language writes them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel import Locale
from jsonschema import ValidationError
from markupsafe import Markup

from timesheet.adapters.transfer.complaint import problem_of
from timesheet.domain.language import MIRRORED
from timesheet.domain.message import in_context, message
from timesheet.domain.span import DateSpan, View
from timesheet.domain.worklog.sheet import Day
from timesheet.services.site.command import RETENTION
from timesheet.settings import ROOT
from timesheet.web.http import dates
from timesheet.web.http.catalog import open_language
from timesheet.web.http.dates import day_head, full_date, heads_of, month_and_day, short_date, span_title
from timesheet.web.http.language import (
    _,
    date_words,
    fill,
    isolated_html,
    join_sentences,
    list_values,
    list_words,
    localize,
    percent,
    speaking,
)

WEB = Path(dates.__file__).parents[1]
COMMAS_OF_DATA = {"erasure.py"}
"""Modules that write a list with commas for a program or in English."""
WHOLE_DATE = re.compile(r"format_date(?:time)?\([^)]*\"(?:medium|long|full)\"")
FIRST = date(2024, 3, 1)
FR, DE = Locale("fr"), Locale("de")


@pytest.mark.parametrize(
    ("day", "shown"),
    [(FIRST, "1er mars 2024"), (date(2024, 3, 11), "11 mars 2024"), (date(2024, 3, 2), "2 mars 2024")],
)
def test_french_has_an_ordinal_for_the_first_of_a_month_only(day: date, shown: str) -> None:
    assert short_date(day, FR) == shown
    assert full_date(day, FR).endswith(shown)
    with speaking(open_language("fr")):
        assert date_words(day) == shown


def test_french_ranges_have_it_before_a_month_and_not_before_a_dash() -> None:
    assert span_title(View.WEEK, DateSpan(FIRST, date(2024, 3, 7)), FR).startswith("1–7")
    assert "1er avr" in span_title(View.WEEK, DateSpan(date(2024, 3, 26), date(2024, 4, 1)), FR)


def test_french_heads_and_axes_have_it_too() -> None:
    assert (day_head(FIRST, FR), month_and_day(FIRST, FR)) == ("ven. 1er mars", "1er mars")
    first, second = heads_of((Day(date(2024, 2, 29), 0), Day(FIRST, 0)), FIRST, FR, 0)
    assert (first.number, second.number) == ("29 févr.", "1er mars")


def test_whole_dates_are_written_in_one_place() -> None:
    places = (WEB / "http" / "dates.py", WEB / "http" / "language.py")
    own = [path for path in WEB.rglob("*.py") if path not in places and WHOLE_DATE.search(path.read_text())]
    assert own == [], "these dates have no French ordinal"


@pytest.mark.parametrize("name", ["יעל בן־דוד", "عبد الرحمن"])
def test_a_name_from_right_to_left_leaves_the_figures_after_it_in_order(name: str) -> None:
    assert _("{name}: {spent} of {capacity}", name=name, spent="1:00", capacity="8:00") == (
        f"\u2068{name}\u2069: 1:00 of 8:00"
    )
    html = _("{spent} on {issue}", spent=Markup("<b>1:00</b>"), issue=f"<{name}>")
    assert html == Markup(f"<b>1:00</b> on \u2068&lt;{name}&gt;\u2069")
    assert localize(message("{names} are members.", names=(name, "Ada"))) == (
        f"\u2068{name}\u2069 and Ada are members."
    )
    assert isolated_html(f"{name} & Ada") == Markup(f"<bdi>{name} &amp; Ada</bdi>")


def test_every_name_on_a_page_from_right_to_left_is_isolated() -> None:
    with speaking(open_language(MIRRORED)):
        assert isolated_html("Ada & Bo") == Markup("<bdi>Ada &amp; Bo</bdi>")


@pytest.mark.parametrize("name", ["Ada", "Łukasz", "山田", "🦊"])
def test_other_names_have_no_marks(name: str) -> None:
    assert (
        _("{name}: {spent} of {capacity}", name=name, spent="1:00", capacity="8:00")
        == f"{name}: 1:00 of 8:00"
    )
    assert isolated_html(name) == name


def test_other_languages_have_no_french_ordinal() -> None:
    with speaking(open_language("de")):
        assert (date_words(FIRST), short_date(FIRST, DE)) == ("1. März 2024", "01.03.2024")


def test_a_day_and_what_is_on_it_have_a_colon_as_the_language_sets_it() -> None:
    days = (Day(FIRST + timedelta(days=1), 0, reason="x"), Day(FIRST + timedelta(days=2), 0))
    assert [head.name for head in heads_of(days, FIRST, FR, 0)] == [
        "samedi 2 mars 2024\u00a0: x",
        "dimanche 3 mars 2024",
    ]
    assert heads_of(days, FIRST, DE, 0)[0].name == "Samstag, 2. März 2024: x"


@pytest.mark.parametrize(
    ("code", "words", "shown"),
    [
        ("es", ["Proyecto", "incidencia"], "Proyecto e incidencia"),
        ("es", ["Proyecto", "Incidencia"], "Proyecto e Incidencia"),
        ("es", ["a", "b", "hitos"], "a, b e hitos"),
        ("es", ["agua", "hielo"], "agua y hielo"),
        ("es", ["incidencia", "proyecto"], "incidencia y proyecto"),
        ("es", ["incidencia"], "incidencia"),
        ("pt_BR", ["Projeto", "item"], "Projeto e item"),
        ("en", ["Project", "issue"], "Project and issue"),
    ],
)
def test_lists_join_their_last_word_as_the_language_does(code: str, words: list[str], shown: str) -> None:
    with speaking(open_language(code)):
        assert list_words(words) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [("en", "a, b, c"), ("de", "a, b, c"), ("es", "a, b, c"), ("fr", "a, b, c"), ("ja", "a、b、c")],
)
def test_values_in_a_row_have_the_separator_of_the_language(code: str, shown: str) -> None:
    with speaking(open_language(code)):
        assert list_values(iter("abc")) == shown
        assert list_values([]) == ""


def test_no_page_joins_words_with_the_comma_of_english() -> None:
    places = [*(ROOT / "templates").rglob("*.html"), *WEB.rglob("*.py")]
    comma = re.compile(r"""join\(", "\)|", "\.join|{{ ", "|", " ~""")
    found = {path.name for path in places if comma.search(path.read_text())}
    assert found == COMMAS_OF_DATA


@pytest.mark.parametrize(
    ("code", "shown"),
    [("en", "5.0%"), ("de", "5.0\u00a0%"), ("fr", "5.0\u00a0%"), ("es", "5.0\u00a0%"), ("ja", "5.0%")],
)
def test_the_percent_sign_is_where_the_language_has_it(code: str, shown: str) -> None:
    with speaking(open_language(code)):
        assert (percent("5.0"), percent("")) == (shown, "")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("en", "1,200 / 12,000"),
        ("de", "1.200 / 12.000"),
        ("fr", "1\u202f200 / 12\u202f000"),
        ("es", "1200 / 12.000"),
    ],
)
def test_a_count_is_grouped_as_the_language_does_and_a_year_or_an_id_never(code: str, shown: str) -> None:
    with speaking(open_language(code)):
        assert " / ".join(fill("{count}", {"count": count}) for count in (1200, 12000)) == shown
        assert fill("{year} {id} {count}", {"year": 2026, "id": 17122, "count": 999}) == "2026 17122 999"


def test_limits_and_counts_with_a_name_of_their_own_are_grouped_too() -> None:
    long_list = ValidationError("", validator="maxItems", validator_value=2000, instance=[], schema={})
    with speaking(open_language("de")):
        assert "bis 36.500" in localize(RETENTION)
        assert "2.000" in localize(problem_of(long_list).sentence)
        for name in ("most_days", "joined_count", "left_count"):
            assert fill(f"{{{name}}}", {name: 5000}) == "5.000"


@pytest.mark.parametrize(
    ("name", "grouped"),
    [("es", False), ("es_ES", False), ("es_MX", True), ("es_419", True), ("pt_BR", True), ("pt_PT", False)],
)
def test_countries_differ_in_the_first_number_that_they_group(
    monkeypatch: pytest.MonkeyPatch, name: str, grouped: bool
) -> None:
    monkeypatch.setattr("timesheet.web.http.language._locale", lambda: Locale.parse(name))
    assert (fill("{count}", {"count": 1200}) != "1200") is grouped
    assert fill("{count}", {"count": 12000}) != "12000"


@pytest.mark.parametrize(
    ("code", "values", "shown"),
    [
        ("es", {"time": "1:05"}, "leído a la 1:05"),
        ("es", {"time": "2:05"}, "leído a las 2:05"),
        ("es", {"time": "11:05"}, "leído a las 11:05"),
        ("es", {"time": "1:05\u202fp.\u202fm."}, "leído a la 1:05\u202fp.\u202fm."),
        ("pt_BR", {"time": "01:05"}, "lido à 01:05"),
        ("pt_BR", {"time": "13:05"}, "lido às 13:05"),
    ],
)
def test_one_oclock_is_singular(code: str, values: dict[str, str], shown: str) -> None:
    with speaking(open_language(code)):
        assert _("read {time}", **values) == shown


def test_one_english_word_with_two_meanings_has_two_words_in_another_language() -> None:
    with speaking(open_language("ja")):
        columns = localize(in_context("a column for each day", "Days"))
        assert columns != localize(in_context("time is shown in days", "Days"))


@pytest.mark.parametrize(
    ("code", "sentences", "text"),
    [
        ("en", ["Saved.", "", "It is late."], "Saved. It is late."),
        ("ja", ["保存しました。", "遅い時刻です。"], "保存しました。遅い時刻です。"),
        ("ja", ["保存: 1 件", "遅い時刻です。"], "保存: 1 件 遅い時刻です。"),
        ("ja", [], ""),
    ],
)
def test_a_japanese_sentence_has_no_space_before_the_next(code: str, sentences: list[str], text: str) -> None:
    with speaking(open_language(code)):
        assert join_sentences(sentences) == text


def test_sentences_with_and_without_markup_are_escaped_once() -> None:
    assert join_sentences(["a < b.", Markup("<b>c</b>.")]) == "a &lt; b. <b>c</b>."
    assert join_sentences([Markup("<b>一。</b>"), "二。"]) == "<b>一。</b>二。"
