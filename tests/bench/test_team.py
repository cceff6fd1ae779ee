"""The cost in Jira of a cold team page, down to the last call, and what a trace shows."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.jira import calls_since
from bench.recording import Span, Trace
from bench.team import Size, team_of

PEOPLE, EACH, MEETINGS = 10, 4, 1
SEARCHES = 2


def test_a_cold_look_asks_for_nothing_twice_and_a_warm_one_for_nothing() -> None:
    with team_of(Size(PEOPLE, EACH, MEETINGS)) as (stage, lead):
        lead.tab("timesheet")
        calls = Counter(call.template for call in stage.jira.calls.list("rest"))
        _, points = calls_since(stage)
        lead.tab("people")
        assert calls_since(stage) == (0, 0)
        long = max(len(issue.worklog_ids) for issue in stage.jira.site.issues.values())
    admin = calls.pop("/permissions/check")
    assert calls == {
        "/myself": 1,
        "/user/bulk": 1,
        "/search/jql": SEARCHES,
        "/issue/<>/worklog": MEETINGS,
    }
    viewer = 2
    zones = 2 * (PEOPLE + 1)
    found = PEOPLE * EACH + SEARCHES * MEETINGS
    in_meetings = MEETINGS * long
    assert points == admin + calls.total() + viewer + zones + found + in_meetings


@pytest.mark.parametrize(
    ("spans", "rounds"),
    [
        ([], 0),
        ([(0, 2), (0, 2), (1, 3)], 1),
        ([(0, 2), (2, 4), (1, 3), (4, 6)], 3),
        ([(0, 9), (1, 2), (3, 4), (5, 6)], 3),
    ],
)
def test_rounds_are_the_calls_that_waited_for_one_another(
    spans: list[tuple[float, float]], rounds: int
) -> None:
    trace = Trace([Span(began, ended, "GET a") for began, ended in spans])
    assert trace.rounds == rounds
    assert str(trace).count("GET a") == len(spans)
