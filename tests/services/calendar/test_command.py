"""Commands about calendars, schemes, absence types, and leaves: what is read from a form."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.support.command_cases import Case, CommandTests, check_field, form_of
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

HOURS = ("8", "8", "8", "8", "8", "", "")
EVE = NonWorkingDay(date(2026, 12, 24), "Christmas Eve", "public-holiday", Part.AFTERNOON)
CHRISTMAS = NonWorkingDay(date(2026, 12, 25), "Christmas", "public-holiday")
CASES = [
    Case(
        SaveScheme("full", "Full", HOURS, 2),
        {
            "id": "full",
            "name": "Full",
            "version": "2",
            **{f"weekday-{number}": text for number, text in enumerate(HOURS)},
        },
    ),
    Case(DeleteScheme("full"), {"scheme_id": "full", "replacement": ""}),
    Case(
        SaveLegend("l", "Training", "teal", "T", 1),
        {"id": "l", "title": "Training", "color": "teal", "letter": "T", "version": "1"},
    ),
    Case(DeleteLegend("l"), {"legend_id": "l"}),
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
    ),
    Case(DeleteCalendar("bavaria", "berlin"), {"calendar_id": "bavaria", "replacement": "berlin"}),
    Case(
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
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES


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
        (EnterLeaves, {"year": "1970"}, "year"),
        (EnterLeaves, {"year": "9999"}, "year"),
        (EnterLeaves, {"year": "soon"}, "year"),
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
        EnterLeaves.read(form_of({**CASES[-1].form, "changes": changes}))
