"""Print amounts of time so that a printed total is the sum of the printed rows above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

THOUSANDTHS = 1000
"""Shares are printed in tenths of a percent."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A format for amounts of time: hours and minutes, or decimal hours with the locale's ``separator``.

    Amounts are printed in whole units (minutes, or hundredths of an hour, rounding half up), and totals add
    up these units. So a column of printed figures always sums to the figure printed below it. ``whole`` is
    the length of one in seconds: decimal days have the length of a day on the site.
    """

    decimal: bool = False
    separator: str = "."
    whole: int = 3600

    def units(self, seconds: int) -> int:
        """Return ``seconds`` (never negative) in printed units."""
        return (seconds * 200 + self.whole) // (2 * self.whole) if self.decimal else (seconds + 30) // 60

    def units_each(self, seconds: Iterable[int]) -> list[int]:
        """Return each of these amounts in printed units, as ``units`` does."""
        if self.decimal:
            return [(amount * 200 + self.whole) // (2 * self.whole) for amount in seconds]
        return [(amount + 30) // 60 for amount in seconds]

    def rounds(self, seconds: Iterable[int]) -> bool:
        """Return True if one of these amounts is printed in rounded units, and not exactly."""
        size, parts = (self.whole, 100) if self.decimal else (60, 1)
        return any(amount * parts % size for amount in seconds)

    def exact(self, units: int, seconds: int) -> str:
        """Return ``seconds`` as ``h:mm:ss`` if they are printed as ``units`` that differ, otherwise nothing."""
        size, parts = (self.whole, 100) if self.decimal else (60, 1)
        if seconds * parts == units * size:
            return ""
        return _to_the_second(seconds)

    def show_with_seconds(self, seconds: int) -> str:
        """Return a time as text, exactly if it has seconds: so two that differ are printed differently."""
        # In decimal hours too: 1:12 minutes are exactly 0.02, but one minute is printed like that as well.
        return _to_the_second(seconds) if seconds % 60 else self.show(self.units(seconds))

    def show(self, units: int) -> str:
        """Return printed units as text; with a true minus sign if negative."""
        return _printed(units, self.separator if self.decimal else ":", 100 if self.decimal else 60)

    def show_each(self, units: Iterable[int]) -> list[str]:
        """Return each of these printed units as text, as ``show`` does."""
        separator, whole = (self.separator, 100) if self.decimal else (":", 60)
        return [_printed(amount, separator, whole) for amount in units]


def shares(amounts: Sequence[int]) -> list[Fraction]:
    """Return the part of each amount in their sum, in whole thousandths that add up to one.

    Each is rounded down, and the thousandths that are left go to the largest remainders; of equal ones, to the
    larger amount. Without any amount all parts are zero.
    """
    whole = sum(amounts)
    if not whole:
        return [Fraction(0)] * len(amounts)
    parts = [divmod(amount * THOUSANDTHS, whole) for amount in amounts]
    rest = THOUSANDTHS - sum(part for part, _ in parts)
    order = sorted(range(len(parts)), key=lambda place: (parts[place][1], amounts[place]), reverse=True)
    up = frozenset(order[:rest])
    return [Fraction(part + (place in up), THOUSANDTHS) for place, (part, _) in enumerate(parts)]


def _to_the_second(seconds: int) -> str:
    sign, amount = ("−", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{amount // 3600}:{amount // 60 % 60:02d}:{amount % 60:02d}"


@lru_cache(maxsize=4096)
def _printed(units: int, separator: str, whole: int) -> str:
    """Return one amount as text, cached because the same few amounts appear many times on every screen."""
    sign, size = ("−", -units) if units < 0 else ("", units)
    return f"{sign}{size // whole}{separator}{size % whole:02d}"


HOURS_AND_MINUTES = Figures()
"""The format of working times, whatever a person chose for the time that they log."""
