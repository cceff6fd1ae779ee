"""Changing the chosen worklogs of the list: the dialog, parts with progress, stopping, and one undo."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.scene import BARE, BERLIN, MONDAY, OPS, PAY, WEEK
from tests.web.conftest import JiraSite
from tests.web.support.recorded_events import events
from tests.web.support.viewer import Viewer
from tests.web.support.worklog_form import undo_in
from tests.web.worklog.test_attribute import ACTIVITY, TICKET, define, properties_of
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraBusy, JiraUnavailable
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.safeguard.seen import seen_mark
from timesheet.web.worklog import at_once

HOUR = 3600
FRIDAY = MONDAY + timedelta(days=4)
KEY = "a-key-for-one-bulk"


@pytest.fixture
def worklogs(viewer: Viewer) -> list[Worklog]:
    return [viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(OPS, MONDAY, 2 * HOUR)]


def in_jira(viewer: Viewer) -> set[tuple[int, date, int]]:
    return {
        (w.issue_id, w.started.astimezone(BERLIN).date(), w.seconds)
        for w in viewer.scene.jira.worklogs.values()
    }


def send(viewer: Viewer, path: str, worklogs: list[Worklog], **values: object) -> TestResponse:
    chosen = [f"{worklog.issue_id}:{seen_mark(worklog)}" for worklog in worklogs]
    days = {"first": WEEK.first, "last": WEEK.last}
    return viewer.post(path, chosen=chosen, key=KEY, **days, **values)


def test_the_dialog_says_what_would_become_of_each(viewer: Viewer, worklogs: list[Worklog]) -> None:
    dialog = send(viewer, "/worklogs/bulk/plan", worklogs, action="day").text
    assert "Move 2 worklogs" in dialog
    assert "2 worklogs change, 3h in all." in dialog
    gone = send(viewer, "/worklogs/bulk/plan", worklogs, action="delete").text
    assert "2 worklogs are deleted, 3h in all." in gone
    there = send(viewer, "/worklogs/bulk/plan", worklogs, action="issue", issue=OPS).text
    assert "To change: 1 of 2 worklogs, 1h in all." in there
    assert "It is already there." in there
    assert in_jira(viewer) == {(PAY, MONDAY, HOUR), (OPS, MONDAY, 2 * HOUR)}


def test_the_dialog_warns_of_a_day_that_gets_too_long(viewer: Viewer, worklogs: list[Worklog]) -> None:
    friday = viewer.scene.put(PAY, FRIDAY, 22 * HOUR)
    dialog = send(viewer, "/worklogs/bulk/plan", [*worklogs, friday], action="day", day=FRIDAY).text
    assert "That makes 25h on one day." in dialog
    assert (
        "on one day" not in send(viewer, "/worklogs/bulk/plan", worklogs[1:], action="day", day=FRIDAY).text
    )
    assert "on one day" not in send(viewer, "/worklogs/bulk/plan", [friday], action="issue", issue=OPS).text


def test_the_dialog_says_whose_time_of_day_the_clocks_skip(viewer: Viewer) -> None:
    night = viewer.scene.put(PAY, MONDAY, HOUR, time(2, 30))
    for day, moved in ((date(2026, 3, 29), True), (date(2026, 3, 30), False)):
        dialog = send(viewer, "/worklogs/bulk/plan", [night], action="day", day=day).text
        assert ("1 worklog begins at another time of day" in dialog) is moved


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("day", "Choose the day."),
        ("issue", "Choose an issue from the list."),
        ("attribute", "Choose the attribute."),
    ],
)
def test_where_to_has_to_be_chosen(
    viewer: Viewer, worklogs: list[Worklog], action: str, sentence: str
) -> None:
    answer = send(viewer, "/worklogs/bulk", worklogs, action=action)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_nothing_chosen_is_refused_in_a_sentence(viewer: Viewer) -> None:
    answer = send(viewer, "/worklogs/bulk/plan", [], action="delete")
    assert answer.status_code == 422
    assert "Select at least one worklog." in answer.text


def test_all_change_with_one_message_and_one_undo(viewer: Viewer, worklogs: list[Worklog]) -> None:
    answer = send(viewer, "/worklogs/bulk", worklogs, action="day", day=FRIDAY)
    assert answer.status_code == 200
    assert "2 worklogs moved." in answer.text
    assert "sheet-changed" in answer.headers["HX-Trigger"]
    assert in_jira(viewer) == {(PAY, FRIDAY, HOUR), (OPS, FRIDAY, 2 * HOUR)}
    [tokens] = undo_in(answer)
    assert "2 changes undone." in viewer.post("/worklogs/undo", undo=tokens).text
    assert in_jira(viewer) == {(PAY, MONDAY, HOUR), (OPS, MONDAY, 2 * HOUR)}


def test_what_one_undo_does_not_take_back_is_said(viewer: Viewer, worklogs: list[Worklog]) -> None:
    other = worklogs[1]
    viewer.scene.wait(1)
    there = replace(other, started=other.started + timedelta(days=4), updated=viewer.scene.jira.now)
    viewer.scene.jira.worklogs[other.id] = replace(there, day=FRIDAY)
    text = send(viewer, "/worklogs/bulk", worklogs, action="day", day=FRIDAY).text
    assert "2 worklogs moved. 1 of them cannot be undone." in text


def test_the_work_of_more_than_one_request_goes_on_with_its_progress(
    viewer: Viewer, worklogs: list[Worklog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    first = send(viewer, "/worklogs/bulk", worklogs, action="delete")
    assert "1 of 2 worklogs" in first.text
    assert 'hx-trigger="load"' in first.text
    assert re.search(r'data-undoable="[0-9a-f]{32}"', first.text), (
        "the page may be left before the rest is done"
    )
    last = send(viewer, "/worklogs/bulk", worklogs, action="delete")
    assert "2 worklogs deleted." in last.text
    assert len(undo_in(last)[0].split(",")) == 2


def test_whoever_stops_learns_what_was_done_and_can_undo_it(
    viewer: Viewer, worklogs: list[Worklog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    send(viewer, "/worklogs/bulk", worklogs, action="day", day=FRIDAY)
    stopped = send(viewer, "/worklogs/bulk/stop", worklogs, action="day", day=FRIDAY)
    assert "1 worklog moved." in stopped.text
    assert "Not tried, because you stopped it." in stopped.text
    [tokens] = set(undo_in(stopped))
    assert "restored" in viewer.post("/worklogs/undo", undo=tokens).text
    assert in_jira(viewer) == {(PAY, MONDAY, HOUR), (OPS, MONDAY, 2 * HOUR)}


def test_whoever_stops_what_was_forgotten_does_not_read_that_nothing_was_changed(
    viewer: Viewer, worklogs: list[Worklog]
) -> None:
    stopped = send(viewer, "/worklogs/bulk/stop", worklogs, action="day", day=FRIDAY)
    assert stopped.status_code == 409
    assert "The progress is no longer available. The sheet shows what was changed." in stopped.text


def test_t35_each_change_has_an_event_of_its_own_and_a_plan_has_none(
    viewer: Viewer, worklogs: list[Worklog], app: Flask
) -> None:
    worklogs.append(viewer.scene.put(BARE, MONDAY, HOUR))
    before = events(app, viewer.site.client_key)
    send(viewer, "/worklogs/bulk/plan", worklogs, action="delete")
    assert events(app, viewer.site.client_key) == before
    del viewer.scene.jira.worklogs[worklogs[1].id]
    send(viewer, "/worklogs/bulk", worklogs, action="day", day=FRIDAY)
    recorded = events(app, viewer.site.client_key)[len(before) :]
    assert [event.action for event in recorded] == [Action.WORKLOG_CHANGED] * 2
    assert [(event.before["day"], event.after["day"]) for event in recorded] == [
        (MONDAY.isoformat(), FRIDAY.isoformat())
    ] * 2
    assert [event.after["issue"] for event in recorded] == [PAY, BARE]


def test_what_jira_refuses_is_named(viewer: Viewer, worklogs: list[Worklog]) -> None:
    del viewer.scene.jira.worklogs[worklogs[1].id]
    answer = send(viewer, "/worklogs/bulk", worklogs, action="day", day=FRIDAY)
    assert answer.status_code == 200
    assert "Some worklogs stay as they were" in answer.text
    assert "1 worklog moved. 1 worklog was not changed:" in answer.text
    assert "OPS-31" in answer.text
    assert ('class="flag warning"' in answer.text, 'class="flag problem"' in answer.text) == (True, False)


def test_one_that_is_gone_is_named_and_not_counted_as_deleted(
    viewer: Viewer, worklogs: list[Worklog]
) -> None:
    del viewer.scene.jira.worklogs[worklogs[1].id]
    answer = send(viewer, "/worklogs/bulk", worklogs, action="delete")
    assert answer.status_code == 200
    assert "1 worklog deleted. 1 worklog was not changed:" in answer.text
    assert "Nothing was deleted: the worklog is no longer in Jira" in answer.text


def test_the_title_says_that_nothing_was_changed(viewer: Viewer, worklogs: list[Worklog]) -> None:
    for worklog in worklogs:
        del viewer.scene.jira.worklogs[worklog.id]
    answer = send(viewer, "/worklogs/bulk", worklogs, action="day", day=FRIDAY)
    assert answer.status_code == 422
    assert "No worklog was changed" in answer.text
    assert "Some worklogs" not in answer.text
    assert "0 worklogs" not in answer.text


def test_who_was_not_answered_reads_for_which_worklog_and_which_were_not_tried(
    viewer: Viewer, worklogs: list[Worklog]
) -> None:
    third = viewer.scene.put(PAY, MONDAY, 3 * HOUR)
    viewer.scene.jira.failing["delete_worklog"] = [JiraUnavailable("Nobody knows.", wrote_maybe=True)] * 2
    page = send(viewer, "/worklogs/bulk", [*worklogs, third], action="delete")
    assert page.status_code == 422
    assert "It is not known yet what was changed" in page.text
    assert "3 worklogs not confirmed:" in page.text
    reasons = re.findall(r'class="verdict-why">\s*(.*?)</span>', page.text, re.DOTALL)
    skipped = "Not tried, because the one before it could not be saved."
    assert sorted(map(str.strip, reasons)) == ["Nobody knows.", skipped, skipped]


def test_what_was_done_is_said_although_jira_does_not_name_the_rest(
    viewer: Viewer, worklogs: list[Worklog], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chosen worklogs of a report are on no cached sheet, so they are read again."""

    def be_busy(*_: object) -> None:
        raise JiraBusy("Jira is busy.")

    delete = viewer.scene.jira.delete_worklog

    def delete_one(issue_id: int, *more: Any) -> None:
        if issue_id == OPS:
            for name in ("delete_worklog", "read_listed", "read_issues", "read_issue"):
                monkeypatch.setattr(viewer.scene.jira, name, be_busy)
            be_busy()
        delete(issue_id, *more)

    monkeypatch.setattr(viewer.scene.jira, "delete_worklog", delete_one)
    chosen = [f"{worklog.issue_id}:{seen_mark(worklog)}" for worklog in worklogs]
    page = viewer.post("/worklogs/bulk", chosen=chosen, key=KEY, action="delete")
    assert page.status_code == 200, page.text
    assert "1 worklog deleted. 1 worklog was not changed:" in page.text
    assert "Jira is busy." in page.text
    monkeypatch.undo()
    [tokens] = set(undo_in(page))
    assert "restored" in viewer.post("/worklogs/undo", undo=tokens).text


