"""Commands that change a team, its members, roles, groups, and workload schemes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from timesheet.domain.calendar.workload_scheme import DatedScheme
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import read_id
from timesheet.domain.message import message
from timesheet.domain.team.team import TeamPermission
from timesheet.services.command.fields import Fields


@dataclass(frozen=True, slots=True)
class CreateTeam:
    """A new team. ``keep``: whether a creator who does not lead it manages it; None = not answered yet."""

    name: str
    lead: str
    description: str = ""
    keep: bool | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("name"),
            fields.account_id_or_none("lead") or "",
            fields.text("description", ""),
            fields.answer("keep"),
        )


@dataclass(frozen=True, slots=True)
class ChangeTeam:
    """A team's own values. ``keep``: whether the former lead keeps managing it; None = not answered yet."""

    team_id: str
    name: str
    lead: str
    version: int
    description: str = ""
    keep: bool | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("team_id"),
            fields.text("name"),
            fields.account_id_or_none("lead") or "",
            fields.version(),
            fields.text("description", ""),
            fields.answer("keep"),
        )


@dataclass(frozen=True, slots=True)
class ArchiveTeam:
    """Archive a team, or restore it."""

    team_id: str
    archived: bool
    version: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.flag("archived"), fields.version())


@dataclass(frozen=True, slots=True)
class DeleteTeam:
    """Delete a team; ``typed`` is its name as confirmation."""

    team_id: str
    typed: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.text("typed"))


@dataclass(frozen=True, slots=True)
class SaveScope:
    """The issues that count for a team: by project, by JQL, or both."""

    team_id: str
    project_ids: tuple[int, ...]
    jql: str
    version: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("team_id"),
            tuple(fields.numbers("project", "projects")),
            fields.text("jql"),
            fields.version(),
        )


@dataclass(frozen=True, slots=True)
class SaveRole:
    """A role with its permissions; without ``role_id`` a new one."""

    team_id: str
    role_id: str | None
    name: str
    permissions: frozenset[TeamPermission]
    version: int = 0

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("team_id"),
            fields.id_or_none("role"),
            fields.text("name"),
            fields.choices("permission", TeamPermission, "permissions"),
            fields.version(),
        )


@dataclass(frozen=True, slots=True)
class DeleteRole:
    """Delete a role that nobody has."""

    team_id: str
    role_id: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.text("role_id"))


@dataclass(frozen=True, slots=True)
class MembershipValues:
    """The values of a membership; ``schemes`` apply from their dates on."""

    role_ids: frozenset[str]
    joined: date | None = None
    left: date | None = None
    calendar_id: str | None = None
    schemes: tuple[DatedScheme, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Self:
        rows = fields.rows("schemes", ("scheme", "scheme_from"), error_field="scheme")
        dated = ((row.day_or_none("scheme_from"), row.id_or_none("scheme")) for row in rows)
        return cls(
            fields.ids("role", "roles"),
            fields.day_or_none("joined"),
            fields.day_or_none("left"),
            fields.id_or_none("calendar"),
            tuple(DatedScheme(start, scheme_id) for start, scheme_id in dated if scheme_id),
        )


@dataclass(frozen=True, slots=True)
class AddMembers:
    """Add people to a team, all with the same values."""

    team_id: str
    account_ids: tuple[str, ...]
    entry: MembershipValues

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("team_id"), fields.account_ids("person", "people"), MembershipValues.read(fields)
        )


@dataclass(frozen=True, slots=True)
class ChangeMember:
    """The new values of one member."""

    team_id: str
    account_id: str
    entry: MembershipValues
    version: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("team_id"), fields.text("account_id"), MembershipValues.read(fields), fields.version()
        )


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Remove somebody from a team and its history."""

    team_id: str
    account_id: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.text("account_id"))


class MemberChange(StrEnum):
    """The values that can be changed for many members at once."""

    ADD_ROLE = "add-role"
    DROP_ROLE = "drop-role"
    JOINED = "joined"
    LEFT = "left"
    CALENDAR = "calendar"
    SCHEME = "scheme"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class ChangeMembers:
    """One change for many members, in the field with the name of what changes.

    ``value`` is a role, calendar, or scheme id; ``day`` a date or the start of a scheme.
    """

    team_id: str
    account_ids: tuple[str, ...]
    what: MemberChange
    value: str = ""
    day: date | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        team_id, account_ids = fields.text("team_id"), fields.account_ids("selected")
        what = fields.choice("what", MemberChange, message("Choose what to change."))
        if what in (MemberChange.JOINED, MemberChange.LEFT):
            return cls(team_id, account_ids, what, day=fields.day_or_none(what))
        if what == MemberChange.REMOVE:
            return cls(team_id, account_ids, what)
        value = fields.text_or_none(what)
        if value is None and what != MemberChange.CALENDAR:
            raise InvalidInput(message("Choose the new value."), field=fields.at(what))
        day = fields.day_or_none("scheme_from") if what == MemberChange.SCHEME else None
        return cls(team_id, account_ids, what, read_id(value, fields.at(what)) if value else "", day)


@dataclass(frozen=True, slots=True)
class FollowGroup:
    """Take the people of a Jira group into a team, with these roles."""

    team_id: str
    group_id: str
    role_ids: frozenset[str]

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.group_id("group"), fields.ids("role", "roles"))


@dataclass(frozen=True, slots=True)
class LeaveGroup:
    """Stop following a Jira group; its people stay in the team."""

    team_id: str
    group_id: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.text("group_id"))


@dataclass(frozen=True, slots=True)
class SaveTeamScheme:
    """A workload scheme of a team; ``hours`` are typed durations, Monday first."""

    team_id: str
    scheme_id: str
    name: str
    hours: tuple[str, ...]
    version: int = 0

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("team_id"),
            fields.id("scheme"),
            fields.text("name"),
            tuple(fields.numbered("weekday", 7)),
            fields.version(),
        )


@dataclass(frozen=True, slots=True)
class ChooseDefault:
    """Make a workload scheme the default of a team; ``version`` is the team's."""

    team_id: str
    scheme_id: str
    version: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.text("scheme_id"), fields.version())


@dataclass(frozen=True, slots=True)
class DeleteTeamScheme:
    """Delete a workload scheme of a team; those who have it get the replacement."""

    team_id: str
    scheme_id: str
    replacement_id: str | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.text("scheme_id"), fields.id_or_none("replacement"))
