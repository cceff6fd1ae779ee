"""The jobs of one site, in its own transaction, and the jobs of all sites, for workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.row_security import has_row_security
from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.job import JobRow
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.job import Job
from timesheet.domain.site import INSTALLED, UNINSTALLED
from timesheet.services.ports.job import DEAD as GIVEN_UP
from timesheet.services.ports.job import (
    DONE,
    FAILED,
    Claim,
    Ending,
    JobKey,
    JobQueue,
    JobState,
    JobTotals,
    RunningJob,
    SiteWithout,
)

MOST_ENROLLED = 200
"""The sites that get their jobs in one look; the next look finds the others."""
KEY = (JobRow.client_key, JobRow.name, JobRow.subject)
STATE = (
    JobRow.name,
    JobRow.subject,
    JobRow.due_at,
    JobRow.started_at,
    JobRow.ended_at,
    JobRow.outcome,
    JobRow.problem,
    JobRow.attempts,
    JobRow.dead_at,
    JobRow.holder,
)
THIS = (of_site(JobRow), JobRow.name == bindparam("job"), JobRow.subject == bindparam("of"))
FREE = JobRow.holder.is_(None)
# During an upgrade another version may have stored jobs that this one does not know.
KNOWN = JobRow.name.in_([str(job) for job in Job])
STATES = select(*STATE).where(of_site(JobRow), KNOWN, JobRow.subject == "").order_by(JobRow.name)
OWN_DEAD = (of_site(JobRow), KNOWN, JobRow.dead_at.is_not(None))
GIVEN_UP_PART = (
    select(*STATE)
    .where(*OWN_DEAD)
    .order_by(JobRow.name, JobRow.subject)
    .offset(bindparam("first"))
    .limit(bindparam("most"))
)
GIVEN_UP_COUNT = select(func.count()).where(*OWN_DEAD)
INSTALLED_AT = select(SiteRow.installed_at).where(SiteRow.client_key == bindparam("site"))
DEAD = select(JobRow.client_key, *STATE).where(KNOWN, JobRow.dead_at.is_not(None)).order_by(*KEY)
RUNNING = select(*KEY, JobRow.holder, JobRow.beat).where(KNOWN, JobRow.holder.is_not(None))
NEW = {"beat": 0, "attempts": 0, "outcome": "", "problem": ""}
JOBS_REQUESTED = "jobs_requested"


def wake_committed(database: Database, queue: JobQueue) -> None:
    """Wake a worker after each commit of a transaction that asked for a job, and after none that is rolled back."""
    database.after_commit(JOBS_REQUESTED, lambda _: queue.wake())


class DbJobStore:
    """Implements JobStore."""

    def __init__(self, database: Database, site: str) -> None:
        self._database, self._site = database, site
        self._rows = SiteRows(database, site)

    def ask_for(self, job: Job, subject: str, due: datetime) -> None:
        """See JobStore; without the site's lock, so that an event waits for nobody."""
        key = {"client_key": self._site, "name": str(job), "subject": subject}
        values = {**key, **NEW, "asked": 1, "due_at": due}
        # A failed job keeps its pause: during an outage of Jira, events would use up its attempts within minutes.
        kept = or_(JobRow.due_at < due, and_(JobRow.due_at.is_not(None), JobRow.outcome == FAILED))
        earlier = case((kept, JobRow.due_at), else_=due)
        once_more = {"asked": JobRow.asked + 1, "due_at": earlier}
        self._rows.run(_upserting(self._database, values, once_more))
        self._database.transaction.notes[JOBS_REQUESTED] = True

    def states(self) -> Sequence[JobState]:
        """See JobStore."""
        return [_state(row) for row in self._rows.read(STATES)]

    def given_up(self, first: int, most: int) -> Sequence[JobState]:
        """See JobStore."""
        return [_state(row) for row in self._rows.read(GIVEN_UP_PART, first=first, most=most)]

    def count_given_up(self) -> int:
        """See JobStore."""
        [(count,)] = self._rows.read(GIVEN_UP_COUNT)
        return int(count)

    def installed_at(self) -> datetime | None:
        """See JobStore."""
        return next((at for (at,) in self._rows.read(INSTALLED_AT)), None)

    def run_again(self, job: Job, subject: str, now: datetime) -> bool:
        """See JobStore."""
        values = {"due_at": now, "attempts": 0, "asked": JobRow.asked + 1}
        self._database.transaction.notes[JOBS_REQUESTED] = True
        return bool(self._rows.change(JobRow, {"name": str(job), "subject": subject}, values))


