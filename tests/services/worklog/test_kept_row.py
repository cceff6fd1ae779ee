"""Changing the rows that a person keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.services.support.scene import BARE, OPS, PAY, Scene
from timesheet.domain.errors import NotFound
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.services.worklog.command import ChangeRows, RowChange
from timesheet.services.worklog.kept_row import change_rows

HIDDEN = 999


@dataclass
class FakeRows:
    """The rows of each person."""

    rows: dict[str, KeptRows] = field(default_factory=dict)

    def change_rows(self, account_id: str, change: Callable[[KeptRows], KeptRows]) -> KeptRows:
        self.rows[account_id] = change(self.rows.get(account_id, KeptRows()))
        return self.rows[account_id]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (ChangeRows(RowChange.ADD, (BARE,)), KeptRows((PAY,), (OPS, BARE))),
        (ChangeRows(RowChange.PIN, (OPS,)), KeptRows((PAY, OPS), ())),
        (ChangeRows(RowChange.PIN, (OPS,), before=PAY), KeptRows((OPS, PAY), ())),
        (ChangeRows(RowChange.UNPIN, (PAY,)), KeptRows((), (OPS, PAY))),
        (ChangeRows(RowChange.REMOVE, (PAY, OPS)), KeptRows()),
        (ChangeRows(RowChange.REMOVE, (HIDDEN,)), KeptRows((PAY,), (OPS,))),
    ],
)
def test_each_change_is_stored_for_the_viewer(command: ChangeRows, expected: KeptRows) -> None:
    store = FakeRows({"viewer-1": KeptRows((PAY,), (OPS,)), "other": KeptRows((1,))})
    assert change_rows(Scene().viewer_context, store, command) == expected
    assert store.rows == {"viewer-1": expected, "other": KeptRows((1,))}


@pytest.mark.parametrize("change", [RowChange.ADD, RowChange.PIN])
def test_an_issue_that_jira_does_not_show_gets_no_row(change: RowChange) -> None:
    store = FakeRows()
    with pytest.raises(NotFound):
        change_rows(Scene().viewer_context, store, ChangeRows(change, (PAY, HIDDEN)))
    assert store.rows == {}
