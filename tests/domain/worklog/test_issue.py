from __future__ import annotations

from dataclasses import replace

from timesheet.domain.worklog.issue import LOADING, MOST_WORKLOGS, Issue, crowded_note, issue_in

KNOWN = Issue(7, "PAY-7", "Refunds", 1, "PAY", "Payments", "Task", "Open", done=False)


def test_a_known_issue_is_returned_as_it_is() -> None:
    assert issue_in({7: KNOWN}, 7) is KNOWN


def test_an_issue_that_was_not_read_is_shown_by_its_id_until_it_is() -> None:
    unknown = issue_in({7: KNOWN}, 8)
    assert (unknown.id, unknown.key, unknown.summary, unknown.loading) == (8, "8", LOADING, True)
    assert unknown.project_name == LOADING
    assert not unknown.done
    assert (unknown.estimate_seconds, unknown.remaining_seconds, unknown.spent_seconds) == (None, None, None)
    assert replace(unknown, id=9, key="9") == issue_in({}, 9)


def test_a_crowded_issue_is_named_with_its_worklogs_until_there_is_no_room() -> None:
    nearly = crowded_note("PAY-7", MOST_WORKLOGS - 1)
    assert "PAY-7 has 9999 worklogs, and Jira allows 10000 on one issue." in str(nearly)
    assert "PAY-7 has as many worklogs as Jira allows" in str(crowded_note("PAY-7", MOST_WORKLOGS))
