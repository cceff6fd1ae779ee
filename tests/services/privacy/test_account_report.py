"""The report on accounts: ninety at a time, once per cycle, and the effect of Jira's response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.services.support.fake_recorder import Recorded
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraBusy
from timesheet.domain.person import Person
from timesheet.services.ports.privacy import AccountNews, ReportState
from timesheet.services.privacy.account_report import EARLY, OLDEST, ReportProgress, report_some
from timesheet.services.privacy.privacy import ErasureReason, SiteData, erase_stored

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class FakePeople:
    """Accounts in a list; who is replaced leaves it."""

    stored_ids: list[str]
    state: ReportState = field(default_factory=ReportState)
    pseudonyms: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], None] | None = None
    """Act as another request does before the site is locked."""

    def lock_site(self) -> None:
        if self.meanwhile:
            self.meanwhile()

    def accounts(self) -> tuple[str, ...]:
        return tuple(sorted(self.stored_ids))

    def replace(self, account_id: str, pseudonym: str, day: date) -> None:
        self.stored_ids.remove(account_id)
        self.pseudonyms[account_id] = pseudonym

    def report(self) -> ReportState:
        return self.state

    def save_report(self, state: ReportState) -> None:
        self.state = state


@dataclass
class FakeReporter:
    """Jira, which has news of some accounts."""

    closed: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    days: int = 7
    reported: list[tuple[str, ...]] = field(default_factory=list)
    stamps: list[datetime] = field(default_factory=list)
    busy_after: int = 1000

    def report(self, account_ids: Sequence[str], updated_at: datetime) -> AccountNews:
        if len(self.reported) >= self.busy_after:
            raise JiraBusy("Jira asks for a break.", retry_after=9)
        self.reported.append(tuple(account_ids))
        self.stamps.append(updated_at)
        accounts = set(account_ids)
        return AccountNews(frozenset(accounts & self.closed), frozenset(accounts & self.updated), self.days)


@dataclass
class ViewerContext:
    people: FakePeople
    jira: FakeReporter = field(default_factory=FakeReporter)
    audit: Recorded = field(default_factory=Recorded)
    cache: MemoryCache = field(default_factory=MemoryCache)

    def step(self, now: datetime = NOW) -> ReportProgress:
        data = SiteData(self.people, self.audit.recorder(now), self.cache, "site-1")
        return report_some(data, self.jira, now)

    def run(self, now: datetime = NOW) -> ReportProgress:
        done = self.step(now)
        while done.due is None:
            done = done.then(self.step(now))
        return done


def viewer_context_of(*accounts: str) -> ViewerContext:
    return ViewerContext(FakePeople(list(accounts)))


def test_everybody_is_reported_ninety_at_a_time() -> None:
    everybody = [f"account-{number:03}" for number in range(200)]
    context = viewer_context_of(*everybody)
    assert context.run() == ReportProgress(200, due=NOW + timedelta(days=7))
    assert [len(chunk) for chunk in context.jira.reported] == [90, 90, 20]
    assert [who for chunk in context.jira.reported for who in chunk] == everybody
    assert set(context.jira.stamps) == {NOW - OLDEST}


def test_nothing_is_reported_before_the_cycle_is_over() -> None:
    context = viewer_context_of("a")
    context.jira.days = 14
    due = context.run().due
    assert due == NOW + timedelta(days=14)
    assert context.run(due - EARLY - timedelta(seconds=1)) == ReportProgress(due=due)
    assert len(context.jira.reported) == 1
    again = context.run(due - EARLY)
    assert (again.reported, again.due) == (1, due - EARLY + timedelta(days=14))


def test_a_cycle_that_ends_too_far_ahead_begins_anew_because_the_clock_was_set_back() -> None:
    context = viewer_context_of("ana")
    ahead = NOW + timedelta(days=40)
    assert context.run(ahead).reported == 1
    assert context.run(ahead - EARLY).reported == 0
    assert context.run(ahead - EARLY - timedelta(seconds=1)).reported == 1


def test_a_site_without_people_asks_jira_nothing() -> None:
    context = viewer_context_of()
    assert context.run() == ReportProgress(due=NOW + timedelta(days=7))
    assert context.jira.reported == []


def test_nobody_is_not_an_account_to_report() -> None:
    context = viewer_context_of("unknown", "a")
    context.run()
    assert context.jira.reported == [("a",)]


def test_a_broken_off_report_goes_on_where_it_stopped() -> None:
    everybody = [f"account-{number:03}" for number in range(150)]
    context = viewer_context_of(*everybody)
    context.jira.busy_after = 1
    with pytest.raises(JiraBusy):
        context.run()
    assert context.people.state == ReportState(NOW, "account-089")
    context.jira.busy_after = 1000
    later = NOW + timedelta(days=2)
    assert context.run(later) == ReportProgress(60, due=NOW + timedelta(days=7))
    assert context.jira.reported[1][0] == "account-090"


def test_a_closed_account_is_erased_and_recorded_under_its_pseudonym() -> None:
    context = viewer_context_of("a", "b", "c")
    context.jira.closed = {"b"}
    assert context.run() == ReportProgress(3, 1, 0, NOW + timedelta(days=7))
    assert context.people.stored_ids == ["a", "c"]
    assert list(context.people.pseudonyms) == context.audit.forgotten == ["b"]
    [event] = context.audit.events
    assert (event.action, event.actor, event.after) == (
        Action.PERSON_ERASED, "", {"reason": "account closed"}
    )  # fmt: skip


def test_the_report_remembers_nobody_whose_account_is_closed() -> None:
    context = viewer_context_of("a", "b", "c")
    context.jira.closed = {"c"}
    context.step()
    assert context.people.state.through == "b"
    context = viewer_context_of("a")
    context.jira.closed = {"a"}
    context.step()
    assert context.people.state == ReportState(NOW, "")


def test_whoever_was_erased_while_jira_answered_is_neither_erased_again_nor_remembered() -> None:
    context = viewer_context_of("a", "b", "c")
    context.jira.closed = {"a"}

    def erase() -> None:
        for account_id in set(context.people.stored_ids) - {"b"}:
            context.people.stored_ids.remove(account_id)

    context.people.meanwhile = erase
    assert context.step() == ReportProgress(3)
    assert context.people.state == ReportState(NOW, "b")
    assert context.audit.events == []


def test_whom_a_restored_backup_does_not_hold_any_more_is_not_erased_again() -> None:
    context = viewer_context_of("a", "b")
    context.people.meanwhile = lambda: context.people.stored_ids.__setitem__(0, "c")
    data = SiteData(context.people, context.audit.recorder(NOW), context.cache, "site-1")
    assert erase_stored(data, ["a", "c"], ErasureReason.RESTORED) == 1
    assert context.people.stored_ids == ["b"]
    assert context.audit.forgotten == ["c"]


def test_a_profile_that_jira_reports_as_changed_is_read_again() -> None:
    context = viewer_context_of("a", "b")
    context.jira.updated = {"a"}
    for who in ("a", "b"):
        context.cache.put(f"site-1:person:{who}", Person(who, who), 60)
    assert context.run().updated == 1
    assert context.cache.get("site-1:person:a") is None
    assert context.cache.get("site-1:person:b") is not None
    assert context.audit.events == []
