from __future__ import annotations

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.errors import JiraUnavailable, NotFound
from timesheet.services.snapshot.issue import find_issues, get_issue, issues_with_fallback


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


def test_while_jira_is_away_kept_issues_are_as_they_were_or_only_ids(scene: Scene) -> None:
    kept(scene, OPS)
    scene.wait(400)
    scene.jira.failing["read_issues"] = [JiraUnavailable("Jira does not answer.")] * 2
    assert kept(scene, OPS) == [("OPS-31", False)]
    assert kept(scene, PAY) == [("12", True)]
