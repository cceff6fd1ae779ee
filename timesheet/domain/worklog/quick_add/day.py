"""Recognize the day that words of a typed line name: a word such as “yesterday”, a weekday, or a date."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from timesheet.domain.day_text import read_date
from timesheet.domain.errors import InvalidInput
from timesheet.domain.worklog.quick_add.piece import bare_word, folded

MOST_WORDS = 5
"""The most words of a date, as in “3 de noviembre de 2026”."""
MOST_RELATIVE = 8
"""The most words of a day in another week, as in “le vendredi de la semaine dernière”."""
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# Small words within “vendredi de la semaine dernière”, “lunes que viene”, and “Freitag der letzten Woche”.
_LINKS = frozenset("of in the de del da do na der die den la el que".split())  # not shown
_ARTICLES = frozenset("the der die den la el le a".split())  # not shown
LONGEST_SPACED = 20
_COUNT = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
# With periods and without spaces, a year before a month may be the number of a version.
_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\. (\d{1,2})\. )(\d{1,2})\.?")
_DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})?\.?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
_DASHED = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
_SPACED = re.compile(r"(?:\d{1,2}\. \d{1,2}\. \d{4}|\d{4}\. \d{1,2}\. \d{1,2})\.?")
_KANJI = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:\(([^\W\d_]+)\)?)?")
_YEAR = r"(?: (?:de )?(?P<year>\d{4}),?)?(?= |$)"
_DAY_MONTH = re.compile(
    rf"(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er|o)? (?:(?:de|of) )?(?P<month>[^\W\d_]+)\.?,?{_YEAR}"
)
_MONTH_DAY = re.compile(rf"(?P<month>[^\W\d_]+)\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?{_YEAR}")


@dataclass(frozen=True, slots=True)
class DayWords:
    """A reader's words for days, in lower case: ``days`` from today on, ``weekdays`` from Monday (0) on, and
    ``months`` from January (1) on. The names in ``days`` may have several words; # is a number of such days.

    ``offsets``: by how many weeks a word moves a day: “last” (-1), “this” (0), “next” (1). ``weeks``: words for a week,
    with their offset if they have one, such as “先週” (-1). ``after_weekday``: words of ``offsets`` that may follow a
    weekday, such as “prochain”. ``month_first``: 11/24 is a day in November. ``halves``: ``9:00 pm`` is a time of day,
    and ``Nov 3`` a day. ``hour_sign``: ``14h`` may be a time of day.
    """

    days: Mapping[str, int]
    weekdays: Mapping[str, int]
    months: Mapping[str, int] = field(default_factory=dict)
    offsets: Mapping[str, int] = field(default_factory=dict)
    weeks: Mapping[str, int | None] = field(default_factory=dict)
    after_weekday: frozenset[str] = frozenset()
    month_first: bool = False
    halves: bool = False
    hour_sign: bool = False


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that ``count`` words name. ``day`` is None if there is no such date.

    ``either``: the two days that the words can mean, as in “last Friday” on a Saturday. ``week``: they name a week.
    """

    day: date | None
    count: int = 1
    either: tuple[date, date] | None = None
    week: bool = False


def day_at(typed: Sequence[str], at: int, bare: str, today: date, words: DayWords) -> NamedDay | None:
    """Return the day that begins at a word, which is ``bare`` without brackets; None if it is something else.

    A date may have its weekday beside it, as in “Monday, 2 November” and “2.11. (Mo)”.
    """
    if found := _phrase_at(typed, at, today, words) or _relative_day_at(typed, at, today, words):
        return found
    found = _named_at(typed, at, bare, today, words)
    after = at + found.count if found else at
    if not found or after >= len(typed):
        return found
    beside = bare_word(typed[after])
    other = _named_at(typed, after, beside, today, words)
    if not other or not found.day or not other.day or found.day.weekday() != other.day.weekday():
        return found
    one, two = (_weekday(word, words) is not None for word in (bare, beside))
    return NamedDay(other.day if one else found.day, found.count + other.count) if one != two else found


