"""A site's whole configuration as values, and a protocol for the files that contain one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.errors import InvalidInput
from timesheet.domain.period.period import PeriodRule
from timesheet.domain.permission import SitePermissions
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, Team
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.ports.stores import TeamGroup

LARGEST_UPLOAD = 4 * 1024 * 1024
"""The maximum bytes of an upload: some 500 teams with their people, or 25,000 days of leave."""
LARGEST_FILE = 64 * 1024 * 1024
"""The maximum bytes of a file that an operator imports from the command line."""
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The names of weekdays in a file."""


@dataclass(frozen=True, slots=True)
class TeamSetup:
    """A team with everything that belongs to it, except its closings. ``schemes`` are its own ones, ``attributes``
    the ids of those that it chose, ``views`` its saved views of reports.
    """

    team: Team
    roles: tuple[Role, ...] = ()
    schemes: tuple[WorkloadScheme, ...] = ()
    members: tuple[Member, ...] = ()
    groups: tuple[TeamGroup, ...] = ()
    attributes: frozenset[str] = frozenset()
    views: tuple[ReportView, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration set by a site's admins and leads. ``rule_version`` is the version of the period rule."""

    settings: SiteSettings
    rule: PeriodRule
    rule_version: int
    permissions: SitePermissions
    legends: tuple[Legend, ...]
    schemes: tuple[WorkloadScheme, ...]
    calendars: tuple[GlobalCalendar, ...]
    labels: tuple[UserLabel, ...]
    attributes: tuple[Attribute, ...]
    teams: tuple[TeamSetup, ...]
    leaves: tuple[Leave, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """The content of a file, with the file's own ids; None for a part that it leaves out.

    ``project_keys`` maps the project ids of the exporting site to their keys.
    """

    settings: SiteSettings | None = None
    rule: PeriodRule | None = None
    permissions: SitePermissions | None = None
    legends: tuple[Legend, ...] | None = None
    schemes: tuple[WorkloadScheme, ...] | None = None
    calendars: tuple[GlobalCalendar, ...] | None = None
    labels: tuple[UserLabel, ...] | None = None
    attributes: tuple[Attribute, ...] | None = None
    teams: tuple[TeamSetup, ...] | None = None
    leaves: tuple[Leave, ...] | None = None
    project_keys: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A reason why a file cannot be imported: its place (``$.teams[0].name``), and a sentence."""

    path: str
    sentence: str


@dataclass(eq=False)
class BadFile(InvalidInput):
    """The file cannot be imported at all. ``problems`` are the first ones found, in the file's order."""

    problems: Sequence[FileProblem] = ()


class ConfigurationFiles(Protocol):
    """Configurations as JSON documents."""

    def write(self, configuration: Configuration, project_keys: Mapping[int, str], *, leaves: bool) -> bytes:
        """Return the file of a configuration; the same configuration gives the same bytes. Leaves are
        included on request.
        """

    def read(self, data: bytes, largest: int) -> Imported:
        """Return the content of a file of at most ``largest`` bytes. Raise BadFile. Names and references are
        not checked yet.
        """
