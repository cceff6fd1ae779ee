"""The permission of Jira that is missing to change a worklog."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.services.support.scene import PAY, issue
from timesheet.domain.worklog.right import DELETE_RIGHTS, EDIT_RIGHTS, Right, lacking

NEEDED = "You need “{}” in PAY. A project admin can grant it."
PAY_12 = issue(PAY, "PAY-12", None)


@pytest.mark.parametrize(
    ("rights", "own", "missing"),
    [
        ({Right.EDIT_OWN}, True, ""),
        ({Right.EDIT_ALL}, True, ""),
        ({Right.EDIT_ALL}, False, ""),
        ({Right.EDIT_OWN}, False, NEEDED.format("Edit all worklogs")),
        ({Right.DELETE_ALL}, True, NEEDED.format("Edit own worklogs")),
    ],
)
def test_the_permission_for_everybodys_worklogs_includes_ones_own(
    rights: Collection[Right], own: bool, missing: str
) -> None:
    assert lacking(rights, EDIT_RIGHTS, PAY_12, own=own) == missing


def test_to_delete_needs_another_permission_than_to_edit() -> None:
    assert lacking(EDIT_RIGHTS, DELETE_RIGHTS, PAY_12, own=True) == NEEDED.format("Delete own worklogs")
    assert lacking(DELETE_RIGHTS, DELETE_RIGHTS, PAY_12, own=False) == ""


def test_whoever_holds_no_permission_in_a_project_hears_that_it_may_be_archived() -> None:
    assert "or the project is archived" in lacking((), EDIT_RIGHTS, PAY_12, own=True)
