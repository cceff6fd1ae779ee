"""The list of worklogs that a cell with several of them opens."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, RICH
from tests.web.support.viewer import Form, Viewer
from tests.web.support.worklog_form import address, change_behind, form_at, send
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.right import RIGHT_NAMES, Right
from timesheet.domain.worklog.row_lock import RowLock

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)


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


def test_a_single_worklog_is_deleted_by_its_own_button(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    page = viewer.get("/worklogs/cell", issue=PAY, day=MONDAY).text
    assert address(worklog, "/delete") in page
    assert "Delete all" not in page


@pytest.mark.parametrize(
    ("lock", "reason", "changes"),
    [
        (RowLock.PERMISSION, "You need “Work on issues” in PAY.", True),
        (RowLock.ARCHIVED, "PAY is archived, so time there cannot change.", False),
        (None, "", True),
    ],
)
def test_where_jira_takes_no_time_the_list_says_so_before_anything_is_pressed(
    viewer: Viewer, lock: RowLock | None, reason: str, changes: bool
) -> None:
    viewer.scene.jira.locked = {PAY: lock} if lock else {}
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.get("/issue-panel", issue=PAY)
    viewer.scene.calls()
    page = viewer.get("/worklogs/cell", issue=PAY, day=MONDAY, place="panel-form").text
    assert "read_row_locks" not in viewer.scene.calls()
    assert (reason in page, "Log more time" in page) == (True, lock is None)
    assert (address(worklog, "/delete") in page, address(worklog, "/duration") in page) == (changes, changes)
    assert address(worklog, "/again") not in page


@pytest.mark.parametrize(
    ("lacks", "edits", "deletes"),
    [(Right.EDIT_OWN, False, True), (Right.DELETE_OWN, True, False), (None, True, True)],
)
def test_a_worklog_that_its_author_may_not_change_says_so_before_anything_is_pressed(
    viewer: Viewer, lacks: Right | None, edits: bool, deletes: bool
) -> None:
    viewer.scene.jira.lacking[PAY] = {Right.EDIT_ALL, Right.DELETE_ALL, *([lacks] if lacks else [])}
    worklog, _ = viewer.scene.put(PAY, MONDAY, HOUR), viewer.scene.put(PAY, MONDAY, HOUR, time(11))
    viewer.get("/issue-panel", issue=PAY)
    viewer.scene.calls()
    page = viewer.get("/worklogs/cell", issue=PAY, day=MONDAY, place="panel-form").text
    assert "read_worklog_rights" not in viewer.scene.calls(), "the list does not wait for Jira"
    assert ("A project admin can grant it." in page) is (lacks is not None)
    if lacks:
        assert f"You need “{RIGHT_NAMES[lacks]}” in PAY." in page
    assert (address(worklog, "/duration") in page, address(worklog, "/again") in page) == (edits, not edits)
    assert (address(worklog, "/delete") in page, "Delete all 2" in page) == (deletes, deletes)


def test_without_any_right_the_list_gives_one_reason(viewer: Viewer) -> None:
    viewer.scene.jira.lacking[PAY] = set(Right)
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.get("/issue-panel", issue=PAY)
    page = viewer.get("/worklogs/cell", issue=PAY, day=MONDAY, place="panel-form").text
    assert page.count("You need “") == page.count("You need “Edit own worklogs” in PAY.") == 1
    assert (address(worklog, "/duration") in page, address(worklog, "/delete") in page) == (False, False)


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


@pytest.mark.parametrize(
    ("path", "named"),
    [
        *(("/worklogs/cell", {"issue": PAY}), ("/timesheet/tip", {"issue": PAY})),
        *(("/suggestions", {}), ("/suggestions", {"first": MONDAY}), ("/suggestions/day", {})),
    ],
)
def test_an_address_without_its_day_is_refused(viewer: Viewer, path: str, named: dict[str, object]) -> None:
    answer = viewer.get(path, **named)
    assert answer.status_code == 422
    assert "is not a date" in answer.text


def test_a_time_in_the_list_is_saved_for_no_list_without_a_day(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    form = form_at(viewer, "/worklogs/cell", issue=PAY, day=MONDAY)
    answer = send(viewer, form, duration="1:45", day="")
    assert answer.status_code == 422
    assert viewer.scene.jira.worklogs[worklog.id].seconds == HOUR


def test_t15_lines_with_seconds_add_up_to_the_total_with_the_exact_times_beside_them(viewer: Viewer) -> None:
    for hour in (9, 11):
        viewer.scene.put(PAY, MONDAY, 90, time(hour))
    page = viewer.get("/worklogs/cell", issue=PAY, day=MONDAY).text
    assert page.count('value="2m" maxlength="60" autocomplete="off" title="exactly 0:01:30"') == 2
    assert '<b title="exactly 0:03:00">4m</b>' in page
    assert "09:00–09:02" in page
    tip = viewer.get("/timesheet/tip", issue=PAY, day=MONDAY).text
    assert tip.count("exactly 0:01:30") == 2
    viewer.scene.calls()
    send(viewer, Form(page))
    assert not {"create_worklog", "update_worklog"} & set(viewer.scene.calls())


def test_the_tip_of_an_empty_cell_names_the_last_comment(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Read the logs"))
    viewer.get("/timesheet", day=MONDAY)
    day = MONDAY + timedelta(days=1)
    assert 'data-last="Read the logs"' in viewer.get("/timesheet/tip", issue=PAY, day=day).text
    assert "data-last" not in viewer.get("/timesheet/tip", issue=OPS, day=day).text
