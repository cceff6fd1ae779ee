"""Seed worklogs: every working day of everybody until today, including unusual cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jira_emulator.model import Caller, Issue, Json, Person, Restriction, WorklogRow
from jira_emulator.permission import Permissions
from jira_emulator.seeding.access import ADMINISTRATORS
from jira_emulator.seeding.people import OPERATIONS, former_account
from jira_emulator.seeding.words import comment_documents
from jira_emulator.site import Site

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
POOL = 40
"""The number of issues a person logs on in one month."""
_PARTS = ((240, 120, 120), (90, 150, 240), (480,), (60, 60, 360), (30, 45, 120, 195), (15, 30, 120, 135, 180))


class Draft(NamedTuple):
    """A worklog before it has an id: times in epoch milliseconds, duration in seconds."""

    created: int
    started: int
    author: str
    issue: Issue
    seconds: int


def seed_work(
    site: Site, people: list[Person], seed: int, days: list[date], counted: dict[int, Issue]
) -> None:
    """Fill the site with worklogs for these days, and the counted issues with their numbers."""
    drafts: list[Draft] = []
    special = {issue.id for issue in counted.values()}
    for number, person in enumerate(people):
        rng = Random(f"{seed}:work:{number}")
        drafts += _person_work(site, person, rng, days, special)
    drafts += _former_work(site, Random(f"{seed}:former"), days, special)
    for count, issue in counted.items():
        drafts += _meetings(site, people, issue, count, days)
    drafts.sort(key=lambda draft: (draft.created, draft.author, draft.started, draft.issue.id))
    _store(site, people, Random(f"{seed}:rows"), drafts)


def _store(site: Site, people: list[Person], rng: Random, drafts: list[Draft]) -> None:
    comments = comment_documents(people[0].account_id, people[0].display_name)
    limits = _restrictions(site)
    rows = []
    for draft in drafts:
        comment: Json | None = rng.choice(comments) if rng.random() < 0.45 else None
        restriction = rng.choice(limits) if rng.random() < 0.01 and not draft.issue.labels else None
        row = WorklogRow(
            id=site.take_worklog_id(),
            issue_id=draft.issue.id,
            author=draft.author,
            update_author=draft.author,
            started=draft.started,
            seconds=draft.seconds,
            created=draft.created,
            updated=draft.created,
            comment=comment,
            restriction=restriction,
        )
        rows.append(row)
        _account_for(draft.issue, row)
    site.worklogs.load(rows)


def _account_for(issue: Issue, row: WorklogRow) -> None:
    issue.worklog_ids.append(row.id)
    issue.time_spent = (issue.time_spent or 0) + row.seconds
    issue.updated = max(issue.updated, row.updated)
    if issue.remaining_estimate is not None:
        issue.remaining_estimate = max(0, issue.remaining_estimate - row.seconds)


def _restrictions(site: Site) -> tuple[Restriction, ...]:
    group = site.group_named(OPERATIONS)
    if group is None:
        raise LookupError(OPERATIONS)
    role = site.roles[ADMINISTRATORS]
    return Restriction("group", group.name, group.id), Restriction("role", role.name, str(role.id))


def _person_work(
    site: Site, person: Person, rng: Random, days: list[date], special: set[int]
) -> Iterator[Draft]:
    zone, now = ZoneInfo(person.time_zone), site.now_ms()
    everything = _workable(site, person, special)
    if not everything:
        return
    pools: dict[int, list[Issue]] = {}
    for day in days:
        pool = pools.setdefault(day.month, rng.sample(everything, min(POOL, len(everything))))
        midnight = _at(day, time(), zone)
        if _at(day + timedelta(days=1), time(), zone) - midnight != 24 * HOUR_MS:
            yield from _clock_change(person, rng.choice(pool), day, zone, now)
        elif day.weekday() < 5 and rng.random() > 0.04:
            yield from _day(person, rng, pool, midnight, now)


def _workable(site: Site, person: Person, special: set[int]) -> list[Issue]:
    """Return issues the person may log on; a person who left is treated as if still there."""
    active, person.active = person.active, True
    permissions = Permissions(site, Caller(person.account_id))
    found = [
        issue
        for issue in site.issues.values()
        if issue.type.level < 1
        and issue.id not in special
        and permissions.has("WORK_ON_ISSUES", issue.project, issue)
        and permissions.can_see(issue)
    ]
    person.active = active
    return found


def _day(person: Person, rng: Random, pool: list[Issue], midnight: int, now: int) -> Iterator[Draft]:
    at = midnight + rng.choice((8, 8, 9, 9, 10)) * HOUR_MS + rng.choice((0, 15, 30)) * MINUTE_MS
    if rng.random() < 0.06:
        at = midnight
    repeated = rng.choice(pool) if rng.random() < 0.2 else None
    for minutes in rng.choice(_PARTS):
        yield _draft(person, repeated or rng.choice(pool), at, minutes, now)
        at += minutes * MINUTE_MS
    if rng.random() < 0.04:
        yield _draft(person, rng.choice(pool), midnight + 23 * HOUR_MS + 30 * MINUTE_MS, 20, now)


def _clock_change(person: Person, issue: Issue, day: date, zone: ZoneInfo, now: int) -> Iterator[Draft]:
    for hour, minute in ((0, 0), (3, 30), (23, 30)):
        yield _draft(person, issue, _at(day, time(hour, minute), zone), 45, now)


def _former_work(site: Site, rng: Random, days: list[date], special: set[int]) -> Iterator[Draft]:
    former = former_account(site)
    pool = [i for i in site.issues.values() if i.project.key == "PAY" and i.id not in special][:POOL]
    for day in days[: len(days) // 2]:
        if day.weekday() == 2:
            yield _draft(former, rng.choice(pool), _at(day, time(10), ZoneInfo("UTC")), 60, site.now_ms())


def _meetings(
    site: Site, people: list[Person], issue: Issue, count: int, days: list[date]
) -> Iterator[Draft]:
    """Yield worklogs of meetings: the newest are on the seeded days and the first person's; the rest are in
    earlier years.
    """
    first, now = people[0], site.now_ms()
    zone = ZoneInfo(first.time_zone)
    recent = [day for day in days if day.weekday() < 5][-(count // 3) :] if count else []
    for day in recent:
        yield _draft(first, issue, _at(day, time(9, 15), zone), 15, now)
    authors = (first, *people[1:5], former_account(site))
    for number in range(count - len(recent)):
        day = days[0] - timedelta(days=1 + number // 4)
        yield _draft(authors[number % len(authors)], issue, _at(day, time(9, 15), zone), 15, now)


def _draft(person: Person, issue: Issue, started: int, minutes: int, now: int) -> Draft:
    created = min(started + minutes * MINUTE_MS + 7 * MINUTE_MS, now - 2 * MINUTE_MS)
    return Draft(created, started, person.account_id, issue, minutes * 60)


def _at(day: date, at: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, at, zone).timestamp()) * 1000
