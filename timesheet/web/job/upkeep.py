"""Maintain one site, for jobs and for commands. The caller has entered the site, and commits."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from timesheet.domain.errors import JiraBusy, JiraUnavailable, TimesheetError, root_cause
from timesheet.domain.message import without_values
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.site import Site
from timesheet.services.audit.export import checkpoint_fields
from timesheet.services.audit.upkeep import drop_old, says_uninstalled, sign_head
from timesheet.services.period.change_feed import FeedRead, FeedSite, read_changes
from timesheet.services.period.late_change import compare_record
from timesheet.services.period.worklog_event import process_events
from timesheet.services.ports.audit import Checkpoint, Trim
from timesheet.services.ports.cache import PersonCache
from timesheet.services.privacy.account_report import ReportProgress, report_some
from timesheet.services.privacy.privacy import SiteData
from timesheet.services.team.group_sync import Synced, sync_teams
from timesheet.services.worklog.safeguard.settle import Settled, settle
from timesheet.web.http.dependencies import AppDependencies, dependencies

T = TypeVar("T")


def checkpoint_site(site: Site) -> Checkpoint | None:
    """Sign the head of a site's chain and log it, to be stored elsewhere; None if there are no events.

    Raise Conflict if the last event is not what was signed.
    """
    deps = dependencies()
    signed = sign_head(deps.audit.audit_of(site.key), deps.audit.checkpoint_key, deps.operation.clock())
    if signed:
        structlog.stdlib.get_logger("timesheet.audit").info(
            "audit_head", site=site.key, **checkpoint_fields(signed)
        )
    return signed


def trim_site(site: Site) -> Sequence[Trim]:
    """Delete the events that are older than the site's retention time, each part in a transaction of its own.

    Raise Conflict if the time was not set through the app.
    """
    deps = dependencies()
    days = deps.stores.settings_of(site.key).read_site().audit_days
    audit, recorder = deps.audit.audit_of(site.key), deps.audit.recorder_of(site.key)
    trims = list[Trim]()
    while trim := drop_old(audit, recorder, days, deps.operation.clock()):
        deps.operation.transaction.commit()
        trims.append(trim)
    return trims


def note_erased(key: str, now: datetime) -> None:
    """Record in the register that a site is erased, if its events say that it uninstalled the app.

    Otherwise the erasure was not requested through the app, and verifying the audit log has to find it.
    """
    audit = dependencies().audit
    if says_uninstalled(audit.audit_of(key), now):
        audit.register.note_erased(key, now)
    else:
        structlog.stdlib.get_logger("timesheet.audit").error("site_erasure_not_recorded", site=key)


def sync_site(site: Site) -> Synced:
    """Update the members of the site's teams that follow Jira groups."""
    deps = dependencies()
    zone = deps.stores.settings_of(site.key).read_site().zone
    now = deps.operation.clock()
    stores, groups = deps.stores.stores_of(site.key), deps.jira.groups_of(site)
    stored = deps.privacy.privacy_of(site.key).accounts
    return sync_teams(stores, groups, stored, now.astimezone(zone).date(), now)


def report_site(site: Site) -> ReportProgress:
    """Report the site's accounts and erase the closed ones, ninety per transaction, until all are reported."""
    deps, progress = dependencies(), ReportProgress()
    while progress.due is None:
        data = SiteData(
            deps.privacy.privacy_of(site.key),
            deps.audit.recorder_of(site.key),
            deps.operation.cache,
            site.key,
        )
        progress = progress.then(report_some(data, deps.privacy.reporter_of(site), deps.operation.clock()))
        deps.operation.transaction.commit()
    return progress


def settle_site(site: Site) -> Settled:
    """Find out what became of interrupted writes to Jira."""
    deps = dependencies()
    cache_of = partial(PersonCache, deps.operation.cache, site.key)
    return settle(deps.stores.journal_of(site.key), deps.jira_of(site), cache_of, deps.operation.clock())


def reconcile_site(site: Site) -> tuple[int, int, int]:
    """Return how many closings in force were compared, how many could not be, and how many late changes were found.

    Each closing is compared in a transaction of its own, and in another order each time: on a large site, Jira's points
    may never suffice for all of them. The log has one line for all that Jira, or the app, had no points for.
    """
    deps = dependencies()
    stores, clock = deps.stores.stores_of(site.key), deps.operation.clock
    compared = failed = found = 0
    busy: list[JiraBusy] = []
    for team in _shuffled(stores.teams.all()):
        for record in _shuffled(one for one in stores.periods.records(team.id) if not one.open):
            try:
                found += len(_compared(deps, site, record, (record.closed_by, team.lead)))
                deps.operation.transaction.commit()
                compared += 1
            except TimesheetError as error:
                deps.operation.transaction.roll_back()
                failed += 1
                if isinstance(error, JiraBusy):
                    busy.append(error)
                else:
                    _note_failure(site, clock(), error, record=record.id)
    if busy:
        _note_failure(site, clock(), busy[-1], count=len(busy))
    return compared, failed, found


def process_worklog_events(site: Site, worklog_id: int) -> None:
    """Process the waiting events about one worklog, and log the late changes they cause."""
    deps, key = dependencies(), site.key
    found = process_events(
        deps.stores.events_of(key),
        deps.stores.stores_of(key),
        deps.jira_of(site),
        deps.stores.closing_key_of(key),
        worklog_id,
        deps.operation.clock(),
    )
    for change in found:
        structlog.stdlib.get_logger("timesheet.period").info(
            "late_change", team=change.team_id, record=change.record_id, what=change.what
        )


def read_changes_of(site: Site) -> FeedRead:
    """Read a page of the site's changed worklogs, and log how many of them no event had reported."""
    deps, key = dependencies(), site.key
    feed_site = FeedSite(
        deps.jira.feed_of(site),
        deps.stores.events_of(key),
        deps.jobs.jobs_of(key),
        deps.operation.cache,
        key,
    )
    read = read_changes(feed_site, deps.operation.clock())
    if read.missed:
        structlog.stdlib.get_logger("timesheet.job").info("changes_without_event", count=read.missed)
    return read


def _shuffled(things: Iterable[T]) -> list[T]:
    listed = list(things)
    random.shuffle(listed)
    return listed


def _note_failure(site: Site, now: datetime, error: TimesheetError, **which: object) -> None:
    structlog.stdlib.get_logger("timesheet.period").warning(
        "not_compared",
        site=site.key,
        **which,
        at=now.isoformat(),
        reason=without_values(error.sentence),
        cause=root_cause(error),
    )


def _compared(
    deps: AppDependencies, site: Site, record: ClosingRecord, readers: tuple[str, ...]
) -> tuple[object, ...]:
    """Compare as the person who closed, or as the current lead if that person has lost access in Jira.

    If Jira does not respond, the lead is not tried: for somebody who sees less, worklogs would seem to be
    removed.
    """
    stores, key = deps.stores.stores_of(site.key), deps.stores.closing_key_of(site.key)
    now = deps.operation.clock()
    first, *others = dict.fromkeys(readers)
    try:
        return compare_record(stores, deps.jira_of(site)(first), key, record, now)
    except TimesheetError as error:
        if not others or isinstance(error, JiraUnavailable):
            raise
        return compare_record(stores, deps.jira_of(site)(others[0]), key, record, now)
