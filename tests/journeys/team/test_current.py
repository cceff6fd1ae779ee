"""The current period in the list of teams, in a real browser: read with a short list, and on request in a long one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, TUE, Work
from tests.journeys.support.team_stage import make_team
from tools.stage import Stage


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1024), ("light", 375)])
def test_the_list_shows_the_current_period_of_each_team(
    journey: Journey,
    stage: Stage,
    work: Work,
    person: Person,
    theme: str,
    width: int,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    team = make_team(stage, "Payments", person)
    other = make_team(stage, "Search", person, stage.jira.person(2))
    for name in ("Sales", "Support"):
        make_team(stage, name, person)
    refunds = work.issue("Mend the refund flow")
    work.log(refunds, MON, 6 * HOUR)
    work.log(refunds, TUE, 3 * HOUR)
    journey.page.set_viewport_size({"width": width, "height": 700})
    frame = journey.open("teams")
    journey.choose_theme(theme)
    frame = journey.open("teams")
    period = frame.locator(f"#period-{team.id}")
    expect(period).to_contain_text("time not read yet")
    period.get_by_role("button", name="Show").click()
    expect(period).to_contain_text("9:00 of ")
    expect(period.locator(".spark rect.fill")).to_have_count(2)
    expect(frame.locator(f"#period-{other.id}")).to_contain_text("time not read yet")
    assert_accessible(frame)
    overflow = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    assert frame.evaluate(overflow) <= 0
    frame.locator("#team-text").fill("Pay")
    expect(frame.locator(f"#team-{other.id}")).to_have_count(0)
    expect(period).to_contain_text("9:00 of ")


@pytest.mark.each_door
def test_a_short_list_reads_the_time_of_its_teams(
    journey: Journey, stage: Stage, work: Work, person: Person
) -> None:
    team = make_team(stage, "Payments", person)
    other = make_team(stage, "Search", person)
    work.log(work.issue("Mend the refund flow"), MON, 6 * HOUR)
    frame = journey.open("teams")
    for one in (team, other):
        expect(frame.locator(f"#period-{one.id}")).to_contain_text("6:00 of ")


def test_a_long_list_shows_the_periods_of_the_teams_that_are_scrolled_to(
    journey: Journey, stage: Stage, person: Person
) -> None:
    made = [make_team(stage, f"Team {number:02}", person) for number in range(53)]
    frame = journey.open("teams")
    expect(frame.locator(f"#period-{made[49].id}")).to_contain_text("capacity")
    last = frame.locator(f"#period-{made[-1].id}")
    expect(last).to_be_empty()
    last.scroll_into_view_if_needed()
    expect(last).to_contain_text("capacity")
    expect(frame.locator(f"#period-{made[50].id}")).to_contain_text("capacity")
    frame.locator("#team-text").fill("Team")
    expect(frame.locator("#team-table tbody tr")).to_have_count(53)
    frame.locator(f"#period-{made[0].id}").scroll_into_view_if_needed()
    expect(frame.locator(f"#period-{made[0].id}")).to_contain_text("capacity")
    last.scroll_into_view_if_needed()
    expect(last).to_contain_text("capacity")
