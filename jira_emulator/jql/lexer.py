"""Split JQL into words, strings, and symbols."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jira_emulator.jql.ast import JqlError

_SYMBOL = re.compile(r"!=|!~|<=|>=|&&|\|\||[=~<>(),!&|]")
_WORD = re.compile(r"""(?:\\.|[^\s"'\\=~<>(),!&|+;?*/%^$#@\[\]{}])+""")
_RESERVED = frozenset("+;?*/%^$#@[]{}")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of JQL. ``kind`` is word, string, symbol, or end; ``text`` is decoded, ``encoded`` as written."""

    kind: str
    text: str
    encoded: str
    position: int


def read_tokens(query: str) -> list[Token]:
    """Return the tokens of a query, with an end token. Raise JqlError with Jira's sentence."""
    tokens, at = [], 0
    while at < len(query):
        character = query[at]
        if character.isspace():
            at += 1
            continue
        token = _string(query, at) if character in "\"'" else _plain(query, at)
        tokens.append(token)
        at += len(token.encoded)
    return [*tokens, Token("end", "", "", len(query))]


def place(query: str, position: int) -> str:
    """Return ``(line 1, character n)`` as Jira writes it."""
    before = query[:position]
    line = before.count("\n") + 1
    return f"(line {line}, character {position - (before.rfind(chr(10)) + 1) + 1})"


def _plain(query: str, at: int) -> Token:
    if symbol := _SYMBOL.match(query, at):
        return Token("symbol", symbol.group(), symbol.group(), at)
    if word := _WORD.match(query, at):
        return Token("word", _decode(query, word.group(), at), word.group(), at)
    character = query[at]
    if character in _RESERVED:
        raise JqlError(
            f"Error in the JQL Query: The character '{character}' is a reserved JQL character. You must enclose it in "
            f"a string or use the escape '\\u{ord(character):04x}' instead. {place(query, at)}"
        )
    raise JqlError(
        f"Error in the JQL Query: '{character}' is an illegal JQL escape sequence. {place(query, at)}"
    )


def _string(query: str, at: int) -> Token:
    quote, end = query[at], at + 1
    while end < len(query) and query[end] != quote:
        end += 2 if query[end] == "\\" else 1
    if end >= len(query):
        raise JqlError(
            f"Error in the JQL Query: The quoted string '{query[at + 1 :]}' has not been completed. {place(query, at)}"
        )
    return Token("string", _decode(query, query[at + 1 : end], at), query[at : end + 1], at)


def _decode(query: str, text: str, at: int) -> str:
    def replace(match: re.Match[str]) -> str:
        escape = match.group(1)
        if escape.startswith("u") and len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape in _ESCAPES:
            return _ESCAPES[escape]
        if escape in "\"'\\ ":
            return escape
        raise JqlError(
            f"Error in the JQL Query: '\\{escape}' is an illegal JQL escape sequence. {place(query, at)}"
        )

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", replace, text, flags=re.DOTALL)
