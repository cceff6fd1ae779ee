"""Searching for an issue: for a new row in the grid, and for the form in the dialog."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.services.support.scene import BARE, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.viewer import Viewer, make_viewer
from timesheet.domain.errors import JiraBusy, JiraUnavailable, NotAllowed


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    return make_viewer(app, site, clock)


def test_nothing_typed_gives_the_recent_issues(viewer: Viewer) -> None:
    page = viewer.get("/issues").text
    assert "Recent</li>" in page
    assert page.count('role="option"') == 3


def test_an_option_for_the_grid_asks_for_a_row(viewer: Viewer) -> None:
    page = viewer.get("/issues", text="pay-12").text
    assert page.lstrip().startswith('<ul class="options')
    assert f'id="found-{PAY}"' in page
    assert f'hx-post="/timesheet/rows" hx-vals=\'{{"change":"add","issue":{PAY}}}\'' in page
    assert "Recent" not in page


def test_an_option_for_the_dialog_carries_what_fills_the_form(viewer: Viewer) -> None:
    page = viewer.get("/issues", text="work", **{"for": "dialog"}).text
    assert page.lstrip().startswith('<ul class="options" id="dialog-issues"')
    assert (
        f'data-issue="{PAY}" data-value="{PAY}" data-label="PAY-12 Work on PAY-12" data-remaining="21600"'
        in page
    )
    assert (
        f'data-issue="{BARE}" data-value="{BARE}" data-label="OPS-40 Work on OPS-40" data-remaining=""'
        in page
    )
    assert f'id="choice-{OPS}"' in page
    assert "hx-get" not in page


def test_words_that_match_nothing_say_so_and_stay_text(viewer: Viewer) -> None:
    page = viewer.get("/issues", text="<b>nothing</b>").text
    assert "No issue you can see matches “&lt;b&gt;nothing&lt;/b&gt;”" in page
    assert 'role="option"' not in page


def test_nobody_looked_at_anything_yet(viewer: Viewer) -> None:
    viewer.scene.jira.issues.clear()
    assert "You have not looked at an issue lately" in viewer.get("/issues").text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (JiraUnavailable("Jira does not answer."), 502),
        (JiraBusy("Jira is busy.", retry_after=3), 503),
        (NotAllowed("The app may not read here."), 403),
    ],
)
@pytest.mark.parametrize("wanted", ["grid", "dialog"])
def test_trouble_is_said_in_the_list_itself(
    viewer: Viewer, error: JiraUnavailable, status: int, wanted: str
) -> None:
    viewer.scene.jira.failing["find_issues"] = [error]
    answer = viewer.get("/issues", text="refund", **{"for": wanted})
    assert answer.status_code == status
    assert answer.text.lstrip().startswith('<ul class="options')
    assert error.sentence in answer.text


def test_a_long_text_is_cut_before_jira_sees_it(viewer: Viewer) -> None:
    assert viewer.get("/issues", text="x" * 5000).status_code == 200


def test_the_same_words_ask_jira_once(viewer: Viewer) -> None:
    for _ in range(3):
        viewer.get("/issues", text="work")
    assert viewer.scene.calls().count("find_issues") == 1
