"""The sentences that scripts show, one file per language, at an address that changes with them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

import orjson
from flask import Blueprint, Response, make_response, url_for

from timesheet.domain.errors import NotFound
from timesheet.domain.language import ENGLISH, LANGUAGES, TEST_LANGUAGES
from timesheet.web.http.auth import NOTHING, takes
from timesheet.web.http.catalog import script_sentences
from timesheet.web.http.language import language

blueprint = Blueprint("language", __name__)
YEAR_SECONDS = 31_536_000


@blueprint.get("/sentences/<code>/<version>.json")
@takes("public", permission="public")
def show_sentences(code: str, version: str) -> Response:
    """Return the sentences of scripts in one language. Only the current version may be cached.

    While a new version of the app starts, a page of the other version may ask this process.
    """
    if code not in LANGUAGES and code not in TEST_LANGUAGES:
        raise NotFound(NOTHING)
    current, body = _sentences(code)
    response = make_response(body)
    response.content_type = "application/json"
    if version == current:
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


@blueprint.app_template_global()
def sentences_address() -> str:
    """Return the address of the sentences that the reader's page needs; empty for English, which scripts contain."""
    code = language().code
    if code == ENGLISH:
        return ""
    return url_for("language.show_sentences", code=code, version=_sentences(code)[0])


@cache
def _sentences(code: str) -> tuple[str, bytes]:
    """Return a version and the sentences of a language, which do not change while the app runs."""
    body = orjson.dumps(dict(script_sentences(code)), option=orjson.OPT_SORT_KEYS)
    return sha256(body).hexdigest()[:12], body
