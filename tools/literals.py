"""Find sentences that bypass the message catalogs, in templates, Python, and scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes
from jinja2.lexer import TOKEN_DATA

from tools.project import ROOT

SAYING = frozenset({"_", "_n", "_p", "message", "counted"})
READ_BY_PEOPLE = re.compile(r'\b(?:title|aria-label|placeholder|alt|aria-description|label)="([^"]*)"')
JQL = re.compile(r"^\w+ = \w+$")
TAG = re.compile(r"<[^>]*>|&\w+;", re.DOTALL)
ATTRIBUTE = re.compile(r"(?:data|hx)-[\w:-]+|swap:|:nth-child\(")
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"^[^\W\d_]*[A-Z“‘][^\W\d_]*[a-z’]?\S* \S|^[A-Z][a-z]+$|\w [a-z]+\b.*\.$", re.DOTALL)
"""Two words of which the first is capitalized, one capitalized word, or anything that ends as a sentence."""

PYTHON = ("timesheet/domain", "timesheet/services", "timesheet/web")
# Read by operators and developers in English, and the names of languages in themselves.
ENGLISH_ONLY = (
    "timesheet/domain/language.py",
    "timesheet/web/commands/",
    "timesheet/web/middleware/logs.py",
    "timesheet/web/middleware/metrics.py",
)
QUIET_CALLS = frozenset(
    "compile debug info warning error exception critical ValueError TypeError AssertionError RuntimeError KeyError"
    " getLogger get_logger TypeVar LookupError NotImplementedError ContextVar".split()
)
KEYS = frozenset("Home End Enter Escape Tab Delete Backspace Shift Control Alt Meta".split())
ALLOWED = re.compile(r"(?:#|//)\s*not shown\b")
SCRIPT_TEXT = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`")
SCRIPT_SAID = re.compile(r"\b(?:t|tn)\(\s*(?:[\"`][^\"`]*[\"`],\s*)?$")


def find() -> Iterator[str]:
    """Yield file, line, and text of each sentence that no language can translate."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from _located(path, in_template(path.read_text()))
    for folder in PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not str(path.relative_to(ROOT)).startswith(ENGLISH_ONLY):
                yield from _located(path, in_python(path.read_text()))
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        yield from _located(path, in_script(path.read_text()))


def _located(path: Path, found: Iterator[tuple[int, str]]) -> Iterator[str]:
    for line, text in found:
        yield f"{path.relative_to(ROOT)}:{line}: not in the catalog: {text[:70]!r}"


def in_template(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of what a template prints without translating it."""
    environment = Environment()
    for line, kind, text in environment.lex(source):
        if kind == TOKEN_DATA:
            yield from (
                (line, said)
                for said in READ_BY_PEOPLE.findall(text)
                if WORD.search(said) and not JQL.search(said)
            )
    text = "".join("\x00" if kind != TOKEN_DATA else value for _, kind, value in environment.lex(source))
    for piece in re.split(r"[\x00\n]+", TAG.sub("\n", text)):
        code = "=" in piece or '"' in piece or ATTRIBUTE.fullmatch(piece.strip())
        if WORD.search(piece) and not code:
            yield source[: source.find(piece.strip())].count("\n") + 1, piece.strip()
    yield from _constants(environment.parse(source))


def _constants(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SAYING:
        for value in node.kwargs:
            yield from _constants(value)
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and SENTENCE.search(node.value):
        yield node.lineno, node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)


def in_python(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of sentences that no call makes translatable; a line may say `# not shown`."""
    lines = source.splitlines()
    for line, text in _strings(ast.parse(source)):
        if SENTENCE.search(text) and not ALLOWED.search(lines[line - 1]):
            yield line, text


def _strings(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call) and _name(node.func) in SAYING:
        for value in node.keywords:
            yield from _strings(value)
        return
    if isinstance(node, ast.Call) and _name(node.func) in QUIET_CALLS:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    for name, child in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for one in child if isinstance(child, list) else [child]:
            if isinstance(one, ast.AST):
                yield from _strings(one)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def in_script(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of what a script shows without translating it."""
    before = ""
    for number, line in enumerate(source.splitlines(), 1):
        code = line.split("//")[0] if "://" not in line else line
        if code.lstrip().startswith(("*", "/*", "import ")) or "new Error(" in code or "TypeError(" in code:
            continue
        for found in SCRIPT_TEXT.finditer(code):
            text = found[1] if found[1] is not None else found[2]
            said = SCRIPT_SAID.search(before + code[: found.start()].lstrip()) or ALLOWED.search(line)
            if SENTENCE.search(text) and text not in KEYS and not said:
                yield number, text
        before = code.strip()
