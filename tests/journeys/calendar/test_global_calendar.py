"""The year of a global calendar in a real browser: marked with mouse and keyboard, imported, exported."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Frame, Page, expect

from jira_emulator.site import ADMIN_GROUP
from tests.journeys.conftest import Journey
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.language import choose_language
from tests.journeys.support.sheet import NOW
from tests.journeys.support.team_stage import make_team, stores_of
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.legend import Legend
from timesheet.services.viewer.team_context import new_id

Check = Callable[[Page | Frame], None]
HOLIDAY = "public-holiday"
YEAR = NOW.year
LABOUR_DAY = NonWorkingDay(date(YEAR, 5, 1), "Labour Day", HOLIDAY)
EVE = NonWorkingDay(date(YEAR, 12, 24), "Christmas Eve", HOLIDAY, Part.AFTERNOON)
BAD_FILE = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Fine\r\nDTSTART;VALUE=DATE:20301301\r\n"
GOOD_FILE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Plant holiday\r\n"
    b"DTSTART;VALUE=DATE:20300812\r\nDTEND;VALUE=DATE:20300815\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def keep(journey: Journey, name: str, *days: NonWorkingDay) -> GlobalCalendar:
    with stores_of(journey.stage) as stores:
        return stores.calendars.save(GlobalCalendar(new_id(), name, days))


def open_calendar(journey: Journey, name: str = "") -> Frame:
    """Open the editor of this calendar, or of a new one."""
    frame = journey.open("configure")
    frame.get_by_role("button", name="Global calendars").click()
    frame.get_by_role("button", name=name or "New calendar", exact=True).click()
    expect(frame.locator("#year-title")).to_have_text(str(YEAR))
    return frame


def cell(frame: Frame, month: int, day: int) -> str:
    """Return what a day's cell says to screen readers."""
    found = frame.locator(f'#year [data-date="{date(YEAR, month, day)}"]')
    return found.get_attribute("aria-label") or ""


def drag(journey: Journey, frame: Frame, month: int, first: int, last: int) -> None:
    start = frame.locator(f'#year [data-date="{date(YEAR, month, first)}"]')
    start.evaluate("(day) => day.scrollIntoView({ block: 'center' })")
    one = start.bounding_box()
    other = frame.locator(f'#year [data-date="{date(YEAR, month, last)}"]').bounding_box()
    assert one
    assert other
    mouse = journey.page.mouse
    mouse.move(one["x"] + 8, one["y"] + 8)
    mouse.down()
    mouse.move(other["x"] + 8, other["y"] + 8, steps=8)
    mouse.up()


def ics(data: bytes) -> FilePayload:
    return {"name": "days.ics", "mimeType": "text/calendar", "buffer": data}


def click(frame: Frame, month: int, day: int, *, shift: bool = False) -> None:
    frame.locator(f'#year [data-date="{date(YEAR, month, day)}"]').click(modifiers=["Shift"] if shift else [])


def test_many_absence_types_do_not_pull_the_months_apart(admin: Journey) -> None:
    with stores_of(admin.stage) as stores:
        for letter in "ABCDFGIJKLMNOPQR":
            stores.legends.save(Legend(new_id(), f"Reason {letter} with a long name", "teal", letter))
    frame = open_calendar(admin)
    months = [month.bounding_box() for month in frame.locator("#year .month").all()]
    tops = sorted({month["y"] for month in months if month})
    assert len(tops) > 3
    assert max(month["height"] for month in months if month) < 200
    assert max(low - high for high, low in pairwise(tops)) < 230


def test_what_is_marked_before_the_sentences_of_a_language_arrive_is_named_again(admin: Journey) -> None:
    keep(admin, "Bavaria")
    choose_language(admin.stage, admin.person, "de")
    held = HeldRequests(admin, "/sentences/")

    def open_page() -> None:
        admin.open("configure")

    held.hold(open_page)
    frame = admin.frame()
    frame.locator("#section-calendars").click()
    frame.get_by_role("button", name="Bavaria", exact=True).click()
    frame.locator(".year-palette label:has([value=morning])").click()
    click(frame, 8, 6)
    note = frame.locator("#save-note")
    expect(note).to_contain_text("Unsaved")
    assert cell(frame, 8, 6).endswith(", morning")
    held.release()
    expect(note).to_contain_text("Ungespeichert")
    assert cell(frame, 8, 6).endswith(", Vormittag")


