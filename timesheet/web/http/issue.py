"""Show an issue: its key with a link to it, the key that it had before, and the color of its project."""

from __future__ import annotations

from markupsafe import Markup, escape

from timesheet.domain.worklog.issue import Issue
from timesheet.web.http.language import _

COLORS = 14
"""The number of colors: as many as ``static/css/page/project.css`` defines."""


def issue_address(site_url: str, key: str) -> str:
    """Return the address at which a person reads an issue."""
    return f"{site_url}/browse/{key}"


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


def project_color(project_id: int) -> str:
    """Return the class of a project's color, empty for one that is not known yet.

    Jira numbers projects in turn, so the projects of a site share a color only if there are more than colors.
    """
    return f"p{project_id % COLORS}" if project_id else ""
