"""A module's ``conditions``, which decide whether it is shown to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jira_emulator.connect.descriptor import Module
from jira_emulator.model import Caller, Person
from jira_emulator.permission import Permissions
from jira_emulator.site import Site

_ADMIN = ("user_is_admin", "user_is_sysadmin")


def shows(module: Module, site: Site, person: Person | None) -> bool:
    """Return whether all conditions are met; admin pages are always only for administrators."""
    if module.kind in ("adminPages", "configurePage") and not _holds(
        {"condition": "user_is_admin"}, site, person
    ):
        return False
    return all(_holds(condition, site, person) for condition in _listed(module.spec.get("conditions", ())))


def _listed(value: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _holds(condition: Mapping[str, Any], site: Site, person: Person | None) -> bool:
    if "or" in condition:
        return any(_holds(one, site, person) for one in _listed(condition["or"]))
    if "and" in condition:
        return all(_holds(one, site, person) for one in _listed(condition["and"]))
    return _met(condition, site, person) != bool(condition.get("invert", False))


def _met(condition: Mapping[str, Any], site: Site, person: Person | None) -> bool:
    """Return whether one condition is met; those about places in Jira that the emulator lacks count as met."""
    name = condition.get("condition")
    if name == "user_is_logged_in":
        return person is not None
    if name in _ADMIN:
        return person is not None and site.is_admin(person.account_id)
    if name in ("has_global_permission", "has_project_permission"):
        permissions = Permissions(site, Caller(person.account_id if person else None))
        key = str(condition.get("params", {}).get("permission", ""))
        return (
            permissions.has_global(key) if name == "has_global_permission" else permissions.has_anywhere(key)
        )
    return True
