"""Decide from the pieces around it what a piece of a typed line is."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date

from timesheet.domain.worklog.quick_add.day import DayWords, day_of_month
from timesheet.domain.worklog.quick_add.piece import EARLIEST_BEGIN, Piece, PieceKind, folded
from timesheet.domain.worklog.quick_add.vocabulary import (
    ABOUT_A_DAY,
    AND_OR_SIGN,
    AT_OR_TO,
    BEFORE_A_DAY,
    BEFORE_HOUR,
    FOR,
    OF,
    UNTIL,
    UNTIL_DAY,
)

_MORNING = "morgen"
"""In German “morgen” after a day means its morning."""
_UNTIL_AFTER_START = AT_OR_TO | {"-", "–", "—"}
_TO = frozenset("a à".split())
_THE = BEFORE_HOUR - {"as"}
_AND = AND_OR_SIGN | {"/"}
_THE_DAY = frozenset("zum the".split())
_TIMES = (
    PieceKind.SPENT,
    PieceKind.SPOKEN,
    PieceKind.COUNTED,
    PieceKind.NUMBER,
    PieceKind.CLOCK,
    PieceKind.RANGE,
    PieceKind.HOURS,
)
_LAST_HOUR = 24
_LONGEST_WORK = 12
_SIGNED_HOUR = re.compile(r"(\d{1,2}) ?h ?([0-5]\d)?")
_DAY_OF_MONTH = re.compile(r"(\d{1,2})日")
_NUMBER_OF_DAY = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th|er|o)?")
_BEGINS_WITH_DAY = re.compile(r"(?:[^\W\d_]+ )*\d")
_ENDS_WITH_DAY = re.compile(r"(?:[^\W\d_]+\.? )+\d{1,2}(?:st|nd|rd|th)?")


def pieces_in_context(pieces: list[Piece], today: date, words: DayWords) -> list[Piece]:
    """Return the pieces as the ones around them say what they are.

    A piece that is surrounded by words of the comment has a mark.
    """
    pieces = _numbered(_spread(_dated(_without_ends(_joined(_stamped(pieces))), today)))
    pieces = _marked(_undated(pieces, words))
    return _introduced(_with_signed_start(pieces) if words.hour_sign else pieces)


def _stamped(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with “2026-11-24T09:00” as a day and a start; within or at the end of the comment as a word."""
    free = [False, *(piece.kind is PieceKind.WORD for piece in pieces), True]
    kept: list[Piece] = []
    for n, piece in enumerate(pieces):
        if piece.kind is not PieceKind.STAMP or not isinstance(piece.value, tuple):
            kept.append(piece)
        elif free[n] and free[n + 2]:
            kept.append(piece.as_word())
        else:
            day, clock = piece.value
            kept.append(replace(piece, kind=PieceKind.DAY, value=day))
            kept.append(Piece(PieceKind.START, piece.text, clock))
    return kept


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with “9 a 11”, which Spanish and Portuguese say, as “9-11”: it is not nine hours."""
    kept: list[Piece] = []
    for piece in pieces:
        begun, ended = _hour(kept[-2]) if len(kept) > 1 and _word(kept[-1]) in _TO else 0, _hour(piece)
        if EARLIEST_BEGIN <= begun < ended:
            words = [*kept[-2:], piece]
            text = " ".join(one.text for one in words)
            kept[-2:] = [Piece(PieceKind.SPREAD, text, ((begun, 0), (ended, 0)), len(words))]
        else:
            kept.append(piece)
    return kept


def _hour(piece: Piece) -> int:
    """Return the hour that a number alone can be; 0 for anything else."""
    text = str(piece.value) if piece.kind is PieceKind.NUMBER else ""
    return int(text) if text.isdecimal() and int(text) <= _LAST_HOUR else 0


def _without_ends(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with what is no time spent as a word: the end in “at 9 to 11” and “2 hours until 11:00”.

    Nor is “11” one in “passage à 11”.
    """
    kept: list[Piece] = []
    for piece in pieces:
        near = [one for one in kept[-3:] if one.kind is not PieceKind.WORD or _word(one) not in _THE]
        last = _word(near[-1]) if near else ""
        begun = len(near) > 1 and (near[-2].kind is PieceKind.START or _word(near[-2]) in UNTIL)
        bare = piece.kind in (PieceKind.NUMBER, PieceKind.CLOCK)
        ends = (
            (last in UNTIL and (bare or piece.kind is PieceKind.START))
            or (bare and begun and last in _UNTIL_AFTER_START)
            or (piece.kind is PieceKind.NUMBER and last in _TO)
        )
        kept.append(piece.as_word() if ends else piece)
    return kept


