"""The points of a call by what it returned; tests/web/timesheet/test_points.py compares it with the emulated Jira."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from timesheet.adapters.jira.call.call import Call, points_of


@pytest.mark.parametrize(
    ("path", "content", "points"),
    [
        ("search/jql", {"issues": [{}] * 100}, 101),
        ("search/jql", SimpleNamespace(issues=[1, 2]), 3),
        ("issue/1/worklog", {"worklogs": [{}] * 5, "total": 5}, 6),
        ("issue/1", {"id": "1"}, 2),
        ("worklog/list", [{}] * 7, 8),
        ("myself", {"accountId": "a"}, 3),
        ("user/bulk", {"values": [{}] * 8}, 17),
        ("group/member", {"values": [{}] * 8}, 17),
        ("mypermissions", {"permissions": {"A": {}, "B": {}}}, 5),
        ("issue/picker", {"sections": [{"issues": [{}] * 3}, {"issues": [{}]}]}, 5),
        ("issue/1", None, 1),
        ("issue/1", SimpleNamespace(id="1"), 2),
    ],
)
def test_a_call_costs_one_and_its_objects(path: str, content: Any, points: int) -> None:
    assert points_of(path, content, changes=False) == points
    assert points_of(path, content, changes=True) == 1, "a change costs one"


@pytest.mark.parametrize(
    "content",
    [{"issues": None}, {"sections": None}, {"sections": [None, 5]}, {"permissions": 3}, 5, "text", True, {}],
)
def test_nonsense_counts_as_one_object(content: Any) -> None:
    assert points_of("search/jql", content, changes=False) == 2


def test_before_an_answer_a_read_counts_as_one_of_one_object_and_a_change_as_one() -> None:
    assert Call("GET", "issue/1").points == 2
    assert Call("PUT", "issue/1").points == 1
