"""Commands that save a whole object of a test."""

from __future__ import annotations

from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.duration import HOUR, format_hm
from timesheet.domain.identity import TimeTracking
from timesheet.domain.permission import Module, SitePermission, SitePermissions
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Role
from timesheet.services.calendar.command import SaveCalendar, SaveLegend, SaveScheme
from timesheet.services.site.command import SaveLabel, SavePermissions
from timesheet.services.team.command import SaveRole, SaveTeamScheme

TRACKING = TimeTracking(enabled=True, day_seconds=8 * HOUR, week_seconds=40 * HOUR)


def saving_role(role: Role) -> SaveRole:
    """Return the command that saves a role of a team."""
    return SaveRole(role.team_id, role.id, role.name, role.permissions, role.version)


def saving_scheme(scheme: WorkloadScheme) -> SaveScheme:
    """Return the command that saves a site-wide scheme."""
    return SaveScheme(scheme.id, scheme.name, hours_of(scheme), scheme.version)


def saving_team_scheme(team_id: str, scheme: WorkloadScheme) -> SaveTeamScheme:
    """Return the command that saves a scheme of a team."""
    return SaveTeamScheme(team_id, scheme.id, scheme.name, hours_of(scheme), scheme.version)


def hours_of(scheme: WorkloadScheme) -> tuple[str, ...]:
    """Return the hours of a scheme as somebody types them."""
    return tuple(format_hm(seconds) if seconds else "" for seconds in scheme.weekdays)


def saving_legend(legend: Legend) -> SaveLegend:
    """Return the command that saves an absence type."""
    return SaveLegend(legend.id, legend.title, legend.color, legend.letter, legend.version)


def saving_calendar(calendar: GlobalCalendar) -> SaveCalendar:
    """Return the command that saves a global calendar."""
    return SaveCalendar(calendar.id, calendar.name, calendar.days, calendar.version)


def saving_label(label: UserLabel) -> SaveLabel:
    """Return the command that saves a user label."""
    return SaveLabel(label.id, label.name, label.color, label.people, label.version)


def saving_permissions(wanted: SitePermissions) -> SavePermissions:
    """Return the command that saves all permissions of a site."""
    return SavePermissions(
        {module: wanted.module(module) for module in Module},
        {name: wanted.permission(name) for name in SitePermission},
        wanted.version,
    )
