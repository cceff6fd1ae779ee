"""A worker: threads that run due jobs and show that they are alive meanwhile.

A run is the counterpart of a request: the worker opens a context for it, binds it to one site, and ends its
transaction.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from secrets import token_hex
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, g

from timesheet.domain.errors import DatabaseBusy, JiraUnavailable, NotAllowed, root_cause
from timesheet.domain.job import KINDS, LONGEST_PAUSE, Job
from timesheet.domain.message import without_values
from timesheet.domain.site import INSTALLED, UNINSTALLED, Site
from timesheet.services.job.watch import BEAT_SECONDS, LOST_SECONDS, ClockWatch, Watch
from timesheet.services.job.work import Handlers, Run, attempt, bring_forward, enroll_sites, urgent_jobs
from timesheet.services.ports.job import DEAD, DONE, Claim, Ending, JobKey, JobQueue, RunningJob
from timesheet.services.resilience.priority import Priority, with_priority
from timesheet.web.http.dependencies import dependencies
from timesheet.web.middleware.health import NOT_MIGRATED

THREADS = 4
TICK_SECONDS = 5.0
"""The time after which a worker looks again for jobs that nothing woke it for."""
ENROLL_SECONDS = 20.0
"""The time after which it looks again for sites that have no jobs yet."""
AT_ONCE = 20
"""The most due jobs that a thread looks up at a time."""
UTC_ZONE = ZoneInfo("UTC")
OF_JIRA = (JiraUnavailable, NotAllowed)
"""The errors that a run raises when Jira, and not the app, is the reason."""
log = structlog.stdlib.get_logger("timesheet.job")


class Worker:
    """Runs the jobs of one process; ``queue`` wakes its own threads."""

    def __init__(
        self,
        app: Flask,
        handlers: Handlers,
        queue: JobQueue,
        *,
        threads: int = THREADS,
        timer: Callable[[], float] = monotonic,
        beat_seconds: float = BEAT_SECONDS,
        lost_seconds: float = LOST_SECONDS,
    ) -> None:
        self._app, self._handlers, self._queue, self._threads = app, handlers, queue, threads
        self._timer, self._beat_seconds = timer, beat_seconds
        self._watch, self._clock_watch = Watch(timer, lost_seconds), ClockWatch(timer)
        # One thread is always free for urgent jobs, however long the others take.
        self._patient = threading.Semaphore(max(threads - 1, 1))
        self._stopping = threading.Event()
        self._enrolled_at = float("-inf")
        self._waits = False
        self._lost: deque[RunningJob] = deque()
        self._claims: dict[str, Claim] = {}
        self._reported_lost: set[str] = set()
        self._lock = threading.Lock()

    @property
    def jobs(self) -> frozenset[Job]:
        """Return the jobs that this app can run."""
        return frozenset(self._handlers)

    def drain(self) -> None:
        """Run due jobs, one after the other, until none is due."""
        while not self._stopping.is_set() and self._ready() and self._run_some():
            pass

    def tick(self) -> None:
        """Give new sites their jobs, find runs of dead workers, and wake the threads if there is work."""
        try:
            self._look()
        except DatabaseBusy:
            # While the database is away, the runs of other workers are silent, too.
            self._watch.begin_again()
            raise

    def _look(self) -> None:
        if not self._ready():
            return
        with self._app.app_context():
            deps = dependencies()
            board, now = deps.jobs.board, deps.operation.clock()
            if self._timer() - self._enrolled_at >= ENROLL_SECONDS:
                enroll_sites(board, self._handlers, _zone_of, now)
                bring_forward(board, _zone_of, now, ran=self._clock_watch.compares(now))
                self._clock_watch.note_compared()
                self._enrolled_at = self._timer()
            self._lost = deque(self._watch.lost(self._of_others(board.running())))
            busy = len(board.due(now, self._handlers, self._threads)) + len(self._lost)
        woken = [self._queue.wake() for _ in range(min(busy, self._threads))]
        if not all(woken):
            # Nothing wakes the threads while the queue does not answer, so this one does the work.
            self.drain()

    def beat(self) -> None:
        """Show that every run in progress is alive."""
        for claim in list(self._claims.values()):
            with self._app.app_context():
                try:
                    alive = dependencies().jobs.board.beat(claim)
                    # A run that ended meanwhile needs no beat.
                    if not alive and claim.holder in self._claims.keys() - self._reported_lost:
                        self._reported_lost.add(claim.holder)
                        log.warning("job_lost", **_names(claim.key))
                except DatabaseBusy:
                    # The next look for work reports an outage, once.
                    continue
                except Exception as error:  # noqa: BLE001  (a beat that fails is followed by the next one)
                    log.warning("beat_failed", kind=type(error).__name__, **_names(claim.key))

    def keep_beating(self) -> None:
        """Beat until the worker stops; for a thread of its own."""
        while not self._stopping.wait(self._beat_seconds):
            self.beat()

    def stop(self) -> None:
        """Begin no more jobs."""
        self._stopping.set()

    def _ready(self) -> bool:
        """Return True if the database has the tables of this version; the log says once that the worker waits."""
        with self._app.app_context():
            transaction = dependencies().operation.transaction
            if transaction.migrated():
                waits = False
            elif transaction.reachable():
                waits = True
            else:
                # The next statement reports that the database is away.
                return True
        with self._lock:
            changed, self._waits = waits != self._waits, waits
        if changed and waits:
            log.warning("worker_waits", reason=NOT_MIGRATED)
        elif changed:
            log.warning("worker_begins")
        return not waits

    def _of_others(self, running: Sequence[RunningJob]) -> Sequence[RunningJob]:
        """Return the runs of other workers that this one could take over: its settings or version may differ."""
        return [run for run in running if run.key.job in self._handlers and run.holder not in self._claims]

    def _run_some(self) -> bool:
        """Run what is due and this thread may run now; False if there is nothing."""
        patient = self._patient.acquire(blocking=False)
        try:
            return self._run_lost() or self._run_due(
                self._handlers if patient else urgent_jobs(self._handlers)
            )
        finally:
            if patient:
                self._patient.release()

    def _run_lost(self) -> bool:
        try:
            lost = self._lost.popleft()
        except IndexError:
            return False
        return self._run(lost.key, lost) or True

    def _run_due(self, jobs: Handlers | frozenset[Job]) -> bool:
        with self._app.app_context():
            deps = dependencies()
            keys = list(deps.jobs.board.due(deps.operation.clock(), jobs, AT_ONCE))
        # Shuffled, so several threads and workers do not all try to claim the same job.
        random.shuffle(keys)
        ran = [key for key in keys if not self._stopping.is_set() and self._run(key)]
        return bool(ran)

    def _run(self, key: JobKey, lost: RunningJob | None = None) -> bool:
        """Run one job in a context of its own; False if another worker was first."""
        with self._app.app_context():
            deps, holder = dependencies(), token_hex(8)
            claim = deps.jobs.board.claim(key, holder, deps.operation.clock(), lost)
            if claim is None:
                return False
            g.job_run = holder
            with structlog.contextvars.bound_contextvars(run=holder, **_names(key)):
                with self._claimed(claim):
                    run = self._attempt(claim)
                self._end(claim, run)
        return True

    @contextmanager
    def _claimed(self, claim: Claim) -> Iterator[None]:
        with self._lock:
            self._claims[claim.holder] = claim
        try:
            yield
        finally:
            with self._lock:
                del self._claims[claim.holder]
                self._reported_lost.discard(claim.holder)

    def _attempt(self, claim: Claim) -> Run:
        deps = dependencies()
        site = deps.sites.find(claim.key.site)
        if site is None or not _has(site, claim.key.job):
            # The site has been installed, disabled, or uninstalled meanwhile, so it has other scheduled jobs now. What
            # was asked for waits until the site is back or erased, because nobody would ask again.
            now = deps.operation.clock()
            return Run(Ending(DONE, now, None if KINDS[claim.key.job].scheduled else now + LONGEST_PAUSE))
        # Only the jobs of the night are due at a time of day.
        zone = _zone_of(site.key) if KINDS[claim.key.job].nightly else UTC_ZONE
        with with_priority(Priority.BACKGROUND), deps.operation.transaction.within(site.key):
            run = attempt(self._handlers[claim.key.job], claim, zone, deps.operation.clock)
            if run.error is not None:
                deps.operation.transaction.roll_back()
        return run

    def _end(self, claim: Claim, run: Run) -> None:
        """Store the end of a run in the transaction of its work, or undo both."""
        deps = dependencies()
        transaction = deps.operation.transaction
        if run.error is not None:
            _log_failure(claim, run, run.error)
        with transaction.within(claim.key.site):
            if not deps.jobs.board.finish(claim, run.ending):
                transaction.roll_back()
                log.warning("job_lost")
                return
            transaction.commit()
        level = log.error if run.ending.outcome == DEAD else log.info
        level("job", outcome=run.ending.outcome)


def _log_failure(claim: Claim, run: Run, error: Exception) -> None:
    """Log why a run failed."""
    log.warning("job_failed", kind=run.ending.problem, attempts=claim.attempts, **failure_values(error))


def failure_values(error: Exception) -> Mapping[str, object]:
    """Return why work failed, for a log; where in the app it failed says nothing about an answer of Jira.

    Jira's own words stay out of the log: they may quote issues and people. Of an error of the connection, ``cause`` is
    the class, such as ConnectionRefusedError.
    """
    if isinstance(error, OF_JIRA):
        return {"reason": without_values(error.sentence), "cause": root_cause(error)}
    return {"exc_info": error}


def _has(site: Site, job: Job) -> bool:
    """Return True if a site in this state has this job."""
    return site.status == (UNINSTALLED if KINDS[job].uninstalled else INSTALLED)


def _zone_of(site: str) -> ZoneInfo:
    deps = dependencies()
    with deps.operation.transaction.within(site):
        return deps.stores.settings_of(site).read_site().zone


def _names(key: JobKey) -> dict[str, str]:
    return {"site": key.site, "job": str(key.job), "subject": key.subject}
