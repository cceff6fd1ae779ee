"""Undo of several writes: one after the other, as one, and in parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, Scene, seen
from tests.services.support.undoing import changed_to, reasons, take_back
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import (
    MOST_AT_ONCE,
    STOPPED,
    CellEdit,
    UndoWrites,
)
from timesheet.services.worklog.reversal import UNDO_SECONDS
from timesheet.services.worklog.undo import keep_offers, offer_undo, stop_undo, undo

HOUR = 3600


def test_writes_are_undone_one_after_the_other(scene: Scene) -> None:
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=5400)
    first = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    assert first.worklog
    second = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "3", "key-0002", seen(first.worklog)))
    assert second.worklog
    third = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "", "key-0003", seen(second.worklog)))
    for saved, there, remaining in ((third, [3 * HOUR], 0), (second, [HOUR], 1800), (first, [], 5400)):
        assert take_back(scene, saved).not_undone == ()
        assert [w.seconds for w in scene.jira.worklogs.values()] == there
        assert scene.jira.issues[PAY].remaining_seconds == remaining
        assert scene.hours() == ({(PAY, MONDAY): there} if there else {})


def test_writes_are_undone_one_after_the_other_up_to_the_end_of_the_offer(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    first = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "2", "key-0001", seen(was)))
    assert first.worklog
    second = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "3", "key-0002", seen(first.worklog)))
    tokens = offer_undo(scene.viewer_context, first)
    take_back(scene, second)
    scene.wait(UNDO_SECONDS - 1)
    assert undo(scene.viewer_context, UndoWrites(tokens)).not_undone == ()
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_two_changes_of_the_most_worklogs_are_undone_one_after_the_other(scene: Scene) -> None:
    worklogs = [scene.put(PAY, MONDAY, HOUR) for _ in range(MOST_AT_ONCE)]
    first = [changed_to(scene, one, "2h") for one in worklogs]
    second = [changed_to(scene, one.worklog, "3h") for one in first if one.worklog]
    assert take_back(scene, *second).not_undone == ()
    assert take_back(scene, *first).not_undone == ()
    assert [one.seconds for one in scene.jira.worklogs.values()] == [HOUR] * MOST_AT_ONCE


def test_changes_at_one_instant_are_undone_one_after_the_other(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.jira, "_tick", lambda: scene.jira.now)
    was = scene.put(PAY, MONDAY, HOUR)
    first = changed_to(scene, was, "2h")
    assert first.worklog
    second = changed_to(scene, first.worklog, "3h")
    assert take_back(scene, first, second).not_undone == ()
    assert [one.seconds for one in scene.jira.worklogs.values()] == [HOUR]


def test_several_writes_are_undone_as_one(scene: Scene) -> None:
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=5400)
    saved = [
        save_cell(scene.viewer_context, CellEdit(PAY, MONDAY + timedelta(days=n), "1", f"key-000{n}"))
        for n in range(3)
    ]
    tokens = offer_undo(scene.viewer_context, *saved)
    assert len(tokens) == 3
    assert len(undo(scene.viewer_context, UndoWrites(tuple(tokens))).saved) == 3
    assert scene.jira.worklogs == {}
    assert scene.jira.issues[PAY].remaining_seconds == 5400


def test_what_changed_meanwhile_stays_and_the_rest_goes_back(scene: Scene) -> None:
    one = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    two = save_cell(scene.viewer_context, CellEdit(OPS, MONDAY, "2", "key-0002"))
    assert one.worklog
    scene.wait(1)
    changed = replace(one.worklog, seconds=4 * HOUR, updated=scene.jira.now)
    scene.jira.worklogs[changed.id] = changed
    undone = take_back(scene, one, two)
    assert reasons(undone) == ["It has been changed since then and stays as it is: 4:00."]
    assert [kept.worklog for kept in undone.failed] == [one.worklog]
    assert scene.jira.worklogs == {changed.id: changed}


def three(scene: Scene) -> UndoWrites:
    """Log an hour on each of three days, and return the undo of all."""
    days = [MONDAY + timedelta(days=n) for n in range(3)]
    saved = [save_cell(scene.viewer_context, CellEdit(PAY, day, "1", f"key-0{day:%m%d}")) for day in days]
    return UndoWrites(offer_undo(scene.viewer_context, *saved))


def at_once() -> bool:
    return True


def test_an_undo_that_stops_goes_on_with_the_same_tokens(scene: Scene) -> None:
    command = three(scene)
    first = undo(scene.viewer_context, command, at_once)
    assert (first.done, first.left) == (1, command.tokens[1::-1])
    second = undo(scene.viewer_context, command, at_once)
    assert (second.done, second.left) == (2, command.tokens[:1])
    last = undo(scene.viewer_context, command, at_once)
    assert (len(last.saved), last.not_undone, last.left) == (3, (), ())
    assert scene.jira.worklogs == {}
    assert len(undo(scene.viewer_context, command).saved) == 3


def test_an_undo_that_goes_on_does_not_try_again_what_stays(scene: Scene) -> None:
    command = three(scene)
    newest = max(scene.jira.worklogs.values(), key=lambda one: one.day)
    scene.wait(1)
    scene.jira.worklogs[newest.id] = replace(newest, seconds=4 * HOUR, updated=scene.jira.now)
    assert undo(scene.viewer_context, command, at_once).done == 1
    scene.jira.worklogs[newest.id] = newest
    last = undo(scene.viewer_context, command)
    assert (len(last.saved), reasons(last)) == (
        2,
        ["It has been changed since then and stays as it is: 4:00."],
    )
    assert list(scene.jira.worklogs) == [newest.id]


def test_an_undo_that_is_complete_starts_again_when_it_is_repeated(scene: Scene) -> None:
    command = three(scene)
    newest = max(scene.jira.worklogs.values(), key=lambda one: one.day)
    scene.jira.failing["delete_worklog"] = [NotAllowed("No.")]
    undo(scene.viewer_context, command, at_once)
    assert reasons(undo(scene.viewer_context, command)) == ["No."]
    assert list(scene.jira.worklogs) == [newest.id]
    assert undo(scene.viewer_context, command).not_undone == ()
    assert scene.jira.worklogs == {}


def test_each_undo_has_its_own_progress(scene: Scene) -> None:
    command = three(scene)
    undo(scene.viewer_context, command, at_once)
    other = save_cell(scene.viewer_context, CellEdit(OPS, MONDAY, "1", "key-0009"))
    assert len(take_back(scene, other).saved) == 1
    assert undo(scene.viewer_context, command, at_once).done == 2


def test_what_is_too_late_while_an_undo_goes_on_stays(scene: Scene) -> None:
    command = three(scene)
    undo(scene.viewer_context, command, at_once)
    scene.viewer_context.cache.delete(scene.viewer_context.key("undo", command.tokens[0]))
    last = undo(scene.viewer_context, command)
    assert (len(last.saved), len(last.not_undone), last.left) == (2, 1, ())
    assert "too late" in last.not_undone[0].reason
    assert last.not_undone[0].worklog is None


def test_an_undo_may_take_longer_than_its_offers_last(scene: Scene) -> None:
    command = three(scene)
    for done in (1, 2, 3):
        assert len(undo(scene.viewer_context, command, at_once).saved) == done
        scene.wait(UNDO_SECONDS - 1)
    assert scene.jira.worklogs == {}


def test_a_stop_after_the_last_part_returns_how_the_undo_ended(scene: Scene) -> None:
    command = three(scene)
    undone = undo(scene.viewer_context, command)
    assert (len(undone.saved), undone.left) == (3, ())
    assert stop_undo(scene.viewer_context, command) == undone


def test_a_stop_returns_how_its_own_undo_ended(scene: Scene) -> None:
    several = three(scene)
    undone = undo(scene.viewer_context, several)
    days = [MONDAY + timedelta(days=n) for n in range(2)]
    saved = [save_cell(scene.viewer_context, CellEdit(OPS, day, "1", f"key-1{day:%m%d}")) for day in days]
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *saved)))
    assert stop_undo(scene.viewer_context, several) == undone


def test_a_long_undo_can_be_redone_from_its_first_write(scene: Scene) -> None:
    command = three(scene)
    for _ in command.tokens:
        last = undo(scene.viewer_context, command, at_once)
        scene.wait(UNDO_SECONDS - 1)
    assert (len(last.saved), len(last.back)) == (3, 3)
    assert undo(scene.viewer_context, UndoWrites(last.back)).not_undone == ()
    assert len(scene.jira.worklogs) == 3


def test_an_undo_that_is_stopped_offers_the_rest_again(scene: Scene) -> None:
    command = three(scene)
    undo(scene.viewer_context, command, at_once)
    stopped = stop_undo(scene.viewer_context, command)
    assert (len(stopped.saved), reasons(stopped), stopped.left) == (1, [STOPPED, STOPPED], ())
    assert stopped.failed == ()
    assert stopped.again == command.tokens[:2]
    assert stop_undo(scene.viewer_context, command) == stopped
    assert len(scene.jira.worklogs) == 2
    assert len(undo(scene.viewer_context, UndoWrites(stopped.again)).saved) == 2
    assert scene.jira.worklogs == {}


def test_an_undo_that_jira_does_not_answer_in_the_middle_offers_the_rest_again(scene: Scene) -> None:
    command = three(scene)
    undo(scene.viewer_context, command, at_once)
    scene.jira.failing["delete_worklog"] = [JiraUnavailable("Down.")]
    cut = undo(scene.viewer_context, command)
    assert (len(cut.saved), cut.again, cut.left) == (1, command.tokens[:2], ())
    assert reasons(cut) == ["Down.", "Not tried: Down."]
    assert [kept.worklog.day for kept in cut.failed if kept.worklog] == [MONDAY + timedelta(days=1), MONDAY]
    assert undo(scene.viewer_context, UndoWrites(cut.again)).not_undone == ()
    assert scene.jira.worklogs == {}


def test_a_write_whose_undo_may_have_arrived_is_not_among_those_that_failed(scene: Scene) -> None:
    command = three(scene)
    scene.jira.failing["delete_worklog"] = [
        NotAllowed("No."),
        NotAllowed("Never."),
        JiraUnavailable("Lost.", wrote_maybe=True),
    ]
    undone = undo(scene.viewer_context, command)
    assert (undone.unsure, reasons(undone)) == (True, ["No.", "Never.", "Lost."])
    assert [kept.reason for kept in undone.failed] == ["No.", "Never."]


def test_the_first_writes_of_a_long_action_stay_undoable(scene: Scene) -> None:
    saved = [
        save_cell(scene.viewer_context, CellEdit(PAY, MONDAY + timedelta(days=n), "1", f"key-000{n}"))
        for n in range(2)
    ]
    first = offer_undo(scene.viewer_context, saved[0])
    scene.wait(UNDO_SECONDS - 1)
    assert keep_offers(scene.viewer_context, (*first, "unknown")) == 1
    tokens = (*first, *offer_undo(scene.viewer_context, saved[1]))
    scene.wait(UNDO_SECONDS - 1)
    assert undo(scene.viewer_context, UndoWrites(tokens)).not_undone == ()
    assert scene.hours() == {}


def test_what_an_undo_with_a_lost_answer_changed_can_be_redone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = scene.viewer_context
    first = save_cell(context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    assert first.worklog
    second = changed_to(scene, first.worklog, "2h")

    def losing(write: Callable[..., object]) -> Callable[..., object]:
        def wrote(*given: object) -> object:
            write(*given)
            raise JiraUnavailable("Jira is slow.", wrote_maybe=True)

        return wrote

    redo = list[UndoWrites]()
    for saved in (second, first):
        command = UndoWrites(offer_undo(context, saved))
        with monkeypatch.context() as patch:
            for name in ("update_worklog", "delete_worklog"):
                patch.setattr(scene.jira, name, losing(getattr(scene.jira, name)))
            assert undo(context, command).unsure
        undone = undo(context, command)
        assert len(undone.saved) == 1
        redo.append(UndoWrites(undone.back, redo=True))
    assert scene.jira.worklogs == {}
    for command in reversed(redo):
        assert undo(context, command).not_undone == ()
    assert [one.seconds for one in scene.jira.worklogs.values()] == [2 * HOUR]
