"""Rows that stay: pinned, added, and those of last week, over HTTP."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from werkzeug.test import TestResponse

from tests.services.support.scene import BARE, MONDAY, OPS, PAY, issue
from tests.web.support.viewer import Viewer
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.kept_row import MOST_KEPT
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.row_lock import RowLock

HOUR = 3600
LAST, NEXT = MONDAY - timedelta(days=7), MONDAY + timedelta(days=7)
CHOICE = {"view": "week", "layout": "grid", "group": "issue"}


def rows(viewer: Viewer, day: date = MONDAY, **more: object) -> list[int]:
    """Return the ids of the rows of a week, in order."""
    return rows_in(viewer.get("/timesheet", **{**CHOICE, "day": day, **more}).text)


def rows_in(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<tr id="r(\d+)"', page)]


def change(viewer: Viewer, what: str, *issues: int, **more: object) -> str:
    answer = viewer.post("/timesheet/rows", change=what, issue=list(issues), day=MONDAY, **CHOICE, **more)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_an_added_issue_keeps_its_row_in_every_week_until_it_is_removed(viewer: Viewer) -> None:
    page = change(viewer, "add", OPS)
    assert f'data-added="{OPS}"' in page
    assert 'class="unkeep"' in page
    for day in (MONDAY, NEXT, LAST, MONDAY + timedelta(days=70)):
        assert rows(viewer, day) == [OPS]
    assert rows_in(change(viewer, "remove", OPS)) == []
    assert rows(viewer, NEXT) == []


def test_pinned_rows_come_first_in_their_own_order(viewer: Viewer) -> None:
    viewer.scene.put(OPS, MONDAY, HOUR)
    assert rows_in(change(viewer, "pin", PAY)) == [PAY, OPS]
    assert rows_in(change(viewer, "pin", BARE)) == [PAY, BARE, OPS]
    page = change(viewer, "pin", BARE, before=PAY)
    assert rows_in(page) == [BARE, PAY, OPS]
    assert page.count('aria-pressed="true" draggable') == 0
    assert page.count("draggable=true") == 2
    assert rows(viewer, group="project") == [BARE, OPS, PAY]
    assert rows_in(change(viewer, "unpin", BARE)) == [PAY, OPS, BARE]


def test_a_change_of_several_rows_or_of_an_issue_that_is_hidden_meanwhile_announces_nothing(
    viewer: Viewer,
) -> None:
    said = 'hx-target="#live"'
    assert said in change(viewer, "pin", PAY)
    assert said not in change(viewer, "pin", PAY, BARE)
    assert said not in change(viewer, "remove", 999)


def test_a_save_leaves_pinned_rows_where_they_are(viewer: Viewer) -> None:
    change(viewer, "pin", PAY)
    change(viewer, "add", OPS)
    span = {"first": MONDAY, "last": MONDAY + timedelta(days=6), "group": "issue"}
    cell = {"issue": OPS, "day": MONDAY, "value": "1h", "seen": "", "key": "key-0001"}
    viewer.scene.calls()
    assert f'id="s{OPS}"' in viewer.post("/timesheet/cell", **cell, **span).text
    assert "read_issues" not in viewer.scene.calls(), "other rows are not read for it"
    assert rows(viewer) == [PAY, OPS]


def test_a_week_begins_with_the_rows_of_the_week_before(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY - timedelta(days=1), HOUR)
    viewer.scene.put(OPS, LAST, HOUR)
    viewer.scene.put(BARE, LAST - timedelta(days=1), HOUR)
    assert rows(viewer) == [OPS, PAY]
    assert rows(viewer, LAST) == [OPS, PAY], "days that are over show what is there"
    assert rows(viewer, layout="list") == []
    viewer.scene.put(OPS, MONDAY, HOUR)
    page = viewer.get("/timesheet", **{**CHOICE, "day": MONDAY, "refresh": 1}).text
    assert f'id="s{OPS}">1:00</tr>' in page
    assert f'id="s{PAY}"></tr>' in page, "their time does not count"
    assert 'id="lt">1:00<' in page
    page = viewer.post("/timesheet/last-week", shown=0, day=MONDAY, **CHOICE).text
    assert rows_in(page) == rows(viewer) == [OPS]
    assert "Show the rows of last week" in page
    viewer.post("/timesheet/last-week", shown=1, day=MONDAY, **CHOICE)
    assert rows(viewer) == [OPS, PAY]


def test_the_week_before_costs_no_other_read(viewer: Viewer) -> None:
    for offset in range(40):
        viewer.scene.put(PAY, MONDAY - timedelta(days=offset), HOUR)
    viewer.scene.calls()
    assert rows(viewer) == [PAY]
    assert viewer.scene.calls().count("read_worklogs") == 1


def test_what_cannot_be_kept_is_refused_with_its_reason(viewer: Viewer) -> None:
    hidden = viewer.post("/timesheet/rows", change="add", issue=999, day=MONDAY, **CHOICE)
    assert hidden.status_code == 404
    unknown = viewer.post("/timesheet/rows", change="paint", issue=PAY, day=MONDAY, **CHOICE)
    assert (unknown.status_code, "Choose what happens" in unknown.text) == (422, True)
    nothing = viewer.post("/timesheet/rows", change="add", day=MONDAY, **CHOICE)
    assert (nothing.status_code, "Choose an issue" in nothing.text) == (422, True)
    many = range(1000, 1000 + MOST_KEPT + 1)
    viewer.scene.jira.issues |= {number: issue(number, f"PAY-{number}", None) for number in many}
    full = viewer.post("/timesheet/rows", change="add", issue=list(many), day=MONDAY, **CHOICE)
    assert (full.status_code, "up to 100 rows" in full.text) == (422, True)
    assert rows(viewer) == []


def test_a_locked_row_says_so_after_a_request_beside_the_sheet(viewer: Viewer) -> None:
    change(viewer, "pin", PAY)
    change(viewer, "add", OPS)
    viewer.scene.jira.locked = {PAY: RowLock.PERMISSION, OPS: RowLock.WORKFLOW}
    page = viewer.get("/timesheet", **CHOICE, day=MONDAY).text
    assert "row-locks-" in page
    assert "data-locked" not in page
    answer = viewer.get("/timesheet/row-locks", **CHOICE, day=MONDAY)
    assert (answer.status_code, answer.text) == (200, "")
    assert "sheet-changed" in answer.headers["HX-Trigger"]
    page = viewer.get("/timesheet", **CHOICE, day=MONDAY).text
    assert "row-locks-" not in page
    reason = "You need “Work on issues” in PAY. A project admin can grant it."
    assert f'<tr id="r{PAY}" data-locked="{reason}">' in page
    open_ = "OPS-31 is Open: its workflow allows no changes of time there."
    assert f'<tr id="r{OPS}" data-locked="{open_}" data-fixed="{open_}" data-kept="{open_}">' in page


def test_a_row_is_no_longer_locked_once_the_sheet_is_refreshed_or_somebody_types_in_it(
    viewer: Viewer,
) -> None:
    change(viewer, "pin", PAY)
    for unlock in ("refresh", "type"):
        viewer.scene.jira.locked = {PAY: RowLock.PERMISSION}
        assert "HX-Trigger" not in viewer.get("/timesheet/row-locks", issue=PAY).headers
        assert "data-locked" in viewer.get("/timesheet", **CHOICE, day=MONDAY).text
        viewer.scene.jira.locked = {}
        if unlock == "refresh":
            page = viewer.get("/timesheet", **CHOICE, day=MONDAY, refresh=1).text
            assert ("data-locked" in page, "row-locks-" in page) == (True, True), "until Jira says otherwise"
            viewer.get("/timesheet/row-locks", **CHOICE, day=MONDAY)
        else:
            answer = viewer.get("/timesheet/row-locks", issue=PAY)
            assert "You can log time on PAY-12 now. Press Enter to type it." in answer.text
            assert "sheet-changed" in answer.headers["HX-Trigger"]
        page = viewer.get("/timesheet", **CHOICE, day=MONDAY).text
        assert ("data-locked" in page, "row-locks-" in page) == (False, False)


def test_a_locked_row_says_so_although_another_request_asked_jira_since_the_sheet_was_read(
    viewer: Viewer,
) -> None:
    change(viewer, "pin", PAY)
    viewer.scene.jira.locked = {PAY: RowLock.PERMISSION}
    page = viewer.get("/timesheet", **CHOICE, day=MONDAY).text
    [shown] = re.findall(r'id="row-locks-[^>]* hx-get="[^"]+shown=(\w+)"', page)
    viewer.get("/timesheet/row-locks", **CHOICE, day=MONDAY)
    answer = viewer.get("/timesheet/row-locks", **CHOICE, day=MONDAY, shown=shown)
    assert "sheet-changed" in answer.headers["HX-Trigger"]


def test_locked_rows_stay_locked_while_they_are_asked_about_again(viewer: Viewer) -> None:
    change(viewer, "pin", PAY)
    viewer.scene.jira.locked = {PAY: RowLock.PERMISSION}
    viewer.get("/timesheet/row-locks", **CHOICE, day=MONDAY)
    viewer.get("/timesheet", **CHOICE, day=MONDAY, refresh=1)
    for failing in (False, True):
        if failing:
            viewer.scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
            viewer.get("/timesheet/row-locks", **CHOICE, day=MONDAY)
        page = viewer.get("/timesheet", **CHOICE, day=MONDAY).text
        assert ("data-locked" in page, "row-locks-" in page) == (True, not failing)
    change(viewer, "pin", OPS)
    page = viewer.get("/timesheet", **CHOICE, day=MONDAY).text
    assert ("data-locked" in page, "row-locks-" in page) == (True, True), (
        "a new row leaves the others as they are"
    )


EDIT = "You need “Edit own worklogs” in PAY. A project admin can grant it."


def test_a_row_says_if_its_time_cannot_be_changed(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.put(OPS, MONDAY, HOUR)
    viewer.scene.jira.lacking[PAY] = {Right.EDIT_OWN, Right.EDIT_ALL}
    viewer.scene.calls()
    answer = viewer.get("/timesheet/row-locks", **CHOICE, day=MONDAY)
    assert "sheet-changed" in answer.headers["HX-Trigger"]
    assert [call for call in viewer.scene.calls() if "right" in call] == [], "they come with the locks"
    page = viewer.get("/timesheet", **CHOICE, day=MONDAY).text
    assert f'<tr id="r{PAY}" data-fixed="{EDIT}">' in page
    assert f'<tr id="r{OPS}">' in page
    assert "row-locks-" not in page


@pytest.mark.parametrize(("why", "right"), [("fixed", Right.EDIT_OWN), ("kept", Right.DELETE_OWN)])
def test_somebody_who_could_not_change_time_is_asked_about_again(
    viewer: Viewer, why: str, right: Right
) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    lacking = {right, Right.EDIT_ALL, Right.DELETE_ALL}
    viewer.scene.jira.lacking[PAY] = lacking
    assert viewer.get("/timesheet/row-locks", issue=PAY, why=why).text == ""
    viewer.scene.jira.lacking.clear()
    viewer.scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
    assert viewer.get("/timesheet/row-locks", issue=PAY, why=why).text == ""
    answer = viewer.get("/timesheet/row-locks", issue=PAY, why=why)
    assert "You can change your time on PAY-12 now." in answer.text
    assert "sheet-changed" in answer.headers["HX-Trigger"]


def test_where_nothing_is_locked_the_sheet_stays_as_it_is(viewer: Viewer) -> None:
    change(viewer, "pin", PAY)
    assert "HX-Trigger" not in viewer.get("/timesheet/row-locks", **CHOICE, day=MONDAY).headers
    assert "row-locks-" not in viewer.get("/timesheet", **CHOICE, day=MONDAY).text


def paste(viewer: Viewer, text: str) -> TestResponse:
    return viewer.post("/timesheet/rows/keys", text=text, day=MONDAY, **CHOICE)


def test_pasted_keys_get_rows_by_one_read(viewer: Viewer) -> None:
    viewer.scene.jira.locked = {OPS: RowLock.PERMISSION}
    viewer.scene.calls()
    answer = paste(viewer, "see PAY-12, https://x.example/browse/ops-31 and PAY-999")
    assert answer.status_code == 200
    assert viewer.scene.calls().count("read_issues") == 1
    assert rows_in(answer.text) == [OPS, PAY]
    assert f'data-added="{PAY}"' in answer.text
    said = "2 rows added. Jira does not show you these issues: PAY-999. You cannot log time on OPS-31."
    assert answer.text.count(said) == 2, "on the screen and for screen readers"
    again = paste(viewer, "PAY-12\nOPS-31")
    assert "No rows were added, because all of these issues have one." in again.text
    assert rows_in(again.text) == rows(viewer) == [OPS, PAY]


def test_a_pasted_issue_with_time_on_these_days_is_not_counted_as_a_new_row(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    assert "1 row added." in paste(viewer, "PAY-12 OPS-31").text
    assert "No rows were added, because all of these issues have one." in paste(viewer, "PAY-12").text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the utf-8 parser", "This text names no issue."),
        ("PAY-998 PAY-999", "Jira does not show you these issues: PAY-998 and PAY-999."),
        ("PAY-12 " * 6000, "at most 40,000 characters"),
    ],
)
def test_a_text_that_adds_nothing_is_refused_with_its_reason(viewer: Viewer, text: str, reason: str) -> None:
    answer = paste(viewer, text)
    assert (answer.status_code, reason in answer.text) == (422, True), answer.text
    assert rows(viewer) == []
