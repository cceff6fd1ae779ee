"""The register of sites with a signed audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, union, update
from sqlalchemy.exc import IntegrityError

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.row_security import PROVE, has_row_security
from timesheet.adapters.db.tables.audit import (
    AuditCheckpointRow,
    AuditEventRow,
    AuditHeadRow,
    AuditPersonRow,
    AuditRegisterHeadRow,
    AuditRegisterRow,
    AuditTrimRow,
)
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.audit.chain import stamp
from timesheet.domain.audit.signature import REGISTER_START, entry_digest, register_text
from timesheet.services.ports.audit import CheckpointKey
from timesheet.services.ports.register import ERASED, SIGNED, RegisterEntry, Signature

COLUMNS = (
    AuditRegisterRow.number,
    AuditRegisterRow.client_key,
    AuditRegisterRow.kind,
    AuditRegisterRow.seq,
    AuditRegisterRow.at,
)
ENTRIES = select(*COLUMNS).order_by(AuditRegisterRow.number)
NEWEST = (
    select(*COLUMNS)
    .where(AuditRegisterRow.client_key == bindparam("site"))
    .order_by(AuditRegisterRow.number.desc())
    .limit(1)
)
HEAD = select(
    AuditRegisterHeadRow.id,
    AuditRegisterHeadRow.number,
    AuditRegisterHeadRow.hash,
    AuditRegisterHeadRow.key_id,
    AuditRegisterHeadRow.public_key,
    AuditRegisterHeadRow.signature,
)
LAST_SEQ = (
    select(AuditEventRow.seq)
    .where(AuditEventRow.client_key == bindparam("site"))
    .order_by(AuditEventRow.seq.desc())
    .limit(1)
)
SITES = select(SiteRow.client_key)
REMAINS = union(*(select(row.client_key) for row in (AuditCheckpointRow, AuditTrimRow, AuditHeadRow)))
# One step for each site, so a million events are not scanned for their few site keys.
STEP = (
    "WITH RECURSIVE there(key) AS (SELECT min(client_key) FROM {0} UNION ALL "
    "SELECT (SELECT min(client_key) FROM {0} WHERE client_key > there.key) FROM there WHERE there.key IS NOT NULL) "
    "SELECT key FROM there WHERE key IS NOT NULL"
)
STEPPED = (AuditEventRow.__tablename__, AuditPersonRow.__tablename__)


class DbSiteRegister:
    """Implements SiteRegister."""

    def __init__(self, database: Database, key: CheckpointKey) -> None:
        self._database, self._key = database, key

    def note_signed(self, site: str, seq: int, now: datetime) -> bool:
        """See SiteRegister."""
        return self._add(site, SIGNED, seq, now)

    def note_erased(self, site: str, now: datetime) -> None:
        """See SiteRegister."""
        newest = self.newest(site)
        if newest is not None and newest.kind == SIGNED:
            last = self._database.connection.execute(LAST_SEQ, {"site": site}).scalar() or 0
            self._add(site, ERASED, last, now)

    def newest(self, site: str) -> RegisterEntry | None:
        """See SiteRegister."""
        for row in self._database.rows(NEWEST, site=site):
            return RegisterEntry(*_texts(row))
        return None

    def entries(self) -> Sequence[tuple[RegisterEntry, str]]:
        """See SiteRegister."""
        found, before = list[tuple[RegisterEntry, str]](), REGISTER_START
        for row in self._read_all(ENTRIES):
            entry = RegisterEntry(*_texts(row))
            before = entry_digest(before, entry.number, entry.site, entry.kind, entry.seq, entry.at)
            found.append((entry, before))
        return found

    def head(self) -> tuple[int, str, Signature] | None:
        """See SiteRegister."""
        return _head(self._database.rows(HEAD))

    def sites(self) -> frozenset[str]:
        """See SiteRegister."""
        return frozenset(str(key) for (key,) in self._read_all(SITES))

    def remains(self) -> frozenset[str]:
        """See SiteRegister."""
        statements = (REMAINS, *(text(STEP.format(table)) for table in STEPPED))
        return frozenset(str(key) for statement in statements for (key,) in self._read_all(statement))

    def _read_all(self, statement: Any) -> Sequence[Any]:
        """Return rows of all sites; PostgreSQL shows them to a transaction that verifies the audit log."""
        with self._database.within("", listing=True), self._database.reading() as session:
            if has_row_security(session.connection()):
                session.execute(text(PROVE))
            return session.execute(statement).all()

    def _add(self, site: str, kind: str, seq: int, now: datetime, *, first: bool = True) -> bool:
        """Append an entry; return False if the end is not signed by a known key, because an entry would hide that.

        Locks the head, after the site: nobody who holds it may wait for a site's lock.
        """
        connection = self._database.connection
        rows = connection.execute(HEAD.with_for_update()).all()
        found = _head(rows)
        number, before = (found[0], found[1]) if found else (0, REGISTER_START)
        if rows and not (found and self._good(*found)):
            return False
        entry = RegisterEntry(number + 1, site, kind, seq, stamp(now))
        digest = entry_digest(before, entry.number, site, kind, seq, entry.at)
        values = dict(zip([column.key for column in COLUMNS], _values(entry), strict=True))
        try:
            with connection.begin_nested():
                connection.execute(insert(AuditRegisterRow), [values])
                self._sign(connection, entry.number, digest, there=found is not None)
        except IntegrityError:
            # Another site wrote the first entry at this moment, or somebody removed the head and left entries.
            return first and found is None and self._add(site, kind, seq, now, first=False)
        return True

    def _good(self, number: int, digest: str, signature: Signature) -> bool:
        return self._key.knows(signature) and self._key.signed(register_text(number, digest), signature)

    def _sign(self, connection: Connection, number: int, digest: str, *, there: bool) -> None:
        signature = self._key.sign_text(register_text(number, digest))
        values = {
            "number": number,
            "hash": digest,
            "key_id": signature.key_id,
            "public_key": signature.public_key,
            "signature": signature.value,
        }
        if there:
            connection.execute(
                update(AuditRegisterHeadRow).where(AuditRegisterHeadRow.id == 1).values(**values)
            )
        else:
            connection.execute(insert(AuditRegisterHeadRow), [{"id": 1, **values}])


def _head(rows: Sequence[Any]) -> tuple[int, str, Signature] | None:
    """Return the head, which is one row with the number 1; a second row would be ambiguous."""
    if [row[0] for row in rows] != [1]:
        return None
    _, number, digest, *signature = _texts(rows[0])
    return number, digest, Signature(*signature)


def _texts(row: Sequence[Any]) -> Sequence[Any]:
    """Return a row with texts in place of what somebody else wrote: SQLite stores bytes in a column of texts."""
    return [value if isinstance(value, int) else str(value) for value in row]


def _values(entry: RegisterEntry) -> tuple[object, ...]:
    return (entry.number, entry.site, entry.kind, entry.seq, entry.at)
