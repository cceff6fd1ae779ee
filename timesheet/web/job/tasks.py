"""The work of each job: the use case that it calls for its site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType

from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.job import Job
from timesheet.domain.message import message
from timesheet.domain.site import Site
from timesheet.services.job.work import Handler, Handlers
from timesheet.services.period.change_feed import cycle_of
from timesheet.services.ports.job import Claim
from timesheet.services.site.installation import erase_site
from timesheet.services.site.invocation import end_if_silent
from timesheet.web.http.auth import invocation_authenticator
from timesheet.web.http.dependencies import dependencies
from timesheet.web.job.upkeep import (
    checkpoint_site,
    note_erased,
    process_worklog_events,
    read_changes_of,
    reconcile_site,
    report_site,
    settle_site,
    sync_site,
    trim_site,
)

NOT_COMPARED = message("None of the closed periods could be compared with Jira.")


def all_handlers(*, group_sync: bool, unreported: bool) -> Handlers:
    """Return the handler of each job but those of reports.

    Without ``group_sync`` there is none for groups. ``unreported`` says that Jira may not report an uninstall.
    """
    handlers: dict[Job, Handler] = {
        Job.EVENTS: _process_events,
        Job.CHANGES: _read_changes,
        Job.SETTLE: _settle,
        Job.CHECKPOINT: _on_site(checkpoint_site),
        Job.TRIM: _on_site(trim_site),
        Job.RECONCILE: _reconcile,
        Job.REPORT_ACCOUNTS: _on_site(report_site),
        Job.ERASE: _erase,
    }
    if group_sync:
        handlers[Job.SYNC_GROUPS] = _on_site(sync_site)
    if unreported:
        handlers[Job.UNREPORTED_UNINSTALL] = _on_site(_end_if_silent)
    return MappingProxyType(handlers)


def _on_site(work: Callable[[Site], object]) -> Handler:
    def handle(claim: Claim) -> None:
        work(_site(claim))

    return handle


def _process_events(claim: Claim) -> None:
    process_worklog_events(_site(claim), int(claim.key.subject))


def _read_changes(claim: Claim) -> datetime:
    """Read a page of the changes. Return when (UTC) the next is due: now if there are more, else after a cycle."""
    deps = dependencies()
    now = deps.operation.clock()
    if read_changes_of(_site(claim)).more:
        return now
    return now + cycle_of(deps.jobs.board.enrolled(Job.CHANGES))


def _settle(claim: Claim) -> None:
    """Settle interrupted writes. Those about which Jira gives no answer yet are tried again next time."""
    settle_site(_site(claim))


def _reconcile(claim: Claim) -> None:
    """Compare the closed periods; each that cannot be compared is logged.

    Raise JiraUnavailable if none could be, so it is tried again.
    """
    compared, failed, _ = reconcile_site(_site(claim))
    if failed and not compared:
        raise JiraUnavailable(NOT_COMPARED)


def _end_if_silent(site: Site) -> None:
    end_if_silent(invocation_authenticator(), site, dependencies().operation.clock())


def _erase(claim: Claim) -> datetime | None:
    """Erase the site, in the transaction that ends the job, unless it came back or is not due."""
    deps = dependencies()
    erase_site(deps.sites.eraser, claim.key.site, deps.operation.clock(), note_erased)
    return None


def _site(claim: Claim) -> Site:
    site = dependencies().sites.find(claim.key.site)
    if site is None:
        raise RuntimeError("the site was erased while its job began")
    return site
