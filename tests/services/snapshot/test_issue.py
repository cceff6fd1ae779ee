from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.errors import JiraUnavailable, NotFound
from timesheet.domain.worklog.issue import Issue
from timesheet.services.snapshot.issue import (
    cached_issues,
    find_issues,
    get_issue,
    issue_by_key,
    issues_by_keys,
    issues_with_fallback,
    with_issues,
    worklogs_on,
)
from timesheet.services.viewer.stale_read import PAUSE_SECONDS


def test_a_found_issue_is_known_without_another_call(scene: Scene) -> None:
    found = find_issues(scene.jira, scene.cache, scene.viewer_context.identity, "  pay-12 ")
    assert [issue.key for issue in found] == ["PAY-12"]
    assert get_issue(scene.viewer_context, PAY) == found[0]
    assert scene.calls() == ["find_issues"]


def test_issues_that_one_person_found_are_not_known_for_another(scene: Scene) -> None:
    find_issues(scene.jira, scene.cache, scene.viewer_context.identity, "work")
    scene.calls()
    assert [get_issue(scene.viewer_context, number).id for number in (PAY, OPS)] == [PAY, OPS]
    assert scene.calls() == []
    assert get_issue(scene.viewer_context_of("viewer-2"), PAY).id == PAY
    assert scene.calls() == ["read_issue"]


def test_the_same_search_is_sent_once_in_half_a_minute(scene: Scene) -> None:
    for text in ("Work", "work", " WORK "):
        assert len(find_issues(scene.jira, scene.cache, scene.viewer_context.identity, text)) == 3
    assert scene.calls() == ["find_issues"]
    scene.wait(30)
    find_issues(scene.jira, scene.cache, scene.viewer_context.identity, "work")
    assert scene.calls() == ["find_issues"]


def test_an_issue_on_the_sheet_is_known(scene: Scene) -> None:
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    scene.calls()
    assert get_issue(scene.viewer_context, PAY).key == "PAY-12"
    assert scene.calls() == []


def test_an_hour_later_the_app_checks_whether_the_viewer_may_still_see_it(scene: Scene) -> None:
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    scene.calls()
    scene.wait(3599)
    get_issue(scene.viewer_context, PAY)
    assert scene.calls() == []
    scene.wait(1)
    get_issue(scene.viewer_context, PAY)
    assert scene.calls() == ["read_issue"]


def test_an_unknown_issue_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound):
        get_issue(scene.viewer_context, 4711)


def kept(scene: Scene, *ids: int) -> list[tuple[str, bool]]:
    return [(issue.key, issue.loading) for issue in issues_with_fallback(scene.viewer_context, ids)]


def test_the_issues_of_kept_rows_are_read_at_once_and_seldom(scene: Scene) -> None:
    assert kept(scene) == []
    for _ in range(3):
        assert kept(scene, OPS, PAY) == [("OPS-31", False), ("PAY-12", False)]
    assert scene.calls() == ["read_issues"]


def test_a_cached_issue_that_jira_hides_by_now_is_left_out_and_not_read_each_time(scene: Scene) -> None:
    del scene.jira.issues[OPS]
    for _ in range(3):
        assert kept(scene, OPS, PAY) == [("PAY-12", False)]
    assert scene.calls() == ["read_issues"]


def test_a_refresh_leaves_out_what_jira_hides_by_now(scene: Scene) -> None:
    find_issues(scene.jira, scene.cache, scene.viewer_context.identity, "")
    assert kept(scene, OPS, PAY) == [("OPS-31", False), ("PAY-12", False)]
    hidden = scene.jira.issues.pop(OPS)
    assert kept(scene, OPS, PAY) == [("OPS-31", False), ("PAY-12", False)]
    for refresh in (True, False):
        issues = issues_with_fallback(scene.viewer_context, (OPS, PAY), refresh=refresh)
        assert [issue.key for issue in issues] == ["PAY-12"]
    scene.jira.issues[OPS] = hidden
    assert len(issues_with_fallback(scene.viewer_context, (OPS, PAY), refresh=True)) == 2


def test_while_jira_is_away_kept_issues_are_as_they_were_or_only_ids(scene: Scene) -> None:
    kept(scene, OPS)
    scene.wait(400)
    scene.jira.failing["read_issues"] = [JiraUnavailable("Jira does not answer.")] * 2
    assert kept(scene, OPS) == [("OPS-31", False)]
    assert kept(scene, PAY) == [("12", True)]


