"""My Timesheet's grid: what it shows, and how one moves through time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.sheet import FRI, HOUR, MON, SAT, SUN, THU, TODAY, TUE, WED, Sheet


def minutes(text: str) -> int:
    """Minutes of a printed ``h:mm``; nothing is zero."""
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest) if text else 0


def shown(cells: Locator) -> list[int]:
    return [minutes(text.strip()) for text in cells.all_inner_texts()]


def test_t05_the_sums_across_are_the_sums_down(sheet: Sheet) -> None:
    one, two = sheet.work.issue("Draw the map"), sheet.work.issue("Read the map", project="WEB")
    for issue, day, seconds in (
        (one, MON, 90 * 60),
        (one, WED, 20 * 60),
        (two, MON, 7 * HOUR),
        (two, SAT, 25 * 60),
    ):
        sheet.work.log(issue, day, seconds)
    sheet.open()
    sheet.expect_cells([(one, MON, "1:30"), (one, WED, "0:20"), (two, MON, "7:00"), (two, SAT, "0:25")])
    columns = [shown(row.locator("td")) for row in (sheet.row(one), sheet.row(two))]
    rows_total = [row[-1] for row in columns]
    days = [sum(column) for column in zip(*(row[:-1] for row in columns), strict=True)]
    assert [sum(row[:-1]) for row in columns] == rows_total
    assert shown(sheet.frame.locator("tfoot td[id^=l]")) == [*days, sum(rows_total)]
    assert sum(days) == sum(rows_total) == 9 * 60 + 15

    sheet.frame.get_by_label("Group by").select_option("project")
    groups = sheet.frame.locator("tr.group")
    expect(groups).to_have_count(2)
    expect(groups.first).to_contain_text("PAY Payments Platform")
    assert [shown(groups.nth(n).locator("td")) for n in (0, 1)] == columns
