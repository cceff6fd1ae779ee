"""Audit events in a list, as far as recording and erasing people needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import cast

from timesheet.domain.audit.event import FORMER, AuditDraft, AuditEvent, AuditFilter, Origin, people_of
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.audit import AuditStore


@dataclass
class Recorded:
    """One site's events. ``forget`` returns pseudonyms in turn."""

    events: list[AuditEvent] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def append(self, draft: AuditDraft) -> AuditEvent:
        values = {one.name: getattr(draft, one.name) for one in fields(AuditDraft)}
        event = AuditEvent(**values, seq=len(self.events) + 1)
        self.events.append(replace(event, people=frozenset(people_of(draft))))
        return event

    def page(self, wanted: AuditFilter, before_seq: int | None, limit: int) -> Sequence[AuditEvent]:
        found = [
            event
            for event in reversed(self.events)
            if (before_seq is None or event.seq < before_seq)
            and wanted.person in (event.actor, *event.people)
        ]
        return found[: min(limit, 2)]

    def forget(self, account_id: str) -> str:
        self.forgotten.append(account_id)
        return f"{FORMER}{len(self.forgotten):032x}"

    def recorder(self, now: datetime, actor: str = "") -> AuditRecorder:
        origin = Origin.PAGE if actor else Origin.COMMAND
        return AuditRecorder(cast(AuditStore, self), lambda: now, actor, origin)
