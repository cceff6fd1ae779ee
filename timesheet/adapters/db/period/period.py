"""The rule of one site's periods, and the closings of its teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from timesheet.adapters.db.period.late_change import DbLateChangeStore
from timesheet.adapters.db.site_rows import FoundRows, of_site, recalled
from timesheet.adapters.db.tables.period import (
    ClosingMemberRow,
    ClosingRecordRow,
    ClosingWorklogRow,
    PeriodRuleRow,
    WorklogEventRow,
)
from timesheet.domain.errors import NEWER, Conflict, NotFound
from timesheet.domain.message import message
from timesheet.domain.period.period import NO_CLOSING, ClosingRecord, MemberRecord, PeriodLength, PeriodRule
from timesheet.domain.span import DateSpan
from timesheet.services.ports.stores import FIRST_RULE
from timesheet.services.ports.worklog_event import DELETED_VERSION

RULE = select(PeriodRuleRow.length, PeriodRuleRow.starts_on, PeriodRuleRow.version).where(
    of_site(PeriodRuleRow)
)
SPANS = (
    select(ClosingRecordRow.first_day, ClosingRecordRow.last_day).where(of_site(ClosingRecordRow)).distinct()
)


def _among(id_: InstrumentedAttribute[str]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an id is one of ``ids``, and therefore between ``first`` and ``last``.

    PostgreSQL without current statistics reads all rows of the site for a list, but uses the index for a range.
    """
    return id_.between(bindparam("first"), bindparam("last")), id_.in_(bindparam("ids", expanding=True))


RECORDS = select(
    ClosingRecordRow.id,
    ClosingRecordRow.team_id,
    ClosingRecordRow.first_day,
    ClosingRecordRow.last_day,
    ClosingRecordRow.closed_by,
    ClosingRecordRow.closed_at,
    ClosingRecordRow.reopened_by,
    ClosingRecordRow.reopened_at,
).where(of_site(ClosingRecordRow))
NOT_DELETED = delete(WorklogEventRow).where(
    of_site(WorklogEventRow),
    WorklogEventRow.worklog_version == DELETED_VERSION,
    WorklogEventRow.done_at.is_not(None),
    exists().where(
        of_site(ClosingWorklogRow),
        ClosingWorklogRow.record_id == bindparam("record"),
        ClosingWorklogRow.worklog_id == WorklogEventRow.worklog_id,
    ),
)
OF_TEAM = RECORDS.where(ClosingRecordRow.team_id == bindparam("team"))
BY_ID = RECORDS.where(*_among(ClosingRecordRow.id))
CLOSED = RECORDS.where(
    ClosingRecordRow.team_id.in_(bindparam("teams", expanding=True)),
    ClosingRecordRow.reopened_at.is_(None),
    ClosingRecordRow.first_day <= bindparam("last"),
    ClosingRecordRow.last_day >= bindparam("first"),
)
MEMBERS = (
    select(
        ClosingMemberRow.record_id,
        ClosingMemberRow.account_id,
        ClosingMemberRow.capacity,
        ClosingMemberRow.spent,
        ClosingMemberRow.basis,
        ClosingMemberRow.zone,
    )
    .where(of_site(ClosingMemberRow))
    .order_by(ClosingMemberRow.account_id)
)
MEMBERS_BY_ID = MEMBERS.where(*_among(ClosingMemberRow.record_id))
MEMBERS_OF_TEAM = MEMBERS.join(
    ClosingRecordRow,
    and_(
        ClosingRecordRow.client_key == ClosingMemberRow.client_key,
        ClosingRecordRow.id == ClosingMemberRow.record_id,
    ),
).where(ClosingRecordRow.team_id == bindparam("team"))
WITH_MEMBER = RECORDS.add_columns(
    ClosingMemberRow.account_id,
    ClosingMemberRow.capacity,
    ClosingMemberRow.spent,
    ClosingMemberRow.basis,
    ClosingMemberRow.zone,
)
RECORDED = (
    WITH_MEMBER.join(
        ClosingMemberRow,
        and_(
            ClosingMemberRow.client_key == ClosingRecordRow.client_key,
            ClosingMemberRow.record_id == ClosingRecordRow.id,
        ),
    )
    .where(ClosingMemberRow.account_id == bindparam("account"), ClosingRecordRow.reopened_at.is_(None))
    .order_by(ClosingRecordRow.team_id, ClosingRecordRow.first_day)
)
CONCERNING = (
    WITH_MEMBER.outerjoin(
        ClosingMemberRow,
        and_(
            ClosingMemberRow.client_key == ClosingRecordRow.client_key,
            ClosingMemberRow.record_id == ClosingRecordRow.id,
            ClosingMemberRow.account_id == bindparam("account"),
        ),
    )
    .where(
        ClosingRecordRow.reopened_at.is_(None),
        or_(
            ClosingMemberRow.account_id.is_not(None),
            and_(
                ClosingRecordRow.team_id.in_(bindparam("teams", expanding=True)),
                ClosingRecordRow.first_day <= bindparam("last"),
                ClosingRecordRow.last_day >= bindparam("first"),
            ),
        ),
    )
    .order_by(ClosingRecordRow.team_id, ClosingRecordRow.first_day)
)
RECORD_COLUMNS = 8
WORKLOGS_BY_ID = select(
    ClosingWorklogRow.record_id, ClosingWorklogRow.worklog_id, ClosingWorklogRow.fingerprint
).where(
    of_site(ClosingWorklogRow),
    *_among(ClosingWorklogRow.record_id),
)
HOLDING = (
    RECORDS.add_columns(ClosingWorklogRow.worklog_id, ClosingWorklogRow.fingerprint)
    .join(
        ClosingWorklogRow,
        and_(
            ClosingWorklogRow.client_key == ClosingRecordRow.client_key,
            ClosingWorklogRow.record_id == ClosingRecordRow.id,
        ),
    )
    .where(ClosingWorklogRow.worklog_id == bindparam("worklog"), ClosingRecordRow.reopened_at.is_(None))
    .order_by(ClosingRecordRow.team_id, ClosingRecordRow.first_day)
)
RECORDED_WORKLOGS = select(ClosingWorklogRow.worklog_id, ClosingWorklogRow.record_id).where(
    of_site(ClosingWorklogRow),
    ClosingWorklogRow.record_id.in_(bindparam("records", expanding=True)),
    ClosingWorklogRow.worklog_id.in_(bindparam("worklogs", expanding=True)),
)


