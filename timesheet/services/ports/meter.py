"""Protocol for metrics. No site, person, or issue is ever part of a metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class JobFigure:
    """One job over all sites: how many wait, how many were given up, and when one ended last, in epoch seconds."""

    due: int
    dead: int
    ended: float | None


@dataclass(frozen=True, slots=True)
class JobFigures:
    """All jobs by name, and for how many seconds the one that waits longest has been due."""

    late_seconds: float
    by_job: Mapping[str, JobFigure]


class Meter(Protocol):
    """Counts and timings for the operator. Every method is cheap and never raises."""

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request; ``route`` is the route's rule, not the address."""

    def called_jira(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a call to Jira; ``endpoint`` is its method and path without ids, status 0 means no response."""

    def spent(self, endpoint: str, points: int, *, background: bool) -> None:
        """Count Jira's points that a call cost, as far as the app can tell."""

    def turned_away(self, reason: str) -> None:
        """Count a refusal to call Jira: ``site_full``, ``app_full``, ``silent``, ``rate_limited``, or a
        budget that is spent.
        """

    def refused_token(self, reason: str) -> None:
        """Count a refused token; ``reason`` is the same code as in the log."""

    def found(self) -> None:
        """Count a cache lookup that found a value."""

    def missed(self) -> None:
        """Count a cache lookup that found nothing."""

    def audited(self, action: str, outcome: str) -> None:
        """Count an audit event."""


class MeterPage(Protocol):
    """The page that a meter shows to a scraper."""

    def page(
        self,
        *,
        database_up: bool,
        cache_up: bool,
        points_left: int,
        points_allowed: int,
        jobs: JobFigures | None,
    ) -> tuple[bytes, str]:
        """Return all metrics in Prometheus' text format, and the content type.

        ``jobs`` is None if the database does not respond.
        """

    def counts(self) -> tuple[bytes, str]:
        """Return only what this process has counted, and the content type."""
