"""My Timesheet over HTTP: page, fragment, cell, and every invalid request."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, event, issue
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.viewer import Viewer, make_viewer
from timesheet.domain.errors import JiraBusy, JiraUnavailable, NotAllowed, TimesheetError, TimeTrackingOff
from timesheet.domain.identity import TimeTracking
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Missing, WorklogDraft, Zones
from timesheet.services.snapshot.webhook import note_worklog_event
from timesheet.services.worklog.safeguard.seen import seen_mark

HOUR = 3600
CHOICE = {"view": "week", "day": MONDAY, "layout": "grid", "group": "issue"}


def save(viewer: Viewer, value: str, seen: str = "", key: str = "key-0001", **more: object) -> TestResponse:
    form = {"issue": PAY, "day": MONDAY, "value": value, "seen": seen, "key": key}
    span = {"first": WEEK.first, "last": WEEK.last, "group": "issue"}
    return viewer.post("/timesheet/cell", **{**form, **span, **more})


def warm(viewer: Viewer) -> TestResponse:
    answer = viewer.get("/timesheet", **CHOICE)
    viewer.scene.calls()
    return answer


@pytest.mark.parametrize("layout", ["grid", "list", "calendar"])
def test_an_empty_sheet_says_that_nothing_is_logged_only_if_everything_was_read(
    viewer: Viewer, layout: str
) -> None:
    said = "Nothing logged on these days"
    assert said in viewer.get("/timesheet", **CHOICE | {"layout": layout}).text
    viewer.scene.jira.missing = (Missing(TimeTrackingOff().sentence, "time-tracking"),)
    html = viewer.get("/timesheet", **CHOICE | {"layout": layout, "refresh": "1"}).text
    assert "Time tracking is switched off" in html
    assert said not in html


def test_the_first_page_is_a_skeleton_that_fetches_the_sheet(viewer: Viewer) -> None:
    page = viewer.site.load("/timesheet", {"view": "month"})
    assert page.status_code == 200
    assert 'aria-busy="true"' in page.text
    assert 'hx-get="/timesheet?view=month"' in page.text
    assert "jwt" not in page.text
    # They are read while the page is painted, so the sheet need not wait for them.
    assert viewer.scene.calls() == ["read_profile", "read_time_tracking"]


def test_a_warm_page_has_the_sheet_in_it_and_asks_jira_nothing(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    page = viewer.site.load("/timesheet", {"view": "week", "day": str(MONDAY)})
    assert "PAY-12" in page.text
    assert "<!doctype html>" in page.text
    assert viewer.scene.calls() == []


def test_a_page_opened_during_a_save_reads_its_sheet_again_afterward(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page() -> str:
        return viewer.site.load("/timesheet", {"view": "week", "day": str(MONDAY)}).text

    def create(draft: WorklogDraft, zones: Zones, *, look_first: bool) -> Worklog:
        pages.append(page())
        waiting.append(viewer.get("/timesheet/writing"))
        return create_worklog(draft, zones, look_first=look_first)

    pages, waiting = list[str](), list[TestResponse]()
    create_worklog = viewer.scene.jira.create_worklog
    warm(viewer)
    monkeypatch.setattr(viewer.scene.jira, "create_worklog", create)
    assert save(viewer, "1h").status_code == 200
    waiting.append(viewer.get("/timesheet/writing"))
    pages.append(page())
    assert ['hx-get="/timesheet/writing"' in text for text in pages] == [True, False]
    assert ['hx-get="/timesheet/writing"' in answer.text for answer in waiting] == [True, False]
    assert ["sheet-changed" in answer.headers.get("HX-Trigger", "") for answer in waiting] == [False, True]


def test_an_empty_sheet_writes_its_examples_as_the_viewer_does(viewer: Viewer) -> None:
    viewer.post("/language", language="pt_BR")
    assert "<kbd>1,5</kbd>" in viewer.get("/timesheet", **CHOICE).text
    viewer.post("/language", language="en")
    assert "<kbd>1.5</kbd>" in viewer.get("/timesheet", **CHOICE).text


def test_the_fragment_is_the_sheet_alone(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    answer = viewer.get("/timesheet", **CHOICE)
    assert answer.text.lstrip().startswith('<section id="sheet"')
    assert "<html" not in answer.text


def test_days_without_today_are_marked_by_the_way_back(viewer: Viewer) -> None:
    back = '<button class="button elsewhere" id="go-today"'
    assert back not in viewer.get("/timesheet", view="week", day=MONDAY).text
    week_before = viewer.get("/timesheet", view="week", day=MONDAY - timedelta(days=7)).text
    assert back in week_before
    assert "Today is not among these days (T)" in week_before


def test_texts_from_jira_are_escaped(viewer: Viewer) -> None:
    viewer.scene.jira.issues[PAY] = issue(PAY, "<b>X</b>-1", None)
    viewer.scene.put(PAY, MONDAY, HOUR)
    text = viewer.get("/timesheet", **CHOICE).text
    assert "<b>X</b>" not in text
    assert "&lt;b&gt;X&lt;/b&gt;" in text


def test_a_new_cell_is_one_call_and_brings_only_what_changed(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY + timedelta(days=1), HOUR)
    warm(viewer)
    answer = save(viewer, "1h 30m")
    assert answer.status_code == 200
    assert viewer.scene.calls() == ["create_worklog"]
    assert len(answer.data) < 4096
    targets = re.findall(r'hx-target="([^"]+)"', answer.text)
    assert targets == [
        f"#r{PAY} > :nth-child(2)",
        f"#s{PAY}",
        "#l0",
        "#lt",
        "#d0",
        "#dt",
        "#range-progress",
        "#live",
    ]
    assert "2:30" in answer.text


def test_the_announcement_of_a_day_without_expected_time_says_so(viewer: Viewer) -> None:
    assert "of 8h on this day." in save(viewer, "1:30").text
    saturday = MONDAY + timedelta(days=5)
    text = save(viewer, "1:30", key="key-0002", day=saturday).text
    assert "1h 30m on this day, for which no time is expected." in text


def test_a_project_group_changes_with_its_cell(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.put(OPS, MONDAY, HOUR)
    warm(viewer)
    answer = save(viewer, "2h", issue=OPS, day=MONDAY + timedelta(days=1), group="project")
    assert 'hx-target="#gOPS"' in answer.text
    assert 'hx-target="#gPAY"' not in answer.text


def test_a_changed_cell_reads_before_it_writes_and_nothing_after(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    assert save(viewer, "2", seen_mark(worklog)).status_code == 200
    assert viewer.scene.calls() == ["read_worklog", "update_worklog"]
    viewer.get("/timesheet", **CHOICE)
    assert viewer.scene.calls() == []


def test_t16_an_unchanged_cell_sends_nothing(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    assert save(viewer, "60m", seen_mark(worklog)).status_code == 200
    assert viewer.scene.calls() == []


def test_t32_the_same_key_writes_once(viewer: Viewer) -> None:
    warm(viewer)
    assert {save(viewer, "1h").status_code for _ in range(2)} == {200}
    assert len(viewer.scene.jira.worklogs) == 1


def test_t34_a_foreign_change_is_shown_beside_ones_own(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    theirs = replace(worklog, seconds=2 * HOUR, updated=worklog.updated + timedelta(seconds=1))
    viewer.scene.jira.worklogs[worklog.id] = theirs
    answer = save(viewer, "3h", seen_mark(worklog))
    assert answer.status_code == 409
    assert "2:00" in answer.text
    assert "3:00" in answer.text
    assert f"data-w={seen_mark(theirs)}>2:00" in answer.text
    assert "update_worklog" not in viewer.scene.calls()
    assert save(viewer, "3h", seen_mark(theirs)).status_code == 200


def test_a_cleared_cell_offers_a_way_back(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    answer = save(viewer, "", seen_mark(worklog))
    assert "data-undo" in answer.text
    assert "Removed the time on PAY-12" in answer.text
    assert viewer.scene.jira.worklogs == {}


def test_a_text_that_is_taken_out_of_an_empty_cell_is_not_called_time(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY + timedelta(days=1), HOUR)
    warm(viewer)
    answer = save(viewer, "")
    assert "There is no time on PAY-12" in answer.text
    assert "Removed" not in answer.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"value": "1:75"}, "59 minutes"),
        ({"value": "-1"}, "negative"),
        ({"value": "soon"}, "soon"),
        ({"value": "1; 30"}, "“1;30” can mean 1:30 or 1h; 30."),
        ({"issue": "PAY-12"}, "issue"),
        ({"day": "yesterday"}, "not a date"),
        ({"seen": "x"}, "out of date"),
        ({"key": ""}, "out of date"),
        ({"first": "2026-11-22", "last": "2026-11-16"}, "ends before"),
        ({"first": "2026-11-30", "last": "2026-12-06"}, "no longer on the sheet"),
    ],
)
def test_bad_input_is_said_and_nothing_is_written(viewer: Viewer, form: dict[str, str], words: str) -> None:
    warm(viewer)
    answer = save(viewer, **{"value": "1h", **form})
    assert answer.status_code == 422
    assert words in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert viewer.scene.jira.worklogs == {}


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotAllowed("You need “Work on issues” in PAY.", permission="Work on issues"), 403, "Work on issues"),
        (TimeTrackingOff(), 409, "switched off"),
        (JiraUnavailable("Jira did not answer."), 502, "did not answer"),
        (JiraBusy("Jira is busy.", retry_after=7), 503, "busy"),
    ],
)
def test_each_refusal_has_its_status_and_sentence(
    viewer: Viewer, error: TimesheetError, status: int, words: str
) -> None:
    warm(viewer)
    viewer.scene.jira.failing["create_worklog"] = [error]
    answer = save(viewer, "1h")
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    if isinstance(error, JiraBusy):
        assert answer.headers["Retry-After"] == "7"


@pytest.mark.parametrize(("locale", "printed"), [("en_GB", "1.50"), ("de_DE", "1,50")])
def test_the_way_time_prints_is_kept_for_the_person(viewer: Viewer, locale: str, printed: str) -> None:
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale=locale)
    viewer.scene.put(PAY, MONDAY, 5400)
    assert printed in viewer.post("/timesheet/format", duration_format="decimal", **CHOICE).text
    assert printed in viewer.get("/timesheet", **CHOICE).text
    assert "1:30" in viewer.post("/timesheet/format", duration_format="hm", **CHOICE).text


def test_the_timesheet_opens_as_it_was_left(viewer: Viewer) -> None:
    viewer.get("/timesheet", view="two-weeks", day=MONDAY, layout="grid", group="project")
    text = viewer.get("/timesheet", day=MONDAY).text
    assert 'data-width="14"' in text
    assert 'data-group="project"' in text


def test_progress_is_shown_while_the_first_reading_runs(viewer: Viewer) -> None:
    assert "So far" not in viewer.get("/timesheet/progress").text
    viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    assert "So far: 1 worklog and 1 issue" in viewer.get("/timesheet/progress").text


@pytest.mark.parametrize("path", ["/timesheet", "/timesheet/progress", "/timesheet/writing"])
def test_without_a_token_nothing_is_shown(viewer: Viewer, path: str) -> None:
    assert viewer.site.client.get(path, headers={"HX-Request": "true"}).status_code == 401


def test_another_site_asks_its_own_jira_and_nobody_elses(
    app: Flask, viewer: Viewer, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    other = new_site("other")
    assert other.install().status_code == 204
    there = make_viewer(app, other, clock)
    assert "Work on PAY-12" not in there.get("/timesheet", **CHOICE).text
    assert len(set(viewer.jira_clients)) == len(set(there.jira_clients)) == 1
    assert set(viewer.jira_clients).isdisjoint(there.jira_clients)


@pytest.mark.parametrize("layout", ["grid", "list", "calendar"])
@pytest.mark.parametrize("group", ["issue", "project"])
def test_time_on_an_issue_that_cannot_be_read_shows_under_its_id(
    viewer: Viewer, layout: str, group: str
) -> None:
    """In October somebody worked on OPS; this week an event reports new time on it, and Jira does not answer."""
    october = MONDAY - timedelta(days=31)
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale="de_DE")
    viewer.scene.put(OPS, october, HOUR)
    for day in (october, MONDAY):
        viewer.get("/timesheet", view="week", day=day)
    save(viewer, "1")
    new = viewer.scene.put(OPS, MONDAY, HOUR)
    for call in ("read_issues", "read_listed", "read_worklogs"):
        viewer.scene.jira.failing[call] = [JiraUnavailable("Down.")] * 3
    response = viewer.site.send_event(
        "/connect/webhook/worklog", {"webhookEvent": "worklog_created", **event(new)}
    )
    assert response.status_code == 204
    answer = viewer.get("/timesheet", **(CHOICE | {"layout": layout, "group": group}))
    assert answer.status_code == 200
    assert f"<b>{OPS}</b>" in answer.text
    assert "Wird geladen" in answer.text
    assert f"/browse/{OPS}" not in answer.text
    copied = viewer.get("/copy", day=MONDAY + timedelta(days=7))
    assert copied.status_code == 502, "it copies nothing while figures may be old"


def test_a_reading_is_called_complete_up_to_the_minute_that_search_may_not_know(viewer: Viewer) -> None:
    text = viewer.get("/timesheet", **CHOICE).text
    assert "complete up to 11:59 without archived projects" in text
    assert ">12:00</time>" in text


def test_time_that_search_does_not_find_is_shown_and_reported(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    viewer.scene.jira.hidden_lag = {worklog.id}
    viewer.scene.jira.now += timedelta(minutes=2)
    text = viewer.get("/timesheet", refresh=1, **CHOICE).text
    assert f'id="s{PAY}">1:00' in text
    assert "search does not find PAY-12 (archived?)" in text
    assert "complete up to" not in text
    copied = viewer.get("/copy", day=MONDAY + timedelta(days=7))
    assert (copied.status_code, "PAY-12" in copied.text) == (200, True)


def test_t11_refresh_reads_the_length_of_a_day_anew(viewer: Viewer) -> None:
    assert "1d = 8h, 1w = 40h" in viewer.get("/timesheet", **CHOICE).text
    viewer.scene.jira.tracking = TimeTracking(True, 27_000, 4 * 27_000)
    refreshed = viewer.get("/timesheet", refresh=1, **CHOICE).text
    assert "1d = 7h 30m, 1w = 30h" in refreshed
    assert "7h 30m · 7.50 h" in viewer.get("/worklogs/echo", duration="1d").text


def test_refresh_reads_the_time_zone_anew(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    assert "Europe/Berlin" in viewer.get("/timesheet", **CHOICE).text
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, zone=ZoneInfo("Pacific/Honolulu"))
    assert "Europe/Berlin" in viewer.get("/timesheet", **CHOICE).text
    refreshed = viewer.get("/timesheet", refresh=1, **CHOICE).text
    assert "Pacific/Honolulu" in refreshed
    assert f'id="s{PAY}"></tr>' in refreshed, "it is Sunday there, so it counts in the week before"


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (9120, "PAY-12 has 9,120 worklogs, and Jira allows 10,000 on one issue."),
        (10_000, "PAY-12 has as many worklogs as Jira allows on one issue."),
    ],
)
def test_t27_a_crowded_issue_is_named_before_jira_refuses_and_after_a_save(
    viewer: Viewer, count: int, sentence: str
) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.jira.crowded = {PAY: count, OPS: count}
    assert sentence in warm(viewer).text
    save(viewer, "2", seen_mark(worklog))
    again = viewer.get("/timesheet", **CHOICE).text
    assert (sentence in again, "OPS-31" in again) == (True, False)
    assert sentence in viewer.get("/issue-panel", issue=PAY).text
    assert (
        "worklogs, and" not in viewer.get("/timesheet", **{**CHOICE, "day": MONDAY - timedelta(days=7)}).text
    )


def move(viewer: Viewer, former: str) -> None:
    """Let Jira report that PAY-12 is a key of another project from now on."""
    scene = viewer.scene
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], key="WEB-7", project_key="WEB", project_id=9)
    items = [{"field": "Key", "fromString": former, "toString": "WEB-7"}]
    data = {"issue": {"id": str(PAY)}, "changelog": {"items": items}, "issue_event_type_name": "issue_moved"}
    scene.wait(1)
    viewer.site.clock.now = scene.jira.now
    cache = viewer.site.client.application.extensions["timesheet"].operation.cache
    note_worklog_event(cache, "key-of-acme", "jira:issue_updated", data, lambda: scene.jira.now)


@pytest.mark.parametrize("layout", ["grid", "list"])
def test_t36_a_moved_issue_says_which_key_it_had(viewer: Viewer, layout: str) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    move(viewer, "<b>-12")
    text = viewer.get("/timesheet", **{**CHOICE, "layout": layout}).text
    assert ">WEB-7</a>" in text
    assert '<span class="subtle">(was &lt;b&gt;-12)</span>' in text
    assert "(was &lt;b&gt;-12)" in viewer.get("/issue-panel", issue=PAY).text


def test_t36_an_issue_that_came_back_has_no_other_key(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    move(viewer, "WEB-7")
    assert "(was" not in viewer.get("/timesheet", **CHOICE).text


def test_t37_lost_time_is_said_until_it_is_dismissed(viewer: Viewer) -> None:
    scene = viewer.scene
    scene.put(PAY, MONDAY, HOUR)
    warm(viewer)
    scene.jira.worklogs.clear()
    del scene.jira.issues[PAY]
    said = "1h that you logged on these days no longer counts"
    assert said in viewer.get("/timesheet", refresh=1, **CHOICE).text
    assert said in viewer.get("/timesheet", **CHOICE).text
    assert said not in viewer.post("/timesheet/lost-time", **CHOICE).text
    assert said not in viewer.get("/timesheet", **CHOICE).text
