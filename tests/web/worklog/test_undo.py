"""Undo of several writes: in parts also in a list, and each write that stays is named with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import time

import pytest
from werkzeug.test import TestResponse

from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.support.viewer import Viewer
from tests.web.support.worklog_form import address, form_at, send, undo_in
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.reversal import UNDO_SECONDS
from timesheet.services.worklog.safeguard.seen import seen_mark
from timesheet.web.worklog import at_once

HOUR = 3600
STAYS = "It has been changed since then and stays as it is: 4:00."


def delete_all(viewer: Viewer, worklogs: Sequence[Worklog]) -> str:
    """Delete the worklogs of a cell at once, and return the tokens that undo it."""
    marks = ",".join(map(seen_mark, worklogs))
    answer = viewer.post("/worklogs/cell/delete", issue=PAY, day=MONDAY, seen=marks)
    [tokens] = set(undo_in(answer))
    return tokens


def three(viewer: Viewer) -> list[Worklog]:
    return [viewer.scene.put(PAY, MONDAY, HOUR * hours, time(8 + 4 * hours)) for hours in (1, 2, 3)]


def log(viewer: Viewer, issue: int) -> list[str]:
    """Type an hour into a cell, and return the tokens that undo it."""
    form = {"issue": issue, "day": MONDAY, "value": "1", "key": f"key-{issue:04}"}
    return undo_in(viewer.post("/timesheet/cell", **form, first=MONDAY, last=MONDAY, group="issue", seen=""))


def log_two(viewer: Viewer) -> str:
    """Log on two issues with one paste, and return the tokens that undo it."""
    return ",".join(dict.fromkeys(token for issue in (PAY, OPS) for token in log(viewer, issue)))


def change(viewer: Viewer, issue: int) -> None:
    """Let somebody change the only worklog of an issue in Jira."""
    jira = viewer.scene.jira
    [worklog] = [one for one in jira.worklogs.values() if one.issue_id == issue]
    viewer.scene.wait(1)
    jira.worklogs[worklog.id] = replace(worklog, seconds=4 * HOUR, updated=jira.now)


def verdicts(answer: TestResponse) -> list[str]:
    """Return the named worklogs as texts."""
    [found] = re.findall(r'<ul class="refusals verdicts".*?</ul>', answer.text, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in re.findall("<li>.*?</li>", found)]


@pytest.mark.parametrize("place", ["dialog", "panel-form"])
def test_an_undo_in_a_list_goes_on_with_its_progress_there(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    tokens = delete_all(viewer, three(viewer))
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    undone = {"undo": tokens, "cell": MONDAY, "issue": PAY, "place": place}
    first = viewer.post("/worklogs/undo", **undone)
    assert f'<hx-partial hx-target="#{place}" hx-swap="innerHTML"><form id="undo-progress"' in re.sub(
        r">\s*(\{#.*?#\})?\s*<", "><", first.text
    )
    assert "1 of 3 changes" in first.text
    for name, value in undone.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in first.text
    assert f'hx-trigger="load" data-rest hx-include="#undo-progress" hx-target="#{place}"' in first.text
    assert "2 of 3 changes" in viewer.post("/worklogs/undo", **undone, rest=1).text
    last = viewer.post("/worklogs/undo", **undone, rest=1)
    assert last.status_code == 200
    assert "3 changes undone." in last.text
    assert last.text.count('class="worklog"') == 3, "the list shows what is there again"


def test_an_undo_in_a_list_that_is_stopped_offers_the_rest(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = delete_all(viewer, three(viewer))
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    undone = {"undo": tokens, "cell": MONDAY, "issue": PAY, "place": "dialog"}
    viewer.post("/worklogs/undo", **undone)
    stopped = viewer.post("/worklogs/undo", **undone, rest=1, stop=1)
    assert "2 not undone: Not tried, because you stopped it." in stopped.text
    assert stopped.text.count('class="worklog"') == 1
    rest = ",".join(tokens.split(",")[:2])
    assert f'"undo":"{rest}"' in stopped.text


def test_there_is_no_other_place(viewer: Viewer) -> None:
    tokens = delete_all(viewer, three(viewer))
    undone = {"undo": tokens, "cell": MONDAY, "issue": PAY, "place": "sheet"}
    assert viewer.post("/worklogs/undo", **undone).status_code == 404


def test_each_write_that_stays_is_named_with_its_reason(viewer: Viewer) -> None:
    tokens = log_two(viewer)
    change(viewer, PAY)
    answer = viewer.post("/worklogs/undo", undo=tokens)
    assert answer.status_code == 200
    assert "Some changes were not undone" in answer.text
    assert "1h removed again on OPS-31" in answer.text
    assert "1 change was not undone:" in answer.text
    assert verdicts(answer) == [f"PAY-12 Work on PAY-12 Monday, 16 November 2026, 1h {STAYS}"]
    assert 'class="flag warning"' in answer.text


def test_all_that_stay_are_named(viewer: Viewer) -> None:
    tokens = log_two(viewer)
    for issue in (PAY, OPS):
        change(viewer, issue)
    answer = viewer.post("/worklogs/undo", undo=tokens)
    assert answer.status_code == 409
    assert "Nothing was undone." in answer.text
    assert 'class="flag problem"' in answer.text
    assert "2 changes were not undone:" in answer.text
    assert [one.split()[0] for one in verdicts(answer)] == ["OPS-31", "PAY-12"]


def test_what_was_not_tried_is_named_and_can_be_undone_later(viewer: Viewer) -> None:
    tokens = log_two(viewer)
    viewer.scene.jira.failing["delete_worklog"] = [JiraUnavailable("Jira is down.")]
    answer = viewer.post("/worklogs/undo", undo=tokens)
    [ops, pay] = verdicts(answer)
    assert ops.endswith("Jira is down.")
    assert pay.endswith("Not tried: Jira is down.")
    assert "Undo the rest" in answer.text
    assert viewer.post("/worklogs/undo", undo=tokens).status_code == 200
    assert viewer.scene.hours() == {}


def test_one_write_that_stays_is_said_in_one_sentence(viewer: Viewer) -> None:
    tokens = log_two(viewer).split(",")
    change(viewer, PAY)
    answer = viewer.post("/worklogs/undo", undo=tokens[0])
    assert answer.status_code == 409
    assert f"Nothing was undone. {STAYS}" in answer.text
    assert "verdicts" not in answer.text


def test_a_list_names_what_stays_out_of_it(viewer: Viewer) -> None:
    worklogs = three(viewer)
    tokens = delete_all(viewer, worklogs)
    log(viewer, PAY)
    viewer.scene.jira.failing["create_worklog"] = [JiraUnavailable("Jira is down.")]
    answer = viewer.post("/worklogs/undo", undo=tokens, cell=MONDAY, issue=PAY, place="dialog")
    assert answer.status_code == 200
    assert "3 changes were not undone:" in answer.text
    assert len(verdicts(answer)) == 3
    assert answer.text.count('class="worklog"') == 1
    assert 'id="undo-in-list"' in answer.text


def test_undo_of_an_estimate_that_somebody_changed_says_that_it_stays(viewer: Viewer) -> None:
    worklog, issues = viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.jira.issues
    answer = send(viewer, form_at(viewer, address(worklog)), adjust="new", new_estimate="4h")
    assert issues[PAY].remaining_seconds == 4 * HOUR
    issues[PAY] = replace(issues[PAY], remaining_seconds=3 * HOUR)
    [tokens] = set(undo_in(answer))
    text = viewer.post("/worklogs/undo", undo=tokens).text
    assert "Undone. The remaining estimate of PAY-12 was changed in the meantime" in text
    assert issues[PAY].remaining_seconds == 3 * HOUR


def test_the_offers_of_an_action_that_is_still_being_saved_are_kept(viewer: Viewer) -> None:
    first = ",".join(log(viewer, PAY))
    viewer.scene.wait(UNDO_SECONDS - 1)
    kept = viewer.post("/worklogs/undo", undo=first, keep=1)
    assert (kept.status_code, kept.text) == (200, "")
    viewer.scene.wait(UNDO_SECONDS - 1)
    answer = viewer.post("/worklogs/undo", undo=",".join([first, *log(viewer, OPS)]))
    assert "2 changes undone." in answer.text
    assert viewer.scene.jira.worklogs == {}


def back_in(answer: TestResponse) -> str:
    """Return the tokens that reverse what a response reversed."""
    return str(re.findall(r'data-back="([0-9a-f,]+)"', answer.text)[0])


def test_what_was_undone_is_redone_and_undone_again(viewer: Viewer) -> None:
    undone = viewer.post("/worklogs/undo", undo=log_two(viewer))
    assert 'data-reversed="undo"' in undone.text
    assert f'data-redo="{back_in(undone)}"' in undone.text
    redone = viewer.post("/worklogs/undo", undo=back_in(undone), redo=1)
    assert "2 changes redone." in redone.text
    assert 'data-reversed="redo"' in redone.text
    assert f'data-undo="{back_in(redone)}"' in redone.text
    worklogs = viewer.scene.jira.worklogs
    assert {(one.issue_id, one.day): one.seconds for one in worklogs.values()} == {
        (PAY, MONDAY): HOUR,
        (OPS, MONDAY): HOUR,
    }
    assert "2 changes undone." in viewer.post("/worklogs/undo", undo=back_in(redone)).text
    assert worklogs == {}


def test_a_long_redo_goes_on_and_can_be_stopped(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    undone = viewer.post("/worklogs/undo", undo=delete_all(viewer, three(viewer)))
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    form = {"undo": back_in(undone), "redo": 1}
    progress = viewer.post("/worklogs/undo", **form).text
    assert "Redoing changes" in progress
    assert '<input type="hidden" name="redo" value="1">' in progress
    stopped = viewer.post("/worklogs/undo", **form, rest=1, stop=1, place="dialog").text
    assert "2 not redone: Not tried, because you stopped it." in stopped
    assert 'data-again="' in stopped
    assert '"redo":"1"' in stopped


def test_what_is_not_redone_is_named_with_its_reason(viewer: Viewer) -> None:
    undone = viewer.post("/worklogs/undo", undo=delete_all(viewer, three(viewer)))
    change_one = next(iter(viewer.scene.jira.worklogs.values()))
    viewer.scene.wait(1)
    jira = viewer.scene.jira
    jira.worklogs[change_one.id] = replace(change_one, seconds=4 * HOUR, updated=jira.now)
    redone = viewer.post("/worklogs/undo", undo=back_in(undone), redo=1).text
    assert "Some changes were not redone" in redone
    assert "1 change was not redone:" in redone
    assert "It is too late to redo this." in viewer.post("/worklogs/undo", undo="a" * 32, redo=1).text


def test_it_is_said_what_is_unknown_after_a_redo_without_an_answer(viewer: Viewer) -> None:
    lost, failing = JiraUnavailable("Jira is slow.", wrote_maybe=True), viewer.scene.jira.failing
    back = back_in(viewer.post("/worklogs/undo", undo=delete_all(viewer, three(viewer))))
    failing["delete_worklog"] = [None, lost]
    redone = viewer.post("/worklogs/undo", undo=back, redo=1).text
    assert "It is not known yet whether the rest was redone." in redone
    assert 'data-again="' in redone
    back = back_in(viewer.post("/worklogs/undo", undo=log(viewer, OPS)[0]))
    failing["create_worklog"] = [lost]
    redone = viewer.post("/worklogs/undo", undo=back, redo=1).text
    assert "It is not known yet whether this was redone." in redone


def test_the_same_undo_twice_is_redone_once(viewer: Viewer) -> None:
    tokens = log_two(viewer)
    first, second = (back_in(viewer.post("/worklogs/undo", undo=tokens)) for _ in range(2))
    for back in (first, second):
        viewer.post("/worklogs/undo", undo=back, redo=1)
    assert [one.seconds for one in viewer.scene.jira.worklogs.values()] == [HOUR, HOUR]
