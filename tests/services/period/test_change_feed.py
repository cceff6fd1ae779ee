"""Changes without an event are found in Jira's lists, once, and without asking again about those with an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.support.fake_jobs import FakeJobs
from tests.services.support.fake_worklog_events import FakeWorklogEvents
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.job import Job
from timesheet.services.period import change_feed
from timesheet.services.period.change_feed import (
    MOST_PAGES,
    OVERLAP,
    FeedRead,
    FeedSite,
    cycle_of,
    read_changes,
)
from timesheet.services.ports.cache import PersonCache
from timesheet.services.ports.change_feed import ChangedWorklog, FeedPage, FeedPosition
from timesheet.services.ports.worklog_event import DELETED_VERSION, ReceivedEvent
from timesheet.services.snapshot.change_log import read_change_log
from timesheet.services.snapshot.worklog_event import site_events_since

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
START = epoch_ms(NOW)
HIDDEN = timedelta(minutes=1)
PAGE = 3


@dataclass
class FakeFeed:
    """Jira's lists with pages of three; the clock is the test's."""

    now: datetime = NOW
    changed: dict[int, int] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    failing: bool = False
    page: int = PAGE
    ahead: timedelta = timedelta()

    def change(self, worklog_id: int, author: str | None = "ana") -> int:
        self.changed[worklog_id] = epoch_ms(self.now)
        return self.changed[worklog_id]

    def updated(self, since: int) -> FeedPage:
        return self._page("updated", self.changed, since)

    def deleted(self, since: int) -> FeedPage:
        return self._page("deleted", self.gone, since)

    def read(self, worklog_ids: Sequence[int]) -> Sequence[ChangedWorklog]:
        self.log.append(f"read {list(worklog_ids)}")
        there = (number for number in worklog_ids if number in self.changed)
        return [ChangedWorklog(number, 9, "ana", "eve", self.changed[number], NOW) for number in there]

    def _page(self, name: str, entries: dict[int, int], since: int) -> FeedPage:
        if self.failing:
            raise JiraUnavailable("Jira is away.")
        self.log.append(name)
        until = epoch_ms(self.now - HIDDEN)
        found = sorted((at, number) for number, at in entries.items() if since <= at <= until)
        page = found[: self.page]
        end = page[-1][0] if page else since
        end += self.ahead // timedelta(milliseconds=1)
        return FeedPage(tuple((number, at) for at, number in page), end, len(found) <= self.page)


@dataclass
class World:
    feed: FakeFeed
    events: FakeWorklogEvents
    jobs: FakeJobs
    feed_site: FeedSite

    def wait(self, minutes: float) -> None:
        self.feed.now += timedelta(minutes=minutes)

    def cycle(self) -> int:
        return read_changes(self.feed_site, self.feed.now).missed

    def requested(self) -> list[str]:
        return sorted(key.subject for key in self.jobs.due(self.feed.now, Job, 99))


@pytest.fixture
def world() -> World:
    feed, events, jobs = FakeFeed(), FakeWorklogEvents(), FakeJobs()
    made = World(feed, events, jobs, FeedSite(feed, events, jobs.of("acme"), MemoryCache(), "acme"))
    assert made.cycle() == 0
    return made


def test_a_change_that_no_event_reported_is_recorded(world: World) -> None:
    world.wait(1)
    version = world.feed.change(17)
    world.feed.gone[18] = version
    world.wait(5)
    assert world.cycle() == 2
    assert world.events.waiting(17) == [ReceivedEvent(17, version, 9, "ana", "eve", NOW)]
    assert world.events.waiting(18) == [ReceivedEvent(18, DELETED_VERSION, 0, None, None, None)]
    assert world.requested() == ["17", "18"]
    of_ana = PersonCache(world.feed_site.cache, "acme", "ana")
    assert [event.worklog_id for event in read_change_log(of_ana).events] == [17]
    cached_events = site_events_since(world.feed_site.cache, "acme", NOW)
    assert [(event.worklog_id, event.updated) for event in cached_events] == [(17, version), (18, None)]


def test_the_last_changes_are_not_found_again_every_day(world: World) -> None:
    world.wait(1)
    world.feed.change(17)
    world.feed.gone[18] = epoch_ms(world.feed.now)
    world.events.concerned = lambda _: False
    found = 0
    for _ in range(3 * 24):
        world.wait(60)
        found += world.cycle()
    assert found == 2
    world.feed.change(19)
    world.wait(5)
    assert world.cycle() == 1


def test_a_change_is_passed_on_by_the_next_read_if_the_process_is_killed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.wait(1)
    world.feed.change(17)
    world.wait(5)

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(change_feed, "note_missed", killed)
        with pytest.raises(SystemExit):
            world.cycle()
    world.cycle()
    of_ana = PersonCache(world.feed_site.cache, "acme", "ana")
    assert [event.worklog_id for event in read_change_log(of_ana).events] == [17]


def test_t24_the_overlap_repeats_nothing(world: World) -> None:
    world.wait(1)
    world.feed.change(17)
    world.wait(1.5)
    assert world.cycle() == 1
    world.feed.log.clear()
    world.wait(1)
    assert world.cycle() == 0
    assert world.feed.log == ["updated", "deleted"]


def test_what_an_event_reported_costs_nothing_more(world: World) -> None:
    world.wait(1)
    version = world.feed.change(17)
    event = ReceivedEvent(17, version, 9, "ana", "eve", NOW)
    world.events.put(event, NOW)
    world.events.mark_processed([event], NOW)
    world.wait(5)
    world.feed.log.clear()
    assert world.cycle() == 0
    assert world.feed.log == ["updated", "deleted"]
    assert world.requested() == []


def test_an_entry_that_appears_late_is_found(world: World) -> None:
    world.wait(10)
    world.feed.change(17)
    world.wait(2)
    assert world.cycle() == 1
    position = world.events.position()
    assert position is not None
    world.feed.changed[16] = world.feed.changed[17] - (OVERLAP - timedelta(seconds=1)) // timedelta(
        milliseconds=1
    )
    assert position.updated <= world.feed.changed[16]
    assert position.updated == world.feed.changed[17] - 120_000, "two minutes"
    assert world.cycle() == 1
    assert world.requested() == ["16", "17"]


def test_t24_many_pages_are_read_to_the_end(world: World) -> None:
    for number in range(10):
        world.wait(0.01)
        world.feed.change(number)
    world.wait(5)
    assert world.cycle() == 10
    assert len(world.requested()) == 10


def test_many_changes_at_the_same_moment_do_not_hold_it_up(world: World) -> None:
    world.wait(1)
    for number in range(PAGE * 3):
        world.feed.change(number)
    world.feed.now += timedelta(milliseconds=1)
    world.feed.change(99)
    world.wait(5)
    # Jira lists no more of that moment than the first page; what was changed later is found anyway.
    assert read_changes(world.feed_site, world.feed.now) == FeedRead(PAGE + 1, more=False)
    assert world.requested() == ["0", "1", "2", "99"]
    assert world.feed.log.count("updated") <= MOST_PAGES


def test_a_page_that_ends_where_it_began_is_not_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[int] = []

    def without_progress(since: int) -> FeedPage:
        requested.append(since)
        return FeedPage((), since, False)

    monkeypatch.setattr(world.feed, "updated", without_progress)
    assert read_changes(world.feed_site, world.feed.now) == FeedRead(0, more=False)
    assert len(requested) == 1


def test_a_list_that_never_marks_its_last_page_is_read_to_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    updated = world.feed.updated

    def unmarked(since: int) -> FeedPage:
        page = updated(since)
        return FeedPage(page.changes, page.until, not page.changes)

    monkeypatch.setattr(world.feed, "updated", unmarked)
    for number in range(PAGE * 2):
        world.wait(0.01)
        world.feed.change(number)
    world.wait(5)
    assert read_changes(world.feed_site, world.feed.now) == FeedRead(PAGE * 2, more=False)
    assert world.feed.log.count("updated") <= 6


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_differs_from_jiras_misses_and_repeats_nothing(world: World, minutes: int) -> None:
    found = 0
    for number in range(12):
        world.wait(2.5)
        world.feed.change(number)
        world.wait(2.5)
        found += read_changes(world.feed_site, world.feed.now + timedelta(minutes=minutes)).missed
    world.wait(15)
    found += read_changes(world.feed_site, world.feed.now + timedelta(minutes=minutes)).missed
    assert found == 12


def test_an_end_in_the_future_does_not_hide_what_comes_until_then(world: World) -> None:
    world.feed.ahead = timedelta(days=365)
    world.wait(5)
    assert world.cycle() == 0
    world.feed.ahead = timedelta()
    world.feed.change(17)
    world.wait(5)
    assert world.cycle() == 1


def test_a_site_with_very_many_goes_on_at_once(world: World) -> None:
    for number in range(PAGE * MOST_PAGES * 2):
        world.wait(0.01)
        world.feed.change(number)
    world.wait(5)
    world.feed.log.clear()
    # Each of the twenty pages but the first begins with the last entry of the one before.
    assert read_changes(world.feed_site, world.feed.now) == FeedRead(PAGE * 20 - 19, more=True)
    assert world.feed.log.count("updated") == 20
    rounds = 0
    while read_changes(world.feed_site, world.feed.now).more:
        rounds += 1
        assert rounds < 10
    assert len(world.jobs.rows) == PAGE * MOST_PAGES * 2


def test_a_thousand_worklogs_are_read_at_once(world: World) -> None:
    world.feed.page = 1001
    world.wait(1)
    for number in range(1001):
        world.feed.change(number)
    world.wait(5)
    world.feed.log.clear()
    assert world.cycle() == 1001
    assert world.feed.log[2:] == [f"read {list(range(1000))}", "read [1000]"]


def test_a_failure_leaves_everything_as_it_was(world: World) -> None:
    before = world.events.position()
    world.wait(5)
    world.feed.change(17)
    world.wait(5)
    world.feed.failing = True
    with pytest.raises(JiraUnavailable):
        world.cycle()
    assert (world.events.position(), world.requested()) == (before, [])
    world.feed.failing = False
    assert world.cycle() == 1


def test_processed_events_are_forgotten_after_a_day(world: World) -> None:
    event = ReceivedEvent(17, 5, 9, "ana", "eve", NOW)
    world.events.put(event, NOW)
    world.events.mark_processed([event], NOW)
    world.wait(24 * 60)
    world.cycle()
    assert (17, 5) in world.events.rows
    world.wait(1)
    world.cycle()
    assert (17, 5) not in world.events.rows


def test_the_first_read_begins_now() -> None:
    events = FakeWorklogEvents()
    feed = FakeFeed(changed={17: START - 3_600_000})
    read_changes(FeedSite(feed, events, FakeJobs().of("acme"), MemoryCache(), "acme"), NOW)
    assert events.position() == FeedPosition(START, START)
    assert events.rows == {}


@pytest.mark.parametrize(
    ("sites", "minutes"), [(0, 5), (1, 5), (270, 5), (1000, 18), (10_000, 184), (1_000_000, 720)]
)
def test_all_sites_together_stay_within_the_points(sites: int, minutes: int) -> None:
    assert cycle_of(sites) // timedelta(minutes=1) == minutes


def test_a_fifth_of_the_points_of_an_hour_is_for_the_lists() -> None:
    assert cycle_of(13_000 // 4) == timedelta(hours=1)
