"""Audit events in a list, as far as recording and erasing people needs them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import cast

from timesheet.domain.audit.event import FORMER, AuditDraft, AuditEvent, AuditFilter, Origin, people_of
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.audit import AuditStore, FoundEvents, Verdict


@dataclass
class Recorded:
    """One site's events, those in ``damaged`` unreadable. ``forget`` returns pseudonyms in turn."""

    events: list[AuditEvent] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    damaged: set[int] = field(default_factory=set)

    def append(self, draft: AuditDraft) -> AuditEvent:
        values = {one.name: getattr(draft, one.name) for one in fields(AuditDraft)}
        event = AuditEvent(**values, seq=len(self.events) + 1)
        self.events.append(replace(event, people=frozenset(people_of(draft))))
        return event

    def append_all(self, drafts: Sequence[AuditDraft]) -> Sequence[AuditEvent]:
        return [self.append(draft) for draft in drafts]

    def append_once(self, draft: AuditDraft, _since: datetime) -> AuditEvent | None:
        return self.append(draft)

    def scan(self, wanted: AuditFilter, before_seq: int | None, limit: int) -> FoundEvents:
        found = [
            event
            for event in reversed(self.events)
            if (before_seq is None or event.seq < before_seq)
            and wanted.person in (event.actor, *event.people)
        ]
        shown = found[: min(limit, 2)]
        numbers = [event.seq for event in shown]
        return FoundEvents(
            [event for event in shown if event.seq not in self.damaged],
            numbers[-1] if len(found) > len(shown) else None,
            unreadable=[seq for seq in numbers if seq in self.damaged],
        )

    def refer(self, account_ids: Collection[str]) -> Mapping[str, str]:
        return {account_id: f"ref-{account_id}" for account_id in account_ids}

    def forget(self, account_id: str) -> str:
        self.forgotten.append(account_id)
        return f"{FORMER}{len(self.forgotten):032x}"

    def recorder(self, now: datetime, actor: str = "") -> AuditRecorder:
        origin = Origin.PAGE if actor else Origin.COMMAND
        return AuditRecorder(cast(AuditStore, self), lambda: now, actor, origin)


class RecordedDrafts:
    """The drafts of recorded events, in a list. ``verdict`` is the result of verifying them."""

    def __init__(self) -> None:
        self.drafts: list[AuditDraft] = []
        self.verdict = Verdict(1, 1, signed=1)

    def verify(self) -> Verdict:
        return self.verdict

    def refer(self, account_ids: Collection[str]) -> Mapping[str, str]:
        return {account_id: f"ref-{account_id}" for account_id in account_ids}

    def append(self, draft: AuditDraft) -> AuditEvent:
        self.drafts.append(draft)
        values = {one.name: getattr(draft, one.name) for one in fields(AuditDraft)}
        return AuditEvent(**values, seq=len(self.drafts))

    def append_all(self, drafts: Sequence[AuditDraft]) -> Sequence[AuditEvent]:
        return [self.append(draft) for draft in drafts]

    def append_once(self, draft: AuditDraft, _since: datetime) -> AuditEvent | None:
        return self.append(draft)
