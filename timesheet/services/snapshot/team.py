"""Read a team's time as one viewer sees it: everything once, and then only changes.

Jira's events, the viewer's own writes, and a search for recent changes keep a snapshot up to date. If Jira
cannot be reached, the last read is used with its age.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.person import erased
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.cache import key_part
from timesheet.services.ports.jira import FORMER, STALE, Missing
from timesheet.services.ports.packed_worklogs import (
    ISSUE_ID,
    PERSON,
    WORKLOG_ID,
    PackedWorklogs,
    former_note,
    patch_worklogs,
    replaced,
    without_unknown,
)
from timesheet.services.ports.team_jira import TeamJira, TeamTimeQuery
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import SEARCH_LAG, read_change_log
from timesheet.services.snapshot.changed_issue import changed_among, moved_since
from timesheet.services.snapshot.own import note_refused, unless_down
from timesheet.services.snapshot.team_reconcile import TeamProof, issues_to_name
from timesheet.services.snapshot.window import old_figures
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent, site_events_since
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.person import CachedNames
from timesheet.services.viewer.stale_read import PAUSE_SECONDS, fresh_for, is_ahead, keep_newest
from timesheet.services.viewer.team_context import new_id
from timesheet.services.viewer.zone import generation

CHECKED = timedelta(minutes=5)
WHOLE = timedelta(hours=1)
INCOMPLETE = timedelta(seconds=PAUSE_SECONDS)
CACHE_SECONDS = 12 * 3600
# With more than this, reading everything is faster.
MOST_AGAIN = 50
MOST_CACHED = 1000


class Freshness(Enum):
    """How recently the time of a team must have been read."""

    USUAL = "usual"
    """Within some minutes; what changed since is read."""
    NOW = "now"
    """All of it is read again."""
    CACHED = "cached"
    """Whatever is cached counts, because a job has just read it."""


def read_team_snapshot(
    context: ViewerContext,
    jira: TeamJira,
    query: TeamTimeQuery,
    freshness: Freshness = Freshness.USUAL,
    again: Collection[int] = (),
) -> PackedWorklogs:
    """Return the worklogs of ``query`` that the viewer may see.

    The issues in ``again`` are read again, unless what is cached counts.

    Raise InvalidInput for a scope whose JQL Jira does not accept, JiraUnavailable if there is no older read
    either. If Jira refuses a search without such JQL, the older read counts.
    """
    reading = _Reading(context, jira, query, _key(context, query))
    cached, refresh = cached_team_snapshot(context, query), freshness is Freshness.NOW
    if cached is None:
        return reading.whole(refresh=refresh)
    if freshness is Freshness.CACHED:
        return cached
    try:
        now, usual = context.clock(), INCOMPLETE if cached.unread else WHOLE
        if refresh or now - cached.read_at >= usual or is_ahead(cached.applied_at, now):
            return reading.whole(refresh=refresh)
        return reading.current(cached, again)
    except (JiraUnavailable, InvalidInput) as error:
        if isinstance(error, InvalidInput) and query.scope.jql:
            raise
        note_refused(context.cache, reading.key, error)
        return _stale(cached, context.clock(), error)


def cached_team_snapshot(context: ViewerContext, query: TeamTimeQuery) -> PackedWorklogs | None:
    """Return the cached snapshot of this time without asking Jira; None if there is none."""
    value = context.cache.get(_key(context, query))
    return value if isinstance(value, PackedWorklogs) else None


@dataclass(frozen=True, slots=True)
class _Outdated:
    """A cached snapshot that lacks something, and the viewer's own changes since it was checked, read at ``now``."""

    cached: PackedWorklogs
    changes: list[WorklogState]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Reading:
    """One request for a snapshot, which is cached under ``key``."""

    viewer_context: ViewerContext
    jira: TeamJira
    query: TeamTimeQuery
    key: str

    def current(self, cached: PackedWorklogs, again: Collection[int]) -> PackedWorklogs:
        """Return the cached snapshot with the changes since it was last checked."""
        context, now = self.viewer_context, self.viewer_context.clock()
        change_log = read_change_log(context.own_cache)
        changes = [c for c in change_log.changes if c.at >= cached.applied_at]
        due = _due(context, cached, changes, change_log.named).union(again)
        # They may have come into the scope.
        moved = moved_since(context.cache, context.site, cached.applied_at) - cached.issues.keys()
        old = now - cached.checked_at >= fresh_for(context.cache, CHECKED)
        if old and len(cached.issues) > MOST_CACHED:
            return self.whole()
        if not due and not moved and not old:
            return self._keep(_with_own(cached, changes, now)) if changes else cached
        return self._once("again", lambda: self._again(_Outdated(cached, changes, now), due, moved, old=old))

    def whole(self, *, refresh: bool = False) -> PackedWorklogs:
        """Read everything; see ``unless_down``."""
        return unless_down(
            self.viewer_context.cache,
            self.key,
            lambda: self._once("refresh" if refresh else "reading", lambda: self._read(refresh=refresh)),
            refresh=refresh,
        )

    def _again(self, outdated: _Outdated, due: set[int], moved: set[int], *, old: bool) -> PackedWorklogs:
        """Return the snapshot with ``due`` and ``moved`` read again; changes after ``now`` count later.

        Jira refuses a list with a moved issue that the viewer may not see, and of very many perhaps none counts here.
        A search then finds those that do.
        """
        if 0 < len(moved) <= MOST_AGAIN:
            try:
                return self._read_again(outdated, due | moved, old=old)
            except (NotFound, InvalidInput):
                pass
        search = old or (bool(moved) and len(outdated.cached.issues) <= MOST_CACHED)
        try:
            return self._read_again(outdated, due, old=search)
        except (NotFound, InvalidInput):
            # Jira refuses to search for an issue that is gone, so the remaining ones have to be found again.
            return self.whole()

    def _read_again(self, outdated: _Outdated, due: set[int], *, old: bool) -> PackedWorklogs:
        """Return the snapshot with ``due`` read again; an ``old`` one also with what a search finds."""
        people, span = self.query.people, self.query.span
        cached, changes, now = outdated.cached, outdated.changes, outdated.now
        if old:
            known = sorted(cached.issues)
            known_people = [person for person in people if person not in cached.unknown]
            due = due | self.jira.changed_issues(known_people, span, known, cached.checked_at - SEARCH_LAG)
        if len(due) > MOST_AGAIN:
            return self.whole()
        cached = self._with_parts(cached, due, changes) if due else cached
        # Changes that no event reports are found by a search only, so only a search counts as a check.
        checked = replace(cached, checked_at=now) if old else cached
        return self._keep(_with_own(checked, _not_read(checked, due, changes, now), now))

    def _with_parts(
        self, cached: PackedWorklogs, due: set[int], changes: list[WorklogState]
    ) -> PackedWorklogs:
        query, zones = self.query, self.viewer_context.zones_of(self.query.people)
        part = self.jira.read_team_worklogs(query, zones, sorted(due), unknown=cached.unknown)
        part = self._proof(cached).prove(part, changes, due)
        if part.unread:
            raise JiraUnavailable(part.unread[0].what)
        whole = replace(
            replaced(cached, due, part),
            missing=tuple(dict.fromkeys((*cached.missing, *part.missing))),
            unknown=part.unknown,
        )
        return _with_former(whole, CachedNames(self.viewer_context.cache, self.viewer_context.site))

    def _read(self, *, refresh: bool) -> PackedWorklogs:
        context, query = self.viewer_context, self.query
        zones = context.zones_of(query.people)
        cached = context.cache.get(self.key)
        before = cached if isinstance(cached, PackedWorklogs) else None
        names = CachedNames(context.cache, context.site)
        changes = read_change_log(context.own_cache).changes
        packed = self.jira.read_team_worklogs(
            query,
            zones,
            names=names,
            named=issues_to_name(context, query.people, changes, first=before is None),
            unknown=before.unknown if before and not refresh else (),
        )
        change_log = read_change_log(context.own_cache)
        recent = [c for c in change_log.changes if c.at >= packed.read_at]
        packed = self._proof(before).prove(_with_former(packed, names), change_log.changes)
        return self._keep(_with_own(packed, recent, packed.read_at))

    def _proof(self, before: PackedWorklogs | None) -> TeamProof:
        return TeamProof(self.viewer_context, self.jira, self.query.scope, before)

    def _once(self, name: str, read: Callable[[], PackedWorklogs]) -> PackedWorklogs:
        """Read once for all concurrent callers."""
        return self.viewer_context.cache.get_or_create(f"{self.key}:{name}", read, 0)

    def _keep(self, packed: PackedWorklogs) -> PackedWorklogs:
        context, versioned = self.viewer_context, replace(packed, version=new_id())
        return keep_newest(context.cache, self.key, versioned, context.clock(), CACHE_SECONDS)


