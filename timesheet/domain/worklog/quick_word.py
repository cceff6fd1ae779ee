"""Recognize what the words of a typed line are: an issue, a time, a day, a tag, or a word of the comment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from timesheet.domain.day_text import read_date
from timesheet.domain.duration import UNITS
from timesheet.domain.errors import InvalidInput

LONGEST_WORD = 60
LONGEST_LINK = 2000
# Small words that introduce a day or a time of day, in the languages of the app.
_LEADING = frozenset("at on from um am ab à le el a las às na no em".split())
_UPPER_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d{1,10}")
_LINK = re.compile(
    r"https?://[^/\s]+/\S*?(?:browse/|selectedIssue=|issues/)([A-Za-z][A-Za-z0-9_]+-\d{1,10})(?![\w-])\S*"
)
_SPENT = re.compile(r"[\d.,:¼½¾]+[^\W\d_]+\.?(?:[\d.,¼½¾]+[^\W\d_]+\.?)*\d{0,2}")
_NUMBER = re.compile(r"(?:\d{1,6}(?:[.,]\d+)?|[.,]\d+|\d{0,6}[¼½¾])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_START = re.compile(r"@(\d{1,2})(?::(\d{2}))?|(\d{1,2})(?::(\d{2}))?([ap])m|(\d{1,2})時(?:(\d{1,2})分)?")
_RANGE = re.compile(r"(\d{1,2})(?::(\d{2}))?[-–—](\d{1,2})(?::(\d{2}))?")
_DASHES = frozenset("-–—")
_TAG = re.compile(r"#([^\W\d_][\w-]{0,63})")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?|(\d{4})/(\d{1,2})/(\d{1,2})")
_KANJI = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class DayWords:
    """How a reader writes days: words in lower case, ``days`` from today on, and ``weekdays`` from Monday (0) on.

    ``month_first``: 11/24 is a day in November. ``halves``: ``9:00 pm`` is a time of day.
    """

    days: Mapping[str, int]
    weekdays: Mapping[str, int]
    month_first: bool = False
    halves: bool = False


class Kind(StrEnum):
    """The kinds of pieces of a line."""

    WORD = "word"
    ISSUE = "issue"
    SPENT = "spent"
    NUMBER = "number"
    CLOCK = "clock"
    START = "start"
    RANGE = "range"
    DAY = "day"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Piece:
    """One or several words of a line as they were typed.

    ``value`` is that of its kind; ``lone``: it is surrounded by words of the comment.
    """

    kind: Kind
    text: str
    value: object = None
    count: int = 1
    lone: bool = False


def pieces_of(text: str, today: date, words: DayWords) -> list[Piece]:
    """Return the pieces of a line. A piece that is surrounded by words of the comment has a mark."""
    return _marked(list(_pieces(text.split(), today, words)))


def _pieces(typed: Sequence[str], today: date, words: DayWords) -> Iterable[Piece]:
    at = 0
    while at < len(typed):
        piece = _piece_at(typed, at, today, words)
        yield piece
        at += piece.count


def _piece_at(typed: Sequence[str], at: int, today: date, words: DayWords, depth: int = 2) -> Piece:
    """Return the piece that begins at a word; up to ``depth`` words that introduce a day or a time belong to it."""
    raw = typed[at]
    follower = typed[at + 1] if at + 1 < len(typed) else ""
    if depth and follower and raw.casefold() in _LEADING:
        following = _piece_at(typed, at + 1, today, words, depth - 1)
        if following.kind in (Kind.DAY, Kind.CLOCK, Kind.START, Kind.RANGE):
            return Piece(following.kind, f"{raw} {following.text}", following.value, following.count + 1)
    bare = raw.strip("()[]<>").rstrip(",")
    if found := _issue_in(bare.rstrip(":.")):
        return Piece(Kind.ISSUE, raw, found)
    if len(raw) > LONGEST_WORD:
        return Piece(Kind.WORD, raw)
    if tag := _TAG.fullmatch(bare):
        return Piece(Kind.TAG, raw, tag.group(1))
    return _number_at(typed, at, bare, words) or _day_of(raw, bare, today, words) or Piece(Kind.WORD, raw)


def _issue_in(word: str) -> str:
    """Return the key of an issue, as it was typed, of a key or a link; empty for anything else."""
    link = _LINK.fullmatch(word) if len(word) <= LONGEST_LINK else None
    if link:
        return link.group(1).upper()
    return word if len(word) <= LONGEST_WORD and _UPPER_KEY.fullmatch(word.upper()) and word.isascii() else ""


def _number_at(typed: Sequence[str], at: int, bare: str, words: DayWords) -> Piece | None:
    """Return a duration, a time of day, a range of times, or a number."""
    raw, plain = typed[at], _plain(bare)
    after = _plain(typed[at + 1].rstrip(",")) if at + 1 < len(typed) else ""
    beyond = _plain(typed[at + 2].rstrip(",")) if at + 2 < len(typed) else ""
    if (spread := _RANGE.fullmatch(plain)) and ":" in plain:
        return Piece(Kind.RANGE, raw, spread.groups())
    if start := _START.fullmatch(plain):
        return Piece(Kind.START, raw, _hour_of(start))
    if clock := _CLOCK.fullmatch(plain):
        if after in _DASHES and (end := _CLOCK.fullmatch(beyond)):
            return Piece(Kind.RANGE, " ".join(typed[at : at + 3]), (*clock.groups(), *end.groups()), 3)
        if after == "uhr" or (words.halves and after in ("am", "pm")):
            text = plain if after == "uhr" else f"{plain}{after}"
            hour = _START.fullmatch(f"@{plain}" if after == "uhr" else text)
            return Piece(Kind.START, f"{raw} {typed[at + 1]}", _hour_of(hour) if hour else None, 2)
        return Piece(Kind.CLOCK, raw, bare)
    if _is_spent(plain):
        return Piece(Kind.SPENT, raw, bare)
    if _NUMBER.fullmatch(plain):
        if after.rstrip(".") in UNITS:
            return Piece(Kind.SPENT, f"{raw} {typed[at + 1]}", f"{bare} {typed[at + 1].rstrip(',')}", 2)
        return Piece(Kind.NUMBER, raw, bare)
    return None


def _is_spent(plain: str) -> bool:
    units = _LETTERS.findall(plain)
    return bool(units) and all(unit in UNITS for unit in units) and _SPENT.fullmatch(plain) is not None


def clocks_of(piece: Piece) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the two times of day of a range, as hours and minutes; None if one does not exist."""
    groups = piece.value if isinstance(piece.value, tuple) else ("0", "0", "0", "0")
    hour, minute, last, last_minute = (int(part or 0) for part in groups)
    fits = hour < 24 and last < 25 and minute < 60 and last_minute < 60
    return ((hour, minute), (last, last_minute)) if fits else None