def test_days_that_are_marked_during_a_save_wait_for_the_next_one(admin: Journey) -> None:
    kept = keep(admin, "Bavaria")
    frame = open_calendar(admin, "Bavaria")
    click(frame, 8, 6)
    expect(frame.locator("#changes-title")).to_have_text("1 day will change")
    saves = HeldRequests(admin, "/configure/calendars")
    saves.hold(frame.get_by_role("button", name="Save").click)
    click(frame, 8, 7)
    expect(frame.locator("#changes-title")).to_have_text("2 days will change")
    saves.release()
    expect(frame.locator("#changes-title")).to_have_text("1 day will change")
    assert [day for day in (6, 7, 8) if "Public holiday" in cell(frame, 8, day)] == [6, 7]
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    with stores_of(admin.stage) as stores:
        days = stores.calendars.get(kept.id).days
    assert [entry.date.day for entry in days] == [6, 7]


def test_days_are_dragged_clicked_listed_and_stored_by_save_alone(
    admin: Journey, assert_accessible: Check
) -> None:
    frame = open_calendar(admin)
    assert_accessible(frame)
    frame.get_by_label("Name").fill("Bavaria")
    drag(admin, frame, 8, 6, 8)
    changes = frame.locator("#changes-title")
    expect(changes).to_have_text("3 days will change")
    expect(frame.locator("#save-note")).to_contain_text("3 days will change")
    click(frame, 8, 15)
    expect(changes).to_have_text("4 days will change")
    click(frame, 8, 15)
    expect(changes).to_have_text("3 days will change")
    click(frame, 4, 1)
    click(frame, 4, 5, shift=True)
    expect(changes).to_have_text("8 days will change")
    for count in (4, 3):
        admin.page.keyboard.press("Control+z")
        expect(changes).to_have_text(f"{count} days will change")
    expect(frame.locator("#flags")).to_have_text("")
    click(frame, 4, 1)
    expect(changes).to_have_text("4 days will change")
    frame.get_by_role("button", name="Undo Monday, 1 April 2030").click()
    expect(changes).to_have_text("3 days will change")
    assert "Public holiday" not in cell(frame, 4, 1)
    assert_accessible(frame)
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    expect(changes).to_have_text("Nothing to save")
    again = open_calendar(admin, "Bavaria")
    assert cell(again, 8, 7) == "Wednesday, 7 August 2030: Public holiday"
    expect(again.locator("#days-title")).to_have_text("3 days off in 2030")


def test_the_keyboard_alone_marks_halves_titles_and_months(admin: Journey, assert_accessible: Check) -> None:
    keep(admin, "Bavaria", LABOUR_DAY)
    frame, keyboard = open_calendar(admin, "Bavaria"), admin.page.keyboard
    frame.get_by_role("radio", name="Sick leave").focus()
    keyboard.press("Space")
    frame.get_by_role("radio", name="Afternoon").focus()
    keyboard.press("Space")
    frame.get_by_label("Title of new days").fill("Blood donation")
    frame.locator('#year [tabindex="0"]').focus()
    # March has a last day that April has not.
    for key in ("End", "PageDown", "Home", "ArrowDown", "ArrowRight", "Space"):
        keyboard.press(key)
    assert cell(frame, 4, 9) == "Tuesday, 9 April 2030: Sick leave (Blood donation), afternoon"
    expect(frame.locator("#changes-title")).to_have_text("1 day will change")
    keyboard.press("ArrowRight")
    keyboard.press("Shift+Space")
    expect(frame.locator("#changes-title")).to_have_text("2 days will change")
    keyboard.press("Control+z")
    expect(frame.locator("#changes-title")).to_have_text("1 day will change")
    expect(frame.locator(f'#year [data-date="{date(YEAR, 4, 10)}"]')).to_be_focused()
    frame.get_by_label("Title of Wednesday, 1 May 2030, whole day").fill("May Day")
    keyboard.press("Tab")
    expect(frame.locator("#changes-title")).to_have_text("2 days will change")
    assert_accessible(frame)
    frame.get_by_role("button", name="Save").focus()
    keyboard.press("Enter")
    expect(frame.locator("#settings-saved")).to_be_visible()
    with stores_of(admin.stage) as stores:
        [kept] = stores.calendars.all()
        days = stores.calendars.get(kept.id).days
    assert [(day.title, day.part, day.legend_id) for day in days] == [
        ("Blood donation", Part.AFTERNOON, "sick-leave"),
        ("May Day", Part.WHOLE, HOLIDAY),
    ]


