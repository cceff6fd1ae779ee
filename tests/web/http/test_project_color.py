"""The colors of projects: stable, as far apart as projects are, and readable in both themes."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from timesheet.web.http.issue import COLORS, project_color

STYLES = Path(__file__).parents[3] / "static/css/page"
CLASS = re.compile(r"\.p(\d+) \{\s+--project: var\((.*?)\);\s+--project-soft: var\((.*?)\);\s+\}")
TEXT, MARK = 4.5, 3.0
"""The least contrast of text, and of what is no text."""


def tokens(theme: str) -> dict[str, str]:
    """Return the colors of a theme by name."""
    found: dict[str, str] = {}
    for block in (STYLES / "tokens.css").read_text().split("}"):
        if f"color-scheme: {theme};" in block:
            found |= dict(re.findall(r"(--ds-[\w-]+): (#[0-9A-F]{6});", block))
    return found


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, by the Web Content Accessibility Guidelines."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_project_keeps_its_color_and_its_neighbors_have_others() -> None:
    assert project_color(10_000) == project_color(10_000)
    assert len({project_color(10_000 + number) for number in range(COLORS)}) == COLORS >= 12
    assert project_color(0) == ""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_color_can_be_seen_and_distinguished(theme: str) -> None:
    colors, found = tokens(theme), CLASS.findall((STYLES / "project.css").read_text())
    assert [int(number) for number, _, _ in found] == list(range(COLORS))
    marks = [colors[mark] for _, mark, _ in found]
    assert min(contrast(mark, colors["--ds-surface"]) for mark in marks) >= TEXT
    for _, mark, soft in found:
        assert contrast(colors[mark], colors[soft]) >= MARK
        for text in ("--ds-text", "--ds-text-subtle"):
            assert contrast(colors[text], colors[soft]) >= TEXT
    for one, other in combinations(marks, 2):
        assert sum(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5)) > 40
