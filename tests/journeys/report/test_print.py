"""A printed report has the table with its head on every page and the terms of its figures, and nothing to click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Frame, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, Sheet, Work
from tests.journeys.support.team_stage import give, make_team
from timesheet.domain.team.team import Team, TeamPermission
from timesheet.web.report import table
from timesheet.web.team import open_overview
from tools.stage import Stage

MOST_ON_PAPER = 1.5 * 975
"""Chromium makes a page smaller by a third at most; landscape Letter with margins is 975 pixels wide."""
HEIGHT_OF_PAPER = 950
"""Pixels of upright Letter with margins, below the title of the page."""
WHOLE = """one => [one, ...one.querySelectorAll("*")].every(
    ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth || clientWidth <= 1
)"""
COUNT_PRINTS = "window.print = () => { document.body.dataset.printed = 'yes'; }"


@pytest.fixture
def team(stage: Stage, work: Work, person: Person) -> Team:
    """Return a team whose lead logged an hour on each of forty issues."""
    for number in range(40):
        work.log(work.issue(f"Part {number}"), MON, HOUR)
    return make_team(stage, "Payments", person)


def style(frame: Frame, selector: str, name: str) -> str:
    found: str = frame.locator(selector).first.evaluate(
        "(element, name) => getComputedStyle(element)[name]", name
    )
    return found


def test_a_report_is_printed_whole_with_its_terms(journey: Journey, team: Team) -> None:
    frame = journey.open("reports")
    frame.locator("#level-1").select_option("issue")
    expect(frame.locator("#report-table tbody tr")).to_have_count(40)
    frame.evaluate(COUNT_PRINTS)
    frame.locator("#print").click()
    expect(frame.locator("body[data-printed='yes']")).to_be_attached()
    journey.page.emulate_media(media="print")
    for control in (
        "#report-choice .navigation",
        "#choose-who",
        "#toggle-filters",
        ".charts-bar",
        "#refresh",
    ):
        expect(frame.locator(control)).to_be_hidden()
    expect(frame.locator("#report-title")).to_be_visible()
    expect(frame.locator("#range-title")).to_have_text("March 2030")
    expect(frame.locator("#report-terms dl")).to_contain_text("In Europe/Berlin")
    assert frame.locator("#report-terms dl").bounding_box() is not None
    assert style(frame, "#report-table thead", "display") == "table-header-group"
    assert style(frame, "#report-table thead th", "position") == "relative"
    scroll = frame.locator("#report-scroll")
    assert scroll.evaluate("one => one.scrollHeight <= one.clientHeight + 1")


def test_a_month_of_days_fits_on_landscape_paper_with_its_total(journey: Journey, team: Team) -> None:
    frame = journey.open("reports")
    frame.locator("#choose-columns").select_option("day")
    expect(frame.locator("#report-table thead th")).to_have_count(33)
    journey.page.emulate_media(media="print")
    assert style(frame, "body", "page") == "wide"
    width = frame.locator("#report-table").evaluate("table => table.scrollWidth")
    assert width <= MOST_ON_PAPER
    expect(frame.get_by_text("This table is wider than paper")).to_have_count(0)


@pytest.mark.parametrize("characters", ["", "w6", "w7"], ids=["80:00", "800:00", "8000:00"])
def test_a_month_of_a_team_fits_on_landscape_paper_with_its_total(
    journey: Journey, team: Team, characters: str
) -> None:
    frame = journey.open("teams", team=team.id)
    frame.locator("#tab-timesheet").click()
    expect(frame.locator("#team-grid thead th")).to_have_count(33)
    frame.locator("#team-frame").evaluate("(one, name) => name && one.classList.add(name)", characters)
    journey.page.emulate_media(media="print")
    assert style(frame, "body", "page") == "wide"
    assert frame.locator("#team-grid").evaluate("table => table.scrollWidth") <= MOST_ON_PAPER


@pytest.mark.parametrize(
    ("module", "scroll"), [("reports", "#report-scroll"), ("my-timesheet", "#grid-frame")]
)
def test_no_edge_fades_on_paper(journey: Journey, team: Team, module: str, scroll: str) -> None:
    journey.page.set_viewport_size({"width": 1024, "height": 800})
    frame = journey.open(module)
    if module == "reports":
        frame.locator("#choose-columns").select_option("day")
    else:
        frame.locator("#choose-view").select_option("month")
    expect(frame.locator(scroll)).to_have_class(re.compile("more-after"))
    journey.page.emulate_media(media="print")
    assert style(frame, scroll, "maskImage") == "none"
    for cell in ("thead th:last-child", "tbody th", "tfoot tr:last-child td:last-child"):
        assert style(frame, f"{scroll} {cell}", "boxShadow") == "none"
        assert style(frame, f"{scroll} {cell}", "clipPath") == "none"


@pytest.mark.parametrize(("layout", "name"), [("grid", "#grid tbody th"), ("list", ".line-summary")])
def test_no_name_is_cut_off_on_paper(sheet: Sheet, layout: str, name: str) -> None:
    sheet.work.log(sheet.work.issue("Beschleunigungsgesetzesänderungsantragsformular" * 3), MON, HOUR)
    sheet.open()
    sheet.frame.locator(f"#layout-{layout}").click()
    found = sheet.frame.locator(name)
    expect(found).to_be_visible()
    assert not found.evaluate(WHOLE)
    sheet.journey.page.emulate_media(media="print")
    assert found.evaluate(WHOLE)


def test_paper_says_that_columns_may_be_missing(journey: Journey, team: Team) -> None:
    frame = journey.open("reports")
    frame.locator("#choose-range").select_option("this-quarter")
    frame.locator("#choose-columns").select_option("day")
    lacking = frame.get_by_text("This table is wider than paper, so its last columns may be missing here.")
    expect(lacking).to_be_hidden()
    journey.page.emulate_media(media="print")
    expect(lacking).to_be_visible()


def test_paper_says_which_rows_it_lacks(
    journey: Journey, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 30)
    frame = journey.open("reports")
    frame.locator("#level-1").select_option("issue")
    lacking = frame.get_by_text("10 more rows are not printed. The totals include them.")
    expect(lacking).to_be_hidden()
    journey.page.emulate_media(media="print")
    expect(lacking).to_be_visible()
    expect(frame.get_by_role("button", name="Show more (10 left)")).to_be_hidden()


def test_paper_says_which_people_it_lacks(
    journey: Journey, team: Team, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_overview, "MOST_ROWS", 1)
    give(stage, team, stage.jira.person(3), TeamPermission.WORK_ON_ISSUES)
    frame = journey.open("teams", team=team.id)
    frame.locator("#tab-people").click()
    journey.page.emulate_media(media="print")
    expect(frame.locator("#pages")).to_have_text("1–1 of 2 people. Totals include everybody.")


def test_a_timesheet_is_printed_with_its_person_and_without_controls(
    journey: Journey, work: Work, sheet: Sheet
) -> None:
    work.log(work.issue("Mend the refund flow"), MON, HOUR)
    sheet.open()
    frame = journey.frame()
    name = frame.get_by_text(journey.person.display_name, exact=True)
    expect(name).to_be_hidden()
    journey.page.emulate_media(media="print")
    expect(name).to_be_visible()
    for control in (".navigation", "#go-today", "#choose-view", "#quick-add", "#status #refresh"):
        expect(frame.locator(control).first).to_be_hidden()
    assert style(frame, "#timer", "display") == "none"
    expect(frame.locator("#grid tbody tr", has_text="Mend the refund flow")).to_be_visible()
    assert style(frame, "body", "page") == "auto"
    journey.page.emulate_media(media="screen")
    frame.locator("#choose-view").select_option("month")
    expect(frame.locator("#grid-frame.many")).to_be_visible()
    journey.page.emulate_media(media="print")
    assert style(frame, "body", "page") == "wide", "a month is printed on landscape paper, with its total"
    assert style(frame, "#grid thead th", "position") == "relative"
    assert frame.locator("#grid").evaluate("grid => grid.offsetWidth") <= MOST_ON_PAPER
    frame.locator("#grid-frame").evaluate("frame => frame.classList.add('w7')")
    assert frame.locator("#grid").evaluate("grid => grid.offsetWidth") <= MOST_ON_PAPER, "of a team of 50"
    lacking = frame.get_by_text("This table is wider than paper, so its last columns may be missing here.")
    expect(lacking).to_have_count(0)
    journey.page.emulate_media(media="screen")
    frame.locator("#choose-view").select_option("range")
    frame.locator("#range-last").fill("2030-05-31")
    expect(frame.locator("#grid-frame.long")).to_be_visible()
    expect(lacking).to_be_hidden()
    journey.page.emulate_media(media="print")
    expect(lacking).to_be_visible()


def test_a_month_of_the_calendar_fits_on_paper(journey: Journey, sheet: Sheet) -> None:
    sheet.open()
    frame = journey.frame()
    frame.locator("#choose-view").select_option("month")
    frame.locator("#layout-calendar").click()
    expect(frame.locator(".calendar-day")).to_have_count(31)
    journey.page.emulate_media(media="print")
    assert style(frame, "#calendar", "overflow") == "visible"
    assert style(frame, "body", "page") == "wide"
    calendar = frame.locator("#calendar")
    assert calendar.evaluate("calendar => calendar.scrollWidth") <= MOST_ON_PAPER
    assert calendar.evaluate("calendar => calendar.offsetHeight") <= HEIGHT_OF_PAPER


def test_the_audit_log_is_printed_without_fields_and_with_whole_names(journey: Journey, stage: Stage) -> None:
    name = "Payments and Refunds Platform Team Europe"
    make_team(stage, name, journey.person)
    frame = journey.open("my-history")
    expect(frame.locator("#audit-table .in-team").first).to_be_visible()
    journey.page.emulate_media(media="print")
    for control in ("#audit-worked-from", "#audit-text"):
        expect(frame.locator(control)).to_be_hidden()
    team = frame.locator("#audit-table .in-team", has_text=name).first
    assert team.evaluate("cell => cell.scrollWidth <= cell.clientWidth")


def test_a_long_name_without_spaces_leaves_the_other_columns_their_room_on_paper(
    journey: Journey, stage: Stage
) -> None:
    make_team(stage, "Donaudampfschifffahrtsgesellschaftskapitän", journey.person)
    journey.page.set_viewport_size({"width": 1024, "height": 740})
    frame = journey.open("my-history")
    table = frame.locator("#audit-table")
    expect(table.locator(".in-team").first).to_be_visible()
    journey.page.emulate_media(media="print")
    assert table.evaluate("table => table.offsetWidth <= document.documentElement.clientWidth")
    actor = table.locator("tbody .who").first
    assert actor.evaluate("cell => cell.offsetHeight < 3 * parseFloat(getComputedStyle(cell).lineHeight)")


def test_paper_is_light(journey: Journey, team: Team) -> None:
    journey.open("reports")
    journey.choose_theme("dark")
    frame = journey.open("reports")
    expect(frame.locator("html[data-color-mode='dark']")).to_be_attached()
    frame.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(frame.locator("html[data-color-mode='light']")).to_be_attached()
    frame.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(frame.locator("html[data-color-mode='dark']")).to_be_attached()
