"""Events are stored as ids and instants, and each version of a worklog is processed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.services.support.fake_jobs import FakeJobs
from tests.services.support.fake_worklog_events import FakeWorklogEvents
from tests.services.support.scene import BERLIN, PAY, Scene
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.job import Job
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.closing import close_period, closing_key
from timesheet.services.period.command import ClosePeriod
from timesheet.services.period.worklog_event import process_events, put_event, read_event
from timesheet.services.ports.job import JobKey
from timesheet.services.ports.worklog_event import DELETED_VERSION, ReceivedEvent

KEY = closing_key("a signing key", "site-1")
NOW = datetime(2024, 7, 1, 10, tzinfo=UTC)
STARTED = datetime(2024, 6, 3, 7, tzinfo=UTC)
PAYLOAD: Mapping[str, Any] = {
    "id": "17",
    "issueId": "10012",
    "author": {"accountId": "ana", "displayName": "Ana Example"},
    "updateAuthor": {"accountId": "eve"},
    "started": "2024-06-03T09:00:00.000+0200",
    "updated": "2024-06-04T09:00:00.000+0200",
    "timeSpentSeconds": 3600,
    "comment": "a secret",
}
VERSION = 1717484400000


def test_an_event_is_read_without_text_and_seconds() -> None:
    event = read_event("worklog_updated", PAYLOAD)
    assert event == ReceivedEvent(17, VERSION, 10012, "ana", "eve", STARTED)
    assert read_event("worklog_created", PAYLOAD) == event, "it is the same version"
    assert not {"secret", "Example", "3600"} & set(repr(event).split("'"))
    gone = read_event("worklog_deleted", PAYLOAD)
    assert gone == ReceivedEvent(17, DELETED_VERSION, 10012, "ana", None, None), (
        "Jira does not say who deleted it"
    )
    assert gone.deleted


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"id": None},
        {"issueId": None},
        {"author": None},
        {"author": {"accountId": 5}},
        {"author": {"accountId": ""}},
        {"id": str(2**63)},
        {"id": "-1"},
        {"id": "٣"},
        {"issueId": 2**64},
        {"author": {"accountId": "a" * 129}},
        {"author": {"accountId": "a\x00"}},
        {"started": "yesterday"},
        {"started": "2024-06-03T09:00:00"},
        {"updated": None},
        {"updated": "1960-06-03T09:00:00.000+0200"},
        {"updated": "1970-01-01T00:00:00.000+0000"},
    ],
)
def test_what_cannot_be_read_is_none(change: Mapping[str, Any]) -> None:
    assert read_event("worklog_updated", {**PAYLOAD, **change}) is None


def test_a_deletion_counts_whosever_it_was() -> None:
    event = read_event("worklog_deleted", {"id": 17, "issueId": 3, "author": None})
    assert event == ReceivedEvent(17, DELETED_VERSION, 3, None, None, None)


def test_t25_a_repeated_event_is_put_down_once() -> None:
    store, jobs = FakeWorklogEvents(), FakeJobs()
    event = ReceivedEvent(17, VERSION, 10012, "ana", "eve", STARTED)
    assert put_event(store, jobs.of("acme"), event, NOW)
    assert jobs.due(NOW, Job, 9) == [JobKey("acme", Job.EVENTS, "17")]
    assert not put_event(store, jobs.of("acme"), event, NOW)
    assert jobs.rows[JobKey("acme", Job.EVENTS, "17")].asked == 1
    store.mark_processed([event], NOW)
    assert not put_event(store, jobs.of("acme"), event, NOW), "a late repetition is recognized too"
    assert put_event(store, jobs.of("acme"), replace(event, version=VERSION + 1), NOW)


def test_what_no_closing_can_have_needs_no_job() -> None:
    store, jobs = FakeWorklogEvents(), FakeJobs()
    store.concerned = lambda _: False
    event = ReceivedEvent(17, VERSION, 10012, "ana", "eve", STARTED)
    assert put_event(store, jobs.of("acme"), event, NOW), "it is new nevertheless"
    assert jobs.rows == {}
    assert not put_event(store, jobs.of("acme"), event, NOW)


@pytest.fixture
def closed(scene: Scene) -> Scene:
    scene.jira.now = NOW
    scene.jira.zones_of["ana"] = BERLIN
    scene.site.team("viewer-1", "ana")
    scene.put(PAY, date(2024, 6, 3), 3600, author="ana")
    june = ClosePeriod("alpha", date(2024, 6, 1), date(2024, 6, 30))
    close_period(scene.team_context(), scene.viewer_context, scene.jira, KEY, june)
    scene.wait(60)
    return scene


def recorded_worklog(scene: Scene) -> Worklog:
    return next(iter(scene.jira.worklogs.values()))


def report(
    scene: Scene, store: FakeWorklogEvents, worklog: Worklog, version: int, who: str | None = "eve"
) -> None:
    event = ReceivedEvent(
        worklog.id,
        version,
        worklog.issue_id,
        worklog.author,
        who,
        None if version == DELETED_VERSION else worklog.started,
    )
    store.put(event, NOW)


def processed(scene: Scene, store: FakeWorklogEvents, worklog_id: int) -> list[LateChange]:
    return list(
        process_events(store, scene.site.stores, lambda _: scene.jira, KEY, worklog_id, scene.jira.now)
    )


def test_events_about_one_worklog_are_processed_together(closed: Scene) -> None:
    store, worklog = FakeWorklogEvents(), recorded_worklog(closed)
    closed.jira.worklogs[worklog.id] = replace(worklog, seconds=7200)
    report(closed, store, worklog, 9, "late")
    report(closed, store, worklog, 3, "early")
    closed.jira.log.clear()
    [change] = processed(closed, store, worklog.id)
    assert (change.what, change.who, change.author) == ("changed", "late", "ana")
    assert closed.jira.log == [f"read_listed [{worklog.id}]", "read_issues"]
    assert store.waiting(worklog.id) == []
    assert processed(closed, store, worklog.id) == [], "each is processed once"


def test_somebody_who_is_erased_meanwhile_does_not_come_back_by_a_late_change(
    closed: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, worklog = FakeWorklogEvents(), recorded_worklog(closed)
    closed.jira.worklogs[worklog.id] = replace(worklog, seconds=7200)
    report(closed, store, worklog, 9)

    def erase() -> None:
        [event] = store.waiting(worklog.id)
        store.rows[worklog.id, 9] = replace(event, author="former-1")
        report(closed, store, worklog, 10)

    stores = closed.site.stores
    monkeypatch.setattr(stores, "lock_site", erase)
    [change] = process_events(store, stores, lambda _: closed.jira, KEY, worklog.id, closed.jira.now)
    assert (change.author, change.who) == ("former-1", "eve")
    assert [event.version for event in store.waiting(worklog.id)] == [10], (
        "it came after the worklog was read"
    )


@pytest.mark.parametrize("who", ["ana", "eve"])
@pytest.mark.parametrize(("former", "author"), [(["former-1"], "former-1"), (["former-1", "former-2"], None)])
def test_somebody_of_a_closing_who_was_erased_does_not_come_back_by_a_later_event(
    closed: Scene, who: str, former: list[str], author: str | None
) -> None:
    store, worklog = FakeWorklogEvents(), recorded_worklog(closed)
    [record] = closed.site.periods.stored.values()
    [ana] = [one for one in record.members if one.account_id == "ana"]
    others = [one for one in record.members if one.account_id != "ana"]
    members = (*(replace(ana, account_id=one) for one in former), *others)
    closed.site.periods.stored[record.id] = replace(record, members=members)
    closed.jira.worklogs[worklog.id] = replace(worklog, seconds=7200)
    report(closed, store, worklog, 9, who)
    [change] = processed(closed, store, worklog.id)
    assert (change.what, change.author) == ("changed", author)
    assert change.who == (author if who == "ana" else "eve")


def test_a_deletion_is_final_whatever_comes_before_or_after(closed: Scene) -> None:
    store, worklog = FakeWorklogEvents(), recorded_worklog(closed)
    del closed.jira.worklogs[worklog.id]
    report(closed, store, worklog, DELETED_VERSION, None)
    report(closed, store, worklog, 9)
    [change] = processed(closed, store, worklog.id)
    assert (change.what, change.who) == ("removed", None)


def test_a_deletion_that_did_not_happen_hides_neither_a_change_nor_the_deletion_that_follows(
    closed: Scene,
) -> None:
    store, worklog = FakeWorklogEvents(), recorded_worklog(closed)
    closed.jira.worklogs[worklog.id] = replace(worklog, seconds=7200)
    report(closed, store, worklog, 9)
    report(closed, store, worklog, DELETED_VERSION, None)
    assert [(one.what, one.who) for one in processed(closed, store, worklog.id)] == [("changed", "eve")]
    assert store.waiting(worklog.id) == []
    assert store.recorded([(worklog.id, 9), (worklog.id, DELETED_VERSION)]) == {(worklog.id, 9)}
    report(closed, store, worklog, DELETED_VERSION, None)
    assert processed(closed, store, worklog.id) == [], "Jira still shows it"
    del closed.jira.worklogs[worklog.id]
    report(closed, store, worklog, DELETED_VERSION, None)
    assert [one.what for one in processed(closed, store, worklog.id)] == ["removed"]
    report(closed, store, worklog, DELETED_VERSION, None)
    assert processed(closed, store, worklog.id) == [], "it was processed"


def test_no_closing_costs_no_call(closed: Scene) -> None:
    store = FakeWorklogEvents()
    other = closed.put(PAY, date(2024, 8, 5), 3600, author="ana")
    stranger = closed.put(PAY, date(2024, 6, 5), 3600, author="eve")
    for worklog in (other, stranger):
        report(closed, store, worklog, 5)
    closed.jira.log.clear()
    assert processed(closed, store, other.id) == []
    assert processed(closed, store, stranger.id) == []
    assert closed.jira.log == []


def test_what_jira_does_not_answer_still_waits(closed: Scene) -> None:
    store, worklog = FakeWorklogEvents(), recorded_worklog(closed)
    closed.jira.worklogs[worklog.id] = replace(worklog, seconds=7200)
    report(closed, store, worklog, 5)
    closed.jira.failing["read_listed"] = [JiraUnavailable("Jira is away.")]
    with pytest.raises(JiraUnavailable):
        processed(closed, store, worklog.id)
    assert len(store.waiting(worklog.id)) == 1
    assert [change.what for change in processed(closed, store, worklog.id)] == ["changed"]


def test_what_the_reader_may_not_see_is_left_to_the_comparison(closed: Scene) -> None:
    store, worklog = FakeWorklogEvents(), recorded_worklog(closed)
    report(closed, store, worklog, 5)
    closed.jira.failing["read_listed"] = [NotAllowed("You may not.")]
    assert processed(closed, store, worklog.id) == []
    report(closed, store, worklog, 6)
    del closed.jira.worklogs[worklog.id]
    assert processed(closed, store, worklog.id) == [], "hidden or gone: only a deletion says which"
    assert store.waiting(worklog.id) == []
