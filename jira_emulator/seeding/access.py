"""Seed roles, permission schemes, security levels, and role members of projects."""

from __future__ import annotations

from jira_emulator.model import (
    Actors,
    Grant,
    GrantTo,
    Group,
    PermissionScheme,
    Person,
    ProjectRole,
    SecurityLevel,
)
from jira_emulator.seeding.people import NO_PROJECT, NO_WORK_IN_WEB, OPERATIONS, STAFF
from jira_emulator.site import ADDONS_ROLE, Site

ADMINISTRATORS, MEMBERS, VIEWERS, ADDONS = 10002, 10003, 10004, 10005
_ROLES = (
    ProjectRole(ADMINISTRATORS, "Administrators", "People who set up the project"),
    ProjectRole(MEMBERS, "Member", "People who work in the project"),
    ProjectRole(VIEWERS, "Viewer", "People who only read"),
    ProjectRole(ADDONS, ADDONS_ROLE, "Apps"),
)
_OWN = ("EDIT_OWN_WORKLOGS", "DELETE_OWN_WORKLOGS")
_ALL = ("EDIT_ALL_WORKLOGS", "DELETE_ALL_WORKLOGS")
_WORK = (
    "WORK_ON_ISSUES",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "ASSIGN_ISSUES",
    "TRANSITION_ISSUES",
    "ADD_COMMENTS",
)
_ADMIN = ("ADMINISTER_PROJECTS", "DELETE_ISSUES")


def _roles(*ids: int) -> tuple[Grant, ...]:
    return tuple(Grant(GrantTo.ROLE, str(role_id)) for role_id in ids)


def seed_roles(site: Site) -> None:
    """Seed the project roles."""
    site.roles.update({role.id: role for role in _ROLES})


def open_scheme() -> PermissionScheme:
    """Return a scheme in which members log and correct their own time, administrators everybody's."""
    grants = dict.fromkeys(_WORK + _OWN, _roles(ADMINISTRATORS, MEMBERS, ADDONS))
    grants |= dict.fromkeys(_ALL + _ADMIN, _roles(ADMINISTRATORS, ADDONS))
    grants["BROWSE_PROJECTS"] = _roles(ADMINISTRATORS, MEMBERS, VIEWERS, ADDONS)
    return PermissionScheme(10000, "Default software scheme", grants)


def strict_scheme(group: Group) -> PermissionScheme:
    """Return a scheme in which members log time but cannot change or delete it afterward; the group may only view."""
    grants = dict(open_scheme().grants)
    grants |= dict.fromkeys(_OWN, _roles(ADMINISTRATORS, ADDONS))
    grants["BROWSE_PROJECTS"] += (Grant(GrantTo.GROUP, group.id),)
    return PermissionScheme(10001, "Time is final scheme", grants)


def help_desk_scheme() -> PermissionScheme:
    """Return a scheme in which reporters and assignees see their own issues; only members see all."""
    grants = dict(open_scheme().grants)
    grants["BROWSE_PROJECTS"] += (Grant(GrantTo.REPORTER), Grant(GrantTo.ASSIGNEE))
    grants["WORK_ON_ISSUES"] += (Grant(GrantTo.ASSIGNEE),)
    return PermissionScheme(10002, "Help desk scheme", grants)


def restricted_level() -> SecurityLevel:
    """Return a level in which only administrators of the project, reporters, and apps see issues."""
    grants = (*_roles(ADMINISTRATORS, ADDONS), Grant(GrantTo.REPORTER))
    return SecurityLevel(10100, "Administrators only", "Seen by administrators and the reporter", grants)


def staff_project(site: Site, people: list[Person], key: str) -> dict[int, Actors]:
    """Return the people in each role of the project with this key."""
    ids = [person.account_id for person in people]
    working = [account for number, account in enumerate(ids) if number != NO_PROJECT]
    actors = {ADMINISTRATORS: Actors(set(ids[:1])), MEMBERS: Actors(), VIEWERS: Actors(), ADDONS: Actors()}
    if key == "HRX":
        return {ADMINISTRATORS: Actors(set(ids[1:2])), MEMBERS: Actors(set(ids[3:5])), VIEWERS: Actors()}
    if key == "WEB":
        only_reads = set(ids[NO_WORK_IN_WEB : NO_WORK_IN_WEB + 1])
        actors[MEMBERS].people = set(working) - only_reads
        actors[VIEWERS].people = only_reads
    elif key == "PAY":
        actors[MEMBERS].people = set(working)
        actors[VIEWERS].groups = {_group(site, STAFF).id}
    elif key == "OPS":
        actors[MEMBERS].groups = {_group(site, OPERATIONS).id}
    else:
        offset = sum(key.encode()) % 3
        actors[MEMBERS].people = set(working[offset::3])
    return actors


def _group(site: Site, name: str) -> Group:
    group = site.group_named(name)
    if group is None:
        raise LookupError(name)
    return group
