"""Read one window of a person's worklogs, and keep it up to date between reads.

A window is a month or more. It is read by a search, corrected with what is known (see ``reconcile``), and
cached. Events are hints: the worklogs they name are read by id when the window is next viewed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.message import Message, counted, message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import BY_START, Worklog
from timesheet.services.ports.jira import UNSEARCHED, Missing, Snapshot
from timesheet.services.snapshot.attribute import with_attributes
from timesheet.services.snapshot.cached_snapshot import READ_ALONE, CachedSnapshot, patch_snapshot
from timesheet.services.snapshot.change import ChangeLog, WorklogEvent, WorklogState
from timesheet.services.snapshot.change_log import (
    SEARCH_LAG,
    cached_snapshots,
    cached_window,
    forget_changes,
    forget_deletions,
    note_window,
    read_change_log,
    recorded_issues,
    suspect_lost_writes,
    update_window,
    window_key,
)
from timesheet.services.snapshot.changed_issue import gone_since, note_changed_issue
from timesheet.services.snapshot.long_issue import read_worklogs
from timesheet.services.snapshot.lost_time import note_lost
from timesheet.services.snapshot.reconcile import (
    CONFIRMED_FOR,
    Days,
    WorklogVersion,
    find_suspects,
    issues_of,
    issues_to_name,
    left_out,
    newest_versions,
    with_read_again,
)
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.stale_read import keep_newest

CACHE_SECONDS = 12 * 3600
PROGRESS_SECONDS = 60
AS_BEFORE = "kept"


def days_of(context: ViewerContext, window: DateSpan) -> Days:
    """Return the days of ``window`` in the viewer's zone."""
    return Days(context.viewer, window, context.zone)


def read_window(context: ViewerContext, window: DateSpan, *, refresh: bool) -> CachedSnapshot:
    """Read a window from Jira and cache it; with ``refresh``, a person wants all of it read again.

    Raise JiraUnavailable if not even the search works.
    """
    cache, site, own = context.cache, context.site, context.own_cache
    note_window(own, window)
    for issue_id in suspect_lost_writes(own, context.clock()):
        note_changed_issue(cache, site, issue_id, context.clock())

    def note_progress(issues: int, worklogs: int) -> None:
        cache.put(context.key("progress"), (issues, worklogs), PROGRESS_SECONDS)

    change_log = read_change_log(own)
    suspicion_count, log = change_log.suspicion_count, change_log.id
    before = cached_window(context.own_cache, window)
    recorded = recorded_issues(context, log_lost=before is None or before.log != log)
    named = issues_to_name(before, change_log, context.clock(), recorded)
    found = read_worklogs(context, window, change_log, note_progress, named, refresh=refresh)
    found = with_attributes(context, found, () if refresh else _cached_worklogs(context))
    change_log = read_change_log(own)
    cached = replace(
        _corrected(context, window, found, change_log, refresh=refresh),
        suspicion_count=READ_ALONE if cache.isolated else suspicion_count,
        log=log,
    )
    # Stored before it is corrected, so a write in between finds it and changes it too.
    key = window_key(own, window)
    cached = keep_newest(cache, key, cached, context.clock(), CACHE_SECONDS)
    late = [change for change in read_change_log(own).changes if change not in change_log.changes]
    update_window(own, window, late)
    return replace(cached, snapshot=patch_snapshot(cached.snapshot, context.viewer, window, late))


def _cached_worklogs(context: ViewerContext) -> Iterable[Worklog]:
    """Return the viewer's cached worklogs of all windows."""
    return (w for one in cached_snapshots(context.own_cache) for w in one.worklogs)


def read_events(
    context: ViewerContext, window: DateSpan, cached: CachedSnapshot, due: Sequence[WorklogEvent]
) -> CachedSnapshot:
    """Read the worklogs named by events, and their issues, and apply them to the cached snapshot."""
    days, ids = days_of(context, window), sorted(event.worklog_id for event in due)
    before = read_change_log(context.own_cache).changes
    listed = {worklog.id: worklog for worklog in context.jira.read_listed(ids, context.own_zones)}
    inside = {worklog.issue_id for worklog in listed.values() if days.has(worklog)}
    issues = _issues_again(context, inside)
    if issues is not None:
        # Jira lists worklogs also to people who may not see their issues.
        hidden = inside - issues.keys()
        listed = {number: worklog for number, worklog in listed.items() if worklog.issue_id not in hidden}
    forget_changes(context.own_cache, set(ids) - listed.keys())

    def with_listed(now: CachedSnapshot) -> CachedSnapshot:
        if now.read_at > cached.read_at:
            # Everything was read meanwhile. What that read does not have of the events is read at the next view.
            return now
        worklogs = with_read_again(now.snapshot.worklogs, ids, listed, days)
        settled = {event.worklog_id: event.updated for event in due if event.worklog_id not in worklogs}
        snapshot = _snapshot(now.snapshot, worklogs, {**now.snapshot.issues, **(issues or {})})
        return replace(now, snapshot=snapshot, settled={**now.settled, **settled})

    context.cache.update(window_key(context.own_cache, window), with_listed)
    # What was changed or deleted while Jira was asked is not in its answer.
    late = [change for change in read_change_log(context.own_cache).changes if change not in before]
    update_window(context.own_cache, window, late)
    return cached_window(context.own_cache, window) or with_listed(cached).with_changes(
        context.viewer, window, late
    )


