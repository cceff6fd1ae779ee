"""Show a skeleton that asks again automatically, instead of a refusal, while many people wait for Jira."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from flask import Response, g, make_response, render_template, request

from timesheet.domain.errors import AppBusy, TimesheetError
from timesheet.domain.identifier import is_number
from timesheet.services.resilience.bulkhead import APP_FULL, SITE_FULL
from timesheet.web.http.access import SESSION, declared
from timesheet.web.http.auth import loads_page
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.htmx import asks_for_fragment, target
from timesheet.web.http.language import PAGE_LANGUAGE, language_headers

ATTEMPTS = "X-Waiting"
"""The header in which the page says how often it has requested this already."""

MOST_ATTEMPTS = 20
"""Some 40 seconds if even the queue (see Bulkhead) is full, a few minutes in it; then the refusal is shown."""

WHOLE = ("main#main", "section#sheet", "section#waiting-page")
"""Targets that contain all of the page, including its heading."""

OF_JIRAS_FRAME = frozenset(
    {"jwt", "xdm_e", "xdm_c", "cp", "xdm_deprecated_addon_key_do_not_use", "lic", "cv", "addon_key"}
)


def answer_waiting(error: TimesheetError) -> Response | None:
    """Return the skeleton (202) for a request without a place to wait for Jira; None if a refusal is due.

    A change is never repeated automatically. The request is rolled back, as after any error.
    """
    attempts = _attempts_so_far()
    if not isinstance(error, AppBusy) or error.reason not in (SITE_FULL, APP_FULL):
        return None
    if not _may_ask_again() or attempts >= MOST_ATTEMPTS:
        return None
    dependencies().operation.transaction.roll_back()
    fragment = asks_for_fragment()
    name = "error/_waiting.html" if fragment else "error/waiting.html"
    page = render_template(
        name,
        address=_address(),
        headers={ATTEMPTS: str(attempts + 1), **_language_headers(fragment=fragment)},
        whole=not fragment or target() in WHOLE,
    )
    response = make_response(page, 202)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _language_headers(*, fragment: bool) -> Mapping[str, str]:
    """Return the header about the page's language: as the page sent it, or of a page that begins with waiting."""
    if not fragment:
        return language_headers()
    painted = request.headers.get(PAGE_LANGUAGE)
    return {PAGE_LANGUAGE: painted} if painted else {}


def _address() -> str:
    """Return the address of the page without Jira's frame parameters; the page's own calls bring their own token."""
    query = {name: many for name, many in request.args.lists() if name not in OF_JIRAS_FRAME}
    return quote(request.path) + (f"?{urlencode(query, doseq=True)}" if query else "")


def _attempts_so_far() -> int:
    """Return how often this has been asked before; an invalid number counts as the last time."""
    text = request.headers.get(ATTEMPTS, "0")
    return int(text) if is_number(text, 2) else MOST_ATTEMPTS


def _may_ask_again() -> bool:
    """Return True for a fragment or page that a verified person views, and not a file or JSON for a script.

    The page's own calls must be accepted by this route.
    """
    declaration = declared()
    visible = asks_for_fragment() or loads_page()
    return (
        "identity" in g
        and request.method == "GET"
        and visible
        and declaration is not None
        and SESSION in declaration.kinds
    )
