"""Periods: stretches of days that a team closes, and what a closing records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from timesheet.domain.span import DateSpan


class PeriodLength(StrEnum):
    """How long a site's periods are."""

    WEEKLY = "weekly"
    TWO_WEEKLY = "two-weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """Periods of ``length``, one of which starts on ``start``; monthly and quarterly ones on its day of the month."""

    length: PeriodLength
    start: date


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One member at the closing: seconds, and the values the capacity came from, so that it can be explained later."""

    account_id: str
    capacity: int
    spent: int
    basis: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ClosingRecord:
    """One closing of one period by one team. Never changed but for the reopening. ``worklogs`` maps id to keyed hash."""

    id: str
    team_id: str
    span: DateSpan
    closed_by: str
    closed_at: datetime
    members: tuple[MemberRecord, ...]
    worklogs: Mapping[int, str]
    reopened_by: str | None = None
    reopened_at: datetime | None = None

    @property
    def open(self) -> bool:
        """True when the period was opened again after this closing."""
        return self.reopened_at is not None


@dataclass(frozen=True, slots=True)
class LateChange:
    """A worklog that changed in Jira behind a closed period. ``what`` is added, changed or removed; ``who`` as far as Jira tells."""

    team_id: str
    record_id: str
    worklog_id: int
    what: str
    found_at: datetime
    who: str | None = None
