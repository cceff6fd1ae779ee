"""Closing and reopening in a real browser, the lock in the timesheet, and a late change."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from jira_emulator.model import Issue, Person
from tests.journeys.conftest import Journey
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.language import choose_language
from tests.journeys.support.sheet import HOUR, MON, TUE, ZONE, Sheet, Work
from tests.journeys.support.team_stage import make_team, run_jobs, stores_of, take_leave
from tests.journeys.timesheet.test_calendar import drag
from tests.journeys.timesheet.test_clipboard import allow_clipboard, paste
from tests.processes.support.app_processes import wait_for
from timesheet.domain.language import LANGUAGES
from timesheet.domain.team.team import Scope, Team
from tools.stage import Stage


@pytest.fixture
def team(stage: Stage, person: Person) -> Team:
    return make_team(stage, "Payments", person, stage.jira.person(2))


def close_march(journey: Journey, team: Team) -> Frame:
    frame = at_march(journey, team)
    frame.locator("#ask-close").click()
    frame.get_by_role("button", name="Close the period").click()
    expect(frame.locator("#period-status")).to_contain_text("Closed")
    return frame


def at_march(journey: Journey, team: Team) -> Frame:
    """Open the team's overview of March, in April."""
    frame = journey.open("teams", team=team.id)
    expect(frame.locator("#period-title")).to_contain_text("April")
    frame.locator("#period-previous").click()
    expect(frame.locator("#period-title")).to_contain_text("March")
    return frame


def later(work: Work) -> None:
    """Go to 1 April, when March can be closed."""
    work.stage.cloud.cloud.clock.travel(timedelta(days=19).total_seconds())


def back_to_march(sheet: Sheet) -> Sheet:
    """Go back to the week of MON, three weeks before the one of 1 April."""
    for back in (3, 2, 1):
        expect(sheet.grid).to_have_attribute("data-first", (MON + timedelta(days=7 * back)).isoformat())
        sheet.frame.locator("#go-previous").click()
    expect(sheet.grid).to_have_attribute("data-first", MON.isoformat())
    return sheet


def reopen(work: Work, team: Team) -> None:
    """Reopen the period as somebody else does, whose page is another one."""
    with stores_of(work.stage) as stores:
        [record] = stores.periods.records(team.id)
        stores.periods.reopen(record.id, work.person.account_id, work.stage.cloud.cloud.clock())


def expect_open_after_reopening(work: Work, team: Team, block: Locator) -> None:
    """Fail unless the calendar lets a block of a reopened day be moved after a few attempts, without a reload."""

    def can_be_moved() -> bool:
        block.press("m")
        block.page.wait_for_timeout(100)
        return block.get_attribute("data-fixed") is None

    reopen(work, team)
    wait_for(can_be_moved)


def expect_reason_in_list(sheet: Sheet, day: date) -> None:
    """Fail unless the list says why a day is closed, and reads whether it still is."""
    requests = sheet.journey.record_requests()
    reason = sheet.frame.locator(f"#day-{day} .list-head .closed-why")
    expect(reason.locator("summary .icon")).to_be_visible()
    reason.locator("summary").click()
    expect(reason.locator("p")).to_contain_text("can reopen it")

    def is_read() -> bool:
        # An attempt shortly before has had the sheet read already, so opening it once may read nothing.
        reason.locator("summary").click()
        reason.page.wait_for_timeout(100)
        return any(path.startswith("/timesheet?") for path in requests)

    wait_for(is_read)


def changed_late(journey: Journey, work: Work, team: Team) -> tuple[Frame, Issue]:
    """Log an hour, close March, and change the hour to five in Jira. Return the overview, read again, and the issue."""
    issue = work.issue("Plan the quarter")
    row = work.log(issue, MON, HOUR)
    later(work)
    frame = close_march(journey, team)
    work.change(row, 5 * HOUR)
    run_jobs(work.stage)
    frame.locator("#refresh").click()
    return frame, issue