class DbJobBoard:
    """Implements JobBoard; on PostgreSQL the policy ``listing`` lets it see this table of all sites.

    ``offered`` are the jobs that this app can run. One that was switched off stays stored, and never counts as due.
    """

    def __init__(self, database: Database, offered: Iterable[Job] = Job) -> None:
        self._database = database
        self._waiting = and_(FREE, JobRow.name.in_(sorted(map(str, offered))))

    def missing(self, expected: Mapping[bool, frozenset[Job]]) -> Sequence[SiteWithout]:
        """See JobBoard."""
        found: list[SiteWithout] = []
        for uninstalled, jobs in expected.items():
            names = sorted(map(str, jobs))
            job_of_site = and_(
                JobRow.client_key == SiteRow.client_key, JobRow.subject == "", JobRow.name.in_(names)
            )
            count = func.count(JobRow.name)
            fewer = (
                select(SiteRow.client_key, SiteRow.erase_after)
                .outerjoin(JobRow, job_of_site)
                .where(SiteRow.status == (UNINSTALLED if uninstalled else INSTALLED))
                .group_by(SiteRow.client_key, SiteRow.erase_after)
                .having(count < len(names))
                .limit(MOST_ENROLLED)
            )
            for site, erase_after in self._list(fewer):
                present = self._list(
                    select(JobRow.name).where(JobRow.client_key == site, JobRow.subject == "")
                )
                lacks = jobs - {name for (name,) in present}
                found.append(SiteWithout(site, frozenset(lacks), erase_after))
        return found

    def enroll(self, site: str, due: Mapping[Job, datetime]) -> None:
        """See JobBoard."""
        for job, at in due.items():
            key = {"client_key": site, "name": str(job), "subject": ""}
            self._write(site, _upserting(self._database, {**key, **NEW, "asked": 0, "due_at": at}, None))

    def beyond(self, at: datetime, *, ran: bool) -> Sequence[tuple[JobKey, datetime]]:
        """See JobBoard."""
        never_ran = and_(JobRow.ended_at.is_(None), JobRow.due_at > at)
        of_the_future = or_(JobRow.ended_at > at, never_ran) if ran else never_ran
        waiting = select(*KEY, JobRow.due_at).where(KNOWN, FREE, JobRow.due_at.is_not(None), of_the_future)
        return [
            (JobKey(site, Job(name), subject), due_at) for site, name, subject, due_at in self._list(waiting)
        ]

    def bring_forward(self, key: JobKey, due: datetime) -> None:
        """See JobBoard."""
        self._write(key.site, update(JobRow).where(*THIS, FREE, JobRow.due_at > due).values(due_at=due), key)

    def due(self, now: datetime, jobs: Iterable[Job], most: int) -> Sequence[JobKey]:
        """See JobBoard."""
        place = func.row_number().over(partition_by=JobRow.client_key, order_by=JobRow.due_at)
        waiting = (
            select(*KEY, JobRow.due_at, place.label("place"))
            .where(FREE, JobRow.due_at <= now, JobRow.name.in_(sorted(map(str, jobs))))
            .subquery()
        )
        first_waiting = (
            select(waiting.c.client_key, waiting.c.name, waiting.c.subject)
            .order_by(waiting.c.place, waiting.c.due_at)
            .limit(most)
        )
        return [JobKey(site, Job(name), subject) for site, name, subject in self._list(first_waiting)]

    def running(self) -> Sequence[RunningJob]:
        """See JobBoard."""
        return [
            RunningJob(JobKey(site, Job(name), subject), holder, beat)
            for site, name, subject, holder, beat in self._list(RUNNING)
        ]

    def claim(self, key: JobKey, holder: str, now: datetime, lost: RunningJob | None = None) -> Claim | None:
        """See JobBoard."""
        open_to = (
            and_(FREE, JobRow.due_at <= now)
            if lost is None
            else and_(JobRow.holder == lost.holder, JobRow.beat == lost.beat)
        )
        taking = (
            update(JobRow)
            .where(*THIS, open_to)
            .values(holder=holder, beat=0, attempts=JobRow.attempts + 1, started_at=now)
            .returning(JobRow.attempts, JobRow.asked)
        )
        with self._database.within(key.site):
            row = self._database.connection.execute(taking, _of(key)).first()
            self._database.commit()
        return Claim(key, holder, row.attempts, row.asked) if row else None

    def beat(self, claim: Claim) -> bool:
        """See JobBoard."""
        beating = update(JobRow).where(*THIS, JobRow.holder == claim.holder).values(beat=JobRow.beat + 1)
        return bool(self._write(claim.key.site, beating, claim.key))

    def finish(self, claim: Claim, ending: Ending) -> bool:
        """See JobBoard."""
        again = case((JobRow.asked > claim.asked, ending.at), else_=ending.due)
        done = ending.outcome == DONE
        values: dict[str, Any] = {
            "holder": None,
            "ended_at": ending.at,
            "outcome": ending.outcome,
            "problem": ending.problem,
            "due_at": ending.due if ending.outcome == FAILED else again,
        }
        if done:
            values |= {"attempts": 0, "dead_at": None}
        elif ending.outcome == GIVEN_UP:
            values |= {"attempts": 0, "dead_at": ending.at}
        ours = (*THIS, JobRow.holder == claim.holder)
        connection = self._database.connection
        if not connection.execute(update(JobRow).where(*ours).values(**values), _of(claim.key)).rowcount:
            # A job that erased its site has taken its own row along.
            return connection.execute(INSTALLED_AT, _of(claim.key)).first() is None
        if done:
            over = delete(JobRow).where(*THIS, FREE, JobRow.due_at.is_(None))
            connection.execute(over, _of(claim.key))
        return True

    def totals(self, now: datetime) -> Sequence[JobTotals]:
        """See JobBoard."""
        due = func.sum(case((and_(self._waiting, JobRow.due_at <= now), 1), else_=0))
        counted = select(JobRow.name, due, func.count(JobRow.dead_at), func.max(JobRow.ended_at)).where(KNOWN)
        rows = self._list(counted.group_by(JobRow.name).order_by(JobRow.name))
        return [JobTotals(Job(name), due, dead, ended_at) for name, due, dead, ended_at in rows]

    def enrolled(self, job: Job) -> int:
        """See JobBoard."""
        of_sites = select(func.count()).where(JobRow.name == str(job), JobRow.subject == "")
        [(count,)] = self._list(of_sites)
        return int(count)

    def oldest_due(self) -> datetime | None:
        """See JobBoard."""
        [(due,)] = self._list(select(func.min(JobRow.due_at)).where(self._waiting))
        without = ~exists().where(JobRow.client_key == SiteRow.client_key)
        installed = select(func.min(SiteRow.installed_at)).where(SiteRow.status == INSTALLED, without)
        [(never_run,)] = self._list(installed)
        return min(filter(None, (due, never_run)), default=None)

    def dead(self) -> Sequence[tuple[JobKey, JobState]]:
        """See JobBoard."""
        return [(JobKey(row[0], Job(row[1]), row[2]), _state(row[1:])) for row in self._list(DEAD)]

    def _list(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        with self._database.within("", listing=True):
            return self._database.rows(statement)

    def _write(self, site: str, statement: Any, key: JobKey | None = None) -> int:
        with self._database.within(site):
            values = _of(key) if key else {}
            count = self._database.connection.execute(statement, values).rowcount
            self._database.commit()
        return int(count)


def _of(key: JobKey) -> dict[str, object]:
    return {"site": key.site, "job": str(key.job), "of": key.subject}


def _upserting(database: Database, values: Mapping[str, Any], again: Mapping[str, Any] | None) -> Any:
    """Return an insert that changes the row if there is one, or leaves it without ``again``."""
    insert = (postgresql if has_row_security(database.connection) else sqlite).insert(JobRow).values(**values)
    key = [column.name for column in JobRow.__table__.primary_key]
    if again is None:
        return insert.on_conflict_do_nothing(index_elements=key)
    return insert.on_conflict_do_update(index_elements=key, set_=again)


def _state(row: Any) -> JobState:
    name, subject, due_at, started_at, ended_at, outcome, problem, attempts, dead_at, holder = row
    return JobState(
        job=Job(name),
        subject=subject,
        due_at=due_at,
        started_at=started_at,
        ended_at=ended_at,
        outcome=outcome,
        problem=problem,
        attempts=attempts,
        dead_at=dead_at,
        running=holder is not None,
    )
