"""The difference of logged and expected time, as every screen shows it."""

from __future__ import annotations

from typing import NamedTuple

from timesheet.domain.figures import Figures
from timesheet.web.http.language import signed


class Total(NamedTuple):
    """A figure as text, and its class: ``over``, ``under``, or ``met`` for a difference; empty for none.

    ``exactly`` is the tooltip of a sum of rounded figures, which differs from the exact time.
    """

    text: str
    mark: str = ""
    exactly: str = ""

    def cell(self, name: str) -> str:
        """Return the figure as a cell with an id, by which a save finds it."""
        mark = f' class="{self.mark}"' if self.mark else ""
        exactly = f' title="{self.exactly}"' if self.exactly else ""
        return f"<td id={name}{mark}{exactly}>{self.text}"


def difference_of(figures: Figures, logged: int, expected: int, *, begun: bool) -> Total:
    """Return the difference of one day, both amounts in printed units; ``begun`` is False for a day after today."""
    return (compared if begun else logged_ahead)(figures, logged, expected)


def compared(figures: Figures, logged: int, expected: int) -> Total:
    """Return logged less expected, both in printed units; empty if there is neither."""
    units = logged - expected
    if not logged and not expected:
        return Total("")
    if units == 0:
        return Total("✓", "met")
    return Total(signed(figures, units), "over" if units > 0 else "under")


def logged_ahead(figures: Figures, logged: int, expected: int) -> Total:
    """Return the difference on future days: all time logged on them; overtime only beyond what they will expect."""
    if not logged:
        return Total("")
    return Total(signed(figures, logged), "over" if logged > expected else "")
