"""The preview in the dialog before a save: the time as read, the estimate, the sum of the day, the change of clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from tests.services.support.scene import BARE, MONDAY, OPS, PAY
from tests.web.support.viewer import Viewer
from tests.web.support.worklog_form import form_at, send

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)
CLOCKS_BACK, CLOCKS_ON = date(2026, 10, 25), date(2026, 3, 29)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1,5", "1h 30m · 1.50 h"),
        ("90m", "1h 30m · 1.50 h"),
        ("2d", "16h · 16.00 h · 1d = 8h, 1w = 40h"),
        ("25", "25h · 25.00 h</p>"),
        ("1:00:40", '1h 1m · 1.02 h <span class="warning">Jira stores whole minutes: saved as 1h 1m.</span>'),
        ("-1", '<span class="error">A duration cannot be negative.</span>'),
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
    fields = {**form.fields, "duration": "5h"}
    too_long = "That makes 25h on one day."
    assert too_long in viewer.get("/worklogs/preview", **fields).text
    assert "on one day" not in viewer.get("/worklogs/preview", **{**fields, "duration": "4h"}).text
    assert "on one day" not in viewer.get("/worklogs/preview", **{**fields, "day": str(TUESDAY)}).text
    assert "on one day" not in viewer.get("/worklogs/preview", **fields, split=1).text
    assert too_long in send(viewer, form, duration="5h").text
    edited = form_at(viewer, f"/worklogs/{PAY}/{worklog.id}").fields
    assert "on one day" not in viewer.get("/worklogs/preview", **{**edited, "duration": "19h"}).text
    assert too_long in viewer.get("/worklogs/preview", **{**edited, "duration": "20h"}).text


def test_time_drawn_over_a_clock_change_is_the_time_that_passes(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", day="2026-10-25", start="01:00", end="240")
    assert form.fields["duration"] == "4h"


def test_t31_the_preview_says_what_jira_then_does(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=MONDAY)
    fields = {**form.fields, "duration": "2h", "adjust": "manual", "adjust_by": "45m"}
    assert "6h left → 5h 15m left" in viewer.get("/worklogs/preview", **fields).text
    send(viewer, form, duration="2h", adjust="manual", adjust_by="45m")
    assert viewer.scene.jira.issues[PAY].remaining_seconds == 5 * HOUR + 900


def test_no_estimate_is_invented(viewer: Viewer) -> None:
    send(viewer, form_at(viewer, "/worklogs/new", issue=BARE, day=MONDAY), duration="2h")
    assert viewer.scene.jira.issues[BARE].remaining_seconds is None


def test_t06_a_time_that_comes_twice_is_asked_about(viewer: Viewer) -> None:
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=CLOCKS_BACK)
    preview = viewer.get("/worklogs/preview", **{**form.fields, "start": "02:30"}).text
    assert "occurs twice" in preview
    assert "The first (CEST)" in preview
    assert "The second (CET)" in preview
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


@pytest.mark.parametrize(
    ("locale", "said"), [("en_US", "2:30\u202fAM"), ("en_GB", "02:30"), ("de_DE", "02:30")]
)
def test_a_time_in_a_sentence_is_on_the_readers_clock(viewer: Viewer, locale: str, said: str) -> None:
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale=locale)
    form = form_at(viewer, "/worklogs/new", issue=PAY, day=CLOCKS_ON)
    assert f" {said}" in viewer.get("/worklogs/preview", **{**form.fields, "start": "02:30"}).text
    assert f" {said}" in send(viewer, form, start="02:30", duration="1").text
