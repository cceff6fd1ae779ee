"""Signing heads, dropping old stretches, and finding out what became of writes that were interrupted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from tests.services.fake_chain import KEY, NOW, Chain
from tests.services.scene import MONDAY, PAY, Scene
from tests.services.test_audit import Kept
from timesheet.domain.audit import Origin
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import Conflict, JiraUnavailable
from timesheet.domain.worklog import Worklog
from timesheet.services.audit import Trail
from timesheet.services.audit_ports import AuditStore, Head, Verdict
from timesheet.services.audit_upkeep import Loss, drop_old, sign_head, sign_rest, would_drop
from timesheet.services.journal_ports import Intent
from timesheet.services.ports import WorklogDraft
from timesheet.services.settle import SETTLED_AFTER, Settled, settle
from timesheet.services.worklog_journal import facts

HOUR = 3600
OLD = SETTLED_AFTER + timedelta(seconds=1)


def trail(kept: Kept) -> Trail:
    return Trail(cast(AuditStore, kept), lambda: NOW, "", Origin.COMMAND)


def test_a_head_is_signed_once() -> None:
    chain = Chain()
    signed = sign_head(chain, KEY, NOW)
    assert signed is not None
    assert (signed.seq, signed.at) == (6, NOW)
    assert sign_head(chain, KEY, NOW + timedelta(days=1)) is signed
    assert len(chain.signed) == 1


def test_a_chain_without_events_has_no_head_to_sign() -> None:
    chain = Chain()
    chain.head = lambda: Head(0, "")  # type: ignore[method-assign]
    assert sign_head(chain, KEY, NOW) is None


def test_no_head_is_signed_over_what_was_not_signed() -> None:
    chain = Chain()
    chain.kept = KEY.sign_head("acme", chain.at(5), NOW, len(chain.signed))
    with pytest.raises(Conflict, match="nothing was signed"):
        sign_head(chain, KEY, NOW)
    assert chain.signed == []


def test_a_setting_that_was_written_past_the_app_drops_nothing() -> None:
    chain, kept, later = Chain(), Kept(), NOW + timedelta(days=200)
    chain.sign(3)
    with pytest.raises(Conflict, match="not set through the app"):
        drop_old(chain, trail(kept), 90, later)
    chain.sets(2, None, 91)
    with pytest.raises(Conflict, match="not set through the app"):
        drop_old(chain, trail(kept), 90, later)
    assert kept.drafts == []
    assert drop_old(chain, trail(kept), 91, later) is not None


@dataclass
class Signer:
    """A store that is looked through, and signs."""

    verdicts: list[Verdict]
    signed: int = 0

    def verify(self) -> Verdict:
        return self.verdicts[min(self.signed, len(self.verdicts) - 1)]

    def sign_anew(self, now: datetime) -> None:
        assert now == NOW
        self.signed += 1


@pytest.mark.parametrize(
    ("verdict", "signed"),
    [
        (Verdict(1, 6, signed=4), 1),
        (Verdict(1, 6, signed=6), 0),
        (Verdict(1, 6, 3, "It is missing.", signed=4), 0),
        (Verdict(1, 6, stranger="key", signed=4), 0),
        (Verdict(1, 0), 0),
    ],
)
def test_the_rest_of_a_chain_is_signed_when_it_is_whole_and_that_is_recorded(
    verdict: Verdict, signed: int
) -> None:
    store, kept, after = (
        Signer([verdict, Verdict(1, 7, signed=7)]),
        Kept(),
        {"first_event": 5, "last_event": 6},
    )
    found = sign_rest(cast(AuditStore, store), trail(kept), NOW)
    assert (store.signed, found) == (signed, Verdict(1, 7, signed=7) if signed else verdict)
    assert [draft.after for draft in kept.drafts] == [after] * signed


@pytest.mark.parametrize(
    ("days", "age", "dropped"),
    [(None, 9999, None), (90, 89, None), (90, 91, 3), (7, 89, None), (365, 364, None)],
)
def test_only_what_is_older_than_wanted_goes_and_never_what_is_younger_than_ninety_days(
    days: int | None, age: int, dropped: int | None
) -> None:
    chain, kept = Chain(), Kept()
    chain.sign(3)
    chain.sets(2, None, days)
    trim = drop_old(chain, trail(kept), days, NOW + timedelta(days=age))
    assert (trim.through if trim else None) == dropped
    told = [(draft.action, draft.object_id) for draft in kept.drafts]
    assert told == ([(Action.AUDIT_TRIMMED, "3")] if dropped else [])


def test_what_would_go_is_told_before_it_goes() -> None:
    chain = Chain()
    first, second = chain.sign(2), chain.sign(5)
    later = NOW + timedelta(days=91)
    assert would_drop(chain, 90, NOW + timedelta(days=89)) is None
    assert would_drop(chain, 7, NOW + timedelta(days=89)) is None
    assert would_drop(chain, 90, later) == Loss(5, 5, second.at)
    chain.trim(first.seq, 90, later)
    assert would_drop(chain, 90, later) == Loss(3, 5, second.at)
    chain.trim(5, 90, later)
    assert would_drop(chain, 90, later) is None


def left(scene: Scene, *intents: Intent) -> Settled:
    for intent in intents:
        scene.journal.begin(intent)
    return settle(scene.journal, lambda _: scene.jira, intents[-1].at + OLD)


def outcome(scene: Scene) -> tuple[str, object]:
    step, intent, after = scene.journal.steps[-1]
    return step, (intent.more.get("settled"), after)


def test_a_worklog_that_was_made_is_found_by_its_key(scene: Scene) -> None:
    made = scene.jira.create_worklog(WorklogDraft(PAY, scene.jira.now, HOUR, "key-0001"), scene.desk.zones)
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
        before=facts(was),
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


def test_what_jira_does_not_tell_stays_open(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise JiraUnavailable("Jira does not answer.")

    monkeypatch.setattr(scene.jira, "read_zones", fail)
    intent = Intent(Action.WORKLOG_CREATED, "viewer-1", PAY, scene.jira.now, write_key="key-0001")
    assert left(scene, intent) == Settled(unknown=1)
    assert list(scene.journal.open) == [intent.id]


def change(number: int, scene: Scene, was: Worklog) -> Intent:
    """A change of this worklog, begun so many seconds after the first one."""
    at = scene.jira.now + timedelta(seconds=number)
    return Intent(Action.WORKLOG_CHANGED, "viewer-1", PAY, at, was.id, "viewer-1", updated=was.updated)


def test_of_two_changes_of_a_worklog_one_is_told(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.worklogs[was.id] = replace(was, seconds=60, updated=was.updated + timedelta(seconds=1))
    assert left(scene, change(0, scene, was), change(1, scene, was)) == Settled(recorded=1, dropped=1)
    told = [(step, intent.at - scene.jira.now) for step, intent, _ in scene.journal.steps[2:]]
    assert told == [("finish", timedelta(seconds=1)), ("drop", timedelta(0))]


def test_a_worklog_with_a_write_that_may_be_under_way_is_left_alone(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    for number in (0, 600):
        scene.journal.begin(change(number, scene, was))
    assert settle(scene.journal, lambda _: scene.jira, scene.jira.now + timedelta(seconds=601)) == Settled()
    assert len(scene.journal.open) == 2


def test_only_so_many_are_settled_at_once(scene: Scene) -> None:
    for number in range(3):
        scene.journal.begin(change(0, scene, scene.put(PAY, MONDAY, HOUR + number)))
    assert settle(scene.journal, lambda _: scene.jira, scene.jira.now + OLD, most=2) == Settled(dropped=2)
    assert len(scene.journal.open) == 1
