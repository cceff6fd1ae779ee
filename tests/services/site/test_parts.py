"""Requests and answers in parts: put together, bounded, out of reach for others, and gone after minutes."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import AppBusy, InvalidInput
from timesheet.domain.identity import Identity
from timesheet.services.site.parts import (
    ANSWER_PART,
    FULL,
    MOST_OF_PERSON,
    MOST_OF_SITE,
    PART_MISSING,
    SECONDS,
    RequestPart,
    add_part,
    answer_part,
    keep_answer,
)

ANN, BEN = Identity("acme", "ann"), Identity("acme", "ben")
NOW = datetime(2026, 11, 26, tzinfo=UTC)
ID = "0123456789abcdef"


class Seconds:
    """A clock for the cache."""

    def __init__(self) -> None:
        self.value = 0.0

    def __call__(self) -> float:
        return self.value


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def cache(seconds: Seconds) -> MemoryCache:
    return MemoryCache(now=seconds)


def parts(whole: bytes, of: int, id_: str = ID) -> list[RequestPart]:
    size = -(-len(whole) // of)
    return [
        RequestPart(id_, number, of, b64encode(whole[number * size : (number + 1) * size]).decode())
        for number in range(of)
    ]


@pytest.mark.parametrize("of", [1, 2, 20])
def test_the_last_part_completes_a_request(cache: MemoryCache, of: int) -> None:
    whole = Random(of).randbytes(1000)
    added = [add_part(cache, ANN, one, NOW) for one in parts(whole, of)]
    assert added == [*[None] * (of - 1), whole]


def test_a_part_that_is_sent_twice_counts_once(cache: MemoryCache) -> None:
    first, second, last = parts(b"abcdef", 3)
    for one in (first, first, second, second):
        assert add_part(cache, ANN, one, NOW) is None
    assert add_part(cache, ANN, last, NOW) == b"abcdef"


def test_what_a_later_release_appends_to_a_transfer_does_not_matter(cache: MemoryCache) -> None:
    first, last = parts(b"abcdef", 2)
    add_part(cache, ANN, first, NOW)
    cache.update("acme:parts", lambda transfers: [[*one, "more"] for one in transfers])
    assert add_part(cache, ANN, last, NOW) == b"abcdef"


def test_nothing_is_left_of_a_request_that_is_complete(cache: MemoryCache) -> None:
    whole = parts(b"abcdef", 2)
    assert [add_part(cache, ANN, one, NOW) for one in whole][-1] == b"abcdef"
    assert "YWJj" not in repr([entry.value for entry in cache._entries.values()])
    refused(PART_MISSING, lambda: add_part(cache, ANN, whole[1], NOW))


def refused(sentence: str, action: Callable[[], object]) -> None:
    with pytest.raises(AppBusy) as caught:
        action()
    assert caught.value.sentence == sentence
    assert caught.value.status == 503
    assert caught.value.retry_after == (60 if sentence == FULL else 0)


@pytest.mark.parametrize("other", [BEN, Identity("other", "ann")])
def test_parts_belong_to_the_person_who_sent_them(cache: MemoryCache, other: Identity) -> None:
    first, last = parts(b"abcdef", 2)
    add_part(cache, ANN, first, NOW)
    refused(PART_MISSING, lambda: add_part(cache, other, last, NOW))
    kept = keep_answer(cache, ANN, b"secret", NOW)
    refused(PART_MISSING, lambda: answer_part(cache, other, kept.id, 0))
    assert zlib.decompress(b64decode(answer_part(cache, ANN, kept.id, 0))) == b"secret"


def test_a_missing_part_is_noticed(cache: MemoryCache) -> None:
    first, _, last = parts(b"abcdef", 3)
    add_part(cache, ANN, first, NOW)
    refused(PART_MISSING, lambda: add_part(cache, ANN, last, NOW))
    refused(PART_MISSING, lambda: add_part(cache, ANN, parts(b"abcdef", 3, "another-transfer")[1], NOW))


def test_parts_are_forgotten_after_minutes(cache: MemoryCache, seconds: Seconds) -> None:
    first, last = parts(b"abcdef", 2)
    add_part(cache, ANN, first, NOW)
    kept = keep_answer(cache, ANN, b"secret", NOW)
    seconds.value = SECONDS + 1
    refused(PART_MISSING, lambda: add_part(cache, ANN, last, NOW))
    refused(PART_MISSING, lambda: answer_part(cache, ANN, kept.id, 0))


@pytest.mark.parametrize("data", ["*", "YWJ", "é"])
def test_what_is_not_base64_is_refused(cache: MemoryCache, data: str) -> None:
    with pytest.raises(InvalidInput):
        add_part(cache, ANN, RequestPart(ID, 0, 1, data), NOW)


def test_a_person_who_begins_more_gives_up_the_oldest(cache: MemoryCache) -> None:
    begun = [parts(b"abcdef", 2, f"transfer-{number:07}") for number in range(MOST_OF_PERSON + 1)]
    for first, _ in begun:
        add_part(cache, ANN, first, NOW)
    for person in ("person-1", "person-2"):
        assert add_part(cache, Identity("acme", person), begun[0][0], NOW) is None, "its place is free"
    refused(PART_MISSING, lambda: add_part(cache, ANN, begun[0][1], NOW))
    for _, last in begun[1:]:
        assert add_part(cache, ANN, last, NOW) == b"abcdef"


def test_nothing_is_left_of_a_request_that_was_given_up(cache: MemoryCache) -> None:
    for one in parts(b"secret 1secret 2secret 3secret 4", 4)[:-1]:
        add_part(cache, ANN, one, NOW)
    for number in range(MOST_OF_PERSON):
        add_part(cache, ANN, parts(b"abcdef", 2, f"transfer-{number:07}")[0], NOW)
    kept = repr([entry.value for entry in cache._entries.values()])
    assert b64encode(b"abc").decode() in kept
    assert b64encode(b"secret").decode() not in kept


def test_a_site_has_a_few_under_way_and_no_more(cache: MemoryCache) -> None:
    people = [Identity("acme", f"person-{number}") for number in range(4)]
    for person in people[:-1]:
        add_part(cache, person, parts(b"abcdef", 2)[0], NOW)
    keep_answer(cache, people[-1], b"secret", NOW)
    refused(FULL, lambda: add_part(cache, ANN, parts(b"abcdef", 2)[0], NOW))
    refused(FULL, lambda: keep_answer(cache, ANN, b"secret", NOW))
    assert add_part(cache, Identity("other", "ann"), parts(b"a", 2)[0], NOW) is None
    assert add_part(cache, people[0], parts(b"abcdef", 2)[1], NOW) == b"abcdef"
    assert add_part(cache, ANN, parts(b"abcdef", 2)[0], NOW) is None
    refused(FULL, lambda: add_part(cache, BEN, parts(b"abcdef", 2)[0], NOW))
    later = NOW + timedelta(seconds=SECONDS)
    assert add_part(cache, BEN, parts(b"abcdef", 2)[0], later) is None


def test_an_answer_is_given_in_parts_and_the_last_one_frees_its_place(cache: MemoryCache) -> None:
    whole = Random(1).randbytes(2 * ANSWER_PART)
    kept = keep_answer(cache, ANN, whole, NOW)
    assert kept.of == 3
    for number in range(2):
        answer_part(cache, ANN, kept.id, number)
    for number in range(MOST_OF_SITE - 1):
        keep_answer(cache, Identity("acme", f"person-{number}"), b"secret", NOW)
    refused(FULL, lambda: keep_answer(cache, BEN, b"secret", NOW))
    for _ in range(2):
        given = [answer_part(cache, ANN, kept.id, number) for number in range(kept.of)]
        assert max(map(len, given)) < 4_900_000
        assert zlib.decompress(b"".join(map(b64decode, given))) == whole
    refused(PART_MISSING, lambda: answer_part(cache, ANN, kept.id, 3))
    keep_answer(cache, BEN, b"secret", NOW)
