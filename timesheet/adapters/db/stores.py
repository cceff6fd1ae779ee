"""All stores of one site; this module imports every table."""

from __future__ import annotations

from timesheet.adapters.db.attribute.attribute import DbAttributeStore
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.calendar.global_calendar import DbCalendarStore
from timesheet.adapters.db.calendar.leave import DbLeaveStore
from timesheet.adapters.db.calendar.legend import DbLegendStore
from timesheet.adapters.db.calendar.workload_scheme import DbSchemeStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.job.job import DbJobStore
from timesheet.adapters.db.period.period import DbPeriodStore
from timesheet.adapters.db.period.worklog_event import DbWorklogEventStore
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.adapters.db.report.view import DbViewStore
from timesheet.adapters.db.site.label import DbLabelStore
from timesheet.adapters.db.site.permission import DbPermissionStore
from timesheet.adapters.db.site_rows import SiteRows
from timesheet.adapters.db.team.team import DbTeamStore
from timesheet.adapters.db.timer.timer import DbTimerStore
from timesheet.domain.lazy import lazy
from timesheet.services.ports.audit import CheckpointKey
from timesheet.services.ports.job import JobStore
from timesheet.services.ports.privacy import PrivacyStore
from timesheet.services.ports.stores import (
    AttributeStore,
    CalendarStore,
    LabelStore,
    LeaveStore,
    LegendStore,
    PeriodStore,
    PermissionStore,
    SchemeStore,
    Stores,
    TeamStore,
    ViewStore,
)
from timesheet.services.ports.timer import TimerStore
from timesheet.services.ports.worklog_event import WorklogEventStore


class DbStores:
    """Implements Stores."""

    def __init__(self, database: Database, site: str) -> None:
        self._rows = SiteRows(database, site)

    def hold(self) -> None:
        """See Stores."""
        self._rows.lock()

    def revision(self) -> int | None:
        """See Stores."""
        return self._rows.revision()

    def renew(self) -> None:
        """See Stores."""
        self._rows.renew()

    @lazy
    def legends(self) -> LegendStore:
        """See LegendStore."""
        return DbLegendStore(self._rows)

    @lazy
    def calendars(self) -> CalendarStore:
        """See CalendarStore."""
        return DbCalendarStore(self._rows)

    @lazy
    def schemes(self) -> SchemeStore:
        """See SchemeStore."""
        return DbSchemeStore(self._rows)

    @lazy
    def leaves(self) -> LeaveStore:
        """See LeaveStore."""
        return DbLeaveStore(self._rows)

    @lazy
    def teams(self) -> TeamStore:
        """See TeamStore."""
        return DbTeamStore(self._rows)

    @lazy
    def periods(self) -> PeriodStore:
        """See PeriodStore."""
        return DbPeriodStore(self._rows)

    @lazy
    def labels(self) -> LabelStore:
        """See LabelStore."""
        return DbLabelStore(self._rows)

    @lazy
    def views(self) -> ViewStore:
        """See ViewStore."""
        return DbViewStore(self._rows)

    @lazy
    def attributes(self) -> AttributeStore:
        """See AttributeStore."""
        return DbAttributeStore(self._rows)

    @lazy
    def permissions(self) -> PermissionStore:
        """See PermissionStore."""
        return DbPermissionStore(self._rows)


def open_stores(database: Database, site: str) -> Stores:
    """Return the stores of the site with this key."""
    return DbStores(database, site)


def open_audit(database: Database, site: str, key: CheckpointKey) -> DbAuditStore:
    """Return the audit events of the site with this key; ``key`` signs and verifies their heads."""
    return DbAuditStore(database, site, key)


def open_privacy(database: Database, site: str) -> PrivacyStore:
    """Return the stored data about people in all tables of the site with this key."""
    return DbPrivacyStore(SiteRows(database, site))


def open_worklog_events(database: Database, site: str) -> WorklogEventStore:
    """Return the events about worklogs of the site with this key."""
    return DbWorklogEventStore(database, site)


def open_timers(database: Database, site: str) -> TimerStore:
    """Return the timers of the people of the site with this key."""
    return DbTimerStore(database, site)


def open_jobs(database: Database, site: str) -> JobStore:
    """Return the jobs of the site with this key."""
    return DbJobStore(database, site)
