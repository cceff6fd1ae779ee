"""The threads of a worker, with Huey: some wait for messages, and one regularly looks for work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from huey import Huey
from huey.consumer import Consumer
from huey.consumer import Worker as Listener

from timesheet.adapters.jobs.outage import Outage
from timesheet.domain.errors import DatabaseBusy

POLL_SECONDS, IDLE_SECONDS = 0.1, 1.0
"""The pauses after which an idle worker looks into a queue in a file: at first, and after a while without a message."""
PAUSE_SECONDS = 5.0
"""The longest time that a worker waits before it tries a queue again that is away."""
STOP_SECONDS = 2
log = structlog.stdlib.get_logger("timesheet.job")


@dataclass(frozen=True, slots=True)
class Work:
    """The work of a worker with so many ``threads``.

    ``drain`` runs jobs until none is due; ``tick`` looks for work and is called every ``every`` seconds. After ``end``
    neither begins another job, so that runs in progress are over when the process ends.
    """

    drain: Callable[[], None]
    tick: Callable[[], None]
    threads: int
    every: float
    end: Callable[[], None] = lambda: None


class _Listener(Listener):  # type: ignore[misc]
    """Takes the place of huey's worker, which logs an error with its traceback whenever the queue is away."""

    outage: Outage

    def loop(self, now: object = None) -> None:
        """Wait for a message, and do what it asks for."""
        del now
        sent_at = self.outage.now()
        try:
            data = self.huey.storage.dequeue()
        except Exception as error:  # noqa: BLE001  (whichever library it is: the next one may succeed)
            if not self.stop_flag.is_set():
                # A worker that ends closes the connections of its threads.
                self.outage.failed(sent_at, error)
            self.sleep()
            return
        self.outage.answered(sent_at)
        if data is not None or self.huey.storage.blocking:
            self.delay = self.default_delay
        else:
            self.sleep()
        if data is not None:
            self._do(data)

    def _do(self, data: bytes) -> None:
        """Run a message's task; huey would ask the queue three more times, and that may be away again."""
        try:
            task = self.huey.deserialize_task(data)
        except Exception as error:  # noqa: BLE001  (nothing that somebody puts into the queue may stop a thread)
            log.warning("message_unreadable", kind=type(error).__name__)
            return
        try:
            task.execute()
        except Exception:
            log.exception("work_failed")


class _Ticker:
    """Takes the place of huey's scheduler: nothing is scheduled in the queue, because it may be lost."""

    def __init__(self, stop: Any, work: Work, database: Outage) -> None:
        self._stop, self._work, self._database = stop, work, database

    def initialize(self) -> None:
        """See huey."""

    def shutdown(self) -> None:
        """See huey."""

    def loop(self, now: object = None) -> None:
        """Look for work, then wait."""
        del now
        try:
            with_database(self._work.tick, self._database)
        except Exception:
            log.exception("tick_failed")
        self._stop.wait(self._work.every)


class HueyConsumer(Consumer):  # type: ignore[misc]
    """Threads that wait for messages, and one that regularly looks for work."""

    worker_class = _Listener

    def __init__(self, huey: Huey, work: Work, outages: tuple[Outage, Outage], signals: bool) -> None:
        self._work, self._signals = work, signals
        self._queue, self._database = outages
        self._started = threading.Event()
        blocking = getattr(huey.storage, "blocking", False)
        super().__init__(
            huey,
            workers=work.threads,
            periodic=False,
            initial_delay=POLL_SECONDS,
            # A storage that waits by itself is called again at once; this is the pause after an error.
            max_delay=PAUSE_SECONDS if blocking else IDLE_SECONDS,
            shutdown_timeout=STOP_SECONDS,
            graceful_signal="TERM",
        )

    def _create_scheduler(self) -> _Ticker:
        return _Ticker(self.stop_flag, self._work, self._database)

    def _create_worker(self) -> _Listener:
        made: _Listener = super()._create_worker()
        made.outage = self._queue
        return made

    def start(self) -> None:
        """See huey, which handles signals only after its threads: a worker stopped meanwhile would be killed."""
        self._set_signal_handlers()
        super().start()
        self._started.set()

    def stop(self, graceful: bool = False) -> None:
        """See huey, which cannot stop threads that have not started yet, and waits for those that run jobs."""
        self._work.end()
        self._started.wait(STOP_SECONDS)
        super().stop(graceful)

    def run(self) -> None:
        """See huey; in the end the queue is closed."""
        super().run()
        self.huey.storage.close()

    def _set_signal_handlers(self) -> None:
        if self._signals:
            super()._set_signal_handlers()


def with_database(work: Callable[[], None], outage: Outage) -> None:
    """Do work that needs the database; while that is away, the next tick looks for the same work again."""
    sent_at = outage.now()
    try:
        work()
    except DatabaseBusy as error:
        outage.failed(sent_at, error)
    else:
        outage.answered(sent_at)
