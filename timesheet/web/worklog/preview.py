"""The feedback of the worklog dialog while somebody types: the duration, the new estimate, clock changes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from timesheet.domain.day_text import read_clock, read_date
from timesheet.domain.duration import UNITS, describe_units, read_duration
from timesheet.domain.errors import InvalidInput, TimesheetError
from timesheet.domain.figures import Figures
from timesheet.domain.identifier import is_number
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.jira_time import started_at
from timesheet.domain.message import Seconds, message
from timesheet.domain.worklog.estimate import MODES, after_create, after_delete, after_update, sent_mode
from timesheet.domain.worklog.midnight import days_later
from timesheet.web.http.language import _, duration_words, localize
from timesheet.web.worklog.form import WorklogForm, estimate_of

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Echo:
    """A typed duration in two formats; ``problem`` if it is invalid, ``warning`` if it is rounded."""

    text: str = ""
    warning: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class StartNote:
    """A note about a start: ``note`` in words, ``twice`` names the zone of each pass of a repeated hour."""

    note: str = ""
    twice: tuple[str, ...] = ()
    fold: str = "0"


def echo_of(text: str, tracking: TimeTracking, separator: str) -> Echo:
    """Return how ``text`` is understood: hours and minutes, decimal hours, and the length of a day if it matters."""
    if not text.strip():
        return Echo()
    try:
        reading = read_duration(text, tracking)
    except InvalidInput as error:
        return Echo(problem=localize(error.sentence))
    decimal = Figures(True, separator)
    hours = decimal.show(decimal.units(reading.seconds))
    parts = [duration_words(reading.seconds), _("{hours} h", hours=hours)]
    if any(UNITS.get(word) in ("day", "week") for word in _WORD.findall(text.casefold())):
        parts.append(localize(describe_units(tracking)))
    return Echo(" · ".join(parts), localize(reading.note))


def estimate_preview(form: WorklogForm, tracking: TimeTracking, *, deleting: bool = False) -> str:
    """Return the remaining estimate now and after, e.g. ``6h left → 4h 30m left``."""
    remaining = _number(form.remaining)
    now = _("No estimate") if remaining is None else _("{duration} left", duration=Seconds(remaining))
    try:
        after = _after(form, remaining, tracking, deleting=deleting)
    except TimesheetError:
        return now
    if after == remaining:
        return _("{estimate}, unchanged", estimate=now)
    return _("{estimate} → {duration} left", estimate=now, duration=Seconds(after or 0))


def start_note(form: WorklogForm, profile: Profile) -> StartNote:
    """Return the effect of a clock change on the start in the form; empty on nearly every day."""
    try:
        day, clock = read_date(form.day), read_clock(form.start)
        first = started_at(day, clock, profile.zone)
        second = started_at(day, clock, profile.zone, 1)
    except (ValueError, InvalidInput):
        return StartNote()
    if not first.repeated:
        return StartNote(localize(first.note))
    names = tuple(start.instant.astimezone(profile.zone).tzname() or "" for start in (first, second))
    return StartNote(twice=names, fold="1" if form.fold == "1" else "0")


def past_midnight(form: WorklogForm, profile: Profile, tracking: TimeTracking) -> int:
    """Return how many days after its first one the time in the form ends."""
    try:
        day, clock = read_date(form.day), read_clock(form.start)
        start = started_at(day, clock, profile.zone, int(form.fold == "1")).instant
        return days_later(start, _seconds(form, tracking), profile.zone)
    except (ValueError, InvalidInput):
        return 0


def _after(form: WorklogForm, remaining: int | None, tracking: TimeTracking, *, deleting: bool) -> int | None:
    change = estimate_of(form, tracking)
    if change.mode not in MODES:
        raise InvalidInput(message("There is no such choice."), field="estimate")
    change = replace(change, mode=sent_mode(remaining, change.mode))
    was = _number(form.was_seconds)
    if deleting:
        return after_delete(remaining, was or 0, change.mode, change.seconds)
    seconds = was if was is not None and form.duration.strip() == form.was else _seconds(form, tracking)
    if was is None or form.issue != form.source:
        return after_create(remaining, seconds, change.mode, change.seconds)
    return after_update(remaining, was, seconds, change.mode, change.seconds)


def _seconds(form: WorklogForm, tracking: TimeTracking) -> int:
    return read_duration(form.duration, tracking).seconds


def _number(text: str) -> int | None:
    return int(text) if is_number(text, 11) else None
