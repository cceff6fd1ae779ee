"""Parts of every page that depend on nothing but the reader's language, each rendered once for a language."""

from __future__ import annotations

from functools import cache

from flask import Flask
from markupsafe import Markup

from timesheet.web.http.language import language


def init_app(app: Flask) -> None:
    """Let every template include such a part with ``constant``."""

    @cache
    def rendered(name: str, _code: str) -> Markup:
        return Markup(app.jinja_env.get_template(name).render())  # noqa: S704 - the template has escaped it

    def constant(name: str) -> Markup:
        """Return a template that is given no values."""
        return rendered(name, language().code)

    app.jinja_env.globals["constant"] = constant
