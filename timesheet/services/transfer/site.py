"""Compute a site's settings, periods, and permissions after an import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from timesheet.domain.message import message
from timesheet.domain.period.period import PeriodRule, check_rule
from timesheet.domain.permission import (
    MODULE_NAMES,
    SITE_PERMISSION_NAMES,
    Grant,
    Module,
    SitePermission,
    SitePermissions,
    Whom,
)
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.site.permission import checked_permissions
from timesheet.services.site.setting import checked_settings
from timesheet.services.transfer.review import Import, PlanSection, Review

T = TypeVar("T")


def settings_after(work: Import) -> SiteSettings:
    """Return the general settings; how long audit events are kept is not in a file."""
    current, imported = work.current.settings, work.imported.settings
    if imported is None:
        return current
    settings = replace(
        imported,
        audit_days=current.audit_days,
        version=current.version,
        timer_projects=_timer_projects(work, current, imported),
    )
    if settings == current:
        return current
    return work.review.check("$.settings", lambda: checked_settings(settings), current)


def _timer_projects(work: Import, current: SiteSettings, imported: SiteSettings) -> str:
    """Return those of the file's projects with timers that exist here; if none does, the site's projects stay."""
    keys, own_projects = work.imported.project_keys, current.timers.projects
    found = {
        number: work.known.project(number, keys.get(number), own_projects)
        for number in imported.timers.projects
    }
    lost = tuple(keys.get(number, str(number)) for number, stored in sorted(found.items()) if stored is None)
    if lost:
        work.review.note(
            PlanSection.SETTINGS,
            message(
                "Timers are limited to projects that are not here, so they are left out: {lost}.", lost=lost
            ),
        )
    stored = sorted(number for number in found.values() if number is not None)
    return ",".join(map(str, stored)) if stored or not lost else current.timer_projects


def rule_after(work: Import) -> PeriodRule:
    """Return the period rule; one that would overlap closed periods is a problem."""
    current, imported = work.current.rule, work.imported.rule
    if imported is None or imported == current:
        return current

    def checked() -> PeriodRule:
        check_rule(imported, work.spans)
        return imported

    return work.review.check("$.periods", checked, current)


def permissions_after(work: Import) -> SitePermissions:
    """Return site permissions and module visibility, if the options include them."""
    current, imported = work.current.permissions, work.imported.permissions
    if imported is None:
        return current
    modules, granted = dict(current.modules), dict(current.permissions)
    if not work.choices.permissions:
        if any(current.modules[name] != grant for name, grant in imported.modules.items()) or any(
            current.permissions[name] != grant for name, grant in imported.permissions.items()
        ):
            work.review.note(
                PlanSection.PERMISSIONS,
                message("The file has other permissions. They stay as they are here."),
            )
        return current
    for module, grant in imported.modules.items():
        modules[module] = _grant(work, grant, current.modules[module], f"modules.{module}", module=module)
    for name, grant in imported.permissions.items():
        granted[name] = _grant(work, grant, current.permissions[name], f"site.{name}", name=name)
    return replace(current, modules=modules, permissions=granted)


def _grant(
    work: Import,
    imported: Grant,
    current: Grant,
    path: str,
    *,
    module: Module | None = None,
    name: SitePermission | None = None,
) -> Grant:
    if imported == current:
        return current
    review, known = work.review, work.known
    grant = Grant(
        imported.whom,
        review.existing_groups(PlanSection.PERMISSIONS, imported.groups, known.groups),
        review.known(PlanSection.PERMISSIONS, imported.people, known.people),
    )
    nobody = not grant.groups and not grant.people
    if imported.whom is Whom.SOME and nobody and (imported.groups or imported.people):
        review.note(
            PlanSection.PERMISSIONS,
            message(
                "Nobody named in the file for “{permission}” is here, so it stays as it is.",
                permission=MODULE_NAMES[module] if module else SITE_PERMISSION_NAMES[name] if name else "",
            ),
        )
        return current

    def checked() -> Grant:
        modules = {module: grant} if module else {}
        permissions = {name: grant} if name else {}
        saved = checked_permissions(SitePermissions(modules, permissions))
        return next(iter((*saved.modules.values(), *saved.permissions.values())))

    return _checked_at(review, f"$.permissions.{path}", checked, current)


def _checked_at(review: Review, path: str, work: Callable[[], T], otherwise: T) -> T:
    """Return the same as ``check``, for rules whose field is the object at ``path`` itself."""
    before = len(review.problems)
    result = review.check("", work, otherwise)
    review.problems[before:] = [replace(problem, path=path) for problem in review.problems[before:]]
    return result
