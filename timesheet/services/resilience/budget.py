"""Share Jira's hourly allowance of points: between sites, and between people and background work.

Atlassian counts the points of an app over all its sites, from one full UTC hour to the next
(developer.atlassian.com/cloud/jira/platform/rate-limiting). An app that exceeds them gets nothing until the
hour ends, so this app stops reading earlier, in this order: background work, then sites that had more than
their share, then everybody. Saves are never held back, nor are the few reads that they need.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from timesheet.services.resilience.priority import Priority

HOUR = 3600
POINTS_AN_HOUR = 65_000
SHORT = 0.25
"""The part below which a site gets only its fair share of what is left."""
SHARES, PART, LARGEST_PART = 4, 0.25, 0.8
"""A site may use this many fair shares or this part of all, whichever is more, but no more than the largest part."""
RESERVE, MARGIN = 0.2, 1.25
"""Background work leaves this part of the points of the rest of the hour, or what people used so far, and more."""
FOR_SAVES, MOST_FOR_SAVES = 0.02, 0.5
"""This part is left for people who save, or what they used so far and a quarter more, for the rest of the hour; but no
more than the second part, because a few who save when the hour begins would keep everybody else from reading."""
AT_THE_END = 0.005
"""This part is left until the hour ends, because what a read costs is known only afterward."""
FOR_FIRST_VIEWS = 0.9
"""Reading again what is cached leaves this part of the points of the rest of the hour to people who have nothing.
Events keep it current, so it can wait until the next tenth of an hour's points is there."""
SHORTEST_SECONDS, SETTLED_SECONDS = 60, 300
"""A rate measured in less time means nothing; until the second time the hour before is the better estimate."""
BACKGROUND_PAUSE = 60.0
CLOCKS_APART = 120.0
"""The seconds by which the ends of Jira's hour and ours may differ."""
APP_SPENT, SITE_SPENT, RESERVED = "app-budget", "site-budget", "reserved-budget"

EpochClock = Callable[[], float]
"""Returns the current time in epoch seconds."""


@dataclass(frozen=True, slots=True)
class Spent:
    """The points of one hour: of the whole app, of people everywhere, of their saves alone, and of one site.

    ``sites`` is the number of active sites. ``people_before`` and so on are those of the hour before.
    """

    app: int = 0
    people: int = 0
    saves: int = 0
    site: int = 0
    sites: int = 0
    people_before: int = 0
    saves_before: int = 0
    sites_before: int = 0

    def without(self, points: int, priority: Priority) -> Spent:
        """Return the sums before ``points`` of a call with this priority were counted."""
        return replace(
            self,
            app=self.app - points,
            people=self.people - (points if priority is not Priority.BACKGROUND else 0),
            saves=self.saves - (points if priority is Priority.SAVE else 0),
            site=self.site - points,
        )


class Points(Protocol):
    """The points of each hour, counted by all processes together if they share them."""

    def add(self, hour: int, site: str, points: int, priority: Priority) -> Spent:
        """Count points, perhaps none, and return the sums; no ``site`` only asks for them."""

    def at_least(self, hour: int, points: int) -> None:
        """Set the app's sum to what Jira says, unless it is higher already."""


@dataclass(slots=True)
class _Hour:
    app: int = 0
    people: int = 0
    saves: int = 0
    sites: Counter[str] = field(default_factory=Counter)


class MemoryPoints:
    """The points that one process counts; this hour's and the last one's. Thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hours: dict[int, _Hour] = {}

    def add(self, hour: int, site: str, points: int, priority: Priority) -> Spent:
        """See Points."""
        with self._lock:
            now, before = self._hours.get(hour) or self._of(hour), self._hours.get(hour - 1, _Hour())
            now.app += points
            if site:
                now.sites[site] += points
            now.people += points if priority is not Priority.BACKGROUND else 0
            now.saves += points if priority is Priority.SAVE else 0
            return Spent(
                now.app,
                now.people,
                now.saves,
                now.sites[site],
                len(now.sites),
                before.people,
                before.saves,
                len(before.sites),
            )

    def at_least(self, hour: int, points: int) -> None:
        """See Points."""
        with self._lock:
            now = self._of(hour)
            now.app = max(now.app, points)

    def _of(self, hour: int) -> _Hour:
        if hour not in self._hours:
            self._hours = {
                known_hour: sums for known_hour, sums in self._hours.items() if known_hour == hour - 1
            }
            self._hours[hour] = _Hour()
        return self._hours[hour]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason why no call may be made now, and the seconds until the next try."""

    reason: str
    seconds: float


