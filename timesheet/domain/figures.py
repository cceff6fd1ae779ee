"""How amounts of time print, and what a printed total is: the sum of the printed rows above it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Figures:
    """Hours and minutes, or decimal hours with the locale's ``separator``.

    Printing happens in whole units (minutes, or hundredths of an hour; a tie goes up), and totals add up these
    units. So a column of printed figures always sums to the figure printed below it.
    """

    decimal: bool = False
    separator: str = "."

    def units(self, seconds: int) -> int:
        """``seconds`` (never negative) in printed units."""
        return (seconds * 200 + 3600) // 7200 if self.decimal else (seconds + 30) // 60

    def show(self, units: int) -> str:
        """Printed units as text; a true minus sign in front of negative ones."""
        return _printed(units, self.separator if self.decimal else ":", 100 if self.decimal else 60)


@lru_cache(maxsize=4096)
def _printed(units: int, separator: str, whole: int) -> str:
    """The same few amounts come again and again on every screen."""
    sign, size = ("−", -units) if units < 0 else ("", units)
    return f"{sign}{size // whole}{separator}{size % whole:02d}"
