"""Suggestions over HTTP: for the viewer alone, without a call when they are off, logged by one click."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import time
from io import BytesIO
from threading import Barrier, BrokenBarrierError

import pytest
from flask import Flask

from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import make_team_view
from tests.web.support.two_sites import stored
from tests.web.support.viewer import Viewer, make_viewer
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.jira_time import started_at
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.suggestion.suggestion import Activity, ActivityKind, IssueAction, with_mark
from timesheet.domain.team.team import TeamPermission

WEEK = {"first": "2026-11-16", "last": "2026-11-22"}
SHEET = {"view": "week", "day": MONDAY.isoformat()}
ICS = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:a
DTSTART;TZID=Europe/Berlin:20261116T160000
DURATION:PT1H
SUMMARY:Planning
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    viewer = make_viewer(app, site, clock)
    issues = viewer.scene.jira.issues
    actions = [
        IssueAction(
            number, started_at(MONDAY, time(hour), BERLIN).instant, ActivityKind.MOVED.value, "In <Review>"
        )
        for number, hour in ((PAY, 14), (OPS, 16))
    ]
    viewer.scene.jira.activity = Activity(tuple(actions), {PAY: issues[PAY], OPS: issues[OPS]})
    return viewer


def reads(viewer: Viewer) -> int:
    return viewer.scene.jira.log.count("activity")


def sheet(viewer: Viewer, layout: str = "list") -> str:
    return viewer.get("/timesheet", layout=layout, **SHEET).text


def read(viewer: Viewer) -> None:
    answer = viewer.get("/suggestions", **WEEK)
    assert answer.status_code == 200
    assert "sheet-changed" in answer.headers["HX-Trigger"]


def marks(html: str) -> list[str]:
    return re.findall(r'id="suggestion-([0-9a-f]{16})"', html)


def values_of(html: str, number: int = 0) -> dict[str, str]:
    found = re.findall(r"hx-post=\"/suggestions/accept\" hx-vals='({.*?})'", html)
    return dict(re.findall(r'"(\w+)": ?"([^"]*)"', found[number]))


def logged(viewer: Viewer) -> list[tuple[int, int]]:
    return [(row.issue_id, row.seconds) for row in viewer.scene.jira.worklogs.values()]


def permit(app: Flask, viewer: Viewer, whom: Whom) -> None:
    with stored(app, viewer.site.client_key) as (stores, _):
        permissions = stores.permissions.read()
        granted = permissions.permissions | {SitePermission.SUGGESTIONS: Grant(whom)}
        stores.permissions.save(SitePermissions(permissions.modules, granted, permissions.version))


def test_the_sheet_asks_once_and_then_shows_them_uncounted(viewer: Viewer) -> None:
    before = sheet(viewer)
    assert "ask-suggestions" in before
    assert reads(viewer) == 0
    read(viewer)
    html = sheet(viewer)
    assert "ask-suggestions" not in html
    assert len(marks(html)) == 2
    assert "moved to In &lt;Review&gt; at 14:00" in html
    assert "Log 4h" in html
    assert f'id="head-{MONDAY}"' in html
    assert "<b>0:00</b>" in html
    assert marks(sheet(viewer, "calendar")) == marks(html)
    assert reads(viewer) == 1


def test_a_refresh_asks_again(viewer: Viewer) -> None:
    read(viewer)
    assert "ask-suggestions" in viewer.get("/timesheet", layout="list", refresh="1", **SHEET).text
    read(viewer)
    assert reads(viewer) == 2


def test_the_grid_asks_for_nothing(viewer: Viewer) -> None:
    assert "ask-suggestions" not in sheet(viewer, "grid")


def test_one_click_logs_once_and_the_undo_brings_it_back(viewer: Viewer) -> None:
    read(viewer)
    values = values_of(sheet(viewer))
    first = viewer.post("/suggestions/accept", **values)
    assert first.status_code == 200
    assert "4h logged on PAY-12" in first.text
    again = viewer.post("/suggestions/accept", **values)
    assert "logged already" in again.text
    assert logged(viewer) == [(PAY, 4 * 3600)]
    assert len(marks(sheet(viewer))) == 1
    token = re.search(r'"undo": ?"([0-9a-f]{32})"', first.text)
    assert token
    assert viewer.post("/worklogs/undo", undo=token[1]).status_code == 200
    assert len(marks(sheet(viewer))) == 2
    assert viewer.post("/suggestions/accept", **values).status_code == 200
    assert logged(viewer) == [(PAY, 4 * 3600)]


def test_the_dialog_asks_for_what_is_not_known(viewer: Viewer) -> None:
    read(viewer)
    values = values_of(sheet(viewer))
    del values["issue"]
    answer = viewer.post("/suggestions/accept", **values)
    assert answer.headers["HX-Retarget"] == "#dialog"
    assert "Choose an issue from the list." in answer.text
    assert 'value="10:00"' in answer.text
    values = values_of(sheet(viewer))
    del values["duration"]
    answer = viewer.post("/suggestions/accept", **values)
    assert "PAY-12 Work on PAY-12" in answer.text
    assert logged(viewer) == []


def test_a_refusal_is_said_and_nothing_is_logged(viewer: Viewer) -> None:
    read(viewer)
    values = values_of(sheet(viewer))
    viewer.scene.jira.failing["create_worklog"] = [JiraUnavailable("Jira is away.")]
    answer = viewer.post("/suggestions/accept", **values)
    assert answer.status_code == 502
    assert "Jira is away." in answer.text
    assert logged(viewer) == []


def test_a_dismissed_one_stays_away(viewer: Viewer) -> None:
    read(viewer)
    first, second = marks(sheet(viewer))
    assert viewer.post("/suggestions/dismiss", mark=first).status_code == 200
    assert marks(sheet(viewer)) == [second]
    assert viewer.post("/suggestions/dismiss", mark="?").status_code == 422


def test_those_that_are_dismissed_at_once_all_stay_away(app: Flask, viewer: Viewer) -> None:
    """Two quick clicks are two requests, and each of them changes what the other has stored."""
    key, both_have_read = viewer.site.client_key, Barrier(2)
    settings = app.extensions["timesheet"].stores.settings_of(key)

    def dismiss(mark: str) -> None:
        def changed(marks: tuple[str, ...]) -> tuple[str, ...]:
            with suppress(BrokenBarrierError):
                both_have_read.wait(timeout=0.2)
            return with_mark(marks, mark)

        with stored(app, key):
            settings.change_dismissed("ann", changed)

    with stored(app, key):
        settings.change_dismissed("ann", lambda _: ("0" * 16,))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(dismiss, ("a" * 16, "b" * 16)))
    with stored(app, key):
        assert sorted(settings.read_dismissed("ann")) == ["0" * 16, "a" * 16, "b" * 16]


def test_the_button_for_all_of_a_day_has_not_the_sign_of_a_day_that_is_complete(viewer: Viewer) -> None:
    read(viewer)
    button = re.search(
        rf'<button[^>]* id="log-all-{MONDAY}".*?</button>', sheet(viewer, "calendar"), re.DOTALL
    )
    assert button
    assert re.findall(r"icon icon-(\w+)", button[0]) == ["suggestion"]


def test_all_of_a_day_are_logged_with_verdicts_and_one_undo(viewer: Viewer) -> None:
    read(viewer)
    plan = viewer.get("/suggestions/day", of=MONDAY, layout="list", **SHEET)
    assert "2 suggestions are logged with the proposed times." in plan.text
    both = re.findall(r'name="mark" value="([0-9a-f]{16})"', plan.text)
    viewer.scene.jira.failing["create_worklog"] = [InvalidInput("This issue takes no time.")]
    answer = viewer.post("/suggestions/day", of=MONDAY, mark=both, layout="list", **SHEET)
    assert "This issue takes no time." in answer.text
    assert "1 suggestion logged." in answer.text
    assert len(logged(viewer)) == 1
    answer = viewer.post("/suggestions/day", of=MONDAY, mark=both, layout="list", **SHEET)
    assert len(logged(viewer)) == 2
    assert "1 suggestion logged." in answer.text
    assert viewer.get("/suggestions/day", of=MONDAY, layout="list", **SHEET).text.count("<li") == 0


def test_a_required_attribute_is_named_with_where_to_enter_it(app: Flask, viewer: Viewer) -> None:
    read(viewer)
    both = marks(sheet(viewer))
    with stored(app, viewer.site.client_key) as (stores, _):
        stores.attributes.save(Attribute("ticket", "Ticket", Kind.TEXT, required=True, everywhere=True))
    plan = viewer.get("/suggestions/day", of=MONDAY, layout="list", **SHEET).text
    answer = viewer.post("/suggestions/day", of=MONDAY, mark=both, layout="list", **SHEET)
    for text in (plan, answer.text):
        assert text.count("is required. Log this time in the dialog, which asks for it.") == 2
    assert "None of these suggestions can be logged as it is." in plan
    assert answer.status_code == 422
    assert logged(viewer) == []


def test_what_is_more_than_can_be_logged_at_once_is_said_before(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timesheet.web.suggestion.day.MOST", 1)
    read(viewer)
    plan = viewer.get("/suggestions/day", of=MONDAY, layout="list", **SHEET).text
    assert plan.count("<li") == 2
    assert "1 suggestion is logged with the proposed time." in plan
    assert plan.count("Log it afterwards: at most 30 suggestions can be logged at once.") == 1
    assert len(re.findall(r'name="mark" value="([0-9a-f]{16})"', plan)) == 1
    viewer.post("/suggestions/day", of=MONDAY, mark=marks(sheet(viewer)), layout="list", **SHEET)
    assert len(logged(viewer)) == 1


def test_suggestions_of_a_day_that_are_gone_meanwhile_are_counted(viewer: Viewer) -> None:
    read(viewer)
    both = marks(sheet(viewer))
    viewer.post("/suggestions/dismiss", mark=both[0])
    answer = viewer.post("/suggestions/day", of=MONDAY, mark=both, layout="list", **SHEET)
    assert "1 suggestion logged. 1 suggestion is not offered anymore" in answer.text
    assert 'class="flag warning"' in answer.text
    answer = viewer.post("/suggestions/day", of=MONDAY, mark=both, layout="list", **SHEET)
    assert "2 suggestions are not offered anymore" in answer.text
    assert "0 suggestions" not in answer.text
    assert len(logged(viewer)) == 1


def test_a_suggestion_that_is_gone_is_counted_beside_one_that_is_refused(viewer: Viewer) -> None:
    read(viewer)
    both = marks(sheet(viewer))
    viewer.post("/suggestions/dismiss", mark=both[0])
    viewer.scene.jira.failing["create_worklog"] = [InvalidInput("This issue takes no time.")]
    answer = viewer.post("/suggestions/day", of=MONDAY, mark=both, layout="list", **SHEET)
    assert answer.status_code == 422
    assert "This issue takes no time." in answer.text
    assert "0 suggestions logged. 1 suggestion is not offered anymore" in answer.text


@pytest.mark.parametrize(
    ("wrote_maybe", "why"),
    [
        (False, "Not tried: Jira is away."),
        (True, "Not tried, because the one before it could not be saved."),
    ],
)
def test_when_jira_stops_answering_the_rest_is_not_tried(viewer: Viewer, wrote_maybe: bool, why: str) -> None:
    read(viewer)
    both = marks(sheet(viewer))
    away = JiraUnavailable("Jira is away.", wrote_maybe=wrote_maybe)
    viewer.scene.jira.failing["create_worklog"] = [away]
    answer = viewer.post("/suggestions/day", of=MONDAY, mark=both, layout="list", **SHEET)
    assert answer.status_code == 422
    assert answer.text.count("Jira is away.") == (1 if wrote_maybe else 2)
    assert why in answer.text
    assert viewer.scene.jira.log.count("create_worklog") == 1


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/suggestions/accept", {"mark": "a" * 16}),
        ("/suggestions/day", {"of": MONDAY, "mark": "a" * 16, "layout": "list", **SHEET}),
        ("/suggestions/calendar-file", {"text": ICS.decode(), **WEEK}),
    ],
)
def test_whom_no_admin_lets_have_them_reads_which_permission_is_missing(
    app: Flask, viewer: Viewer, path: str, values: dict[str, object]
) -> None:
    permit(app, viewer, Whom.NOBODY)
    answer = viewer.post(path, **values)
    assert answer.status_code == 403
    assert "You need the site permission “Suggestions”." in answer.text
    assert "Refused by Timesheet’s site permissions." in answer.text


def test_switched_off_by_the_person_there_is_no_call(viewer: Viewer) -> None:
    assert viewer.post("/suggestions/choose", shown="0").status_code == 200
    html = sheet(viewer)
    assert "ask-suggestions" not in html
    assert "Show suggestions" in html
    assert "HX-Trigger" not in viewer.get("/suggestions", **WEEK).headers
    assert viewer.post("/suggestions/accept", mark="a" * 16).status_code == 409
    answer = viewer.post("/suggestions/day", of=MONDAY, mark="a" * 16, layout="list", **SHEET)
    assert (answer.status_code, "Suggestions are switched off." in answer.text) == (409, True)
    # Behind an open dialog, nobody would see the message.
    closed = '<hx-partial hx-target="#dialog" hx-swap="innerHTML"></hx-partial>'
    assert closed in answer.text
    assert closed in viewer.post("/suggestions/calendar-file", text=ICS.decode(), **WEEK).text
    assert reads(viewer) == 0
    viewer.post("/suggestions/choose", shown="1")
    read(viewer)
    assert len(marks(sheet(viewer))) == 2


def test_switched_off_by_an_admin_there_is_no_call_and_no_choice(app: Flask, viewer: Viewer) -> None:
    permit(app, viewer, Whom.NOBODY)
    html = sheet(viewer)
    assert "suggestion" not in html
    viewer.get("/suggestions", **WEEK)
    assert viewer.post("/suggestions/calendar-file", text=ICS.decode(), **WEEK).status_code == 403
    assert "<li" not in viewer.get("/suggestions/day", of=MONDAY, layout="list", **SHEET).text
    assert reads(viewer) == 0


def test_nobody_else_sees_them_and_nobody_elses_are_read(
    viewer: Viewer, app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    read(viewer)
    mine = marks(sheet(viewer))
    site.account = "viewer-2"
    other = make_viewer(app, site, clock)
    site.account = "viewer-2"
    other.scene.jira.profile = replace(other.scene.jira.profile, account_id="viewer-2")
    other.headers.update(viewer.headers | {"Authorization": f"JWT {site.session_token()}"})
    html = other.get("/timesheet", layout="list", **SHEET).text
    assert marks(html) == []
    assert not any(mark in html for mark in mine)
    assert reads(other) == 0


SECRET = "Talk about a new employer"


def test_a_manager_gets_nobody_elses_suggestions_by_any_route(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    """Ana gave a calendar file. Her lead, who manages her worklogs, asks every address with her name in it."""
    team = make_team_view(app, site, clock)
    lead, ana = team.viewer, team.as_person("ana")
    team.role("manager", TeamPermission.MANAGE_WORKLOGS, TeamPermission.VIEW_WORKLOGS)
    team.add("viewer-1", "manager")
    worklog = lead.scene.put(PAY, MONDAY, 3600, author="ana")
    lead.scene.jira.activity = Activity()
    kept = ana.post("/suggestions/calendar-file", text=ICS.decode().replace("Planning", SECRET), **WEEK)
    assert "1 meeting is suggested" in kept.text
    hers = ana.get("/timesheet", layout="list", **SHEET).text
    assert SECRET in hers
    [mark] = marks(hers)

    known = {"team_id": "alpha", "issue_id": PAY, "worklog_id": worklog.id, "person": "ana"}
    values = {
        **SHEET,
        **WEEK,
        "person": "ana",
        "account": "ana",
        "who": "alpha",
        "of": MONDAY,
        "range": "range",
    }
    answered = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.arguments <= known.keys():
            continue
        path = app.url_map.bind("").build(rule.endpoint, {name: known[name] for name in rule.arguments})
        for layout in ("list", "calendar"):
            answer = lead.get(path, layout=layout, tab="timesheet", **values)
            assert SECRET.encode() not in answer.data, path
            assert mark.encode() not in answer.data, path
            answered += answer.status_code == 200
    assert answered > 40
    hold = lead.scene.jira.worklogs.copy()
    lead.post("/suggestions/day", mark=[mark], layout="list", **values)
    assert lead.scene.jira.worklogs == hold
    lead.post("/suggestions/dismiss", mark=mark, person="ana")
    assert mark in ana.get("/timesheet", layout="list", **SHEET).text


def test_a_day_that_gets_too_long_with_its_meetings_is_said_before(viewer: Viewer) -> None:
    viewer.scene.put(OPS, MONDAY, 24 * 3600)
    viewer.post("/suggestions/calendar-file", text=ICS.decode().replace("Planning", "PAY-12 plan"), **WEEK)
    plan = viewer.get("/suggestions/day", of=MONDAY, layout="list", **SHEET).text
    assert "That makes 25h on one day." in plan


def test_meetings_of_a_file_are_suggested_and_an_issue_is_chosen_at_once(viewer: Viewer) -> None:
    assert (
        "Choose it, or drop it here, on the list, or on the calendar."
        in viewer.get("/suggestions/calendar-file", **WEEK).text
    )
    answer = viewer.site.client.post(
        "/suggestions/calendar-file",
        data={"file": (BytesIO(ICS), "mine.ics"), **WEEK},
        headers=viewer.headers,
    )
    assert "1 meeting is suggested" in answer.text
    html = sheet(viewer)
    assert "Planning" in html
    assert "Log 1h …" in html
    pasted = viewer.post(
        "/suggestions/calendar-file", text=ICS.decode().replace("Planning", "PAY-12 plan"), **WEEK
    )
    assert pasted.status_code == 200
    values = values_of(sheet(viewer))
    assert (values["issue"], values["duration"], values["comment"]) == (str(PAY), "1h", "PAY-12 plan")
    assert viewer.post("/suggestions/accept", **values).status_code == 200
    assert logged(viewer) == [(PAY, 3600)]
    assert marks(sheet(viewer)) == []


@pytest.mark.parametrize("layout", ["list", "calendar"])
def test_the_title_of_a_meeting_is_shown_before_it_becomes_the_comment(viewer: Viewer, layout: str) -> None:
    viewer.post("/suggestions/calendar-file", text=ICS.decode().replace("Planning", "PAY-12 plan"), **WEEK)
    html = sheet(viewer, layout)
    assert values_of(html)["comment"] == "PAY-12 plan"
    assert "“PAY-12 plan” from your calendar file" in html
    plan = viewer.get("/suggestions/day", of=MONDAY, layout=layout, **SHEET).text
    assert "“PAY-12 plan” from your calendar file" in plan


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose a file, or paste the text of one."),
        ({"text": "PK zip"}, "This is not a calendar file (.ics). Nothing was read."),
        ({"text": ICS.decode()[:-20]}, "The file ends before the calendar does, so a part of it is missing."),
        ({"text": ICS.decode(), "first": "2026-11-23"}, "These days cannot be shown."),
        ({"text": ICS.decode().replace("20261116", "20270101")}, ""),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence_and_what_was_pasted_stays(
    viewer: Viewer, fields: dict[str, str], sentence: str
) -> None:
    answer = viewer.post("/suggestions/calendar-file", **{**WEEK, **fields})
    assert (sentence or "The file has no meetings on these days.") in answer.text
    assert answer.status_code == (422 if sentence else 200)
    if sentence and "text" in fields:
        assert fields["text"].split("\n")[0] in answer.text


def test_what_cannot_be_read_in_a_file_is_said(viewer: Viewer) -> None:
    unread = "1 event has a time or a repetition that this app cannot read."
    endless = ICS.decode().replace("END:VEVENT", "RRULE:FREQ=SECONDLY\nEND:VEVENT").replace("UID:a", "UID:b")
    answer = viewer.post("/suggestions/calendar-file", text=endless, **WEEK)
    assert f"No meetings of the file are suggested on these days. {unread}" in answer.text
    assert 'class="flag warning"' in answer.text
    both = endless.replace("END:VCALENDAR", ICS.decode().partition("BEGIN:VCALENDAR")[2])
    answer = viewer.post("/suggestions/calendar-file", text=both, **WEEK)
    assert f"1 meeting is suggested in the list and the calendar. {unread}" in answer.text


def test_invalid_days_are_not_read(viewer: Viewer) -> None:
    viewer.get("/suggestions", first="2026-11-22", last="2026-11-16")
    viewer.get("/suggestions", first="2026-01-01", last="2026-12-31")
    assert reads(viewer) == 0
