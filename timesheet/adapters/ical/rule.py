"""Rules of repetition (RRULE), read strictly and repeated within bounds."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, UTC, datetime, timedelta, tzinfo
from itertools import groupby, islice
from typing import Any, Literal

from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, YEARLY, rrule

from timesheet.domain.identifier import is_number

FREQUENCIES: dict[str, Frequency] = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
WEEKDAYS = {"MO": MO, "TU": TU, "WE": WE, "TH": TH, "FR": FR, "SA": SA, "SU": SU}
NUMBERS = {
    "BYMONTH": ("bymonth", 12),
    "BYMONTHDAY": ("bymonthday", 31),
    "BYYEARDAY": ("byyearday", 366),
    "BYWEEKNO": ("byweekno", 53),
    "BYSETPOS": ("bysetpos", 366),
}
MOST_VALUES = 100
MOST_DAYS, MOST_MONTHS = 5000, 1200
"""The most days of a rule for days or weeks that are looked at, one by one, and months or years of one for these;
its interval does not count."""
BEYOND = 12 * MAXYEAR
OF_DAYS = frozenset({"byweekday", "bymonth", "bymonthday", "bysetpos", "wkst"})
"""The conditions that rules for days and weeks may have."""
DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
NUMBER = re.compile(r"[+-]?\d{1,3}")


Frequency = Literal[0, 1, 2, 3, 4, 5, 6]


class Unreadable(Exception):
    """A part of the file cannot be used."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of whole days. ``until`` is as written; ``utc`` says that it is in UTC."""

    freq: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    utc: bool = False
    by: dict[str, Any] = field(default_factory=dict)


def read_rule(text: str) -> Rule:
    """Return a rule. Raise Unreadable for one that is wrong or repeats within a day."""
    parts = dict(part.split("=", 1) for part in text.strip().upper().split(";") if "=" in part)
    freq = FREQUENCIES.get(parts.pop("FREQ", ""))
    if freq is None:
        raise Unreadable
    until, utc = _until(parts.pop("UNTIL", ""))
    interval = _whole(parts.pop("INTERVAL", "1"))
    count = _whole(parts.pop("COUNT")) if "COUNT" in parts else None
    by: dict[str, Any] = {}
    for name, value in parts.items():
        if name == "BYDAY":
            by["byweekday"] = _weekdays(value)
        elif name == "WKST" and value in WEEKDAYS:
            by["wkst"] = WEEKDAYS[value]
        elif name in NUMBERS:
            by[NUMBERS[name][0]] = _numbers(value, NUMBERS[name][1])
        elif not name.startswith("X-"):
            raise Unreadable
    if freq in (DAILY, WEEKLY) and not by.keys() <= OF_DAYS:
        raise Unreadable
    return Rule(freq, interval, count, until, utc, by)


