"""One zone for each person, whoever the viewer is: the one Jira shows to the app itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import MONDAY, PAY, Scene
from timesheet.domain.errors import JiraUnavailable, NotAllowed, NotFound, TimesheetError
from timesheet.domain.identity import Profile
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.services.ports.team_jira import TeamTimeQuery
from timesheet.services.snapshot.own import is_warm, zone_of
from timesheet.services.snapshot.team import read_team_snapshot
from timesheet.services.viewer.person import forget_person, profile_key, zone_key
from timesheet.services.viewer.profile import read_profile, read_time_tracking
from timesheet.services.viewer.stale_read import LAST_SECONDS
from timesheet.services.viewer.zone import (
    CACHE_SECONDS,
    REFUSED_SECONDS,
    cached_zone,
    generation,
    in_one_zone,
    read_zones,
)
from timesheet.services.worklog.panel import read_panel

HOUR = 3600
UTC_ZONE, BERLIN, AUCKLAND = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
DAY = DateSpan(MONDAY, MONDAY)
NEXT = DateSpan(MONDAY + timedelta(days=1), MONDAY + timedelta(days=1))


def zones(scene: Scene, *people: str) -> dict[str, ZoneInfo]:
    return dict(read_zones(scene.jira, scene.cache, "site-1", people))


def profile(scene: Scene) -> Profile:
    return read_profile(scene.viewer_context)


def team_day(scene: Scene, viewer: str, span: DateSpan) -> list[date]:
    wanted = TeamTimeQuery(("viewer-1",), span, Scope())
    packed = read_team_snapshot(scene.viewer_context_of(viewer), scene.jira, wanted)
    return [date.fromordinal(entry[1]) for entry in packed.entries()]


def test_zones_are_read_together_and_kept(scene: Scene) -> None:
    scene.jira.zones_of |= {"viewer-2": AUCKLAND, "viewer-3": None}
    expected = {"viewer-1": BERLIN, "viewer-2": AUCKLAND, "viewer-3": UTC_ZONE}
    assert zones(scene, *expected) == expected
    assert zones(scene, "viewer-3", "viewer-1") == {"viewer-3": UTC_ZONE, "viewer-1": BERLIN}
    assert scene.jira.zone_calls == [("viewer-1", "viewer-2", "viewer-3")]
    scene.wait(CACHE_SECONDS)
    assert zones(scene, "viewer-2") == {"viewer-2": AUCKLAND}
    assert scene.jira.zone_calls[1:] == [("viewer-2",)]


def test_a_zone_that_another_version_cached_and_this_one_does_not_know_is_the_sites(scene: Scene) -> None:
    scene.cache.put(zone_key("site-1", "viewer-2"), "America/Not_Yet_Known", CACHE_SECONDS)
    assert zones(scene, "viewer-2") == {"viewer-2": UTC_ZONE}
    assert cached_zone(scene.cache, "site-1", "viewer-2") is None


def test_the_zone_of_somebody_whom_jira_leaves_out_stays_and_is_asked_for_again(scene: Scene) -> None:
    scene.jira.zones_of["viewer-2"] = AUCKLAND
    people = ("viewer-1", "viewer-2", "viewer-3")
    scene.jira.left_out = frozenset({"viewer-3"})
    assert zones(scene, *people) == {"viewer-1": BERLIN, "viewer-2": AUCKLAND, "viewer-3": UTC_ZONE}
    before = generation(scene.cache, "site-1")
    scene.wait(CACHE_SECONDS)
    scene.jira.left_out = frozenset({"viewer-2", "viewer-3"})
    assert zones(scene, *people) == {"viewer-1": BERLIN, "viewer-2": AUCKLAND, "viewer-3": UTC_ZONE}
    assert generation(scene.cache, "site-1") == before
    scene.jira.left_out, scene.jira.zones_of["viewer-2"] = frozenset(), None
    scene.wait(REFUSED_SECONDS)
    assert zones(scene, *people) == {"viewer-1": BERLIN, "viewer-2": UTC_ZONE, "viewer-3": UTC_ZONE}
    assert scene.jira.zone_calls[2:] == [("viewer-2",)]


def test_a_zone_that_jira_left_out_for_half_a_day_is_the_sites(scene: Scene) -> None:
    scene.jira.zones_of["viewer-2"] = AUCKLAND
    zones(scene, "viewer-2")
    scene.jira.left_out = frozenset({"viewer-2"})
    scene.wait(LAST_SECONDS - 1)
    assert zones(scene, "viewer-2") == {"viewer-2": AUCKLAND}
    scene.wait(REFUSED_SECONDS)
    assert zones(scene, "viewer-2") == {"viewer-2": UTC_ZONE}


def test_nobody_asks_for_former_users(scene: Scene) -> None:
    assert zones(scene, "former-1234") == {"former-1234": UTC_ZONE}
    assert zones(scene) == {}
    assert scene.jira.zone_calls == []


def test_what_was_read_last_counts_while_jira_is_down(scene: Scene) -> None:
    scene.jira.zones_of["viewer-2"] = None
    before = zones(scene, "viewer-1", "viewer-2")
    scene.wait(CACHE_SECONDS)
    scene.jira.failing["read_zones"] = [JiraUnavailable("Down."), JiraUnavailable("Down.")]
    assert zones(scene, "viewer-1", "viewer-2") == before
    with pytest.raises(JiraUnavailable):
        zones(scene, "viewer-1", "somebody-new")
    forget_person(scene.cache, "site-1", "viewer-1")
    assert cached_zone(scene.cache, "site-1", "viewer-1") is None


@pytest.mark.parametrize("error", [NotAllowed("No."), NotFound("No.")])
def test_where_jira_shows_the_app_nobody_what_it_shows_the_viewer_counts(
    scene: Scene, error: TimesheetError
) -> None:
    scene.jira.zones_of["viewer-2"] = AUCKLAND
    scene.jira.failing["read_zones"] = [error, error]
    assert zones(scene, "viewer-1") == zones(scene, "viewer-1") == {}
    assert cached_zone(scene.cache, "site-1", "viewer-1") is None
    assert (profile(scene).zone, profile(scene).zone_hidden) == (BERLIN, False)
    scene.put(PAY, MONDAY, HOUR, time(20), author="viewer-2")
    assert [w.author for w in read_panel(scene.viewer_context, PAY, NEXT).time.worklogs] == ["viewer-2"]
    assert zone_of(scene.viewer_context, "viewer-2") == UTC_ZONE
    assert len(scene.jira.zone_calls) == 2
    scene.wait(REFUSED_SECONDS)
    assert zones(scene, "viewer-1", "viewer-2") == {"viewer-1": BERLIN, "viewer-2": AUCKLAND}


@pytest.mark.parametrize("error", [NotAllowed("No."), NotFound("No.")])
def test_a_hidden_zone_stays_the_sites_while_jira_refuses_the_app(
    scene: Scene, error: TimesheetError
) -> None:
    scene.jira.profile = replace(scene.jira.profile, zone=AUCKLAND)
    scene.jira.zones_of["viewer-1"] = None
    assert profile(scene).zone == UTC_ZONE
    scene.wait(CACHE_SECONDS)
    scene.jira.failing["read_zones"] = [error, error]
    assert (profile(scene).zone, profile(scene).zone_hidden) == (UTC_ZONE, True)
    assert zones(scene, "viewer-1", "viewer-2") == {"viewer-1": UTC_ZONE}


def test_a_hidden_zone_is_the_sites_in_the_persons_own_sheet_too(scene: Scene) -> None:
    scene.jira.profile = replace(scene.jira.profile, zone=AUCKLAND, locale="de_DE")
    scene.jira.zones_of["viewer-1"] = None
    mine = profile(scene)
    assert (mine.zone, mine.zone_hidden, mine.locale) == (UTC_ZONE, True, "de_DE")
    scene.viewer_context = replace(scene.viewer_context, account=lambda: profile(scene))
    scene.put(PAY, MONDAY, HOUR, time(20))
    assert scene.hours(DAY) == {(PAY, MONDAY): [HOUR]}
    assert team_day(scene, "boss", DAY) == team_day(scene, "viewer-1", DAY) == [MONDAY]
    assert (
        zone_of(scene.viewer_context_of("boss"), "viewer-1")
        == zone_of(scene.viewer_context, "viewer-1")
        == UTC_ZONE
    )


def test_a_zone_that_everybody_may_see_is_not_a_hidden_one(scene: Scene) -> None:
    mine = profile(scene)
    assert (mine.zone, mine.zone_hidden) == (BERLIN, False)
    assert (scene.calls(), scene.jira.zone_calls) == (["read_profile"], [("viewer-1",)])
    assert profile(scene) == mine
    assert (scene.calls(), scene.jira.zone_calls) == ([], [("viewer-1",)])
    assert in_one_zone(replace(mine, zone_hidden=True), BERLIN).zone_hidden


def test_a_zone_that_was_just_changed_is_not_a_hidden_one(scene: Scene) -> None:
    assert profile(scene).zone == BERLIN
    scene.jira.profile = replace(scene.jira.profile, zone=AUCKLAND)
    scene.cache.delete(profile_key("site-1", "viewer-1"))
    mine = profile(scene)
    assert (mine.zone, mine.zone_hidden) == (BERLIN, False)


def test_a_zone_that_changes_is_the_same_for_everybody_from_then_on(scene: Scene) -> None:
    scene.viewer_context = replace(scene.viewer_context, account=lambda: profile(scene))
    scene.put(PAY, MONDAY, HOUR, time(20))
    assert scene.hours(DAY) == {(PAY, MONDAY): [HOUR]}
    assert team_day(scene, "boss", DAY) == [MONDAY]
    scene.wait(CACHE_SECONDS)
    scene.jira.profile = replace(scene.jira.profile, zone=AUCKLAND)
    scene.jira.zones_of["viewer-1"] = AUCKLAND
    # The context of the next request.
    scene.viewer_context = replace(scene.viewer_context)
    assert scene.viewer_context.zone == AUCKLAND
    assert (scene.hours(DAY), scene.hours(NEXT)) == ({}, {(PAY, NEXT.first): [HOUR]})
    assert (team_day(scene, "boss", DAY), team_day(scene, "boss", NEXT)) == ([], [NEXT.first])


def test_the_panel_of_an_issue_dates_everybody_by_their_own_zone(scene: Scene) -> None:
    scene.jira.zones_of |= {"viewer-2": AUCKLAND, "viewer-3": None}
    sunday = MONDAY - timedelta(days=1)
    for author in ("viewer-1", "viewer-2", "viewer-3"):
        scene.put(PAY, sunday, HOUR, time(20), author=author)
    shown = read_panel(scene.viewer_context, PAY, DateSpan(sunday, sunday)).time
    assert [worklog.author for worklog in shown.worklogs] == ["viewer-1", "viewer-3"]
    assert set(shown.names) == {"viewer-1", "viewer-3"}
    assert scene.jira.zone_calls == [("viewer-1", "viewer-2", "viewer-3")]
    assert [worklog.author for worklog in read_panel(scene.viewer_context, PAY, DAY).time.worklogs] == [
        "viewer-2"
    ]


def test_a_sheet_is_warm_by_the_zone_that_counts(scene: Scene) -> None:
    profile(scene)
    read_time_tracking(scene.viewer_context)
    scene.sheet(DAY)
    zones: list[ZoneInfo] = []

    def span_of(mine: Profile, today: date) -> DateSpan:
        zones.append(mine.zone)
        assert today == scene.jira.now.astimezone(mine.zone).date()
        return DAY

    assert is_warm(scene.viewer_context, span_of)
    forget_person(scene.cache, "site-1", "viewer-1")
    assert not is_warm(scene.viewer_context, span_of)
    assert zones == [BERLIN]
