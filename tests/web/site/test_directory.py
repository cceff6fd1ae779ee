"""Search boxes for people, groups, and projects."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.services.support.team_scene import ANN
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_viewer import TeamViewer, make_team_site
from timesheet.domain.errors import JiraUnavailable


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> TeamViewer:
    teams = make_team_site(app, site, clock)
    teams.directory.members["crew"] = []
    return teams.as_(ANN)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("people", "bo", "bo-1"), ("groups", "cr", "crew"), ("projects", "pay", "1")],
)
def test_what_matches_is_an_option(viewer: TeamViewer, kind: str, text: str, value: str) -> None:
    answer = viewer.get(f"/find/{kind}", box="lead_name", lead_name=text, list="lead-options")
    assert f'data-value="{value}"' in answer.text
    assert '<ul class="options" id="lead-options"' in answer.text


def test_nothing_found_says_so_and_nothing_typed_says_nothing(viewer: TeamViewer) -> None:
    assert "Nothing in Jira matches “zz&lt;”" in viewer.get("/find/people", box="t", t="zz<").text
    assert "<li" not in viewer.get("/find/people", box="t", t=" ").text
    assert "<li" not in viewer.get("/find/nothing").text


def test_the_lists_id_is_not_markup(viewer: TeamViewer) -> None:
    assert 'id="options"' in viewer.get("/find/people", list='x" onload="y').text


def test_a_silent_jira_is_said_in_the_list(app: Flask, viewer: TeamViewer) -> None:
    directory = app.extensions["timesheet"].jira.directory_as(None, "")

    def fail(text: str) -> None:
        raise JiraUnavailable(f"Jira is away when finding {text}.")

    directory.find_people = fail
    answer = viewer.get("/find/people", box="t", t="bo")
    assert answer.status_code == 502
    assert "Jira is away when finding bo." in answer.text
