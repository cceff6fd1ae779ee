"""The parts of pages that are rendered once for a language."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.support.templates import names_used


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_constant_parts_use_nothing_but_sentences_and_icons(app: Flask) -> None:
    found, _filters = names_used(app.jinja_env, "_keys.html", "_messages.html")
    assert found == {"_", "_p", "icon", "icon_button"}
