"""Long lists are divided into pages, of which a wrong number leads to the nearest one, and into parts."""

from __future__ import annotations

import pytest

from timesheet.domain.long_list import Page, page_of, parts_of


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
