"""Make each write to Jira happen once, even if requests are repeated, interrupted, or lose their answer.

Jira is written first and cannot be rolled back. Each guard covers what the ones before it cannot:

* **The same request again** (a double click, a retry of the browser): `attempt` lets the same key and content in one at
  a time, and knows the result for ten minutes. It lives in the cache, so it covers nothing that a restart forgets.
* **The app dies between Jira's write and our commit**: `announced` keeps an intent in the database before it writes, in
  a transaction of its own; the audit event takes its place afterwards. A new worklog has one possible intent for each
  person, key and content (`new_id`), for a day. Whoever repeats the request finds the worklog by it (`known_already`).
* **Jira's answer is lost**: the intent stays, and nobody knows what became of it. The next write on the same cell,
  worklog or form asks Jira first: the `lost_…` functions find what the lost write made, `require_arrived` and, for a
  move to another issue, `require_not_moved` refuse while it may still arrive, and `current_worklog` does not treat its
  effect as a conflict. That a worklog is there proves that it was written; that it is not there proves nothing while
  the write may be under way (`UNDER_WAY`).
* **Nobody comes back**: `settle` asks for what is left after some minutes, and `settle_earlier` records it before
  the same worklog changes again, so that its events come in turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from textwrap import shorten
from typing import TypeVar

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent, Value, Values
from timesheet.domain.duration import format_hm
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.jira_time import work_date
from timesheet.domain.message import Message, message
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.jira import WorklogDraft
from timesheet.services.ports.journal import Intent, Journal
from timesheet.services.snapshot.change_log import (
    Change,
    note_begun,
    note_changes,
    note_ended,
    suspect_windows,
)
from timesheet.services.snapshot.changed_issue import note_changed_issue
from timesheet.services.snapshot.issue import remember_issue
from timesheet.services.snapshot.own import read_worklog
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.write_result import Seen, WriteResult

Written = TypeVar("Written", bound=Worklog | None)
REPEAT_SECONDS = 600
UNDER_WAY = timedelta(minutes=3)
"""A write that Jira did not answer counts as under way for so long: a try of half a minute, a look of a minute and a
half, and as long as a proxy may keep a write whose connection is gone."""
UNSURE = message(
    "The same request is being answered already, or its answer was lost, so the time may or may not be saved. "
    "Try again in a few minutes: what was saved is found and not written twice."
)
NO_KEY = message("The form is out of date: reload the page and try again.")
MINUTE = 60
ON_ITS_WAY = message(
    "An earlier change of this worklog has not been answered yet, so nothing more was sent. "
    "Try again in a few minutes: what was saved by then is found."
)
MOVED_TWICE = message(
    "The time is on the new issue (worklog {new}), but the old worklog {old} may still be there. "
    "Reload, and delete one of them if you see both."
)
GONE = message(
    "This worklog is not in Jira any more: somebody deleted or moved it. Reload to see what is there now."
)
NEWER = message("Somebody changed this worklog meanwhile: it is {theirs} now, you entered {yours}.")
SAME_TIME = message(
    "Somebody changed this worklog meanwhile. The time is {time}, as you entered, and the comment is “{comment}” now."
)
SAME_TIME_ALONE = message(
    "Somebody changed this worklog meanwhile. The time is {time}, as you entered, and there is no comment now."
)
LONGEST_SHOWN = 200

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(eq=False)
class Gone(Conflict):
    """The worklog no longer exists in Jira; ``by_viewer``: their own deletion removed it, but its response was lost."""

    by_viewer: bool = False


def is_key(text: str) -> bool:
    """Return True if this can be the key of a write."""
    return _KEY.fullmatch(text) is not None


def digest(text: str | None) -> str:
    """Return a short hash of a text, to compare it without keeping it."""
    return "" if text is None else sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request at its turn. ``earlier`` is the result of the same request before, None for the first."""

    context: ViewerContext
    key: str
    name: str
    earlier: WriteResult | None

    def keep(self, result: WriteResult) -> WriteResult:
        """Keep the result for whoever sends the same request again, and return it."""
        self.context.cache.put(self.name, result, REPEAT_SECONDS)
        self.note_version(result)
        return result

    def note_version(self, result: WriteResult) -> None:
        """Keep which version of a worklog this key made, for a browser whose answer never came."""
        if result.worklog:
            version = Seen(result.worklog.id, result.worklog.updated)
            self.context.cache.put(self.context.key("wrote", self.key), version, REPEAT_SECONDS)


