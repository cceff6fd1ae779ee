"""Invalid input and failures: a clear sentence, the right status, a request id, and the text still in its cell."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Request, Route, expect

from jira_emulator.model import Issue
from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import FRI, HOUR, MON, THU, TUE, WED, Sheet
from tests.journeys.support.team_stage import make_team
from timesheet.services.worklog.safeguard.lost_write import UNDER_WAY

WORKLOG = "/rest/api/3/issue/*/worklog"
FOREIGN = "not an answer of the app|the call failed: The remote answered with"
PROXY = "<html><h1>503 Service Unavailable</h1></html>"
DOWN = "Jira is not answering at the moment. Nothing is lost here: try again in a moment."
UNDO_ALL = """at => {
    for (let press = 0; press < 3; press += 1)
        at.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true }));
}"""


def refused(sheet: Sheet, issue: Issue, text: str, status: int, sentence: str) -> None:
    """Type into Monday's cell and expect the refusal beside it, with the text kept."""
    with sheet.journey.expect_answer("/timesheet/cell") as answer:
        sheet.enter(issue, MON, text)
    assert answer.status == status
    expect_refusal(sheet, issue, text, sentence)
    expect(sheet.problem.locator("code")).to_have_text(re.compile("^[0-9a-f]{16}$"))


def expect_refusal(sheet: Sheet, issue: Issue, text: str, sentence: str) -> None:
    cell = sheet.cell(issue, MON)
    expect(sheet.problem).to_contain_text(sentence)
    expect(cell).to_have_class(re.compile("refused"))
    expect(cell).to_have_text(text)
    expect(sheet.problem).to_be_in_viewport(ratio=1)
    expect(cell).not_to_be_focused()
    sheet.press("Alt+ArrowDown")
    expect(cell).to_be_focused()
    expect(sheet.problem).to_contain_text(sentence)


@pytest.mark.each_door
def test_a_duration_that_is_none_is_explained_and_kept(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Not a time"), sheet.work.issue("Below")
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue, below)
    sheet.work.forget_calls()
    for text, sentence in (
        ("1:75", "There can be at most 59 minutes after the colon."),
        ("1x", "“x” is not a unit of time."),
    ):
        refused(sheet, issue, text, 422, sentence)
        expect(sheet.problem).not_to_contain_text("replaces it")
    assert sheet.work.calls() == []
    sheet.press("Enter")
    expect(sheet.input).to_have_value("1x")
    expect(sheet.input).to_have_attribute("aria-invalid", "true")
    sheet.press("Escape")
    expect(sheet.cell(issue, MON)).to_have_text("1:00")
    expect(sheet.problem).to_be_empty()
    refused(sheet, issue, "1x", 422, "“x” is not a unit of time.")
    sheet.press("j")
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    expect(sheet.frame.locator("td.refused")).to_have_count(0)
    sheet.press("k")
    expect(sheet.title).to_have_text("11–17 Mar 2030")
    expect(sheet.cell(issue, MON)).to_have_text("1x")
    sheet.enter(issue, MON, "2")
    expect(sheet.cell(issue, MON)).to_have_text("2:00")
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_t34_a_newer_change_is_shown_and_not_overwritten_until_confirmed(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Changed meanwhile"), sheet.work.issue("Below")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.open(issue, below)
    sheet.work.change(row, 2 * HOUR)
    refused(sheet, issue, "3", 409, "it is 2:00 now, and you entered 3:00")
    expect(sheet.problem).to_contain_text("Enter replaces it with yours. Esc keeps what Jira has.")
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]
    # In another cell, these keys would do something else.
    keys = sheet.problem.get_by_text("replaces it with yours")
    expect(keys).to_be_visible()
    sheet.press("ArrowDown")
    expect(sheet.cell(below, MON)).to_be_focused()
    expect(keys).to_be_hidden()
    sheet.press("ArrowUp")
    expect(keys).to_be_visible()
    sheet.press("Enter", "Enter")
    expect(sheet.cell(issue, MON)).to_have_text("3:00")
    expect(sheet.problem).to_be_empty()
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]

    sheet.work.change(row, 4 * HOUR)
    refused(sheet, issue, "5", 409, "it is 4:00 now, and you entered 5:00")
    sheet.press("Escape")
    expect(sheet.cell(issue, MON)).to_have_text("4:00")
    expect(sheet.total).to_have_text("4:00")
    assert sheet.work.logged(issue) == [(MON, 4 * HOUR)]


