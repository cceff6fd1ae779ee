"""Long lists are divided into pages, of which a wrong number leads to the nearest one, into parts, and cut fairly."""

from __future__ import annotations

import pytest

from timesheet.domain.long_list import Page, page_of, parts_of, share_of


@pytest.mark.parametrize(
    ("number", "count", "page"),
    [
        (1, 0, Page(1, 1, 0, 0, 0)),
        (2, 0, Page(1, 1, 0, 0, 0)),
        (1, 10, Page(1, 1, 0, 10, 10)),
        (1, 11, Page(1, 2, 0, 10, 11)),
        (2, 11, Page(2, 2, 10, 11, 11)),
        (3, 11, Page(2, 2, 10, 11, 11)),
        (0, 11, Page(1, 2, 0, 10, 11)),
    ],
)
def test_a_page_has_its_part_of_the_lines(number: int, count: int, page: Page) -> None:
    assert page_of(number, count, 10) == page


@pytest.mark.parametrize(
    ("items", "parts"),
    [("", []), ("ab", ["ab"]), ("abc", ["abc"]), ("abcd", ["abc", "d"]), ("abcdef", ["abc", "def"])],
)
def test_all_parts_but_the_last_one_are_full(items: str, parts: list[str]) -> None:
    assert parts_of(items, 3) == parts


@pytest.mark.parametrize(
    ("counts", "share"),
    [
        ([], 0),
        ([4, 6], 6),
        ([5, 6], 5),
        ([1, 20], 9),
        ([1, 1, 20, 20], 4),
        ([3, 3, 3, 3], 2),
        ([9] * 20, 2),
        ([0, 0, 11], 10),
    ],
)
def test_lists_share_the_lines_that_the_short_ones_leave(counts: list[int], share: int) -> None:
    assert share_of(counts, 10, 2) == share
