"""The configuration page for a Jira admin and for somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.audit.test_audit import let_audit
from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import hold_answer
from tools.stage import Stage


@pytest.fixture
def admin(journey: Journey) -> Journey:
    journey.person = journey.stage.jira.person(0)
    return journey


@pytest.mark.each_door
def test_settings_are_marked_kept_and_saved(
    admin: Journey, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = admin.open("configure")
    zone, save = frame.get_by_label("Fallback time zone"), frame.get_by_role("button", name="Save")
    zone.fill("Nowhere/City")
    expect(frame.locator(".dirty-mark:visible")).to_have_count(1)
    frame.get_by_role("button", name="Site").click()
    expect(frame.locator("#save-note")).to_have_text("You have unsaved changes. Save or discard them first.")
    save.click()
    expect(frame.locator("#fallback_zone-error")).to_contain_text("no such time zone")
    expect(zone).to_be_focused()
    assert_accessible(frame)
    zone.fill("europe/berlin")
    save.click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    expect(zone).to_have_value("Europe/Berlin")
    frame.get_by_role("button", name="Site").click()
    expect(frame.get_by_role("heading", name="What is stored")).to_be_visible()
    assert_accessible(frame)


@pytest.mark.each_door
@pytest.mark.parametrize("section", ["general", "permissions", "periods"])
def test_save_stands_out_only_while_something_is_not_saved(admin: Journey, section: str) -> None:
    frame = admin.open("configure")
    frame.locator(".section-link").get_by_text(section.capitalize(), exact=True).click()
    expect(frame.locator(f"#section-{section}")).to_have_attribute("aria-current", "page")
    save, discard = frame.locator("#save-settings"), frame.locator("#discard")
    expect(discard).to_be_disabled()
    expect(save).to_be_enabled()
    expect(save).not_to_have_class(re.compile("primary"))
    field = frame.locator(
        "#settings :is(input[type='date'], input[type='radio']:not(:checked), #fallback-zone)"
    ).first
    if field.get_attribute("type") == "radio":
        field.check()
    else:
        field.fill("2026-01-01" if field.get_attribute("type") == "date" else "europe/berlin")
    expect(save).to_have_class(re.compile("primary"))
    discard.click()
    expect(save).not_to_have_class(re.compile("primary"))


@pytest.mark.each_door
def test_what_is_changed_while_another_section_is_read_is_kept(admin: Journey) -> None:
    frame = admin.open("configure")
    zone, note = frame.get_by_label("Fallback time zone"), frame.locator("#save-note")
    let_go = hold_answer(admin, "/configure/permissions", frame.locator("#section-permissions").click)
    zone.fill("europe/berlin")
    let_go()
    expect(note).to_have_text("You have unsaved changes. Save or discard them first.")
    expect(zone).to_have_value("europe/berlin")
    frame.locator("#discard").click()
    expect(zone).to_have_value("UTC")
    frame.locator("#section-permissions").click()
    expect(frame.locator("#section-permissions")).to_have_attribute("aria-current", "page")


@pytest.mark.each_door
def test_a_text_that_was_not_chosen_is_not_lost_by_saving(admin: Journey) -> None:
    frame = admin.open("configure")
    box, save = frame.locator("#timer-projects"), frame.get_by_role("button", name="Save")
    box.fill("nowhere to be found")
    frame.get_by_label("Fallback time zone").fill("europe/berlin")
    save.click()
    expect(box).to_be_focused()
    expect(box).to_have_value("nowhere to be found")
    sentence = box.evaluate("box => box.validationMessage")
    assert sentence == "Choose one of the suggestions, or clear this field."
    box.fill("")
    assert box.evaluate("box => box.validationMessage") == ""
    save.click()
    expect(frame.locator("#settings-saved")).to_be_visible()


def test_a_shorter_time_for_audit_events_asks_twice_and_is_recorded(
    admin: Journey, stage: Stage, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    let_audit(stage, admin.person)
    clock = stage.cloud.cloud.clock
    sign_audit(stage, clock() - timedelta(days=200))
    frame = admin.open("configure")
    days, save = frame.get_by_label("Days to keep audit events"), frame.get_by_role("button", name="Save")
    expect(days).to_have_value("")
    days.press_sequentially("365")
    expect(frame.locator("#retention-loss")).to_contain_text("nothing is deleted yet")
    days.fill("120")
    loss = frame.locator("#retention-loss")
    expect(loss).to_contain_text(re.compile(r"Next night, \d+ events? (is|are) deleted, up to event \d+ of"))
    assert_accessible(frame)
    save.click()
    expect(frame.locator("#let_go-error")).to_contain_text("Nothing is saved yet.")
    confirm = frame.get_by_label("Delete events that are older than 120 days")
    expect(confirm).to_be_focused()
    assert_accessible(frame)
    confirm.check()
    save.click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    expect(loss).to_have_count(0)
    expect(days).to_have_value("120")
    log = admin.open("audit-log")
    expect(log.locator("#audit-status")).to_contain_text("events are kept 120 days")
    log.get_by_role("button", name="changed the settings").first.click()
    expect(log.locator(".event-detail")).to_contain_text("Days to keep audit events")
    expect(log.locator(".event-detail del")).to_have_text("Forever")
    expect(log.locator(".event-detail ins")).to_have_text("120")


def test_on_a_narrow_screen_the_time_for_audit_events_fits(
    admin: Journey, stage: Stage, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    sign_audit(stage, stage.cloud.cloud.clock() - timedelta(days=200))
    admin.page.set_viewport_size({"width": 360, "height": 740})
    frame = admin.open("configure")
    frame.get_by_label("Days to keep audit events").fill("90")
    expect(frame.locator("#retention-loss")).to_be_visible()
    wide = frame.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    assert_accessible(frame)


def sign_audit(stage: Stage, then: datetime) -> None:
    """Sign the head of the audit log as if that had been then."""
    with stage.app.app_context():
        deps = stage.app.extensions["timesheet"]
        [site] = deps.sites.installed_sites()
        store = deps.audit.audit_of(site.key)
        store.add_checkpoint(deps.audit.checkpoint_key.sign(site.key, store.head(), then))
        deps.operation.transaction.commit()
