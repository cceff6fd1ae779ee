"""A timer that measures a person's work on an issue, stored as instants only; its time is rounded.

Instants are timezone-aware, and all arithmetic is in UTC, so a clock change adds and loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from timesheet.domain.duration import MINUTE
from timesheet.domain.jira_time import day_end
from timesheet.domain.message import message

TIMER_STEPS = (5, 6, 10, 15, 30, 60)
"""The steps in minutes to which the time of a timer can be rounded."""


class TimerRounding(StrEnum):
    """The rule that rounds time between two steps. The result is at least one step."""

    NEAREST = "nearest"
    UP = "up"


TIMER_ROUNDING_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "": message("To whole minutes"),
        **{
            f"{way}-{step}": message(pattern, minutes=step)
            for way, pattern in (
                (TimerRounding.NEAREST, message("To the nearest {minutes} minutes")),
                (TimerRounding.UP, message("Up to the next {minutes} minutes")),
            )
            for step in TIMER_STEPS
        },
    }
)
"""The ways of rounding that a site can choose, as they are stored, with their names."""


@dataclass(frozen=True, slots=True)
class TimerRules:
    """A site's settings for timers: the step in minutes, and the ids of projects; none means all of them."""

    step: int = 0
    rounding: TimerRounding = TimerRounding.NEAREST
    projects: frozenset[int] = frozenset()

    @classmethod
    def of(cls, rounding: str, projects: str) -> Self:
        """Return the rules from a site's settings: a name of TIMER_ROUNDING_NAMES, and ids of projects with commas.

        A way of rounding that only a newer release knows counts as none.
        """
        ids = frozenset(map(int, filter(None, projects.split(","))))
        if not rounding or rounding not in TIMER_ROUNDING_NAMES:
            return cls(projects=ids)
        way, _, step = rounding.partition("-")
        return cls(int(step), TimerRounding(way), ids)

    def allows(self, project_id: int) -> bool:
        """Return True if time on this project can be measured."""
        return not self.projects or project_id in self.projects

    def rounded(self, seconds: int) -> int:
        """Return the seconds to log for measured ``seconds``; a rounded value stays the same."""
        return rounded(seconds, self.step, self.rounding)


@dataclass(frozen=True, slots=True)
class Timer:
    """The timer of one person. ``counts_from`` is ``started``, moved forward by every pause.

    ``paused`` is when it was paused, None while it runs. ``confirmed`` is when the person last confirmed that
    it is still running on purpose.
    """

    account_id: str
    issue_id: int
    started: datetime
    counts_from: datetime
    paused: datetime | None = None
    confirmed: datetime | None = None

    @property
    def key(self) -> str:
        """Return the key with which its time is logged, the same in every tab and after every restart."""
        named = f"{self.account_id}\n{self.issue_id}\n{self.started.astimezone(UTC).isoformat()}"
        return sha256(named.encode()).hexdigest()[:32]

    @property
    def pauses(self) -> timedelta:
        """Return how long it was paused before it ran again, in whole minutes, because Jira stores nothing shorter.

        They are not rounded up, so that a pause which ended before midnight leaves a minute to that day.
        """
        return timedelta(minutes=_between(self.started, self.counts_from) // timedelta(minutes=1))

    def seconds(self, now: datetime) -> int:
        """Return the whole seconds that it has counted."""
        return max(0, int(_between(self.counts_from, self.paused or now).total_seconds()))

    def pause(self, now: datetime) -> Timer:
        """Return the timer, paused; one that is paused already stays as it is."""
        return self if self.paused else replace(self, paused=max(_utc(now), _utc(self.counts_from)))

    def resume(self, now: datetime) -> Timer:
        """Return the timer, running again; one that runs stays as it is."""
        if self.paused is None:
            return self
        pause = max(_between(self.paused, now), timedelta(0))
        confirmed = self.confirmed and _utc(now)
        return replace(self, counts_from=_utc(self.counts_from) + pause, paused=None, confirmed=confirmed)

    def ask_at(self, usual: int, zone: ZoneInfo) -> datetime:
        """Return when to ask about it: at midnight in ``zone``, and one that runs also after ``usual`` seconds.

        One that runs is asked about after an hour at the earliest, and at midnight so that nobody logs a night by
        mistake. After a confirmation, the person is asked again after as many seconds, or at the next midnight.
        """
        if self.paused:
            return day_end(self.confirmed or self.started, zone)
        since = max(_utc(self.counts_from), _utc(self.confirmed or self.counts_from))
        return min(since + timedelta(seconds=usual), max(day_end(since, zone), since + timedelta(hours=1)))


def start_timer(account_id: str, issue_id: int, now: datetime) -> Timer:
    """Return a timer that begins now."""
    return Timer(account_id, issue_id, _utc(now), _utc(now))


def rounded(seconds: int, step: int, way: TimerRounding) -> int:
    """Return ``seconds`` in whole minutes, and those in whole steps of ``step`` minutes; at least one of them.

    Minutes come first, so 90 minutes and some seconds stay 90 minutes at a step of 15. Rounding again changes
    nothing.
    """
    minutes = max(1, (seconds + MINUTE // 2) // MINUTE)
    if not step:
        return minutes * MINUTE
    more = step - 1 if way is TimerRounding.UP else step // 2
    return max(1, (minutes + more) // step) * step * MINUTE


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def _between(first: datetime, last: datetime) -> timedelta:
    """Return the elapsed time, because subtracting two times in one zone would compare their wall clocks."""
    return _utc(last) - _utc(first)
