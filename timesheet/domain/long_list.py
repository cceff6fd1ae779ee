"""Divide long lists: into pages or beginnings to show, and into parts of which each is one call or one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One of the ``pages`` of a list, counted from 1: its lines ``start`` up to ``end``, exclusive, of ``count``."""

    number: int
    pages: int
    start: int
    end: int
    count: int


def page_of(number: int, count: int, most: int) -> Page:
    """Return the page with this number, or the nearest one, of a list of ``count`` lines with ``most`` on each page."""
    pages = max(1, -(-count // most))
    current = min(max(1, number), pages)
    return Page(current, pages, (current - 1) * most, min(count, current * most), count)


def share_of(counts: Collection[int], most: int, least: int) -> int:
    """Return how many lines each of several lists shows at most, so that all of them show ``most`` or fewer.

    What the short ones do not need is left to the others. Each shows ``least`` if it has so many, even if there are too
    many lists for that.
    """
    room = most
    for count, lists in zip(sorted(counts), range(len(counts), 0, -1), strict=True):
        if count * lists > room:
            return max(least, room // lists)
        room -= count
    return max(counts, default=0)


def parts_of(items: Sequence[T], most: int) -> list[Sequence[T]]:
    """Return the items in parts of at most ``most``; none without items."""
    return [items[start : start + most] for start in range(0, len(items), most)]
