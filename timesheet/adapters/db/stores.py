"""The stores behind the port ``Stores``, each created when it is asked for; AuditedStores keeps them."""

from __future__ import annotations

from functools import partial

from timesheet.adapters.db.attribute.attribute import DbAttributeStore
from timesheet.adapters.db.calendar.global_calendar import DbCalendarStore
from timesheet.adapters.db.calendar.leave import DbLeaveStore
from timesheet.adapters.db.calendar.legend import DbLegendStore
from timesheet.adapters.db.calendar.workload_scheme import DbSchemeStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.period.period import DbPeriodStore
from timesheet.adapters.db.report.view import DbViewStore
from timesheet.adapters.db.site.label import DbLabelStore
from timesheet.adapters.db.site.permission import DbPermissionStore
from timesheet.adapters.db.site_rows import SiteRows
from timesheet.adapters.db.team.team import DbTeamStore
from timesheet.services.ports.stores import (
    AttributeStore,
    CalendarStore,
    LabelStore,
    LeaveStore,
    LegendStore,
    PeriodStore,
    PermissionStore,
    SchemeStore,
    TeamStore,
    ViewStore,
)


class DbStores:
    """Implements Stores."""

    def __init__(self, database: Database, site: str) -> None:
        self._rows = rows = SiteRows(database, site)
        self.lock_site, self.lock_writes = rows.lock, rows.lock_rows
        self.revision, self.renew = partial(database.revision, site), database.forget_revision

    @property
    def legends(self) -> LegendStore:
        """See LegendStore."""
        return DbLegendStore(self._rows)

    @property
    def calendars(self) -> CalendarStore:
        """See CalendarStore."""
        return DbCalendarStore(self._rows)

    @property
    def schemes(self) -> SchemeStore:
        """See SchemeStore."""
        return DbSchemeStore(self._rows)

    @property
    def leaves(self) -> LeaveStore:
        """See LeaveStore."""
        return DbLeaveStore(self._rows)

    @property
    def teams(self) -> TeamStore:
        """See TeamStore."""
        return DbTeamStore(self._rows)

    @property
    def periods(self) -> PeriodStore:
        """See PeriodStore."""
        return DbPeriodStore(self._rows)

    @property
    def labels(self) -> LabelStore:
        """See LabelStore."""
        return DbLabelStore(self._rows)

    @property
    def views(self) -> ViewStore:
        """See ViewStore."""
        return DbViewStore(self._rows)

    @property
    def attributes(self) -> AttributeStore:
        """See AttributeStore."""
        return DbAttributeStore(self._rows)

    @property
    def permissions(self) -> PermissionStore:
        """See PermissionStore."""
        return DbPermissionStore(self._rows)
