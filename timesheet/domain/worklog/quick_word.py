"""Recognize what the words of a typed line are: an issue, a time, a day, a tag, or a word of the comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from timesheet.domain.duration import UNITS
from timesheet.domain.typed_text import visible
from timesheet.domain.worklog.quick_clock import MOST_WORDS, Clock, may_begin, range_at, start_at
from timesheet.domain.worklog.quick_day import DayWords, bare_word, day_at, folded

LONGEST_WORD = 60
MOST_READ = 100
LONGEST_LINK = 2000
# Small words that introduce a day or a time of day, in the languages of the app.
_LEADING = frozenset("at on from um am ab à le el a las às na no em".split())
_AT = frozenset("at um ab à las às".split())
# The words of tomorrow with which these mean “in the morning”.
_MORNINGS = frozenset(("am morgen", "la mañana"))
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The ASCII characters for the full-width ones that Japanese keyboards type."""
_UPPER_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d{1,10}")
_LINK = re.compile(
    r"https?://[^/\s]+/\S*?(?:browse/|selectedIssue=|issues/)([A-Za-z][A-Za-z0-9_]+-\d{1,10})(?![\w-])\S*"
)
_SPENT = re.compile(r"[\d.,:¼½¾]+[^\W\d_¼½¾]+\.?(?:[\d.,¼½¾]+[^\W\d_¼½¾]+\.?)*\d{0,2}")
_NUMBER = re.compile(r"(?:\d{1,6}(?:[.,]\d+)?|[.,]\d+|\d{0,6}[¼½¾])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_HOURS = re.compile(r"\d{1,5} ?([^\W\d_]+)\.?")
_AND = frozenset("and und et y e".split())  # not shown
_AND_A_HALF = re.compile(r"(?:and a half|et demie?|y media|e meia)(?= |$)")
_FRACTION = re.compile(r"(?:(\d{1,3}) )?([¼½¾]|1/2|[13]/4)(?: ?([^\W\d_]+)\.?)?(?= |$)")
_ASCII_FRACTIONS = {"1/2": "½", "1/4": "¼", "3/4": "¾"}
_MINUTES = re.compile(r"[0-5]\d")
_TAG = re.compile(r"#([^\W\d_][\w-]{0,63})")
_LETTERS = re.compile(r"[^\W\d_¼½¾]+")


class Kind(StrEnum):
    """The kinds of pieces of a line."""

    WORD = "word"
    ISSUE = "issue"
    SPENT = "spent"
    NUMBER = "number"
    CLOCK = "clock"
    START = "start"
    RANGE = "range"
    HOURS = "hours"
    """Two numbers that are times of day if the line has no other time: “von 9 bis 11”."""
    DAY = "day"
    """A date, the two that the words can mean, or None if there is none."""
    WEEK = "week"
    """A whole week, which is not a day. Next to a word of the comment it belongs to that."""
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
    """Return the pieces of a line. A piece that is surrounded by words of the comment has a mark.

    Words after the first MOST_READ are the comment, because each takes time to be understood.
    """
    typed = text.split()
    rest = [Piece(Kind.WORD, word) for word in typed[MOST_READ:]]
    return _marked([*_pieces(typed[:MOST_READ], today, words), *rest])


def _pieces(typed: Sequence[str], today: date, words: DayWords) -> Iterable[Piece]:
    at = 0
    while at < len(typed):
        piece = _piece_at(typed, at, today, words)
        yield piece
        at += piece.count


def _piece_at(typed: Sequence[str], at: int, today: date, words: DayWords, depth: int = 2) -> Piece:
    """Return the piece that begins at a word; up to ``depth`` words that introduce a day or a time belong to it."""
    piece = _range_piece(typed, at, words)
    if not piece and depth and at + 1 < len(typed):
        piece = _introduced(typed, at, today, words, depth)
    piece = piece or _alone(typed, at, today, words)
    return _with_minutes(piece, typed, at, today, words) if piece.kind is Kind.SPENT else piece


def _range_piece(typed: Sequence[str], at: int, words: DayWords) -> Piece | None:
    """Return a range of times of day. Two numbers that are not one, as in “9 - 11”, are not time spent either."""
    near = _near(typed, at, MOST_WORDS) if may_begin(_folded_at(typed, at)) else ()
    found = range_at(near, halves=words.halves)
    if not found:
        return None
    kind = Kind.RANGE if found.certain else Kind.HOURS if found.introduced else Kind.WORD
    value = None if kind is Kind.WORD else found.clocks
    return Piece(kind, _text(typed, at, found.count), value, found.count)


def _introduced(typed: Sequence[str], at: int, today: date, words: DayWords, depth: int) -> Piece | None:
    """Return a day or a time with the word before it, as in “on Monday” and “à 9h30”."""
    leading = typed[at].casefold()
    if f"{leading} {_folded_at(typed, at + 1)}" in _MORNINGS:
        return Piece(Kind.WORD, _text(typed, at, 2), count=2)
    if leading not in _LEADING:
        return None
    near = _near(typed, at + 1, 4)
    if start := start_at(near, halves=words.halves, introduced=True, after_at=leading in _AT):
        return Piece(Kind.START, _text(typed, at, start.count + 1), start.clock, start.count + 1)
    piece = _piece_at(typed, at + 1, today, words, depth - 1)
    if piece.kind in (Kind.DAY, Kind.WEEK, Kind.START, Kind.RANGE):
        return replace(piece, text=_text(typed, at, piece.count + 1), count=piece.count + 1)
    return None


def _alone(typed: Sequence[str], at: int, today: date, words: DayWords) -> Piece:
    """Return the piece that begins at a word, without a word that introduces it and minutes that follow it."""
    raw = typed[at]
    bare = bare_word(raw)
    if found := _issue_in(bare.rstrip(":.")):
        return Piece(Kind.ISSUE, raw, found)
    if len(raw) > LONGEST_WORD:
        return Piece(Kind.WORD, raw)
    if tag := _TAG.fullmatch(bare):
        return Piece(Kind.TAG, raw, tag.group(1))
    if fraction := _fraction(typed, at):
        return fraction
    near = _near(typed, at, 4) if may_begin(_folded_at(typed, at)) else ()
    if start := start_at(near, halves=words.halves):
        return Piece(Kind.START, _text(typed, at, start.count), start.clock, start.count)
    if day := day_at(typed, at, bare, today, words):
        kind = Kind.WEEK if day.week else Kind.DAY
        return Piece(kind, _text(typed, at, day.count), day.either or day.day, day.count)
    return _number_at(typed, at, bare) or Piece(Kind.WORD, raw)


def _text(typed: Sequence[str], at: int, count: int) -> str:
    return " ".join(typed[at : at + count])


def _near(typed: Sequence[str], at: int, count: int) -> list[str]:
    return [_folded_at(typed, at + n) for n in range(count)]


def _folded_at(typed: Sequence[str], at: int) -> str:
    """Return a word without brackets and a final comma, in one plain form; empty after the end and for a long one."""
    word = typed[at] if at < len(typed) else ""
    return folded(bare_word(word)) if len(word) <= LONGEST_WORD else ""


def _issue_in(word: str) -> str:
    """Return the key of an issue, as it was typed, of a key or a link; empty for anything else."""
    link = _LINK.fullmatch(word) if len(word) <= LONGEST_LINK else None
    if link:
        return link.group(1).upper()
    key = visible(word).translate(NARROW)
    return key if len(key) <= LONGEST_WORD and _UPPER_KEY.fullmatch(key.upper()) and key.isascii() else ""


def _fraction(typed: Sequence[str], at: int) -> Piece | None:
    """Return a number with a fraction: “1 ½”, and with a unit of time also “1 1/2 h” and “1/2 h”."""
    found = _FRACTION.match(" ".join(_near(typed, at, 3)))
    if not found or (found[3] or "h") not in UNITS or not (found[3] or (found[1] and found[2] in "¼½¾")):
        return None
    number, count = (found[1] or "") + _ASCII_FRACTIONS.get(found[2], found[2]), found.group().count(" ") + 1
    kind = Kind.SPENT if found[3] else Kind.NUMBER
    return Piece(kind, _text(typed, at, count), number + (found[3] or ""), count)


def _with_minutes(piece: Piece, typed: Sequence[str], at: int, today: date, words: DayWords) -> Piece:
    """Return a time spent with the minutes that follow its hours, as in “1 h 30”, “1h and 30 min”, and “1h y media”.

    A number without a unit between “1h” and the comment may belong to either, so it stays in the comment.
    """
    end = at + piece.count
    hours = _HOURS.fullmatch(folded(str(piece.value)))
    if not hours or UNITS.get(hours[1]) != "hour" or end >= len(typed):
        return piece
    near = _near(typed, end, 3)
    if half := _AND_A_HALF.match(" ".join(near)):
        return _longer(piece, typed, at, half.group().count(" ") + 1, "30m")
    joined = near[0] in _AND and end + 1 < len(typed)
    minutes = _alone(typed, end + joined, today, words)
    if joined:
        unit = _LETTERS.findall(folded(str(minutes.value))) if minutes.kind is Kind.SPENT else []
        return (
            _longer(piece, typed, at, minutes.count + 1, minutes.value)
            if [UNITS.get(one) for one in unit] == ["minute"]
            else piece
        )
    if minutes.kind is not Kind.NUMBER or not _MINUTES.fullmatch(near[0]):
        return piece
    if not piece.text.endswith(" h") and _begins_comment(typed[end + 1 : end + 4], today, words):
        return piece
    return _longer(piece, typed, at, 1, minutes.value)


def _longer(piece: Piece, typed: Sequence[str], at: int, more: int, value: object) -> Piece:
    """Return a time spent with ``more`` words, which say how much longer it took."""
    count = piece.count + more
    return Piece(Kind.SPENT, _text(typed, at, count), f"{piece.value} {value}", count)


def _begins_comment(typed: Sequence[str], today: date, words: DayWords) -> bool:
    """Return True if a word of the comment comes first; small words before a day or a time are none."""
    after = next((n for n, word in enumerate(typed) if word.casefold() not in _LEADING), None)
    return after is not None and _alone(typed, after, today, words).kind is Kind.WORD


def _number_at(typed: Sequence[str], at: int, bare: str) -> Piece | None:
    """Return a duration or a number; one with a colon may also be a time of day."""
    raw, plain, after = typed[at], folded(bare), _folded_at(typed, at + 1)
    unit = UNITS.get(after.rstrip("."))
    if _CLOCK.fullmatch(plain):
        return (
            Piece(Kind.SPENT, f"{raw} {typed[at + 1]}", bare, 2)
            if unit == "hour"
            else Piece(Kind.CLOCK, raw, bare)
        )
    if _is_spent(plain):
        return Piece(Kind.SPENT, raw, bare)
    if _NUMBER.fullmatch(plain):
        if unit:
            return Piece(Kind.SPENT, f"{raw} {typed[at + 1]}", f"{bare} {typed[at + 1].rstrip(',')}", 2)
        return Piece(Kind.NUMBER, raw, bare)
    return None


def _is_spent(plain: str) -> bool:
    units = _LETTERS.findall(plain)
    return bool(units) and all(unit in UNITS for unit in units) and _SPENT.fullmatch(plain) is not None


def first_hour(piece: Piece) -> Clock | None:
    """Return the time of day at which work began, as hour and minute; None if there is no such time."""
    if piece.kind is Kind.CLOCK:
        start = start_at([folded(str(piece.value))], halves=False, introduced=True)
        return start.clock if start else None
    if not isinstance(piece.value, tuple):
        return None
    hour, minute = piece.value[0] if piece.kind in (Kind.RANGE, Kind.HOURS) else piece.value
    return hour, minute


def _marked(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces, with a mark on each that is surrounded by words of the comment."""
    free = [piece.kind is Kind.WORD for piece in pieces]
    pieces = [
        replace(piece, kind=Kind.WORD)
        if piece.kind is Kind.WEEK and any(free[max(n - 1, 0) : n + 2])
        else piece
        for n, piece in enumerate(pieces)
    ]
    free = [piece.kind is Kind.WORD for piece in pieces]
    return [
        replace(piece, lone=True)
        if not free[n] and 0 < n < len(pieces) - 1 and free[n - 1] and free[n + 1]
        else piece
        for n, piece in enumerate(pieces)
    ]
