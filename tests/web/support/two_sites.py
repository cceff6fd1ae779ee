"""Two sites with rows in every table, and an admin of the second one who knows all ids of the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import text

from tests.services.support.team_scene import ADMIN
from tests.web.conftest import JiraSite
from tests.web.support.configuring import let_in
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from tests.web.support.team_viewer import make_team_site
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.job import Job
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, MemberRecord
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.person import Person
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, Team, TeamPermission, system_roles
from timesheet.domain.timer import start_timer
from timesheet.domain.worklog.template import Template, TemplateHours
from timesheet.services.ports.change_feed import FeedPosition
from timesheet.services.ports.privacy import ReportState
from timesheet.services.ports.settings import PersonSettings, SiteSettings
from timesheet.services.ports.stores import FIRST_RULE, Stores, TeamGroup
from timesheet.services.ports.worklog_event import ReceivedEvent

# Part of every name and id of the first site, and of nothing else.
MARK = "zephyr"
DAY, CLOSED_AT = date(2026, 9, 15), datetime(2026, 10, 1, tzinfo=UTC)
Dump = dict[str, list[str]]
PLAIN = {
    "version": "1",
    "year": "2026",
    "day": "2026-09-15",
    "first": "2026-09-01",
    "last": "2026-09-30",
    "from": "2026-09-01",
    "to": "2026-09-30",
    "start": "2026-09-01",
    "joined": "2026-09-01",
    "left": "2026-09-30",
    "duration": "1h",
    "minutes": "60",
    "color": "teal",
    "letter": "X",
    "length": "monthly",
    "jql": "project = PAY",
    "view": "month",
    "mode": "week",
}

ROWS = {
    table.name: text(f"SELECT * FROM {table.name} WHERE client_key = :key")
    for table in Base.metadata.sorted_tables
    if "client_key" in table.columns
}
"""The statements that read all rows of one site, as they are stored: tests read them hundreds of times."""

NEVER = datetime(2099, 1, 1, tzinfo=UTC)
"""The time at which the job of a filled site is due, so that nothing runs it."""


@dataclass
class TwoSites:
    """The sites; ``jira_clients`` has the site of every client that was created for Jira, by either way."""

    app: Flask
    first: JiraSite
    second: JiraSite
    headers: dict[str, str]
    jira_clients: list[str] = field(default_factory=list)

    def dump(self, site: JiraSite, leaving_out: tuple[str, ...] = ()) -> Dump:
        """Return everything stored of a site."""
        with stored(self.app, site.client_key) as (_, database):
            connection, key = database.connection, {"key": site.client_key}
            return {
                name: sorted(map(repr, connection.execute(rows, key)))
                for name, rows in ROWS.items()
                if not name.startswith(leaving_out or ("-",))
            }


@contextmanager
def stored(app: Flask, key: str) -> Iterator[tuple[Stores, Database]]:
    """Open the stores of a site, and the database; commit in the end."""
    with app.app_context():
        database = app.extensions["timesheet"].operation.transaction
        database.enter(key)
        yield app.extensions["timesheet"].stores.stores_of(key), database
        database.commit()


def ids_of(mark: str) -> dict[str, object]:
    """Return the ids that ``fill`` gives the site with this mark, by the names that routes have for them."""
    named = (
        *("team", "calendar", "scheme", "legend", "label", "attribute", "record", "role", "group", "view"),
        "template",
    )
    number = 770_000 + len(mark)
    return {f"{name}_id": f"{name}-{mark}" for name in named} | {
        "account_id": f"person-{mark}",
        "issue_id": number,
        "worklog_id": number + 1,
        "seq": number + 2,
        "kind": "people",
        "code": "de",
        "locale": "de-DE",
        "version": "0" * 12,
        "export_id": f"export-{mark}",
        "reading_id": f"reading-{mark}",
    }


def meant_by(field: str, ids: Mapping[str, object]) -> str:
    """Return a value for a field of this name: one of these ids if it can name one, its team if it is unspecific."""
    synonyms = {"person": "account_id", "people": "account_id", "lead": "account_id", "for": "account_id"}
    return PLAIN.get(field) or str(ids.get(synonyms.get(field, f"{field}_id"), ids["team_id"]))


def fill(app: Flask, site: JiraSite, mark: str) -> None:
    """Add at least one row to every table of a site, each with the mark in its id and name."""
    with stored(app, site.client_key) as (stores, database):
        deps = app.extensions["timesheet"]
        deps.stores.timers_of(site.client_key).add(start_timer(f"person-{mark}", 5, CLOSED_AT))
        token = {"client_key": site.client_key, "sealed_token": f"token-{mark}", "expires_at": CLOSED_AT}
        database.connection.execute(Base.metadata.tables["app_token"].insert().values(token))
        settings = deps.stores.settings_of(site.client_key)
        settings.save_site(SiteSettings("UTC", "1"))
        settings.save_person(f"person-{mark}", PersonSettings(view="month"))
        settings.change_rows(f"person-{mark}", lambda rows: rows.with_pinned(770_000 + len(mark)))
        hours = (TemplateHours(770_000 + len(mark), 0, 3600),)
        saved = Template(f"template-{mark}", f"Template {mark}", False, hours)
        settings.change_templates(f"person-{mark}", lambda templates: templates.with_saved(saved))
        deps.privacy.privacy_of(site.client_key).save_report(ReportState(through=f"person-{mark}"))
        team = _team(stores, mark)
        stores.legends.save(Legend(f"legend-{mark}", f"Legend {mark}", "lime", "Z"))
        day = NonWorkingDay(DAY, f"Holiday {mark}", f"legend-{mark}")
        stores.calendars.save(GlobalCalendar(f"calendar-{mark}", f"Calendar {mark}", (day,)))
        stores.leaves.replace(
            f"person-{mark}", DateSpan(DAY, DAY), [Leave(f"person-{mark}", DAY, f"legend-{mark}")]
        )
        _people(stores, team, mark)
        _closing(stores, team, mark)
        stores.labels.save(UserLabel(f"label-{mark}", f"Label {mark}", "teal", frozenset({f"person-{mark}"})))
        stores.views.save(
            ReportView(f"view-{mark}", f"View {mark}", "rows=person", team_id=team.id,
                       people=frozenset({f"person-{mark}"}))
        )  # fmt: skip
        stores.attributes.save(Attribute(f"attribute-{mark}", f"Attribute {mark}", Kind.TEXT))
        stores.attributes.choose(team.id, {f"attribute-{mark}"})
        admins = Grant(Whom.SOME, frozenset({f"group-{mark}"}), frozenset({ADMIN, f"person-{mark}"}))
        permissions = SitePermissions(
            {}, dict.fromkeys(SitePermission, admins), stores.permissions.read().version
        )
        stores.permissions.save(permissions)
        deps.jobs.jobs_of(site.client_key).ask_for(Job.EVENTS, f"of {mark}", NEVER)
        events = deps.stores.events_of(site.client_key)
        closed = ReceivedEvent(770_001 + len(mark), 5, 1, f"person-{mark}", f"person-{mark}", NEVER)
        events.put(closed, NEVER)
        events.save_position(FeedPosition(5, 5))


def make_two_sites(app: Flask, first: JiraSite, second: JiraSite, clock: SettableClock) -> TwoSites:
    """Return both filled; the admin of the second one is a Jira admin, team administrator, and auditor there."""
    assert second.install().status_code == 204
    world = TwoSites(app, first, second, {})
    for site, mark in ((first, MARK), (second, "own")):
        fill(app, site, mark)
    directory = make_team_site(app, second, clock).directory
    with stored(app, second.client_key) as (stores, _):
        permissions = stores.permissions.read()
        auditors = {SitePermission.AUDITORS: Grant(Whom.SOME, people=frozenset({ADMIN}))}
        stores.permissions.save(
            SitePermissions(permissions.modules, permissions.permissions | auditors, permissions.version)
        )
    directory.people["person-own"] = Person("person-own", "Person own")
    let_in(app, True)
    deps = app.extensions["timesheet"]
    jira_as, directory_as, groups_of = deps.jira.jira_as, deps.jira.directory_as, deps.jira.groups_of

    def noted(make: object) -> object:
        def make_noted(site: object, *rest: object) -> object:
            world.jira_clients.append(site.key)  # type: ignore[attr-defined]
            return make(site, *rest)  # type: ignore[operator]

        return make_noted

    swap(app, jira_as=noted(jira_as), directory_as=noted(directory_as), groups_of=noted(groups_of))
    second.account = ADMIN
    world.headers = bearing(second.session_token())
    return world


def _team(stores: Stores, mark: str) -> Team:
    team = stores.teams.save(
        Team(f"team-{mark}", f"Team {mark}", f"person-{mark}", stores.schemes.default_id(), f"About {mark}")
    )
    names = iter((f"lead-{mark}", f"member-{mark}"))
    for role in system_roles(team.id, lambda: next(names)):
        stores.teams.save_role(role)
    stores.schemes.save(WorkloadScheme(f"scheme-{mark}", f"Scheme {mark}", (3600,) * 7, team.id))
    permissions = frozenset(TeamPermission)
    stores.teams.save_role(Role(f"role-{mark}", team.id, f"Role {mark}", permissions))
    return team


def _people(stores: Stores, team: Team, mark: str) -> None:
    roles, schemes = frozenset({f"role-{mark}"}), (DatedScheme(None, f"scheme-{mark}"),)
    stores.teams.save_member(
        Member(team.id, f"person-{mark}", roles, calendar_id=f"calendar-{mark}", schemes=schemes)
    )
    stores.teams.save_group(TeamGroup(team.id, f"group-{mark}", roles))


def _closing(stores: Stores, team: Team, mark: str) -> None:
    stores.periods.save_rule(FIRST_RULE, 0)
    now, who = CLOSED_AT, f"person-{mark}"
    span = DateSpan(date(2026, 9, 1), date(2026, 9, 30))
    record = MemberRecord(who, 0, 0, {})
    stores.periods.add_record(
        ClosingRecord(f"record-{mark}", team.id, span, who, now, (record,), {770_001 + len(mark): "a" * 32})
    )
    stores.periods.add_late_changes(
        [LateChange(team.id, f"record-{mark}", 770_001 + len(mark), "removed", now)]
    )
