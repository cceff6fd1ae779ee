"""Icons for templates, each rendered once.

A screen shows two dozen, and each fragment would import the macro again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Flask
from markupsafe import Markup


def init_app(app: Flask) -> None:
    """Let every template draw with ``icon``, and with the macros in ``_controls.html``."""

    def draw(name: str, label: str | None) -> Markup:
        macro = app.jinja_env.get_template("_icons.html").module.icon  # type: ignore[attr-defined]
        return Markup(macro(name, label))  # noqa: S704 - the macro escapes the label

    draw_plain = cache(lambda name: draw(name, None))

    def icon(name: str, label: str | None = None) -> Markup:
        """Return an icon. With a label it is an image with that name, which may be a person's and so is not cached."""
        return draw_plain(name) if label is None else draw(name, label)

    def control(name: str) -> Callable[..., Markup]:
        def draw_control(*values: str, **options: object) -> Markup:
            macro = getattr(app.jinja_env.get_template("_controls.html").module, name)
            return Markup(macro(*values, **options))  # noqa: S704 - the macros escape what they are given

        return draw_control

    app.jinja_env.globals["icon"] = icon
    for name in ("icon_button", "on_status"):
        app.jinja_env.globals[name] = control(name)
