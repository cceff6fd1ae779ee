"""Dates in JQL: fixed ones, periods from now, and the start and end functions, all in the caller's zone."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jira_emulator.jql.ast import Function, JqlError, Value

_FIXED = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?: (\d{1,2}):(\d{2}))?")
_PERIOD = re.compile(r"([+-])?\s*((?:\d{1,6}\s*[wdhmMy]\s*)+)")
_PART = re.compile(r"(\d{1,6})\s*([wdhmMy])")
_OFFSET = re.compile(r"([+-]?)(\d{1,6})([wdhmMy]?)")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9999, 12, 30)
"""Jira documents no limit for a year of four digits. Days outside could not be converted between zones."""
_SPANS = {"day": "d", "week": "w", "month": "M", "year": "y"}
_BOUNDARY = re.compile(r"(startof|endof)(day|week|month|year)")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The meaning of dates for one caller: zone, now (timezone-aware), and the first weekday (0 = Monday)."""

    zone: ZoneInfo
    now: datetime
    week_start: int

    def is_function(self, name: str) -> bool:
        """Return whether a function returns a date."""
        return name.lower() in ("now", "currentlogin", "lastlogin") or bool(_BOUNDARY.fullmatch(name.lower()))

    def read(self, operand: Value | Function, field: str) -> datetime:
        """Return the timezone-aware instant of an operand. Raise JqlError with Jira's sentence."""
        found = self._read(operand, field)
        if not FIRST_DAY <= found.date() <= LAST_DAY:
            raise _invalid(operand.encoded, field)
        return found

    def _read(self, operand: Value | Function, field: str) -> datetime:
        local = self.now.astimezone(self.zone)
        if isinstance(operand, Function):
            return self._call(operand, local)
        if fixed := _FIXED.fullmatch(operand.text.strip()):
            return self._fixed(fixed, operand.text, field)
        if period := _PERIOD.fullmatch(operand.text.strip()):
            sign = -1 if period.group(1) == "-" else 1
            for number, unit in _PART.findall(period.group(2)):
                local = _shift(local, sign * int(number), unit)
            return local
        raise _invalid(operand.text, field)

    def day_start(self, day: date) -> datetime:
        """Return midnight of a day in the caller's zone."""
        return datetime.combine(day, time(), self.zone)

    def _fixed(self, match: re.Match[str], text: str, field: str) -> datetime:
        year, _, month, day, hour, minute = match.groups()
        try:
            return datetime(
                int(year), int(month), int(day), int(hour or 0), int(minute or 0), tzinfo=self.zone
            )
        except ValueError:
            raise _invalid(text, field) from None

    def _call(self, function: Function, local: datetime) -> datetime:
        boundary = _BOUNDARY.fullmatch(function.name.lower())
        if boundary is None:
            return local
        edge, span = boundary.groups()
        if len(function.arguments) > 1:
            raise JqlError(
                f"Function '{function.name}' expected between '0' and '1' arguments but received "
                f"'{len(function.arguments)}'."
            )
        moved = self._offset(function, local, _SPANS[span])
        start = _START[span](moved.date(), self.week_start)
        if edge == "startof":
            return self.day_start(start)
        following = _shift(datetime.combine(start, time()), 1, _SPANS[span]).date()
        return (self.day_start(following).astimezone(UTC) - timedelta(milliseconds=1)).astimezone(self.zone)

    def _offset(self, function: Function, local: datetime, unit: str) -> datetime:
        if not function.arguments:
            return local
        offset = _OFFSET.fullmatch(function.arguments[0].strip())
        if offset is None:
            raise JqlError(
                f"Duration for function '{function.name}' should have the format (+/-)n(yMwdhm), e.g -1M for 1 "
                "month earlier."
            )
        sign, number, given = offset.groups()
        return _shift(local, -int(number) if sign == "-" else int(number), given or unit)


_START: dict[str, Callable[[date, int], date]] = {
    "day": lambda day, first: day,
    "week": lambda day, first: day - timedelta(days=(day.weekday() - first) % 7),
    "month": lambda day, first: day.replace(day=1),
    "year": lambda day, first: day.replace(month=1, day=1),
}


def _shift(when: datetime, number: int, unit: str) -> datetime:
    """Shift an instant: days and longer by the wall clock, hours and minutes by elapsed time."""
    try:
        if unit in "My":
            months = when.year * 12 + when.month - 1 + number * (12 if unit == "y" else 1)
            year, month = divmod(months, 12)
            return when.replace(year=year, month=month + 1, day=min(when.day, monthrange(year, month + 1)[1]))
        if unit in "wd":
            return when + timedelta(days=number * (7 if unit == "w" else 1))
        moved = when.astimezone(UTC) + timedelta(minutes=number * (60 if unit == "h" else 1))
        return moved.astimezone(when.tzinfo)
    except (ValueError, OverflowError):
        raise JqlError(f"The period '{number}{unit}' leaves the calendar.") from None


def _invalid(text: str, field: str) -> JqlError:
    forms = (
        "'YYYY/MM/DD', 'YYYY-MM-DD'"
        if field.lower() == "worklogdate"
        else "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd'"
    )
    return JqlError(
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: {forms}, or a period format "
        "e.g. '-5d', '4w 2d'."
    )
