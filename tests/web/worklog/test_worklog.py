"""The worklog dialog: its content, its requests to Jira, and its refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import partial
from html import unescape

import pytest
from flask import Flask

from tests.services.support.scene import BERLIN, MENTION, MONDAY, OPS, PAY, RICH
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import make_team_view
from tests.web.support.viewer import Form, Viewer, calls_one_by_one, make_viewer
from tests.web.support.worklog_form import address, change_behind, form_at, send, undo_in
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.identity import TimeTracking
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.viewer.person import profile_key
from timesheet.services.viewer.stale_read import last_key
from timesheet.services.worklog.safeguard.seen import seen_mark

HOUR = 3600
TUESDAY, LAST_FRIDAY = MONDAY + timedelta(days=1), MONDAY - timedelta(days=3)
CLOCKS_BACK = date(2026, 10, 25)


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
        # Jira may have changed since it was read.
        assert '<fieldset class="bare" disabled' not in answer.text


@pytest.mark.parametrize(
    ("lacks", "saves", "deletes", "again"),
    [
        ({Right.EDIT_OWN, Right.EDIT_ALL}, False, True, True),
        ({Right.DELETE_OWN, Right.DELETE_ALL}, True, False, True),
        (set(Right), False, False, True),
        (set(), True, True, True),
    ],
)
def test_the_form_offers_only_what_jira_permits(
    viewer: Viewer, lacks: set[Right], saves: bool, deletes: bool, again: bool
) -> None:
    viewer.scene.jira.lacking[PAY] = lacks
    form = viewer.get(address(viewer.scene.put(PAY, MONDAY, HOUR))).text
    assert ('type="submit"' in form, 'id="ask-delete"' in form) == (saves, deletes)
    assert ('<fieldset class="bare" disabled' in form, "Log again" in form) == (not saves, again)
    assert ("in PAY" in form) is bool(lacks)


def test_the_form_offers_no_more_time_where_jira_takes_none(viewer: Viewer) -> None:
    viewer.scene.jira.locked[PAY] = RowLock.PERMISSION
    form = viewer.get(address(viewer.scene.put(PAY, MONDAY, HOUR))).text
    assert ("Log again" in form, 'type="submit"' in form, 'id="ask-delete"' in form) == (False, True, True)


def test_a_worklog_that_may_not_be_deleted_is_not_asked_about(viewer: Viewer) -> None:
    viewer.scene.jira.lacking[PAY] = {Right.DELETE_OWN, Right.DELETE_ALL}
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.get(address(worklog))
    question = viewer.get(address(worklog, "/delete")).text
    assert ("You need “Delete own worklogs” in PAY." in question, 'type="submit"' in question) == (
        True,
        False,
    )


# --- one round of calls


def test_an_opened_worklog_waits_for_one_round_of_calls(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    assert calls_one_by_one(viewer, lambda: viewer.get(address(worklog))) == ["read_worklog"]


@pytest.mark.parametrize(("way", "waits_for"), [("again", "read_worklogs"), ("delete", "read_worklog")])
def test_a_worklog_is_read_while_the_account_is(viewer: Viewer, way: str, waits_for: str) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    calls = calls_one_by_one(viewer, lambda: viewer.get(f"{address(worklog)}/{way}"))
    assert calls == [waits_for]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/worklogs/new", {"issue": PAY, "day": MONDAY}),
        ("{worklog}/again", {}),
        ("/timesheet/gap", {"after": TUESDAY - timedelta(days=7)}),
        ("/copy", {"day": MONDAY}),
        ("/timesheet", {"view": "week", "day": MONDAY}),
    ],
    ids=str,
)
def test_worklogs_are_read_while_the_account_is(
    app: Flask, viewer: Viewer, path: str, values: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    jira, worklog = viewer.scene.jira, viewer.scene.put(PAY, MONDAY, HOUR)
    cache = app.extensions["timesheet"].operation.cache
    cache.put(last_key(profile_key(viewer.site.client_key, viewer.site.account)), jira.profile, 600)
    # No read that is begun has ended when the next one is needed.
    monkeypatch.setattr(jira, "begin", lambda _: None)
    answer = viewer.get(path.format(worklog=address(worklog)), **values)
    assert (answer.status_code, viewer.scene.calls()[0]) == (200, "read_worklogs")


def test_a_new_form_waits_only_for_the_worklogs_of_its_day(viewer: Viewer) -> None:
    ask = partial(viewer.get, "/worklogs/new", issue=PAY, day=MONDAY)
    assert calls_one_by_one(viewer, ask) == ["read_worklogs"]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/timesheet/cell", {"value": "1", "first": MONDAY, "last": MONDAY, "group": "issue"}),
        ("/worklogs", {"duration": "1h", "start": "09:00"}),
        ("{worklog}", {"duration": "2h", "source": PAY, "start": "09:00"}),
        ("{worklog}/duration", {"duration": "2h"}),
        ("{worklog}/delete", {}),
        ("/worklogs/move", {"source": PAY, "issue": OPS}),
        ("/worklogs/cell/delete", {"issue": PAY}),
    ],
    ids=str,
)
def test_a_save_waits_once_for_the_account_and_the_length_of_a_day(
    viewer: Viewer, path: str, values: dict[str, object]
) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    new = path in ("/timesheet/cell", "/worklogs")
    sent = {"issue": OPS if new else PAY, "day": MONDAY, "key": "key-of-a-save", "seen": ""}
    if not new:
        sent["seen"] = seen_mark(worklog)
    calls = calls_one_by_one(
        viewer, lambda: viewer.post(path.format(worklog=address(worklog)), **(sent | values))
    )
    assert {"read_profile", "read_time_tracking"} & set(calls) == set()


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


def test_a_new_form_offers_the_last_comment_on_its_issue(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Read <logs>"))
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=TUESDAY)
    assert form.fields["comment"].strip() == ""
    offer = 'data-comment="Read &lt;logs&gt;">Use the last comment: Read &lt;logs&gt;'
    assert offer in viewer.get("/worklogs/new", issue=PAY, day=TUESDAY).text
    # Another issue was chosen, and then nothing that is one.
    for issue, offered in ((PAY, True), (OPS, False), ("x", False), ("", False)):
        answer = viewer.get("/worklogs/preview", **{**form.fields, "issue": issue})
        assert (offer in answer.text) is offered
        assert '<p class="last-comment" id="last-comment">' in answer.text
    assert offer not in viewer.get(address(worklog)).text


def test_logging_answers_with_a_message_and_has_the_sheet_read_itself_again(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    answer = send(viewer, form, duration="1h 30m", comment="- one\r\n- two", start="14:05")
    assert answer.status_code == 200
    assert '<hx-partial hx-target="#dialog" hx-swap="innerHTML"></hx-partial>' in answer.text
    assert "1h 30m logged on PAY-12, Monday, 16 November 2026. Remaining estimate: 4h 30m." in answer.text
    assert answer.headers["HX-Trigger"] == '{"sheet-changed":{"target":"body"}}'
    [made] = viewer.scene.jira.worklogs.values()
    assert (made.seconds, made.started.astimezone(BERLIN).time()) == (5400, time(14, 5))
    assert made.comment is not None
    assert made.comment["content"][0]["type"] == "bulletList"


def test_t09_time_over_midnight_can_be_split_and_one_undo_takes_it_back(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY, start="23:00")
    typed = {**form.fields, "duration": "1h"}
    assert "Split at midnight" not in viewer.get("/worklogs/preview", **typed).text
    typed["duration"] = "3h"
    offered = viewer.get("/worklogs/preview", **typed).text
    assert 'hx-target="#midnight"' in offered
    assert "Split at midnight, one worklog for each day." in offered
    chosen = viewer.get("/worklogs/preview", **typed, split="1").text
    assert 'name="split" value="1" checked>' in chosen
    refused = send(viewer, form, duration="3h", split="1", new_estimate="some", adjust="new")
    assert refused.status_code == 422
    assert Form(refused.text).fields["split"] == "1", "what was chosen stays"
    answer = send(viewer, form, duration="3h", split="1")
    assert "1h logged on PAY-12, Monday, 16 November 2026." in answer.text
    assert "2h logged on PAY-12, Tuesday, 17 November 2026." in answer.text
    worklogs = viewer.scene.jira.worklogs.values()
    made = sorted((one.started.astimezone(BERLIN).date(), one.seconds) for one in worklogs)
    assert made == [(MONDAY, HOUR), (TUESDAY, 2 * HOUR)]
    viewer.post("/worklogs/undo", undo=undo_in(answer)[0])
    assert viewer.scene.jira.worklogs == {}


def test_a_day_that_no_worklog_can_have_is_no_failure(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    typed = {**form.fields, "start": "23:00", "duration": "8000h"}
    for day, offered in (("9998-12-31", True), ("9999-12-28", False), ("0001-01-01", False)):
        answer = viewer.get("/worklogs/preview", **{**typed, "day": day})
        assert (answer.status_code, "Split at midnight" in answer.text) == (200, offered)
        assert send(viewer, form, **{**typed, "day": day, "split": "1"}).status_code == 422


def test_t09_a_worklog_over_midnight_says_to_which_day_it_belongs(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, 16 * HOUR)
    html = viewer.get(address(worklog)).text
    assert "Ends on the next day; counts on this one" in html
    assert "Split at midnight" not in html
    long = viewer.scene.put(PAY, MONDAY, 50 * HOUR)
    assert "Ends 2 days later; counts on this one" in viewer.get(address(long)).text


def test_a_double_click_logs_once(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    for _ in range(2):
        assert send(viewer, form, duration="1").status_code == 200
    assert len(viewer.scene.jira.worklogs) == 1


def test_a_typed_key_is_enough_to_name_the_issue(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", day=MONDAY)
    assert send(viewer, form, text="ops-31", duration="1").status_code == 200
    assert [worklog.issue_id for worklog in viewer.scene.jira.worklogs.values()] == [OPS]


@pytest.mark.parametrize("typed", ["PAY-1", "pay-1", "https://example.atlassian.net/browse/PAY-1"])
def test_time_for_a_key_that_jira_does_not_show_is_not_logged_on_a_similar_one(
    viewer: Viewer, typed: str
) -> None:
    jira = viewer.scene.jira
    # Jira's search knows beginnings of keys, and words of a comment.
    jira.find_issues = lambda text: [jira.issues[PAY]]  # type: ignore[method-assign]
    form = form_at(viewer, "/worklogs/new", day=MONDAY)
    answer = send(viewer, form, text=typed, duration="1")
    assert answer.status_code == 422
    assert Form(answer.text).fields["text"] == typed
    assert not jira.worklogs


def test_time_for_several_keys_is_not_logged_and_none_of_them_is_read(viewer: Viewer) -> None:
    jira = viewer.scene.jira
    jira.find_issues = lambda text: [jira.issues[PAY]]  # type: ignore[method-assign]
    form = form_at(viewer, "/worklogs/new", day=MONDAY)
    viewer.scene.calls()
    answer = send(viewer, form, text=",".join(f"OPS-{n}" for n in range(30, 40)), duration="1")
    assert answer.status_code == 422
    assert "read_issue" not in viewer.scene.calls()
    assert not jira.worklogs


@pytest.mark.parametrize("typed", ["OLD-7", "https://example.atlassian.net/browse/ops-31?focusedId=1"])
def test_a_key_of_before_and_an_address_name_the_issue_too(viewer: Viewer, typed: str) -> None:
    jira, read_issue = viewer.scene.jira, viewer.scene.jira.read_issue

    def read_moved(id_or_key: str) -> Issue:
        return jira.issues[OPS] if id_or_key == "OLD-7" else read_issue(id_or_key)

    jira.read_issue = read_moved  # type: ignore[method-assign]
    form = form_at(viewer, "/worklogs/new", day=MONDAY)
    assert send(viewer, form, text=typed, duration="1").status_code == 200
    assert [worklog.issue_id for worklog in jira.worklogs.values()] == [OPS]


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


def test_a_comment_longer_than_can_be_typed_stays_with_a_changed_time(viewer: Viewer) -> None:
    """Jira takes 32,767 characters, so worklogs may have more than the app allows to type."""
    long = {**RICH, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x" * 32_767}]}]}
    worklog = viewer.scene.put(PAY, MONDAY, HOUR, comment=long)
    page = viewer.get(address(worklog))
    assert page.status_code == 200
    send(viewer, Form(page.text), duration="2h")
    after = viewer.scene.jira.worklogs[worklog.id]
    assert (after.seconds, after.comment) == (2 * HOUR, long)


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
    assert "45m moved to OPS-31, Tuesday, 17 November 2026." in answer.text
    [moved] = viewer.scene.jira.worklogs.values()
    assert (moved.issue_id, moved.day, moved.seconds, moved.comment) == (OPS, TUESDAY, 2700, RICH)
    assert viewer.scene.jira.issues[PAY].remaining_seconds == 7 * HOUR
    assert viewer.scene.jira.issues[OPS].remaining_seconds == HOUR - 2700


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


def test_a_stale_form_compares_starts_by_the_readers_clock(viewer: Viewer) -> None:
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale="en_US")
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, address(worklog))
    change_behind(viewer, worklog, seconds=3 * HOUR)
    assert "<td>9:00\u202fAM</td><td>1:30\u202fPM</td>" in send(viewer, form, start="13:30").text


def test_a_stale_form_says_that_its_worklog_was_moved_to_another_day(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, address(worklog))
    deletion = form_at(viewer, address(worklog, "/delete"))
    started = worklog.started + timedelta(days=1)
    moved = change_behind(viewer, worklog, day=TUESDAY, started=started)
    for sent in (form, deletion):
        answer = send(viewer, sent, comment="mine")
        assert answer.status_code == 409
        assert "This worklog was moved to" in answer.text
        assert "Its 1h counts there now." in answer.text
    assert viewer.scene.jira.worklogs == {worklog.id: moved}


def test_t34_a_stale_question_is_asked_again_about_what_is_there_now(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    question = form_at(viewer, address(worklog, "/delete"))
    change_behind(viewer, worklog, seconds=3 * HOUR)
    answer = send(viewer, question)
    assert answer.status_code == 409
    assert "This worklog was changed in the meantime: it is 3:00 now." in answer.text
    assert "<b>3h</b> on PAY-12" in answer.text
    assert list(viewer.scene.jira.worklogs) == [worklog.id]
    assert send(viewer, Form(answer.text)).status_code == 200
    assert viewer.scene.jira.worklogs == {}


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


@pytest.mark.parametrize("path", ["/worklogs/12/999", "/worklogs/99/1", "/worklogs/99/1/delete"])
def test_a_worklog_that_is_not_there_is_404(viewer: Viewer, path: str) -> None:
    assert viewer.get(path).status_code == 404


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


# --- log again


def test_a_worklog_is_logged_again_today_at_the_same_time(viewer: Viewer) -> None:
    held = viewer.scene.put(PAY, LAST_FRIDAY, 90 * 60, time(13, 15), comment=text_to_adf("Review"))
    form = form_at(viewer, address(held, "/again"))
    assert form.action == "/worklogs"
    names = ("issue", "day", "start", "duration", "comment", "seen", "source")
    assert [form.fields[name] for name in names] == [
        str(PAY), str(MONDAY), "13:15", "1h 30m", "Review", "", "",
    ]  # fmt: skip
    answer = send(viewer, form)
    assert answer.status_code == 200
    assert undo_in(answer)
    [before, after] = viewer.scene.jira.worklogs.values()
    assert before == held
    assert (after.issue_id, after.seconds, after.comment) == (PAY, 90 * 60, held.comment)
    assert after.started.astimezone(BERLIN).isoformat() == "2026-11-16T13:15:00+01:00"
    assert send(viewer, form).status_code == 200
    assert len(viewer.scene.jira.worklogs) == 2


def test_a_worklog_of_today_is_logged_again_after_the_last_work(viewer: Viewer) -> None:
    held = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.put(OPS, MONDAY, HOUR, time(11))
    assert form_at(viewer, address(held, "/again")).fields["start"] == "12:00"


def test_on_a_timesheet_of_other_days_a_worklog_is_logged_again_on_its_own_day(viewer: Viewer) -> None:
    made = viewer.scene.put(PAY, LAST_FRIDAY, HOUR, time(9))
    week = viewer.get("/timesheet", view="week", layout="list", day=LAST_FRIDAY).text
    button = week[week.index(f'id="again-{made.id}"') :].partition(">")[0]
    assert 'hx-include="#sheet-choice"' in button
    assert 'hx-include="#sheet-choice"' in viewer.get(address(made)).text
    last_week = {"first": MONDAY - timedelta(days=7), "last": MONDAY - timedelta(days=1)}
    form = form_at(viewer, address(made, "/again"), **last_week)
    assert [form.fields[name] for name in ("day", "start")] == [str(LAST_FRIDAY), "10:00"]
    both_weeks = {**last_week, "last": MONDAY}
    assert form_at(viewer, address(made, "/again"), **both_weeks).fields["day"] == str(MONDAY)


def test_the_comment_of_a_restricted_worklog_is_not_logged_again(viewer: Viewer) -> None:
    held = viewer.scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Secret"), restricted=True)
    assert "Secret" not in viewer.get(address(held, "/again")).text


def test_a_form_offers_to_log_again_what_is_the_viewers_own(viewer: Viewer) -> None:
    own, other = (viewer.scene.put(PAY, MONDAY, HOUR, author=who) for who in ("viewer-1", "ana"))
    assert 'id="log-again"' in viewer.get(address(own)).text
    assert 'id="log-again"' not in viewer.get(address(other)).text
    assert 'id="log-again"' not in viewer.get("/worklogs/new", issue=PAY).text
    assert f'id="again-{own.id}"' in viewer.get("/timesheet", view="week", layout="list", day=MONDAY).text


def test_the_head_of_a_form_names_the_person_whose_worklog_it_shows(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    view = make_team_view(app, site, clock).viewer
    own, other = (view.scene.put(PAY, MONDAY, HOUR, author=who) for who in ("viewer-1", "ana"))

    def head(worklog: Worklog, path: str = "") -> str:
        html = view.get(address(worklog, path)).text
        return " ".join(html.split('id="dialog-title">')[1].split("</h2>")[0].split())

    assert (head(own), head(own, "/delete")) == ("Edit worklog", "Delete this worklog?")
    assert (head(other), head(other, "/delete")) == (
        "Edit worklog of Name of ana",
        "Delete this worklog of Name of ana?",
    )


def test_a_worklog_that_is_gone_is_not_logged_again(viewer: Viewer) -> None:
    held = viewer.scene.put(PAY, MONDAY, HOUR)
    del viewer.scene.jira.worklogs[held.id]
    assert viewer.get(address(held, "/again")).status_code == 404


# --- who may ask

GETS = (
    *("/worklogs/new", "/worklogs/cell?issue=12&day=2026-11-16", "/worklogs/echo", "/worklogs/preview"),
    *("/worklogs/12/1", "/worklogs/12/1/again", "/worklogs/12/1/delete", "/issues", "/issue-panel?issue=12"),
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
    assert viewer.jira_clients == []


@pytest.mark.parametrize("path", [*POSTS, "/worklogs/new"])
def test_a_page_token_opens_no_fragment_and_changes_nothing(viewer: Viewer, path: str) -> None:
    method = "POST" if path in POSTS else "GET"
    token = viewer.site.signed(method, path)
    answer = viewer.site.client.open(path, method=method, query_string={"jwt": token})
    assert answer.status_code == 401


def test_jira_is_called_as_the_viewer_of_the_site_that_signed_the_token(
    viewer: Viewer, app: Flask, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    other = new_site("globex")
    assert other.install().status_code == 204
    stranger = make_viewer(app, other, clock)
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    assert stranger.get(address(worklog)).status_code == 404
    assert set(stranger.jira_clients) == {("key-of-globex", "viewer-1")}


@pytest.mark.parametrize("place", ["body", "sheet", "panel-form, body"])
def test_an_answer_goes_only_where_forms_belong(viewer: Viewer, place: str) -> None:
    assert viewer.get("/worklogs/new", place=place).status_code == 404
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    assert f'hx-target="#{place}"' not in send(viewer, form, duration="1", place=place).text
