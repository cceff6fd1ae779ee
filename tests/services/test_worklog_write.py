"""Each write to Jira is announced before and recorded after it, with what an event may tell."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.scene import MONDAY, OPS, PAY, Scene, seen
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.services.ports import EstimateChange
from timesheet.services.worklog import (
    change_worklog,
    delete_worklog,
    log_time,
    move_worklog,
    restore_worklog,
)
from timesheet.services.worklog_words import TimeEntry, WorklogEdit

HOUR = 3600


def entry(key: str = "key-0001") -> TimeEntry:
    return TimeEntry(PAY, MONDAY, "1h", key, comment="secret plans")


def steps(scene: Scene) -> list[tuple[str, Action]]:
    return [(step, intent.action) for step, intent, _ in scene.journal.steps]


def test_a_new_worklog_is_announced_with_its_key_and_recorded_as_jira_has_it(scene: Scene) -> None:
    saved = log_time(scene.desk, entry())
    (_, intent, _), (_, _, after) = scene.journal.steps
    assert steps(scene) == [("begin", Action.WORKLOG_CREATED), ("finish", Action.WORKLOG_CREATED)]
    assert (intent.account_id, intent.issue_id, intent.write_key) == ("viewer-1", PAY, "key-0001")
    assert after == saved.worklog
    assert "secret" not in str(intent)


def test_a_change_is_announced_with_what_was_there(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    change_worklog(scene.desk, WorklogEdit(PAY, seen(was)[0], "key-0002", text="2h"))
    assert steps(scene) == [("begin", Action.WORKLOG_CHANGED), ("finish", Action.WORKLOG_CHANGED)]
    _, intent, after = scene.journal.steps[-1]
    assert (intent.worklog_id, intent.author) == (was.id, "viewer-1")
    assert intent.before == {"issue": PAY, "day": MONDAY.isoformat(), "seconds": HOUR}
    assert after is not None
    assert after.seconds == 2 * HOUR


def test_a_delete_and_its_undo_are_two_writes_of_which_one_tells_of_the_other(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    delete_worklog(scene.desk, PAY, seen(was)[0], "key-0003", EstimateChange())
    restore_worklog(scene.desk, was.id, "key-0004")
    finished = [
        (intent.action, intent.more, after) for step, intent, after in scene.journal.steps if step == "finish"
    ]
    assert finished[0] == (Action.WORKLOG_DELETED, {}, None)
    assert finished[1][:2] == (Action.WORKLOG_CREATED, {"restored": was.id})


def test_a_move_tells_from_where(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    move_worklog(scene.desk, WorklogEdit(PAY, seen(was)[0], "key-0005"), OPS)
    finished = [intent for step, intent, _ in scene.journal.steps if step == "finish"]
    assert [(intent.action, intent.more) for intent in finished] == [
        (Action.WORKLOG_CREATED, {"moved_from": was.id}),
        (Action.WORKLOG_DELETED, {}),
    ]


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (NotAllowed("No.", permission="Work On Issues"), 0),
        (JiraUnavailable("Gone."), 0),
        (JiraUnavailable("Gone.", wrote_maybe=True), 1),
    ],
)
def test_what_jira_refused_leaves_nothing_and_what_nobody_knows_stays(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception, left: int
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(scene.jira, "create_worklog", fail)
    with pytest.raises(type(error)):
        log_time(scene.desk, entry())
    assert len(scene.journal.open) == left
    assert "finish" not in [step for step, _, _ in scene.journal.steps]
