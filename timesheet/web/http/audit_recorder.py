"""The audit recorder of this request: for the person or the call, or for a command outside a request."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import g, has_request_context, request

from timesheet.domain.audit.event import AuditEvent, Origin
from timesheet.services.audit.record import AuditRecorder, ignore_event
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.clock import Clock
from timesheet.web.http.access import EVENT, INVOCATION, LIFECYCLE, WEBHOOK, declared

DOWNLOAD = "X-Download"
"""The header with which a page identifies a file that it asks for, also if it asks again."""


def open_recorder(
    store: AuditStore, clock: Clock, on_record: Callable[[AuditRecorder, AuditEvent], None] = ignore_event
) -> AuditRecorder:
    """Return the recorder for the events of this request, command, or run of a job."""
    if "job_run" in g:
        return AuditRecorder(store, clock, "", Origin.JOB, g.job_run, on_record)
    if not has_request_context():
        return AuditRecorder(store, clock, "", Origin.COMMAND, on_record=on_record)
    identity = g.get("identity")
    actor = identity.account_id if identity else ""
    return AuditRecorder(
        store=store,
        clock=clock,
        actor=actor,
        origin=_origin(),
        request_id=g.get("request_id", ""),
        on_record=on_record,
        download=_download(),
    )


def _download() -> str:
    sent = request.headers.get(DOWNLOAD, "")
    return sent if re.fullmatch("[0-9a-f]{32}", sent) else ""


def _origin() -> Origin:
    declaration = declared()
    kinds = declaration.kinds if declaration else frozenset[str]()
    if kinds & {LIFECYCLE, INVOCATION, EVENT}:
        return Origin.LIFECYCLE
    return Origin.WEBHOOK if WEBHOOK in kinds else Origin.PAGE