@contextmanager
def attempt(context: ViewerContext, key: str, what: Iterable[object]) -> Iterator[Attempt]:
    """Let requests with the same key and content in one at a time; raises InvalidInput for what is no key.

    A request that failed has kept nothing, so the one that waited for it makes its own attempt.
    """
    if not is_key(key):
        raise InvalidInput(NO_KEY)
    content = "/".join(str(part) for part in what)
    name = context.key("write", key, content)
    with context.cache.turn(name):
        own = Attempt(context, key, name, context.cache.get(name))
        if own.earlier:
            own.note_version(own.earlier)
        yield own


def new_id(account_id: str, key: str, issue_id: int, day: date, seconds: int) -> str:
    """Return the id of the only intent that a new worklog with this key and content can have."""
    return sha256(f"{account_id}\n{key}\n{issue_id}\n{day}\n{seconds}".encode()).hexdigest()[:32]


def wanted_of(started: datetime | None, seconds: int | None, comment: object = None) -> Values:
    """Return what a write sets, to recognize its result; of a comment or attributes, only that there are some."""
    wanted: dict[str, Value] = {}
    if seconds is not None:
        wanted["seconds"] = seconds
    if started is not None:
        wanted["started"] = started.isoformat()
    if comment is not None:
        wanted["comment"] = True
    return wanted


def is_work_of(intent: Intent, worklog: Worklog) -> bool:
    """Return True if a worklog is as the write was to leave it. A comment that was set cannot be compared."""
    started = intent.wanted.get("started")
    return (
        "comment" not in intent.wanted
        and worklog.seconds == intent.wanted.get("seconds", intent.before.get("seconds"))
        and (not isinstance(started, str) or worklog.started == datetime.fromisoformat(started))
    )


def written(
    journal: Journal, intent: Intent, write: Callable[[], Written], earlier: Intent | None = None
) -> Written:
    """Write to Jira and record it. If the outcome is unknown, the intent stays.

    A try that certainly did not happen says nothing about an ``earlier`` one, which is restored then.
    """
    if not journal.begin(intent, earlier):
        raise JiraUnavailable(UNSURE, wrote_maybe=True)
    try:
        after = write()
    except TimesheetError as error:
        if not (isinstance(error, JiraUnavailable) and error.wrote_maybe):
            _take_back(journal, intent, earlier)
        raise
    journal.finish(intent, after)
    return after


def _take_back(journal: Journal, intent: Intent, earlier: Intent | None) -> None:
    """Remove the announcement of a write that did not happen."""
    if earlier:
        journal.begin(earlier, intent)
    else:
        journal.drop(intent)


def record_written(recorder: AuditRecorder, intent: Intent, after: Worklog | None) -> AuditEvent:
    """Record the event of a write that Jira has accepted. Somebody else's worklog concerns its author too."""
    worklog_id = after.id if after else intent.worklog_id
    author = after.author if after else intent.author
    return record(
        replace(recorder, actor=intent.account_id),
        intent.action,
        str(worklog_id),
        people=[author],
        before=intent.before,
        after={**(facts(after) if after else {}), **intent.more},
    )


def facts(worklog: Worklog) -> Values:
    """Return the facts of a worklog for an event: issue, work date, and seconds, but no text."""
    return {"issue": worklog.issue_id, "day": worklog.day.isoformat(), "seconds": worklog.seconds}


