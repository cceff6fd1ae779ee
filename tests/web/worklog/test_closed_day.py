"""Closed days in every layout of My Timesheet, its dialogs, and the copy: marked in advance, and refused anyway."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.services.support.scene import BARE, BERLIN, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, forbidden, make_team_view
from tests.web.support.viewer import Form
from timesheet.domain.jira_time import work_date
from timesheet.domain.suggestion.suggestion import Activity, ActivityKind, IssueAction
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.safeguard.seen import seen_mark

HOUR = 3600
LAST, FIRST = date(2026, 11, 30), date(2026, 12, 1)
REASON = "Closed by Alpha (from 1 November 2026 to 30 November 2026"
WHO = "a member with “Manage this team” can reopen it"


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Go to 2 December 2026: the viewer worked on both sides of the month's end, and November can be closed."""
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, LAST, HOUR)
    view.viewer.scene.put(OPS, LAST, HOUR, time(11))
    view.viewer.scene.put(PAY, FIRST, HOUR)
    view.travel(datetime(2026, 12, 2, 10, tzinfo=UTC))
    return view


def worklog_of(team: TeamView, issue: int, day: date) -> Worklog:
    [found] = [w for w in team.viewer.scene.jira.worklogs.values() if (w.issue_id, w.day) == (issue, day)]
    return found


def row(text: str, issue: int) -> list[str]:
    """Return the opening tags of an issue's seven cells."""
    [cells] = re.findall(rf"<tr id=\"r{issue}\">.*?</th>(.*?)<td class=\"s\"", text, re.DOTALL)
    return re.findall(r"<td[^>]*>", cells)


def test_t10_only_the_closed_cells_of_a_week_are_read_only(team: TeamView) -> None:
    team.close("2026-11-01")
    text = team.viewer.get("/timesheet", view="week", day=LAST).text
    cells = row(text, PAY)
    assert ["aria-readonly=true" in cell for cell in cells] == [True, *[False] * 6]
    assert text.count(f'data-closed="{REASON}') == 1
    assert WHO in text