def test_a_closed_day_says_so_and_takes_nothing(
    sheet: Sheet, journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = work.issue("Plan the quarter")
    work.log(issue, MON, HOUR)
    later(work)
    frame = close_march(journey, team)
    assert_accessible(frame)
    back_to_march(sheet.open())
    expect(sheet.frame.locator("#grid thead th.closed")).to_have_count(7)
    work.forget_calls()
    for attempt in (["3"], ["F2"], ["Enter"], ["Delete"], ["Control+x"]):
        sheet.cell(issue, TUE).click()
        expect(sheet.problem).to_be_empty()
        sheet.cell(issue, MON).click()
        sheet.press(*attempt)
        expect(sheet.input).to_have_count(0)
        expect(sheet.problem).to_contain_text(
            "Closed by Payments (from 1 March 2030 to 31 March 2030). The team’s lead"
        )
    assert_accessible(sheet.frame)
    sheet.press("Shift+Enter")
    expect(sheet.frame.locator("#cell-list")).to_contain_text("Closed by Payments")
    expect(sheet.frame.locator("#cell-list input")).to_have_count(0)
    assert_accessible(sheet.frame)
    sheet.press("Escape")
    sheet.cell(issue, MON).click()
    paste(sheet, "2h\t3h")
    expect(sheet.problem).to_contain_text("2 cells stayed as they were.")
    assert work.writes() == []
    assert work.logged(issue) == [(MON, HOUR)]
    # Once the period is reopened, the same page takes time again, without a reload.
    sheet.press("Escape", "F2")
    expect(sheet.problem).to_contain_text("Closed by Payments")
    reopen(work, team)

    def can_be_edited() -> bool:
        sheet.press("F2")
        return sheet.input.count() > 0

    wait_for(can_be_edited)
    expect(sheet.problem).to_be_empty()


def test_a_sheet_from_before_a_closing_shows_it_once_a_change_is_refused(
    sheet: Sheet, journey: Journey, work: Work, team: Team
) -> None:
    issue = work.issue("Plan the quarter")
    work.log(issue, MON, HOUR)
    later(work)
    back_to_march(sheet.open())
    other = journey.page.context.new_page()
    close_march(Journey(other, journey.stage, journey.person, indexed=True), team)
    other.close()
    work.forget_calls()
    closed = sheet.frame.locator("#grid thead th.closed")
    expect(closed).to_have_count(0)
    sheet.enter(issue, MON, "3")
    expect(sheet.problem).to_contain_text("with this worklog in it")
    expect(closed).to_have_count(7)
    expect(sheet.cell(issue, MON)).to_have_text("3")
    expect(sheet.cell(issue, MON)).to_be_focused()
    expect(sheet.problem).not_to_contain_text("goes to this cell")
    sheet.press("Escape")
    expect(sheet.cell(issue, MON)).to_have_text("1:00")
    assert work.writes() == []
    assert work.logged(issue) == [(MON, HOUR)]


def test_t10_a_week_across_the_border_takes_time_on_its_open_days(
    sheet: Sheet, journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    last, first = date(2030, 3, 31), date(2030, 4, 1)
    work.start_weeks_on(6)
    issue = work.issue("Cross the border")
    work.log(issue, last, HOUR)
    later(work)
    close_march(journey, team)
    sheet.open(issue)
    expect(sheet.cell(issue, last)).to_have_attribute("aria-readonly", "true")
    sheet.cell(issue, last).click()
    paste(sheet, "2h\t3h")
    expect(sheet.cell(issue, first)).to_have_text("3:00")
    expect(sheet.cell(issue, last)).to_have_text("1:00")
    allow_clipboard(sheet)
    sheet.cell(issue, first).click()
    sheet.press("Control+x")
    sheet.cell(issue, last).click()
    expect(sheet.problem).to_be_empty()
    sheet.press("Control+v")
    expect(sheet.problem).to_contain_text("Closed by Payments")
    sheet.frame.get_by_title("List").click()
    expect(sheet.frame.locator(f"#day-{last} .line input[name=value]")).to_have_count(0)
    expect_reason_in_list(sheet, last)
    assert_accessible(sheet.frame)
    sheet.frame.get_by_title("Calendar").click()
    block = sheet.frame.locator(f"#day-{first} .block")
    requests = journey.record_requests()
    block.focus()
    sheet.press("m", "ArrowLeft", "Enter")
    expect(sheet.frame.locator("#flags")).to_contain_text("Closed by Payments")
    expect(block).to_have_count(1)
    closed, message = sheet.frame.locator(f"#day-{last} .block"), sheet.frame.locator("#flags .flag").last
    box = closed.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    attempts: tuple[Callable[[], None], ...] = (
        lambda: closed.press("m"),
        lambda: closed.press("Shift+ArrowDown"),
        lambda: closed.click(modifiers=["Control"]),
        lambda: drag(sheet, (x, y), (x, y + 50)),
    )
    for act in attempts:
        sheet.frame.locator("#flags").evaluate("flags => flags.replaceChildren()")
        act()
        expect(message).to_contain_text("with this worklog in it")
    assert_accessible(sheet.frame)
    with stores_of(work.stage) as stores:
        stores.teams.save(replace(team, scope=Scope(jql=f"key = {issue.key}")))
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(sheet.frame.locator(f".calendar-hours[data-closed-for='{issue.id}']").last).to_be_visible()
    block.focus()
    sheet.press("m", "ArrowLeft", "Enter")
    expect(message).to_contain_text("for the issues in its scope")
    assert not [path for path in requests if path.startswith("/calendar/")]
    assert work.logged(issue) == [(last, HOUR), (first, 3 * HOUR)]
    expect_open_after_reopening(work, team, closed)


def test_a_period_that_is_not_over_says_from_when_on_it_can_be_closed(
    journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    later(work)
    frame = journey.open("teams", team=team.id)
    frame.locator("#overview .menu summary").click()
    frame.locator("#when-closable").click()
    expect(frame.locator("#close-period")).to_contain_text("can be closed from 1 May 2030 on")
    expect(frame.get_by_role("button", name="Close the period")).to_have_count(0)
    assert_accessible(frame)


@pytest.mark.each_door
def test_examples_9_and_10_the_difference_is_shown_and_both_closings_are_kept(
    journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    later(work)
    frame = close_march(journey, team)
    total = frame.locator("#team-total").inner_text()
    take_leave(work.stage, work.person, MON)
    frame.locator("#refresh").click()
    frame.locator("#to-differences").click()
    expect(frame.locator("#differences tbody tr")).to_have_count(1)
    expect(frame.locator("#differences")).to_contain_text(work.person.display_name)
    expect(frame.locator("#differences tbody td").nth(0)).to_have_text("168:00")
    expect(frame.locator("#differences tbody td").nth(1)).to_have_text("160:00")
    assert frame.locator("#team-total").inner_text() == total
    assert_accessible(frame)
    frame.locator("#overview .menu summary").click()
    frame.locator("#ask-reopen").click()
    frame.get_by_role("button", name="Reopen", exact=True).click()
    expect(frame.locator("#team-total")).to_contain_text("of 328:00")
    work.stage.cloud.cloud.clock.travel(60)
    frame.locator("#ask-close").click()
    frame.get_by_role("button", name="Close the period").click()
    expect(frame.locator("#period-status")).to_contain_text("Closed")
    frame.locator("#overview .menu summary").click()
    frame.locator("#to-periods").click()
    frame.locator("#period-list .closings summary").click()
    expect(frame.locator("#period-list .closings")).to_contain_text("capacity 168:00 → 160:00")
    assert_accessible(frame)


@pytest.mark.parametrize("name", ["Payments", "Payments and Refunds Platform Team Europe"])
def test_the_arrows_stay_under_the_pointer(journey: Journey, work: Work, name: str) -> None:
    team = make_team(work.stage, name, work.person)
    later(work)
    frame = close_march(journey, team)
    for language in LANGUAGES:
        choose_language(work.stage, work.person, language)
        frame = journey.open("teams", team=team.id)
        for width in (375, 1024, 1440):
            journey.page.set_viewport_size({"width": width, "height": 800})
            before = places_of_arrows(frame)
            for arrow in ("previous", "previous", "next", "next"):
                title = frame.locator("#period-title").inner_text()
                frame.locator(f"#period-{arrow}").click()
                expect(frame.locator("#period-title")).not_to_have_text(title)
                assert places_of_arrows(frame) == before, f"moved in {language} at {width} px"


def places_of_arrows(frame: Frame) -> list[object]:
    return [frame.locator(f"#period-{arrow}").bounding_box() for arrow in ("previous", "next")]


def test_the_second_of_two_closers_gets_a_message(journey: Journey, work: Work, team: Team) -> None:
    later(work)
    frame = at_march(journey, team)
    frame.locator("#period-previous").click()
    expect(frame.locator("#period-title")).to_contain_text("February")
    # The click counts for the period that was asked for, although it is not shown yet.
    held = HeldRequests(journey, "/teams/")
    held.hold(lambda: frame.locator("#period-next").click())
    frame.locator("#ask-close").click()
    held.release()
    expect(frame.locator("#close-period")).to_contain_text("Close March 2030")
    other = journey.page.context.new_page()
    close_march(Journey(other, journey.stage, journey.person, indexed=True), team)
    other.close()
    frame.get_by_role("button", name="Close the period").click()
    expect(frame.locator("#flags .problem")).to_contain_text("Somebody has closed the period")
    expect(frame.locator("#period-status")).to_contain_text("Closed")
    expect(frame.get_by_role("dialog")).to_have_count(0)
    with stores_of(work.stage) as stores:
        assert len(stores.periods.records(team.id)) == 1


def test_reopening_opens_the_days_and_keeps_the_closing(journey: Journey, work: Work, team: Team) -> None:
    later(work)
    frame = close_march(journey, team)
    more = frame.locator("#overview .menu summary")
    more.press("ArrowUp")
    frame.locator("#ask-reopen").press("Enter")
    expect(frame.locator("#reopen-period")).to_be_visible()
    journey.page.keyboard.press("Escape")
    expect(frame.locator("#reopen-period")).to_have_count(0)
    expect(more).to_be_focused()
    more.click()
    frame.locator("#ask-reopen").click()
    frame.get_by_role("button", name="Reopen", exact=True).click()
    expect(frame.locator("#period-status")).to_contain_text("Open")
    more.press("ArrowUp")
    frame.locator("#to-periods").press("Enter")
    expect(frame.locator("#period-list")).to_contain_text("1 closing")
    assert frame.evaluate("document.activeElement.closest('#main') !== null"), "the focus stays on the page"


def test_a_change_in_jira_after_the_closing_is_shown(
    journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame, _ = changed_late(journey, work, team)
    frame.locator("#late-changes").click()
    expect(frame.locator("#late")).to_contain_text("changed")
    expect(frame.locator("#late")).to_contain_text(work.person.display_name)
    assert_accessible(frame)


def test_late_changes_are_accepted_with_notes(
    journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame, issue = changed_late(journey, work, team)
    other = work.issue("Write the report")
    work.log(other, TUE, HOUR)
    run_jobs(work.stage)
    frame.locator("#refresh").click()
    expect(frame.locator("#late-changes")).to_have_text("2 late changes")
    frame.locator("#late-changes").click()
    late = frame.locator(".late-change", has_text=issue.key)
    expect(late).to_contain_text(work.person.display_name)
    expect(late).to_contain_text(re.compile("before: .*1:00.* → now: .*5:00"))
    late.get_by_label("Note").fill("Agreed with the customer")
    added = frame.locator(".late-change", has_text=other.key)
    added.get_by_label("Note").fill("Forgotten")
    frame.get_by_role("button", name="Done").click()
    expect(added.get_by_label("Note")).to_have_value("Forgotten")
    late.get_by_role("button", name="Accept").click()
    expect(late).to_contain_text(f"Accepted by {work.person.display_name}")
    expect(late).to_contain_text("Agreed with the customer")
    expect(late.get_by_role("button", name="Accept")).to_have_count(0)
    assert frame.evaluate("document.activeElement.closest('dialog') !== null")
    assert_accessible(frame)
    # The note about another change is kept, also when the period was reopened meanwhile.
    expect(added.get_by_label("Note")).to_have_value("Forgotten")
    reopen(work, team)
    added.get_by_role("button", name="Accept").click()
    expect(added).to_contain_text(f"Accepted by {work.person.display_name}")
    expect(added).to_contain_text("Forgotten")
    expect(frame.get_by_role("button", name="Reopen …")).to_have_count(0)
    frame.get_by_role("button", name="Done").click()
    expect(frame.locator("#period-status")).to_contain_text("Open")
    frame.locator("#overview .menu summary").click()
    frame.locator("#to-periods").click()
    frame.locator("#period-list").get_by_role("button", name="2 accepted changes").click()
    expect(frame.locator(".late-change", has_text=issue.key)).to_contain_text("Agreed with the customer")
    with stores_of(work.stage) as stores:
        notes = {(one.note, one.accepted_by) for one in stores.periods.late_changes(team.id)}
        who = work.person.account_id
        assert notes == {("Agreed with the customer", who), ("Forgotten", who)}


def test_closing_warns_of_people_who_logged_nothing_or_far_less_than_expected(
    journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue, other = work.issue("Plan the quarter"), work.stage.jira.person(2)
    # 21 working days of 8 hours are expected in March; half of that is no longer far less.
    for day in range(14):
        work.log(issue, date(2030, 3, 1) + timedelta(days=day), 6 * HOUR)
    later(work)
    frame = at_march(journey, team)
    frame.locator("#ask-close").click()
    short = frame.locator("#short")
    expect(short).to_contain_text("1 person has logged nothing, or less than half of what is expected.")
    expect(short.locator("li")).to_have_text([f"{other.display_name}: nothing of 168:00"])
    assert_accessible(frame)
    frame.get_by_role("button", name="Cancel").click()
    expect(frame.locator("#ask-close")).to_be_focused()
    [row] = [row for row in work.rows(issue) if work.local(row).date() == date(2030, 3, 14)]
    work.change(row, 6 * HOUR - 60)
    work.stage.jira.flush_webhooks()
    frame.locator("#refresh").click()
    expect(frame.locator("#team-total")).to_contain_text("83:59")
    frame.locator("#ask-close").click()
    expect(short).to_contain_text("2 people have logged nothing, or less than half of what is expected.")
    expect(short.locator("li", has_text=work.person.display_name)).to_have_text(
        f"{work.person.display_name}: 83:59 of 168:00"
    )
    frame.get_by_role("button", name="Close the period").click()
    expect(frame.locator("#period-status")).to_contain_text("Closed")


def test_time_of_a_period_that_cannot_be_read_is_said_in_its_row(journey: Journey, team: Team) -> None:
    journey.allow("status of 503")
    frame = journey.open("teams", team=team.id)
    journey.answer_in_place(
        f"/teams/{team.id}/periods/spent", 503, "<p>Away</p>", {"Content-Type": "text/html"}
    )
    frame.locator("#overview .menu summary").click()
    frame.locator("#to-periods").click()
    spent = frame.locator("#period-list [id^=spent-]")
    expect(spent.first).to_have_text("Away")
    frame.get_by_role("button", name="Show", exact=True).first.click()
    expect(spent.nth(3)).to_have_text("Away")


def test_a_period_is_not_closed_over_a_save_that_jira_is_still_carrying_out(
    journey: Journey, work: Work, colleague: Person, team: Team, browser: Browser
) -> None:
    known, other = work.issue("Plan the quarter"), work.issue("Write the report")
    work.log(known, MON, HOUR)
    later(work)
    colleague.time_zone, colleague.locale = ZONE.key, "en_GB"
    member = Journey(browser.new_context().new_page(), journey.stage, colleague)
    sheet = back_to_march(Sheet(member, Work(journey.stage, colleague)).open())
    sheet.show(other)
    frame = at_march(journey, team)
    work.trouble("late", "/rest/api/3/issue/*/worklog", method="POST")
    sheet.enter(other, TUE, "2")
    frame.locator("#ask-close").click()
    frame.get_by_role("button", name="Close the period").click()
    messages = frame.get_by_role("region", name="Messages")
    expect(messages).to_contain_text("Somebody saved time of this period while it was read")
    work.let_late_go()
    expect(sheet.cell(other, TUE)).to_have_text("2:00")
    expect(sheet.cell(other, TUE)).not_to_have_attribute("aria-busy", "true")
    frame.locator("#ask-close").click()
    frame.get_by_role("button", name="Close the period").click()
    expect(frame.locator("#period-status")).to_contain_text("Closed")
    with stores_of(journey.stage) as stores:
        [record] = stores.periods.records(team.id)
    spent = {one.account_id: one.spent for one in record.members}
    assert spent == {journey.person.account_id: HOUR, colleague.account_id: 2 * HOUR}
    member.page.context.close()
