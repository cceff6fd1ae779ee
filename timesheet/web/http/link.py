"""Attributes of links that leave the app's frame: to its own pages inside Jira, to issues, and to other pages of Jira.

Each has an address that works without a script and in a new tab. ``static/js/host`` follows the ones that the page
around the frame has to open itself.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from timesheet.domain.worklog.issue import Issue
from timesheet.web.http.language import _


def page_link(address: str, module: str = "") -> Markup:
    """Return the attributes of a link to a page of Jira; ``module`` names the app's own page that it is."""
    named = Markup(' data-module="{}"').format(module) if module else Markup()
    return Markup('href="{}" target="_top"{}').format(address, named)


def issue_link(site_url: str, key: str) -> Markup:
    """Return the attributes of a link to an issue, which opens in a new tab."""
    address = escape(issue_address(site_url, key))
    return Markup(f'href="{address}" target="_blank" rel="noopener"')  # noqa: S704 - escaped above


def issue_key(site_url: str, issue: Issue) -> Markup:
    """Return the key of an issue with a link to it; for one that is still loading, only its id."""
    if issue.loading:
        return Markup("<b>{}</b> ").format(issue.key)
    link = f"<a {issue_link(site_url, issue.key)}>{escape(issue.key)}</a>"
    return Markup(link)  # noqa: S704 - escaped


def former_key(issue: Issue, former: str) -> Markup:
    """Return the key that an issue had before it was moved, to show next to its key; nothing if it has it again."""
    if not former or former == issue.key:
        return Markup()
    return Markup('<span class="subtle">{}</span> ').format(_("(was {key})", key=former))


def issue_address(site_url: str, key: str) -> str:
    """Return the address at which a person reads an issue."""
    return f"{site_url}/browse/{key}"
