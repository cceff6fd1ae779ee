"""Workload schemes: hours for each weekday, and the date from which each scheme applies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from timesheet.domain.duration import DAY, HOUR, parse_duration, same_minutes
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import Seconds, message
from timesheet.domain.name import check_unique, read_name

Weekdays: TypeAlias = tuple[int, int, int, int, int, int, int]

WEEKDAY_NAMES = (
    message("Monday"),
    message("Tuesday"),
    message("Wednesday"),
    message("Thursday"),
    message("Friday"),
    message("Saturday"),
    message("Sunday"),
)
WEEKDAY_FIELDS = tuple(f"weekday-{number}" for number in range(7))
"""The names of the fields of a form with the hours of each weekday."""

PRESETS: tuple[tuple[str, Weekdays], ...] = (
    (message("Monday to Friday, 8 hours"), (*(8 * HOUR,) * 5, 0, 0)),
    (message("Monday to Friday, 7.5 hours"), (*(15 * HOUR // 2,) * 5, 0, 0)),
    (message("Monday to Friday, 6 hours"), (*(6 * HOUR,) * 5, 0, 0)),
    (message("Monday to Friday, 4 hours"), (*(4 * HOUR,) * 5, 0, 0)),
    (message("Monday to Thursday, 8 hours"), (*(8 * HOUR,) * 4, 0, 0, 0)),
    (message("Sunday to Thursday, 8 hours"), (*(8 * HOUR,) * 4, 0, 0, 8 * HOUR)),
    (message("No working days"), (0, 0, 0, 0, 0, 0, 0)),
)


@dataclass(frozen=True, slots=True)
class WorkloadScheme:
    """A workload scheme. ``weekdays`` are whole seconds, Monday first. ``team_id`` is None for a site-wide scheme."""

    id: str
    name: str
    weekdays: Weekdays
    team_id: str | None = None
    version: int = 0

    @property
    def week(self) -> int:
        """Return the seconds of a whole week."""
        return sum(self.weekdays)


@dataclass(frozen=True, slots=True)
class DatedScheme:
    """A member's scheme from ``valid_from`` on; None means from the beginning."""

    valid_from: date | None
    scheme_id: str


def in_order(schemes: Iterable[DatedScheme]) -> list[DatedScheme]:
    """Return the schemes sorted by the day from which they apply; the last that has begun is in force."""
    return sorted(schemes, key=lambda dated: dated.valid_from or date.min)


def with_scheme(
    schemes: Iterable[DatedScheme], valid_from: date | None, scheme_id: str
) -> tuple[DatedScheme, ...]:
    """Return a member's schemes with another one from a day on, up to the next one; earlier days keep theirs."""
    others = [dated for dated in schemes if dated.valid_from != valid_from]
    return tuple(in_order([*others, DatedScheme(valid_from, scheme_id)]))


def read_weekdays(texts: Sequence[str], tracking: TimeTracking) -> Weekdays:
    """Return seven typed durations, Monday first, in whole minutes; an empty value means no work.

    Raise InvalidInput with a field of WEEKDAY_FIELDS, and with the other days that cannot be used.
    """
    if len(texts) != 7:
        raise InvalidInput(message("A workload scheme must have seven days."), field=WEEKDAY_FIELDS[0])
    read, errors = [0] * 7, list[InvalidInput]()
    for number, text in enumerate(texts):
        try:
            read[number] = _read_weekday(number, text, tracking)
        except InvalidInput as error:
            errors.append(error)
    if errors:
        first, *others = errors
        raise replace(first, others=others)
    one, two, three, four, five, six, seven = read
    return one, two, three, four, five, six, seven


def with_stored_seconds(typed: Weekdays, stored: WorkloadScheme | None) -> Weekdays:
    """Return typed hours; a day that is stored with seconds, which no form shows, keeps them if its minutes stay."""
    if stored is None:
        return typed
    days = zip(typed, stored.weekdays, strict=True)
    one, two, three, four, five, six, seven = (
        before if same_minutes(now, before) else now for now, before in days
    )
    return one, two, three, four, five, six, seven


def _read_weekday(number: int, text: str, tracking: TimeTracking) -> int:
    try:
        seconds = parse_duration(text, tracking) if text.strip() else 0
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=WEEKDAY_FIELDS[number]) from error
    _check_weekday(number, seconds)
    return seconds


def _check_weekday(number: int, seconds: int) -> None:
    if not 0 <= seconds <= DAY:
        raise InvalidInput(
            message(
                "{weekday} has {time}: a day has at most 24 hours.",
                weekday=WEEKDAY_NAMES[number],
                time=Seconds(seconds),
            ),
            field=WEEKDAY_FIELDS[number],
        )


def checked_scheme(scheme: WorkloadScheme, others: Iterable[WorkloadScheme]) -> WorkloadScheme:
    """Return the scheme with a clean name. Raise InvalidInput for name or weekday.

    ``others`` are the site-wide schemes and the team's own; no two in one list have the same name.
    """
    name = read_name(scheme.name, "workload scheme")
    check_unique(name, (other.name for other in others if other.id != scheme.id), "workload scheme")
    for number, seconds in enumerate(scheme.weekdays):
        _check_weekday(number, seconds)
    return replace(scheme, name=name)