def test_a_page_that_was_read_before_a_closing_is_read_again_once_a_change_is_refused(team: TeamView) -> None:
    worklog, view = worklog_of(team, PAY, LAST), team.viewer
    seen, days = seen_mark(worklog), {"first": LAST, "last": FIRST}
    line = {"value": "2", "was": "1:00", "seen": seen, "layout": "list", **days}
    team.close("2026-11-01")
    answers = [
        view.post("/timesheet/cell", issue=PAY, day=LAST, value="2", seen=seen, key="key-0001", **days),
        view.post(f"/worklogs/{PAY}/{worklog.id}/delete", seen=seen),
        view.post(f"/list/{PAY}/{worklog.id}", **line),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert "with this worklog in it" in answer.text
        assert json.loads(answer.headers["HX-Trigger"]) == {"sheet-changed": {"target": "body"}}
    # The line takes no text anymore, so none is shown with the reason in it.
    assert "line-problem" not in answers[-1].text


def test_time_of_a_closed_day_is_logged_again_on_an_open_one(team: TeamView) -> None:
    team.close("2026-11-01")
    viewer, held = team.viewer, worklog_of(team, OPS, LAST)
    path = f"/worklogs/{OPS}/{held.id}"
    assert f'id="again-{held.id}"' in viewer.get("/timesheet", view="week", layout="list", day=LAST).text
    assert f'id="again-{held.id}"' in viewer.get("/worklogs/cell", issue=OPS, day=LAST).text
    assert 'id="log-again"' in viewer.get(path).text
    form = Form(viewer.get(f"{path}/again").text)
    assert (form.fields["day"], form.fields["start"]) == ("2026-12-02", "11:00")
    assert forbidden(viewer.post(form.action, **{**form.fields, "day": str(LAST)}), "Manage this team")
    assert viewer.post(form.action, **form.fields).status_code == 200


def test_a_split_form_over_a_closed_day_comes_back_with_the_open_one(team: TeamView) -> None:
    team.close("2026-11-01")
    viewer, count = team.viewer, len(team.viewer.scene.jira.worklogs)
    form = Form(viewer.get("/worklogs/new", issue=PAY, day=LAST, start="23:00").text)
    answer = viewer.post(form.action, **{**form.fields, "duration": "3h", "split": "1"})
    assert answer.status_code == 422
    assert "only the time that can be logged, 2h from 1 December 2026 on" in answer.text
    shown = Form(answer.text)
    assert [shown.fields[name] for name in ("day", "start", "duration")] == [str(FIRST), "00:00", "2h"]
    assert len(viewer.scene.jira.worklogs) == count
    assert viewer.post(shown.action, **shown.fields).status_code == 200
    assert len(viewer.scene.jira.worklogs) == count + 1


def test_a_scope_closes_the_cells_of_its_issues(team: TeamView) -> None:
    team.change(scope=Scope(jql="key = PAY-12"))
    team.close("2026-11-01")
    text = team.viewer.get("/timesheet", view="week", day=LAST).text
    assert ["aria-readonly" in row(text, issue)[0] for issue in (PAY, OPS)] == [True, False]
    calendar = team.viewer.get("/timesheet", view="week", day=LAST, layout="calendar").text
    assert f'data-closed-for="{PAY}"' in calendar
    assert f'id="log-{LAST}"' in calendar


def test_what_a_closing_holds_is_marked_after_its_issue_left_the_scope(team: TeamView) -> None:
    team.change(scope=Scope(jql="key = PAY-12"))
    team.close("2026-11-01")
    team.change(scope=Scope(jql="key = OPS-31"))
    locked, free = worklog_of(team, PAY, LAST), worklog_of(team, PAY, FIRST)
    view = team.viewer
    grid = view.get("/timesheet", view="week", day=LAST).text
    assert ["aria-readonly=true" in cell for cell in row(grid, PAY)] == [True, *[False] * 6]
    assert grid.count("data-closed=") == 1
    listed = view.get("/timesheet", view="week", day=LAST, layout="list").text
    assert (f'id="d{locked.id}"' in listed, f'id="d{free.id}"' in listed) == (False, True)
    assert "with this worklog in it" in listed
    assert f'id="log-{LAST}"' in listed
    calendar = view.get("/timesheet", view="week", day=LAST, layout="calendar").text
    assert len(re.findall(r'class="block[^"]* closed', calendar)) == 2
    cell = view.get("/worklogs/cell", issue=PAY, day=LAST).text
    assert ("with this worklog in it" in cell, "Log more time" in cell, "Delete the worklog" in cell) == (
        True,
        True,
        False,
    )
    form = view.get(f"/worklogs/{PAY}/{locked.id}").text
    assert "with this worklog in it" in form
    assert 'type="submit"' not in form
    assert "with this worklog in it" not in view.get(f"/worklogs/{PAY}/{free.id}").text
    own = view.get("/teams/alpha/worklogs", person="viewer-1", day=LAST).text
    assert 'title="Edit"' not in own


def test_a_cell_with_a_closed_and_an_open_worklog_opens_its_list(team: TeamView) -> None:
    team.change(scope=Scope(jql="key = PAY-12"))
    team.close("2026-11-01")
    team.change(scope=Scope((99,)))
    locked = worklog_of(team, PAY, LAST)
    team.viewer.scene.put(PAY, LAST, 2 * HOUR, time(15))
    grid = team.viewer.get("/timesheet", view="week", day=LAST, refresh=1).text
    assert "aria-readonly=true" not in row(grid, PAY)[0]
    cell = team.viewer.get("/worklogs/cell", issue=PAY, day=LAST).text
    assert (cell.count('title="Edit"'), f'id="duration-{locked.id}"' in cell, "Delete all" in cell) == (
        1,
        False,
        False,
    )
    assert re.search(r">[^<]*with this worklog in it\.[^<]*</p>", cell), "in the text, not only in a tooltip"


def test_a_day_is_marked_by_the_zone_in_which_it_was_closed(team: TeamView) -> None:
    team.close("2026-11-01")
    scene, auckland = team.viewer.scene, ZoneInfo("Pacific/Auckland")
    del scene.jira.worklogs[worklog_of(team, PAY, FIRST).id]
    scene.jira.profile = replace(scene.jira.profile, zone=auckland)
    scene.jira.zones_of["viewer-1"] = auckland
    grid = team.viewer.get("/timesheet", view="week", day=FIRST, refresh=1).text
    assert "in the time zone of that closing: Europe/Berlin" in grid
    assert ["aria-readonly=true" in cell for cell in row(grid, OPS)] == [True, True, *[False] * 5]


def test_list_and_calendar_take_nothing_on_a_closed_day(team: TeamView) -> None:
    team.close("2026-11-01")
    closed, open_ = worklog_of(team, PAY, LAST).id, worklog_of(team, PAY, FIRST).id
    listed = team.viewer.get("/timesheet", view="week", day=LAST, layout="list").text
    assert (f'id="d{closed}"' in listed, f'id="d{open_}"' in listed) == (False, True)
    assert (f'id="log-{LAST}"' in listed, f'id="log-{FIRST}"' in listed) == (False, True)
    assert REASON in listed
    calendar = team.viewer.get("/timesheet", view="week", day=LAST, layout="calendar").text
    assert (f'id="log-{LAST}"' in calendar, f'id="log-{FIRST}"' in calendar) == (False, True)
    assert len(re.findall(r'class="block[^"]* closed', calendar)) == 2
    assert re.search(rf'data-day="{LAST}" data-closed="Closed by Alpha', calendar)


def test_dialogs_show_a_closed_worklog_and_take_nothing(team: TeamView) -> None:
    team.close("2026-11-01")
    closed = worklog_of(team, PAY, LAST)
    path = f"/worklogs/{PAY}/{closed.id}"
    form = team.viewer.get(path).text
    assert REASON in form
    assert '<fieldset class="bare" disabled>' in form
    assert 'type="submit"' not in form
    dialog = team.viewer.get(f"{path}/delete").text
    assert REASON in dialog
    assert 'type="submit"' not in dialog
    cell = team.viewer.get("/worklogs/cell", issue=PAY, day=LAST).text
    assert REASON in cell
    assert ("Log more time" in cell, "<form" in cell) == (False, False)
    assert REASON not in team.viewer.get("/worklogs/cell", issue=PAY, day=FIRST).text


def test_the_form_says_so_as_soon_as_a_closed_date_is_chosen(team: TeamView) -> None:
    team.close("2026-11-01")
    assert REASON in team.viewer.get("/worklogs/new", day=LAST).text
    assert REASON not in team.viewer.get("/worklogs/new", day=FIRST).text
    values = {"day": LAST, "start": "09:00", "issue": PAY}
    assert REASON in team.viewer.get("/worklogs/preview", **values).text
    assert REASON not in team.viewer.get("/worklogs/preview", **{**values, "day": "someday"}).text
    open_ = worklog_of(team, PAY, FIRST)
    moved = {"text": "x", "seen": seen_mark(open_), "source": PAY, "key": "key-00001", "duration": "1h"}
    answer = team.viewer.post(f"/worklogs/{PAY}/{open_.id}", **moved, **values)
    assert forbidden(answer, "Manage this team")
    assert worklog_of(team, PAY, FIRST) == open_


def test_members_worklogs_of_a_closed_day_only_show(team: TeamView) -> None:
    view = team.viewer
    view.scene.put(PAY, LAST, HOUR, author="ana")
    assert 'title="Edit"' in view.get("/teams/alpha/worklogs", person="ana", day=LAST).text
    team.close("2026-11-01")
    text = view.get("/teams/alpha/worklogs", person="ana", day=LAST).text
    assert REASON in text
    assert 'title="Edit"' not in text
    own = view.get("/teams/alpha/worklogs", person="viewer-1", day=LAST).text
    assert "Log more time" not in own


def test_a_copy_says_what_stays_out(team: TeamView) -> None:
    team.viewer.scene.put(OPS, date(2026, 11, 23), HOUR)
    team.viewer.scene.put(OPS, date(2026, 11, 24), HOUR)
    del team.viewer.scene.jira.worklogs[worklog_of(team, OPS, LAST).id]
    team.close("2026-11-01")
    shown = team.viewer.get("/copy", day=LAST).text
    assert "1 worklog is left out, because its day is closed" in " ".join(shown.split())
    answer = team.viewer.post("/copy", day=LAST, mode="hours", key="key-00001")
    assert "1 worklog logged, 1h in all. 1 worklog was left out, because the day is closed." in answer.text
    assert REASON in answer.text
    assert WHO in answer.text
    assert [w.day for w in team.viewer.scene.jira.worklogs.values() if w.issue_id == OPS][-1] == FIRST


def test_a_copy_into_days_that_were_closed_since_its_preview_says_by_whom(team: TeamView) -> None:
    viewer, monday = team.viewer, date(2026, 11, 23)
    viewer.scene.put(OPS, date(2026, 11, 16), HOUR)
    viewer.scene.put(PAY, date(2026, 11, 16), HOUR)
    assert REASON not in viewer.get("/copy", day=monday).text
    team.close("2026-11-01")
    answer = viewer.post("/copy", day=monday, mode="hours", key="key-00001")
    assert "Nothing was logged. 2 worklogs were left out, because the day is closed." in answer.text
    # It is said once, although it is the reason for both.
    assert answer.text.count(f"{REASON}). The team’s lead") == len(("message", "announcement"))
    assert 'class="flag warning"' in answer.text


def test_suggestions_of_a_day_that_was_closed_since_are_refused_with_the_reason(team: TeamView) -> None:
    viewer = team.viewer
    at = datetime(2026, 11, 30, 15, tzinfo=UTC)
    issue = viewer.scene.jira.issues[BARE]
    action = IssueAction(BARE, at, ActivityKind.COMMENTED.value)
    viewer.scene.jira.activity = Activity((action,), {BARE: issue})
    week = {"view": "week", "layout": "list", "day": LAST}
    viewer.get("/suggestions", first=LAST, last="2026-12-06")
    [mark] = re.findall(r'name="mark" value="(\w+)"', viewer.get("/suggestions/day", of=LAST, **week).text)
    team.close("2026-11-01")
    answer = viewer.post("/suggestions/day", of=LAST, mark=mark, **week)
    assert answer.status_code == 422
    assert "Alpha has closed the period from 1 November 2026 to 30 November 2026" in answer.text
    assert WHO in answer.text
    assert "not offered anymore" not in answer.text
    assert "suggestion-" not in viewer.get("/timesheet", **week).text


def test_meetings_of_a_closed_day_are_not_suggested_and_not_counted(team: TeamView) -> None:
    meetings = {"a": "20261130T160000", "b": "20261201T160000", "c": "20261130T090000"}
    events = "".join(
        f"BEGIN:VEVENT\nUID:{name}\nDTSTART;TZID=Europe/Berlin:{at}\nDURATION:PT1H\n"
        f"SUMMARY:{name} Planning\nEND:VEVENT\n"
        for name, at in meetings.items()
    )
    text = f"BEGIN:VCALENDAR\n{events}END:VCALENDAR"
    team.close("2026-11-01")
    week = {"first": LAST, "last": "2026-12-06"}
    answer = team.viewer.post("/suggestions/calendar-file", text=text, **week)
    assert "1 meeting is suggested in the list and the calendar." in answer.text
    assert "2 meetings are left out, because they are logged, dismissed, or on a closed day." in answer.text
    shown = team.viewer.get("/timesheet", view="week", layout="list", day=LAST).text
    assert len(re.findall(r'id="suggestion-', shown)) == 1


def test_a_timer_over_a_closed_day_offers_the_time_of_the_open_one(team: TeamView) -> None:
    team.close("2026-11-01")
    viewer = team.viewer
    assert viewer.post("/timer", issue=PAY).status_code == 200
    found = re.search(r'"key": ?"([0-9a-f]{32})"', viewer.get("/timer").text)
    assert found
    form = Form(viewer.post("/timer/stop", key=found[1]).text)
    typed = {**form.fields, "day": LAST.isoformat(), "start": "23:00", "duration": "3h", "split": "1"}
    answer = viewer.post(form.action, **typed)
    assert answer.status_code == 422
    assert "The form now has only the time that can be logged, 2h from 1 December 2026 on." in answer.text
    rest = Form(answer.text)
    assert [rest.fields[name] for name in ("day", "start", "duration")] == ["2026-12-01", "00:00", "2h"]
    assert viewer.post(rest.action, **rest.fields).status_code == 200
    worklogs = [one for one in viewer.scene.jira.worklogs.values() if one.seconds == 2 * HOUR]
    assert [(one.issue_id, work_date(one.started, BERLIN)) for one in worklogs] == [(PAY, FIRST)]
