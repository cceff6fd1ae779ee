"""Make each write to Jira happen once, even if requests are repeated, interrupted, or lose their answer.

Jira is written first and cannot be rolled back. Each guard covers what the ones before it cannot:

* **The same request again** (a double click, a retry of the browser): `attempt` knows the result of the same key and
  content for ten minutes. It lives in the cache, so it covers nothing that a restart forgets.
* **Two requests at once** (two tabs, a person and their manager, a form that is changed and sent again): `attempt` lets
  one at a time write the same worklog, the same cell, or the same form, and a copy or an undo waits for its turn, too.
  Jira has no condition on a write, so otherwise both would find the version that they expect, and one change would be
  lost or a cell be filled twice.
* **The app dies between Jira's write and our commit**: `announce_and_write` keeps an intent in the database before it
  writes, in a transaction of its own; the audit event takes its place afterward. A new worklog has one possible intent
  for each person, key and content (`id_of_new`), for a day. A repeated request finds the worklog by this intent
  (`earlier_result`).
* **Jira's answer is lost**: the intent stays, and nobody knows what became of it. The next write on the same cell,
  worklog or form asks Jira first (`lost_write`): the `lost_…` functions find what the lost write made,
  `require_arrived` and, for a move to another issue, `require_not_moved` refuse while it may still arrive, and
  `current_worklog` does not treat its effect as a conflict.
* **Nobody repeats the request**: after some minutes, `settle` asks Jira about open intents. `settle_earlier`
  records them before the same worklog changes again, so that its events stay in order.

Somebody else's newer change is not a repeat: `current` refuses to write over it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TypeVar

from timesheet.domain.audit.event import Value, Values
from timesheet.domain.errors import (
    Conflict,
    DatabaseBusy,
    InvalidInput,
    JiraUnavailable,
    NotFound,
    TimesheetError,
)
from timesheet.domain.message import message
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import WorklogDraft
from timesheet.services.ports.journal import Intent, Journal
from timesheet.services.snapshot.change_log import note_begun, note_ended, suspect_windows
from timesheet.services.snapshot.changed_issue import note_changed_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.safeguard.current import GONE
from timesheet.services.worklog.safeguard.lost_write import UNSURE, may_arrive
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.write_result import WriteResult

Written = TypeVar("Written", bound=Worklog | None)
REPEAT_SECONDS = 600
NO_KEY = message("The form is out of date: reload the page and try again.")

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def is_key(text: str) -> bool:
    """Return True if this can be the key of a write."""
    return _KEY.fullmatch(text) is not None


def digest(text: str | None) -> str:
    """Return a short hash of a text, to compare it without keeping it."""
    return "" if text is None else sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request whose turn has come. ``earlier`` is the result of the same request before, None for the first."""

    context: ViewerContext
    key: str
    name: str
    earlier: WriteResult | None

    def keep(self, result: WriteResult) -> WriteResult:
        """Store the result for a repeated request, and return it."""
        self.context.cache.put_all({self.name: result, **self._version(result)}, REPEAT_SECONDS)
        return result

    def note_version(self, result: WriteResult) -> None:
        """Store which version of a worklog this key made, for a browser that never received the answer."""
        self.context.cache.put_all(self._version(result), REPEAT_SECONDS)

    def _version(self, result: WriteResult) -> Mapping[str, SeenWorklog]:
        if not result.worklog:
            return {}
        return {self.context.key("wrote", self.key): SeenWorklog(result.worklog.id, result.worklog.updated)}


def turn_of_worklog(context: ViewerContext, worklog_id: int) -> str:
    """Return the name of the turn in which a worklog is read, compared, and written, by whomever."""
    return f"{context.site}:write:worklog:{worklog_id}"


def turn_of_cell(context: ViewerContext, issue_id: int, day: date) -> str:
    """Return the name of the turn in which new time of the viewer is logged in a cell that was seen empty."""
    return context.key("cell", issue_id, day)


@contextmanager
def attempt(context: ViewerContext, key: str, what: Iterable[object], turn: str) -> Iterator[Attempt]:
    """Let requests with the same ``turn`` in one at a time; raise InvalidInput for an invalid key.

    ``what`` is the content, by which a request with the same key counts as the same one. A request that failed has kept
    nothing, so the one that waited for it makes its own attempt.
    """
    if not is_key(key):
        raise InvalidInput(NO_KEY)
    content = "/".join(str(part) for part in what)
    name = context.key("write", key, content)
    with context.cache.turn(turn):
        own = Attempt(context, key, name, context.cache.get(name))
        if own.earlier:
            own.note_version(own.earlier)
        yield own


def id_of_new(account_id: str, key: str, issue_id: int, day: date, seconds: int) -> str:
    """Return the id of the only intent that a new worklog with this key and content can have."""
    return sha256(f"{account_id}\n{key}\n{issue_id}\n{day}\n{seconds}".encode()).hexdigest()[:32]


def expected_values(started: datetime | None, seconds: int | None, comment: object = None) -> Values:
    """Return what a write sets, to recognize its result; of a comment or attributes, only whether there are any."""
    wanted: dict[str, Value] = {}
    if seconds is not None:
        wanted["seconds"] = seconds
    if started is not None:
        wanted["started"] = started.isoformat()
    if comment is not None:
        wanted["comment"] = True
    return wanted


def write_and_record(
    journal: Journal,
    intent: Intent,
    check: Callable[[], None],
    write: Callable[[], Written],
    earlier: Intent | None = None,
) -> Written:
    """Write to Jira and record it. If the outcome is unknown, the intent stays.

    ``check`` raises if the write is not permitted. It runs after the announcement: a closing at the same moment either
    finds the announcement or is found by the check. A try that certainly did not happen says nothing about an
    ``earlier`` one, which is restored then.
    """
    if not journal.begin(intent, earlier):
        raise JiraUnavailable(UNSURE, wrote_maybe=True)
    try:
        check()
    except Exception:
        # Nothing was sent, whatever went wrong.
        _take_back(journal, intent, earlier)
        raise
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


def announce_and_write(
    context: ViewerContext,
    intent: Intent,
    check: Callable[[], None],
    write: Callable[[], Written],
    earlier: Intent | None = None,
) -> Written:
    """Write and record it; if Jira may have done it without a response, it is looked up when its issue is next shown.

    The same happens if this process ends before `finish`, because the write stays noted as begun. See
    ``write_and_record``.
    """
    cache, site, own, issue_id = context.cache, context.site, context.own_cache, intent.issue_id
    note_begun(own, issue_id, context.clock())
    try:
        return write_and_record(context.journal, intent, check, write, earlier)
    except TimesheetError as error:
        # What Jira no longer finds may have been deleted, also by this write.
        if isinstance(error, NotFound) or (isinstance(error, JiraUnavailable) and error.wrote_maybe):
            suspect_windows(own, issue_ids=[issue_id])
            note_changed_issue(cache, site, issue_id, context.clock())
        note_ended(own, issue_id)
        raise
    except DatabaseBusy:
        # Jira may have the write although it could not be recorded, and no page may claim to be complete meanwhile.
        suspect_windows(own, issue_ids=[issue_id])
        note_changed_issue(cache, site, issue_id, context.clock())
        raise


def earlier_result(context: ViewerContext, draft: WorklogDraft, earlier: Intent) -> Worklog | None:
    """Return the result of the same earlier request, if it is known without writing; None if it can be
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
