"""The scope of a team: its query, Jira's messages about it, and saving only what Jira accepts."""

from __future__ import annotations

import re

import pytest

from tests.services.support.team_scene import ANN, LEAD, TeamScene
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed
from timesheet.domain.team.team import Scope
from timesheet.services.team.command import SaveScope
from timesheet.services.team.scope import (
    EVERYTHING,
    LONGEST_JQL,
    MOST_PROJECTS,
    count_scope,
    name_projects,
    save_scope,
)


def test_a_scope_without_a_limit_is_a_bounded_query_too(teams: TeamScene) -> None:
    count_scope(teams.directory, Scope())
    assert teams.directory.calls == [f"count {EVERYTHING}"]


def test_the_filter_is_checked_alone_before_it_is_put_in_brackets(teams: TeamScene) -> None:
    # Alone it is no JQL; in brackets it would let every issue in.
    count_scope(teams.directory, Scope((3,), "labels = a"))
    assert teams.directory.calls == ["check labels = a", "count project in (3) AND (labels = a)"]


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        (Scope((), "broken = 1"), "jql"),
        (Scope((), "labels = a order  by key"), "jql"),
        (Scope((1,), "billable work"), "jql"),
        (Scope((1,), "labels = a AND assignee = currentUser()"), "jql"),
        (Scope((), "filter = 10010"), "jql"),
        (Scope((), "x" * (LONGEST_JQL + 1)), "jql"),
        (Scope(tuple(range(MOST_PROJECTS + 1))), "projects"),
    ],
    ids=["broken", "order", "words", "viewer", "filter", "long", "many"],
)
def test_what_jira_would_not_take_is_not_saved(teams: TeamScene, scope: Scope, field: str) -> None:
    team = teams.team()
    with pytest.raises(InvalidInput) as refused:
        save_scope(teams.team_context(), SaveScope(team.id, scope.project_ids, scope.jql, team.version))
    assert refused.value.field == field
    assert teams.stores.teams.get(team.id).scope == Scope()


def test_a_filter_that_differs_by_viewer_is_refused_with_its_reason_before_a_call_to_jira(
    teams: TeamScene,
) -> None:
    for jql, reason in (
        ("reporter = currentUser()", "“currentUser()” means something else for each viewer"),
        ("billable", "“billable” has no field"),
        ("savedFilter = x", "“savedFilter” refers to a saved filter"),
    ):
        with pytest.raises(InvalidInput, match=re.escape(reason)):
            count_scope(teams.directory, Scope((), jql))
    assert teams.directory.calls == []


def test_words_in_quotes_are_no_order(teams: TeamScene) -> None:
    team = teams.team()
    wanted = Scope((1, 1), ' summary ~ "order by \\" phone" ')
    saved = save_scope(teams.team_context(), SaveScope(team.id, wanted.project_ids, wanted.jql, team.version))
    assert saved.scope == Scope((1,), 'summary ~ "order by \\" phone"')
    with pytest.raises(Conflict):
        save_scope(teams.team_context(), SaveScope(team.id, (), "", team.version))


def test_a_plain_member_saves_no_scope(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    with pytest.raises(NotAllowed):
        save_scope(teams.team_context(ANN), SaveScope(team.id, (), "", team.version))


def test_projects_that_are_hidden_stay_in_the_scope(teams: TeamScene) -> None:
    assert name_projects(teams.team_context(), ()) == {}
    found = name_projects(teams.team_context(), (9, 1))
    assert list(found) == [9, 1]
    assert found[9] is None
    assert found[1] is not None
    assert found[1].key == "PAY"


def test_whoever_may_no_longer_edit_when_jira_has_answered_saves_no_scope(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = teams.team()
    context = teams.manager_until_waiting(monkeypatch, team, ANN)
    with pytest.raises(NotAllowed):
        save_scope(context, SaveScope(team.id, (), "labels = a", team.version))
    assert teams.stores.teams.get(team.id).scope == Scope()