@pytest.mark.browser_context_args(has_touch=True, is_mobile=True, viewport={"width": 1024, "height": 740})
def test_where_there_are_no_keys_buttons_decide_and_lead_on(sheet: Sheet) -> None:
    first, second = sheet.work.issue("First"), sheet.work.issue("Second")
    rows = [sheet.work.log(issue, MON, HOUR) for issue in (first, second)]
    sheet.open()
    button = sheet.problem.get_by_role("button")
    for issue, row in zip((first, second), rows, strict=True):
        sheet.work.change(row, 2 * HOUR)
        sheet.cell(issue, MON).tap()
        sheet.input.fill("3")
        sheet.press("Enter")
        expect(sheet.cell(issue, MON)).to_have_class(re.compile("refused"))
    expect(sheet.problem.locator("kbd:visible")).to_have_count(0)
    expect(sheet.live).to_contain_text(
        "2 cells are not saved. Go to the next one Replace it with yours Keep what Jira has"
    )
    button.get_by_text("Go to the next one").tap()
    expect(sheet.cell(first, MON)).to_be_focused()
    button.get_by_text("Keep what Jira has").tap()
    expect(sheet.cell(first, MON)).to_have_text("2:00")
    expect(button).to_have_text(["Go to this cell", "Replace it with yours", "Keep what Jira has"])
    button.get_by_text("Go to this cell").tap()
    expect(sheet.cell(second, MON)).to_be_focused()
    sheet.cell(second, MON).tap()
    sheet.input.fill("4")
    button.get_by_text("Replace it with yours").tap()
    sheet.expect_cells([(first, MON, "2:00"), (second, MON, "4:00")])
    expect(sheet.problem).to_be_empty()
    sheet.work.change(rows[0], HOUR)
    sheet.cell(first, MON).tap()
    sheet.input.fill("5")
    sheet.press("Enter")
    button.get_by_text("Replace it with yours").tap()
    sheet.expect_cells([(first, MON, "5:00")])
    assert (sheet.work.logged(first), sheet.work.logged(second)) == ([(MON, 5 * HOUR)], [(MON, 4 * HOUR)])


def test_t34_a_second_tab_does_not_add_to_a_cell_that_was_filled_meanwhile(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Two tabs"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.log(issue, MON, 2 * HOUR)
    assert sheet.work.stage.jira.flush_webhooks()
    refused(sheet, issue, "3", 409, "it is 2:00 now, and you entered 3:00")
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]
    sheet.press("Enter", "Enter")
    expect(sheet.cell(issue, MON)).to_have_text("3:00")
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]


def test_a_cell_that_was_emptied_in_another_tab_is_empty_after_delete(sheet: Sheet) -> None:
    issue = sheet.work.issue("Deleted twice")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.work.delete(row)
    sheet.cell(issue, MON).click()
    sheet.press("Delete")
    expect(sheet.frame.locator("#flags .flag")).to_contain_text(
        "Nothing was deleted: the worklog is no longer"
    )
    sheet.expect_cells([(issue, MON, "")])
    expect(sheet.total).to_have_text("0:00")
    expect(sheet.live).to_contain_text("There is no time on")
    expect(sheet.frame.locator("td.refused")).to_have_count(0)


