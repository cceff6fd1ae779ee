"""Record audit events: the one function for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypedDict, Unpack

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditDraft, AuditEvent, Origin, Outcome, Values
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.clock import Clock

ASKED_AGAIN = timedelta(minutes=10)
"""A page asks again for a file within this time if it gets no answer, and a job of a dead worker runs again."""


def ignore_event(recorder: AuditRecorder, event: AuditEvent) -> None:
    """Ignore an event; the default if nothing needs to be notified."""


@dataclass(frozen=True, slots=True)
class AuditRecorder:
    """The destination of the events of one request or command, and their common values. ``actor`` is "" for the app.

    ``on_record`` is called with each event after it is recorded. ``download`` identifies the file that a page asks for
    or a job writes. It is the same if the page asks again because the answer was lost, or another worker takes over the
    job; empty for everything else.
    """

    store: AuditStore
    clock: Clock
    actor: str
    origin: Origin
    request_id: str = ""
    on_record: Callable[[AuditRecorder, AuditEvent], None] = ignore_event
    download: str = ""


class Details(TypedDict, total=False):
    """The details of an event beyond its action and its object.

    ``people`` are the account ids of those it concerns. ``before`` and ``after`` contain settings, ids, dates, and
    seconds; account ids in them are PersonIds. They never contain text of issues or worklogs.
    """

    team_id: str
    people: frozenset[str]
    before: Values
    after: Values
    outcome: Outcome


def record(
    recorder: AuditRecorder, action: Action, object_id: str = "", **details: Unpack[Details]
) -> AuditEvent:
    """Record an event in the transaction of the change itself, so both are kept or neither."""
    [event] = recorder.store.append_all([new_draft(recorder, action, object_id, **details)])
    recorder.on_record(recorder, event)
    return event


def new_draft(
    recorder: AuditRecorder, action: Action, object_id: str = "", **details: Unpack[Details]
) -> AuditDraft:
    """Return an event of this request or command, to be recorded together with others."""
    at, actor, origin = recorder.clock(), recorder.actor, recorder.origin
    return AuditDraft(action, at, actor, origin, recorder.request_id, object_id, **details)


def record_all(recorder: AuditRecorder, drafts: Sequence[AuditDraft]) -> None:
    """Record one or more events at once, as ``record`` does."""
    for event in recorder.store.append_all(drafts):
        recorder.on_record(recorder, event)


def record_export(
    recorder: AuditRecorder, action: Action, object_id: str = "", **details: Unpack[Details]
) -> None:
    """Record that data leaves the app as a file: once, however often it is written or sent."""
    draft = new_draft(recorder, action, object_id, **details)
    if recorder.download:
        draft = replace(draft, request_id=recorder.download)
    event = recorder.store.append_once(draft, draft.at - ASKED_AGAIN)
    if event:
        recorder.on_record(recorder, event)
