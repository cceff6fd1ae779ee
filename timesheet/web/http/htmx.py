"""Read and write htmx's headers (htmx 4 names); the only module that does."""

from __future__ import annotations

import orjson
from flask import Response, after_this_request, g, request

from timesheet.web.http.language import is_another_language, language, sentences_address

REPAINTED = "repainted"


def asks_for_fragment() -> bool:
    """Return True if htmx asks for a part of the page, False for a plain load."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def wants_fragment() -> bool:
    """Return True if the view is to answer with a part of the page.

    A first page whose language was guessed wrong asks for a part of it and gets the whole page.
    """
    if not asks_for_fragment():
        return False
    if REPAINTED not in g and is_another_language():
        setattr(g, REPAINTED, True)
        after_this_request(_repaint)
    return REPAINTED not in g


def _repaint(response: Response) -> Response:
    """Let a whole page replace the one that asked for a part of it, and give scripts its language."""
    if response.status_code != 200:
        return response
    found = language()
    detail = {"lang": found.tag, "dir": found.direction, "sentences": sentences_address()}
    return with_event(into(response, "body"), "page-language", detail)


def target() -> str:
    """Return the target into which htmx puts the response, empty on a plain load."""
    return request.headers.get("HX-Target", "")


SHEET_CHANGED = "sheet-changed"
"""The event after which what a page shows of worklogs is read again."""
TIMER_CHANGED = "timer-changed"
"""The event after which the timer is shown again."""


def with_event(response: Response, name: str, detail: object = None) -> Response:
    """Return the response with an event ``name`` that the page receives when it arrives."""
    response.headers["HX-Trigger"] = orjson.dumps({name: detail}).decode()
    return response


def into(response: Response, selector: str) -> Response:
    """Return the response as the content of another element than the one that the request named."""
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = selector, "innerHTML"
    return response
