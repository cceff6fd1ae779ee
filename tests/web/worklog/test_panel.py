"""The panel on an issue: everybody's time, and one's own to edit."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from unittest.mock import Mock

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from tests.services.support.team_scene import FakeDirectory
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from tests.web.support.viewer import Form, Viewer
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.figures import Figures
from timesheet.domain.person import FORMER, HIDDEN, Person
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.ports.jira import IssueTime, Missing
from timesheet.web.worklog.panel import table_of

HOUR = 3600
FRIDAY = MONDAY - timedelta(days=3)


def table(
    viewer: str, *entries: tuple[str, date, int], decimal: bool = False
) -> tuple[list[str], list[list[str]]]:
    scene = Scene()
    worklogs = tuple(scene.put(PAY, day, seconds, author=who) for who, day, seconds in entries)
    made = table_of(IssueTime(worklogs, {"a": "Ada", "b": "Bo"}, scene.jira.now), viewer, Figures(decimal))
    rows = [[row.name, *(time.text for time in (row.total, *row.times))] for row in made.rows]
    return [time.text for time in (made.total, *made.totals)], rows


def test_the_viewer_comes_first_then_who_spent_most() -> None:
    totals, rows = table(
        "b", ("a", MONDAY, HOUR), ("x", FRIDAY, 4 * HOUR), ("b", FRIDAY, 1800), ("b", FRIDAY, 1800)
    )
    assert rows == [["Bo", "1:00", "", "1:00"], [FORMER, "4:00", "", "4:00"], ["Ada", "1:00", "1:00", ""]]
    assert totals == ["6:00", "1:00", "5:00"]


def test_t15_a_total_is_the_sum_of_what_is_printed() -> None:
    totals, rows = table("a", *(("a", MONDAY - timedelta(days=n), 1200) for n in range(3)), decimal=True)
    assert rows == [["Ada", "0.99", "0.33", "0.33", "0.33"]]
    assert totals[0] == "0.99"


def test_a_rounded_figure_has_its_exact_time_as_a_tooltip() -> None:
    scene = Scene()
    worklogs = tuple(scene.put(PAY, MONDAY - timedelta(days=n), 1200, author="a") for n in range(2))
    made = table_of(IssueTime(worklogs, {}, scene.jira.now), "a", Figures(decimal=True))
    assert made.total == ("0.66", "exactly 0:40:00")
    assert made.rows[0].times[0] == ("0.33", "exactly 0:20:00")


@pytest.mark.parametrize(
    ("failure", "shown"),
    [(None, "Person quiet"), (NotAllowed("Not shown."), HIDDEN), (JiraUnavailable("Jira is away."), HIDDEN)],
)
def test_an_author_who_comes_without_a_name_is_asked_for_and_is_no_former_user(
    viewer: Viewer, app: Flask, monkeypatch: pytest.MonkeyPatch, failure: Exception | None, shown: str
) -> None:
    worklogs = [viewer.scene.put(PAY, MONDAY, HOUR, author=who) for who in ("quiet", "former", "named")]
    names = {"named": "Ada"}
    read = IssueTime(tuple(worklogs), names, viewer.scene.jira.now)
    monkeypatch.setattr(viewer.scene.jira, "read_issue_time", lambda *_: read)
    directory = FakeDirectory({"quiet": Person("quiet", "Person quiet")})
    if failure:
        monkeypatch.setattr(directory, "read_people", Mock(side_effect=failure))
    swap(app, directory_as=lambda *_: directory)
    page = viewer.get("/issue-panel", issue=PAY).text
    assert '<th scope="row">Ada</th>' in page
    assert f'<th scope="row">{shown}</th>' in page
    assert (FORMER in page) is (failure is None)


def test_nobody_logged_anything() -> None:
    assert table("a") == (["0:00"], [])


def test_the_page_shows_people_days_and_totals(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.put(PAY, FRIDAY, 2 * HOUR, author="other")
    viewer.scene.put(PAY, MONDAY - timedelta(days=40), HOUR)
    viewer.scene.put(OPS, MONDAY, 5 * HOUR)
    answer = viewer.site.load("/issue-panel", {"issue": str(PAY)})
    assert answer.status_code == 200
    assert "<b>3:00</b> by 2 people in the last 4 weeks" in answer.text
    assert "Person viewer-1 (you)" in answer.text
    assert "Person other" in answer.text
    assert f'hx-get="/worklogs/cell?issue={PAY}&amp;day=2026-11-16&amp;place=panel-form"' in answer.text
    assert answer.text.count("/worklogs/cell?") == 1, "only one's own time can be opened"
    assert "<span>Days in each person’s own time zone</span>" in answer.text
    assert "<span>read 12:00 Europe/Berlin, worklogs you may see</span>" in answer.text
    assert '<th scope="row">Total</th>' in answer.text


def test_all_time_is_by_person_and_month(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.put(PAY, MONDAY - timedelta(days=40), 2 * HOUR, author="other")
    viewer.scene.put(PAY, date(2019, 2, 5), HOUR, author="other")
    viewer.scene.put(PAY, date(2019, 2, 6), HOUR, author="other")
    recent = viewer.get("/issue-panel", issue=PAY).text
    assert 'aria-pressed="false"' in recent
    assert f'hx-get="/issue-panel?issue={PAY}&amp;all=1"' in recent
    page = viewer.get("/issue-panel", issue=PAY, all=1).text
    assert "<b>5:00</b> by 2 people" in page
    assert "in the last 4 weeks" not in page
    heads = re.findall(r'<th scope="col" title="[^"]*">([^<]*)</th>', page)
    assert heads == ["Nov 2026", "Oct 2026", "Feb 2019"]
    other = re.search(r'<th scope="row">Person other</th>(.*?)</tr>', page, re.DOTALL)
    assert other
    assert re.findall(r"\d:\d\d", other[1]) == ["4:00", "2:00", "2:00"]
    assert "/worklogs/cell?" not in page, "a month has no list of worklogs"
    assert f'hx-get="/issue-panel?refresh=1&amp;issue={PAY}&amp;all=1"' in page
    assert page.count(f'hx-get="/issue-panel?issue={PAY}&amp;all=1"') == 1, (
        "what changes is shown in all time again"
    )


def test_all_time_without_any_says_so(viewer: Viewer) -> None:
    assert "No time that you can see" in viewer.get("/issue-panel", issue=PAY, all=1).text


def test_a_panel_says_that_nobody_logged_time_only_if_everything_was_read(viewer: Viewer) -> None:
    viewer.scene.jira.missing = (Missing("Jira did not give all its worklogs", "issue-worklogs"),)
    recent = viewer.get("/issue-panel", issue=PAY).text
    assert "Jira did not give all its worklogs" in recent
    assert "Nobody logged time" not in recent
    assert "No time that you can see" not in viewer.get("/issue-panel", issue=PAY, all=1).text


def test_all_time_includes_days_to_come(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.scene.put(PAY, MONDAY + timedelta(days=40), 2 * HOUR)
    assert "<b>1:00</b> by 1 person" in viewer.get("/issue-panel", issue=PAY).text
    assert "<b>3:00</b> by 1 person" in viewer.get("/issue-panel", issue=PAY, all=1).text


def test_an_issue_without_time_offers_nothing_more(viewer: Viewer) -> None:
    viewer.scene.jira.issues[PAY] = replace(viewer.scene.jira.issues[PAY], spent_seconds=0)
    assert 'id="panel-all"' not in viewer.get("/issue-panel", issue=PAY).text


def test_the_time_of_one_person_has_no_line_with_the_same_total(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR)
    page = viewer.site.load("/issue-panel", {"issue": str(PAY)}).text
    assert "<b>1:00</b> by 1 person" in page
    assert '<th scope="row">Total</th>' not in page


def test_htmx_gets_the_fragment_alone(viewer: Viewer) -> None:
    page = viewer.get("/issue-panel", issue=PAY).text
    assert page.lstrip().startswith('<section id="panel"')
    assert "Nobody logged time in the last 4 weeks" in page


@pytest.mark.parametrize("target", ["main#main", "section#waiting-page"])
def test_what_takes_the_place_of_a_page_without_a_panel_is_all_of_it(viewer: Viewer, target: str) -> None:
    headers = viewer.headers | {"HX-Target": target}
    page = viewer.site.client.get(f"/issue-panel?issue={PAY}", headers=headers).text
    assert page.lstrip().startswith('<div class="opening" id="panel-page">')
    assert page.count('<div id="panel-form"></div>') == 1
    assert 'hx-trigger="load"' in page, "the timer is read"


def test_the_time_in_all_is_never_less_than_that_of_the_last_weeks(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR, author="other")
    for hours in (1, 3):
        viewer.scene.jira.issues[PAY] = replace(viewer.scene.jira.issues[PAY], spent_seconds=hours * HOUR)
        page = viewer.get("/issue-panel", issue=PAY, refresh=1).text
        assert f"· {hours}:00 in all" in page


def test_logging_from_the_panel_shows_at_once(viewer: Viewer) -> None:
    viewer.get("/issue-panel", issue=PAY)
    form = Form(viewer.get("/worklogs/new", issue=PAY, day=MONDAY, place="panel-form").text)
    answer = viewer.post(form.action, **{**form.fields, "duration": "25m"})
    assert '<hx-partial hx-target="#panel-form" hx-swap="innerHTML"></hx-partial>' in answer.text
    assert "<b>0:25</b>" in viewer.get("/issue-panel", issue=PAY).text


NEEDED = "You need “Work on issues” in PAY. A project admin can grant it."
CLOSED = "PAY-12 is Open: its workflow allows no changes of time there."


@pytest.mark.parametrize(("lock", "reason"), [(RowLock.PERMISSION, NEEDED), (RowLock.WORKFLOW, CLOSED)])
def test_whoever_cannot_log_time_reads_so_before_they_click(
    viewer: Viewer, lock: RowLock, reason: str
) -> None:
    viewer.scene.jira.locked = {PAY: lock}
    page = viewer.site.load("/issue-panel", {"issue": str(PAY)}).text
    assert f'<p class="subtle" id="panel-locked">{reason}</p>' in page
    assert 'id="panel-log" disabled aria-describedby="panel-locked"' in page
    timer = viewer.get("/timer", place="panel-form", at=PAY).text
    assert f'disabled title="{reason}" aria-describedby="panel-locked" id="timer-here" type="button"' in timer
    viewer.get("/issue-panel", issue=PAY)
    assert viewer.scene.calls().count("read_row_locks") == 1, "Jira is called once for both"
    other = viewer.get("/timer", place="panel-form", at=OPS).text
    assert 'id="timer-here"' in other
    assert "disabled" not in other


def test_a_permission_that_was_granted_is_noticed_by_refresh(viewer: Viewer) -> None:
    viewer.scene.jira.locked = {PAY: RowLock.PERMISSION}
    assert "panel-locked" in viewer.get("/issue-panel", issue=PAY).text
    viewer.scene.jira.locked = {}
    assert "panel-locked" in viewer.get("/issue-panel", issue=PAY).text
    answer = viewer.get("/issue-panel", issue=PAY, refresh=1)
    assert "panel-locked" not in answer.text
    assert "disabled" not in answer.text
    assert "timer-changed" in answer.headers["HX-Trigger"], "the timer above is shown again too"


def test_while_jira_does_not_say_who_may_log_time_the_buttons_stay(viewer: Viewer) -> None:
    viewer.scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
    page = viewer.get("/issue-panel", issue=PAY)
    assert (page.status_code, "panel-locked" in page.text, "disabled" in page.text) == (200, False, False)


def test_the_panel_is_read_once_a_minute_and_on_refresh(viewer: Viewer, clock: SettableClock) -> None:
    def reads(**more: object) -> int:
        viewer.get("/issue-panel", issue=PAY, **more)
        return viewer.scene.calls().count("read_issue_time")

    assert [reads(), reads(), reads(refresh=1)] == [1, 0, 1]
    clock.move(61)
    assert reads() == 1


def test_the_list_in_the_panel_keeps_to_its_place(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, HOUR, time(9))
    page = viewer.get("/worklogs/cell", issue=PAY, day=MONDAY, place="panel-form").text
    assert 'hx-target="#dialog"' not in page


def test_an_issue_that_jira_hides_has_no_panel(viewer: Viewer) -> None:
    assert viewer.site.load("/issue-panel", {"issue": "999"}).status_code == 404
    assert viewer.site.load("/issue-panel", {"issue": "PAY-12"}).status_code == 422


def test_the_frame_follows_the_panel_and_what_replaces_it(viewer: Viewer) -> None:
    for issue, status in ((PAY, 200), (999, 404), ("PAY-12", 422)):
        answer = viewer.site.load("/issue-panel", {"issue": str(issue)})
        assert answer.status_code == status
        assert 'data-frame="fits"' in answer.text
        assert "sizeToParent" not in answer.text, "a panel that fills its parent stays as tall as at first"
    page = viewer.site.load("/teams").text
    assert 'data-frame="fills"' in page
    assert "sizeToParent:true" in page


def test_jira_down_is_said(viewer: Viewer) -> None:
    viewer.scene.jira.failing["read_issue_time"] = [JiraUnavailable("Jira does not answer.")]
    answer = viewer.site.load("/issue-panel", {"issue": str(PAY)})
    assert (answer.status_code, "Jira does not answer." in answer.text) == (502, True)