def announced(
    context: ViewerContext, intent: Intent, write: Callable[[], Written], earlier: Intent | None = None
) -> Written:
    """Write and record it; if Jira may have done it without a response, it is looked up when its issue is
    next shown. So it is if this process ends before `finish`: the write stays noted as begun.
    """
    cache, site, viewer, issue_id = context.cache, context.site, context.viewer, intent.issue_id
    note_begun(cache, site, viewer, issue_id, context.clock())
    try:
        return written(context.journal, intent, write, earlier)
    except TimesheetError as error:
        if isinstance(error, JiraUnavailable) and error.wrote_maybe:
            suspect_windows(cache, site, viewer, issue_ids=[issue_id])
            note_changed_issue(cache, site, issue_id, context.clock())
        note_ended(cache, site, viewer, issue_id)
        raise


def known_already(context: ViewerContext, draft: WorklogDraft, earlier: Intent) -> Worklog | None:
    """Return the result of the same earlier request, if it can be told without writing; None if it can be
    sent again.
    """
    if earlier.made:
        try:
            return context.jira.read_worklog(draft.issue_id, earlier.made, context.own_zones)
        except NotFound as error:
            raise Conflict(GONE) from error
    if not may_arrive(context, earlier):
        return None
    made = context.jira.find_worklog(draft, context.own_zones)
    if made is None:
        raise JiraUnavailable(UNSURE, wrote_maybe=True)
    context.journal.finish(earlier.settled(), made)
    return made


def may_arrive(context: ViewerContext, intent: Intent) -> bool:
    """Return True if Jira may still carry out a write that it has not answered."""
    return context.clock() - intent.at < UNDER_WAY


def lost_creations(
    context: ViewerContext, issue_id: int, day: date, tried: Iterable[str] = ()
) -> list[Worklog]:
    """Return the worklogs that the viewer's unanswered writes created on one issue and day, recorded and current.

    ``tried`` are keys of writes that were answered but whose response did not reach the browser. Raise
    JiraUnavailable while one may still arrive.
    """
    left = [
        *_own_creations(context, issue_id),
        *(i for key in tried for i in context.journal.keyed(context.viewer, key)),
    ]
    here = {
        intent.id: intent for intent in left if intent.issue_id == issue_id and _day(context, intent) == day
    }
    found = (claimed(context, intent) for intent in here.values())
    return [worklog for worklog in found if worklog]


def lost_twin(context: ViewerContext, draft: WorklogDraft) -> Worklog | None:
    """Return the result of an unanswered write of the same time on the same issue; the draft is not needed then."""
    own = _own_creations(context, draft.issue_id)
    twins = [intent for intent in own if intent.write_key != draft.key and _makes(intent, draft)]
    return next(filter(None, (claimed(context, intent) for intent in twins)), None)


def lost_form(context: ViewerContext, key: str) -> Worklog | None:
    """Return the worklog that an earlier try of the same form created, whatever the form contained then."""
    tries = context.journal.keyed(context.viewer, key)
    return next(filter(None, (claimed(context, intent) for intent in tries)), None)


def left_near(context: ViewerContext, worklog: Worklog) -> Sequence[Intent]:
    """Return the open intents that a change of this worklog has to consider: on its issue, and the viewer's moves."""
    return context.journal.left_near(worklog.issue_id, context.viewer)


def lost_move(
    context: ViewerContext, worklog: Worklog, left: Sequence[Intent], draft: WorklogDraft | None = None
) -> Worklog | None:
    """Return what an unanswered move of this worklog created on another issue, unless it is what ``draft`` creates.

    ``left`` are the open intents near it. Raise JiraUnavailable while the move may still arrive, because the time
    would exist twice.
    """
    moves = (i for i in left if i.account_id == context.viewer and i.more.get("moved_from") == worklog.id)
    others = (
        intent
        for intent in moves
        if intent.action is Action.WORKLOG_CREATED and (draft is None or not _makes(intent, draft))
    )
    waiting = ON_ITS_WAY if draft is None else UNSURE
    return next(filter(None, (claimed(context, intent, waiting) for intent in others)), None)


