"""Delete one site's old audit events, with a signed statement about it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, not_, select

from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.audit import (
    AuditEventPersonRow,
    AuditEventRow,
    AuditPersonRow,
    AuditTrimProofRow,
    AuditTrimRow,
)
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.audit.signature import TrimTerms, trim_text
from timesheet.services.audit.retention import youngest
from timesheet.services.ports.audit import AuditChain, CheckpointKey, Trim, TrimProof
from timesheet.services.ports.register import Signature

PROOF = (
    AuditTrimProofRow.at,
    AuditTrimProofRow.days,
    AuditTrimProofRow.event,
    AuditTrimProofRow.erased,
    AuditTrimProofRow.key_id,
    AuditTrimProofRow.public_key,
    AuditTrimProofRow.signature,
)
TRIMS = (
    select(AuditTrimRow.through, AuditTrimRow.events, AuditTrimRow.first_at, AuditTrimRow.last_at, *PROOF)
    .outerjoin(
        AuditTrimProofRow,
        and_(
            AuditTrimProofRow.client_key == AuditTrimRow.client_key,
            AuditTrimProofRow.through == AuditTrimRow.through,
        ),
    )
    .where(of_site(AuditTrimRow))
    .order_by(AuditTrimRow.through)
)


def _up_to(row: type[AuditEventRow] | type[AuditEventPersonRow]) -> tuple[ColumnElement[bool], ...]:
    return (of_site(row), row.seq <= bindparam("through"))


DROPPED = select(func.count(), func.min(AuditEventRow.at), func.max(AuditEventRow.at)).where(
    *_up_to(AuditEventRow)
)
DROPS = tuple(delete(row).where(*_up_to(row)) for row in (AuditEventPersonRow, AuditEventRow))
IS_ACTOR = exists().where(
    AuditEventRow.client_key == AuditPersonRow.client_key, AuditEventRow.actor == AuditPersonRow.ref
)
IS_CONCERNED = exists().where(
    AuditEventPersonRow.client_key == AuditPersonRow.client_key, AuditEventPersonRow.ref == AuditPersonRow.ref
)
UNUSED = delete(AuditPersonRow).where(of_site(AuditPersonRow), not_(IS_ACTOR), not_(IS_CONCERNED))
EMPTY = select(AuditPersonRow.ref).where(of_site(AuditPersonRow), AuditPersonRow.account_id.is_(None))


class AuditTrims:
    """The retention deletions of one site's events."""

    def __init__(self, rows: SiteRows, site: str, key: CheckpointKey) -> None:
        self._rows, self._site, self._key = rows, site, key

    def all(self) -> list[Trim]:
        """Return the deletions, by number."""
        return [_trim(*row) for row in self._rows.read(TRIMS)]

    def drop(self, chain: AuditChain, through: int, days: int, now: datetime) -> Trim | None:
        """See AuditChain.trim. Needs the lock. References that no event needs anymore are deleted too."""
        ((count, first, last),) = self._rows.read(DROPPED, through=through)
        if not count or last > youngest(days, now):
            return None
        event = chain.head().seq + 1
        trim = Trim(through, count, first, last)
        self._rows.add(
            AuditTrimRow, [{"through": through, "events": count, "first_at": first, "last_at": last}]
        )
        for statement in DROPS:
            self._rows.run(statement, through=through)
        self._rows.run(UNUSED)
        return self._prove(trim, TrimTerms(stamp(now), days, event, self._erased(chain)))

    def prove_old(self, chain: AuditChain, now: datetime) -> None:
        """Sign the trims from before the app signed them, when the site's head is signed for the first time."""
        recorded_trims = {record.object_id: record for record in chain.recorded(Action.AUDIT_TRIMMED)}
        if trims := self.all():
            self._rows.run(UNUSED)
            erased = self._erased(chain)
        for trim in trims:
            record = recorded_trims.get(str(trim.through))
            at, event = (record.at, record.seq) if record else (stamp(now), 0)
            if trim.proof is None:
                self._prove(trim, TrimTerms(at, 0, event, erased))

    def _erased(self, chain: AuditChain) -> str:
        """Return the erased people whom remaining events name, although no remaining event records their erasure."""
        erased_ids = {record.object_id for record in chain.recorded(Action.PERSON_ERASED)}
        return " ".join(sorted({ref for (ref,) in self._rows.read(EMPTY)} - erased_ids))

    def _prove(self, trim: Trim, terms: TrimTerms) -> Trim:
        signature = self._key.sign_text(trim_text(self._site, trim, terms))
        values = {
            "through": trim.through,
            **asdict(terms),
            "key_id": signature.key_id,
            "public_key": signature.public_key,
            "signature": signature.value,
        }
        self._rows.add(AuditTrimProofRow, [values])
        return replace(trim, proof=TrimProof(**asdict(terms), signature=signature))


def _trim(through: int, events: int, first_at: str, last_at: str, *proof: Any) -> Trim:
    at, days, event, erased, *signature = proof
    if at is None:
        return Trim(through, events, first_at, last_at)
    return Trim(through, events, first_at, last_at, TrimProof(at, days, event, erased, Signature(*signature)))
