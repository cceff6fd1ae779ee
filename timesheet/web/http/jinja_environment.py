"""How Jinja reads the templates and runs them."""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

INDENTATION = re.compile(r"\n[ \t]+")


class Unindented(Extension):
    """Makes one space of a line break with the indentation after it, as a browser does, so lines cost no bytes.

    A line break without indentation stays, such as the one that begins a text field.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """See Jinja."""
        for token in stream:
            data = token.type == "data"
            yield Token(token.lineno, "data", INDENTATION.sub(" ", token.value)) if data else token


class PlainEnvironment(Environment):
    """Jinja with one dict of globals: of a chain of two, each would take a call of Python whenever a template runs."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.add_extension(Unindented)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """See Jinja."""
        return self.globals if d is None else super().make_globals(d)
