"""``flask periods reconcile``: compare closed periods with the current state of Jira."""

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
    """Add ``flask periods reconcile``, which should run every night."""

    @periods.command("reconcile")
    def reconcile() -> None:
        """Compare every closed period with the current state of Jira; differences are shown as late changes."""
        for site in dependencies().sites.installed_sites():
            compared, failed, found = reconcile_site(site)
            say(
                f"{site.key}: {compared} closings compared, {found} late changes found, {failed} not comparable."
            )


def reconcile_site(site: Site) -> tuple[int, int, int]:
    """Return how many closings in force were compared, how many could not be, and how many late changes were found."""
    deps = dependencies()
    stores, clock = deps.stores.stores_of(site.key), deps.operation.clock
    compared = failed = found = 0
    for team in stores.teams.all():
        for record in (one for one in stores.periods.records(team.id) if not one.open):
            try:
                found += len(_compared(deps, site, record, (record.closed_by, team.lead)))
                deps.operation.transaction.commit()
                compared += 1
            except TimesheetError as error:
                deps.operation.transaction.roll_back()
                failed += 1
                structlog.stdlib.get_logger("timesheet.period").warning(
                    "not_compared", site=site.key, record=record.id, at=clock().isoformat(), reason=str(error)
                )
    return compared, failed, found


def _compared(
    deps: AppDependencies, site: Site, record: ClosingRecord, readers: tuple[str, ...]
) -> tuple[object, ...]:
    """Compare as the person who closed, or as the current lead if that person has lost access in Jira.

    If Jira does not respond, the lead is not tried: for somebody who sees less, worklogs would seem to be
    removed.
    """
    stores, key, now = (
        deps.stores.stores_of(site.key),
        deps.stores.closing_key_of(site.key),
        deps.operation.clock(),
    )
    first, *others = dict.fromkeys(readers)
    try:
        return compare_record(stores, deps.jira_of(site)(first), key, record, now)
    except TimesheetError as error:
        if not others or isinstance(error, JiraUnavailable):
            raise
        return compare_record(stores, deps.jira_of(site)(others[0]), key, record, now)
