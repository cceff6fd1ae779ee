"""A person's rights on a site, computed only from the rows and Jira, without the app's own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, Row, select

from timesheet.adapters.db.base import Base

TABLES = Base.metadata.tables
ADMINISTRATORS, MANAGERS, AUDITORS = "team-administrators", "team-managers", "auditors"
MANAGE = frozenset({"manage-team"})
SEE = frozenset({"view-hours", "view-worklogs", "manage-worklogs", "manage-team"})
SEE_OTHERS = frozenset({"view-worklogs", "manage-worklogs", "manage-team"})


@dataclass(frozen=True)
class Rights:
    """One person on one site: ``groups`` are those of their Jira groups that may count at this moment."""

    connection: Connection
    key: str
    account_id: str
    groups: frozenset[str]
    administers_jira: bool
    today: date

    def holds(self, permission: str) -> bool:
        """Return whether they have a site permission: granted, or by default for Jira admins."""
        return self._granted(permission, unset=self.administers_jira and permission in (MANAGERS, AUDITORS))

    def enters(self, *modules: str) -> bool:
        """Return whether they may open any of these modules, each of which is open unless limited."""
        return any(self._granted(module, unset=True) for module in modules)

    def administers(self, team_id: str) -> bool:
        """Return whether they lead the team or are a team administrator."""
        team = self._one("team", id=team_id)
        return team is not None and (team.lead == self.account_id or self.holds(ADMINISTRATORS))

    def has(self, team_id: str, wanted: frozenset[str]) -> bool:
        """Return whether they have a role with one of these permissions on a day around today, or administer
        the team.
        """
        member = self._one("member", team_id=team_id, account_id=self.account_id)
        mine = {row.role_id for row in self._rows("member_role", team_id=team_id, account_id=self.account_id)}
        granted = {
            name
            for role in self._rows("role", team_id=team_id)
            if role.id in mine
            for name in role.permissions
        }
        return self.administers(team_id) or (
            member is not None and self._active(member) and bool(granted & wanted)
        )

    def belongs(self, team_id: str) -> bool:
        """Return whether they are or were a member of the team."""
        return self._one("member", team_id=team_id, account_id=self.account_id) is not None

    def of_view(self, view_id: object, of_team: Callable[[str], bool], *, gone: bool) -> bool:
        """Return whether a saved view is theirs, or what ``of_team`` says of its team; ``gone`` without such a view."""
        view = self._one("report_view", id=str(view_id))
        if view is None:
            return gone
        return of_team(view.team_id) if view.team_id else bool(view.owner == self.account_id)

    def _active(self, member: Row[tuple[object, ...]]) -> bool:
        first, last = member.joined_on or date.min, member.left_on or date.max
        return first <= self.today + timedelta(days=1) and self.today - timedelta(days=1) <= last

    def _granted(self, name: str, *, unset: bool) -> bool:
        grant = self._one("permission_grant", name=name)
        if grant is None:
            return unset
        subjects = {(row.kind, row.subject) for row in self._rows("permission_grant_subject", name=name)}
        mine = {("person", self.account_id), *(("group", group) for group in self.groups)}
        if grant.whom == "admins":
            return self.administers_jira
        return grant.whom == "everybody" or (grant.whom == "some" and bool(subjects & mine))

    def _one(self, table: str, **where: str) -> Row[tuple[object, ...]] | None:
        return next(iter(self._rows(table, **where)), None)

    def _rows(self, table: str, **where: str) -> list[Row[tuple[object, ...]]]:
        columns = TABLES[table].c
        query = select(TABLES[table]).where(columns.client_key == self.key)
        for name, value in where.items():
            query = query.where(columns[name] == value)
        return list(self.connection.execute(query))


Rule = Callable[[Rights, Mapping[str, object], Mapping[str, str]], bool]


def _of_team(wanted: frozenset[str]) -> Rule:
    return lambda rights, named, _: rights.has(str(named["team_id"]), wanted)


def _sees(rights: Rights, named: Mapping[str, object], _: Mapping[str, str]) -> bool:
    return rights.belongs(str(named["team_id"])) or rights.has(str(named["team_id"]), SEE)


def _sees_worklogs(rights: Rights, named: Mapping[str, object], fields: Mapping[str, str]) -> bool:
    own = fields.get("person") == rights.account_id and rights.belongs(str(named["team_id"]))
    return own or rights.has(str(named["team_id"]), SEE_OTHERS)


def _leads(rights: Rights, named: Mapping[str, object], _: Mapping[str, str]) -> bool:
    return rights.administers(str(named["team_id"]))


def _makes(rights: Rights, _: Mapping[str, object], __: Mapping[str, str]) -> bool:
    return rights.holds(MANAGERS) or rights.holds(ADMINISTRATORS)


def _audits(rights: Rights, _: Mapping[str, object], __: Mapping[str, str]) -> bool:
    return rights.holds(AUDITORS)


def _opens_view(rights: Rights, named: Mapping[str, object], fields: Mapping[str, str]) -> bool:
    return rights.of_view(named["view_id"], lambda team: _sees(rights, {"team_id": team}, fields), gone=False)


def _deletes_view(rights: Rights, named: Mapping[str, object], _: Mapping[str, str]) -> bool:
    return rights.of_view(named["view_id"], lambda team: rights.has(team, MANAGE), gone=False)


def _saves_view(rights: Rights, _: Mapping[str, object], fields: Mapping[str, str]) -> bool:
    new = not fields.get("of") or rights.has(fields["of"], MANAGE)
    return rights.of_view(fields.get("id", ""), lambda team: rights.has(team, MANAGE), gone=new)


_manages = _of_team(MANAGE)
RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("team.new_team", "team.make_team"), _makes),
    **dict.fromkeys(("team.ask_delete", "team.remove_team", "team.archive_team"), _leads),
    **dict.fromkeys(("period.ask_close", "period.close", "period.ask_reopen", "period.reopen"), _manages),
    "late_list.accept": _manages,
    **dict.fromkeys(
        ("period.show_periods", "period.show_spent", "late_list.show_late_changes", "team.read_period"), _sees
    ),
    "team_worklog.show_worklogs": _sees_worklogs,
    "report_view.show_view": _opens_view,
    "report_view.save": _saves_view,
    "report_view.delete": _deletes_view,
}
WHOLE_BLUEPRINTS: Mapping[str, Rule] = {
    **dict.fromkeys(
        ("team_settings", "member", "team_role", "team_scheme", "team_attribute", "group_sync"), _manages
    ),
    **dict.fromkeys(("audit", "audit_chain", "audit_file"), _audits),
    **dict.fromkeys(("team_overview", "team_file"), _sees),
}
# Files contain everybody whose figures are in them, which may be others than the viewer.
OF_OTHERS = {"team_file.days_as_csv": SEE, "team_file.issues_as_csv": SEE_OTHERS}


def rule_of(endpoint: str) -> Rule | None:
    """Return what a route requires besides its module, if this list says so."""
    return RULES.get(endpoint) or WHOLE_BLUEPRINTS.get(endpoint.partition(".")[0])


def own_only(rights: Rights, endpoint: str, named: Mapping[str, object]) -> bool:
    """Return whether a file may contain nobody else."""
    wanted = OF_OTHERS.get(endpoint)
    return wanted is not None and not rights.has(str(named["team_id"]), wanted)
