"""The Connect descriptor, and the names in it in other languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, jsonify

from timesheet.domain.language import choose_language
from timesheet.domain.message import message
from timesheet.web.http.access import takes
from timesheet.web.http.catalog import open_language

UNOPENED = message("Timesheet could not be opened, and nothing was changed. Reload the page in a moment.")
"""The sentence of the Forge app's page if its first call fails; the page contains it in every language."""


def descriptor_blueprint(descriptor: dict[str, Any]) -> Blueprint:
    """Serve this descriptor to Jira, and a file of translated names for each locale that it lists."""
    blueprint = Blueprint("descriptor", __name__)

    @blueprint.get("/atlassian-connect.json")
    @takes("public", permission="public")
    def show() -> Response:
        """Return what the app is, and where it appears."""
        return jsonify(descriptor)

    @blueprint.get("/translations/<locale>.json")
    @takes("public", permission="public")
    def translate(locale: str) -> Response:
        """Return the names that Jira shows in its menus in one language, by their keys."""
        if locale not in descriptor["translations"]["paths"]:
            abort(HTTPStatus.NOT_FOUND)
        return jsonify(translate_names(descriptor, locale))

    return blueprint


def translate_names(descriptor: Mapping[str, Any], locale: str) -> dict[str, str]:
    """Return the names in a descriptor, by their keys, in the language of a locale such as ``de-DE``."""
    translate = open_language(choose_language(locale)).texts.gettext
    return {key: translate(text) for key, text in read_names(descriptor)}


def translate_unopened(locale: str) -> str:
    """Return the sentence about a page that could not be opened, in the language of a locale."""
    return open_language(choose_language(locale)).texts.gettext(UNOPENED)


def read_names(part: object) -> Iterator[tuple[str, str]]:
    """Yield key and English text of each name in a descriptor (Atlassian's *i18n property*)."""
    if isinstance(part, Mapping) and "i18n" in part:
        yield part["i18n"], part["value"]
    values = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    for value in values:
        yield from read_names(value)
