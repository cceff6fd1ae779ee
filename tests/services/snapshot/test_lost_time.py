"""Time that disappears with its issue is said to whom it belonged, for a day or until they dismiss it (T37)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, event
from tests.services.support.windows import send_event, warm
from timesheet.domain.errors import JiraUnavailable, NotFound
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.snapshot.change_log import note_begun
from timesheet.services.snapshot.lost_time import dismiss_lost, lost_notes
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.worklog.command import DeleteWorklog
from timesheet.services.worklog.log import delete_worklog
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.safeguard.settle import Settled, settle

HOUR = 3600
NEXT_MONTH = DateSpan(MONDAY + timedelta(days=14), MONDAY + timedelta(days=20))
LOST = "PAY-12 was deleted in Jira: 3h that you logged on it on these days no longer counts."
HIDDEN = "3h that you logged on these days no longer counts: Jira no longer shows you the issues, or they were deleted."


def delete_issue(scene: Scene, *events: Callable[[], None]) -> None:
    """Delete an issue with its worklogs, and let these events arrive."""
    scene.wait(1)
    del scene.jira.issues[PAY]
    for number in [one.id for one in scene.jira.worklogs.values() if one.issue_id == PAY]:
        del scene.jira.worklogs[number]
    for send in events:
        send()


def issue_deleted(scene: Scene) -> None:
    send_event(scene, "jira:issue_deleted", {"issue": {"id": str(PAY)}})


def notes(scene: Scene, span: DateSpan = WEEK) -> list[str]:
    return list(lost_notes(scene.viewer_context, span, scene.sheet(span).worklogs))


@pytest.fixture
def logged(scene: Scene) -> list[Worklog]:
    """Return two worklogs on an issue, which a sheet shows; a third one is on another issue."""
    found = [scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY + timedelta(days=1), 2 * HOUR)]
    scene.put(OPS, MONDAY, HOUR)
    warm(scene)
    return found


@pytest.mark.parametrize("order", ["worklogs first", "issue first", "issue alone"])
def test_t37_whatever_jira_reports_of_a_deleted_issue_its_time_is_said_once(
    scene: Scene, logged: list[Worklog], order: str
) -> None:
    of_worklogs = [partial(send_event, scene, "worklog_deleted", event(one)) for one in logged]
    of_issue = partial(issue_deleted, scene)
    sent = {
        "worklogs first": [*of_worklogs, of_issue],
        "issue first": [of_issue, *of_worklogs],
        "issue alone": [of_issue],
    }
    delete_issue(scene, *sent[order])
    assert notes(scene) == [LOST]
    assert notes(scene, NEXT_MONTH) == []
    scene.wait(24 * 3600 - 10)
    assert notes(scene) == [LOST]
    scene.wait(10)
    assert notes(scene) == []


def test_an_issue_that_jira_may_only_hide_is_not_named_even_if_it_is_deleted_later(
    scene: Scene, logged: list[Worklog]
) -> None:
    delete_issue(scene)
    scene.wait(300)
    assert notes(scene) == [HIDDEN]
    issue_deleted(scene)
    assert notes(scene) == [HIDDEN]


def test_t37_what_was_dismissed_does_not_come_back_from_a_window_that_still_has_it(
    scene: Scene, logged: list[Worklog]
) -> None:
    later = DateSpan(MONDAY - timedelta(days=35), MONDAY + timedelta(days=10))
    snapshot_at(scene.viewer_context, later)
    delete_issue(scene, partial(issue_deleted, scene))
    assert notes(scene) == [LOST]
    dismiss_lost(scene.viewer_context, WEEK)
    assert notes(scene) == []
    assert notes(scene, later) == []


def test_what_is_dismissed_on_some_days_is_still_said_on_others(scene: Scene, logged: list[Worklog]) -> None:
    delete_issue(scene, partial(issue_deleted, scene))
    scene.sheet()
    dismiss_lost(scene.viewer_context, DateSpan(MONDAY, MONDAY))
    assert notes(scene) == [LOST.replace("3h", "2h")]


def test_a_worklog_that_somebody_deleted_is_no_loss_while_its_issue_is_there(
    scene: Scene, logged: list[Worklog]
) -> None:
    for one in logged:
        del scene.jira.worklogs[one.id]
    send_event(scene, "worklog_deleted", event(logged[0]))
    scene.wait(300)
    assert notes(scene) == []


def test_a_worklog_that_somebody_deleted_is_not_counted_with_a_hidden_issue(
    scene: Scene, logged: list[Worklog]
) -> None:
    [other] = [one.id for one in scene.jira.worklogs.values() if one.issue_id == OPS]
    delete_issue(scene)
    del scene.jira.worklogs[other]
    scene.wait(300)
    assert notes(scene) == [HIDDEN]


def test_what_a_person_deleted_themselves_is_no_loss_when_the_issue_goes(
    scene: Scene, logged: list[Worklog]
) -> None:
    for one in logged:
        seen = SeenWorklog(one.id, one.updated)
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen, f"key-{one.id:04}"))
        send_event(scene, "worklog_deleted", event(one))
    delete_issue(scene, partial(issue_deleted, scene))
    assert notes(scene) == []


def delete_unanswered(scene: Scene, worklog: Worklog) -> DeleteWorklog:
    """Delete a worklog without an answer from Jira and return the command, which can be repeated."""
    command = DeleteWorklog(PAY, SeenWorklog(worklog.id, worklog.updated), "key-0001")
    scene.jira.failing["delete_worklog"] = [JiraUnavailable("Lost.", wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        delete_worklog(scene.viewer_context, command)
    return command


@pytest.mark.parametrize("again", ["before the issue goes", "afterward"])
def test_a_deletion_whose_answer_was_lost_is_no_loss_when_the_issue_goes(
    scene: Scene, logged: list[Worklog], again: str
) -> None:
    one = logged[0]
    command = delete_unanswered(scene, one)
    del scene.jira.worklogs[one.id]
    send_event(scene, "worklog_deleted", event(one))
    if again == "before the issue goes":
        delete_worklog(scene.viewer_context, command)
    delete_issue(scene, partial(issue_deleted, scene))
    if again == "afterward":
        with pytest.raises(NotFound):
            delete_worklog(scene.viewer_context, command)
    assert notes(scene) == [LOST.replace("3h", "2h")]


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("event_first", [False, True])
def test_a_deletion_that_nobody_repeats_is_no_loss_when_the_issue_goes(
    scene: Scene, logged: list[Worklog], settled: bool, event_first: bool
) -> None:
    one = logged[0]
    delete_unanswered(scene, one)
    if event_first:
        del scene.jira.worklogs[one.id]
        send_event(scene, "worklog_deleted", event(one))
    delete_issue(scene, partial(issue_deleted, scene))
    if settled:
        scene.wait(600)
        outcome = settle(scene.journal, lambda _: scene.jira, scene.cache_of, scene.jira.now)
        assert outcome == Settled(recorded=1)
    assert notes(scene) == [LOST.replace("3h", "2h")]


def test_time_is_lost_if_its_deletion_never_arrived_and_the_issue_goes(
    scene: Scene, logged: list[Worklog]
) -> None:
    one = logged[0]
    delete_unanswered(scene, one)
    scene.wait(600)
    assert settle(scene.journal, lambda _: scene.jira, scene.cache_of, scene.jira.now) == Settled(dropped=1)
    delete_issue(scene, partial(issue_deleted, scene))
    assert notes(scene) == [LOST]


def test_a_deletion_whose_event_comes_before_its_answer_is_no_loss_when_the_issue_goes(
    scene: Scene, logged: list[Worklog], monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = scene.jira.delete_worklog

    def notify_first(issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        delete(issue_id, worklog_id, estimate)
        send_event(scene, "worklog_deleted", event(logged[0]))

    monkeypatch.setattr(scene.jira, "delete_worklog", notify_first)
    seen = SeenWorklog(logged[0].id, logged[0].updated)
    delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen, "key-0001"))
    delete_issue(scene, partial(issue_deleted, scene))
    assert notes(scene) == [LOST.replace("3h", "2h")]


def test_time_is_lost_also_if_its_issue_goes_while_a_write_on_it_is_in_progress(
    scene: Scene, logged: list[Worklog]
) -> None:
    note_begun(scene.viewer_context.own_cache, PAY, scene.viewer_context.clock())
    of_worklogs = [partial(send_event, scene, "worklog_deleted", event(one)) for one in logged]
    delete_issue(scene, *of_worklogs, partial(issue_deleted, scene))
    assert notes(scene) == [LOST]


def test_nothing_is_called_gone_while_jira_does_not_say_so(scene: Scene, logged: list[Worklog]) -> None:
    delete_issue(scene)
    scene.wait(300)
    scene.jira.failing["read_issues"] = [JiraUnavailable("Down.")]
    assert notes(scene) == []


def test_a_worklog_that_moved_to_another_month_is_no_loss(scene: Scene, logged: list[Worklog]) -> None:
    for one in logged:
        scene.put(PAY, MONDAY + timedelta(days=60), one.seconds)
        del scene.jira.worklogs[one.id]
    scene.wait(300)
    assert notes(scene) == []


def test_time_that_jira_hid_for_a_while_is_no_loss_when_it_is_back(
    scene: Scene, logged: list[Worklog]
) -> None:
    issue = scene.jira.issues[PAY]
    delete_issue(scene)
    scene.wait(300)
    assert notes(scene) == [HIDDEN]
    scene.jira.issues[PAY] = issue
    scene.jira.worklogs |= {one.id: one for one in logged}
    scene.wait(300)
    assert notes(scene) == []


def test_other_people_read_nothing_of_it(scene: Scene, logged: list[Worklog]) -> None:
    delete_issue(scene, partial(issue_deleted, scene))
    scene.sheet()
    assert lost_notes(scene.viewer_context_of("viewer-2"), WEEK, ()) == []
