"""Find where a calendar or scheme is used, before it is changed or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.team.team import Member, Team


@dataclass(frozen=True, slots=True)
class Usage:
    """The number of people in teams (by name) that use something, and the teams that have it as default."""

    people: int = 0
    teams: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()

    @property
    def used(self) -> bool:
        """Return True if a deletion needs a replacement."""
        return bool(self.people or self.defaults)


def usage_of(teams: Mapping[str, Team], members: Iterable[Member], defaults: Iterable[Team] = ()) -> Usage:
    """Return the usage by these members; ``teams`` are all of the site by id. A person in two teams counts once."""
    following = list(members)
    names = {teams[member.team_id].name for member in following if member.team_id in teams}
    return Usage(
        people=len({member.account_id for member in following}),
        teams=tuple(sorted(names, key=alphabetical)),
        defaults=tuple(sorted((team.name for team in defaults), key=alphabetical)),
    )
