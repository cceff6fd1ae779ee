"""Requests that wait for Jira are limited by site and in total, and so is the queue."""

from __future__ import annotations

import contextvars
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from timesheet.domain.errors import AppBusy
from timesheet.services.resilience import bulkhead as module
from timesheet.services.resilience.bulkhead import (
    APP_FULL,
    MOST,
    MOST_OF_A_SITE,
    MOST_QUEUED,
    MOST_QUEUED_OF_A_SITE,
    SENTENCES,
    SITE_FULL,
    THREADS,
    Bulkhead,
)
from tools.project import ROOT
from tools.servers import server

NEVER_JIRAS = 16


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)


def request(bulkhead: Bulkhead, site: str) -> Callable[[], None]:
    """Start a request of ``site`` that waits for Jira until it is answered."""
    context = contextvars.copy_context()
    context.run(bulkhead.begin, site)
    context.run(bulkhead.enter)
    return lambda: context.run(bulkhead.end)


def test_a_site_gets_a_part_and_the_others_the_rest() -> None:
    refusals: list[str] = []
    bulkhead = Bulkhead(refusals.append, most=5, of_a_site=3)
    first = [request(bulkhead, "one") for _ in range(3)]
    with pytest.raises(AppBusy, match="people of your site are reading from Jira") as refused:
        request(bulkhead, "one")
    assert (refused.value.status, refused.value.retry_after, refused.value.wrote_maybe) == (503, 5, False)
    for _ in range(2):
        request(bulkhead, "two")
    with pytest.raises(AppBusy, match="many people are reading from Jira"):
        request(bulkhead, "three")
    first[0]()
    request(bulkhead, "three")
    assert refusals == [SITE_FULL, APP_FULL]


def test_a_request_counts_once_however_many_calls_it_makes() -> None:
    bulkhead = Bulkhead(most=2, of_a_site=1)
    bulkhead.begin("one")
    try:
        with ThreadPoolExecutor(8) as pool:
            calls = [pool.submit(contextvars.copy_context().run, bulkhead.enter) for _ in range(8)]
        assert [call.result() for call in calls] == [None] * 8
        bulkhead.enter()
        request(bulkhead, "two")
    finally:
        bulkhead.end()
    request(bulkhead, "one")


def test_reading_that_outlasts_its_request_takes_no_place() -> None:
    bulkhead = Bulkhead(most=1, of_a_site=1)
    bulkhead.begin("one")
    background = contextvars.copy_context()
    bulkhead.end()
    background.run(bulkhead.enter)
    leave = request(bulkhead, "one")
    with pytest.raises(AppBusy):
        background.run(bulkhead.enter)
    leave()
    assert (bulkhead._inside, len(bulkhead._sites)) == (0, 0)


@pytest.mark.usefixtures("patient")
def test_reading_that_still_queues_when_its_request_is_over_takes_no_place() -> None:
    bulkhead = Bulkhead(most=1, of_a_site=1)
    leave = request(bulkhead, "one")
    bulkhead.begin("one")
    background = contextvars.copy_context()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(background.run, bulkhead.enter)
        wait_until(lambda: len(bulkhead._queue) == 1)
        bulkhead.end()
        leave()
        reading.result(30)
    assert (bulkhead._inside, bulkhead._queue, len(bulkhead._sites)) == (0, [], 0)


def test_whoever_does_not_wait_for_jira_takes_no_place() -> None:
    bulkhead = Bulkhead(most=1, of_a_site=1)
    bulkhead.begin("one")
    context = contextvars.copy_context()
    bulkhead.end()
    bulkhead.end()
    request(bulkhead, "one")
    with pytest.raises(AppBusy):
        context.run(bulkhead.enter)


def test_what_is_not_a_request_does_not_wait() -> None:
    bulkhead = Bulkhead(most=0, of_a_site=0)
    bulkhead.enter()


def test_a_place_that_comes_free_within_the_moment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 60.0)
    bulkhead = Bulkhead(most=1, of_a_site=1)
    leave = request(bulkhead, "one")
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(request, bulkhead, "one")
        wait_until(lambda: len(bulkhead._queue) == 1)
        leave()
        second.result(30)()
    assert (bulkhead._inside, len(bulkhead._queue), len(bulkhead._sites)) == (0, 0, 0)


