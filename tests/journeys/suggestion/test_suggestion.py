"""Suggestions in a real browser: from what a person did in Jira, and from their calendar file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from jira_emulator.issue.issue import IssueEdit, edit_issue
from jira_emulator.model import Issue
from jira_emulator.seeding.issues import DOING, DONE
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, TODAY, WED, Sheet
from tests.journeys.worklog.test_attribute import TICKET, define

ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:a
DTSTART;TZID=Europe/Berlin:20300313T153000
DTEND;TZID=Europe/Berlin:20300313T160000
RRULE:FREQ=DAILY;COUNT=2
SUMMARY:{summary}
END:VEVENT
END:VCALENDAR
"""


def moved(sheet: Sheet, summary: str) -> Issue:
    """Return an issue that the person moved to Done today at 11:00."""
    issue = sheet.work.issue(summary)
    site = sheet.work.stage.jira.site
    with site.lock:
        edit_issue(site, issue, sheet.work.person.account_id, IssueEdit(status=site.statuses[DONE]))
    return issue


def show(sheet: Sheet, layout: str) -> Sheet:
    sheet.open()
    sheet.frame.get_by_role("button", name=layout).click()
    return sheet


def accept_button(sheet: Sheet, issue: Issue) -> Locator:
    return sheet.frame.get_by_role("button", name=f"on {issue.key} from")


@pytest.mark.each_door
def test_a_suggestion_is_logged_by_one_key_and_undone(sheet: Sheet) -> None:
    issue = moved(sheet, "Suggested")
    show(sheet, "List")
    button = accept_button(sheet, issue)
    expect(button).to_have_accessible_name(
        f"Log 8h on {issue.key} from 03:00, suggested: moved to Done at 11:00"
    )
    expect(sheet.frame.locator(f"#head-{TODAY} b")).to_have_text("0:00")
    button.focus()
    button.press("Enter")
    expect(sheet.frame.locator(f"#head-{TODAY} b")).to_have_text("8:00")
    expect(button).to_have_count(0)
    assert sheet.work.logged(issue) == [(WED, 8 * HOUR)]
    sheet.frame.get_by_role("button", name="Undo").click()
    expect(button).to_be_visible()
    assert sheet.work.logged(issue) == []


def test_all_reasons_of_a_suggestion_can_be_read(sheet: Sheet) -> None:
    issue = moved(sheet, "Moved twice")
    site, person = sheet.work.stage.jira.site, sheet.work.person
    with site.lock:
        edit_issue(site, issue, person.account_id, IssueEdit(status=site.statuses[DOING]))
        edit_issue(site, issue, person.account_id, IssueEdit(status=site.statuses[DONE]))
    sheet.page.set_viewport_size({"width": 1024, "height": 800})
    show(sheet, "List")
    reasons = sheet.frame.locator(".suggestion-why")
    expect(reasons).to_have_text(re.compile("(.*moved to ){3}"))
    assert reasons.evaluate("words => words.scrollWidth <= words.clientWidth")


def test_a_suggestion_is_a_dashed_block_in_the_calendar_and_is_dismissed(sheet: Sheet) -> None:
    issue = moved(sheet, "Dismissed")
    show(sheet, "Calendar")
    suggestion = sheet.frame.get_by_role("group", name=f"Suggestion, not logged: {issue.key}")
    expect(suggestion).to_have_css("border-top-style", "dashed")
    sheet.frame.get_by_role("button", name=f"Dismiss the suggestion {issue.key}").click()
    expect(suggestion).to_have_count(0)
    sheet.frame.get_by_role("button", name="List").click()
    expect(sheet.frame.locator("#list-frame")).to_be_visible()
    expect(accept_button(sheet, issue)).to_have_count(0)
    assert sheet.work.writes() == []


def test_all_suggestions_of_a_day_are_logged_at_once(sheet: Sheet) -> None:
    one, other = moved(sheet, "First"), moved(sheet, "Second")
    show(sheet, "List")
    sheet.frame.get_by_role("button", name="Log all …").click()
    sheet.frame.get_by_role("button", name="Log 2 suggestions").click()
    expect(sheet.frame.locator(f"#head-{TODAY} b")).to_have_text("8:00")
    assert sheet.work.logged(one) == sheet.work.logged(other) == [(WED, 4 * HOUR)]


