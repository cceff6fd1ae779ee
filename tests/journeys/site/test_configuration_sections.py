"""The other sections of the configuration for a Jira admin, and their effect on everybody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.journey import settle
from tests.journeys.support.team_stage import make_team, stores_of

Check = Callable[[Page | Frame], None]
SECTIONS = (
    "General", "Periods", "Permissions", "Global calendars", "Workload schemes", "Absence types", "User labels", "Site"
)  # fmt: skip


# Name and value of what has the focus, and whether its middle is on top of everything else.
ON_TOP = """() => {
    const on = document.activeElement;
    const { left, top, width, height } = on.getBoundingClientRect();
    const above = document.elementFromPoint(left + width / 2, top + height / 2);
    return [`${on.id} ${on.name} ${on.value}`, on === document.body || (above !== null && on.contains(above))];
}"""


def open_section(journey: Journey, name: str) -> Frame:
    """Open the page at a section. The first one is already there: requesting it again would race with typing."""
    frame = journey.open("configure")
    if name != "General":
        frame.get_by_role("button", name=name, exact=True).click()
    expect(frame.get_by_role("heading", name=name, exact=True)).to_be_visible()
    return frame


@pytest.mark.parametrize("width", [1024, 375])
def test_the_bar_that_saves_never_covers_what_has_the_focus(admin: Journey, width: int) -> None:
    admin.page.set_viewport_size({"width": width, "height": 600})
    frame = open_section(admin, "Permissions")
    reached, covered = set[str](), list[str]()
    for _ in range(90):
        admin.page.keyboard.press("Tab")
        name, clear = frame.evaluate(ON_TOP)
        reached.add(name)
        if not clear:
            covered.append(name)
    assert len(reached) > 25, "the walk goes through the section"
    assert covered == []


@pytest.mark.each_door
def test_a_reload_shows_the_same_section(admin: Journey) -> None:
    frame = open_section(admin, "User labels")
    expect(admin.page).to_have_url(re.compile("#.*labels"))
    admin.page.reload()
    expect(admin.frame().get_by_role("heading", name="User labels", exact=True)).to_be_visible()
    frame = admin.open("configure", section="jobs")
    frame.get_by_role("button", name="Periods", exact=True).click()
    expect(admin.page).to_have_url(re.compile("#.*periods"))
    admin.page.reload()
    expect(admin.frame().get_by_role("heading", name="Periods", exact=True)).to_be_visible()


def test_on_a_phone_the_sections_are_one_line_that_shows_the_chosen_one(admin: Journey) -> None:
    admin.page.set_viewport_size({"width": 375, "height": 700})
    frame = open_section(admin, "Jobs")
    box = frame.locator("nav.sections").bounding_box()
    assert box
    assert box["height"] < 60
    expect(frame.locator("#section-jobs")).to_be_in_viewport()
    sections = frame.locator("nav.sections")
    expect(sections).to_have_class("sections more-before more-after")
    sections.evaluate("list => list.scrollTo(0, 0)")
    expect(sections).to_have_class("sections more-after")
    admin.page.set_viewport_size({"width": 1280, "height": 700})
    expect(sections).to_have_class("sections")


def save(frame: Frame) -> None:
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#settings-saved")).to_be_in_viewport()


def first_column(journey: Journey) -> str:
    """Return the first weekday of My Timesheet."""
    heads = journey.open().locator("#grid thead th")
    expect(heads).to_have_count(9)
    return heads.nth(1).inner_text()[:3]


def choose(frame: Frame, label: str, typed: str, name: str) -> None:
    """Type into a box that searches, and take what it finds."""
    frame.get_by_role("combobox", name=label).press_sequentially(typed)
    frame.get_by_role("option", name=name).click()


def test_every_section_is_reached_by_keys_and_read_by_everybody(
    admin: Journey, assert_accessible: Check
) -> None:
    frame = admin.open("configure")
    for name in SECTIONS:
        frame.get_by_role("button", name=name, exact=True).focus()
        admin.page.keyboard.press("Enter")
        expect(frame.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(frame.get_by_role("button", name=name, exact=True)).to_be_focused()
        assert_accessible(frame)


def test_a_small_screen_holds_every_section(admin: Journey, assert_accessible: Check) -> None:
    admin.page.set_viewport_size({"width": 360, "height": 740})
    make_team(admin.stage, "Payments", admin.person)
    frame = admin.open("configure")
    for name in SECTIONS:
        frame.get_by_role("button", name=name, exact=True).click()
        expect(frame.get_by_role("heading", name=name, exact=True)).to_be_visible()
        assert_accessible(frame)
        wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, name


def test_the_week_starts_as_the_admin_or_each_persons_locale_says(admin: Journey) -> None:
    admin.person.locale = "en_US"
    assert first_column(admin) == "Sun"
    frame = open_section(admin, "General")
    expect(frame.get_by_label("Week starts on")).to_have_value("locale")
    frame.get_by_label("Week starts on").select_option(label="Wednesday")
    save(frame)
    assert first_column(admin) == "Wed"


def test_a_scheme_starts_from_a_preset_is_added_up_and_kept(admin: Journey, assert_accessible: Check) -> None:
    frame = open_section(admin, "Workload schemes")
    frame.get_by_role("button", name="New scheme").click()
    expect(frame.get_by_label("Name")).to_be_focused()
    frame.get_by_label("Name").fill("Four days")
    frame.get_by_role("button", name="Monday to Thursday, 8 hours").click()
    expect(frame.locator("#week-total")).to_contain_text("32:00")
    frame.get_by_label("Friday").fill("25")
    expect(frame.locator("#week-total .error")).to_be_visible()
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#weekday-4-error")).to_be_visible()
    expect(frame.get_by_label("Friday")).to_be_focused()
    expect(frame.get_by_label("Friday")).to_have_value("25")
    assert_accessible(frame)
    frame.get_by_label("Friday").fill("3.5")
    expect(frame.locator("#week-total")).to_contain_text("35:30, that is 35.5 hours")
    frame.get_by_role("button", name="User labels").click()
    expect(frame.locator("#save-note")).to_contain_text("Save or discard them first")
    save(frame)
    expect(frame.get_by_label("Friday")).to_have_value("3:30")
    assert_accessible(frame)
    frame.get_by_role("button", name="Back to the list").click()
    expect(frame.locator("#schemes")).to_contain_text("Four days")
    admin.page.set_viewport_size({"width": 1024, "height": 760})
    hidden = frame.locator("#schemes .scroll").evaluate("table => table.scrollWidth - table.clientWidth")
    assert hidden == 0
    frame.get_by_role("button", name="Delete Four days").click()
    frame.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(frame.locator("#flags")).to_contain_text("Four days is deleted.")
    expect(frame.locator("#schemes tbody tr")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 375])
def test_the_boxes_of_a_week_stay_in_line_beside_an_error(admin: Journey, width: int) -> None:
    admin.page.set_viewport_size({"width": width, "height": 900})
    frame = open_section(admin, "Workload schemes")
    frame.get_by_role("button", name="New scheme").click()
    frame.get_by_label("Name").fill("Four days")
    frame.get_by_label("Monday").fill("9x")
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#weekday-0-error")).to_be_visible()
    expect(frame.get_by_label("Monday")).to_be_focused()
    boxes = [box.bounding_box() for box in frame.locator(".weekdays input").all()]
    monday = boxes[0]
    assert monday
    assert len({round(box["height"]) for box in boxes if box}) == 1
    beside = [box for box in boxes if box and abs(box["y"] - monday["y"]) < monday["height"]]
    assert len(beside) > 1
    assert len({round(box["y"]) for box in beside}) == 1


def test_the_first_column_stays_while_a_table_scrolls_sideways(admin: Journey) -> None:
    make_team(admin.stage, "Donaudampfschifffahrtsgesellschaftskapitän", admin.person)
    admin.page.set_viewport_size({"width": 641, "height": 740})
    scroll = open_section(admin, "Workload schemes").get_by_role("region", name="Workload schemes")
    scroll.evaluate("one => one.scrollTo(60, 0)")
    expect(scroll).to_have_class(re.compile(r"\bmore-before\b"))
    left = "one => one.getBoundingClientRect().left"
    for cell in ("thead th", "tbody th"):
        assert scroll.locator(cell).first.evaluate(left) == scroll.evaluate(left)
    expect(scroll).to_have_css("mask-image", re.compile(r"0px"))


def test_a_legend_is_made_used_and_deleted(admin: Journey, assert_accessible: Check) -> None:
    frame = open_section(admin, "Absence types")
    frame.get_by_role("button", name="New absence type").click()
    frame.get_by_label("Title").fill("Training")
    frame.get_by_label("Letter").fill("T")
    frame.get_by_role("radio", name="lime").check()
    assert_accessible(frame)
    save(frame)
    leaves = admin.open("availability")
    expect(leaves.get_by_role("radio", name="Training")).to_be_visible()
    frame = open_section(admin, "Absence types")
    frame.get_by_role("button", name="Delete Training").click()
    assert_accessible(frame)
    frame.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(frame.locator("#flags")).to_contain_text("Training is deleted; its days are unclassified.")
    expect(admin.open("availability").get_by_role("radio", name="Training")).to_have_count(0)


def test_what_is_entered_during_a_save_is_kept_and_saved_next(admin: Journey) -> None:
    other = admin.stage.jira.person(2)
    frame = open_section(admin, "User labels")
    frame.get_by_role("button", name="New label").last.click()
    name, purple = frame.locator("#label-name"), frame.get_by_role("radio", name="purple")
    name.fill("on call")
    press = frame.get_by_role("button", name="Save", exact=True).click
    let_go = hold_answer(admin, "/configure/labels", press, method="POST")
    name.fill("on call at night")
    purple.check()
    choose(frame, "People", other.display_name.split()[0], other.display_name)
    let_go()
    expect(frame.locator("#save-note")).to_have_text("Unsaved changes")
    expect(name).to_have_value("on call at night")
    expect(name).to_have_attribute("data-stored", "on call")
    expect(purple).to_be_checked()
    expect(frame.locator("#label-people-chosen .chip")).to_have_count(1)
    save(frame)
    with stores_of(admin.stage) as stores:
        [label] = stores.labels.all()
    assert (label.name, label.color, label.people) == (
        "on call at night",
        "purple",
        frozenset({other.account_id}),
    )


def test_a_list_of_options_stays_beside_its_box_while_the_page_scrolls(admin: Journey) -> None:
    admin.page.set_viewport_size({"width": 1024, "height": 600})
    frame = open_section(admin, "Permissions")
    managers = frame.locator(".reach", has_text="Team managers")
    managers.get_by_label("Some groups or people").check()
    box = managers.get_by_role("combobox").first
    box.press_sequentially("jira")
    expect(managers.get_by_role("option").first).to_be_visible()
    before = box.bounding_box()
    frame.locator("#configuration").evaluate("page => page.scrollBy(0, -40)")
    settle(frame)
    after, options = box.bounding_box(), managers.get_by_role("listbox").first.bounding_box()
    assert before
    assert after
    assert options
    assert after["y"] == pytest.approx(before["y"] + 40, abs=1)
    below = options["y"] - after["y"] - after["height"]
    above = after["y"] - options["y"] - options["height"]
    assert 0 <= max(below, above) < 4


def test_a_preview_follows_what_is_chosen_during_a_save(admin: Journey) -> None:
    frame = open_section(admin, "Periods")
    length, preview = frame.get_by_label("Length"), frame.locator("#period-preview")
    length.select_option("weekly")
    expect(preview).to_contain_text("7 days")
    press = frame.get_by_role("button", name="Save", exact=True).click
    let_go = hold_answer(admin, "/configure/periods", press, method="POST")
    length.select_option("two-weekly")
    let_go()
    expect(length).to_have_value("two-weekly")
    expect(preview).to_contain_text("14 days")
    expect(preview).not_to_contain_text("7 days")


def test_two_wide_letters_stay_on_one_line_beside_a_long_title(admin: Journey) -> None:
    title = "有給休暇" * 12
    frame = open_section(admin, "Absence types")
    frame.get_by_role("button", name="New absence type").click()
    frame.get_by_label("Title").fill(title)
    frame.get_by_label("Letter").fill("有休")
    save(frame)
    row = open_section(admin, "Absence types").get_by_role("row").filter(has_text=title)
    letter, name = row.locator(".swatch"), row.get_by_role("button", name=title, exact=True)
    assert letter.evaluate("letter => letter.scrollHeight <= letter.clientHeight")
    one, other = letter.bounding_box(), name.bounding_box()
    assert one
    assert other
    assert one["x"] + one["width"] <= other["x"]
    assert other["height"] > one["height"], "the title needs several lines"


def test_a_label_is_put_on_people_and_taken_off(admin: Journey, assert_accessible: Check) -> None:
    one, other = admin.stage.jira.person(1), admin.stage.jira.person(2)
    frame = open_section(admin, "User labels")
    frame.get_by_role("button", name="New label").last.click()
    frame.locator("#label-name").fill("on call")
    for person in (one, other):
        choose(frame, "People", person.display_name.split()[0], person.display_name)
    expect(frame.locator("#save-note")).to_have_text("Unsaved changes")
    note = frame.locator("#save-note").evaluate_handle("note => note.firstChild")
    search = frame.get_by_role("combobox", name="People")
    search.press_sequentially("Nobodysname")
    expect(frame.locator("#label-people-options")).to_contain_text("Nothing in Jira matches")
    search.press("Enter")
    search.clear()
    expect(frame.locator("#settings-saved")).to_have_count(0)
    # A new node would be announced again, even with the same text.
    assert note.evaluate("(node) => node === document.getElementById('save-note').firstChild")
    assert_accessible(frame)
    for _ in range(2):
        save(frame)
        expect(frame.locator("#live")).to_have_text(re.compile("^The label is saved."))
        frame.locator("#live").evaluate("live => { live.textContent = '' }")
    frame.get_by_role("button", name=f"Remove {one.display_name}").click()
    frame.get_by_role("button", name="Absence types").click()
    expect(frame.locator("#save-note")).to_contain_text("Save or discard them first")
    frame.get_by_role("button", name="Discard").click()
    expect(frame.locator("#label-people-chosen .chip")).to_have_count(2)
    frame.get_by_role("button", name=f"Remove {one.display_name}").click()
    save(frame)
    with stores_of(admin.stage) as stores:
        [label] = stores.labels.all()
    assert label.people == {other.account_id}


def test_periods_are_shown_before_they_are_saved(admin: Journey, assert_accessible: Check) -> None:
    frame = open_section(admin, "Periods")
    preview = frame.locator("#period-preview")
    expect(preview.locator("li").first).to_contain_text("31 days")
    frame.get_by_label("Length").select_option(label="Two weeks")
    frame.get_by_label("Start date of one period").fill("2030-03-04")
    expect(preview.locator("li").first).to_contain_text("4–17 Mar 2030")
    assert_accessible(frame)
    frame.get_by_label("Start date of one period").fill("")
    expect(preview).to_contain_text("Choose the first day of a period.")
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#start-error")).to_be_visible()
    frame.get_by_label("Start date of one period").fill("2030-03-04")
    save(frame)
    expect(frame.get_by_label("Length")).to_have_value("two-weekly")


@pytest.mark.each_door
def test_a_module_that_is_limited_is_closed_and_says_who_can_open_it(
    admin: Journey, person: Person, assert_accessible: Check
) -> None:
    frame = open_section(admin, "Permissions")
    frame.locator("#reach-teams").get_by_role("radio", name="Some groups").check()
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#teams-error")).to_contain_text("Choose at least one group")
    assert_accessible(frame)
    choose(frame, "Groups for Teams", "team-l", "team-leads")
    expect(frame.locator(".error, [aria-invalid]")).to_have_count(0)
    frame.locator("#reach-auditors").get_by_role("radio", name="Some groups or people").check()
    choose(frame, "People for Auditors", person.display_name.split()[0], person.display_name)
    # The sections above are not scrolled into view while somebody types here.
    expect(frame.get_by_role("combobox", name="People for Auditors")).to_be_in_viewport()
    save(frame)
    expect(frame.locator("#reach-teams .chip")).to_contain_text("team-leads")
    expect(frame.locator("#reach-auditors .chip")).to_contain_text(person.display_name)
    assert_accessible(frame)
    leads = admin.stage.jira.site.group_named("team-leads")
    assert leads is not None
    leads.members.discard(person.account_id)
    admin.person = person
    refused = admin.open("teams")
    expect(refused.get_by_role("alert")).to_contain_text("Teams is limited to some people on this site")
    expect(refused.get_by_role("alert")).to_contain_text("A Jira admin can grant it")
    assert_accessible(refused)
    own = admin.open()
    own.locator(".menu summary").click()
    expect(own.get_by_role("link", name="Availability")).to_be_visible()
    expect(own.get_by_role("link", name="Teams")).to_have_count(0)


def test_whoever_is_not_a_jira_admin_reads_what_is_missing(admin: Journey, person: Person) -> None:
    frame = open_section(admin, "Absence types")
    frame.get_by_role("button", name="New absence type").click()
    frame.get_by_label("Title").fill("Training")
    frame.get_by_label("Letter").fill("T")
    admins = [
        group for group in admin.stage.jira.site.groups.values() if admin.person.account_id in group.members
    ]
    for group in admins:
        group.members.discard(admin.person.account_id)
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#settings-problem")).to_contain_text("You need “Administer Jira” for this.")
    expect(frame.locator("#settings-problem")).to_be_in_viewport()
    expect(frame.get_by_label("Title")).to_have_value("Training")
