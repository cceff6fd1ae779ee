"""The next write finds a write whose response was lost: nothing is written twice or undone by a late write."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from tests.services.support.lost_writes import (
    HOUR,
    LOSSES,
    arrive,
    late_post,
    lost_post,
    seconds,
    type_cell,
)
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from tests.services.support.undoing import left, take_back
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable
from timesheet.services.ports.jira import WorklogDraft
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import (
    CellEdit,
    UndoWrites,
)
from timesheet.services.worklog.safeguard.lost_write import (
    UNDER_WAY,
    find_created,
    recognize,
)
from timesheet.services.worklog.undo import offer_undo, undo


@LOSSES
@pytest.mark.parametrize("key", ["key-0001", "key-0002"])
@pytest.mark.parametrize("text", ["1", "2", ""])
def test_t32_whatever_is_typed_next_waits_while_the_first_may_still_arrive(
    scene: Scene, key: str, text: str, loss: JiraUnavailable
) -> None:
    draft = late_post(scene, loss=loss)
    with pytest.raises(JiraUnavailable, match="may or may not") as unsure:
        type_cell(scene, text, key=key)
    assert unsure.value.wrote_maybe
    assert seconds(scene) == []
    arrive(scene, draft)
    saved = type_cell(scene, text, key=key)
    assert saved.changed
    assert seconds(scene) == {"1": [HOUR], "2": [2 * HOUR], "": []}[text]
    assert scene.hours() == ({(PAY, MONDAY): seconds(scene)} if text else {})


@LOSSES
@pytest.mark.parametrize("key", ["key-0001", "key-0002"])
@pytest.mark.parametrize(("waited", "sent"), [(-1, False), (0, True)])
def test_t32_what_never_arrived_is_written_after_a_while(
    scene: Scene, key: str, waited: int, sent: bool, loss: JiraUnavailable
) -> None:
    late_post(scene, "2", loss=loss)
    scene.wait(UNDER_WAY.total_seconds() + waited)
    scene.calls()
    if sent:
        type_cell(scene, "2", key=key)
    else:
        with pytest.raises(JiraUnavailable):
            type_cell(scene, "2", key=key)
    assert "find_worklog" in scene.calls()
    assert seconds(scene) == ([2 * HOUR] if sent else [])


def test_t32_what_was_certainly_not_sent_is_written_at_once(scene: Scene) -> None:
    scene.jira.failing["create_worklog"] = [JiraUnavailable("No connection came about.")]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, "1")
    assert scene.journal.unfinished() == []
    type_cell(scene, "1")
    assert seconds(scene) == [HOUR]


def test_t32_a_second_try_that_was_not_sent_forgets_nothing_of_the_first(scene: Scene) -> None:
    draft = late_post(scene)
    scene.wait(UNDER_WAY.total_seconds())
    first = scene.journal.unfinished()
    scene.jira.failing["create_worklog"] = [JiraUnavailable("It could not be looked for.")]
    with pytest.raises(JiraUnavailable, match="could not be looked for"):
        type_cell(scene, "1")
    assert scene.journal.unfinished() == first
    arrive(scene, draft)
    type_cell(scene, "1")
    assert seconds(scene) == [HOUR]


@pytest.mark.parametrize("text", ["1", "2"])
@pytest.mark.parametrize("lag", [True, False])
def test_t32_a_lost_worklog_is_taken_over_after_a_reload(scene: Scene, text: str, lag: bool) -> None:
    made = lost_post(scene)
    scene.jira.hidden_lag = {made.id} if lag else set()
    saved = type_cell(scene, text, key="key-0002")
    assert saved.worklog
    assert (saved.worklog.id, seconds(scene)) == (made.id, [int(text) * HOUR])
    assert scene.hours() == {(PAY, MONDAY): [int(text) * HOUR]}
    assert scene.jira.issues[PAY].remaining_seconds == (6 - int(text)) * HOUR
    assert saved.issue
    assert saved.issue.remaining_seconds == (6 - int(text)) * HOUR, "the estimate is as Jira has it"
    recorded = [intent.action for step, intent, _ in scene.journal.steps if step == "finish"]
    assert recorded[0] is Action.WORKLOG_CREATED
    assert scene.journal.unfinished() == []


def test_t32_a_found_worklog_can_be_undone(scene: Scene) -> None:
    lost_post(scene)
    saved = type_cell(scene, "1", key="key-0002")
    undo(scene.viewer_context, UndoWrites(tuple(offer_undo(scene.viewer_context, saved))))
    assert seconds(scene) == []
    assert scene.jira.issues[PAY].remaining_seconds == 6 * HOUR


def test_t32_undo_of_a_text_over_a_lost_worklog_empties_the_cell(scene: Scene) -> None:
    scene.sheet()
    before = left(scene)
    lost_post(scene)
    saved = type_cell(scene, "2", key="key-0002", tried=("key-0001",))
    assert seconds(scene) == [2 * HOUR]
    assert take_back(scene, saved).not_undone == ()
    assert (seconds(scene), left(scene)) == ([], before)


def test_a_lost_worklog_that_somebody_changed_since_is_not_overwritten(scene: Scene) -> None:
    made = lost_post(scene)
    scene.jira.worklogs[made.id] = replace(made, seconds=3 * HOUR)
    with pytest.raises(Conflict, match="it is 3:00 now, and you entered 2:00"):
        type_cell(scene, "2", key="key-0002")
    assert seconds(scene) == [3 * HOUR]


def test_a_lost_worklog_beside_another_one_needs_the_list(scene: Scene) -> None:
    lost_post(scene)
    scene.put(PAY, MONDAY, 3 * HOUR, time(15))
    with pytest.raises(Conflict, match="2 worklogs"):
        type_cell(scene, "2", key="key-0002")
    assert sorted(seconds(scene)) == [HOUR, 3 * HOUR]


def test_lost_time_of_another_day_issue_or_person_is_none_of_this_cell(scene: Scene) -> None:
    late_post(scene)
    save_cell(scene.viewer_context, CellEdit(PAY, MONDAY + timedelta(days=1), "2", "key-0002"))
    save_cell(scene.viewer_context, CellEdit(OPS, MONDAY, "3", "key-0003"))
    scene.jira.profile = replace(scene.jira.profile, account_id="viewer-2")
    save_cell(scene.viewer_context_of("viewer-2"), CellEdit(PAY, MONDAY, "4", "key-0004"))
    assert seconds(scene) == [2 * HOUR, 3 * HOUR, 4 * HOUR]


# --- the answer reached the app, but not the browser


def test_what_the_browser_never_received_is_changed_and_not_doubled(scene: Scene) -> None:
    scene.sheet()
    made = type_cell(scene, "1").worklog
    assert made
    with pytest.raises(Conflict):
        type_cell(scene, "2", key="key-0002")
    saved = type_cell(scene, "2", key="key-0002", tried=("key-0001",))
    assert saved.worklog
    assert (saved.worklog.id, seconds(scene)) == (made.id, [2 * HOUR])


def test_what_was_changed_since_is_not_the_browsers_own(scene: Scene) -> None:
    made = type_cell(scene, "1").worklog
    assert made
    scene.jira.worklogs[made.id] = replace(made, seconds=3 * HOUR)
    with pytest.raises(Conflict):
        type_cell(scene, "2", key="key-0002", tried=("key-0001",))


def test_a_change_that_the_browser_never_received_is_not_a_conflict(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    type_cell(scene, "2", was)
    with pytest.raises(Conflict, match="it is 2:00 now, and you entered 3:00"):
        type_cell(scene, "3", was, key="key-0002")
    type_cell(scene, "3", was, key="key-0002", tried=("key-0009", "key-0001"))
    assert seconds(scene) == [3 * HOUR]


def test_a_cell_with_two_worklogs_keeps_needing_the_list(scene: Scene) -> None:
    first, second = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR, time(12))
    scene.sheet()
    with pytest.raises(InvalidInput, match="2 worklogs"):
        type_cell(scene, "2", first)
    assert second.id in scene.jira.worklogs


def test_a_lost_worklog_is_looked_for_by_its_key_where_it_was_to_begin(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = late_post(scene)
    searches: list[WorklogDraft] = []
    monkeypatch.setattr(scene.jira, "find_worklog", lambda wanted, _: searches.append(wanted))
    scene.wait(5)
    [intent] = scene.journal.unfinished()
    with pytest.raises(JiraUnavailable) as unsure:
        find_created(scene.viewer_context, intent)
    assert unsure.value.wrote_maybe
    assert [(one.started, one.key) for one in searches] == [(draft.started, draft.key)]
    assert draft.started != intent.at


def test_what_is_found_again_brings_its_issue_along(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=2 * HOUR)
    assert recognize(scene.viewer_context, worklog).remaining_seconds == 2 * HOUR
    scene.calls()
    assert get_issue(scene.viewer_context, PAY).remaining_seconds == 2 * HOUR
    assert scene.calls() == []
