"""The audit events of one site: what is put at the end of the chain, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, cast, delete, exists, func, select

from timesheet.adapters.db.audit_models import (
    AuditCheckpointRow,
    AuditEventPersonRow,
    AuditEventRow,
    AuditTrimRow,
)
from timesheet.adapters.db.audit_page import AuditPages
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import SiteRows, Statement, of_site
from timesheet.domain.audit import AuditDraft, AuditEvent, AuditFilter, people_of, persons_in
from timesheet.domain.audit_action import Action
from timesheet.domain.audit_chain import (
    FIELDS,
    SIGNED_EVERY,
    chained,
    event_of,
    fields_of,
    genesis,
    stamp,
    text_of,
)
from timesheet.services.audit_ports import (
    Checkpoint,
    CheckpointKey,
    Head,
    Known,
    Link,
    Stored,
    Trim,
    Verdict,
)
from timesheet.services.audit_proof import proof_lines, verify_chain

RECORDED = "recorded_events"
STRETCH = 10_000
PAGE = 1000
LAST = (
    select(AuditEventRow.seq, AuditEventRow.hash, AuditEventRow.at)
    .where(of_site(AuditEventRow))
    .order_by(AuditEventRow.seq.desc())
    .limit(1)
)
CHECKPOINTS = (
    select(
        AuditCheckpointRow.seq,
        AuditCheckpointRow.hash,
        AuditCheckpointRow.at,
        AuditCheckpointRow.key_id,
        AuditCheckpointRow.public_key,
        AuditCheckpointRow.signature,
    )
    .where(of_site(AuditCheckpointRow))
    .order_by(AuditCheckpointRow.seq)
)
TOLD = exists().where(
    AuditEventRow.client_key == AuditTrimRow.client_key,
    AuditEventRow.action == Action.AUDIT_TRIMMED,
    AuditEventRow.object_id == cast(AuditTrimRow.through, String),
)
TRIMS = (
    select(AuditTrimRow.through, AuditTrimRow.events, AuditTrimRow.first_at, AuditTrimRow.last_at, TOLD)
    .where(of_site(AuditTrimRow))
    .order_by(AuditTrimRow.through)
)


def _text() -> ColumnElement[str]:
    """The text of an event, put together by the database: Python has no time for a million of them."""
    first, *others = (getattr(AuditEventRow, name) for name in FIELDS)
    text: ColumnElement[str] = cast(first, String)
    for column in others:
        text = text.concat("\n").concat(column)
    return text


def _stretch(row: type[AuditEventRow] | type[AuditEventPersonRow]) -> tuple[ColumnElement[bool], ...]:
    return (of_site(row), row.seq > bindparam("after"), row.seq <= bindparam("through"))


STORED = (
    select(AuditEventRow.seq, _text(), AuditEventRow.people, AuditEventRow.hash)
    .where(*_stretch(AuditEventRow))
    .order_by(AuditEventRow.seq)
)
LINKS = (
    select(AuditEventPersonRow.seq, AuditEventPersonRow.ref)
    .where(*_stretch(AuditEventPersonRow))
    .order_by(AuditEventPersonRow.seq)
)
DROPPED = select(func.count(), func.min(AuditEventRow.at), func.max(AuditEventRow.at)).where(
    *_stretch(AuditEventRow)
)


class DbAuditStore(AuditPages):
    """Implements AuditStore and AuditChain."""

    def __init__(self, database: Database, site: str, key: CheckpointKey) -> None:
        self._database, self.site, self._key = database, site, key
        super().__init__(SiteRows(database, site))

    def append(self, draft: AuditDraft) -> AuditEvent:
        """See AuditStore. What was recorded lies in the session until the commit, for whoever wants to tell of it."""
        self._rows.lock()
        seq, before, since = self._last()
        people = people_of(draft)
        named = {draft.actor, *people, *persons_in(draft.before), *persons_in(draft.after)}
        references = self._people.references_or_new(named)
        # Time never runs back in a chain, whatever the clocks of two machines say: numbers are in its order.
        fields = fields_of(seq + 1, max(since, stamp(draft.at)), draft, people, references)
        digest = chained(before, text_of(fields)).hex()
        self._rows.add(AuditEventRow, [{**fields, "seq": seq + 1, "hash": digest}])
        self._rows.add(
            AuditEventPersonRow, [{"seq": seq + 1, "ref": references[who]} for who in sorted(people)]
        )
        accounts = {ref: account for account, ref in references.items()}
        event = event_of([fields[name] for name in FIELDS], accounts)
        if event.seq % SIGNED_EVERY == 0:
            self.add_checkpoint(self._key.sign(self.site, Head(event.seq, digest), event.at))
        self._database.session.info.setdefault(RECORDED, []).append((self.site, event))
        return event

    def verify(
        self, after: Checkpoint | None = None, limit: int | None = None, signed: Sequence[Checkpoint] = ()
    ) -> Verdict:
        """See AuditStore."""
        return verify_chain(self, self._key, after, limit, signed)

    def proof(self, wanted: AuditFilter | None = None) -> Iterator[str]:
        """See AuditStore."""
        if wanted is None or wanted == AuditFilter():
            return proof_lines(self)
        shown = set(self._numbers(wanted))
        return proof_lines(self, shown, min(shown, default=1), max(shown, default=0))

    def forget(self, account_id: str) -> str:
        """See AuditStore."""
        return self._people.forget(account_id)

    def head(self) -> Head:
        """See AuditStore."""
        seq, digest, _ = self._last()
        return Head(seq, digest.hex())

    def stored(self, after: int, through: int) -> Iterator[Stored]:
        """See AuditChain."""
        yield from self._in_stretches(STORED, after, through)

    def links(self, after: int, through: int) -> Iterator[Link]:
        """See AuditChain."""
        yield from self._in_stretches(LINKS, after, through)

    def known(self) -> Sequence[Known]:
        """See AuditChain."""
        return self._people.all()

    def checkpoints(self) -> Sequence[Checkpoint]:
        """See AuditStore."""
        return [
            Checkpoint(seq, digest, datetime.fromisoformat(at), key_id, public_key, signature)
            for seq, digest, at, key_id, public_key, signature in self._rows.read(CHECKPOINTS)
        ]

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """See AuditChain."""
        self._rows.lock()
        if any(held.seq == checkpoint.seq for held in self.checkpoints()):
            return
        self._rows.add(
            AuditCheckpointRow,
            [
                {
                    "seq": checkpoint.seq,
                    "hash": checkpoint.hash,
                    "at": stamp(checkpoint.at),
                    "key_id": checkpoint.key_id,
                    "public_key": checkpoint.public_key,
                    "signature": checkpoint.signature,
                }
            ],
        )

    def trims(self) -> Sequence[Trim]:
        """See AuditChain."""
        return [Trim(*row) for row in self._rows.read(TRIMS)]

    def trim(self, through: int) -> Trim | None:
        """See AuditChain."""
        self._rows.lock()
        ((count, first, last),) = self._rows.read(DROPPED, after=0, through=through)
        if not count:
            return None
        self._rows.add(
            AuditTrimRow, [{"through": through, "events": count, "first_at": first, "last_at": last}]
        )
        for row in (AuditEventPersonRow, AuditEventRow):
            self._rows.run(delete(row).where(*_stretch(row)), after=0, through=through)
        return Trim(through, count, first, last)

    def _last(self) -> tuple[int, bytes, str]:
        """Number, hash and time of the last event; of the checkpoint that stands for it where retention dropped all."""
        if found := self._rows.read(LAST):
            return found[0][0], bytes.fromhex(found[0][1]), found[0][2]
        if held := self.checkpoints():
            return held[-1].seq, bytes.fromhex(held[-1].hash), stamp(held[-1].at)
        return 0, genesis(self.site), ""

    def _in_stretches(self, statement: Statement, after: int, through: int) -> Iterator[Any]:
        """Rows by number, so many at a time that neither memory nor a transaction grows with the chain."""
        for first in range(after, through, STRETCH):
            yield from self._rows.read(statement, after=first, through=min(first + STRETCH, through))

    def _numbers(self, wanted: AuditFilter) -> Iterator[int]:
        before: int | None = None
        while page := self.page(wanted, before, PAGE):
            yield from (event.seq for event in page)
            before = page[-1].seq
