"""What is counted while the app runs, as a protocol. No site, person or issue is ever part of a count."""

from __future__ import annotations

from typing import Protocol


class Meter(Protocol):
    """Counts and timings for whoever watches the app. Every method is cheap and never raises."""

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered; ``route`` is the rule of the address, not the address."""

    def asked_jira(self, endpoint: str, status: int, seconds: float) -> None:
        """A call went to Jira; ``endpoint`` is its method and path without ids, status 0 = no answer came."""

    def turned_away(self, why: str) -> None:
        """Somebody was refused instead of waiting for Jira: ``site_full``, ``app_full`` or ``silent``."""

    def refused_token(self, reason: str) -> None:
        """A token was refused; ``reason`` is the code that the log has too."""

    def looked_up(self, found: bool) -> None:
        """The cache was asked for something."""

    def audited(self, action: str, outcome: str) -> None:
        """An audit event was written."""


class MeterPage(Protocol):
    """What a meter shows to a scraper."""

    def page(self, database_up: bool) -> tuple[bytes, str]:
        """All counts in Prometheus' text format, and its content type."""
