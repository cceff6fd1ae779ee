"""The person signed in to the emulated browser, and their theme."""

from __future__ import annotations

from flask import Request, Response

from jira_emulator.model import Person
from jira_emulator.tenant import Tenant

THEMES = ("light", "dark", "auto")
LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "pt_BR", "ja_JP", "ar_SA")


def signed_in(tenant: Tenant, request: Request) -> Person | None:
    """Return the active person whose cookie the request has, if any."""
    person = tenant.site.people.get(request.cookies.get(_cookie(tenant, "person"), ""))
    return person if person is not None and person.active else None


def sign_in(tenant: Tenant, response: Response, account_id: str) -> None:
    """Sign this person in."""
    _set(tenant, response, "person", account_id)


def theme(tenant: Tenant, request: Request) -> str:
    """Return light, dark, or auto (the browser's own preference)."""
    chosen = request.cookies.get(_cookie(tenant, "theme"), "")
    return chosen if chosen in THEMES else "light"


def set_theme(tenant: Tenant, response: Response, chosen: str) -> None:
    """Store the theme in the browser."""
    _set(tenant, response, "theme", chosen)


def _cookie(tenant: Tenant, name: str) -> str:
    return f"emulated-{name}-{tenant.site.cloud_id[:8]}"


def _set(tenant: Tenant, response: Response, name: str, value: str) -> None:
    response.set_cookie(_cookie(tenant, name), value, httponly=True, samesite="Lax", path="/")
