"""Columns fit, or show that they do not: from 1024 pixels up a week fits, and today is in view."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Frame, expect

from tests.journeys.support.sheet import FRI, HOUR, MON, SAT, SUN, TODAY, TUE, Sheet
from tests.journeys.support.team_stage import make_team, stores_of
from timesheet.domain.period.period import PeriodLength, PeriodRule

NARROW, MOST_ROWS = 1024, 200


def edges(frame: Frame, selector: str) -> tuple[bool, bool]:
    """Return whether the edges of a frame show that there is more before and after."""
    classes = frame.locator(selector).get_attribute("class") or ""
    return "more-before" in classes.split(), "more-after" in classes.split()


def size(sheet: Sheet, width: int) -> None:
    sheet.page.set_viewport_size({"width": width, "height": 800})


def cut_off(frame: Frame) -> list[str]:
    """Return the texts of the cells and heads of days that are wider than their columns."""
    found: list[str] = frame.evaluate(
        """[...document.querySelectorAll('.grid :is(td:not([colspan]), thead th)')]
            .filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent)"""
    )
    return found


def show(sheet: Sheet, view: str, title: str) -> None:
    sheet.frame.get_by_label("Show", exact=True).select_option(view)
    expect(sheet.title).to_contain_text(title)


@pytest.mark.each_door
@pytest.mark.parametrize("width", [NARROW, 1280, 1440])
def test_a_week_fits_and_no_figure_is_cut_off(sheet: Sheet, width: int) -> None:
    size(sheet, width)
    issue = sheet.work.issue(
        "A summary that is long enough to be cut off in any column of this width, and more"
    )
    for _ in range(2):
        sheet.work.log(issue, TUE, 12 * HOUR)
    for day in (SAT, SUN):
        sheet.work.log(issue, day, 10 * HOUR)
    usual = sheet.work.issue("A summary of the usual length, in the admin area")
    sheet.work.log(usual, TUE, HOUR)
    sheet.open()
    for day in (FRI, SAT, SUN):
        expect(sheet.cell(issue, day)).to_be_in_viewport(ratio=1)
    assert edges(sheet.frame, "#grid-frame") == (False, False)
    assert cut_off(sheet.frame) == []
    named = sheet.frame.locator("#rows th").filter(has_text="usual length")
    assert width < 1440 or named.evaluate("th => th.scrollWidth <= th.clientWidth")


@pytest.mark.parametrize("width", [NARROW, 1440])
def test_a_month_opens_with_today_in_view_and_its_edges_show_that_there_is_more(
    sheet: Sheet, width: int
) -> None:
    size(sheet, width)
    issue = sheet.work.issue("Seen all month")
    sheet.work.log(issue, TODAY, HOUR)
    sheet.open()
    show(sheet, "month", "March 2030")
    today = sheet.cell(issue, TODAY)
    expect(today).to_be_in_viewport(ratio=1)
    assert edges(sheet.frame, "#grid-frame") == (True, True)
    frame = sheet.frame.locator("#grid-frame")
    frame.evaluate("frame => { frame.scrollLeft = 0; }")
    expect(frame).not_to_have_class(re.compile(r"\bmore-before\b"))
    assert edges(sheet.frame, "#grid-frame") == (False, True)
    frame.evaluate("frame => { frame.scrollLeft = frame.scrollWidth; }")
    expect(sheet.cell(issue, TODAY.replace(day=31))).to_be_in_viewport(ratio=1)
    expect(frame).not_to_have_class(re.compile(r"\bmore-after\b"))
    assert edges(sheet.frame, "#grid-frame") == (True, False)
    if width == NARROW:
        expect(today).not_to_be_in_viewport()
    for name in ("Issue", "Σ"):
        head = sheet.frame.locator("#grid thead th").filter(has_text=name)
        expect(head).to_be_in_viewport(ratio=1)
    sheet.title.click()
    sheet.press("t")
    expect(today).to_be_in_viewport(ratio=1)


def test_the_column_of_issues_stays_above_what_scrolls_below_it(sheet: Sheet) -> None:
    size(sheet, NARROW)
    issue = sheet.work.issue("Stays")
    sheet.work.log(issue, TODAY, HOUR)
    sheet.open()
    show(sheet, "month", "March 2030")
    covered = sheet.frame.evaluate(
        """() => ["thead th", "tbody th", "tfoot tr:last-child th", "tfoot .add-issue"].map((part) => {
            const box = document.querySelector(`#grid ${part}`).getBoundingClientRect();
            const top = document.elementFromPoint(box.left + 60, box.top + box.height / 2);
            return top.closest("th, .add-issue") === document.querySelector(`#grid ${part}`);
        })"""
    )
    assert covered == [True] * 4


def test_two_hundred_rows_keep_the_columns(sheet: Sheet) -> None:
    size(sheet, NARROW)
    for number in range(MOST_ROWS):
        sheet.work.log(sheet.work.issue(f"Row {number}"), TODAY, 60)
    sheet.open()
    expect(sheet.frame.locator("#rows tr")).to_have_count(MOST_ROWS)
    assert edges(sheet.frame, "#grid-frame") == (False, False)
    expect(sheet.frame.locator("#grid thead th.s")).to_be_in_viewport(ratio=1)


def test_a_list_shows_its_first_day_whole_or_begins_with_today(sheet: Sheet) -> None:
    size(sheet, NARROW)
    for number in range(30):
        sheet.work.log(sheet.work.issue(f"Line {number}"), TUE, 60)
    sheet.open()
    sheet.frame.get_by_role("button", name="List").click()
    expect(sheet.frame.locator(f"#day-{TODAY}")).to_be_visible()
    tops = sheet.frame.evaluate(
        """() => {
            const top = (element) => element.getBoundingClientRect().top;
            const frame = top(document.getElementById("list-frame"));
            const head = document.querySelector(".list-head").offsetHeight;
            const days = [...document.querySelectorAll(".list-day")].map(top);
            const lines = [...document.querySelectorAll(".line")].map((line) => top(line) - head);
            return [...days, ...lines].map((start) => start - frame);
        }"""
    )
    assert any(-1 <= top <= 1 for top in tops), tops
    expect(sheet.frame.locator(f"#day-{TODAY} h2")).to_be_in_viewport(ratio=1)
    sheet.frame.locator("#list-frame").evaluate("frame => { frame.scrollTop = 0; }")
    expect(sheet.frame.locator(f"#day-{TODAY} h2")).not_to_be_in_viewport()
    sheet.title.click()
    sheet.press("t")
    expect(sheet.frame.locator(f"#day-{TODAY} h2")).to_be_in_viewport(ratio=1)


def test_the_days_of_a_team_begin_with_today(sheet: Sheet) -> None:
    size(sheet, NARROW)
    team = make_team(sheet.work.stage, "Payments", sheet.work.person)
    frame = sheet.journey.open("teams", team=team.id)
    frame.locator("#tab-timesheet").click()
    expect(frame.locator("#team-grid thead th.now")).to_be_in_viewport(ratio=1)
    assert edges(frame, "#team-frame") == (True, True)


def test_a_week_of_the_calendar_fits(sheet: Sheet) -> None:
    size(sheet, NARROW)
    sheet.open()
    sheet.frame.get_by_role("button", name="Calendar").click()
    for day in (SAT, SUN, TODAY):
        expect(sheet.frame.locator(f"#day-{day} .calendar-hours")).to_be_in_viewport()
    assert edges(sheet.frame, "#calendar") == (False, False)
    size(sheet, 375)
    expect(sheet.frame.locator("#calendar")).to_have_class("calendar arranged more-after")


def test_an_issue_that_is_added_lands_on_today_or_else_on_the_first_working_day(sheet: Sheet) -> None:
    sheet.work.start_weeks_on(6)
    first, second = sheet.work.issue("This week"), sheet.work.issue("Another week")
    sheet.open()
    sheet.add(first)
    expect(sheet.cell(first, TODAY)).to_be_focused()
    sheet.press("j")
    expect(sheet.title).to_contain_text("17–23 Mar 2030")
    sheet.press("a")
    sheet.type(second.key)
    expect(sheet.frame.locator(f"#found-{second.id}")).to_have_attribute("aria-selected", "true")
    sheet.press("Enter")
    expect(sheet.cell(second, TODAY + timedelta(days=5))).to_be_focused()


@pytest.mark.parametrize("width", [375, NARROW])
def test_no_row_of_the_foot_covers_another_or_the_chosen_cell(sheet: Sheet, width: int) -> None:
    size(sheet, width)
    issues = [sheet.work.issue(f"Row {number}") for number in range(30)]
    for issue in issues:
        sheet.work.log(issue, TODAY, HOUR)
    sheet.open()
    if width < NARROW:
        # Where one day is shown, the foot comes after the rows, so that these have the screen.
        sheet.grid.locator("tfoot tr").last.scroll_into_view_if_needed()
    shown = sheet.frame.evaluate(
        """() => [...document.querySelectorAll("#grid tfoot tr > :first-child")].map((cell) => {
            const { left, top, bottom, height } = cell.getBoundingClientRect();
            const at = (y) => cell.contains(document.elementFromPoint(left + 8, y));
            return [cell.textContent.trim().split("\\n")[0], at(top + 4), at(bottom - 4), height];
        })"""
    )
    assert [name for name, *_ in shown][1:] == ["Logged", "Expected", "Expected to date", "Difference"]
    assert [name for name, above, below, _ in shown if not (above and below)] == []
    last = sheet.grid.locator("tbody tr").last.locator("td").nth(sheet.column(TODAY))
    sheet.grid.locator("tbody tr").first.locator("td").nth(sheet.column(TODAY)).click()
    sheet.press(*["ArrowDown"] * (len(issues) - 1))
    expect(last).to_be_focused()
    assert last.evaluate(
        """(cell) => {
            const { left, top, bottom } = cell.getBoundingClientRect();
            return [top + 2, bottom - 2].every((y) => cell.contains(document.elementFromPoint(left + 4, y)));
        }"""
    )


def test_a_range_begins_with_what_was_shown_and_a_single_day_fits(sheet: Sheet) -> None:
    size(sheet, NARROW)
    issue = sheet.work.issue("A day alone")
    sheet.work.log(issue, TODAY, HOUR)
    sheet.open()
    sheet.frame.get_by_label("Show", exact=True).select_option("range")
    expect(sheet.frame.locator("#range-first")).to_have_value(MON.isoformat())
    expect(sheet.frame.locator("#range-last")).to_have_value(SUN.isoformat())
    sheet.frame.locator("#range-first").fill(TODAY.isoformat())
    sheet.frame.locator("#range-last").fill(TODAY.isoformat())
    expect(sheet.grid).to_have_attribute("data-width", "1")
    expect(sheet.cell(issue, TODAY)).to_have_text("1:00")
    assert edges(sheet.frame, "#grid-frame") == (False, False)


@pytest.mark.parametrize("days", [32, 366])
def test_no_figure_of_a_long_range_is_cut_off(sheet: Sheet, days: int) -> None:
    size(sheet, 1280)
    issue = sheet.work.issue("Every day for a long time")
    for _ in range(2):
        sheet.work.log(issue, TODAY, 5 * HOUR)
    sheet.open()
    sheet.frame.get_by_label("Show", exact=True).select_option("range")
    sheet.frame.locator("#range-first").fill((SUN - timedelta(days=days - 1)).isoformat())
    expect(sheet.grid).to_have_attribute("data-width", str(days))
    expect(sheet.cell(issue, TODAY)).to_contain_text("10:00")
    expect(sheet.cell(issue, TODAY)).to_be_in_viewport(ratio=1)
    assert cut_off(sheet.frame) == []


def test_no_figure_is_cut_off_however_much_is_logged(sheet: Sheet) -> None:
    size(sheet, 1440)
    issue = sheet.work.issue("More than anybody has worked")
    for day in (MON, TUE):
        for _ in range(12):
            sheet.work.log(issue, day, 8760 * HOUR)
    sheet.open()
    expect(sheet.grid.locator("tfoot td.s").first).to_have_text("210240:00")
    assert cut_off(sheet.frame) == []


def test_no_figure_of_a_quarter_of_a_team_is_cut_off(sheet: Sheet) -> None:
    size(sheet, 1280)
    quarters = PeriodRule(PeriodLength.QUARTERLY, date(2030, 1, 1))
    with stores_of(sheet.work.stage) as stores:
        stores.periods.save_rule(quarters, stores.periods.rule()[1])
    sheet.work.log(sheet.work.issue("A long day"), TODAY, 10 * HOUR)
    team = make_team(sheet.work.stage, "Payments", sheet.work.person)
    frame = sheet.journey.open("teams", team=team.id)
    frame.locator("#tab-timesheet").click()
    expect(frame.locator("#team-grid thead th")).to_have_count(92)
    assert cut_off(frame) == []


def test_enter_in_a_date_of_the_range_shows_these_days(sheet: Sheet) -> None:
    sheet.open()
    sheet.frame.get_by_label("Show", exact=True).select_option("range")
    sheet.frame.locator("#range-first").fill(TODAY.isoformat())
    expect(sheet.grid).to_have_attribute("data-first", TODAY.isoformat())
    with sheet.journey.expect_answer("/timesheet"):
        sheet.frame.locator("#range-last").press("Enter")
    expect(sheet.frame.locator(".htmx-request")).to_have_count(0)
    expect(sheet.grid).to_have_attribute("data-first", TODAY.isoformat())
