"""Read a person's year of leaves, compute the effect of a change on each team's capacity, and save it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from timesheet.domain.calendar.global_calendar import BOTH_HALVES, NonWorkingDay
from timesheet.domain.calendar.leave import Leave, check_leaves, in_turn
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.message import message
from timesheet.domain.period.period import closed_on
from timesheet.domain.permission import Allowed, Decision, TeamAction, decide, team_refusal
from timesheet.domain.person import erased
from timesheet.domain.span import SATURDAY, DateSpan, month_of
from timesheet.domain.team.capacity import CapacityPlan, day_capacities, halves_away
from timesheet.domain.team.team import Member, Team, TeamPermission
from timesheet.services.calendar.command import Changes, EnterLeaves
from timesheet.services.calendar.expected import calendars_of, team_plan, working_memberships
from timesheet.services.viewer.team_context import TeamContext, lock_site, member_or_none

NOT_YOURS = message(
    "You can enter leaves for yourself, and for the members of teams that you lead or manage. "
    "You need “Manage this team” in a team this person belongs to; its lead can grant it."
)
NOT_THEN = message(
    "You see and change only the days on which this person is in a team that you lead or manage."
)
STALE = message(
    "These leaves were changed in the meantime, by somebody else or in another tab. What you entered is "
    "kept here; look at the changes first."
)


@dataclass(frozen=True, slots=True)
class Year:
    """One person's year: leaves, holidays of their calendars, and the legends that can be chosen.

    A day has several holidays if its halves, or the calendars of two teams, have different ones.
    ``mark`` represents the leaves of the year as stored, so a save detects a change by somebody else. ``hidden`` are
    leaves that the viewer may not see, and that a save keeps: the year is shown only ``partly``.
    """

    account_id: str
    span: DateSpan
    leaves: tuple[Leave, ...]
    holidays: Mapping[date, tuple[NonWorkingDay, ...]]
    legends: tuple[Legend, ...]
    mark: str
    hidden: tuple[Leave, ...] = ()
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a change on one person's capacity in one team and month, in seconds.

    ``closed`` is True if the team has closed one of the changed days: the closing keeps its figures.
    """

    team: Team
    month: date
    before: int
    after: int
    closed: bool


def year_span(year: int) -> DateSpan:
    """Return the calendar year as a span."""
    return DateSpan(date(year, 1, 1), date(year, 12, 31))


def _span_with(year: int, changes: Collection[date]) -> DateSpan:
    """Return the calendar year, extended by whole months if ``changes`` reach into the year before or after.

    Raise InvalidInput if they reach further.
    """
    span = year_span(year)
    first, last = min([span.first, *changes]), max([span.last, *changes])
    if first.year < year - 1 or last.year > year + 1:
        raise InvalidInput(
            message("Choose days from {first_year} to {last_year}.", first_year=year - 1, last_year=year + 1),
            "leave",
        )
    return DateSpan(month_of(first).first, month_of(last).last)


def read_year(context: TeamContext, account_id: str, year: int, changes: Collection[date] = ()) -> Year:
    """Return a year of the viewer, or of a member of a team they may manage, on whose days only. Raise NotAllowed
    otherwise, and InvalidInput if one of the ``changes`` is on another day.

    Days of ``changes`` in the year before or after are read too; ``mark`` covers only the year.
    """
    stays = _managed_stays(context, account_id)
    span = _span_with(year, changes)
    stored = context.stores.leaves.of([account_id], span)

    def is_seen(day: date) -> bool:
        return stays is None or any(member.active_on(day) for member in stays)

    if not all(map(is_seen, changes)):
        raise InvalidInput(NOT_THEN, field="leave")
    holidays: dict[date, tuple[NonWorkingDay, ...]] = {}
    members = [member for _, member in working_memberships(context.stores, account_id)]
    calendars = {one.id: one.days for one in calendars_of(context.stores, members, span)}
    for member in members:
        for day in calendars.get(member.calendar_id or "", ()):
            known = holidays.get(day.date, ())
            if member.active_on(day.date) and day not in known:
                holidays[day.date] = (*known, day)
    return Year(
        account_id,
        span,
        tuple(leave for leave in stored if is_seen(leave.date)),
        holidays,
        context.stores.legends.all(),
        leaves_mark(leave for leave in stored if leave.date.year == year),
        tuple(leave for leave in stored if not is_seen(leave.date)),
        stays is not None and not all(map(is_seen, year_span(year))),
    )


def working_halves(context: TeamContext, year: Year) -> dict[date, int]:
    """Return the halves of each working day of the person that are not a holiday, as bits; days without any are left
    out.

    Leaves do not count. On a day without a team, both halves of Monday to Friday do, as in ``expected_days``. If teams
    differ, the one with the most halves counts.
    """
    memberships, days = working_memberships(context.stores, year.account_id), list(year.span)
    halves = {
        day: BOTH_HALVES
        for day in days
        if day.weekday() < SATURDAY and not any(member.active_on(day) for _, member in memberships)
    }
    calendars = calendars_of(context.stores, [member for _, member in memberships], year.span)
    for team, member in memberships:
        plan = team_plan(context.stores, team, year.span, calendars, ())
        away = halves_away(plan, member)
        for index, (day, seconds) in enumerate(zip(days, day_capacities(plan, member), strict=True)):
            if seconds and halves.get(day) != BOTH_HALVES:
                working = BOTH_HALVES & ~away.get(index, 0)
                halves[day] = max(halves.get(day, 0), working, key=int.bit_count)
    return halves


def working_days(context: TeamContext, year: Year, days: Collection[date]) -> Decimal:
    """Return how many of these days are working days without leaves; one with half a holiday is half of one."""
    halves = working_halves(context, year)
    return Decimal(sum(halves.get(day, 0).bit_count() for day in days)) / 2


