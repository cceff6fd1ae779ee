"""The number of keys that a week takes, from the second week on: every key is counted, and the mouse is never used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys.support.sheet import FRI, HOUR, MON, THU, TUE, WED, Sheet
from timesheet.domain.worklog.adf import adf_to_text

WEEK = timedelta(days=7)
MOST_KEYS = 46


@dataclass
class Keys:
    """Presses keys and counts them; a key with modifiers is one."""

    sheet: Sheet
    count: int = 0

    def press(self, *keys: str) -> None:
        self.sheet.press(*keys)
        self.count += len(keys)

    def type(self, text: str, then: str) -> None:
        """Type a text and leave the cell."""
        self.press(*text, then)


def test_fifteen_entries_on_five_issues_take_few_keys_in_the_second_week(sheet: Sheet) -> None:
    meeting, build, review, plan, support = (sheet.work.issue(f"Work {n}") for n in range(5))
    for issue in (meeting, build, review, plan, support):
        sheet.work.log(issue, MON, HOUR)
    sheet.work.stage.cloud.cloud.clock.travel(WEEK.total_seconds())
    sheet.open()
    expect(sheet.frame.locator("#rows tr[id^=r]")).to_have_count(5)
    sheet.frame.frame_element().focus()
    keys = Keys(sheet)

    keys.press("g", "Home")
    for then in ("Tab", "Tab", "Tab", "Tab", "Enter"):
        keys.type(".5", then)
    for text, then in (("4", "Tab"), ("6", "Tab"), ("4", "Enter")):
        keys.type(text, then)
    keys.type("3", "Tab")
    keys.press("Tab", "Tab")
    keys.type("6", "Tab")
    keys.type("3", "Enter")
    keys.press("ArrowRight")
    keys.type("1.5", "Tab")
    keys.type("3", "Enter")
    keys.press("ArrowRight", "ArrowRight")
    keys.type("1.5", "Tab")
    keys.type("4", "Enter")

    expected = [
        *((meeting, day, "0:30") for day in (MON, TUE, WED, THU, FRI)),
        *((build, MON, "4:00"), (build, TUE, "6:00"), (build, WED, "4:00")),
        *((review, MON, "3:00"), (review, THU, "6:00"), (review, FRI, "3:00")),
        *((plan, TUE, "1:30"), (plan, WED, "3:00"), (support, THU, "1:30"), (support, FRI, "4:00")),
    ]
    assert len(expected) == 15
    sheet.expect_cells((issue, day + WEEK, text) for issue, day, text in expected)
    assert keys.count <= MOST_KEYS


def test_an_entry_with_a_comment_takes_its_time_its_comment_and_two_keys(sheet: Sheet) -> None:
    issue = sheet.work.issue("Commented")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.stage.cloud.cloud.clock.travel(WEEK.total_seconds())
    sheet.open()
    sheet.frame.frame_element().focus()
    keys = Keys(sheet)
    keys.press("g", "Home")
    entries = (("1h30", "fixed the parser"), ("2", "reviewed it"), (".5", "met"))
    for time, comment in entries:
        before = keys.count
        keys.type(f"{time};{comment}", "Tab")
        assert keys.count - before == len(time) + len(comment) + 2
    days = (MON, TUE, WED)
    texts = ("1:30", "2:00", "0:30")
    sheet.expect_cells((issue, day + WEEK, text) for day, text in zip(days, texts, strict=True))
    comments = [adf_to_text(row.comment) for row in sheet.work.rows(issue)[1:]]
    assert comments == [comment for _, comment in entries]


def test_a_day_from_quick_add_takes_its_lines_and_a_key_each(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Quick"), sheet.work.issue("Quicker")
    sheet.open(issue)
    sheet.frame.frame_element().focus()
    keys = Keys(sheet)
    lines = (f"{issue.key} 1h fixed it", f"{other.key} 30m tue", f"2h {issue.key} mon 9:00 met")
    keys.press("l")
    for line in lines:
        keys.type(line, "Enter")
    assert keys.count == 1 + sum(len(line) + 1 for line in lines)
    sheet.expect_cells([(issue, WED, "1:00"), (other, TUE, "0:30"), (issue, MON, "2:00")])
