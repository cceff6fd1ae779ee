"""Changing many worklogs: the plan tells each one's fate, and applying it keeps to that, in parts, once each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from tests.services.support.bulk_edits import (
    ACTIVITY,
    DISTANCE,
    FRIDAY,
    HOUR,
    TICKET,
    TUESDAY,
    edit_of,
    listed,
    put,
    setting,
    three,
    values,
)
from tests.services.support.scene import BARE, BERLIN, MONDAY, OPS, PAY, Scene
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, Team, TeamPermission
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.lock import NO_TEAM
from timesheet.services.resilience.patience import never
from timesheet.services.worklog.bulk import apply_bulk, bulk_progress, stop_bulk
from timesheet.services.worklog.bulk_plan import SAME, THERE, fixed_worklogs, plan_bulk
from timesheet.services.worklog.command import BulkAction, UndoWrites
from timesheet.services.worklog.move import NOT_YOURS, RESTRICTED
from timesheet.services.worklog.undo import NOT_YOURS as OTHERS
from timesheet.services.worklog.undo import offer_undo, undo


def test_a_closed_day_takes_no_worklog_of_an_issue_in_its_scope(scene: Scene) -> None:
    scene.jira.issues[OPS] = replace(scene.jira.issues[OPS], project_id=2)
    team = scene.site.team("boss", "viewer-1", scope=Scope((1,)))
    scene.site.close(team, DateSpan(TUESDAY, TUESDAY), scene.jira.now)
    pay, ops = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    plan = plan_bulk(scene.viewer_context, edit_of(BulkAction.MOVE_TO_DAY, pay, ops, day=TUESDAY))
    assert {line.issue.id: "Closed by" in line.skip for line in plan} == {PAY: True, OPS: False}
    later = scene.put(OPS, TUESDAY, HOUR)
    scene.sheet(refresh=True)
    [line] = plan_bulk(scene.viewer_context, edit_of(BulkAction.MOVE_TO_ISSUE, later, issue_id=PAY))
    assert "Closed by" in line.skip


def test_all_move_to_a_day_at_their_time_and_go_back_in_one_undo(scene: Scene) -> None:
    before = three(scene)
    edit = edit_of(BulkAction.MOVE_TO_DAY, *before, day=FRIDAY)
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert (progress.failed, progress.trouble) == ((), "")
    assert scene.hours() == {(PAY, FRIDAY): [HOUR, 3 * HOUR], (OPS, FRIDAY): [2 * HOUR]}
    assert [w.started.astimezone(BERLIN).time() for w in scene.sheet().worklogs] == [
        time(9),
        time(9),
        time(10),
    ]
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR], (PAY, TUESDAY): [3 * HOUR]}


def test_all_move_to_an_issue_except_what_is_there(scene: Scene) -> None:
    edit = edit_of(BulkAction.MOVE_TO_ISSUE, *three(scene), issue_id=OPS)
    assert [line.skip for line in plan_bulk(scene.viewer_context, edit)] == ["", THERE, ""]
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert len(progress.writes) == 2
    assert scene.hours() == {(OPS, MONDAY): [HOUR, 2 * HOUR], (OPS, TUESDAY): [3 * HOUR]}
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR], (PAY, TUESDAY): [3 * HOUR]}


def test_what_only_some_may_see_stays_on_its_issue(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, restricted=True)
    edit = edit_of(BulkAction.MOVE_TO_ISSUE, worklog, issue_id=OPS)
    assert [line.skip for line in plan_bulk(scene.viewer_context, edit)] == [RESTRICTED]
    assert apply_bulk(scene.viewer_context, edit, never).failed == ((worklog.id, RESTRICTED),)
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_deleting_leaves_what_could_not_come_back(scene: Scene) -> None:
    lost = scene.put(OPS, TUESDAY, HOUR, restricted=True)
    edit = edit_of(BulkAction.DELETE, scene.put(PAY, MONDAY, HOUR), lost)
    plan = plan_bulk(scene.viewer_context, edit)
    assert [bool(line.skip) for line in plan] == [False, True]
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert scene.hours() == {(OPS, TUESDAY): [HOUR]}
    assert [number for number, _ in progress.failed] == [lost.id]
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, TUESDAY): [HOUR]}


def test_a_call_does_its_part_and_the_next_one_goes_on(scene: Scene) -> None:
    edit = edit_of(BulkAction.MOVE_TO_DAY, *three(scene), day=FRIDAY)
    for done in (1, 2, 3, 3):
        assert len(apply_bulk(scene.viewer_context, edit, lambda: True).finished) == done
    assert scene.hours() == {(PAY, FRIDAY): [HOUR, 3 * HOUR], (OPS, FRIDAY): [2 * HOUR]}
    assert len([call for call in scene.calls() if call == "update_worklog"]) == 3


def test_stopping_keeps_what_was_done(scene: Scene) -> None:
    edit = edit_of(BulkAction.MOVE_TO_DAY, *three(scene), day=FRIDAY)
    apply_bulk(scene.viewer_context, edit, lambda: True)
    scene.calls()
    assert len(stop_bulk(scene.viewer_context, edit).writes) == 1
    assert scene.calls() == []


def test_a_change_can_go_on_for_a_quarter_of_an_hour(scene: Scene) -> None:
    edit = edit_of(BulkAction.MOVE_TO_DAY, *three(scene), day=FRIDAY)
    apply_bulk(scene.viewer_context, edit, lambda: True)
    scene.wait(899)
    assert len(bulk_progress(scene.viewer_context, edit).finished) == 1
    scene.wait(1)
    assert bulk_progress(scene.viewer_context, edit).finished == frozenset()


@pytest.mark.parametrize(
    ("error", "trouble", "moved"),
    [
        (NotAllowed("no"), "", 2),
        (JiraUnavailable("away"), "away", 1),
        (JiraUnavailable("away", wrote_maybe=True, status=504), "away", 1),
    ],
)
def test_a_refusal_stops_nothing_and_a_silent_jira_stops_the_rest(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception, trouble: str, moved: int
) -> None:
    first, second, third = three(scene)
    real: Callable[..., Worklog] = scene.jira.update_worklog

    def update(issue_id: int, worklog_id: int, *more: Any) -> Worklog:
        if worklog_id == second.id:
            raise error
        return real(issue_id, worklog_id, *more)

    monkeypatch.setattr(scene.jira, "update_worklog", update)
    edit = edit_of(BulkAction.MOVE_TO_DAY, first, second, third, day=FRIDAY)
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert (len(progress.writes), progress.trouble) == (moved, trouble)
    assert progress.unsure == getattr(error, "wrote_maybe", False)
    assert progress.failed == (() if trouble else ((second.id, "no"),))
    monkeypatch.undo()
    assert len(apply_bulk(scene.viewer_context, edit, never).writes) == (3 if trouble else 2)


BILLED = replace(BUILT_IN[0], everywhere=True, version=1)
REMOTE = Attribute("remote", "Remote", Kind.TOGGLE, everywhere=True, version=1)


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        (ACTIVITY, "d", "d"),
        (BILLED, "yes", True),
        (TICKET, " T 1 ", "T 1"),
        (DISTANCE, "1,5", 1.5),
        (REMOTE, "yes", True),
    ],
)
def test_an_attribute_of_each_kind_is_set_cleared_and_restored(
    scene: Scene, attribute: Attribute, text: str, value: object
) -> None:
    scene.site.attributes.stored = [attribute]
    worklogs = put(scene, {}, {"else": 1})
    progress = apply_bulk(scene.viewer_context, setting(attribute.id, text, *worklogs), never)
    assert values(scene) == [{attribute.id: value}, {"else": 1, attribute.id: value}]
    tokens = offer_undo(scene.viewer_context, *progress.writes)
    undo(scene.viewer_context, UndoWrites(tokens))
    assert values(scene) == [{}, {"else": 1}]
    scene.sheet(refresh=True)
    worklogs = put(scene, {attribute.id: value})
    scene.sheet(refresh=True)
    edit = replace(setting(attribute.id, "", *worklogs), key="bulk-0002")
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert (values(scene)[-1], progress.failed) == ({}, ())
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert values(scene)[-1] == {attribute.id: value}


def test_each_worklog_gets_its_own_earlier_value_back(scene: Scene) -> None:
    scene.site.attributes.stored = [TICKET]
    worklogs = put(scene, {"ticket": "A"}, {}, {"ticket": "B"})
    edit = setting("ticket", "B", *worklogs)
    plan = plan_bulk(scene.viewer_context, edit)
    assert [line.skip for line in plan] == ["", "", SAME]
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert values(scene) == [{"ticket": "B"}, {"ticket": "B"}, {"ticket": "B"}]
    assert len(progress.writes) == 2
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert values(scene) == [{"ticket": "A"}, {}, {"ticket": "B"}]


def test_a_worklog_that_lacks_another_required_attribute_can_get_this_one(scene: Scene) -> None:
    scene.site.attributes.stored = [replace(ACTIVITY, required=True), replace(TICKET, required=True)]
    edit = setting("ticket", "T-1", *put(scene, {}))
    assert apply_bulk(scene.viewer_context, edit, never).failed == ()
    assert values(scene) == [{"ticket": "T-1"}]


@pytest.fixture
def managed(scene: Scene) -> Team:
    """Return a team in which the viewer manages the worklogs of viewer-2."""
    team = scene.site.team("boss", "viewer-1", "viewer-2")
    scene.site.role(team, "editor", TeamPermission.MANAGE_WORKLOGS)
    scene.site.add(team, "viewer-1", "editor")
    scene.viewer_context_of("viewer-2")
    return team


def on(worklog: Worklog) -> date:
    return worklog.started.astimezone(BERLIN).date()


def test_worklogs_of_others_are_changed_where_the_viewer_manages_them(scene: Scene, managed: Team) -> None:
    hers = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    theirs = scene.put(PAY, MONDAY, HOUR, author="viewer-3")
    mine = scene.put(OPS, MONDAY, 2 * HOUR)
    edit = listed(BulkAction.MOVE_TO_DAY, hers, theirs, mine, day=FRIDAY)
    plan = {line.chosen.seen.worklog_id: line.skip for line in plan_bulk(scene.viewer_context, edit)}
    assert plan == {hers.id: "", theirs.id: NO_TEAM, mine.id: ""}
    assert "read_worklogs" not in scene.calls()
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert progress.failed == ((theirs.id, NO_TEAM),)
    assert not [call for call in scene.calls() if call.startswith("read_listed")]
    assert {number: on(one) for number, one in scene.jira.worklogs.items()} == {
        hers.id: FRIDAY,
        theirs.id: MONDAY,
        mine.id: FRIDAY,
    }
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert set(map(on, scene.jira.worklogs.values())) == {MONDAY}


def test_only_its_author_moves_a_worklog_to_another_issue(scene: Scene, managed: Team) -> None:
    hers = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    edit = listed(BulkAction.MOVE_TO_ISSUE, hers, issue_id=OPS)
    assert [line.skip for line in plan_bulk(scene.viewer_context, edit)] == [NOT_YOURS]
    assert apply_bulk(scene.viewer_context, edit, never).failed == ((hers.id, NOT_YOURS),)


def test_what_could_not_come_back_is_deleted_only_if_it_is_final(scene: Scene, managed: Team) -> None:
    hers, mine = scene.put(PAY, MONDAY, HOUR, author="viewer-2"), scene.put(PAY, MONDAY, HOUR)
    edit = listed(BulkAction.DELETE, hers, mine)
    plan = {line.chosen.seen.worklog_id: line.skip for line in plan_bulk(scene.viewer_context, edit)}
    assert plan == {hers.id: OTHERS, mine.id: ""}
    final = replace(edit, final=True)
    assert [line.skip for line in plan_bulk(scene.viewer_context, final)] == ["", ""]
    progress = apply_bulk(scene.viewer_context, final, never)
    assert scene.jira.worklogs == {}
    tokens = offer_undo(scene.viewer_context, *progress.writes)
    assert len(tokens) == 1
    undo(scene.viewer_context, UndoWrites(tokens))
    assert [one.author for one in scene.jira.worklogs.values()] == ["viewer-1"]


def test_a_day_outside_of_the_membership_is_refused_in_the_plan(scene: Scene, managed: Team) -> None:
    scene.site.add(managed, "viewer-2", left=TUESDAY)
    hers = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    edit = listed(BulkAction.MOVE_TO_DAY, hers, day=FRIDAY)
    assert [line.skip for line in plan_bulk(scene.viewer_context, edit)] == [NO_TEAM]
    assert apply_bulk(scene.viewer_context, edit, never).failed == ((hers.id, NO_TEAM),)


def test_of_a_list_only_what_can_change_is_chosen(scene: Scene, managed: Team) -> None:
    mine, restrained = scene.put(PAY, MONDAY, HOUR), scene.put(BARE, MONDAY, HOUR)
    hers = scene.put(PAY, FRIDAY, HOUR, author="viewer-2")
    theirs = scene.put(PAY, FRIDAY, HOUR, author="viewer-3")
    closed = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.jira.lacking[BARE] = set(Right)
    scene.site.close(managed, DateSpan(MONDAY, MONDAY), scene.jira.now)
    fixed = fixed_worklogs(scene.viewer_context, (mine, restrained, hers, theirs, closed), scene.jira.issues)
    assert fixed.keys() == {mine.id, restrained.id, theirs.id, closed.id}
    assert "Closed by" in fixed[closed.id]
    assert fixed[theirs.id] == NO_TEAM


@pytest.mark.parametrize("action", [BulkAction.MOVE_TO_DAY, BulkAction.MOVE_TO_ISSUE, BulkAction.DELETE])
def test_one_undo_takes_back_also_what_a_repeated_request_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, action: BulkAction
) -> None:
    before = three(scene)
    scene.sheet()
    was = scene.hours()
    more: dict[str, Any] = {"day": FRIDAY} if action is BulkAction.MOVE_TO_DAY else {}
    if action is BulkAction.MOVE_TO_ISSUE:
        more = {"issue_id": BARE}
    edit = edit_of(action, *before, **more)
    name = "update_worklog" if action is BulkAction.MOVE_TO_DAY else "delete_worklog"
    write, calls = getattr(scene.jira, name), list[int]()

    def answer_late(issue_id: int, worklog_id: int, *rest: Any) -> Any:
        result = write(issue_id, worklog_id, *rest)
        calls.append(worklog_id)
        if len(calls) == 2:
            raise JiraUnavailable("Late.", status=504, wrote_maybe=True)
        return result

    monkeypatch.setattr(scene.jira, name, answer_late)
    assert apply_bulk(scene.viewer_context, edit, never).unsure
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert (len(progress.writes), progress.failed) == (3, ())
    tokens = offer_undo(scene.viewer_context, *progress.writes)
    assert len(tokens) == 3
    assert undo(scene.viewer_context, UndoWrites(tokens)).not_undone == ()
    assert scene.hours() == was
