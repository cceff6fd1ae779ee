"""Manage workload schemes, both site-wide and of a team."""

from __future__ import annotations

from dataclasses import dataclass

from timesheet.domain.errors import InvalidInput
from timesheet.domain.workload_scheme import WorkloadScheme, checked_scheme
from timesheet.services.calendar.usage import Usage, usage_of
from timesheet.services.ports.team import Stores


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


def save_scheme(stores: Stores, scheme: WorkloadScheme) -> WorkloadScheme:
    """Save a scheme. Raise InvalidInput for name or weekday; Conflict with the stored one."""
    return stores.schemes.save(checked_scheme(scheme, stores.schemes.all(scheme.team_id)))


def delete_scheme(stores: Stores, scheme_id: str, replacement_id: str | None) -> None:
    """Delete a scheme; teams and members get the replacement. Raise InvalidInput if one is needed, and for
    the default.
    """
    if scheme_id == stores.schemes.default_id():
        raise InvalidInput("The site’s default cannot be deleted. It can be changed.", field="scheme")
    if replacement_id == scheme_id:
        raise InvalidInput("Choose another scheme in its place.", field="replacement")
    stores.schemes.delete(scheme_id, replacement_id)