def test_a_calendar_file_suggests_meetings_and_asks_for_their_issue(sheet: Sheet, tmp_path: Path) -> None:
    issue = sheet.work.issue("Met about")
    show(sheet, "List")
    sheet.frame.locator("summary[title=More]").click()
    sheet.frame.get_by_role("button", name="Suggest from a calendar file …").click()
    large = tmp_path / "large.ics"
    large.write_bytes(b"BEGIN:VCALENDAR\r\n" + b"X" * 10 * 1024 * 1024)
    for send in (False, True):
        sheet.frame.get_by_label("File (.ics").set_input_files(large)
        if send:
            sheet.frame.get_by_role("button", name="Suggest", exact=True).click()
        expect(sheet.frame.locator("#calendar-file [role=alert]")).to_have_text(
            "The file is larger than 4 MiB. Export only the days that you need. Nothing was read."
        )
    file = tmp_path / "mine.ics"
    file.write_text(ICS.format(summary="Planning"))
    sheet.frame.get_by_label("File (.ics").set_input_files(file)
    sheet.frame.get_by_role("button", name="Suggest", exact=True).click()
    sheet.frame.get_by_role("button", name="Log 30m on Planning from 15:30").first.click()
    dialog = sheet.frame.locator("#dialog")
    expect(dialog.get_by_label("Time spent")).to_have_value("30m")
    dialog.get_by_role("combobox", name="Issue").fill(issue.key)
    dialog.get_by_role("option").filter(has_text=issue.key).click()
    dialog.get_by_role("button", name="Log work").click()
    expect(sheet.frame.locator(f"#head-{TODAY} b")).to_have_text("0:30")
    assert sheet.work.logged(issue) == [(WED, HOUR // 2)]
    expect(sheet.frame.get_by_role("button", name="Log 30m on Planning from 15:30")).to_have_count(1)


def test_suggestions_are_dismissed_one_after_the_other_by_keys(sheet: Sheet) -> None:
    for name in ("First", "Second", "Third"):
        moved(sheet, name)
    show(sheet, "List")
    buttons = sheet.frame.locator(".suggestion-dismiss")
    expect(buttons).to_have_count(3)
    marks = [str(button.get_attribute("id")) for button in buttons.all()]
    buttons.nth(1).focus()
    for left, next_mark in ((2, marks[2]), (1, marks[0])):
        sheet.press("Enter")
        expect(buttons).to_have_count(left)
        expect(sheet.frame.locator(f"#{next_mark}")).to_be_focused()


def drop(sheet: Sheet, place: str, name: str, text: str) -> None:
    """Drop a file on a part of the page."""
    sheet.frame.locator(place).evaluate(
        """(place, [name, text]) => {
            const files = new DataTransfer();
            files.items.add(new File([text], name, { type: "text/calendar" }));
            for (const type of ["dragover", "drop"])
                place.dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        [name, text],
    )


@pytest.mark.each_door
@pytest.mark.parametrize(("layout", "place"), [("List", "#list-frame"), ("Calendar", "#calendar")])
def test_a_file_is_dropped_anywhere_on_the_list_or_the_calendar(
    sheet: Sheet, layout: str, place: str
) -> None:
    show(sheet, layout)
    drop(sheet, place, "notes.txt", "Nothing of a calendar")
    expect(sheet.frame.get_by_role("alert")).to_have_text(
        "This is not a calendar file (.ics). Nothing was read."
    )
    drop(sheet, "#calendar-file", "mine.ics", ICS.format(summary="Planning"))
    expect(sheet.frame.locator("#dialog")).to_be_hidden()
    expect(sheet.frame.locator(".suggestion-accept", has_text="Log 30m")).to_have_count(2)
    expect(sheet.frame.locator("[data-dropping]")).to_have_count(0)


def test_a_pasted_calendar_names_its_issue_and_is_logged_by_one_click(sheet: Sheet) -> None:
    issue = sheet.work.issue("Named")
    show(sheet, "Calendar")
    sheet.frame.locator("summary[title=More]").click()
    sheet.frame.get_by_role("button", name="Suggest from a calendar file …").click()
    text = sheet.frame.get_by_label("Or paste its text")
    text.fill("PK")
    sheet.frame.get_by_role("button", name="Suggest", exact=True).click()
    expect(sheet.frame.get_by_role("alert")).to_have_text(
        "This is not a calendar file (.ics). Nothing was read."
    )
    expect(text).to_have_value("PK")
    text.fill(ICS.format(summary=f"{issue.key} planning"))
    sheet.frame.get_by_role("button", name="Suggest", exact=True).click()
    sheet.frame.get_by_role("button", name=re.compile(f"^{issue.key} .*Log 30m")).first.click()
    expect(sheet.frame.locator(".block")).to_have_count(1)
    assert sheet.work.logged(issue) == [(WED, HOUR // 2)]


def test_time_issue_and_title_of_a_meeting_have_room_on_a_phone(sheet: Sheet) -> None:
    issue = sheet.work.issue("Named")
    with sheet.work.stage.jira.site.lock:
        sheet.work.person.locale = "en_US"
    sheet.page.set_viewport_size({"width": 375, "height": 800})
    show(sheet, "List")
    sheet.frame.locator("summary[title=More]").click()
    sheet.frame.get_by_role("button", name="Suggest from a calendar file …").click()
    title = f"{issue.key} {'Donaudampfschiffahrt' * 4}"
    late = ICS.replace("T15", "T22").replace("T16", "T23")
    sheet.frame.get_by_label("Or paste its text").fill(late.format(summary=title))
    sheet.frame.get_by_role("button", name="Suggest", exact=True).click()
    found = sheet.frame.locator("li.suggestion").first
    expect(found.locator(".suggestion-why")).to_have_text(re.compile(title))
    expect(found.locator(".suggestion-time")).to_have_text("10:30\u202fPM")
    for part in (".suggestion-time", ".suggestion-why"):
        room = found.locator(part).evaluate("part => part.clientWidth - part.scrollWidth")
        assert room >= 0, part


def test_switched_off_nothing_is_suggested(sheet: Sheet) -> None:
    issue = moved(sheet, "Off")
    show(sheet, "List")
    expect(accept_button(sheet, issue)).to_be_visible()
    sheet.frame.locator("summary[title=More]").click()
    sheet.frame.get_by_role("button", name="Hide suggestions").click()
    expect(accept_button(sheet, issue)).to_have_count(0)


def test_another_week_is_requested_while_the_first_is_read_from_jira(sheet: Sheet) -> None:
    sheet.open()
    requests = HeldRequests(sheet.journey, "/suggestions?")
    requests.hold(sheet.frame.get_by_role("button", name="List").click)
    with sheet.journey.expect_answer("first=2030-03-18"):
        sheet.frame.get_by_role("button", name="Next", exact=True).click()
    requests.release()


def test_where_an_attribute_is_required_the_dialog_opens_at_it(sheet: Sheet) -> None:
    define(sheet, replace(TICKET, required=True))
    issue = moved(sheet, "Suggested")
    show(sheet, "List")
    accept_button(sheet, issue).click()
    dialog = sheet.frame.locator("#dialog")
    expect(dialog.get_by_label("Ticket")).to_be_focused()
    expect(dialog.get_by_label("Time spent")).to_have_value("8h")


def test_a_dialog_that_opens_while_the_last_one_closes_keeps_its_content(sheet: Sheet) -> None:
    sheet.open()
    sheet.frame.locator("#sheet details.menu summary").click()
    sheet.frame.locator("#your-data-open").click()
    expect(sheet.frame.locator("#download-own")).to_be_visible()
    sheet.frame.evaluate(
        """() => {
            const box = document.getElementById("dialog");
            const content = box.innerHTML;
            box.close();
            box.innerHTML = content;
            const detail = { ctx: { target: box } };
            document.dispatchEvent(new CustomEvent("htmx:after:swap", { detail }));
            return new Promise((done) => setTimeout(done, 200));
        }"""
    )
    expect(sheet.frame.locator("#download-own")).to_be_visible()