def _phrase_at(typed: Sequence[str], at: int, today: date, words: DayWords) -> NamedDay | None:
    """Return the day of the longest name with several words or a number, as in “day before yesterday” and “3日前”."""
    near = [folded(bare_word(word)).casefold().rstrip(".:") for word in typed[at : at + MOST_WORDS]]
    for count in range(len(near), 0, -1):
        text = " ".join(near[:count])
        number = _COUNT.search(text)
        if number and (unit := words.days.get(text.replace(number[0], "#", 1))):
            return NamedDay(today + unit * int(number[0]) * DAY, count)
        if count > 1 and text in words.days:
            return NamedDay(today + words.days[text] * DAY, count)
    return None


@dataclass(slots=True)
class _RelativeDay:
    """The day or week that words such as “Friday of last week” name: each part once.

    ``open``: the offset belongs to a word that follows, as in “Friday next week” and “Friday next steps”.
    """

    weekday: int | None = None
    offset: int | None = None
    week: bool = False
    open: bool = False

    def take(self, word: str, words: DayWords) -> bool:
        """Take a word as the next part; return False if it is none."""
        weekday, offset = _weekday(word, words), words.offsets.get(word)
        if word in words.weeks and not self.week:
            self.week, offset = True, words.weeks[word]
        elif weekday is not None and self.weekday is None:
            self.weekday = weekday
        elif offset is None:
            return False
        if offset is not None:
            if self.offset is not None:
                return False
            self.offset = offset
            self.open = self.weekday is not None and word not in words.after_weekday
        return True

    @property
    def whole(self) -> bool:
        """Return True if the parts name a day or a week."""
        return self.offset is not None and (self.week or (self.weekday is not None and not self.open))


def _relative_day_at(typed: Sequence[str], at: int, today: date, words: DayWords) -> NamedDay | None:
    """Return the day of “last Friday”, “lundi prochain”, and “Freitag letzter Woche”, or that a whole week is named."""
    found, count = _RelativeDay(), 0
    best: NamedDay | None = None
    for n, typed_word in enumerate(typed[at : at + MOST_RELATIVE]):
        word = bare_word(typed_word).casefold().rstrip(".:")
        if word in (_LINKS if count else _ARTICLES):
            continue
        parts = _parts(word, words)
        if not all(found.take(part, words) for part in parts):
            break
        count += 1
        if found.whole:
            best = _resolved(found, n + 1, today)
    return best


def _parts(word: str, words: DayWords) -> tuple[str, ...]:
    """Return the parts of a word: of “先週の金曜日” the week and the weekday."""
    for start in (*words.weeks, *words.offsets):
        rest = word[len(start) :].removeprefix("の")
        if word.startswith(start) and rest in words.weekdays:
            return start, rest
    return (word.removesuffix("の"),) if word not in words.weekdays else (word,)


def _resolved(found: _RelativeDay, count: int, today: date) -> NamedDay:
    """Return the day if all readers agree on it; the week of some begins on Monday, and of some on Sunday.

    Without a week, “last Friday” is both the latest one before today and the one of the week before.
    """
    offset, weekday = found.offset or 0, found.weekday
    if weekday is None:
        return NamedDay(None, count, week=True)
    ahead, back = (
        timedelta(days=days % 7 or 7) for days in (weekday - today.weekday(), today.weekday() - weekday)
    )
    monday = today - timedelta(days=today.weekday()) + offset * WEEK
    in_week = monday + timedelta(days=weekday)
    if found.week:
        sunday = today - timedelta(days=(today.weekday() + 1) % 7) + offset * WEEK
        days = {in_week, sunday + timedelta(days=(weekday + 1) % 7)}
    elif offset:
        days = {in_week, today + ahead if offset > 0 else today - back}
    else:
        days = {today} if ahead == WEEK else {today + ahead, today - back}
    first, last = min(days), max(days)
    return NamedDay(first, count) if first == last else NamedDay(None, count, either=(first, last))