def test_half_of_a_whole_day_becomes_working_time(admin: Journey) -> None:
    keep(admin, "Bavaria", LABOUR_DAY)
    frame = open_calendar(admin, "Bavaria")
    frame.get_by_role("radio", name="Working day").check()
    frame.get_by_role("radio", name="Afternoon").check()
    click(frame, 5, 1)
    assert cell(frame, 5, 1) == "Wednesday, 1 May 2030: Public holiday (Labour Day), morning"
    frame.get_by_role("radio", name="Morning").check()
    click(frame, 5, 1)
    assert cell(frame, 5, 1) == "Wednesday, 1 May 2030"


@pytest.mark.each_door
def test_what_is_marked_is_not_lost_by_leaving_and_goes_when_it_is_discarded(admin: Journey) -> None:
    keep(admin, "Bavaria", LABOUR_DAY)
    frame = open_calendar(admin, "Bavaria")
    click(frame, 5, 2)
    expect(frame.locator("#changes-title")).to_have_text("1 day will change")
    for leave in ("Back to the list", "Absence types", "General"):
        frame.get_by_role("button", name=leave).click()
        expect(frame.locator("#save-note")).to_contain_text("Save or discard them first")
    frame.get_by_role("button", name="The year after").click()
    expect(frame.locator("#year-title")).to_have_text(str(YEAR + 1))
    expect(frame.locator("#changes-title")).to_have_text("1 day will change")
    admin.stay()
    frame.get_by_role("button", name="Discard").click()
    expect(frame.locator("#changes-title")).to_have_text("Nothing to save")
    frame.get_by_role("button", name="Back to the list").click()
    expect(frame.get_by_role("button", name="New calendar")).to_be_visible()


def test_public_holidays_are_shown_for_a_region_before_they_are_taken(
    admin: Journey, assert_accessible: Check
) -> None:
    keep(admin, "Bavaria", LABOUR_DAY)
    frame = open_calendar(admin, "Bavaria")
    frame.get_by_role("button", name="Public holidays …").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Country").select_option("DE")
    expect(dialog.get_by_text(re.compile(r"^\d+ new"))).to_be_visible()
    dialog.get_by_label("Region").select_option("BY")
    expect(dialog.locator("li", has_text="20 June 2030")).to_contain_text("Corpus Christi")
    expect(dialog.get_by_text("1 on a day that already has something else")).to_be_visible()
    assert_accessible(frame)
    dialog.get_by_role("button", name="Cancel").click()
    expect(frame.locator("#changes-title")).to_have_text("Nothing to save")
    frame.get_by_role("button", name="Public holidays …").click()
    dialog.get_by_label("Country").select_option("DE")
    dialog.get_by_label("Region").select_option("BY")
    expect(dialog.locator("li", has_text="20 June 2030")).to_contain_text("Corpus Christi")
    dialog.get_by_role("button", name="Add ").click()
    expect(dialog).to_be_hidden()
    expect(frame.locator("#changes-title")).to_contain_text("days will change")
    assert "Corpus Christi" in cell(frame, 6, 20)
    assert "Labour Day" in cell(frame, 5, 1)
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    frame.get_by_role("button", name=f"Copy to {YEAR + 1} …").click()
    expect(dialog.get_by_text(f"Copy {YEAR} to {YEAR + 1}")).to_be_visible()
    assert_accessible(frame)
    dialog.get_by_role("button", name="Add ").click()
    expect(frame.locator("#year-title")).to_have_text(str(YEAR + 1))
    expect(frame.locator("#days-title")).to_contain_text(f"days off in {YEAR + 1}")


