"""Use Huey to wake workers, and for their threads and clock.

A message contains only a name. So losing the queue loses no work, and somebody who can write to it can only
make a worker look for work. Huey's own serializer is pickle, which would run what it reads.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import redis
import structlog
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.consumer import Worker as Listener
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import PostgresStorage, RedisStorage
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import make_url

from timesheet.adapters.jobs.outage import Outage
from timesheet.domain.errors import DatabaseBusy

NAME, PREFIX = "timesheet", "job_queue"
MOST_MESSAGES = 16
"""One message wakes a thread that works until nothing is due, so more would only pile up while no worker runs."""
POLL_SECONDS, IDLE_SECONDS = 0.1, 1.0
"""How often an idle worker looks into a queue in a file: at first, and after a while without a message."""
CALL_SECONDS, BLOCKED_SECONDS = 0.5, 5.0
"""How long a call to Redis may take: one that wakes a worker, and one that waits for a message."""
PAUSE_SECONDS = 5.0
"""How long a worker waits at most before it tries a queue again that is away."""
RETRY_SECONDS = 10.0
"""How long nothing is sent after the queue did not answer; the workers look by themselves meanwhile."""
STOP_SECONDS = 2
# KEYS: queue. ARGV: the message, and how many are enough.
ENQUEUE = """
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('LPUSH', KEYS[1], ARGV[1])
return 1
"""
log = structlog.stdlib.get_logger("timesheet.job")


class NameSerializer(Serializer):  # type: ignore[misc]
    """Stores a message as the name of its task in JSON, and drops everything else."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps({"id": data.id, "name": data.name}).encode()

    def _deserialize(self, data: bytes) -> Message:
        fields = json.loads(bytes(data))
        return Message(
            id=str(fields["id"]), name=str(fields["name"]), retries=0, retry_delay=0, args=(), kwargs={}
        )


class ClosingStorage(PostgresStorage):  # type: ignore[misc]
    """Closes the connections of all threads; each waits for messages on one of its own."""

    def __init__(self, *args: Any, **values: Any) -> None:
        self._connections: list[Any] = []
        super().__init__(*args, **values)

    def _connect(self) -> Any:
        connection = super()._connect()
        self._connections = [*(one for one in self._connections if not one.closed), connection]
        return connection

    _create_connection = _connect

    def close(self) -> Any:
        """See huey."""
        for one in self._connections:
            one.close()
        return super().close()


class BoundedStorage(RedisStorage):  # type: ignore[misc]
    """Keeps its queue short, and raises an error if the server does not answer, which huey treats as no message."""

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Add a message unless there are enough, in one round trip, because a request waits for it."""
        del priority
        self.conn.eval(ENQUEUE, 1, self.queue_key, data, MOST_MESSAGES)

    def dequeue(self) -> Any:
        """See huey."""
        found = self.conn.brpop(self.queue_key, timeout=self.read_timeout)
        return None if found is None else found[1]


@dataclass(frozen=True, slots=True)
class Work:
    """The work of a worker with so many ``threads``.

    ``drain`` runs jobs until none is due; ``tick`` looks for work and is called every ``every`` seconds.
    """

    drain: Callable[[], None]
    tick: Callable[[], None]
    threads: int
    every: float


class HueyQueue:
    """Implements JobQueue, and serves a worker from the same queue."""

    def __init__(self, make: Callable[[], Huey], timer: Callable[[], float] = monotonic) -> None:
        self._make, self._timer = make, timer
        self._lock = threading.Lock()
        self._huey: Huey | None = None
        self._silent_until = float("-inf")
        self._drain: Callable[[], None] = _nothing
        self._outage, self._database = Outage("queue", timer), Outage("database", timer)

    def wake(self) -> bool:
        """See JobQueue."""
        if self._timer() < self._silent_until:
            return False
        asked_at = self._outage.asking()
        try:
            huey = self._opened()
            storage = huey.storage
            if isinstance(storage, BoundedStorage) or huey.immediate or storage.queue_size() < MOST_MESSAGES:
                self._task()
        except Exception as error:  # noqa: BLE001  (whichever library it is: the work is in the database)
            self._silent_until = self._timer() + RETRY_SECONDS
            self._outage.failed(asked_at, error)
            return False
        self._outage.answered(asked_at)
        return True

    def listen(self, drain: Callable[[], None]) -> None:
        """Call ``drain`` for each message; for ``serve``, and for tests with huey's immediate mode."""
        self._drain = drain

    def serve(self, work: Work, *, signals: bool) -> _Consumer:
        """Return a consumer that is not started yet; with ``signals`` it handles those of its process."""
        self.listen(work.drain)
        return _Consumer(self._opened(), work, (self._outage, self._database), signals)

    def close(self) -> None:
        """Close the connection to the queue."""
        with self._lock:
            if self._huey is not None:
                self._huey.storage.close()
            self._huey = None

    def _opened(self) -> Huey:
        with self._lock:
            if self._huey is None:
                self._huey = self._make()
                self._task = self._huey.task(name="wake")(self._woken)
            return self._huey

    def _woken(self) -> None:
        _with_database(self._drain, self._database)


