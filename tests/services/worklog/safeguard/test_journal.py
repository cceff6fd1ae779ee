"""A write that has happened becomes an event, together with what the store keeps of it, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import cast

from tests.services.support.fake_journal import FakeJournal
from tests.services.support.fake_recorder import RecordedDrafts
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin, Values
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.journal import Intent
from timesheet.services.worklog.safeguard.journal import RecordedJournal

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AFTER = Worklog(7, 1, "ana", date(2026, 11, 24), NOW, 3600, NOW)
CHANGE = Intent(Action.WORKLOG_CHANGED, "ana", 1, NOW, 7, "ana")


@dataclass
class Store(FakeJournal):
    """Intents in a dict; ``steps`` are what happened between the begin and the end of a transaction."""

    kept: RecordedDrafts = field(default_factory=RecordedDrafts)
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @contextmanager
    def completing(self, intent: Intent, after: Worklog | None) -> Iterator[None]:
        self.seen.append("open")
        yield
        self.seen.append(f"{len(self.kept.drafts)} recorded")

    def take(self, intent: Intent, after: Worklog | None) -> Intent | None:
        return self.open.pop(intent.id, None)

    def remove(self, intent: Intent) -> bool:
        return self.take(intent, None) is not None


def journal_of(store: Store) -> RecordedJournal:
    recorder = AuditRecorder(cast(AuditStore, store.kept), lambda: NOW, "", Origin.PAGE)
    return RecordedJournal(store, lambda: recorder)


def test_a_write_that_happened_is_recorded_once_and_in_one_transaction() -> None:
    store = Store()
    journal = journal_of(store)
    assert journal.begin(CHANGE)
    journal.finish(CHANGE, AFTER)
    assert store.seen == ["open", "1 recorded"]
    [draft] = store.kept.drafts
    assert (draft.action, draft.actor, draft.object_id) == (Action.WORKLOG_CHANGED, "ana", "7")
    journal.finish(CHANGE, AFTER)
    assert store.seen[2:] == ["open", "1 recorded"]


def test_what_did_not_happen_is_not_recorded() -> None:
    store = Store()
    journal = journal_of(store)
    journal.begin(CHANGE)
    journal.drop(CHANGE)
    assert (store.seen, store.kept.drafts, journal.unfinished()) == ([], [], [])


def test_open_intents_are_found_as_the_store_finds_them() -> None:
    store = Store()
    journal = journal_of(store)
    new = Intent(Action.WORKLOG_CREATED, "ana", 1, NOW, write_key="key-0001", more={"moved_from": 9})
    for intent in (CHANGE, new):
        assert journal.begin(intent)
    assert journal.earlier(new.id) == new
    assert list(journal.keyed("ana", "key-0001")) == [new]
    assert list(journal.unfinished_on(1)) == [CHANGE, new] == list(journal.unfinished())
    assert list(journal.unfinished_near(2, "ana")) == [new]
    assert list(journal.unfinished_near(2, "ben")) == []
    assert journal.recent(NOW, "ana") == store.recent(NOW, "ana")
    again = replace(new, started=NOW)
    assert journal.begin(again, new)
    assert journal.earlier(new.id) == again


def recorded(intent: Intent, after: Worklog | None) -> RecordedDrafts:
    store = Store()
    journal = journal_of(store)
    journal.begin(intent)
    journal.finish(intent, after)
    return store.kept


def test_an_event_contains_ids_day_and_seconds_and_nothing_anybody_wrote() -> None:
    of_ben = replace(AFTER, author="ben", comment={"text": "secret"})
    before: Values = {"issue": 1, "day": "2026-11-23", "seconds": 60}
    (event,) = recorded(Intent(Action.WORKLOG_CHANGED, "ana", 1, NOW, 7, "ben", before=before), of_ben).drafts
    assert (event.object_id, event.people, event.before) == ("7", frozenset({"ben"}), before)
    assert event.after == {"issue": 1, "day": "2026-11-24", "seconds": 3600} == of_ben.facts


def test_what_is_gone_has_nothing_after_it_but_keeps_its_author() -> None:
    (event,) = recorded(Intent(Action.WORKLOG_DELETED, "ana", 1, NOW, 7, "ben", more={"x": 1}), None).drafts
    assert (event.object_id, event.people) == ("7", frozenset({"ben"}))
    assert event.after == {"x": 1}


def test_a_write_that_is_given_up_says_what_was_to_be_written() -> None:
    store = Store()
    journal = journal_of(store)
    new = Intent(Action.WORKLOG_CREATED, "former-1", 1, NOW, wanted={"seconds": 60})
    removal = Intent(Action.WORKLOG_DELETED, "former-1", 1, NOW, 7, "ben", before={"issue": 1, "seconds": 60})
    for number, intent in enumerate((new, removal), start=1):
        journal.begin(intent)
        journal.give_up(intent)
        assert len(store.kept.drafts) == number
        journal.give_up(intent)
    first, second = store.kept.drafts
    assert {one.action for one in (first, second)} == {Action.WORKLOG_UNCONFIRMED}
    assert (first.actor, first.object_id, first.people) == ("", "", frozenset({"former-1"}))
    assert (first.before, first.after) == ({}, {"issue": 1, "what": "added", "seconds": 60})
    assert (second.object_id, second.people, second.before) == (
        "7", frozenset({"former-1", "ben"}), removal.before
    )  # fmt: skip
    assert second.after == {"issue": 1, "what": "removed"}
    assert journal.unfinished() == []