class Budget:
    """Decides who may call Jira. Thread safe."""

    def __init__(self, points: Points, clock: EpochClock, quota: int = POINTS_AN_HOUR) -> None:
        self._points, self._clock = points, clock
        self._quota = quota
        # Sites to which Jira gives their own allowance: the hour, the size, and what is left.
        self._own: dict[str, tuple[int, int, int]] = {}

    def refusal(self, site: str, priority: Priority, points: int = 1) -> Refusal | None:
        """Return why ``site`` may not read now; None if it may, and then ``points`` are counted for the call."""
        hour, left_seconds = self._hour()
        # One question to a shared count in nearly every case: a refused call gives its points back.
        spent = self._points.add(hour, site, points, priority)
        own = self._own.get(site)
        if own is not None and own[0] == hour:
            reason = _of_own(own[1], own[2], priority)
        else:
            reason = why_not(self._quota, spent.without(points, priority), left_seconds, priority)
        if reason:
            self._points.add(hour, site, -points, priority)
            pause = min(left_seconds, BACKGROUND_PAUSE) if reason == RESERVED else left_seconds
            return Refusal(reason, pause)
        self._spend_own(site, points)
        return None

    def spend(self, site: str, points: int, priority: Priority) -> None:
        """Count the points of a change, or those of a read beyond the ones that were counted before it."""
        self._points.add(self._hour()[0], site, points, priority)
        self._spend_own(site, points)

    def _spend_own(self, site: str, points: int) -> None:
        own = self._own.get(site)
        if own is not None:
            self._own[site] = (own[0], own[1], own[2] - points)

    def note_app_quota(self, size: int | None, left: int | None, resets_in: float | None = None) -> None:
        """Record the size of the app's allowance, and what is left of it for ``resets_in`` seconds, as Jira says.

        If the period ends at another time than this hour, it is another period and is ignored.
        """
        hour, left_seconds = self._hour()
        if resets_in is not None and abs(resets_in - left_seconds) > CLOCKS_APART:
            return
        if size:
            self._quota = size
        if left is not None:
            self._points.at_least(hour, self._quota - left)

    def note_site_quota(self, site: str, size: int, left: int) -> None:
        """Record the allowance that Jira gives to one site alone, and what is left of it."""
        hour, _ = self._hour()
        self._own[site] = (hour, size, left)

    def left(self) -> int:
        """Return the points that the app has left in this hour, as far as it knows."""
        hour, _ = self._hour()
        return max(0, self._quota - self._points.add(hour, "", 0, Priority.BACKGROUND).app)

    def allowed(self) -> int:
        """Return the points that the app has in an hour, as far as it knows."""
        return self._quota

    def _hour(self) -> tuple[int, float]:
        """Return the number of the current hour, and the seconds until the next."""
        now = self._clock()
        return int(now // HOUR), HOUR - now % HOUR


def why_not(quota: int, spent: Spent, left_seconds: float, priority: Priority) -> str:
    """Return why a site may not read, from what was spent in this hour; "" if it may."""
    left = quota - spent.app
    if priority is Priority.SAVE:
        return ""
    for_saves = _expected(FOR_SAVES * quota, spent.saves, spent.saves_before, left_seconds)
    most_for_saves = MOST_FOR_SAVES * quota * left_seconds / HOUR
    reserved = max(AT_THE_END * quota, min(for_saves, most_for_saves))
    if left <= reserved:
        return APP_SPENT
    if spent.site >= most_of_a_site(quota, left, max(1, spent.sites, spent.sites_before)):
        return SITE_SPENT
    of_the_rest = max(0.0, quota * left_seconds / HOUR - reserved)
    if priority is Priority.REFRESH and left <= reserved + FOR_FIRST_VIEWS * of_the_rest:
        return RESERVED
    if priority is Priority.BACKGROUND and left <= reserve(quota, spent, left_seconds):
        return RESERVED
    return ""


def most_of_a_site(quota: int, left: int, sites: int) -> float:
    """Return how many points one of so many active sites may use in an hour."""
    share = quota / sites
    if left < SHORT * quota and sites > 1:
        return share
    return min(LARGEST_PART * quota, max(PART * quota, SHARES * share))


def reserve(quota: int, spent: Spent, left_seconds: float) -> float:
    """Return how many points background work must leave to people for the rest of the hour.

    The estimate is what people used recently: in this hour, or in the previous one while this hour has just begun.
    """
    return _expected(RESERVE * quota, spent.people, spent.people_before, left_seconds)


def _expected(least: float, spent: int, before: int, left_seconds: float) -> float:
    """Return the points that will be needed in the rest of the hour; ``least`` in a whole hour."""
    rest, elapsed = left_seconds / HOUR, HOUR - left_seconds
    rate = spent * HOUR / max(elapsed, SHORTEST_SECONDS)
    known = rate if elapsed >= SETTLED_SECONDS else max(rate, before)
    return max(least, MARGIN * known) * rest


def _of_own(size: int, left: int, priority: Priority) -> str:
    if priority is Priority.SAVE:
        return ""
    if left <= FOR_SAVES * size:
        return SITE_SPENT
    return RESERVED if priority is Priority.BACKGROUND and left <= RESERVE * size else ""
