"""Who may wait for Jira: counted by request, bounded by site and in all, and never for long at the door."""

from __future__ import annotations

import contextvars
import shlex
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from timesheet.domain.errors import JiraBusy
from timesheet.services import bulkhead as module
from timesheet.services.bulkhead import (
    APP_FULL,
    MOST,
    MOST_OF_A_SITE,
    MOST_QUEUED,
    SITE_FULL,
    THREADS,
    Bulkhead,
)
from tools.project import ROOT
from tools.servers import server

NEVER_JIRAS = 8


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)


def request(bulkhead: Bulkhead, site: str) -> Callable[[], None]:
    """A request of ``site`` that waits for Jira; the answer ends it."""
    context = contextvars.copy_context()
    context.run(bulkhead.begin, site)
    context.run(bulkhead.enter)
    return lambda: context.run(bulkhead.end)


def test_a_site_gets_a_part_and_the_others_the_rest() -> None:
    heard: list[str] = []
    bulkhead = Bulkhead(heard.append, most=5, of_a_site=3)
    first = [request(bulkhead, "one") for _ in range(3)]
    with pytest.raises(JiraBusy, match="Jira of this site is not answering") as refused:
        request(bulkhead, "one")
    assert (refused.value.status, refused.value.retry_after, refused.value.wrote_maybe) == (503, 5, False)
    for _ in range(2):
        request(bulkhead, "two")
    with pytest.raises(JiraBusy, match="Jira is not answering"):
        request(bulkhead, "three")
    first[0]()
    request(bulkhead, "three")
    assert heard == [SITE_FULL, APP_FULL]


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


def test_who_does_not_wait_for_jira_takes_no_place() -> None:
    bulkhead = Bulkhead(most=1, of_a_site=1)
    bulkhead.begin("one")
    context = contextvars.copy_context()
    bulkhead.end()
    bulkhead.end()
    request(bulkhead, "one")
    with pytest.raises(JiraBusy):
        context.run(bulkhead.enter)


def test_what_is_no_request_is_not_held_up() -> None:
    bulkhead = Bulkhead(most=0, of_a_site=0)
    bulkhead.enter()


def test_a_place_that_comes_free_within_the_moment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 20.0)
    bulkhead = Bulkhead(most=1, of_a_site=1)
    leave = request(bulkhead, "one")
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(request, bulkhead, "one")
        wait_until(lambda: bulkhead._queued == 1)
        leave()
        second.result(10)()
    assert (bulkhead._inside, bulkhead._queued, len(bulkhead._sites)) == (0, 0, 0)


def test_the_queue_is_short_and_who_finds_it_full_goes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 20.0)
    bulkhead = Bulkhead(most=1, of_a_site=1)
    leave = request(bulkhead, "one")

    def come_and_go() -> None:
        leave = request(bulkhead, "one")
        leave()

    with ThreadPoolExecutor(MOST_QUEUED) as pool:
        queue = [pool.submit(come_and_go) for _ in range(MOST_QUEUED)]
        wait_until(lambda: bulkhead._queued == MOST_QUEUED)
        began = time.monotonic()
        with pytest.raises(JiraBusy):
            request(bulkhead, "one")
        assert time.monotonic() - began < 5
        leave()
        assert [one.result(10) for one in queue] == [None] * MOST_QUEUED


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        threading.Event().wait(0.005)


def test_there_are_threads_that_are_never_jiras() -> None:
    assert MOST + MOST_QUEUED + NEVER_JIRAS <= THREADS
    assert MOST_OF_A_SITE < MOST
    for words in (shlex.split((ROOT / "Procfile").read_text()), server(5000, None)):
        assert int(words[words.index("--threads") + 1]) == THREADS