def _word(piece: Piece) -> str:
    """Return a word of the comment in lower case, and an empty text for any other piece."""
    return piece.text.casefold().replace("’", "'") if piece.kind is PieceKind.WORD else ""


def _spread(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with “9-11” as times of day where it can be nothing else, otherwise as a word of the comment.

    It follows a day, as in “yesterday 9-11”, or is without spaces and touches no word of the comment, or follows
    another one, as in “9-11 and 13-15” and “yesterday 9-11 review 13-15 tests”. The line has no other time.
    """
    timed = any(piece.kind in _TIMES for piece in pieces)
    kinds = [None, *(piece.kind for piece in pieces), None]
    kept: list[Piece] = []
    for n, piece in enumerate(pieces):
        if piece.kind is not PieceKind.SPREAD:
            kept.append(piece)
            continue
        if len(kept) > 1 and kept[-2].kind is PieceKind.HOURS and _word(kept[-1]) in _AND:
            kept.pop()
        beside = kinds[n] is PieceKind.DAY or _follows(kept, piece)
        apart = " " not in piece.text and PieceKind.WORD not in (kinds[n], kinds[n + 2])
        hours = not timed and _can_be_worked(piece) and (beside or apart)
        kind = PieceKind.HOURS if hours else PieceKind.WORD
        kept.append(replace(piece, kind=kind, value=piece.value if hours else None))
    return kept


def _follows(kept: list[Piece], piece: Piece) -> bool:
    """Return True if two numbers are next to two that are times of day, or begin when an earlier two have ended."""
    ended = [one.value[1] for one in kept if one.kind is PieceKind.HOURS and isinstance(one.value, tuple)]
    later = bool(ended) and isinstance(piece.value, tuple) and bool(piece.value[0] >= ended[-1])
    return later or bool(kept and kept[-1].kind is PieceKind.HOURS)


def _can_be_worked(piece: Piece) -> bool:
    """Return True if two numbers are likely hours of a day’s work: “11-24” is rather a date."""
    if piece.kind is not PieceKind.SPREAD or not isinstance(piece.value, tuple):
        return False
    begun, ended = piece.value
    return bool((EARLIEST_BEGIN, 0) <= begun < ended <= (begun[0] + _LONGEST_WORK, begun[1]))


def _introduced(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with the small word before a time spent or a day as a part of it, as in “for 2h”."""
    kept: list[Piece] = []
    for piece in pieces:
        before = kept[-1] if kept else None
        # In “1h for 30m” these are two times.
        after_time = len(kept) > 1 and kept[-2].kind is PieceKind.SPENT
        if (
            before
            and _word(before) in FOR
            and not (after_time and piece.kind is PieceKind.SPENT)
            and piece.kind in (PieceKind.SPENT, PieceKind.SPOKEN, PieceKind.COUNTED, PieceKind.DAY)
        ):
            kept[-1] = replace(piece, text=f"{before.text} {piece.text}", count=1 + piece.count)
        else:
            kept.append(piece)
    return kept


def _dated(pieces: list[Piece], today: date) -> list[Piece]:
    """Return the pieces with “24日” as a day if the line also says how long the work took, otherwise as 24 days."""
    found = [_DAY_OF_MONTH.fullmatch(folded(p.text)) if p.kind is PieceKind.SPENT else None for p in pieces]
    timed = sum(piece.kind in (PieceKind.SPENT, PieceKind.RANGE) for piece in pieces)
    timed += sum(
        one is not None and _can_be_worked(after) for one, after in zip(found, pieces[1:], strict=False)
    )
    if timed < 2:
        return pieces
    return [
        replace(piece, kind=PieceKind.DAY, value=day_of_month(int(one[1]), today)) if one else piece
        for piece, one in zip(pieces, found, strict=True)
    ]


def before_until(pieces: list[Piece], n: int) -> int | None:
    """Return the place before the word that joins a day to what precedes it, as “and” does; None without one."""
    if pieces[n].kind is PieceKind.DAY and pieces[n].text.split()[0].casefold() in UNTIL_DAY:
        return n - 1 if n else None
    at = n - 1 - (n > 1 and _word(pieces[n - 1]) in _THE_DAY)
    return at - 1 if at > 0 and _word(pieces[at]) in UNTIL_DAY else None


def _numbered(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with the first number of “1er au 3 décembre” and the last of “December 1 to 3” as days."""
    if not any(piece.kind in _TIMES and piece.kind is not PieceKind.NUMBER for piece in pieces):
        return pieces
    kept = list(pieces)
    for n, last in enumerate(pieces):
        at = before_until(kept, n)
        if at is None:
            continue
        if last.kind is PieceKind.DAY and _BEGINS_WITH_DAY.match(last.text):
            kept[at] = _day_beside(kept[at], last)
        elif kept[at].kind is PieceKind.DAY and _ENDS_WITH_DAY.fullmatch(kept[at].text):
            kept[n] = _day_beside(last, kept[at])
    return kept


def _day_beside(piece: Piece, dated: Piece) -> Piece:
    """Return a number as a day in the month of another day, and anything else as it is."""
    number = _NUMBER_OF_DAY.fullmatch(folded(piece.text))
    if (
        not number
        or piece.kind not in (PieceKind.WORD, PieceKind.NUMBER)
        or not isinstance(dated.value, date)
    ):
        return piece
    if not 1 <= int(number[1]) <= monthrange(dated.value.year, dated.value.month)[1]:
        return piece
    return replace(piece, kind=PieceKind.DAY, value=dated.value.replace(day=int(number[1])))


def _undated(pieces: list[Piece], words: DayWords) -> list[Piece]:
    """Return the pieces with the days that are part of the comment as words: “demo for Friday”, “heute Morgen”."""
    kept: list[Piece] = []
    for n, piece in enumerate(pieces):
        kinds = [one.kind for one in kept[-2:]]
        first = before_until(pieces, n)
        if first is not None and pieces[first].kind is PieceKind.DAY:
            # A range of days is a part of the comment with its first day: “demo for Monday and Friday”.
            kept.append(
                piece.as_word()
                if kept[first].kind is PieceKind.WORD and piece.kind is PieceKind.DAY
                else piece
            )
            continue
        about = kinds == [PieceKind.WORD, PieceKind.WORD] and kept[-1].text.casefold() in ABOUT_A_DAY
        about = about or (kinds[-1:] == [PieceKind.WORD] and _word(kept[-1]) in BEFORE_A_DAY)
        name = piece.text.casefold().rstrip(",.:")
        # “standup for yesterday” says when; nobody prepares for a day that has passed.
        about = about and words.days.get(name, 1) > 0
        morning = kinds[-1:] == [PieceKind.DAY] and name == _MORNING
        kept.append(piece.as_word() if piece.kind is PieceKind.DAY and (about or morning) else piece)
    return kept


def _with_signed_start(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with “14h” as the start if the line also has a time spent: “14h 1h30” and “45min 14h”."""
    times = [n for n, piece in enumerate(pieces) if piece.kind is PieceKind.SPENT and not piece.lone]
    found = {n: hour for n in times if (hour := _SIGNED_HOUR.fullmatch(folded(pieces[n].text)))}
    starts = [n for n, hour in found.items() if EARLIEST_BEGIN <= int(hour[1]) < 24]
    if len(starts) != 1 or len(times) < 2:
        return pieces
    at = starts[0]
    hour = found[at]
    # “14h 45min” is one duration.
    if not hour[2] and at + 1 in times and at + 1 not in found:
        return pieces
    named = at > 0 and pieces[at - 1].kind is PieceKind.WORD and pieces[at - 1].text.casefold() in OF
    # “réunion de 8h” is the name of a meeting.
    changed = (
        pieces[at].as_word()
        if named
        else replace(pieces[at], kind=PieceKind.START, value=(int(hour[1]), int(hour[2] or 0)))
    )
    return [changed if n == at else piece for n, piece in enumerate(pieces)]


def _marked(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces, with a mark on each that is surrounded by words of the comment."""
    free = [piece.kind is PieceKind.WORD for piece in pieces]
    pieces = [
        piece.as_word() if piece.kind is PieceKind.WEEK and any(free[max(n - 1, 0) : n + 2]) else piece
        for n, piece in enumerate(pieces)
    ]
    free = [piece.kind is PieceKind.WORD for piece in pieces]
    return [
        replace(piece, lone=True)
        if not free[n] and 0 < n < len(pieces) - 1 and free[n - 1] and free[n + 1]
        else piece
        for n, piece in enumerate(pieces)
    ]
