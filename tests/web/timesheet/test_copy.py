"""Copying a week: the preview, rows, hours, partial failures, and undo."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from math import inf

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.viewer import HTMX, Form, Viewer, calls_one_by_one, make_viewer
from tests.web.support.worklog_form import undo_in
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.figures import Figures
from timesheet.domain.span import week_of
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.timesheet.copy import CopyLine
from timesheet.web.timesheet.copy_preview import TargetChoice, preview_of
from timesheet.web.worklog import at_once

HOUR = 3600
LAST_MONDAY = MONDAY - timedelta(days=7)
LAST_SATURDAY = LAST_MONDAY + timedelta(days=5)
KEY = "a-key-for-one-copy"
COMMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Wrote it down"}]}],
}


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Viewer:
    # However slow the machine is, a request ends its work, unless a test shortens its time.
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", inf)
    made = make_viewer(app, site, clock)
    made.scene.put(PAY, LAST_MONDAY, HOUR, time(9), comment=COMMENT)
    made.scene.put(OPS, LAST_MONDAY, 2 * HOUR, time(10))
    made.scene.put(OPS, LAST_SATURDAY, 30 * 60)
    return made


def form_of(viewer: Viewer, **values: object) -> Form:
    answer = viewer.get("/copy", day=MONDAY, **values)
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


def test_the_preview_shows_each_issue_and_day_and_their_sums(viewer: Viewer) -> None:
    text = viewer.get("/copy", day=MONDAY).text
    assert "PAY-12" in text
    assert "Copy 3:30" in text
    assert "no work is expected" in text
    assert viewer.scene.hours() == {}, "a preview writes nothing"


def test_a_rounded_figure_has_its_exact_time_as_a_tooltip() -> None:
    issue = Scene().jira.issues[PAY]
    lines = [CopyLine(1, issue, MONDAY, 1200), CopyLine(2, issue, MONDAY + timedelta(days=1), 1200)]
    choice = TargetChoice(week_of(MONDAY, 0), frozenset(), frozenset(), (), KEY)
    preview = preview_of(lines, choice, Figures(decimal=True), [True] * 7)
    assert preview.rows[0].cells[0].copied == ("0.33", "exactly 0:20:00")
    assert preview.rows[0].total == preview.total == ("0.66", "exactly 0:40:00")
    assert preview.days[0] == ("0.33", "exactly 0:20:00")


def test_days_that_have_time_are_left_out_and_said(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    text = viewer.get("/copy", day=MONDAY).text
    assert "already has 1:00" in text
    assert "1 worklog is left out" in text
    assert "Copy 2:30" in text


def test_the_preview_counts_only_what_is_ticked(viewer: Viewer) -> None:
    text = viewer.get("/copy", day=MONDAY, shown=[PAY, OPS], issue=PAY).text
    assert "Copy 1:00" in text
    assert "no work is expected" not in text


def test_an_issue_without_new_time_has_nothing_to_tick_and_is_named_in_each_preview(viewer: Viewer) -> None:
    viewer.scene.jira.locked = {PAY: RowLock.WORKFLOW}
    reason = "PAY-12 is Open: its workflow allows no changes of time there."
    box = re.compile(rf'id="copy-issue-{PAY}"\s+name="issue" value="{PAY}"(.*?)>')
    shown: list[str] = []
    for _ in range(2):
        text = viewer.get("/copy", day=MONDAY, shown=shown, issue=shown).text
        assert [found.strip() for found in box.findall(text)] == ["disabled"]
        assert reason in text.partition("</table>")[2]
        shown = re.findall(r'name="shown" value="(\d+)"', text)
        assert shown == [str(OPS)]


def test_a_day_that_gets_too_long_is_said_before(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, 23 * HOUR)
    too_long = "That makes 25h on one day."
    assert too_long in viewer.get("/copy", day=MONDAY).text
    assert too_long not in viewer.get("/copy", day=MONDAY, shown=[PAY, OPS], issue=PAY).text


def test_a_time_of_day_that_the_clocks_skip_is_said_before(viewer: Viewer) -> None:
    viewer.scene.put(PAY, date(2026, 3, 22), HOUR, time(2, 30))
    moved = "1 worklog begins at another time of day, because the clocks skip its own on the new day."
    assert moved in viewer.get("/copy", day=date(2026, 3, 23)).text
    assert moved not in viewer.get("/copy", day=date(2026, 3, 23), shown=[PAY]).text
    assert moved not in viewer.get("/copy", day=MONDAY).text


def test_where_all_time_is_there_nothing_can_be_copied(viewer: Viewer) -> None:
    for issue, days in ((PAY, 0), (OPS, 0), (OPS, 5)):
        viewer.scene.put(issue, MONDAY + timedelta(days=days), HOUR)
    button = '<button type="submit" class="button primary"{}>'
    assert f"{button.format(' disabled')}Copy 0:00" in viewer.get("/copy", day=MONDAY).text
    assert button.format("") in viewer.get("/copy", day=MONDAY, mode="rows").text


def test_hours_are_copied_with_one_message_and_one_way_back(viewer: Viewer) -> None:
    answer = viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)
    assert answer.status_code == 200
    assert "3 worklogs logged, 3h 30m in all." in answer.text
    assert "sheet-changed" in answer.headers["HX-Trigger"]
    saturday = MONDAY + timedelta(days=5)
    assert viewer.scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR], (OPS, saturday): [1800]}
    made = [w for w in viewer.scene.jira.worklogs.values() if w.day >= MONDAY]
    assert [w.comment for w in made] == [None, None, None]
    [tokens] = undo_in(answer)
    back = viewer.post("/worklogs/undo", undo=tokens)
    assert back.status_code == 200
    assert "3 changes undone." in back.text
    assert [w.day for w in viewer.scene.jira.worklogs.values() if w.day >= MONDAY] == []


def test_comments_are_copied_if_chosen(viewer: Viewer) -> None:
    viewer.post("/copy", day=MONDAY, mode="hours", key=KEY, comments="1", shown=[PAY, OPS], issue=PAY)
    [made] = [w for w in viewer.scene.jira.worklogs.values() if w.day >= MONDAY]
    assert made.comment == COMMENT


def test_t32_the_same_copy_sent_twice_writes_once(viewer: Viewer) -> None:
    for _ in range(2):
        viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)
    assert len([w for w in viewer.scene.jira.worklogs.values() if w.day >= MONDAY]) == 3


def test_a_copy_of_more_than_one_request_goes_on_with_its_progress(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    first = viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)
    assert "1 of 3 worklogs" in first.text
    assert 'hx-trigger="load"' in first.text
    assert f'name="key" value="{KEY}"' in first.text
    second = viewer.post("/copy/rest", key=KEY).text
    assert "2 of 3 worklogs" in second
    assert re.search(r'data-undoable="[0-9a-f]{32},[0-9a-f]{32}"', second)
    last = viewer.post("/copy/rest", key=KEY)
    assert "3 worklogs logged, 3h 30m in all." in last.text
    [tokens] = set(undo_in(last))
    assert len(tokens.split(",")) == 3
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", inf)
    viewer.post("/worklogs/undo", undo=tokens)
    assert viewer.scene.hours() == {}


def test_an_undo_of_more_than_one_request_goes_on_with_its_progress(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    [tokens] = set(undo_in(viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)))
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    first = viewer.post("/worklogs/undo", undo=tokens)
    assert '<hx-partial hx-target="#dialog"' in first.text
    assert f'<hx-partial hx-target="#undo-{tokens.split(",")[0]}" hx-swap="delete">' in first.text
    assert "1 of 3 changes" in first.text
    assert f'name="undo" value="{tokens}"' in first.text
    second = viewer.post("/worklogs/undo", undo=tokens, rest=1)
    assert "2 of 3 changes" in second.text
    assert "<hx-partial" not in second.text
    last = viewer.post("/worklogs/undo", undo=tokens, rest=1)
    assert "3 changes undone." in last.text
    assert '<hx-partial hx-target="#dialog" hx-swap="innerHTML"></hx-partial>' in last.text
    assert viewer.scene.hours() == {}


def test_whoever_stops_an_undo_can_undo_the_rest(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    [tokens] = set(undo_in(viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)))
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    viewer.post("/worklogs/undo", undo=tokens)
    stopped = viewer.post("/worklogs/undo", undo=tokens, rest=1, stop=1)
    assert "2 not undone: Not tried, because you stopped it." in stopped.text
    assert '<hx-partial hx-target="#dialog" hx-swap="innerHTML"></hx-partial>' in stopped.text
    [rest] = set(undo_in(stopped))
    assert rest == ",".join(tokens.split(",")[:2])
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", inf)
    viewer.post("/worklogs/undo", undo=rest)
    assert viewer.scene.hours() == {}


def test_whoever_stops_a_copy_learns_what_was_copied(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)
    stopped = viewer.post("/copy/stop", key=KEY)
    assert "1 worklog logged, 1h in all." in stopped.text
    assert stopped.text.count("Not tried, because you stopped it.") == 2
    assert viewer.scene.hours() == {(PAY, MONDAY): [HOUR]}


@pytest.mark.parametrize("path", ["/copy/rest", "/copy/stop"])
def test_a_copy_of_which_nobody_knows_is_not_continued(viewer: Viewer, path: str) -> None:
    answer = viewer.post(path, key=KEY)
    assert answer.status_code == 409
    assert "Try again: nothing is logged twice." in answer.text
    assert viewer.post(path).status_code == 422


def test_rows_only_are_kept_and_nothing_is_written(viewer: Viewer) -> None:
    viewer.post("/timesheet/rows", change="add", issue=OPS)
    form = form_of(viewer, mode="rows")
    answer = viewer.post("/copy", **(form.fields | {"mode": "rows"}))
    assert answer.status_code == 200
    assert "1 row added." in answer.text
    sheet = viewer.get("/timesheet", day=MONDAY + timedelta(days=7)).text
    assert f'id="r{OPS}"' in sheet
    assert f'id="r{PAY}"' in sheet
    assert viewer.scene.hours() == {}


def test_a_refused_worklog_is_listed_and_the_rest_is_copied(viewer: Viewer) -> None:
    viewer.get("/copy", day=MONDAY)
    viewer.scene.jira.failing["create_worklog"] = [NotAllowed("You need “Work on issues” in PAY.")]
    answer = viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)
    assert answer.status_code == 200
    assert "Not everything was logged" in answer.text
    assert "You need “Work on issues” in PAY." in answer.text
    assert "2 worklogs logged" in answer.text
    assert (PAY, MONDAY) not in viewer.scene.hours()


def test_once_jira_is_silent_the_rest_is_not_tried(viewer: Viewer) -> None:
    viewer.get("/copy", day=MONDAY)
    viewer.scene.jira.failing["create_worklog"] = [JiraUnavailable("Jira does not answer.")]
    answer = viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)
    assert answer.status_code == 422
    assert "Nothing was logged" in answer.text
    assert answer.text.count("Not tried") == 2
    assert viewer.scene.hours() == {}


def test_a_copy_whose_answer_is_lost_does_not_say_that_nothing_was_copied(viewer: Viewer) -> None:
    viewer.get("/copy", day=MONDAY)
    lost = JiraUnavailable("Jira gave no answer.", wrote_maybe=True)
    viewer.scene.jira.failing["create_worklog"] = [lost]
    answer = viewer.post("/copy", day=MONDAY, mode="hours", key=KEY)
    assert answer.status_code == 422
    assert "Nothing was logged" not in answer.text
    assert "It is not known yet what was logged" in answer.text
    assert "Try again in a few minutes: nothing is logged twice." in answer.text
    assert lost.sentence in answer.text


def test_nothing_ticked_is_said(viewer: Viewer) -> None:
    answer = viewer.post("/copy", day=MONDAY, mode="hours", key=KEY, shown=[PAY, OPS])
    assert answer.status_code == 422
    assert "Choose at least one issue." in answer.text


def test_an_empty_week_says_that_there_is_nothing_to_copy(viewer: Viewer) -> None:
    text = viewer.get("/copy", day=MONDAY + timedelta(days=70)).text
    assert "nothing to copy" in text
    assert 'type="submit"' not in text


def test_a_copy_that_changed_meanwhile_is_not_taken_back(viewer: Viewer) -> None:
    tokens = undo_in(viewer.post("/copy", day=MONDAY, mode="hours", key=KEY, shown=[PAY, OPS], issue=PAY))
    [made] = [w for w in viewer.scene.jira.worklogs.values() if w.day >= MONDAY]
    changed = replace(made, seconds=2 * HOUR, updated=made.updated + timedelta(seconds=1))
    viewer.scene.jira.worklogs[made.id] = changed
    answer = viewer.post("/worklogs/undo", undo=tokens[0])
    assert answer.status_code == 409
    assert "Nothing was undone. It has been changed since then and stays as it is: 2:00." in answer.text
    assert viewer.scene.hours() == {(PAY, MONDAY): [2 * HOUR]}


@pytest.mark.parametrize("values", [{"day": "soon"}, {"issue": "x", "shown": "1"}], ids=str)
def test_odd_choices_are_refused(viewer: Viewer, values: dict[str, str]) -> None:
    assert viewer.get("/copy", **values).status_code == 422


@pytest.mark.parametrize("path", ["/copy", "/worklogs/undo"])
def test_without_a_session_nothing_is_copied(viewer: Viewer, path: str) -> None:
    assert viewer.site.client.post(path, data={"day": MONDAY}, headers=HTMX).status_code == 401
    assert viewer.scene.hours() == {}


def test_any_week_is_copied_into_any_other_day_by_day(viewer: Viewer) -> None:
    source, target = MONDAY - timedelta(days=28), MONDAY + timedelta(days=14)
    viewer.scene.put(PAY, source, HOUR)
    viewer.scene.put(PAY, source + timedelta(days=2), 2 * HOUR)
    viewer.scene.put(PAY, target, 5 * HOUR)
    form = Form(viewer.get("/copy", day=target, **{"from": source + timedelta(days=3)}).text)
    assert (form.fields["from"], form.fields["day"]) == (source.isoformat(), target.isoformat())
    answer = viewer.post("/copy", **{**form.fields, "mode": "hours", "issue": PAY})
    assert "1 worklog logged, 2h in all." in answer.text
    assert viewer.scene.hours(week_of(target, 0)) == {
        (PAY, target): [5 * HOUR],
        (PAY, target + timedelta(days=2)): [2 * HOUR],
    }


def test_a_week_is_not_copied_into_itself(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    answer = viewer.post("/copy", day=MONDAY, key="k" * 12, **{"from": MONDAY + timedelta(days=1)})
    assert answer.status_code == 422
    assert "Choose two different weeks." in answer.text


def test_a_preview_waits_only_for_worklogs_and_locks(viewer: Viewer) -> None:
    calls = calls_one_by_one(viewer, lambda: viewer.get("/copy", day=MONDAY))
    assert calls == ["read_worklogs", "read_row_locks"]
