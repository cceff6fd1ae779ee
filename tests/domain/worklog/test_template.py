"""Templates: their limits, names, and order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.template import (
    MOST_HOURS,
    MOST_TEMPLATES,
    Template,
    TemplateHours,
    Templates,
    hours_of,
)
from timesheet.domain.worklog.worklog import Worklog

HOURS = (TemplateHours(12, 0, 3600),)
MONDAY = date(2026, 11, 16)


def template(number: int) -> Template:
    return Template(f"t{number}", f"Template {number}", False, HOURS)


THREE = Templates(tuple(map(template, range(3))))


def ids(templates: Templates) -> list[str]:
    return [one.id for one in templates.all]


def test_a_new_one_comes_last_and_a_known_one_keeps_its_place() -> None:
    assert ids(THREE.with_saved(template(3))) == ["t0", "t1", "t2", "t3"]
    again = THREE.with_saved(replace(template(1), name="  Other \n name "))
    assert ids(again) == ["t0", "t1", "t2"]
    assert again.get("t1").name == "Other name"


@pytest.mark.parametrize(
    ("saved", "field"),
    [
        (replace(template(9), name=" "), "name"),
        (replace(template(9), name="x" * 101), "name"),
        (replace(template(9), name="TEMPLATE 1"), "name"),
        (replace(template(9), hours=()), "weekly"),
        (replace(template(9), hours=HOURS * (MOST_HOURS + 1)), "weekly"),
    ],
)
def test_what_cannot_be_saved_is_refused_at_its_field(saved: Template, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        THREE.with_saved(saved)
    assert refused.value.field == field


def test_there_is_a_limit_but_not_for_saving_one_again() -> None:
    full = Templates(tuple(map(template, range(MOST_TEMPLATES))))
    with pytest.raises(InvalidInput, match="At most 50 templates"):
        full.with_saved(template(MOST_TEMPLATES))
    assert len(full.with_saved(replace(template(4), name="New")).all) == MOST_TEMPLATES


def test_they_are_renamed_ordered_and_deleted() -> None:
    assert THREE.with_name("t1", "Other").get("t1").name == "Other"
    assert ids(THREE.moved("t2", -1)) == ["t0", "t2", "t1"]
    assert ids(THREE.moved("t0", -1)) == ids(THREE.moved("t2", 1)) == ["t0", "t1", "t2"]
    assert ids(THREE.moved("t0", 1)) == ["t1", "t0", "t2"]
    assert ids(THREE.without("t1")) == ["t0", "t2"]
    assert THREE.without("gone") == THREE
    with pytest.raises(NotFound):
        THREE.with_name("gone", "x")
    with pytest.raises(NotFound):
        THREE.moved("gone", 1)


def test_the_hours_of_an_issue_on_a_day_are_one_sum() -> None:
    def worklog(number: int, issue_id: int, day: date, seconds: int) -> Worklog:
        start = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        return Worklog(number, issue_id, "ana", day, start, seconds, start)

    sunday = MONDAY + timedelta(days=6)
    worklogs = [
        worklog(1, 12, sunday, 60),
        worklog(2, 12, MONDAY, 3600),
        worklog(3, 7, MONDAY, 1800),
        worklog(4, 12, MONDAY, 600),
        worklog(5, 12, MONDAY + timedelta(days=7), 3600),
        worklog(6, 40, MONDAY, 0),
    ]
    assert hours_of(worklogs, DateSpan(MONDAY, sunday)) == (
        TemplateHours(12, 0, 4200),
        TemplateHours(7, 0, 1800),
        TemplateHours(12, 6, 60),
    )
