"""All stores of a site, each of which records an audit event with every change."""

from __future__ import annotations

from collections.abc import Callable

from timesheet.domain.lazy import lazy
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.store.attribute import AuditedAttributes
from timesheet.services.audit.store.calendar import (
    AuditedCalendars,
    AuditedLeaves,
    AuditedLegends,
    AuditedSchemes,
)
from timesheet.services.audit.store.change import ChangeRecorder
from timesheet.services.audit.store.period import AuditedPeriods
from timesheet.services.audit.store.report import AuditedViews
from timesheet.services.audit.store.site import AuditedLabels, AuditedPermissions
from timesheet.services.audit.store.team import AuditedTeams
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


class AuditedStores:
    """Implements Stores: each store is created on first use and records its changes."""

    def __init__(self, stores: Stores, open_recorder: Callable[[], AuditRecorder]) -> None:
        self._stores, self._changes = stores, ChangeRecorder(open_recorder, stores.lock_site)
        # These change nothing that an event records.
        self.lock_site = stores.lock_site
        self.lock_writes = stores.lock_writes
        self.revision = stores.revision
        self.renew = stores.renew

    @lazy
    def legends(self) -> LegendStore:
        """See LegendStore."""
        return AuditedLegends(self._stores.legends, self._changes)

    @lazy
    def calendars(self) -> CalendarStore:
        """See CalendarStore."""
        return AuditedCalendars(self._stores.calendars, self._changes)

    @lazy
    def schemes(self) -> SchemeStore:
        """See SchemeStore."""
        return AuditedSchemes(self._stores.schemes, self._changes)

    @lazy
    def leaves(self) -> LeaveStore:
        """See LeaveStore."""
        return AuditedLeaves(self._stores.leaves, self._changes)

    @lazy
    def teams(self) -> TeamStore:
        """See TeamStore."""
        return AuditedTeams(self._stores.teams, self._changes)

    @lazy
    def periods(self) -> PeriodStore:
        """See PeriodStore."""
        return AuditedPeriods(self._stores.periods, self._changes)

    @lazy
    def labels(self) -> LabelStore:
        """See LabelStore."""
        return AuditedLabels(self._stores.labels, self._changes)

    @lazy
    def views(self) -> ViewStore:
        """See ViewStore."""
        return AuditedViews(self._stores.views, self._changes)

    @lazy
    def attributes(self) -> AttributeStore:
        """See AttributeStore."""
        return AuditedAttributes(self._stores.attributes, self._changes)

    @lazy
    def permissions(self) -> PermissionStore:
        """See PermissionStore."""
        return AuditedPermissions(self._stores.permissions, self._changes)
