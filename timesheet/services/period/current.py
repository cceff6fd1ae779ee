"""The current period of several teams as far as it is known without asking Jira."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from timesheet.domain.errors import NotAllowed
from timesheet.domain.permission import TeamAction
from timesheet.services.period.closing import period_at
from timesheet.services.team.overview import cached_time, members_in, spent_by_day, visible_members
from timesheet.services.team.plan import read_rows
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import TeamContext, open_team

PART = 50
"""The most teams that are asked about at once, because each costs several statements."""


@dataclass(frozen=True, slots=True)
class CurrentPeriod:
    """A team's current period: whether it is closed, its capacity, and the seconds spent on each day.

    ``days`` and ``read_at`` are None if the team's time is not in the cache. ``complete`` is False if something is
    known to be missing from it. ``own`` is True if the viewer sees only their own time. ``empty`` is True if nobody
    whose time the viewer sees is in the team in this period.
    """

    team_id: str
    closed: bool
    own: bool
    empty: bool
    capacity: int
    days: tuple[int, ...] | None
    read_at: datetime | None
    complete: bool

    @property
    def spent(self) -> int:
        """Return the seconds of all days."""
        return sum(self.days or ())


def current_periods(
    context: TeamContext, viewer_context: ViewerContext, team_ids: Sequence[str]
) -> Sequence[CurrentPeriod]:
    """Return the current period of these teams, without those of which the viewer may see no figures."""
    span, found = period_at(context, context.today), list[CurrentPeriod]()
    closed = {one.team_id for one in context.stores.periods.closed(team_ids, span)}
    for team_id in team_ids:
        try:
            opened = open_team(context, team_id, TeamAction.SEE_SUMS)
        except NotAllowed:
            continue
        members = members_in(visible_members(context, opened), span)
        packed = cached_time(viewer_context, opened, members, span)
        rows = read_rows(context, opened, members, span, packed.unreadable if packed else ())
        spent = spent_by_day(packed, members, span) if packed else None
        found.append(
            CurrentPeriod(
                team_id=team_id,
                closed=team_id in closed,
                own=opened.own_figures_only,
                empty=not members,
                capacity=sum(sum(days) for days, _ in rows.values()),
                days=tuple(map(sum, zip(*spent.values(), strict=True))) if spent else None,
                read_at=packed.checked_at if packed else None,
                complete=packed is None or packed.complete,
            )
        )
    return found
