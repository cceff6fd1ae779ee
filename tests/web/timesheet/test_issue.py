"""Searching for an issue: for a new row in the grid, and for the form in the dialog."""

from __future__ import annotations

import re

import pytest

from tests.services.support.scene import BARE, MONDAY, OPS, PAY
from tests.web.support.viewer import Viewer
from timesheet.domain.errors import JiraBusy, JiraUnavailable, NotAllowed
from timesheet.domain.worklog.offer import OwnIssues


def headings(page: str) -> list[str]:
    return re.findall(r'class="options-head"[^>]*>([^<]+)<', page)


def options(page: str) -> list[str]:
    return re.findall(r'class="option-key[^"]*">([^<]+)<', page)


def test_the_first_list_asks_jira_nothing_and_says_that_more_comes(viewer: Viewer) -> None:
    viewer.scene.calls()
    page = viewer.get("/issues").text
    assert "read_own_issues" not in viewer.scene.calls()
    assert 'hx-get="/issues?all=1" hx-trigger="load"' in page


def test_the_whole_list_is_in_sections_and_names_each_issue_once(viewer: Viewer) -> None:
    pay, ops, bare = (viewer.scene.jira.issues[number] for number in (PAY, OPS, BARE))
    viewer.scene.put(OPS, MONDAY, 3600)
    viewer.get("/timesheet", day=MONDAY.isoformat())
    viewer.scene.jira.own = OwnIssues(assigned=(ops, pay), recent=(pay, bare))
    viewer.scene.calls()
    page = viewer.get("/issues", all="1").text
    assert viewer.scene.calls() == ["read_own_issues"]
    assert headings(page) == ["Recent", "Assigned to you, in progress", "Updated or viewed recently"]
    assert options(page) == [ops.key, pay.key, bare.key]
    assert page.count('role="group"') == 3
    assert "hx-trigger" not in page
    again = viewer.get("/issues").text
    assert options(again) == [ops.key, pay.key, bare.key]
    assert viewer.scene.calls() == []


def test_jira_in_trouble_leaves_what_is_known(viewer: Viewer) -> None:
    viewer.scene.put(OPS, MONDAY, 3600)
    viewer.get("/timesheet", day=MONDAY.isoformat())
    viewer.scene.jira.failing["read_own_issues"] = [JiraUnavailable("Jira does not answer.")]
    answer = viewer.get("/issues", all="1")
    assert answer.status_code == 502
    assert headings(answer.text) == ["Recent"]
    assert "Jira does not answer." in answer.text


def test_an_option_for_the_grid_asks_for_a_row(viewer: Viewer) -> None:
    page = viewer.get("/issues", text="pay-12").text
    assert page.lstrip().startswith('<ul class="options')
    assert f'id="found-{PAY}"' in page
    assert f'hx-post="/timesheet/rows" hx-vals=\'{{"change":"add","issue":{PAY}}}\'' in page
    assert "Recent" not in page


def test_several_typed_keys_are_offered_as_rows_without_a_search(viewer: Viewer) -> None:
    viewer.scene.calls()
    page = viewer.get("/issues", text="pay-12, OPS-31 ops-40").text
    assert "Add rows for PAY-12, OPS-31, and OPS-40" in page
    assert 'id="found-keys" role="option"' in page
    assert 'hx-post="/timesheet/rows/keys" hx-vals=\'{"text":"pay-12, OPS-31 ops-40"}\'' in page
    assert "find_issues" not in viewer.scene.calls()
    for words, place in (("PAY-12", ""), ("pay-12 parser", ""), ("PAY-12 OPS-31", "dialog")):
        assert "Add rows for" not in viewer.get("/issues", text=words, **{"for": place}).text


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
    assert "You have not viewed an issue recently" in viewer.get("/issues", all="1").text


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