def test_a_refusal_of_days_goes_when_they_change(admin: Journey) -> None:
    keep(admin, "Bavaria", EVE)
    frame = open_calendar(admin, "Bavaria")
    frame.locator(f'#year [data-date="{date(YEAR, 3, 15)}"]').click()
    days = frame.locator("#calendar-days")
    days.evaluate("days => { days.value += `\\n${days.value.split('\\n')[0]}`; }")
    frame.get_by_role("button", name="Save").click()
    refusal = frame.locator("#days-error")
    expect(refusal).to_contain_text("in the calendar twice")
    frame.locator(f'#year [data-date="{date(YEAR, 3, 14)}"]').click()
    expect(refusal).to_have_count(0)


@pytest.mark.each_door
def test_a_bad_file_takes_nothing_in_a_good_one_is_shown_first_and_goes_out_again(
    admin: Journey, assert_accessible: Check
) -> None:
    keep(admin, "Bavaria", EVE)
    frame = open_calendar(admin, "Bavaria")
    frame.get_by_role("button", name="Import …").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("File").set_input_files(ics(BAD_FILE))
    expect(dialog.get_by_role("alert")).to_contain_text("Line 4")
    expect(dialog.get_by_role("button", name="Add ")).to_have_count(0)
    assert_accessible(frame)
    admin.allow("status of 413")
    dialog.get_by_label("File").set_input_files(ics(b"x" * 6_000_000))
    expect(dialog).not_to_contain_text("Line 4")
    expect(dialog.get_by_role("alert")).to_have_count(1)
    dialog.get_by_label("File").set_input_files(ics(GOOD_FILE))
    expect(dialog.get_by_text("3 new")).to_be_visible()
    file = dialog.get_by_label("File")
    expect(file).to_have_value(re.compile("days.ics$"))
    # The same file can be chosen again only if the field is empty; without a choice it comes back.
    with admin.page.expect_file_chooser():
        file.click()
    expect(file).to_have_value("")
    file.dispatch_event("cancel", {"bubbles": True})
    expect(file).to_have_value(re.compile("days.ics$"))
    expect(dialog.get_by_label("File")).not_to_have_attribute("aria-invalid", "true")
    assert_accessible(frame)
    dialog.get_by_label("File").set_input_files(ics(BAD_FILE))
    expect(dialog.get_by_role("alert")).to_contain_text("Line 4")
    admin.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    frame.get_by_role("button", name="Import …").click()
    dialog.get_by_label("File").set_input_files(ics(GOOD_FILE))
    dialog.get_by_role("button", name="Add 3 days").click()
    expect(frame.locator("#changes-title")).to_have_text("3 days will change")
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    with admin.page.expect_download() as download:
        frame.get_by_role("button", name="Export", exact=True).click()
    assert download.value.suggested_filename == "Bavaria.ics"
    written = Path(download.value.path()).read_bytes()
    for words in (b"SUMMARY:Plant holiday", b"SUMMARY:Christmas Eve", b"20300812"):
        assert words in written


def test_a_calendar_in_use_goes_only_when_another_takes_its_place(
    admin: Journey, assert_accessible: Check
) -> None:
    bavaria, _ = keep(admin, "Bavaria", LABOUR_DAY), keep(admin, "Austria")
    team = make_team(admin.stage, "Payments", admin.person)
    with stores_of(admin.stage) as stores:
        member = stores.teams.member(team.id, admin.person.account_id)
        stores.teams.save_member(replace(member, calendar_id=bavaria.id))
    frame = open_calendar(admin, "Bavaria")
    expect(frame.locator("#save-effect")).to_contain_text("counts for 1 person in Payments")
    frame.get_by_role("button", name="Back to the list").click()
    expect(frame.locator(f"#calendar-{bavaria.id}")).to_contain_text("1 person in Payments")
    assert_accessible(frame)
    frame.get_by_role("button", name="Delete Bavaria").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.locator("#replacement-error")).to_be_visible()
    assert_accessible(frame)
    dialog.get_by_label("Replacement calendar").select_option(label="Austria")
    dialog.get_by_role("button", name="Delete").click()
    expect(frame.locator("#flags")).to_contain_text("Bavaria is deleted.")
    expect(frame.locator("#calendars tbody")).to_contain_text("1 person in Payments")
    expect(frame.locator("#calendars tbody tr")).to_have_count(1)


