"""Find sentences that bypass the message catalogs, in templates, Python, and scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes
from jinja2.lexer import TOKEN_DATA, TOKEN_VARIABLE_BEGIN, TOKEN_VARIABLE_END

from tools.project import ROOT

SAYING = frozenset({"_", "_n", "_p", "message", "counted", "in_context"})
READ_BY_PEOPLE = re.compile(
    r"(?<![\w-])(?:title|placeholder|alt|label|aria-(?:label|description|placeholder|roledescription|valuetext))="
    r"""(?:"([^"]*)"|'([^']*)')"""
)
BUTTON_VALUE = re.compile(r"""(?<![\w-])value=(?:"([^"]*)"|\'([^\']*)\')""")
JQL = re.compile(r"^\w+ = \w+$")
TAG = re.compile(r"<[^>]*>|&\w+;", re.DOTALL)
CODE = re.compile(r"<code>.*?</code>", re.DOTALL)
PART_OF_TAG = re.compile(r" [a-z-]+|[a-z]+:\{\} ?")
"""An attribute that a macro puts into a tag, or one of its values."""
ATTRIBUTE = re.compile(r"(?:data|hx)-[\w:-]+|swap:|:nth-child\(")
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"^[^\W\d_]*[A-Z“‘][^\W\d_]*[a-z’]?\S* \S|^[A-Z][a-z]+$|\w [a-z]+\b.*\.$", re.DOTALL)
"""Two words of which the first is capitalized, one capitalized word, or anything that ends as a sentence."""
CLAUSE = re.compile(r"^[a-z][a-z’']*(?: [a-z’']+){3,}$")
"""Four words or more without capitals and punctuation: a sentence in the middle of another one."""

