"""Commands about calendars, schemes, absence types, and leaves: what a form and JSON make of them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.support.command_cases import Case, CommandTests, check_case, check_field, form_of
from timesheet.domain.calendar.global_calendar import NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import InvalidInput
from timesheet.services.calendar import command
from timesheet.services.calendar.command import (
    DeleteCalendar,
    DeleteLegend,
    DeleteScheme,
    EnterLeaves,
    SaveCalendar,
    SaveLegend,
    SaveScheme,
)
from timesheet.services.command.document import JsonFields
from timesheet.services.command.fields import read_command

HOURS = ("8", "8", "8", "8", "8", "", "")
EVE = NonWorkingDay(date(2026, 12, 24), "Christmas Eve", "public-holiday", Part.AFTERNOON)
CHRISTMAS = NonWorkingDay(date(2026, 12, 25), "Christmas", "public-holiday")
CHANGES = {"2026-06-14": [["vacation", "whole"]], "2026-06-15": []}
CASES = [
    Case(
        SaveScheme("full", "Full", HOURS, 2),
        {
            "id": "full",
            "name": "Full",
            "version": "2",
            **{f"weekday-{number}": text for number, text in enumerate(HOURS)},
        },
        {"id": "full", "name": "Full", "version": 2, "weekday": list(HOURS)},
    ),
    Case(
        DeleteScheme("full"),
        {"scheme_id": "full", "replacement": ""},
        {"scheme_id": "full", "replacement": None},
    ),
    Case(
        SaveLegend("l", "Training", "teal", "T", 1),
        {"id": "l", "title": "Training", "color": "teal", "letter": "T", "version": "1"},
        {"id": "l", "title": "Training", "color": "teal", "letter": "T", "version": 1},
    ),
    Case(DeleteLegend("l"), {"legend_id": "l"}, {"legend_id": "l"}),
    Case(
        SaveCalendar("bavaria", "Bavaria", (EVE, CHRISTMAS), 3),
        {
            "id": "bavaria",
            "name": "Bavaria",
            "days": "2026-12-25\twhole\tpublic-holiday\tChristmas\r\n"
            "2026-12-24\tafternoon\tpublic-holiday\tChristmas Eve\n",
            "version": "3",
            "year": "2026",
        },
        {
            "id": "bavaria",
            "name": "Bavaria",
            "days": [
                {"date": "2026-12-25", "part": "whole", "legend": "public-holiday", "title": "Christmas"},
                {
                    "date": "2026-12-24",
                    "part": "afternoon",
                    "legend": "public-holiday",
                    "title": "Christmas Eve",
                },
            ],
            "version": 3,
        },
    ),
    Case(
        DeleteCalendar("bavaria", "berlin"),
        {"calendar_id": "bavaria", "replacement": "berlin"},
        {"calendar_id": "bavaria", "replacement": "berlin"},
    ),
]
LEAVES = Case(
    EnterLeaves(
        "557058:ann",
        2026,
        {
            date(2026, 6, 14): [Leave("557058:ann", date(2026, 6, 14), "vacation", Part.WHOLE)],
            date(2026, 6, 15): [],
        },
        "mark",
    ),
    {
        "person": "557058:ann",
        "year": "2026",
        "changes": '{"2026-06-14": [["vacation", "whole"]], "2026-06-15": []}',
        "mark": "mark",
    },
    {"person": "557058:ann", "year": 2026, "changes": CHANGES, "mark": "mark"},
)


class TestCommands(CommandTests):
    module = command
    cases = CASES
    apart = (LEAVES,)


def test_leaves_are_a_document_within_a_form_and_part_of_the_one_in_json() -> None:
    check_case(LEAVES)


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (SaveScheme, {"id": "../x"}, "form"),
        (SaveScheme, {"version": ""}, "form"),
        (DeleteScheme, {"replacement": "../x"}, "replacement"),
        (SaveLegend, {"id": ""}, "form"),
        (SaveCalendar, {"days": "nonsense"}, "form"),
        (SaveCalendar, {"days": "2026-02-30\twhole\tpublic-holiday\tx"}, "form"),
        (SaveCalendar, {"days": "2026-02-27\twhole\t../x\tx"}, "form"),
        (SaveCalendar, {"days": "2026-02-27\tevening\tpublic-holiday\tx"}, "form"),
    ],
    ids=str,
)
def test_what_a_form_cannot_say_is_shown_at_the_field_of_its_page(
    kind: type, change: dict[str, str | list[str]], field: str
) -> None:
    check_field(CASES, kind, change, field)


@pytest.mark.parametrize(
    "changes",
    [
        *(
            "nonsense",
            "[1]",
            "[" * 5000,
            '{"2026-02-30": []}',
            '{"2026-06-14": 1}',
            '{"2026-06-14": [["vacation"]]}',
        ),
        '{"2026-06-14": [["vacation", "most"]]}',
    ],
    ids=range(7),
)
def test_changes_that_are_none_are_refused(changes: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_command(EnterLeaves, form_of({**LEAVES.form, "changes": changes}))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"year": 2026.0}, "year"),
        ({"person": 1}, "person"),
        ({"changes": [1]}, "changes"),
        ({"mark": None}, "mark"),
        ({"year": 1970}, "year"),
        ({"year": 9999}, "year"),
    ],
    ids=str,
)
def test_json_says_leaves_in_one_way(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_command(EnterLeaves, JsonFields({**LEAVES.document, **change}))
    assert refused.value.field == field
