"""Message catalogs: begun, brought up to date, and checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import translate
from tools.project import CannotGoOn

PYTHON = 'SAID = message("{name} is saved.")\nMANY = counted("{count} day", "{count} days", n)\n'
PAGE = '<p>{{ _("Save") }} {{ _p("verb", "Open") }}</p>\n'
SCRIPT = 'say(t("Put back."));\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a sentence in each kind of source."""
    for name, text in (("timesheet/a.py", PYTHON), ("templates/a.html", PAGE), ("static/js/a.js", SCRIPT)):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    folder = tmp_path / "timesheet" / "translations"
    folder.mkdir()
    for name, value in (("ROOT", tmp_path), ("FOLDER", folder)):
        monkeypatch.setattr(translate, name, value)
    descriptor = tmp_path / "atlassian-connect.json"
    descriptor.write_text(json.dumps({"modules": {"name": {"value": "Save", "i18n": "page.name"}}}))
    monkeypatch.setattr("tools.forge.DESCRIPTOR", descriptor)
    monkeypatch.setattr("tools.forge.FOLDER", tmp_path / "forge")
    (tmp_path / "forge" / "locales").mkdir(parents=True)
    monkeypatch.setattr("tools.literals.find", lambda: iter(()))
    return tmp_path


@pytest.fixture
def catalog(project: Path) -> Callable[[str, str], None]:
    """Begin German, translate everything, and return a function that replaces a part of its catalog."""
    translate.main(["new", "de"])
    path = project / "timesheet" / "translations" / "de" / "LC_MESSAGES" / "messages.po"
    texts = {
        '"{name} is saved."\nmsgstr ""': '"{name} is saved."\nmsgstr "{name} ist gespeichert."',
        'msgstr[0] ""\nmsgstr[1] ""': 'msgstr[0] "{count} Tag"\nmsgstr[1] "{count} Tage"',
        '"Save"\nmsgstr ""': '"Save"\nmsgstr "Speichern"',
        '"Open"\nmsgstr ""': '"Open"\nmsgstr "Öffnen"',
        '"Put back."\nmsgstr ""': '"Put back."\nmsgstr "Zurückgelegt."',
    }

    def replace(old: str, new: str) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    for old, new in texts.items():
        replace(old, new)
    return replace


@pytest.mark.parametrize(
    "before",
    [
        'return /name="([^"]+)"/.exec(header);',
        "return counted ? counted : 0;",
        'tn("{count} row", "{count} rows", rows.length);',
        "const mark = `it's`;",
        'ask(t("Is it “so”?"), "Yes");',
        "// It isn't.",
    ],
)
def test_a_sentence_of_a_script_is_found_whatever_is_before_it(project: Path, before: str) -> None:
    script = (
        'function f() {\n  if (counted) return counted ? say(t("First", { counted })) : t(\n    "Last");\n}\n'
    )
    (project / "static/js/a.js").write_text(f"{before}\n{script}")
    found = {message.id for message in translate.collect()}
    assert found >= {"First", "Last"}
    assert (("{count} row", "{count} rows") in found) == before.startswith("tn")


