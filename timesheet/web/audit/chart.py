"""A bar chart of events by day, drawn as SVG without scripts and styles; colors come from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from timesheet.web.http.language import _

COLUMN, GAP, TALL = 14, 4, 120


def day_bars(days: Sequence[tuple[str, int]], label: str) -> Markup:
    """Return one bar for each day with a tooltip of its figure; ``label`` says where all figures are."""
    most = max((count for _name, count in days), default=0)
    bars = (
        _bar(index * (COLUMN + GAP), name, count, most) for index, (name, count) in enumerate(days) if count
    )
    return Markup(
        '<svg class="columns-chart" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(max(1, len(days)) * (COLUMN + GAP), TALL, label, Markup("").join(bars))


def _bar(x: int, name: str, count: int, most: int) -> Markup:
    """Return one bar, at least a line high for a day with any event."""
    tall = max(1, count * TALL // most)
    return Markup('<rect class="fill" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
        x, TALL - tall, COLUMN, tall, _("{name}: {value}", name=name, value=count)
    )
