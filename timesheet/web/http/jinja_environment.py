"""Read and run the templates with Jinja, and give them the parts that are rendered once: icons, and constant parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, MutableMapping
from functools import cache
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from timesheet.web.http.language import language

INDENTATION = re.compile(r"\n[ \t]+")
NOTHING = Markup()


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


def as_title(text: str | None) -> Markup:
    """Return the attribute ``title`` with this text, such as the exact time of a figure; nothing without a text."""
    return Markup(' title="{}"').format(text) if text else NOTHING


def init_app(app: Flask) -> None:
    """Let every template use ``icon``, ``constant``, the macros in ``_controls.html``, and the filter ``as_title``.

    A screen shows two dozen icons, and each fragment would import the macro again.
    """
    templates = app.jinja_env
    # A template finds the request among the globals. Flask would add it to the values of each, in a blueprint twice.
    app.template_context_processors.clear()

    def drawing(template: str, macro: str) -> Callable[..., Markup]:
        def draw(*values: str | None, **options: object) -> Markup:
            drawn = getattr(templates.get_template(template).module, macro)(*values, **options)
            return Markup(drawn)  # noqa: S704 - the macros escape what they are given

        return draw

    draw_icon = drawing("_icons.html", "icon")
    draw_plain = cache(lambda name: draw_icon(name, None))

    def icon(name: str, label: str | None = None) -> Markup:
        """Return an icon. With a label it is an image with that name, which may be a person's and so is not cached."""
        return draw_plain(name) if label is None else draw_icon(name, label)

    @cache
    def rendered(name: str, _code: str) -> Markup:
        return Markup(templates.get_template(name).render())  # noqa: S704 - the template has escaped it

    def constant(name: str) -> Markup:
        """Return a template that is given no values, which depends on nothing but the reader's language."""
        return rendered(name, language().code)

    templates.filters["as_title"] = as_title
    templates.globals |= {"icon": icon, "constant": constant}
    templates.globals |= {
        name: drawing("_controls.html", name) for name in ("exact", "icon_button", "on_status")
    }
