"""The sentences of scripts, for each plural form that a language has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import write_po

from timesheet.domain.language import LANGUAGES
from timesheet.web.http import catalog
from timesheet.web.http.catalog import read_catalog, versioned_sentences

HOURS = ("{count} hour", "{count} hours")


def in_language(code: str, *forms: str, folder: Path) -> dict[str, str]:
    """Return the forms that scripts get of one sentence, in a language that the app does not have."""
    words = Catalog(locale=code)
    words.add(HOURS, forms, locations=[("static/js/page/report.js", 1)])
    for name in (code, next(other for other in LANGUAGES if other != "en")):
        target = folder / name / "LC_MESSAGES"
        target.mkdir(parents=True)
        with (target / "messages.po").open("wb") as file:
            write_po(file, words)
    found: dict[str, str] = json.loads(versioned_sentences(code)[1])[HOURS[0]]
    return found


def test_scripts_have_a_text_for_each_plural_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    forms = in_language("pl", "{count} godzina", "{count} godziny", "{count} godzin", folder=tmp_path)
    assert forms == {
        "one": "{count} godzina",
        "few": "{count} godziny",
        "many": "{count} godzin",
        "other": "{count} godzin",
    }


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_each_form_is_the_one_of_the_catalog(code: str) -> None:
    given = json.loads(versioned_sentences(code)[1])
    counted = [entry for entry in read_catalog(code) if isinstance(entry.id, tuple) and entry.id[0] in given]
    assert counted
    for entry in counted:
        forms = given[entry.id[0]]
        assert isinstance(entry.string, tuple)
        assert forms["other"] == entry.string[-1]
        assert forms.get("one", entry.string[0]) == entry.string[0]
