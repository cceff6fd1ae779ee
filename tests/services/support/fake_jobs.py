"""The jobs of all sites, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from timesheet.domain.job import Job
from timesheet.services.ports.job import (
    DEAD,
    DONE,
    FAILED,
    Claim,
    Ending,
    JobKey,
    JobState,
    JobTotals,
    RunningJob,
    SiteWithout,
)


@dataclass
class Row:
    state: JobState
    asked: int = 0
    holder: str | None = None
    beat: int = 0


@dataclass
class FakeSites:
    """The sites by key: since when they have the app, and from when on they may be erased if they removed it."""

    installed: dict[str, datetime] = field(default_factory=dict)
    uninstalled: dict[str, datetime] = field(default_factory=dict)


class FakeJobs:
    """Implements JobBoard; ``of`` returns the JobStore of a site."""

    def __init__(self, sites: FakeSites | None = None) -> None:
        self.sites = sites or FakeSites()
        self.rows: dict[JobKey, Row] = {}

    def of(self, site: str) -> FakeJobStore:
        return FakeJobStore(self, site)

    def missing(self, wanted: Mapping[bool, frozenset[Job]]) -> Sequence[SiteWithout]:
        found = []
        for uninstalled, jobs in wanted.items():
            for site, at in (self.sites.uninstalled if uninstalled else self.sites.installed).items():
                lacks = {job for job in jobs if JobKey(site, job) not in self.rows}
                if lacks:
                    found.append(SiteWithout(site, frozenset(lacks), at if uninstalled else None))
        return found

    def enroll(self, site: str, due: Mapping[Job, datetime]) -> None:
        for job, at in due.items():
            self.rows.setdefault(JobKey(site, job), Row(_new(job, "", at)))

    def beyond(self, at: datetime, *, ran: bool) -> Sequence[tuple[JobKey, datetime]]:
        return [
            (key, row.state.due_at)
            for key, row in self.rows.items()
            if row.holder is None and row.state.due_at and (ran or row.state.ended_at is None)
            if (row.state.ended_at or row.state.due_at) > at
        ]

    def bring_forward(self, key: JobKey, due: datetime) -> None:
        row = self.rows[key]
        if row.holder is None and row.state.due_at:
            row.state = replace(row.state, due_at=min(row.state.due_at, due))

    def due(self, now: datetime, jobs: Iterable[Job], most: int) -> Sequence[JobKey]:
        wanted = set(jobs)
        waiting = sorted(
            (row.state.due_at, key.site, key.job, key.subject, key)
            for key, row in self.rows.items()
            if row.holder is None and row.state.due_at and row.state.due_at <= now and key.job in wanted
        )
        places: dict[str, int] = {}
        placed: list[tuple[int, int, JobKey]] = []
        for *_, key in waiting:
            places[key.site] = places.get(key.site, 0) + 1
            placed.append((places[key.site], len(placed), key))
        return [key for *_, key in sorted(placed, key=lambda entry: entry[:2])][:most]

    def running(self) -> Sequence[RunningJob]:
        return [RunningJob(key, row.holder, row.beat) for key, row in self.rows.items() if row.holder]

    def claim(self, key: JobKey, holder: str, now: datetime, lost: RunningJob | None = None) -> Claim | None:
        row = self.rows.get(key)
        if row is None:
            return None
        free = row.holder is None and row.state.due_at is not None and row.state.due_at <= now
        if not free if lost is None else (row.holder, row.beat) != (lost.holder, lost.beat):
            return None
        row.holder, row.beat = holder, 0
        row.state = replace(row.state, attempts=row.state.attempts + 1, started_at=now, running=True)
        return Claim(key, holder, row.state.attempts, row.asked)

    def beat(self, claim: Claim) -> bool:
        row = self.rows.get(claim.key)
        if row is None or row.holder != claim.holder:
            return False
        row.beat += 1
        return True

    def finish(self, claim: Claim, ending: Ending) -> bool:
        row = self.rows.get(claim.key)
        if row is None or row.holder != claim.holder:
            return claim.key.site not in self.sites.installed | self.sites.uninstalled
        due = ending.due
        if ending.outcome != FAILED and row.asked > claim.asked:
            due = ending.at
        row.holder = None
        row.state = replace(
            row.state,
            running=False,
            due_at=due,
            ended_at=ending.at,
            outcome=ending.outcome,
            problem=ending.problem,
            attempts=row.state.attempts if ending.outcome not in (DONE, DEAD) else 0,
            dead_at={DONE: None, DEAD: ending.at}.get(ending.outcome, row.state.dead_at),
        )
        if ending.outcome == DONE and due is None:
            del self.rows[claim.key]
        return True

    def totals(self, now: datetime) -> Sequence[JobTotals]:
        found = []
        for job in sorted({key.job for key in self.rows}):
            rows = [row for key, row in self.rows.items() if key.job == job]
            due = [row for row in rows if not row.holder and row.state.due_at and row.state.due_at <= now]
            ended = [row.state.ended_at for row in rows if row.state.ended_at]
            found.append(
                JobTotals(job, len(due), sum(bool(r.state.dead_at) for r in rows), max(ended, default=None))
            )
        return found

    def enrolled(self, job: Job) -> int:
        return sum(key.job == job and not key.subject for key in self.rows)

    def oldest_due(self) -> datetime | None:
        due = [row.state.due_at for row in self.rows.values() if not row.holder and row.state.due_at]
        known = {key.site for key in self.rows}
        return min(
            [*due, *(at for site, at in self.sites.installed.items() if site not in known)], default=None
        )

    def dead(self) -> Sequence[tuple[JobKey, JobState]]:
        return [(key, row.state) for key, row in sorted(self.rows.items(), key=_by_key) if row.state.dead_at]


class FakeJobStore:
    """Implements JobStore."""

    def __init__(self, jobs: FakeJobs, site: str) -> None:
        self._jobs, self._site = jobs, site

    def ask_for(self, job: Job, subject: str, due: datetime) -> None:
        key = JobKey(self._site, job, subject)
        row = self._jobs.rows.setdefault(key, Row(_new(job, subject, due)))
        row.asked += 1
        waits = row.state.due_at if row.state.outcome == FAILED else None
        earlier = waits or min(due, row.state.due_at or due)
        row.state = replace(row.state, due_at=earlier)

    def states(self) -> Sequence[JobState]:
        return [row.state for key, row in self._own() if not key.subject]

    def given_up(self, first: int, most: int) -> Sequence[JobState]:
        return [row.state for _, row in self._own() if row.state.dead_at][first : first + most]

    def count_given_up(self) -> int:
        return sum(bool(row.state.dead_at) for _, row in self._own())

    def _own(self) -> list[tuple[JobKey, Row]]:
        return sorted((item for item in self._jobs.rows.items() if item[0].site == self._site), key=_by_key)

    def installed_at(self) -> datetime | None:
        return self._jobs.sites.installed.get(self._site)

    def run_again(self, job: Job, subject: str, now: datetime) -> bool:
        row = self._jobs.rows.get(JobKey(self._site, job, subject))
        if row is None:
            return False
        row.asked += 1
        row.state = replace(row.state, due_at=now, attempts=0)
        return True


def _new(job: Job, subject: str, due: datetime) -> JobState:
    return JobState(job, subject, due, None, None, "", "", 0, None, running=False)


def _by_key(item: tuple[JobKey, Row]) -> tuple[str, str, str]:
    return (item[0].site, str(item[0].job), item[0].subject)
