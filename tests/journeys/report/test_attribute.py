"""A report by Billable in a real browser: its rows, its filter, what is behind a cell, and its file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.report.test_export import saved, shown_seconds
from tests.journeys.report.test_report import open_report
from tests.journeys.support.sheet import HOUR, MON, TUE, Work
from tests.journeys.support.team_stage import make_team, stores_of
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind, Option
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.team.team import Team
from tools.stage import Stage

ACTIVITY = Attribute(
    "activity", "Activity", Kind.SELECT, options=(Option("d", "Design"), Option("t", "Test"))
)


@pytest.fixture
def team(stage: Stage, work: Work, person: Person) -> Team:
    """Return a team with three billable hours of a colleague, and five of both that are not."""
    with stores_of(stage) as stores:
        for one in (
            replace(BUILT_IN[0], everywhere=True),
            ACTIVITY,
            Attribute("effort", "Effort", Kind.NUMBER),
        ):
            stores.attributes.save(one)
    colleague = stage.jira.person(2)
    refunds = work.issue("Mend the refund flow")
    theirs = Work(stage, colleague)
    theirs.log(refunds, MON, 3 * HOUR, properties={PROPERTY: {"billable": True, "activity": "d"}})
    theirs.log(refunds, TUE, HOUR)
    work.log(refunds, MON, 4 * HOUR)
    return make_team(stage, "Payments", person, colleague)


@pytest.fixture
def report(journey: Journey, team: Team) -> Frame:
    frame = open_report(journey)
    frame.locator("#choose-who").select_option(team.id)
    expect(frame.locator("#report-table tfoot td")).to_have_text("8:00")
    return frame


def by_billable(frame: Frame) -> None:
    frame.locator("#level-1").select_option(label="Billable")
    expect(frame.locator("#report-table tbody tr.l0 > th")).to_have_text(["Yes", "No"])


def test_a_report_by_billable_adds_up_and_is_read_back_from_its_file(
    journey: Journey, report: Frame, tmp_path: Path
) -> None:
    by_billable(report)
    report.locator("#level-2").select_option(label="Person")
    expect(report.locator("#report-table tbody tr.l0 > td")).to_have_text(["3:00", "5:00"])
    expect(report.locator("#report-table tfoot td")).to_have_text("8:00")
    report.locator("#report-table tbody tr.l0 > td").first.click()
    expect(report.locator("#report-worklogs .attribute-tag")).to_have_text(["Billable", "Activity: Design"])
    report.locator("#report-worklogs").get_by_role("button", name="Done").click()
    rows = list(csv.reader(saved(journey, report, "#export-csv", tmp_path).read_text("utf-8").splitlines()))
    table = rows[: rows.index([])]
    assert table[0][0] == "Billable"
    assert sorted((row[0], int(row[-1])) for row in table[1:]) == [
        ("No", HOUR),
        ("No", 4 * HOUR),
        ("Total", shown_seconds(report)),
        ("Yes", 3 * HOUR),
    ]
    each = saved(journey, report, "#export-worklogs", tmp_path).read_text("utf-8").splitlines()
    [head, *lines] = csv.reader(each)
    place = head.index("Billable")
    spent = [int(row[-1]) for row in lines[: lines.index([]) - 1] if row[place] == "yes"]
    assert spent == [3 * HOUR]


@pytest.mark.parametrize("width", [1024, 375])
def test_a_filter_by_attributes_is_chosen_and_removed(
    journey: Journey, report: Frame, width: int, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    report.locator("#toggle-filters").click()
    report.locator("#facet-attribute-billable").get_by_label("Yes").check()
    expect(report.locator("#report-table tfoot td")).to_have_text("3:00")
    expect(report.locator("#report-chips")).to_contain_text("Billable: Yes")
    report.locator("#facet-attribute-effort").get_by_label("At least").fill("many")
    report.locator("#facet-attribute-effort").get_by_label("At least").press("Enter")
    expect(report.locator("#report-refused")).to_contain_text("“Effort” must be a number, such as 12 or 1.5.")
    journey.page.set_viewport_size({"width": width, "height": 800})
    report.locator("#toggle-filters").click()
    expect(report.locator("#filters")).to_be_hidden()
    report.locator("#toggle-filters").click()
    expect(report.locator("#report-table tfoot td")).to_have_text("3:00")
    report.locator("#facet-attribute-billable").get_by_label("Yes").uncheck()
    expect(report.locator("#report-table tfoot td")).to_have_text("8:00")
    report.locator("#facet-attribute-activity").get_by_label("Not set").check()
    expect(report.locator("#report-table tfoot td")).to_have_text("5:00")
    assert_accessible(report)
    report.get_by_role("button", name="Remove the filter Activity").click()
    expect(report.locator("#report-table tfoot td")).to_have_text("8:00")