def stale_window(
    cached: CachedSnapshot, viewer: str, window: DateSpan, due: Iterable[WorklogEvent]
) -> Snapshot:
    """Return the cached snapshot with the known events, for as long as Jira cannot be reached."""
    changes = (WorklogState(event.worklog_id, event.worklog, event.at) for event in due if event.worklog)
    return patch_snapshot(cached.snapshot, viewer, window, changes)


def ago(at: datetime, now: datetime) -> Message:
    """Return in words how long ago something was: “5 minutes ago”."""
    minutes = _minutes(at, now)
    if not minutes:
        return message("less than a minute ago")
    return counted("{count} minute ago", "{count} minutes ago", minutes)


def old_figures(error: TimesheetError, at: datetime, now: datetime) -> Message:
    """Return the sentence of an error, and how old the figures are that are shown instead."""
    minutes = _minutes(at, now)
    if not minutes:
        return message("{problem} These figures are less than a minute old.", problem=error.sentence)
    return counted(
        "{problem} These figures are {count} minute old.",
        "{problem} These figures are {count} minutes old.",
        minutes,
        problem=error.sentence,
    )


def _minutes(at: datetime, now: datetime) -> int:
    return int((now - at).total_seconds()) // 60


def unsearched_note(keys: Collection[str]) -> Missing:
    """Return a note that search leaves out issues whose time is known anyway."""
    return Missing(
        message(
            "Jira’s search does not find {issues} (archived?): only time that was read before "
            "is shown, and more may be missing.",
            issues=tuple(sorted(keys)),
        ),
        UNSEARCHED,
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """The worklogs that were read by id. If Jira did not respond, they are as they were known, with the reason."""

    read_ids: frozenset[int]
    listed: Mapping[int, Worklog]
    failure: str = ""


def _corrected(
    context: ViewerContext, window: DateSpan, found: Snapshot, change_log: ChangeLog, *, refresh: bool
) -> CachedSnapshot:
    """Correct a read with what is known in any window, because windows overlap."""
    days, before = days_of(context, window), cached_window(context.own_cache, window)
    snapshots = cached_snapshots(context.own_cache)
    known = newest_versions((w for snapshot in snapshots for w in snapshot.worklogs), change_log, days)
    gone = gone_since(context.cache, context.site, found.read_at - SEARCH_LAG)
    during = [change for change in change_log.changes if change.at >= found.read_at]
    suspects = find_suspects(found, known, change_log, gone, before.settled if before else {})
    # A report that a worklog is deleted is a hint like every other: if search shows it, Jira is asked again.
    shown_again = change_log.deleted_before(found.read_at) & {worklog.id for worklog in found.worklogs}
    suspects |= shown_again
    suspects -= {change.worklog_id for change in during}
    confirmed = {} if refresh or before is None else _confirmed(before, known, suspects, found)
    answer = _ask(context, suspects - confirmed.keys(), known, found.issues)
    forget_deletions(context.own_cache, shown_again & answer.listed.keys())
    if before and not answer.failure:
        _note_lost(context, before, answer, found)
    buried = {change.worklog_id for change in change_log.changes if change.worklog is None}
    existing = (worklog for worklog in found.worklogs if worklog.id not in buried)
    worklogs = with_read_again(existing, answer.read_ids, answer.listed, days)
    worklogs |= {number: worklog for number, (worklog, _) in confirmed.items()}
    snapshot = patch_snapshot(
        _snapshot(found, worklogs, issues_of(before, change_log, found)), days.author, window, during
    )
    unsearched = {number: at for number, (_, at) in confirmed.items()}
    if not (found.lacks or answer.failure):
        unsearched |= dict.fromkeys(left_out(answer.read_ids, answer.listed, found.read_at), found.read_at)
    read_again = answer.read_ids & worklogs.keys()
    missing = (*found.missing, *_notes(found, answer, read_again, before))
    settled = {n: one.updated for n, one in known.items() if n in answer.read_ids and n not in worklogs}
    return CachedSnapshot(
        replace(snapshot, missing=missing),
        context.zone.key,
        whole_at=_whole_at(found, answer, before),
        unsearched=unsearched,
        settled=settled,
    )


def _confirmed(
    before: CachedSnapshot, known: Mapping[int, WorklogVersion], suspects: Iterable[int], found: Snapshot
) -> dict[int, tuple[Worklog, datetime]]:
    """Return what search does not find but was recently read by id, in the known version.

    Nobody can change time in an archived project; an issue that search finds again is not in one.
    """
    cached = {worklog.id: worklog for worklog in before.snapshot.worklogs}
    return {
        number: (cached[number], at)
        for number in suspects
        if (at := before.unsearched.get(number))
        and found.read_at - at < CONFIRMED_FOR
        and number in cached
        and cached[number].issue_id not in found.issues
        and known[number].worklog == cached[number]
    }


def _ask(
    context: ViewerContext,
    suspects: frozenset[int],
    known: Mapping[int, WorklogVersion],
    found: Collection[int],
) -> _Answer:
    """Read worklogs by id, of issues that the viewer may see; ``found`` are those that search just showed."""
    if not suspects:
        return _Answer(suspects, {})
    try:
        read = context.jira.read_listed(sorted(suspects), context.own_zones)
        # Jira lists worklogs also to people who may not see their issues.
        unproven = {worklog.issue_id for worklog in read}.difference(found)
        hidden = unproven - context.jira.read_issues(sorted(unproven)).keys() if unproven else frozenset()
        listed = {worklog.id: worklog for worklog in read if worklog.issue_id not in hidden}
    except JiraUnavailable as error:
        cached = {n: one.worklog for n, one in known.items() if n in suspects and one.worklog}
        return _Answer(frozenset(cached), cached, error.sentence)
    forget_changes(context.own_cache, suspects - listed.keys())
    return _Answer(suspects, listed)


def _note_lost(context: ViewerContext, before: CachedSnapshot, answer: _Answer, found: Snapshot) -> None:
    """Remember what disappeared since the read before, if its issue is not found anymore."""
    lost = answer.read_ids - answer.listed.keys()
    issue_ids = {one.issue_id for one in before.snapshot.worklogs if one.id in lost} - found.issues.keys()
    shown = _issues_again(context, issue_ids)
    if shown is not None and (gone := issue_ids - shown.keys()):
        ids = [one.id for one in before.snapshot.worklogs if one.id in lost and one.issue_id in gone]
        note_lost(context.own_cache, before.snapshot, ids, context.clock(), gone=True)


def _notes(
    found: Snapshot, answer: _Answer, read_again: frozenset[int], before: CachedSnapshot | None
) -> Iterable[Missing]:
    """Yield notes about what replaces missing data, and its age."""
    if answer.failure:
        yield Missing(
            message("{problem} Some time is shown as of an earlier read.", problem=answer.failure), AS_BEFORE
        )
    elif found.lacks and read_again and before:
        yield Missing(
            counted(
                "Time from an earlier read is kept ({count} worklog); the last complete read was {ago}.",
                "Time from an earlier read is kept ({count} worklogs); the last complete read was {ago}.",
                len(read_again),
                ago=ago(before.whole_at or before.snapshot.read_at, found.read_at),
            ),
            AS_BEFORE,
        )


def _whole_at(found: Snapshot, answer: _Answer, before: CachedSnapshot | None) -> datetime | None:
    if not (found.lacks or answer.failure):
        return found.read_at
    return before.whole_at if before else None


def _issues_again(context: ViewerContext, issue_ids: set[int]) -> Mapping[int, Issue] | None:
    """Return the issues with their estimates, because logging time changes these; None if they cannot be read."""
    try:
        return context.jira.read_issues(sorted(issue_ids)) if issue_ids else {}
    except TimesheetError:
        return None


def _snapshot(snapshot: Snapshot, worklogs: Mapping[int, Worklog], issues: Mapping[int, Issue]) -> Snapshot:
    ordered = tuple(sorted(worklogs.values(), key=BY_START))
    used = {worklog.issue_id for worklog in ordered}
    return replace(
        snapshot, worklogs=ordered, issues={number: issues[number] for number in used if number in issues}
    )
