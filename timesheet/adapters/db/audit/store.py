"""The audit events of one site: appending to the chain, and reading its proof."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, cast, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from timesheet.adapters.db.audit.head import AuditHeads, moment
from timesheet.adapters.db.audit.page import AuditPages
from timesheet.adapters.db.audit.trim import AuditTrims
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.period.period import DbPeriodStore
from timesheet.adapters.db.site_rows import SiteRows, Statement, of_site
from timesheet.adapters.db.tables.audit import (
    AuditCheckpointRow,
    AuditEventPersonRow,
    AuditEventRow,
    AuditTrimProofRow,
)
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import (
    FIELDS,
    SIGNED_EVERY,
    chained,
    event_fields,
    genesis,
    hash_in,
    settings_in,
    stamp,
    text_of,
)
from timesheet.domain.audit.event import AuditDraft, AuditEvent, AuditFilter, people_of
from timesheet.domain.lazy import lazy
from timesheet.services.audit.export import proof_lines
from timesheet.services.audit.proof import verify_chain
from timesheet.services.ports.audit import (
    Bounds,
    Checkpoint,
    CheckpointKey,
    Closings,
    End,
    Head,
    Link,
    MalformedEventError,
    PersonReference,
    RecordedEvent,
    Stored,
    Trim,
    Verdict,
)
from timesheet.services.ports.register import RegisterEntry

RECORDED = "recorded_events"
STRETCH = 10_000
PAGE = 1000
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
CHECKPOINT_AT = select(AuditCheckpointRow.seq).where(
    of_site(AuditCheckpointRow), AuditCheckpointRow.seq == bindparam("seq")
)
OF_ACTION = (
    select(
        AuditEventRow.seq,
        AuditEventRow.at,
        AuditEventRow.object_id,
        AuditEventRow.details,
        AuditEventRow.team_id,
    )
    .where(of_site(AuditEventRow), AuditEventRow.action == bindparam("action"))
    .order_by(AuditEventRow.seq)
)

ALIKE = ("request_id", "action", "actor", "object_id", "team_id", "outcome", "people", "details")
SAME = (
    select(AuditEventRow.seq)
    .where(
        of_site(AuditEventRow),
        AuditEventRow.at >= bindparam("since"),
        *(getattr(AuditEventRow, name) == bindparam(name) for name in ALIKE),
    )
    .limit(1)
)


class _Oddity(FunctionElement[str]):
    """A question mark if one of the values is not stored as a text, otherwise nothing.

    SQLite stores bytes in a column of texts. They look the same in a longer text, but no filter finds them.
    """

    type = String()
    inherit_cache = True


@compiles(_Oddity)
def _write_oddity(oddity: _Oddity, compiler: SQLCompiler, **options: Any) -> str:
    if compiler.dialect.name != "sqlite":
        return "''"
    usual = [f"typeof({compiler.process(value, **options)}) = 'text'" for value in oddity.clauses]
    return f"CASE WHEN {' AND '.join(usual)} THEN '' ELSE '?' END"


def _text() -> ColumnElement[str]:
    """Return the text of an event, assembled by the database because Python would be too slow for a million events.

    It differs from what was recorded if a value has another type.
    """
    first, *others = (getattr(AuditEventRow, name) for name in FIELDS)
    text: ColumnElement[str] = cast(first, String)
    for column in others:
        text = text.concat("\n").concat(column)
    return text.concat(_Oddity(*others))


def _stretch(row: type[AuditEventRow] | type[AuditEventPersonRow]) -> tuple[ColumnElement[bool], ...]:
    return (of_site(row), row.seq > bindparam("after"), row.seq <= bindparam("through"))


STORED = (
    select(AuditEventRow.seq, _text(), AuditEventRow.actor, AuditEventRow.people, AuditEventRow.hash)
    .where(*_stretch(AuditEventRow))
    .order_by(AuditEventRow.seq)
)
LINKS = (
    select(AuditEventPersonRow.seq, AuditEventPersonRow.ref)
    .where(*_stretch(AuditEventPersonRow))
    .order_by(AuditEventPersonRow.seq)
)
NEXT = {
    statement: select(func.min(row.seq)).where(of_site(row), row.seq > bindparam("after"))
    for statement, row in ((STORED, AuditEventRow), (LINKS, AuditEventPersonRow))
}
PROOFS = select(func.count()).where(of_site(AuditTrimProofRow))
# Each is found in the index; SQLite would read all rows for two of one table.
BOUNDS = tuple(
    select(bound(row.seq)).where(of_site(row))
    for row, bound in (
        (AuditEventRow, func.min),
        (AuditEventPersonRow, func.min),
        (AuditEventPersonRow, func.max),
    )
)


class DbAuditStore(AuditPages):
    """Implements AuditStore and AuditChain."""

    def __init__(self, database: Database, site: str, key: CheckpointKey) -> None:
        self._database, self.site, self._key = database, site, key
        super().__init__(SiteRows(database, site))
        self._heads = AuditHeads(database, self._rows, site, key)

    @lazy
    def closings(self) -> Closings:
        """See AuditChain."""
        return DbPeriodStore(self._rows)

    @lazy
    def _trims(self) -> AuditTrims:
        return AuditTrims(self._rows, self.site, self._key)

    def refer(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """See AuditStore."""
        self._rows.lock()
        return self._people.references_or_new(account_ids)

    def append(self, draft: AuditDraft) -> AuditEvent:
        """See AuditStore."""
        return self.append_all([draft])[0]

    def append_all(self, drafts: Sequence[AuditDraft]) -> Sequence[AuditEvent]:
        """See AuditStore. The events are noted until the commit, for listeners."""
        self._rows.lock()
        actor = drafts[0].actor
        # Most events name nobody but their actor, so one statement reads all that they need.
        found, reference = self._heads.end_and_reference(actor)
        end = found or self._before_all()
        people = [people_of(draft) for draft in drafts]
        references = {actor: reference} if reference else {}
        if others := {draft.actor for draft in drafts}.union(*people) - references.keys():
            references |= self._people.references_or_new(others)
        links, rows = _linked(end, drafts, people, references)
        self._rows.add(AuditEventRow, rows)
        self._rows.add(AuditEventPersonRow, links)
        events = [
            draft.placed(row["seq"], datetime.fromisoformat(row["at"]), named)
            for draft, row, named in zip(drafts, rows, people, strict=True)
        ]
        heads = [Head(row["seq"], row["hash"]) for row in rows]
        if self._sign(end, heads[-1], events[-1].at):
            for head, event in zip(heads, events, strict=True):
                if head.seq % SIGNED_EVERY == 0:
                    self.add_checkpoint(self._key.sign(self.site, head, event.at))
        self._database.transaction.notes.setdefault(RECORDED, []).extend(
            (self.site, event) for event in events
        )
        return events

    def append_once(self, draft: AuditDraft, since: datetime) -> AuditEvent | None:
        """See AuditStore."""
        self._rows.lock()
        people = people_of(draft)
        references = self._people.references_or_new({draft.actor, *people})
        fields = event_fields(0, stamp(draft.at), draft, people, references)
        same = {name: fields[name] for name in ALIKE}
        return None if self._rows.read(SAME, since=stamp(since), **same) else self.append(draft)

    def verify(
        self, after: Checkpoint | None = None, limit: int | None = None, signed: Sequence[Checkpoint] = ()
    ) -> Verdict:
        """See AuditStore."""
        return verify_chain(self, self._key, after, limit, signed)

    def proof(self, now: datetime, criteria: AuditFilter | None = None) -> Iterator[str]:
        """See AuditStore."""
        if criteria is None or criteria == AuditFilter():
            return proof_lines(self, self._key, now)
        numbers = set(self._numbers(criteria))
        return proof_lines(self, self._key, now, numbers, min(numbers, default=1), max(numbers, default=0))

    def forget(self, account_id: str) -> str:
        """See AuditStore."""
        return self._people.forget(account_id)

    def head(self) -> Head:
        """See AuditStore."""
        end = self.end()
        return Head(end.seq, end.hash)

    def end(self) -> End:
        """See AuditChain."""
        return self._heads.end() or self._before_all()

    def bounds(self) -> Bounds:
        """See AuditChain."""
        found = self._rows.read_all((*BOUNDS, PROOFS))
        return Bounds(*(value for ((value,),) in found))

    def registered(self) -> RegisterEntry | None:
        """See AuditChain."""
        return self._heads.register.newest(self.site)

    def stored(self, after: int, through: int) -> Iterator[Stored]:
        """See AuditChain."""
        return chain.from_iterable(self._in_stretches(STORED, after, through))

    def links(self, after: int, through: int) -> Iterator[Link]:
        """See AuditChain."""
        return chain.from_iterable(self._in_stretches(LINKS, after, through))

    def references(self) -> Sequence[PersonReference]:
        """See AuditChain."""
        return self._people.all()

    def recorded(self, action: Action) -> Sequence[RecordedEvent]:
        """See AuditChain."""
        found = self._rows.read(OF_ACTION, action=str(action))
        return [_recorded(*row) for row in found]

    def checkpoints(self) -> Sequence[Checkpoint]:
        """See AuditStore."""
        return [
            Checkpoint(seq, digest, moment(at), key_id, public_key, signature)
            for seq, digest, at, key_id, public_key, signature in self._rows.read(CHECKPOINTS)
        ]

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """See AuditChain. The head, if it is unchanged, is signed again with the new number of checkpoints."""
        self._rows.lock()
        if self._rows.read(CHECKPOINT_AT, seq=checkpoint.seq):
            return
        end = self.end()
        if end.head and end.proven(self.site, self._key):
            self._heads.put(Head(end.seq, end.hash), end.head.at, end.head.checkpoints + 1)
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
        return self._trims.all()

    def trim(self, through: int, days: int, now: datetime) -> Trim | None:
        """See AuditChain."""
        self._rows.lock()
        return self._trims.drop(self, through, days, now)

    def sign_end(self, now: datetime) -> bool:
        """See AuditChain."""
        self._rows.lock()
        end = self.end()
        return self._sign(end, Head(end.seq, end.hash), _not_before(end, now))

    def force_sign_end(self, now: datetime) -> None:
        """See AuditChain."""
        self._rows.lock()
        end = self.end()
        for seq, *_, digest in self.stored(end.head.seq if end.head else 0, end.seq):
            if seq % SIGNED_EVERY == 0:
                self.add_checkpoint(self._key.sign(self.site, Head(seq, digest), now))
        self._heads.put(Head(end.seq, end.hash), _not_before(end, now))

    def _sign(self, end: End, head: Head, at: datetime) -> bool:
        signed = self._heads.sign(end, head, at)
        if signed and end.head is None:
            self._trims.prove_old(self, at)
        return signed

    def _before_all(self) -> End:
        """Return the end of a chain without events: the checkpoint in their place if retention deleted all."""
        if checkpoints := self.checkpoints():
            last = checkpoints[-1]
            return End(last.seq, last.hash, stamp(last.at), self._heads.read())
        return End(0, genesis(self.site).hex(), "", self._heads.read())

    def _in_stretches(self, statement: Statement, after: int, through: int) -> Iterator[Sequence[Any]]:
        """Yield rows by number in batches, so neither memory nor a transaction grows with the chain."""
        with self._rows.reading_plain() as read:
            while after < through:
                found = read(statement, after=after, through=min(after + STRETCH, through))
                yield found
                after += STRETCH
                if not found:
                    # Events without people are far apart at most; a forged number may be billions further.
                    [(following,)] = self._rows.read(NEXT[statement], after=after)
                    after = through if following is None else following - 1

    def _numbers(self, criteria: AuditFilter) -> Iterator[int]:
        before: int | None = None
        while True:
            found = self.scan(criteria, before, PAGE)
            yield from (event.seq for event in found.events)
            yield from found.unreadable
            before = found.before
            if before is None:
                return


def _linked(
    end: End, drafts: Sequence[AuditDraft], people: Sequence[Collection[str]], references: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of the people and of the events that continue a chain after its ``end``."""
    digest = hash_in(end.hash)
    since = end.at
    links: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for seq, (draft, named) in enumerate(zip(drafts, people, strict=True), end.seq + 1):
        # Time never goes backward in a chain, even if the clocks of two machines differ; numbers follow its
        # order.
        fields = event_fields(seq, max(since, stamp(draft.at)), draft, named, references)
        # An event that could not be read later must not be stored.
        settings_in(fields["details"])
        digest, since = chained(digest, text_of(fields)), fields["at"]
        rows.append({**fields, "seq": seq, "hash": digest.hex()})
        links += [{"seq": seq, "ref": references[who]} for who in sorted(named)]
    return links, rows


def _not_before(end: End, now: datetime) -> datetime:
    """Return the time at which an end is signed: no earlier than its event, which another clock may have dated."""
    return max(now, moment(end.at))


def _recorded(seq: int, at: str, object_id: str, details: str, team_id: str) -> RecordedEvent:
    try:
        written = settings_in(details)
    except (ValueError, TypeError) as error:
        raise MalformedEventError(seq, error) from error
    return RecordedEvent(seq, at, object_id, written["before"], written["after"], team_id)