def first_hour(piece: Piece) -> tuple[int, int] | None:
    """Return the time of day at which work began, as hour and minute; None if there is no such time."""
    if piece.kind is Kind.RANGE:
        hours = clocks_of(piece)
        return hours[0] if hours else None
    if piece.kind is Kind.CLOCK:
        found = _START.fullmatch(f"@{_plain(str(piece.value))}")
        return _hour_of(found) if found else None
    return (piece.value[0], piece.value[1]) if isinstance(piece.value, tuple) else None


def _hour_of(match: re.Match[str]) -> tuple[int, int] | None:
    """Return hour and minute of a piece that is meant as a time of day; None for one that does not exist."""
    at, at_minute, half, half_minute, letter, kanji, kanji_minute = match.groups()
    hour, minute = int(at or half or kanji), int(at_minute or half_minute or kanji_minute or 0)
    if letter:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if letter == "p" else 0)
    return (hour, minute) if hour < 24 and minute < 60 else None


def _plain(word: str) -> str:
    """Return a word with digits and letters of all scripts in one plain form; fractions stay one character."""
    plain = "".join(c if c in "¼½¾" else unicodedata.normalize("NFKC", c) for c in word).casefold()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def _day_of(raw: str, bare: str, today: date, words: DayWords) -> Piece | None:
    """Return a day: a word for one, a weekday (its latest date up to today), or a date. Its value is None if there is
    no such date.
    """
    word = bare.casefold().replace("’", "'")
    for name in (word, word.rstrip(".:")):
        if name in words.days:
            return Piece(Kind.DAY, raw, today + timedelta(days=words.days[name]))
        if name in words.weekdays:
            return Piece(Kind.DAY, raw, today - timedelta(days=(today.weekday() - words.weekdays[name]) % 7))
    plain = _plain(bare)
    for pattern, read in _DATES:
        if found := pattern.fullmatch(plain):
            return Piece(Kind.DAY, raw, read(found, today, words))
    return None


def _iso(found: re.Match[str], _today: date, _words: DayWords) -> date | None:
    year, month, day = map(int, found.group().split("-"))
    return _date(year, month, day)


def _dotted(found: re.Match[str], today: date, _words: DayWords) -> date | None:
    day, month, year = found.groups()
    return _with_year(year, int(month), int(day), today)


def _slashed(found: re.Match[str], today: date, words: DayWords) -> date | None:
    one, two, last, first, month, day = found.groups()
    if first:
        return _date(int(first), int(month), int(day))
    day, month = (two, one) if words.month_first else (one, two)
    return _with_year(last, int(month), int(day), today)


def _kanji(found: re.Match[str], today: date, _words: DayWords) -> date | None:
    year, month, day = found.groups()
    return _with_year(year, int(month), int(day), today)


_DATES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date, DayWords], date | None]], ...] = (
    (_ISO, _iso),
    (_DOTTED, _dotted),
    (_SLASHED, _slashed),
    (_KANJI, _kanji),
)


def _with_year(year: str | None, month: int, day: int, today: date) -> date | None:
    """Return a date; without a year the one nearest to today."""
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    near = (_date(today.year + step, month, day) for step in (0, -1, 1))
    return min(filter(None, near), key=lambda found: abs(found - today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return read_date(f"{year:04d}-{month:02d}-{day:02d}")
    except InvalidInput:
        return None


def _marked(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces, with a mark on each that is surrounded by words of the comment."""
    free = [piece.kind is Kind.WORD for piece in pieces]
    return [
        replace(piece, lone=True)
        if not free[n] and 0 < n < len(pieces) - 1 and free[n - 1] and free[n + 1]
        else piece
        for n, piece in enumerate(pieces)
    ]
