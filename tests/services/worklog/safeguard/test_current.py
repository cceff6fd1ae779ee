from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.attempts import write_once
from tests.services.support.scene import MONDAY, OPS, PAY, Scene, seen
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.services.snapshot.change_log import read_change_log
from timesheet.services.snapshot.issue import remember_issue
from timesheet.services.worklog.command import DeleteWorklog, MoveWorklog, WorklogEdit
from timesheet.services.worklog.log import change_worklog, delete_worklog, move_worklog
from timesheet.services.worklog.safeguard.current import Gone, current_worklog
from timesheet.services.worklog.write_result import WriteResult

HOUR = 3600


def test_t34_a_worklog_that_changed_is_not_overwritten(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    [old] = seen(worklog)
    scene.wait(5)
    scene.jira.worklogs[worklog.id] = scene.jira.worklogs.pop(worklog.id)
    newer = scene.put(PAY, MONDAY, 2 * HOUR)
    scene.jira.worklogs[worklog.id] = newer
    with pytest.raises(Conflict, match="it is 2:00 now, and you entered 3:00") as caught:
        current_worklog(scene.viewer_context, PAY, old, "3:00")
    assert (caught.value.theirs, caught.value.current) == ("2:00", newer)


def test_who_typed_no_time_is_not_shown_one(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.worklogs[was.id] = replace(
        was, seconds=2 * HOUR, updated=scene.jira.now + timedelta(seconds=1)
    )
    with pytest.raises(Conflict) as deleted:
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "delete-1"))
    with pytest.raises(Conflict) as moved:
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    shown = "This worklog was changed in the meantime: it is 2:00 now."
    assert [deleted.value.sentence, moved.value.sentence] == [shown, shown]


def test_a_worklog_that_moved_to_another_day_is_said_to_be_there(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    day, started = MONDAY + timedelta(days=1), was.started + timedelta(days=1)
    moved = replace(was, day=day, started=started, updated=scene.jira.now + timedelta(seconds=1))
    scene.jira.worklogs[was.id] = moved
    edit = WorklogEdit(PAY, seen(was)[0], "change-01", text="1h", comment="Mine", was_day=MONDAY)
    delete = DeleteWorklog(PAY, edit.seen, "delete-1", was_day=MONDAY)
    acts: tuple[Callable[[], WriteResult], ...] = (
        lambda: change_worklog(scene.viewer_context, edit),
        lambda: move_worklog(scene.viewer_context, MoveWorklog(edit, OPS)),
        lambda: delete_worklog(scene.viewer_context, delete),
    )
    sentences = list[str]()
    for act in acts:
        with pytest.raises(Conflict) as refused:
            act()
        sentences.append(refused.value.sentence)
    there = "This worklog was moved to 17 November 2026 in the meantime. Its 1h counts there now."
    assert sentences == [there] * 3
    assert scene.jira.worklogs == {was.id: moved}


def test_a_worklog_that_is_gone_is_a_conflict_too(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    del scene.jira.worklogs[worklog.id]
    with pytest.raises(Conflict):
        current_worklog(scene.viewer_context, PAY, seen(worklog)[0], "3:00")


def test_a_worklog_on_an_issue_that_jira_hides_is_not_called_gone(scene: Scene) -> None:
    known, unknown = (scene.put(issue_id, MONDAY, HOUR) for issue_id in (PAY, OPS))
    remember_issue(scene.viewer_context, scene.jira.issues[PAY])
    scene.jira.worklogs.clear()
    scene.jira.issues.clear()
    for worklog, sentence in ((known, "There is no issue PAY-12, or Jira"), (unknown, "no such issue")):
        with pytest.raises(NotFound, match=sentence):
            current_worklog(scene.viewer_context, worklog.issue_id, seen(worklog)[0], "3:00")


def test_a_worklog_as_it_was_seen_is_given_as_jira_has_it(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    assert current_worklog(scene.viewer_context, PAY, seen(worklog)[0], "3:00") == worklog


def test_what_is_gone_is_looked_for_with_the_next_reading(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    del scene.jira.worklogs[worklog.id]
    with pytest.raises(Gone) as gone:
        current_worklog(scene.viewer_context, PAY, seen(worklog)[0], "3:00")
    assert not gone.value.by_viewer
    change_log = read_change_log(scene.own_cache)
    assert (change_log.suspicion_count, change_log.suspects) == (1, ((worklog.id, scene.jira.now),))
    assert scene.sheet().worklogs == ()


@pytest.mark.parametrize(
    ("tried", "known"),
    [
        (("key-00000001",), True),
        (("key-00000009", "key-00000001"), True),
        (("key-00000009",), False),
        ((), False),
    ],
)
def test_a_version_that_an_own_write_made_is_not_a_conflict(
    scene: Scene, tried: tuple[str, ...], known: bool
) -> None:
    """The answer of that write never reached the browser, which says by its key that it was tried."""
    old = scene.put(PAY, MONDAY, HOUR)
    new = replace(old, seconds=2 * HOUR, updated=old.updated + timedelta(seconds=1))
    scene.jira.worklogs[old.id] = new
    write_once(scene.viewer_context, "key-00000001", (), lambda: WriteResult(new))
    if known:
        assert current_worklog(scene.viewer_context, PAY, seen(old)[0], "3:00", tried) == new
    else:
        with pytest.raises(Conflict):
            current_worklog(scene.viewer_context, PAY, seen(old)[0], "3:00", tried)
    scene.jira.worklogs[old.id] = replace(new, updated=new.updated + timedelta(seconds=1))
    with pytest.raises(Conflict):
        current_worklog(scene.viewer_context, PAY, seen(old)[0], "3:00", tried)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("", "there is no comment now"),
        ("from a\ncall", "the comment is “from a call” now"),
        ("ab " * 66 + "ab", "the comment is “" + "ab " * 66 + "ab” now"),
        ("ab " * 66 + "abc", "the comment is “" + "ab " * 65 + "ab…” now"),
    ],
    ids=["none", "lines", "longest", "longer"],
)
def test_a_conflict_about_the_same_time_says_what_the_comment_is(
    scene: Scene, comment: str, said: str
) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    later = worklog.updated + timedelta(seconds=1)
    scene.jira.worklogs[worklog.id] = replace(
        worklog, updated=later, comment=text_to_adf(comment) if comment else None
    )
    with pytest.raises(Conflict) as caught:
        current_worklog(scene.viewer_context, PAY, seen(worklog)[0], "1:00")
    assert "The time is 1:00, as you entered" in caught.value.sentence
    assert said in caught.value.sentence
