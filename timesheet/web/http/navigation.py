"""Links to the app's pages inside Jira, and which of them a template offers to the viewer.

Each link leaves the app's frame, and has an address that works without a script and in a new tab. ``static/js/host``
follows the ones that the page around the frame has to open itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, g, request
from markupsafe import Markup

from timesheet.domain.errors import TimesheetError
from timesheet.domain.message import message
from timesheet.domain.permission import Allowed, Module, SitePermission
from timesheet.web.http.context import current
from timesheet.web.http.dependencies import PageAddresses, dependencies
from timesheet.web.http.issue import former_key, issue_key, issue_link, project_color
from timesheet.web.http.language import localize

TITLES = {
    "timesheet": message("My Timesheet"),
    "teams": message("Teams"),
    "reports": message("Reports"),
    "availability": message("Manage availability"),
    "history": message("My history"),
    "audit": message("Audit log"),
    "configure": message("Configure Timesheet"),
}
"""The titles of the app's pages by how their addresses begin."""


def name_pages(app: Flask) -> None:
    """Let templates link to the app's pages inside Jira, if they are open to the viewer."""

    def manage_apps() -> Markup:
        """Return the attributes of a link to the page of Jira where its admins manage apps."""
        return page_link(pages_around().manage(g.site))

    app.jinja_env.globals |= {
        "app_page": app_page,
        "issue_key": issue_key,
        "former_key": former_key,
        "issue_link": issue_link,
        "project_color": project_color,
        "page_link": page_link,
        "may_enter": may_open,
        "may_audit": may_audit,
        "may_configure": may_configure,
        "offers_suggestions": offers_suggestions,
        "shows_suggestions": shows_suggestions,
        "manage_apps": manage_apps,
        "page_title": page_title,
    }


def page_title() -> str:
    """Return the title of the page that the viewer opens, for a message in its place."""
    return localize(TITLES.get(request.path.split("/")[1], message("Timesheet")))


def page_link(address: str, module: str = "") -> Markup:
    """Return the attributes of a link to a page of Jira; ``module`` names the app's own page that it is."""
    named = Markup(' data-module="{}"').format(module) if module else Markup()
    return Markup('href="{}" target="_top"{}').format(address, named)


def app_page(module: str, **custom: str) -> Markup:
    """Return the attributes of a link to a page of the app; ``custom`` values are its parameters.

    The page is named only without parameters, because Jira does not pass them on to a page that it opens by name.
    """
    return page_link(app_address(module, custom), "" if custom else module)


def app_address(module: str, custom: Mapping[str, str]) -> str:
    """Return the address of a page of the app; ``custom`` are its parameters."""
    return pages_around().page(g.site, g.get("environment", ""), module, custom)


def pages_around() -> PageAddresses:
    """Return the addresses of the app that this request came through; a site that moves has two for a while."""
    return dependencies().sites.pages_of(g.site, g.get("environment"))


def may_open(*names: str) -> bool:
    """Return whether any of these modules is open to the viewer, so pages do not link to refused ones.

    If Jira does not say who the viewer is, nothing is linked: the page that reports it must not fail too.
    """
    try:
        return isinstance(current().may_enter(*map(Module, names)), Allowed)
    except TimesheetError:
        return False


def may_audit() -> bool:
    """Return whether pages link the whole audit log for the viewer instead of their own history."""
    try:
        return current().audits
    except TimesheetError:
        return False


def may_configure() -> bool:
    """Return whether pages link the configuration for the viewer, because they administer Jira."""
    try:
        return "identity" in g and current().configures
    except TimesheetError:
        return False


def offers_suggestions() -> bool:
    """Return True if an admin lets the viewer have suggestions."""
    context = current()
    return context.permissions.permission(SitePermission.SUGGESTIONS).reaches(context.requester)


def shows_suggestions() -> bool:
    """Return True if the viewer sees suggestions: neither they nor an admin switched them off."""
    return current().person_settings.suggestions and offers_suggestions()
