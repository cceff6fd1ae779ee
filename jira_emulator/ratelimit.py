"""Jira's three rate limits: points per hour, bursts per endpoint, writes per issue."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from jira_emulator.clock import Now

POINTS_PER_HOUR = 65_000
BURSTS = {"GET": 100, "POST": 100, "PUT": 50, "DELETE": 50}
NAMED_BURSTS = {
    ("GET", "/issue/<>"): 150,
    ("GET", "/user"): 150,
    ("POST", "/search/approximate-count"): 150,
}
ISSUE_WRITES = ((20, 2.0), (100, 30.0))


@dataclass(frozen=True, slots=True)
class Exceeded:
    """The exhausted limit, and after how many seconds to try again."""

    reason: str
    retry_after: int


@dataclass
class PointQuota:
    """The points of each app across all sites, reset at each full UTC hour."""

    clock: Now
    limit: int = POINTS_PER_HOUR
    _hour: datetime | None = None
    _used: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def charge(self, app_key: str, points: int) -> None:
        """Add the points that a call cost."""
        with self._lock:
            self._turn()
            self._used[app_key] = self._used.get(app_key, 0) + points

    def remaining(self, app_key: str) -> int:
        """Return the points left in this hour, never below zero."""
        with self._lock:
            self._turn()
            return max(0, self.limit - self._used.get(app_key, 0))

    def reset_at(self) -> datetime:
        """Return the next full hour, UTC."""
        return self.clock().astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)

    def seconds_left(self) -> int:
        """Return the whole seconds until the next full hour, at least one."""
        return max(1, int((self.reset_at() - self.clock()).total_seconds()))

    def _turn(self) -> None:
        hour = self.reset_at()
        if hour != self._hour:
            self._hour = hour
            self._used.clear()


class Windows:
    """Sliding windows of call times by key."""

    def __init__(self, clock: Now) -> None:
        self._clock = clock
        self._lock = Lock()
        self._times: dict[object, deque[float]] = {}

    def admit(self, key: object, limits: tuple[tuple[int, float], ...]) -> bool:
        """Count a call unless one of the (calls, seconds) limits is exhausted."""
        now = self._clock().timestamp()
        longest = max(seconds for _, seconds in limits)
        with self._lock:
            times = self._times.setdefault(key, deque())
            while times and times[0] <= now - longest:
                times.popleft()
            for calls, seconds in limits:
                if sum(1 for moment in times if moment > now - seconds) >= calls:
                    return False
            times.append(now)
            return True

    def used(self, key: object, seconds: float) -> int:
        """Return how many calls were counted in the last seconds."""
        now = self._clock().timestamp()
        with self._lock:
            return sum(1 for moment in self._times.get(key, ()) if moment > now - seconds)


class RateLimits:
    """The limits of one site; they apply only while ``on``."""

    def __init__(self, quota: PointQuota, clock: Now, on: bool = False) -> None:
        self.on = on
        self.quota = quota
        self._windows = Windows(clock)

    def refuse(self, method: str, template: str, issue: str | None, app_key: str | None) -> Exceeded | None:
        """Return the limit that forbids this call now, or None after counting it."""
        if app_key is not None and self.quota.remaining(app_key) <= 0:
            return Exceeded("jira-quota-global-based", self.quota.seconds_left())
        burst = _burst(method, template)
        if not self._windows.admit((method, template), ((burst, 1.0),)):
            return Exceeded("jira-burst-based", 1)
        if issue is not None and method != "GET" and not self._windows.admit(("issue", issue), ISSUE_WRITES):
            return Exceeded("jira-per-issue-on-write", 2)
        return None

    def headers(self, method: str, template: str, app_key: str) -> dict[str, str]:
        """Return the headers of every response to an app: its allowance of the hour, and the endpoint's of a second.

        What is left of the hour is stated only if it is less than a fifth.
        """
        left, limit, burst = self.quota.remaining(app_key), self.quota.limit, _burst(method, template)
        near = left * 5 < limit
        hour = f"r={left};t={self.quota.seconds_left()}" if near else f"t={self.quota.seconds_left()}"
        second = max(0, burst - self._windows.used((method, template), 1.0))
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(left),
            "RateLimit-Policy": f'"global-app-quota";q={limit};w=3600,"jira-burst-based";q={burst};w=1',
            "RateLimit": f'"global-app-quota";{hour},"jira-burst-based";r={second};t=1',
        }
        return headers | ({"X-RateLimit-NearLimit": "true"} if near else {})

    def refusal_headers(self, exceeded: Exceeded, now: datetime) -> dict[str, str]:
        """Return the headers of a 429."""
        quota = exceeded.reason == "jira-quota-global-based"
        reset = self.quota.reset_at() if quota else now + timedelta(seconds=exceeded.retry_after)
        return {
            "Retry-After": str(exceeded.retry_after),
            "RateLimit-Reason": exceeded.reason,
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def _burst(method: str, template: str) -> int:
    """Return how many calls a second an endpoint admits."""
    return NAMED_BURSTS.get((method, template), BURSTS.get(method, 100))
