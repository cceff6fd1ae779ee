"""Every regular expression of the app with texts that cause backtracking: matching time is linear in the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from timesheet.adapters.ical.contentline import read_lines
from timesheet.domain.duration import read_duration
from timesheet.domain.errors import TimesheetError
from timesheet.domain.export_text import cell_text, file_name
from timesheet.domain.identity import TimeTracking
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.web.middleware.logs import hide_tokens
from tools.project import ROOT

LARGE = 100_000
# Four times as long for a text twice as long is too much; shorter times than this are not compared.
BARELY, MOST_SECONDS = 0.004, 0.5
METHODS = {"match", "search", "fullmatch", "findall", "finditer", "sub", "split"}
# Where the text was bounded before: by these many characters.
BOUNDED = {
    "timesheet.adapters.jira.issue_search": 255,
    "timesheet.domain.team.jql": 2000,
    # Only applied to text that matched the expression before it, which contains no long word without "=".
    "timesheet.adapters.jira.call.ratelimit": 256,
}
PIECES = (
    *(
        '"',
        "'",
        "\\",
        '\\"',
        '"\\',
        " ",
        "\n",
        "\r",
        "\t",
        "-",
        "- ",
        ".",
        ",",
        ":",
        ";",
        "/",
        "/browse/",
        "=",
        "&",
    ),
    *(
        "a",
        "A",
        "1",
        "1.",
        "_",
        "a1",
        "ab-",
        "a=1;",
        '"x";a=1',
        "order ",
        "order by",
        "eyJ",
        "eyJ.",
        "jwt=",
        "not ",
    ),
    *(
        "Bearer ",
        "JWT ",
        "not be ",
        "1h",
        "1:",
        "½",
        "é",
        "١",
        " ½",
        "\n ",
        "1 ",
        "* x\n",
        "10. ",
        "workflow ",
    ),
)


@dataclass(frozen=True)
class Use:
    """One expression, and how it is used at one place."""

    place: str
    pattern: re.Pattern[str] | re.Pattern[bytes]
    method: str
    longest: int

    def seconds(self, text: str) -> float:
        """Return the CPU time to match one text completely, as the caller would."""
        text = text[: self.longest]
        given = text.encode(errors="replace") if isinstance(self.pattern.pattern, bytes) else text
        run = getattr(self.pattern, self.method)
        began = process_time()
        result = run(given[:0], given) if self.method == "sub" else run(given)
        if self.method == "finditer":
            list(result)
        return process_time() - began


def uses() -> Iterator[Use]:
    for path in sorted((ROOT / "timesheet").rglob("*.py")):
        source = path.read_text()
        if "import re\n" in source:
            found = list(uses_in(path, ast.parse(source)))
            yield from found
            yield from used_in_lists(path, source, {use.pattern for use in found})


def uses_in(path: Path, tree: ast.Module) -> Iterator[Use]:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    module, longest = import_module(name), BOUNDED.get(name, LARGE)
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        owner, method = call.func.value, call.func.attr
        if not isinstance(owner, ast.Name) or method not in METHODS:
            continue
        place = f"{name}:{call.lineno}"
        if owner.id == "re" and isinstance(call.args[0], ast.Constant):
            yield Use(place, re.compile(str(call.args[0].value)), method, longest)
        elif isinstance(found := getattr(module, owner.id, None), re.Pattern):
            yield Use(place, found, method, longest)


def used_in_lists(path: Path, source: str, found: set[object]) -> Iterator[Use]:
    """Yield the expressions of a module that it does not use by name, but in a loop over several."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for attribute, value in vars(import_module(name)).items():
        if f"\n{attribute} = re.compile(" in source and value not in found:
            yield Use(f"{name}.{attribute}", value, "match", BOUNDED.get(name, LARGE))


def texts(size: int) -> Iterator[str]:
    """Yield texts of one repeated piece, with an end that matches nothing."""
    for piece, before in pairwise((*PIECES, PIECES[0])):
        yield before + piece * (size // len(piece)) + "\x00!"


def pairs(size: int) -> Iterator[str]:
    """Yield texts of two alternating pieces."""
    for first, second in pairwise((*PIECES, *PIECES[::3], PIECES[0])):
        yield (first + second) * (size // len(first + second))


ALL = tuple(uses())


def test_every_compiled_regex_is_tested() -> None:
    compiled = sum(path.read_text().count("re.compile(") for path in (ROOT / "timesheet").rglob("*.py"))
    assert len({use.pattern for use in ALL}) >= compiled - 1, "all but those used by name only"


@pytest.mark.parametrize("use", ALL, ids=lambda use: use.place)
def test_its_time_grows_with_the_text_and_not_with_its_square(use: Use) -> None:
    sizes = [[*texts(size), *pairs(size)] for size in (LARGE // 40, LARGE // 20)]
    for small, double in zip(*sizes, strict=True):
        if (longer := use.seconds(double)) > BARELY:
            again = min(use.seconds(small) for _ in range(3))
            longer = min(longer, *(use.seconds(double) for _ in range(3)))
            assert longer < 3 * again or longer < BARELY, (
                f"{double[:40]!r}: {again:.4f} s, then {longer:.4f} s"
            )
    assert max(use.seconds(text) for text in texts(LARGE)) < MOST_SECONDS


UNITS = TimeTracking(True, 28800, 5)
PARSERS: dict[str, Callable[[str], object]] = {
    "duration": lambda text: read_duration(text, UNITS),
    "comment": text_to_adf,
    "cell": cell_text,
    "file name": lambda text: file_name(text, "csv"),
    "calendar": lambda text: list(read_lines(text.encode())),
    "log line": lambda text: hide_tokens(None, "", {"event": text}),
}


@pytest.mark.parametrize("name", PARSERS)
def test_no_text_of_a_person_takes_long_to_read(name: str) -> None:
    for text in texts(LARGE):
        began = process_time()
        with suppress(TimesheetError):
            PARSERS[name](text)
        assert process_time() - began < 2 * MOST_SECONDS, repr(text[:40])
