"""References to people in the audit log: erased people, and tampering with the table of references."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text

from tests.adapters.support.audit_chain import NOW, Tamper, draft, erase
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import reference_of
from timesheet.domain.audit.event import FORMER, AuditFilter, PersonId
from timesheet.services.audit.people import EMPTIED, NO_ROW, RESTORED, UNUSED
from tools.verify_audit import BrokenError, verify


def test_an_erased_person_cannot_be_identified_and_the_chain_stays(
    chain: DbAuditStore, database: Database
) -> None:
    before = list(chain.stored(0, 10))
    pseudonym = erase(chain, "ben")
    database.commit()
    assert pseudonym.startswith(FORMER)
    assert chain.get(3).people == {pseudonym}
    assert chain.get(3).after["lead"] == PersonId(pseudonym)
    assert list(chain.stored(0, 10)) == before
    assert chain.verify().intact
    assert "ben" not in str(database.session.execute(text("SELECT * FROM audit_person")).all())


def test_a_reference_without_its_row_is_found(chain: DbAuditStore, tamper: Tamper) -> None:
    tamper("DELETE FROM audit_person WHERE account_id = 'ben'")
    ((_, text_of_first, _, people, _),) = chain.stored(0, 1)
    assert text_of_first
    assert chain.verify().problem == NO_ROW.format(ref=people)


@pytest.mark.parametrize("values", ["account_id = NULL, salt = NULL", "account_id = NULL", "salt = NULL"])
def test_whoever_is_forgotten_without_an_event_is_found(
    chain: DbAuditStore, tamper: Tamper, values: str
) -> None:
    ((_, _, _, people, _),) = chain.stored(0, 1)
    tamper(f"UPDATE audit_person SET {values} WHERE account_id = 'ben'")
    assert chain.verify().problem == EMPTIED.format(ref=people)


def test_whoever_is_named_again_after_an_erasure_is_found(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    by_reference = {ref: (account, salt) for ref, account, salt in chain.references()}
    reference = erase(chain, "ben").removeprefix(FORMER)
    database.commit()
    account, salt = by_reference[reference]
    tamper(f"UPDATE audit_person SET account_id = '{account}', salt = '{salt}' WHERE account_id IS NULL")
    assert chain.verify().problem == RESTORED.format(ref=reference)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_person WHERE account_id = 'eve'",
        "UPDATE audit_person SET account_id = NULL, salt = NULL WHERE account_id = 'eve'",
        "UPDATE audit_person SET account_id = 'zoe' WHERE account_id = 'eve'",
        "UPDATE audit_person SET salt = 'other' WHERE account_id IN ('eve', 'yan')",
    ],
)
def test_the_first_event_is_named_that_refers_to_a_changed_row(
    chain: DbAuditStore, database: Database, tamper: Tamper, change: str
) -> None:
    """By both verifiers: whoever is shown that event sees whom it concerns."""
    chain.append(draft(11, actor="eve"))
    chain.append(draft(12, actor="yan", after={"lead": PersonId("eve")}))
    database.commit()
    tamper(change)
    assert chain.verify().broken == 11
    keys = [Ed25519PublicKey.from_public_bytes(bytes.fromhex(chain.checkpoints()[0].public_key))]
    with pytest.raises(BrokenError, match="broken at event 11: "):
        verify([f"{line}\n" for line in chain.proof(NOW)], keys)


def test_a_row_of_the_index_that_no_event_needs_is_found(chain: DbAuditStore, tamper: Tamper) -> None:
    reference = reference_of("eve", "x")
    tamper(f"INSERT INTO audit_person VALUES ('acme', '{reference}', 'eve', 'x')")
    assert chain.verify().problem == UNUSED.format(ref=reference)


def test_what_concerns_a_former_user_later_is_found_with_the_rest(chain: DbAuditStore) -> None:
    pseudonym = chain.forget("ben")
    chain.append(draft(11, Action.MEMBER_REMOVED, object_id=pseudonym, after={}))
    found = chain.page(AuditFilter(person=pseudonym), None, 50)
    assert [event.seq for event in found] == list(range(11, 0, -1))
    assert found[0].object_id == pseudonym


def test_somebody_who_is_forgotten_without_events_gets_a_pseudonym(audit: DbAuditStore) -> None:
    assert audit.forget("zoe") != audit.forget("yan")
