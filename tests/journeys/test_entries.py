"""What somebody enters in a dialog or a form while it is being saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.sheet import TUE, Sheet
from tests.journeys.support.team_stage import stores_of
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.services.viewer.team_context import new_id

LOST = "What you entered while this was being saved is not saved."


@pytest.mark.each_door
def test_a_refused_dialog_keeps_what_was_entered_meanwhile(
    journey: Journey, members: Frame, colleague: Person
) -> None:
    members.get_by_role("button", name=f"Edit {colleague.display_name}").click()
    dialog = members.locator("#dialog")
    dialog.get_by_label("Leaving date").fill("2020-06-30")
    save = dialog.get_by_role("button", name="Save")
    let_come = hold_answer(journey, "/teams", save.click, method="POST")
    dialog.get_by_label("Team Lead").check()
    dialog.get_by_label("Joining date").fill("2020-01-01")
    dialog.get_by_label("Workload scheme", exact=True).select_option(index=1)
    dialog.get_by_label("from", exact=True).fill("2020-02-03")
    let_come()
    expect(members.locator("#error-left")).to_be_visible()
    expect(dialog.get_by_label("Team Lead")).to_be_checked()
    save.click()
    expect(dialog).to_be_hidden()
    row = members.locator("#member-table tr", has_text=colleague.display_name)
    expect(row).to_contain_text("1 Jan 2020 – 30 Jun 2020")
    expect(row).to_contain_text("from 3 Feb 2020")
    expect(row).to_contain_text("Team Lead")


def test_a_dialog_that_closes_says_that_later_entries_are_not_saved(
    journey: Journey, members: Frame, colleague: Person
) -> None:
    for late in (True, False):
        members.get_by_role("button", name=f"Edit {colleague.display_name}").click()
        dialog = members.locator("#dialog")
        dialog.get_by_label("Leaving date").fill("2025-06-30" if late else "2025-07-31")
        save = dialog.get_by_role("button", name="Save")
        let_come = hold_answer(journey, "/teams", save.click, method="POST")
        if late:
            dialog.get_by_label("Team Lead").check()
        let_come()
        expect(dialog).to_be_hidden()
        expect(members.locator("#flags")).to_contain_text(f"{colleague.display_name} is saved.")
        problem = members.locator("#flags .problem")
        expect(problem).to_have_count(1 if late else 0)
        if late:
            expect(problem).to_contain_text(LOST)
            problem.evaluate("flag => flag.remove()")


def test_selected_members_stay_selected_if_they_were_selected_during_a_change(
    journey: Journey, members: Frame, colleague: Person
) -> None:
    members.get_by_label(f"Select {colleague.display_name}").check()
    members.get_by_label("What to change").select_option("left")
    members.locator("#bulk-left").fill("2026-12-31")
    let_come = hold_answer(
        journey, "/teams", members.get_by_role("button", name="Apply").click, method="POST"
    )
    members.get_by_label(f"Select {journey.person.display_name}").check()
    let_come()
    expect(members.locator("#flags")).to_contain_text("1 member is changed.")
    expect(members.locator("#bulk-count")).to_have_text("1 selected")
    expect(members.get_by_label(f"Select {journey.person.display_name}")).to_be_checked()
    expect(members.get_by_label(f"Select {colleague.display_name}")).not_to_be_checked()


def test_a_refused_worklog_keeps_an_issue_that_was_chosen_meanwhile(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("First choice"), sheet.work.issue("Second choice")
    sheet.open(issue, other)
    sheet.cell(issue, TUE).click()
    sheet.press("Shift+Enter")
    dialog = sheet.frame.locator("#dialog")
    duration = dialog.get_by_label("Time spent", exact=True)
    duration.fill("1:75")
    let_come = hold_answer(
        sheet.journey, "/worklogs", dialog.get_by_role("button", name="Log work").click, method="POST"
    )
    dialog.get_by_role("combobox", name="Issue").fill("Second choice")
    dialog.get_by_role("option", name="Second choice").click()
    dialog.get_by_label("Comment").fill("typed meanwhile")
    duration.focus()
    let_come()
    expect(dialog.locator("#error-duration")).to_contain_text("at most 59 minutes")
    duration.fill("1:15")
    dialog.get_by_role("button", name="Log work").click()
    expect(dialog).to_be_hidden()
    sheet.expect_cells([(other, TUE, "1:15")])
    [written] = sheet.work.logged(other)
    assert written == (TUE, 75 * 60)


def test_a_worklog_that_is_saved_says_that_later_entries_are_not(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed on")
    sheet.open(issue)
    sheet.cell(issue, TUE).click()
    sheet.press("Shift+Enter")
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_label("Time spent", exact=True).fill("1h")
    let_come = hold_answer(
        sheet.journey, "/worklogs", dialog.get_by_role("button", name="Log work").click, method="POST"
    )
    dialog.get_by_label("Comment").fill("typed too late")
    let_come()
    expect(dialog).to_be_hidden()
    expect(sheet.frame.locator("#flags .problem")).to_contain_text(LOST)
    sheet.expect_cells([(issue, TUE, "1:00")])


def test_somebody_who_types_in_a_dialog_that_is_refused_types_on_in_the_same_field(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed through a refusal")
    sheet.open(issue)
    sheet.cell(issue, TUE).click()
    sheet.press("Shift+Enter")
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_label("Time spent", exact=True).fill("1:75")
    let_come = hold_answer(
        sheet.journey, "/worklogs", dialog.get_by_role("button", name="Log work").click, method="POST"
    )
    comment = dialog.get_by_label("Comment")
    comment.focus()
    sheet.type("typed ")
    let_come()
    expect(dialog.locator("#error-duration")).to_contain_text("at most 59 minutes")
    sheet.type("on")
    expect(comment).to_have_value("typed on")


def test_a_choice_that_the_answer_no_longer_offers_is_said_not_to_be_saved(
    journey: Journey, members: Frame, colleague: Person
) -> None:
    with stores_of(journey.stage) as stores:
        calendar = stores.calendars.save(GlobalCalendar(new_id(), "Bavaria", ()))
    members.get_by_role("button", name=f"Edit {colleague.display_name}").click()
    dialog = members.locator("#dialog")
    choice = dialog.get_by_label("Global calendar")
    dialog.get_by_label("Leaving date").fill("2020-06-30")
    with stores_of(journey.stage) as stores:
        stores.calendars.delete(calendar.id)
    save = dialog.get_by_role("button", name="Save")
    let_come = hold_answer(journey, "/teams", save.click, method="POST")
    choice.select_option("Bavaria")
    let_come()
    expect(members.locator("#error-left")).to_be_visible()
    expect(choice).to_have_value("")
    expect(choice.locator("option:checked")).to_have_text("None")
    expect(dialog.locator(".form-problem")).to_contain_text(LOST)
