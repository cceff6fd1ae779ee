"""The issue or project of a host page, if the person may see it."""

from __future__ import annotations

from collections.abc import Mapping

from jira_emulator.connect.frame import Place
from jira_emulator.model import Caller, Issue, Person, Project
from jira_emulator.permission import Permissions
from jira_emulator.site import Site


def visible_issue(site: Site, person: Person, key: str) -> Issue | None:
    """Return the issue with this key or id, None if the person may not see it."""
    issue = site.find_issue(key) if key else None
    return (
        issue if issue is not None and Permissions(site, Caller(person.account_id)).can_see(issue) else None
    )


def visible_project(site: Site, person: Person, key: str) -> Project | None:
    """Return the project with this key or id, None if the person may not browse it."""
    project = site.find_project(key) if key else None
    permissions = Permissions(site, Caller(person.account_id))
    return project if project is not None and permissions.has("BROWSE_PROJECTS", project) else None


def place_of(site: Site, person: Person, values: Mapping[str, str]) -> Place:
    """Return the place that ``issue.key``, ``project.key``, and ``ac.*`` values name."""
    issue = visible_issue(site, person, values.get("issue.key") or values.get("issue.id", ""))
    project = visible_project(site, person, values.get("project.key") or values.get("project.id", ""))
    custom = {name[3:]: value for name, value in values.items() if name.startswith("ac.")}
    return Place(issue, issue.project if issue else project, custom)
