"""The people whose time a report reads, its refusals, and worklogs that count once over several teams."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, TEAM, cells, look, spent, total
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.person import former
from timesheet.domain.report.query import Filter
from timesheet.domain.report.terms import Dimension, Figure
from timesheet.domain.team.team import Scope, TeamPermission
from timesheet.services.ports.jira import Missing
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.ports.team_jira import TeamTimeQuery
from timesheet.services.report.source import visible_teams
from timesheet.services.team.overview import UnreadableScope
from timesheet.services.viewer.person import CachedNames

LEAD = "viewer-1"
TUESDAY = MONDAY + timedelta(days=1)


def test_own_time_needs_no_team(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(PAY, MONDAY, HOUR, author="bob")
    found = look(scene, OWN)
    assert spent(found) == {"PAY-12": HOUR}
    assert (found.table.count, found.table.terms.teams) == (1, ())


def test_a_lead_sees_everybody_of_the_team_in_its_scope(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob", scope=Scope(jql="key = PAY-12"))
    for author in ("ana", "bob", "stranger"):
        scene.put(PAY, MONDAY, HOUR, author=author)
    scene.put(OPS, MONDAY, HOUR, author="ana")
    assert spent(look(scene, TEAM)) == {"Name of ana": HOUR, "Name of bob": HOUR}


def test_only_days_between_joining_and_leaving_count(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.add(team, "bob", joined=TUESDAY, left=TUESDAY)
    for day in (MONDAY, TUESDAY, TUESDAY + timedelta(days=1)):
        for author in ("ana", "bob"):
            scene.put(PAY, day, HOUR, author=author)
    assert spent(look(scene, TEAM)) == {"Name of ana": 3 * HOUR, "Name of bob": HOUR}


def test_a_member_sees_their_own_time_and_a_note_says_so(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    for author in ("ana", "bob"):
        scene.put(PAY, MONDAY, HOUR, author=author)
    found = look(scene, replace(TEAM, rows=(Dimension.PERSON, Dimension.ISSUE)), who="ana")
    assert spent(found) == {"Name of ana": HOUR, "Name of ana / PAY-12": HOUR}
    [note] = found.table.problems
    assert ("your own time only" in note.what, note.absent) == (True, False)
    assert found.table.terms.complete


def test_somebody_who_sees_sums_is_refused_issues_with_the_permission(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "eve", "sums")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    assert spent(look(scene, TEAM, who="eve")) == {"Name of ana": HOUR}
    with pytest.raises(NotAllowed, match="View worklogs") as refused:
        look(scene, TEAM, who="eve", rows=(Dimension.ISSUE,))
    assert (refused.value.layer, refused.value.permission) == ("team", "View worklogs")
    with pytest.raises(NotAllowed, match="View worklogs"):
        look(scene, TEAM, who="eve", jql="key = PAY-12")
    with pytest.raises(NotAllowed, match="View worklogs"):
        look(scene, TEAM, who="eve", figures=(Figure.SPENT, Figure.ESTIMATE))


def test_somebody_outside_the_team_is_refused_it(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    with pytest.raises(NotAllowed, match="You are not a member"):
        look(scene, TEAM, who="stranger")


def test_somebody_outside_one_of_several_teams_does_not_learn_its_name(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.site.team("boss", "bob", team_id="beta")
    with pytest.raises(NotAllowed, match="a member of one of this report’s teams") as refused:
        look(scene, TEAM, team_ids=("alpha", "beta"))
    assert (refused.value.layer, refused.value.permission) == ("team", "View hours")


def test_a_team_that_is_gone_is_said(scene: Scene) -> None:
    with pytest.raises(NotFound, match="no longer exists"):
        look(scene, TEAM)


def test_every_team_that_the_viewer_sees(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.site.team("boss", LEAD, "bob", team_id="beta")
    gamma = scene.site.team("boss", "eve", team_id="gamma")
    scene.site.role(gamma, "guest")
    scene.site.add(gamma, LEAD, "guest")
    for author in ("ana", "bob", LEAD, "eve"):
        scene.put(PAY, MONDAY, HOUR, author=author)
    scene.site.team("boss", "eve", team_id="delta")
    assert [team.id for team in visible_teams(scene.team_context(LEAD))] == ["alpha", "beta", "gamma"]
    found = look(scene, TEAM, team_ids=(), every_team=True)
    assert spent(found) == {"Name of ana": HOUR, "Name of viewer-1": HOUR}
    with pytest.raises(NotFound, match="in no team"):
        look(scene, TEAM, who="nobody", team_ids=(), every_team=True)


def test_a_worklog_of_two_teams_counts_once(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", scope=Scope(jql="key = PAY-12"))
    scene.site.team(LEAD, "ana", "bob", team_id="beta")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(OPS, MONDAY, 2 * HOUR, author="ana")
    scene.put(PAY, MONDAY, 4 * HOUR, author="bob")
    found = look(scene, TEAM, team_ids=("alpha", "beta"), rows=(Dimension.TEAM,))
    assert spent(found) == {"Team alpha and Team beta": HOUR, "Team beta": 6 * HOUR}
    assert (total(found), found.table.count) == (7 * HOUR, 3)
    assert found.table.terms.teams == ("Team alpha", "Team beta")


@given(
    st.lists(
        st.tuples(
            st.sampled_from([PAY, OPS]), st.integers(0, 6), st.integers(60, 9000), st.sampled_from("abc")
        ),
        max_size=12,
    ),
    st.lists(st.lists(st.sampled_from("abc"), unique=True), min_size=2, max_size=3),
)
def test_over_any_teams_the_total_is_that_of_their_different_worklogs(
    work: list[tuple[int, int, int, str]], members: list[list[str]]
) -> None:
    scene = Scene()
    ids = []
    for number, people in enumerate(members):
        scene.site.team(LEAD, *people, team_id=f"team-{number}")
        ids.append(f"team-{number}")
    counted = 0
    for issue, day, seconds, author in work:
        scene.put(issue, MONDAY + timedelta(days=day), seconds, author=author)
        counted += seconds if any(author in people for people in members) else 0
    query = replace(TEAM, team_ids=tuple(ids), rows=(Dimension.TEAM, Dimension.PERSON))
    assert total(look(scene, query)) == counted


def test_a_team_whose_scope_jira_refuses_is_named_and_the_others_are_shown(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", scope=Scope(jql="broken"))
    scene.site.team("boss", LEAD, "bob", team_id="beta")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, 2 * HOUR, author="viewer-1")
    found = look(scene, TEAM, team_ids=(), every_team=True)
    assert spent(found) == {"Name of viewer-1": 2 * HOUR}
    [problem, own_only] = found.table.problems
    assert problem.what.startswith(
        "The scope of Team alpha cannot be read, so its figures are missing. Jira "
    )
    assert (problem.absent, problem.settings_of) == (True, "alpha")
    assert not own_only.absent
    assert (found.table.terms.teams, found.table.terms.complete) == (("Team beta",), False)


def test_only_whoever_may_change_a_refused_scope_is_pointed_to_it(scene: Scene) -> None:
    scene.site.team("boss", LEAD, scope=Scope(jql="broken"))
    scene.site.team(LEAD, team_id="beta")
    scene.put(PAY, MONDAY, HOUR, author=LEAD)
    refused, *_ = look(scene, TEAM, team_ids=("alpha", "beta")).table.problems
    assert (refused.absent, refused.settings_of) == (True, "")


def test_without_any_team_whose_scope_can_be_read_there_is_no_report(scene: Scene) -> None:
    for team_id in ("alpha", "beta"):
        scene.site.team(LEAD, "ana", team_id=team_id, scope=Scope(jql="broken"))
    scene.put(PAY, MONDAY, HOUR, author="ana")
    with pytest.raises(UnreadableScope, match="The time of Team alpha and Team beta cannot be read"):
        look(scene, TEAM, team_ids=("alpha", "beta"))
    with pytest.raises(UnreadableScope, match="The scope of Team alpha cannot be read") as refused:
        look(scene, TEAM)
    assert (refused.value.field, refused.value.settings_of) == ("scope", "alpha")


def test_a_team_that_can_be_read_only_in_one_of_two_compared_ranges_is_in_neither(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.site.team(LEAD, "ana", scope=Scope(jql="key = PAY-12"))
    scene.site.team(LEAD, "bob", team_id="beta")
    for day in (MONDAY, MONDAY - timedelta(days=7)):
        for author in ("ana", "bob"):
            scene.put(PAY, day, HOUR, author=author)
    read = scene.jira.read_team_worklogs

    def read_later(query: TeamTimeQuery, *more: Any, **named: Any) -> PackedWorklogs:
        if query.scope.jql and query.span.first < MONDAY:
            raise InvalidInput("Jira refuses.")
        return read(query, *more, **named)

    monkeypatch.setattr(scene.jira, "read_team_worklogs", read_later)
    figures = (Figure.SPENT, Figure.PREVIOUS)
    found = look(scene, TEAM, team_ids=("alpha", "beta"), rows=(Dimension.TEAM,), figures=figures)
    assert cells(found) == {"Team beta": [HOUR, HOUR]}
    assert [problem.settings_of for problem in found.table.problems] == ["alpha"]


def test_what_could_not_be_read_is_a_problem(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs", "issue-worklogs"),)
    found = look(scene, TEAM)
    assert [(part.what[:6], part.absent) for part in found.table.problems] == [("PAY-12", True)]
    assert not found.table.terms.complete


def test_a_report_in_which_more_may_be_missing_is_not_complete(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    unsearched = scene.put(PAY, MONDAY, HOUR, author="ana")
    assert look(scene, TEAM).table.terms.complete
    scene.jira.hidden_lag = {unsearched.id}
    scene.wait(600)
    found = look(scene, TEAM, refresh=True)
    assert (total(found), "more may be missing" in found.table.problems[0].what) == (HOUR, True)
    assert not found.table.terms.complete


def test_a_report_without_the_time_of_a_former_user_is_not_complete(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    scene.jira.closed_accounts = frozenset({"bob"})
    scene.put(PAY, MONDAY, HOUR, author="ana")
    found = look(scene, TEAM)
    assert [(part.what[:30], part.absent) for part in found.table.problems] == [
        ("The time of 1 former user cann", True)
    ]
    assert not found.table.terms.complete
    compared = look(scene, TEAM, figures=(Figure.SPENT, Figure.PREVIOUS))
    assert (len(compared.table.problems), compared.table.terms.complete) == (1, False)


@pytest.mark.parametrize(("person", "complete"), [("ana", True), ("bob", False), ("eve", False)])
def test_a_report_of_others_does_not_lack_the_time_of_a_former_user(
    scene: Scene, person: str, complete: bool
) -> None:
    scene.site.team(LEAD, "ana", "bob", "eve")
    CachedNames(scene.cache, "site-1").note([former("eve")])
    scene.jira.closed_accounts = frozenset({"bob"})
    limited = Filter(Dimension.PERSON, frozenset({person}))
    found = look(scene, TEAM, filters=(limited,), figures=(Figure.SPENT, Figure.PREVIOUS))
    assert (not found.table.problems, found.table.terms.complete) == (complete, complete)


def test_nothing_is_shown_if_nothing_could_be_read(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.jira.failing["read_worklogs"] = [JiraUnavailable("Down.")]
    with pytest.raises(JiraUnavailable):
        look(scene, TEAM)


@pytest.mark.parametrize("older", ["alpha", "beta"])
def test_of_two_readings_of_a_worklog_the_newer_one_counts(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, older: str
) -> None:
    """The snapshots of two teams may be of different ages."""
    for team_id in ("alpha", "beta"):
        scene.site.team(LEAD, "ana", *(["bob"] if team_id == older else []), team_id=team_id)
    old = scene.put(PAY, MONDAY, HOUR, author="ana")
    read = scene.jira.read_team_worklogs

    def read_before_change(query: TeamTimeQuery, *more: Any, **named: Any) -> PackedWorklogs:
        packed = read(query, *more, **named)
        if "bob" not in query.people:
            return packed
        numbers = packed.numbers[:]
        numbers[2], numbers[5] = 2 * HOUR, numbers[5] - 1000
        return replace(packed, numbers=numbers)

    monkeypatch.setattr(scene.jira, "read_team_worklogs", read_before_change)
    found = look(scene, TEAM, team_ids=("alpha", "beta"), rows=(Dimension.TEAM,))
    assert (spent(found), old.seconds) == ({"Team alpha and Team beta": HOUR}, HOUR)
