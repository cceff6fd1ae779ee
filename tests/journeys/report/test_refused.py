"""A report that cannot be shown, in a real browser: one sentence in place of the table, and what was typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.report.test_report import choose_team, open_report, team
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.journey import settle
from tests.journeys.support.team_stage import stores_of
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.team import Team
from tools.stage import Stage

__all__ = ["team"]

REFUSED = "#report-refused p:not(.request-id)"
WRONG = "assignee = nobodyKnows()"
ADD_PEOPLE = """(form, people) => {
  for (const value of people)
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "only-person", value }));
}"""
BROKEN_JQL = "Jira cannot use this JQL. Jira says: Unable to find JQL function 'nobodyKnows()'."


def test_broken_jql_is_said_and_mended_in_its_field(
    journey: Journey, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#toggle-filters").click()
    jql = frame.locator("#filter-jql")
    jql.fill(WRONG)
    journey.page.keyboard.press("Enter")
    expect(frame.locator(REFUSED)).to_have_text(BROKEN_JQL)
    expect(jql).to_have_value(WRONG)
    expect(jql).to_be_focused()
    expect(jql).to_have_attribute("aria-invalid", "true")
    assert_accessible(frame)
    jql.fill("project = WEB")
    expect(jql).not_to_have_attribute("aria-invalid", "true")
    expect(frame.locator(REFUSED)).to_have_text(BROKEN_JQL)
    journey.page.keyboard.press("Enter")
    expect(frame.locator("#report-table tfoot td")).to_have_text("2:00")


@pytest.mark.each_door
def test_an_address_holds_300_people_and_more_are_said_and_not_sent(
    journey: Journey, team: Team, person: Person
) -> None:
    people = [f"712020:00000000-0000-0000-0000-{number:012}" for number in range(400)]
    frame = open_report(journey)
    choose_team(frame, team)
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")
    form = frame.locator("#report-choice")
    form.evaluate(ADD_PEOPLE, [person.account_id, *people[:299]])
    frame.locator("#choose-columns").select_option("week")
    expect(frame.locator("#report-chips")).to_contain_text("Person")
    expect(frame.locator("#report-choice input[name=only-person]")).to_have_count(300)
    frame.locator("#report-table .fold").first.click()
    expect(frame.locator("#report-table tr.l1")).not_to_have_count(0)
    frame.locator("#report-table tfoot td").last.click()
    expect(frame.locator("#report-worklogs .team-entry")).not_to_have_count(0)
    journey.page.keyboard.press("Escape")
    frame.locator("#chip-only-person").click()
    expect(frame.locator("#report-table tfoot td").last).to_have_text("11:00")
    form.evaluate(ADD_PEOPLE, people)
    frame.locator("#choose-columns").select_option("day")
    expect(frame.locator("#flags")).to_contain_text(
        "The address of a report cannot hold so many filters, so the report stays as it is. Remove some of them."
    )
    expect(frame.locator("#report-table tfoot td").last).to_have_text("11:00")
    expect(frame.locator("#choose-columns")).to_have_value("day")


def test_a_range_that_is_reversed_or_too_long_is_said_and_kept(
    journey: Journey, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#choose-range").select_option("custom")
    first, last = frame.locator("#range-first"), frame.locator("#range-last")
    expect(first).to_be_visible()
    until = last.input_value()
    first.fill("2031-01-01")
    expect(frame.locator(REFUSED)).to_have_text("The range ends before it begins. Swap its two days.")
    expect(first).to_have_value("2031-01-01")
    expect(last).to_have_value(until)
    expect(first).to_have_attribute("aria-invalid", "true")
    assert_accessible(frame)
    first.fill("2020-04-01")
    expect(frame.locator(REFUSED)).to_contain_text(
        "A report covers at most two years: choose a shorter range."
    )
    expect(first).to_have_value("2020-04-01")
    expect(last).to_have_value(until)
    assert frame.locator("#choose-who").input_value() == team.id
    first.fill(f"{until[:8]}01")
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")


def test_a_team_that_is_deleted_meanwhile_is_said_and_another_is_chosen(
    journey: Journey, stage: Stage, team: Team
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    with stores_of(stage) as stores:
        stores.teams.delete(team.id)
    journey.allow(r"404 \(NOT FOUND\)")
    frame.locator("#choose-columns").select_option("week")
    expect(frame.locator(REFUSED)).to_have_text(
        "A team of this report no longer exists. Choose its teams again."
    )
    assert frame.locator("#choose-columns").input_value() == "week"
    frame.locator("#choose-who").select_option("me")
    expect(frame.locator("#report-table tfoot td").last).to_have_text("1:00")


def test_a_link_to_a_view_that_is_gone_opens_one_page_that_says_so(journey: Journey) -> None:
    journey.allow(r"404 \(NOT FOUND\)")
    frame = journey.open("reports", report="view%3D0123456789abcdef0123456789abcdef")
    expect(frame.locator(REFUSED)).to_have_text(
        "This view no longer exists, or you cannot see it. Choose another one."
    )
    expect(frame.locator("h1:visible")).to_have_count(1)
    frame.get_by_role("button", name="Show the report without the view").click()
    expect(frame.locator(REFUSED)).to_have_count(0)
    expect(frame.locator("#report-table")).to_be_visible()


def test_a_view_with_a_field_that_is_gone_says_so_above_the_rest(
    journey: Journey, stage: Stage, team: Team
) -> None:
    with stores_of(stage) as stores:
        query = f"who={team.id}&range=this-month&rows=sprint&rows=person&columns=none&figure=spent"
        stores.views.save(ReportView("old", "Sprints", query, team_id=team.id))
    frame = open_report(journey)
    frame.locator("#views-menu summary").click()
    frame.get_by_role("button", name="Sprints").click()
    expect(frame.locator("#view-gone")).to_have_text(
        "This view was saved with sprint, which reports no longer have. "
        "The report is shown without that, so it may show more."
    )
    expect(frame.locator("#report-table tfoot td")).to_have_text("11:00")


def test_a_row_whose_rows_cannot_be_read_stays_folded_and_the_dialog_says_why(
    journey: Journey, team: Team
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    journey.allow("not an answer of the app|the call failed: The remote answered with")
    fold = frame.locator("#report-table .fold").first
    journey.answer_before_app("/reports/rows", "")
    fold.click()
    expect(frame.locator("#flags .flag")).to_contain_text("Timesheet could not be reached")
    expect(fold).to_have_attribute("aria-expanded", "false")
    journey.restore()
    journey.answer_in_place("/reports/rows", 503, "<p>Away</p>", {"Content-Type": "text/html"})
    fold.click()
    expect(frame.locator("#dialog")).to_have_text("Away")
    expect(fold).to_have_attribute("aria-expanded", "false")
    journey.restore()
    journey.page.keyboard.press("Escape")
    fold.click()
    expect(frame.locator("#report-table tr.l1")).not_to_have_count(0)


def test_a_row_that_is_refused_late_leaves_the_dialog_that_was_opened_meanwhile(
    journey: Journey, stage: Stage, team: Team
) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    fold = frame.locator("#report-table .fold").first
    with stores_of(stage) as stores:
        stores.teams.delete(team.id)
    journey.allow(r"404 \(Not Found\)")
    let_go = hold_answer(journey, "/reports/rows", fold.click)
    frame.locator("#views-menu summary").click()
    frame.locator("#save-view").click()
    name = frame.locator("#view-name")
    name.fill("Typed meanwhile")
    let_go()
    expect(fold).to_have_attribute("aria-expanded", "false")
    settle(frame)
    expect(name).to_have_value("Typed meanwhile")
