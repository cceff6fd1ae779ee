"""``flask periods reconcile``: compare what teams have closed with what Jira has now."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask.cli import AppGroup

from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.period import ClosingRecord
from timesheet.domain.site import Site
from timesheet.services.period.late_change import compare_record
from timesheet.web.http.context import AppDependencies, dependencies


def add_command(periods: AppGroup, say: Callable[[str], object]) -> None:
    """``flask periods reconcile``, meant to run every night."""

    @periods.command("reconcile")
    def reconcile() -> None:
        """Compare every closed period with what Jira has now; what differs is shown as a late change."""
        for site in dependencies().installed_sites():
            compared, failed, found = reconcile_site(site)
            say(
                f"{site.key}: {compared} closings compared, {found} late changes found, {failed} not comparable."
            )


def reconcile_site(site: Site) -> tuple[int, int, int]:
    """How many closings in force were compared and how many could not be, and how many late changes came to light."""
    things = dependencies()
    stores, clock = things.stores_of(site.key), things.clock
    compared = failed = found = 0
    for team in stores.teams.all():
        for record in (one for one in stores.periods.records(team.id) if not one.open):
            try:
                found += len(_compared(things, site, record, (record.closed_by, team.lead)))
                things.transaction.commit()
                compared += 1
            except TimesheetError as error:
                things.transaction.roll_back()
                failed += 1
                structlog.stdlib.get_logger("timesheet.period").warning(
                    "not_compared", site=site.key, record=record.id, at=clock().isoformat(), reason=str(error)
                )
    return compared, failed, found


def _compared(
    things: AppDependencies, site: Site, record: ClosingRecord, readers: tuple[str, ...]
) -> tuple[object, ...]:
    """As the person who closed; where Jira does not let him in any more, as the lead of today.

    Not where Jira does not answer: whoever sees less would seem to have found what was removed.
    """
    stores, key, now = things.stores_of(site.key), things.closing_key_of(site.key), things.clock()
    first, *others = dict.fromkeys(readers)
    try:
        return compare_record(stores, things.jira_of(site)(first), key, record, now)
    except TimesheetError as error:
        if not others or isinstance(error, JiraUnavailable):
            raise
        return compare_record(stores, things.jira_of(site)(others[0]), key, record, now)