def test_t30_an_issue_that_was_closed_meanwhile_says_why(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Over and done"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.close(issue)
    refused(sheet, issue, "1", 403, f"{issue.key} is Closed: its workflow allows no changes of time there.")


def test_time_tracking_switched_off(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Nowhere to log"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.stage.jira.control("POST", "site", {"timeTracking": {"enabled": False}})
    refused(sheet, issue, "1", 409, "Time tracking is switched off in this Jira.")


@pytest.mark.parametrize(
    ("status", "more", "answered", "sentence"),
    [
        (503, {}, 502, "Jira did not answer, so the time may or may not be saved."),
        (429, {"retry_after": 30}, 503, "Jira accepts no more requests for"),
        (
            429,
            {"retry_after": 30, "reason": "jira-per-issue-on-write"},
            503,
            "Jira accepts no more requests for",
        ),
        (429, {}, 503, "Jira accepts no more requests for"),
    ],
)
def test_a_save_that_jira_cannot_take_now_waits_in_its_cell(
    sheet: Sheet, status: int, more: dict[str, object], answered: int, sentence: str
) -> None:
    issue, below = sheet.work.issue("Later"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.trouble("status", WORKLOG, status=status, count=None, **more)
    refused(sheet, issue, "1", answered, sentence)
    sheet.work.no_trouble()
    assert sheet.work.logged(issue) == []
    if status == 503:
        # It may have been a proxy that answered, with Jira still at the write.
        sheet.work.stage.cloud.cloud.clock.travel(UNDER_WAY.total_seconds())
        sheet.press("Enter", "Enter")
        expect(sheet.cell(issue, MON)).to_have_text("1:00")
        assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_t32_a_connection_lost_after_the_write_makes_no_second_worklog(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Lost on the way"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.trouble("drop-after-write", WORKLOG, method="POST")
    sheet.work.forget_calls()
    sheet.enter(issue, MON, "2")
    expect(sheet.cell(issue, MON)).to_have_text("2:00")
    expect(sheet.total).to_have_text("2:00")
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]
    assert sheet.work.writes() == ["POST"]
    sheet.enter(issue, MON, "3")
    expect(sheet.cell(issue, MON)).to_have_text("3:00")
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]


def test_the_app_itself_out_of_reach_keeps_the_text_and_the_sheet(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Offline"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    sheet.page.context.set_offline(True)
    sheet.enter(issue, MON, "1")
    expect_refusal(sheet, issue, "1", "Timesheet could not be reached, so this may not be saved.")
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.frame.locator("#sheet-problem")).to_contain_text("Timesheet could not be reached")
    expect(sheet.cell(issue, MON)).to_have_text("1")
    # What could not be read and saved is read and saved as soon as that is possible, even if not at the first attempt.
    too_early = list[str]()

    def refuse_first(route: Route, request: Request) -> None:
        path = sheet.journey.door.target(request)[1]
        if too_early or not path.startswith("/timesheet"):
            route.fallback()
        else:
            too_early.append(path)
            route.abort()

    end = sheet.journey.intercept(refuse_first)
    sheet.page.context.set_offline(False)
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    assert too_early
    end()
    expect(sheet.frame.locator("#sheet-problem")).to_be_hidden()
    sheet.frame.get_by_role("button", name="Previous").click()
    expect(sheet.title).to_have_text("11–17 Mar 2030")
    sheet.expect_cells([(issue, MON, "1:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_an_undo_that_did_not_arrive_is_said_and_can_be_repeated(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Undone later"), sheet.work.issue("Below")
    sheet.open(issue, below)
    for day, text in ((MON, "1"), (TUE, "2"), (WED, "3")):
        sheet.enter(issue, day, text)
        sheet.expect_cells([(issue, day, f"{text}:00")])
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    sheet.page.context.set_offline(True)
    # All at once: the first one fails sooner than a second one may be typed.
    sheet.cell(issue, WED).evaluate(UNDO_ALL)
    flags = sheet.frame.locator("#flags")
    expect(flags).to_have_text(
        "Timesheet could not be reached, so this may not be undone. Try again: nothing is undone twice."
    )
    sheet.page.context.set_offline(False)
    # None is tried before the one after it was undone, because they may have saved the same cell.
    sheet.work.trouble("status", status=503, count=None)
    sheet.cell(issue, WED).evaluate(UNDO_ALL)
    expect(flags).to_contain_text("Nothing was undone.")
    sheet.work.no_trouble()
    left = [(issue, MON, "1:00"), (issue, TUE, "2:00"), (issue, WED, "3:00")]
    while left:
        sheet.press("Control+z")
        undone, day, _ = left.pop()
        expect(sheet.cell(undone, day)).to_have_text("")
        sheet.expect_cells(left)
    assert sheet.work.logged(issue) == []
    sheet.page.context.set_offline(True)
    sheet.press("Control+y")
    expect(flags).to_have_text(
        "Timesheet could not be reached, so this may not be redone. Try again: nothing is redone twice."
    )
    sheet.page.context.set_offline(False)
    for here in ((issue, MON, "1:00"), (issue, TUE, "2:00")):
        sheet.press("Control+y")
        sheet.expect_cells([here])
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, 2 * HOUR)]
    # What the button could not do, the key does.
    sheet.page.context.set_offline(True)
    flags.get_by_role("button", name="Undo").click()
    expect(flags).to_contain_text("this may not be undone")
    sheet.page.context.set_offline(False)
    for here in ((issue, TUE, ""), (issue, MON, "")):
        sheet.press("Control+z")
        sheet.expect_cells([here])
    assert sheet.work.logged(issue) == []


def test_a_click_that_does_not_reach_the_app_is_answered(sheet: Sheet) -> None:
    issue = sheet.work.issue("Out of reach")
    sheet.open(issue)
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    sheet.page.context.set_offline(True)
    flags = sheet.frame.locator("#flags")
    sheet.frame.get_by_role("button", name="Start timer").click()
    expect(flags).to_contain_text("Timesheet could not be reached, so")
    expect(flags.locator(".flag")).to_have_count(1)


def test_an_answer_that_is_cut_off_counts_as_none(sheet: Sheet) -> None:
    issue = sheet.work.issue("Cut off")
    sheet.open(issue)
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    with sheet.journey.cut_answers("/timesheet"):
        sheet.frame.get_by_role("button", name="Next").click()
        expect(sheet.frame.locator("#sheet-problem")).to_contain_text("Timesheet could not be reached")
    sheet.frame.locator("#sheet-problem").get_by_role("button", name="Try again").click()
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    with sheet.journey.cut_answers("/timer"):
        sheet.cell(issue, MON + timedelta(days=7)).click()
        sheet.press("s")
        expect(sheet.frame.locator("#flags")).to_contain_text("so this may not be saved")
    sheet.press("s")
    expect(sheet.frame.locator("#timer")).to_contain_text(issue.key)


def test_a_report_that_jira_kept_from_opening_is_tried_again(sheet: Sheet) -> None:
    sheet.work.trouble("status", "/rest/*", status=503, count=None)
    frame = sheet.journey.open("reports")
    again, problem = frame.get_by_role("button", name="Try again"), frame.locator("#problem")
    expect(problem).to_contain_text(DOWN)
    sheet.work.no_trouble()
    again.click()
    expect(frame.locator("#report")).to_be_visible()
    expect(problem).to_have_count(0)


def test_a_team_that_jira_kept_from_opening_can_be_tried_again_and_again(sheet: Sheet) -> None:
    team = make_team(sheet.work.stage, "Payments", sheet.journey.person)
    sheet.work.trouble("status", "/rest/*", status=503, count=None)
    frame = sheet.journey.open("teams", team=team.id)
    again, problem = frame.get_by_role("button", name="Try again"), frame.locator("#problem")
    for _ in range(2):
        expect(again).to_be_visible()
        before = problem.inner_text()
        again.click()
        expect(problem).not_to_have_text(before, use_inner_text=True)


def test_the_last_reading_is_shown_while_jira_is_down(sheet: Sheet) -> None:
    issue = sheet.work.issue("Warm before the storm")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    clock = sheet.work.stage.cloud.cloud.clock
    # Before the clock moves, because a page that still asks for something would read again.
    sheet.work.trouble("status", "/rest/*", status=503, count=None)
    clock.travel(12 * 60)
    sheet.frame.get_by_role("button", name="Refresh").click()
    strip = sheet.frame.locator("#strip")
    expect(strip).to_contain_text(DOWN)
    expect(strip).to_contain_text("These figures are 12 minutes old.")
    expect(sheet.frame.locator("#status")).to_contain_text("read 11:00, incomplete")
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.work.no_trouble()
    strip.get_by_role("button", name="Refresh").click()
    expect(strip).to_be_hidden()
    expect(sheet.frame.locator("#status")).to_contain_text("read 11:12, complete")


def test_a_first_reading_that_fails_offers_another_try(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("Behind the clouds"), MON, HOUR)
    sheet.work.trouble("status", "/rest/*", status=503, count=None)
    sheet.frame = sheet.journey.open()
    trouble = sheet.frame.locator("#sheet-problem")
    expect(trouble).to_contain_text(DOWN)
    expect(trouble.locator("code")).to_have_text(re.compile("^[0-9a-f]{16}$"))
    expect(sheet.frame.get_by_text("Reading your time from Jira")).to_be_hidden()
    sheet.work.no_trouble()
    trouble.get_by_role("button", name="Try again").click()
    expect(sheet.total).to_have_text("1:00")


def test_a_change_in_jira_arrives_by_event_and_by_reading_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Changed in Jira")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.work.change(row, 2 * HOUR)
    assert sheet.work.stage.jira.flush_webhooks()
    sheet.frame.get_by_label("Show", exact=True).select_option("two-weeks")
    expect(sheet.cell(issue, MON)).to_have_text("2:00")
    sheet.work.trouble("webhook-lost", count=None)
    sheet.work.change(row, 3 * HOUR)
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(sheet.cell(issue, MON)).to_have_text("3:00")


def test_what_is_half_typed_survives_a_reading_and_stays_with_its_day(sheet: Sheet) -> None:
    issue = sheet.work.issue("Under the hands")
    row = sheet.work.log(issue, TUE, HOUR)
    sheet.open()
    sheet.work.change(row, 2 * HOUR)
    sheet.work.trouble("slow", "/rest/api/3/search/jql", seconds=0.4)
    sheet.frame.get_by_role("button", name="Refresh").click()
    sheet.cell(issue, MON).click()
    sheet.type("1:")
    expect(sheet.cell(issue, TUE)).to_have_text("2:00")
    expect(sheet.input).to_be_focused()
    sheet.type("30")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "1:30")])
    assert sheet.work.logged(issue) == [(MON, 90 * 60), (TUE, 2 * HOUR)]


