"""Actions that Jira does not allow: named, with nothing lost, and never an empty page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Issue
from jira_emulator.seeding.people import NO_PROJECT, NO_WORK_IN_WEB
from tests.journeys.support.sheet import HOUR, MON, ZONE, Sheet, Work


def as_person(sheet: Sheet, number: int) -> None:
    """Let somebody else sit before the browser."""
    person = list(sheet.work.stage.jira.site.people.values())[number]
    person.time_zone, person.locale = ZONE.key, "en_GB"
    sheet.journey.person = person
    sheet.work = Work(sheet.work.stage, person)


@pytest.mark.each_door
def test_t29_somebody_who_may_not_work_on_issues_reads_the_permission(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Look, do not touch", project="WEB"), sheet.work.issue("Allowed")
    sheet.work.log(issue, MON, HOUR)
    # What Jira allows is known before it is taken away.
    with sheet.journey.expect_answer("/timesheet/row-locks"):
        sheet.open(below)
    take_away(issue, "WORK_ON_ISSUES", "EDIT_OWN_WORKLOGS", "DELETE_OWN_WORKLOGS")
    for text, permission in (("2", "Edit own worklogs"), ("", "Delete own worklogs")):
        with sheet.journey.expect_answer("/timesheet/cell") as answer:
            sheet.cell(issue, MON).click()
            sheet.press("F2", "Control+a", "Delete")
            sheet.type(text)
            sheet.press("Enter")
        assert answer.status == 403
        expect(sheet.problem).to_contain_text(
            f"You need “{permission}” in WEB. A project admin can grant it."
        )
        expect(sheet.problem.locator("code")).to_have_text(re.compile("^[0-9a-f]{16}$"))
        expect(sheet.cell(issue, MON)).to_have_text(text)
        sheet.cell(issue, MON).click()
        sheet.press("Escape")
        expect(sheet.cell(issue, MON)).to_have_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    sheet.enter(below, MON, "1")
    expect(sheet.cell(below, MON)).to_have_text("1:00")


@pytest.mark.each_door
def test_t29_somebody_who_never_could_reads_it_before_anybody_types(sheet: Sheet) -> None:
    issue = sheet.work.issue("Look, do not touch", project="WEB")
    as_person(sheet, NO_WORK_IN_WEB)
    sheet.work.log(issue, MON, HOUR)
    below = sheet.work.issue("Allowed")
    sheet.open(below)
    expect(sheet.row(issue)).to_have_attribute("data-kept", re.compile("Delete own worklogs"))
    sheet.work.forget_calls()
    for key, permission in (("2", "Edit own worklogs"), ("Delete", "Delete own worklogs")):
        sheet.cell(issue, MON).click()
        sheet.press(key)
        expect(sheet.problem).to_have_text(f"You need “{permission}” in WEB. A project admin can grant it.")
        expect(sheet.cell(issue, MON)).to_have_text("1:00")
    sheet.enter(below, MON, "1")
    expect(sheet.cell(below, MON)).to_have_text("1:00")
    assert sheet.work.writes() == ["POST"]


def take_away(issue: Issue, *permissions: str) -> None:
    """Let nobody have these permissions in the issue's project from now on."""
    scheme = issue.project.scheme
    issue.project.scheme = replace(scheme, grants={**scheme.grants, **dict.fromkeys(permissions, ())})


def test_t29_time_that_is_final_can_be_logged_but_not_changed(sheet: Sheet) -> None:
    as_person(sheet, 3)
    issue, below = sheet.work.issue("Time is final", project="OPS"), sheet.work.issue("Below")
    sheet.open(issue, below)
    expect(sheet.row(issue)).to_have_attribute("data-fixed", re.compile("Edit own worklogs"))
    sheet.enter(issue, MON, "1")
    expect(sheet.cell(issue, MON)).to_have_text("1:00")
    for key, permission in (("2", "Edit own worklogs"), ("Delete", "Delete own worklogs")):
        sheet.cell(issue, MON).click()
        sheet.press(key)
        expect(sheet.problem).to_have_text(f"You need “{permission}” in OPS. A project admin can grant it.")
        expect(sheet.cell(issue, MON)).to_have_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_somebody_without_any_project_is_invited_not_left_alone(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    as_person(sheet, NO_PROJECT)
    sheet.open()
    expect(sheet.frame.get_by_role("heading", name="Nothing logged on these days")).to_be_visible()
    expect(sheet.total).to_have_text("0:00")
    expect(sheet.frame.locator("#empty")).to_contain_text("a project admin can grant you the permissions")
    sheet.add_box.click()
    expect(
        sheet.frame.locator(".note").filter(has_text="You have not viewed an issue recently")
    ).to_be_visible()
    sheet.type("PAY-1")
    nothing = sheet.frame.locator(".note").filter(has_text="No issue you can see matches")
    expect(nothing).to_contain_text("a project admin can grant you the permissions")
    assert_accessible(sheet.frame)


def test_t29_an_issue_hidden_meanwhile_leaves_the_sheet_without_a_trace(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Soon secret"), sheet.work.issue("Stays")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(other, MON, HOUR)
    # What Jira allows is known before the issue is hidden.
    with sheet.journey.expect_answer("/timesheet/row-locks"):
        sheet.open()
    expect(sheet.total).to_have_text("2:00")
    site = sheet.work.stage.jira.site
    issue.security = next(found.security for found in site.issues.values() if found.security)
    issue.reporter = sheet.work.stage.jira.person(0).account_id
    sheet.journey.allow(r"status of 404")
    sheet.enter(issue, MON, "3")
    expect(sheet.problem).to_contain_text(f"There is no issue {issue.key}, or Jira does not show it to you.")
    sheet.cell(issue, MON).click()
    with sheet.journey.expect_answer("/timesheet/cell", status=404):
        sheet.press("Delete")
    sheet.expect_cells([(issue, MON, "")])
    expect(sheet.problem).to_contain_text("Jira does not show it to you.")
    sheet.press("Escape")
    expect(sheet.cell(issue, MON)).to_have_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(sheet.row(issue)).to_have_count(0)
    expect(sheet.total).to_have_text("1:00")
    assert "Soon secret" not in sheet.frame.content()


def test_t28_the_author_is_the_person_who_types_and_nobody_else_asks_jira(sheet: Sheet) -> None:
    issue = sheet.work.issue("In one's own name")
    sheet.work.forget_calls()
    sheet.open(issue)
    for text in ("1", "2"):
        sheet.enter(issue, MON, text)
        expect(sheet.cell(issue, MON)).to_have_text(f"{text}:00")
    person = sheet.work.person.account_id
    [row] = sheet.work.rows(issue)
    assert (row.author, row.update_author) == (person, person)
    calls = sheet.work.stage.jira.calls.list("rest")
    as_app = {call.template for call in calls if call.account_id is None}
    assert as_app <= {"/user/bulk", "/permissions/check"}, "everybody's zones, and who administers Jira"
    assert {call.account_id for call in calls if call.template not in as_app} == {person}
