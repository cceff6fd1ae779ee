"""The reasons why a row takes no new time."""

from __future__ import annotations

from tests.services.support.scene import issue
from timesheet.domain.worklog.row_lock import RowLock


def test_each_reason_names_what_it_is_about() -> None:
    about = issue(1, "PAY-1", None)
    assert RowLock.WORKFLOW.sentence(about) == "PAY-1 is Open: its workflow allows no changes of time there."
    assert (
        RowLock.PERMISSION.sentence(about)
        == "You need “Work on issues” in PAY. A project admin can grant it."
    )
    assert RowLock.ARCHIVED.sentence(about) == (
        "PAY is archived, so time there cannot change. A Jira admin can restore the project."
    )
    assert RowLock.GONE.sentence(about) == "There is no issue PAY-1, or Jira does not show it to you."


def test_some_reasons_hold_for_time_that_is_there_too() -> None:
    assert [lock for lock in RowLock if lock.for_all] == [RowLock.WORKFLOW, RowLock.ARCHIVED, RowLock.GONE]