def test_saves_and_undo_belong_to_their_day_whatever_is_on_the_screen(sheet: Sheet) -> None:
    issue = sheet.work.issue("Slow saves")
    for day in (MON, TUE, WED):
        sheet.work.log(issue, day, HOUR)
    sheet.open(issue)
    sheet.work.trouble("slow", WORKLOG + "*", seconds=0.3, count=None)
    sheet.cell(issue, MON).click()
    for text in ("2", "2", "2", "2", "2"):
        sheet.type(text)
        sheet.press("Tab")
    sheet.press("j")
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    sheet.press("Control+z")
    expect(sheet.frame.locator("td.saving")).to_have_count(0)
    expect(sheet.row(issue)).to_be_visible()
    sheet.press("k")
    expect(sheet.title).to_have_text("11–17 Mar 2030")
    expect(sheet.total).to_have_text("10:00")
    assert sheet.work.logged(issue) == [(day, 2 * HOUR) for day in (MON, TUE, WED, THU, FRI)]


@pytest.mark.each_door
@pytest.mark.parametrize("body", ["", PROXY], ids=["empty", "page"])
def test_the_answer_of_a_server_before_the_app_gets_a_sentence_of_the_app(sheet: Sheet, body: str) -> None:
    sheet.journey.allow(FOREIGN)
    sheet.open()
    sheet.journey.answer_before_app("/timesheet", body)
    sheet.frame.get_by_role("button", name="Next").click()
    trouble = sheet.frame.locator("#sheet-problem")
    expect(trouble.locator(".what")).to_have_text(re.compile("^Timesheet could not be reached"))
    sheet.journey.restore()
    trouble.get_by_role("button", name="Try again").click()
    expect(trouble).to_be_hidden()