class DbPeriodStore(DbLateChangeStore):
    """Implements PeriodStore."""

    @recalled
    def rule(self) -> tuple[PeriodRule, int]:
        """See PeriodStore."""
        return _rule(self._rows.read(RULE))

    def save_rule(self, rule: PeriodRule, version: int) -> tuple[PeriodRule, int]:
        """See PeriodStore."""
        self._rows.lock()
        stored, current = self.rule()
        same = version > 0 and (rule, version) == (stored, current)
        saved = rule, version if same else version + 1
        if version != current and saved != (stored, current):
            raise Conflict(NEWER, current=stored)
        values = {"length": str(rule.length), "starts_on": rule.start, "version": saved[1]}
        self._rows.put(PeriodRuleRow, {}, values)
        return saved

    @recalled
    def spans(self) -> tuple[DateSpan, ...]:
        """See PeriodStore."""
        return _spans(self._rows.read(SPANS))

    @recalled
    def rule_and_spans(self) -> tuple[PeriodRule, tuple[DateSpan, ...]]:
        """See PeriodStore."""
        rules, spans = self._rows.read_all((RULE, SPANS))
        return _rule(rules)[0], _spans(spans)

    @recalled
    def records(self, team_id: str) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        found, member_rows = self._rows.read_all((OF_TEAM, MEMBERS_OF_TEAM), team=team_id)
        members = _members_by_record(member_rows)
        records = [_record(row, members.get(row[0], ())) for row in found]
        return tuple(sorted(records, key=lambda record: (record.closed_at, record.id), reverse=True))

    def every(self) -> tuple[ClosingRecord, ...]:
        """See Closings."""
        return tuple(map(_record, self._rows.read(RECORDS)))

    def record(self, record_id: str) -> ClosingRecord:
        """See PeriodStore."""
        if found := self.whole([record_id]):
            return found[record_id]
        raise NotFound(NO_CLOSING)

    def whole(self, record_ids: Collection[str]) -> Mapping[str, ClosingRecord]:
        """See Closings."""
        ids = list(record_ids)
        rows = self._rows.read_all(
            (BY_ID, MEMBERS_BY_ID, WORKLOGS_BY_ID),
            ids=ids,
            first=min(ids, default=""),
            last=max(ids, default=""),
        )
        found, member_rows, worklog_rows = rows
        members, worklogs = _members_by_record(member_rows), defaultdict[str, dict[int, str]](dict)
        for record_id, worklog_id, fingerprint in worklog_rows:
            worklogs[record_id][worklog_id] = fingerprint
        return {
            row[0]: replace(_record(row, members.get(row[0], ())), worklogs=worklogs.get(row[0], {}))
            for row in found
        }

    @recalled
    def closed(self, team_ids: Collection[str], span: DateSpan) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        if not team_ids:
            return ()
        found = self._rows.read(CLOSED, teams=list(team_ids), first=span.first, last=span.last)
        return tuple(sorted((_record(row) for row in found), key=lambda r: (r.team_id, r.span, r.id)))

    @recalled
    def recorded(self, account_id: str) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        found = self._rows.read(RECORDED, account=account_id)
        return tuple(_record(row[:RECORD_COLUMNS], [MemberRecord(*row[RECORD_COLUMNS:])]) for row in found)

    @recalled
    def concerning(
        self, account_id: str, team_ids: Collection[str], span: DateSpan
    ) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        found = self._rows.read(
            CONCERNING, account=account_id, teams=list(team_ids), first=span.first, last=span.last
        )
        return tuple(
            _record(
                row[:RECORD_COLUMNS], [MemberRecord(*row[RECORD_COLUMNS:])] if row[RECORD_COLUMNS] else ()
            )
            for row in found
        )

    @recalled
    def holding(self, worklog_id: int) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        found = self._rows.read(HOLDING, worklog=worklog_id)
        return tuple(replace(_record(row[:-2]), worklogs={row[-2]: row[-1]}) for row in found)

    @recalled
    def holders(
        self, record_ids: Collection[str], worklog_ids: Collection[int]
    ) -> frozenset[tuple[int, str]]:
        """See PeriodStore."""
        if not record_ids or not worklog_ids:
            return frozenset()
        found = self._rows.read(RECORDED_WORKLOGS, records=list(record_ids), worklogs=list(worklog_ids))
        return frozenset((worklog_id, record_id) for worklog_id, record_id in found)

    def add_record(self, record: ClosingRecord) -> None:
        """See PeriodStore."""
        self._rows.lock()
        for existing in self.closed([record.team_id], record.span):
            sentence = message(
                "Somebody has closed the period from {first} to {last} already.",
                first=existing.span.first,
                last=existing.span.last,
            )
            raise Conflict(sentence, current=existing)
        self._rows.add(ClosingRecordRow, [_values(record)])
        self._rows.add(ClosingMemberRow, [_member_values(record.id, member) for member in record.members])
        self._rows.add(
            ClosingWorklogRow,
            [
                {"record_id": record.id, "worklog_id": worklog_id, "fingerprint": fingerprint}
                for worklog_id, fingerprint in record.worklogs.items()
            ],
        )
        # Jira has just listed these worklogs, so a deletion that was reported before did not happen. If it stayed
        # known, the real one would count as a repetition.
        self._rows.run(NOT_DELETED, record=record.id)

    def reopen(self, record_id: str, by: str, at: datetime) -> ClosingRecord:
        """See PeriodStore."""
        self._rows.lock()
        record = self.record(record_id)
        if record.open:
            sentence = message(
                "Somebody has reopened the period from {first} to {last} already.",
                first=record.span.first,
                last=record.span.last,
            )
            raise Conflict(sentence, current=record)
        self._rows.change(ClosingRecordRow, {"id": record_id}, {"reopened_by": by, "reopened_at": at})
        return replace(record, reopened_by=by, reopened_at=at)


