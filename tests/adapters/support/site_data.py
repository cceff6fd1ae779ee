"""Sites in a test's database, and concurrent work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex
from threading import Barrier
from typing import cast

from flask import current_app, g

from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.stores import DbStores
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.adapters.db.worklog.journal import DbJournal
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin, Values
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, MemberRecord
from timesheet.domain.permission import Grant, Module, Whom
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Team, system_roles
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.authentication import LifecycleCall
from timesheet.services.ports.journal import Intent
from timesheet.services.ports.stores import FIRST_RULE, Stores, TeamGroup


class ManyRequests(Database):
    """A context in which a test makes requests of several sites, one after the other."""

    def enter(self, site: str) -> None:
        g.pop("database_scope", None)
        self.forget_revision()
        super().enter(site)


class InSite:
    """The database as the requests of one site use it: the site is entered before each use."""

    def __init__(self, database: Database, site: str) -> None:
        self._entered, self._site = database, site

    def __getattr__(self, name: str) -> object:
        self._entered.enter(self._site)
        return getattr(self._entered, name)


def in_site(database: Database, site: str) -> Database:
    """Return the database for stores of this site."""
    return cast(Database, InSite(database, site))


def call_at(sent: datetime, token: str = "") -> LifecycleCall:
    """Return an install or uninstall that Jira sent then; it has a token of its own unless one is given."""
    return LifecycleCall(sent, token or token_hex(16), "body")


def stores_of(database: Database, key: str) -> Stores:
    """Install the app on a site and return its stores."""
    address = f"https://{key}.atlassian.net"
    in_site(database, key).session.add(
        SiteRow(
            client_key=key,
            base_url=address,
            display_url=address,
            secret_version=1,
            status="installed",
            installed_at=datetime(2024, 1, 1, tzinfo=UTC),
        )
    )
    database.commit()
    return DbStores(in_site(database, key), key)


def make_team(stores: Stores, team_id: str = "team") -> Team:
    """Return a team with the two built-in roles, whose ids are the team's with ``-lead`` and ``-member``."""
    team = stores.teams.save(Team(team_id, team_id.capitalize(), "ana", stores.schemes.default_id()))
    names = iter((f"{team_id}-lead", f"{team_id}-member"))
    for role in system_roles(team_id, lambda: next(names)):
        stores.teams.save_role(role)
    return team


def at_once(database: Database, count: int, work: Callable[[int], object]) -> list[object]:
    """Return the results of ``count`` concurrent requests, with the exception for a refusal."""
    app, start = current_app._get_current_object(), Barrier(count)  # type: ignore[attr-defined]

    def request(number: int) -> object:
        with app.app_context():
            start.wait(timeout=30)
            try:
                outcome = work(number)
            except (Conflict, InvalidInput, NotFound) as refusal:
                database.roll_back()
                return refusal
            database.commit()
            return outcome

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(request, range(count)))


def fill(stores: Stores) -> None:
    """Add at least one row to every table."""
    day, now = date(2024, 6, 14), datetime(2024, 7, 1, tzinfo=UTC)
    team = make_team(stores)
    stores.schemes.save(WorkloadScheme("own", "Own", (3600,) * 7, team.id))
    stores.teams.save(replace(team, default_scheme_id="own"))
    stores.legends.save(Legend("l", "Training", "lime", "T"))
    stores.calendars.save(GlobalCalendar("c", "Berlin", (NonWorkingDay(day, "Course", "l"),)))
    stores.leaves.replace("ana", DateSpan(day, day), [Leave("ana", day, "l")])
    roles, schemes = frozenset({"team-lead"}), (DatedScheme(None, "own"),)
    stores.teams.save_member(Member(team.id, "ana", roles, calendar_id="c", schemes=schemes))
    stores.teams.save_group(TeamGroup(team.id, "g", roles))
    stores.periods.save_rule(FIRST_RULE, 0)
    figures = MemberRecord("ana", 0, 0, {})
    stores.periods.add_record(
        ClosingRecord("r", team.id, DateSpan(day, day), "ana", now, (figures,), {1: "a" * 32})
    )
    stores.periods.add_late_changes([LateChange(team.id, "r", 1, "removed", now)])
    stores.views.save(ReportView("own", "Mine", "rows=person", owner="ana", people=frozenset({"ana"})))
    stores.views.save(ReportView("v", "Ours", "rows=issue", team_id=team.id, people=frozenset({"ana"})))
    stores.labels.save(UserLabel("u", "backend", "teal", frozenset({"ana"})))
    stores.attributes.save(Attribute("a", "Ticket", Kind.TEXT))
    stores.attributes.choose(team.id, {"a"})
    some = Grant(Whom.SOME, frozenset({"g"}), frozenset({"ana"}))
    granted = stores.permissions.read()
    stores.permissions.save(replace(granted, modules={Module.AUDIT: some}))


def fill_audit(database: Database, key: str) -> None:
    """Add the same for audit events."""
    signer, here, at = AuditKey("key"), in_site(database, key), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    database.commit()
    audit = DbAuditStore(here, key, signer)
    recorder = AuditRecorder(audit, lambda: at, "ana", Origin.PAGE)
    record(recorder, Action.TEAM_CREATED, people=frozenset({"ben"}))
    audit.add_checkpoint(signer.sign(key, audit.head(), at))
    trim = audit.trim(1, 90, at + timedelta(days=90))
    assert trim is not None
    after: Values = {"events": trim.events, "first": trim.first_at, "last": trim.last_at}
    record(recorder, Action.AUDIT_TRIMMED, "1", people=frozenset({"ben"}), after=after)
    database.commit()
    DbJournal(here, key).begin(Intent(Action.WORKLOG_CHANGED, "ana", 1, at, 2, "ana"))
