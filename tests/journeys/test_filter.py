"""The controls beside a filter, used right after the filter was changed, with slow responses: the new filter counts."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Frame, expect

from jira_emulator.model import Person
from tests.journeys.audit.test_audit import changed, let_audit, open_log, record
from tests.journeys.conftest import Journey
from tests.journeys.report.test_report import choose_team, open_report
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, MON, Work
from tests.journeys.support.team_stage import make_team
from timesheet.domain.team.team import Team
from tools.stage import Stage


@pytest.fixture
def team(stage: Stage, work: Work, person: Person) -> Team:
    """Return a team whose lead logged an hour on each of two projects."""
    work.log(work.issue("Mend the refund flow"), MON, 10 * HOUR)
    work.log(work.issue("Improve the search", "WEB"), MON, HOUR)
    return make_team(stage, "Payments", person)


@pytest.fixture
def audit(journey: Journey, stage: Stage, person: Person, team: Team) -> Frame:
    """Return the audit log, with three changes of a team among other events."""
    let_audit(stage, person)
    record(stage, *(changed(stage, person, team, number) for number in range(3)))
    return open_log(journey)


def choose(frame: Frame, name: str, value: str) -> None:
    frame.get_by_label(name, exact=True).select_option(value)


def report_on_oneself(frame: Frame) -> None:
    frame.locator("#choose-who").select_option("me")


def choose_action(frame: Frame) -> None:
    choose(frame, "Action", "team.changed")


@pytest.mark.each_door
def test_activity_counts_what_the_filter_says_that_was_just_changed(journey: Journey, audit: Frame) -> None:
    requests = HeldRequests(journey, "/audit?")
    requests.hold(lambda: choose_action(audit))
    audit.get_by_role("button", name="Activity").click()
    requests.release()
    expect(audit.locator("#activity tfoot td")).to_have_text("3")
    expect(audit.locator("#audit-chips .chip")).to_have_text("Team changed")
    expect(audit.get_by_label("Action", exact=True)).to_have_value("team.changed")


def test_a_text_just_typed_is_sent_once_and_activity_follows_it(
    journey: Journey, audit: Frame, team: Team
) -> None:
    requests, addresses = HeldRequests(journey, "/audit?"), list[str]()
    journey.page.on("request", lambda request: addresses.append(journey.door.target(request)[1]))
    audit.get_by_role("searchbox").press_sequentially(team.id)
    requests.hold(audit.get_by_role("button", name="Activity").click)
    requests.release()
    shown = re.compile(f"text={team.id}&view=activity")
    expect(audit.locator("#audit")).to_have_attribute("data-place", shown)
    # The pause after typing ends meanwhile; what it would send was sent when the field was left.
    journey.page.wait_for_timeout(600)
    expect(audit.locator("#audit")).to_have_attribute("data-place", shown)
    assert sum("view=activity" in url for url in addresses) == 1


def test_a_filter_taken_away_keeps_the_one_that_was_just_added(journey: Journey, audit: Frame) -> None:
    choose_action(audit)
    expect(audit.locator("#audit-chips .chip")).to_have_text("Team changed")
    requests = HeldRequests(journey, "/audit?")
    requests.hold(lambda: choose(audit, "Outcome", "done"))
    audit.get_by_role("button", name="Remove the filter Team changed").click()
    requests.release()
    expect(audit.locator("#chip-action")).to_have_count(0)
    expect(audit.locator("#audit-chips .chip")).to_have_text("Done")


def test_a_file_has_the_events_of_the_filter_that_was_just_changed(
    journey: Journey, audit: Frame, tmp_path: Path
) -> None:
    requests = HeldRequests(journey, "/audit?")
    audit.locator("#audit-menu summary").click()
    requests.hold(lambda: choose_action(audit))
    with journey.page.expect_download() as waiting:
        audit.locator("#export-csv").dispatch_event("click")
        requests.release()
    waiting.value.save_as(tmp_path / "csv")
    rows = list(csv.reader((tmp_path / "csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == 1 + 3


def test_a_filter_that_is_refused_keeps_no_click_for_later(journey: Journey, audit: Frame) -> None:
    requests = HeldRequests(journey, "/audit?")
    choose(audit, "Time", "range")
    expect(audit.locator("#audit-first")).to_be_visible()
    requests.hold(lambda: audit.locator("#audit-last").fill("1999-01-01"))
    audit.get_by_role("button", name="Activity").click()
    requests.release()
    expect(audit.locator("#audit-invalid")).to_be_visible()
    expect(audit.get_by_role("button", name="Activity")).to_have_attribute("aria-pressed", "false")


def test_the_people_of_a_report_are_chosen_for_the_report_that_was_just_requested(
    journey: Journey, team: Team
) -> None:
    report = open_report(journey)
    choose_team(report, team)
    requests, sent = HeldRequests(journey, "/reports?"), journey.record_requests()
    requests.hold(lambda: report_on_oneself(report))
    report.locator("#choose-people").click()
    requests.release()
    expect(report.locator("#people-form")).to_be_visible()
    assert [path[:22] for path in sent if path.startswith("/reports/people")] == ["/reports/people?who=me"]
    expect(report.locator("#choose-who")).to_have_value("me")


def test_a_file_of_a_report_is_of_what_was_just_chosen(journey: Journey, team: Team, tmp_path: Path) -> None:
    report = open_report(journey)
    choose_team(report, team)
    requests = HeldRequests(journey, "/reports?")
    requests.hold(lambda: report_on_oneself(report))
    with journey.page.expect_download() as waiting:
        report.locator("#export-csv").dispatch_event("click")
        requests.release()
    assert "Payments" not in waiting.value.suggested_filename
    waiting.value.save_as(tmp_path / "csv")
    assert (tmp_path / "csv").stat().st_size > 0
