"""The shared cache on a real server, used by two processes' caches at once, while the server fails in every way."""

from __future__ import annotations

import socket
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from unittest.mock import Mock

import pytest
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

from tests.adapters.support.valkey import Valkey
from tests.processes.support.app_processes import wait_for
from timesheet.adapters.cache import envelope, lease
from timesheet.adapters.cache.choice import CACHED, open_cache
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.envelope import Envelopes
from timesheet.adapters.cache.missed import MissedChanges
from timesheet.adapters.cache.redis import RedisCache
from timesheet.adapters.cache.server import ANSWER_SECONDS, CacheServer, connect
from timesheet.adapters.cache.shared_value import name_of as server_name_of
from timesheet.adapters.crypto.cache_box import CacheBox
from timesheet.domain.span import DateSpan
from timesheet.services.ports.cache import ValueChange
from timesheet.services.ports.packed_worklogs import PackedWorklogs

KEYS = [Fernet.generate_key().decode()]
NOW = datetime(2026, 11, 16, 11, tzinfo=UTC)
SPAN = DateSpan(date(2026, 11, 1), date(2026, 11, 30))
AT_ONCE = 0.2
"""More than a call that does not ask the server takes on a busy machine, and less than any timeout."""
BACK = 10.0


def process(url: str) -> RedisCache:
    """Return the cache as one process has it."""
    cache = open_cache(CacheServer(connect(url)), CacheBox(KEYS))
    assert isinstance(cache, RedisCache)
    return cache


@pytest.fixture
def two(valkey: Valkey) -> tuple[RedisCache, RedisCache]:
    return process(valkey.url), process(valkey.url)


