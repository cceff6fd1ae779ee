"""What wakes a worker: the same rules on every queue, and a queue that is gone costs nothing but time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from huey import MemoryHuey
from huey.registry import Message

from tests.adapters.support.valkey import Valkey
from timesheet.adapters.jobs.huey_queue import (
    MOST_MESSAGES,
    RETRY_SECONDS,
    HueyQueue,
    NameSerializer,
    Work,
    open_queue,
    open_serving_queue,
)

PATIENCE = 30


@pytest.fixture(params=["memory", "sqlite", "postgresql", "valkey"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    """The address of a queue; on PostgreSQL as the role of the app, which may create no tables."""
    if request.param == "memory":
        return None
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'queue.db'}"
    if request.param == "postgresql":
        return str(request.getfixturevalue("walled_url"))
    server: Valkey = request.getfixturevalue("valkey")
    return server.url


@pytest.fixture
def queues(url: str | None) -> Iterator[tuple[HueyQueue, HueyQueue]]:
    """What a web process and a worker open; a queue in memory is the same object for both."""
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
    assert not queue.wake()
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
