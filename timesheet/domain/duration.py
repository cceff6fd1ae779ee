"""Durations as people type and read them; internally there are only whole seconds.

A bare number means hours. A day and a week are as long as the Jira site defines them, never as long as a
person's own working day. Jira stores whole minutes, so finer input is rounded to the nearest minute, with a
note.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import Message, Seconds, counted, message
from timesheet.domain.typed_text import plain_form, visible

MINUTE, HOUR, DAY = 60, 3600, 86400
LONGEST_TEXT = 60
LONGEST = 366 * DAY
# Translators: with units as the language writes them, which can be typed.
FORMS = message("Try 1.5, 1:30, 1h 30m, or 90m.")
TWICE = {
    "week": message("Weeks are given twice. {forms}"),
    "day": message("Days are given twice. {forms}"),
    "hour": message("Hours are given twice. {forms}"),
    "minute": message("Minutes are given twice. {forms}"),
}

_WORDS = {
    "week": "w wk wks week weeks wo woche wochen sem semaine semaines semana semanas sett settimana"
    " settimane weken 週 週間",
    "day": "d day days t tag tage tagen j jour jours journée journées día días dia dias g giorno giorni dag dagen"
    " 日 日間",
    "hour": "h hr hrs hs hour hours std stdn stunde stunden heure heures hora horas ora ore u uur uren 時間",
    "minute": "m mn min mins minute minutes minuten minuto minutos minuti minuut 分 分間",
}
UNITS: Mapping[str, str] = MappingProxyType(
    {w: unit for unit, words in _WORDS.items() for w in words.split()}
)

_FRACTIONS = {"¼": ".25", "½": ".5", "¾": ".75"}
# A digit after a fraction would be read as one more decimal: “½2” is not 0.52.
_FRACTION = re.compile(r"(?:(\d)\s*)?([¼½¾])(?!\s*\d)")
_NUMBER = r"(?:\d{1,6}(?:[.,]\d*)?|[.,]\d+)"
_BARE = re.compile(_NUMBER)
_CLOCK = re.compile(
    rf"(\d{{0,5}}):(\d{{1,2}})(?::(\d{{2}}))?(?:\s*(?:{'|'.join(_WORDS['hour'].split())})\.?)?"
)
_HALF_AFTER_HOURS = re.compile(r"(?<![\d.,])(\d+ ?(?:h|heures?|horas?)\.?) (?:et demie|y media|e meia)\Z")
# Between two parts, a comma or “and” separates them: “1h,30m” is not 0.30m. A period ends an abbreviation, but
# “1h.5” may be an hour and a half.
_PART = re.compile(
    r"(\d{1,6}(?:[.,]\d*)?|\A[.,]\d+)\s*([^\W\d_]+)(?:\.(?!\d+\Z))?"
    r"\s*(?:(?:[,、]|(?:and|und|et|y|e)\s)\s*(?=\d[\d.,]*\s*[^\W\d_]))?"
)
_TAIL = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Reading:
    """The meaning of a typed duration in ``seconds``; ``note`` describes a rounding, otherwise it is empty."""

    seconds: int
    note: str = ""


def parse_duration(text: str, units: TimeTracking) -> int:
    """Return the seconds (whole minutes) of a typed duration. Raise InvalidInput with the accepted forms."""
    return read_duration(text, units).seconds


def read_duration(text: str, units: TimeTracking) -> Reading:
    """Return the seconds like parse_duration, with a note if they were rounded to whole minutes."""
    plain = _fold(text)
    if not plain:
        raise _invalid(message("Type how long it took. {forms}", forms=FORMS))
    if len(plain) > LONGEST_TEXT:
        raise _invalid(message("That is too long for a duration. {forms}", forms=FORMS))
    if plain[0] in "-−–":
        raise _invalid(message("A duration cannot be negative."))
    return _whole_minutes(_exact_seconds(plain, text.strip()[:LONGEST_TEXT], units))


def _fold(text: str) -> str:
    """Return the text with spaces, digits, and letters of all scripts in one plain form, without invisible ones."""
    text = _FRACTION.sub(lambda found: (found[1] or "0") + _FRACTIONS[found[2]], visible(text))
    # “²” and “㏠” would become digits.
    if any(unicodedata.category(c) in ("No", "So") for c in text):  # not shown
        raise _not_a_duration(text.strip()[:LONGEST_TEXT])
    plain = plain_form(unicodedata.normalize("NFKC", text))
    return _HALF_AFTER_HOURS.sub(r"\1 30", re.sub(r"\s+", " ", plain).replace("٫", ".").strip())


def _exact_seconds(plain: str, typed: str, units: TimeTracking) -> Decimal:
    if _BARE.fullmatch(plain):
        return _number(plain) * HOUR
    if clock := _CLOCK.fullmatch(plain):
        return _clock_seconds(clock)
    return _unit_seconds(plain, typed, units)


def _clock_seconds(clock: re.Match[str]) -> Decimal:
    hours, minutes, seconds = clock.group(1) or "0", clock.group(2), clock.group(3) or "0"
    if len(minutes) == 1 and int(minutes) > 5:
        raise _invalid(
            message(
                "Type both digits of the minutes, such as {hours}:0{minutes}.", hours=hours, minutes=minutes
            )
        )
    if len(minutes) == 1:
        raise _invalid(
            message(
                "Is {hours}:{minutes} meant as {hours}:0{minutes} or {hours}:{minutes}0? Type both digits.",
                hours=hours,
                minutes=minutes,
            )
        )
    if int(minutes) > 59 or int(seconds) > 59:
        raise _invalid(message("There can be at most 59 minutes after the colon. {forms}", forms=FORMS))
    return Decimal(int(hours) * HOUR + int(minutes) * MINUTE + int(seconds))


def _unit_seconds(plain: str, typed: str, units: TimeTracking) -> Decimal:
    lengths = {"week": units.week_seconds, "day": units.day_seconds, "hour": HOUR, "minute": MINUTE}
    total, at, used_units = Decimal(0), 0, list[str]()
    while part := _PART.match(plain, at):
        unit = _unit(part.group(2))
        if unit in used_units:
            raise _invalid(message(TWICE[unit], forms=FORMS))
        used_units.append(unit)
        total += _number(part.group(1)) * lengths[unit]
        at = part.end()
    rest = plain[at:]
    if used_units[-1:] == ["hour"] and "minute" not in used_units and _TAIL.fullmatch(rest):
        return total + _trailing_minutes(rest)
    if rest:
        raise _not_a_duration(typed)
    return total


def _unit(word: str) -> str:
    if word not in UNITS:
        raise _invalid(
            # Translators: with the units of a week, a day, an hour, and a minute that people of the language type.
            message("“{word}” is not a unit of time. Use w, d, h, and m. {forms}", word=word, forms=FORMS)
        )
    return UNITS[word]


def _trailing_minutes(digits: str) -> Decimal:
    if int(digits) > 59:
        raise _invalid(message("There can be at most 59 minutes after the hours. {forms}", forms=FORMS))
    return Decimal(int(digits) * MINUTE)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _whole_minutes(exact: Decimal) -> Reading:
    minutes = (exact / MINUTE).quantize(Decimal(1), ROUND_HALF_UP)
    seconds = int(minutes) * MINUTE
    if seconds > LONGEST:
        raise _invalid(message("That is more than a year."))
    if seconds == exact:
        return Reading(seconds)
    if not seconds:
        raise _invalid(message("Jira stores whole minutes: less than half a minute cannot be saved."))
    return Reading(
        seconds, message("Jira stores whole minutes: saved as {duration}.", duration=Seconds(seconds))
    )


def _not_a_duration(typed: str) -> InvalidInput:
    return _invalid(message("“{typed}” is not a duration. {forms}", typed=typed, forms=FORMS))


def _invalid(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="duration")


def same_minutes(one: int, other: int) -> bool:
    """Return True if two times are shown as the same minutes. Jira may have seconds that no screen shows."""
    return whole_minutes(one) == whole_minutes(other)


def whole_minutes(seconds: int) -> int:
    """Return a time in seconds as Jira stores it if it is typed as it is shown: rounded to the nearest minute."""
    return (seconds + MINUTE // 2) // MINUTE * MINUTE


def format_hm(seconds: int) -> str:
    """Format seconds as ``h:mm``, rounded to the nearest minute, with a minus sign if negative."""
    minutes = (abs(seconds) + MINUTE // 2) // MINUTE
    return f"{'−' if seconds < 0 and minutes else ''}{minutes // 60}:{minutes % 60:02d}"


def format_wait(seconds: int) -> Message:
    """Return seconds as people say them, rounded up to whole minutes from two minutes on: “56 minutes”."""
    if seconds < 2 * MINUTE:
        return counted("{count} second", "{count} seconds", seconds)
    hours, rest = divmod(-(-seconds // MINUTE), 60)
    in_hours = counted("{count} hour", "{count} hours", hours)
    in_minutes = counted("{count} minute", "{count} minutes", rest)
    if hours and rest:
        return message("{hours} and {minutes}", hours=in_hours, minutes=in_minutes)
    return in_hours if hours else in_minutes


def describe_units(units: TimeTracking) -> str:
    """Describe the length of a day and a week on this site, e.g. ``1d = 7h 30m, 1w = 37h 30m``."""
    return message(
        "1d = {day}, 1w = {week}", day=Seconds(units.day_seconds), week=Seconds(units.week_seconds)
    )


def day_warning(seconds: int) -> str:
    """Return a warning if one day has more than 24 hours, otherwise an empty string."""
    return message("That makes {duration} on one day.", duration=Seconds(seconds)) if seconds > DAY else ""
