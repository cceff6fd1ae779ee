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
from timesheet.domain.long_list import Page
from timesheet.domain.person import Person
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import Day, issue_order
from timesheet.services.team.overview import Overview
from timesheet.web.http.dates import heads_of
from timesheet.web.http.issue import issue_key
from timesheet.web.http.language import _, exactly_text, isolated_html, list_values, localize
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


class Cells(dict[tuple[int, int, int, str, bool], str]):
    """The cells of the table by printed units, seconds spent and expected, letter, and whether the day has ended.

    Each is created on first use.
    """

    def __init__(self, figures: Figures) -> None:
        super().__init__()
        self._figures = figures

    def __missing__(self, key: tuple[int, int, int, str, bool]) -> str:
        units, spent, capacity, letter, ended = key
        mark = heat(spent, capacity, ended=ended)
        text = self._figures.show(units) if spent else ""
        escaped = escape(localize(letter))
        html = f"{text}<sup>{escaped}</sup>" if text and letter else text or escaped
        self[key] = made = f"<td class={mark}>{html}" if mark else f"<td>{html}"
        return made


def heat(spent: int, capacity: int, *, ended: bool = False) -> str:
    """Return the class for a day's load: o = nothing expected, x = time although nothing is expected, h1 to
    h5 by share. Without time, only a day that has ended has one.
    """
    if not capacity:
        return "x" if spent else "o"
    if not spent and not ended:
        return ""
    share = spent * 100 // capacity
    return next((mark for end, mark in HEAT if share < end), "h5")


@dataclass(frozen=True, slots=True)
class FooterRow:
    """A row of the footer as text: a figure for each day, and their sum; an amount of zero is empty.

    ``exact`` are tooltips of the same figures: the exact time of those that are printed in rounded units.
    """

    days: Sequence[str]
    total: str
    exact: Sequence[str]

    def cells(self, zero: str = "") -> Markup:
        """Return the cells of the days, with ``zero`` in those without time."""
        cells = (
            f'<td title="{exact}">{text}' if exact else f"<td>{text or zero}"
            for text, exact in zip(self.days, self.exact, strict=False)
        )
        return Markup("".join(cells))  # noqa: S704 - numbers

    @property
    def exactly(self) -> str:
        """Return the tooltip of the sum."""
        return self.exact[-1]


