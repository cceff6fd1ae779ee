"""Parse a typed line such as ``PAY-12 1h30 yesterday 9:00 fixed the parser``, with its parts in any order.

Every text can be read, so nothing here raises. Each part may occur once. Everything else is the comment, and
so is everything after a semicolon. A day, a time, or a number alone between words of the comment belongs to
the comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from timesheet.domain.duration import MINUTE, UNITS, Reading, read_duration
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking
from timesheet.domain.jira_time import started_at
from timesheet.domain.message import Message, Seconds, message
from timesheet.domain.worklog.quick_add.context import before_until
from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.domain.worklog.quick_add.japanese import spaced
from timesheet.domain.worklog.quick_add.piece import EARLIEST_BEGIN, Piece, PieceKind, bare_word, folded
from timesheet.domain.worklog.quick_add.vocabulary import AND_OR_SIGN, AT_OR_UNTIL, FOR, LEADING
from timesheet.domain.worklog.quick_add.word import first_hour, pieces_of

# Translators: units and the word for the day before today as the language writes them, which can be typed.
EXAMPLE = message("Type it like PAY-12 1h30 yesterday fixed the parser.")
NO_MEANING = message("This line names no issue and no time spent. {example}", example=EXAMPLE)
NO_ISSUE = message("This line names no issue. Add its key, like PAY-12, or a link to it.")
NO_TIME = message("This line has no time spent. Add it, like 1h30 or 45m.")
TOO_SHORT = message("A worklog needs at least one minute.")
CLOCKS_CHANGE = message("The clocks change in this time: it is {duration} long.")
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
TWO_MEANINGS = message("“{text}” can mean {first} or {second}. Type one of these.")
# A small word may introduce it, as in “pour 9h”.
_HOUR = re.compile(r"(?:[^\W\d_]+ )?(\d{1,2})(?:(?: ?h ?|:)(\d\d)?)?")
_TIMES = (PieceKind.SPENT, PieceKind.SPOKEN, PieceKind.COUNTED, PieceKind.RANGE)
_COMMAS = ",、，。"
_LISTED = re.compile(rf"[{_COMMAS}]$|\d[hm]\.$", re.IGNORECASE)
"""Ends a time in a list; other units with a period are abbreviations, as in “5 min.”"""
_UNIT = re.compile(r"[^\W\d_]+")
_SEPARATORS = frozenset("- – — : · |".split())
_BARE_HOURS, _MINUTES = re.compile(r"(?<!\S)[0-9]{1,2}$"), re.compile(r"[0-5][0-9]")
_ONE_DIGIT = re.compile(r"\d{0,5}:\d")
_ORDINAL = re.compile(r"\d{1,2}\.")
_LINES = re.compile(r"\r\n|\r|\n")
_SEMICOLON = re.compile(r"[;；]")


@dataclass(frozen=True, slots=True)
class QuickLine:
    """The meaning of a line. ``seconds`` are whole minutes, and ``note`` says if they were rounded.

    Without a day it is today, without ``start`` the work begins after the day's last worklog. With ``by_clock`` the
    line says when the work ended, and ``seconds`` are right unless clocks change meanwhile (see ``in_zone``).
    ``problem`` says why the line cannot be logged; the other parts are then as far as they were understood.
    With ``day_unclear`` the line names several days, or one that does not exist, and ``day`` must not be shown. If the
    times can mean a range or something else, there are neither ``seconds`` nor ``start``.
    """

    issue: str
    seconds: int
    day: date
    start: time | None = None
    comment: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    problem: str = ""
    by_clock: bool = False
    day_unclear: bool = False


def in_zone(line: QuickLine, zone: ZoneInfo) -> QuickLine:
    """Return the line with the time that passes in ``zone`` from its start to its end on the clock, if it has both.

    Raise InvalidInput for a day that the zone skipped.
    """
    if not line.by_clock or line.start is None or line.problem:
        return line
    begun = started_at(line.day, line.start, zone).instant
    ended = datetime.combine(line.day, line.start, zone) + timedelta(seconds=line.seconds)
    seconds = (ended.astimezone(UTC) - begun) // timedelta(seconds=1)
    if seconds == line.seconds:
        return line
    if seconds < MINUTE:
        return replace(line, problem=TOO_SHORT)
    return replace(line, seconds=seconds, note=message(CLOCKS_CHANGE, duration=Seconds(seconds)))


def split_lines(text: str) -> list[str]:
    """Return the lines of a text that are not blank, as they were typed."""
    return [line for line in _LINES.split(text) if line.strip()]


def split_comment(text: str) -> tuple[str, str | None]:
    """Return the text before the first semicolon, and the comment after it; None without a semicolon."""
    parts = _SEMICOLON.split(text, maxsplit=1)
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else None


def mistyped_colon(head: str, tail: str | None) -> Message | None:
    """Return the question about a time such as “1;30”, which is “1:30” with the key beside the colon, or an hour with
    the comment “30”; None for everything else that ``split_comment`` returns.
    """
    hours = _BARE_HOURS.search(head)
    if not hours or not _MINUTES.fullmatch(tail or ""):
        return None
    first, second = f"{hours[0]}:{tail}", f"{hours[0]}h; {tail}"
    return message(TWO_MEANINGS, text=f"{hours[0]};{tail}", first=first, second=second)


def read_line(text: str, units: TimeTracking, today: date, words: DayWords) -> QuickLine:
    """Return the meaning of a line for a reader who writes days in ``words``, read on ``today``."""
    head, tail = split_comment(text)
    line = _Line(pieces_of(spaced(head, words), today, words), units).read(today, tail or "")
    if (
        line.problem in (NO_MEANING, NO_ISSUE, NO_TIME)
        and (parted := spaced(head, words, eager=True)) != head
    ):
        again = _Line(pieces_of(parted, today, words), units).read(today, tail or "")
        line = line if again.problem in (NO_MEANING, NO_ISSUE, NO_TIME) else again
    unclear = mistyped_colon(head, tail)
    return replace(line, seconds=0, problem=unclear) if unclear and not line.problem else line


class _Line:
    """Chooses the parts of a line among its pieces. Only the first problem is reported."""

    def __init__(self, pieces: list[Piece], units: TimeTracking) -> None:
        self._pieces, self._units = pieces, units
        self._used: set[int] = set()
        self._problem = ""
        self._day_unclear = False
        self._time_unclear = False

    def read(self, today: date, tail: str) -> QuickLine:
        """Return the reading of the line; ``tail`` is the comment after the semicolon."""
        issue = self._issue()
        starts, reading = self._times()
        self._check_meanings()
        day = self._day(today)
        start = self._start(starts)
        tags = tuple(dict.fromkeys(str(p.value) for p in self._of(PieceKind.TAG, lone=True, use=True)))
        problem = _missing(issue, reading) or self._problem
        words = self._words()
        comment = "; ".join(filter(None, (words, tail)))
        seconds, note = (reading.seconds, reading.note) if reading else (0, "")
        if self._time_unclear:
            seconds, note, start = 0, "", None
        by_clock = any(piece.kind in (PieceKind.RANGE, PieceKind.HOURS) for piece in starts)
        return QuickLine(
            issue=issue,
            seconds=seconds,
            day=day,
            start=start,
            comment=comment,
            tags=tags,
            note=note,
            problem=problem,
            by_clock=by_clock,
            day_unclear=self._day_unclear,
        )

    def _words(self) -> str:
        """Return the comment among the pieces, without the dash or colon that separates it from the other parts."""
        left = [n for n in range(len(self._pieces)) if n not in self._used]
        if len(left) > 1 and left[0] and self._pieces[left[0]].text in _SEPARATORS:
            left = left[1:]
        return " ".join(self._pieces[n].text for n in left)

    def _of(self, *kinds: PieceKind, lone: bool = False, use: bool = False) -> list[Piece]:
        """Return the pieces of these kinds; those between words of the comment only if ``lone``. ``use`` them."""
        found = [n for n, p in enumerate(self._pieces) if p.kind in kinds and (lone or not p.lone)]
        if use:
            self._used.update(found)
        return [self._pieces[n] for n in found]

    def _any_of(self, kind: PieceKind) -> list[Piece]:
        """Return the pieces of this kind; those between words of the comment only if there are no others."""
        return self._of(kind) or self._of(kind, lone=True)

    def _use(self, pieces: Iterable[Piece]) -> None:
        ids = {id(piece) for piece in pieces}
        self._used.update(n for n, piece in enumerate(self._pieces) if id(piece) in ids)

    def _report(self, problem: str) -> None:
        self._problem = self._problem or problem

    def _report_two(self, problem: Message, *found: str) -> None:
        first, second = (text.rstrip(f"{_COMMAS}.") for text in found)
        self._report(message(problem, first=first, second=second))

    def _issue(self) -> str:
        """Return the key of the issue. Capital letters come before small ones, as in “PAY-12 fixed utf-8”."""
        found = self._any_of(PieceKind.ISSUE)
        found = [piece for piece in found if str(piece.value).isupper()] or found
        by_key: dict[str, list[Piece]] = {}
        for piece in found:
            by_key.setdefault(str(piece.value).upper(), []).append(piece)
        self._use(found)
        if len(by_key) > 1:
            self._report_two(TWO_ISSUES, *list(by_key)[:2])
        return next(iter(by_key), "")

    def _check_meanings(self) -> None:
        """Report “9h à 11h”, “9:00 a 11:00”, and “9 às 11”, which are ranges in French, Spanish, and Portuguese."""
        clocks = not self._of(PieceKind.SPENT, PieceKind.RANGE, lone=True)
        for n, (spent, start) in enumerate(pairwise(self._pieces)):
            together = n in self._used and start.kind is PieceKind.START
            together = together and start.text.split()[0].casefold() in AT_OR_UNTIL
            timed = spent.kind is PieceKind.SPENT or (
                clocks and spent.kind in (PieceKind.CLOCK, PieceKind.NUMBER)
            )
            hour = _HOUR.fullmatch(spent.text) if together and timed else None
            ended = first_hour(start) if hour else None
            if not hour or not ended:
                continue
            begun = (int(hour[1]), int(hour[2] or 0))
            if (EARLIEST_BEGIN, 0) <= begun < ended:
                first, last = ("{}:{:02}".format(*clock) for clock in (begun, ended))
                text, at = f"{spent.text} {start.text}", f"{spent.text} @{last}"
                self._report(message(TWO_MEANINGS, text=text, first=f"{first}-{last}", second=at))
                self._time_unclear = True

    def _times(self) -> tuple[list[Piece], Reading | None]:
        """Return the pieces that can be the start, and the time spent."""
        self._check_list()
        clocks = self._of(PieceKind.CLOCK)
        # “9:00-10:00 review 10:00-11:30 tests” has two, although the second is between words.
        spread = self._of(PieceKind.RANGE, lone=True)
        spent = self._spent()
        if not spread and not spent:
            spread = self._of(PieceKind.HOURS) and self._of(PieceKind.HOURS, lone=True)
            spent = [] if spread else self._any_of(PieceKind.SPOKEN)[:1]
        if spread or spent:
            pieces = [*spread, *spent]
            self._use(pieces)
            if len(pieces) > 1:
                self._report_two(TWO_TIMES, pieces[0].text, pieces[1].text)
            return [*spread[:1], *clocks], self._between(spread[0]) if spread else self._duration(spent)
        number = self._bare(clocks)
        if counted := self._of(PieceKind.COUNTED) or (
            [] if number or clocks else self._of(PieceKind.COUNTED, lone=True)
        ):
            self._use(counted[:1])
            if other := number or next((clock for clock in clocks if not self._is_start(clock)), None):
                self._report_two(TWO_TIMES, counted[0].text, other.text)
            elif len(counted) > 1:
                self._report_two(TWO_TIMES, counted[0].text, counted[1].text)
            return clocks, self._duration(counted)
        if number:
            self._use([number])
            return clocks, self._duration([number])
        clocks = clocks or self._of(PieceKind.CLOCK, lone=True) or self._one_digit()
        self._use(clocks[:1])
        return clocks[1:], self._duration(clocks[:1]) if clocks else None

    def _is_start(self, clock: Piece) -> bool:
        """Return True for a time of day after a day at which work can begin, as in “yesterday 9:00”."""
        dated = any(one.kind is PieceKind.DAY and after is clock for one, after in pairwise(self._pieces))
        return dated and (first_hour(clock) or (0, 0)) >= (EARLIEST_BEGIN, 0)

    def _one_digit(self) -> list[Piece]:
        """Return a time such as “1:5” before or after the comment, which ``read_duration`` asks about."""
        words = [None, *(one if one.kind is PieceKind.WORD else None for one in self._pieces), None]
        return [
            replace(word, value=bare_word(word.text))
            for before, word, after in zip(words, words[1:], words[2:], strict=False)
            if word and not (before and after) and _ONE_DIGIT.fullmatch(folded(bare_word(word.text)))
        ]

    def _spent(self) -> list[Piece]:
        """Return the durations with units; those that follow each other, as in “1h 30m”, are one."""
        found = self._any_of(PieceKind.SPENT)
        self._use(found)
        joined: list[Piece] = []
        follows = {id(after): before for before, after in pairwise(self._pieces)}
        for n, piece in enumerate(found):
            # “10m, 1h” are two.
            if n and follows[id(piece)] is found[n - 1] and not _grows(joined[-1], piece):
                last = joined[-1]
                text, value = f"{last.text} {piece.text}", f"{last.value} {piece.value}"
                joined[-1] = Piece(PieceKind.SPENT, text, value)
            else:
                joined.append(piece)
        return joined

    def _check_list(self) -> None:
        """Report “call 20m, mail 10m”, in which each time is that of the words before it."""
        words = [piece for piece in self._pieces if piece.kind is PieceKind.WORD or piece.kind in _TIMES]
        if not words or words[-1].kind not in _TIMES:
            return
        for piece, after in pairwise(words):
            if piece.kind in (PieceKind.SPENT, PieceKind.RANGE) and not piece.lone:
                return
            listed = _LISTED.search(piece.text) or after.text.casefold() in AND_OR_SIGN
            if piece.kind in _TIMES and listed:
                last = " ".join(reversed([one.text for one in takewhile(_is_spent, reversed(words))]))
                self._report_two(TWO_TIMES, piece.text, last or words[-1].text)

    def _bare(self, clocks: list[Piece]) -> Piece | None:
        """Return a number that means hours: one with a decimal, or one before any time of day."""
        numbers = self._of(PieceKind.NUMBER)
        exact = [piece for piece in numbers if not str(piece.value).isdecimal()]
        before = takewhile(lambda piece: piece not in clocks, self._pieces)
        early = [piece for piece in before if piece in numbers]
        return next(iter([*exact, *early]), None)

    def _duration(self, pieces: list[Piece]) -> Reading | None:
        try:
            reading = read_duration(str(pieces[0].value), self._units)
        except InvalidInput as error:
            self._report(error.sentence)
            return Reading(0)
        if reading.seconds < MINUTE:
            self._report(TOO_SHORT)
        return reading

    def _between(self, piece: Piece) -> Reading | None:
        """Return the time from one time of day to another, past midnight if the second is earlier."""
        if not isinstance(piece.value, tuple):
            self._report(message(NO_CLOCK, text=piece.text))
            return Reading(0)
        first, last = piece.value
        minutes = last[0] * 60 + last[1] - first[0] * 60 - first[1]
        minutes += 24 * 60 if minutes < 0 else 0
        if not minutes:
            self._report(TOO_SHORT)
        return Reading(minutes * MINUTE)

    def _start(self, clocks: list[Piece]) -> time | None:
        found = [*clocks, *self._of(PieceKind.START)]
        self._use(found)
        if len(found) > 1:
            self._report_two(TWO_STARTS, found[0].text, found[1].text)
        if not found:
            return None
        hour = first_hour(found[0])
        if hour is None:
            self._report(message(NO_CLOCK, text=found[0].text))
            return None
        return time(*hour)

    def _ends_of(self, found: list[Piece]) -> list[Piece]:
        """Return the days of the line; with “between Monday and Friday” both, if one of them is not in the comment."""
        named = {n for n, piece in enumerate(self._pieces) if piece in found}
        for n, piece in enumerate(self._pieces):
            first = before_until(self._pieces, n)
            ends = {first, n} if first is not None and piece.kind is PieceKind.DAY else set[int]()
            if not named.isdisjoint(ends) and all(self._pieces[end].kind is PieceKind.DAY for end in ends):
                named |= ends
        return [self._pieces[n] for n in sorted(named)]

    def _day(self, today: date) -> date:
        found = self._of(PieceKind.DAY, PieceKind.WEEK, use=True)
        found = self._ends_of(found)
        self._use(found)
        lost = [piece.text for piece in found if piece.value is None]
        if lost:
            self._report(message(NO_DATE, text=lost[0]))
        either = [(piece.text, piece.value) for piece in found if isinstance(piece.value, tuple)]
        if either:
            text, (first, second) = either[0]
            self._report(message(TWO_MEANINGS, text=text, first=first.isoformat(), second=second.isoformat()))
        days = [(piece.text, piece.value) for piece in found if isinstance(piece.value, date)]
        several = len({day for _, day in days}) > 1
        if several:
            first, second = (_without_lead(text) for text, _ in days[:2])
            self._report(message(TWO_DAYS, first=first, second=second))
        self._day_unclear = bool(lost or either or several)
        return days[0][1] if days else today


def _without_lead(day: str) -> str:
    """Return a day without the words that introduce it, as in “al 3 de marzo”, and without a period but in “1.”."""
    words = day.rstrip(_COMMAS).split()
    while len(words) > 1 and words[0].casefold() in LEADING | FOR:
        words = words[1:]
    text = " ".join(words)
    return text if _ORDINAL.fullmatch(text) else text.rstrip(".")


def _is_spent(piece: Piece) -> bool:
    return piece.kind is PieceKind.SPENT


def _grows(piece: Piece, after: Piece) -> bool:
    """Return True for minutes before hours, which are no parts of one duration."""
    last, first = _UNIT.findall(folded(str(piece.value))), _UNIT.findall(folded(str(after.value)))
    return bool(last and first) and UNITS.get(last[-1]) == "minute" != UNITS.get(first[0])


def _missing(issue: str, reading: Reading | None) -> Message | None:
    if not issue:
        return NO_ISSUE if reading else NO_MEANING
    return None if reading else NO_TIME
