"""All stores of one site; whoever imports this knows every table."""

from __future__ import annotations

from timesheet.adapters.db import audit_guard, site_guard  # noqa: F401  (a table that is made is guarded at once)
from timesheet.adapters.db.audit import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.global_calendar import DbCalendarStore
from timesheet.adapters.db.label import DbLabelStore
from timesheet.adapters.db.leave import DbLeaveStore
from timesheet.adapters.db.legend import DbLegendStore
from timesheet.adapters.db.period import DbPeriodStore
from timesheet.adapters.db.permission import DbPermissionStore
from timesheet.adapters.db.privacy import DbPrivacyStore
from timesheet.adapters.db.site_rows import SiteRows
from timesheet.adapters.db.team import DbTeamStore
from timesheet.adapters.db.workload_scheme import DbSchemeStore
from timesheet.services.audit_ports import CheckpointKey
from timesheet.services.privacy_ports import PrivacyStore
from timesheet.services.team_ports import Stores


def open_stores(database: Database, site: str) -> Stores:
    """The stores of the site with this key."""
    rows = SiteRows(database, site)
    return Stores(
        legends=DbLegendStore(rows),
        calendars=DbCalendarStore(rows),
        schemes=DbSchemeStore(rows),
        leaves=DbLeaveStore(rows),
        teams=DbTeamStore(rows),
        periods=DbPeriodStore(rows),
        labels=DbLabelStore(rows),
        permissions=DbPermissionStore(rows),
        hold=rows.lock,
    )


def open_audit(database: Database, site: str, key: CheckpointKey) -> DbAuditStore:
    """The audit events of the site with this key; ``key`` signs and checks their heads."""
    return DbAuditStore(database, site, key)


def open_privacy(database: Database, site: str) -> PrivacyStore:
    """What all tables of the site with this key hold about people."""
    return DbPrivacyStore(SiteRows(database, site))