def test_an_attribute_is_chosen_then_its_value_and_all_are_set_in_parts(
    viewer: Viewer, app: Flask, site: JiraSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(app, site, ACTIVITY, TICKET)
    worklogs = [
        viewer.scene.put(PAY, MONDAY, HOUR, properties={PROPERTY: values}) for values in ({}, {"ticket": "A"})
    ]
    dialog = send(viewer, "/worklogs/bulk/plan", worklogs, action="attribute").text
    assert "Set an attribute of 2 worklogs" in dialog
    assert "submit" not in dialog.split("dialog-foot")[1]
    value = {
        "action": "attribute",
        "attribute": "ticket",
        "attribute-shown": "ticket",
        "attribute-ticket": "A",
    }
    dialog = send(viewer, "/worklogs/bulk/plan", worklogs, **value).text
    assert "To change: 1 of 2 worklogs" in dialog
    assert "It has this value already." in dialog
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    value["attribute-ticket"] = "B"
    part = send(viewer, "/worklogs/bulk", worklogs, **value).text
    assert 'name="attribute-ticket" value="B"' in part
    answer = send(viewer, "/worklogs/bulk", worklogs, **value)
    assert "2 worklogs changed." in answer.text
    assert properties_of(viewer) == [{"ticket": "B"}, {"ticket": "B"}]
    monkeypatch.undo()
    viewer.post("/worklogs/undo", undo=undo_in(answer)[0])
    assert properties_of(viewer) == [{}, {"ticket": "A"}]


def test_the_value_field_of_another_attribute_is_not_sent_with_the_chosen_one(
    viewer: Viewer, app: Flask, site: JiraSite
) -> None:
    define(app, site, ACTIVITY, TICKET)
    worklogs = [viewer.scene.put(PAY, MONDAY, HOUR)]
    values = {
        "action": "attribute",
        "attribute": "activity",
        "attribute-shown": "ticket",
        "attribute-ticket": "A",
    }
    assert send(viewer, "/worklogs/bulk", worklogs, **values).status_code == 422
    assert properties_of(viewer) == [None]


def test_the_only_attribute_is_chosen_already(viewer: Viewer, app: Flask, site: JiraSite) -> None:
    define(app, site, TICKET)
    worklogs = [viewer.scene.put(PAY, MONDAY, HOUR, properties={PROPERTY: {"ticket": "A"}})]
    dialog = send(viewer, "/worklogs/bulk/plan", worklogs, action="attribute").text
    assert "attribute-ticket" in dialog
    assert "Without a value, the worklogs lose the one they have." in dialog
    assert "Clear the value of 1 worklog" in dialog


def test_t15_times_with_seconds_add_up_to_what_the_dialog_says(viewer: Viewer) -> None:
    chosen = [viewer.scene.put(PAY, MONDAY, 90, time(hour)) for hour in (13, 15)]
    dialog = send(viewer, "/worklogs/bulk/plan", chosen, action="delete").text
    assert '2 worklogs are deleted, <span title="exactly 0:03:00" tabindex="0">4m</span> in all.' in dialog
    assert dialog.count('<span class="verdict-when" title="exactly 0:01:30">') == 2