def _rule(rows: FoundRows) -> tuple[PeriodRule, int]:
    """Return the stored rule, or the first one if a newer release has stored a length that this one does not know."""
    for length, starts_on, version in rows:
        known = length in set(PeriodLength)
        return PeriodRule(PeriodLength(length), starts_on) if known else FIRST_RULE, version
    return FIRST_RULE, 0


def _spans(rows: FoundRows) -> tuple[DateSpan, ...]:
    return tuple(sorted(DateSpan(first, last) for first, last in rows))


def _record(row: Sequence[Any], members: Iterable[MemberRecord] = ()) -> ClosingRecord:
    id_, team_id, first, last, closed_by, closed_at, reopened_by, reopened_at = row
    span = DateSpan(first, last)
    return ClosingRecord(
        id=id_,
        team_id=team_id,
        span=span,
        closed_by=closed_by,
        closed_at=closed_at,
        members=tuple(members),
        worklogs={},
        reopened_by=reopened_by,
        reopened_at=reopened_at,
    )


def _members_by_record(rows: Iterable[Sequence[Any]]) -> Mapping[str, Sequence[MemberRecord]]:
    members = defaultdict[str, list[MemberRecord]](list)
    for record_id, *member in rows:
        members[record_id].append(MemberRecord(*member))
    return members


def _values(record: ClosingRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "team_id": record.team_id,
        "first_day": record.span.first,
        "last_day": record.span.last,
        "closed_by": record.closed_by,
        "closed_at": record.closed_at,
        "reopened_by": record.reopened_by,
        "reopened_at": record.reopened_at,
    }


def _member_values(record_id: str, member: MemberRecord) -> dict[str, object]:
    return {
        "record_id": record_id,
        "account_id": member.account_id,
        "capacity": member.capacity,
        "spent": member.spent,
        "basis": dict(member.basis),
        "zone": member.zone,
    }