PYTHON = ("timesheet/domain", "timesheet/services", "timesheet/web")
# Read by operators and developers in English, and the names of languages in themselves.
ENGLISH_ONLY = (
    "timesheet/domain/language.py",
    "timesheet/web/commands/",
    "timesheet/web/middleware/logs.py",
    "timesheet/web/middleware/metrics.py",
)
DOCUMENTED = ("timesheet/domain/audit/action.py",)
"""Their clauses are for the document of audit events, which is in English."""
QUIET_CALLS = frozenset(
    "compile debug info warning error exception critical ValueError TypeError AssertionError RuntimeError KeyError"
    " getLogger get_logger TypeVar LookupError NotImplementedError ContextVar".split()
)
KEYS = frozenset("Home End Enter Escape Tab Delete Backspace Shift Control Alt Meta".split())
ALLOWED = re.compile(r"(?:#|//)\s*not shown\b")
SCRIPT_TEXT = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`|(?<!\w)'((?:[^'\\\n]|\\.)*)'")
SCRIPT_TRANSLATED = re.compile(r"\b(?:t|tn)\(\s*(?:\"[^\"]*\",\s*)?$")
ATTRIBUTES_OF_MACRO = re.compile(r"[\w-]=(?:[\"']|$)|^[\"']")


def find() -> Iterator[str]:
    """Yield file, line, and text of each sentence that no language can translate."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from _located(path, in_template(path.read_text()))
    for folder in PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not str(path.relative_to(ROOT)).startswith(ENGLISH_ONLY):
                documented = str(path.relative_to(ROOT)) in DOCUMENTED
                found = in_python(path.read_text())
                yield from _located(
                    path, (one for one in found if not (documented and CLAUSE.search(one[1])))
                )
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        yield from _located(path, in_script(path.read_text()))


def _located(path: Path, found: Iterator[tuple[int, str]]) -> Iterator[str]:
    for line, text in found:
        yield f"{path.relative_to(ROOT)}:{line}: not in the catalog: {text[:70]!r}"


def in_template(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each text that a template prints without translating it."""
    environment = Environment()
    text = "".join("\x00" if kind != TOKEN_DATA else value for _, kind, value in environment.lex(source))
    yield from _attributes(source, text)
    for piece in re.split(r"[\x00\n]+", TAG.sub("\n", text)):
        code = ATTRIBUTES_OF_MACRO.search(piece.strip()) or ATTRIBUTE.fullmatch(piece.strip())
        if WORD.search(piece) and not code:
            yield source[: source.find(piece.strip())].count("\n") + 1, piece.strip()
    yield from _constants(environment.parse(source))
    yield from _printed(environment, source)


def _printed(environment: Environment, source: str) -> Iterator[tuple[int, str]]:
    """Yield the words, also single ones, that an expression prints where people read: not within a tag."""
    text, found, now = "", list[tuple[int, str]](), ""
    inside = False
    for line, kind, value in environment.lex(source):
        if kind == TOKEN_VARIABLE_BEGIN:
            inside, now = True, ""
        elif kind == TOKEN_VARIABLE_END:
            text += f"\x00{len(found)}\x00"
            found.append((line, now))
            inside = False
        elif inside:
            now += value
        elif kind == TOKEN_DATA:
            text += value
    read = " ".join(value for pair in READ_BY_PEOPLE.findall(text) for value in pair)
    for number in re.findall("\x00(\\d+)\x00", f"{TAG.sub(' ', CODE.sub(' ', text))} {read}"):
        line, expression = found[int(number)]
        [output] = environment.parse(f"{{{{{expression}}}}}").body
        for word in _printed_by(output):
            if WORD.search(word) and not (SENTENCE.search(word) or PART_OF_TAG.fullmatch(word)):
                yield line, word


def _printed_by(node: nodes.Node) -> Iterator[str]:
    """Yield the texts of an expression that can be what it prints: of both branches, and of all parts."""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str) and "<" not in node.value:
            yield node.value
        return
    parts: list[nodes.Node] = []
    if isinstance(node, nodes.Concat):
        words = (part.value if isinstance(part, nodes.Const) else "{}" for part in node.nodes)
        yield "".join(map(str, words))
        parts = [part for part in node.nodes if not isinstance(part, nodes.Const)]
    elif isinstance(node, nodes.Output):
        parts = list(node.nodes)
    elif isinstance(node, nodes.CondExpr):
        parts = [part for part in (node.expr1, node.expr2) if part]
    elif isinstance(node, nodes.Or | nodes.Add):
        parts = [node.left, node.right]
    elif isinstance(node, nodes.And):
        parts = [node.right]
    elif isinstance(node, nodes.Filter) and node.node is not None:
        parts = [node.node, *(node.args if node.name in ("default", "d") else ())]
    for part in parts:
        yield from _printed_by(part)


def _attributes(source: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield the texts of attributes that people read or hear, also around values."""
    for pattern, wanted in ((READ_BY_PEOPLE, WORD), (BUTTON_VALUE, SENTENCE)):
        for found in pattern.finditer(text):
            said = re.sub("\x00+", "{}", found[1] or found[2] or "")
            if wanted.search(said) and not JQL.search(said):
                first = said.partition("{}")[0]
                yield source[: source.find(first)].count("\n") + 1, said


def _constants(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SAYING:
        for value in (*node.kwargs, *(arg for arg in node.args if not isinstance(arg, nodes.Const))):
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
        if (SENTENCE.search(text) or CLAUSE.search(text)) and not ALLOWED.search(lines[line - 1]):
            yield line, text
    tree = ast.parse(source)
    for line, text in (*_glued(tree), *_beside(tree), *_in_f_strings(tree)):
        if not ALLOWED.search(lines[line - 1]):
            yield line, text


def _glued(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the words between two texts of which one is translated: each language needs the whole sentence."""
    seen: set[ast.expr] = set()
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts = [node.left, node.right]
            while isinstance(parts[0], ast.BinOp):
                parts[:1] = [parts[0].left, parts[0].right]
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        if any(isinstance(part, ast.Call) and _name(part.func) in SAYING for part in parts):
            for part in parts:
                text = part.value if isinstance(part, ast.Constant) else ""
                words = isinstance(text, str) and WORD.search(text) and "<" not in text and "=" not in text
                if words and part not in seen:
                    seen.add(part)
                    yield part.lineno, str(text)


def _beside(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the words, also single ones, in whose place another case has a translated text."""
    for node in ast.walk(tree):
        cases: list[ast.expr] = []
        if isinstance(node, ast.IfExp):
            cases = [node.body, node.orelse]
        elif isinstance(node, ast.Dict) or (isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or)):
            cases = node.values
        elif isinstance(node, ast.FunctionDef):
            cases = [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value]
        if any(isinstance(case, ast.Call) and _name(case.func) in SAYING for case in cases):
            for case in cases:
                text = case.value if isinstance(case, ast.Constant) else ""
                if isinstance(text, str) and WORD.search(text) and not SENTENCE.search(text):
                    yield case.lineno, text


def _in_f_strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the sentences translated within an f-string: before Python 3.12 no catalog gets them, because Babel sees
    the f-string as one token.
    """
    for joined in (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
        for call in ast.walk(joined):
            if isinstance(call, ast.Call) and _name(call.func) in SAYING:
                texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
                yield from ((call.lineno, text) for text in texts[-1:] if isinstance(text, str))


def _strings(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call) and _name(node.func) in SAYING:
        # Of an argument that is put together, no catalog gets a sentence.
        for value in (*node.keywords, *(arg for arg in node.args if not isinstance(arg, ast.Constant))):
            yield from _strings(value)
        return
    if _quiet(node):
        return
    if isinstance(node, ast.JoinedStr):
        yield from _joined(node)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    for name, child in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for one in child if isinstance(child, list) else [child]:
            if isinstance(one, ast.AST):
                yield from _strings(one)


def _quiet(node: ast.AST) -> bool:
    """Return True for a docstring and for a call whose texts no user reads."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Call) and _name(node.func) in QUIET_CALLS


def _joined(node: ast.JoinedStr) -> Iterator[tuple[int, str]]:
    """Yield the texts of an f-string; one before a value ends with braces, so that a sentence shows as one."""
    for part, after in zip(node.values, [*node.values[1:], None], strict=True):
        follows = "{}" if isinstance(part, ast.Constant) and isinstance(after, ast.FormattedValue) else ""
        yield from ((line, text + follows) for line, text in _strings(part))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def in_script(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each text that a script shows without translating it."""
    before = last = ""
    for number, line in enumerate(source.splitlines(), 1):
        code = line.split("//")[0] if "://" not in line else line
        if code.lstrip().startswith(("*", "/*", "import ")) or "new Error(" in code or "TypeError(" in code:
            continue
        for found in SCRIPT_TEXT.finditer(code):
            text = next(part for part in found.groups() if part is not None)
            collected = found[1] is not None and SCRIPT_TRANSLATED.search(
                before + code[: found.start()].lstrip()
            )
            said = collected or ALLOWED.search(line)
            if (SENTENCE.search(text) or CLAUSE.search(text)) and text not in KEYS and not said:
                yield number, text
        before, last = last + code.strip(), code.strip()
