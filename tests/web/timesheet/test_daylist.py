"""The list layout: its days and lines, and a duration edited in its line."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from flask import Flask

from tests.domain.support.leaves import leave_range
from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import make_team_view
from tests.web.support.viewer import HTMX, Viewer
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.changed_issue import note_moved
from timesheet.services.worklog.safeguard.seen import seen_mark

HOUR = 3600
COMMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "<b>Checked</b> twice"}]}],
}
AUTUMN = date(2026, 10, 25)
CHOICE = {"view": "week", "day": MONDAY, "layout": "list"}


def address(worklog: Worklog) -> str:
    return f"/list/{worklog.issue_id}/{worklog.id}"


every_list = pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/timesheet", {"view": "week", "day": AUTUMN, "layout": "list"}),
        ("/timesheet", {"view": "week", "day": AUTUMN, "layout": "calendar"}),
        ("/timesheet/tip", {"issue": PAY, "day": AUTUMN}),
        ("/worklogs/cell", {"issue": PAY, "day": AUTUMN}),
        ("/teams/alpha/worklogs", {"person": "viewer-1", "day": AUTUMN}),
    ],
)


@every_list
def test_a_clock_of_twelve_hours_is_written_alike_everywhere(
    app: Flask, site: JiraSite, clock: SettableClock, path: str, query: dict[str, object]
) -> None:
    viewer = make_team_view(app, site, clock).viewer
    viewer.scene.put(PAY, AUTUMN, HOUR, time(10, 30))
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale="en_US")
    assert "10:30\u2009–\u200911:30\u202fAM" in viewer.get(path, **query).text


@every_list
def test_t06_the_second_pass_of_an_hour_is_marked(
    app: Flask, site: JiraSite, clock: SettableClock, path: str, query: dict[str, object]
) -> None:
    viewer = make_team_view(app, site, clock).viewer
    first, second = (viewer.scene.put(PAY, AUTUMN, 1800, time(2, 30)) for _ in range(2))
    again = replace(second, started=second.started + timedelta(hours=1))
    viewer.scene.jira.worklogs[second.id] = again
    assert (first.started.astimezone(BERLIN).time(), again.started.astimezone(BERLIN).time()) == (
        time(2, 30),
        time(2, 30),
    )
    text = viewer.get(path, **query).text
    assert text.count("02:30–") >= 2
    assert text.count("(second time)") == 1
    assert text.rindex("02:30–") < text.index("(second time)")


def test_every_day_is_listed_with_its_worklogs_by_start(viewer: Viewer) -> None:
    late = viewer.scene.put(PAY, MONDAY, HOUR, time(14))
    early = viewer.scene.put(OPS, MONDAY, 2 * HOUR, time(9), comment=COMMENT)
    text = viewer.get("/timesheet", **CHOICE).text
    assert text.count('class="list-head"') == 7
    assert text.count("data-choose-day") == 1, "a day without worklogs has nothing to select"
    assert text.index(f'id="w{early.id}"') < text.index(f'id="w{late.id}"')
    assert "09:00–11:00" in text
    assert "<b>3:00</b>" in text
    assert "of 8:00" in text
    assert "−5:00" in text
    assert "&lt;b&gt;Checked&lt;/b&gt; twice" in text


def test_a_worklog_that_only_some_may_see_has_a_mark(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    assert "Restricted" not in viewer.get("/timesheet", **CHOICE).text
    viewer.scene.put(OPS, MONDAY, HOUR, time(11), restricted=True)
    assert viewer.get("/timesheet", **CHOICE, refresh=1).text.count("Restricted") == 1


@pytest.mark.parametrize("layout", ["list", "calendar"])
def test_the_head_of_a_day_off_says_why(
    app: Flask, site: JiraSite, clock: SettableClock, layout: str
) -> None:
    view, span = make_team_view(app, site, clock), DateSpan(MONDAY, MONDAY)
    with view.app.app_context():
        view.stores.leaves.replace("viewer-1", span, leave_range("viewer-1", span, "vacation"))
        view.commit()
    text = view.viewer.get("/timesheet", **CHOICE | {"layout": layout}).text
    heading = re.search(rf'<h2 id="name-{MONDAY}".*?</h2>', text, re.DOTALL)
    assert heading is not None
    assert "Vacation" in re.sub(r'title="[^"]*"', "", heading.group())


def test_t09_work_over_midnight_stays_on_its_first_day_and_says_so(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, 2 * HOUR, time(23))
    text = viewer.get("/timesheet", **CHOICE).text
    assert "23:00–01:00" in text
    assert "counts on this one" in text
    assert text.index("23:00–01:00") < text.index(f'id="day-{MONDAY + timedelta(days=1)}"')


def test_t09_work_until_midnight_does_not_end_on_the_next_day(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, 2 * HOUR, time(22))
    text = viewer.get("/timesheet", **CHOICE).text
    assert "22:00–00:00" in text
    assert "counts on this one" not in text


def test_t09_work_of_several_days_says_when_it_ends(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, 50 * HOUR, time(9))
    text = viewer.get("/timesheet", **CHOICE).text
    assert re.search(r'title="Ends 2 days later; counts on this one">\+2<span class="sr-only">\s*days<', text)


def test_a_typed_duration_is_saved_and_only_the_line_and_its_head_come_back(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    answer = viewer.post(address(worklog), value="1h 30m", was="1:00", seen=seen_mark(worklog), **CHOICE)
    assert answer.status_code == 200
    assert viewer.scene.hours() == {(PAY, MONDAY): [90 * 60]}
    assert f'hx-target="#w{worklog.id}"' in answer.text
    assert f'hx-target="#head-{MONDAY}"' in answer.text
    assert "<b>1:30</b>" in answer.text
    assert answer.text.count('<li class="line ') == 1
    assert "<span>1:30 of 40:00</span><progress" in answer.text


def test_t36_a_saved_line_still_names_the_key_before_a_move(app: Flask, viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    note_moved(app.extensions["timesheet"].operation.cache, viewer.site.client_key, PAY, "OPS-7")
    assert "(was OPS-7)" in viewer.get("/timesheet", **CHOICE).text
    answer = viewer.post(address(worklog), value="2", was="1:00", seen=seen_mark(worklog), **CHOICE)
    assert "(was OPS-7)" in answer.text


def test_t16_an_unchanged_duration_sends_nothing(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR + 20)
    viewer.get("/timesheet", **CHOICE)
    viewer.scene.calls()
    answer = viewer.post(address(worklog), value="1:00", was="1:00", seen=seen_mark(worklog), **CHOICE)
    assert answer.status_code == 200
    assert "update_worklog" not in viewer.scene.calls()


def test_what_is_not_a_duration_stays_in_the_field_with_the_reason(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    answer = viewer.post(address(worklog), value="1:75", was="1:00", seen=seen_mark(worklog), **CHOICE)
    assert answer.status_code == 422
    assert 'value="1:75"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "at most 59 minutes" in answer.text
    assert viewer.scene.hours() == {(PAY, MONDAY): [HOUR]}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed("You need “Work on issues” in PAY."), 403),
        (JiraUnavailable("Jira is silent.", status=504), 504),
    ],
    ids=["forbidden", "silent"],
)
def test_a_refusal_is_beside_the_text(viewer: Viewer, error: NotAllowed, status: int) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.jira.failing["update_worklog"] = [error]
    answer = viewer.post(address(worklog), value="2", was="1:00", seen=seen_mark(worklog), **CHOICE)
    assert answer.status_code == status
    assert error.sentence in answer.text
    assert 'value="2"' in answer.text


def test_t34_a_newer_change_is_shown_and_not_overwritten(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    stale = seen_mark(worklog)
    viewer.post(address(worklog), value="3", was="1:00", seen=stale, **CHOICE)
    answer = viewer.post(address(worklog), value="2", was="1:00", seen=stale, **CHOICE)
    assert answer.status_code == 409
    assert "it is 3:00 now, and you entered 2:00" in answer.text
    assert 'data-was="3:00"' in answer.text
    assert viewer.scene.hours() == {(PAY, MONDAY): [3 * HOUR]}


def test_a_worklog_that_is_gone_is_said(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.get("/timesheet", **CHOICE)
    del viewer.scene.jira.worklogs[worklog.id]
    answer = viewer.post(address(worklog), value="2", was="1:00", seen=seen_mark(worklog), **CHOICE)
    assert answer.status_code == 409
    assert "no longer in Jira" in answer.text
    assert "sheet-changed" in answer.headers["HX-Trigger"]


def test_without_a_session_nothing_is_saved(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    data = {"value": "2", "was": "1:00", "seen": seen_mark(worklog)}
    answer = viewer.site.client.post(address(worklog), data=data, headers=HTMX)
    assert answer.status_code == 401
    assert viewer.scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_t15_a_line_with_seconds_has_its_exact_time_beside_it_and_ends_when_it_says(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, 150, time(9))
    text = viewer.get("/timesheet", **CHOICE).text
    assert 'title="exactly 0:02:30"' in text[text.index('class="line-duration"') :]
    assert "09:00–09:03" in text


EDITS, DELETES = {Right.EDIT_OWN, Right.EDIT_ALL}, {Right.DELETE_OWN, Right.DELETE_ALL}


@pytest.mark.parametrize(
    ("lacks", "lock", "offered", "reason"),
    [
        (set(), None, "box field again edit delete", ""),
        (EDITS, None, "box again delete", "You need “Edit own worklogs” in PAY."),
        (DELETES, None, "box field again edit", "You need “Delete own worklogs” in PAY."),
        (EDITS | DELETES, None, "again", "You need “Edit own worklogs” in PAY."),
        (set(), RowLock.PERMISSION, "box field edit delete", ""),
        (set(), RowLock.WORKFLOW, "", "PAY-12 is Open: its workflow allows no changes of time there."),
    ],
)
def test_a_line_offers_only_what_jira_permits_and_says_why(
    viewer: Viewer, lacks: set[Right], lock: RowLock | None, offered: str, reason: str
) -> None:
    viewer.scene.jira.lacking[PAY] = lacks
    viewer.scene.jira.locked = {PAY: lock} if lock else {}
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.put(OPS, MONDAY, HOUR, time(11))
    first = viewer.get("/timesheet", **CHOICE).text
    assert ("row-locks-" in first, f'id="edit-{worklog.id}"' in first) == (True, True)
    viewer.scene.calls()
    answer = viewer.get("/timesheet/row-locks", **CHOICE)
    assert ("sheet-changed" in answer.headers.get("HX-Trigger", "")) is bool(lacks or lock)
    page = viewer.get("/timesheet", **CHOICE).text
    assert "row-locks-" not in page
    assert "HX-Trigger" not in viewer.get("/timesheet/row-locks", **CHOICE).headers, "it says so once"
    assert viewer.scene.calls() == ["read_row_locks"], "one call tells all of it"
    line = page[page.index(f'id="w{worklog.id}"') :].partition("</li>")[0]
    parts = {"box": "choose", "field": "d", "again": "again", "edit": "edit", "delete": "delete"}
    ids = {name: f'id="{part}{"" if part == "d" else "-"}{worklog.id}"' for name, part in parts.items()}
    assert [name for name, mark in ids.items() if mark in line] == offered.split()
    assert (line.count("closed-why"), reason in line) == (bool(reason), True)
    assert page.count("closed-why") == bool(reason), "the other issue has no limit"


def test_a_day_without_a_line_that_can_change_has_nothing_to_select(viewer: Viewer) -> None:
    viewer.scene.jira.lacking[PAY] = EDITS | DELETES
    viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.get("/timesheet/row-locks", **CHOICE)
    assert "data-choose-day" not in viewer.get("/timesheet", **CHOICE).text


def test_without_an_answer_about_rights_the_list_is_not_shown_again_and_again(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer.scene.jira, "_rights", lambda _: {})
    viewer.scene.jira.locked = {PAY: RowLock.PERMISSION}
    viewer.scene.put(PAY, MONDAY, HOUR)
    assert "HX-Trigger" in viewer.get("/timesheet/row-locks", **CHOICE).headers
    assert "row-locks-" in viewer.get("/timesheet", **CHOICE).text
    assert "HX-Trigger" not in viewer.get("/timesheet/row-locks", **CHOICE).headers
