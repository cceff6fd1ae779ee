"""The grants of one site: who may open which module, and who has which site permission."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, select

from timesheet.adapters.db.site_rows import SiteRows, next_version, of_site, recalled
from timesheet.adapters.db.tables.people import GrantRow, GrantSubjectRow, PermissionRow
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom

GROUP, PERSON = "group", "person"
# One statement, because every request reads it.
ALL = (
    select(PermissionRow.version, GrantRow.name, GrantRow.whom, GrantSubjectRow.kind, GrantSubjectRow.subject)
    .outerjoin(GrantRow, GrantRow.client_key == PermissionRow.client_key)
    .outerjoin(
        GrantSubjectRow,
        and_(GrantSubjectRow.client_key == GrantRow.client_key, GrantSubjectRow.name == GrantRow.name),
    )
    .where(of_site(PermissionRow))
)


@dataclass(eq=False, repr=False)
class DbPermissionStore:
    """Implements PermissionStore."""

    _rows: SiteRows

    @recalled
    def read(self) -> SitePermissions:
        """See PermissionStore."""
        version, whom = 0, dict[str, Whom]()
        subjects: dict[tuple[str, str], set[str]] = defaultdict(set)
        for stored, name, reach, kind, subject in self._rows.read(ALL):
            version = stored
            if name is not None:
                whom[name] = Whom(reach)
                subjects[name, kind].add(subject)
        if not whom:
            return SitePermissions(version=version)
        grants = {
            name: _grant(reach, frozenset(subjects[name, GROUP]), frozenset(subjects[name, PERSON]))
            for name, reach in whom.items()
        }
        return SitePermissions(
            {module: grants[module] for module in Module if module in grants},
            {permission: grants[permission] for permission in SitePermission if permission in grants},
            version,
        )

    def save(self, permissions: SitePermissions) -> SitePermissions:
        """See PermissionStore."""
        self._rows.lock()
        saved = next_version(self.read(), permissions)
        self._rows.put(PermissionRow, {}, {"version": saved.version})
        self._rows.remove(GrantRow)
        grants: dict[str, Grant] = {str(name): grant for name, grant in _all_grants(saved)}
        self._rows.add(GrantRow, [{"name": name, "whom": str(grant.whom)} for name, grant in grants.items()])
        self._rows.add(GrantSubjectRow, list(_subjects(grants)))
        return saved


def _grant(whom: Whom, groups: frozenset[str], people: frozenset[str]) -> Grant:
    """Return a grant; one that has lost everybody by erasures is for nobody, so that its form can be saved."""
    return Grant() if whom is Whom.SOME and not groups | people else Grant(whom, groups, people)


def _all_grants(permissions: SitePermissions) -> Iterator[tuple[StrEnum, Grant]]:
    yield from permissions.modules.items()
    yield from permissions.permissions.items()


def _subjects(grants: Mapping[str, Grant]) -> Iterator[Mapping[str, object]]:
    for name, grant in grants.items():
        for kind, listed in ((GROUP, grant.groups), (PERSON, grant.people)):
            yield from ({"name": name, "kind": kind, "subject": who} for who in sorted(listed))
