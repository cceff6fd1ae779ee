"""The simulated hour keeps to the allowance, and serves those first who have nothing to look at."""

from __future__ import annotations

import pytest

from bench.hour import SAVES_A_PERSON, Costs, hour, measured_costs
from timesheet.services.resilience.budget import POINTS_AN_HOUR

PEOPLE = 4000
CHEAP, DEAR = Costs(3, 2, 1), Costs(120, 118, 1)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate few people, with more views each."""
    monkeypatch.setattr("bench.hour.VIEWS_A_PERSON", 2.5)


def test_with_enough_points_every_look_is_fresh() -> None:
    notes = hour("cheap", CHEAP, people=PEOPLE).notes
    assert notes["views"] == 10_000
    assert notes["fresh_percent"] > 99
    assert notes["shown_percent"] == 100
    own = hour("own", DEAR, own=100_000, people=PEOPLE).notes
    assert own["fresh_percent"] > 99


def test_when_points_are_short_they_are_not_exceeded_and_saves_go_on() -> None:
    figure = hour("dear", DEAR, people=PEOPLE)
    assert figure.points is not None
    assert figure.points <= POINTS_AN_HOUR
    assert figure.notes["points_save"] == PEOPLE * SAVES_A_PERSON
    assert figure.notes["with_age_percent"] > 0
    assert figure.notes["shown_percent"] > 90


def test_a_look_costs_what_jira_counts() -> None:
    costs = measured_costs()
    assert costs.save <= 3
    assert costs.first > costs.again > 10
