"""A site's whole configuration as values, and the files that hold one, as a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from timesheet.domain.errors import InvalidInput
from timesheet.domain.global_calendar import GlobalCalendar
from timesheet.domain.label import UserLabel
from timesheet.domain.leave import Leave
from timesheet.domain.legend import Legend
from timesheet.domain.period import PeriodRule
from timesheet.domain.permission import SitePermissions
from timesheet.domain.team import Member, Role, Team
from timesheet.domain.workload_scheme import WorkloadScheme
from timesheet.services.ports.jira import SiteSettings
from timesheet.services.ports.team import TeamGroup

LARGEST_UPLOAD = 4 * 1024 * 1024
"""Bytes of a file that comes through a browser: some 500 teams with their people, or 25,000 days of leave."""
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a file that an operator imports from the command line."""


@dataclass(frozen=True, slots=True)
class TeamSetup:
    """A team with all that belongs to it, but for what it closed. ``schemes`` are its own ones."""

    team: Team
    roles: tuple[Role, ...] = ()
    schemes: tuple[WorkloadScheme, ...] = ()
    members: tuple[Member, ...] = ()
    groups: tuple[TeamGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a site's admins and leads have set. ``rule_version`` is the version of the period rule."""

    settings: SiteSettings
    rule: PeriodRule
    rule_version: int
    permissions: SitePermissions
    legends: tuple[Legend, ...]
    schemes: tuple[WorkloadScheme, ...]
    calendars: tuple[GlobalCalendar, ...]
    labels: tuple[UserLabel, ...]
    teams: tuple[TeamSetup, ...]
    leaves: tuple[Leave, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds, with the file's own ids; None for a part that it leaves out.

    ``project_keys`` has the key of a project by the id that it had where the file comes from.
    """

    settings: SiteSettings | None = None
    rule: PeriodRule | None = None
    permissions: SitePermissions | None = None
    legends: tuple[Legend, ...] | None = None
    schemes: tuple[WorkloadScheme, ...] | None = None
    calendars: tuple[GlobalCalendar, ...] | None = None
    labels: tuple[UserLabel, ...] | None = None
    teams: tuple[TeamSetup, ...] | None = None
    leaves: tuple[Leave, ...] | None = None
    project_keys: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be imported: where (``$.teams[0].name``), and a sentence."""

    path: str
    sentence: str


@dataclass(eq=False)
class BadFile(InvalidInput):
    """The file is not imported, nothing of it. ``problems`` are the first of those found, in the file's order."""

    problems: Sequence[Problem] = ()


class ConfigurationFiles(Protocol):
    """Configurations as JSON documents."""

    def write(self, configuration: Configuration, project_keys: Mapping[int, str], *, leaves: bool) -> bytes:
        """The same bytes for the same configuration; leaves only when asked for."""

    def read(self, data: bytes, largest: int) -> Imported:
        """What a file of at most ``largest`` bytes holds; raises BadFile. Names and references are not checked yet."""
