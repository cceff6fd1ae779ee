from __future__ import annotations

from tests.services.support.scene import Scene
from timesheet.services.viewer.profile import (
    prepare_profile,
    prepare_time_tracking,
    read_profile,
    read_time_tracking,
)


def test_profile_and_time_tracking_are_read_once_in_ten_minutes(scene: Scene) -> None:
    context = scene.viewer_context
    for _ in range(3):
        assert read_profile(scene.jira, scene.cache, context.identity) == context.profile
        assert read_time_tracking(scene.jira, scene.cache, context.identity).day_seconds == 28800
    assert scene.calls() == ["read_profile", "read_time_tracking"]
    scene.wait(600)
    read_profile(scene.jira, scene.cache, context.identity)
    assert scene.calls() == ["read_profile"]


def test_what_depends_on_nothing_is_begun_once(scene: Scene) -> None:
    context = scene.viewer_context
    for _ in range(2):
        prepare_time_tracking(scene.jira, scene.cache, context.identity)
        prepare_profile(scene.jira, scene.cache, context.identity)
    assert scene.calls() == ["read_time_tracking", "read_profile"]
    read_time_tracking(scene.jira, scene.cache, context.identity)
    read_profile(scene.jira, scene.cache, context.identity)
    assert scene.calls() == []
