"""The parts of pages that are rendered once for a language."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from flask import Flask
from markupsafe import Markup

from tests.web.support.templates import names_used
from timesheet.web.http.catalog import open_language
from timesheet.web.http.language import speaking


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_constant_parts_use_nothing_but_sentences_and_icons(app: Flask) -> None:
    found, _filters = names_used(app.jinja_env, "_keys.html", "_messages.html")
    assert found == {"_", "_p", "icon", "icon_button"}


def test_a_constant_part_is_rendered_once_for_each_language(app: Flask) -> None:
    constant = cast("Callable[[str], Markup]", app.jinja_env.globals["constant"])

    def shown(code: str) -> Markup:
        with app.test_request_context(), speaking(open_language(code)):
            return constant("_keys.html")

    english = shown("en")
    assert "next / previous" in english
    assert shown("de") != english
    assert shown("en") is english
