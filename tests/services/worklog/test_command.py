"""Commands about worklogs: what a form and JSON make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import NoReturn

import pytest

from tests.services.support.command_cases import Case, CommandTests, check_field, form_of, read
from timesheet.domain.duration import HOUR
from timesheet.domain.errors import InvalidInput
from timesheet.domain.span import DateSpan
from timesheet.services.command.document import JsonFields
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.worklog import command
from timesheet.services.worklog.command import (
    MOST_LINES,
    MOST_TRIED,
    BulkAction,
    BulkEdit,
    CellEdit,
    Chosen,
    DeleteCell,
    DeleteWorklog,
    MoveWorklog,
    QuickEntry,
    TimeEntry,
    UndoWrites,
    WorklogEdit,
)
from timesheet.services.worklog.write_result import Seen

KEY, DAY, WAS = "a" * 32, date(2026, 11, 24), datetime(2026, 11, 24, 9, tzinfo=UTC)
MARK = f"10001.{int(WAS.timestamp() * 1000)}"
SEEN = Seen(10001, WAS)
TOKENS = ("0" * 32, "f" * 32)
ESTIMATE = EstimateChange("new", 2 * HOUR)
EDIT = WorklogEdit(7, SEEN, KEY, DAY, time(9, 30), 1, "1h 30m", "talks", ESTIMATE)
DIALOG = {
    "key": KEY,
    "day": "2026-11-24",
    "start": "09:30",
    "fold": "1",
    "duration": "1h 30m",
    "comment": "talks",
    "adjust": "new",
    "new_estimate": "2h",
    "adjust_by": "",
    "place": "dialog",
}
DIALOG_JSON = {
    "key": KEY,
    "day": "2026-11-24",
    "start": "09:30",
    "fold": True,
    "duration": "1h 30m",
    "comment": "talks",
    "adjust": "new",
    "new_estimate": "2h",
}
OPTIONAL = frozenset({"start", "fold", "comment"})
CASES = [
    Case(
        CellEdit(7, DAY, "1,5", KEY, (SEEN,), ("b" * 32,)),
        {
            "issue": "7",
            "day": "2026-11-24",
            "value": "1,5",
            "key": KEY,
            "seen": MARK,
            "tried": f"{'b' * 32},x",
        },
        {"issue": 7, "day": "2026-11-24", "value": "1,5", "key": KEY, "seen": [MARK], "tried": ["b" * 32]},
    ),
    Case(
        CellEdit(7, DAY, "1,5", KEY, comment="talks; more"),
        {
            "issue": "7",
            "day": "2026-11-24",
            "value": "1,5 ; talks; more",
            "key": KEY,
            "seen": "",
            "tried": "",
        },
        {"issue": 7, "day": "2026-11-24", "value": "1,5; talks; more", "key": KEY, "seen": [], "tried": []},
    ),
    Case(
        DeleteCell(7, DAY, (SEEN, SEEN)),
        {"issue": "7", "day": "2026-11-24", "seen": f"{MARK},{MARK}"},
        {"issue": 7, "day": "2026-11-24", "seen": [MARK, MARK]},
    ),
    Case(
        QuickEntry("PAY-12 1h", KEY, DAY),
        {"line": "PAY-12 1h", "key": KEY, "today": "2026-11-24", "part": "1"},
        {"line": "PAY-12 1h", "key": KEY, "today": "2026-11-24"},
    ),
    Case(UndoWrites(TOKENS), {"undo": ",".join(TOKENS)}, {"undo": list(TOKENS)}),
    Case(
        BulkEdit(
            BulkAction.MOVE_TO_DAY,
            (Chosen(7, SEEN), Chosen(8, SEEN)),
            DateSpan(date(2026, 11, 16), date(2026, 11, 22)),
            KEY,
            date(2026, 11, 24),
        ),
        {
            "action": "day",
            "chosen": [f"7:{MARK}", f"8:{MARK}"],
            "first": "2026-11-16",
            "last": "2026-11-22",
            "key": KEY,
            "day": "2026-11-24",
            "issue": "9",
        },
        {
            "action": "day",
            "chosen": [f"7:{MARK}", f"8:{MARK}"],
            "first": "2026-11-16",
            "last": "2026-11-22",
            "key": KEY,
            "day": "2026-11-24",
        },
        frozenset({"day"}),
    ),
    Case(
        BulkEdit(BulkAction.DELETE, (Chosen(7, SEEN),), None, KEY, final=True),
        {"action": "delete", "chosen": [f"7:{MARK}"], "key": KEY, "final": "1"},
        {"action": "delete", "chosen": [f"7:{MARK}"], "key": KEY, "final": True},
        frozenset({"final"}),
    ),
    Case(
        TimeEntry(7, DAY, "1h 30m", KEY, time(9, 30), 1, "talks", ESTIMATE),
        {"issue": "7", **DIALOG},
        {"issue": 7, **DIALOG_JSON},
        OPTIONAL,
        frozenset({"adjust"}),
    ),
    Case(
        EDIT,
        {"source": "7", "seen": MARK, "was": "1h", **DIALOG},
        {"source": 7, "seen": MARK, **DIALOG_JSON},
        OPTIONAL | {"day", "duration"},
        frozenset({"adjust"}),
    ),
    Case(
        MoveWorklog(EDIT, 8),
        {"source": "7", "issue": "8", "seen": MARK, "was": "1h", **DIALOG},
        {"source": 7, "issue": 8, "seen": MARK, **DIALOG_JSON},
        OPTIONAL | {"day", "duration"},
        frozenset({"adjust"}),
    ),
    Case(
        DeleteWorklog(7, SEEN, KEY, EstimateChange("manual", HOUR), final=True),
        {"source": "7", "seen": MARK, "key": KEY, "adjust": "manual", "adjust_by": "1h", "final": "1"},
        {"source": 7, "seen": MARK, "key": KEY, "adjust": "manual", "adjust_by": "1h", "final": True},
        deciding=frozenset({"adjust"}),
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES


def test_what_an_edit_does_not_name_stays_as_it_is() -> None:
    for fields in (
        form_of({"source": "7", "seen": MARK, "key": KEY}),
        JsonFields({"source": 7, "seen": MARK, "key": KEY}),
    ):
        assert read(WorklogEdit, fields) == WorklogEdit(7, SEEN, KEY)


def test_a_time_that_stands_as_it_was_shown_is_no_change() -> None:
    shown = form_of({"source": "7", "seen": MARK, "key": KEY, "duration": " 1h 30m ", "was": "1h 30m"})
    assert read(WorklogEdit, shown) == WorklogEdit(7, SEEN, KEY)


def test_a_new_worklog_begins_when_it_says_or_after_the_last_one() -> None:
    sent = JsonFields({"issue": 7, "day": "2026-11-24", "key": KEY, "duration": "1h"})
    assert read(TimeEntry, sent) == TimeEntry(7, DAY, "1h", KEY)


def test_nobody_asks_how_long_a_day_is_without_a_typed_estimate() -> None:
    def asked() -> NoReturn:
        raise AssertionError("it costs a call to Jira")

    sent = form_of({"source": "7", "seen": MARK, "key": KEY, "adjust": "leave", "new_estimate": "2h"})
    assert WorklogEdit.read(sent, asked).estimate == EstimateChange("leave")


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (TimeEntry, {"issue": ""}, "issue"),
        (TimeEntry, {"day": " "}, "day"),
        (TimeEntry, {"day": "soon"}, "day"),
        (TimeEntry, {"start": ""}, "start"),
        (TimeEntry, {"new_estimate": "some"}, "estimate"),
        (WorklogEdit, {"seen": "x"}, "seen"),
        (WorklogEdit, {"start": "25:00"}, "start"),
        (MoveWorklog, {"issue": "x"}, "issue"),
        (DeleteWorklog, {"adjust_by": "x"}, "estimate"),
    ],
    ids=str,
)
def test_what_the_dialog_cannot_say_is_shown_at_its_field(
    kind: type, change: dict[str, str], field: str
) -> None:
    check_field(CASES, kind, change, field)


def test_only_the_latest_tries_count() -> None:
    keys = [f"{number:032}" for number in range(MOST_TRIED + 2)]
    edit = CellEdit.read(form_of({"issue": "7", "day": "2026-11-24", "tried": ",".join(keys)}))
    assert edit.tried == tuple(keys[-MOST_TRIED:])


@pytest.mark.parametrize(
    "undo", ["", "x", f"{TOKENS[0]},x", ",".join([TOKENS[0]] * (MOST_LINES + 1))], ids=range(4)
)
def test_what_is_no_undo_is_too_late(undo: str) -> None:
    with pytest.raises(InvalidInput, match="too late"):
        UndoWrites.read(form_of({"undo": undo}))
