"""The lifecycle calls that a site makes about the app."""

from __future__ import annotations

from flask import Blueprint, g, request

from timesheet.services.site.installation import install_site, switch_site, uninstall_site
from timesheet.web.http.access import takes
from timesheet.web.http.dependencies import dependencies

blueprint = Blueprint("lifecycle", __name__, url_prefix="/connect")

Answer = tuple[str, int]
LARGEST = 64 * 1024
DONE: Answer = ("", 204)


@blueprint.post("/installed")
@takes("lifecycle", permission="site", largest=LARGEST)
def installed() -> Answer:
    """Install or upgrade the app on a site, or replace its secret."""
    deps = dependencies()
    install_site(deps.sites.install_authenticator, _body(), g.claims)
    return DONE


@blueprint.post("/uninstalled")
@takes("lifecycle", permission="site", largest=LARGEST)
def uninstalled() -> Answer:
    """Uninstall the app from a site."""
    deps = dependencies()
    uninstall_site(deps.sites.install_authenticator, _body(), g.claims, deps.operation.clock())
    return DONE


@blueprint.post("/enabled")
@takes("webhook", permission="site", largest=LARGEST)
def enabled() -> Answer:
    """Enable the app on a site."""
    switch_site(dependencies().sites.install_authenticator, g.site, _body(), on=True)
    return DONE


@blueprint.post("/disabled")
@takes("webhook", permission="site", largest=LARGEST)
def disabled() -> Answer:
    """Disable the app on a site."""
    switch_site(dependencies().sites.install_authenticator, g.site, _body(), on=False)
    return DONE


def _body() -> object:
    return request.get_json(force=True, silent=True)
