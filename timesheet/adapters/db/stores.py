"""All stores of one site; whoever imports this knows every table."""

from __future__ import annotations

from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.calendar.global_calendar import DbCalendarStore
from timesheet.adapters.db.calendar.leave import DbLeaveStore
from timesheet.adapters.db.calendar.legend import DbLegendStore
from timesheet.adapters.db.calendar.workload_scheme import DbSchemeStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.period.period import DbPeriodStore
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.adapters.db.site.label import DbLabelStore
from timesheet.adapters.db.site.permission import DbPermissionStore
from timesheet.adapters.db.site_rows import SiteRows
from timesheet.adapters.db.team.team import DbTeamStore
from timesheet.services.ports.audit import CheckpointKey
from timesheet.services.ports.privacy import PrivacyStore
from timesheet.services.ports.team import Stores


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
