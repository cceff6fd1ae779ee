"""The grid of My Timesheet: its content, navigation in time, and the effect of a save."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.support.computed import measure_computing
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import FRI, HOUR, MON, SAT, SUN, THU, TODAY, TUE, WED, Sheet


def minutes(text: str) -> int:
    """Return the minutes of a printed ``h:mm``; an empty text is zero."""
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest) if text else 0


def shown(cells: Locator) -> list[int]:
    return [minutes(text.strip()) for text in cells.all_inner_texts()]


def heads(sheet: Sheet) -> list[str]:
    """Return the full names of the days above the columns."""
    days = sheet.grid.locator("thead th[title]")
    return [days.nth(n).get_attribute("title") or "" for n in range(days.count())]


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


def test_weeks_fortnights_months_and_ranges(sheet: Sheet) -> None:
    issue = sheet.work.issue("All month long")
    for day in (date(2030, 3, 1), WED, date(2030, 3, 31), date(2030, 4, 2)):
        sheet.work.log(issue, day, HOUR)
    sheet.open()
    view = sheet.frame.get_by_label("Show", exact=True)
    expect(sheet.title).to_have_text("11–17 Mar 2030")
    expect(sheet.total).to_have_text("1:00")
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    sheet.frame.get_by_role("button", name="Previous").click()
    expect(sheet.title).to_have_text("11–17 Mar 2030")

    view.select_option("two-weeks")
    expect(sheet.title).to_have_text("11–24 Mar 2030")
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.title).to_have_text("25 Mar – 7 Apr 2030")
    expect(sheet.total).to_have_text("2:00")
    expect(sheet.grid.locator("thead th").nth(8)).to_contain_text("1 Apr")
    sheet.frame.get_by_role("button", name="Today").click()
    expect(sheet.title).to_have_text("11–24 Mar 2030")

    view.select_option("month")
    expect(sheet.title).to_have_text("March 2030")
    assert len(heads(sheet)) == 31
    expect(sheet.total).to_have_text("3:00")
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.title).to_have_text("April 2030")
    assert len(heads(sheet)) == 30

    view.select_option("range")
    sheet.frame.get_by_label("First day").fill("2030-03-30")
    expect(sheet.title).to_have_text(re.compile("^30 Mar"))
    sheet.frame.get_by_label("Last day").fill("2030-04-03")
    expect(sheet.title).to_have_text("30 Mar – 3 Apr 2030")
    expect(sheet.total).to_have_text("2:00")
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.title).to_have_text("4–8 Apr 2030")


def test_a_range_that_ends_before_it_begins_is_refused_beside_the_field(sheet: Sheet) -> None:
    sheet.open()
    sheet.frame.get_by_label("Show", exact=True).select_option("range")
    last = sheet.frame.get_by_label("Last day")
    expect(last).to_be_visible()
    with sheet.journey.expect_answer("/timesheet?") as refused:
        last.fill("2030-01-01")
    assert refused.status == 422
    expect(sheet.frame.get_by_role("alert").filter(has_text="ends before it begins")).to_be_visible()
    expect(last).to_have_value("2030-01-01")
    last.fill("2030-03-31")
    expect(sheet.frame.get_by_text("ends before it begins")).to_be_hidden()


def test_today_weekends_expected_and_difference(sheet: Sheet) -> None:
    issue = sheet.work.issue("Over and under")
    for day, seconds in ((MON, 9 * HOUR), (TUE, 8 * HOUR), (WED, 90 * 60), (FRI, 8 * HOUR), (SAT, HOUR)):
        sheet.work.log(issue, day, seconds)
    sheet.open()
    expect(sheet.grid.locator("thead th[aria-current=date]")).to_have_attribute(
        "title", "Wednesday, 13 March 2030"
    )
    off = sheet.grid.locator("thead th.off")
    assert [off.nth(n).get_attribute("title") for n in range(off.count())] == [
        "Saturday, 16 March 2030",
        "Sunday, 17 March 2030",
    ]
    for day, text in (
        (MON, "+1:00"),
        (TUE, "✓"),
        (WED, "−6:30"),
        (THU, ""),
        (FRI, "+8:00"),
        (SAT, "+1:00"),
        (SUN, ""),
    ):
        expect(sheet.difference(day)).to_have_text(text)
    expect(sheet.frame.locator("#dt")).to_have_text("+3:30")
    foot = sheet.grid.locator("tfoot tr")
    expected = foot.filter(has=sheet.frame.get_by_role("rowheader", name="Expected", exact=True))
    assert expected.locator("td").all_inner_texts() == ["8:00"] * 5 + ["–", "–", "40:00"]
    to_date = foot.filter(has=sheet.frame.get_by_role("rowheader", name="Expected to date"))
    assert to_date.locator("td").all_inner_texts() == ["8:00"] * 3 + [""] * 4 + ["24:00"]


def test_a_sheet_left_open_overnight_marks_the_new_day(sheet: Sheet) -> None:
    sheet.open()
    today = sheet.grid.locator("thead th[aria-current=date]")
    expect(today).to_have_attribute("title", "Wednesday, 13 March 2030")
    sheet.work.stage.cloud.cloud.clock.travel(timedelta(days=1).total_seconds())
    sheet.frame.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(today).to_have_attribute("title", "Wednesday, 13 March 2030")
    sheet.frame.evaluate("Date.prototype.toLocaleDateString = () => '3/14/2030'")
    sheet.frame.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(today).to_have_attribute("title", "Thursday, 14 March 2030")


def test_decimal_hours_are_kept_for_the_person(sheet: Sheet) -> None:
    issue = sheet.work.issue("Thirds of an hour")
    for day in (MON, TUE, WED):
        sheet.work.log(issue, day, 20 * 60)
    sheet.open()
    sheet.frame.locator("summary[title=More]").click()
    sheet.frame.get_by_role("button", name="Show 1.50 instead of 1:30").click()
    sheet.expect_cells((issue, day, "0.33") for day in (MON, TUE, WED))
    expect(sheet.total).to_have_text("0.99")
    sheet.open()
    expect(sheet.cell(issue, MON)).to_have_text("0.33")
    held, total = HeldRequests(sheet.journey, "/timesheet/cell"), sheet.frame.locator("#selection-sum")
    held.hold(lambda: sheet.enter(issue, MON, "1.5"))
    sheet.cell(issue, MON).click()
    sheet.press("Shift+ArrowRight", "Shift+ArrowRight")
    expect(sheet.grid.locator("[aria-selected=true]")).to_have_count(3)
    # What a text that is being saved means is not known yet.
    expect(total).to_be_empty()
    held.release()
    expect(sheet.cell(issue, MON)).to_have_text("1.50")
    expect(total).to_have_text("Selected: 2.16 in 3 cells")
    expect(sheet.total).to_have_text("2.16")


def test_t02_the_foot_names_the_zone_the_reading_and_whether_it_is_whole(sheet: Sheet) -> None:
    sheet.open()
    status = sheet.frame.locator("#status")
    expect(status).to_contain_text("Europe/Berlin")
    expect(status).to_contain_text("read 11:00, complete")
    expect(status).to_contain_text("1d = 8h, 1w = 40h")
    sheet.work.stage.cloud.cloud.clock.travel(120)
    row = sheet.work.log(sheet.work.issue("Logged elsewhere"), MON, HOUR)
    status.get_by_role("button", name="Refresh").click()
    expect(status).to_contain_text("read 11:02, complete")
    expect(sheet.frame.locator(f"#r{row.issue_id}")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "weekday", "first", "last"),
    [
        ("en_US", None, "Sunday, March 10, 2030", "Saturday, March 16, 2030"),
        ("de_DE", None, "Montag, 11. März 2030", "Sonntag, 17. März 2030"),
        ("en_US", 0, "Monday, March 11, 2030", "Sunday, March 17, 2030"),
    ],
)
def test_t08_the_week_begins_as_the_locale_or_the_site_says(
    sheet: Sheet, locale: str, weekday: int | None, first: str, last: str
) -> None:
    sheet.work.person.locale = locale
    if weekday is not None:
        sheet.work.start_weeks_on(weekday)
    sheet.open()
    assert (heads(sheet)[0], heads(sheet)[-1]) == (first, last)


def test_t02_a_late_evening_belongs_to_the_authors_own_day(sheet: Sheet) -> None:
    issue = sheet.work.issue("Near midnight")
    sheet.work.person.time_zone = "Pacific/Auckland"
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "")])
    expect(sheet.frame.locator("#status")).to_contain_text("Pacific/Auckland")
    sheet.enter(issue, FRI, "2")
    expect(sheet.cell(issue, FRI)).to_have_text("2:00")
    assert sheet.work.logged(issue) == [(MON, HOUR), (FRI, 2 * HOUR)]


@pytest.mark.each_door
def test_a_save_changes_the_cell_and_its_totals_and_nothing_else(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Saved", estimate=6 * HOUR), sheet.work.issue("Untouched", project="WEB")
    sheet.work.log(other, MON, HOUR)
    sheet.open(issue)
    sheet.frame.get_by_label("Group by").select_option("project")
    expect(sheet.frame.locator("tr.group")).to_have_count(2)
    # Nothing else is being read that would be drawn too.
    expect(sheet.frame.locator(".htmx-request")).to_have_count(0)
    sheet.frame.evaluate("for (const node of document.querySelectorAll('#sheet *')) node.before_save = true")
    sheet.work.forget_calls()
    with sheet.journey.expect_answer("/timesheet/cell") as saved:
        sheet.enter(issue, MON, "1h 30m")
    expect(sheet.live).to_have_text(
        f"Saved 1h 30m on {issue.key}, Monday, 11 March 2030. 2h 30m of 8h on this day."
    )
    expect(sheet.cell(issue, MON)).to_have_text("1:30")
    expect(sheet.row_total(issue)).to_have_text("1:30")
    expect(sheet.day_total(MON)).to_have_text("2:30")
    expect(sheet.difference(MON)).to_have_text("−5:30")
    expect(sheet.total).to_have_text("2:30")
    expect(sheet.frame.locator("tr.group").first.locator("td").first).to_have_text("1:30")
    assert saved.size <= 4096
    changed = sheet.frame.evaluate(
        """[...document.querySelectorAll('#sheet *')].filter(
             node => !node.before_save && !node.closest('tr.group, .start-timer, #range-progress > *'))
           .map(node => node.id || node.parentElement.id)"""
    )
    column = sheet.column(MON)
    totals = [f"s{issue.id}", f"l{column}", "lt", f"d{column}", "dt", "range-progress"]
    assert sorted(changed) == sorted([f"r{issue.id}", *totals])

    [row] = sheet.work.rows(issue)
    assert (row.author, row.seconds) == (sheet.work.person.account_id, 90 * 60)
    assert sheet.work.local(row).isoformat() == "2030-03-11T10:00:00+01:00", "after the hour that is there"
    assert issue.remaining_estimate == 4 * HOUR + 30 * 60
    assert sheet.work.calls() == [f"POST /rest/api/3/issue/{issue.id}/worklog"]

    sheet.enter(issue, MON, "1")
    expect(sheet.cell(issue, MON)).to_have_text("1:00")
    assert issue.remaining_estimate == 5 * HOUR
    assert sheet.work.calls()[1:] == [
        f"GET /rest/api/3/issue/{issue.id}/worklog/{row.id}",
        f"PUT /rest/api/3/issue/{issue.id}/worklog/{row.id}",
    ]


def test_t06_days_with_a_clock_change_are_days_like_others(sheet: Sheet) -> None:
    issue = sheet.work.issue("Spring forward")
    sheet.work.stage.cloud.cloud.clock.travel(14 * 24 * HOUR)
    sheet.open(issue)
    saturday, sunday = date(2030, 3, 30), date(2030, 3, 31)
    sheet.enter(issue, saturday, "8", key="Tab")
    sheet.type("8")
    sheet.press("Enter")
    sheet.expect_cells([(issue, saturday, "8:00"), (issue, sunday, "8:00")])
    assert sheet.work.logged(issue) == [(saturday, 8 * HOUR), (sunday, 8 * HOUR)]
    assert [sheet.work.local(row).hour for row in sheet.work.rows(issue)] == [9, 9]


def test_issues_are_added_by_key_and_by_words_and_keep_their_row(sheet: Sheet) -> None:
    by_key, by_words = sheet.work.issue("By its key"), sheet.work.issue("Zebra crossing for pedestrians")
    sheet.open()
    expect(sheet.frame.get_by_role("heading", name="Nothing logged on these days")).to_be_visible()
    sheet.add(by_key)
    expect(sheet.cell(by_key, TODAY)).to_be_focused()
    expect(sheet.frame.get_by_role("heading", name="Nothing logged on these days")).to_be_hidden()
    sheet.press("a")
    sheet.type("zebra pedest")
    option = sheet.frame.get_by_role("option", name="Zebra crossing")
    expect(option).to_be_visible()
    option.click()
    expect(sheet.row(by_words)).to_be_visible()
    expect(sheet.cell(by_words, TODAY)).to_be_focused()
    sheet.type("2")
    sheet.press("Enter")
    expect(sheet.cell(by_words, TODAY)).to_have_text("2:00")
    for name, week in (("Next", "18–24 Mar 2030"), ("Previous", "11–17 Mar 2030")):
        sheet.frame.get_by_role("button", name=name).click()
        expect(sheet.title).to_have_text(week)
        expect(sheet.row(by_key)).to_be_visible()
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(sheet.row(by_key)).to_be_visible()


def test_words_that_find_nothing_say_so(sheet: Sheet) -> None:
    sheet.open()
    sheet.add_box.click()
    sheet.type("qwertzuiop")
    expect(sheet.frame.get_by_text("No issue you can see matches").first).to_be_visible()
    expect(sheet.live).to_have_text(re.compile("^No issue you can see matches “qwertzuiop”"))
    sheet.press("Escape")
    expect(sheet.frame.locator("#found-issues")).to_be_empty()


def test_two_hundred_rows_stay_fluid(sheet: Sheet) -> None:
    issues = [sheet.work.issue(f"Row {n}") for n in range(200)]
    for issue in issues:
        sheet.work.log(issue, MON, 60)
    sheet.open()
    expect(sheet.frame.locator("tr[id^=r]")).to_have_count(200)
    expect(sheet.day_total(MON)).to_have_text("3:20")
    sheet.cell(issues[0], TUE).click()
    computed = measure_computing(sheet.frame)
    sheet.frame.evaluate(
        """() => {
            for (let n = 0; n < 100; n += 1)
                document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true}));
        }"""
    )
    took = computed() / 100
    expect(sheet.cell(issues[100], TUE)).to_be_focused()
    assert 0.01 < took < 8, f"{took:.1f} ms for one step down"
    nodes = []
    for text, shown_text in (("1", "1:00"), ("2", "2:00")):
        sheet.cell(issues[100], TUE).click()
        with sheet.journey.expect_answer("/timesheet/cell") as saved:
            sheet.type(text)
            sheet.press("Enter")
        assert saved.size <= 4096
        sheet.expect_cells([(issues[100], TUE, shown_text)])
        nodes.append(
            sheet.grid.evaluate("grid => [...grid.rows].reduce((sum, row) => sum + row.childNodes.length, 0)")
        )
    assert nodes[1] == nodes[0] > 1800
    expect(sheet.grid.locator("thead th").first).to_be_in_viewport()
    expect(sheet.total).to_be_in_viewport()


def test_a_skeleton_is_where_the_grid_will_be(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("Behind the skeleton"), MON, HOUR)
    sheet.work.trouble("late", "/rest/api/3/search/jql")
    frame = sheet.journey.open()
    expect(frame.locator(".skeleton")).to_be_visible()
    expect(frame.get_by_text("Reading your time from Jira …")).to_be_visible()
    sheet.work.let_late_go()
    expect(frame.get_by_role("grid")).to_be_visible()
    expect(frame.locator(".skeleton")).to_have_count(0)
