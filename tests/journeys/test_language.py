"""The main journeys in German, in the accented language, and from right to left.

They use ids, and texts from the catalogs. On every screen the language, accessibility, and room are checked, and in
the accented language that nothing bypasses the catalogs.
"""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jira_emulator.issue.issue import IssueEdit, edit_issue
from jira_emulator.seeding.issues import DONE
from tests.journeys.audit.test_audit import let_audit
from tests.journeys.conftest import Journey
from tests.journeys.period.test_period import later
from tests.journeys.support.language import ScreenLanguage
from tests.journeys.support.sheet import HOUR, MON, THU, TODAY, TUE, WED, Sheet, Work
from tests.journeys.support.team_stage import make_team
from timesheet.domain.language import ACCENTED, MIRRORED

pytestmark = pytest.mark.parametrize("screen_language", ["de", ACCENTED, MIRRORED], indirect=True)

WEEK = timedelta(days=7)
COLLEAGUE, ADMIN = 2, 0


def test_last_week_is_copied_and_taken_back(sheet: Sheet, screen_language: ScreenLanguage) -> None:
    issue = sheet.work.issue("Copied")
    sheet.work.log(issue, MON - WEEK, HOUR)
    sheet.work.log(issue, TUE - WEEK, 2 * HOUR)
    sheet.open()
    sheet.frame.locator("#sheet details.menu summary").click()
    sheet.frame.locator("#copy-week").click()
    copy = sheet.frame.get_by_role("button", name=screen_language.say("Copy {total}", total="3:00"))
    expect(copy).to_be_visible()
    screen_language.inspect(sheet.frame)
    copy.click()
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "2:00")])
    screen_language.inspect(sheet.frame)
    sheet.frame.locator("#flags").get_by_role("button", name=screen_language.say("Undo")).click()
    expect(sheet.row_total(issue)).to_have_text("")
    assert sheet.work.logged(issue) == [(MON - WEEK, HOUR), (TUE - WEEK, 2 * HOUR)]


def test_work_is_logged_in_the_dialog(sheet: Sheet, screen_language: ScreenLanguage) -> None:
    issue = sheet.work.issue("Chart the coast", estimate=6 * HOUR)
    sheet.open()
    sheet.frame.locator("#sheet details.menu summary").click()
    sheet.frame.locator("#new-worklog").click()
    expect(sheet.frame.locator("#worklog-issue")).to_be_focused()
    sheet.type(issue.key)
    expect(sheet.frame.locator(f"#choice-{issue.id}")).to_have_attribute("aria-selected", "true")
    sheet.press("Enter")
    expect(sheet.frame.locator("#worklog-duration")).to_be_focused()
    sheet.type("1:75")
    sheet.press("Control+Enter")
    expect(sheet.frame.locator("#error-duration")).to_be_visible()
    screen_language.inspect(sheet.frame)
    words = "1 Std. 30 Min." if screen_language.code == "de" else "1h 30m"
    sheet.frame.locator("#worklog-duration").fill(words)
    expect(sheet.frame.locator("#duration-echo")).to_contain_text(words)
    screen_language.inspect(sheet.frame)
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, WED, "1:30")])
    screen_language.inspect(sheet.frame)
    assert sheet.work.logged(issue) == [(WED, 90 * 60)]


def test_an_issue_is_added_and_a_line_logged_by_quick_add(
    sheet: Sheet, screen_language: ScreenLanguage
) -> None:
    issue = sheet.work.issue("The parser")
    sheet.open()
    sheet.frame.locator("#add-issue").click()
    sheet.type(issue.key)
    expect(sheet.frame.locator(f"#found-{issue.id}")).to_have_attribute("aria-selected", "true")
    screen_language.inspect(sheet.frame)
    sheet.press("Enter")
    expect(sheet.row(issue)).to_be_visible()
    line = sheet.frame.locator("#quick-line")
    line.click()
    when = "gestern 1 Std. 30 Min." if screen_language.code == "de" else "yesterday 1h 30m"
    sheet.type(f"{issue.key} {when} 123")
    expect(sheet.frame.locator(".quick-line")).to_contain_text("The parser")
    screen_language.inspect(sheet.frame)
    line.press("Enter")
    expect(line).to_have_value("")
    sheet.expect_cells([(issue, TUE, "1:30")])
    assert sheet.work.logged(issue) == [(TUE, 90 * 60)]


def test_a_timer_is_started_and_its_time_logged(sheet: Sheet, screen_language: ScreenLanguage) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.frame.locator("#timer-open").click()
    expect(sheet.frame.locator("#timer-issue")).to_be_focused()
    sheet.type(issue.key)
    expect(sheet.frame.locator(f"#time-{issue.id}")).to_have_attribute("aria-selected", "true")
    screen_language.inspect(sheet.frame)
    sheet.press("Enter")
    expect(sheet.frame.locator("#timer")).to_contain_text(issue.key)
    sheet.work.stage.cloud.cloud.clock.travel(1.5 * HOUR)
    screen_language.inspect(sheet.frame)
    sheet.frame.locator("#timer-stop").click()
    expect(sheet.frame.locator("#worklog-duration")).to_be_focused()
    screen_language.inspect(sheet.frame)
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, WED, "1:30")])
    assert sheet.work.logged(issue) == [(WED, 90 * 60)]


