"""Remember for a day which time disappeared with its issue.

Jira deletes worklogs together with their issue, and nobody can read either afterward. What the cache still shows of
them is all that is known, and the app may not store it: so people are informed for a day, as long as the cache lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from timesheet.domain.audit.action import Action
from timesheet.domain.message import Message, Seconds, message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import issue_in
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.cache import PersonCache
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change_log import cached_snapshots
from timesheet.services.snapshot.changed_issue import gone_since
from timesheet.services.viewer.context import ViewerContext

KEPT_FOR = timedelta(days=1)
MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class LostWorklog:
    """A worklog of one person that disappeared at ``at``; ``gone`` if Jira did not show its issue either then.

    ``key`` is empty for an issue that Jira may only hide from the person: it must not be named then. ``dismissed``
    ones are remembered, because a window that was not read since still has them, or an event about them may follow.
    """

    issue_id: int
    key: str
    day: date
    seconds: int
    at: datetime
    gone: bool = False
    dismissed: bool = False


def note_lost(
    own: PersonCache,
    snapshot: Snapshot,
    ids: Collection[int],
    at: datetime,
    *,
    gone: bool,
) -> None:
    """Remember those of these worklogs of a person that are in ``snapshot`` and no longer in Jira."""
    deleted = gone_since(own.cache, own.site, at - KEPT_FOR)
    new = {
        one.id: LostWorklog(
            one.issue_id,
            issue_in(snapshot.issues, one.issue_id).key if not gone or one.issue_id in deleted else "",
            one.day,
            one.seconds,
            at,
            gone,
        )
        for one in snapshot.worklogs
        if one.id in ids
    }
    if new:
        _change(own, lambda lost: _joined(lost, new))


def note_removed(own: PersonCache, worklog_id: int, at: datetime) -> None:
    """Remember a worklog that Jira reports as deleted, as far as it is cached; its issue may be deleted too."""
    for snapshot in cached_snapshots(own):
        note_lost(own, snapshot, (worklog_id,), at, gone=False)


def note_own_deletion(own: PersonCache, issue_id: int, worklog_id: int, at: datetime) -> None:
    """Remember that a person deleted a worklog in the app: it is no loss, whenever the event about it arrives."""
    # Nothing of it is ever shown, so its day and its time do not matter.
    one = LostWorklog(issue_id, "", at.date(), 0, at, dismissed=True)
    _change(own, lambda lost: _joined(lost, {worklog_id: one}))


def lost_notes(context: ViewerContext, span: DateSpan, shown: Iterable[Worklog]) -> list[Message]:
    """Return a sentence for each issue that was deleted within the last day with time of the viewer in ``span``, and
    one for those that Jira may only hide from them.

    What is among the ``shown`` worklogs is back, because Jira hid it for a while. What the viewer deleted is no loss,
    although Jira has not answered the deletion.
    """
    lost, seconds = _lost(context), dict[str, int]()
    known = {one.id for one in shown} | _deletions(context, lost.values()) if lost else set()
    for number, one in lost.items():
        if one.day in span and number not in known:
            seconds[one.key] = seconds.get(one.key, 0) + one.seconds
    return [_note(key, Seconds(time)) for key, time in sorted(seconds.items())]


def _note(key: str, time: Seconds) -> Message:
    if key:
        return message(
            "{key} was deleted in Jira: {time} that you logged on it on these days no longer counts.",
            key=key,
            time=time,
        )
    return message(
        "{time} that you logged on these days no longer counts: Jira no longer shows you the issues, or they were "
        "deleted.",
        time=time,
    )


def dismiss_lost(context: ViewerContext, span: DateSpan) -> None:
    """Never show again what ``lost_notes`` returns for ``span``."""
    ids = frozenset(number for number, one in _lost(context).items() if one.day in span)
    _change(
        context.own_cache,
        lambda lost: {n: replace(one, dismissed=one.dismissed or n in ids) for n, one in lost.items()},
    )


def _deletions(context: ViewerContext, lost: Iterable[LostWorklog]) -> set[int]:
    """Return the worklogs on the issues of these that the viewer deleted without an answer of Jira so far."""
    return {
        intent.worklog_id
        for issue_id in {one.issue_id for one in lost}
        for intent in context.journal.unfinished_on(issue_id)
        if intent.action is Action.WORKLOG_DELETED
        and intent.account_id == context.viewer
        and intent.worklog_id
    }


def _lost(context: ViewerContext) -> Mapping[int, LostWorklog]:
    """Return what is lost and not dismissed."""
    known: Mapping[int, LostWorklog] = context.cache.get(_key(context.own_cache)) or {}
    lost = {number: one for number, one in known.items() if not one.dismissed}
    if not lost:
        return lost
    since = context.clock() - KEPT_FOR
    gone = gone_since(context.cache, context.site, since)
    return {n: one for n, one in lost.items() if one.at > since and (one.gone or one.issue_id in gone)}


def _joined(lost: Mapping[int, LostWorklog], new: Mapping[int, LostWorklog]) -> dict[int, LostWorklog]:
    """Return the latest of both. What is known of a worklog stays, but by now its issue may be known to be gone, or
    its person to have deleted it.
    """
    known = {
        n: replace(one, gone=one.gone or new[n].gone, dismissed=one.dismissed or new[n].dismissed)
        if n in new
        else one
        for n, one in lost.items()
    }
    joined = {**new, **known}
    return dict(islice(joined.items(), MOST_REMEMBERED))


def _change(
    own: PersonCache,
    change: Callable[[dict[int, LostWorklog]], dict[int, LostWorklog]],
) -> None:
    own.cache.change(_key(own), dict[int, LostWorklog], change, KEPT_FOR.total_seconds())


def _key(own: PersonCache) -> str:
    return f"{own.site}:lost-time:{own.account_id}"
