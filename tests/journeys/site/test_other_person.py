"""Somebody else signs in to Jira in the same browser while a page is open."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from jira_emulator.model import Person
from tests.journeys.support.sheet import HOUR, MON, TUE, Sheet

pytestmark = pytest.mark.each_door
SESSION_SECONDS = 15 * 60
OTHER_PERSON = "Somebody else is signed in to Jira in this browser now."


def sign_in(sheet: Sheet, account_id: str) -> None:
    jira = sheet.work.stage.jira.base_url
    tab = sheet.page.context.new_page()
    tab.goto(f"{jira}/_host/sign-in-as?person={quote(account_id)}&next=/robots.txt")
    tab.close()
    sheet.work.stage.cloud.cloud.clock.travel(SESSION_SECONDS + 60)


def test_a_page_logs_no_time_for_somebody_who_signed_in_after_it_was_opened(
    sheet: Sheet, colleague: Person
) -> None:
    issue, below = sheet.work.issue("Shared computer"), sheet.work.issue("Below")
    sheet.open(issue, below)
    own = sheet.work.person.account_id
    sign_in(sheet, colleague.account_id)
    sheet.enter(issue, MON, "2")
    expect(sheet.problem).to_contain_text(OTHER_PERSON)
    expect(sheet.problem).not_to_contain_text("saved automatically")
    expect(sheet.cell(issue, MON)).to_have_text("2")
    assert sheet.work.logged(issue) == []
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.frame.locator("#sheet-problem")).to_contain_text(OTHER_PERSON)
    sign_in(sheet, own)
    sheet.enter(issue, TUE, "1")
    sheet.expect_cells([(issue, TUE, "1:00")])
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR), (TUE, HOUR)]
    assert {row.author for row in sheet.work.rows(issue)} == {own}
