"""The timer over HTTP: its fragments, its buttons, and the worklog form with its time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.scene import BARE, BERLIN, MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from tests.web.support.two_sites import stored
from tests.web.support.viewer import Form, Viewer, calls_one_by_one, make_viewer
from tests.web.worklog.test_attribute import ACTIVITY, REMOTE, TICKET, define, properties_of
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.jira_time import work_date
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.worklog.offer import OwnIssues

HOUR = 3600


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    return make_viewer(app, site, clock)


@pytest.fixture
def running(viewer: Viewer, clock: SettableClock) -> Viewer:
    """Return a viewer whose timer on PAY-12 was started at noon, an hour ago."""
    assert viewer.post("/timer", issue=PAY).status_code == 200
    wait(viewer, clock, HOUR)
    return viewer


def wait(viewer: Viewer, clock: SettableClock, seconds: float) -> None:
    viewer.scene.wait(seconds)
    clock.now = viewer.scene.jira.now
    viewer.headers.update(bearing(viewer.site.session_token()))


def key(viewer: Viewer) -> str:
    found = re.search(r'"key": ?"([0-9a-f]{32})"', viewer.get("/timer").text)
    assert found
    return found[1]


def stopped(viewer: Viewer) -> Form:
    return Form(viewer.post("/timer/stop", key=key(viewer)).text)


def submit(viewer: Viewer, form: Form, **more: object) -> TestResponse:
    return viewer.post(form.action, **{**form.fields, **more})


def logged(viewer: Viewer) -> list[tuple[int, object, int]]:
    rows = viewer.scene.jira.worklogs.values()
    return [(row.issue_id, work_date(row.started, BERLIN), row.seconds) for row in rows]


def test_its_time_is_logged_with_the_attributes_that_were_chosen(running: Viewer, app: Flask) -> None:
    define(app, running.site, replace(TICKET, required=True), ACTIVITY, REMOTE)
    form = stopped(running)
    missing = submit(running, form, **{"attribute-activity": "d"})
    assert missing.status_code == 422
    assert "“Ticket” is required." in missing.text
    again = Form(missing.text)
    # A box that is not checked is not sent.
    fields = {name: text for name, text in again.fields.items() if name != "attribute-remote"}
    assert running.post(again.action, **{**fields, "attribute-ticket": "PAY-1"}).status_code == 200
    assert properties_of(running) == [{"ticket": "PAY-1", "activity": "d"}]


def test_pages_leave_room_for_it_and_wait_for_nothing(viewer: Viewer) -> None:
    viewer.get("/timesheet")
    assert 'hx-get="/timer?place=dialog" hx-trigger="load"' in viewer.get("/timesheet").text
    panel = viewer.site.load("/issue-panel", {"issue": str(PAY)}).text
    assert f'hx-get="/timer?place=panel-form&amp;at={PAY}" hx-trigger="load"' in panel


def test_without_a_timer_there_is_a_button_to_start_one(viewer: Viewer) -> None:
    html = viewer.get("/timer").text
    assert html.lstrip().startswith('<div id="timer"')
    assert "Start timer" in html
    assert "data-counts-from" not in html
    assert 'hx-get="/issues?for=timer"' in viewer.get("/timer/new").text
    options = viewer.get("/issues", **{"for": "timer", "text": "PAY"}).text
    assert 'id="timer-issues"' in options
    here = viewer.get("/timer", place="panel-form", at=PAY).text
    assert "Start timer" in here
    assert f'{{"issue":{PAY}}}' in here.replace(": ", ":")


def test_a_running_one_says_what_the_script_counts_from(running: Viewer) -> None:
    html = running.get("/timer").text
    assert "PAY-12" in html
    assert ">1:00:00</span>" in html
    noon = int(running.scene.jira.now.timestamp() - HOUR) * 1000
    assert f'data-counts-from="{noon}" data-now="{noon + HOUR * 1000}"' in html
    assert "Pause" in html
    assert "data-paused" not in html
    here = running.get("/timer", place="panel-form", at=PAY).text
    assert "Start here" not in here
    assert "Start here" in running.get("/timer", place="panel-form", at=OPS).text


def test_it_is_paused_and_goes_on(running: Viewer, clock: SettableClock) -> None:
    mark = key(running)
    paused = running.post("/timer/pause", key=mark).text
    assert "Paused" in paused
    assert 'hx-target="#live" hx-swap="innerHTML">The timer on PAY-12 is paused.<' in paused
    wait(running, clock, HOUR)
    assert "1:00:00" in running.get("/timer").text
    resumed = running.post("/timer/resume", key=mark).text
    assert "Pause" in resumed
    assert 'hx-target="#live" hx-swap="innerHTML">The timer on PAY-12 is running.<' in resumed
    wait(running, clock, 61)
    assert "1:01:01" in running.get("/timer").text


def test_stopping_waits_for_one_round_of_calls(running: Viewer, app: Flask) -> None:
    shown = key(running)
    swap(app, cache=MemoryCache())
    assert calls_one_by_one(running, lambda: running.post("/timer/stop", key=shown)) == []


def test_stopping_fills_in_the_form_and_logging_ends_it(running: Viewer, clock: SettableClock) -> None:
    wait(running, clock, 27 * 60 + 20)
    form = stopped(running)
    assert form.action == "/timer/log?place=dialog"
    filled = {name: form.fields[name] for name in ("issue", "day", "start", "duration")}
    assert filled == {"issue": str(PAY), "day": "2026-11-16", "start": "12:00", "duration": "1h 27m"}
    wait(running, clock, 600)
    assert "1:27:20" in running.get("/timer").text, "filling in the form does not count"
    answer = submit(running, form, comment="Charted")
    assert answer.status_code == 200
    assert "1h 27m logged on PAY-12" in answer.text
    assert "Undo" in answer.text
    assert '<hx-partial hx-target="#timer"' in answer.text
    assert "sheet-changed" in answer.headers["HX-Trigger"]
    assert logged(running) == [(PAY, MONDAY, 87 * 60)]
    assert "data-counts-from" not in running.get("/timer").text


def test_what_was_typed_stays_if_it_is_refused(running: Viewer) -> None:
    form = stopped(running)
    answer = submit(running, form, duration="soon", comment="Charted")
    assert answer.status_code == 422
    again = Form(answer.text)
    assert again.action == form.action
    assert (again.fields["duration"], again.fields["comment"]) == ("soon", "Charted")
    assert "Measured 1:00:00 since 12:00." in answer.text
    assert logged(running) == []


def test_the_second_tab_gets_a_message(running: Viewer) -> None:
    form = stopped(running)
    assert submit(running, form).status_code == 200
    second = submit(running, form, duration="2h")
    assert second.status_code == 409
    assert "another tab or on another device" in second.text
    assert "timer-changed" in second.headers["HX-Trigger"]
    mark = form.fields["key"]
    for name in ("pause", "resume", "confirm", "stop", "discard"):
        assert running.post(f"/timer/{name}", key=mark).status_code == 409
    assert logged(running) == [(PAY, MONDAY, HOUR)]


def test_a_form_that_another_device_has_overtaken_shows_what_was_measured_since(
    running: Viewer, clock: SettableClock
) -> None:
    form = stopped(running)
    assert running.post("/timer/resume", key=form.fields["key"]).status_code == 200
    wait(running, clock, HOUR)
    refused = submit(running, form, comment="by the lighthouse")
    assert refused.status_code == 422
    assert "on another device and runs, so nothing was logged." in refused.text
    assert 'hx-target="#timer"' in refused.text, "the page shows the timer as it is now"
    assert "Stop" in refused.text.partition('hx-target="#timer"')[2]
    assert running.post("/timer/pause", key=form.fields["key"]).status_code == 200
    shown = submit(running, Form(refused.text), comment="by the lighthouse")
    assert "measured 2h in all, so nothing was logged." in shown.text
    assert "Measured 2:00:00 since 12:00." in shown.text
    again = Form(shown.text)
    assert (again.fields["duration"], again.fields["comment"]) == ("1h", "by the lighthouse")
    assert submit(running, again, duration="2h").status_code == 200
    assert logged(running) == [(PAY, MONDAY, 2 * HOUR)]


def test_another_issue_asks_for_the_first_one_and_starts_then(running: Viewer, clock: SettableClock) -> None:
    answer = running.post("/timer", issue=OPS)
    assert '<hx-partial hx-target="#dialog" hx-swap="innerHTML">' in answer.text
    assert "The timer on OPS-31 starts when this time is logged or discarded." in answer.text
    form = Form(answer.text)
    assert (form.fields["issue"], form.fields["next"]) == (str(PAY), str(OPS))
    wait(running, clock, 90)
    assert "OPS-31" in submit(running, form).text
    assert logged(running) == [(PAY, MONDAY, HOUR)]
    assert "0:01:30" in running.get("/timer").text


def test_one_of_the_day_before_is_logged_before_it_goes_on(running: Viewer, clock: SettableClock) -> None:
    mark = key(running)
    running.post("/timer/pause", key=mark)
    wait(running, clock, 20 * HOUR)
    html = running.post("/timer/resume", key=mark).text
    assert "The timer on PAY-12 starts when this time is logged or discarded." in html
    form = Form(html)
    assert (form.fields["day"], form.fields["duration"]) == (str(MONDAY), "1h")
    refused = submit(running, form, duration="nonsense")
    assert refused.status_code == 422
    wait(running, clock, 90)
    discard = running.get("/timer/discard", next=form.fields["next"], next_from=form.fields["next_from"]).text
    assert form.fields["next_from"] in discard
    assert submit(running, Form(refused.text), duration="1h").status_code == 200
    assert logged(running) == [(PAY, MONDAY, HOUR)]
    assert "0:01:30" in running.get("/timer").text


def test_whoever_may_start_no_timer_cannot_let_one_of_the_day_before_go_on(
    running: Viewer, clock: SettableClock, app: Flask
) -> None:
    mark = key(running)
    running.post("/timer/pause", key=mark)
    wait(running, clock, 20 * HOUR)
    choose(app, running, Whom.NOBODY)
    assert running.post("/timer/resume", key=mark).status_code == 403
    assert submit(running, stopped(running)).status_code == 200
    assert logged(running) == [(PAY, MONDAY, HOUR)]


def test_the_panel_stays_about_its_issue(running: Viewer) -> None:
    here = {"place": "panel-form", "at": str(OPS)}
    html = running.site.client.post(
        "/timer/stop", query_string=here, data={"key": key(running)}, headers=running.headers
    ).text
    form = Form(html)
    assert form.action == f"/timer/log?place=panel-form&at={OPS}"
    assert '<div class="field issue-field">' in html, "the form says that the time is of another issue"
    answer = running.site.client.post(form.action, data=form.fields, headers=running.headers)
    assert f"at={OPS}" in answer.text
    assert "Start timer" in answer.text
    assert logged(running) == [(PAY, MONDAY, HOUR)]
    running.post("/timer", issue=PAY)
    question = running.get("/timer/discard", **here).text
    assert f"/timer/discard?place=panel-form&amp;at={OPS}" in question


def test_discarding_asks_first(running: Viewer) -> None:
    question = running.get("/timer/discard", next=OPS).text
    assert "Discard this time?" in question
    assert "<b>1:00:00</b> on PAY-12" in question
    assert logged(running) == []
    answer = running.post("/timer/discard", key=key(running), next=OPS)
    assert "The timer on PAY-12 is discarded." in answer.text
    assert "OPS-31" in answer.text
    running.post("/timer/discard", key=key(running))
    assert "There is no timer" in running.get("/timer/discard").text
    assert logged(running) == []


def test_time_over_midnight_can_be_split(viewer: Viewer, clock: SettableClock) -> None:
    wait(viewer, clock, 11 * HOUR)
    viewer.post("/timer", issue=PAY)
    wait(viewer, clock, 3 * HOUR)
    html = viewer.post("/timer/stop", key=key(viewer)).text
    assert "Split at midnight" in html
    assert "since Monday, 16 November 2026, 23:00" in html
    answer = submit(viewer, Form(html), split="1")
    assert answer.status_code == 200
    assert logged(viewer) == [(PAY, MONDAY, HOUR), (PAY, MONDAY + timedelta(days=1), 2 * HOUR)]


def test_a_forgotten_one_is_asked_about_once_a_day(running: Viewer, clock: SettableClock) -> None:
    assert "Did you forget it?" not in running.get("/timer").text
    wait(running, clock, 7 * HOUR)
    html = running.get("/timer").text
    assert "This timer has been running since 12:00. Did you forget it?" in html
    assert "Did you forget it?" not in running.post("/timer/confirm", key=key(running)).text
    wait(running, clock, 4 * HOUR)
    running.post("/timer/pause", key=key(running))
    html = running.get("/timer").text
    assert "is paused and was started before today: Monday, 16 November 2026, 12:00" in html


def test_the_form_of_one_that_ran_into_the_night_asks_to_check_its_time(
    running: Viewer, clock: SettableClock
) -> None:
    wait(running, clock, 8 * HOUR)
    running.post("/timer/confirm", key=key(running))
    said = "You may have forgotten to stop the timer. Check the time before you log it."
    assert said not in running.post("/timer/stop", key=key(running)).text
    running.post("/timer/resume", key=key(running))
    wait(running, clock, 4 * HOUR)
    assert "Did you forget it?" in running.get("/timer").text, "midnight has passed"
    html = running.post("/timer/stop", key=key(running)).text
    assert said in html
    assert Form(html).fields["duration"] == "13h"


def test_an_issue_that_is_gone_keeps_the_time(running: Viewer, app: Flask) -> None:
    mark = key(running)
    del running.scene.jira.issues[PAY]
    app.extensions["timesheet"].operation.cache.delete(f"{running.site.client_key}:issue:viewer-1:{PAY}")
    assert "Issue not found" in running.get("/timer").text
    html = running.post("/timer/stop", key=mark).text
    assert "The issue was deleted or is hidden from you now. The time is kept" in html
    form = Form(html)
    assert (form.fields["issue"], form.fields["duration"]) == ("", "1h")
    assert submit(running, form).status_code == 422, "an issue has to be chosen"
    assert submit(running, form, issue=OPS, text="OPS-31").status_code == 200
    assert logged(running) == [(OPS, MONDAY, HOUR)]


def test_an_issue_that_is_done_is_named(running: Viewer) -> None:
    issues = running.scene.jira.issues
    viewer = running
    viewer.post("/timer/discard", key=key(viewer))
    issues[BARE] = replace(issues[BARE], done=True)
    viewer.post("/timer", issue=BARE)
    assert "OPS-40 is done by now" in viewer.post("/timer/stop", key=key(viewer)).text


def test_a_start_that_jira_or_a_rule_refuses_says_why(viewer: Viewer) -> None:
    assert viewer.post("/timer", issue=999).status_code == 404
    assert viewer.post("/timer", issue="PAY-12").status_code == 422
    assert "data-counts-from" not in viewer.get("/timer").text


def test_it_can_be_stopped_while_jira_is_away(
    running: Viewer, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    def away(*_: object, **_named: object) -> object:
        raise JiraUnavailable("Jira is away.")

    form = stopped(running)
    monkeypatch.setattr(running.scene.jira, "create_worklog", away)
    assert submit(running, form).status_code >= 500
    assert "1:00:00" in running.get("/timer").text


def choose(app: Flask, viewer: Viewer, whom: Whom = Whom.EVERYBODY, **changes: str) -> None:
    """Choose settings of the site, and who may use timers."""
    with stored(app, viewer.site.client_key) as (stores, _):
        settings = app.extensions["timesheet"].stores.settings_of(viewer.site.client_key)
        settings.save_site(replace(settings.read_site(), **changes))
        permissions = stores.permissions.read()
        granted = permissions.permissions | {SitePermission.TIMERS: Grant(whom)}
        stores.permissions.save(SitePermissions(permissions.modules, granted, permissions.version))


def test_t19_time_is_rounded_as_the_site_says_with_the_measured_time_beside_it(
    running: Viewer, app: Flask, clock: SettableClock
) -> None:
    choose(app, running, timer_rounding="up-15")
    wait(running, clock, 30 * 60 + 20)
    html = running.post("/timer/stop", key=key(running)).text
    assert Form(html).fields["duration"] == "1h 30m"
    assert "rounded" not in html, "90 minutes stay 90"
    running.post("/timer/resume", key=key(running))
    wait(running, clock, 60)
    html = running.post("/timer/stop", key=key(running)).text
    assert Form(html).fields["duration"] == "1h 45m"
    assert "Measured 1:31:20 since 12:00, rounded to 1h 45m." in html
    assert submit(running, Form(html), duration="1h 31m").status_code == 200
    assert logged(running) == [(PAY, MONDAY, 91 * 60)]


def test_t19_many_short_timers_add_up_to_what_they_measured(viewer: Viewer, clock: SettableClock) -> None:
    for minutes in (3, 1, 5):
        viewer.post("/timer", issue=PAY)
        wait(viewer, clock, minutes * 60)
        assert submit(viewer, stopped(viewer)).status_code == 200
    assert sum(seconds for *_, seconds in logged(viewer)) == 9 * 60


def test_timers_can_be_limited_to_projects(viewer: Viewer, app: Flask) -> None:
    choose(app, viewer, timer_projects="7,9")
    answer = viewer.post("/timer", issue=PAY)
    assert answer.status_code == 403
    assert "Timers are limited to some projects on this site, and PAY is not one of them." in answer.text
    choose(app, viewer, timer_projects="1")
    assert viewer.post("/timer", issue=PAY).status_code == 200


def test_an_issue_of_a_project_without_timers_is_offered_none(viewer: Viewer, app: Flask) -> None:
    issues = viewer.scene.jira.issues
    issues[OPS] = replace(issues[OPS], project_id=issues[PAY].project_id + 1)
    viewer.scene.jira.own = OwnIssues(recent=(issues[PAY], issues[OPS]))
    choose(app, viewer, timer_projects=str(issues[OPS].project_id))
    offered = viewer.get("/issues", **{"for": "timer", "all": "1"}).text
    assert issues[OPS].key in offered
    assert issues[PAY].key not in offered
    assert issues[PAY].key in viewer.get("/issues", all="1").text, "a row can be added"
    found = viewer.get("/issues", **{"for": "timer", "text": issues[PAY].key}).text
    assert "Timers are limited to some projects on this site, and PAY is not one of them." in found
    assert "data-time" not in found
    here = {"place": "panel-form", "at": str(PAY)}
    assert "Start timer" not in viewer.get("/timer", **here).text
    viewer.post("/timer", issue=OPS)
    assert "Start here" not in viewer.get("/timer", **here).text
    assert "Stop" in viewer.get("/timer", **here).text


def test_timers_can_be_switched_off_and_one_that_runs_can_still_be_ended(running: Viewer, app: Flask) -> None:
    choose(app, running, Whom.NOBODY)
    html = running.get("/timer").text
    assert "Stop" in html
    assert "timer-start" not in html
    assert "Start here" not in running.get("/timer", place="panel-form", at=OPS).text
    assert submit(running, stopped(running)).status_code == 200
    html = running.get("/timer").text
    assert " hidden>" in html
    assert "Start" not in html
    refused = running.post("/timer", issue=PAY)
    assert refused.status_code == 403
    assert "You need the site permission “Timers”." in refused.text


def test_whoever_may_start_no_timer_starts_none_by_ending_one(running: Viewer, app: Flask) -> None:
    form = stopped(running)
    choose(app, running, Whom.NOBODY)
    for refused in (
        submit(running, form, next=OPS),
        running.post("/timer/discard", key=key(running), next=OPS),
    ):
        assert "You need the site permission “Timers”." in refused.text
    assert logged(running) == []
    assert "PAY-12" in running.get("/timer").text


def test_discarding_asks_again_about_time_that_was_measured_since(
    running: Viewer, clock: SettableClock
) -> None:
    question = running.get("/timer/discard", next=OPS).text
    assert '"measured":3600' in question.replace(" ", "")
    wait(running, clock, HOUR)
    again = running.post("/timer/discard", key=key(running), next=OPS, measured=HOUR)
    assert again.status_code == 422
    assert "measured more time since this question was asked, so nothing was discarded." in again.text
    assert "<b>2:00:00</b> on PAY-12" in again.text
    assert 'hx-target="#timer"' in again.text, "the page shows the timer as it is now"
    answer = running.post("/timer/discard", key=key(running), next=OPS, measured=2 * HOUR)
    assert "The timer on PAY-12 is discarded." in answer.text
    assert logged(running) == []