class TeamTable:
    """Formats one overview. ``opens`` are those whose worklogs can be opened from their cells, None for everybody.

    Keys of issues link to ``site_url``. The days before ``today`` have ended: without time, they are below capacity.

    The time of one member on one issue on one day is printed in rounded units, and everything else adds these, as on
    My Timesheet; so a figure stays as it is if rows of issues are opened below it.
    """

    def __init__(
        self,
        overview: Overview,
        figures: Figures,
        site_url: str,
        today: date,
        opens: frozenset[str] | None = None,
    ) -> None:
        self.overview, self.figures, self._opens, self._site_url = overview, figures, opens, site_url
        self._today = today
        self._ended = [day < today for day in overview.span]
        self._cells = Cells(figures)
        self._no_letters = ("",) * len(overview.span)
        self._units_of = Units(figures).__getitem__
        self._units = self._units_by_day()

    def columns(self, locale: Locale, week_start: int) -> Columns:
        """Return the heads of the days; a day on which nobody is expected to work is off."""
        expected = self._expected or [1] * len(self.overview.span)
        days = tuple(Day(day, seconds) for day, seconds in zip(self.overview.span, expected, strict=True))
        return columns_of(heads_of(days, self._today, locale, week_start))

    def rows(self, page: Page, opened: str = "", *, every: bool = False) -> Markup:
        """Return the members of a page; below the ``opened`` one, or below every one, a row for each issue."""
        return Markup("".join(self._rows(page, opened, every=every)))  # noqa: S704 - names and keys are escaped

    def _rows(self, page: Page, opened: str, *, every: bool) -> Iterable[str]:
        issues = self._issues_by_person(opened, every=every)
        for number in range(page.start, page.end):
            line = self.overview.lines[number]
            account_id = line.account_id
            rows = issues.get(account_id, ())
            head = self._head(number, line.person, account_id, open_=bool(rows))
            of_day = line.letters.get
            letters = [of_day(n, "") for n in range(len(line.spent))] if line.letters else self._no_letters
            units = self._units[number]
            keys = zip(units, line.spent, line.capacity, letters, self._ended, strict=True)
            body = "".join(map(self._cells.__getitem__, keys))
            yield f"{head}{body}{self._total(sum(units), sum(line.spent))}"
            for issue_id, seconds in rows:
                yield self._issue_row(self.overview.issue(issue_id), seconds)

    def _head(self, number: int, person: Person, account_id: str, *, open_: bool) -> str:
        name, tag = isolated_html(localize(person.name)), ""
        if person.known and not person.active:
            deactivated = escape(_("deactivated"))
            tag = f" <span class=tag>{deactivated}</span>"
        if self._opens is not None and account_id not in self._opens:
            return f"<tr id=m{number}><th scope=row>{name}{tag}"
        return (
            f'<tr id=m{number} data-person="{escape(account_id)}"{" class=open" if open_ else ""}>'
            f"<th scope=row><button type=button aria-expanded={'true' if open_ else 'false'}>{name}</button>{tag}"
        )

    def _issue_row(self, issue: Issue, seconds: Sequence[int]) -> str:
        units = list(map(self._units_of, seconds))
        body = "".join([f"<td>{text}" for text in self._texts(units)])
        head = f'<tr class=issue data-issue="{issue.id}"><th scope=row>{issue_key(self._site_url, issue)} '
        return f"{head}{isolated_html(issue.summary)}{body}{self._total(sum(units), sum(seconds))}"

    def _total(self, units: int, seconds: int) -> str:
        exact = exactly_text(self.figures.exact(units, seconds))
        title = f' title="{exact}"' if exact else ""
        return f"<td class=s{title}>{self.figures.show(units)}"

    def _units_by_day(self) -> Sequence[Sequence[int]]:
        """Return the printed units of each member by day, the sums of those of their issues."""
        lines, units_of = self.overview.lines, self._units_of
        if not self.figures.rounds(self.overview.packed.lengths()):
            return [list(map(units_of, line.spent)) for line in lines]
        by_person, none = self.overview.by_person_and_issue(), [0] * len(self.overview.span)
        return [
            [
                sum(map(units_of, day))
                for day in zip(none, *by_person.get(line.account_id, {}).values(), strict=True)
            ]
            for line in lines
        ]

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
                titles.setdefault(localize(legend.letter), []).append(localize(legend.title))
        return tuple((letter, list_values(found)) for letter, found in titles.items())

    @lazy
    def width(self) -> int:
        """Return the number of characters of the longest figure of a day: in the footer, or one with a letter and a
        mark.
        """
        marked = [
            len(self.figures.show(units[day])) + len(localize(letter)) + 1
            for line, units in zip(self.overview.lines, self._units, strict=True)
            for day, letter in line.letters.items()
            if line.spent[day]
        ]
        return max([*map(len, (*self.spent.days, *self.capacity.days)), *marked])

    @lazy
    def spent(self) -> FooterRow:
        """Return the time spent by everybody, by day; printed figures add up to printed figures, across and down."""
        return self._sums(
            [sum(column) for column in zip(*self._units, strict=True)],
            [sum(column) for column in zip(*(line.spent for line in self.overview.lines), strict=True)],
        )

    @lazy
    def capacity(self) -> FooterRow:
        """Return the expected time of everybody, by day."""
        return self._sums(self.figures.units_each(self._expected), self._expected)

    @lazy
    def _expected(self) -> Sequence[int]:
        """Return the expected seconds of everybody, by day; empty without members."""
        return [sum(column) for column in zip(*(line.capacity for line in self.overview.lines), strict=True)]

    def _sums(self, days: Sequence[int], seconds: Sequence[int]) -> FooterRow:
        none = [0] * len(self.overview.span)
        units, amounts = [*(days or none), sum(days)], [*(seconds or none), sum(seconds)]
        *texts, total = self._texts(units)
        return FooterRow(texts, total, list(map(exactly_text, map(self.figures.exact, units, amounts))))

    def _texts(self, units: Sequence[int]) -> list[str]:
        """Return printed units as texts; empty for zero."""
        return [
            text if amount else "" for amount, text in zip(units, self.figures.show_each(units), strict=True)
        ]