def test_a_suggestion_is_logged(sheet: Sheet, screen_language: ScreenLanguage) -> None:
    issue, site = sheet.work.issue("Suggested"), sheet.work.stage.jira.site
    with site.lock:
        edit_issue(site, issue, sheet.work.person.account_id, IssueEdit(status=site.statuses[DONE]))
    sheet.open()
    sheet.frame.locator("#layout-list").click()
    accept = sheet.frame.locator(".suggestion-accept")
    expect(accept).to_be_visible()
    screen_language.inspect(sheet.frame)
    accept.click()
    expect(sheet.frame.locator(f"#head-{TODAY} b")).to_have_text("8:00")
    screen_language.inspect(sheet.frame)
    assert sheet.work.logged(issue) == [(WED, 8 * HOUR)]


def test_a_period_is_closed_and_reopened(
    journey: Journey, work: Work, screen_language: ScreenLanguage
) -> None:
    team = make_team(work.stage, "[Payments]", work.person, work.stage.jira.person(COLLEAGUE))
    work.log(work.issue("Plan the quarter"), MON, HOUR)
    later(work)
    frame = journey.open("teams", team=team.id)
    title = frame.locator("#period-title")
    april = title.inner_text()
    frame.locator("#period-previous").click()
    expect(title).not_to_have_text(april)
    screen_language.inspect(frame)
    frame.locator("#ask-close").click()
    close = frame.get_by_role("button", name=screen_language.say("Close the period"))
    expect(close).to_be_visible()
    screen_language.inspect(frame)
    close.click()
    more = frame.locator("#overview .menu summary")
    expect(frame.locator("#ask-reopen")).to_have_count(1)
    screen_language.inspect(frame)
    more.click()
    frame.locator("#ask-reopen").click()
    expect(frame.locator("#reopen-period")).to_be_visible()
    screen_language.inspect(frame)
    frame.locator("#reopen-period [type=submit]").click()
    expect(frame.locator("#ask-close")).to_be_visible()


def test_a_leave_is_marked_and_saved(journey: Journey, work: Work, screen_language: ScreenLanguage) -> None:
    make_team(work.stage, "[Payments]", work.person, work.stage.jira.person(COLLEAGUE))
    frame = journey.open("availability")
    frame.locator(f"#day-{THU}").click()
    expect(frame.locator("#leave-note")).not_to_be_empty()
    expect(frame.locator("#leave-preview .effects")).to_contain_text("8:00")
    screen_language.inspect(frame)
    frame.locator("#save-leaves").click()
    expect(frame.locator("#leaves-saved")).to_be_visible()
    screen_language.inspect(frame)
    assert screen_language.say("Vacation") in (frame.locator(f"#day-{THU}").get_attribute("aria-label") or "")


def test_a_report_is_read_back_from_its_file(
    journey: Journey, work: Work, screen_language: ScreenLanguage, tmp_path: Path
) -> None:
    work.log(work.issue("Mend the refund flow"), MON, 90 * 60)
    work.log(work.issue("Improve the search", "WEB"), TUE, HOUR)
    frame = journey.open("reports")
    frame.locator("#level-1").select_option("project")
    total = frame.locator("#report-table tfoot td").last
    expect(total).to_have_text("2:30")
    screen_language.inspect(frame)
    frame.locator("#export-menu summary").click()
    with journey.page.expect_download() as waiting:
        frame.locator("#export-csv").click()
    waiting.value.save_as(tmp_path / "report.csv")
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(lines, delimiter=";" if screen_language.code == "de" else ","))
    table = rows[1 : rows.index([])]
    assert sum(int(row[-1]) for row in table[:-1]) == int(table[-1][-1]) == 150 * 60
    assert any(screen_language.say("Project") in cell for cell in rows[0])


def test_a_setting_is_changed_and_recorded_in_the_audit_log(
    journey: Journey, work: Work, screen_language: ScreenLanguage
) -> None:
    journey.person = work.stage.jira.person(ADMIN)
    let_audit(work.stage, journey.person)
    frame = journey.open("configure")
    zone = frame.locator("#fallback-zone")
    zone.fill("Nowhere/City")
    zone.press("Enter")
    expect(frame.locator("#fallback_zone-error")).to_be_visible()
    screen_language.inspect(frame)
    zone.fill("Europe/Lisbon")
    zone.press("Enter")
    expect(frame.locator("#settings-saved")).to_be_visible()
    screen_language.inspect(frame)
    frame = journey.open("audit-log")
    opener = frame.get_by_role("button", name=screen_language.say("changed the settings")).first
    expect(opener).to_be_visible()
    opener.press("Enter")
    expect(frame.locator(".event-detail ins")).to_have_text("Europe/Lisbon")
    expect(frame.locator(".event-detail")).to_contain_text(screen_language.say("Fallback time zone"))
    screen_language.inspect(frame)
