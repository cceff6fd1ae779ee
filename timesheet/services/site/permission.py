"""Manage who may open which part of the app, and who has a site permission."""

from __future__ import annotations

from collections.abc import Sequence

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.permission import (
    Allowed,
    Decision,
    Grant,
    Module,
    Requester,
    SitePermissions,
    Whom,
    may_open,
)
from timesheet.services.ports.directory import Directory
from timesheet.services.ports.stores import PermissionStore
from timesheet.services.site.command import SavePermissions
from timesheet.services.viewer.person import check_accounts

MOST_LISTED = 200
"""The maximum number of groups or people in one grant."""


def save_permissions(
    store: PermissionStore, directory: Directory, command: SavePermissions
) -> SitePermissions:
    """Save all permissions. Raise InvalidInput for the module or permission; Conflict with what is stored.

    Those who have a permission may have left Jira since; new ones must be known there.
    """
    permissions = SitePermissions(dict(command.modules), dict(command.permissions), command.version)
    stored, checked = store.read(), checked_permissions(permissions)
    for name, grant in checked.permissions.items():
        check_accounts(directory, grant.people - stored.permission(name).people, name.value)
    return store.save(checked)


def checked_permissions(permissions: SitePermissions) -> SitePermissions:
    """Return the permissions without lists that do not apply. Raise InvalidInput for the module or permission."""
    modules = {module: _limit(grant, module.value) for module, grant in permissions.modules.items()}
    granted = {name: _checked(grant, name.value) for name, grant in permissions.permissions.items()}
    return SitePermissions(modules, granted, permissions.version)


def may_enter(permissions: SitePermissions, modules: Sequence[Module], person: Requester) -> Decision:
    """Decide whether any of ``modules`` is open to a person; a refusal names the first.

    The person's groups are read only if every module is limited.
    """
    if any(permissions.module(module).whom is Whom.EVERYBODY for module in modules):
        return Allowed()
    decisions = [may_open(permissions, module, person) for module in modules]
    return next((found for found in decisions if isinstance(found, Allowed)), decisions[0])


def _limit(grant: Grant, name: str) -> Grant:
    """Return the grant of a module, which is for everybody or for groups."""
    if grant.whom in (Whom.NOBODY, Whom.ADMINS) or grant.people:
        raise InvalidInput(
            message("A part of the app is open to everybody or limited to groups."), field=name
        )
    if grant.whom is Whom.SOME and not grant.groups:
        raise InvalidInput(message("Choose at least one group, or “Everybody”."), field=name)
    return _checked(grant, name)


def _checked(grant: Grant, name: str) -> Grant:
    if max(len(grant.groups), len(grant.people)) > MOST_LISTED:
        raise InvalidInput(
            message("Choose at most {most_listed} groups and {most_listed} people.", most_listed=MOST_LISTED),
            field=name,
        )
    return grant.checked(name)
