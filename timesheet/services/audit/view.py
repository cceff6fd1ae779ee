"""Read the audit log and verify its chain: auditors read all of it, everybody else only what concerns them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from timesheet.domain.audit.action import PERSONAL_KINDS, ObjectKind
from timesheet.domain.audit.event import AuditEvent, AuditFilter, PersonId, Value, people_of
from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.domain.permission import (
    Module,
    Requester,
    SitePermission,
    SitePermissions,
    has_site_permission,
    may_open,
    require,
)
from timesheet.services.audit.values import without_sums
from timesheet.services.ports.audit import AuditStore, Checkpoint, DayCounts, FoundEvents, Verdict

IN_ONE_GO = 20_000
"""Events whose hashes are verified while somebody waits: a tenth of a second."""
A_BATCH = 500
SOMEBODY = message("somebody else")
"""In place of the account id of another person whom the reader may not see."""
GONE = message("There is no such event, or it is not about you.")


@dataclass(frozen=True, slots=True)
class Reader:
    """The audit log as one person may read it; ``own`` is the account id of somebody who sees only what concerns them.

    In their own history, people see who did something but not whom else it concerned, unless they did it
    themselves.
    """

    store: AuditStore
    own: str = ""

    def get(self, seq: int) -> AuditEvent:
        """Return one event. Raise NotFound if there is none or this person may not read it."""
        event = self.store.get(seq)
        if self.own and self.own != event.actor and self.own not in event.people | people_of(event):
            raise NotFound(GONE)
        return self._shown(event)

    def batches(self, criteria: AuditFilter, newest: int) -> Iterator[FoundEvents]:
        """Yield all events up to ``newest`` in batches, newest first, so a file needs memory for one batch only."""
        before: int | None = newest + 1
        while before is not None:
            found = self.scan(criteria, before, A_BATCH)
            if found.events or found.unreadable:
                yield found
            before = found.before

    def scan(self, criteria: AuditFilter, before_seq: int | None, limit: int) -> FoundEvents:
        """Return a page of events as far as one bounded query finds them, and where to continue."""
        found = self.store.scan(self._limited(criteria), before_seq, limit)
        return replace(found, events=[self._shown(event) for event in found.events])

    def activity(
        self, criteria: AuditFilter, edges: Sequence[datetime], before_seq: int | None = None
    ) -> DayCounts:
        """Return the number of events between these instants, newest first, as far as one bounded query counts them."""
        return self.store.activity(self._limited(criteria), edges, before_seq)

    def _limited(self, criteria: AuditFilter) -> AuditFilter:
        return replace(criteria, person=self.own) if self.own else criteria

    def _shown(self, event: AuditEvent) -> AuditEvent:
        if self.own in ("", event.actor):
            return event
        event = without_sums(event, self.own)
        visible_to = frozenset({self.own, event.actor})
        personal = event.object_kind in PERSONAL_KINDS and event.object_id not in visible_to
        return replace(
            event,
            object_id=SOMEBODY if personal and event.object_id else event.object_id,
            people=event.people & visible_to,
            before=_redacted_map(event.before, visible_to),
            after=_redacted_map(event.after, visible_to),
        )


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """The result of verifying part of the chain. ``since`` is the signed head it began at, None for the first event.

    ``total`` is the number of the newest event, also if that was written during the check; ``next_start`` is where to
    continue, None if nothing is left.
    """

    verdict: Verdict
    at: datetime
    since: Checkpoint | None
    total: int
    next_start: int | None = None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting before and after; None if it did not exist."""

    key: str
    before: Value
    after: Value


def check_auditor(permissions: SitePermissions, person: Requester) -> None:
    """Raise NotAllowed because of module visibility or because *Auditors* is missing."""
    require(may_open(permissions, Module.AUDIT, person))
    require(has_site_permission(permissions, SitePermission.AUDITORS, person))


def is_auditor(permissions: SitePermissions, person: Requester) -> bool:
    """Return True if somebody may read the whole log, as ``check_auditor`` decides."""
    audit, auditors = permissions.module(Module.AUDIT), permissions.permission(SitePermission.AUDITORS)
    return audit.reaches(person) and auditors.reaches(person)


def check_newest(store: AuditStore, now: datetime) -> ChainCheck:
    """Verify the newest events: all of them if there are few, otherwise those since a signed head.

    If no signed head is near the end, the first events are verified, so nobody waits for a long chain.
    """
    total = store.head().seq
    heads = [head for head in store.checkpoints() if head.seq >= total - IN_ONE_GO]
    since = heads[0] if heads and total > IN_ONE_GO else None
    verdict = store.verify(since, IN_ONE_GO)
    return ChainCheck(verdict, now, since, max(total, verdict.last))


def check_stretch(store: AuditStore, start: int, now: datetime) -> ChainCheck:
    """Verify the chain from the signed head ``start`` (0: from the beginning), and say where to continue.

    It ends if there is no further signed head to continue from. Raise NotFound if there is none at ``start``.
    """
    heads = {head.seq: head for head in store.checkpoints()}
    if start and start not in heads:
        raise NotFound(
            message("There is no signed checkpoint at this event. Check the chain from its beginning.")
        )
    total, since = store.head().seq, heads.get(start)
    verdict = store.verify(since, IN_ONE_GO)
    ahead = [seq for seq in heads if start < seq <= verdict.last < total] if verdict.whole else []
    return ChainCheck(verdict, now, since, max(total, verdict.last), max(ahead, default=None))


def time_of(event: AuditEvent) -> str:
    """Return the account id of the person whose time a worklog event concerns; "" for any other event.

    The event concerns the author if somebody else wrote it, and otherwise only the actor.
    """
    return min(event.people, default=event.actor) if event.object_kind is ObjectKind.WORKLOG else ""


def work_dates_of(event: AuditEvent) -> tuple[str, str]:
    """Return the work date of a worklog before and after its event (ISO), "" if there is none."""
    if event.object_kind is not ObjectKind.WORKLOG:
        return "", ""
    return str(event.before.get("day") or ""), str(event.after.get("day") or "")


def changes_of(event: AuditEvent) -> Sequence[SettingChange]:
    """Return the settings before and after an event, in the order of the event."""
    keys = dict.fromkeys((*event.before, *event.after))
    return [SettingChange(key, event.before.get(key), event.after.get(key)) for key in keys]


def _redacted_map(values: Mapping[str, Value], visible_ids: frozenset[str]) -> Mapping[str, Value]:
    return {key: _redacted(value, visible_ids) for key, value in values.items()}


def _redacted(value: Value, visible_ids: frozenset[str]) -> Value:
    if isinstance(value, PersonId):
        return value if value in visible_ids else SOMEBODY
    if isinstance(value, Mapping):
        return _redacted_map(value, visible_ids)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_redacted(part, visible_ids) for part in value]
    return value
