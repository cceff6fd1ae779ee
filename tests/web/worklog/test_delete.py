"""Deletion in the dialog and in the list of a cell, and its undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from tests.services.support.scene import MONDAY, PAY, RICH
from tests.web.support.viewer import Viewer
from tests.web.support.worklog_form import address, change_behind, form_at, send, undo_in
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.safeguard.seen import seen_mark

HOUR = 3600


def test_a_delete_can_be_undone(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR, comment=RICH)
    answer = viewer.post(address(worklog, "/delete"), seen=seen_mark(worklog))
    assert answer.status_code == 200
    assert "data-undo" in answer.text
    assert viewer.scene.jira.worklogs == {}
    [tokens] = set(undo_in(answer))
    back = viewer.post("/worklogs/undo", undo=tokens)
    assert back.status_code == 200
    assert f'hx-target="#undo-{tokens}" hx-swap="delete"' in back.text
    assert "1h restored on PAY-12, Monday, 16 November 2026." in back.text
    [restored] = viewer.scene.jira.worklogs.values()
    assert (restored.started, restored.seconds, restored.comment) == (worklog.started, HOUR, RICH)
    viewer.post("/worklogs/undo", undo=tokens)
    assert len(viewer.scene.jira.worklogs) == 1, "a second click restores nothing more"


def test_deleting_asks_for_the_estimate_where_it_is_chosen(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, address(worklog, "/delete"))
    assert send(viewer, form, adjust="new", new_estimate="oops").status_code == 422
    assert worklog.id in viewer.scene.jira.worklogs
    assert send(viewer, form, adjust="new", new_estimate="2h").status_code == 200
    assert viewer.scene.jira.issues[PAY].remaining_seconds == 2 * HOUR


@pytest.mark.parametrize(
    ("locale", "said"), [("en_US", "9:00\u202fAM"), ("en_GB", "09:00"), ("ja_JP", "9:00")]
)
def test_the_question_has_the_start_by_the_readers_clock(viewer: Viewer, locale: str, said: str) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale=locale)
    dialog = viewer.get(address(worklog, "/delete")).text
    assert f" {said}" in dialog
    assert 'name="start" value="09:00"' in dialog, "the form keeps what the server reads"


def test_the_dialog_says_whether_a_deletion_can_be_undone(viewer: Viewer) -> None:
    plain = viewer.scene.put(PAY, MONDAY, HOUR)
    assert "You can undo this" in viewer.get(address(plain, "/delete")).text
    restricted = viewer.scene.put(PAY, MONDAY, HOUR, time(11), restricted=True)
    dialog = viewer.get(address(restricted, "/delete")).text
    assert "Deleting it cannot be undone." in dialog
    assert "You can undo this" not in dialog


def test_deleting_from_the_list_leaves_the_rest_of_it_open(viewer: Viewer) -> None:
    first, second = viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(PAY, MONDAY, HOUR, time(11))
    answer = viewer.post(address(first, "/delete"), seen=seen_mark(first), cell=MONDAY)
    assert f'id="worklog-{second.id}"' in answer.text
    assert f'id="worklog-{first.id}"' not in answer.text
    [tokens] = set(undo_in(answer))
    back = viewer.post("/worklogs/undo", undo=tokens, cell=MONDAY, issue=PAY, place="dialog")
    assert back.text.count('class="worklog"') == 2


def test_t34_several_worklogs_go_together_and_come_back_together(viewer: Viewer) -> None:
    both = [viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(PAY, MONDAY, HOUR, time(11))]
    marks = ",".join(map(seen_mark, both))
    answer = viewer.post("/worklogs/cell/delete", issue=PAY, day=MONDAY, seen=marks)
    assert "2 worklogs deleted" in answer.text
    assert viewer.scene.jira.worklogs == {}
    [tokens] = set(undo_in(answer))
    assert "2 changes undone." in viewer.post("/worklogs/undo", undo=tokens).text
    assert [w.seconds for w in viewer.scene.jira.worklogs.values()] == [HOUR, HOUR]


def test_what_could_not_be_deleted_is_said(viewer: Viewer) -> None:
    both = [viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(PAY, MONDAY, HOUR, time(11))]
    marks = ",".join(map(seen_mark, both))
    change_behind(viewer, both[1], seconds=2 * HOUR)
    answer = viewer.post("/worklogs/cell/delete", issue=PAY, day=MONDAY, seen=marks)
    assert "1 worklog deleted" in answer.text
    assert "This worklog was changed in the meantime" in answer.text
    assert list(viewer.scene.jira.worklogs) == [both[1].id]


def test_t34_a_worklog_that_changed_is_not_deleted(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    change_behind(viewer, worklog, seconds=2 * HOUR)
    for more in ({}, {"cell": MONDAY}):
        assert viewer.post(address(worklog, "/delete"), seen=seen_mark(worklog), **more).status_code == 409
    assert worklog.id in viewer.scene.jira.worklogs


def test_only_the_worklog_of_the_address_is_deleted(viewer: Viewer) -> None:
    worklog, other = viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(PAY, MONDAY, HOUR)
    for seen in ("", "1", seen_mark(other)):
        answer = viewer.post(address(worklog, "/delete"), seen=seen, source=PAY)
        assert (answer.status_code, "out of date" in answer.text) == (422, True), seen
    assert set(viewer.scene.jira.worklogs) == {worklog.id, other.id}


NOTHING_TO_DELETE = "Nothing was deleted: the worklog is no longer in Jira, or Jira hides it from you."


@pytest.mark.parametrize("more", [{}, {"cell": MONDAY, "place": "dialog"}, {"place": "dialog", "final": "1"}])
def test_a_worklog_that_is_gone_leaves_the_sheet_with_a_message(viewer: Viewer, more: dict[str, Any]) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.get("/timesheet", view="list", day=MONDAY)
    del viewer.scene.jira.worklogs[worklog.id]
    answer = viewer.post(address(worklog, "/delete"), seen=seen_mark(worklog), **more)
    assert (answer.status_code, NOTHING_TO_DELETE in answer.text) == (200, True)
    assert undo_in(answer) == []
    assert "sheet-changed" in answer.headers["HX-Trigger"]
    assert f'id="w{worklog.id}"' not in viewer.get("/timesheet", view="list", day=MONDAY).text


def test_a_worklog_that_is_gone_needs_no_question(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    del viewer.scene.jira.worklogs[worklog.id]
    answer = viewer.get(address(worklog, "/delete"), place="dialog")
    assert (answer.status_code, NOTHING_TO_DELETE in answer.text) == (200, True)
    assert '<hx-partial hx-target="#dialog" hx-swap="innerHTML">' in answer.text
    assert "sheet-changed" in answer.headers["HX-Trigger"]


def test_a_worklog_of_an_issue_that_jira_hides_is_not_called_gone(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    del viewer.scene.jira.worklogs[worklog.id]
    del viewer.scene.jira.issues[PAY]
    assert viewer.get(address(worklog, "/delete")).status_code == 404
    assert viewer.post(address(worklog, "/delete"), seen=seen_mark(worklog)).status_code == 404


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (1, "1 worklog deleted, Monday, 16 November 2026. 1 worklog was no longer in Jira, or Jira hides it"),
        (2, "2 worklogs were no longer in Jira, or Jira hides them from you."),
    ],
)
def test_those_of_a_cell_that_are_gone_stop_no_others(viewer: Viewer, gone: int, said: str) -> None:
    both = [viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(PAY, MONDAY, HOUR, time(11))]
    marks = ",".join(map(seen_mark, both))
    for worklog in both[:gone]:
        del viewer.scene.jira.worklogs[worklog.id]
    answer = viewer.post("/worklogs/cell/delete", issue=PAY, day=MONDAY, seen=marks)
    assert said in answer.text
    assert 'class="flag problem"' not in answer.text
    assert "0 worklogs" not in answer.text
    assert viewer.scene.jira.worklogs == {}


LOST = JiraUnavailable(
    "Jira gave no answer, so the change may or may not be saved. Try again.", wrote_maybe=True
)


def test_an_undo_whose_answer_is_lost_says_that_it_is_not_known_yet(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    [tokens] = set(undo_in(viewer.post(address(worklog, "/delete"), seen=seen_mark(worklog))))
    viewer.scene.jira.lost = [LOST]
    answer = viewer.post("/worklogs/undo", undo=tokens)
    assert answer.status_code == 502
    assert f"It is not known yet whether this was undone. {LOST.sentence}" in answer.text
    assert "Nothing was undone" not in answer.text
    assert undo_in(answer) == [tokens], "it can be tried again"
    assert "1h restored on PAY-12" in viewer.post("/worklogs/undo", undo=tokens).text
    assert [w.seconds for w in viewer.scene.jira.worklogs.values()] == [HOUR]


def test_of_several_undone_writes_only_the_rest_is_unknown(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = [viewer.scene.put(PAY, MONDAY, HOUR, time(hour)) for hour in (9, 11, 13)]
    marks = ",".join(map(seen_mark, three))
    [tokens] = set(undo_in(viewer.post("/worklogs/cell/delete", issue=PAY, day=MONDAY, seen=marks)))
    create = viewer.scene.jira.create_worklog

    def create_one(*args: Any, **named: Any) -> Worklog:
        made = create(*args, **named)
        viewer.scene.jira.failing["create_worklog"] = [LOST]
        return made

    monkeypatch.setattr(viewer.scene.jira, "create_worklog", create_one)
    answer = viewer.post("/worklogs/undo", undo=tokens)
    assert answer.status_code == 200
    assert "1h restored on PAY-12" in answer.text
    assert f"It is not known yet whether the rest was undone. {LOST.sentence}" in answer.text
    assert "not undone" not in answer.text


def test_a_deletion_whose_answer_is_lost_is_not_counted_as_none(viewer: Viewer) -> None:
    both = [viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(PAY, MONDAY, HOUR, time(11))]
    marks = ",".join(map(seen_mark, both))
    viewer.scene.jira.failing["delete_worklog"] = [LOST]
    answer = viewer.post("/worklogs/cell/delete", issue=PAY, day=MONDAY, seen=marks)
    assert LOST.sentence in answer.text
    assert "0 worklogs" not in answer.text


def test_an_undo_that_comes_too_late_says_so(viewer: Viewer) -> None:
    for tokens in ("0" * 32, "", "x", ",".join(["0" * 32] * 201)):
        answer = viewer.post("/worklogs/undo", undo=tokens)
        assert (answer.status_code, "too late to undo" in answer.text) == (422, True)
