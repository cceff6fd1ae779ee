from __future__ import annotations

from datetime import timedelta

from tests.services.support.scene import OPS, PAY, Scene
from timesheet.services.snapshot.changed_issue import (
    any_changed_since,
    changed_among,
    former_keys,
    gone_since,
    note_changed_issue,
    note_gone,
    note_moved,
)


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
    for number in range(1001):
        note_changed_issue(scene.cache, "site-1", number, scene.jira.now)
    assert changed_among(scene.cache, "site-1", [0, 1, 1000], early) == {1, 1000}
    note_changed_issue(scene.cache, "site-1", 1, scene.jira.now)
    note_changed_issue(scene.cache, "site-1", 0, scene.jira.now)
    assert changed_among(scene.cache, "site-1", [0, 1, 2, 3], early) == {0, 1, 3}, "1 changed again"


def test_issues_that_changed_are_known_for_an_hour_and_deleted_ones_for_a_day(scene: Scene) -> None:
    at = scene.jira.now
    early = at - timedelta(seconds=1)
    note_changed_issue(scene.cache, "site-1", PAY, at)
    note_gone(scene.cache, "site-1", OPS, at)
    scene.wait(3599)
    assert changed_among(scene.cache, "site-1", [PAY, OPS], early) == {PAY}
    assert gone_since(scene.cache, "site-1", at) == {OPS}
    assert gone_since(scene.cache, "site-2", at) == set()
    assert gone_since(scene.cache, "site-1", at + timedelta(seconds=1)) == set()
    scene.wait(1)
    assert changed_among(scene.cache, "site-1", [PAY], early) == set()
    assert gone_since(scene.cache, "site-1", at) == {OPS}
    scene.wait(23 * 3600)
    assert gone_since(scene.cache, "site-1", at) == set()


def test_t36_the_last_key_before_a_move_is_known_for_a_day(scene: Scene) -> None:
    note_moved(scene.cache, "site-1", PAY, "PAY-12")
    note_moved(scene.cache, "site-1", PAY, "OPS-7")
    scene.wait(24 * 3600 - 1)
    assert former_keys(scene.cache, "site-1") == {PAY: "OPS-7"}
    assert former_keys(scene.cache, "site-2") == {}
    scene.wait(1)
    assert former_keys(scene.cache, "site-1") == {}
