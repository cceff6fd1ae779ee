"""Read a JQL filter as far as the app needs it: loose words, parts whose meaning depends on the viewer, and people.

Only Jira decides whether a filter is valid. Reading stops at the first part that is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from timesheet.domain.audit.event import FORMER
from timesheet.domain.message import message
from timesheet.domain.team.team import Scope

_TOKEN = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<sign>!=|!~|<=|>=|&&|\|\||[=~<>!(),&|])"""
    r"""|(?P<word>(?:\\.|[^\s"'=~<>!(),&|\\])+)""",
    re.DOTALL,
)
_SPACES = re.compile(r"\s*")
_QUOTED_OR_ORDER = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(\border\s+by\b)""", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"[0-9a-f]{24}|(?:[0-9]{1,9}|qm|ug)(?::[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}){1,2}"
)
"""The account ids of Atlassian, old and new. Jira's own editor writes them into a filter when a person is chosen."""
_PSEUDONYM = re.compile(rf"{FORMER}[0-9a-f]{{32}}")
"""The pseudonyms of erased people. The whole form counts: a filter may name a label such as “former-customers”."""
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
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
FORMER_IN_FILTER = message(
    "The filter of a team’s scope names a former user, whose issues Jira no longer finds by it."
)


def scope_jql(scope: Scope) -> str:
    """Return a team's scope as one JQL clause, empty for all issues; an ORDER BY in it is removed."""
    parts = []
    if scope.project_ids:
        parts.append(f"project in ({', '.join(map(str, scope.project_ids))})")
    if where := without_order(scope.jql):
        parts.append(f"({where})")
    return " AND ".join(parts)


def without_order(jql: str) -> str:
    """Return the JQL without its ORDER BY; words within quotes are not an ORDER BY."""
    order = next((match for match in _QUOTED_OR_ORDER.finditer(jql) if match.group(1)), None)
    return (jql[: order.start()] if order else jql).strip()


@dataclass(frozen=True, slots=True)
class JqlToken:
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
    for position, token in enumerate(tokens):
        if token.kind != "sign" and _sign_at(tokens, position + 1) == "(" and _differs(tokens, position):
            return Doubt("differs", f"{token.shown}()")  # Jira also takes the name of a function in quotes
    return Doubt("loose", loose.shown) if loose else None


def read_tokens(jql: str) -> tuple[JqlToken, ...]:
    """Return the pieces of a query, up to the first that is not JQL."""
    found, position = [], 0
    while match := _TOKEN.match(jql, _after_spaces(jql, position)):
        kind = match.lastgroup or ""
        text = match.group(kind)
        found.append(JqlToken(kind, _unescaped(text[1:-1] if kind == "text" else text).casefold(), text))
        position = match.end()
    return tuple(found)


def _after_spaces(jql: str, position: int) -> int:
    found = _SPACES.match(jql, position)
    return found.end() if found else position


def accounts_in(jql: str) -> frozenset[str]:
    """Return the account ids that a query names, as far as their form shows that they are account ids."""
    return frozenset(account for _, account in split_accounts(jql) if account)


def split_accounts(jql: str) -> list[tuple[str, str]]:
    """Return the parts of a query: each is a text and the account id that follows it, which the last part lacks."""
    parts, end = [], 0
    for first, last, value in _operands(jql):
        if _ACCOUNT.fullmatch(value):
            parts.append((jql[end:first], value))
            end = last
    return [*parts, (jql[end:], "")]


def names_account(jql: str, account_id: str) -> bool:
    """Return True if a query has an account id as a value."""
    return any(value == account_id for _, _, value in _operands(jql))


def names_erased(jql: str) -> bool:
    """Return True if a query has the pseudonym of an erased person, of whom Jira knows nothing."""
    return any(_PSEUDONYM.fullmatch(value) for _, _, value in _operands(jql))


def with_account(jql: str, account_id: str, other: str) -> str:
    """Return the query with another account id in all places of this one."""
    parts, end = [], 0
    for first, last, value in _operands(jql):
        if value == account_id:
            parts += [jql[end:first], other]
            end = last
    return "".join([*parts, jql[end:]])


def _operands(jql: str) -> Iterator[tuple[int, int, str]]:
    """Yield the words and quoted texts of a query: begin and end without quotes, and the value without escapes."""
    for match in _TOKEN.finditer(jql):
        kind = match.lastgroup or ""
        if kind != "sign":
            quotes = int(kind == "text")
            first, last = match.start(kind) + quotes, match.end(kind) - quotes
            yield first, last, _unescaped(jql[first:last])


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)


def _read_clauses(tokens: Sequence[JqlToken]) -> tuple[list[JqlToken], JqlToken | None]:
    """Return the fields before an operator, and the first word without an operator."""
    fields: list[JqlToken] = []
    position, clause_expected = 0, True
    while position < len(tokens):
        token = tokens[position]
        if token.kind != "text" and token.name in (_JOINS if not clause_expected else _NEGATIONS):
            position, clause_expected = position + 1, True
        elif token.kind == "sign":
            if token.name != ("(" if clause_expected else ")"):
                return fields, None
            position += 1
        elif not clause_expected:
            return fields, None if token.name == "order" and token.kind == "word" else token
        else:
            end = _clause_end(tokens, position)
            if end is None:
                return fields, token
            fields.append(token)
            position, clause_expected = end, False
    return fields, None


def _clause_end(tokens: Sequence[JqlToken], field: int) -> int | None:
    """Return the index of the token after the clause with this field; None if no operator follows."""
    position = field + 1
    if _word_at(tokens, position) == "changed":
        position += 1
    elif _sign_at(tokens, position) in _COMPARISONS:
        position = _operand_end(tokens, position + 1)
    else:
        operator = next((one for one in _OPERATORS if _words_at(tokens, position, len(one)) == one), None)
        if operator is None:
            return None
        position = _operand_end(tokens, position + len(operator))
    while _word_at(tokens, position) in _PREDICATES:
        position = _operand_end(tokens, position + 1)
    return position


def _operand_end(tokens: Sequence[JqlToken], position: int) -> int:
    """Return the position after a value, a function with its arguments, or a list."""
    if position < len(tokens) and tokens[position].kind != "sign":
        position += 1
    if _sign_at(tokens, position) != "(":
        return position
    depth = 0
    for place in range(position, len(tokens)):
        depth += {"(": 1, ")": -1}.get(_sign_at(tokens, place), 0)
        if depth == 0:
            return place + 1
    return len(tokens)


def _differs(tokens: Sequence[JqlToken], position: int) -> bool:
    name = tokens[position].name
    return name in _BY_VIEWER or (name in _BY_VIEWER_WITHOUT_NAME and _sign_at(tokens, position + 2) == ")")


def _sign_at(tokens: Sequence[JqlToken], position: int) -> str:
    return tokens[position].name if position < len(tokens) and tokens[position].kind == "sign" else ""


def _word_at(tokens: Sequence[JqlToken], position: int) -> str:
    return tokens[position].name if position < len(tokens) and tokens[position].kind == "word" else ""


def _words_at(tokens: Sequence[JqlToken], position: int, count: int) -> tuple[str, ...]:
    return tuple(_word_at(tokens, place) for place in range(position, position + count))
