"""Track how long Jira must not be called, according to its responses: per app, per site, per endpoint, or per issue.

Pauses are kept for the whole app, because Atlassian counts all its calls. Nothing here sleeps: the transport
asks for the pause, and waits or gives up.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from timesheet.services.resilience.breaker import Breaker
from timesheet.services.resilience.budget import HOUR, Budget, Refusal
from timesheet.services.resilience.bulkhead import RATE_LIMITED, TurnedAway, ignore_refusal
from timesheet.services.resilience.priority import Priority, current_priority

FIRST_WAIT, FIRST_PAUSE, LONGEST_WAIT = 2.0, 0.3, 30.0
SHORTEST_JITTER, LONGEST_JITTER = 0.7, 1.3
SHORTEST_BREAK, LONGEST_PAUSE = 1.0, 3600.0
CALM_AFTER = 60.0
WIDE, NARROW = 8, 2
APP_QUOTA, SITE_QUOTA = "jira-quota-global-based", "jira-quota-tenant-based"
BURST, ISSUE_WRITES = "jira-burst-based", "jira-per-issue-on-write"
"""The limits of a few seconds, which say nothing about the allowance of the hour."""

_NUMBER = r"(\w+)=(\d{1,12}(?:\.\d+)?)(?![\d.])"
_SECONDS = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_QUOTA = re.compile(r'"([^"]+)"((?:\s*;\s*\w+=[\d.]+)+)')


@dataclass(frozen=True, slots=True)
class Target:
    """The parts that one call affects: a site, an endpoint there, and the issue it writes to, if any."""

    site: str
    endpoint: str
    issue: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of ``seconds``, and Jira's reason for it."""

    seconds: float
    reason: str


NO_PAUSE = Pause(0.0, "")


class PointsObserver(Protocol):
    """Called with the points that a call cost."""

    def __call__(self, endpoint: str, points: int, *, background: bool) -> None: ...


def _unobserved(endpoint: str, points: int, *, background: bool) -> None:
    """Do nothing; the default if nobody counts points."""
    del endpoint, points, background


class Pauses(Protocol):
    """The pauses of other processes."""

    def longest(self, scopes: Sequence[tuple[str, ...]]) -> tuple[float, str]:
        """Return the seconds and the reason of the longest pause of these scopes; 0 seconds if there is none."""

    def note(self, scope: tuple[str, ...], seconds: float, reason: str) -> None:
        """Make the other processes pause."""