class _Listener(Listener):  # type: ignore[misc]
    """Takes the place of huey's worker, which logs an error with its traceback whenever the queue is away."""

    outage: Outage

    def loop(self, now: object = None) -> None:
        """Wait for a message, and do what it asks for."""
        del now
        asked_at = self.outage.asking()
        try:
            data = self.huey.storage.dequeue()
        except Exception as error:  # noqa: BLE001  (whichever library it is: the next one may succeed)
            if not self.stop_flag.is_set():
                # A worker that ends closes the connections of its threads.
                self.outage.failed(asked_at, error)
            self.sleep()
            return
        self.outage.answered(asked_at)
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
            _with_database(self._work.tick, self._database)
        except Exception:
            log.exception("tick_failed")
        self._stop.wait(self._work.every)


class _Consumer(Consumer):  # type: ignore[misc]
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
        """See huey, which cannot stop threads that have not started yet."""
        self._started.wait(STOP_SECONDS)
        super().stop(graceful)

    def run(self) -> None:
        """See huey; in the end the queue is closed."""
        super().run()
        self.huey.storage.close()

    def _set_signal_handlers(self) -> None:
        if self._signals:
            super()._set_signal_handlers()


def open_queue(url: str | None) -> HueyQueue:
    """Return the queue at ``url``: a Redis or PostgreSQL, a file (``sqlite:///…``), or memory for None."""
    return HueyQueue(lambda: _open(url, CALL_SECONDS))


def open_serving_queue(url: str | None) -> HueyQueue:
    """Return the same queue for a worker, whose calls wait for messages."""
    return HueyQueue(lambda: _open(url, BLOCKED_SECONDS))


def _open(url: str | None, seconds: float) -> Huey:
    common = {"results": False, "serializer": NameSerializer()}
    if url is None:
        return MemoryHuey(NAME, **common)
    if url.startswith("sqlite:///"):
        return SqliteHuey(NAME, filename=url.removeprefix("sqlite:///"), **common)
    if url.startswith("postgresql"):
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(
            NAME,
            storage_class=ClosingStorage,
            dsn=address,
            table_prefix=PREFIX,
            create_tables=False,
            **common,
        )
    pool = redis.ConnectionPool.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=CALL_SECONDS,
        # Without this the client pauses between three more attempts, up to ten seconds each.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
    return RedisHuey(NAME, storage_class=BoundedStorage, connection_pool=pool, **common)


def _with_database(work: Callable[[], None], outage: Outage) -> None:
    """Do work that needs the database; while that is away, the next tick looks for the same work again."""
    asked_at = outage.asking()
    try:
        work()
    except DatabaseBusy as error:
        outage.failed(asked_at, error)
    else:
        outage.answered(asked_at)


def _nothing() -> None:
    """Do nothing: this process only wakes workers."""
