"""Parse a typed line such as ``PAY-12 1h30 yesterday 9:00 fixed the parser``, with its parts in any order.

Every text can be read, so nothing here raises. Each part may occur once. Everything else is the comment, and
so is everything after a semicolon. A day, a time, or a number alone between words of the comment belongs to
the comment.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum

from timesheet.domain.day_text import read_date
from timesheet.domain.duration import DAY, MINUTE, UNITS, Reading, read_duration
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import Message, message

# Translators: units and the word for the day before today as the language writes them, which can be typed.
EXAMPLE = message("Type it like PAY-12 1h30 yesterday fixed the parser.")
NO_MEANING = message("This line names no issue and no time spent. {example}", example=EXAMPLE)
NO_ISSUE = message("This line names no issue. Add its key, like PAY-12, or a link to it.")
NO_TIME = message("This line says no time spent. Add it, like 1h30 or 45m.")
TOO_SHORT = message("A worklog needs at least one minute.")
TWO_ISSUES = message(
    "This line names two issues, {first} and {second}. Log each on its own line, or put a semicolon before the comment."
)
TWO_TIMES = message(
    "This line has two times spent, {first} and {second}. Leave one, or put a semicolon before the comment."
)
TWO_DAYS = message(
    "This line has two days, {first} and {second}. Leave one, or put a semicolon before the comment."
)
TWO_STARTS = message(
    "This line has two starts, {first} and {second}. Leave one, or put a semicolon before the comment."
)
NO_DATE = message("“{text}” is not a date. Use the form 2026-11-24.")
NO_CLOCK = message("“{text}” is not a time of day. Enter the start time, from 00:00 to 23:59.")
LONGEST_WORD = 60
LONGEST_LINK = 2000

# Small words that introduce a day or a time of day, in the languages of the app.
_LEADING = frozenset("at on from um am ab à le el a las às na no em".split())
_UPPER_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d{1,10}")
_LINK = re.compile(
    r"https?://[^/\s]+/\S*?(?:browse/|selectedIssue=|issues/)([A-Za-z][A-Za-z0-9_]+-\d{1,10})(?![\w-])\S*"
)
_SPENT = re.compile(r"[\d.,:¼½¾]+[^\W\d_]+\.?(?:[\d.,¼½¾]+[^\W\d_]+\.?)*\d{0,2}")
_NUMBER = re.compile(r"(?:\d{1,6}(?:[.,]\d{1,6})?|[.,]\d{1,6}|\d{0,6}[¼½¾])")
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
_LINES = re.compile(r"\r\n|\r|\n")
_SEMICOLON = re.compile(r"[;；]")


@dataclass(frozen=True, slots=True)
class DayWords:
    """How a reader writes days: words in lower case, ``days`` from today on, and ``weekdays`` from Monday (0) on.

    ``month_first``: 11/24 is a day in November. ``halves``: ``9:00 pm`` is a time of day.
    """

    days: Mapping[str, int]
    weekdays: Mapping[str, int]
    month_first: bool = False
    halves: bool = False


@dataclass(frozen=True, slots=True)
class QuickLine:
    """The meaning of a line. ``seconds`` are whole minutes, and ``note`` says if they were rounded.

    Without a day it is today, without ``start`` the work begins after the day's last worklog. ``problem`` says why
    the line cannot be logged; the other parts are then as far as they were understood.
    """

    issue: str
    seconds: int
    day: date
    start: time | None = None
    comment: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    problem: str = ""

    @property
    def over_long(self) -> bool:
        """Return True for more than 24 hours."""
        return self.seconds > DAY


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


def split_lines(text: str) -> list[str]:
    """Return the lines of a text that are not blank, as they were typed."""
    return [line for line in _LINES.split(text) if line.strip()]


def split_comment(text: str) -> tuple[str, str | None]:
    """Return the text before the first semicolon, and the comment after it; None without a semicolon."""
    parts = _SEMICOLON.split(text, maxsplit=1)
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else None


def read_line(text: str, units: TimeTracking, today: date, words: DayWords) -> QuickLine:
    """Return the meaning of a line for a reader who writes days in ``words``, read on ``today``."""
    head, tail = split_comment(text)
    return _Line(_marked(list(_pieces(head.split(), today, words))), units).read(today, tail or "")


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
        led = _piece_at(typed, at + 1, today, words, depth - 1)
        if led.kind in (Kind.DAY, Kind.CLOCK, Kind.START, Kind.RANGE):
            return Piece(led.kind, f"{raw} {led.text}", led.value, led.count + 1)
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
    kept = "".join(c if c in "¼½¾" else unicodedata.normalize("NFKC", c) for c in word).casefold()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)


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


class _Line:
    """Chooses the parts of a line among its pieces. Only the first problem is reported."""

    def __init__(self, pieces: list[Piece], units: TimeTracking) -> None:
        self._pieces, self._units = pieces, units
        self._used: set[int] = set()
        self._problem = ""

    def read(self, today: date, tail: str) -> QuickLine:
        """Return the reading of the line; ``tail`` is the comment after the semicolon."""
        issue = self._issue()
        starts, reading = self._times()
        day = self._day(today)
        start = self._start(starts)
        tags = tuple(dict.fromkeys(str(p.value) for p in self._of(Kind.TAG, lone=True, use=True)))
        problem = _missing(issue, reading) or self._problem
        words = " ".join(piece.text for n, piece in enumerate(self._pieces) if n not in self._used)
        comment = "; ".join(filter(None, (words, tail)))
        seconds, note = (reading.seconds, reading.note) if reading else (0, "")
        return QuickLine(issue, seconds, day, start, comment, tags, note, problem)

    def _of(self, *kinds: Kind, lone: bool = False, use: bool = False) -> list[Piece]:
        """Return the pieces of these kinds; those between words of the comment only if ``lone``. ``use`` them."""
        found = [n for n, p in enumerate(self._pieces) if p.kind in kinds and (lone or not p.lone)]
        if use:
            self._used.update(found)
        return [self._pieces[n] for n in found]

    def _use(self, pieces: Iterable[Piece]) -> None:
        wanted = {id(piece) for piece in pieces}
        self._used.update(n for n, piece in enumerate(self._pieces) if id(piece) in wanted)

    def _tell(self, problem: Message, first: object = "", second: object = "") -> None:
        told = message(problem, first=first, second=second) if first else problem
        self._problem = self._problem or told

    def _issue(self) -> str:
        """Return the key of the issue. Capital letters come before small ones, as in “PAY-12 fixed utf-8”."""
        found = self._of(Kind.ISSUE) or self._of(Kind.ISSUE, lone=True)
        found = [piece for piece in found if str(piece.value).isupper()] or found
        by_key: dict[str, list[Piece]] = {}
        for piece in found:
            by_key.setdefault(str(piece.value).upper(), []).append(piece)
        self._use(found)
        if len(by_key) > 1:
            self._tell(TWO_ISSUES, *list(by_key)[:2])
        return next(iter(by_key), "")

    def _times(self) -> tuple[list[Piece], Reading | None]:
        """Return the pieces that can be the start, and the time spent."""
        clocks = self._of(Kind.CLOCK)
        spread = self._of(Kind.RANGE) or self._of(Kind.RANGE, lone=True)
        spent = self._spent()
        if spread or spent:
            given = [*spread, *spent]
            self._use(given)
            if len(given) > 1:
                self._tell(TWO_TIMES, given[0].text, given[1].text)
            return [*spread[:1], *clocks], self._between(spread[0]) if spread else self._duration(spent)
        if number := self._bare(clocks):
            self._use([number])
            return clocks, self._duration([number])
        clocks = clocks or self._of(Kind.CLOCK, lone=True)
        self._use(clocks[:1])
        return clocks[1:], self._duration(clocks[:1]) if clocks else None

    def _spent(self) -> list[Piece]:
        """Return the durations with units; those that follow each other, as in “1h 30m”, are one."""
        found = self._of(Kind.SPENT) or self._of(Kind.SPENT, lone=True)
        joined: list[Piece] = []
        places = {id(piece): n for n, piece in enumerate(self._pieces)}
        before = -2
        for piece in found:
            here = places[id(piece)]
            if here == before + 1:
                last = joined.pop()
                joined.append(Piece(Kind.SPENT, f"{last.text} {piece.text}", f"{last.value} {piece.value}"))
            else:
                joined.append(piece)
            self._used.add(here)
            before = here
        return joined

    def _bare(self, clocks: list[Piece]) -> Piece | None:
        """Return a number that means hours: one with a decimal, or one before any time of day."""
        first = next((n for n, piece in enumerate(self._pieces) if piece in clocks), len(self._pieces))
        numbers = self._of(Kind.NUMBER)
        exact = [piece for piece in numbers if not str(piece.value).isdecimal()]
        early = [p for n, p in enumerate(self._pieces) if n < first and p.kind is Kind.NUMBER and not p.lone]
        return next(iter([*exact, *early]), None)

    def _duration(self, pieces: list[Piece]) -> Reading | None:
        try:
            reading = read_duration(str(pieces[0].value), self._units)
        except InvalidInput as error:
            self._problem = self._problem or error.sentence
            return Reading(0)
        if reading.seconds < MINUTE:
            self._tell(TOO_SHORT)
        return reading

    def _between(self, piece: Piece) -> Reading | None:
        """Return the time from one time of day to another, past midnight if the second is earlier."""
        hours = _clocks_of(piece)
        if hours is None:
            self._problem = self._problem or message(NO_CLOCK, text=piece.text)
            return Reading(0)
        first, last = hours
        minutes = (last[0] * 60 + last[1] - first[0] * 60 - first[1]) % (24 * 60)
        if not minutes:
            self._tell(TOO_SHORT)
        return Reading(minutes * MINUTE)

    def _start(self, clocks: list[Piece]) -> time | None:
        found = [*clocks, *self._of(Kind.START)]
        self._use(found)
        if len(found) > 1:
            self._tell(TWO_STARTS, found[0].text, found[1].text)
        if not found:
            return None
        hour = _first_hour(found[0])
        if hour is None:
            self._problem = self._problem or message(NO_CLOCK, text=found[0].text)
            return None
        return time(*hour)

    def _day(self, today: date) -> date:
        found = self._of(Kind.DAY, use=True)
        lost = next((piece for piece in found if piece.value is None), None)
        if lost:
            self._problem = self._problem or message(NO_DATE, text=lost.text)
        days = [piece for piece in found if isinstance(piece.value, date)]
        if len({piece.value for piece in days}) > 1:
            self._tell(TWO_DAYS, days[0].text, days[1].text)
        return next((piece.value for piece in days if isinstance(piece.value, date)), today)


def _missing(issue: str, reading: Reading | None) -> Message | None:
    if not issue:
        return NO_ISSUE if reading else NO_MEANING
    return None if reading else NO_TIME


def _clocks_of(piece: Piece) -> tuple[tuple[int, int], tuple[int, int]] | None:
    groups = piece.value if isinstance(piece.value, tuple) else ("0", "0", "0", "0")
    hour, minute, last, last_minute = (int(part or 0) for part in groups)
    fits = hour < 24 and last < 25 and minute < 60 and last_minute < 60
    return ((hour, minute), (last, last_minute)) if fits else None


def _first_hour(piece: Piece) -> tuple[int, int] | None:
    if piece.kind is Kind.RANGE:
        hours = _clocks_of(piece)
        return hours[0] if hours else None
    if piece.kind is Kind.CLOCK:
        found = _START.fullmatch(f"@{_plain(str(piece.value))}")
        return _hour_of(found) if found else None
    return (piece.value[0], piece.value[1]) if isinstance(piece.value, tuple) else None
