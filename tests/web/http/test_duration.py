"""Durations in the reader's language: everything that a screen shows can be typed back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from timesheet.domain.duration import FORMS, describe_units, format_wait, parse_duration
from timesheet.domain.figures import Figures
from timesheet.domain.identity import TimeTracking
from timesheet.domain.language import ACCENTED, ENGLISH, LANGUAGES, MIRRORED
from timesheet.domain.message import Seconds, message
from timesheet.web.http import language as module
from timesheet.web.http.catalog import FOLDER, open_language, read_catalog
from timesheet.web.http.dates import decimal_separator
from timesheet.web.http.language import duration_words, fill, localize

UNITS = TimeTracking(enabled=True, day_seconds=8 * 3600, week_seconds=40 * 3600)
PATTERNS = ("{hours}h {minutes}m", "{hours}h", "{minutes}m")
SHIPPED = sorted({*LANGUAGES, *(path.name for path in FOLDER.iterdir() if path.is_dir())})
SPACES = (" ", "\u00a0", "\u202f", "")
minutes = st.integers(1, 200 * 60)


@contextmanager
def reading(code: str) -> Iterator[None]:
    token = module._CURRENT.set(open_language(code))
    try:
        yield
    finally:
        module._CURRENT.reset(token)


@pytest.mark.parametrize("code", [*SHIPPED, ACCENTED, MIRRORED])
@given(number=minutes)
def test_what_a_language_shows_can_be_typed_back(code: str, number: int) -> None:
    with reading(code):
        shown = duration_words(number * 60)
    assert parse_duration(shown, UNITS) == number * 60


@pytest.mark.parametrize(
    ("pattern", "hours", "rest"),
    [
        ("{hours} Std. {minutes} Min.", "{hours} Std.", "{minutes} Min."),
        ("{hours} h {minutes} min", "{hours} h", "{minutes} min"),
        ("{hours}h {minutes}min", "{hours}h", "{minutes}min"),
        ("{hours}時間{minutes}分", "{hours}時間", "{minutes}分"),
    ],
)
@given(number=minutes, space=st.sampled_from(SPACES))
def test_the_units_of_other_languages_can_be_typed_with_any_space(
    pattern: str, hours: str, rest: str, number: int, space: str
) -> None:
    whole, left = divmod(number, 60)
    text = pattern if whole and left else hours if whole else rest
    typed = text.format(hours=whole, minutes=left).replace(" ", space)
    assert parse_duration(typed, UNITS) == number * 60


@pytest.mark.parametrize("code", [code for code in SHIPPED if code != ENGLISH])
def test_every_catalog_has_the_patterns_of_durations(code: str) -> None:
    catalog = read_catalog(code)
    assert all(catalog.get(pattern) for pattern in PATTERNS)


def test_a_waiting_time_is_said_by_the_plural_forms_of_the_language() -> None:
    with reading(ACCENTED):
        assert localize(message("Again in {wait}.", wait=format_wait(3660))).startswith("[Åĝåîñ")
        assert "[1 ĥöûŕ" in localize(format_wait(3660))
        assert "[2 ĥöûŕš" in localize(format_wait(7200))
    assert localize(message("{time}", time=Seconds(5400))) == "1h 30m"


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
NARROW = str.maketrans(dict.fromkeys(" \u00a0", "\u202f"))


@pytest.mark.parametrize("code", [*SHIPPED, ACCENTED, MIRRORED])
@given(number=st.integers(1, 8_000 * 60), form=st.sampled_from((WIDE, NARROW, WIDE | NARROW)))
def test_what_is_shown_can_be_typed_with_wide_digits_and_narrow_spaces(
    code: str, number: int, form: dict[int, str]
) -> None:
    with reading(code):
        shown = duration_words(number * 60)
    assert parse_duration(shown.translate(form), UNITS) == number * 60


@pytest.mark.parametrize("code", SHIPPED)
@given(number=minutes, decimal=st.booleans(), wide=st.booleans())
def test_a_figure_of_the_grid_can_be_typed_back(code: str, number: int, decimal: bool, wide: bool) -> None:
    figures = Figures(decimal, decimal_separator(open_language(code).locale))
    shown = figures.show(figures.units(number * 60))
    typed = parse_duration(shown.translate(WIDE) if wide else shown, UNITS)
    assert figures.show(figures.units(typed)) == shown
    assert abs(typed - number * 60) <= (18 if decimal else 0) + 30 * decimal


@pytest.mark.parametrize("code", SHIPPED)
def test_the_units_and_examples_of_a_language_can_be_typed(code: str) -> None:
    with reading(code):
        line, forms = localize(describe_units(UNITS)), localize(FORMS)
        shown = duration_words(90 * 60), duration_words(90 * 60 * 60)
    day, week = (part.split("=")[0].strip() for part in re.split("[,、] ?(?=1 ?[^0-9]*=)", line))
    assert (parse_duration(day, UNITS), parse_duration(week, UNITS)) == (8 * 3600, 40 * 3600)
    assert re.sub(r"\s", " ", shown[0]) in re.sub(r"\s", " ", forms)
    assert parse_duration(shown[1], UNITS) == 90 * 3600


def test_a_unit_that_ends_in_a_period_ends_its_sentence_too() -> None:
    with reading("de"):
        assert fill("Insgesamt {time}.", {"time": Seconds(2 * 3600)}) == "Insgesamt 2 Std."
        assert (
            fill("{time}. {team}.", {"time": Seconds(60), "team": Markup("<b>A</b>")}) == "1 Min. <b>A</b>."
        )
        assert fill("{time} von {all}", {"time": Seconds(60), "all": Seconds(120)}) == "1 Min. von 2 Min."
