"""Charts of a report in a real browser: opened from the bar below the table, walked by keyboard, read by axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, MON, TUE, Work
from tests.journeys.support.team_stage import make_team
from timesheet.domain.team.team import Team
from timesheet.web.report import drawing
from tools.stage import Stage

CHARTS = ("people", "load", "burn", "share", "trend")


@pytest.fixture
def team(stage: Stage, work: Work, person: Person, colleague: Person) -> Team:
    """Return a team led by the traveler; a colleague logged nine hours on Monday and two on Tuesday."""
    colleague.time_zone = "Europe/Berlin"
    refunds, search = work.issue("Mend the refund flow"), work.issue("Improve the search", "WEB")
    theirs = Work(stage, colleague)
    theirs.log(refunds, MON, 9 * HOUR)
    theirs.log(search, TUE, 2 * HOUR)
    work.log(refunds, MON, HOUR)
    return make_team(stage, "Payments", person, colleague)


def open_charts(journey: Journey, team: Team, chart: str) -> Frame:
    frame = journey.open("reports")
    frame.locator("#choose-who").select_option(team.id)
    expect(frame.locator("#report-table tfoot td")).to_have_text("12:00")
    frame.locator("#choose-range").select_option("this-week")
    expect(frame.locator("#choose-range")).to_have_value("this-week")
    frame.locator(f"#chart-{chart}").click()
    expect(frame.locator(f".drawing-{chart}")).to_be_visible()
    return frame


@pytest.mark.parametrize("width", [1280, 375])
def test_every_chart_is_accessible(
    journey: Journey, team: Team, width: int, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.page.set_viewport_size({"width": width, "height": 800})
    frame = open_charts(journey, team, "people")
    for chart in CHARTS:
        if chart != "people":
            frame.locator(f"#chart-{chart}").click()
        expect(frame.locator(f".drawing-{chart}")).to_be_visible()
        assert_accessible(frame)
        overflow = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
        assert frame.evaluate(overflow) <= 0


@pytest.mark.each_door
def test_arrows_lead_through_a_chart_and_say_its_values(
    journey: Journey, team: Team, person: Person, colleague: Person
) -> None:
    frame = open_charts(journey, team, "load")
    first, second = sorted((person, colleague), key=lambda one: one.display_name)
    frame.locator("#chart-load").focus()
    for _ in range(6):
        journey.page.keyboard.press("Tab")
    focused, tip = frame.locator(".mark:focus title"), frame.locator("#tooltip")
    expect(focused).to_contain_text(f"{first.display_name}, Mon")
    expect(tip).to_contain_text(f"{first.display_name}, Mon")
    journey.page.keyboard.press("ArrowDown")
    expect(focused).to_contain_text(f"{second.display_name}, Mon")
    journey.page.keyboard.press("ArrowRight")
    expect(focused).to_contain_text(f"{second.display_name}, Tue")
    journey.page.keyboard.press("Home")
    expect(focused).to_contain_text(f"{first.display_name}, Mon")
    journey.page.keyboard.press("End")
    expect(focused).to_contain_text(f"{second.display_name}, Sun")
    expect(tip).to_contain_text("0:00 of 0:00")


def test_a_chart_follows_the_report_and_is_folded_again(journey: Journey, team: Team, person: Person) -> None:
    frame = open_charts(journey, team, "share")
    marks = frame.locator(".drawing .mark title")
    expect(marks.first).to_contain_text("10:00")
    frame.locator("#choose-who").select_option("me")
    expect(frame.locator("#report-table tfoot td")).to_have_text("1:00")
    expect(marks).to_have_count(1)
    expect(marks.first).to_contain_text("1:00")
    frame.locator("#chart-share").click()
    expect(frame.locator(".drawing")).to_have_count(0)
    frame.locator("#choose-columns").select_option("day")
    expect(frame.locator("#report-table thead th")).to_have_count(9)
    expect(frame.locator(".drawing, .chart-loading")).to_have_count(0)


@pytest.mark.each_door
def test_the_figures_of_a_chart_become_the_table(journey: Journey, team: Team) -> None:
    frame = open_charts(journey, team, "load")
    button = frame.get_by_role("button", name="Show as table")
    button.press("Enter")
    expect(frame.locator("#level-1")).to_have_value("person")
    expect(frame.locator("#choose-columns")).to_have_value("day")
    expect(frame.locator("#report-table tbody td").get_by_text("9:00", exact=True).first).to_be_visible()
    expect(button).to_have_count(0)
    expect(frame.locator(".drawing-load")).to_be_visible()
    expect(frame.locator("#charts-title")).to_be_focused()
    frame.locator("#chart-people").click()
    expect(button).to_be_visible()


def test_a_low_chart_takes_no_room_from_the_rows_above(journey: Journey, work: Work) -> None:
    journey.page.set_viewport_size({"width": 1280, "height": 720})
    for number in range(1, 5):
        work.log(work.issue(f"Issue {number}"), MON, HOUR)
    frame = journey.open("reports")
    frame.locator("#choose-range").select_option("this-week")
    frame.locator("#level-1").select_option("issue")
    frame.locator("#chart-share").click()
    frame.locator("#toggle-filters").click()
    expect(frame.locator("#report-table tbody tr")).to_have_count(4)
    expect(frame.locator("#filters")).to_be_visible()
    expect(frame.locator(".drawing-share .mark")).to_have_count(1)
    hidden = "scroll => scroll.scrollHeight - scroll.clientHeight"
    assert frame.locator(".report > .scroll").evaluate(hidden) == 0
    frame.locator("#chart-burn").click()
    expect(frame.locator(".drawing-burn circle:visible")).to_have_count(1)


def test_a_tap_shows_the_value_of_a_mark(journey: Journey, team: Team, colleague: Person) -> None:
    frame = open_charts(journey, team, "people")
    frame.locator(".drawing .mark", has_text=colleague.display_name).click()
    expect(frame.locator("#tooltip")).to_contain_text(f"{colleague.display_name}: 11:00 of 40:00")


@pytest.mark.each_door
@pytest.mark.parametrize("first", ["team", "chart"])
def test_a_chart_and_a_team_chosen_in_a_row_are_both_shown(journey: Journey, team: Team, first: str) -> None:
    frame, requests = journey.open("reports"), HeldRequests(journey, "/reports")
    expect(frame.locator("#report-table tfoot td")).to_have_text("1:00")

    def open_chart() -> None:
        frame.locator("#chart-share").click()

    def choose_team() -> None:
        frame.locator("#choose-who").select_option(team.id)

    slow, quick = (open_chart, choose_team) if first == "chart" else (choose_team, open_chart)
    requests.hold(slow)
    quick()
    requests.release()
    expect(frame.locator("#report-table tfoot td")).to_have_text("12:00")
    expect(frame.locator(".drawing-share .mark title").first).to_contain_text("10:00")
    expect(frame.locator("#chart-share")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 375)])
def test_the_pages_of_a_chart_of_many_people_are_turned(
    journey: Journey,
    team: Team,
    theme: str,
    width: int,
    monkeypatch: pytest.MonkeyPatch,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    monkeypatch.setattr(drawing, "MOST_BARS", 1)
    monkeypatch.setattr(drawing, "MOST_LOADS", 1)
    journey.page.set_viewport_size({"width": width, "height": 800})
    journey.open("reports")
    journey.choose_theme(theme)
    frame = open_charts(journey, team, "people")
    pages, mark = frame.locator("#chart-pages"), frame.locator(".drawing .mark title").first
    expect(pages).to_contain_text("1–1 of 2 people")
    before = mark.text_content() or ""
    expect(frame.get_by_role("button", name="Previous people")).to_be_disabled()
    frame.get_by_role("button", name="Next people").press("Enter")
    expect(pages).to_contain_text("2–2 of 2 people")
    expect(mark).not_to_have_text(before)
    assert_accessible(frame)
    overflow = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    assert frame.evaluate(overflow) <= 0
    frame.get_by_role("button", name="Previous people").click()
    expect(mark).to_have_text(before)
    frame.locator("#chart-load").click()
    expect(frame.locator(".drawing-load")).to_be_visible()
    expect(pages).to_contain_text("1–1 of 2 people")


def test_a_dark_contrast_theme_of_the_system_leaves_names_and_axes_readable(
    journey: Journey, team: Team
) -> None:
    journey.page.emulate_media(forced_colors="active", color_scheme="dark")
    frame = open_charts(journey, team, "load")
    for chart in ("load", "trend"):
        if chart != "load":
            frame.locator(f"#chart-{chart}").click()
        expect(frame.locator(f".drawing-{chart}")).to_be_visible()
        for text in frame.locator(".drawing text").all():
            expect(text).to_have_css("fill", "rgb(255, 255, 255)")