def test_the_second_of_two_admins_sees_both_and_decides(admin: Journey, assert_accessible: Check) -> None:
    keep(admin, "Bavaria", LABOUR_DAY)
    mine = open_calendar(admin, "Bavaria")
    click(mine, 5, 2)
    mine.get_by_label("Name").fill("Bavaria, mine")
    other = Journey(admin.page.context.new_page(), admin.stage, admin.person)
    theirs = open_calendar(other, "Bavaria")
    theirs.get_by_label("Name").fill("Bavaria, theirs")
    click(theirs, 8, 15)
    expect(theirs.locator("#changes-title")).to_have_text("1 day will change")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.locator("#settings-saved")).to_be_visible()
    assert other.unexpected() == []
    other.page.close()
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator("#settings-conflict")).to_contain_text("by somebody else or in another tab")
    expect(mine.locator("#settings-conflict")).to_be_in_viewport()
    expect(mine.locator("#name-theirs")).to_contain_text("Bavaria, theirs")
    expect(mine.get_by_label("Name")).to_have_value("Bavaria, mine")
    changes = mine.locator(".changes")
    expect(changes).to_contain_text("Thursday, 2 May 2030")
    expect(changes).to_contain_text("Thursday, 15 August 2030")
    assert_accessible(mine)
    mine.get_by_role("button", name="Undo Thursday, 15 August 2030").click()
    expect(mine.locator("#changes-title")).to_have_text("1 day will change")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator("#settings-saved")).to_be_visible()
    assert "Public holiday" in cell(mine, 5, 2)
    assert "Public holiday" in cell(mine, 8, 15)


def test_each_step_to_another_year_counts_even_before_the_answers(admin: Journey) -> None:
    frame = open_calendar(admin)
    frame.locator('#year [tabindex="0"]').focus()
    requests = HeldRequests(admin, "/year")
    requests.hold(lambda: admin.page.keyboard.press("j"))
    # A year that is not shown on the way, so that it means that all steps are done.
    for key in ("j", "k", "k", "k"):
        admin.page.keyboard.press(key)
    requests.release()
    expect(frame.locator("#year-title")).to_have_text(str(YEAR - 1))


def test_a_small_screen_holds_the_year(admin: Journey, assert_accessible: Check) -> None:
    admin.page.set_viewport_size({"width": 360, "height": 740})
    keep(admin, "Bavaria", LABOUR_DAY, EVE)
    frame = open_calendar(admin, "Bavaria")
    expect(frame.locator(".year-day.now")).to_be_in_viewport()
    click(frame, 5, 2)
    expect(frame.locator("#changes-title")).to_have_text("1 day will change")
    assert_accessible(frame)
    wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


def test_a_dialog_stays_when_a_right_is_lost_and_a_calendar_that_is_gone_leaves_the_list(
    admin: Journey,
) -> None:
    admin.allow("Failed to load resource: .* status of 40[34]")
    calendar = keep(admin, "Bavaria", LABOUR_DAY)
    frame = open_calendar(admin, "Bavaria")
    frame.locator("#add-holidays").click()
    frame.locator("#country").select_option("DE")
    expect(frame.locator("#take-offer")).to_be_visible()
    admins = admin.stage.jira.site.group_named(ADMIN_GROUP)
    assert admins
    admins.members.discard(admin.person.account_id)
    frame.locator("#country").select_option("AT")
    expect(frame.locator("#holidays-problem")).to_contain_text("Administer Jira")
    expect(frame.locator("#take-offer")).to_be_visible()
    admins.members.add(admin.person.account_id)
    dialog = frame.locator("#dialog")
    dialog.get_by_role("button", name="Cancel").click()
    frame.get_by_role("button", name="Back to the list").click()
    frame.get_by_role("button", name="Delete Bavaria").click()
    expect(dialog).to_contain_text("Nobody uses it.")
    with stores_of(admin.stage) as stores:
        stores.calendars.delete(calendar.id)
    dialog.get_by_role("button", name="Delete").click()
    expect(frame.locator("#flags")).to_contain_text("This calendar no longer exists.")
    expect(dialog).not_to_be_visible()
    expect(frame.get_by_role("button", name="Delete Bavaria")).to_have_count(0)
