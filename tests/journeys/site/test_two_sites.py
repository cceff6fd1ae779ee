"""One browser shows the timesheets of two sites, one after the other in the same tab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import MON, NOW, ZONE, Sheet, Work
from tools.stage import Stage, set_stage

pytestmark = pytest.mark.each_door


@pytest.fixture
def stage(tmp_path: Path, page_of_door: Path | None) -> Iterator[Stage]:
    with set_stage(tmp_path, sites=2, forge_page=page_of_door) as ready:
        ready.cloud.cloud.clock.travel((NOW - ready.cloud.cloud.clock()).total_seconds())
        yield ready


def sheet_of(page: Page, stage: Stage, number: int) -> Sheet:
    """Return the timesheet of the same person on one of the two sites."""
    cloud = replace(stage.cloud, sites=[stage.cloud.sites[number]])
    there = replace(stage, cloud=cloud)
    person = there.jira.person(1)
    person.time_zone = ZONE.key
    return Sheet(Journey(page, there, person), Work(there, person))


def give_account(sheet: Sheet, account_id: str) -> None:
    """Let a person have this account, as somebody has the same one on all sites of Atlassian."""
    site, person = sheet.work.stage.jira.site, sheet.work.person
    with site.lock:
        for group in site.groups.values():
            if person.account_id in group.members:
                group.members = group.members - {person.account_id} | {account_id}
        site.people[account_id] = site.people.pop(person.account_id)
        person.account_id = account_id


def test_undo_in_one_tab_knows_only_the_saves_of_the_site_that_it_shows(page: Page, stage: Stage) -> None:
    here, there = sheet_of(page, stage, 0), sheet_of(page, stage, 1)
    give_account(there, here.work.person.account_id)
    issue, elsewhere = here.work.issue("Build"), there.work.issue("Test")
    here.open(issue)
    here.enter(issue, MON, "1")
    here.expect_cells([(issue, MON, "1:00")])
    there.open(elsewhere)
    there.cell(elsewhere, MON).click()
    there.press("Control+z")
    expect(there.frame.locator("#flags")).to_contain_text("nothing to undo")
    here.open()
    here.cell(issue, MON).click()
    here.press("Control+z")
    here.expect_cells([(issue, MON, "")])
    assert here.work.logged(issue) == []