def test_an_issue_that_was_found_by_its_key_is_known_by_its_id(scene: Scene) -> None:
    for _ in range(2):
        found = issue_by_key(scene.viewer_context, "PAY-12")
        assert found == get_issue(scene.viewer_context, PAY)
    assert scene.calls() == ["read_issue"]


def test_an_issue_on_the_sheet_is_found_by_its_key_for_an_hour(scene: Scene) -> None:
    scene.put(OPS, MONDAY, 3600)
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    scene.calls()
    for seconds, calls in ((3599, []), (1, ["read_issue"])):
        scene.wait(seconds)
        assert issue_by_key(scene.viewer_context, "PAY-12") == scene.jira.issues[PAY]
        assert scene.calls() == calls


def test_a_key_that_jira_does_not_show_is_looked_up_once_in_half_a_minute(scene: Scene) -> None:
    for seconds, calls in ((0, ["read_issue"]), (29, []), (1, ["read_issue"])):
        scene.wait(seconds)
        assert issue_by_key(scene.viewer_context, "NO-1") is None
        assert scene.calls() == calls


def test_issues_are_read_by_their_keys_in_one_call(scene: Scene) -> None:
    found, missing = issues_by_keys(scene.viewer_context, ["OPS-31", "NO-1", "PAY-12"])
    assert ([issue.key for issue in found], missing) == (["OPS-31", "PAY-12"], ("NO-1",))
    assert get_issue(scene.viewer_context, PAY) == found[1]
    assert scene.calls() == ["read_issues"]


@pytest.mark.parametrize(
    ("keys", "found", "missing", "looked_up"),
    [
        (["OLD-1"], [PAY], (), []),
        (["OLD-1", "OPS-31"], [OPS, PAY], (), []),
        (["OLD-1", "NO-1"], [PAY], ("NO-1",), ["OLD-1", "NO-1"]),
    ],
)
def test_a_moved_issue_is_found_by_its_earlier_key(
    scene: Scene, keys: list[str], found: list[int], missing: tuple[str, ...], looked_up: list[str]
) -> None:
    """Jira returns it with its current key only, so others that are missing have to be looked up."""
    moved, read, single = scene.jira.issues[PAY], scene.jira.read_issues, list[str]()

    def read_issues(ids: Sequence[int | str]) -> Mapping[int, Issue]:
        return {**read(ids), PAY: moved}

    def read_issue(key: str) -> Issue:
        single.append(key)
        if key != "OLD-1":
            raise NotFound("There is no such issue.")
        return moved

    scene.jira.read_issues = read_issues  # type: ignore[method-assign]
    scene.jira.read_issue = read_issue  # type: ignore[method-assign, assignment]
    issues, absent = issues_by_keys(scene.viewer_context, keys)
    assert ([issue.id for issue in issues], absent) == (found, missing)
    assert single == looked_up


def test_a_snapshot_gets_its_missing_issues_and_jira_a_pause_after_a_failure(scene: Scene) -> None:
    scene.put(PAY, MONDAY, 3600)
    whole = scene.sheet()
    bare = replace(whole, issues={})
    scene.calls()
    scene.cache.delete("site-1:issue:viewer-1:12")
    assert with_issues(scene.viewer_context, whole) is whole
    scene.jira.failing["read_issues"] = [JiraUnavailable("Jira does not answer.")]
    for seconds, issues, calls in (
        (0, set(), ["read_issues"]),
        (PAUSE_SECONDS - 1, set(), []),
        (1, {PAY}, ["read_issues"]),
        (0, {PAY}, []),
    ):
        scene.wait(seconds)
        assert set(with_issues(scene.viewer_context, bare).issues) == issues
        assert scene.calls() == calls


def test_issues_are_known_without_a_call_from_the_sheet_and_from_a_search(scene: Scene) -> None:
    assert cached_issues(scene.viewer_context, [PAY, OPS]) == ()
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    assert [issue.id for issue in cached_issues(scene.viewer_context, [OPS, PAY])] == [PAY]
    scene.wait(3600)
    assert cached_issues(scene.viewer_context, [OPS, PAY]) == ()
    find_issues(scene.jira, scene.cache, scene.viewer_context.identity, "OPS-31")
    assert [issue.id for issue in cached_issues(scene.viewer_context, [PAY, OPS])] == [OPS]


def test_the_worklogs_of_an_issue_that_has_nearly_too_many_are_counted(scene: Scene) -> None:
    assert worklogs_on(scene.viewer_context, PAY) == 0
    scene.jira.crowded = {PAY: 4990}
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    assert worklogs_on(scene.viewer_context, PAY) == 4990
    assert worklogs_on(scene.viewer_context, OPS) == 0
