from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import Scene
from timesheet.domain.errors import NotHere
from timesheet.domain.identity import Identity, TimeTracking
from timesheet.domain.message import message
from timesheet.services.viewer.person import profile_key
from timesheet.services.viewer.profile import (
    begin_profile,
    forget_time_tracking,
    last_profile,
    prepare_profile,
    prepare_time_tracking,
    read_profile,
    read_time_tracking,
)


def test_profile_and_time_tracking_are_read_once_in_ten_minutes(scene: Scene) -> None:
    context = scene.viewer_context
    for _ in range(3):
        assert read_profile(context) == context.profile
        assert read_time_tracking(context).day_seconds == 28800
    assert scene.calls() == ["read_profile", "read_time_tracking"]
    scene.wait(600)
    read_profile(context)
    assert scene.calls() == ["read_profile"]


def test_what_depends_on_nothing_is_begun_once(scene: Scene) -> None:
    context = scene.viewer_context
    for _ in range(2):
        prepare_time_tracking(context)
        prepare_profile(context)
    assert scene.calls() == ["read_time_tracking", "read_profile"]
    read_time_tracking(context)
    read_profile(context)
    assert scene.calls() == []


def test_each_site_has_its_own_time_tracking(scene: Scene) -> None:
    read_time_tracking(scene.viewer_context)
    scene.jira.tracking = replace(scene.jira.tracking, day_seconds=6 * 3600)
    other = read_time_tracking(replace(scene.viewer_context, identity=Identity("site-2", "viewer-1")))
    assert other.day_seconds == 6 * 3600


def test_a_profile_is_begun_where_account_or_zone_is_not_known(scene: Scene) -> None:
    zone_calls = scene.jira.zone_calls
    assert not begin_profile(scene.viewer_context)
    assert (scene.calls(), zone_calls) == (["read_profile"], [("viewer-1",)])
    assert begin_profile(scene.viewer_context)
    assert (scene.calls(), zone_calls) == ([], [("viewer-1",)])


def test_the_zone_is_read_while_the_account_is(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    monkeypatch.setattr(scene.jira, "begin", begun.append)
    for _ in range(2):
        read_profile(scene.viewer_context)
        assert len(begun) == 1, "the zone is known the second time"
        scene.cache.delete(profile_key("site-1", "viewer-1"))


def test_the_last_profile_is_known_for_hours_after_it_was_read(scene: Scene) -> None:
    assert last_profile(scene.viewer_context) is None
    found = read_profile(scene.viewer_context)
    scene.wait(3 * 3600)
    assert last_profile(scene.viewer_context) == found


def test_the_length_of_a_day_is_read_again_once_it_is_forgotten(scene: Scene) -> None:
    known = read_time_tracking(scene.viewer_context)
    scene.jira.tracking = TimeTracking(True, 27_000, 135_000)
    assert read_time_tracking(scene.viewer_context) == known
    forget_time_tracking(scene.viewer_context)
    assert read_time_tracking(scene.viewer_context).day_seconds == 27_000


def test_t11_the_last_length_of_a_day_stays_while_jira_answers_like_a_server_without_it(scene: Scene) -> None:
    scene.jira.tracking = TimeTracking(True, 27_000, 135_000)
    known = read_time_tracking(scene.viewer_context)
    scene.wait(600)
    scene.jira.failing["read_time_tracking"] = [NotHere(message("No Jira."))]
    assert read_time_tracking(scene.viewer_context) == known


def test_t11_the_usual_length_of_a_day_is_used_for_seconds_if_none_was_ever_stated(scene: Scene) -> None:
    scene.jira.tracking = TimeTracking(True, 27_000, 135_000)
    scene.jira.failing["read_time_tracking"] = [NotHere(message("No Jira."))]
    for _ in range(2):
        assert read_time_tracking(scene.viewer_context) == TimeTracking(True, 8 * 3600, 40 * 3600)
    scene.wait(15)
    assert read_time_tracking(scene.viewer_context).day_seconds == 27_000


def test_a_refreshed_profile_is_read_again_with_its_zone(scene: Scene) -> None:
    read_profile(scene.viewer_context)
    auckland = ZoneInfo("Pacific/Auckland")
    scene.jira.profile = replace(scene.jira.profile, zone=auckland, locale="de_DE")
    scene.jira.zones_of["viewer-1"] = auckland
    found = read_profile(scene.viewer_context, refresh=True)
    assert (found.zone, found.locale) == (auckland, "de_DE")
