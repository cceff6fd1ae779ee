"""Protocols for the stored data about people, and the report on their accounts that Atlassian requires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ReportState:
    """The progress of the report of one site.

    While a report is in progress, ``started`` is when it began and ``through`` the last account id that was
    reported. ``days`` is the cycle that Jira last asked for. ``due`` is when the next one starts, None before
    the first.
    """

    started: datetime | None = None
    through: str = ""
    days: int = 7
    due: datetime | None = None


class PrivacyStore(Protocol):
    """All data in one site's tables that identifies people."""

    def lock_site(self) -> None:
        """Lock the site for other writers until the transaction ends, so what is read from then on stays valid."""

    def accounts(self) -> tuple[str, ...]:
        """Return every stored account id, in order, without the pseudonyms of former users.

        Those that JQL names are recognized by their form.
        """

    def replace(self, account_id: str, pseudonym: str, day: date) -> None:
        """Replace a person by a pseudonym where sums and history need one, and delete the rest.

        Memberships end on ``day``: nobody can log for a pseudonym, so no capacity is expected of it from then on.
        Anybody who has one of these objects open gets a Conflict, so no form restores the account.
        """

    def report(self) -> ReportState:
        """Return the progress of the report."""

    def save_report(self, state: ReportState) -> None:
        """Save the progress; needs no version, because only one command reports at a time."""


@dataclass(frozen=True, slots=True)
class AccountNews:
    """Jira's response to a report: closed accounts, changed profiles, and the days until the next report."""

    closed: frozenset[str]
    updated: frozenset[str]
    days: int


class AccountReporter(Protocol):
    """Reports the stored accounts to Jira. May raise JiraBusy, JiraUnavailable, NotAllowed, or InvalidInput."""

    def report(self, account_ids: Sequence[str], updated_at: datetime) -> AccountNews:
        """Report at most ninety accounts; ``updated_at`` is the oldest moment from which data about them may be."""
