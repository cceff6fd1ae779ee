"""Teams in a real browser: as a lead, a member, a manager, a team administrator, and somebody without rights."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.team_stage import give, grant, make_team, stores_of
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Role, TeamPermission
from tools.stage import Stage


@pytest.fixture
def admin(stage: Stage, person: Person) -> Person:
    """Return a team administrator; the journey's own person may create teams."""
    other = stage.jira.person(5)
    grant(stage, person, other)
    return other


def find(frame: Frame, label: str, person: Person) -> None:
    """Type the first name into a search box and choose the person."""
    box = frame.get_by_role("combobox", name=label)
    box.fill("")
    box.press_sequentially(person.display_name.split()[0])
    frame.get_by_role("option", name=person.display_name).click()


def settings(journey: Journey, section: str = "") -> Frame:
    """Open one section of the settings of the team Payments."""
    frame = journey.open("teams")
    frame.get_by_role("button", name="Settings of Payments").click()
    if section:
        button = frame.get_by_role("button", name=section, exact=True)
        # The section that is shown already would be drawn again later, in place of what the journey has found.
        if not button.get_attribute("aria-current"):
            button.click()
        expect(frame.get_by_role("heading", name=section)).to_be_visible()
    return frame


@pytest.mark.each_door
def test_a_lead_makes_a_team_and_fills_it(
    journey: Journey, admin: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame, jira = journey.open("teams"), journey.stage.jira
    assert_accessible(frame)
    frame.get_by_role("button", name="Create team").last.click()
    frame.get_by_label("Name", exact=True).fill("Payments")
    assert_accessible(frame)
    frame.get_by_role("button", name="Create", exact=True).click()
    expect(frame.get_by_role("heading", name="Payments")).to_be_visible()
    frame.get_by_role("button", name="Add people").click()
    for other in (jira.person(2), jira.person(4)):
        find(frame, "People", other)
    assert_accessible(frame)
    chosen = frame.get_by_role("list", name="Chosen")
    box = frame.get_by_role("combobox", name="People")
    box.press_sequentially(jira.person(5).display_name[:3])
    option = frame.get_by_role("option", name=jira.person(5).display_name)
    expect(option).to_be_visible()
    below, above = option.bounding_box(), chosen.bounding_box()
    assert below
    assert above
    assert above["y"] + above["height"] <= below["y"], "the options would cover who is chosen already"
    box.fill("")
    frame.get_by_role("button", name="Add", exact=True).click()
    expect(frame.locator("#member-table tbody tr")).to_have_count(3)
    expect(frame.locator("#dialog")).to_be_hidden()
    assert_accessible(frame)


def test_several_members_change_at_once_by_keyboard(journey: Journey, admin: Person) -> None:
    jira = journey.stage.jira
    make_team(journey.stage, "Payments", journey.person, jira.person(2), jira.person(4))
    frame = journey.open("teams")
    frame.get_by_role("button", name="Settings of Payments").focus()
    journey.page.keyboard.press("Enter")
    every = frame.get_by_label("Select all")
    frame.locator("#members input[name=selected]").first.check()
    expect(frame.locator("#bulk-count")).to_have_text("1 selected")
    assert every.evaluate("box => box.indeterminate")
    every.focus()
    journey.page.keyboard.press("Space")
    expect(frame.locator("#bulk-count")).to_have_text("3 selected")
    frame.get_by_label("What to change").select_option("left")
    left, refusal = frame.locator("#bulk-left"), frame.locator("#bulk-error")
    left.fill("2023-12-31")
    frame.get_by_role("button", name="Apply").press("Enter")
    expect(refusal).to_contain_text("before the joining date")
    expect(frame.get_by_role("button", name="Apply")).to_be_focused()
    expect(left).to_have_value("2023-12-31")
    expect(left).to_have_attribute("aria-invalid", "true")
    expect(frame.locator("#bulk-count")).to_have_text("3 selected")
    left.fill("2026-12-31")
    expect(refusal).to_be_hidden()
    frame.locator("#bulk-left").press("Enter")
    expect(frame.locator("#member-table")).to_contain_text("1 Jan 2024 – 31 Dec 2026")
    expect(frame.locator("#flags")).to_contain_text("3 members are changed.")


def test_members_of_a_large_team_are_found_by_name(journey: Journey, admin: Person) -> None:
    everybody = [journey.stage.jira.person(number) for number in range(11)]
    people = [one for one in everybody if one != journey.person]
    make_team(journey.stage, "Payments", journey.person, *people)
    frame = settings(journey)
    rows = frame.locator("#member-table tbody tr:visible")
    expect(rows).to_have_count(1 + len(people))
    kept, found = people[3].display_name, people[7].display_name
    frame.get_by_label(f"Select {kept}").check()
    accented = f"{found[0]}\u0301{found[1:]}".translate(str.maketrans("adhlo", "ådħłø"))
    frame.get_by_label("Find by name").press_sequentially(accented.upper())
    # Who is selected stays, so that nobody is changed unseen; Enter changes nobody.
    expect(rows).to_have_count(2)
    journey.page.keyboard.press("Enter")
    expect(frame.locator("#bulk-error")).to_have_count(0)
    frame.get_by_label("Select all").check()
    expect(frame.locator("#bulk-count")).to_have_text("2 selected")
    frame.get_by_label("What to change").select_option("left")
    frame.locator("#bulk-left").fill("2026-12-31")
    frame.get_by_role("button", name="Apply").click()
    expect(frame.locator("#flags")).to_contain_text("2 members are changed.")
    expect(rows.filter(has_text="31 Dec 2026")).to_have_count(2)
    expect(rows).to_have_count(1 + len(people))


def test_a_scope_is_counted_as_it_is_typed_and_broken_jql_is_said_in_jiras_words(
    journey: Journey, admin: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    make_team(journey.stage, "Payments", journey.person)
    frame = settings(journey, "Scope")
    count = frame.locator("#scope-count")
    expect(count).to_contain_text("issues that you can see")
    everything = count.inner_text()
    frame.get_by_role("combobox", name="Projects").press_sequentially("PAY")
    frame.get_by_role("option", name=re.compile("PAY")).click()
    expect(count).not_to_have_text(everything)
    frame.get_by_label("JQL filter").fill("nothere = 3")
    expect(count).to_contain_text("nothere")
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#error-jql")).to_contain_text("Jira says")
    expect(frame.get_by_text("Jira says")).to_have_count(1)
    expect(frame.get_by_label("JQL filter")).to_have_accessible_description(count.inner_text())
    assert_accessible(frame)
    frame.get_by_label("JQL filter").fill("issuetype = Bug")
    expect(frame.locator("#error-jql, [aria-invalid]")).to_have_count(0)
    expect(count).to_contain_text("About")
    expect(frame.locator(".error, [aria-invalid]")).to_have_count(0)
    assert_accessible(frame)
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#settings-saved")).to_contain_text("Saved.")
    expect(frame.locator("#scope-projects-chosen .chip")).to_have_count(1)


def test_the_lead_is_handed_over_and_asked_whether_to_stay(journey: Journey, admin: Person) -> None:
    other = journey.stage.jira.person(2)
    make_team(journey.stage, "Payments", journey.person, other)
    frame = settings(journey, "General")
    find(frame, "Lead", other)
    # What is typed over a choice discards it.
    box = frame.get_by_role("combobox", name="Lead")
    chosen = frame.locator(".finder").filter(has=box).locator("[data-chosen]")
    expect(chosen).to_have_value(other.account_id)
    box.press("x")
    expect(chosen).to_have_value("")
    find(frame, "Lead", other)
    frame.get_by_role("button", name="Save").click()
    frame.get_by_label("Yes, with the role Team Manager").check()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#settings-saved")).to_contain_text("Saved.")
    expect(frame.locator("#settings")).to_contain_text(f"{other.display_name} leads this team.")
    frame.get_by_role("button", name="Members").click()
    row = frame.locator("#member-table tr", has_text=journey.person.display_name)
    expect(row).to_contain_text("Team Manager")


def test_whoever_hands_a_team_over_completely_sees_it_as_a_member(journey: Journey, admin: Person) -> None:
    other = journey.stage.jira.person(2)
    make_team(journey.stage, "Payments", journey.person, other)
    frame = settings(journey, "General")
    find(frame, "Lead", other)
    frame.get_by_role("button", name="Save").click()
    frame.get_by_label("No", exact=True).check()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#flags")).to_contain_text("You can no longer change the settings of this team.")
    expect(frame.locator("#team-total")).to_contain_text("of your own")


def test_whoever_creates_a_team_for_somebody_else_is_led_back_to_their_teams(
    journey: Journey, admin: Person
) -> None:
    other = journey.stage.jira.person(2)
    frame = journey.open("teams")
    frame.get_by_role("button", name="Create team").last.click()
    frame.get_by_label("Name", exact=True).fill("Payments")
    find(frame, "Lead", other)
    frame.get_by_role("button", name="Create", exact=True).click()
    frame.get_by_label("No", exact=True).check()
    frame.get_by_role("button", name="Create", exact=True).click()
    expect(frame.locator("#flags")).to_contain_text(f"Payments is created. {other.display_name} leads it.")
    expect(frame.locator("#no-teams")).to_be_visible()
    expect(frame.locator("#dialog")).to_be_hidden()


def test_an_administrator_meets_a_deactivated_lead_and_deletes_by_typing(
    journey: Journey, admin: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    people = journey.stage.jira.site.people.values()
    gone = next(person for person in people if not person.active and person.account_type == "atlassian")
    make_team(journey.stage, "Payments", gone, journey.person)
    journey.person = admin
    frame = journey.open("teams")
    frame.get_by_label("Show").select_option("all")
    frame.get_by_role("button", name="Settings of Payments").click()
    expect(frame.locator("#lead-gone")).to_contain_text("is deactivated in Jira")
    assert_accessible(frame)
    frame.get_by_title("More").click()
    frame.get_by_role("button", name="Delete …").click()
    frame.get_by_label("Type Payments to delete it").fill("payment")
    frame.get_by_role("button", name="Delete the team").click()
    expect(frame.locator("#error-typed")).to_be_visible()
    assert_accessible(frame)
    frame.get_by_label("Type Payments to delete it").fill("Payments")
    frame.get_by_role("button", name="Delete the team").click()
    expect(frame.locator("#flags")).to_contain_text("Payments is deleted.")
    expect(frame.locator("#no-teams")).to_be_visible()


def test_an_archived_team_comes_back_by_undo(journey: Journey, admin: Person) -> None:
    make_team(journey.stage, "Payments", journey.person)
    frame = settings(journey)
    frame.get_by_title("More").click()
    frame.get_by_role("button", name="Archive").click()
    expect(frame.locator("#no-teams")).to_be_visible()
    frame.get_by_role("button", name="Undo").click()
    expect(frame.locator("#team-table")).to_contain_text("Payments")


def test_an_archived_team_is_restored_on_its_page(journey: Journey, admin: Person) -> None:
    make_team(journey.stage, "Payments", journey.person)
    frame = settings(journey)
    frame.get_by_title("More").click()
    frame.get_by_role("button", name="Archive").click()
    frame.get_by_label("Archived").check()
    frame.get_by_role("link", name="Payments").click()
    expect(frame.locator("#overview")).to_contain_text("archived")
    frame.locator("#overview-menu summary").click()
    frame.get_by_role("button", name="Restore the team").click()
    expect(frame.locator("#flags")).to_contain_text("Payments is active again.")
    expect(frame.locator("#team-table")).to_contain_text("Payments")


def test_a_plain_member_sees_their_team_and_no_settings(
    journey: Journey, admin: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    make_team(journey.stage, "Payments", journey.person, journey.stage.jira.person(2))
    journey.person = journey.stage.jira.person(2)
    frame = journey.open("teams")
    expect(frame.locator("#team-table")).to_contain_text("Payments")
    expect(frame.get_by_role("button", name="Settings of Payments")).to_have_count(0)
    expect(frame.get_by_role("button", name="Create team")).to_have_count(0)
    assert_accessible(frame)


def test_somebody_without_any_right_learns_what_is_missing(
    journey: Journey, admin: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.person = journey.stage.jira.person(3)
    frame = journey.open("teams")
    expect(frame.locator("#no-teams")).to_contain_text("Team managers")
    assert_accessible(frame)


def test_a_manager_edits_and_neither_archives_nor_takes_the_lead(journey: Journey, admin: Person) -> None:
    manager = journey.stage.jira.person(2)
    team = make_team(journey.stage, "Payments", journey.person)
    give(journey.stage, team, manager, TeamPermission.MANAGE_TEAM)
    journey.person = manager
    frame = settings(journey, "General")
    expect(frame.get_by_title("More")).to_have_count(0)
    expect(frame.locator("#settings")).to_contain_text("Only the lead and team administrators")


@pytest.mark.each_door
def test_between_the_pages_jiras_own_address_follows(journey: Journey, admin: Person) -> None:
    frame = journey.open("teams")
    link = frame.get_by_role("link", name="Availability")
    with journey.page.context.expect_page() as opened:
        link.click(modifiers=["Control"])
    opened.value.wait_for_url("**/availability")
    opened.value.close()
    link.click()
    journey.page.wait_for_url("**/availability")
    expect(journey.frame().get_by_role("heading", name="Availability")).to_be_visible()
    journey.frame().get_by_role("link", name="My Timesheet").click()
    journey.page.wait_for_url("**/my-timesheet")
    expect(journey.frame().locator("#grid")).to_be_visible()


def test_a_small_screen_shows_one_person_a_card(
    journey: Journey, admin: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.page.set_viewport_size({"width": 360, "height": 740})
    make_team(journey.stage, "Payments", journey.person, journey.stage.jira.person(2))
    frame = journey.open("teams")
    assert_accessible(frame)
    frame.get_by_role("button", name="Settings of Payments").click()
    frame.locator("#member-table").wait_for()
    assert_accessible(frame)
    wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


def test_on_a_small_screen_all_sections_show_above_many_members(journey: Journey, admin: Person) -> None:
    journey.page.set_viewport_size({"width": 375, "height": 740})
    make_team(journey.stage, "Payments", journey.person, *map(journey.stage.jira.person, range(2, 9)))
    frame = journey.open("teams")
    frame.get_by_role("button", name="Settings of Payments").click()
    frame.locator("#member-table").wait_for()
    places = frame.locator(".section-link, #add-members").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect()).map(({ top, bottom }) => ({ top, bottom }))"
    )
    *sections, below = places
    assert len(sections) == 7
    assert max(section["bottom"] for section in sections) <= below["top"]
    for section in frame.locator(".section-link").all():
        expect(section).to_be_in_viewport(ratio=1)


def test_a_member_whom_somebody_else_changed_is_shown_with_both_values(
    journey: Journey, admin: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    other = journey.stage.jira.person(2)
    team = make_team(journey.stage, "Payments", journey.person, other)
    frame = settings(journey, "Members")
    frame.get_by_role("button", name=f"Edit {other.display_name}").click()
    expect(frame.get_by_label("Leaving date")).to_be_visible()
    with stores_of(journey.stage) as stores:
        member = stores.teams.member(team.id, other.account_id)
        stores.teams.save_member(replace(member, left=date(2027, 3, 31)))
    frame.get_by_label("Leaving date").fill("2026-12-31")
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#dialog").get_by_role("alert")).to_contain_text(
        "by somebody else or in another tab"
    )
    expect(frame.locator("#theirs-left")).to_contain_text("31 Mar 2027")
    expect(frame.get_by_label("Leaving date")).to_have_value("2026-12-31")
    assert_accessible(frame)
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#flags")).to_contain_text(f"{other.display_name} is saved.")
    expect(frame.locator("#member-table")).to_contain_text("31 Dec 2026")


def test_the_word_of_a_label_is_whole(journey: Journey, admin: Person) -> None:
    other = journey.stage.jira.person(2)
    make_team(journey.stage, "Payments", journey.person, other)
    with stores_of(journey.stage) as stores:
        stores.labels.save(UserLabel("one", "contractor", "teal", frozenset({other.account_id})))
    journey.page.set_viewport_size({"width": 1280, "height": 800})
    frame = settings(journey, "Members")
    label = frame.locator("#member-table .tag", has_text="contractor")
    assert label.evaluate("tag => tag.getClientRects().length") == 1
    height = "tag => tag.getBoundingClientRect().height"
    assert label.evaluate(height) == frame.locator("#member-table .tag", has_text="lead").evaluate(height)


def test_selected_members_of_a_long_team_stay_while_its_pages_turn(
    journey: Journey, admin: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    people, model = journey.stage.jira.site.people, journey.stage.jira.person(2)
    crowd = [replace(model, account_id=f"crowd-{n:03}", display_name=f"Person {n:03}") for n in range(210)]
    people.update({person.account_id: person for person in crowd})
    make_team(journey.stage, "Payments", journey.person, *crowd)
    frame = settings(journey)
    expect(frame.locator("#member-pages")).to_contain_text("1–200 of 211 people")
    frame.get_by_label("Select everybody shown").check()
    expect(frame.locator("#bulk-count")).to_have_text("200 of 211 selected")
    frame.get_by_label("Select everybody shown").uncheck()
    frame.get_by_label("Select Person 003").check()
    expect(frame.get_by_role("button", name="Previous people")).to_be_disabled()
    frame.get_by_role("button", name="Next people").click()
    expect(frame.locator("#member-pages")).to_contain_text("201–211 of 211 people")
    expect(frame.locator("#member-table tbody tr")).to_have_count(12)
    expect(frame.get_by_label("Select Person 003")).to_be_checked()
    assert_accessible(frame)
    box = frame.get_by_label("Find by name")
    box.press_sequentially("person 20")
    expect(frame.locator("#member-pages")).to_contain_text("1–10 of 10 people")
    expect(frame.locator("#live")).to_contain_text("1–10 of 10 people")
    expect(box).to_be_focused()
    box.press("Enter")
    frame.get_by_label("Select Person 209").check()
    expect(frame.locator("#bulk-count")).to_have_text("2 of 211 selected")
    frame.get_by_label("What to change").select_option("Leaving date")
    frame.locator("#bulk-left").fill("2099-12-31")
    frame.get_by_role("button", name="Apply").click()
    expect(frame.locator("#flags")).to_contain_text("2 members are changed.")
    expect(frame.locator("#member-table tbody tr")).to_have_count(11)
    expect(box).to_have_value("person 20")
    frame.get_by_role("button", name="Edit Person 209").click()
    frame.get_by_label("Leaving date").fill("")
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#flags")).to_contain_text("Person 209 is saved.")
    expect(frame.locator("#member-pages")).to_contain_text("1–10 of 10 people")


@pytest.mark.each_door
def test_a_role_and_a_member_that_somebody_else_removed_leave_the_lists(
    journey: Journey, stage: Stage, admin: Person
) -> None:
    journey.allow("Failed to load resource: .* status of 404")
    colleague = stage.jira.person(2)
    team = make_team(stage, "Payments", journey.person, colleague)
    with stores_of(stage) as stores:
        stores.teams.save_role(Role("role-watcher", team.id, "Watcher", frozenset()))
    frame = settings(journey, "Roles")
    with stores_of(stage) as stores:
        stores.teams.delete_role(team.id, "role-watcher")
    frame.get_by_role("button", name="Delete Watcher").click()
    expect(frame.locator("#flags")).to_contain_text("This role no longer exists.")
    expect(frame.get_by_role("heading", name="Roles", exact=True)).to_be_visible()
    expect(frame.get_by_role("button", name="Delete Watcher")).to_have_count(0)

    frame = settings(journey, "Members")
    with stores_of(stage) as stores:
        stores.teams.remove_members(team.id, [colleague.account_id])
    frame.get_by_role("checkbox", name=f"Select {colleague.display_name}").check()
    frame.get_by_label("What to change").select_option("Remove from the team")
    frame.get_by_role("button", name="Apply").click()
    expect(frame.locator("#members")).to_contain_text(
        f"{colleague.display_name}: This person is no longer in the team. Nobody was changed."
    )
    expect(frame.get_by_role("checkbox", name=f"Select {colleague.display_name}")).to_have_count(0)


def test_the_word_beside_a_deactivated_member_is_whole(journey: Journey, admin: Person) -> None:
    former = journey.stage.jira.person(2)
    former.active = False
    make_team(journey.stage, "Payments", journey.person, former)
    journey.page.set_viewport_size({"width": 1024, "height": 760})
    tag = settings(journey, "Members").locator("#member-table .person .tag")
    expect(tag).to_have_text("deactivated")
    assert tag.evaluate("tag => tag.offsetHeight < 2 * parseFloat(getComputedStyle(tag).lineHeight)")
