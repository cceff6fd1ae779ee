"""The worklogs behind a cell of the team's table: whose, and those that no search finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.overviews import LEAD, TUESDAY, day_of, look
from tests.services.support.scene import MONDAY, OPS, PAY, Scene, event
from timesheet.domain.errors import JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.person import former
from timesheet.domain.team.team import TeamPermission
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.webhook import note_worklog_event
from timesheet.services.viewer.person import CachedNames


def test_a_day_behind_a_cell_names_the_issues_of_what_happened_lately(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    worklog = scene.put(PAY, MONDAY, HOUR, author="ana")
    elsewhere = scene.put(OPS, MONDAY, HOUR, author="bob")
    for one in (worklog, elsewhere):
        note_worklog_event(scene.cache, "site-1", "worklog_created", event(one), scene.viewer_context.clock)
    assert [one.id for one in day_of(scene, LEAD, "ana").worklogs] == [worklog.id]
    assert scene.jira.named == (PAY,)
    scene.wait(3601)
    day_of(scene, LEAD, "ana")
    assert not scene.jira.named


def unfindable(scene: Scene) -> Worklog:
    """Put an hour of ana's into the team's figures, and archive its project afterward, so no search finds it."""
    scene.site.team(LEAD, "ana", "bob")
    worklog = scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(OPS, MONDAY, HOUR, author="ana")
    scene.put(OPS, MONDAY, 3 * HOUR, author="bob")
    scene.put(OPS, TUESDAY, 5 * HOUR, author="ana")
    assert look(scene).lines[0].spent[0] == 2 * HOUR
    scene.jira.hidden_lag = {worklog.id}
    scene.wait(600)
    return worklog


def test_a_day_lists_what_the_teams_figure_counts_although_no_search_finds_it(scene: Scene) -> None:
    unfindable(scene)
    found = day_of(scene, LEAD, "ana")
    assert [one.issue_id for one in found.worklogs] == [PAY, OPS]
    assert sum(one.seconds for one in found.worklogs) == 2 * HOUR
    assert found.issues[PAY].key == "PAY-12"
    assert [(note.code, "PAY-12" in note.what) for note in found.missing] == [("unsearched", True)]


def test_a_day_of_a_closed_account_does_not_say_that_its_issues_may_be_archived(scene: Scene) -> None:
    unfindable(scene)
    CachedNames(scene.cache, "site-1").note([former("ana")])
    [note] = day_of(scene, LEAD, "ana").missing
    assert "time of a closed account" in note.what
    assert "archived" not in note.what


def test_a_day_says_how_much_of_the_teams_figure_it_could_not_list(scene: Scene) -> None:
    unfindable(scene)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    found = day_of(scene, LEAD, "ana")
    assert [one.issue_id for one in found.worklogs] == [OPS]
    [note] = found.missing
    assert note.what.startswith("1h that the team’s figure counts is not listed")
    assert note.absent


def test_a_day_does_not_list_what_is_gone_or_elsewhere_by_now(scene: Scene) -> None:
    worklog = unfindable(scene)
    scene.jira.worklogs[worklog.id] = replace(worklog, started=worklog.started + timedelta(days=1))
    assert [one.issue_id for one in day_of(scene, LEAD, "ana").worklogs] == [OPS]
    del scene.jira.worklogs[worklog.id]
    found = day_of(scene, LEAD, "ana")
    assert ([one.issue_id for one in found.worklogs], found.missing) == ([OPS], ())


def test_a_day_behind_no_figure_costs_one_search(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    day_of(scene, LEAD, "ana")
    assert not [call for call in scene.calls() if "listed" in call or "team_worklogs" in call]


def test_one_day_of_one_member(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.add(team, "gone", left=MONDAY - timedelta(days=1))
    scene.site.role(team, "watcher", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "boss", "watcher")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(PAY, TUESDAY, HOUR, author="ana")
    assert len(day_of(scene, LEAD, "ana").worklogs) == len(day_of(scene, "ana", "ana").worklogs) == 1
    for who in ("gone", "nobody"):
        with pytest.raises(NotFound):
            day_of(scene, LEAD, who)
    for viewer, who in (("boss", "ana"), ("ana", "boss")):
        with pytest.raises(NotAllowed) as refused:
            day_of(scene, viewer, who)
        assert (refused.value.layer, refused.value.permission) == ("team", "View worklogs")
