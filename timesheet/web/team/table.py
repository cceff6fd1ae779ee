"""The table of members by days as HTML; cells contain no text from people, so they are joined from prepared strings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel import Locale
from markupsafe import Markup, escape

from timesheet.domain.calendar.legend import Legend
from timesheet.domain.figures import Figures
from timesheet.domain.lazy import lazy
from timesheet.domain.person import Person
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import Day, issue_order
from timesheet.services.team.overview import Overview
from timesheet.web.http.dates import heads_of
from timesheet.web.http.language import _, localize
from timesheet.web.team.choice import Page
from timesheet.web.timesheet.columns import Columns, columns_of

# Upper ends of the heat levels, in percent of the day's capacity.
HEAT = ((50, "h1"), (90, "h2"), (111, "h3"), (131, "h4"))


class Units(dict[int, int]):
    """Printed units by seconds, cached because a month has few different amounts."""

    def __init__(self, figures: Figures) -> None:
        super().__init__()
        self._figures = figures

    def __missing__(self, seconds: int) -> int:
        self[seconds] = units = self._figures.units(seconds)
        return units


class Cells(dict[tuple[int, int, str], str]):
    """The cells of the table by seconds spent and expected and letter, created on first use."""

    def __init__(self, figures: Figures) -> None:
        super().__init__()
        self._figures = figures

    def __missing__(self, key: tuple[int, int, str]) -> str:
        spent, capacity, letter = key
        mark = heat(spent, capacity)
        text = self._figures.show(self._figures.units(spent)) if spent else ""
        escaped = escape(letter)
        html = f"{text}<sup>{escaped}</sup>" if text and letter else text or escaped
        self[key] = made = f"<td class={mark}>{html}" if mark else f"<td>{html}"
        return made


def heat(spent: int, capacity: int) -> str:
    """Return the class for a day's load: o = nothing expected, x = time although nothing is expected, h1 to
    h5 by share.
    """
    if not capacity:
        return "x" if spent else "o"
    if not spent:
        return ""
    share = spent * 100 // capacity
    return next((mark for end, mark in HEAT if share < end), "h5")


@dataclass(frozen=True, slots=True)
class Sums:
    """A row of the footer as text: a figure for each day, and their sum; an amount of zero is empty."""

    days: Sequence[str]
    total: str

    def cells(self, zero: str = "") -> Markup:
        """Return the cells of the days, with ``zero`` in those without time."""
        return Markup("".join([f"<td>{text or zero}" for text in self.days]))  # noqa: S704 - numbers


class TeamTable:
    """Formats one overview. ``opens`` are those whose worklogs can be opened from their cells, None for everybody."""

    def __init__(self, overview: Overview, figures: Figures, opens: frozenset[str] | None = None) -> None:
        self.overview, self.figures, self._opens = overview, figures, opens
        self._cells = Cells(figures)
        self._no_letters = ("",) * len(overview.span)
        self._units_of = Units(figures).__getitem__
        self._units = [list(map(self._units_of, line.spent)) for line in overview.lines]

    def columns(self, today: date, locale: Locale) -> Columns:
        """Return the heads of the days; a day on which nobody is expected to work is off."""
        expected = self._expected or [1] * len(self.overview.span)
        days = tuple(Day(day, seconds) for day, seconds in zip(self.overview.span, expected, strict=True))
        return columns_of(heads_of(days, today, locale))

    def rows(self, page: Page, opened: str = "", *, every: bool = False) -> Markup:
        """Return the members of a page; below the ``opened`` one, or below every one, a row for each issue."""
        return Markup("".join(self._rows(page, opened, every=every)))  # noqa: S704 - names and keys are escaped

    def _rows(self, page: Page, opened: str, *, every: bool) -> Iterable[str]:
        issues = self._issues_by_person(opened, every=every)
        totals = self.figures.show_each(map(sum, self._units))
        for number in range(page.start, page.end):
            line = self.overview.lines[number]
            account_id = line.account_id
            rows = issues.get(account_id, ())
            head = self._head(number, line.person, account_id, open_=bool(rows))
            of_day = line.letters.get
            letters = [of_day(n, "") for n in range(len(line.spent))] if line.letters else self._no_letters
            body = "".join(map(self._cells.__getitem__, zip(line.spent, line.capacity, letters, strict=True)))
            yield f"{head}{body}<td class=s>{totals[number]}"
            for issue_id, seconds in rows:
                yield self._issue_row(self.overview.issue(issue_id), seconds)

    def _head(self, number: int, person: Person, account_id: str, *, open_: bool) -> str:
        name, tag = escape(person.name), ""
        if person.known and not person.active:
            tag = f" <span class=tag>{escape(_('deactivated'))}</span>"
        if self._opens is not None and account_id not in self._opens:
            return f"<tr id=m{number}><th scope=row>{name}{tag}"
        return (
            f'<tr id=m{number} data-person="{escape(account_id)}"{" class=open" if open_ else ""}>'
            f"<th scope=row><button type=button aria-expanded={'true' if open_ else 'false'}>{name}</button>{tag}"
        )

    def _issue_row(self, issue: Issue, seconds: Sequence[int]) -> str:
        units = list(map(self._units_of, seconds))
        body = "".join([f"<td>{text}" for text in self._texts(units)])
        head = f'<tr class=issue data-issue="{issue.id}"><th scope=row><span class=key>{escape(issue.key)}</span> '
        return f"{head}{escape(issue.summary)}{body}<td class=s>{self.figures.show(sum(units))}"

    def _issues_by_person(
        self, opened: str, *, every: bool
    ) -> Mapping[str, Collection[tuple[int, Sequence[int]]]]:
        if not opened and not every:
            return {}
        found = self.overview.by_person_and_issue(None if every else opened)
        return {
            who: sorted(rows.items(), key=lambda row: issue_order(self.overview.issue(row[0])))
            for who, rows in found.items()
        }

    def letters(self, legends: Iterable[Legend]) -> tuple[tuple[str, str], ...]:
        """Return the letters that occur, each with its reasons."""
        letters_used = {letter for line in self.overview.lines for letter in line.letters.values()}
        titles: dict[str, list[str]] = {}
        for legend in legends:
            if legend.letter in letters_used:
                titles.setdefault(legend.letter, []).append(localize(legend.title))
        return tuple((letter, ", ".join(found)) for letter, found in titles.items())

    @lazy
    def width(self) -> int:
        """Return the number of characters of the longest figure of a day, which is in the footer."""
        return max(map(len, (*self.spent.days, *self.capacity.days)))

    @lazy
    def spent(self) -> Sums:
        """Return the time spent by everybody, by day; printed figures add up to printed figures, across and down."""
        return self._sums([sum(column) for column in zip(*self._units, strict=True)])

    @lazy
    def capacity(self) -> Sums:
        """Return the expected time of everybody, by day."""
        return self._sums(self.figures.units_each(self._expected))

    @lazy
    def _expected(self) -> Sequence[int]:
        """Return the expected seconds of everybody, by day; empty without members."""
        return [sum(column) for column in zip(*(line.capacity for line in self.overview.lines), strict=True)]

    def _sums(self, days: Sequence[int]) -> Sums:
        *texts, total = self._texts([*(days or [0] * len(self.overview.span)), sum(days)])
        return Sums(texts, total)

    def _texts(self, units: Sequence[int]) -> list[str]:
        """Return printed units as texts; empty for zero."""
        return [
            text if amount else "" for amount, text in zip(units, self.figures.show_each(units), strict=True)
        ]
