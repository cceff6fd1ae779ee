"""The columns of one site's tables that contain account ids, and the removal of a person from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    String,
    Table,
    Update,
    bindparam,
    case,
    delete,
    exists,
    insert,
    select,
    union,
    update,
)

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.permission import PERSON
from timesheet.adapters.db.site_rows import SiteRows, Statement, of_site
from timesheet.adapters.db.tables.audit import AuditPersonRow, WorklogIntentRow
from timesheet.adapters.db.tables.calendar import LeaveRow
from timesheet.adapters.db.tables.people import (
    GrantSubjectRow,
    KeptRow,
    LabelPersonRow,
    LabelRow,
    PermissionRow,
    TemplateRow,
)
from timesheet.adapters.db.tables.period import (
    ClosingMemberRow,
    ClosingRecordRow,
    LateChangeRow,
    WorklogEventRow,
)
from timesheet.adapters.db.tables.privacy import AccountReportRow
from timesheet.adapters.db.tables.report import ReportViewPersonRow, ReportViewRow
from timesheet.adapters.db.tables.site import PersonSettingRow
from timesheet.adapters.db.tables.team import MemberRoleRow, MemberRow, MemberSchemeRow, TeamRow
from timesheet.adapters.db.tables.timer import TimerRow
from timesheet.domain.audit.event import FORMER
from timesheet.domain.report.reference import JQL, jql_of, with_jql
from timesheet.domain.team.jql import accounts_in, with_account
from timesheet.services.ports.privacy import ReportState

AUTHOR = "author"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class PersonColumn:
    """A column that contains account ids; ``among`` are the values of other columns in the relevant rows."""

    table: Table
    column: str
    among: Mapping[str, str] = field(default_factory=dict)

    @property
    def who(self) -> ColumnElement[str]:
        """Return the column that contains the account id."""
        return self.table.c[self.column]

    @property
    def rows(self) -> tuple[ColumnElement[bool], ...]:
        """Return the condition for the relevant rows of this site."""
        others = (self.table.c[name] == value for name, value in self.among.items())
        return (self.table.c.client_key == bindparam("site"), *others)


def _place(row: type[Base], column: str, among: Mapping[str, str] = NOTHING) -> PersonColumn:
    return PersonColumn(Base.metadata.tables[row.__tablename__], column, among)


MEMBER = _place(MemberRow, "account_id")
DROPPED = (
    _place(PersonSettingRow, "account_id"),
    _place(KeptRow, "account_id"),
    _place(TemplateRow, "account_id"),
    _place(ReportViewRow, "owner"),
    _place(TimerRow, "account_id"),
    _place(GrantSubjectRow, "subject", MappingProxyType({"kind": PERSON})),
)
"""Columns whose rows have no meaning without the person."""
RENAMED = (
    _place(MemberRoleRow, "account_id"),
    _place(MemberSchemeRow, "account_id"),
    _place(TeamRow, "lead"),
    _place(LeaveRow, "account_id"),
    _place(LabelPersonRow, "account_id"),
    _place(ReportViewPersonRow, "account_id"),
    _place(ClosingRecordRow, "closed_by"),
    _place(ClosingRecordRow, "reopened_by"),
    _place(ClosingMemberRow, "account_id"),
    _place(LateChangeRow, "who"),
    _place(LateChangeRow, "author"),
    _place(LateChangeRow, "accepted_by"),
    _place(WorklogEventRow, "author"),
    _place(WorklogEventRow, "who"),
    _place(WorklogIntentRow, "account_id"),
)
"""Columns that sums and history need, with a pseudonym."""
RESOLVED = _place(AuditPersonRow, "account_id")
"""The person behind a reference in audit events; cleared by AuditStore.forget."""
PLACES = (MEMBER, RESOLVED, *DROPPED, *RENAMED)


@dataclass(frozen=True)
class FilterColumn:
    """A column with JQL, in which account ids are words among others.

    ``texts`` reads its id, version, and text. The JQL is a part of the text, which it is read from and put into.
    """

    row: type[TeamRow | ReportViewRow]
    column: str
    texts: Statement
    jql_of: Callable[[str], str]
    with_jql: Callable[[str, str], str]


FILTERS = (
    FilterColumn(
        TeamRow,
        "jql",
        select(TeamRow.id, TeamRow.version, TeamRow.jql).where(of_site(TeamRow), TeamRow.jql != ""),
        lambda text: text,
        lambda _, jql: jql,
    ),
    FilterColumn(
        ReportViewRow,
        "query",
        select(ReportViewRow.id, ReportViewRow.version, ReportViewRow.query).where(
            of_site(ReportViewRow), ReportViewRow.query.contains(f"{JQL}=")
        ),
        jql_of,
        with_jql,
    ),
)
"""The filters that people typed, and in which they may have named others."""
INTENTS = select(WorklogIntentRow.id, WorklogIntentRow.details).where(of_site(WorklogIntentRow))

EVERYBODY = union(*(select(place.who.label("account")).where(*place.rows) for place in PLACES)).subquery()
ACCOUNTS = select(EVERYBODY.c.account).where(
    EVERYBODY.c.account.is_not(None), EVERYBODY.c.account.not_like(f"{FORMER}%")
)
IS_PERSON: BindParameter[str] = bindparam("account")
NOTED = (
    update(TeamRow).where(of_site(TeamRow), TeamRow.lead == IS_PERSON).values(version=TeamRow.version + 1),
    update(LabelRow)
    .where(of_site(LabelRow))
    .where(
        exists().where(
            LabelPersonRow.client_key == LabelRow.client_key,
            LabelPersonRow.label_id == LabelRow.id,
            LabelPersonRow.account_id == IS_PERSON,
        )
    )
    .values(version=LabelRow.version + 1),
    update(ReportViewRow)
    .where(of_site(ReportViewRow))
    .where(
        exists().where(
            ReportViewPersonRow.client_key == ReportViewRow.client_key,
            ReportViewPersonRow.view_id == ReportViewRow.id,
            ReportViewPersonRow.account_id == IS_PERSON,
        )
    )
    .values(version=ReportViewRow.version + 1),
    update(PermissionRow)
    .where(of_site(PermissionRow))
    .where(
        exists().where(
            GrantSubjectRow.client_key == PermissionRow.client_key,
            GrantSubjectRow.kind == PERSON,
            GrantSubjectRow.subject == IS_PERSON,
        )
    )
    .values(version=PermissionRow.version + 1),
)
"""Statements that give new versions to rows that several people may have open."""
DAY: BindParameter[date] = bindparam("day", type_=Date)
LEFT_ON = case(
    (MemberRow.left_on <= DAY, MemberRow.left_on), (MemberRow.joined_on > DAY, MemberRow.joined_on), else_=DAY
)
SEATED = {
    "account_id": bindparam("pseudonym", type_=String),
    "version": MemberRow.version + 1,
    "left_on": LEFT_ON.label("left_on"),
}
COLUMNS: list[Any] = [SEATED.get(column.name, column) for column in MEMBER.table.c]
SEAT = insert(MemberRow).from_select(
    MEMBER.table.c.keys(), select(*COLUMNS).where(*MEMBER.rows, MEMBER.who == IS_PERSON)
)
# An interrupted report starts again, so it does not remember a person as its position.
RESTART = (
    update(AccountReportRow)
    .where(of_site(AccountReportRow), AccountReportRow.reported_through == IS_PERSON)
    .values(reported_through="")
)
REPORT = select(
    AccountReportRow.started_at,
    AccountReportRow.reported_through,
    AccountReportRow.cycle_days,
    AccountReportRow.due_at,
).where(of_site(AccountReportRow))


class DbPrivacyStore:
    """Implements PrivacyStore."""

    def __init__(self, database: Database, site: str) -> None:
        self._rows = SiteRows(database, site)

    def lock_site(self) -> None:
        """See PrivacyStore."""
        self._rows.lock()

    def accounts(self) -> tuple[str, ...]:
        """See PrivacyStore."""
        found = {row[0] for row in self._rows.read(ACCOUNTS)}
        for *_, jql in self._filters():
            found |= accounts_in(jql)
        return tuple(sorted(found))

    def replace(self, account_id: str, pseudonym: str, day: date) -> None:
        """See PrivacyStore."""
        self._rows.lock()
        self._rows.database.note_erasure()
        for statement in (*NOTED, RESTART):
            self._rows.run(statement, account=account_id)
        # A member's row is inserted first under its new key, so dependent rows can move over.
        self._rows.run(SEAT, account=account_id, pseudonym=pseudonym, day=day)
        for place in RENAMED:
            self._rows.run(_renaming(place), account=account_id, pseudonym=pseudonym)
        for place in (MEMBER, *DROPPED):
            self._rows.run(delete(place.table).where(*place.rows, place.who == IS_PERSON), account=account_id)
        for filters, id_, version, text, jql in self._filters():
            anonymous = with_account(jql, account_id, pseudonym)
            if anonymous != jql:
                values = {filters.column: filters.with_jql(text, anonymous), "version": version + 1}
                self._rows.change(filters.row, {"id": id_}, values)
        for id_, details in self._rows.read(INTENTS):
            if details[AUTHOR] == account_id:
                changed = {**details, AUTHOR: pseudonym}
                self._rows.change(WorklogIntentRow, {"id": id_}, {"details": changed})

    def _filters(self) -> Iterator[tuple[FilterColumn, str, int, str, str]]:
        """Yield each text with JQL: its column, the id and the version of its row, the text, and its JQL."""
        for filters in FILTERS:
            for id_, version, text in self._rows.read(filters.texts):
                yield filters, id_, version, text, filters.jql_of(text)

    def report(self) -> ReportState:
        """See PrivacyStore."""
        for row in self._rows.read(REPORT):
            return ReportState(*row)
        return ReportState()

    def save_report(self, state: ReportState) -> None:
        """See PrivacyStore."""
        self._rows.lock()
        self._rows.put(
            AccountReportRow,
            {},
            {
                "started_at": state.started,
                "reported_through": state.through,
                "cycle_days": state.days,
                "due_at": state.due,
            },
        )


def _renaming(place: PersonColumn) -> Update:
    changed = update(place.table).where(*place.rows, place.who == IS_PERSON)
    return changed.values({place.column: bindparam("pseudonym")})
