"""Finding out what became of writes that were interrupted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.fake_jira import FakeJira
from tests.services.support.scene import MONDAY, PAY, Scene
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraUnavailable, NotAllowed, NotFound, TimesheetError
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import WorklogDraft
from timesheet.services.ports.journal import Intent
from timesheet.services.worklog.safeguard.settle import SETTLED_AFTER, Settled, settle

HOUR = 3600
OLD = SETTLED_AFTER + timedelta(seconds=1)


def left(scene: Scene, *intents: Intent) -> Settled:
    for intent in intents:
        scene.journal.begin(intent)
    return settle(scene.journal, lambda _: scene.jira, scene.cache_of, intents[-1].at + OLD)


def outcome(scene: Scene) -> tuple[str, object]:
    step, intent, after = scene.journal.steps[-1]
    return step, (intent.more.get("settled"), after)


def test_a_worklog_that_was_made_is_found_by_its_key(scene: Scene) -> None:
    made = scene.jira.create_worklog(
        WorklogDraft(PAY, scene.jira.now, HOUR, "key-0001"), scene.viewer_context.own_zones
    )
    intent = Intent(
        Action.WORKLOG_CREATED, "viewer-1", PAY, scene.jira.now, write_key="key-0001", started=made.started
    )
    assert left(scene, intent) == Settled(recorded=1)
    step, intent_after, after = scene.journal.steps[-1]
    assert (step, intent_after.more) == ("finish", {"settled": True})
    assert after is not None
    assert after.id == made.id


def test_one_that_was_never_made_is_dropped(scene: Scene) -> None:
    intent = Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, scene.jira.now, write_key="key-0001")
    assert left(scene, intent) == Settled(dropped=1)
    assert scene.journal.steps[-1][0] == "drop"


def test_a_change_shows_by_jiras_own_time_of_change(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    intent = Intent(
        Action.WORKLOG_CHANGED,
        "viewer-1",
        PAY,
        scene.jira.now,
        was.id,
        "viewer-1",
        before=was.facts,
        updated=was.updated,
    )
    assert left(scene, intent) == Settled(dropped=1)
    scene.jira.worklogs[was.id] = replace(was, seconds=60, updated=was.updated + timedelta(seconds=1))
    assert left(scene, replace(intent, id="again")) == Settled(recorded=1)
    assert outcome(scene)[0] == "finish"


def test_a_delete_shows_by_the_worklogs_absence(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    intent = Intent(Action.WORKLOG_DELETED, "viewer-1", PAY, scene.jira.now, was.id, "viewer-1")
    assert left(scene, intent) == Settled(dropped=1)
    del scene.jira.worklogs[was.id]
    assert left(scene, replace(intent, id="again")) == Settled(recorded=1)
    assert outcome(scene) == ("finish", (True, None))


def test_what_jira_does_not_say_stays_open(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise JiraUnavailable("Jira does not answer.")

    monkeypatch.setattr(scene.jira, "read_zones", fail)
    intent = Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, scene.jira.now, write_key="key-0001")
    assert left(scene, intent) == Settled(unknown=1)
    assert list(scene.journal.open) == [intent.id]


@pytest.mark.parametrize(
    ("error", "days", "settled"),
    [
        (NotAllowed("Your account is inactive."), 7, Settled(unknown=1)),
        (NotAllowed("Your account is inactive."), 8, Settled(given_up=1)),
        (NotFound("There is no such issue."), 8, Settled(given_up=1)),
        (JiraUnavailable("Jira does not answer."), 8, Settled(unknown=1)),
    ],
)
def test_a_write_of_somebody_whom_jira_refuses_is_given_up_after_a_week(
    scene: Scene, error: TimesheetError, days: int, settled: Settled
) -> None:
    intent = Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, scene.jira.now, write_key="key-0001")
    scene.journal.begin(intent)

    def refuse(_: str) -> FakeJira:
        raise error

    later = intent.at + timedelta(days=days)
    assert settle(scene.journal, refuse, scene.cache_of, later) == settled
    assert bool(scene.journal.open) == bool(settled.unknown)


def change(number: int, scene: Scene, was: Worklog) -> Intent:
    """Return a change of this worklog that began this many seconds after the first one."""
    at = scene.jira.now + timedelta(seconds=number)
    return Intent(Action.WORKLOG_CHANGED, "viewer-1", PAY, at, was.id, "viewer-1", updated=was.updated)


def test_of_two_changes_of_a_worklog_one_is_recorded(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.worklogs[was.id] = replace(was, seconds=60, updated=was.updated + timedelta(seconds=1))
    assert left(scene, change(0, scene, was), change(1, scene, was)) == Settled(recorded=1, dropped=1)
    steps = [(step, intent.at - scene.jira.now) for step, intent, _ in scene.journal.steps[2:]]
    assert steps == [("finish", timedelta(seconds=1)), ("drop", timedelta(0))]


def test_a_worklog_with_a_write_that_may_be_under_way_is_left_alone(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    for number in (0, 600):
        scene.journal.begin(change(number, scene, was))
    assert (
        settle(scene.journal, lambda _: scene.jira, scene.cache_of, scene.jira.now + timedelta(seconds=601))
        == Settled()
    )
    assert len(scene.journal.open) == 2


def test_only_so_many_are_settled_at_once(scene: Scene) -> None:
    for number in range(3):
        scene.journal.begin(change(0, scene, scene.put(PAY, MONDAY, HOUR + number)))
    assert settle(
        scene.journal, lambda _: scene.jira, scene.cache_of, scene.jira.now + OLD, most=2
    ) == Settled(dropped=2)
    assert len(scene.journal.open) == 1


def test_writes_that_jira_says_nothing_about_do_not_keep_the_others_waiting(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = [scene.put(PAY, MONDAY, HOUR + number) for number in range(5)]
    for number, was in enumerate([*stuck, scene.put(PAY, MONDAY, 60)]):
        scene.journal.begin(change(number, scene, was))
    read = scene.jira.read_worklog

    def read_or_fail(issue_id: int, worklog_id: int, zones: Mapping[str, ZoneInfo]) -> Worklog:
        if worklog_id in {was.id for was in stuck}:
            raise JiraUnavailable("Jira does not answer.")
        return read(issue_id, worklog_id, zones)

    monkeypatch.setattr(scene.jira, "read_worklog", read_or_fail)
    for _ in range(100):
        settle(scene.journal, lambda _: scene.jira, scene.cache_of, scene.jira.now + 2 * OLD, most=5)
    assert len(scene.journal.open) == len(stuck)


def test_older_writes_of_the_same_worklogs_count_towards_the_most(scene: Scene) -> None:
    both = [scene.put(PAY, MONDAY, HOUR + number) for number in range(2)]
    for was in both:
        for number in range(2):
            scene.journal.begin(change(number, scene, was))
    later = scene.jira.now + timedelta(seconds=1) + OLD
    assert settle(scene.journal, lambda _: scene.jira, scene.cache_of, later, most=3) == Settled(dropped=3)
    assert len(scene.journal.open) == 1


@pytest.mark.parametrize(("seconds", "settled"), [(300, 0), (301, 1)])
def test_a_write_is_settled_after_five_minutes(scene: Scene, seconds: int, settled: int) -> None:
    scene.journal.begin(change(0, scene, scene.put(PAY, MONDAY, HOUR)))
    later = scene.jira.now + timedelta(seconds=seconds)
    assert settle(scene.journal, lambda _: scene.jira, scene.cache_of, later) == Settled(dropped=settled)


def test_a_write_before_the_clock_was_set_back_is_settled_five_minutes_later(scene: Scene) -> None:
    now = scene.jira.now
    scene.journal.begin(
        Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, now + timedelta(days=30), started=now)
    )
    for passed, result in ((timedelta(), Settled()), (OLD, Settled(dropped=1))):
        assert settle(scene.journal, lambda _: scene.jira, scene.cache_of, now + passed) == result


@pytest.mark.parametrize("days", [None, 10])
def test_a_lost_worklog_is_looked_for_where_its_time_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, days: int | None
) -> None:
    looked: list[datetime] = []
    monkeypatch.setattr(scene.jira, "find_worklog", lambda draft, _: looked.append(draft.started))
    now = scene.jira.now
    started = None if days is None else now - timedelta(days=days)
    intent = Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, now, write_key="key-0001", started=started)
    assert left(scene, intent) == Settled(dropped=1)
    assert looked == [started or now]


def test_nobody_is_asked_about_the_write_of_an_erased_person(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    intent = replace(change(0, scene, was), account_id="former-1")
    older = change(-1, scene, was)
    scene.journal.begin(intent)
    scene.journal.begin(older)
    asked: list[str] = []

    def jira_as(account_id: str) -> FakeJira:
        asked.append(account_id)
        return scene.jira

    assert settle(scene.journal, jira_as, scene.cache_of, intent.at + OLD) == Settled(dropped=1, given_up=1)
    assert asked == ["viewer-1"]


def test_jira_is_not_asked_for_the_zone_of_an_erased_author(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sequence[str]] = []
    read_zones = scene.jira.read_zones

    def note(account_ids: Sequence[str]) -> Mapping[str, ZoneInfo | None]:
        asked.append(account_ids)
        return read_zones(account_ids)

    monkeypatch.setattr(scene.jira, "read_zones", note)
    intent = replace(change(0, scene, scene.put(PAY, MONDAY, HOUR)), author="former-1")
    assert left(scene, intent) == Settled(dropped=1)
    assert asked == [["viewer-1"]]
