"""Store Jira's events about worklogs as they arrive, and process them later, one worklog after the other.

Events may be lost, doubled, late, and out of order. So an event is identified by its worklog and version, a
deletion is final, and the state of the worklog is read from Jira when the event is processed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from timesheet.domain.identifier import account_id_in, number_of
from timesheet.domain.jira_time import epoch_ms, parse_instant
from timesheet.domain.job import Job
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.person import erased
from timesheet.services.period.late_change import JiraAs, find_late_changes
from timesheet.services.ports.job import JobStore
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.worklog_event import DELETED_VERSION, Put, ReceivedEvent, WorklogEventStore
from timesheet.services.snapshot.webhook import DELETED

REMEMBERED = timedelta(days=1)
"""The time for which a processed event is known, so that a repeated delivery is recognized."""


def read_event(event_name: str, data: Mapping[str, Any]) -> ReceivedEvent | None:
    """Return the content of an event; None if it cannot be read, because the comparisons find its change."""
    try:
        author, who = account_id_in(data, "author"), account_id_in(data, "updateAuthor")
        if event_name == DELETED:
            return ReceivedEvent(
                number_of(data["id"]), DELETED_VERSION, number_of(data["issueId"]), author, None, None
            )
        version, started = epoch_ms(parse_instant(data["updated"])), parse_instant(data["started"])
        if author is None or version <= DELETED_VERSION:
            return None
        return ReceivedEvent(number_of(data["id"]), version, number_of(data["issueId"]), author, who, started)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def put_event(store: WorklogEventStore, jobs: JobStore, event: ReceivedEvent, now: datetime) -> bool:
    """Store an event and ask for its job if it may concern a closed period, in one transaction.

    Return False if it is known already.
    """
    put = store.put(event, now)
    if put is Put.WAITING:
        jobs.ask_for(Job.EVENTS, str(event.worklog_id), now)
    return put is not Put.KNOWN


def process_events(
    store: WorklogEventStore, stores: Stores, jira_as: JiraAs, key: bytes, worklog_id: int, now: datetime
) -> Sequence[LateChange]:
    """Process the waiting events about one worklog; return the late changes they cause.

    A deletion that causes none did not happen, or not yet: it is forgotten, so that a later one counts, and the events
    before it are processed as if it had not arrived. Raise JiraUnavailable if Jira has to be asked and does not answer;
    then the events still wait.
    """
    waiting = store.waiting(worklog_id)
    if not waiting:
        return ()
    changes = find_late_changes(stores, jira_as, key, waiting[-1], now)
    unconfirmed = waiting[-1] if waiting[-1].deleted and not changes else None
    if unconfirmed and (waiting := waiting[:-1]):
        changes = find_late_changes(stores, jira_as, key, waiting[-1], now)
    # Jira may have taken long. A change must not store somebody again whose data was erased meanwhile, and an event
    # that arrived meanwhile is processed separately.
    stores.lock_site()
    if unconfirmed:
        store.withdraw(unconfirmed)
    versions = {event.version for event in waiting}
    judged = [event for event in store.waiting(worklog_id) if event.version in versions]
    if not judged:
        return ()
    who, author = judged[-1].who, judged[-1].author
    found = stores.periods.add_late_changes(
        _without_erased(stores, replace(change, who=who, author=author)) for change in changes
    )
    store.mark_processed(judged, now)
    return found


def _without_erased(stores: Stores, change: LateChange) -> LateChange:
    """Return a change without the account id of somebody of the closing whose data was erased since.

    Jira still names the author of their worklogs. Of everybody else whose worklog a closing recorded, it has figures.
    """
    record = stores.periods.record(change.record_id)
    members = {one.account_id for one in record.members}
    former = [who for who in members if erased(who)]
    if not former or change.author in members or change.worklog_id not in record.worklogs:
        return change
    author = former[0] if len(former) == 1 else None
    return replace(change, author=author, who=author if change.who == change.author else change.who)
