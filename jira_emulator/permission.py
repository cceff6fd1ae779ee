"""Decide what callers may do and see: permission schemes, issue security, worklog visibility, and app scopes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jira_emulator.model import Caller, Grant, GrantTo, Issue, Project, WorklogRow
from jira_emulator.site import ADDONS_ROLE, Site

GLOBAL_PERMISSIONS = {
    "ADMINISTER": "Administer Jira",
    "BULK_CHANGE": "Make bulk changes",
    "CREATE_SHARED_OBJECTS": "Share dashboards and filters",
    "USER_PICKER": "Browse users and groups",
}
PROJECT_PERMISSIONS = {
    "ADMINISTER_PROJECTS": "Administer projects",
    "BROWSE_PROJECTS": "Browse projects",
    "CREATE_ISSUES": "Create issues",
    "EDIT_ISSUES": "Edit issues",
    "DELETE_ISSUES": "Delete issues",
    "ASSIGN_ISSUES": "Assign issues",
    "TRANSITION_ISSUES": "Transition issues",
    "ADD_COMMENTS": "Add comments",
    "WORK_ON_ISSUES": "Work on issues",
    "EDIT_OWN_WORKLOGS": "Edit own worklogs",
    "EDIT_ALL_WORKLOGS": "Edit all worklogs",
    "DELETE_OWN_WORKLOGS": "Delete own worklogs",
    "DELETE_ALL_WORKLOGS": "Delete all worklogs",
}
_SCOPES = {"ADMINISTER": "ADMIN", "ADMINISTER_PROJECTS": "PROJECT_ADMIN"}


@dataclass(frozen=True)
class _Standing:
    """The facts about one caller that are the same for every question."""

    alone: bool
    usable: bool
    admin: bool
    groups: frozenset[str]


class Permissions:
    """The permissions of one caller, created for one request: answers are cached, so later changes are not seen."""

    def __init__(self, site: Site, caller: Caller) -> None:
        self.site = site
        self.caller = caller
        self._standing = _standing(site, caller)
        self._roles: dict[int, frozenset[int]] = {}
        self._plain: dict[tuple[str, int], bool] = {}

    def allowed_scope(self, key: str) -> bool:
        """Return whether an app's scopes include this permission; people have no scopes."""
        return (
            self.caller.app_key is None
            or not self.caller.masked
            or _SCOPES.get(key, "READ") in self.caller.scopes
        )

    def has_global(self, key: str) -> bool:
        """Return whether the caller has a global permission."""
        if not self._standing.usable or not self.allowed_scope(key):
            return False
        if key == "ADMINISTER":
            return self._standing.admin
        return self.caller.account_id not in self.site.without_permission.get(key, ())

    def has(self, key: str, project: Project, issue: Issue | None = None) -> bool:
        """Return whether the caller has a project permission, for one issue of it if reporter or assignee matters."""
        if project.archived and key != "BROWSE_PROJECTS":
            return False
        granted = self._plain.get((key, project.id))
        if granted is None:
            granted = self._plain[key, project.id] = self._granted(key, project)
        return granted or (issue is not None and self._granted(key, project, issue))

    def has_anywhere(self, key: str) -> bool:
        """Return whether the caller has a project permission in any project."""
        return any(self.has(key, project) for project in self.site.projects.values())

    def projects(self, key: str = "BROWSE_PROJECTS") -> Iterator[Project]:
        """Yield the projects in which the caller has a permission."""
        return (p for p in self.site.projects.values() if self.has(key, p))

    def can_see(self, issue: Issue) -> bool:
        """Return whether the caller may browse the project and, if the issue has a security level, see that level."""
        if not self.has("BROWSE_PROJECTS", issue.project, issue):
            return False
        return issue.security is None or self._any(issue.security.grants, issue.project, issue)

    def can_see_worklog(self, row: WorklogRow, issue: Issue) -> bool:
        """Return whether a worklog's group or role restriction allows the caller (the issue is checked separately)."""
        limit = row.restriction
        if limit is None:
            return True
        if limit.type == "group":
            return limit.identifier in self._standing.groups
        return int(limit.identifier) in self.roles_in(issue.project)

    def roles_in(self, project: Project) -> frozenset[int]:
        """Return ids of the roles the caller has in a project. An app on its own has only the add-ons role."""
        known = self._roles.get(project.id)
        if known is None:
            known = self._roles[project.id] = frozenset(self._find_roles(project))
        return known

    def in_group(self, group_id: str) -> bool:
        """Return whether the caller belongs to a group."""
        return group_id in self._standing.groups

    def _find_roles(self, project: Project) -> Iterator[int]:
        for role_id, actors in project.actors.items():
            if self._standing.alone:
                if self.site.roles[role_id].name == ADDONS_ROLE:
                    yield role_id
            elif self.caller.account_id in actors.people or actors.groups & self._standing.groups:
                yield role_id

    def _granted(self, key: str, project: Project, issue: Issue | None = None) -> bool:
        if not self._standing.usable or not self.allowed_scope(key):
            return False
        return self._any(project.scheme.grants.get(key, ()), project, issue)

    def _any(self, grants: Iterable[Grant], project: Project, issue: Issue | None) -> bool:
        return any(self._reaches(grant, project, issue) for grant in grants)

    def _reaches(self, grant: Grant, project: Project, issue: Issue | None) -> bool:
        me = self.caller.account_id
        match grant.to:
            case GrantTo.ROLE:
                return int(grant.value) in self.roles_in(project)
            case GrantTo.GROUP:
                return grant.value in self._standing.groups
            case GrantTo.PERSON:
                return me is not None and me == grant.value
            case GrantTo.LEAD:
                return me is not None and me == project.lead
            case GrantTo.REPORTER:
                return me is not None and issue is not None and me == issue.reporter
            case GrantTo.ASSIGNEE:
                return me is not None and issue is not None and me == issue.assignee
            case GrantTo.USERS:
                return not self._standing.alone


def _standing(site: Site, caller: Caller) -> _Standing:
    if caller.account_id is None:
        is_app = caller.app_key is not None
        return _Standing(alone=True, usable=is_app, admin=is_app, groups=frozenset())
    person = site.people.get(caller.account_id)
    usable = person is not None and person.active
    groups = frozenset(g.id for g in site.groups.values() if usable and caller.account_id in g.members)
    return _Standing(alone=False, usable=usable, admin=site.is_admin(caller.account_id), groups=groups)
