"""Message catalogs: `dev.py translate new LANG`, `update`, and `check`.

`update` collects the sentences of templates, Python, scripts, and the Connect descriptor, brings every catalog up to
date with them, and writes the sentences of the Forge app that no server sends (``forge/locales``). `check` fails if
that was forgotten, on entries that are missing or uncertain, on placeholders and names of settings that differ, on
markup in sentences, and on sentences that bypass the catalogs (``tools.literals``).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.core import Locale, UnknownLocaleError
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from timesheet.domain.language import ENGLISH
from timesheet.web.site.descriptor import read_names, translate_names, translate_unopened
from tools import forge, literals
from tools.project import ROOT, CannotGoOn

FOLDER = ROOT / "timesheet" / "translations"
SCRIPT_SENTENCE = re.compile(r'\b(tn?)\(\s*("(?:[^"\\\n]|\\.)*")(?:,\s*("(?:[^"\\\n]|\\.)*"))?')


def in_script(
    file: IO[bytes], _keywords: object, _comment_tags: object, **_options: object
) -> Iterator[tuple[int, str, tuple[str, ...], list[str]]]:
    """Yield line, function, and texts of each sentence of a script, for Babel.

    Babel's own reader takes a regular expression after ``return`` for a division, and its quotes for those of a text;
    and a variable with the name of a function for a call. Either hides the sentences that follow.
    """
    source = file.read().decode()
    for found in SCRIPT_SENTENCE.finditer(source):
        function, *texts = found.groups()
        line = source.count("\n", 0, found.start()) + 1
        yield line, function, tuple(json.loads(text) for text in texts if text), []


SOURCES: tuple[tuple[str, list[tuple[str, Any]]], ...] = (
    ("timesheet", [("**.py", "python")]),
    ("templates", [("**.html", "jinja2.ext:babel_extract")]),
    ("static/js", [("**.js", in_script)]),
)
# None: the first argument. Numbers: singular and plural; "c" marks the context.
KEYWORDS = {
    "_": None,
    "message": None,
    "t": None,
    "_n": (1, 2),
    "counted": (1, 2),
    "tn": (1, 2),
    "_p": ((1, "c"), 2),
    "in_context": ((1, "c"), 2),
}
COMMENTS = ["Translators:"]
PLACE = re.compile(r"\{(\w*)\}")
BRACE = re.compile(r"[{}]")
SETTING = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
MARKUP = re.compile(r"<[\w/!]|&#?\w+;")
WIDTH = 100


NO_SPACE_BEFORE_ELLIPSIS = frozenset({"es", "fr", "ja", "pt_BR"})


def main(arguments: list[str]) -> int:
    """Run one action and return its exit code."""
    match arguments:
        case ["new", language]:
            create(language)
        case ["update"]:
            update()
        case ["check"]:
            sentences = collect()
            return int(report([*outdated(sentences), *incomplete(sentences), *literals.find()]) > 0)
        case _:
            raise CannotGoOn("say `new LANG`, `update`, or `check`.")
    return 0


def report(problems: list[str]) -> int:
    """Print the problems and return how many there are."""
    for problem in problems:
        print(problem)
    return len(problems)


def collect() -> Catalog:
    """Return every sentence of the sources, with the files that contain it."""
    catalog = Catalog(project="timesheet", fuzzy=False)
    for folder, methods in SOURCES:
        options = {"**.html": {"trimmed": "true", "silent": "false"}}
        found = extract_from_dir(ROOT / folder, methods, options, KEYWORDS, COMMENTS, strip_comment_tags=True)
        for name, _line, sentence, comments, context in found:
            # Without line numbers, so that a change elsewhere in the file changes no catalog.
            catalog.add(sentence, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    for _key, text in read_names(descriptor()):
        catalog.add(text, None, [(forge.DESCRIPTOR.name, 0)])
    return catalog


def descriptor() -> dict[str, Any]:
    """Return the Connect descriptor as it is in the repository."""
    found: dict[str, Any] = json.loads(forge.DESCRIPTOR.read_text(encoding="utf-8"))
    return found


def written(catalog: Catalog) -> bytes:
    """Return the bytes of a catalog's file: sorted, without dates, so that it changes only with its entries."""
    out = BytesIO()
    write_po(out, catalog, width=WIDTH, omit_header=True, sort_output=True, include_lineno=False)
    return out.getvalue()


def header(code: str) -> bytes:
    """Return the header of a language's file."""
    plural = Catalog(locale=code).plural_forms
    lines = (
        'msgid ""',
        'msgstr ""',
        f'"Language: {code}\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        f'"Plural-Forms: {plural}\\n"',
    )
    return ("\n".join(lines) + "\n\n").encode()


def shipped() -> Iterator[tuple[str, Path]]:
    """Yield code and file of each language that has a catalog."""
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        yield path.parents[1].name, path


