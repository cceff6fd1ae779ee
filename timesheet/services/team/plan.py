"""The expected time of a team's members by day: computed once for closings, cached for screens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.person import erased
from timesheet.domain.span import DateSpan
from timesheet.domain.team.capacity import CapacityPlan, day_capacities
from timesheet.domain.team.team import Member, Role, Team, workers
from timesheet.services.calendar.expected import calendars_of, team_plan
from timesheet.services.calendar.global_calendar import years_without_days
from timesheet.services.ports.cache import key_part
from timesheet.services.ports.stores import Stores
from timesheet.services.viewer.revision import at_revision
from timesheet.services.viewer.team_context import OpenTeam, TeamContext

PlanRow = tuple[tuple[int, ...], Mapping[int, str]]
"""The expected seconds of each day, and by a day's index the letters of the reasons for a day or half day off."""


def read_plan(stores: Stores, team: Team, members: Sequence[Member], span: DateSpan) -> CapacityPlan:
    """Return everything that the capacity of ``members`` in ``span`` depends on, as it is stored now."""
    return team_plan(stores, team, span, *_absences(stores, members, span))


def read_rows(
    context: TeamContext,
    opened: OpenTeam,
    members: Sequence[Member],
    span: DateSpan,
    unknown: Collection[str] = (),
) -> Mapping[str, PlanRow]:
    """Return the days of these members by account id; computed once at a revision of the site.

    Nothing is expected of the ``unknown``, whose account Jira no longer knows, as of erased people: their time cannot
    be read.
    """
    rows = at_revision(
        context.stores,
        context.cache,
        rows_name(context, opened, members, span),
        lambda: _rows(context.stores, opened.team, members, opened.roles, span),
    )
    nothing = (0,) * len(span)
    return {**rows, **{who: (nothing, rows[who][1]) for who in unknown if who in rows}} if unknown else rows


def expected_to_log(members: Iterable[Member], roles: Iterable[Role]) -> set[str]:
    """Return the account ids of those whose capacity counts: the ``workers``, except erased people, whose time cannot
    be read.
    """
    return {member.account_id for member in workers(members, roles) if not erased(member.account_id)}


def calendars_without_days(
    context: TeamContext, members: Sequence[Member], span: DateSpan
) -> Sequence[tuple[str, int]]:
    """Return the calendars of these members without a day off in a year of the span, each with this year."""
    ids = sorted({member.calendar_id for member in members if member.calendar_id})
    if not ids:
        return ()
    name = f"{context.site}:without-days:{key_part(ids)}:{span.first.year}:{span.last.year}"
    return at_revision(
        context.stores, context.cache, name, lambda: years_without_days(context.stores, ids, span)
    )


def rows_name(context: TeamContext, opened: OpenTeam, members: Sequence[Member], span: DateSpan) -> str:
    """Return a name for the days of these members of a team, whoever they are and whatever is stored of them."""
    who = key_part([one.account_id for one in members])
    return f"{context.site}:team-rows:{opened.team.id}:{who}:{span.first}:{span.last}"


def _rows(
    stores: Stores, team: Team, members: Sequence[Member], roles: Sequence[Role], span: DateSpan
) -> Mapping[str, PlanRow]:
    calendars, leaves = _absences(stores, members, span)
    plan = team_plan(stores, team, span, calendars, leaves)
    expected = expected_to_log(members, roles)
    letters = _Letters(span, calendars, leaves, stores.legends.all())
    nothing = (0,) * len(span)
    return {
        member.account_id: (
            tuple(day_capacities(plan, member)) if member.account_id in expected else nothing,
            letters.of(member),
        )
        for member in members
    }


def _absences(
    stores: Stores, members: Sequence[Member], span: DateSpan
) -> tuple[Sequence[GlobalCalendar], Sequence[Leave]]:
    people = [member.account_id for member in members]
    return calendars_of(stores, members, span), stores.leaves.of(people, span) if people else ()


class _Letters:
    """Finds the letters of days; a leave says more about a person than a holiday, so it takes precedence."""

    def __init__(
        self,
        span: DateSpan,
        calendars: Collection[GlobalCalendar],
        leaves: Collection[Leave],
        legends: Collection[Legend],
    ) -> None:
        letters = {legend.id: legend.letter for legend in legends}
        first = span.first
        self._span = span
        self._holidays = {
            calendar.id: {(day.date - first).days: letters.get(day.legend_id, "") for day in calendar.days}
            for calendar in calendars
        }
        self._leaves: dict[str, dict[int, str]] = {}
        for leave in leaves:
            of_person = self._leaves.setdefault(leave.account_id, {})
            of_person[(leave.date - first).days] = letters.get(leave.legend_id, "")

    def of(self, member: Member) -> Mapping[int, str]:
        """Return the letters of one member, only for the days of membership."""
        found = self._holidays.get(member.calendar_id or "", {}) | self._leaves.get(member.account_id, {})
        active = member.days_in(self._span)
        if not found or active is None:
            return {}
        first, last = ((day - self._span.first).days for day in (active.first, active.last))
        return {index: letter for index, letter in found.items() if letter and first <= index <= last}
