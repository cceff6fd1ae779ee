"""Hashes of what a closing records, by which a later change of a worklog or of the record itself is found."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Protocol

from timesheet.domain.period.period import ClosingRecord


class Recorded(Protocol):
    """The facts of a worklog that a closing records."""

    @property
    def id(self) -> int:
        """Return Jira's id of the worklog."""

    @property
    def issue_id(self) -> int:
        """Return the issue's id, which stays when its key changes."""

    @property
    def author(self) -> str:
        """Return the author's account id."""

    @property
    def day(self) -> date:
        """Return the work date."""

    @property
    def seconds(self) -> int:
        """Return the time spent in seconds."""


def fingerprint(worklog: Recorded, key: bytes) -> str:
    """Return a keyed hash (HMAC-SHA256, 128 bits) of what a closing records: author, issue, work date, and seconds."""
    text = f"{worklog.issue_id} {worklog.day.isoformat()} {worklog.seconds} {worklog.author}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def fingerprints(worklogs: Iterable[Recorded], key: bytes) -> dict[int, str]:
    """Return the keyed hash of each worklog, by its id."""
    return {worklog.id: fingerprint(worklog, key) for worklog in worklogs}


def closing_digest(closing: ClosingRecord, names: Mapping[str, str]) -> str:
    """Return the SHA-256 of all that a closing records; ``names`` stand for account ids and survive an erasure."""
    head = (closing.id, closing.team_id, str(closing.span.first), str(closing.span.last))
    members = [
        [reference_in_digest(one.account_id, names), one.capacity, one.spent, {**one.basis}, one.zone]
        for one in closing.members
    ]
    lines = (
        json.dumps(
            [*head, reference_in_digest(closing.closed_by, names), to_the_millisecond(closing.closed_at)]
        ),
        *sorted(json.dumps(member, sort_keys=True) for member in members),
        *(f"{worklog_id} {closing.worklogs[worklog_id]}" for worklog_id in sorted(closing.worklogs)),
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def reopening_digest(closing: ClosingRecord, names: Mapping[str, str]) -> str:
    """Return the SHA-256 of who reopened a closing, and when; ``names`` as in ``closing_digest``."""
    at = to_the_millisecond(closing.reopened_at) if closing.reopened_at else ""
    return hashlib.sha256(
        json.dumps([closing.id, reference_in_digest(closing.reopened_by, names), at]).encode()
    ).hexdigest()


def reference_in_digest(account_id: str | None, names: Mapping[str, str]) -> str:
    """Return a person as digests contain them: nothing for nobody, and a question mark for whoever has no reference.

    Otherwise a person without a reference would be the same as nobody, and could be added unnoticed.
    """
    return names.get(account_id, "?") if account_id else ""


def to_the_millisecond(at: datetime) -> str:
    """Return an instant as digests contain it, because a database may store more of it or less."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
