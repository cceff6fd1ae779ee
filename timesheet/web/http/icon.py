"""Icons for templates, each rendered once: a screen shows two dozen, and each fragment would import the macro again."""

from __future__ import annotations

from functools import cache

from flask import Flask
from markupsafe import Markup


def init_app(app: Flask) -> None:
    """Let every template draw with ``icon``, the macro in ``_icons.html``."""

    def draw(name: str, label: str | None) -> Markup:
        macro = app.jinja_env.get_template("_icons.html").module.icon  # type: ignore[attr-defined]
        return Markup(macro(name, label))  # noqa: S704 - the macro escapes the label

    drawn = cache(lambda name: draw(name, None))

    def icon(name: str, label: str | None = None) -> Markup:
        """Return an icon. With a label it is an image with that name, which may be a person's and so is not cached."""
        return drawn(name) if label is None else draw(name, label)

    app.jinja_env.globals["icon"] = icon
