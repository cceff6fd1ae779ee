"""A worker wakes by the same rules on every queue, and a queue that is gone costs nothing but time."""

from __future__ import annotations

import json
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from huey import MemoryHuey
from huey.consumer import Consumer
from huey.registry import Message
from structlog.testing import capture_logs

from tests.adapters.support.postgresql import PostgreSQL, running_server
from tests.adapters.support.roles import migrate
from tests.adapters.support.valkey import Valkey
from timesheet.adapters.jobs import huey_consumer, huey_queue
from timesheet.adapters.jobs.huey_consumer import Work
from timesheet.adapters.jobs.huey_queue import (
    MOST_MESSAGES,
    RETRY_SECONDS,
    HueyQueue,
    NameSerializer,
    open_queue,
    open_serving_queue,
)
from timesheet.domain.errors import DatabaseBusy
from tools.postgresql import find_programs

PATIENCE = 30


@pytest.fixture(params=["memory", "sqlite", "postgresql", "valkey"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    """Return the address of a queue; on PostgreSQL as the role of the app, which may create no tables."""
    if request.param == "memory":
        return None
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'queue.db'}"
    if request.param == "postgresql":
        return str(request.getfixturevalue("secured_url"))
    server: Valkey = request.getfixturevalue("valkey")
    return server.url


@pytest.fixture
def queues(url: str | None) -> Iterator[tuple[HueyQueue, HueyQueue]]:
    """Return what a web process and a worker open; a queue in memory is the same object for both."""
    waking = open_queue(url)
    serving = waking if url is None else open_serving_queue(url)
    yield waking, serving
    waking.close()
    serving.close()


def test_a_message_wakes_a_worker(queues: tuple[HueyQueue, HueyQueue]) -> None:
    waking, serving = queues
    woken, ticked = threading.Semaphore(0), threading.Event()
    consumer = serving.serve(Work(woken.release, ticked.set, 2, 60), signals=False)
    running = threading.Thread(target=consumer.run)
    running.start()
    try:
        assert ticked.wait(PATIENCE)
        for _ in range(3):
            assert waking.wake()
            assert woken.acquire(timeout=PATIENCE)
    finally:
        consumer.stop(graceful=True)
        running.join(PATIENCE)
    assert not running.is_alive()


def test_messages_do_not_pile_up_while_no_worker_runs(queues: tuple[HueyQueue, HueyQueue]) -> None:
    waking, _ = queues
    for _ in range(MOST_MESSAGES * 2):
        assert waking.wake()
    assert waking._opened().storage.queue_size() == MOST_MESSAGES


def test_a_message_is_a_name(queues: tuple[HueyQueue, HueyQueue]) -> None:
    waking, _ = queues
    waking.wake()
    [data] = waking._opened().storage.enqueued_items()
    assert set(json.loads(bytes(data))) == {"id", "name"}


@contextmanager
def running(queue: HueyQueue, work: Work) -> Iterator[None]:
    """Run a worker's threads for one block."""
    consumer = queue.serve(work, signals=False)
    thread = threading.Thread(target=consumer.run)
    thread.start()
    try:
        yield
    finally:
        consumer.stop(graceful=True)
        thread.join(PATIENCE)
    assert not thread.is_alive()


def comes(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        pause.wait(0.02)


@pytest.fixture
def server_of_queue(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, Valkey | PostgreSQL]]:
    """Yield a queue's address, and its server, which the test may stop and start."""
    if request.param == "valkey":
        server: Valkey = request.getfixturevalue("valkey")
        yield server.url, server
        return
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with running_server(programs) as postgresql:
        migrate(postgresql.address, postgresql.address)
        yield postgresql.address, postgresql


@pytest.mark.parametrize("server_of_queue", ["valkey", "postgresql"], indirect=True)
def test_a_queue_that_goes_and_comes_back_is_two_lines_in_the_log_of_its_worker(
    server_of_queue: tuple[str, Valkey | PostgreSQL],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However many threads try it, and however often; then messages wake the worker as before."""
    address, server = server_of_queue
    # Threads that fail pause for longer each time; a test need not wait for that.
    monkeypatch.setattr(huey_consumer, "PAUSE_SECONDS", 0.2)
    serving, waking = open_serving_queue(address), open_queue(address)
    monkeypatch.setattr(logging.getLogger("huey"), "propagate", True)
    woken = threading.Semaphore(0)
    tries = counted(serving)
    with capture_logs() as lines, running(serving, Work(woken.release, lambda: None, 3, 60)):
        assert waking.wake()
        assert woken.acquire(timeout=PATIENCE)
        if isinstance(server, PostgreSQL):
            # It would lose the tables that were just created, because tests need not survive a crash.
            server.stop("fast")
        else:
            server.stop()
        comes(lambda: any(line["event"] == "queue_away" for line in lines))
        before = len(tries)
        comes(lambda: len(tries) > before + 9)
        server.start()
        comes(lambda: any(line["event"] == "queue_back" for line in lines))
        waking.close()
        for _ in range(3):
            assert waking.wake()
            assert woken.acquire(timeout=PATIENCE)
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("queue_away", "warning"),
        ("queue_back", "warning"),
    ]
    assert all("exc_info" not in line for line in lines)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    waking.close()
    serving.close()


def counted(queue: HueyQueue) -> list[None]:
    """Count how often the threads of a worker look for a message."""
    tries: list[None] = []
    storage = queue._opened().storage
    dequeue = storage.dequeue

    def counting() -> object:
        tries.append(None)
        return dequeue()

    storage.dequeue = counting
    return tries


def test_a_queue_that_hangs_is_away(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huey_queue, "BLOCKED_SECONDS", 1.5)
    serving = open_serving_queue(valkey.url)
    with capture_logs() as lines, running(serving, Work(lambda: None, lambda: None, 1, 60)):
        valkey.freeze()
        try:
            comes(lambda: any(line["event"] == "queue_away" for line in lines))
        finally:
            valkey.thaw()
        comes(lambda: any(line["event"] == "queue_back" for line in lines))
    assert [line["event"] for line in lines] == ["queue_away", "queue_back"]


def test_a_message_that_nobody_can_read_stops_no_thread(valkey: Valkey) -> None:
    serving, waking, woken = open_serving_queue(valkey.url), open_queue(valkey.url), threading.Event()
    with capture_logs() as lines, running(serving, Work(woken.set, lambda: None, 1, 60)):
        with valkey.client() as client:
            client.lpush("huey.redis.timesheet", b"cos\nsystem\n(S'false'\ntR.")
        comes(lambda: bool(lines))
        assert waking.wake()
        assert woken.wait(PATIENCE)
    assert [(line["event"], line["kind"]) for line in lines] == [("message_unreadable", "JSONDecodeError")]
    waking.close()


@pytest.mark.parametrize("place", ["tick", "drain"])
def test_a_database_that_goes_and_comes_back_is_two_lines(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    queue, away, done = open_queue(None), threading.Event(), threading.Event()
    away.set()
    count: list[None] = []

    def ask() -> None:
        count.append(None)
        if away.is_set():
            raise DatabaseBusy("Timesheet cannot reach its database at the moment.")
        done.set()

    # A tick asks the database, and so does what a message wakes.
    work = Work(ask, ask if place == "tick" else lambda: None, 2, 0.01 if place == "tick" else 60)

    def several() -> bool:
        return (place == "tick" or queue.wake()) and len(count) > 5

    with capture_logs() as lines, running(queue, work):
        comes(several)
        away.clear()
        assert place == "tick" or queue.wake()
        assert done.wait(PATIENCE)
        comes(lambda: len(lines) > 1)
    assert [line["event"] for line in lines] == ["database_away", "database_back"]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_work_that_fails_is_logged_and_stops_no_thread() -> None:
    queue, again = open_queue(None), threading.Event()
    count: list[None] = []

    def work() -> None:
        count.append(None)
        if len(count) == 1:
            raise RuntimeError("a mistake")
        again.set()

    with capture_logs() as lines, running(queue, Work(work, lambda: None, 1, 60)):
        assert queue.wake()
        comes(lambda: bool(lines))
        assert queue.wake()
        assert again.wait(PATIENCE)
    assert [(line["event"], line["exc_info"]) for line in lines] == [("work_failed", True)]


def test_a_worker_that_is_stopped_while_it_starts_ends_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = open_queue(None).serve(Work(lambda: None, lambda: None, 1, 60), signals=True)
    start = Consumer.start

    def start_and_stop(self: Consumer) -> None:
        signal.raise_signal(signal.SIGTERM)
        start(self)

    monkeypatch.setattr(Consumer, "start", start_and_stop)
    handlers = {number: signal.getsignal(number) for number in consumer._signal_actions}
    signal.signal(signal.SIGTERM, lambda *_: pytest.fail("nobody handles it yet"))
    try:
        consumer.run()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_a_tick_that_fails_is_followed_by_the_next() -> None:
    queue, twice = open_queue(None), threading.Event()
    count = []

    def tick() -> None:
        count.append(1)
        if len(count) == 1:
            raise RuntimeError("the database is away")
        twice.set()

    consumer = queue.serve(Work(lambda: None, tick, 1, 0.01), signals=False)
    running = threading.Thread(target=consumer.run)
    running.start()
    try:
        assert twice.wait(PATIENCE)
    finally:
        consumer.stop(graceful=True)
        running.join(PATIENCE)


def test_a_queue_that_is_gone_is_left_alone_for_a_while(valkey: Valkey) -> None:
    now = [1000.0]
    queue = HueyQueue(open_queue(valkey.url)._make, lambda: now[0])
    assert queue.wake()
    valkey.stop()
    begin = time.monotonic()
    assert not queue.wake()
    assert time.monotonic() - begin < 1, "a change does not wait for it"
    valkey.start()
    assert not queue.wake(), "it is not tried at each change"
    now[0] += RETRY_SECONDS
    assert queue.wake()
    queue.close()


def test_a_queue_that_hangs_does_not_hold_up_a_change(valkey: Valkey) -> None:
    queue = open_queue(valkey.url)
    assert queue.wake()
    valkey.freeze()
    try:
        assert not queue.wake()
    finally:
        valkey.thaw()
    queue.close()


def test_what_somebody_put_into_the_queue_runs_no_code(valkey: Valkey) -> None:
    queue = open_queue(valkey.url)
    done: list[bool] = []
    queue.listen(lambda: done.append(True))
    queue.wake()
    with valkey.client() as client:
        assert isinstance(client, redis.Redis)
        client.delete("huey.redis.timesheet")
        client.lpush("huey.redis.timesheet", b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(ValueError, match="Expecting value"):
        queue._opened().dequeue()
    assert done == []
    queue.close()


def test_arguments_are_dropped() -> None:
    serializer = NameSerializer()
    message = Message(id="1", name="wake", args=("a name",), kwargs={"text": "a secret"})
    data = serializer.serialize(message)
    assert b"secret" not in data
    assert b"a name" not in data
    back = serializer.deserialize(data)
    assert (back.id, back.name, back.args, back.kwargs) == ("1", "wake", (), {})


def test_the_immediate_mode_of_tests_works_at_once() -> None:
    queue = HueyQueue(lambda: MemoryHuey("test", immediate=True, serializer=NameSerializer()))
    done: list[bool] = []
    queue.listen(lambda: done.append(True))
    assert queue.wake()
    assert done == [True]
