"""The choice of a language, and the sentences that scripts show in it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from timesheet.domain.errors import NotFound
from timesheet.domain.language import ENGLISH, LANGUAGES, TEST_LANGUAGES, offered_language
from timesheet.services.site.command import ChooseLanguage
from timesheet.web.http.access import takes
from timesheet.web.http.auth import NOTHING
from timesheet.web.http.catalog import versioned_sentences
from timesheet.web.http.context import current
from timesheet.web.http.form import sent
from timesheet.web.http.language import offered_languages

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
    current, body = versioned_sentences(code)
    response = make_response(body)
    response.content_type = "application/json"
    if version == current:
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


@blueprint.get("/language")
@takes("session", "context", permission="viewer")
def show_choice() -> str:
    """Show the dialog in which people choose their language."""
    context = current()
    own = offered_language(context.profile().locale) or context.site_settings.language or ENGLISH
    return render_template(
        "site/language/_choice.html",
        languages=offered_languages(),
        chosen=context.person_settings.language,
        own=offered_languages()[own],
    )


@blueprint.post("/language")
@takes("session", "context", permission="viewer")
def choose() -> str:
    """Save the choice, and open the timesheet in that language."""
    current().choose(language=sent(ChooseLanguage).language)
    return render_template("site/language/_chosen.html")
