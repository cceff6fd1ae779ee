"""The time of a team with a yes beside all of it, by person and by project."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, TUE, Work
from tests.journeys.support.team_stage import make_team, stores_of
from timesheet.domain.attribute.values import PROPERTY
from tools.stage import Stage


@pytest.mark.parametrize("width", [1024, 375])
def test_billable_time_of_a_team_is_shown_beside_all_of_it(
    journey: Journey,
    stage: Stage,
    work: Work,
    person: Person,
    width: int,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    colleague = stage.jira.person(2)
    refunds = work.issue("Mend the refund flow")
    theirs = Work(stage, colleague)
    theirs.log(refunds, MON, 3 * HOUR, properties={PROPERTY: {"billable": True}})
    theirs.log(refunds, TUE, HOUR)
    work.log(refunds, MON, 4 * HOUR)
    team = make_team(stage, "Payments", person, colleague)
    with stores_of(stage) as stores:
        stores.attributes.choose(team.id, {"billable"})
    journey.page.set_viewport_size({"width": width, "height": 800})
    frame = journey.open("teams", team=team.id)
    frame.locator("#tab-people").click()
    frame.locator("#choose-attribute").select_option(label="Billable")
    table = frame.locator("#people table")
    expect(table.locator("tfoot td").last).to_have_text("3:00 37.5%")
    expect(table.locator("tbody tr td:last-child")).to_have_text(["", "3:00 75.0%"])
    frame.locator("#tab-projects").click()
    expect(frame.locator("#projects tfoot td").last).to_have_text("3:00 37.5%")
    with journey.page.expect_response("**/teams/**"):
        frame.evaluate("document.querySelector('#overview').dispatchEvent(new Event('outdated'))")
    expect(frame.locator("#choose-attribute")).to_have_value("billable")
    expect(frame.locator("#projects tfoot td").last).to_have_text("3:00 37.5%")
    assert_accessible(frame)
