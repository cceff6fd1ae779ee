"""The signed head of one site's audit chain: replaced with each event, and never signed over a changed end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import and_, bindparam, cast, func, select, update

from timesheet.adapters.db.audit.register import DbSiteRegister
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.audit import (
    AuditCheckpointRow,
    AuditEventRow,
    AuditHeadRow,
    AuditPersonRow,
)
from timesheet.domain.audit.chain import stamp
from timesheet.domain.lazy import lazy
from timesheet.services.ports.audit import CheckpointKey, End, Head, SignedHead
from timesheet.services.ports.register import SIGNED

log = structlog.stdlib.get_logger("timesheet.audit")
NEVER = datetime(1, 1, 1, tzinfo=UTC)
PARTS = (
    AuditHeadRow.seq,
    AuditHeadRow.hash,
    AuditHeadRow.at,
    AuditHeadRow.key_id,
    AuditHeadRow.public_key,
    AuditHeadRow.signature,
    AuditHeadRow.checkpoints,
)
SIGNED_HEAD = select(*PARTS).where(of_site(AuditHeadRow))
END = (
    select(AuditEventRow.seq, AuditEventRow.hash, AuditEventRow.at, *PARTS)
    .outerjoin(AuditHeadRow, and_(AuditHeadRow.client_key == AuditEventRow.client_key))
    # SQLite stores other values in a column of numbers, and sorts most of them behind all numbers.
    .where(of_site(AuditEventRow), AuditEventRow.seq == cast(AuditEventRow.seq, AuditEventRow.seq.type))
    .order_by(AuditEventRow.seq.desc())
    .limit(1)
)
END_AND_REFERENCE = END.add_columns(AuditPersonRow.ref).outerjoin(
    AuditPersonRow,
    and_(
        AuditPersonRow.client_key == AuditEventRow.client_key,
        AuditPersonRow.account_id == bindparam("account"),
    ),
)
REPLACE = (
    update(AuditHeadRow)
    .where(of_site(AuditHeadRow))
    .values({column.key: bindparam(f"new_{column.key}") for column in PARTS})
)
CHECKPOINTS = select(func.count()).where(of_site(AuditCheckpointRow))
UNSIGNED = (
    "The last event is not the one that was signed last, so an event that follows is not signed: a signature would "
    "cover up a change. Run: flask audit verify"
)


class AuditHeads:
    """Reads and replaces the signed head of one site."""

    def __init__(self, database: Database, rows: SiteRows, site: str, key: CheckpointKey) -> None:
        self._database, self._rows, self._site, self._key = database, rows, site, key

    @lazy
    def register(self) -> DbSiteRegister:
        """Return the register of all sites."""
        return DbSiteRegister(self._database, self._key)

    def end(self) -> End | None:
        """Return the last event and the signed head, read together; None without events."""
        for row in self._rows.read(END):
            return _end(row)
        return None

    def end_and_reference(self, account_id: str) -> tuple[End | None, str | None]:
        """Return the same with the reference of a person, each None if there is none."""
        for *row, reference in self._rows.read(END_AND_REFERENCE, account=account_id):
            return _end(row), reference
        return None, None

    def read(self) -> SignedHead | None:
        """Return only the signed head."""
        for row in self._rows.read(SIGNED_HEAD):
            return _head(row)
        return None

    def sign(self, end: End, head: Head, at: datetime) -> bool:
        """Sign ``head``, replacing what was signed up to ``end``. Needs the lock.

        Return False without signing if the end is not what was signed: it was changed, or somebody else wrote
        it.
        """
        fits = self._begin(end, at) if end.head is None else end.proven(self._site, self._key)
        if not fits:
            log.error("audit_event_not_signed", site=self._site, seq=head.seq, reason=UNSIGNED)
            return False
        self.put(head, at, end.head.checkpoints if end.head else None)
        return True

    def put(self, head: Head, at: datetime, checkpoints: int | None = None) -> None:
        """Sign this head, whatever was signed before; count the checkpoints if their number is unknown."""
        if checkpoints is None:
            checkpoints = int(self._rows.read(CHECKPOINTS)[0][0])
        signed = self._key.sign_head(self._site, head, at, checkpoints)
        values = {
            "seq": signed.seq,
            "hash": signed.hash,
            "at": stamp(signed.at),
            "key_id": signed.key_id,
            "public_key": signed.public_key,
            "signature": signed.signature,
            "checkpoints": checkpoints,
        }
        if not self._rows.run(REPLACE, **{f"new_{name}": value for name, value in values.items()}):
            self._rows.add(AuditHeadRow, [values])

    def _begin(self, end: End, at: datetime) -> bool:
        """Record that events are signed from now on; return False if they were signed before and the head is gone."""
        newest = self.register.newest(self._site)
        if newest is not None and newest.kind == SIGNED:
            return False
        return self.register.note_signed(self._site, end.seq, at)


def moment(written: str) -> datetime:
    """Parse an instant in chain format. Nobody has signed an instant in another format."""
    try:
        found = datetime.fromisoformat(written)
        return found if found.tzinfo and stamp(found) == written else NEVER
    except (TypeError, ValueError, OverflowError):
        return NEVER


def _end(row: Sequence[Any]) -> End:
    seq, digest, at, *head = row
    # A value that somebody changed to another text or type must not keep later events from being recorded.
    since = "" if moment(at) is NEVER else at
    return End(seq, str(digest), since, _head(head) if head[0] is not None else None)


def _head(parts: Sequence[Any]) -> SignedHead:
    seq, digest, at, key_id, public_key, signature, checkpoints = parts
    return SignedHead(seq, digest, moment(at), key_id, public_key, signature, checkpoints)
