"""Charts as SVG without scripts and styles: numbers become positions here, colors come from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from timesheet.web.http.chart import COLUMN, GAP, TALL, columns_chart

WIDTH, HEIGHT = 100, 8
SPARK = 6
BASE = 8
"""The base line in units of the height, so that it is at least one pixel of the small drawing."""


def bar(spent: int, capacity: int) -> Markup:
    """Return a horizontal bar: the spent part of the capacity, and the part beyond it as a second piece after the mark.

    It is decoration only; the figures are next to it.
    """
    whole = max(spent, capacity)
    if not whole:
        return Markup("")
    full, within = _share(capacity, whole, WIDTH), _share(min(spent, capacity), whole, WIDTH)
    beyond = _share(spent, whole, WIDTH) - full if spent > capacity else 0
    over = f"<rect class=over x={full} width={beyond} height={HEIGHT} />" if beyond > 0 else ""
    return Markup(  # noqa: S704 - numbers only
        f'<svg class=load viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio=none aria-hidden=true>'
        f"<rect class=room width={full} height={HEIGHT} />"
        f"<rect class=fill width={within} height={HEIGHT} />{over}</svg>"
    )


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One vertical bar: its name, and seconds spent and expected."""

    name: str
    spent: int
    capacity: int


def columns(parts: Sequence[ChartColumn], label: str) -> Markup:
    """Return vertical bars with the capacity as a line over each; ``label`` says where the figures are."""
    most = max((max(part.spent, part.capacity) for part in parts), default=0)
    if not most:
        return Markup("")
    bars = "".join(_column(part, index * (COLUMN + GAP), most) for index, part in enumerate(parts))
    return columns_chart(len(parts), Markup(bars), label)  # noqa: S704 - numbers only


def spark(amounts: Sequence[int]) -> Markup:
    """Return a line of small bars, one for each day; the figures are next to it."""
    most = max(amounts, default=0)
    if not most:
        return Markup("")
    bars = "".join(
        f"<rect class=fill x={day * SPARK} y={TALL - tall} width={SPARK - 1} height={tall} />"
        for day, amount in enumerate(amounts)
        if (tall := max(1, _share(amount, most, TALL)) if amount else 0)
    )
    return Markup(  # noqa: S704 - numbers only
        f'<svg class=spark viewBox="0 0 {len(amounts) * SPARK} {TALL}" preserveAspectRatio=none aria-hidden=true>'
        f"<rect class=base y={TALL - BASE} width={len(amounts) * SPARK} height={BASE} />{bars}</svg>"
    )


def _column(part: ChartColumn, x: int, most: int) -> str:
    tall, line = _share(part.spent, most, TALL), TALL - _share(part.capacity, most, TALL)
    within = min(tall, TALL - line)
    over = (
        f"<rect class=over x={x} y={TALL - tall} width={COLUMN} height={tall - within} />"
        if tall > within
        else ""
    )
    mark = (
        f"<rect class=mark x={x - 1} y={min(line, TALL - 2)} width={COLUMN + 2} height=2 />"
        if part.capacity
        else ""
    )
    return f"<rect class=fill x={x} y={TALL - within} width={COLUMN} height={within} />{over}{mark}"


def _share(amount: int, whole: int, length: int) -> int:
    return amount * length // whole
