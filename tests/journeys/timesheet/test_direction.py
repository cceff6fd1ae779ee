"""Boxes are beside what they belong to, and days come into view, whichever way the language runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import FloatRect, Locator, expect

from tests.journeys.support.language import choose_language
from tests.journeys.support.sheet import HOUR, MON, TODAY, TUE, Sheet
from tests.journeys.support.team_stage import make_team
from timesheet.domain.language import ENGLISH, MIRRORED

NEAR = 12


@pytest.fixture(params=[ENGLISH, MIRRORED])
def direction(request: pytest.FixtureRequest, sheet: Sheet) -> str:
    """Return the direction of the language that the person of the sheet has chosen."""
    choose_language(sheet.work.stage, sheet.work.person, str(request.param))
    return "rtl" if request.param == MIRRORED else "ltr"


def box_of(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


def begins(part: Locator, direction: str) -> float:
    box = box_of(part)
    return box["x"] + box["width"] if direction == "rtl" else box["x"]


def ends(part: Locator, direction: str) -> float:
    return begins(part, "ltr" if direction == "rtl" else "rtl")


def test_a_comment_and_a_reason_are_beside_their_cell(sheet: Sheet, direction: str) -> None:
    issue = sheet.work.issue("Typo")
    sheet.open(issue)
    cell = sheet.cell(issue, TODAY)
    cell.click()
    sheet.press("Alt+Enter")
    field = sheet.frame.locator("textarea.cell-comment")
    assert abs(ends(field, direction) - ends(cell, direction)) <= NEAR
    sheet.press("Escape")
    sheet.enter(issue, TODAY, "1_30")
    expect(sheet.problem).to_be_visible()
    assert abs(begins(sheet.problem, direction) - begins(cell, direction)) <= NEAR


def test_a_tooltip_and_options_are_beside_what_they_are_about(sheet: Sheet, direction: str) -> None:
    issue = sheet.work.issue("A summary of so many words that its row cannot show them all at once" * 2)
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    name = sheet.row(issue).locator("th")
    name.hover()
    tip = sheet.frame.locator("#tooltip")
    expect(tip).to_be_visible()
    assert abs(begins(tip, direction) - begins(name, direction)) <= NEAR
    sheet.page.mouse.move(0, 0)
    field = sheet.frame.locator("#add-issue")
    field.fill(issue.key)
    options = sheet.frame.locator("#found-issues")
    expect(sheet.frame.locator(f"#found-{issue.id}")).to_have_attribute("aria-selected", "true")
    assert abs(begins(options, direction) - begins(field, direction)) <= NEAR


def test_today_is_in_view(sheet: Sheet, direction: str) -> None:
    sheet.page.set_viewport_size({"width": 768, "height": 700})
    issue = sheet.work.issue("Seen all month")
    sheet.work.log(issue, TODAY, HOUR)
    sheet.open()
    sheet.title.click()
    sheet.press("m")
    expect(sheet.frame.locator("#grid tbody tr").first.locator("td")).to_have_count(32)
    expect(sheet.cell(issue, TODAY)).to_be_in_viewport(ratio=1)
    team = make_team(sheet.work.stage, "Payments", sheet.work.person)
    frame = sheet.journey.open("teams", team=team.id)
    frame.locator("#tab-timesheet").click()
    expect(frame.locator("#team-grid thead th.now")).to_be_in_viewport(ratio=1)


def test_a_day_of_the_calendar_is_found_under_the_pointer(sheet: Sheet, direction: str) -> None:
    sheet.page.set_viewport_size({"width": 700, "height": 700})
    row = sheet.work.log(sheet.work.issue("Dragged"), TODAY, HOUR)
    sheet.open()
    sheet.frame.locator("#layout-calendar").click()
    expect(sheet.frame.locator("#calendar.arranged")).to_be_visible()
    block = sheet.frame.locator(f"#b{row.id}")
    expect(block).to_be_in_viewport(ratio=1)
    sheet.page.set_viewport_size({"width": 1280, "height": 700})
    target = box_of(sheet.frame.locator(f'.calendar-hours[data-day="{TUE}"]'))
    block.hover()
    sheet.page.mouse.down()
    middle = target["x"] + target["width"] / 2
    at = box_of(block)["y"] + 10
    sheet.page.mouse.move(middle + 20, at)
    sheet.page.mouse.move(middle, at)
    sheet.page.mouse.up()
    expect(sheet.frame.locator(f'.calendar-hours[data-day="{TUE}"] .block')).to_have_count(1)
    expect(sheet.frame.locator("#flags [data-undo]")).to_be_visible()
    assert [day for day, _ in sheet.work.logged(sheet.work.stage.jira.site.issues[row.issue_id])] == [TUE]


def test_a_comment_runs_as_its_own_script_does(sheet: Sheet) -> None:
    issue = sheet.work.issue("Hebrew")
    sheet.open(issue)
    sheet.enter(issue, TODAY, "1;תוקן (v2)!")
    sheet.expect_cells([(issue, TODAY, "1:00")])
    sheet.cell(issue, TODAY).click()
    sheet.press("Alt+Enter")
    field = sheet.frame.locator("textarea.cell-comment")
    expect(field).to_have_value("תוקן (v2)!")
    expect(field).to_have_css("direction", "rtl")
    sheet.press("Escape", "Escape")
    sheet.frame.locator("#layout-list").click()
    comment = sheet.frame.locator(".line-comment summary")
    expect(comment).to_have_css("direction", "rtl")
    sheet.frame.get_by_role("button", name="Edit").first.click()
    expect(sheet.frame.locator("#worklog-comment")).to_have_css("direction", "rtl")


def test_a_summary_is_cut_off_at_its_own_end(sheet: Sheet, direction: str) -> None:
    issue = sheet.work.issue("A summary of so many words that its row cannot show them all at once" * 2)
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    name = sheet.row(issue).locator("th")
    words = name.locator("bdi") if direction == "rtl" else name
    expect(words).to_have_css("direction", "ltr")
    expect(words).to_have_css("text-overflow", "ellipsis")
    assert words.evaluate("part => part.scrollWidth > part.clientWidth")
    assert words.evaluate("part => part.scrollLeft") == 0
