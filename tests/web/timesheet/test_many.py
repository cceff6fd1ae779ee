"""A month with thousands of worklogs: what the list and the calendar show of it, and the rest of a day."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.support.viewer import Viewer

DAYS, EACH = 28, 107
FIRST = MONDAY.replace(day=1)
LAYOUTS = pytest.mark.parametrize(
    ("layout", "kind", "most"), [("list", '<li class="line ', 250), ("calendar", 'class="block ', 750)]
)


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


def put(viewer: Viewer, days: int, each: int) -> None:
    for day in range(days):
        for number in range(each):
            start = time(8 + number // 15, number % 15 * 4)
            viewer.scene.put((PAY, OPS)[number % 2], FIRST + timedelta(days=day), 240, start)


def choice(layout: str, **more: object) -> dict[str, object]:
    return {"view": "month", "day": MONDAY, "layout": layout, **more}


@LAYOUTS
def test_a_long_month_shows_the_first_worklogs_of_each_day_and_all_sums(
    viewer: Viewer, layout: str, kind: str, most: int
) -> None:
    put(viewer, DAYS, EACH)
    text = viewer.get("/timesheet", **choice(layout)).text
    assert most * 0.8 < text.count(kind) <= most
    assert len(text) < 1_000_000
    assert text.count("data-rest") == DAYS
    assert f"Show {EACH - most // DAYS} more worklogs" in text
    assert text.count("7:08") >= DAYS, "the sum of a day is that of all its worklogs"


@LAYOUTS
def test_a_full_day_shows_all_its_worklogs_and_stays_full(
    viewer: Viewer, layout: str, kind: str, most: int
) -> None:
    put(viewer, DAYS, EACH)
    cut = viewer.get("/timesheet", **choice(layout)).text
    text = viewer.get("/timesheet", **choice(layout, full=[FIRST])).text
    assert text.count(kind) == cut.count(kind) + EACH - most // DAYS, "the other days show as many as before"
    assert f'<input type="hidden" name="full" value="{FIRST}">' in text
    assert text.count("data-rest") == DAYS - 1
    assert viewer.get("/timesheet", **choice(layout, full="all")).text.count(kind) == DAYS * EACH


@LAYOUTS
def test_an_ordinary_month_is_shown_whole(viewer: Viewer, layout: str, kind: str, most: int) -> None:
    put(viewer, 25, 10)
    text = viewer.get("/timesheet", **choice(layout)).text
    assert text.count(kind) == 250
    assert "data-rest" not in text