def repeated(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the times of a rule from ``start`` up to ``end``, both naive, at most ``count`` of them.

    The library looks for the next time until the year 9999, so it is only asked for what always has one, or for one
    month or year at a time: a rule for a day that never comes would take half a minute.
    """
    if end < start:
        return
    times = _of_days(rule, start, end) if rule.freq in (DAILY, WEEKLY) else _of_months(rule, start, end)
    try:
        yield from islice(times, rule.count)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise Unreadable from None


def _of_days(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the times of a rule for days or weeks, whose conditions are checked one by one."""
    first_day = rule.by.get("wkst", MO)
    days, places = rule.by.get("byweekday"), rule.by.get("bysetpos")
    week = timedelta(days=(start.weekday() - first_day.weekday) % 7 if rule.freq == WEEKLY else 0)
    every = {"byweekday": days or start.weekday(), "wkst": first_day} if rule.freq == WEEKLY else {}
    # Whole weeks, because places count in them.
    times = rrule(rule.freq, start - week, interval=rule.interval, until=end + timedelta(days=7), **every)
    length = 7 if rule.freq == WEEKLY else 1
    groups = groupby(times, key=lambda one: (one.toordinal() - 1 - first_day.weekday) // length)
    for steps, (_, some) in enumerate(groups):
        if steps * length > MOST_DAYS:
            raise Unreadable
        found = [one for one in some if _fits(rule, one)]
        if places:
            chosen = {place - (place > 0) for place in places if -len(found) <= place <= len(found)}
            found = sorted({found[place] for place in chosen})
        yield from (one for one in found if start <= one <= end)


def _fits(rule: Rule, one: datetime) -> bool:
    days, months, in_month = (rule.by.get(name) for name in ("byweekday", "bymonth", "bymonthday"))
    before_end = one.day - monthrange(one.year, one.month)[1] - 1
    return (
        (not days or any(day.weekday == one.weekday() for day in days))
        and (not months or one.month in months)
        and (not in_month or one.day in in_month or before_end in in_month)
    )


def _of_months(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the times of a rule for months or years, each of them read alone: the next is beyond the last year."""
    one, first = rule, start
    for steps in range(1, MOST_MONTHS + 1):
        yield from rrule(rule.freq, first, interval=BEYOND, until=end, **one.by)
        if _month(rule, start, steps) > (end.year, end.month):
            return
        one, first = _later(rule, start, steps)
    raise Unreadable


def last_time(rule: Rule, zone: tzinfo) -> datetime | None:
    """Return the last wall time of a rule; UTC is converted to its zone."""
    if rule.until is None or not rule.utc:
        return rule.until
    try:
        return rule.until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    except (OverflowError, ValueError):
        raise Unreadable from None


def advanced(rule: Rule, start: datetime, near: datetime) -> tuple[Rule, datetime]:
    """Return a later start, a step before ``near``, and a rule that repeats from there as ``rule`` does from ``start``.

    A rule with a count stays, because every repetition counts.
    """
    if rule.count is not None or near <= start:
        return rule, start
    if rule.freq in (DAILY, WEEKLY):
        step = timedelta(days=(1 if rule.freq == DAILY else 7) * rule.interval)
        return rule, start + max(0, (near - start) // step - 1) * step
    length = rule.interval * (12 if rule.freq == YEARLY else 1)
    months = (near.year - start.year) * 12 + near.month - start.month
    steps = months // length - 1
    return _later(rule, start, steps) if steps > 0 else (rule, start)


def _later(rule: Rule, start: datetime, steps: int) -> tuple[Rule, datetime]:
    """Return a later month or year of a rule, and the rule that repeats from there as it does from ``start``."""
    # The day comes from the start if the rule does not name one, and the start is now the first of a month or year.
    by = dict(rule.by)
    if not by.keys() & {"byweekno", "byyearday", "bymonthday", "byweekday"}:
        by["bymonthday"] = start.day
        if rule.freq == YEARLY:
            by.setdefault("bymonth", start.month)
    year, month = _month(rule, start, steps)
    return replace(rule, by=by), start.replace(year=year, month=month, day=1)


def _month(rule: Rule, start: datetime, steps: int) -> tuple[int, int]:
    """Return the year and the first month of a later month or year of a rule."""
    if rule.freq == YEARLY:
        return start.year + steps * rule.interval, 1
    years, month = divmod(start.month - 1 + steps * rule.interval, 12)
    return start.year + years, month + 1


def _until(text: str) -> tuple[datetime | None, bool]:
    if not text:
        return None, False
    try:
        if "T" not in text:
            last = datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007  (a day on the wall)
            return last + timedelta(days=1, seconds=-1), False
        return datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S"), text.endswith("Z")  # noqa: DTZ007
    except (ValueError, OverflowError):
        raise Unreadable from None


def _whole(text: str) -> int:
    if not (is_number(text, 5) and int(text) > 0):
        raise Unreadable
    return int(text)


def _numbers(text: str, most: int) -> list[int]:
    found = text.split(",")
    if len(found) > MOST_VALUES or not all(map(NUMBER.fullmatch, found)):
        raise Unreadable
    values = [int(one) for one in found]
    if not all(0 < abs(one) <= most for one in values):
        raise Unreadable
    return values


def _weekdays(text: str) -> list[Any]:
    found = [DAY.fullmatch(one) for one in text.split(",")[:MOST_VALUES]]
    days = []
    for match in found:
        if match is None or (match[1] and not 0 < abs(int(match[1])) <= 53):
            raise Unreadable
        day = WEEKDAYS[match[2]]
        days.append(day(int(match[1])) if match[1] else day)
    return days
