"""Changing the rows that a person keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from tests.services.support.scene import BARE, OPS, PAY, Scene
from timesheet.domain.errors import NotFound
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.services.command.fields import read_command
from timesheet.services.command.form import FormFields
from timesheet.services.timesheet.command import AddKeys, ChangeRows, RowChange
from timesheet.services.timesheet.kept_row import add_keys, change_rows

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


def test_keys_beyond_what_is_read_or_named_are_counted() -> None:
    text = " ".join(["PAY-12", *(f"PAY-{number}" for number in range(500, 620))])
    command = read_command(AddKeys, FormFields({"text": [text]}))
    added = add_keys(Scene().viewer_context, FakeRows(), KeptRows(added=(PAY,)), command)
    assert (added.new, added.rows, len(added.missing)) == ((), KeptRows(added=(PAY,)), 99)
    hidden = ", ".join(f"PAY-{number}" for number in range(500, 510))
    assert added.sentences == (
        "No rows were added, because all of these issues have one.",
        f"Jira does not show you these issues: {hidden}, and 89 more issues.",
        "Only the first 100 keys were read.",
    )


def test_an_issue_that_moved_is_found_by_its_old_key() -> None:
    scene = Scene()
    moved = replace(scene.jira.issues[OPS], key="PAY-77")
    read, read_one = scene.jira.read_issues, scene.jira.read_issue
    scene.jira.read_issues = lambda ids: {**read(ids), OPS: moved}  # type: ignore[method-assign]
    scene.jira.read_issue = lambda key: moved if key == "OLD-1" else read_one(key)  # type: ignore[method-assign, assignment]
    for keys, missing in ((("OLD-1",), ()), (("OLD-1", "NO-1"), ("NO-1",))):
        added = add_keys(scene.viewer_context, FakeRows(), KeptRows(), AddKeys(("PAY-12", *keys)))
        assert ([issue.key for issue in added.issues], added.missing) == (["PAY-12", "PAY-77"], missing)
