"""The frame of a bar chart as SVG without scripts and styles: colors come from the style sheet."""

from __future__ import annotations

from markupsafe import Markup

COLUMN, GAP, TALL = 14, 4, 120
"""The width of a bar and of the space after it, and the height of a chart, in the units of its SVG."""


def columns_chart(count: int, bars: Markup, label: str) -> Markup:
    """Return a chart with room for so many vertical bars; ``label`` says where the figures are."""
    return Markup(
        '<svg class="columns-chart" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(count * (COLUMN + GAP), TALL, label, bars)