@contextmanager
def queue(bulkhead: Bulkhead, *sites: str) -> Iterator[list[str]]:
    """Queue requests in this order, each of which ends when it is admitted; return the order of admission."""
    order: list[str] = []

    def come(name: str) -> None:
        context = contextvars.copy_context()
        context.run(bulkhead.begin, name.partition(" ")[0])
        context.run(bulkhead.enter)
        order.append(name)
        context.run(bulkhead.end)

    with ThreadPoolExecutor(len(sites)) as pool:
        calls = []
        for number, name in enumerate(sites, 1):
            calls.append(pool.submit(come, name))
            wait_until(lambda length=number: len(bulkhead._queue) == length)  # type: ignore[misc]
        yield order
        for call in calls:
            call.result(30)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 60.0)


@pytest.mark.usefixtures("patient")
def test_whoever_came_first_is_let_in_first() -> None:
    bulkhead = Bulkhead(most=1, of_a_site=1)
    leave = request(bulkhead, "one")
    names = [f"one {number}" for number in range(10)]
    with queue(bulkhead, *names) as order:
        leave()
    assert order == names
    assert (bulkhead._inside, bulkhead._queue, len(bulkhead._sites)) == (0, [], 0)


@pytest.mark.usefixtures("patient")
def test_a_full_site_does_not_hold_up_others_in_the_queue() -> None:
    bulkhead = Bulkhead(most=2, of_a_site=1)
    leave_one, leave_two = request(bulkhead, "one"), request(bulkhead, "two")
    with queue(bulkhead, "one 1", "one 2", "three 1") as order:
        leave_two()
        wait_until(lambda: order == ["three 1"])
        leave_one()
    assert order == ["three 1", "one 1", "one 2"]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("limits", "refused", "taken"),
    [
        ({"queued": 3, "queued_of_a_site": 9}, "two", None),
        ({"queued": 9, "queued_of_a_site": 3}, "one", "two"),
    ],
    ids=["in all", "of one site"],
)
def test_the_queue_has_an_end_and_who_finds_it_there_goes_at_once(
    limits: dict[str, int], refused: str, taken: str | None
) -> None:
    refusals: list[str] = []
    bulkhead = Bulkhead(refusals.append, most=1, of_a_site=1, **limits)
    leave = request(bulkhead, "one")
    with queue(bulkhead, "one 1", "one 2", "one 3", *([taken] if taken else [])):
        began = time.monotonic()
        with pytest.raises(AppBusy):
            request(bulkhead, refused)
        assert time.monotonic() - began < module.PATIENCE_SECONDS
        assert len(bulkhead._queue) == 3 + bool(taken)
        leave()
    assert refusals == [APP_FULL if refused == "two" else SITE_FULL]


def test_whoever_waited_in_vain_leaves_the_queue() -> None:
    bulkhead = Bulkhead(most=1, of_a_site=1)
    leave = request(bulkhead, "one")
    with pytest.raises(AppBusy):
        request(bulkhead, "one")
    assert (bulkhead._queue, bulkhead._inside, bulkhead._sites) == ([], 1, {"one": 1})
    leave()
    assert bulkhead._inside == 0
    request(bulkhead, "one")


def test_a_request_waits_in_vain_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bulkhead = Bulkhead(most=1, of_a_site=1)
    leave = request(bulkhead, "one")
    context = contextvars.copy_context()
    context.run(bulkhead.begin, "one")
    with pytest.raises(AppBusy):
        context.run(bulkhead.enter)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 60.0)
    with ThreadPoolExecutor(1) as pool, pytest.raises(AppBusy):
        pool.submit(context.run, bulkhead.enter).result(30)
    leave()
    context.run(bulkhead.enter)
    assert bulkhead._sites == {"one": 1}


def test_a_hundred_people_of_a_site_are_not_turned_away_beside_a_site_that_hangs() -> None:
    """By the numbers: one site holds all that it can hold, another's hundred find a place or a place in the queue."""
    assert MOST_OF_A_SITE + MOST_QUEUED_OF_A_SITE >= 100
    free = MOST - MOST_OF_A_SITE + MOST_QUEUED - MOST_QUEUED_OF_A_SITE
    assert free >= 90


def test_a_refusal_blames_nobody_else() -> None:
    for sentence in SENTENCES.values():
        assert sentence.startswith("Timesheet is busy")
        assert "not answer" not in sentence
        assert "try again in a few seconds" in sentence


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        threading.Event().wait(0.005)


def test_there_are_threads_that_are_never_jiras() -> None:
    assert MOST + MOST_QUEUED + NEVER_JIRAS <= THREADS
    assert MOST_OF_A_SITE < MOST
    for words in (shlex.split((ROOT / "Procfile").read_text()), server(5000, None)):
        assert int(words[words.index("--threads") + 1]) == THREADS
