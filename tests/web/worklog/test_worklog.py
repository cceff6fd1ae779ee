"""The worklog dialog and the list of a cell: their content, their requests to Jira, and their refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask

from tests.services.support.scene import BARE, BERLIN, MENTION, MONDAY, OPS, PAY, RICH
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.viewer import Form, Viewer, make_viewer
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.identity import TimeTracking
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.seen import seen_mark

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)
CLOCKS_BACK, CLOCKS_ON = date(2026, 10, 25), date(2026, 3, 29)


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    return make_viewer(app, site, clock)


def address(worklog: Worklog, tail: str = "") -> str:
    return f"/worklogs/{worklog.issue_id}/{worklog.id}{tail}"


def form_at(viewer: Viewer, path: str, **values: object) -> Form:
    answer = viewer.get(path, **values)
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


def undo_in(answer: Any) -> list[str]:
    """Return the tokens that a response offers for its undo."""
    return re.findall(r"data-undo(?:able)?=\"([0-9a-f,]+)\"", answer.text)


def send(viewer: Viewer, form: Form, **changes: object) -> Any:
    return viewer.post(form.action, **{**form.fields, **changes})


# --- an issue that takes no time


@pytest.mark.parametrize(
    ("lock", "new", "old"), [(RowLock.WORKFLOW, True, True), (RowLock.PERMISSION, True, False)]
)
def test_the_form_says_before_that_jira_takes_no_time(
    viewer: Viewer, lock: RowLock, new: bool, old: bool
) -> None:
    jira = viewer.scene.jira
    jira.locked[PAY] = lock
    worklog, reason = viewer.scene.put(PAY, MONDAY, HOUR), lock.sentence(jira.issues[PAY])
    empty = form_at(viewer, "/worklogs/new", day=MONDAY)
    assert reason not in viewer.get("/worklogs/new", day=MONDAY).text
    chosen = viewer.get("/worklogs/preview", **{**empty.fields, "issue": PAY})
    for answer, said in (
        (viewer.get("/worklogs/new", issue=PAY, day=MONDAY), new),
        (chosen, new),
        (viewer.get(address(worklog)), old),
        (viewer.get("/worklogs/new", issue=OPS, day=MONDAY), False),
    ):
        assert (reason in unescape(answer.text)) is said
        # Jira may have changed since it was asked.
        assert '<fieldset class="bare" disabled' not in answer.text


# --- a new worklog


def test_a_new_form_begins_after_the_last_work_of_the_day(viewer: Viewer) -> None:
    viewer.scene.put(OPS, MONDAY, 90 * 60)
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    assert form.action == "/worklogs"
    assert form.fields["issue"] == str(PAY)
    assert form.fields["text"] == "PAY-12 Work on PAY-12"
    assert form.fields["day"] == "2026-11-16"
    assert form.fields["start"] == "10:30"


def test_a_new_form_takes_what_the_address_says(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", day=TUESDAY, start="13:15", end="840")
    assert (form.fields["issue"], form.fields["start"], form.fields["duration"]) == ("", "13:15", "45m")


def test_logging_answers_with_a_message_and_has_the_sheet_read_itself_again(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    answer = send(viewer, form, duration="1h 30m", comment="- one\r\n- two", start="14:05")
    assert answer.status_code == 200
    assert '<hx-partial hx-target="#dialog" hx-swap="innerHTML"></hx-partial>' in answer.text
    assert "1h 30m logged on PAY-12, Monday, 16 November 2026. 4h 30m left." in answer.text
    assert answer.headers["HX-Trigger"] == '{"sheet-changed":{"target":"body"}}'
    [made] = viewer.scene.jira.worklogs.values()
    assert (made.seconds, made.started.astimezone(BERLIN).time()) == (5400, time(14, 5))
    assert made.comment is not None
    assert made.comment["content"][0]["type"] == "bulletList"


def test_a_double_click_logs_once(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    for _ in range(2):
        assert send(viewer, form, duration="1").status_code == 200
    assert len(viewer.scene.jira.worklogs) == 1


def test_a_typed_key_is_enough_to_name_the_issue(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", day=MONDAY)
    assert send(viewer, form, text="ops-31", duration="1").status_code == 200
    assert [worklog.issue_id for worklog in viewer.scene.jira.worklogs.values()] == [OPS]


INVALID = {
    "no duration": ({"duration": ""}, "duration"),
    "no such duration": ({"duration": "1:75"}, "duration"),
    "nothing": ({"duration": "0"}, "duration"),
    "no day": ({"day": ""}, "day"),
    "no such day": ({"day": "2026-02-30"}, "day"),
    "before Jira's time": ({"day": "1969-12-31"}, "day"),
    "no start": ({"start": ""}, "start"),
    "no such start": ({"start": "24:30"}, "start"),
    "no issue": ({"issue": "", "text": ""}, "issue"),
    "words that name several issues": ({"issue": "", "text": "work"}, "issue"),
    "an estimate that is none": ({"adjust": "new", "new_estimate": "soon"}, "estimate"),
    "no estimate": ({"adjust": "manual", "adjust_by": ""}, "estimate"),
    "no such way": ({"adjust": "guess"}, "estimate"),
    "too long a comment": ({"comment": "x" * 32_001}, "comment"),
    "a key that is none": ({"key": "?"}, "form"),
}


@pytest.mark.parametrize("case", INVALID)
def test_bad_input_comes_back_with_its_sentence_beside_it(viewer: Viewer, case: str) -> None:
    changes, field = INVALID[case]
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    typed = {"duration": "1h 20m", "comment": "kept as it is", **changes}
    answer = send(viewer, form, **typed)
    assert answer.status_code == 422
    again = Form(answer.text)
    assert {name: again.fields[name] for name in typed if name != "adjust"} == {
        name: value for name, value in typed.items() if name != "adjust"
    }
    if field == "form":
        assert '<p role="alert">' in answer.text
    else:
        assert f'aria-invalid="true" aria-describedby="error-{field}' in answer.text
        assert f'id="error-{field}"' in answer.text
    assert "HX-Trigger" not in answer.headers
    assert viewer.scene.jira.worklogs == {}


def test_a_refused_form_can_be_mended_and_sent(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    refused = Form(send(viewer, form, duration="1:75").text)
    assert send(viewer, refused, duration="1:15").status_code == 200
    assert [w.seconds for w in viewer.scene.jira.worklogs.values()] == [4500]


def test_a_refusal_names_the_permission_and_leaves_the_form_alone(viewer: Viewer) -> None:
    sentence = "You need “Work on issues” in PAY. A project admin can grant it."
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    viewer.scene.jira.failing["create_worklog"] = [NotAllowed(sentence, permission="Work on issues")]
    answer = send(viewer, form, duration="1")
    assert answer.status_code == 403
    assert sentence in answer.text
    assert 'id="problem"' in answer.text
    assert send(viewer, form, duration="1").status_code == 200, "the same form works once it is granted"


def test_jira_down_is_said_and_nothing_is_lost(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    viewer.scene.jira.failing["create_worklog"] = [JiraUnavailable("Jira does not answer.")]
    answer = send(viewer, form, duration="1")
    assert (answer.status_code, "Jira does not answer." in answer.text) == (502, True)


def test_where_time_tracking_is_off_no_form_opens(viewer: Viewer) -> None:
    viewer.scene.jira.tracking = TimeTracking(False, 28800, 144000)
    answer = viewer.get("/worklogs/new", issue=PAY)
    assert (answer.status_code, "Time tracking is switched off" in answer.text) == (409, True)


# --- what is said while somebody types


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1,5", "1h 30m · 1.50 h"),
        ("90m", "1h 30m · 1.50 h"),
        ("2d", "16h · 16.00 h · 1d = 8h, 1w = 40h"),
        ("25", "25h · 25.00 h</p>"),
        ("1:00:40", '1h 1m · 1.02 h <span class="warning">Jira stores whole minutes: saved as 1h 1m.</span>'),
        ("-1", '<span class="error">Time spent cannot be negative.</span>'),
        ("", "></p>"),
    ],
)
def test_t11_t12_a_duration_is_read_back(viewer: Viewer, text: str, says: str) -> None:
    assert says in viewer.get("/worklogs/echo", duration=text).text


def test_hours_are_read_back_with_the_decimal_sign_of_the_readers_locale(viewer: Viewer) -> None:
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale="de_DE")
    assert "1,50" in viewer.get("/worklogs/echo", duration="1.5").text


PREVIEWS = [
    ({"remaining": 21600, "duration": "1h 30m"}, "6h left → 4h 30m left"),
    ({"remaining": 3600, "duration": "2h"}, "1h left → 0m left"),
    ({"remaining": 21600, "duration": "1h", "adjust": "leave"}, "6h left, unchanged"),
    ({"remaining": 21600, "duration": "1h", "adjust": "new", "new_estimate": "2h"}, "6h left → 2h left"),
    ({"remaining": 21600, "duration": "1h", "adjust": "manual", "adjust_by": "30m"}, "6h left → 5h 30m left"),
    ({"remaining": "", "duration": "1h"}, "No estimate, unchanged"),
    ({"remaining": "", "duration": "1h", "adjust": "new", "new_estimate": "2h"}, "No estimate → 2h left"),
    ({"remaining": 21600, "duration": "soon"}, "6h left<"),
    (
        {"remaining": 21600, "duration": "3h", "was_seconds": 3600, "issue": 1, "source": 1},
        "6h left → 4h left",
    ),
    (
        {"remaining": 21600, "duration": "1h", "was": "1h", "was_seconds": 3629, "issue": 1, "source": 1},
        "6h left, unch",
    ),
    (
        {"remaining": 21600, "duration": "3h", "was_seconds": 3600, "issue": 2, "source": 1},
        "6h left → 3h left",
    ),
    ({"remaining": 21600, "was_seconds": 3600, "deleting": 1}, "6h left → 7h left"),
    ({"remaining": 21600, "was_seconds": 3600, "deleting": 1, "adjust": "leave"}, "6h left, unchanged"),
    (
        {"remaining": 0, "was_seconds": 60, "deleting": 1, "adjust": "manual", "adjust_by": "2"},
        "0m left → 2h left",
    ),
]


@pytest.mark.parametrize(("fields", "says"), PREVIEWS)
def test_t31_the_estimate_after_is_shown_before(viewer: Viewer, fields: dict[str, object], says: str) -> None:
    assert says in viewer.get("/worklogs/preview", **fields).text


def test_the_dialog_warns_about_the_sum_of_the_day_as_saving_does(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, 20 * HOUR)
    form = form_at(viewer, "/worklogs/new", issue=OPS, day=MONDAY)
    asked = {**form.fields, "duration": "5h"}
    too_long = "That makes 25h on one day."
    assert too_long in viewer.get("/worklogs/preview", **asked).text
    assert "on one day" not in viewer.get("/worklogs/preview", **{**asked, "duration": "4h"}).text
    assert "on one day" not in viewer.get("/worklogs/preview", **{**asked, "day": str(TUESDAY)}).text
    assert "on one day" not in viewer.get("/worklogs/preview", **asked, split=1).text
    assert too_long in send(viewer, form, duration="5h").text
    edited = form_at(viewer, f"/worklogs/{PAY}/{worklog.id}").fields
    assert "on one day" not in viewer.get("/worklogs/preview", **{**edited, "duration": "19h"}).text
    assert too_long in viewer.get("/worklogs/preview", **{**edited, "duration": "20h"}).text


def test_time_drawn_over_a_clock_change_is_the_time_that_passes(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", day="2026-10-25", start="01:00", end="240")
    assert form.fields["duration"] == "4h"


def test_t31_the_preview_tells_what_jira_then_does(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    asked = {**form.fields, "duration": "2h", "adjust": "manual", "adjust_by": "45m"}
    assert "6h left → 5h 15m left" in viewer.get("/worklogs/preview", **asked).text
    send(viewer, form, duration="2h", adjust="manual", adjust_by="45m")
    assert viewer.scene.jira.issues[PAY].remaining_seconds == 5 * HOUR + 900


def test_no_estimate_is_invented(viewer: Viewer) -> None:
    send(viewer, form_at(viewer, "/worklogs/new", issue=BARE, day=MONDAY), duration="2h")
    assert viewer.scene.jira.issues[BARE].remaining_seconds is None


def test_t06_a_time_that_comes_twice_is_asked_about(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=CLOCKS_BACK)
    asked = viewer.get("/worklogs/preview", **{**form.fields, "start": "02:30"}).text
    assert "occurs twice" in asked
    assert "The first (CEST)" in asked
    assert "The second (CET)" in asked
    for fold, utc in (("0", time(0, 30)), ("1", time(1, 30))):
        again = form_at(viewer, "/worklogs/new", issue=PAY, day=CLOCKS_BACK)
        send(viewer, again, start="02:30", fold=fold, duration="1")
        *_, made = viewer.scene.jira.worklogs.values()
        assert made.started.time() == utc


def test_t06_a_time_that_the_clocks_skip_moves_on_and_says_so(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=CLOCKS_ON)
    says = "The clocks skip 02:30 on that day: the time begins at 03:30."
    assert says in viewer.get("/worklogs/preview", **{**form.fields, "start": "02:30"}).text
    assert says in send(viewer, form, start="02:30", duration="1").text


@pytest.mark.parametrize(("fold", "writes", "utc"), [("1", 0, time(1, 30)), ("0", 1, time(0, 30))])
def test_t06_the_pass_of_a_repeated_hour_is_kept_or_changed(
    viewer: Viewer, fold: str, writes: int, utc: time
) -> None:
    plain = viewer.scene.put(PAY, CLOCKS_BACK, HOUR, time(2, 30))
    second = replace(plain, started=plain.started + timedelta(hours=1))
    viewer.scene.jira.worklogs[plain.id] = second
    form = form_at(viewer, address(second))
    assert form.fields["fold"] == "1"
    viewer.scene.calls()
    send(viewer, form, fold=fold)
    assert viewer.scene.calls().count("update_worklog") == writes
    assert viewer.scene.jira.worklogs[plain.id].started.time() == utc


# --- a worklog that is already there


def test_t16_an_untouched_form_sends_nothing(viewer: Viewer) -> None:
    odd = viewer.scene.put(PAY, MONDAY, 5429, time(9, 0, 37), comment=RICH)
    form = form_at(viewer, address(odd))
    assert (form.fields["duration"], form.fields["start"]) == ("1h 30m", "09:00")
    viewer.scene.calls()
    answer = send(viewer, form)
    assert (answer.status_code, "Nothing was changed." in answer.text) == (200, True)
    assert "update_worklog" not in viewer.scene.calls()
    assert viewer.scene.jira.worklogs[odd.id] == odd


def test_t33_a_changed_time_leaves_a_rich_comment_byte_for_byte(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR, comment=RICH)
    page = viewer.get(address(worklog)).text
    assert "has formatting from Jira" in page
    send(viewer, Form(page), duration="2h")
    after = viewer.scene.jira.worklogs[worklog.id]
    assert (after.seconds, after.comment) == (2 * HOUR, RICH)


def test_t33_a_changed_comment_keeps_its_mentions(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR, comment=RICH)
    form = form_at(viewer, address(worklog))
    send(viewer, form, comment=form.fields["comment"].replace("Hi", "Hello"))
    after = viewer.scene.jira.worklogs[worklog.id].comment
    assert after is not None
    assert MENTION in after["content"][0]["content"]


def test_a_text_that_looks_like_html_is_shown_as_text(viewer: Viewer) -> None:
    text = '<img src=x onerror="alert(1)">'
    comment = {**RICH, "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}
    worklog = viewer.scene.put(PAY, MONDAY, HOUR, comment=comment)
    for page in (viewer.get(address(worklog)), viewer.get("/worklogs/cell", issue=PAY, day=MONDAY)):
        assert "<img" not in page.text
        assert "&lt;img" in page.text


def test_the_dialog_moves_to_another_day_and_issue_with_its_changes(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR, comment=RICH)
    answer = send(
        viewer, form_at(viewer, address(worklog)), issue=OPS, text="OPS-31", day=TUESDAY, duration="45m"
    )
    assert "45m moved on OPS-31, Tuesday, 17 November 2026." in answer.text
    [moved] = viewer.scene.jira.worklogs.values()
    assert (moved.issue_id, moved.day, moved.seconds, moved.comment) == (OPS, TUESDAY, 2700, RICH)
    assert viewer.scene.jira.issues[PAY].remaining_seconds == 7 * HOUR
    assert viewer.scene.jira.issues[OPS].remaining_seconds == HOUR - 2700


def change_behind(viewer: Viewer, worklog: Worklog, **changes: Any) -> Worklog:
    viewer.scene.wait(1)
    newer = replace(worklog, updated=viewer.scene.jira.now, **changes)
    viewer.scene.jira.worklogs[worklog.id] = newer
    return newer


def test_t34_a_stale_form_asks_whose_values_are_to_stay(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, address(worklog))
    theirs = change_behind(viewer, worklog, seconds=3 * HOUR)
    answer = send(viewer, form, duration="2h", comment="mine")
    assert answer.status_code == 409
    assert "<td>3h</td><td>2h</td>" in answer.text
    assert "Use what Jira has" in answer.text
    assert viewer.scene.jira.worklogs[worklog.id] == theirs, "nothing was overwritten"
    assert send(viewer, Form(answer.text)).status_code == 200
    after = viewer.scene.jira.worklogs[worklog.id]
    assert (after.seconds, after.comment is not None) == (2 * HOUR, True)


def test_t34_the_question_comes_again_when_somebody_is_quicker_twice(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, address(worklog))
    once = change_behind(viewer, worklog, seconds=3 * HOUR)
    question = Form(send(viewer, form, duration="2h").text)
    twice = change_behind(viewer, once, seconds=4 * HOUR)
    assert send(viewer, question).status_code == 409
    assert viewer.scene.jira.worklogs[worklog.id] == twice


def test_what_was_typed_for_a_deleted_worklog_can_be_logged_again(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, address(worklog))
    del viewer.scene.jira.worklogs[worklog.id]
    answer = send(viewer, form, duration="2h")
    assert (answer.status_code, "This worklog is gone" in answer.text) == (409, True)
    assert "16 November 2026" in answer.text
    assert ">2026-11-16<" not in answer.text
    assert send(viewer, Form(answer.text)).status_code == 200
    assert [w.seconds for w in viewer.scene.jira.worklogs.values()] == [2 * HOUR]


def test_a_form_of_another_worklog_is_refused(viewer: Viewer) -> None:
    first, second = viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(PAY, MONDAY, HOUR, time(11))
    form = form_at(viewer, address(first))
    answer = viewer.post(address(second), **{**form.fields, "duration": "2h"})
    assert answer.status_code == 422
    assert {w.seconds for w in viewer.scene.jira.worklogs.values()} == {HOUR}


@pytest.mark.parametrize("path", ["/worklogs/12/999", "/worklogs/99/1", "/worklogs/12/999/delete"])
def test_a_worklog_that_is_not_there_is_404(viewer: Viewer, path: str) -> None:
    assert viewer.get(path).status_code == 404


# --- the list behind a cell


def test_t34_the_list_shows_every_worklog_of_the_cell(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR, restricted=True)
    viewer.scene.put(PAY, MONDAY, 1800, time(11), comment=RICH)
    viewer.scene.put(OPS, MONDAY, 600, time(15))
    page = viewer.get("/worklogs/cell", issue=PAY, day=MONDAY).text
    assert page.count('class="worklog"') == 2
    for text in (
        "09:00–10:00",
        "11:00–11:30",
        "Restricted",
        "Hi @Ada Example",
        "<b>1h 30m</b>",
        "Delete all 2",
    ):
        assert text in page
    assert "15:00" not in page


def test_an_empty_cell_opens_the_form_for_it(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/cell", issue=PAY, day=TUESDAY)
    assert (form.action, form.fields["issue"], form.fields["day"]) == ("/worklogs", str(PAY), "2026-11-17")


def test_the_time_of_one_worklog_changes_in_the_list(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, "/worklogs/cell", issue=PAY, day=MONDAY)
    assert form.action == address(worklog, "/duration")
    answer = send(viewer, form, duration="1:45")
    assert 'value="1h 45m"' in answer.text
    assert viewer.scene.jira.worklogs[worklog.id].seconds == 6300
    viewer.scene.calls()
    send(viewer, Form(answer.text))
    assert viewer.scene.calls().count("update_worklog") == 0


def test_a_bad_time_in_the_list_stays_where_it_was_typed(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    answer = send(viewer, form_at(viewer, "/worklogs/cell", issue=PAY, day=MONDAY), duration="7x")
    assert answer.status_code == 422
    assert 'value="7x"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_t34_a_stale_list_overwrites_nothing_and_shows_what_is_there(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, "/worklogs/cell", issue=PAY, day=MONDAY)
    change_behind(viewer, worklog, seconds=3 * HOUR)
    answer = send(viewer, form, duration="2h")
    assert answer.status_code == 409
    assert 'value="3h"' in answer.text
    assert viewer.scene.jira.worklogs[worklog.id].seconds == 3 * HOUR


# --- deleting and restoring


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
    assert "Somebody has changed this worklog in the meantime" in answer.text
    assert list(viewer.scene.jira.worklogs) == [both[1].id]


def test_t34_a_worklog_that_changed_is_not_deleted(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    change_behind(viewer, worklog, seconds=2 * HOUR)
    for more in ({}, {"cell": MONDAY}):
        assert viewer.post(address(worklog, "/delete"), seen=seen_mark(worklog), **more).status_code == 409
    assert worklog.id in viewer.scene.jira.worklogs


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

    def create_one(*args: Any) -> Worklog:
        made = create(*args)
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


# --- moving by cut and paste


def test_a_worklog_moves_to_another_cell_and_back(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR, time(14))
    answer = viewer.post(
        "/worklogs/move", source=PAY, seen=seen_mark(worklog), issue=OPS, day=TUESDAY, key="move-0001"
    )
    [moved] = viewer.scene.jira.worklogs.values()
    assert (moved.issue_id, moved.day, moved.started.astimezone(BERLIN).time()) == (OPS, TUESDAY, time(14))
    assert "data-undo" in answer.text
    [tokens] = set(undo_in(answer))
    undone = viewer.post("/worklogs/undo", undo=tokens)
    assert "1h restored on PAY-12" in undone.text
    assert "data-undo" not in undone.text
    [again] = viewer.scene.jira.worklogs.values()
    assert (again.issue_id, again.day, again.started) == (PAY, MONDAY, worklog.started)


def test_a_refused_move_moves_nothing(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.jira.failing["create_worklog"] = [NotAllowed("You need “Work on issues” in OPS.")]
    move = {"source": PAY, "issue": OPS, "day": TUESDAY, "key": "move-0001"}
    answer = viewer.post("/worklogs/move", **move, seen=seen_mark(worklog))
    assert (answer.status_code, "You need “Work on issues” in OPS." in answer.text) == (403, True)
    assert viewer.scene.jira.worklogs == {worklog.id: worklog}


# --- who may ask

GETS = (
    *("/worklogs/new", "/worklogs/cell?issue=12&day=2026-11-16", "/worklogs/echo", "/worklogs/preview"),
    *("/worklogs/12/1", "/worklogs/12/1/delete", "/issues", "/issue-panel?issue=12"),
)
POSTS = (
    *("/worklogs", "/worklogs/12/1", "/worklogs/12/1/duration", "/worklogs/12/1/delete"),
    *("/worklogs/cell/delete", "/worklogs/undo", "/worklogs/move"),
)


@pytest.mark.parametrize("path", GETS + POSTS)
def test_nobody_without_a_session_is_let_in(viewer: Viewer, path: str) -> None:
    client = viewer.site.client
    answer = client.post(path) if path in POSTS else client.get(path)
    assert answer.status_code == 401
    assert viewer.asked_as == []


@pytest.mark.parametrize("path", [*POSTS, "/worklogs/new"])
def test_a_page_token_opens_no_fragment_and_changes_nothing(viewer: Viewer, path: str) -> None:
    method = "POST" if path in POSTS else "GET"
    token = viewer.site.signed(method, path)
    answer = viewer.site.client.open(path, method=method, query_string={"jwt": token})
    assert answer.status_code == 401


def test_jira_is_asked_as_the_viewer_of_the_site_that_vouched(
    viewer: Viewer, app: Flask, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    other = new_site("globex")
    assert other.install().status_code == 204
    stranger = make_viewer(app, other, clock)
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    assert stranger.get(address(worklog)).status_code == 404
    assert set(stranger.asked_as) == {("key-of-globex", "viewer-1")}


@pytest.mark.parametrize("place", ["body", "sheet", "panel-form, body"])
def test_an_answer_goes_only_where_forms_belong(viewer: Viewer, place: str) -> None:
    assert viewer.get("/worklogs/new", place=place).status_code == 404
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    assert f'hx-target="#{place}"' not in send(viewer, form, duration="1", place=place).text
