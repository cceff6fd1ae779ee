"""The workload schemes of one site and its teams."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import and_, bindparam, exists, or_, select, update

from timesheet.adapters.db.site_rows import SiteRows, Statement, next_version, of_site, recalled
from timesheet.adapters.db.tables.calendar import SchemeRow, TeamSchemeRow
from timesheet.adapters.db.tables.team import MemberRow, MemberSchemeRow, TeamRow
from timesheet.adapters.db.team.default_scheme import DEFAULT, keep_default, named, scheme_values
from timesheet.adapters.db.team.member import OF_SCHEME, read_members
from timesheet.adapters.db.team.team import WITH_DEFAULT, read_teams
from timesheet.domain.alphabet import name_order
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.message import message
from timesheet.domain.team.team import Member, Team

EVERY = (
    select(
        SchemeRow.id,
        SchemeRow.name,
        SchemeRow.monday,
        SchemeRow.tuesday,
        SchemeRow.wednesday,
        SchemeRow.thursday,
        SchemeRow.friday,
        SchemeRow.saturday,
        SchemeRow.sunday,
        TeamSchemeRow.team_id,
        SchemeRow.version,
    )
    .outerjoin(
        TeamSchemeRow,
        and_(TeamSchemeRow.client_key == SchemeRow.client_key, TeamSchemeRow.scheme_id == SchemeRow.id),
    )
    .where(of_site(SchemeRow))
)
SITE_WIDE = EVERY.where(TeamSchemeRow.team_id.is_(None))
OF_TEAM = EVERY.where(or_(TeamSchemeRow.team_id.is_(None), TeamSchemeRow.team_id == bindparam("team")))
ONE = EVERY.where(SchemeRow.id == bindparam("id"))
TOUCH_MEMBERS = (
    update(MemberRow)
    .where(of_site(MemberRow))
    .where(
        exists().where(
            MemberSchemeRow.client_key == MemberRow.client_key,
            MemberSchemeRow.team_id == MemberRow.team_id,
            MemberSchemeRow.account_id == MemberRow.account_id,
            MemberSchemeRow.scheme_id == bindparam("scheme"),
        )
    )
    .values(version=MemberRow.version + 1)
)


@dataclass(eq=False, repr=False)
class DbSchemeStore:
    """Implements SchemeStore."""

    _rows: SiteRows

    @recalled
    def all(self, team_id: str | None = None) -> tuple[WorkloadScheme, ...]:
        """See SchemeStore."""
        found = self._read(OF_TEAM if team_id else SITE_WIDE, team=team_id)
        if not any(scheme.id == DEFAULT.id for scheme in found):
            found.append(DEFAULT)
        return tuple(sorted(found, key=lambda s: (s.id != DEFAULT.id, name_order(s))))

    @recalled
    def get(self, scheme_id: str) -> WorkloadScheme:
        """See SchemeStore."""
        if found := self._find(scheme_id):
            return found
        raise NotFound(message("This workload scheme no longer exists."))

    def save(self, scheme: WorkloadScheme) -> WorkloadScheme:
        """See SchemeStore."""
        self._rows.lock()
        stored = self._find(scheme.id)
        team_id = stored.team_id if stored else scheme.team_id
        saved = next_version(stored, replace(scheme, team_id=team_id))
        self._rows.put(SchemeRow, {"id": saved.id}, scheme_values(saved))
        if stored is None and team_id:
            self._rows.add(TeamSchemeRow, [{"scheme_id": saved.id, "team_id": team_id}])
        return saved

    def delete(self, scheme_id: str, replacement_id: str | None = None) -> None:
        """See SchemeStore."""
        self._rows.lock()
        scheme = self._find(scheme_id)
        if scheme is None:
            return
        if scheme.id == DEFAULT.id:
            raise InvalidInput(
                message("“{name}” is the site’s default and cannot be deleted.", name=scheme.name),
                field="scheme",
            )
        if any(self.used_by(scheme_id)):
            self._replace(scheme, self._replacement(scheme, replacement_id))
        self._rows.remove(SchemeRow, id=scheme_id)

    @recalled
    def used_by(self, scheme_id: str) -> tuple[tuple[Team, ...], tuple[Member, ...]]:
        """See SchemeStore."""
        teams = read_teams(self._rows, WITH_DEFAULT, scheme=scheme_id)
        return teams, read_members(self._rows, OF_SCHEME, scheme=scheme_id)

    def default_id(self) -> str:
        """See SchemeStore."""
        return DEFAULT.id

    def _replacement(self, scheme: WorkloadScheme, replacement_id: str | None) -> str:
        if replacement_id is None or replacement_id == scheme.id:
            raise InvalidInput(
                message("Teams or members use this scheme. Choose the one that replaces it."),
                field="replacement",
            )
        replacement = self._find(replacement_id)
        if replacement is None or replacement.team_id not in (None, scheme.team_id):
            raise InvalidInput(message("That scheme cannot replace it. Choose another."), field="replacement")
        return replacement.id

    def _replace(self, scheme: WorkloadScheme, new_id: str) -> None:
        keep_default(self._rows, [new_id])
        self._rows.change(
            TeamRow,
            {"default_scheme_id": scheme.id},
            {"default_scheme_id": new_id, "version": TeamRow.version + 1},
        )
        self._rows.run(TOUCH_MEMBERS, scheme=scheme.id)
        self._rows.change(MemberSchemeRow, {"scheme_id": scheme.id}, {"scheme_id": new_id})

    def _find(self, scheme_id: str) -> WorkloadScheme | None:
        found = self._read(ONE, id=scheme_id)
        if not found and scheme_id == DEFAULT.id:
            return DEFAULT
        return found[0] if found else None

    def _read(self, statement: Statement, **values: object) -> list[WorkloadScheme]:
        return [
            named(WorkloadScheme(id_, name, (mon, tue, wed, thu, fri, sat, sun), team_id, version))
            for id_, name, mon, tue, wed, thu, fri, sat, sun, team_id, version in self._rows.read(
                statement, **values
            )
        ]
