"""Recognize what the words of a typed line are: an issue, a time, a day, a tag, or a word of the comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from timesheet.domain.duration import UNITS
from timesheet.domain.worklog.quick_day import DayWords, day_at, folded, visible

LONGEST_WORD = 60
LONGEST_LINK = 2000
# Small words that introduce a day or a time of day, in the languages of the app.
_LEADING = frozenset("at on from um am ab à le el a las às na no em".split())
_AT = frozenset("at um ab à a as às las".split())
# Words before and within a range of times of day.
_FROM = frozenset("from von de das desde".split())  # not shown
_UNTIL = frozenset("- – — ~ 〜 to until till bis hasta até".split())
UHR = "uhr"
NO_HOUR = "99:99"
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The ASCII characters for the full-width ones that Japanese keyboards type."""
_UPPER_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d{1,10}")
_LINK = re.compile(
    r"https?://[^/\s]+/\S*?(?:browse/|selectedIssue=|issues/)([A-Za-z][A-Za-z0-9_]+-\d{1,10})(?![\w-])\S*"
)
_SPENT = re.compile(r"[\d.,:¼½¾]+[^\W\d_]+\.?(?:[\d.,¼½¾]+[^\W\d_]+\.?)*\d{0,2}")
_NUMBER = re.compile(r"(?:\d{1,6}(?:[.,]\d+)?|[.,]\d+|\d{0,6}[¼½¾])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_START = re.compile(r"@(\d{1,2})(?::(\d{2}))?|(\d{1,2})(?::(\d{2}))?([ap])m|(\d{1,2})時(?:(\d{1,2})分)?")
_RANGE = re.compile(r"(\d{1,2})(?::(\d{2}))?(?:[-–—~〜]|から)(\d{1,2})(?::(\d{2}))?(?:まで)?")
_HOUR_SIGN = re.compile(r"(\d{1,2})(?:h(\d{2})?|時(?:(\d{2})分)?)(?![a-z\d])")
_HALVES = re.compile(r"(\d{1,2}(?::\d{2})?[ap]m)[-–—~](\d{1,2}(?::\d{2})?[ap]m)")
_HOURS = re.compile(r"\d{1,5} ?([^\W\d_]+)\.?")
_MINUTES = re.compile(r"[0-5]\d")
_TAG = re.compile(r"#([^\W\d_][\w-]{0,63})")
_LETTERS = re.compile(r"[^\W\d_]+")


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
    introduced = _introduced(typed, at, today, words, depth) if depth and at + 1 < len(typed) else None
    piece = introduced or _alone(typed, at, today, words)
    return _with_minutes(piece, typed, at, today, words) if piece.kind is Kind.SPENT else piece


def _introduced(typed: Sequence[str], at: int, today: date, words: DayWords, depth: int) -> Piece | None:
    """Return a day or a time with the word before it: “on Monday”, “à 9h30”, “von 9:00 bis 11:30”."""
    raw, leading, piece = typed[at], typed[at].casefold(), None
    if leading in _FROM:
        piece = _range_at(typed, at + 1, _UNTIL | _AT)
    elif leading in _AT and (hour := _HOUR_SIGN.fullmatch(_folded_at(typed, at + 1))):
        clock = _START.fullmatch(f"@{_with_colons(hour.group())}")
        piece = Piece(Kind.START, typed[at + 1], _hour_of(clock) if clock else None)
    elif leading in _LEADING:
        piece = _piece_at(typed, at + 1, today, words, depth - 1)
    if piece and piece.kind in (Kind.DAY, Kind.CLOCK, Kind.START, Kind.RANGE):
        return Piece(piece.kind, f"{raw} {piece.text}", piece.value, piece.count + 1)
    return None


def _alone(typed: Sequence[str], at: int, today: date, words: DayWords) -> Piece:
    """Return the piece that begins at a word, without a word that introduces it and minutes that follow it."""
    raw = typed[at]
    bare = raw.strip("()[]<>").rstrip(",")
    if found := _issue_in(bare.rstrip(":.")):
        return Piece(Kind.ISSUE, raw, found)
    if len(raw) > LONGEST_WORD:
        return Piece(Kind.WORD, raw)
    if tag := _TAG.fullmatch(bare):
        return Piece(Kind.TAG, raw, tag.group(1))
    if spread := _range_at(typed, at, _UNTIL):
        return spread
    if day := day_at(typed, at, bare, today, words):
        return Piece(Kind.DAY, " ".join(typed[at : at + day.count]), day.day, day.count)
    return _number_at(typed, at, bare, words) or Piece(Kind.WORD, raw)


def _folded_at(typed: Sequence[str], at: int) -> str:
    """Return a word without brackets and a final comma, in one plain form; empty after the end and for a long one."""
    word = typed[at] if at < len(typed) else ""
    return folded(word.strip("()[]<>").rstrip(",")) if len(word) <= LONGEST_WORD else ""


def _issue_in(word: str) -> str:
    """Return the key of an issue, as it was typed, of a key or a link; empty for anything else."""
    link = _LINK.fullmatch(word) if len(word) <= LONGEST_LINK else None
    if link:
        return link.group(1).upper()
    key = visible(word).translate(NARROW)
    return key if len(key) <= LONGEST_WORD and _UPPER_KEY.fullmatch(key.upper()) and key.isascii() else ""


def _range_at(typed: Sequence[str], at: int, between: frozenset[str]) -> Piece | None:
    """Return a range of times of day, with a dash or a word ``between`` them: “9:00-10:30”, “9h bis 10h30”.

    Hours alone are times of day only before the German *Uhr*, as in “9-11 Uhr”.
    """
    near = [_folded_at(typed, at + n) for n in range(4)]
    for count, colons in ((3, 2), (1, 1)):
        if count > 1 and near[1] not in between:
            continue
        text = _with_colons("-".join(near[:count:2]))
        spread = _RANGE.fullmatch(text)
        if spread and (text.count(":") >= colons or near[count] == UHR):
            end = count + (near[count] == UHR)
            return Piece(Kind.RANGE, " ".join(typed[at : at + end]), spread.groups(), end)
    return None


def _with_colons(text: str) -> str:
    """Return times of day such as “9h30” and “9時30分” with a colon, and a range such as “9am-5pm” in 24 hours."""
    if halves := _HALVES.fullmatch(text):
        first, last = (_hour_of(clock) for clock in map(_START.fullmatch, halves.groups()) if clock)
        return "-".join("{:02}:{:02}".format(*hour) if hour else NO_HOUR for hour in (first, last))
    return _HOUR_SIGN.sub(lambda hour: f"{hour[1]}:{hour[2] or hour[3] or '00'}", text)


def _with_minutes(piece: Piece, typed: Sequence[str], at: int, today: date, words: DayWords) -> Piece:
    """Return a time spent with the minutes that follow its hours without a unit, as in “1 h 30”.

    A number between “1h” and the comment may belong to either, so it stays in the comment.
    """
    end = at + piece.count
    hours = _HOURS.fullmatch(folded(str(piece.value)))
    if not hours or UNITS.get(hours[1]) != "hour" or not _MINUTES.fullmatch(_folded_at(typed, end)):
        return piece
    minutes = _alone(typed, end, today, words)
    if minutes.kind is not Kind.NUMBER:
        return piece
    if not piece.text.endswith(" h") and _begins_comment(typed[end + 1 : end + 4], today, words):
        return piece
    return Piece(
        Kind.SPENT, f"{piece.text} {minutes.text}", f"{piece.value} {minutes.value}", piece.count + 1
    )


def _begins_comment(typed: Sequence[str], today: date, words: DayWords) -> bool:
    """Return True if a word of the comment comes first; small words before a day or a time are none."""
    after = next((n for n, word in enumerate(typed) if word.casefold() not in _LEADING), None)
    return after is not None and _alone(typed, after, today, words).kind is Kind.WORD


def _number_at(typed: Sequence[str], at: int, bare: str, words: DayWords) -> Piece | None:
    """Return a duration, a time of day, or a number."""
    raw, plain = typed[at], folded(bare)
    after = folded(typed[at + 1].rstrip(",")) if at + 1 < len(typed) else ""
    if start := _START.fullmatch(plain):
        return Piece(Kind.START, raw, _hour_of(start))
    if after == UHR and (hour := _START.fullmatch(f"@{plain}")):
        return Piece(Kind.START, f"{raw} {typed[at + 1]}", _hour_of(hour), 2)
    if _CLOCK.fullmatch(plain):
        if words.halves and after in ("am", "pm"):
            half = _START.fullmatch(f"{plain}{after}")
            return Piece(Kind.START, f"{raw} {typed[at + 1]}", _hour_of(half) if half else None, 2)
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
        found = _START.fullmatch(f"@{folded(str(piece.value))}")
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


def _marked(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces, with a mark on each that is surrounded by words of the comment."""
    free = [piece.kind is Kind.WORD for piece in pieces]
    return [
        replace(piece, lone=True)
        if not free[n] and 0 < n < len(pieces) - 1 and free[n - 1] and free[n + 1]
        else piece
        for n, piece in enumerate(pieces)
    ]