def _named_at(typed: Sequence[str], at: int, bare: str, today: date, words: DayWords) -> NamedDay | None:
    three = " ".join(typed[at : at + 3])[:LONGEST_SPACED]
    if _SPACED.fullmatch(folded(three)) and (day := _day_of(three, today, words)):
        return NamedDay(day.day, 3)
    return with_month(typed[at:], today, words) or _day_of(bare, today, words)


def _weekday(bare: str, words: DayWords) -> int | None:
    """Return the weekday that a word names, from Monday (0) on."""
    word = bare.casefold()
    return words.weekdays.get(word, words.weekdays.get(word.rstrip(".:")))


def with_month(typed: Sequence[str], today: date, words: DayWords) -> NamedDay | None:
    """Return a date with the name of its month; in English the name may come first."""
    text = " ".join(folded(word).replace(" ", "") for word in typed[:MOST_WORDS])
    for pattern in (_DAY_MONTH, _MONTH_DAY) if words.halves else (_DAY_MONTH,):
        found = pattern.match(text)
        if found and (month := words.months.get(found["month"])) and 1 <= int(found["day"]) <= 31:
            day = _with_year(found["year"], month, int(found["day"]), today)
            return NamedDay(day, found.group().count(" ") + 1)
    return None


def _day_of(bare: str, today: date, words: DayWords) -> NamedDay | None:
    """Return a day that one word names. A weekday is its latest date up to today."""
    word = bare.casefold().replace("’", "'")
    for name in (word, word.rstrip(".:")):
        if name in words.days:
            return NamedDay(today + timedelta(days=words.days[name]))
    weekday = _weekday(bare, words)
    if weekday is not None:
        return NamedDay(today - timedelta(days=(today.weekday() - weekday) % 7))
    text = folded(bare)
    for pattern, read in _DATES:
        if found := pattern.fullmatch(text):
            return NamedDay(read(found, today, words))
    return None


def day_of_month(number: int, today: date) -> date | None:
    """Return the date nearest to today that has this number in its month; None if there is none near."""
    first = today.replace(day=1)
    months = (first - DAY, first, first + 31 * DAY)
    return _nearest((_date(month.year, month.month, number) for month in months), today)


def _year_first(found: re.Match[str], _today: date, _words: DayWords) -> date | None:
    year, month, day = map(int, filter(None, found.groups()))
    return _date(year, month, day)


def _dotted(found: re.Match[str], today: date, _words: DayWords) -> date | None:
    day, month, year = found.groups()
    return _with_year(year, int(month), int(day), today)


def _slashed(found: re.Match[str], today: date, words: DayWords) -> date | None:
    one, two, year = found.groups()
    day, month = (two, one) if words.month_first else (one, two)
    return _with_year(year, int(month), int(day), today)


def _kanji(found: re.Match[str], today: date, words: DayWords) -> date | None:
    year, month, day, weekday = found.groups()
    named = _with_year(year, int(month), int(day), today)
    fits = named and (not weekday or _weekday(weekday, words) == named.weekday())
    return named if fits else None


_DATES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date, DayWords], date | None]], ...] = (
    (_YEAR_FIRST, _year_first),
    (_DOTTED, _dotted),
    (_SLASHED, _slashed),
    (_DASHED, _slashed),
    (_KANJI, _kanji),
)


def _with_year(year: str | None, month: int, day: int, today: date) -> date | None:
    """Return a date; without a year the one nearest to today."""
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _nearest((_date(today.year + step, month, day) for step in (0, -1, 1)), today)


def _nearest(days: Iterable[date | None], today: date) -> date | None:
    return min(filter(None, days), key=lambda day: abs(day - today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return read_date(f"{year:04d}-{month:02d}-{day:02d}")
    except InvalidInput:
        return None
