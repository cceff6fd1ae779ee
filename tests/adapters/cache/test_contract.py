"""The contract of all caches, tested on each of them."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import make_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import Mock, call
from zoneinfo import ZoneInfo

import fakeredis
import pytest
from structlog.testing import capture_logs

from tests.adapters.support.caches import box, shared
from tests.adapters.support.valkey import Valkey
from timesheet.adapters.cache.choice import CACHED, open_cache
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.envelope import Envelopes
from timesheet.adapters.cache.memory import HEAVY, WEIGHED_EVERY, MemoryCache, Uncounted
from timesheet.adapters.cache.redis import RedisCache
from timesheet.adapters.cache.server import CacheServer, connect
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.message import Message, Seconds, counted, in_context, message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.packed_json import packed
from timesheet.domain.worklog.template import Template, TemplateHours
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.cache import Cache, ValueChange
from timesheet.services.ports.jira import Missing, Snapshot
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.change import ChangeLog, WorklogEvent, WorklogState
from timesheet.services.timesheet.copy import CopyLine, CopyResult
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.write_result import WriteResult

NOW = datetime(2026, 11, 16, 11, 0, 0, 123000, tzinfo=UTC)
DAY, MONDAY = date(2026, 11, 16), date(2026, 11, 9)
WORKLOG = Worklog(
    7, 12, "a-1", DAY, NOW, 3600, NOW, {"type": "doc", "version": 1, "content": [{"$": "x"}]}, True
)
ISSUE = Issue(12, "PAY-12", "Straße 😀", 1, "PAY", "Pay", "Bug", "Open", False, None, 60, 0)
SNAPSHOT = Snapshot((WORKLOG,), {12: ISSUE}, NOW, (Missing("x", "y"),), 3)
SPAN = DateSpan(DAY, DAY)
EVENT = WorklogEvent(7, 12, 5, NOW, NOW, WORKLOG)
SENTENCES = (
    message("Plain."),
    counted(
        "{count} worklog, {day}, {time}, {more}", "…", 2, day=DAY, time=Seconds(60), more=(message("a"), "b")
    ),
    message(message("{name} waits."), name=message("Ada")),
    in_context("of a day", "Spring"),
)
LINE = CopyLine(7, ISSUE, DAY, 3600)
COPY = CopyResult(
    failed=((LINE, "Refused."),),
    lines=(LINE, LINE),
    left=((LINE, TimeEntry(12, DAY, "1:00", "key-0001", NOW.time(), attributes=(("billable", "1"),))),),
)
VALUES = [
    1, 0.5, "text", True, [1, "a", None], {"a": 1, "b": {"c": [2]}}, {"$": "tuple", "v": []}, {1: "a"}, (), (1, (2,)),
    NOW, DAY, packed({"a": [1, "ü"]}), packed({}), SNAPSHOT,
    CachedSnapshot(SNAPSHOT, "Europe/Berlin", 1, NOW, {7: NOW}, {8: 5}),
    ChangeLog((SPAN,), (WorklogState(7, None, NOW), WorklogState(8, WORKLOG, NOW, ISSUE)), (EVENT,), 1, ((7, NOW),),
              (12,)),
    Profile("a-1", ZoneInfo("Europe/Berlin"), False, "de_DE", "Ada Example"), TimeTracking(True, 1, 2),
    WriteResult(WORKLOG, (DAY,), (12,), ISSUE, ("note",)),
    (WORKLOG, replace(WORKLOG, id=8, comment=None, created=NOW)), (ISSUE, ISSUE, WORKLOG), {12: ISSUE, 13: ISSUE},
    (DateSpan(DAY, DAY), DateSpan(MONDAY, DAY)), (SeenWorklog(7, NOW), SeenWorklog(8, NOW)),
    NOW.time(), Template("t", "Monday", False, (TemplateHours(12, 0, 3600),)), COPY, *SENTENCES,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_put_is_what_comes_back(cache: Cache, value: object) -> None:
    cache.put("key", value, 60)
    assert cache.get("key") == value
    assert type(cache.get("key")) is type(value)


@pytest.mark.parametrize("prefetches", [True, False])
def test_what_is_put_together_comes_back_together(cache: Cache, prefetches: bool) -> None:
    with cache.prefetch("page") if prefetches else nullcontext():
        assert cache.get_all([]) == []
        cache.put_all({}, 60)
        cache.put("b", "before", 60)
        cache.put_all({"a": 1, "b": (2, 3)}, 60)
        assert cache.get_all(["b", "absent", "a", "b"]) == [(2, 3), None, 1, (2, 3)]
        assert cache.get("a") == 1
    assert cache.get_all(["a", "b"]) == [1, (2, 3)]


def test_absent_and_deleted_are_none(cache: Cache) -> None:
    assert cache.get("key") is None
    cache.put("key", 1, 60)
    cache.delete("key")
    cache.delete("key")
    assert cache.get("key") is None


def test_update_changes_what_is_there_and_nothing_else(cache: Cache) -> None:
    cache.update("key", lambda value: value + 1)
    assert cache.get("key") is None
    cache.put("key", 1, 60)
    cache.update("key", lambda value: value + 1)
    assert cache.get("key") == 2


def test_updates_together_change_what_is_there_and_return_it(cache: Cache) -> None:
    cache.put_all({"a": 1, "b": 2}, 60)
    changes = {"a": lambda n: n + 10, "absent": lambda n: n + 1, "b": lambda n: n + 20}
    assert cache.update_all(changes) == [11, None, 22]
    assert cache.get_all(["a", "absent", "b"]) == [11, None, 22]
    assert cache.update("a", lambda n: n + 1) == 12
    assert cache.update_all({}) == []


def test_updates_together_lose_nothing_that_others_change(cache: Cache) -> None:
    keys = ["a", "b", "c"]
    cache.put_all(dict.fromkeys(keys, 0), 60)
    changes = dict.fromkeys(keys, lambda n: n + 1)
    with ThreadPoolExecutor(8) as pool:
        for number in range(30):
            pool.submit(cache.update_all, changes)
            pool.submit(cache.update, keys[number % 3], lambda n: n + 1)
    assert cache.get_all(keys) == [40, 40, 40]


def add(number: int) -> ValueChange:
    return ValueChange(int, lambda n: n + number, 60)


def test_changes_together_begin_what_is_absent(cache: Cache) -> None:
    cache.put("a", 1, 60)
    cache.change_all({"a": add(10), "absent": add(1)})
    assert cache.get_all(["a", "absent"]) == [11, 1]
    cache.change_all({"a": add(10), "absent": add(1)})
    assert cache.get_all(["a", "absent"]) == [21, 2]
    cache.change_all({})


def test_changes_together_lose_nothing_that_others_change(cache: Cache) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(30):
            pool.submit(cache.change_all, {"a": add(1), "b": add(1), "c": add(1)})
            pool.submit(cache.change_all, {"abc"[number % 3]: add(1)})
    assert cache.get_all(["a", "b", "c"]) == [40, 40, 40]


def test_updates_at_the_same_time_lose_nothing(cache: Cache) -> None:
    cache.put("key", 0, 60)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: cache.update("key", lambda value: value + 1), range(16)))
    assert cache.get("key") == 16


def test_a_change_makes_what_is_absent_and_loses_nothing(cache: Cache) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: cache.change("key", int, lambda value: value + 1, 60), range(16)))
    assert cache.get("key") == 16


def test_two_processes_that_make_the_same_value_lose_nothing(valkey: Valkey) -> None:
    sealed = box()
    processes = [shared(valkey.client(), sealed) for _ in range(4)]
    for name in ("a", "b", "c"):
        with ThreadPoolExecutor(4) as pool:
            list(
                pool.map(lambda cache, name=name: cache.change(name, int, lambda n: n + 1, 60), processes * 4)
            )
        assert {cache.get(name) for cache in processes} == {16}


def test_a_change_renews_the_expiry_or_keeps_it() -> None:
    now = [0.0]
    memory = MemoryCache(now=lambda: now[0])
    client = fakeredis.FakeRedis()
    for cache in (memory, shared(client)):
        cache.change("kept", int, lambda value: value + 1, 10, renew=False)
        cache.change("kept", int, lambda value: value + 1, 60, renew=False)
        cache.change("renewed", int, lambda value: value + 1, 10)
        cache.change("renewed", int, lambda value: value + 1, 60)
    assert sorted(client.ttl(key) for key in client.scan_iter()) == [10, 60]
    now[0] = 9
    assert (memory.get("kept"), memory.get("renewed")) == (2, 2)
    now[0] = 11
    assert (memory.get("kept"), memory.get("renewed")) == (None, 2)


def test_a_change_replaces_what_another_release_left(caplog: pytest.LogCaptureFixture) -> None:
    client = fakeredis.FakeRedis()
    shared(client).put("key", 5, 60)
    with caplog.at_level(logging.CRITICAL):
        other = shared(client)
        other.change("key", int, lambda value: value + 1, 60)
    assert other.get("key") == 1


def test_with_no_time_to_live_nothing_is_kept(cache: Cache) -> None:
    assert cache.get_or_create("key", lambda: 1, 0) == 1
    assert cache.get("key") is None
    assert cache.get_or_create("key", lambda: 2, 0) == 2


def test_a_failure_is_not_kept(cache: Cache) -> None:
    def fail() -> int:
        raise LookupError("no")

    with pytest.raises(LookupError):
        cache.get_or_create("key", fail, 60)
    assert cache.get_or_create("key", lambda: 1, 60) == 1


def test_memory_forgets_in_time_and_keeps_the_expiry_over_updates() -> None:
    seconds = [0.0]
    cache = MemoryCache(now=lambda: seconds[0])
    cache.put("key", 1, 10)
    seconds[0] = 9.9
    cache.update("key", lambda value: value + 1)
    assert cache.get("key") == 2
    seconds[0] = 10
    assert cache.get("key") is None
    cache.update("key", lambda value: value + 1)
    cache.put("key", 1, 10)
    cache.update("key", lambda value: value + 1, 20)
    seconds[0] = 29
    assert cache.get("key") == 2, "an update may renew the expiry"


def test_at_its_last_moment_a_value_in_memory_is_gone_for_everybody() -> None:
    seconds = [100.0]
    cache = MemoryCache(now=lambda: seconds[0])
    cache.put("key", 1, 10)
    assert cache.left("key") == 10
    seconds[0] = 109
    assert cache.left("key") == 1
    assert cache.get_or_create("key", lambda: 7, 10) == 1
    seconds[0] = 110
    assert cache.left("key") == cache.left("absent") == 0
    assert cache.update("key", lambda value: value + 1) is None
    cache.change("key", lambda: 5, lambda value: value + 1, 10)
    assert cache.get("key") == 6


def test_what_memory_has_forgotten_takes_no_room() -> None:
    seconds, lookups = [0.0], Mock()
    cache = MemoryCache(size=2, now=lambda: seconds[0], lookups=lookups)
    cache.put("a", 1, 60)
    cache.put("b", 2, 10)
    seconds[0] = 10
    assert cache.get("b") is None
    cache.put("c", 3, 60)
    assert cache.get_or_create("d", lambda: 4, 0) == 4
    assert [cache.get(key) for key in "ac"] == [1, 3]
    assert lookups.method_calls == [call.missed(), call.missed(), call.found(), call.found()]
    assert cache.get_or_create("d", lambda: 4, 1) == cache.get("d")


def test_memory_has_an_end_and_keeps_what_is_used() -> None:
    cache = MemoryCache(size=2)
    for key in "ab":
        cache.put(key, key, 60)
    assert cache.get("a") == "a"
    cache.put("c", "c", 60)
    assert [cache.get(key) for key in "abc"] == ["a", None, "c"]


def test_memory_has_an_end_in_bytes_too() -> None:
    cache = MemoryCache(weigh=len, most_bytes=8)
    for key in "abc":
        cache.put(key, key * 4, 60)
    assert [cache.get(key) for key in "abc"] == [None, "bbbb", "cccc"]
    cache.update("b", lambda value: value * 2)
    assert [cache.get(key) for key in "bc"] == ["bbbbbbbb", None]
    cache.delete("b")
    cache.put("d", "d" * 8, 60)
    cache.put("e", "e" * 99, 60)
    assert [cache.get(key) for key in "de"] == [None, "e" * 99], "the last one stays, however large"


def test_memory_returns_what_came_between_its_look_and_its_making() -> None:
    class Between(Uncounted):
        def missed(self) -> None:
            cache.put("key", 1, 60)

    cache = MemoryCache(lookups=Between())
    assert cache.get_or_create("key", lambda: 2, 60) == 1


def test_memory_shows_no_value_in_a_traceback() -> None:
    cache = MemoryCache(now=lambda: 1.0)
    cache.put("key", "an access token", 60)
    assert repr(cache._entries["key"]) == "_Entry(until=61.0, weight=1024)"


def test_a_heavy_value_that_grows_is_weighed_again_in_time() -> None:
    weighed: list[str] = []

    def weigh(value: str) -> int:
        weighed.append(value[0])
        return len(value)

    cache = MemoryCache(weigh=weigh, most_bytes=3 * HEAVY)
    cache.put("a", "a" * HEAVY, 60)
    cache.put("b", "b", 60)
    for _ in range(WEIGHED_EVERY):
        assert cache.get("b") == "b"
        cache.update("a", lambda value: value + "a" * HEAVY)
    assert weighed == ["a", "b", "a"]
    assert cache.get("b") is None, "it had to make room"


def test_the_own_copies_of_redis_have_an_end_in_bytes_too() -> None:
    opened: list[str] = []

    class Watched(Envelopes):
        def unpack(self, name: str, sealed: bytes) -> Any:
            opened.append(str(value := super().unpack(name, sealed)))
            return value

    server = CacheServer(fakeredis.FakeRedis(), start=lambda _: None)
    cache = RedisCache(server, Watched(box(), Codec(CACHED)), weigh=len, most_bytes=10)
    for key in "abc":
        cache.put(key, key * 4, 60)
    cache.update("c", lambda value: value + "c")
    assert [cache.get(key) for key in "bca"] == ["bbbb", "ccccc", "aaaa"]
    assert opened == ["aaaa"], "what was the least used is read from the server"


def test_redis_expires_and_keeps_the_expiry_over_updates() -> None:
    client = fakeredis.FakeRedis()
    cache = shared(client)
    cache.put("key", 1, 10)
    cache.update("key", lambda value: value + 1)
    [name] = client.scan_iter()
    assert 9000 < client.pttl(name) <= 10000


def test_redis_holds_neither_names_nor_content_in_the_open() -> None:
    client = fakeredis.FakeRedis()
    shared(client).put("site-1:window:account-1", SNAPSHOT, 60)
    [name] = client.scan_iter()
    everything = repr((name, client.get(name))).encode()
    for secret in (b"account-1", b"site-1", b"PAY-12", b"Stra"):
        assert secret not in everything


def test_redis_keeps_no_key_for_ever() -> None:
    client = fakeredis.FakeRedis()
    values, lives = shared(client), list[int]()

    def create() -> str:
        lives.extend(client.pttl(name) for name in client.scan_iter())
        return "Ada Example"

    values.put("put", SNAPSHOT, 60)
    values.update("put", lambda snapshot: snapshot)
    values.get_or_create("made", create, 60)
    assert len(lives) == 2, "what was put, and the lock of who makes the other"
    lives += [client.pttl(name) for name in client.scan_iter()]
    assert len(lives) == 4
    assert min(lives) > 0


def test_redis_values_cannot_be_swapped_or_read_with_another_key() -> None:
    client, sealed = fakeredis.FakeRedis(), box()
    cache = shared(client, sealed)
    cache.put("mine", "mine", 60)
    [mine] = client.scan_iter()
    cache.put("yours", "yours", 60)
    [yours] = set(client.scan_iter()) - {mine}
    client.set(yours, client.get(mine) or b"")
    assert cache.get("yours") is None
    assert shared(client, box()).get("mine") is None
    for junk in (b"", b"junk", b"\xff\xfe"):
        client.set(mine, junk)
        assert cache.get("mine") is None


def test_a_value_of_another_release_is_absent() -> None:
    client, sealed = fakeredis.FakeRedis(), box()
    shared(client, sealed).put("key", SNAPSHOT, 60)
    other = RedisCache(CacheServer(client), Envelopes(sealed, Codec([])))
    assert other.get("key") is None
    other.update("key", lambda value: value)
    assert shared(client, sealed).get("key") is None, "it missed a change"


def test_two_releases_neither_overwrite_each_others_values_nor_miss_a_change() -> None:
    client, sealed, reads = fakeredis.FakeRedis(), box(), list[str]()
    other = make_dataclass("Snapshot", ["number"])
    old, new = (
        RedisCache(CacheServer(client, start=lambda _: None), Envelopes(sealed, Codec(classes)))
        for classes in (CACHED, [other])
    )

    def read() -> object:
        reads.append("new")
        return other(len(reads))

    def read_by_both() -> list[object]:
        seen = []
        for _ in range(3):
            assert old.get("key") is not None
            seen.append(new.get_or_create("key", read, 60))
        return seen

    old.put("key", SNAPSHOT, 60)
    assert read_by_both() == [other(1)] * 3
    old.update("key", lambda snapshot: replace(snapshot, issues={}))
    assert old.get("key") == replace(SNAPSHOT, issues={})
    assert read_by_both() == [other(2)] * 3
    new.update("key", lambda snapshot: replace(snapshot, number=9))
    assert (old.get("key"), new.get("key")) == (None, other(9))
    old.put_all({"key": SNAPSHOT, "another": 5}, 60)
    assert (old.get("key"), new.get("key"), new.get("another")) == (SNAPSHOT, other(9), 5)
    new.put("key", other(10), 60)
    assert (old.get("key"), new.get("key")) == (None, other(10))
    old.delete("key")
    assert (old.get("key"), new.get("key")) == (None, None)


def test_while_a_cache_is_down_each_process_has_its_own() -> None:
    server = fakeredis.FakeServer()
    server.connected = False
    cache = shared(fakeredis.FakeRedis(server=server))
    with capture_logs() as lines:
        assert cache.get("key") is None
    assert cache.isolated
    cache.update("key", lambda value: value)
    cache.delete("key")
    assert cache.get_or_create("key", lambda: 2, 60) == 2
    with cache.turn("key"):
        assert cache.get("key") == 2, "its own process keeps it"
    assert lines == [{"event": "cache_away", "kind": "ConnectionError", "log_level": "warning"}]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", lambda: 1])
def test_the_codec_refuses_what_it_does_not_know(value: Any) -> None:
    with pytest.raises(TypeError):
        Codec(CACHED).encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"$":"DateSpan","v":[]}',
        b'{"$":"Person","v":["a","b","c"]}',
        b'{"$":"os.system","v":["x"]}',
        b'{"$":"date","v":1}',
        b'{"$":"table","v":["DateSpan",["date",["2026-11-16"]]]}',
        b'{"$":"table","v":["DateSpan",["date",[]],["date",[1]]]}',
        b'{"$":"table","v":["DateSpan",["date",["2026-11-16"]],["date",[]]]}',
        b'{"$":"map","v":[[1],[]]}',
        b'{"$":"table","v":["DateSpan",["os.system",["x"]],["any",["x"]]]}',
        b'{"$":"DateSpan","v":[1]}',
    ],
)
def test_the_codec_reads_nothing_strange(data: bytes) -> None:
    codec = Codec(CACHED)
    span = json.loads(codec.encode(DateSpan(DAY, DAY)))["$"].encode()
    assert codec.decode(b'{"$":"%s","v":[1,2]}' % span) == DateSpan(1, 2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"."):
        codec.decode(data.replace(b"DateSpan", span))


def test_fields_that_equality_ignores_come_back_too() -> None:
    codec = Codec(CACHED)
    rows = (WORKLOG, replace(WORKLOG, created=NOW), replace(WORKLOG, properties={"a": [1, None]}))
    for value in (rows, rows[1:2], rows[2:]):
        found = codec.decode(codec.encode(value))
        assert [(row.created, row.properties) for row in found] == [
            (row.created, row.properties) for row in value
        ]


def test_the_address_chooses_the_cache() -> None:
    memory = open_cache(None, box())
    assert isinstance(memory, MemoryCache)
    assert not memory.isolated, "there is no other process"
    cache = open_cache(CacheServer(connect("redis://127.0.0.1:1/0"), start=lambda _: None), box())
    assert isinstance(cache, RedisCache)
    assert cache.get("key") is None


def test_a_message_keeps_its_pattern_and_values(cache: Cache) -> None:
    """Each reader sees it in their own language, whichever process made it."""
    for number, sentence in enumerate(SENTENCES):
        cache.put(f"sentence-{number}", sentence, 60)
        found = cache.get(f"sentence-{number}")
        assert isinstance(found, Message)
        assert (found, found.pattern, found.other, found.number, found.context) == (
            sentence,
            sentence.pattern,
            sentence.other,
            sentence.number,
            sentence.context,
        )
        assert {name: type(value) for name, value in found.values.items()} == {
            name: type(value) for name, value in sentence.values.items()
        }
