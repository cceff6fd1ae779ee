"""What one site keeps about people, and the report on their accounts that Atlassian asks for, as protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ReportState:
    """How far the report of one site is.

    While one is under way ``started`` tells since when and ``through`` the last account id that was reported. ``days``
    is the cycle that Jira asked for last. ``due`` is when the next one starts, None before the first.
    """

    started: datetime | None = None
    through: str = ""
    days: int = 7
    due: datetime | None = None


class PrivacyStore(Protocol):
    """All that names people in one site's tables."""

    def accounts(self) -> tuple[str, ...]:
        """Every account id that is kept anywhere, in order, without the stand-ins of former users."""

    def replace(self, account_id: str, stand_in: str) -> None:
        """Put a stand-in in somebody's place wherever sums and history need one, and drop the rest.

        Whoever has one of these things open meets a Conflict, so that no form brings the account back.
        """

    def report(self) -> ReportState:
        """How far the report is."""

    def save_report(self, state: ReportState) -> None:
        """Keep that; needs no version, as one command at a time reports."""


@dataclass(frozen=True, slots=True)
class AccountNews:
    """Jira's answer to a report: whose account is closed, whose profile changed, and the days until the next one."""

    closed: frozenset[str]
    updated: frozenset[str]
    days: int


class AccountReporter(Protocol):
    """Tells Jira which accounts the app keeps. May raise JiraBusy, JiraUnavailable, NotAllowed or InvalidInput."""

    def report(self, account_ids: Sequence[str], updated_at: datetime) -> AccountNews:
        """Report at most ninety; ``updated_at`` is the oldest moment that anything about them may be from."""
