"""Run the jobs that a person waits for on a page of Reports, as that person and in their language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import g

from timesheet.domain.errors import DatabaseBusy, TimesheetError
from timesheet.domain.identity import Identity
from timesheet.domain.message import Message
from timesheet.services.ports.job import Claim
from timesheet.services.report.awaited_job import AwaitedJob, AwaitedJobs
from timesheet.web.http.catalog import open_language
from timesheet.web.http.context import Context
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.language import localize, speaking

AnyJob = TypeVar("AnyJob", bound=AwaitedJob)
AnyJobs = TypeVar("AnyJobs", bound=AwaitedJobs[Any])

log = structlog.stdlib.get_logger("timesheet.report")


def jobs_of(context: Context, kind: type[AnyJobs]) -> AnyJobs:
    """Return the jobs of this kind on the viewer's site."""
    return kind(context.cache, context.site.key, context.clock)


def run_awaited(
    claim: Claim, jobs: AwaitedJobs[AnyJob], run: Callable[[AnyJob], None], broken: Message, failed: str
) -> None:
    """Run a job as the person who waits for it, with what they may see now, unless nobody waits anymore.

    If it fails, note what went wrong for the person: the sentence of the error, or ``broken`` for a bug, which
    is logged as ``failed``.
    """
    deps = dependencies()
    site = deps.sites.find(claim.key.site)
    begun = jobs.begin(claim.key.subject)
    if site is None or begun is None:
        return
    g.site, g.identity = site, Identity(site.key, begun.account_id)
    with speaking(open_language(begun.language)):
        try:
            run(begun)
        except TimesheetError as error:
            deps.operation.transaction.roll_back()
            jobs.fail(begun.id, localize(error.sentence))
        except (ConnectionError, DatabaseBusy):
            # The cache server, and so the job itself, or the database is away; the worker tries again.
            raise
        except Exception:
            # The person can ask again; trying again for hours would work on what nobody waits for.
            log.exception(failed, site=site.key)
            deps.operation.transaction.roll_back()
            jobs.fail(begun.id, localize(broken))