def problems(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    code = translate.main(["check"])
    found = capsys.readouterr().out.splitlines()
    assert code == bool(found)
    return found


def test_a_new_catalog_has_every_sentence(project: Path) -> None:
    translate.main(["new", "de"])
    text = (project / "timesheet" / "translations" / "de" / "LC_MESSAGES" / "messages.po").read_text()
    for part in (
        'msgid "{name} is saved."',
        'msgid_plural "{count} days"',
        'msgid "Save"',
        'msgctxt "verb"',
        "#: static/js/a.js",
        "nplurals=2",
    ):
        assert part in text


def test_a_complete_catalog_passes(catalog: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert problems(capsys) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"Speichern"', '""', "not translated"),
        ('msgstr[1] "{count} Tage"', 'msgstr[1] ""', "not translated"),
        ('"{name} ist gespeichert."', '"Gespeichert."', "its placeholders differ"),
        ('"{name} ist gespeichert."', '"{nam} ist gespeichert."', "its placeholders differ"),
        ('"{count} Tage"', '"{count} {days}"', "its placeholders differ"),
        ('"{name} ist gespeichert."', '"{name} ist {gespeichert."', "its placeholders differ"),
        ('"{name} ist gespeichert."', '"{name} ist gespeichert.}"', "its placeholders differ"),
        ('"{name} ist gespeichert."', '"{{name}} ist gespeichert."', "its placeholders differ"),
        ('"{name} ist gespeichert."', '"{name}{name!r} ist gespeichert."', "its placeholders differ"),
        ('"{name} ist gespeichert."', '"{name}: {name} ist gespeichert."', "its placeholders differ"),
        ('"{count} Tage"', '"{count} { count }"', "its placeholders differ"),
        ('"Speichern"', '"<b>Speichern</b>"', "markup"),
        ('"Speichern"', '"&#160;Speichern"', "markup"),
        ('"Speichern"', '"Speichern<!-- x -->"', "markup"),
        ('"Speichern"', '"Speichern (LOG_LEVEL)"', "the settings that it names differ"),
        ('msgid "Put back."', '#, fuzzy\nmsgid "Put back."', "uncertain"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(
    catalog: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    problem: str,
) -> None:
    catalog(old, new)
    assert any(line.startswith(f"de: {problem}") for line in problems(capsys))


def test_a_plural_may_do_without_its_number(
    catalog: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    catalog('"{count} Tag"', '"ein Tag"')
    assert problems(capsys) == []


def test_markup_in_the_english_sentence_is_refused(
    project: Path, catalog: object, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "templates" / "b.html").write_text('{{ _("<b>Save</b> all") }}')
    assert "markup in a sentence: '<b>Save</b> all'" in problems(capsys)


def test_a_forgotten_update_is_noticed_and_made(
    project: Path, catalog: object, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "templates" / "b.html").write_text('{{ _("Close") }}')
    (project / "static" / "js" / "a.js").write_text("")
    assert any("run `python3 dev.py translate update`" in line for line in problems(capsys))
    translate.main(["update"])
    assert problems(capsys) == ["de: not translated: 'Close'"]
    text = (project / "timesheet" / "translations" / "de" / "LC_MESSAGES" / "messages.po").read_text()
    assert "Speichern" in text
    assert "Put back." not in text


def test_new_names_the_file_that_it_creates(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    translate.main(["new", "de"])
    path = project / "timesheet" / "translations" / "de" / "LC_MESSAGES" / "messages.po"
    assert path.exists()
    assert capsys.readouterr().out == f"created {path}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["new"], ["new", "nonsense"], ["new", "de"], ["new", "en"], ["remove", "de"]]
)
def test_anything_else_is_refused(project: Path, arguments: list[str]) -> None:
    translate.main(["new", "de"])
    with pytest.raises(CannotGoOn):
        translate.main(arguments)


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        ("fr", "« {name} » : vraiment ?", "«\u202f{name}\u202f»\u00a0: vraiment\u202f?"),
        ("fr", "? raccourcis ; {count} %", "? raccourcis\u202f; {count}\u202f%"),
        ("fr", "«\u00a0{name}\u00a0»\u00a0; fin\u00a0!", "«\u202f{name}\u202f»\u202f; fin\u202f!"),
        ("fr", "Supprimer …", "Supprimer…"),
        ("es", "Eliminar …", "Eliminar…"),
        ("de", "Löschen … „Wie?“ : 5 %", "Löschen\u00a0… „Wie?“ : 5 %"),
        ("ja", "…", "…"),
    ],
)
def test_an_update_sets_the_spaces_of_the_language(code: str, text: str, shown: str) -> None:
    assert translate.typeset(code, text) == shown
    assert translate.typeset(code, shown) == shown
