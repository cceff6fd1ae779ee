"""Locales with data of their own: what is written in one language changes no other one."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_time

import timesheet
from timesheet.web.http.locale import open_locale

WRITTEN = """
import sys
from datetime import date
from babel.dates import format_date, get_day_names
from timesheet.web.http.dates import locale_of, month_and_year
for name in sys.argv[1:]:
    locale = locale_of(name)
    day = date(2030, 3, 1)
    words = [format_date(day, pattern, locale=locale) for pattern in ("LLLL", "LLL yyyy", "QQQ yyyy", "cccc", "EEE")]
    names = [get_day_names(width, "stand-alone", locale=locale)[0] for width in ("wide", "narrow")]
    print(name, words, names, month_and_year(day, locale))
"""
LANGUAGES = ("ja_JP", "de_DE", "pt_BR", "de_AT")


def written(*names: str) -> set[str]:
    """Return what a new process writes in these languages, one after the other."""
    run = [sys.executable, "-c", WRITTEN, *names]
    return set(subprocess.run(run, capture_output=True, check=True, text=True).stdout.splitlines())


def test_languages_are_written_as_if_each_was_the_only_one() -> None:
    alone = set().union(*(written(name) for name in LANGUAGES))
    assert any("de_DE ['März', 'Mär 2030', 'Q1 2030'" in line for line in alone)
    assert written(*LANGUAGES) == written(*reversed(LANGUAGES)) == alone


def test_a_language_has_no_copy_of_what_the_app_never_shows() -> None:
    ours, whole = open_locale("fr_CA"), Locale.parse("fr_CA")
    assert whole.currencies
    assert whole.meta_zones
    for part in ("currencies", "meta_zones"):
        with pytest.raises(KeyError):
            getattr(ours, part)
    noon = datetime(2030, 3, 1, 12, tzinfo=UTC)
    assert format_time(noon, "short", locale=ours) == format_time(noon, "short", locale=whole)
    assert ours.get_display_name() == whole.get_display_name()


def test_the_web_opens_locales_in_one_place() -> None:
    found = []
    for path in (Path(timesheet.__file__).parent / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ("Locale", "Locale.parse", "Locale.negotiate", "Locale.default"):
                found.append(f"{path.name}:{node.lineno}")  # type: ignore[attr-defined]
    assert found == []
