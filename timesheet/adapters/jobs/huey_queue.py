"""The queue that wakes workers, with Huey.

A message contains only a name. So losing the queue loses no work, and somebody who can write to it can only
make a worker look for work. Huey's own serializer is pickle, which would run what it reads.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import redis
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import PostgresStorage, RedisStorage
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import make_url

from timesheet.adapters.db.engine import noticing_dead_network
from timesheet.adapters.jobs.huey_consumer import HueyConsumer, Work, with_database
from timesheet.adapters.jobs.outage import Outage

NAME, PREFIX = "timesheet", "job_queue"
MOST_MESSAGES = 16
"""One message wakes a thread that works until nothing is due, so more would only pile up while no worker runs."""
CALL_SECONDS, BLOCKED_SECONDS = 0.5, 5.0
"""The longest time of a call to Redis: one that wakes a worker, and one that waits for a message."""
RETRY_SECONDS = 10.0
"""The time for which nothing is sent after the queue did not answer; the workers look by themselves meanwhile."""
# KEYS: queue. ARGV: the message, and how many are enough.
ENQUEUE = """
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('LPUSH', KEYS[1], ARGV[1])
return 1
"""


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
        sent_at = self._outage.now()
        try:
            huey = self._opened()
            storage = huey.storage
            if isinstance(storage, BoundedStorage) or huey.immediate or storage.queue_size() < MOST_MESSAGES:
                self._task()
        except Exception as error:  # noqa: BLE001  (whichever library it is: the work is in the database)
            self._silent_until = self._timer() + RETRY_SECONDS
            self._outage.failed(sent_at, error)
            return False
        self._outage.answered(sent_at)
        return True

    def listen(self, drain: Callable[[], None]) -> None:
        """Call ``drain`` for each message; for ``serve``, and for tests with huey's immediate mode."""
        self._drain = drain

    def serve(self, work: Work, *, signals: bool) -> HueyConsumer:
        """Return a consumer that is not started yet; with ``signals`` it handles those of its process."""
        self.listen(work.drain)
        return HueyConsumer(self._opened(), work, (self._outage, self._database), signals)

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
        with_database(self._drain, self._database)


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
        address = noticing_dead_network(make_url(url)).set(drivername="postgresql")
        return PostgresHuey(
            NAME,
            storage_class=ClosingStorage,
            dsn=address.render_as_string(hide_password=False),
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


def _nothing() -> None:
    """Do nothing: this process only wakes workers."""