def days_away(year: Year, working: Mapping[date, int]) -> dict[str, Decimal]:
    """Return the days of each legend that somebody is away in a year; only its ``working`` halves (bits) count."""
    halves: dict[str, int] = {}
    for leave in year.leaves:
        taken = leave.part.halves & working.get(leave.date, 0)
        if taken:
            halves[leave.legend_id] = halves.get(leave.legend_id, 0) + taken.bit_count()
    return {legend_id: Decimal(count) / 2 for legend_id, count in halves.items()}


def people_to_enter_for(context: TeamContext) -> list[str]:
    """Return the account ids of the people besides the viewer for whom the viewer may enter leaves.

    Nothing is expected of erased people, so leaves change nothing for them.
    """
    found: dict[str, None] = {}
    for team in context.stores.teams.all(archived=False):
        if _manages(context, team):
            found.update((member.account_id, None) for member in context.stores.teams.members(team.id))
    found.pop(context.viewer, None)
    return [account_id for account_id in found if not erased(account_id)]


def _managed_stays(context: TeamContext, account_id: str) -> Sequence[Member] | None:
    """Return the memberships of a person on whose days the viewer may enter leaves; None for the viewer's own.

    Raise NotAllowed if there are none.
    """
    if account_id == context.viewer:
        return None
    stays = [member for team, member in context.stores.teams.teams_of(account_id) if _manages(context, team)]
    if not stays:
        raise team_refusal(TeamPermission.MANAGE_TEAM, NOT_YOURS)
    return stays


def _manages(context: TeamContext, team: Team) -> bool:
    return isinstance(_decision(context, team, TeamAction.ENTER_LEAVES), Allowed)


def _decision(context: TeamContext, team: Team, action: TeamAction) -> Decision:
    member = member_or_none(context.stores, team.id, context.viewer)
    return decide(context.standing(team, member, context.stores.teams.roles(team.id)), action)


def _seen_memberships(context: TeamContext, account_id: str) -> list[tuple[Team, Member]]:
    """Return the active teams in which a person works and whose sums the viewer may see; all of the viewer's own."""
    found = working_memberships(context.stores, account_id)
    if account_id == context.viewer:
        return found
    return [
        (team, member)
        for team, member in found
        if _decision(context, team, TeamAction.SEE_SUMS) == Allowed(own_only=False)
    ]


def sees_each_team(context: TeamContext, account_id: str) -> bool:
    """Return True if the viewer may see the sums of each team in which a person works."""
    return len(_seen_memberships(context, account_id)) == len(working_memberships(context.stores, account_id))


def changed_leaves(year: Year, changes: Changes) -> tuple[Leave, ...]:
    """Return the leaves after applying ``changes`` to each changed day; ``year`` was read with these changes."""
    unchanged = (leave for leave in year.leaves if leave.date not in changes)
    leaves = in_turn([*unchanged, *(leave for parts in changes.values() for leave in parts)])
    check_leaves(leaves, year.legends, year.leaves)
    return tuple(leaves)


def effects_of(context: TeamContext, year: Year, leaves: Iterable[Leave]) -> tuple[Effect, ...]:
    """Return the changes in capacity by month, in the teams whose sums the viewer may see."""
    stores, span, after = context.stores, year.span, tuple(leaves)
    was_away, now_away = (*year.leaves, *year.hidden), (*after, *year.hidden)
    memberships = _seen_memberships(context, year.account_id)
    calendars = calendars_of(stores, [member for _, member in memberships], span)
    days = {leave.date for leave in {*year.leaves} ^ {*after}}
    records = stores.periods.closed([team.id for team, _ in memberships], span) if days else ()
    months = [day.replace(day=1) for day in span]
    effects = []
    for team, member in memberships:
        was = _by_month(months, team_plan(stores, team, span, calendars, was_away), member)
        now = _by_month(months, team_plan(stores, team, span, calendars, now_away), member)
        closed = {day.replace(day=1) for day in days if closed_on(records, team.id, day)}
        effects += [
            Effect(team, month, was[month], now[month], month in closed)
            for month in was
            if was[month] != now[month]
        ]
    return tuple(effects)


def save_leaves(context: TeamContext, command: EnterLeaves) -> Year:
    """Save changed days in one step, including those of the years next to the one shown.

    Raise Conflict with the stored year if it differs from the one the viewer saw.
    """
    # Before the lock, because Jira may be asked for the viewer's groups. Until the lock is held, another request may
    # save the same year, erase the person, or take the viewer's right away.
    _managed_stays(context, command.account_id)
    context = lock_site(context)
    stored = read_year(context, command.account_id, command.year, command.changes)
    leaves = changed_leaves(stored, command.changes)
    # A browser that received no answer sends the same days again.
    if stored.mark != command.mark and set(leaves) != set(stored.leaves):
        raise Conflict(STALE, current=stored)
    context.stores.leaves.replace(command.account_id, stored.span, in_turn([*leaves, *stored.hidden]))
    return read_year(context, command.account_id, command.year)


def leaves_mark(leaves: Iterable[Leave]) -> str:
    """Return a short hash that differs if the leaves differ."""
    text = "\n".join(f"{leave.date} {leave.part} {leave.legend_id}" for leave in in_turn(leaves))
    return sha256(text.encode()).hexdigest()[:16]


def _by_month(months: Sequence[date], plan: CapacityPlan, member: Member) -> dict[date, int]:
    """Return a member's capacity by month; ``months`` has the month of each day of the plan."""
    sums: dict[date, int] = {}
    for month, seconds in zip(months, day_capacities(plan, member), strict=True):
        sums[month] = sums.get(month, 0) + seconds
    return sums
