from __future__ import annotations

from datetime import timedelta

from tests.services.support.scene import OPS, PAY, Scene
from timesheet.services.snapshot.changed_issue import MOST_ISSUES, any_changed_since, note_changed_issue


def test_only_issues_that_changed_after_the_reading_count(scene: Scene) -> None:
    at = scene.jira.now
    note_changed_issue(scene.cache, "site-1", PAY, at)
    assert any_changed_since(scene.cache, "site-1", [OPS, PAY], at - timedelta(seconds=1))
    assert not any_changed_since(scene.cache, "site-1", [OPS, PAY], at)
    assert not any_changed_since(scene.cache, "site-1", [OPS], at - timedelta(days=1))


def test_another_site_hears_nothing(scene: Scene) -> None:
    note_changed_issue(scene.cache, "site-1", PAY, scene.jira.now)
    assert not any_changed_since(scene.cache, "site-2", [PAY], scene.jira.now - timedelta(days=1))


def test_the_oldest_of_a_thousand_is_forgotten(scene: Scene) -> None:
    early = scene.jira.now - timedelta(days=1)
    for number in range(MOST_ISSUES + 1):
        note_changed_issue(scene.cache, "site-1", number, scene.jira.now)
    assert not any_changed_since(scene.cache, "site-1", [0], early)
    assert any_changed_since(scene.cache, "site-1", [1, MOST_ISSUES], early)
