"""Commands about worklogs: what a form and JSON make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import NoReturn

import pytest

from tests.services.support.command_cases import Case, CommandTests, check_field, form_of, read
from tests.services.support.commands import TRACKING
from timesheet.domain.duration import HOUR
from timesheet.domain.errors import InvalidInput
from timesheet.domain.span import DateSpan
from timesheet.services.command.document import JsonFields
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.worklog import command
from timesheet.services.worklog.command import (
    BACKWARD,
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
from timesheet.services.worklog.safeguard.seen import OUTDATED, SeenWorklog

KEY, DAY, WAS = "a" * 32, date(2026, 11, 24), datetime(2026, 11, 24, 9, tzinfo=UTC)
MARK = f"10001.{int(WAS.timestamp() * 1000)}"
OTHER_MARK = MARK.replace("10001", "10002")
SEEN = SeenWorklog(10001, WAS)
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
        CellEdit(7, DAY, "1,5", KEY, (SEEN,), ("b" * 32,), TOKENS[:1]),
        {
            "issue": "7",
            "day": "2026-11-24",
            "value": "1,5",
            "key": KEY,
            "seen": MARK,
            "tried": f"{'b' * 32},x",
            "undone": f"{TOKENS[0]},x",
        },
        {
            "issue": 7,
            "day": "2026-11-24",
            "value": "1,5",
            "key": KEY,
            "seen": [MARK],
            "tried": ["b" * 32],
            "undone": [TOKENS[0]],
        },
        optional=frozenset({"undone"}),
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
    Case(
        UndoWrites(TOKENS, redo=True),
        {"undo": ",".join(TOKENS), "redo": "1"},
        {"undo": list(TOKENS), "redo": True},
    ),
    Case(
        BulkEdit(
            BulkAction.MOVE_TO_DAY,
            (Chosen(7, SEEN), Chosen(8, SeenWorklog(10002, WAS))),
            DateSpan(date(2026, 11, 16), date(2026, 11, 22)),
            KEY,
            date(2026, 11, 24),
        ),
        {
            "action": "day",
            "chosen": [f"7:{MARK}", f"8:{OTHER_MARK}"],
            "first": "2026-11-16",
            "last": "2026-11-22",
            "key": KEY,
            "day": "2026-11-24",
            "issue": "9",
        },
        {
            "action": "day",
            "chosen": [f"7:{MARK}", f"8:{OTHER_MARK}"],
            "first": "2026-11-16",
            "last": "2026-11-22",
            "key": KEY,
            "day": "2026-11-24",
        },
        frozenset({"day"}),
    ),
    Case(
        BulkEdit(BulkAction.MOVE_TO_ISSUE, (Chosen(7, SEEN),), DateSpan(DAY, DAY), KEY, issue_id=9),
        {
            "action": "issue",
            "chosen": [f"7:{MARK}"],
            "first": "2026-11-24",
            "last": "2026-11-24",
            "key": KEY,
            "day": "2026-11-25",
            "issue": "9",
            "attribute": "km",
            "attribute-shown": "km",
            "attribute-km": "5",
        },
        {
            "action": "issue",
            "chosen": [f"7:{MARK}"],
            "first": "2026-11-24",
            "last": "2026-11-24",
            "key": KEY,
            "issue": 9,
        },
        frozenset({"issue"}),
    ),
    Case(
        BulkEdit(BulkAction.DELETE, (Chosen(7, SEEN),), None, KEY, final=True),
        {"action": "delete", "chosen": [f"7:{MARK}"], "key": KEY, "final": "1"},
        {"action": "delete", "chosen": [f"7:{MARK}"], "key": KEY, "final": True},
        frozenset({"final"}),
    ),
    Case(
        TimeEntry(7, DAY, "1h 30m", KEY, time(9, 30), 1, "talks", ESTIMATE, split=True),
        {"issue": "7", **DIALOG, "split": "1"},
        {"issue": 7, **DIALOG_JSON, "split": True},
        OPTIONAL | {"split"},
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


@pytest.mark.parametrize(("was_day", "day"), [(DAY.isoformat(), DAY), ("", None)])
def test_the_day_of_a_shown_worklog_is_that_of_its_form(was_day: str, day: date | None) -> None:
    shown = form_of({"source": "7", "seen": MARK, "key": KEY, "was_day": was_day})
    assert read(WorklogEdit, shown) == WorklogEdit(7, SEEN, KEY, was_day=day)
    assert read(DeleteWorklog, shown) == DeleteWorklog(7, SEEN, KEY, was_day=day)


def test_a_time_that_is_as_it_was_shown_is_not_a_change() -> None:
    shown = form_of({"source": "7", "seen": MARK, "key": KEY, "duration": " 1h 30m ", "was": "1h 30m"})
    assert read(WorklogEdit, shown) == WorklogEdit(7, SEEN, KEY)


def test_a_new_worklog_begins_when_it_says_or_after_the_last_one() -> None:
    sent = JsonFields({"issue": 7, "day": "2026-11-24", "key": KEY, "duration": "1h"})
    assert read(TimeEntry, sent) == TimeEntry(7, DAY, "1h", KEY)


def test_nobody_asks_how_long_a_day_is_without_a_typed_estimate() -> None:
    def day_length() -> NoReturn:
        raise AssertionError("it costs a call to Jira")

    sent = form_of({"source": "7", "seen": MARK, "key": KEY, "adjust": "leave", "new_estimate": "2h"})
    assert WorklogEdit.read(sent, day_length).estimate == EstimateChange("leave")


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (TimeEntry, {"issue": ""}, "issue"),
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
    keys = [f"{number:032}" for number in range(12)]
    edit = CellEdit.read(form_of({"issue": "7", "day": "2026-11-24", "tried": ",".join(keys)}))
    assert edit.tried == tuple(keys[2:])


@pytest.mark.parametrize("undo", ["", "x", f"{TOKENS[0]},x", ",".join([TOKENS[0]] * 4501)], ids=range(4))
def test_what_is_not_an_undo_is_too_late(undo: str) -> None:
    for more, sentence in ({}, "too late to undo"), ({"redo": "1"}, "too late to redo"):
        with pytest.raises(InvalidInput, match=sentence):
            UndoWrites.read(form_of({"undo": undo, **more}))


def test_one_write_or_all_of_a_quarter_of_an_hour_are_undone_at_once() -> None:
    for count in (1, 4500):
        assert len(UndoWrites.read(form_of({"undo": ",".join([TOKENS[0]] * count)})).tokens) == count


CHOSEN = {"action": "delete", "chosen": [f"7:{MARK}"], "key": KEY}


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"chosen": []}, "form", "Select at least one worklog."),
        ({"chosen": [f"7:{MARK}"] * 201}, "form", "Select at most 200 worklogs at once."),
        ({"chosen": [f"x:{MARK}"]}, "form", OUTDATED),
        ({"chosen": [f"7:{MARK}", f"8:{MARK}"]}, "form", OUTDATED),
        ({"chosen": [f"7:{MARK}", "7:10001.5"]}, "form", OUTDATED),
        ({"first": "2026-11-24", "last": "2026-11-23"}, "last", BACKWARD),
    ],
)
def test_what_a_change_of_many_cannot_say_is_refused(
    change: dict[str, str | list[str]], field: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        BulkEdit.read(form_of({**CHOSEN, **change}))
    assert (refused.value.field, refused.value.sentence) == (field, sentence)


def test_two_hundred_worklogs_are_changed_at_once() -> None:
    marks = [f"7:{10001 + number}.5" for number in range(200)]
    assert len(BulkEdit.read(form_of({**CHOSEN, "chosen": marks})).chosen) == 200


def test_the_value_of_an_attribute_that_was_shown_before_is_not_sent() -> None:
    sent = {**CHOSEN, "action": "attribute", "attribute": "km"}
    for shown in ({}, {"attribute-shown": "ticket", "attribute-ticket": "T", "attribute-km": "5"}):
        edit = BulkEdit.read(form_of({**sent, **shown}))
        assert (edit.attribute, edit.value, edit.typed, edit.ready) == ("km", None, None, False)
    edit = BulkEdit.read(form_of({**sent, "attribute-shown": "km", "attribute-km": "5", "issue": "9"}))
    assert edit == BulkEdit(
        BulkAction.SET_ATTRIBUTE, (Chosen(7, SEEN),), None, KEY, attribute="km", value="5"
    )


@pytest.mark.parametrize(
    ("action", "more", "ready"),
    [
        (BulkAction.DELETE, {}, True),
        (BulkAction.MOVE_TO_DAY, {}, False),
        (BulkAction.MOVE_TO_DAY, {"day": DAY}, True),
        (BulkAction.MOVE_TO_ISSUE, {"issue_id": 9}, True),
        (BulkAction.SET_ATTRIBUTE, {"attribute": "km"}, False),
        (BulkAction.SET_ATTRIBUTE, {"attribute": "km", "value": ""}, True),
    ],
)
def test_a_change_of_many_is_ready_once_it_says_to_what(
    action: BulkAction, more: dict[str, object], ready: bool
) -> None:
    edit = BulkEdit(action, (Chosen(7, SEEN),), None, KEY, **more)  # type: ignore[arg-type]
    assert edit.ready == ready
    assert edit.typed == ((("km", ""),) if "value" in more else None)


def test_a_worklog_needs_a_day() -> None:
    sent = form_of({**DIALOG, "issue": "7", "day": " "})
    with pytest.raises(InvalidInput, match="Choose the day") as refused:
        read(TimeEntry, sent)
    assert refused.value.field == "day"


def test_the_attributes_of_a_form_are_those_it_showed() -> None:
    sent: dict[str, str | list[str]] = {"source": "7", "seen": MARK, "key": KEY}
    assert WorklogEdit.read(form_of(sent), lambda: TRACKING).attributes is None
    shown = {**sent, "attributes": "1", "attribute": ["km", "ticket"], "value": ["5", ""]}
    edit = WorklogEdit.read(form_of(shown), lambda: TRACKING)
    assert edit.attributes == (("km", "5"), ("ticket", ""))
    assert WorklogEdit.read(form_of({**sent, "attributes": "1"}), lambda: TRACKING).attributes == ()


def test_a_deletion_is_final_only_if_it_says_so() -> None:
    assert not DeleteWorklog(7, SEEN, KEY).final
