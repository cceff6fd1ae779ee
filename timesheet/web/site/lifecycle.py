"""What a site tells about the app's life on it."""

from __future__ import annotations

import structlog
from flask import Blueprint, g, request

from timesheet.services.site.installation import install_site, switch_site, uninstall_site
from timesheet.web.http.auth import takes
from timesheet.web.http.context import dependencies

blueprint = Blueprint("lifecycle", __name__, url_prefix="/connect")
log = structlog.stdlib.get_logger("timesheet.lifecycle")

Answer = tuple[str, int]
LARGEST = 64 * 1024
DONE: Answer = ("", 204)


@blueprint.post("/installed")
@takes("lifecycle", permission="site", largest=LARGEST)
def installed() -> Answer:
    """A site installs, upgrades, or brings a new secret."""
    things = dependencies()
    site = install_site(things.install_authenticator, _body(), g.claims, things.clock())
    log.info("site_installed", site=site)
    return DONE


@blueprint.post("/uninstalled")
@takes("lifecycle", permission="site", largest=LARGEST)
def uninstalled() -> Answer:
    """A site removes the app."""
    things = dependencies()
    site = uninstall_site(things.install_authenticator, _body(), g.claims, things.clock())
    log.info("site_uninstalled", site=site)
    return DONE


@blueprint.post("/enabled")
@takes("webhook", permission="site", largest=LARGEST)
def enabled() -> Answer:
    """A site switches the app on."""
    switch_site(dependencies().install_authenticator, g.site, _body(), on=True)
    return DONE


@blueprint.post("/disabled")
@takes("webhook", permission="site", largest=LARGEST)
def disabled() -> Answer:
    """A site switches the app off."""
    switch_site(dependencies().install_authenticator, g.site, _body(), on=False)
    return DONE


def _body() -> object:
    return request.get_json(force=True, silent=True)
