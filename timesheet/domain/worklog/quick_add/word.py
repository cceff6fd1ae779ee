"""Recognize what the words of a typed line are: an issue, a time, a day, a tag, or a word of the comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from timesheet.domain.duration import UNITS
from timesheet.domain.typed_text import visible
from timesheet.domain.worklog.quick_add.clock import MOST_WORDS, TimeOfDay, may_begin, range_at, start_at
from timesheet.domain.worklog.quick_add.context import pieces_in_context
from timesheet.domain.worklog.quick_add.day import DayWords, day_at, with_month
from timesheet.domain.worklog.quick_add.piece import (
    EARLIEST_BEGIN,
    LONGEST_WORD,
    Piece,
    PieceKind,
    bare_word,
    folded,
    folded_at,
    piece_at,
    words_at,
)
from timesheet.domain.worklog.quick_add.spent import fraction_at, is_spent, spoken_at
from timesheet.domain.worklog.quick_add.vocabulary import (
    AMOUNTS,
    AND,
    AT,
    AT_NUMBER,
    AT_THE_HOURS,
    LEADING,
    MORE_BEFORE,
    MORE_BESIDE,
    MORNINGS,
    PAST_THE_HOUR,
    STARTING,
)

MOST_READ = 100
LONGEST_LINK = 2000
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The ASCII characters for the full-width ones that Japanese keyboards type."""
_UPPER_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d{1,10}")
_LINK = re.compile(
    r"https?://[^/\s]+/\S*?(?:browse/|selectedIssue=|issues/)([A-Za-z][A-Za-z0-9_]+-\d{1,10})(?![\w-])\S*"
)
_NUMBER = re.compile(r"(?:\d{1,6}(?:[.,]\d+)?|[.,]\d+|\d{0,6}[¼½¾])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_HOURS = re.compile(r"\d{1,5} ?([^\W\d_]+)\.?")
_SIGNED_CLOCK = re.compile(r"\d{1,2}(?::[0-5]\d|h(?:[0-5]\d)?)")
_IN_WORDS = (PieceKind.SPOKEN, PieceKind.COUNTED)
_PART_OF_AN_HOUR = re.compile(
    r"(?:(?P<half>and a half|et demie?|y media|e meia)|and a quarter|et quart|y cuarto)(?= |$)"
)
_MINUTES = re.compile(r"[0-5]\d")
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(?::00(?:\.0+)?)?")
# An option may have its list before it: “#kind=travel”. A text or a number follows the name: “#distance=12.5”.
_TAG = re.compile(
    r"[#＃]([^\W\d_][\w-]{0,63}(?:[=:＝：](?:[\w-]{1,64}|-?\d+[.,]\d+)|[=＝][^\s\"“”„«»「」][^\s]*)?)"
)
_IN_QUOTES = re.compile(r"([#＃][^\W\d_][\w-]{0,63}[=:＝：])[\"“”„«「]([^\"“”„«»「」]+)[\"“”»」]")
_LETTERS = re.compile(r"[^\W\d_¼½¾]+")


def pieces_of(text: str, today: date, words: DayWords) -> list[Piece]:
    """Return the pieces of a line. A piece that is surrounded by words of the comment has a mark.

    Words after the first MOST_READ are the comment, because each takes time to be understood.
    """
    typed = text.split()
    rest = [Piece(PieceKind.WORD, word) for word in typed[MOST_READ:]]
    return pieces_in_context([*_pieces(typed[:MOST_READ], today, words), *rest], today, words)


def _pieces(typed: Sequence[str], today: date, words: DayWords) -> Iterable[Piece]:
    at = 0
    while at < len(typed):
        piece = _piece_at(typed, at, today, words)
        yield piece
        at += piece.count


def _piece_at(typed: Sequence[str], at: int, today: date, words: DayWords, depth: int = 2) -> Piece:
    """Return the piece that begins at a word; up to ``depth`` words that introduce a day or a time belong to it."""
    piece = _range_piece(typed, at, today, words)
    if not piece and depth and at + 1 < len(typed):
        piece = _introduced(typed, at, today, words, depth)
    piece = piece or _alone(typed, at, today, words)
    if piece.kind not in (PieceKind.SPENT, *_IN_WORDS):
        return piece
    piece = _with_minutes(piece, typed, at, today, words)
    before, after = folded_at(typed, at - 1), folded_at(typed, at + piece.count)
    unclear = piece.kind in _IN_WORDS and (
        before in MORE_BEFORE or not MORE_BESIDE.isdisjoint((before, after))
    )
    return piece.as_word() if unclear else piece


def _range_piece(typed: Sequence[str], at: int, today: date, words: DayWords) -> Piece | None:
    """Return a range of times of day. Two numbers that are not one, as in “9 - 11”, are not time spent either.

    “De 1 a 3 de dezembro” is a range of days.
    """
    near = words_at(typed, at, MOST_WORDS) if may_begin(folded_at(typed, at)) else ()
    found = range_at(near, halves=words.halves)
    if not found or (found.count > 1 and with_month(typed[at + found.count - 1 :], today, words)):
        return None
    kind = PieceKind.RANGE if found.certain else PieceKind.HOURS if found.introduced else PieceKind.SPREAD
    return piece_at(typed, at, found.count, kind, found.clocks)


def _introduced(typed: Sequence[str], at: int, today: date, words: DayWords, depth: int) -> Piece | None:
    """Return a day or a time with the word before it, as in “on Monday” and “à 9h30”."""
    leading = typed[at].casefold()
    if f"{leading} {folded_at(typed, at + 1)}" in MORNINGS:
        return piece_at(typed, at, 2, PieceKind.WORD)
    if leading not in LEADING:
        return None
    skipped = next((n for n in (4, 3) if " ".join(words_at(typed, at, n)) in STARTING), 1)
    near = words_at(typed, at + skipped, 4)
    # “9h a 11h” may be Spanish for a range; “a 2h call” is something else.
    spread = leading == "a" and _SIGNED_CLOCK.fullmatch(folded_at(typed, at - 1)) is not None
    after_at = spread or skipped > 1 or leading in AT
    if start := start_at(near, halves=words.halves, introduced=True, after_at=after_at):
        return piece_at(typed, at, start.count + skipped, PieceKind.START, start.clock)
    if (skipped > 1 or _names_an_hour(typed, at)) and (alone := _hour_alone(near)):
        return piece_at(typed, at, alone[1] + skipped, PieceKind.START, alone[0])
    if at + skipped >= len(typed):
        return None
    piece = _piece_at(typed, at + skipped, today, words, depth - 1)
    if piece.kind in (PieceKind.DAY, PieceKind.WEEK, PieceKind.START, PieceKind.RANGE):
        return piece_at(typed, at, piece.count + skipped, piece.kind, piece.value)
    return None


def _names_an_hour(typed: Sequence[str], at: int) -> bool:
    """Return True if a number after this word is likely to be an hour, as in “at 9” and “a las 9”."""
    word = typed[at].casefold()
    return word in AT_NUMBER or (at > 0 and f"{typed[at - 1].casefold()} {word}" in AT_THE_HOURS)


def _hour_alone(near: Sequence[str]) -> tuple[TimeOfDay, int] | None:
    """Return the time of day of “9” and “9 y media”, with its words, if work is likely to begin then."""
    before = near[0] == "halb"
    number, after = near[before], near[1 + before : 3 + before]
    if not number.isdecimal() or len(number) > 2 or not EARLIEST_BEGIN <= int(number) < 24:
        return None
    if not before and (minutes := PAST_THE_HOUR.get(" ".join(after))):
        return (int(number), minutes), 3
    if after[0] in AMOUNTS or after[0].rstrip(".") in UNITS:
        return None
    return ((int(number) - 1, 30), 2) if before else ((int(number), 0), 1)


def _alone(typed: Sequence[str], at: int, today: date, words: DayWords) -> Piece:
    """Return the piece that begins at a word, without a word that introduces it and minutes that follow it."""
    raw = typed[at]
    bare = bare_word(raw)
    if found := _issue_in(bare.rstrip(":.")):
        return Piece(PieceKind.ISSUE, raw, found)
    if len(raw) > LONGEST_WORD:
        return Piece(PieceKind.WORD, raw)
    if tag := _TAG.fullmatch(bare):
        return Piece(PieceKind.TAG, raw, tag.group(1))
    if raw[0] in "#＃" and (quoted := _quoted_tag(typed, at)):
        return quoted
    if stamp := _STAMP.fullmatch(bare):
        day, start = day_at([stamp[1]], 0, stamp[1], today, words), start_at([f"@{stamp[2]}"], halves=False)
        return Piece(PieceKind.STAMP, raw, (day and day.day, start and start.clock))
    if fraction := fraction_at(typed, at) or spoken_at(typed, at):
        return fraction
    near = words_at(typed, at, 4) if may_begin(folded_at(typed, at)) else ()
    before = folded_at(typed, at - 1) if near else ""
    after_day = before in words.days or before in words.weekdays
    if start := start_at(near, halves=words.halves, after_day=after_day):
        return piece_at(typed, at, start.count, PieceKind.START, start.clock)
    if folded_at(typed, at) == "halb" and (half := _hour_alone(words_at(typed, at, 4))):
        return piece_at(typed, at, half[1], PieceKind.START, half[0])
    if day := day_at(typed, at, bare, today, words):
        kind = PieceKind.WEEK if day.week else PieceKind.DAY
        return piece_at(typed, at, day.count, kind, day.either or day.day)
    return _number_at(typed, at, bare) or Piece(PieceKind.WORD, raw)


def _quoted_tag(typed: Sequence[str], at: int) -> Piece | None:
    """Return a tag whose value is in quotation marks and may have several words, as in “#ticket="AB 12"”."""
    rest = " ".join(typed[at:])
    found = _IN_QUOTES.match(rest)
    if not found:
        return None
    count = len(rest[: found.end()].split())
    tag = piece_at(typed, at, count, PieceKind.TAG, f"{found.group(1)[1:]}{found.group(2)}")
    return tag if bare_word(tag.text).rstrip(".。") == found.group() else None


def _issue_in(word: str) -> str:
    """Return the key of an issue, as it was typed, of a key or a link; empty for anything else."""
    link = _LINK.fullmatch(word) if len(word) <= LONGEST_LINK else None
    if link:
        return link.group(1).upper()
    key = visible(word).translate(NARROW)
    return key if len(key) <= LONGEST_WORD and _UPPER_KEY.fullmatch(key.upper()) and key.isascii() else ""


def _with_minutes(piece: Piece, typed: Sequence[str], at: int, today: date, words: DayWords) -> Piece:
    """Return a time spent with the minutes that follow its hours, as in “1 h 30”, “1h and 30 min”, and “1h y media”.

    A number without a unit between “1h” and the comment may belong to either, so it stays in the comment.
    """
    end = at + piece.count
    hours = _HOURS.fullmatch(folded(str(piece.value)))
    if not hours or UNITS.get(hours[1]) != "hour" or end >= len(typed):
        return piece
    near = words_at(typed, end, 3)
    if part := _PART_OF_AN_HOUR.match(" ".join(near)):
        return _longer(piece, typed, at, part.group().count(" ") + 1, "30m" if part["half"] else "15m")
    joined = near[0] in AND and end + 1 < len(typed)
    minutes = _alone(typed, end + joined, today, words)
    timed = minutes.kind in (PieceKind.SPENT, PieceKind.COUNTED)
    if joined or (piece.kind in _IN_WORDS and timed):
        unit = _LETTERS.findall(folded(str(minutes.value))) if timed else []
        return (
            _longer(piece, typed, at, minutes.count + joined, minutes.value)
            if [UNITS.get(one) for one in unit] == ["minute"]
            else piece
        )
    if minutes.kind is not PieceKind.NUMBER or not _MINUTES.fullmatch(near[0]):
        return piece
    if not piece.text.endswith((" h", " heure", " heures")) and _begins_comment(
        typed[end + 1 : end + 4], today, words
    ):
        return piece
    return _longer(piece, typed, at, 1, minutes.value)


def _longer(piece: Piece, typed: Sequence[str], at: int, more: int, value: object) -> Piece:
    """Return a time spent with ``more`` words, which say how much longer it took."""
    return piece_at(typed, at, piece.count + more, piece.kind, f"{piece.value} {value}")


def _begins_comment(typed: Sequence[str], today: date, words: DayWords) -> bool:
    """Return True if a word of the comment comes first; small words before a day or a time are none."""
    after = next((n for n, word in enumerate(typed) if word.casefold() not in LEADING), None)
    return after is not None and _alone(typed, after, today, words).kind is PieceKind.WORD


def _number_at(typed: Sequence[str], at: int, bare: str) -> Piece | None:
    """Return a duration or a number; one with a colon may also be a time of day."""
    raw, plain, after = typed[at], folded(bare), folded_at(typed, at + 1)
    unit = UNITS.get(after.rstrip("."))
    if _CLOCK.fullmatch(plain):
        hours = unit == "hour"
        return piece_at(typed, at, 1 + hours, PieceKind.SPENT if hours else PieceKind.CLOCK, bare)
    if is_spent(plain.rstrip(":")):
        return Piece(PieceKind.SPENT, raw, bare.rstrip(":："))
    if _NUMBER.fullmatch(plain):
        if unit:
            return piece_at(typed, at, 2, PieceKind.SPENT, f"{bare} {bare_word(typed[at + 1])}")
        return Piece(PieceKind.NUMBER, raw, bare)
    return None


def first_hour(piece: Piece) -> TimeOfDay | None:
    """Return the time of day at which work began, as hour and minute; None if there is no such time."""
    if piece.kind is PieceKind.CLOCK:
        start = start_at([folded(str(piece.value))], halves=False, introduced=True)
        return start.clock if start else None
    if not isinstance(piece.value, tuple):
        return None
    hour, minute = piece.value[0] if piece.kind in (PieceKind.RANGE, PieceKind.HOURS) else piece.value
    return hour, minute