def require_not_moved(context: ViewerContext, worklog: Worklog, left: Sequence[Intent]) -> None:
    """Raise JiraUnavailable if an unanswered move of this worklog has arrived on another issue, or still may."""
    if there := lost_move(context, worklog, left):
        raise moved_twice(worklog, there)


def moved_twice(old: Worklog, new: Worklog) -> JiraUnavailable:
    """Return the error for a move of which the new worklog exists and the old one may exist too."""
    return JiraUnavailable(message(MOVED_TWICE, old=old.id, new=new.id), wrote_maybe=True)


def claimed(context: ViewerContext, intent: Intent, waiting: str = UNSURE) -> Worklog | None:
    """Return the worklog that an announced write created, if it is unchanged; it is recorded and added to the sheet.

    None if it never arrived, was changed since, or is gone. Raise JiraUnavailable with the sentence ``waiting``
    while it may still arrive.
    """
    if intent.made:
        try:
            made = context.jira.read_worklog(intent.issue_id, intent.made, context.own_zones)
        except NotFound:
            return None
        return made if is_work_of(intent, made) else None
    draft = WorklogDraft(intent.issue_id, intent.started or intent.at, 0, intent.write_key)
    found = context.jira.find_worklog(draft, context.own_zones)
    if found is None:
        if may_arrive(context, intent):
            raise JiraUnavailable(waiting, wrote_maybe=True)
        return None
    context.journal.finish(intent.settled(), found)
    recognize(context, found)
    return found if is_work_of(intent, found) else None


def recognize(context: ViewerContext, worklog: Worklog) -> Issue:
    """Apply a worklog from Jira to the sheet, and return its current issue."""
    issue = context.jira.read_issue(str(worklog.issue_id))
    remember_issue(context, issue)
    note_changes(
        context.cache, context.site, context.viewer, [Change(worklog.id, worklog, context.clock(), issue)]
    )
    return issue


def lost_changes(
    context: ViewerContext, issue_id: int, worklog_id: int, left: Sequence[Intent] | None = None
) -> list[Intent]:
    """Return the viewer's own changes and deletion of a worklog that were not answered.

    ``left`` are the open intents near it, if they have been read already.
    """
    left = context.journal.left_on(issue_id) if left is None else left
    return [i for i in left if i.account_id == context.viewer and i.worklog_id == worklog_id]


def require_arrived(
    context: ViewerContext,
    worklog: Worklog,
    same: Callable[[Intent], bool] = lambda _: False,
    left: Sequence[Intent] | None = None,
) -> None:
    """Raise JiraUnavailable while an unanswered write of the viewer may still change this worklog.

    ``same``: repeating that write does no harm. ``left`` are the open intents near it, if read already.
    """
    for intent in lost_changes(context, worklog.issue_id, worklog.id, left):
        if intent.updated == worklog.updated and may_arrive(context, intent) and not same(intent):
            raise JiraUnavailable(ON_ITS_WAY, wrote_maybe=True)


def is_repeated(intent: Intent, action: Action, wanted: Values) -> bool:
    """Return True if a write sets the same values as an earlier one."""
    return intent.action is action and dict(intent.wanted) == dict(wanted)


def changed_by_lost_write(context: ViewerContext, worklog: Worklog, seen_updated: object) -> bool:
    """Return True if a worklog differs from what the browser saw only by the viewer's own unanswered change."""
    return any(
        intent.action is Action.WORKLOG_CHANGED
        and intent.updated == seen_updated
        and is_work_of(intent, worklog)
        for intent in lost_changes(context, worklog.issue_id, worklog.id)
    )