def read(path: Path, code: str) -> Catalog:
    """Return the catalog of a file."""
    return read_po(BytesIO(path.read_bytes()), locale=code, ignore_obsolete=True)


def create(code: str) -> None:
    """Begin the catalog of a language, with an empty translation of every sentence. English needs none."""
    path = FOLDER / code / "LC_MESSAGES" / "messages.po"
    if code == ENGLISH or path.exists() or not locale_exists(code):
        raise CannotGoOn(
            f"{code}: name a language that has no catalog yet as CLDR does, such as `it` or `pt_PT`."
        )
    path.parent.mkdir(parents=True)
    path.write_bytes(header(code))
    update()
    print(f"created {path}")


def locale_exists(code: str) -> bool:
    """Return whether a code such as ``pt_BR`` names a language."""
    try:
        return str(Locale.parse(code)) == code
    except (UnknownLocaleError, ValueError):
        return False


def update() -> None:
    """Give every catalog the same entries. Nothing is guessed from similar sentences."""
    sentences = collect()
    for code, path in shipped():
        path.write_bytes(_updated(path, code, sentences))
    for path, names in locales():
        path.write_bytes(names)


def locales() -> Iterator[tuple[Path, bytes]]:
    """Yield file and content of what Jira and the page of the Forge app show by themselves, in each language."""
    for locale in forge.LOCALES:
        names = translate_names(descriptor(), locale)
        text = json.dumps(
            names | {"unopened": translate_unopened(locale)}, ensure_ascii=False, indent=2, sort_keys=True
        )
        yield forge.locale_file(locale), f"{text}\n".encode()


def _updated(path: Path, code: str, sentences: Catalog) -> bytes:
    catalog = read(path, code)
    catalog.update(sentences, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    for entry in catalog:
        if entry.id:
            texts = tuple(typeset(code, text) for text in _forms(entry.string))
            entry.string = texts if isinstance(entry.id, list | tuple) else texts[0]
    return header(code) + written(catalog)


def typeset(code: str, text: str) -> str:
    """Return a translation with the spaces that its language has at an ellipsis and, in French, at punctuation.

    German has a no-break space before an ellipsis, so that none begins a line.
    """
    if code in NO_SPACE_BEFORE_ELLIPSIS:
        text = re.sub(r"(?<=\S)\s…", "…", text)
    if code == "de":
        text = re.sub(r"(?<=\S) (?=…)", "\u00a0", text)
    if code == "fr":
        text = re.sub(r"(?<=\S)[ \u00a0](?=[;!?%»])|(?<=«)[ \u00a0]", "\u202f", text)
        text = re.sub(r"(?<=\S) (?=:)", "\u00a0", text)
    return text


def outdated(sentences: Catalog) -> Iterator[str]:
    """Yield the files that `update` would change."""
    wanted = [(path, _updated(path, code, sentences)) for code, path in shipped()]
    for path, content in (*wanted, *locales()):
        if not path.exists() or path.read_bytes() != content:
            yield f"{path.relative_to(ROOT)}: run `python3 dev.py translate update`"


def incomplete(sentences: Catalog) -> Iterator[str]:
    """Yield what is wrong with the sentences, and with the entries of each catalog."""
    for code, path in shipped():
        for entry in read(path, code):
            if entry.id:
                for problem in _problems(entry):
                    yield f"{code}: {problem}: {_forms(entry.id)[0]!r}"
    for entry in sentences:
        if any(MARKUP.search(text) for text in _forms(entry.id)):
            yield f"markup in a sentence: {_forms(entry.id)[0]!r}"


def _problems(entry: Message) -> Iterator[str]:
    translated = _forms(entry.string)
    if not all(translated):
        yield "not translated"
        return
    if entry.fuzzy:
        yield "uncertain"
    wanted = _places(_forms(entry.id))
    settings = set(SETTING.findall(_forms(entry.id)[0]))
    # A plural form may leave out its number: "one day", "a day".
    optional = {"count"} if isinstance(entry.id, tuple) else set()
    for text in translated:
        found = _places([text])
        if not wanted - optional <= found <= wanted or _misuses_braces(text, _forms(entry.id)):
            yield "its placeholders differ"
        if set(SETTING.findall(text)) != settings:
            yield "the settings that it names differ"
        if MARKUP.search(text):
            yield "markup"


def _misuses_braces(text: str, english: Iterable[str]) -> bool:
    """Return True for a placeholder that occurs more often than in English, and for braces around anything else."""
    places = Counter(PLACE.findall(text))
    allowed = Counter[str]()
    for form in english:
        allowed |= Counter(PLACE.findall(form))
    return not places <= allowed or bool(BRACE.search(PLACE.sub("", text)))


def _forms(texts: str | Iterable[str] | None) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts or [""])


def _places(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in PLACE.findall(text)}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotGoOn as error:
        sys.exit(f"translate: {error}")