class RateLimits:
    """The pauses that Jira requested, and the points that may be spent, for all sites. Thread safe.

    ``enter`` is called before anybody waits for Jira, and may refuse; ``silent`` knows the sites that do not
    respond. ``shared`` are the pauses of other processes.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        *,
        enter: Callable[[], None] = lambda: None,
        silent: Breaker | None = None,
        budget: Budget | None = None,
        shared: Pauses | None = None,
        counted: PointsObserver = _unobserved,
        turned_away: TurnedAway = ignore_refusal,
    ) -> None:
        self._budget, self._shared = budget, shared
        self._counted, self._turned_away = counted, turned_away
        self.enter = enter
        self.silent = silent or Breaker(now=now)
        self._now = now
        self._lock = threading.Lock()
        self._until: dict[tuple[str, ...], tuple[float, str]] = {}
        self._refused: dict[str, float] = {}
        self._unstated: dict[tuple[str, ...], tuple[float, float]] = {}

    def pause(self, target: Target) -> Pause:
        """Return how long a call to ``target`` must still wait; zero seconds if it may be sent."""
        if not self._until and self._shared is None:
            return NO_PAUSE
        now, scopes = self._now(), _scopes(target)
        with self._lock:
            waits = [self._until[scope] for scope in scopes if scope in self._until]
        until, reason = max(waits, default=(now, ""))
        shared = self._shared.longest(scopes) if self._shared else (0.0, "")
        return Pause(*max((max(0.0, until - now), reason), shared))

    def refusal(self, target: Target, points: int) -> Refusal | None:
        """Return why the app itself holds back a read of ``target`` now; None if it may be sent: it is counted."""
        priority = current_priority()
        refusal = self._budget.refusal(target.site, priority, points) if self._budget else None
        if refusal:
            self._turned_away(refusal.reason)
        else:
            self._counted(target.endpoint, points, background=priority is Priority.BACKGROUND)
        return refusal

    def spent(self, target: Target, points: int) -> None:
        """Count the points of a change, or what a read cost beyond the points that were counted before it."""
        priority = current_priority()
        if self._budget:
            self._budget.spend(target.site, points, priority)
        self._counted(target.endpoint, points, background=priority is Priority.BACKGROUND)

    def refuse(self, target: Target, reason: str, seconds: float) -> None:
        """Record a 429 from Jira: pause the targets that its ``reason`` covers.

        A 429 for the app's allowance also means that none of it is left in this hour.
        """
        if reason == APP_QUOTA and self._budget:
            self._budget.note_app_quota(None, 0, seconds)
        now = self._now()
        until = now + min(seconds, LONGEST_PAUSE)
        scope = _scope(target, reason)
        with self._lock:
            self._until = {key: value for key, value in self._until.items() if value[0] > now}
            self._until[scope] = max(self._until.get(scope, (until, reason)), (until, reason))
            self._refused = {site: at for site, at in self._refused.items() if now - at < CALM_AFTER}
            self._refused[target.site] = now
        if self._shared:
            self._shared.note(scope, min(seconds, LONGEST_PAUSE), reason)

    def wait_unstated(self, target: Target, reason: str, jitter: float) -> float:
        """Return the seconds to pause after a 429 that states none: twice as many as after the one before it.

        It is the first if Jira has answered since, or not been asked for a minute. Calls that were sent before the
        pause began are refused with it, so they do not prolong it.
        """
        now, scope = self._now(), _scope(target, reason)
        with self._lock:
            self._unstated = {key: one for key, one in self._unstated.items() if now - one[1] < CALM_AFTER}
            wait, until = self._unstated.get(scope, (FIRST_WAIT / 2, now))
            if now >= until:
                wait = min(LONGEST_WAIT, wait * 2)
            self._unstated[scope] = wait, max(until, now + wait * jitter)
        return wait * jitter

    def answered(self, target: Target) -> None:
        """Note an answer, so the next 429 is a first one again; that to a call sent before a pause does not count."""
        if not self._unstated:
            return
        now = self._now()
        with self._lock:
            for scope in _scopes(target):
                if self._unstated.get(scope, (0.0, math.inf))[1] <= now:
                    del self._unstated[scope]

    def give_up(self) -> None:
        """Count a call that Jira does not get, or not again, because its pause is too long to wait for."""
        self._turned_away(RATE_LIMITED)

    def note(self, target: Target, headers: Mapping[str, str]) -> None:
        """Read the remaining allowance from the headers of a response, and pause before Jira has to refuse."""
        if "RateLimit" not in headers:
            return
        policies = dict(_entries(headers, "RateLimit-Policy"))
        for name, values in _entries(headers, "RateLimit"):
            if "r" not in values:
                continue
            policy = policies.get(name, {})
            reason = _reason(name, policy)
            if reason in (APP_QUOTA, SITE_QUOTA):
                self._note_quota(target.site, name, policy.get("q"), values)
            if values["r"] < 1 and "t" in values:
                self.refuse(target, reason, values["t"])

    def _note_quota(self, site: str, name: str, whole: float | None, values: Mapping[str, float]) -> None:
        size, remaining = None if whole is None else int(whole), int(values["r"])
        if self._budget and "global" in name:
            self._budget.note_app_quota(size, remaining, values.get("t"))
        elif self._budget and size:
            self._budget.note_site_quota(site, size, remaining)

    def width(self, site: str) -> int:
        """Return how many calls may run at once to ``site``; fewer in the background, and soon after a refusal."""
        with self._lock:
            at = self._refused.get(site)
        calm = at is None or self._now() - at >= CALM_AFTER
        return WIDE if calm and current_priority() is not Priority.BACKGROUND else NARROW


def _entries(headers: Mapping[str, str], header: str) -> list[tuple[str, dict[str, float]]]:
    """Return the named entries of a structured header, with their numbers."""
    return [
        (name, {key: float(number) for key, number in re.findall(_NUMBER, values, re.ASCII)})
        for name, values in _QUOTA.findall(headers.get(header, ""))
    ]


def _reason(name: str, policy: Mapping[str, float]) -> str:
    """Return the reason that Jira gives once this limit is exhausted."""
    if "per-issue" in name:
        return ISSUE_WRITES
    if "burst" in name or policy.get("w", HOUR) < HOUR:
        return BURST
    return APP_QUOTA if "global" in name else SITE_QUOTA


def _scopes(target: Target) -> tuple[tuple[str, ...], ...]:
    return (
        ("app",),
        ("site", target.site),
        ("endpoint", target.site, target.endpoint),
        ("issue", target.site, target.issue),
    )


def _scope(target: Target, reason: str) -> tuple[str, ...]:
    app, site, endpoint, issue = _scopes(target)
    if "per-issue" in reason and target.issue:
        return issue
    if "burst" in reason:
        return endpoint
    return app if "global" in reason else site


def wait_after(attempt: int, retry_after: float | None, jitter: float) -> float:
    """Return the seconds to wait after try number ``attempt`` (from 0): Retry-After if given, otherwise doubling."""
    return FIRST_PAUSE * 2**attempt * jitter if retry_after is None else retry_after


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, which may be a number or a date; None if there is none.

    A date is compared with Jira's own clock if the response has it, because the two clocks may differ. Jira
    may send 0, or a date in the past: it asked for a pause anyway, so the app waits for a second. A server in
    front of it may send decimals.
    """
    text = headers.get("Retry-After", "").strip()
    # A header that was sent twice arrives as a list.
    first = text.partition(",")[0]
    try:
        stated = float(first) if _SECONDS.fullmatch(first) else None
        seconds = _seconds_until(parsedate_to_datetime(text), headers) if stated is None else stated
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(SHORTEST_BREAK, seconds), LONGEST_PAUSE)


def reset_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until the exhausted limit is reset, of a 429 without Retry-After; None if it is not stated."""
    try:
        seconds = _seconds_until(datetime.fromisoformat(headers.get("X-RateLimit-Reset", "")), headers)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(SHORTEST_BREAK, seconds), LONGEST_PAUSE) if seconds > 0 else None


def _seconds_until(then: datetime, headers: Mapping[str, str]) -> float:
    """Return the seconds from Jira's own time, if it states it. Raise TypeError for a time without a zone."""
    now = headers.get("Date")
    return (then - (parsedate_to_datetime(now) if now else datetime.now(UTC))).total_seconds()