def add(value: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    return lambda known: (*known, value)


def record(cache: RedisCache, value: str) -> None:
    """Add to a record of changes, as the change log does."""
    cache.change("log", tuple[str, ...], add(value), 60)


def seconds(do: Callable[[], object]) -> float:
    started = time.monotonic()
    do()
    return time.monotonic() - started


def test_what_one_process_writes_the_other_sees_at_once(two: tuple[RedisCache, RedisCache]) -> None:
    one, other = two
    one.put("key", 1, 60)
    assert other.get("key") == 1
    one.update("key", lambda value: value + 1)
    assert other.get("key") == 2
    other.delete("key")
    assert one.get("key") is None


def test_two_processes_that_patch_at_once_lose_nothing(two: tuple[RedisCache, RedisCache]) -> None:
    one, other = two
    one.put("key", 0, 60)
    with ThreadPoolExecutor(8) as pool:
        for number in range(200):
            pool.submit(two[number % 2].update, "key", lambda value: value + 1)
    assert (one.get("key"), other.get("key")) == (200, 200)


def test_an_unchanged_value_is_neither_transferred_nor_decoded_again(
    valkey: Valkey, two: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two
    large = PackedWorklogs(("a",), SPAN, array("q", range(70_000)), {}, NOW, NOW, NOW)
    one.put("key", large, 60)
    assert other.get("key") == large
    sent = valkey.client().info("stats")["total_net_output_bytes"]
    assert other.get("key") is other.get("key")
    assert valkey.client().info("stats")["total_net_output_bytes"] - sent < 20_000
    one.update("key", lambda packed: replace(packed, version="2"))
    assert other.get("key").version == "2"


def test_values_are_compressed_and_a_huge_one_stays_in_its_process(
    valkey: Valkey, two: tuple[RedisCache, RedisCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    one.put("key", "x" * 1_000_000, 60)
    [name] = valkey.client().scan_iter("timesheet:*")
    assert valkey.client().strlen(name) < 10_000
    monkeypatch.setattr(envelope, "LARGEST", 1000)
    one.put("key", "x" * 1_000_000, 60)
    assert one.get("key") == "x" * 1_000_000
    assert other.get("key") is None
    other.update("key", lambda value: value)
    assert one.get("key") is None, "it would have missed the change"


@pytest.mark.parametrize("ttl", [0, 60])
def test_processes_share_one_read(two: tuple[RedisCache, RedisCache], ttl: float) -> None:
    one, other = two
    reading, go, reads = threading.Event(), threading.Event(), list[str]()

    def read() -> str:
        reads.append("one")
        reading.set()
        assert go.wait(30)
        return "read"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(one.get_or_create, "key", read, ttl)
        assert reading.wait(30)
        second = pool.submit(other.get_or_create, "key", lambda: reads.append("other"), ttl)
        # The other one has reported that it waits.
        client = other._server._client
        wait_for(lambda: list(client.scan_iter("timesheet:*:waiting")), 10)
        go.set()
        assert first.result(30) == second.result(30) == "read"
    assert reads == ["one"]


def test_a_reader_that_fails_or_dies_is_replaced(
    two: tuple[RedisCache, RedisCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two

    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        one.get_or_create("key", fail, 0)
    assert other.get_or_create("key", lambda: "other", 0) == "other"
    monkeypatch.setattr(lease, "LEASE_MILLISECONDS", 300)
    # Taken and never renewed, as by a process that was killed.
    one._leases.take(f"{name_of(one, 'dead')}:lock")
    assert seconds(lambda: other.get_or_create("dead", lambda: "other", 60)) < 2


def name_of(cache: RedisCache, key: str) -> str:
    """Return the name of a key on the server."""
    before = set(cache._server._client.scan_iter("timesheet:*"))
    cache.put(key, 1, 60)
    [name] = set(cache._server._client.scan_iter("timesheet:*")) - before
    cache.delete(key)
    return str(name.decode())


def test_a_living_reader_keeps_its_lease(
    two: tuple[RedisCache, RedisCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    monkeypatch.setattr(lease, "LEASE_MILLISECONDS", 300)
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.05)
    lock = f"{name_of(one, 'turn')}:lock"
    with one.turn("turn"):
        mine = one._server._client.get(lock)
        # The lease was renewed when the time left grew.
        left = [one._server._client.pttl(lock)]

        def renewed() -> bool:
            left.append(one._server._client.pttl(lock))
            return left[-1] > left[-2]

        wait_for(renewed, 10)
        assert one._server._client.get(lock) == mine
    with other.turn("turn"):
        assert other._server._client.get(lock) != mine


def test_a_server_that_hangs_costs_one_timeout_and_nobody_waits_again(
    valkey: Valkey, two: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two
    one.put("key", 1, 60)
    assert other.get("key") == 1
    valkey.freeze()
    assert seconds(lambda: one.get("key")) < ANSWER_SECONDS + AT_ONCE
    assert one.isolated
    for work in (
        lambda: one.put("own", 1, 60),
        lambda: one.update("key", lambda value: value + 10),
        lambda: one.get_or_create("made", lambda: 1, 60),
        lambda: one.delete("absent"),
    ):
        assert seconds(work) < AT_ONCE
    assert (one.get("key"), one.get("own"), one.get("made")) == (11, 1, 1), "its own values remain"
    valkey.thaw()
    wait_for(lambda: not one.isolated, BACK)
    wait_for(lambda: other.get("key") == 11 and other.get("own") == 1, BACK)


@pytest.mark.parametrize("emptied", [True, False])
def test_changes_made_by_both_while_it_was_away_are_all_there_afterward(
    valkey: Valkey, two: tuple[RedisCache, RedisCache], emptied: bool
) -> None:
    one, other = two
    record(one, "before")
    assert other.get("log") == ("before",)
    one.put("window", "read before", 60)
    gone, back = (valkey.stop, valkey.start) if emptied else (valkey.freeze, valkey.thaw)
    gone()
    assert one.get("log") == other.get("log") == ("before",)
    record(one, "one")
    record(other, "other")
    assert one.update_all({"window": lambda value: f"{value}, patched by one"}) == [
        "read before, patched by one"
    ]
    other.update("window", lambda value: f"{value}, patched by other")
    back()
    wait_for(lambda: not (one.isolated or other.isolated), BACK)
    assert sorted(one.get("log")) == ["before", "one", "other"]
    assert one.get("log") == other.get("log")
    window = one.get("window")
    assert window is None if emptied else {"one", "other"} <= set(window.replace(",", "").split())


def test_many_changes_of_a_value_reach_the_server_at_once(valkey: Valkey) -> None:
    """While a process brings the server up to date, the others rely on values that lack its changes."""
    server, other = CacheServer(connect(valkey.url), start=lambda _: None), process(valkey.url)
    one = open_cache(server, CacheBox(KEYS))
    assert isinstance(one, RedisCache)
    record(other, "other")
    server._lost("a test")
    changes = [str(number) for number in range(200)]
    for change in changes:
        record(one, change)
    asked = valkey.client().info("stats")["total_commands_processed"]
    assert server.try_again()
    assert valkey.client().info("stats")["total_commands_processed"] - asked < 50
    assert other.get("log") == ("other", *changes)


def test_changes_reach_the_server_before_values_that_were_read(valkey: Valkey) -> None:
    """Others read such values themselves, but miss the changes."""
    server, other = CacheServer(connect(valkey.url), start=lambda _: None), process(valkey.url)
    one = open_cache(server, CacheBox(KEYS))
    keys = ["read", "changed", "deleted", "read and changed"]
    other.put_all(dict.fromkeys(keys[1:], "before"), 60)
    one.get_all(keys)
    server._lost("a test")
    one.put("read", "value", 60)
    one.put("read and changed", "read", 60)
    one.update("changed", lambda value: f"{value}, after")
    one.update("read and changed", lambda value: f"{value}, after")
    one.delete("deleted")
    seen = list[list[object]]()
    taken = MissedChanges.take

    def take(missed: MissedChanges) -> Any:
        seen.append([other.get(key) for key in keys])
        return taken(missed)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(MissedChanges, "take", take)
        assert server.try_again()
    assert seen[3] == [None, "before, after", None, None], "others lack the change of what they have"
    assert seen[4] == ["value", "before, after", None, None]


def test_updates_together_replace_what_another_process_replaced_meanwhile(
    two: tuple[RedisCache, RedisCache],
) -> None:
    one, other = two
    one.put_all({"a": "1", "b": "1", "c": "1"}, 60)
    other.update("b", lambda value: f"{value}, other")
    assert one.update_all(dict.fromkeys("abc", lambda value: f"{value}, one")) == [
        "1, one",
        "1, other, one",
        "1, one",
    ]
    assert other.get_all(["a", "b", "c"]) == ["1, one", "1, other, one", "1, one"]


def test_changes_together_of_what_was_just_read_take_one_question(
    two: tuple[RedisCache, RedisCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    both = {key: ValueChange(str, lambda text: f"{text}1", 60) for key in "ab"}
    other.change_all(both)
    assert one.get_all(["a", "b"]) == ["1", "1"]
    ask = Mock(side_effect=one._server.ask)
    monkeypatch.setattr(one._server, "ask", ask)
    one.change_all(both)
    assert ask.call_count == 1
    # This one has old copies, and loses nothing.
    other.change_all(both)
    assert one.get_all(["a", "b"]) == ["111", "111"]


def test_of_two_values_that_replaced_one_while_it_was_away_none_stays(
    valkey: Valkey, two: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two
    valkey.freeze()
    one.put("window", "read by one", 60)
    other.put("window", "read by other", 60)
    one.put("token", "of one", 60)
    one.put_all({"a": 1, "b": 2}, 60)
    assert one.get_all(["a", "b", "c"]) == [1, 2, None]
    valkey.thaw()
    wait_for(lambda: not (one.isolated or other.isolated), BACK)
    assert one.get("window") is None
    assert other.get("token") == "of one"
    assert other.get_all(["a", "b"]) == [1, 2]


def test_a_full_server_is_left_alone_until_there_is_room(
    valkey: Valkey, two: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two
    one.put("key", "old", 60)
    assert other.get("key") == "old"
    client = valkey.client()
    client.config_set("maxmemory", "1")
    one.put("key", "new", 60)
    assert one.isolated
    assert one.get("key") == "new"
    client.config_set("maxmemory", "0")
    wait_for(lambda: not one.isolated, BACK)
    assert other.get("key") in {"new", None}, "the old value is gone"


def test_a_restart_is_noticed_by_nobody_but_the_values(
    valkey: Valkey, two: tuple[RedisCache, RedisCache]
) -> None:
    one, _ = two
    one.put("key", 1, 60)
    valkey.stop()
    valkey.start()
    assert one.get("key") is None
    assert not one.isolated, "a closed connection is replaced at once"
    one.put("key", 2, 60)
    assert one.get("key") == 2


@pytest.fixture
def two_of_few_changes(
    two: tuple[RedisCache, RedisCache], monkeypatch: pytest.MonkeyPatch
) -> tuple[RedisCache, RedisCache]:
    """Return two filled caches that note at most ten changes while the server is away."""
    monkeypatch.setattr("timesheet.adapters.cache.missed.MOST_CHANGES", 10)
    two[0].put("key", 1, 60)
    two[1].put("theirs", 1, 60)
    return two


def test_too_many_changes_empty_the_server(
    valkey: Valkey, two_of_few_changes: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two_of_few_changes
    valkey.client().set("foreign", "1")
    valkey.freeze()
    for _ in range(11):
        one.update("key", lambda value: value + 1)
    valkey.thaw()
    wait_for(lambda: not one.isolated, BACK)
    assert other.get("key") is None
    assert other.get("theirs") is None
    assert valkey.client().get("foreign") == b"1"


def test_the_changes_of_one_outage_are_not_counted_in_the_next(
    valkey: Valkey, two_of_few_changes: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two_of_few_changes
    for _ in range(2):
        valkey.freeze()
        for _ in range(6):
            one.update("key", lambda value: value + 1)
        valkey.thaw()
        wait_for(lambda: not one.isolated, BACK)
    assert other.get("theirs") == 1


def test_a_value_that_was_deleted_while_it_was_away_does_not_come_back(
    valkey: Valkey, two: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two
    one.put("key", "deleted", 60)
    valkey.freeze()
    assert one.get("key") == "deleted", "the server is known to be away before the deletion"
    one.delete("key")
    assert one.get_or_create("key", lambda: "made again", 60) == "made again"
    valkey.thaw()
    wait_for(lambda: not one.isolated, BACK)
    assert one.get("key") is other.get("key") is None


def test_what_was_stored_meanwhile_is_kept_although_the_server_goes_away_once_more() -> None:
    missed = MissedChanges()
    missed.put("key", created=True)
    taken = missed.take()
    assert taken is not None
    missed.update("key", add("later"), None)
    missed.put_back(*taken)
    again = missed.take()
    assert again is not None
    assert again[1].shared
    assert len(again[1].changes) == 1


def test_a_change_that_fails_on_the_server_keeps_nobody_away_from_it(
    valkey: Valkey, two: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two
    one.put_all({"changed": 1, "key": 1}, 60)
    valkey.freeze()
    back = threading.Event()

    def fail_once_back(value: int) -> int:
        if back.is_set():
            raise RuntimeError("not a value that this can change")
        return value + 1

    assert one.update("changed", fail_once_back) == 2
    one.update("key", lambda value: value + 10)
    back.set()
    valkey.thaw()
    wait_for(lambda: not one.isolated, BACK)
    assert one.get("key") == other.get("key") == 11
    assert one.get("changed") is other.get("changed") is None, "a value without a change must not stay"


GARBAGE = [
    b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"$-5\r\n", b"$99999999999\r\nx", b"*-7\r\n", b"*3\r\n:1\r\n",
    b":junk\r\n", b"-ERR no\r\n", b"+OK\r\n" * 3, b"\xff\xfe\x00" * 10, b"%2\r\n", b"$junk\r\n", b"_\r\n",
    b"*1000000000\r\n",
    b"-LOADING it loads\r\n", b"-READONLY a replica\r\n", b"-NOAUTH who are you\r\n", b"-MISCONF no disk\r\n",
]  # fmt: skip


@contextmanager
def answering(garbage: bytes) -> Iterator[str]:
    """Yield the address of a server that answers everything with the same bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                while connection.recv(65536):
                    if not garbage:
                        return
                    connection.sendall(garbage)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_not_an_error(garbage: bytes) -> None:
    with answering(garbage) as url:
        cache = process(url)
        cache.put("key", 1, 60)
        cache.update("key", lambda value: value + 1)
        assert cache.get_or_create("key", lambda: 5, 60) in {2, 5}
        assert cache.get_or_create("other", lambda: 7, 0) == 7
        with cache.turn("key"):
            cache.delete("key")
        assert cache.get("key") is None


def test_changed_bytes_are_no_value_and_hide_no_change(
    valkey: Valkey, two: tuple[RedisCache, RedisCache]
) -> None:
    one, other = two
    one.put("key", "value", 60)
    [name] = valkey.client().scan_iter("timesheet:*")
    sealed: Any = valkey.client().get(name)
    for at in (0, 20, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[at] ^= 1
        valkey.client().set(name, bytes(changed))
        assert other.get("key") is None
    for short in (sealed[:10], sealed[:28], b""):
        valkey.client().set(name, short)
        assert other.get("key") is None
    assert other.get_or_create("key", lambda: "anew", 60) == "anew"
    assert one.get("key") == "anew"


def test_unreadable_values_are_counted_once_each_in_a_line_a_minute(valkey: Valkey) -> None:
    clock = [0.0]
    cache = RedisCache(
        CacheServer(connect(valkey.url)), Envelopes(CacheBox(KEYS), Codec(CACHED)), now=lambda: clock[0]
    )
    with capture_logs() as lines:
        for at, key, unreadable, logged in (
            (0, "key", b"a" * 40, [1]),
            (10, "key", b"a" * 40, [1]),
            (20, "key", b"b" * 40, [1]),
            (30, "other", b"a" * 40, [1]),
            (60, "third", b"a" * 40, [1, 3]),
            (130, "third", b"a" * 40, [1, 3]),
        ):
            clock[0] = at
            valkey.client().set(server_name_of(key), unreadable)
            assert [cache.get(key), cache.get(key)] == [None, None]
            assert [(line["event"], line["values"]) for line in lines] == [
                ("cache_unreadable", count) for count in logged
            ]


def test_a_busy_process_does_not_blame_the_server() -> None:
    """Its own threads keep an answer waiting, and without the server it would have more to do."""
    clock, used = [0.0], [0.0]
    server = CacheServer(
        connect("redis://127.0.0.1:1/0"),
        start=lambda _: None,
        now=lambda: clock[0],
        used=lambda: used[0],
    )

    def slow(_: object) -> int:
        clock[0] += 1.0
        used[0] += 0.5
        return 1

    for _ in range(20):
        assert server.ask(slow) == 1
    assert not server.away


def test_several_slow_answers_count_as_none() -> None:
    clock, started = [0.0], list[Callable[[], None]]()
    server = CacheServer(
        connect("redis://127.0.0.1:1/0"), start=started.append, now=lambda: clock[0], used=lambda: 0.0
    )

    def slow(_: object) -> int:
        clock[0] += 0.3
        return 1

    for _ in range(2):
        assert server.ask(slow) == 1
    assert server.ask(lambda _: 2) == 2
    for _ in range(3):
        assert not server.away
        assert server.ask(slow) == 1
    assert server.away
    assert len(started) == 1


def slow_process(url: str, used: float) -> tuple[RedisCache, CacheServer]:
    """Return the cache of a process for which each answer takes 0.3 s, of which it uses ``used`` s itself."""
    clock = count()
    server = CacheServer(
        connect(url), start=lambda _: None, now=lambda: 0.3 * next(clock), used=lambda: used * next(clock)
    )
    cache = open_cache(server, CacheBox(KEYS))
    assert isinstance(cache, RedisCache)
    return cache, server


def test_the_changes_of_a_process_for_which_the_server_is_slow_reach_the_others(valkey: Valkey) -> None:
    """For the others it may be fast, so they trust what they read there."""
    one, server = slow_process(valkey.url, 0.0)
    other = process(valkey.url)
    record(other, "before")
    while not one.isolated:
        one.get("log")
    record(one, "alone")
    assert other.get("log") == ("before",)
    assert not server.try_again()
    assert one.isolated
    assert other.get("log") == ("before", "alone")


def test_a_busy_process_returns_to_a_server_that_only_seems_slow(valkey: Valkey) -> None:
    one, server = slow_process(valkey.url, 0.2)
    server._lost("a test")
    assert one.isolated
    assert server.try_again()
    assert not one.isolated


def test_the_codec_takes_many_numbers_at_once() -> None:
    codec = Codec(CACHED)
    for value in (
        (1, True),
        (1, 2.5),
        (1, None),
        ("a", 1),
        (1,),
        ((1, 2), (3, 4)),
        array("q", [1, -2, 2**62]),
    ):
        found = codec.decode(codec.encode(value))
        assert found == value
        assert type(found) is type(value)
        assert [type(one) for one in found] == [type(one) for one in value]


def test_an_envelope_opens_only_under_its_name() -> None:
    envelopes = Envelopes(CacheBox(KEYS), Codec(CACHED))
    sealed = envelopes.pack("name", 5)
    assert envelopes.unpack("name", sealed) == 5
    assert sealed[:28] != envelopes.pack("name", 5)[:28]
    with pytest.raises(ValueError, match="not sealed"):
        envelopes.unpack("another", sealed)
    newer = CacheBox([Fernet.generate_key().decode(), *KEYS])
    assert Envelopes(newer, Codec(CACHED)).unpack("name", sealed) == 5
