"""The same grid without a mouse, for screen readers, and in both themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.journey import settle
from tests.journeys.support.sheet import HOUR, MON, SAT, TODAY, TUE, Sheet
from tests.journeys.support.team_stage import make_team, stores_of
from timesheet.domain.team.label import UserLabel

Check = Callable[[Page | Frame], None]


def focus_shown(sheet: Sheet) -> bool:
    """True when the focus is on something, and one sees where."""
    return bool(
        sheet.frame.evaluate(
            """() => {
                const on = document.activeElement;
                if (!on || on === document.body) return false;
                const look = getComputedStyle(on);
                const ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
                const edge = look.boxShadow !== 'none' || parseFloat(look.borderTopWidth) >= 2;
                return on.getClientRects().length > 0 && (ring || edge);
            }"""
        )
    )


def test_axe_finds_nothing_in_any_state_of_the_grid(sheet: Sheet, assert_accessible: Check) -> None:
    issue, other = sheet.work.issue("Any state"), sheet.work.issue("Another one", project="WEB")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, TUE, 9 * HOUR)
    sheet.open(other)
    assert_accessible(sheet.frame)
    sheet.cell(issue, TUE).click()
    sheet.press("Shift+ArrowLeft", "Shift+ArrowDown")
    assert_accessible(sheet.frame)
    sheet.enter(other, TUE, "1:75")
    expect(sheet.problem).to_contain_text("at most 59 minutes")
    assert_accessible(sheet.frame)
    sheet.press("Enter")
    expect(sheet.input).to_be_focused()
    assert_accessible(sheet.frame)
    sheet.press("Escape")
    sheet.press("a")
    sheet.type("any")
    expect(sheet.frame.locator("#found-issues [role=option]").first).to_be_visible()
    assert_accessible(sheet.frame)
    sheet.press("Escape")
    sheet.frame.locator("summary[title=More]").click()
    assert_accessible(sheet.frame)
    sheet.press("Escape")
    sheet.frame.get_by_role("button", name="? shortcuts").click()
    assert_accessible(sheet.frame)
    sheet.press("Escape")
    sheet.frame.get_by_label("Group by").select_option("project")
    expect(sheet.frame.locator("tr.group")).to_have_count(2)
    for view in ("month", "range"):
        sheet.frame.get_by_label("Show", exact=True).select_option(view)
        expect(sheet.title).to_contain_text("March 2030" if view == "month" else "Mar")
        assert_accessible(sheet.frame)


def test_axe_finds_nothing_while_something_is_wrong(sheet: Sheet, assert_accessible: Check) -> None:
    sheet.work.trouble("late", "/rest/api/3/search/jql")
    sheet.frame = sheet.journey.open()
    expect(sheet.frame.locator(".skeleton")).to_be_visible()
    assert_accessible(sheet.frame)
    sheet.work.let_late_go()
    expect(sheet.grid).to_be_visible()
    assert_accessible(sheet.frame)
    sheet.work.trouble("status", "/rest/*", status=503, count=None)
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(sheet.frame.locator("#strip")).to_be_visible()
    assert_accessible(sheet.frame)
    for _ in range(3):
        sheet.press("j")
    sheet.frame.get_by_label("Show", exact=True).select_option("range")
    sheet.frame.get_by_label("First day").fill("2029-01-01")
    expect(sheet.frame.locator("#sheet-problem")).to_be_visible()
    assert_accessible(sheet.frame)


def test_the_first_link_leads_past_the_bar(sheet: Sheet) -> None:
    issue = sheet.work.issue("Keyboard only")
    sheet.open(issue)
    skip = sheet.frame.get_by_role("link", name="Skip to the content")
    skip.focus()
    assert focus_shown(sheet)
    sheet.press("Tab")
    expect(sheet.frame.locator("#go-previous")).to_be_focused()
    sheet.press("Shift+Tab", "Enter")
    expect(sheet.grid.locator("td:focus")).to_have_attribute("tabindex", "0")
    sheet.type("1")
    sheet.press("Enter")
    expect(sheet.live).to_contain_text(f"Saved 1h on {issue.key}")
    sheet.frame.locator("#layout-list").click()
    expect(sheet.frame.locator("#list-frame")).to_be_visible()
    skip.focus()
    sheet.press("Enter")
    expect(sheet.frame.locator("#list-frame :focus")).to_have_count(1)


@pytest.mark.each_door
def test_the_whole_way_without_a_mouse(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Keyboard only"), sheet.work.issue("Second of two")
    sheet.open()
    sheet.frame.locator("#go-previous").focus()
    for name in (
        "go-next",
        "go-today",
        "choose-view",
        "choose-group",
        "layout-grid",
        "layout-list",
        "layout-calendar",
        "timer-open",
        "quick-line",
        "quick-panel",
    ):
        sheet.press("Tab")
        expect(sheet.frame.locator(f"#{name}")).to_be_focused()
        assert focus_shown(sheet)
    for added in (issue, other):
        sheet.press("a")
        expect(sheet.add_box).to_be_focused()
        sheet.type(added.key)
        expect(sheet.frame.locator(f"#found-{added.id}")).to_have_attribute("aria-selected", "true")
        expect(sheet.add_box).to_have_attribute("aria-activedescendant", f"found-{added.id}")
        sheet.press("Enter")
        expect(sheet.cell(added, TODAY)).to_be_focused()
        assert focus_shown(sheet)
    sheet.press("ArrowUp")
    sheet.type("1:30")
    assert focus_shown(sheet)
    sheet.press("Enter")
    expect(sheet.live).to_contain_text(f"Saved 1h 30m on {issue.key}, Wednesday, 13 March 2030.")
    expect(sheet.cell(other, TODAY)).to_be_focused()
    sheet.type("2x")
    sheet.press("Enter")
    expect(sheet.problem).to_contain_text("is not a unit of time")
    expect(sheet.live).to_contain_text("is not a unit of time")
    expect(sheet.cell(other, TODAY)).to_be_focused()
    sheet.press("Enter", "Control+a")
    sheet.type("2h")
    sheet.press("Enter")
    expect(sheet.live).to_contain_text(f"Saved 2h on {other.key}")
    expect(sheet.cell(other, TODAY)).to_be_focused()
    assert focus_shown(sheet)
    sheet.press("j")
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    assert focus_shown(sheet)
    sheet.press("k")
    expect(sheet.title).to_have_text("11–17 Mar 2030")
    assert focus_shown(sheet)
    sheet.press("g", "Shift+Enter")
    expect(sheet.frame.get_by_role("dialog")).to_be_visible()
    assert focus_shown(sheet)
    sheet.press("Escape")
    expect(sheet.frame.get_by_role("dialog")).to_be_hidden()
    assert focus_shown(sheet)
    sheet.press("m")
    expect(sheet.title).to_have_text("March 2030")
    assert focus_shown(sheet)
    assert sheet.work.logged(issue) == [(TODAY, 90 * 60)]
    assert sheet.work.logged(other) == [(TODAY, 2 * HOUR)]


def test_a_screen_reader_finds_a_grid_with_named_rows_and_days(sheet: Sheet) -> None:
    issue = sheet.work.issue("Named")
    sheet.work.log(issue, TUE, HOUR)
    sheet.open()
    grid = sheet.frame.get_by_role("grid", name="11–17 Mar 2030")
    expect(grid.get_by_role("columnheader")).to_have_count(9)
    expect(grid.get_by_role("rowheader", name=f"{issue.key} Named")).to_be_visible()
    expect(grid.get_by_role("gridcell", name="1:00", exact=True).first).to_be_visible()
    for name in ("Logged", "Expected", "Expected to date", "Difference"):
        expect(grid.get_by_role("rowheader", name=name, exact=True)).to_be_visible()
    sheet.cell(issue, MON).click()
    sheet.press("F2")
    expect(sheet.input).to_have_accessible_name(f"Time on {issue.key}, Monday, 11 March 2030")
    expect(sheet.grid.locator("td[tabindex='0']")).to_have_count(1)


def test_a_screen_reader_hears_which_days_and_how_much_a_page_shows_now(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("Heard"), MON, HOUR)
    sheet.open()
    sheet.frame.locator("#go-next").press("Enter")
    expect(sheet.live).to_contain_text("18–24 Mar 2030")
    expect(sheet.frame.locator("#go-next")).to_be_focused()
    sheet.frame.locator("#go-previous").press("Enter")
    expect(sheet.live).to_have_text("11–17 Mar 2030")
    frame = sheet.journey.open("reports")
    frame.locator("#range-previous").press("Enter")
    expect(frame.locator("#live")).to_contain_text("February 2030")
    expect(frame.locator("#live")).to_contain_text("worklogs you may see in Jira")
    frame = sheet.journey.open("teams")
    frame.locator("#team-text").fill("Nobody’s")
    expect(frame.locator("#live")).to_have_text("No team matches “Nobody’s”")


SMALL = """() => [...document.querySelectorAll(`button, summary, select, :is(.checklist, td, tbody th, .line-issue) a,
        input:not([type='hidden'])`)]
    .filter((one) => one.checkVisibility() && one.getClientRects().length)
    .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 1 && (width < 24 || height < 24))
    .map(([one]) => one.outerHTML.slice(0, 120))"""


@pytest.mark.browser_context_args(has_touch=True, viewport={"width": 360, "height": 740})
def test_a_finger_finds_every_control_of_a_phone(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("Touched"), MON, HOUR)
    sheet.open()
    for layout in ("grid", "list", "calendar"):
        sheet.frame.locator(f"#layout-{layout}").click()
        expect(sheet.frame.locator(f"#layout-{layout}")).to_have_attribute("aria-pressed", "true")
        assert sheet.frame.evaluate(SMALL) == [], layout
    frame = sheet.journey.open("reports")
    expect(frame.locator("#report-table")).to_be_visible()
    assert frame.evaluate(SMALL) == []


@pytest.mark.browser_context_args(has_touch=True, viewport={"width": 360, "height": 740})
def test_a_finger_finds_every_control_of_the_configuration_and_of_a_team(admin: Journey) -> None:
    stage = admin.stage
    team = make_team(stage, "Payments", admin.person, stage.jira.person(1))
    with stores_of(stage) as stores:
        stores.labels.save(UserLabel("night", "On call at night", "purple"))
    small = dict[str, list[str]]()
    frame = admin.open("configure")
    for section in frame.locator(".section-link").all():
        section.click()
        expect(section).to_have_attribute("aria-current", "page")
        settle(frame)
        small[section.inner_text()] = frame.evaluate(SMALL)
    frame = admin.open("teams", team=team.id)
    tabs = frame.locator("[id^=tab-]")
    expect(tabs.first).to_be_visible()
    for tab in tabs.all():
        tab.click()
        expect(tab).to_have_attribute("aria-pressed", "true")
        settle(frame)
        small[tab.inner_text()] = frame.evaluate(SMALL)
    frame = admin.open("teams")
    expect(frame.locator("#team-table a").first).to_be_visible()
    small["teams"] = frame.evaluate(SMALL)
    frame = admin.open("audit-log")
    for fold in frame.locator("summary:visible").all():
        fold.click()
        settle(frame)
        small[f"audit log, {fold.inner_text()}"] = frame.evaluate(SMALL)
    assert len(small) > 14
    assert {place: found for place, found in small.items() if found} == {}


LOOK = "(one, name) => getComputedStyle(one)[name]"


def test_colors_of_the_system_show_what_is_chosen_and_where_a_dialog_ends(sheet: Sheet) -> None:
    sheet.page.emulate_media(forced_colors="active")
    sheet.open()
    saturday = sheet.frame.locator("#grid col").nth(sheet.column(SAT) + 1)
    for shown in (sheet.frame.locator("#layout-grid"), saturday):
        assert shown.evaluate(LOOK, "forcedColorAdjust") == "none", "its background says something"
    assert sheet.frame.locator("#layout-list").evaluate(LOOK, "forcedColorAdjust") == "auto"
    sheet.frame.locator("summary[title=More]").click()
    menu = sheet.frame.locator("#sheet .menu-items")
    assert menu.evaluate(LOOK, "borderTopStyle") == "solid"
    sheet.frame.locator("#new-worklog").click()
    field = sheet.frame.locator("#worklog-issue")
    expect(field).to_be_focused()
    assert field.evaluate(LOOK, "outlineStyle") == "solid"
    for choice in (sheet.frame.locator("#sheet-choice select"), sheet.frame.locator("#dialog select")):
        assert choice.first.evaluate(LOOK, "appearance") == "auto", "gradients are removed"
    assert sheet.frame.locator("#dialog").evaluate(LOOK, "borderTopStyle") == "solid"


def test_no_words_are_below_an_icon_in_the_colors_of_the_system(sheet: Sheet) -> None:
    sheet.page.set_viewport_size({"width": 1024, "height": 760})
    sheet.page.emulate_media(forced_colors="active")
    sheet.open()
    expect(sheet.frame.locator("#quick-add .icon")).to_be_visible()
    line = sheet.frame.locator("#quick-line")
    assert line.evaluate("line => parseFloat(getComputedStyle(line).lineHeight) / 2 > line.clientHeight + 10")


def test_more_contrast_makes_quiet_text_and_lines_strong(sheet: Sheet) -> None:
    sheet.open()
    status, plain = sheet.frame.locator("#status"), sheet.frame.locator("body").evaluate(LOOK, "color")
    quiet_text, quiet_line = status.evaluate(LOOK, "color"), status.evaluate(LOOK, "borderTopColor")
    assert quiet_text != plain
    sheet.page.emulate_media(contrast="more")
    expect(status).to_have_css("color", plain)
    expect(status).not_to_have_css("border-top-color", quiet_line)


@pytest.mark.parametrize(("width", "height"), [(320, 256), (740, 360)])
def test_a_frame_with_little_height_scrolls_to_a_grid_with_room(
    sheet: Sheet, width: int, height: int
) -> None:
    issue = sheet.work.issue("Zoomed in")
    sheet.page.set_viewport_size({"width": width, "height": height})
    sheet.open(issue)
    cell = sheet.cell(issue, TODAY)
    cell.scroll_into_view_if_needed()
    cell.click()
    expect(cell).to_be_in_viewport(ratio=1)
    sheet.type("1:30")
    sheet.press("Enter")
    sheet.expect_cells([(issue, TODAY, "1:30")])
    grid = sheet.frame.locator("#grid-frame").bounding_box()
    assert grid is not None
    assert grid["height"] >= 160
    assert sheet.work.logged(issue) == [(TODAY, 90 * 60)]
