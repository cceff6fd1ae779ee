"""Read a JQL filter as far as a team's scope needs it: loose words, and parts whose meaning depends on the viewer.

Only Jira decides whether a filter is valid. Reading stops at the first part that is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<sign>!=|!~|<=|>=|&&|\|\||[=~<>!(),&|])"""
    r"""|(?P<word>(?:\\.|[^\s"'=~<>!(),&|\\])+))""",
    re.DOTALL,
)
_COMPARISONS = frozenset(("=", "!=", "~", "!~", "<", ">", "<=", ">="))
_OPERATORS = (
    ("was", "not", "in"), ("not", "in"), ("is", "not"), ("was", "not"), ("was", "in"), ("in",), ("is",), ("was",)
)  # fmt: skip
_PREDICATES = frozenset(("after", "before", "on", "during", "by", "from", "to"))
_JOINS = frozenset(("and", "or", "&&", "||", "&", "|"))
_NEGATIONS = frozenset(("not", "!"))
_BY_VIEWER = frozenset(
    (
        "currentuser",
        "currentlogin",
        "lastlogin",
        "issuehistory",
        "votedissues",
        "watchedissues",
        "myapproval",
        "mypending",
        "projectswhereuserhaspermission",
        "projectswhereuserhasrole",
    )
)
_BY_VIEWER_WITHOUT_NAME = frozenset(("componentsleadbyuser", "projectsleadbyuser"))
_FIELDS_BY_VIEWER = frozenset(("lastviewed",))
_SAVED_FILTERS = frozenset(("filter", "request", "savedfilter", "searchrequest"))


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: a quoted ``text``, a ``sign``, or a ``word``. ``name`` is the casefolded form for
    comparisons.
    """

    kind: str
    name: str
    shown: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason why a filter cannot be a scope: ``loose`` words, a part that ``differs`` by viewer, or a saved
    ``filter``.
    """

    kind: Literal["loose", "differs", "filter"]
    word: str


def doubt_of(jql: str) -> Doubt | None:
    """Return the first reason why a filter does not mean the same for everybody; None if there is none."""
    tokens = read_tokens(jql)
    fields, loose = _read_clauses(tokens)
    for field in fields:
        if field.name in _FIELDS_BY_VIEWER:
            return Doubt("differs", field.shown)
        if field.name in _SAVED_FILTERS:
            return Doubt("filter", field.shown)
    for here, token in enumerate(tokens):
        if token.kind == "word" and _sign_at(tokens, here + 1) == "(" and _differs(tokens, here):
            return Doubt("differs", f"{token.shown}()")
    return Doubt("loose", loose.shown) if loose else None


def read_tokens(jql: str) -> tuple[Token, ...]:
    """Return the pieces of a query, up to the first that is not JQL."""
    found, here = [], 0
    while match := _TOKEN.match(jql, here):
        kind = match.lastgroup or ""
        shown = match.group(kind)
        name = re.sub(r"\\(.)", r"\1", shown[1:-1] if kind == "text" else shown, flags=re.DOTALL).casefold()
        found.append(Token(kind, name, shown))
        here = match.end()
    return tuple(found)


def _read_clauses(tokens: Sequence[Token]) -> tuple[list[Token], Token | None]:
    """Return the fields before an operator, and the first word without an operator."""
    fields: list[Token] = []
    here, wanted = 0, True
    while here < len(tokens):
        token = tokens[here]
        if token.kind != "text" and token.name in (_JOINS if not wanted else _NEGATIONS):
            here, wanted = here + 1, True
        elif token.kind == "sign":
            if token.name != ("(" if wanted else ")"):
                return fields, None
            here += 1
        elif not wanted:
            return fields, None if token.name == "order" and token.kind == "word" else token
        else:
            end = _clause_end(tokens, here)
            if end is None:
                return fields, token
            fields.append(token)
            here, wanted = end, False
    return fields, None


def _clause_end(tokens: Sequence[Token], field: int) -> int | None:
    """Return where the clause with this field ends; None if no operator follows."""
    here = field + 1
    if _word_at(tokens, here) == "changed":
        here += 1
    elif _sign_at(tokens, here) in _COMPARISONS:
        here = _operand_end(tokens, here + 1)
    else:
        operator = next((one for one in _OPERATORS if _words_at(tokens, here, len(one)) == one), None)
        if operator is None:
            return None
        here = _operand_end(tokens, here + len(operator))
    while _word_at(tokens, here) in _PREDICATES:
        here = _operand_end(tokens, here + 1)
    return here


def _operand_end(tokens: Sequence[Token], here: int) -> int:
    """Return the position after a value, a function with its arguments, or a list."""
    if here < len(tokens) and tokens[here].kind != "sign":
        here += 1
    if _sign_at(tokens, here) != "(":
        return here
    depth = 0
    for place in range(here, len(tokens)):
        depth += {"(": 1, ")": -1}.get(_sign_at(tokens, place), 0)
        if depth == 0:
            return place + 1
    return len(tokens)


def _differs(tokens: Sequence[Token], here: int) -> bool:
    name = tokens[here].name
    return name in _BY_VIEWER or (name in _BY_VIEWER_WITHOUT_NAME and _sign_at(tokens, here + 2) == ")")


def _sign_at(tokens: Sequence[Token], here: int) -> str:
    return tokens[here].name if here < len(tokens) and tokens[here].kind == "sign" else ""


def _word_at(tokens: Sequence[Token], here: int) -> str:
    return tokens[here].name if here < len(tokens) and tokens[here].kind == "word" else ""


def _words_at(tokens: Sequence[Token], here: int, count: int) -> tuple[str, ...]:
    return tuple(_word_at(tokens, place) for place in range(here, here + count))
