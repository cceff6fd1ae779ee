"""The messages about an import."""

from __future__ import annotations

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.services.transfer.review import MOST_PROBLEMS, PlanSection, Review


def refuse(field: str) -> int:
    raise InvalidInput("No.", field=field)


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("name", "$.x.name"),
        ("", "$.x"),
        ("legend", "$.x.legend"),
        ("leave", "$.x"),
        ("weekday-6", "$.x.hours.sunday"),
        ("role", "$.x.roles"),
    ],
)
def test_a_rule_that_refuses_is_a_problem_of_its_field(field: str, path: str) -> None:
    review = Review()
    assert review.check("$.x", lambda: refuse(field), 7) == 7
    assert [(problem.path, problem.sentence) for problem in review.problems] == [(path, "No.")]


def test_a_rule_that_agrees_gives_its_value() -> None:
    review = Review()
    assert review.check("$", lambda: 5, 7) == 5
    assert review.problems == []


def test_of_many_problems_the_first_are_kept() -> None:
    review = Review()
    review.unique("$.a", ["x"] * 200, "id")
    assert len(review.problems) == MOST_PROBLEMS
    assert review.problems[0].path == "$.a[1]"


def test_who_and_what_is_left_out_is_counted_at_the_end_in_the_order_of_the_page() -> None:
    review = Review()
    assert review.known(PlanSection.TEAMS, ["a", "b", "c"], {"a"}) == {"a"}
    assert review.existing_groups(PlanSection.TEAMS, ["g", "h"], {"g", "h"}) == {"g", "h"}
    assert review.existing_groups(PlanSection.LABELS, ["g", "h"], set()) == frozenset()
    review.note(PlanSection.SETTINGS, "First.")
    assert [(note.section, note.sentence, note.people) for note in review.finish()] == [
        (PlanSection.SETTINGS, "First.", ()),
        (PlanSection.LABELS, "Not in this Jira, so left out: 2 groups (g and h).", ()),
        (PlanSection.TEAMS, "Not in this Jira, so left out: 2 people.", ("b", "c")),
    ]
