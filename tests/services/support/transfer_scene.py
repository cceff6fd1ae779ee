"""Two sites in one database, and configurations that are transferred between them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

import orjson

from tests.adapters.support.site_data import in_site
from tests.services.support.fake_recorder import RecordedDrafts
from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, NOW, FakeDirectory, TeamScene
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.adapters.transfer.files import JsonConfigurationFiles
from timesheet.domain.attribute.attribute import BILLABLE, Attribute, Kind, Option
from timesheet.domain.audit.event import Origin
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.period.period import PeriodLength, PeriodRule
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, Scope, Team, TeamPermission, system_roles
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.stores import TeamGroup
from timesheet.services.ports.transfer import Configuration
from timesheet.services.transfer.command import ImportConfiguration
from timesheet.services.transfer.plan import ImportPlan, TransferContext, plan_import, run_import
from timesheet.services.transfer.read import export_configuration, read_configuration
from timesheet.services.transfer.review import Choices

HOUR = 3600
MERGE, REPLACE = Choices(), Choices(replace=True, permissions=True)
ALWAYS = DateSpan(date(1971, 1, 1), date(9998, 12, 31))


@dataclass
class BackupSite:
    """One site with everything that an export contains."""

    teams: TeamScene
    settings: DbSettingsStore
    privacy: DbPrivacyStore
    database: Database
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    audit: RecordedDrafts = field(default_factory=RecordedDrafts)

    @property
    def transfer_context(self) -> TransferContext:
        self.teams.directory = self.directory
        return TransferContext(
            self.teams.team_context(ADMIN),
            self.settings,
            self.recorder,
            JsonConfigurationFiles(),
            self.privacy.accounts,
        )

    @property
    def recorder(self) -> AuditRecorder:
        return AuditRecorder(cast(AuditStore, self.audit), lambda: NOW, ADMIN, Origin.PAGE)

    @property
    def now(self) -> Configuration:
        return read_configuration(self.teams.stores, self.settings)

    def export(self, *, leaves: bool = True) -> bytes:
        files = JsonConfigurationFiles()
        return export_configuration(self.now, files, self.directory, self.recorder, leaves=leaves)

    def document(self) -> Any:
        return orjson.loads(self.export())

    def plan(self, document: Any, choices: Choices = MERGE) -> ImportPlan:
        return plan_import(self.transfer_context, as_bytes(document), choices)

    def take(self, document: Any, choices: Choices = MERGE) -> ImportPlan:
        """Import after a preview, like a person."""
        plan = self.plan(document, choices)
        return run_import(
            self.transfer_context, as_bytes(document), ImportConfiguration(choices, plan.token, deleting=True)
        )

    def fill(self) -> None:
        """Add one object of each kind, each with everything it can have."""
        stores = self.teams.stores
        self.settings.save_site(
            replace(self.settings.read_site(), fallback_zone="Europe/Berlin", week_start="0")
        )
        stores.periods.save_rule(PeriodRule(PeriodLength.WEEKLY, date(2026, 1, 5)), stores.periods.rule()[1])
        stores.legends.save(Legend("training", "Training", "lime", "T"))
        stores.schemes.save(WorkloadScheme("six", "Six hours", (6 * HOUR,) * 5 + (0, 0)))
        stores.calendars.save(GlobalCalendar("bavaria", "Bavaria", DAYS))
        stores.labels.save(UserLabel("oncall", "on call", "teal", frozenset({ANN, BO})))
        activity = Attribute("activity", "Activity", Kind.SELECT, "design", options=OPTIONS)
        stores.attributes.save(activity)
        self.team("payments", "Payments")
        stores.attributes.choose("payments", {"activity", BILLABLE})
        stores.leaves.replace(ANN, ALWAYS, [Leave(ANN, date(2026, 6, 1), "vacation", Part.MORNING)])

    def team(self, team_id: str, name: str) -> Team:
        """Return a team with its own default scheme, its own role, a group, and two members."""
        stores = self.teams.stores
        team = stores.teams.save(
            Team(team_id, name, LEAD, "default", "They pay.", Scope((1,), "labels = pay"))
        )
        stores.schemes.save(
            WorkloadScheme(f"{team_id}-own", f"{name} half", (4 * HOUR,) * 5 + (0, 0), team_id)
        )
        team = stores.teams.save(replace(team, default_scheme_id=f"{team_id}-own"))
        ids = iter((f"{team_id}-lead", f"{team_id}-member"))
        for role in system_roles(team_id, lambda: next(ids)):
            stores.teams.save_role(role)
        stores.teams.save_role(
            Role(f"{team_id}-look", team_id, "Onlooker", frozenset({TeamPermission.VIEW_HOURS}))
        )
        schemes = (DatedScheme(None, "six"), DatedScheme(date(2026, 7, 1), f"{team_id}-own"))
        stores.teams.save_member(Member(team_id, LEAD, frozenset({f"{team_id}-lead"}), date(2026, 1, 1)))
        stores.teams.save_member(
            Member(
                team_id, ANN, frozenset({f"{team_id}-member", f"{team_id}-look"}), date(2026, 1, 1),
                date(2026, 12, 31), "bavaria", schemes, "devs",
            )
        )  # fmt: skip
        stores.teams.save_group(TeamGroup(team_id, "devs", frozenset({f"{team_id}-member"})))
        query = f"who={team_id}&group=devs&rows=label&only-label=oncall&only-attribute-activity=design"
        stores.views.save(
            ReportView(f"{team_id}-view", "Open work", query, "", team_id, frozenset({BO}), default=True)
        )
        return team


OPTIONS = (Option("design", "Design"), Option("old", "Old", removed=True))
DAYS = (
    NonWorkingDay(date(2026, 12, 24), "Christmas Eve", "training", Part.AFTERNOON),
    NonWorkingDay(date(2026, 12, 25), "Christmas Day", "public-holiday"),
)


def backup_site(teams: TeamScene, database: Database, key: str) -> BackupSite:
    """Return the site with this key in a database."""
    here = in_site(database, key)
    return BackupSite(teams, DbSettingsStore(here, key), DbPrivacyStore(here, key), database)


def as_bytes(document: Any) -> bytes:
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def minimal(**parts: Any) -> dict[str, Any]:
    return {"format": "open-timesheet-configuration", "version": 1, **parts}
