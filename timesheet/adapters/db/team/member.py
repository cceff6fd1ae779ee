"""The members of a site's teams, read with three statements for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, bindparam, delete, exists, select
from sqlalchemy.orm import aliased

from timesheet.adapters.db.site_rows import FoundRows, SiteRows, Statement, next_version, of_site
from timesheet.adapters.db.tables.team import MemberRoleRow, MemberRow, MemberSchemeRow
from timesheet.domain.calendar.workload_scheme import DatedScheme, in_order
from timesheet.domain.team.team import Member

FROM_THE_BEGINNING = date.min
Statements = tuple[Statement, ...]


def _statements(*conditions: ColumnElement[bool]) -> Statements:
    """Return the statements for members, their roles, and their schemes, with ``conditions`` on the member."""
    chosen = (of_site(MemberRow), *conditions)
    return (
        select(
            MemberRow.team_id,
            MemberRow.account_id,
            MemberRow.joined_on,
            MemberRow.left_on,
            MemberRow.calendar_id,
            MemberRow.group_id,
            MemberRow.version,
        )
        .where(*chosen)
        .order_by(MemberRow.team_id, MemberRow.account_id),
        select(MemberRoleRow.team_id, MemberRoleRow.account_id, MemberRoleRow.role_id)
        .where(*_belongs(MemberRoleRow))
        .where(*chosen),
        select(
            MemberSchemeRow.team_id,
            MemberSchemeRow.account_id,
            MemberSchemeRow.valid_from,
            MemberSchemeRow.scheme_id,
        )
        .where(*_belongs(MemberSchemeRow))
        .where(*chosen),
    )


def _belongs(row: type[MemberRoleRow] | type[MemberSchemeRow]) -> tuple[ColumnElement[bool], ...]:
    return (
        row.client_key == MemberRow.client_key,
        row.team_id == MemberRow.team_id,
        row.account_id == MemberRow.account_id,
    )


OF_TEAM = _statements(MemberRow.team_id == bindparam("team"))
OF_PERSON = _statements(MemberRow.account_id == bindparam("account"))
ONE = _statements(MemberRow.team_id == bindparam("team"), MemberRow.account_id == bindparam("account"))
OF_CALENDAR = _statements(MemberRow.calendar_id == bindparam("calendar"))

_ASSIGNED = aliased(MemberSchemeRow)
OF_SCHEME = _statements(
    exists().where(
        _ASSIGNED.client_key == MemberRow.client_key,
        _ASSIGNED.team_id == MemberRow.team_id,
        _ASSIGNED.account_id == MemberRow.account_id,
        _ASSIGNED.scheme_id == bindparam("scheme"),
    )
)
DELETE_THESE = (
    delete(MemberRow)
    .where(of_site(MemberRow), MemberRow.team_id == bindparam("team"))
    .where(MemberRow.account_id.in_(bindparam("accounts", expanding=True)))
)


def read_members(rows: SiteRows, statements: Statements, **values: object) -> tuple[Member, ...]:
    """Return the members that these statements find, by team and account."""
    return members_of(*rows.read_all(statements, **values))


def members_of(members: FoundRows, role_rows: FoundRows, scheme_rows: FoundRows) -> tuple[Member, ...]:
    """Return the members of such rows: of members, of their roles, and of their schemes."""
    roles: dict[tuple[str, str], list[str]] = defaultdict(list)
    schemes: dict[tuple[str, str], list[DatedScheme]] = defaultdict(list)
    for team_id, account_id, role_id in role_rows:
        roles[team_id, account_id].append(role_id)
    for team_id, account_id, valid_from, scheme_id in scheme_rows:
        begins = None if valid_from == FROM_THE_BEGINNING else valid_from
        schemes[team_id, account_id].append(DatedScheme(begins, scheme_id))
    return tuple(
        Member(
            team_id=team_id,
            account_id=account_id,
            role_ids=frozenset(roles.get((team_id, account_id), ())),
            joined=joined,
            left=left,
            calendar_id=calendar_id,
            schemes=tuple(in_order(schemes.get((team_id, account_id), ()))),
            group_id=group_id,
            version=version,
        )
        for team_id, account_id, joined, left, calendar_id, group_id, version in members
    )


def write_members(rows: SiteRows, team_id: str, members: Sequence[Member]) -> tuple[Member, ...]:
    """Return the members of one team, written with their next versions. Raise Conflict. Needs the lock."""
    stored = {member.account_id: member for member in read_members(rows, OF_TEAM, team=team_id)}
    saved = tuple(
        next_version(stored.get(member.account_id), replace(member, schemes=tuple(in_order(member.schemes))))
        for member in members
    )
    delete_members(rows, team_id, [member.account_id for member in saved])
    rows.add(MemberRow, [{**_key(member), **_values(member)} for member in saved])
    rows.add(
        MemberRoleRow,
        [{**_key(member), "role_id": role_id} for member in saved for role_id in sorted(member.role_ids)],
    )
    rows.add(
        MemberSchemeRow,
        [
            {
                **_key(member),
                "valid_from": dated.valid_from or FROM_THE_BEGINNING,
                "scheme_id": dated.scheme_id,
            }
            for member in saved
            for dated in member.schemes
        ],
    )
    return saved


def delete_members(rows: SiteRows, team_id: str, account_ids: Sequence[str]) -> None:
    """Delete these members of one team, with their roles and schemes. Needs the lock."""
    rows.run(DELETE_THESE, team=team_id, accounts=account_ids)


def _key(member: Member) -> dict[str, object]:
    return {"team_id": member.team_id, "account_id": member.account_id}


def _values(member: Member) -> dict[str, object]:
    return {
        "joined_on": member.joined,
        "left_on": member.left,
        "calendar_id": member.calendar_id,
        "group_id": member.group_id,
        "version": member.version,
    }
