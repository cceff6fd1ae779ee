"""The overview of a team in a real browser: for a lead, a plain member, somebody with sums only, and a nonmember."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, TUE, Work
from tests.journeys.support.team_stage import give, grant, make_team, stores_of
from timesheet.domain.permission import Grant, Module
from timesheet.domain.team.team import Team, TeamPermission
from tools.stage import Stage

TABS = ("summary", "people", "projects", "timesheet")


@pytest.fixture
def team(stage: Stage, work: Work, person: Person, colleague: Person) -> Team:
    """Return a team led by the traveller; a colleague logged eight hours on Monday and two on Tuesday."""
    colleague.time_zone = "Europe/Berlin"
    issue = work.issue("Mend the refund flow")
    hers = Work(stage, colleague)
    hers.log(issue, MON, 8 * HOUR)
    hers.log(issue, TUE, 2 * HOUR)
    return make_team(stage, "Payments", person, colleague)


def open_team(journey: Journey, team: Team) -> Frame:
    frame = journey.open("teams", team=team.id)
    expect(frame.locator("#overview")).to_be_visible()
    return frame


def test_every_tab_is_accessible(
    journey: Journey, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.open("teams")
    frame = open_team(journey, team)
    for tab in TABS:
        frame.locator(f"#tab-{tab}").click()
        expect(frame.locator(f"#tab-{tab}")).to_have_attribute("aria-pressed", "true")
        assert_accessible(frame)


def test_a_lead_reaches_the_worklogs_by_keyboard(
    journey: Journey, team: Team, colleague: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = open_team(journey, team)
    expect(frame.locator("#team-total")).to_contain_text("10:00 of")
    frame.locator("#tab-timesheet").click()
    name = frame.get_by_role("button", name=colleague.display_name)
    name.focus()
    for _ in range(MON.day):
        journey.page.keyboard.press("ArrowRight")
    expect(frame.locator("#team-grid td:focus")).to_have_text("8:00")
    journey.page.keyboard.press("Enter")
    dialog = frame.locator("#team-worklogs")
    expect(dialog).to_contain_text("Mend the refund flow")
    expect(dialog).to_contain_text("In Jira nobody can log time for somebody else")
    assert_accessible(frame)
    journey.page.keyboard.press("Escape")
    name.click()
    expect(frame.locator("tr.issue")).to_have_count(1)
    expect(frame.locator("tr.issue td.s")).to_have_text("10:00")


def test_exact_figures_are_read_with_keys_and_by_touch(
    journey: Journey,
    team: Team,
    work: Work,
    colleague: Person,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    Work(work.stage, colleague).log(work.issue("Short"), MON, HOUR + 30)
    frame = open_team(journey, team)
    tip, press = frame.locator("#tooltip"), journey.page.keyboard.press
    frame.locator("#tab-people").click()
    frame.get_by_role("link", name=f"The report of {colleague.display_name}").focus()
    press("Tab")
    focused = frame.locator("#people td:focus")
    expect(focused).to_have_text("11:01")
    expect(tip).to_have_text("exactly 11:00:30")
    press("ArrowDown")
    expect(frame.locator("#people tfoot td:focus")).to_have_text("11:01")
    expect(tip).to_have_text("exactly 11:00:30")
    assert_accessible(frame)
    press("ArrowUp")
    expect(frame.locator("#people tbody td:focus")).to_have_attribute("tabindex", "0")
    press("Shift+Tab")
    expect(tip).to_be_hidden()
    session = journey.page.context.new_cdp_session(journey.page)
    box = frame.locator("#people tfoot td[title]").first.bounding_box()
    assert box
    points = [{"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(tip).to_have_text("exactly 11:00:30")


def test_a_row_leads_to_the_report_of_its_member(journey: Journey, team: Team, colleague: Person) -> None:
    frame = open_team(journey, team)
    frame.locator("#tab-people").click()
    frame.get_by_role("link", name=f"The report of {colleague.display_name}").click()
    journey.page.wait_for_url("**reports**")
    report = journey.frame()
    expect(report.locator("#report-table tbody tr.l0 > td")).to_have_text(["10:00"])
    expect(report.locator("#report-chips")).to_contain_text(colleague.display_name)


def test_a_reload_shows_the_same_tab_of_the_same_team(journey: Journey, team: Team) -> None:
    frame = journey.open("teams")
    frame.get_by_role("link", name=team.name).click()
    frame.get_by_role("button", name="By person").click()
    expect(frame.get_by_role("button", name="By person")).to_have_attribute("aria-pressed", "true")
    expect(journey.page).to_have_url(re.compile("tab%3Dpeople"))  # Jira hears of it a moment later
    journey.page.reload()
    frame = journey.frame()
    expect(frame.locator("#overview-title")).to_have_text(team.name)
    expect(frame.get_by_role("button", name="By person")).to_have_attribute("aria-pressed", "true")
    frame.get_by_role("button", name="All teams").click()
    expect(frame.locator("#teams-title")).to_be_visible()
    expect(journey.page).not_to_have_url(re.compile(team.id))
    journey.page.reload()
    expect(journey.frame().locator("#teams-title")).to_be_visible()


def test_a_team_that_is_deleted_meanwhile_leaves_the_list_on_the_screen(
    journey: Journey, stage: Stage, team: Team
) -> None:
    frame = journey.open("teams")
    with stores_of(stage) as stores:
        stores.teams.delete(team.id)
    journey.allow(r"404 \(NOT FOUND\)")
    frame.get_by_role("link", name=team.name).click()
    expect(frame.locator("#flags")).to_contain_text("This team no longer exists.")
    expect(frame.locator("#teams-title")).to_be_visible()
    with journey.expect_answer("/teams/"):
        frame.get_by_role("link", name=team.name).click()
    expect(frame.locator("#flags .problem")).to_have_count(1)
    frame.locator("#flags").get_by_role("button", name="Dismiss").click()
    expect(frame.locator("#flags .problem")).to_have_count(0)
    address = f"{journey.page.url.partition('#')[0]}{journey.door.place}%2Fteams%2F{team.id}%3Ftab%3Dpeople"
    journey.page.goto("about:blank")
    journey.page.goto(address)
    frame = journey.frame()
    expect(frame.locator("#flags")).to_contain_text("This team no longer exists.")
    expect(frame.locator("#teams-title")).to_be_visible()


def test_a_difference_has_the_color_that_it_has_in_my_timesheet(
    journey: Journey, team: Team, colleague: Person
) -> None:
    color = "element => getComputedStyle(element).color"
    frame = open_team(journey, team)
    frame.locator("#tab-people").click()
    theirs = frame.locator("tr", has_text=colleague.display_name).locator("td.under")
    expect(theirs).to_be_visible()
    of_team = theirs.evaluate(color)
    frame = journey.open("reports")
    frame.locator("#choose-who").select_option(team.id)
    frame.locator("#figures-menu summary").click()
    frame.get_by_role("checkbox", name="Difference").check()
    of_report = frame.locator("#report-table tfoot td.under").evaluate(color)
    own = journey.open().locator("#dt.under")
    expect(own).to_be_visible()
    assert of_team == of_report == own.evaluate(color)


def test_the_link_to_a_report_stays_beside_a_long_name(
    journey: Journey, team: Team, colleague: Person
) -> None:
    colleague.display_name = "Maximiliane Hohenstein-Oberwiesenthal"
    journey.page.set_viewport_size({"width": 1024, "height": 760})
    frame = open_team(journey, team)
    frame.locator("#tab-people").click()
    rows = frame.locator("#people tbody tr")
    expect(rows).to_have_count(2)
    assert len({round(row.bounding_box()["height"]) for row in rows.all()}) == 1  # type: ignore[index]


def test_narrow_frames_hold_it(journey: Journey, team: Team, colleague: Person) -> None:
    colleague.active = False
    journey.page.set_viewport_size({"width": 360, "height": 740})
    frame = open_team(journey, team)
    for tab in TABS:
        frame.locator(f"#tab-{tab}").click()
        expect(frame.locator(f"#tab-{tab}")).to_have_attribute("aria-pressed", "true")
        wider = frame.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wider, tab
        if tab == "people":
            name = frame.locator("#people tr", has_text="deactivated").locator(".person-name")
            line = name.evaluate("name => parseFloat(getComputedStyle(name).lineHeight)")
            assert name.evaluate("name => name.offsetHeight") <= 2 * line


def test_a_name_that_is_cut_off_is_whole_in_a_tooltip(
    journey: Journey, stage: Stage, team: Team, colleague: Person
) -> None:
    with stage.jira.site.lock:
        colleague.display_name = "Anna-Katharina Wolkenstein-Rodenegg"
    journey.page.set_viewport_size({"width": 375, "height": 740})
    frame = open_team(journey, team)
    frame.locator("#tab-timesheet").click()
    name = frame.locator("#team-grid").get_by_role("button", name=colleague.display_name)
    assert name.evaluate("name => name.scrollWidth > name.clientWidth")
    tooltip = frame.get_by_role("tooltip")
    name.hover()
    # The page comes to rest only after the pointer did.
    frame.locator("#team-frame").evaluate(
        "grid => grid.scrollBy({ left: grid.scrollLeft ? -1 : 1, behavior: 'instant' })"
    )
    expect(tooltip).to_have_text(colleague.display_name)
    journey.page.mouse.move(0, 0)
    expect(tooltip).to_be_hidden()
    frame.locator("#tab-timesheet").press("Tab")
    name.focus()
    expect(tooltip).to_have_text(colleague.display_name)


def test_a_plain_member_sees_their_own_row(
    page: Page, stage: Stage, team: Team, colleague: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = open_team(Journey(page, stage, colleague), team)
    expect(frame.locator("#own-only")).to_be_visible()
    expect(frame.locator("#team-total")).to_contain_text("10:00 of")
    frame.locator("#tab-people").click()
    expect(frame.locator("#people tbody tr")).to_have_count(1)
    assert_accessible(frame)
    frame.get_by_role("button", name=colleague.display_name).click()
    expect(frame.locator("tr.issue td.s")).to_have_text("10:00")
    frame.locator("#overview .menu summary").click()
    frame.locator("#to-periods").click()
    expect(frame.locator("#period-list")).to_contain_text("10:00")
    assert_accessible(frame)


def test_who_sees_only_sums_can_open_no_cell(
    page: Page, stage: Stage, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    watcher = stage.jira.person(3)
    give(stage, team, watcher, TeamPermission.VIEW_HOURS)
    frame = open_team(Journey(page, stage, watcher), team)
    frame.locator("#tab-timesheet").click()
    expect(frame.locator("#team-grid tbody tr")).to_have_count(2)
    frame.locator("#team-grid tbody td.h3").first.click()
    expect(frame.locator("#dialog")).not_to_be_visible()
    expect(frame.locator("#team-grid tbody button")).to_have_count(0)
    frame.locator("#tab-projects").click()
    expect(frame.locator("#projects tr.project")).to_have_count(1)
    expect(frame.locator("#projects tr.issue")).to_have_count(0)
    assert_accessible(frame)
    frame.locator("#overview .menu summary").click()
    expect(frame.locator("#ask-close, #when-closable, #to-settings")).to_have_count(0)


def test_a_team_administrator_does_what_the_lead_does(
    page: Page, stage: Stage, team: Team, person: Person, colleague: Person
) -> None:
    admin = stage.jira.person(4)
    grant(stage, person, admin)
    frame = open_team(Journey(page, stage, admin), team)
    frame.locator("#tab-people").click()
    frame.get_by_role("button", name=colleague.display_name).click()
    expect(frame.locator("#tab-timesheet")).to_have_attribute("aria-pressed", "true")
    expect(frame.locator("tr.open")).to_contain_text(colleague.display_name)
    expect(frame.locator("tr.issue td.s")).to_have_text("10:00")
    frame.get_by_role("button", name=colleague.display_name).click()
    expect(frame.locator("tr.issue")).to_have_count(0)
    frame.locator("#overview .menu summary").click()
    expect(frame.locator("#when-closable")).to_be_visible()
    expect(frame.locator("#to-settings")).to_be_visible()


def test_somebody_outside_the_team_reads_which_permission_is_missing(
    page: Page, stage: Stage, team: Team
) -> None:
    frame = Journey(page, stage, stage.jira.person(4)).open("teams", team=team.id)
    expect(frame.locator("#main")).to_contain_text("You are not a member of this team")
    expect(frame.locator("#main")).to_contain_text("View hours")


@pytest.mark.each_door
def test_a_lead_takes_the_month_as_a_file(
    journey: Journey, team: Team, colleague: Person, tmp_path: Path
) -> None:
    frame = open_team(journey, team)
    frame.locator("#overview-menu summary").click()
    with journey.page.expect_download() as waiting:
        frame.get_by_role("button", name="Issues as CSV", exact=True).click()
    waiting.value.save_as(tmp_path / "issues.csv")
    with (tmp_path / "issues.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [
        (row["Person"], row["Logged (hours)"], row["Complete (except archived projects)"]) for row in rows
    ] == [
        (colleague.display_name, "8", "yes"),
        (colleague.display_name, "2", "yes"),
    ]


@pytest.mark.each_door
@pytest.mark.parametrize("gone", [False, True], ids=["not a member", "no such team"])
def test_a_link_to_a_team_that_one_may_not_see_leads_on_to_the_others(
    journey: Journey, team: Team, assert_accessible: Callable[[Page | Frame], None], gone: bool
) -> None:
    journey.person = journey.stage.jira.person(5)
    if gone:
        journey.allow(r"404 \(NOT FOUND\)")
    frame = journey.open("teams", team="no-such-team" if gone else team.id)
    problem = frame.locator("#opening > #problem")
    expect(problem).to_contain_text("no longer exists" if gone else "You are not a member of this team.")
    expect(frame.locator("[aria-busy=true]")).to_have_count(0)
    expect(frame.get_by_role("navigation", name="Timesheet pages")).to_be_visible()
    assert_accessible(frame)
    frame.get_by_role("button", name="All teams").press("Enter")
    expect(frame.get_by_role("heading", name="Teams", exact=True)).to_be_visible()
    expect(frame.locator("#problem")).to_have_count(0)


@pytest.mark.each_door
@pytest.mark.parametrize("lost", ["the page", "the team"])
def test_who_may_no_longer_see_a_page_is_led_to_the_others(
    journey: Journey, stage: Stage, team: Team, assert_accessible: Callable[[Page | Frame], None], lost: str
) -> None:
    journey.allow(r"404 \(NOT FOUND\)")
    frame = open_team(journey, team)
    with stores_of(stage) as stores:
        if lost == "the team":
            stores.teams.delete(team.id)
        else:
            permissions = stores.permissions.read()
            stores.permissions.save(replace(permissions, modules={Module.TEAMS: Grant()}))
    frame.locator("#overview-menu summary").click()
    frame.locator("#to-settings").click()
    problem = frame.locator("#main > #problem")
    expect(problem).to_contain_text("Teams is limited" if lost == "the page" else "no longer exists")
    assert_accessible(frame)
    problem.get_by_role("link", name="Reports").click()
    expect(journey.page).to_have_url(re.compile("/reports$"))


def test_the_issues_of_everybody_are_a_tick_away(journey: Journey, team: Team) -> None:
    frame = open_team(journey, team)
    frame.locator("#tab-timesheet").click()
    expect(frame.locator("#team-grid")).to_be_visible()
    expect(frame.locator("tr.issue")).to_have_count(0)
    frame.get_by_label("Issues of everybody").check()
    expect(frame.locator("tr.issue")).to_have_count(1)
    expect(frame.get_by_label("Issues of everybody")).to_be_checked()
    frame.get_by_label("Issues of everybody").uncheck()
    expect(frame.locator("tr.issue")).to_have_count(0)


LONG = "Donaudampfschifffahrtsgesellschaftskapitaen"
HEBREW = "יעל בן־דוד שם משפחה ארוך מאוד"
FITS = """place => {
    const text = new Range();
    text.selectNodeContents(place);
    return text.getBoundingClientRect().right <= place.getBoundingClientRect().right + 1;
}"""


APART = """row => {
    const text = new Range();
    text.selectNodeContents(row.querySelector("th .person-name"));
    return text.getBoundingClientRect().right <= row.querySelector("button").getBoundingClientRect().left;
}"""


def open_team_on_a_phone(journey: Journey, team: Team, colleague: Person, name: str) -> Frame:
    """Open the team in a narrow window; the colleague has this name."""
    colleague.display_name = name
    journey.page.set_viewport_size({"width": 375, "height": 740})
    return open_team(journey, team)


def test_a_long_name_without_spaces_stays_in_its_place_on_a_phone(
    journey: Journey, team: Team, colleague: Person
) -> None:
    frame = open_team_on_a_phone(journey, team, colleague, LONG)
    frame.locator("#tab-people").click()
    assert frame.locator("#people tbody th", has_text=LONG).evaluate(FITS)
    frame.locator("#tab-timesheet").click()
    frame.locator("#team-grid tbody tr", has_text=LONG).locator("td", has_text="8:00").click()
    dialog = frame.locator("#team-worklogs")
    expect(dialog).to_contain_text(LONG)
    assert dialog.evaluate("one => one.scrollWidth <= one.closest('dialog').clientWidth")
    journey.page.keyboard.press("Escape")
    frame.locator("#overview-menu summary").click()
    frame.locator("#to-settings").click()
    frame.locator("#section-members").click()
    row = frame.locator("#member-table tr", has_text=LONG)
    expect(row.get_by_role("button")).to_be_visible()
    # Both places at once, because the table may be read again in between.
    assert row.evaluate(APART)


def test_a_name_from_right_to_left_is_cut_off_at_its_end(
    journey: Journey, team: Team, colleague: Person
) -> None:
    frame = open_team_on_a_phone(journey, team, colleague, HEBREW)
    frame.locator("#tab-timesheet").click()
    name = frame.locator("#team-grid bdi", has_text=HEBREW)
    expect(name).to_have_css("direction", "rtl")
    assert name.evaluate("one => one.scrollWidth > one.clientWidth")
    edge = "one => one.getBoundingClientRect().right"
    assert name.evaluate(edge) <= frame.locator("#team-grid tbody th").first.evaluate(edge)


def test_a_day_off_of_everybody_looks_like_one_of_a_single_person(journey: Journey, team: Team) -> None:
    """The column is shaded as well, so a shade that lets it through would be twice as dark."""
    frame = open_team(journey, team)
    frame.locator("#tab-timesheet").click()
    day_off = frame.locator("#team-grid tbody td.o").first
    expect(day_off).to_be_attached()
    expect(day_off).to_have_css("background-color", "rgb(255, 255, 255)")


def test_the_bars_of_all_teams_begin_at_one_place_in_a_narrow_frame_too(
    journey: Journey, team: Team, stage: Stage, person: Person, colleague: Person
) -> None:
    """The figures before them differ in length, and one of the names has no spaces."""
    make_team(stage, "Donaudampfschifffahrtsgesellschaftskapitän", colleague, person)
    make_team(stage, "Everybody", person, *(stage.jira.person(number) for number in range(2, 9)))
    frame = journey.open("teams")
    bars = frame.locator("#team-table .spark")
    for unread in frame.locator("#team-table").get_by_role("button", name="Show").all():
        unread.click()
    expect(bars).to_have_count(2)
    assert len(set(bars.evaluate_all("all => all.map(one => one.getBoundingClientRect().left)"))) == 1
    journey.page.set_viewport_size({"width": 641, "height": 740})
    list_ = frame.locator(".teams > .scroll")
    assert list_.evaluate("list => list.scrollWidth <= list.clientWidth")
