"""Marking leaves in a real browser: mouse, Shift, keyboard, ranges, halves, and before and after Save."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Page, Request, Route, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.language import choose_language
from tests.journeys.support.sheet import NOW
from tests.journeys.support.team_stage import make_team, take_leave
from timesheet.domain.span import week_of

TODAY = NOW.date()
WEEK = week_of(TODAY, 0)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, *_ = (f"#day-{day}" for day in WEEK)


@pytest.fixture
def frame(journey: Journey) -> Frame:
    """Open the year of somebody who is in one team, on a Wednesday."""
    clock = journey.stage.cloud.cloud.clock
    clock.travel((NOW - clock()).total_seconds())
    make_team(journey.stage, "Payments", journey.person, journey.stage.jira.person(2))
    opened = journey.open("availability")
    expect(opened.locator("#year-number")).to_have_text(str(TODAY.year))
    return opened


def labels(frame: Frame, *days: str) -> list[str]:
    return [frame.locator(day).get_attribute("aria-label") or "" for day in days]


def test_what_is_marked_before_the_sentences_of_a_language_arrive_is_named_again(journey: Journey) -> None:
    clock = journey.stage.cloud.cloud.clock
    clock.travel((NOW - clock()).total_seconds())
    choose_language(journey.stage, journey.person, "de")
    held = HeldRequests(journey, "/sentences/")

    def open_page() -> None:
        journey.open("availability")

    held.hold(open_page)
    frame = journey.frame()
    frame.locator(FRIDAY).click()
    expect(frame.locator("#leave-note")).to_have_text("1 day is marked and not saved.")
    assert labels(frame, FRIDAY)[0].endswith("not saved")
    held.release()
    expect(frame.locator("#leave-note")).to_have_text("1 Tag ist markiert und nicht gespeichert.")
    assert labels(frame, FRIDAY)[0].endswith("nicht gespeichert")


@pytest.mark.each_door
def test_a_click_marks_a_day_and_shows_what_it_does_before_it_is_saved(
    journey: Journey, frame: Frame, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = journey.open("availability")
    assert_accessible(frame)
    frame.locator(FRIDAY).click()
    expect(frame.locator("#leave-note")).to_have_text("1 day is marked and not saved.")
    preview = frame.locator("#leave-preview")
    expect(preview).to_contain_text("−8:00")
    assert_accessible(frame)
    again = journey.open("availability")
    assert "Vacation" not in labels(again, FRIDAY)[0]
    again.locator(FRIDAY).click()
    again.get_by_role("button", name="Save").click()
    expect(again.locator("#leaves-saved")).to_be_visible()
    assert "Vacation" in labels(journey.open("availability"), FRIDAY)[0]


def test_days_whose_answer_was_lost_are_saved_by_the_next_try(journey: Journey, frame: Frame) -> None:
    frame.locator(FRIDAY).click()
    expect(frame.locator("#leave-preview")).to_contain_text("−8:00")
    journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    journey.lose_answers("/availability")
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#flags")).to_contain_text("so this may not be saved. Try again:")
    expect(frame.locator("#leave-note")).to_have_text("1 day is marked and not saved.")
    journey.restore()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    assert "Vacation" in labels(frame, FRIDAY)[0]


def test_days_that_are_marked_or_cleared_during_a_save_wait_for_the_next_one(
    journey: Journey, frame: Frame
) -> None:
    for day in (TUESDAY, FRIDAY):
        frame.locator(day).click()
    expect(frame.locator("#leave-note")).to_have_text("2 days are marked and not saved.")
    expect(frame.locator("#leave-preview")).to_contain_text("−16:00")
    saves = HeldRequests(journey, "/availability")
    saves.hold(frame.locator("#save-leaves").click)
    frame.locator(FRIDAY).click()
    frame.locator(MONDAY).click()
    expect(frame.locator("#leave-note")).to_have_text("2 days are marked and not saved.")
    saves.release()
    expect(frame.locator("#leaves-saved")).to_have_count(0)
    expect(frame.locator(f"{TUESDAY}:not(.changed)")).to_be_visible()
    expect(frame.locator("#leave-note")).to_have_text("2 days are marked and not saved.")
    expect(frame.locator("#leave-preview")).to_contain_text("Vacation → work as usual")
    frame.locator("#save-leaves").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    said = labels(journey.open("availability"), MONDAY, TUESDAY, FRIDAY)
    assert ["Vacation" in text for text in said] == [True, True, False]


def test_shift_marks_everything_in_between_and_a_second_click_takes_a_mark_away(
    journey: Journey, frame: Frame
) -> None:
    frame.locator(MONDAY).click()
    frame.locator(FRIDAY).click(modifiers=["Shift"])
    expect(frame.locator("#leave-note")).to_have_text("5 days are marked and not saved.")
    frame.locator(WEDNESDAY).click()
    expect(frame.locator("#leave-note")).to_have_text("4 days are marked and not saved.")
    assert ["Vacation" in text for text in labels(frame, TUESDAY, WEDNESDAY, THURSDAY)] == [True, False, True]
    # A range is marked, even if its last day is marked already.
    frame.locator(THURSDAY).click(modifiers=["Shift"])
    expect(frame.locator("#leave-note")).to_have_text("5 days are marked and not saved.")
    for note in (
        "4 days are marked and not saved.",
        "5 days are marked and not saved.",
        "1 day is marked and not saved.",
        "",
    ):
        journey.page.keyboard.press("Control+z")
        expect(frame.locator("#leave-note")).to_have_text(note)
    assert not any("Vacation" in text for text in labels(frame, MONDAY, WEDNESDAY, FRIDAY))
    expect(frame.locator("#flags")).to_have_text("")
    journey.page.keyboard.press("Control+z")
    expect(frame.locator("#flags")).to_have_text("There is nothing to undo in this tab.")


def test_dragging_marks_the_days_it_crosses(journey: Journey, frame: Frame) -> None:
    frame.locator(FRIDAY).scroll_into_view_if_needed()
    start, end = frame.locator(TUESDAY).bounding_box(), frame.locator(THURSDAY).bounding_box()
    assert start
    assert end
    mouse = journey.page.mouse
    mouse.move(start["x"] + 9, start["y"] + 9)
    mouse.down()
    mouse.move(end["x"] + 9, end["y"] + 9, steps=8)
    mouse.up()
    expect(frame.locator("#leave-note")).to_have_text("3 days are marked and not saved.")


def test_a_drag_whose_release_a_menu_took_marks_nothing_more(frame: Frame) -> None:
    monday = frame.locator(MONDAY)
    monday.scroll_into_view_if_needed()
    monday.dispatch_event("pointerdown", {"button": 0, "buttons": 1, "bubbles": True})
    for day in (TUESDAY, WEDNESDAY, THURSDAY):
        frame.locator(day).hover()
    frame.locator(FRIDAY).click()
    expect(frame.locator("#leave-note")).to_have_text("1 day is marked and not saved.")
    assert ["Vacation" in text for text in labels(frame, TUESDAY, FRIDAY)] == [False, True]


def test_the_keyboard_alone_marks_half_a_day(journey: Journey, frame: Frame) -> None:
    keyboard = journey.page.keyboard
    frame.get_by_label("Sick leave").focus()
    keyboard.press("Space")
    frame.get_by_label("Morning").focus()
    keyboard.press("Space")
    frame.locator('#months .day[tabindex="0"]').focus()
    keyboard.press("ArrowUp")
    keyboard.press("ArrowRight")
    keyboard.press("Space")
    expect(frame.locator(f"#day-{TODAY - timedelta(days=6)}")).to_be_focused()
    expect(frame.locator("#live")).to_contain_text("Sick leave (morning), not saved")
    expect(frame.locator("#leave-preview")).to_contain_text("−4:00")
    frame.get_by_label("Afternoon").check()
    frame.get_by_label("Vacation").check()
    frame.locator('#months .day[tabindex="0"]').focus()
    keyboard.press("Space")
    expect(frame.locator("#live")).to_contain_text("Sick leave (morning), Vacation (afternoon), not saved")
    frame.get_by_role("button", name="Save").focus()
    keyboard.press("Enter")
    expect(frame.locator("#leaves-saved")).to_be_visible()
    expect(frame.locator(f"#day-{TODAY - timedelta(days=6)}")).to_be_focused()
    expect(frame.locator("#live")).to_have_text("The days are saved.")


def test_half_of_a_saved_leave_becomes_working_time(journey: Journey, frame: Frame) -> None:
    frame.locator(FRIDAY).click()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    frame.locator("#legend-none").check()
    frame.get_by_label("Morning").check()
    frame.locator(FRIDAY).click()
    expect(frame.locator("#leave-preview")).to_contain_text("+4:00")
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    assert "Vacation (afternoon)" in labels(journey.open("availability"), FRIDAY)[0]


def test_a_range_is_typed_and_discarded(frame: Frame) -> None:
    frame.get_by_label("From").fill(str(WEEK.last - timedelta(days=2)))
    frame.get_by_label("To", exact=True).fill(str(WEEK.first))
    frame.get_by_role("button", name="Mark").click()
    expect(frame.locator("#range-error")).to_have_text("It ends before it begins.")
    frame.get_by_label("From").fill(str(WEEK.first))
    expect(frame.locator("#range-error")).to_be_empty()
    frame.get_by_label("To", exact=True).fill(str(WEEK.first + timedelta(days=366)))
    frame.get_by_role("button", name="Mark").click()
    expect(frame.locator("#range-error")).to_have_text("Choose 366 days at most.")
    frame.get_by_label("To", exact=True).fill(str(WEEK.last - timedelta(days=2)))
    frame.get_by_role("button", name="Mark").click()
    expect(frame.locator("#leave-note")).to_have_text("5 days are marked and not saved.")
    frame.get_by_role("button", name="Discard").click()
    expect(frame.locator("#leave-note")).to_have_text("")
    assert "Vacation" not in labels(frame, MONDAY)[0]


def test_marks_are_not_lost_by_going_to_another_year(journey: Journey, frame: Frame) -> None:
    frame.locator(FRIDAY).click()
    journey.stay()
    frame.get_by_role("button", name="The year after").click()
    expect(frame.locator("#leave-note")).to_contain_text("Save or discard them first")
    expect(frame.locator("#year-number")).to_have_text(str(TODAY.year))
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    frame.get_by_role("button", name="The year after").click()
    expect(frame.locator("#year-number")).to_have_text(str(TODAY.year + 1))


def test_marks_stay_if_they_cannot_be_saved_now(journey: Journey, frame: Frame) -> None:
    frame.locator(FRIDAY).click()
    journey.answer_in_place("/availability", 503, "<p>Try again</p>", {"Content-Type": "text/html"})
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-problem")).to_have_text("Try again")
    expect(frame.locator("#leave-note")).to_have_text("1 day is marked and not saved.")
    journey.page.set_viewport_size({"width": 375, "height": 667})
    frame.locator("table.month").last.scroll_into_view_if_needed()
    expect(frame.locator("#leaves-problem")).to_be_in_viewport(ratio=1)
    journey.restore()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    expect(frame.locator("#leaves-problem")).to_be_hidden()


def test_save_has_the_focus_again_although_another_answer_came_first(journey: Journey, frame: Frame) -> None:
    door, saving = journey.door, list[Route]()

    def is_save(request: Request) -> bool:
        return door.target(request) == ("POST", "/availability")

    def hold(route: Route, request: Request) -> None:
        if is_save(request):
            saving.append(route)
        else:
            route.fallback()

    frame.locator(FRIDAY).click()
    expect(frame.locator("#leave-preview")).to_contain_text("1 day changes")
    save = frame.get_by_role("button", name="Save")
    save.focus()
    let_go = hold_answer(
        journey, "/availability/preview", lambda: frame.locator("#changes").dispatch_event("change")
    )
    journey.intercept(hold)
    with journey.page.expect_request(is_save):
        save.press("Enter")
    let_go()
    journey.wait_until(lambda: saving)
    door.answer_in_place(
        saving[0], 503, {"Content-Type": "text/html", "X-Request-Id": "r1"}, "<p>Try again</p>"
    )
    expect(frame.locator("#leaves-problem")).to_have_text("Try again")
    expect(save).to_be_focused()


def test_a_leave_over_new_year_is_saved_whole_and_shown_in_both_years(
    frame: Frame, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame.get_by_label("From").fill(f"{TODAY.year}-12-21")
    frame.get_by_label("To", exact=True).fill(f"{TODAY.year + 1}-01-01")
    frame.get_by_role("button", name="Mark").click()
    expect(frame.locator("#leave-note")).to_have_text("12 days are marked and not saved.")
    # 21 December 2030 is a Saturday: two weekends are among the twelve days.
    expect(frame.locator("#leave-preview summary")).to_have_text("12 days change; working days among them: 8")
    effects = frame.locator("#leave-preview .effects tbody tr")
    expect(effects).to_have_count(2)
    expect(effects.nth(0)).to_contain_text("−56:00")
    expect(effects.nth(1)).to_contain_text("−8:00")
    assert_accessible(frame)
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    days = [f"#day-{TODAY.year}-12-{day}" for day in range(20, 32)]
    assert ["Vacation" in text for text in labels(frame, *days)] == [False, *[True] * 11]
    frame.get_by_role("button", name="The year after").click()
    expect(frame.locator("#year-number")).to_have_text(str(TODAY.year + 1))
    days = [f"#day-{TODAY.year + 1}-01-0{day}" for day in (1, 2)]
    assert ["Vacation" in text for text in labels(frame, *days)] == [True, False]


def test_my_timesheet_says_why_nothing_is_expected(journey: Journey, frame: Frame) -> None:
    frame.locator(f"#day-{TODAY}").click()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    sheet = journey.open()
    expect(sheet.locator("#grid thead th.now .away")).to_have_text("V")
    expect(sheet.locator('#grid tfoot td[title="Vacation"]')).to_have_text("V")


def test_a_refusal_of_marks_goes_when_they_change(journey: Journey, frame: Frame) -> None:
    take_leave(journey.stage, journey.person, TODAY + timedelta(days=1))
    frame.locator(FRIDAY).click()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leave-problem")).to_contain_text("changed in the meantime")
    frame.locator(MONDAY).click()
    expect(frame.locator("#leave-problem")).to_have_count(0)


def test_the_year_of_another_person_opens_at_today(journey: Journey, frame: Frame) -> None:
    christmas = frame.locator(f"#day-{TODAY.replace(month=12, day=24)}")
    christmas.click()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    expect(christmas).to_have_attribute("tabindex", "0")
    other = journey.stage.jira.person(2).account_id
    frame.get_by_label("Person").select_option(other)
    expect(frame.locator('#leaves input[name="person"]')).to_have_value(other)
    expect(frame.locator('#months .day[tabindex="0"]')).to_have_id(f"day-{TODAY}")


def test_a_lead_enters_a_members_leave(journey: Journey, frame: Frame) -> None:
    other = journey.stage.jira.person(2)
    frame.get_by_label("Person").select_option(other.account_id)
    expect(frame.locator('#leaves input[name="person"]')).to_have_value(other.account_id)
    frame.locator(FRIDAY).click()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    journey.person = other
    assert "Vacation" in labels(journey.open("availability"), FRIDAY)[0]


def test_a_small_screen_holds_it_all(
    journey: Journey, frame: Frame, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.page.set_viewport_size({"width": 360, "height": 740})
    frame = journey.open("availability")
    expect(frame.locator(".day.now")).to_be_in_viewport()
    frame.locator(FRIDAY).click()
    expect(frame.locator("#leave-preview")).to_contain_text("−8:00")
    assert_accessible(frame)
    wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


def test_on_a_phone_what_a_tap_marks_and_the_tapped_day_are_on_the_screen(
    journey: Journey, frame: Frame
) -> None:
    journey.page.set_viewport_size({"width": 375, "height": 667})
    frame = journey.open("availability")
    expect(frame.locator(".day.now")).to_be_in_viewport(ratio=1)
    last = frame.locator(".month").last.locator(".day").last
    last.scroll_into_view_if_needed()
    for choice in ("Vacation", "Whole day"):
        chosen = frame.get_by_role("radio", name=choice)
        expect(chosen).to_be_checked()
        expect(chosen).to_be_in_viewport(ratio=1)
    # Beyond the edge there are more types of absence.
    expect(frame.locator(".tap-choice").first).to_contain_class("more-after")
    foot = frame.locator(".leave-foot")
    height = foot.evaluate("foot => foot.offsetHeight")
    last.click()
    expect(frame.locator("#leave-note")).to_have_text("1 day is marked and not saved.")
    expect(frame.locator("#leave-preview")).to_contain_text("1 day changes")
    assert foot.evaluate("foot => foot.offsetHeight") == height


def test_on_paper_the_months_take_the_whole_width_without_instructions(
    journey: Journey, frame: Frame
) -> None:
    take_leave(journey.stage, journey.person, TODAY + timedelta(days=2))
    frame = journey.open("availability")
    person = frame.get_by_text(journey.person.display_name, exact=True)
    expect(person).to_be_hidden()
    journey.page.emulate_media(media="print")
    expect(person).to_be_visible()
    expect(frame.locator(".palette fieldset, .palette .help").filter(visible=True)).to_have_count(0)
    expect(frame.locator(".days-away")).to_contain_text("Vacation")
    day, letter = (frame.locator(name).bounding_box() for name in (FRIDAY, f"{FRIDAY} b"))
    assert day
    assert letter
    assert day["y"] <= letter["y"] < day["y"] + day["height"], "a letter is in its own day"
    expect(frame.locator("#leave-preview")).to_be_hidden()
    months, form = (frame.locator(name).bounding_box() for name in ("#months", "#leaves"))
    assert months
    assert form
    assert months["x"] == form["x"]


def test_after_midnight_another_day_is_today_and_the_marks_stay(journey: Journey, frame: Frame) -> None:
    journey.page.clock.install(time=NOW)
    frame = journey.open("availability")
    expect(frame.locator("#months .now")).to_have_id(WEDNESDAY[1:])
    frame.locator(WEDNESDAY).click()
    expect(frame.locator("#leave-preview")).to_contain_text("−8:00")
    journey.page.clock.run_for("24:00:00")
    expect(frame.locator("#months .now")).to_have_id(THURSDAY[1:])
    expect(frame.locator("#leave-note")).to_have_text("1 day is marked and not saved.")
    frame.locator(WEDNESDAY).click()
    expect(frame.locator("#months .now")).to_have_id(THURSDAY[1:])
