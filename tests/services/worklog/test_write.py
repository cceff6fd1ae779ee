"""Each write to Jira is announced before and recorded after it, with permitted content only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from tests.adapters.support.portable_cache import PortableCache
from tests.services.support.scene import MONDAY, OPS, PAY, Scene, seen
from tests.services.worklog.safeguard.test_settle import OLD
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import (
    Conflict,
    DatabaseBusy,
    InvalidInput,
    JiraBusy,
    JiraUnavailable,
    NotAllowed,
    TimesheetError,
)
from timesheet.domain.jira_time import started_at
from timesheet.domain.span import week_of
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.ports.journal import Intent
from timesheet.services.snapshot.change import LOST_AFTER
from timesheet.services.snapshot.change_log import read_change_log
from timesheet.services.snapshot.changed_issue import any_changed_since
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import (
    CellEdit,
    DeleteWorklog,
    MoveWorklog,
    TimeEntry,
    UndoWrites,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog, delete_worklog, log_time, move_worklog
from timesheet.services.worklog.safeguard.lost_write import UNDER_WAY
from timesheet.services.worklog.safeguard.settle import Settled, settle
from timesheet.services.worklog.undo import offer_undo, undo
from timesheet.services.worklog.write import write_change, write_new

HOUR = 3600


def entry(key: str = "key-0001") -> TimeEntry:
    return TimeEntry(PAY, MONDAY, "1h", key, comment="secret plans")


def steps(scene: Scene) -> list[tuple[str, Action]]:
    return [(step, intent.action) for step, intent, _ in scene.journal.steps]


def test_a_new_worklog_is_announced_with_its_key_and_recorded_as_jira_has_it(scene: Scene) -> None:
    saved = log_time(scene.viewer_context, entry())
    (_, intent, _), (_, _, after) = scene.journal.steps
    assert steps(scene) == [("begin", Action.WORKLOG_CREATED), ("finish", Action.WORKLOG_CREATED)]
    assert (intent.account_id, intent.issue_id, intent.write_key) == ("viewer-1", PAY, "key-0001")
    assert after == saved.worklog
    assert "secret" not in str(intent)


def test_a_change_is_announced_with_what_was_there(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    change_worklog(scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "key-0002", text="2h"))
    assert steps(scene) == [("begin", Action.WORKLOG_CHANGED), ("finish", Action.WORKLOG_CHANGED)]
    _, intent, after = scene.journal.steps[-1]
    assert (intent.worklog_id, intent.author) == (was.id, "viewer-1")
    assert intent.before == {"issue": PAY, "day": MONDAY.isoformat(), "seconds": HOUR}
    assert after is not None
    assert after.seconds == 2 * HOUR


def test_a_delete_and_its_undo_are_two_writes_and_one_names_the_other(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    gone = delete_worklog(
        scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0003", EstimateChange())
    )
    undo(scene.viewer_context, UndoWrites(tuple(offer_undo(scene.viewer_context, gone))))
    finished = [
        (intent.action, intent.more, after) for step, intent, after in scene.journal.steps if step == "finish"
    ]
    assert finished[0] == (Action.WORKLOG_DELETED, {}, None)
    assert finished[1][:2] == (Action.WORKLOG_CREATED, {"restored": was.id})


def test_a_move_says_from_where(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "key-0005"), OPS))
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
    def fail(*_: Any, **_named: Any) -> Any:
        raise error

    monkeypatch.setattr(scene.jira, "create_worklog", fail)
    with pytest.raises(type(error)):
        log_time(scene.viewer_context, entry())
    assert len(scene.journal.open) == left
    assert "finish" not in [step for step, _, _ in scene.journal.steps]


def test_what_jira_has_is_shown_although_it_could_not_be_recorded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise DatabaseBusy("The database is away.")

    def shown() -> list[int]:
        return [worklog.id for worklog in snapshot_at(scene.viewer_context, week_of(MONDAY, 0)).worklogs]

    gone, before = scene.put(PAY, MONDAY, HOUR), scene.viewer_context.clock()
    assert shown() == [gone.id]
    scene.wait(1)
    with monkeypatch.context() as patched:
        patched.setattr(scene.journal, "finish", fail)
        with pytest.raises(DatabaseBusy):
            delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(gone)[0], "key-0001"))
    assert scene.jira.worklogs == {}
    change_log = read_change_log(scene.own_cache)
    assert (change_log.suspicion_count, change_log.named) == (1, (PAY,))
    assert any_changed_since(scene.cache, "site-1", [PAY], before)
    assert shown() == []


def after_a_crash(scene: Scene) -> None:
    """Replace the context by that of a new process with nothing in its memory."""
    scene.cache = PortableCache(now=lambda: scene.seconds)
    scene.viewer_context = scene.viewer_context_of("viewer-1")


def killed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, write: str, *, effect: bool, shared: bool = False
) -> None:
    """Let the process die in this call to Jira, before it takes effect or after; what was announced stays.

    So does a cache that it shared with others.
    """
    real = getattr(scene.jira, write)

    def die(*values: Any, **named: Any) -> Any:
        if effect:
            real(*values, **named)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(scene.jira, write, die)
        with pytest.raises(SystemExit):
            WRITES[write](scene)
    if not shared:
        after_a_crash(scene)


def change_it(scene: Scene) -> None:
    (was,) = scene.jira.worklogs.values()
    change_worklog(scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "key-0002", text="2h"))


WRITES: dict[str, Callable[[Scene], object]] = {
    "create_worklog": lambda scene: log_time(scene.viewer_context, entry()),
    "update_worklog": change_it,
}


def recorded(scene: Scene) -> list[tuple[Action, bool]]:
    steps = [intent for step, intent, _ in scene.journal.steps if step == "finish"]
    return [(intent.action, bool(intent.more.get("settled"))) for intent in steps]


def test_a_request_that_is_repeated_after_a_crash_finds_what_the_first_one_made(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(scene, monkeypatch, "create_worklog", effect=True)
    saved = log_time(scene.viewer_context, entry())
    assert [saved.worklog] == list(scene.jira.worklogs.values())
    assert recorded(scene) == [(Action.WORKLOG_CREATED, True)]
    assert not scene.journal.open


@pytest.mark.parametrize("write", ["create_worklog", "update_worklog"])
def test_another_process_reads_what_a_killed_one_wrote_without_an_event(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    if write == "update_worklog":
        scene.put(PAY, MONDAY, HOUR)
    shown = scene.hours()
    killed(scene, monkeypatch, write, effect=True, shared=True)
    assert scene.hours() == shown
    scene.wait(LOST_AFTER.total_seconds())
    scene.calls()
    assert scene.hours() == {(PAY, MONDAY): [HOUR if write == "create_worklog" else 2 * HOUR]}
    assert PAY in scene.jira.named
    assert scene.calls()
    scene.hours()
    assert scene.calls() == []


def test_a_write_that_ended_is_not_looked_up(scene: Scene) -> None:
    scene.sheet()
    log_time(scene.viewer_context, entry())
    with pytest.raises(InvalidInput):
        log_time(scene.viewer_context, replace(entry(), text="nonsense", key="key-0007"))
    scene.wait(LOST_AFTER.total_seconds())
    scene.calls()
    scene.sheet()
    assert scene.calls() == []


def test_a_typed_cell_that_is_repeated_after_a_crash_is_not_a_conflict_with_itself(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = CellEdit(PAY, MONDAY, "1h", "key-0009")
    monkeypatch.setitem(WRITES, "create_worklog", lambda scene: save_cell(scene.viewer_context, typed))
    killed(scene, monkeypatch, "create_worklog", effect=True)
    assert [save_cell(scene.viewer_context, typed).worklog] == list(scene.jira.worklogs.values())


def test_a_recorded_write_is_found_by_its_key_when_only_the_answer_was_lost(scene: Scene) -> None:
    made = log_time(scene.viewer_context, entry()).worklog
    after_a_crash(scene)
    assert log_time(scene.viewer_context, entry()).worklog == made
    assert len(scene.jira.worklogs) == 1
    assert recorded(scene) == [(Action.WORKLOG_CREATED, False)]


def test_what_was_recorded_and_is_gone_is_not_made_anew(scene: Scene) -> None:
    log_time(scene.viewer_context, entry())
    after_a_crash(scene)
    scene.jira.worklogs.clear()
    with pytest.raises(Conflict):
        log_time(scene.viewer_context, entry())
    assert not scene.jira.worklogs


def test_nothing_is_sent_again_while_the_first_try_may_be_under_way(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(scene, monkeypatch, "create_worklog", effect=False)
    scene.wait(UNDER_WAY.total_seconds() - 1)
    with pytest.raises(JiraUnavailable, match="may or may not"):
        log_time(scene.viewer_context, entry())
    assert not scene.jira.worklogs
    scene.wait(1)
    assert log_time(scene.viewer_context, entry()).worklog
    assert recorded(scene) == [(Action.WORKLOG_CREATED, False)]


def test_two_processes_with_the_same_request_write_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.journal, "begin", lambda *_: False)
    with pytest.raises(JiraUnavailable, match="may or may not"):
        log_time(scene.viewer_context, entry())
    assert not scene.jira.worklogs


def test_a_new_worklog_is_recorded_before_its_change(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    killed(scene, monkeypatch, "create_worklog", effect=True)
    change_it(scene)
    assert recorded(scene) == [(Action.WORKLOG_CREATED, True), (Action.WORKLOG_CHANGED, False)]


def test_a_change_is_recorded_before_the_next_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    killed(scene, monkeypatch, "update_worklog", effect=True)
    (now,) = scene.jira.worklogs.values()
    delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(now)[0], "key-0003"))
    assert recorded(scene) == [(Action.WORKLOG_CHANGED, True), (Action.WORKLOG_DELETED, False)]
    assert scene.journal.steps[-1][1].before["seconds"] == 2 * HOUR != was.seconds


def test_a_change_that_never_happened_is_not_recorded_because_a_later_one_was(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(PAY, MONDAY, HOUR, author="somebody else")
    scene.jira.worklogs.pop(2)
    killed(scene, monkeypatch, "update_worklog", effect=False)
    change_it(scene)
    assert recorded(scene) == [(Action.WORKLOG_CHANGED, False)]
    (left,) = scene.journal.open.values()
    assert left.updated == scene.jira.worklogs[1].updated
    assert settle(scene.journal, lambda _: scene.jira, scene.cache_of, scene.jira.now + OLD) == Settled(
        dropped=1
    )


def test_the_unfinished_write_of_another_person_is_not_searched(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.viewer_context = scene.viewer_context_of("somebody")
    killed(scene, monkeypatch, "create_worklog", effect=False)
    scene.put(PAY, MONDAY, HOUR)
    scene.calls()
    change_it(scene)
    assert "find_worklog" not in scene.calls()
    assert recorded(scene) == [(Action.WORKLOG_CHANGED, False)]
    assert len(scene.journal.open) == 1


def test_an_unfinished_write_of_another_worklog_at_the_same_time_stays_unfinished(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(scene, monkeypatch, "create_worklog", effect=False)
    scene.put(PAY, MONDAY, HOUR)
    change_it(scene)
    assert recorded(scene) == [(Action.WORKLOG_CHANGED, False)]


@pytest.mark.parametrize(
    ("errors", "left"),
    [
        ([JiraUnavailable("Never sent.")], 0),
        ([JiraBusy("Wait.")], 0),
        ([JiraUnavailable("Late.", status=504, wrote_maybe=True)], 1),
        ([JiraUnavailable("Cut.", wrote_maybe=True)] * 2, 2),
        ([JiraUnavailable("Cut.", wrote_maybe=True), JiraBusy("Wait.")], 1),
    ],
)
def test_a_change_without_an_answer_may_have_happened(
    scene: Scene, errors: list[TimesheetError], left: int
) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.jira.failing["update_worklog"] = list(errors)
    with pytest.raises(JiraUnavailable) as refused:
        change_it(scene)
    assert refused.value is errors[0]
    assert scene.jira.failing["update_worklog"] == []
    assert len(scene.journal.open) == left


def test_a_change_that_is_cut_off_is_sent_once_more(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.jira.failing["update_worklog"] = [JiraUnavailable("Cut.", wrote_maybe=True)]
    change_it(scene)
    assert [worklog.seconds for worklog in scene.jira.worklogs.values()] == [2 * HOUR]
    assert recorded(scene) == [(Action.WORKLOG_CHANGED, False)]
    assert len(scene.journal.open) == 1, "the first one may still arrive"


def draft(scene: Scene, key: str = "key-0001", hour: int = 9) -> WorklogDraft:
    started = started_at(MONDAY, time(hour), scene.viewer_context.zone).instant
    return WorklogDraft(PAY, started, HOUR, key)


def test_a_request_that_is_sent_again_starts_when_the_first_one_did(scene: Scene) -> None:
    """The first free hour of the day may be another one by then."""
    scene.jira.failing["create_worklog"] = [JiraUnavailable("Late.", status=504, wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        write_new(scene.viewer_context, draft(scene), ())
    scene.wait(UNDER_WAY.total_seconds())
    made = write_new(scene.viewer_context, draft(scene, hour=14), ()).worklog
    assert made
    assert made.started == draft(scene).started


def test_while_the_first_request_may_arrive_it_is_looked_for_and_nobody_knows(scene: Scene) -> None:
    scene.jira.failing["create_worklog"] = [JiraUnavailable("Late.", status=504, wrote_maybe=True)]
    for _ in range(2):
        with pytest.raises(JiraUnavailable) as unsure:
            write_new(scene.viewer_context, draft(scene), ())
        assert unsure.value.wrote_maybe
    assert scene.calls().count("find_worklog") == 1
    assert not scene.jira.worklogs


def test_what_the_first_request_made_is_found_and_recorded(scene: Scene) -> None:
    scene.jira.lost = [JiraUnavailable("Cut.", wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        write_new(scene.viewer_context, draft(scene), ())
    found = write_new(scene.viewer_context, draft(scene), ("Told.",))
    assert [found.worklog] == list(scene.jira.worklogs.values())
    assert (found.notes, found.steps[0].mode) == (("Told.",), "auto")
    assert recorded(scene) == [(Action.WORKLOG_CREATED, True)]
    assert not scene.journal.open


@pytest.mark.parametrize("maybe", [True, False])
def test_what_jira_may_have_done_without_an_answer_is_looked_for_when_its_issue_is_next_shown(
    scene: Scene, maybe: bool
) -> None:
    before = scene.jira.now - timedelta(seconds=1)
    scene.jira.failing["create_worklog"] = [JiraUnavailable("Gone.", wrote_maybe=maybe)]
    with pytest.raises(JiraUnavailable):
        write_new(scene.viewer_context, draft(scene), ())
    change_log = read_change_log(scene.own_cache)
    assert (change_log.suspicion_count, change_log.named) == ((1, (PAY,)) if maybe else (0, ()))
    assert any_changed_since(scene.cache, "site-1", [PAY], before) == maybe


@pytest.mark.parametrize(("hours", "spent", "left"), [(3, 4, 4), (1, 2, 6), (4, 5, 3)])
def test_a_change_books_the_difference(scene: Scene, hours: int, spent: int, left: int) -> None:
    was = scene.put(PAY, MONDAY, 2 * HOUR)
    scene.jira.issues[PAY] = replace(
        scene.jira.issues[PAY], spent_seconds=3 * HOUR, remaining_seconds=5 * HOUR
    )
    change = WorklogChange(seconds=hours * HOUR)
    result = write_change(scene.viewer_context, was, change, ())
    assert scene.calls().count("read_issue") == 1, "the estimate is enough for the difference"
    assert result.issue
    assert (result.issue.spent_seconds, result.issue.remaining_seconds) == (spent * HOUR, left * HOUR)
    assert scene.jira.issues[PAY].spent_seconds == spent * HOUR


@pytest.mark.parametrize("write", ["create", "change", "delete"])
def test_a_period_that_closes_until_the_announcement_lets_no_write_through(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    team, begin = scene.site.team("boss", "viewer-1"), scene.journal.begin

    def close_before(intent: Intent, earlier: Intent | None = None) -> bool:
        scene.site.close(team, week_of(MONDAY, 0), scene.jira.now)
        return begin(intent, earlier)

    monkeypatch.setattr(scene.journal, "begin", close_before)
    acts: dict[str, Callable[[], object]] = {
        "create": lambda: log_time(scene.viewer_context, entry()),
        "change": lambda: change_worklog(
            scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "key-0001", text="2h")
        ),
        "delete": lambda: delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001")),
    }
    with pytest.raises(NotAllowed, match="has closed"):
        acts[write]()
    assert scene.jira.worklogs == {was.id: was}
    assert [step for step, _ in steps(scene)] == ["begin", "drop"]
