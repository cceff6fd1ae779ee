"""Export and import for a Jira admin: a download, an invalid file, a preview, and the announced result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.team_stage import make_team


def as_file(document: Any) -> FilePayload:
    return {"name": "acme.json", "mimeType": "application/json", "buffer": json.dumps(document).encode()}


@pytest.fixture
def admin(journey: Journey) -> Journey:
    journey.person = journey.stage.jira.person(0)
    make_team(journey.stage, "Payments", journey.stage.jira.person(1), journey.stage.jira.person(2))
    return journey


def section(admin: Journey) -> Frame:
    frame = admin.open("configure")
    frame.get_by_role("button", name="Export and import").click()
    expect(frame.get_by_role("heading", name="Import", exact=True)).to_be_visible()
    return frame


def exported(admin: Journey, frame: Frame, folder: Path) -> Any:
    with admin.page.expect_download() as waiting:
        frame.get_by_role("button", name="Export", exact=True).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name.startswith("timesheet-127.0.0.1-")
    return json.loads(file.read_bytes())


@pytest.mark.each_door
def test_what_is_exported_is_changed_previewed_and_imported(
    admin: Journey, tmp_path: Path, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = section(admin)
    assert_accessible(frame)
    document = exported(admin, frame, tmp_path)
    assert "leaves" not in document
    file = frame.locator("#import-file")
    file.set_input_files(as_file(document))
    expect(frame.locator("#import-preview")).to_contain_text("would change nothing")
    for wanted in (True, False):
        frame.get_by_label("With people’s leaves").set_checked(wanted)
        assert ("leaves" in exported(admin, frame, tmp_path)) == wanted
    expect(frame.locator("#import-preview")).to_contain_text("would change nothing")

    file.set_input_files(as_file(document | {"settings": {"fallback_zone": 7}}))
    expect(frame.locator("#import-problem")).to_contain_text("Nothing was changed")
    expect(frame.locator(".problems")).to_contain_text("$.settings.fallback_zone")
    assert_accessible(frame)

    document["settings"]["fallback_zone"] = "Asia/Tokyo"
    document["teams"][0]["name"] = "Refunds"
    document["teams"][0]["members"] = document["teams"][0]["members"][:1]
    file.set_input_files(as_file(document))
    preview = frame.locator("#import-preview")
    expect(preview).to_contain_text("What the import would change")
    expect(preview.locator("del", has_text="Payments")).to_be_visible()
    expect(preview.locator("ins", has_text="Refunds")).to_be_visible()
    expect(preview.locator(".plan-kind.deleted")).to_have_count(0)
    frame.get_by_label("is deleted, unless something uses it").check()
    expect(preview.locator(".plan-kind.deleted")).to_have_count(1)
    assert_accessible(frame)

    frame.get_by_role("button", name="Import", exact=True).click()
    expect(frame.locator("#confirm-error")).to_be_visible()
    frame.get_by_label("Delete 1 item").check()
    frame.get_by_role("button", name="Import", exact=True).click()
    expect(frame.locator("#import-done")).to_contain_text(
        "2 changed; members and other parts of teams: 1 deleted"
    )
    frame.get_by_role("button", name="General").click()
    expect(frame.get_by_label("Fallback time zone")).to_have_value("Asia/Tokyo")


def test_somebody_elses_change_in_between_shows_the_new_preview(admin: Journey) -> None:
    frame = section(admin)
    settings = {"fallback_zone": "Asia/Tokyo", "week_start": "0"}
    document = {"format": "open-timesheet-configuration", "version": 1, "settings": settings}
    frame.locator("#import-file").set_input_files(as_file(document))
    expect(frame.locator("#run-import")).to_be_visible()
    other = admin.page.context.new_page()
    other.goto(admin.stage.entrance(admin.person, "configure"))
    theirs = admin.frame(other)
    theirs.get_by_label("Fallback time zone").fill("Europe/Paris")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.locator("#settings-saved")).to_be_visible()
    other.close()
    frame.get_by_role("button", name="Import", exact=True).click()
    expect(frame.locator("#import-conflict")).to_contain_text("This is not what you saw")
    expect(frame.locator("#import-preview del", has_text="Europe/Paris")).to_be_visible()
    frame.get_by_role("button", name="Import", exact=True).click()
    expect(frame.locator("#import-done")).to_be_visible()


def test_it_fits_a_small_screen(admin: Journey, assert_accessible: Callable[[Page | Frame], None]) -> None:
    admin.page.set_viewport_size({"width": 360, "height": 740})
    frame = section(admin)
    long = {"id": "x" * 36, "name": "A" * 100, "color": "teal", "people": ["z" * 100]}
    document = {"format": "open-timesheet-configuration", "version": 1, "labels": [long]}
    frame.locator("#import-file").set_input_files(as_file(document))
    frame.locator("#import-preview").wait_for()
    expect(frame.locator("#import-preview")).to_contain_text("$.labels[0].name")
    assert_accessible(frame)
    wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
