"""Late changes: worklogs that changed in Jira after their period was closed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from timesheet.domain.period.digest import Recorded, fingerprints, reference_in_digest, to_the_millisecond
from timesheet.domain.period.period import ClosingRecord

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
UNNOTICED = timedelta(minutes=5)
"""A change that Jira dates so shortly before a closing may be one that the closing could not see.

Jira's search lags by a minute, and Jira's clock may be up to four minutes behind the app's. With more, the tokens of
pages have expired when they arrive, so nobody can close a period.
"""


@dataclass(frozen=True, slots=True)
class LateChange:
    """A worklog that changed in Jira after its period was closed. ``what`` is ADDED, CHANGED, or REMOVED.

    ``who`` changed it and ``author`` owns it; both are account ids, None if Jira did not say. ``state`` is
    the keyed hash of the worklog when the change was found, "" for none. An accepted change stays listed with
    its ``note``.
    """

    team_id: str
    record_id: str
    worklog_id: int
    what: str
    found_at: datetime
    who: str | None = None
    author: str | None = None
    state: str | None = None
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    note: str | None = None

    @property
    def identity(self) -> tuple[str, int, str]:
        """Return what distinguishes it from all others: the closing, the worklog, and the kind of change."""
        return self.record_id, self.worklog_id, self.what

    @property
    def mark(self) -> str:
        """Return what a page sends to accept it as it was shown: it differs for each state of the worklog."""
        return hashlib.sha256(self.state.encode()).hexdigest()[:16] if self.state else ""

    @property
    def people(self) -> frozenset[str]:
        """Return whom it names: who changed the worklog, its author, and who accepted the change."""
        return frozenset(who for who in (self.who, self.author, self.accepted_by) if who)

    @property
    def accepted(self) -> bool:
        """Return True if somebody who may close the period accepted the change."""
        return self.accepted_at is not None

    def found_again(self, now: LateChange) -> LateChange:
        """Return the same change as it was found ``now``; it is open again if the worklog changed after the acceptance.

        If no newer change is known, the known facts stay.
        """
        if now.state is None or now.state == self.state:
            return self
        if self.accepted and self.state is not None:
            return now
        return replace(self, state=now.state, who=now.who or self.who, author=now.author or self.author)


def late_change_digest(change: LateChange, names: Mapping[str, str]) -> str:
    """Return the SHA-256 of all that is stored of a late change; ``names`` as in ``closing_digest``."""
    found, accepted = (at and to_the_millisecond(at) for at in (change.found_at, change.accepted_at))
    people = [reference_in_digest(who, names) for who in (change.who, change.author, change.accepted_by)]
    facts = [change.team_id, change.record_id, change.worklog_id, change.what, found, change.state]
    return hashlib.sha256(json.dumps([*facts, *people, accepted, change.note]).encode()).hexdigest()


def compare(
    record: ClosingRecord, worklogs: Iterable[Recorded], key: bytes, found_at: datetime
) -> tuple[LateChange, ...]:
    """Return the differences from the closing, by worklog id. ``worklogs`` are those that count in its span now."""
    counted = {worklog.id: worklog for worklog in worklogs}
    before, now = record.worklogs, fingerprints(counted.values(), key)
    return tuple(
        LateChange(
            record.team_id,
            record.id,
            worklog_id,
            what,
            found_at,
            author=counted[worklog_id].author if worklog_id in counted else None,
            state=now.get(worklog_id, ""),
        )
        for worklog_id in sorted(before.keys() | now.keys())
        if (what := _what(before.get(worklog_id), now.get(worklog_id)))
    )


def _what(before: str | None, now: str | None) -> str:
    if before == now:
        return ""
    return ADDED if before is None else REMOVED if now is None else CHANGED
