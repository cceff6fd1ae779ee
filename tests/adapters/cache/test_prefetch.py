"""A prefetch asks the server once for what requests like it usually read, and shows no less than asking each time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import fakeredis
import pytest
import redis
from cryptography.fernet import Fernet

from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.envelope import Envelopes
from timesheet.adapters.cache.prefetch import MOST_KEYS, MOST_NAMES, TRUSTED_SECONDS, Prefetches
from timesheet.adapters.cache.redis import RedisCache
from timesheet.adapters.cache.server import CacheServer
from timesheet.adapters.crypto.cache_box import CacheBox

KEYS = [Fernet.generate_key().decode()]


class Questions:
    """A server's client that counts its calls."""

    def __init__(self, server: fakeredis.FakeServer) -> None:
        self._client = fakeredis.FakeRedis(server=server)
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found):
            return found

        def ask(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            return found(*arguments, **named)

        return ask


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the clock of prefetches stand until a test moves it."""
    at = [1000.0]
    monkeypatch.setattr("timesheet.adapters.cache.redis.Prefetches", lambda: Prefetches(lambda: at[0]))
    return at


@pytest.fixture
def two(now: list[float]) -> tuple[RedisCache, RedisCache, Questions]:
    """Return the caches of two processes, and the client of the first one."""
    del now
    server = fakeredis.FakeServer()
    first, second = Questions(server), Questions(server)
    return process(first), process(second), first


def process(client: Questions) -> RedisCache:
    server = CacheServer(client, start=lambda _: None)  # type: ignore[arg-type]
    return RedisCache(server, Envelopes(CacheBox(KEYS), Codec(CACHED)))


def read(cache: RedisCache, *keys: str) -> list[Any]:
    with cache.prefetch("page"):
        return [cache.get(key) for key in keys]


def calls_made(questions: Questions, do: Callable[[], object]) -> int:
    before = questions.calls
    do()
    return questions.calls - before


def test_the_second_look_of_a_name_asks_once(two: tuple[RedisCache, RedisCache, Questions]) -> None:
    cache, other, questions = two
    cache.put("a", 1, 60)
    other.put("b", 2, 60)
    assert calls_made(questions, lambda: read(cache, "a", "b", "c")) == 3
    assert calls_made(questions, lambda: read(cache, "a", "b", "c", "a")) == 1
    assert read(cache, "a", "b", "c") == [1, 2, None]
    assert calls_made(questions, lambda: read(cache, "a", "d")) == 2, "what is new is requested by itself"


def test_a_look_shows_what_others_wrote_before_it(two: tuple[RedisCache, RedisCache, Questions]) -> None:
    cache, other, _ = two
    cache.put("a", 1, 60)
    assert read(cache, "a", "b") == [1, None]
    other.put("a", 2, 60)
    other.put("b", 3, 60)
    assert read(cache, "a", "b") == [2, 3]
    other.delete("a")
    assert read(cache, "a", "b") == [None, 3]


def test_after_a_change_everything_else_is_read_again(
    two: tuple[RedisCache, RedisCache, Questions],
) -> None:
    cache, other, questions = two
    cache.put("log", (), 60)
    cache.put("window", 1, 60)
    read(cache, "log", "window")
    with cache.prefetch("page"):
        assert (cache.get("log"), cache.get("window")) == ((), 1)
        other.put("window", 2, 60)
        cache.change("log", tuple[int, ...], lambda log: (*log, 7), 60)
        assert calls_made(questions, lambda: cache.get("log")) == 0
        assert cache.get("log") == (7,)
        assert cache.get("window") == 2


@pytest.mark.parametrize(
    "write",
    [
        lambda cache: cache.put("a", 2, 60),
        lambda cache: cache.update("a", lambda _: 2),
        lambda cache: cache.change("a", int, lambda _: 2, 60),
    ],
)
def test_what_another_thread_of_the_process_writes_is_seen(
    two: tuple[RedisCache, RedisCache, Questions], write: Callable[[RedisCache], None]
) -> None:
    cache, _, _ = two
    cache.put("a", 1, 60)
    with cache.prefetch("page"):
        assert cache.get("a") == 1
        thread = threading.Thread(target=write, args=(cache,))
        thread.start()
        thread.join()
        assert cache.get("a") == 2


def test_whoever_has_waited_for_a_turn_sees_what_the_one_before_did(
    two: tuple[RedisCache, RedisCache, Questions],
) -> None:
    cache, other, _ = two
    with cache.prefetch("page"):
        assert cache.get("write") is None
        with other.turn("cell"):
            other.put("write", "done", 60)
        with cache.turn("cell"):
            assert cache.get("write") == "done"


def test_what_another_process_made_meanwhile_is_not_made_again(
    two: tuple[RedisCache, RedisCache, Questions],
) -> None:
    cache, other, _ = two
    with cache.prefetch("page"):
        assert cache.get("a") is None
        other.put("a", "theirs", 60)
        assert cache.get_or_create("a", lambda: "ours", 60) == "theirs"


def test_a_value_counts_for_a_moment_only(
    two: tuple[RedisCache, RedisCache, Questions], now: list[float]
) -> None:
    cache, other, _ = two
    cache.put("a", 1, 60)
    with cache.prefetch("page"):
        assert cache.get("a") == 1
        other.put("a", 2, 60)
        now[0] += TRUSTED_SECONDS * 0.9
        assert cache.get("a") == 1
        now[0] += TRUSTED_SECONDS * 0.2
        assert cache.get("a") == 2


def test_a_look_ends_with_its_block_and_is_one_threads(
    two: tuple[RedisCache, RedisCache, Questions],
) -> None:
    cache, other, _ = two
    cache.put("a", 1, 60)
    seen = []
    with cache.prefetch("page"):
        with cache.prefetch("inner"):
            assert cache.get("a") == 1
        other.put("a", 2, 60)
        assert cache.get("a") == 1, "a prefetch inside another one does not end it"
        thread = threading.Thread(target=lambda: seen.append(cache.get("a")))
        thread.start()
        thread.join()
    assert seen == [2]
    assert cache.get("a") == 2


def test_the_server_can_be_away(two: tuple[RedisCache, RedisCache, Questions]) -> None:
    cache, _, questions = two
    cache.put("a", 1, 60)
    read(cache, "a", "b")

    def gone(*_: object, **__: object) -> None:
        raise redis.ConnectionError

    questions.eval = questions.set = gone  # type: ignore[attr-defined]
    with cache.prefetch("page"):
        assert cache.get("a") == 1
        cache.put("b", 2, 60)
        cache.change("c", int, lambda value: value + 1, 60)
        assert (cache.get("b"), cache.get("c")) == (2, 1)
    assert cache.isolated


def test_looks_remember_a_limited_number_of_names_and_keys() -> None:
    prefetches = Prefetches()
    for number in range(MOST_NAMES + 5):
        with prefetches.open(str(number)):
            prefetch = prefetches.current
            assert prefetch is not None
            for key in range(MOST_KEYS + 5):
                prefetch.knows(str(key))
    assert len(prefetches._usual) == MOST_NAMES
    assert {len(keys) for keys in prefetches._usual.values()} == {MOST_KEYS}


def test_many_values_are_read_and_stored_with_one_question(
    two: tuple[RedisCache, RedisCache, Questions],
) -> None:
    cache, other, questions = two
    other.put_all({"a": 1, "b": 2}, 60)
    assert calls_made(questions, lambda: cache.get_all(["a", "b", "c"])) == 1
    assert calls_made(questions, lambda: cache.put_all({"a": 3, "b": 4}, 60)) == 1
    assert other.get_all(["a", "b", "c"]) == [3, 4, None]
    read(cache, "a", "b")
    with cache.prefetch("page"):
        assert calls_made(questions, lambda: cache.get("a")) == 1
        assert calls_made(questions, lambda: cache.get_all(["a", "b"])) == 0
        assert calls_made(questions, lambda: cache.get_all(["b", "c"])) == 1
