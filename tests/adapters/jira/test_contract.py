"""The services' requirements of a Jira, tested on their fake and on the real client."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Protocol
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from jira_emulator.server import RunningSite, running_cloud
from tests.services.support.scene import MONDAY, PAY, Scene
from timesheet.adapters.jira.client import JiraClients
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import FORMER, EstimateChange, Jira, WorklogChange, WorklogDraft
from timesheet.services.ports.team_jira import TeamJira, TeamTimeQuery

HOUR = 3600


@dataclass(frozen=True)
class BasicCredentials:
    """A person of the emulated site with an API token."""

    base_url: str
    email: str

    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.email}:emulator".encode()).decode()

    def refused(self) -> None:
        raise AssertionError("the emulated Jira refused a good token")


class AnyJira(Jira, TeamJira, Protocol):
    """All that the app asks of a Jira about time."""


@dataclass(frozen=True)
class World:
    """A Jira, an open issue in it with more than four hours estimated, and a day to work on."""

    jira: AnyJira
    issue_id: int
    day: date
    somebody_else: str

    @property
    def zones(self) -> dict[str, ZoneInfo]:
        profile = self.jira.read_profile()
        return {profile.account_id: profile.zone}

    @property
    def issue(self) -> Issue:
        return self.jira.read_issue(str(self.issue_id))

    def draft(self, seconds: int = HOUR, way: EstimateChange | None = None, key: str = "") -> WorklogDraft:
        [zone] = self.zones.values()
        start = datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=zone).astimezone(UTC)
        return WorklogDraft(self.issue_id, start, seconds, key or uuid4().hex, None, way or EstimateChange())

    def log(self, seconds: int = HOUR, way: EstimateChange | None = None) -> Worklog:
        return self.jira.create_worklog(self.draft(seconds, way), self.zones)

    def shown(self) -> dict[int, Worklog]:
        [viewer] = self.zones
        found = self.jira.read_worklogs([viewer], DateSpan(self.day, self.day), self.zones)
        assert found.complete
        return {worklog.id: worklog for worklog in found.worklogs}


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    with running_cloud(basic_auth=True) as cloud:
        yield cloud.sites[0]


@pytest.fixture(scope="module")
def emulated(site: RunningSite) -> Iterator[World]:
    clients = JiraClients()
    person = site.person(1)
    jira = clients.for_viewer(BasicCredentials(site.base_url, person.email), ZoneInfo("UTC"))
    profile = jira.read_profile()
    today = datetime.now(profile.zone).date()
    month = DateSpan(today - timedelta(days=27), today)
    known = jira.read_worklogs([profile.account_id], month, {profile.account_id: profile.zone}).issues
    roomy = [i.id for i in known.values() if not i.done and (i.remaining_seconds or 0) > 4 * HOUR]
    yield World(jira, min(roomy), today - timedelta(days=3), site.person(2).account_id)
    clients.close()


@pytest.fixture(params=["fake", "emulated"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "fake":
        return World(Scene().jira, PAY, MONDAY, "viewer-2")
    return request.getfixturevalue("emulated")  # type: ignore[no-any-return]


def test_what_is_begun_is_done_and_its_trouble_is_nobodys(world: World) -> None:
    def fail() -> None:
        done.set()
        raise JiraUnavailable("Down.")

    done = Event()
    world.jira.begin(fail)
    assert done.wait(30)


def test_a_created_worklog_is_read_back_everywhere(world: World) -> None:
    made = world.log()
    assert (made.seconds, made.day, made.issue_id) == (HOUR, world.day, world.issue_id)
    assert made.author in world.zones
    assert world.jira.read_worklog(world.issue_id, made.id, world.zones) == made
    assert world.shown()[made.id] == made


def test_jira_keeps_whole_minutes(world: World) -> None:
    assert world.log(90).seconds == 120
    assert world.log(89).seconds == 60
    with pytest.raises(InvalidInput):
        world.log(0)


def test_a_change_keeps_the_rest(world: World) -> None:
    made = world.log()
    comment = text_to_adf("why\n\n- what")
    first = world.jira.update_worklog(world.issue_id, made.id, WorklogChange(comment=comment), world.zones)
    then = world.jira.update_worklog(world.issue_id, made.id, WorklogChange(seconds=60), world.zones)
    assert (first.seconds, first.comment) == (HOUR, comment)
    assert (then.seconds, then.comment, then.started, then.author) == (60, comment, made.started, made.author)
    assert then.updated >= first.updated >= made.updated


def test_a_moved_start_moves_the_day(world: World) -> None:
    made = world.log()
    change = WorklogChange(started=made.started + timedelta(days=1))
    moved = world.jira.update_worklog(world.issue_id, made.id, change, world.zones)
    assert moved.day == world.day + timedelta(days=1)
    assert made.id not in world.shown()


def test_what_is_deleted_is_gone(world: World) -> None:
    made = world.log()
    world.jira.delete_worklog(world.issue_id, made.id, EstimateChange())
    assert made.id not in world.shown()
    with pytest.raises(NotFound):
        world.jira.read_worklog(world.issue_id, made.id, world.zones)
    with pytest.raises(NotFound):
        world.jira.update_worklog(world.issue_id, made.id, WorklogChange(seconds=60), world.zones)
    with pytest.raises(NotFound):
        world.jira.delete_worklog(world.issue_id, made.id, EstimateChange())


@pytest.mark.parametrize(
    ("way", "left"),
    [
        (EstimateChange(), -HOUR),
        (EstimateChange("leave"), 0),
        (EstimateChange("manual", 1800), -1800),
    ],
)
def test_t31_creating_moves_the_estimate(world: World, way: EstimateChange, left: int) -> None:
    set_estimate(world, 5 * HOUR)
    before = world.issue
    world.log(HOUR, way)
    after = world.issue
    assert after.remaining_seconds == 5 * HOUR + left
    assert (after.spent_seconds or 0) - (before.spent_seconds or 0) == HOUR


def test_t31_updating_and_deleting_move_the_estimate(world: World) -> None:
    set_estimate(world, 5 * HOUR)
    made = world.log()
    world.jira.update_worklog(world.issue_id, made.id, WorklogChange(seconds=3 * HOUR), world.zones)
    assert world.issue.remaining_seconds == 2 * HOUR
    world.jira.delete_worklog(world.issue_id, made.id, EstimateChange("manual", HOUR))
    assert world.issue.remaining_seconds == 3 * HOUR
    world.log(9 * HOUR)
    assert world.issue.remaining_seconds == 0


def set_estimate(world: World, seconds: int) -> None:
    made = world.log(60)
    world.jira.delete_worklog(world.issue_id, made.id, EstimateChange("new", seconds))
    assert world.issue.remaining_seconds == seconds


def test_t32_the_same_key_is_found_again(world: World) -> None:
    draft = world.draft()
    made = world.jira.create_worklog(draft, world.zones)
    assert world.jira.create_worklog(draft, world.zones, look_first=True).id == made.id


def test_issues_by_id_and_key(world: World) -> None:
    issue = world.issue
    assert world.jira.read_issue(issue.key) == issue
    assert world.jira.read_issues([issue.id, 999_999]) == {issue.id: issue}
    assert world.jira.read_issues([issue.key, "NOT-1"]) == {issue.id: issue}
    for absent in ("999999", "NONE-1"):
        with pytest.raises(NotFound):
            world.jira.read_issue(absent)


def test_issues_are_found_by_key_and_words(world: World) -> None:
    issue = world.issue
    assert [found.id for found in world.jira.find_issues(issue.key.lower())] == [issue.id]
    assert issue.id in [found.id for found in world.jira.find_issues(issue.summary)]
    assert world.jira.find_issues("nothing-is-called-like-this") == []


def test_others_worklogs_are_not_mine(world: World) -> None:
    made = world.log()
    found = world.jira.read_worklogs([world.somebody_else], DateSpan(world.day, world.day), world.zones)
    assert made.id not in {worklog.id for worklog in found.worklogs}
    assert {worklog.author for worklog in found.worklogs} <= {world.somebody_else}


def test_a_team_is_read_in_scope_and_by_issue(world: World) -> None:
    made = world.log()
    [viewer] = world.zones
    day = DateSpan(world.day, world.day)
    inside = Scope((world.issue.project_id,), f"key = {world.issue.key}")
    query = TeamTimeQuery((viewer, world.somebody_else), day, inside)
    elsewhere = replace(query, scope=Scope((999_999,)))
    for ids in (None, [world.issue_id]):
        found = world.jira.read_team_worklogs(query, world.zones, ids)
        assert (made.id in {entry[4] for entry in found.entries()}, set(found.issues)) == (
            True,
            {world.issue_id},
        )
    whole = world.jira.read_member_worklogs(viewer, day, inside, world.zones)
    assert (made.id in {w.id for w in whole.worklogs}, set(whole.issues)) == (True, {world.issue_id})
    assert list(world.jira.read_team_worklogs(elsewhere, world.zones).entries()) == []
    assert world.jira.found_among([world.issue_id], inside.jql) == {world.issue_id}
    assert world.jira.found_among([world.issue_id], "key = PAY-1") == set()
    with pytest.raises(InvalidInput):
        world.jira.found_among([world.issue_id, 999_999], inside.jql)
    with pytest.raises(InvalidInput):
        world.jira.read_team_worklogs(replace(query, scope=Scope(jql="nonsense =")), world.zones)
    with pytest.raises(InvalidInput):
        world.jira.read_team_worklogs(replace(query, scope=Scope()), world.zones, [999_999])


def test_worklogs_are_read_by_their_ids(world: World) -> None:
    made, gone = world.log(), world.log()
    world.jira.delete_worklog(world.issue_id, gone.id, EstimateChange())
    [found] = world.jira.read_listed([gone.id, made.id], world.zones)
    assert (found.id, found.issue_id, found.author) == (made.id, made.issue_id, made.author)
    assert (found.started, found.seconds) == (made.started, made.seconds)


def test_nobody_searches_for_former_users(world: World) -> None:
    day = DateSpan(world.day, world.day)
    read = world.jira.read_team_worklogs(TeamTimeQuery(("former-1",), day, Scope()), {})
    assert (list(read.entries()), [part.code for part in read.missing]) == ([], [FORMER])
    assert world.jira.changed_issues(["former-1"], day, [], read.read_at) == frozenset()


def test_changes_since_then_are_reported(world: World) -> None:
    made = world.log()
    [viewer] = world.zones
    day = DateSpan(world.day, world.day)
    assert world.issue_id in world.jira.changed_issues([viewer], day, [], made.updated)
    world.jira.delete_worklog(world.issue_id, made.id, EstimateChange())
    assert world.issue_id in world.jira.changed_issues([viewer], day, [world.issue_id], made.updated)
