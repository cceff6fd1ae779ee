"""Prometheus as the meter: counters and histograms, for one process or for several that share a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from timesheet.domain.audit.action import Action
from timesheet.services.ports.meter import JobFigures
from timesheet.services.resilience.breaker import NO_ANSWER
from timesheet.services.resilience.bulkhead import APP_FULL, RATE_LIMITED, SITE_FULL

REQUEST_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
JIRA_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
SECURITY = "security."


class PrometheusMeter:
    """The metrics of the app; one per app. ``shared`` is the folder of PROMETHEUS_MULTIPROC_DIR for several workers."""

    def __init__(self, shared: Path | None = None) -> None:
        self._shared = shared
        self._registry = registry = CollectorRegistry()
        self._requests = Histogram(
            "timesheet_request_seconds",
            "Time to answer a request, in seconds.",
            ("route", "method", "status"),
            buckets=REQUEST_BUCKETS,
            registry=registry,
        )
        self._jira = Histogram(
            "timesheet_jira_call_seconds",
            "Time until Jira answered a call, in seconds; status 0 if it did not answer.",
            ("endpoint", "status"),
            buckets=JIRA_BUCKETS,
            registry=registry,
        )
        self._points = Counter(
            "timesheet_jira_points",
            "Estimated cost of calls in Jira's points.",
            ("endpoint", "of"),
            registry=registry,
        )
        self._turned_away = Counter(
            "timesheet_turned_away",
            "Requests refused instead of waiting for Jira.",
            ("reason",),
            registry=registry,
        )
        self._refused = Counter("timesheet_refused_tokens", "Refused tokens.", ("reason",), registry=registry)
        lookups = Counter("timesheet_cache_lookups", "Cache lookups.", ("result",), registry=registry)
        # A request makes many, so each is counted without a call in between.
        self.found, self.missed = lookups.labels("hit").inc, lookups.labels("miss").inc
        self._audited = Counter(
            "timesheet_audit_events", "Recorded audit events.", ("action", "outcome"), registry=registry
        )
        self._security = Counter(
            "timesheet_security_events",
            "Alerts about a possible attack or abuse.",
            ("kind",),
            registry=registry,
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """Show each count that an alert watches for its growth; one that begins with 1 has not grown."""
        for action in Action:
            if action.startswith(SECURITY):
                self._security.labels(action.removeprefix(SECURITY))
        for reason in (NO_ANSWER, SITE_FULL, APP_FULL, RATE_LIMITED):
            self._turned_away.labels(reason)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method, str(status)).observe(seconds)

    def called_jira(self, endpoint: str, status: int, seconds: float) -> None:
        self._jira.labels(endpoint, str(status)).observe(seconds)

    def turned_away(self, reason: str) -> None:
        self._turned_away.labels(reason).inc()

    def refused_token(self, reason: str) -> None:
        self._refused.labels(reason).inc()

    def audited(self, action: str, outcome: str) -> None:
        self._audited.labels(action, outcome).inc()
        if action.startswith(SECURITY):
            self._security.labels(action.removeprefix(SECURITY)).inc()

    def spent(self, endpoint: str, points: int, *, background: bool) -> None:
        self._points.labels(endpoint, "background" if background else "people").inc(points)

    def page(
        self,
        *,
        database_up: bool,
        cache_up: bool,
        points_left: int,
        points_allowed: int,
        jobs: JobFigures | None,
    ) -> tuple[bytes, str]:
        """Return the counts of all workers if they share a folder, otherwise of this process."""
        figures = [
            _gauge("timesheet_database_up", "1 if the database answers, otherwise 0.", int(database_up)),
            _gauge(
                "timesheet_cache_up", "0 if the shared cache does not answer, otherwise 1.", int(cache_up)
            ),
            _gauge(
                "timesheet_jira_points_left", "Jira's points left in this hour, for all sites.", points_left
            ),
            _gauge(
                "timesheet_jira_points_allowed", "Jira's points in an hour, for all sites.", points_allowed
            ),
            *(_gauges_of(jobs) if jobs is not None else ()),
        ]
        now = CollectorRegistry()
        now.register(_Now(figures))
        if self._shared:
            MultiProcessCollector(now, str(self._shared))  # type: ignore[no-untyped-call]
            return generate_latest(now), CONTENT_TYPE_LATEST
        return generate_latest(now) + self.counts()[0], CONTENT_TYPE_LATEST

    def counts(self) -> tuple[bytes, str]:
        """See MeterPage."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class _Now(Collector):
    """The current values. The library's own gauges would stay in the shared folder, even of ended workers."""

    def __init__(self, figures: Sequence[Metric]) -> None:
        self._figures = figures

    def collect(self) -> Sequence[Metric]:
        """Return the figures."""
        return self._figures


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value)


def _gauges_of(jobs: JobFigures) -> list[Metric]:
    """Return what the database knows about jobs, which is the same whichever process is asked."""
    due = GaugeMetricFamily("timesheet_jobs_due", "Jobs that are due and not running.", labels=("job",))
    dead = GaugeMetricFamily("timesheet_jobs_dead", "Jobs that were given up.", labels=("job",))
    ended = GaugeMetricFamily(
        "timesheet_job_last_run_timestamp_seconds", "When a job of this name last ended.", labels=("job",)
    )
    for name, figure in jobs.by_job.items():
        due.add_metric((name,), figure.due)
        dead.add_metric((name,), figure.dead)
        if figure.ended is not None:
            ended.add_metric((name,), figure.ended)
    late = _gauge(
        "timesheet_jobs_late_seconds", "For how long the oldest due job has waited.", jobs.late_seconds
    )
    return [late, due, dead, ended]
