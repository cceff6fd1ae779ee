"""Manage workload schemes, both site-wide and of a team."""

from __future__ import annotations

from dataclasses import dataclass

from timesheet.domain.calendar.workload_scheme import (
    WorkloadScheme,
    checked_scheme,
    read_weekdays,
    with_stored_seconds,
)
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import message
from timesheet.services.calendar.command import DeleteScheme, SaveScheme
from timesheet.services.calendar.usage import Usage, usage_of
from timesheet.services.ports.stores import Stores


@dataclass(frozen=True, slots=True)
class ListedScheme:
    """A scheme in the list, whether it is the site's default, and who uses it."""

    scheme: WorkloadScheme
    is_default: bool
    usage: Usage


def list_schemes(stores: Stores) -> tuple[ListedScheme, ...]:
    """Return the site-wide schemes, the default first, each with its usage."""
    default = stores.schemes.default_id()
    teams = {team.id: team for team in stores.teams.all()}
    listed = []
    for scheme in stores.schemes.all():
        having, members = stores.schemes.used_by(scheme.id)
        listed.append(ListedScheme(scheme, scheme.id == default, usage_of(teams, members, having)))
    return tuple(listed)


def save_scheme(stores: Stores, tracking: TimeTracking, command: SaveScheme) -> WorkloadScheme:
    """Save a scheme. Raise InvalidInput for name or weekday; Conflict with the stored one.

    ``tracking`` says how long a day is in a typed duration.
    """
    typed = read_weekdays(command.hours, tracking)
    stores.lock_site()
    known = stores.schemes.all()
    hours = with_stored_seconds(typed, next((one for one in known if one.id == command.id), None))
    scheme = WorkloadScheme(command.id, command.name, hours, version=command.version)
    return stores.schemes.save(checked_scheme(scheme, known))


def delete_scheme(stores: Stores, command: DeleteScheme) -> WorkloadScheme:
    """Delete a scheme; teams and members get the replacement. Raise NotFound; InvalidInput if a replacement is
    needed, and for the default.
    """
    scheme = stores.schemes.get(command.scheme_id)
    if scheme.id == stores.schemes.default_id():
        raise InvalidInput(
            message("The site’s default cannot be deleted. It can be changed."), field="scheme"
        )
    if command.replacement_id == scheme.id:
        raise InvalidInput(message("Choose a replacement scheme."), field="replacement")
    stores.schemes.delete(scheme.id, command.replacement_id)
    return scheme