def deleted_by_lost_write(context: ViewerContext, issue_id: int, worklog_id: int) -> bool:
    """Return True if the viewer's own unanswered deletion removed a worklog that is gone; it is recorded then."""
    lost = [i for i in lost_changes(context, issue_id, worklog_id) if i.action is Action.WORKLOG_DELETED]
    for intent in lost:
        context.journal.finish(intent.settled(), None)
    if lost:
        issue = context.jira.read_issue(str(issue_id))
        remember_issue(context, issue)
        note_changes(
            context.cache, context.site, context.viewer, [Change(worklog_id, None, context.clock(), issue)]
        )
    return bool(lost)


def _own_creations(context: ViewerContext, issue_id: int) -> list[Intent]:
    left = context.journal.left_on(issue_id)
    return [i for i in left if i.account_id == context.viewer and i.action is Action.WORKLOG_CREATED]


def _makes(intent: Intent, draft: WorklogDraft) -> bool:
    """Return True if a write creates the same time on the same issue as a draft."""
    apart = abs((intent.started - draft.started).total_seconds()) if intent.started else MINUTE
    return (
        intent.issue_id == draft.issue_id and intent.wanted.get("seconds") == draft.seconds and apart < MINUTE
    )


def _day(context: ViewerContext, intent: Intent) -> date | None:
    return work_date(intent.started, context.zone) if intent.started else None


def settle_earlier(context: ViewerContext, worklog: Worklog, left: Sequence[Intent] | None = None) -> None:
    """Record open writes of a worklog that is about to change, so its events are in order.

    ``left`` are the open intents near it, if they have been read already.
    """
    left = context.journal.left_on(worklog.issue_id) if left is None else left
    for intent in (intent for intent in left if intent.issue_id == worklog.issue_id):
        if intent.worklog_id == worklog.id and intent.updated != worklog.updated:
            context.journal.finish(intent.settled(), worklog)
        elif intent.worklog_id is None and (intent.account_id, intent.started) == (
            worklog.author,
            worklog.started,
        ):
            draft = WorklogDraft(intent.issue_id, worklog.started, 0, intent.write_key)
            made = context.jira.find_worklog(draft, context.zones_of([worklog.author]))
            if made and made.id == worklog.id:
                context.journal.finish(intent.settled(), made)


def current_worklog(
    context: ViewerContext, issue_id: int, seen: Seen, yours: str, tried: Iterable[str] = ()
) -> Worklog:
    """Return the current worklog from Jira. Raise Conflict if it is not what the browser saw.

    A change by the viewer's own lost write is not a conflict: ``tried`` are the keys whose responses never
    reached the browser. Raise Gone if it no longer exists.
    """
    try:
        theirs = read_worklog(context, issue_id, seen.worklog_id)
    except NotFound as error:
        suspect_windows(context.cache, context.site, context.viewer, [(seen.worklog_id, context.clock())])
        raise Gone(
            GONE, yours=yours, by_viewer=deleted_by_lost_write(context, issue_id, seen.worklog_id)
        ) from error
    if theirs.updated != seen.updated:
        recognize(context, theirs)
        if not (changed_by_lost_write(context, theirs, seen.updated) or _wrote(context, theirs, tried)):
            shown = format_hm(theirs.seconds)
            raise Conflict(newer(theirs, yours), theirs=shown, yours=yours, current=theirs)
    return theirs


def newer(theirs: Worklog, yours: str) -> Message:
    """Return the sentence about a worklog that somebody changed meanwhile; it names the comment if the times agree."""
    time = format_hm(theirs.seconds)
    if time != yours:
        return message(NEWER, theirs=time, yours=yours)
    comment = " ".join(adf_to_text(theirs.comment).split())
    if not comment:
        return message(SAME_TIME_ALONE, time=time)
    return message(SAME_TIME, comment=shorten(comment, LONGEST_SHOWN, placeholder="…"), time=time)


def _wrote(context: ViewerContext, worklog: Worklog, keys: Iterable[str]) -> bool:
    """Return True if this version of a worklog came from a write with one of these keys."""
    version = Seen(worklog.id, worklog.updated)
    return any(context.cache.get(context.key("wrote", key)) == version for key in keys)