def _with_former(packed: PackedWorklogs, names: CachedNames) -> PackedWorklogs:
    """Return the same without time that cannot be read anymore, and with one note about everybody whose time that is.

    Jira refuses the search for a closed account, or finds nothing; of erased people the app does not know the account.
    """
    packed = without_unknown(packed)
    with_time = {packed.people[entry[PERSON]] for entry in packed.entries()}
    closed = {
        who
        for who, person in names.of(packed.people).items()
        if (not person.known if person else who in packed.closed)
    }
    packed = replace(packed, closed=tuple(sorted(closed - with_time)))
    former = packed.unreadable.union(filter(erased, packed.people))
    others = (part for part in packed.missing if part.code != FORMER)
    return replace(packed, missing=(*others, *former_note(len(former))))


def _due(
    context: ViewerContext, cached: PackedWorklogs, changes: list[WorklogState], named: Sequence[int]
) -> set[int]:
    """Return the issues for which an event or a write of the viewer is not in the snapshot.

    ``named`` are those of the viewer's writes that Jira did not answer; they may have no time in it yet.
    """
    own = {
        c.worklog.issue_id for c in changes if c.worklog and _belongs(cached, c.worklog)
    } - cached.issues.keys()
    possible = {*cached.issues, *named}
    changed_issues = changed_among(context.cache, context.site, possible, cached.applied_at)
    return own | changed_issues | _issues_of_new_events(context, cached)


