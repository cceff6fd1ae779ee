"""Recognize times of day and ranges of them among the words of a typed line: “9:30”, “9 Uhr 30”, “from 9am to 5pm”."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from timesheet.domain.worklog.quick_add.piece import EARLIEST_BEGIN
from timesheet.domain.worklog.quick_add.vocabulary import AND, AT_OR_UNTIL, BEFORE_HOUR, FROM, UNTIL

TimeOfDay: TypeAlias = tuple[int, int]
TimesOfDay: TypeAlias = tuple[TimeOfDay, TimeOfDay]

HALF_DAY = 12 * 60
MOST_WORDS = 10
"""The most words of a range, as in “desde las 9:00 a. m. hasta las 11:00 a. m.”."""
# In the languages of the app. Only English and Spanish have a space before the half of the day: “9 am Montag” is two
# parts in German.
_HALF, _SPACED_HALF = r"[ap]m", r" ?[ap](?:m|\. ?m\.?)"
_DASH = "[-–—~〜]"
_FROM = "|".join(sorted(FROM))
_UNTIL = "|".join(sorted(UNTIL)).replace("'", "['’]")
_UNTIL_AFTER_FROM = "|".join(sorted(AT_OR_UNTIL | AND))
_THE = rf"(?:{'|'.join(sorted(BEFORE_HOUR))}) "


def _clock(number: int, half: str) -> str:
    """Return the pattern of a time of day. Minutes follow a colon or a period, or the sign of the hour: “9h30”."""
    return (
        rf"(?P<noon{number}>午[前後])?(?P<hour{number}>\d{{1,2}})(?:(?P<point{number}>[:.])(?P<minute{number}>\d\d))?"
        rf"(?:(?P<sign{number}>(?: ?uhr| ?h)(?![^\W\d_])|時)"
        # Not after “9h”: in “2h 23-11”, 23-11 is something else.
        rf"(?(point{number})|(?:(?:(?<!\dh) )?(?P<late{number}>\d\d)(?!\d)分?)?)"
        rf"|(?P<half{number}>{half})(?![^\W_]))?"
    )


def _range(half: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<from>{_FROM}) (?:{_THE})?)?{_clock(1, half)}"
        rf"(?:(?P<tight>{_DASH}|から)|(?P<loose> ?{_DASH} ?)"
        rf"|(?: (?:{_UNTIL})|(?(from) (?:{_UNTIL_AFTER_FROM})|(?!))) (?:{_THE})?)"
        rf"{_clock(2, half)}(?:まで)?(?= |$)"
    )


_RANGES = {False: _range(_HALF), True: _range(_SPACED_HALF)}
_STARTS = {
    halves: re.compile(rf"(?P<mark>@ ?)?{_clock(1, half)}(?P<after>から|に)?(?= |$)")
    for halves, half in ((False, _HALF), (True, _SPACED_HALF))
}
_NOON = re.compile(
    r"(?<!\w)(?<![^\W\d_]-)(?:noon|midday|mittags?|midi|mediod[ií]a|meio-?dia|正午)(?![^\W_にかま])"
)
_ALWAYS_NOON = re.compile(r"(?:mittags|正午)")
_FIRST = re.compile(rf"[@\d午]|(?:{_FROM})$|{_NOON.pattern}")


@dataclass(frozen=True, slots=True)
class NamedClock:
    """A time of day that ``count`` words name; ``clock`` is None if there is no such time."""

    clock: TimeOfDay | None
    count: int


@dataclass(frozen=True, slots=True)
class NamedClocks:
    """Two times of day that ``count`` words name; ``clocks`` is None if one of them does not exist.

    Without ``certain`` they may be other numbers, as in “9 - 11”; ``introduced`` says that a word such as “from” is
    before them.
    """

    clocks: TimesOfDay | None
    count: int
    certain: bool
    introduced: bool


def may_begin(word: str) -> bool:
    """Return False if no time of day begins with this folded word, which is quicker than reading more of them."""
    return _FIRST.match(word) is not None


def start_at(
    words: Sequence[str],
    *,
    halves: bool,
    introduced: bool = False,
    after_at: bool = False,
    after_day: bool = False,
) -> NamedClock | None:
    """Return the time of day at the beginning of folded words; None if it is something else.

    “9:30” is one only if it is ``introduced``, as by “from”, and “9h” only ``after_at``; otherwise they are durations.
    “noon” is one also ``after_day``; elsewhere it may be a word of the comment.
    """
    text = " ".join(words[:4])
    if introduced or after_day or _ALWAYS_NOON.match(text):
        text = _NOON.sub("@12:00", text, count=1) if _NOON.match(text) else text
    found = _STARTS[halves].match(text)
    if not found:
        return None
    sign = "@" if found["mark"] else _sign_of(found, 1)
    introduced = introduced or bool(found["after"])
    if not sign or (sign == ":" and not introduced) or (sign == "h" and not after_at):
        return None
    minutes = _minutes(found, 1)
    return NamedClock(None if minutes is None else divmod(minutes, 60), _count(found))


def range_at(words: Sequence[str], *, halves: bool) -> NamedClocks | None:
    """Return the range at the beginning of folded words; None if it is something else."""
    text, noons = _NOON.subn("12:00", " ".join(words[:MOST_WORDS]))
    found = _RANGES[halves].match(text)
    if not found:
        return None
    first, last = _sign_of(found, 1), _sign_of(found, 2)
    certain = bool(first or last)
    if first and not last and not (found["from"] or found["tight"]):
        # “8h - 2 bugs” and “1:30 - 2 bugs” are a time spent, and a comment that begins with a number.
        certain = first != "h" and not (found["loose"] and text[found.end() :].strip())
        if not certain:
            return None
    clocks = _clocks(found)
    if clocks and not (found["from"] or found["tight"] or found["loose"]):
        noon = noons and clocks[1] == (12, 0)
        spent = noon or (first == "h" and (last != "h" or clocks[1] >= (12, 0)))
        clocks = (
            _ending(*clocks) if spent and (0, 0) < clocks[0] < (EARLIEST_BEGIN, 0) <= clocks[1] else clocks
        )
    return NamedClocks(clocks, _count(found), certain, bool(found["from"]))


def _ending(spent: TimeOfDay, ended: TimeOfDay) -> TimesOfDay:
    """Return the range of “2h until noon”, which says how long the work took: hardly anybody begins at 2:00."""
    minutes = (ended[0] - spent[0]) * 60 + ended[1] - spent[1]
    return divmod(minutes, 60), ended


def _count(found: re.Match[str]) -> int:
    return found.group().count(" ") + 1


def _sign_of(found: re.Match[str], number: int) -> str:
    """Return what makes a number a time of day; empty for a number alone, and for one with a period."""
    sign = found[f"noon{number}"] or found[f"sign{number}"] or found[f"half{number}"] or ""
    return sign.strip() or (":" if found[f"point{number}"] == ":" else "")


def _half(found: re.Match[str], number: int) -> str:
    """Return “a” or “p” for a time that says its half of the day, otherwise an empty string."""
    if noon := found[f"noon{number}"]:
        return "p" if noon == "午後" else "a"
    return (found[f"half{number}"] or "").strip()[:1]


def _minutes(found: re.Match[str], number: int, last_hour: int = 23) -> int | None:
    """Return the minutes from midnight to a time of day; None for one that does not exist."""
    hour, minute = int(found[f"hour{number}"]), int(found[f"minute{number}"] or found[f"late{number}"] or 0)
    if half := _half(found, number):
        if hour > 12 or (hour == 0 and not found[f"noon{number}"]):
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute if hour <= last_hour and minute < 60 else None


def _clocks(found: re.Match[str]) -> TimesOfDay | None:
    """Return both times. If only one says its half of the day, less than 12 hours pass: “11-1pm” begins at 11:00.

    If none does, a second time that is earlier on a clock of 12 hours is after noon: “from 9 to 5” ends at 17:00.
    """
    begun, ended = _minutes(found, 1), _minutes(found, 2, last_hour=24)
    if begun is None or ended is None:
        return None
    if bool(_half(found, 1)) != bool(_half(found, 2)):
        lasted = (ended - begun) % HALF_DAY
        begun, ended = (begun, begun + lasted) if _half(found, 1) else (ended - lasted, ended)
        return divmod(begun % (2 * HALF_DAY), 60), divmod(ended % (2 * HALF_DAY), 60)
    if not _half(found, 1) and 60 <= ended < begun < 60 + HALF_DAY:
        ended += HALF_DAY
    return divmod(begun, 60), divmod(ended, 60)
