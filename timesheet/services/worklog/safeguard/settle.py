"""Settle the writes to Jira whose outcome is unknown because the app or a connection was interrupted."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.person import erased
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.cache import PersonCache
from timesheet.services.ports.jira import Jira, WorklogDraft
from timesheet.services.ports.journal import Intent, Journal
from timesheet.services.resilience.priority import Priority, with_priority
from timesheet.services.snapshot.lost_time import note_own_deletion

SETTLED_AFTER = timedelta(minutes=5)
"""A write younger than this may still be in progress."""
GIVEN_UP_AFTER = timedelta(days=7)
"""The time for which Jira is asked as somebody whom it refuses: their account may be inactive for a weekend only."""

RECORDED, DROPPED, UNKNOWN, GIVEN_UP = "recorded", "dropped", "unknown", "given up"


@dataclass(frozen=True, slots=True)
class Settled:
    """The number of writes that had happened, that had not, for which Jira did not say, and that were given up."""

    recorded: int = 0
    dropped: int = 0
    unknown: int = 0
    given_up: int = 0


def settle(
    journal: Journal,
    jira_as: Callable[[str], Jira],
    cache_of: Callable[[str], PersonCache],
    now: datetime,
    most: int = sys.maxsize,
) -> Settled:
    """Ask Jira, as the people who wrote, what became of writes with an unknown outcome; record those that happened.

    People's own calls go first. At most ``most`` are checked, others each time, because Jira may never say anything
    about some. Writes that may still be in progress are skipped, and those of people whose data was erased since are
    given up, because nobody can ask as them. So are those that Jira has refused to talk about for a week, such as the
    writes of a deactivated person.
    """
    _redate_future_writes(journal, now)
    outcomes: dict[str, str] = {}
    with with_priority(Priority.BACKGROUND):
        while ripe := [intent for intent in _ripe(journal.unfinished(), now) if intent.id not in outcomes]:
            random.shuffle(ripe)
            for intent in ripe[: most - len(outcomes)]:
                outcome = _settle_one(journal, intent, jira_as, now)
                if outcome == RECORDED and intent.action is Action.WORKLOG_DELETED and intent.worklog_id:
                    own = cache_of(intent.account_id)
                    note_own_deletion(own, intent.issue_id, intent.worklog_id, intent.at)
                outcomes[intent.id] = outcome
            if len(outcomes) >= most:
                break
    results = list(outcomes.values())
    return Settled(*(results.count(outcome) for outcome in (RECORDED, DROPPED, UNKNOWN, GIVEN_UP)))


def _redate_future_writes(journal: Journal, now: datetime) -> None:
    """Date writes of the future to now: the clock was set back since, and they would be in progress until then."""
    for intent in journal.unfinished():
        if intent.at - now > SETTLED_AFTER:
            journal.begin(replace(intent, at=now), intent)


def _ripe(unfinished: Iterable[Intent], now: datetime) -> list[Intent]:
    """Return the newest open write of each worklog, if it is old enough; the others had not happened before it."""
    newest = {intent.worklog_id or intent.id: intent for intent in unfinished}
    return [intent for intent in newest.values() if intent.at < now - SETTLED_AFTER]


def _settle_one(journal: Journal, intent: Intent, jira_as: Callable[[str], Jira], now: datetime) -> str:
    if erased(intent.account_id):
        return _give_up(journal, intent)
    try:
        happened, after = _outcome(jira_as(intent.account_id), intent)
    except JiraUnavailable:
        return UNKNOWN
    except TimesheetError:
        return _give_up(journal, intent) if intent.at < now - GIVEN_UP_AFTER else UNKNOWN
    if not happened:
        journal.drop(intent)
        return DROPPED
    journal.finish(intent.settled(), after)
    return RECORDED


def _give_up(journal: Journal, intent: Intent) -> str:
    journal.give_up(intent)
    return GIVEN_UP


def _outcome(jira: Jira, intent: Intent) -> tuple[bool, Worklog | None]:
    """Return whether a write happened, and the current worklog."""
    people = sorted({author for author in (intent.account_id, intent.author) if author})
    known = [account_id for account_id in people if not erased(account_id)]
    shown = jira.read_zones(known)
    zones = {who: shown.get(who) or jira.fallback_zone for who in people}
    if intent.worklog_id is None:
        draft = WorklogDraft(intent.issue_id, intent.started or intent.at, 0, intent.write_key)
        made = jira.find_worklog(draft, zones)
        return made is not None, made
    try:
        now = jira.read_worklog(intent.issue_id, intent.worklog_id, zones)
    except NotFound:
        # The outcome of a change can no longer be found; recording the try is better than nothing.
        return True, None
    return intent.action is Action.WORKLOG_CHANGED and now.updated != intent.updated, now
