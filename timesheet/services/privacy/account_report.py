"""The report that Atlassian requires of apps that store account ids: data of closed accounts must be erased.

Every account is reported once in each cycle, whose length Jira's response sets; an interrupted report
continues where it stopped. Rules: Atlassian's user privacy guidelines for developers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from timesheet.services.ports.privacy import AccountReporter, ReportState
from timesheet.services.privacy.privacy import ErasureReason, SiteData, erase_stored
from timesheet.services.viewer.person import forget_person

MOST_AT_ONCE = 90
# A nightly job begins some seconds earlier than the last one as often as later, and then a report must not wait a day.
EARLY = timedelta(hours=1)
# Names and worklogs exist only in the cache, for at most this long.
OLDEST = timedelta(hours=24)
NOBODY = "unknown"


@dataclass(frozen=True, slots=True)
class ReportProgress:
    """The result of one call. ``due``: the report is done until then; None: there is more to report."""

    reported: int = 0
    closed: int = 0
    updated: int = 0
    due: datetime | None = None

    def then(self, later: ReportProgress) -> ReportProgress:
        """Return both results combined."""
        return ReportProgress(
            self.reported + later.reported,
            self.closed + later.closed,
            self.updated + later.updated,
            later.due,
        )


def report_some(data: SiteData, reporter: AccountReporter, now: datetime) -> ReportProgress:
    """Report at most ninety accounts and act on Jira's response; commit, and repeat until done.

    Nothing is reported before it is due. ``now`` is timezone-aware. May raise what ``reporter`` raises.
    """
    state = data.store.report()
    if state.started is None:
        wait = state.due - now if state.due else timedelta()
        # More than a whole cycle ahead means that the clock was set back since.
        if EARLY < wait <= timedelta(days=state.days) + EARLY:
            return ReportProgress(due=state.due)
        state = replace(state, started=now, through="")
    left = [who for who in data.store.accounts() if who > state.through and who != NOBODY]
    if not left:
        return _finished(data, state, now)
    batch = left[:MOST_AT_ONCE]
    news = reporter.report(batch, now - OLDEST)
    erased = erase_stored(data, news.closed, ErasureReason.ACCOUNT_CLOSED)
    for account_id in news.updated:
        forget_person(data.cache, data.site, account_id)
    # The position is an account that is still stored, because the report must not remember an erased one either.
    stored = frozenset(data.store.accounts())
    through = max((who for who in (state.through, *batch) if who in stored), default="")
    data.store.save_report(replace(state, through=through, days=news.days))
    return ReportProgress(len(batch), erased, len(news.updated))


def _finished(data: SiteData, state: ReportState, now: datetime) -> ReportProgress:
    due = (state.started or now) + timedelta(days=state.days)
    data.store.save_report(ReportState(None, "", state.days, due))
    return ReportProgress(due=due)
