"""The announced writes to Jira of one site's people, and the resulting events."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, Select, and_, bindparam, delete, exists, insert, not_, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import aliased

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.audit import (
    AuditEventPersonRow,
    AuditEventRow,
    AuditPersonRow,
    WorklogIntentRow,
)
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import MOST_NAMED
from timesheet.services.ports.journal import DONE_KEPT, Intent

COLUMNS = (
    WorklogIntentRow.id,
    WorklogIntentRow.kind,
    WorklogIntentRow.account_id,
    WorklogIntentRow.issue_id,
    WorklogIntentRow.at,
    WorklogIntentRow.worklog_id,
    WorklogIntentRow.write_key,
    WorklogIntentRow.details,
)
# A recorded new worklog is recognized by its id: its row stays for a while, and no longer counts as open.
DONE = and_(WorklogIntentRow.kind == "created", WorklogIntentRow.worklog_id.is_not(None))
LEFT = (
    select(*COLUMNS)
    .where(of_site(WorklogIntentRow), not_(DONE))
    .order_by(WorklogIntentRow.at, WorklogIntentRow.id)
)
LEFT_ON = LEFT.where(WorklogIntentRow.issue_id == bindparam("issue"))
LEFT_NEAR = LEFT.where(
    or_(
        WorklogIntentRow.issue_id == bindparam("issue"),
        and_(WorklogIntentRow.kind == "created", WorklogIntentRow.account_id == bindparam("account")),
    )
)
LEFT_OF = LEFT.where(WorklogIntentRow.worklog_id == bindparam("worklog"))
KEYED = select(*COLUMNS).where(
    of_site(WorklogIntentRow),
    WorklogIntentRow.kind == "created",
    WorklogIntentRow.account_id == bindparam("account"),
    WorklogIntentRow.write_key == bindparam("key"),
)
EARLIER = select(*COLUMNS).where(of_site(WorklogIntentRow), WorklogIntentRow.id == bindparam("intent"))
ADD = insert(WorklogIntentRow).values(client_key=bindparam("site"))
DROP = delete(WorklogIntentRow).where(of_site(WorklogIntentRow), WorklogIntentRow.id == bindparam("intent"))
OTHER = aliased(WorklogIntentRow)
# Together with the deleted row, it is read whether its worklog has other open intents. SQLAlchemy names no tables
# there for SQLite, so that the inner query cannot refer to the outer one.
TAKE = DROP.returning(
    WorklogIntentRow.account_id,
    WorklogIntentRow.details,
    exists().where(
        of_site(OTHER),
        OTHER.worklog_id == bindparam("worklog"),
        OTHER.id != bindparam("intent"),
        OTHER.kind != "created",
    ),
)
MADE = (
    update(WorklogIntentRow)
    .where(
        of_site(WorklogIntentRow),
        WorklogIntentRow.id == bindparam("intent"),
        WorklogIntentRow.worklog_id.is_(None),
    )
    .values(worklog_id=bindparam("made"))
    .returning(WorklogIntentRow.account_id)
)
# A sign that a write was recorded before, or that its people may have been erased since it was announced.
RECORDED = (
    select(AuditEventRow.seq)
    .where(
        of_site(AuditEventRow),
        AuditEventRow.at >= bindparam("since"),
        or_(
            AuditEventRow.action.in_([Action.WORKLOG_UNCONFIRMED, Action.PERSON_ERASED]),
            and_(AuditEventRow.action == bindparam("action"), AuditEventRow.object_id == bindparam("object")),
        ),
    )
    .limit(1)
)
WRITES = (Action.WORKLOG_CREATED, Action.WORKLOG_CHANGED, Action.WORKLOG_DELETED)
RECENT = (
    select(AuditEventRow.details)
    .where(
        of_site(AuditEventRow),
        AuditEventRow.action.in_(WRITES),
        AuditEventRow.at >= bindparam("since"),
    )
    .order_by(
        AuditEventRow.actor.in_(
            select(AuditPersonRow.ref).where(
                of_site(AuditPersonRow), AuditPersonRow.account_id == bindparam("account")
            )
        ).desc(),
        AuditEventRow.at.desc(),
        AuditEventRow.seq.desc(),
    )
    .limit(MOST_NAMED)
)
PEOPLE = select(AuditPersonRow.ref).where(
    of_site(AuditPersonRow), AuditPersonRow.account_id.in_(bindparam("people", expanding=True))
)
WRITTEN = select(AuditEventRow.details).where(
    of_site(AuditEventRow),
    AuditEventRow.action.in_(WRITES),
    AuditEventRow.at >= bindparam("since"),
    or_(
        AuditEventRow.actor.in_(PEOPLE),
        exists().where(
            of_site(AuditEventPersonRow),
            AuditEventPersonRow.seq == AuditEventRow.seq,
            AuditEventPersonRow.ref.in_(PEOPLE),
        ),
    ),
)
FORGET = delete(WorklogIntentRow).where(
    of_site(WorklogIntentRow), DONE, WorklogIntentRow.at < bindparam("before")
)
log = structlog.stdlib.get_logger("timesheet.audit")


class DbJournal:
    """Implements IntentStore."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._rows = SiteRows(database, site)

    def begin(self, intent: Intent, earlier: Intent | None = None) -> bool:
        """See IntentStore."""
        if intent.action is Action.WORKLOG_CREATED:
            self._rows.run_alone(FORGET, before=intent.at - DONE_KEPT)
        if earlier:
            with self._database.apart():
                self._rows.lock()
                key = {"id": intent.id, "worklog_id": intent.worklog_id, "at": earlier.at}
                return bool(self._rows.change(WorklogIntentRow, key, _values(intent)))
        try:
            self._rows.run_alone(ADD, id=intent.id, **_values(intent))
        except IntegrityError:
            return False
        return True

    def drop(self, intent: Intent) -> None:
        """See IntentStore."""
        self._rows.run_alone(DROP, intent=intent.id)

    @contextmanager
    def completing(self, intent: Intent, after: Worklog | None) -> Iterator[None]:
        """See IntentStore."""
        try:
            with self._database.apart():
                yield
        except SQLAlchemyError:
            log.exception(
                "event_left_to_settle", intent=intent.id, worklog=after.id if after else intent.worklog_id
            )
        else:
            self._rows.keep_revision()

    def take(self, intent: Intent, after: Worklog | None) -> Intent | None:
        """See IntentStore."""
        self._rows.lock()
        if intent.action is Action.WORKLOG_CREATED:
            made = after.id if after else None
            for (account_id,) in self._rows.run_returning(MADE, intent=intent.id, made=made):
                if after is None:
                    self._rows.run(DROP, intent=intent.id)
                return replace(intent, account_id=account_id)
            return self._take_dropped(intent, after)
        taken = self._rows.run_returning(TAKE, intent=intent.id, worklog=intent.worklog_id)
        for account_id, details, has_others in taken:
            if has_others:
                self._compare_others(intent, after)
            return replace(intent, account_id=account_id, author=details["author"])
        return self._take_dropped(intent, after)

    def _take_dropped(self, intent: Intent, after: Worklog | None) -> Intent | None:
        """Return an intent that was dropped before its write happened, because the clock was set forward meanwhile."""
        written = str(after.id if after else intent.worklog_id)
        since = stamp(intent.at)
        if self._rows.read(RECORDED, since=since, action=intent.action, object=written):
            return None
        if after and intent.action is Action.WORKLOG_CREATED:
            self._rows.run(ADD, id=intent.id, **_values(replace(intent, worklog_id=after.id)))
        return intent

    def remove(self, intent: Intent) -> bool:
        """See IntentStore."""
        self._rows.lock()
        return bool(self._rows.run(DROP, intent=intent.id))

    def _compare_others(self, intent: Intent, after: Worklog | None) -> None:
        for other in map(_intent, self._rows.read(LEFT_OF, worklog=intent.worklog_id)):
            if after is None:
                self._rows.remove(WorklogIntentRow, id=other.id)
            else:
                details = _details(replace(other, updated=after.updated, before=after.facts))
                self._rows.change(WorklogIntentRow, {"id": other.id}, {"details": details})

    def earlier(self, intent_id: str) -> Intent | None:
        """See IntentStore."""
        return next(map(_intent, self._rows.read(EARLIER, intent=intent_id)), None)

    def keyed(self, account_id: str, write_key: str) -> Sequence[Intent]:
        """See IntentStore."""
        return list(map(_intent, self._rows.read(KEYED, account=account_id, key=write_key)))

    def unfinished_on(self, issue_id: int) -> Sequence[Intent]:
        """See IntentStore."""
        return list(map(_intent, self._rows.read(LEFT_ON, issue=issue_id)))

    def unfinished_near(self, issue_id: int, account_id: str) -> Sequence[Intent]:
        """See IntentStore."""
        return list(map(_intent, self._rows.read(LEFT_NEAR, issue=issue_id, account=account_id)))

    def recent(self, since: datetime, account_id: str) -> Sequence[int]:
        """See IntentStore."""
        found = self._worklogs_in(RECENT, since=stamp(since), account=account_id)
        named = (worklog.get("issue") for worklog in found)
        return list(dict.fromkeys(issue for issue in named if isinstance(issue, int)))

    def recorded(self, people: Collection[str], since: datetime) -> Sequence[Mapping[str, Any]]:
        """See IntentStore."""
        return self._worklogs_in(WRITTEN, since=stamp(since), people=list(people))

    def _worklogs_in(self, events: Select[str], **values: object) -> list[dict[str, Any]]:
        """Return the worklogs after and before each of these events; an empty one if it did not exist."""
        found = [json.loads(details) for (details,) in self._rows.read(events, **values)]
        return [side for written in found for side in (written["after"], written["before"])]

    def unfinished(self) -> Sequence[Intent]:
        """See IntentStore."""
        return list(map(_intent, self._rows.read(LEFT)))


def _values(intent: Intent) -> dict[str, object]:
    return {
        "account_id": intent.account_id,
        "kind": intent.action.partition(".")[2],
        "write_key": intent.write_key,
        "issue_id": intent.issue_id,
        "worklog_id": intent.worklog_id,
        "at": intent.at,
        "details": _details(intent),
    }


def _details(intent: Intent) -> dict[str, object]:
    return {
        "author": intent.author,
        "before": dict(intent.before),
        "more": dict(intent.more),
        "started": intent.started.isoformat() if intent.started else None,
        "updated": intent.updated.isoformat() if intent.updated else None,
        "wanted": dict(intent.wanted),
    }


def _intent(row: Row[*tuple[Any, ...]]) -> Intent:
    id_, kind, account_id, issue_id, at, worklog_id, write_key, details = row
    return Intent(
        action=Action(f"worklog.{kind}"),
        account_id=account_id,
        issue_id=issue_id,
        at=at,
        worklog_id=worklog_id,
        author=details["author"],
        write_key=write_key,
        before=details["before"],
        more=details["more"],
        started=_instant(details["started"]),
        updated=_instant(details["updated"]),
        wanted=details.get("wanted", {}),
        id=id_,
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