def _issues_of_new_events(context: ViewerContext, cached: PackedWorklogs) -> set[int]:
    """Return the issues of events that the snapshot does not reflect; those that it reflects are checked once."""
    key = f"{context.site}:reflected:{cached.version}"
    events = site_events_since(
        context.cache, context.site, cached.applied_at - SEARCH_LAG, context.cache.get(key)
    )
    unknown = _unknown(cached, events) if events else set[int]()
    if events and not unknown:
        context.cache.put(key, events[-1], CACHE_SECONDS)
    return unknown


def _unknown(cached: PackedWorklogs, events: tuple[SiteWorklogEvent, ...]) -> set[int]:
    people = frozenset(cached.people)
    of_team = [event for event in events if event.author in people]
    if not of_team:
        return set()
    known = cached.updates_of({event.worklog_id for event in of_team})
    return {event.issue_id for event in of_team if not _reflected(cached, event, known.get(event.worklog_id))}


def _reflected(cached: PackedWorklogs, event: SiteWorklogEvent, known: int | None) -> bool:
    """Return True if the snapshot reflects the event. A worklog on a day outside the snapshot cannot be compared."""
    if event.updated is None:
        return known is None
    return event.at <= cached.applied_at if known is None else known >= event.updated


def _not_read(
    cached: PackedWorklogs, due: set[int], changes: list[WorklogState], now: datetime
) -> list[WorklogState]:
    """Return the changes that are not in a snapshot whose issues in ``due`` were read after ``now``.

    A worklog that Jira shows there was not deleted, whatever was reported before.
    """
    deleted = {c.worklog_id for c in changes if c.worklog is None and c.at < now}
    shown = (
        {entry[WORKLOG_ID] for entry in cached.entries() if entry[ISSUE_ID] in due} & deleted
        if deleted
        else set[int]()
    )
    return [c for c in changes if (c.worklog.issue_id not in due if c.worklog else c.worklog_id not in shown)]


def _belongs(cached: PackedWorklogs, worklog: Worklog) -> bool:
    return worklog.author in cached.people and worklog.day in cached.span


def _with_own(cached: PackedWorklogs, changes: list[WorklogState], now: datetime) -> PackedWorklogs:
    whole = (
        patch_worklogs(cached, {change.worklog_id: change.worklog for change in changes})
        if changes
        else cached
    )
    return replace(whole, applied_at=now)


def _stale(cached: PackedWorklogs, now: datetime, error: TimesheetError) -> PackedWorklogs:
    note = Missing(old_figures(error, cached.checked_at, now), STALE)
    return replace(cached, missing=(*cached.missing, note))


def _key(context: ViewerContext, query: TeamTimeQuery) -> str:
    """Return the cache key. A read made while the writes of other processes are unknown is not used afterward.

    The days of people with hidden zones are in the fallback zone, so another one has all of them read again.
    """
    part = key_part(query, generation(context.cache, context.site), context.jira.fallback_zone.key)
    return context.key("team", part, "alone") if context.cache.isolated else context.key("team", part)
