"""Announced writes in a real database: once for each new worklog, and recognized as long as requests may be
repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.adapters.support.recorded_statements import record_statements
from tests.adapters.support.site_data import in_site, stores_of
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.adapters.db.stores import DbStores
from timesheet.adapters.db.worklog.journal import DbJournal
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditDraft, AuditFilter, Origin, Values
from timesheet.domain.team.label import UserLabel
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.journal import DONE_KEPT, Intent, Journal
from timesheet.services.worklog.safeguard.idempotency import id_of_new
from timesheet.services.worklog.safeguard.journal import RecordedJournal

NOW = datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 11, 24)
MADE = Worklog(7, 1, "ana", DAY, NOW, 3600, NOW)
NEW = Intent(
    Action.WORKLOG_CREATED,
    "ana",
    1,
    NOW,
    write_key="key-0001",
    started=NOW,
    id=id_of_new("ana", "key-0001", 1, DAY, 60),
)
CHANGE = Intent(Action.WORKLOG_CHANGED, "ana", 1, NOW, 7, "ana", updated=NOW)


@pytest.fixture
def recorded(database: Database) -> Callable[[], list[str]]:
    """Return the recorded actions."""
    audit = DbAuditStore(in_site(database, "acme"), "acme", AuditKey("key"))
    return lambda: [str(event.action) for event in audit.page(AuditFilter(), None, 99)][::-1]


@pytest.fixture
def journal(database: Database) -> Journal:
    stores_of(database, "acme")
    here = in_site(database, "acme")
    here.commit()
    audit = DbAuditStore(here, "acme", AuditKey("key"))
    recorder = AuditRecorder(audit, lambda: NOW, "", Origin.COMMAND)
    return RecordedJournal(DbJournal(here, "acme"), lambda: recorder)


def test_recent_writes_are_found_by_every_process(journal: Journal) -> None:
    assert journal.recent(NOW, "ana") == []
    for number, (action, at_issue) in enumerate(
        [(Action.WORKLOG_CREATED, 1), (Action.WORKLOG_CHANGED, 2), (Action.WORKLOG_DELETED, 3)]
    ):
        intent = replace(
            NEW,
            action=action,
            issue_id=at_issue,
            author="ana",
            worklog_id=None if action is Action.WORKLOG_CREATED else 7,
            before={} if action is Action.WORKLOG_CREATED else {"issue": at_issue, "seconds": 60},
            id=f"{number}",
        )
        assert journal.begin(intent)
        gone = action is Action.WORKLOG_DELETED
        journal.finish(intent, None if gone else replace(MADE, id=7, issue_id=at_issue))
    assert sorted(journal.recent(NOW, "ana")) == [1, 2, 3]
    assert journal.recent(NOW + timedelta(seconds=1), "ana") == []


def test_recorded_writes_of_people_are_found_with_both_sides(journal: Journal) -> None:
    """Those for others count for both people, and those that somebody else made for themselves do not count."""
    for number, (account, author, worklog) in enumerate(
        [("ana", "ana", 7), ("lead", "ana", 8), ("eve", "eve", 9)]
    ):
        before: Values = {"issue": 1, "day": "2026-11-24", "seconds": 60 + number}
        change = replace(
            CHANGE, account_id=account, author=author, worklog_id=worklog, before=before, id=f"{number}"
        )
        assert journal.begin(change)
        journal.finish(change, replace(MADE, id=worklog, author=author, day=DAY + timedelta(days=number)))

    def found(*people: str, since: datetime = NOW) -> list[tuple[str, int]]:
        return sorted((side["day"], side["seconds"]) for side in journal.recorded(people, since))

    assert found("ana") == [
        ("2026-11-24", 60),
        ("2026-11-24", 61),
        ("2026-11-24", 3600),
        ("2026-11-25", 3600),
    ]
    assert found("lead") == [("2026-11-24", 61), ("2026-11-25", 3600)]
    assert len(found("eve", "ana", "lead")) == 6
    assert found("nobody") == found() == found("ana", since=NOW + timedelta(seconds=1)) == []


def test_recent_writes_of_a_person_come_before_the_later_writes_of_others(journal: Journal) -> None:
    for number, account_id in enumerate(("ana", "ben", "ana", "ben"), 1):
        intent = replace(NEW, account_id=account_id, author=account_id, issue_id=number, id=f"{number}")
        assert journal.begin(intent)
        journal.finish(intent, replace(MADE, id=number, issue_id=number, author=account_id))
    assert journal.recent(NOW, "ana") == [3, 1, 4, 2]
    assert journal.recent(NOW, "eve") == [4, 3, 2, 1]


def test_a_new_worklog_is_announced_once(journal: Journal) -> None:
    assert journal.begin(NEW)
    assert not journal.begin(NEW)
    assert journal.unfinished() == journal.unfinished_on(1) == [NEW] == [journal.earlier(NEW.id)]
    assert journal.unfinished_on(2) == []


def test_nothing_is_announced_after_a_change_that_a_refusal_would_undo(
    database: Database, journal: Journal
) -> None:
    DbStores(in_site(database, "acme"), "acme").labels.save(UserLabel("away", "Away", "teal"))
    for announce in (journal.begin, journal.drop):
        with pytest.raises(RuntimeError, match="has begun to write"):
            announce(CHANGE)


def test_only_one_can_take_the_place_of_an_earlier_try(journal: Journal) -> None:
    journal.begin(NEW)
    earlier = journal.earlier(NEW.id)
    assert earlier == NEW
    again = replace(NEW, at=NOW + timedelta(minutes=1))
    assert journal.begin(again, earlier)
    assert not journal.begin(again, earlier)
    assert journal.unfinished() == [again]


def test_an_earlier_try_is_put_back_as_it_was(journal: Journal) -> None:
    again = replace(NEW, at=NOW + timedelta(minutes=5))
    assert journal.begin(NEW)
    assert journal.begin(again, NEW)
    assert journal.begin(NEW, again)
    assert journal.unfinished() == [NEW]


def test_unfinished_writes_near_an_issue_are_on_it_or_new_ones_of_the_person(journal: Journal) -> None:
    move = replace(NEW, more={"moved_from": 7}, issue_id=2)
    on_issue = [replace(CHANGE, id="1", account_id="ben"), replace(NEW, id="2", account_id="ben")]
    others = [replace(move, id="3", account_id="ben"), replace(CHANGE, id="4", issue_id=2)]
    for intent in (*on_issue, *others, move):
        journal.begin(intent)
    assert sorted(journal.unfinished_near(1, "ana"), key=lambda intent: intent.id) == [*on_issue, move]
    journal.finish(move, MADE)
    assert journal.unfinished_near(3, "ana") == []


def test_after_a_recorded_write_the_revision_that_it_locked_is_used(
    journal: Journal, database: Database
) -> None:
    here = in_site(database, "acme")
    before = here.revision("acme")
    assert before is not None
    journal.begin(CHANGE)
    # Somebody closes a period, say, while Jira writes.
    DbStores(here, "acme").labels.save(UserLabel("label", "Name", "teal"))
    database.commit()
    journal.finish(CHANGE, MADE)
    with record_statements() as statements:
        assert database.revision("acme") == before + 1
    assert statements == []
    assert here.revision("acme") == before + 1


def test_a_recorded_write_is_found_for_a_while_and_recorded_once(
    journal: Journal, recorded: Callable[[], list[str]]
) -> None:
    journal.begin(NEW)
    journal.finish(NEW, MADE)
    journal.finish(NEW, MADE)
    assert recorded() == ["worklog.created"]
    assert journal.unfinished() == journal.unfinished_on(1) == []
    known = journal.earlier(NEW.id)
    assert known is not None
    assert known.made == MADE.id
    assert not journal.begin(replace(NEW, at=NOW + timedelta(hours=8)))
    assert not journal.begin(replace(NEW, at=NOW + DONE_KEPT))
    assert journal.begin(replace(NEW, at=NOW + DONE_KEPT + timedelta(seconds=1)))


@pytest.mark.parametrize("intent", [NEW, CHANGE], ids=["new", "changed"])
def test_a_write_that_ends_after_it_was_dropped_is_recorded_once(
    journal: Journal, recorded: Callable[[], list[str]], intent: Intent
) -> None:
    journal.begin(intent)
    journal.drop(intent)
    journal.finish(intent, MADE)
    journal.finish(intent, MADE)
    assert recorded() == [str(intent.action)]
    known = journal.earlier(intent.id)
    assert (known and known.made) == (MADE.id if intent is NEW else None)


@pytest.mark.parametrize("intent", [NEW, CHANGE], ids=["new", "changed"])
def test_a_write_that_ends_after_it_was_given_up_is_not_recorded_again(
    journal: Journal, recorded: Callable[[], list[str]], intent: Intent
) -> None:
    journal.begin(intent)
    journal.give_up(intent)
    journal.finish(intent, MADE)
    assert recorded() == ["worklog.unconfirmed"]


def test_other_unfinished_writes_of_a_worklog_are_compared_with_the_recorded_change(
    journal: Journal, recorded: Callable[[], list[str]]
) -> None:
    other = replace(CHANGE, id="other")
    elsewhere = replace(CHANGE, id="elsewhere", worklog_id=8)
    for intent in (CHANGE, other, elsewhere):
        journal.begin(intent)
    later = NOW + timedelta(seconds=1)
    changed = replace(MADE, updated=later, seconds=7200)
    journal.finish(CHANGE, changed)
    # If the other one arrives after all, it changes what this one left.
    assert {intent.id: (intent.updated, intent.before) for intent in journal.unfinished()} == {
        "other": (later, changed.facts),
        "elsewhere": (NOW, {}),
    }
    journal.finish(replace(other, action=Action.WORKLOG_DELETED), None)
    journal.begin(CHANGE)
    journal.begin(replace(other, action=Action.WORKLOG_DELETED))
    journal.finish(replace(other, action=Action.WORKLOG_DELETED), None)
    assert [intent.id for intent in journal.unfinished()] == ["elsewhere"]
    assert recorded() == ["worklog.changed", "worklog.deleted", "worklog.deleted"]


@pytest.mark.parametrize("intent", [NEW, CHANGE], ids=["new", "changed"])
def test_a_write_that_ends_after_an_erasure_names_nobody(
    journal: Journal, database: Database, intent: Intent
) -> None:
    here = in_site(database, "acme")
    audit = DbAuditStore(here, "acme", AuditKey("key"))
    audit.append(AuditDraft(Action.PERSON_ERASED, NOW, "", Origin.COMMAND, "", "ana"))
    here.commit()
    journal.begin(intent)
    privacy = DbPrivacyStore(here, "acme")
    pseudonym = audit.forget("ana")
    privacy.replace("ana", pseudonym, NOW.date())
    here.commit()
    journal.finish(intent, MADE)
    assert privacy.accounts() == ()
    event = audit.page(AuditFilter(), None, 1)[0]
    assert (event.action, event.actor) == (intent.action, pseudonym)
    assert audit.verify().intact


def test_a_write_that_is_given_up_leaves_the_others_of_its_worklog(
    journal: Journal, recorded: Callable[[], list[str]]
) -> None:
    other = replace(CHANGE, id="other", account_id="ben")
    for intent in (CHANGE, other):
        journal.begin(intent)
    journal.give_up(CHANGE)
    journal.give_up(CHANGE)
    assert journal.unfinished() == [other]
    assert recorded() == ["worklog.unconfirmed"]