def test_the_page_of_a_server_before_the_app_is_never_shown_in_a_dialog(sheet: Sheet) -> None:
    sheet.journey.allow(FOREIGN)
    issue = sheet.work.issue("Behind a proxy")
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    sheet.journey.answer_before_app("/worklogs/cell", PROXY)
    sheet.cell(issue, MON).click()
    sheet.press("Shift+Enter")
    expect(sheet.frame.locator("#flags .flag")).to_have_text(re.compile("^Timesheet could not be reached"))
    expect(sheet.frame.locator("#dialog")).to_be_hidden()
    sheet.journey.restore()
    sheet.press("Shift+Enter")
    expect(sheet.frame.locator("#dialog")).to_be_visible()


def test_a_search_in_a_dialog_that_gets_no_answer_says_so_in_the_dialog(sheet: Sheet) -> None:
    sheet.journey.allow(FOREIGN)
    issue = sheet.work.issue("Behind a proxy")
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    sheet.frame.get_by_role("button", name="List").click()
    sheet.frame.locator("#list-frame [title^=Edit]").click()
    search, problem = sheet.frame.locator("#dialog [role=combobox]"), sheet.frame.locator("#worklog-problem")
    sheet.journey.answer_before_app("/issues", PROXY)
    search.fill("PAY")
    expect(problem).to_have_text(re.compile("^Timesheet could not be reached"))
    sheet.journey.restore()
    search.fill("PAY-1")
    expect(problem).to_be_empty()


@pytest.mark.only_door("connect", reason="the page itself comes by the first call of a Forge app")
def test_a_page_that_opens_while_the_app_is_away_is_shown_once_it_is_back(journey: Journey) -> None:
    journey.allow(FOREIGN)
    journey.page.clock.install()
    journey.answer_before_app("/reports", PROXY)
    frame = journey.open("reports")
    expect(frame.locator("#report-opening .unreached")).to_have_text(
        re.compile("^Timesheet could not be reached, so nothing is shown here yet.")
    )
    journey.restore()
    journey.page.clock.fast_forward(10_000)
    expect(frame.locator("#report")).to_be_visible()
