"""Parallel calls: bounded by site, so a hanging site leaves threads to others, and none is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from timesheet.adapters.jira.call.parallel import MOST, Flow, Parallel, Threads
from timesheet.adapters.jira.call.ratelimit import WIDE
from timesheet.domain.errors import JiraUnavailable, NotFound, TimesheetError

SECONDS = 10


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads()
    yield made
    made.close()


def hang(threads: Threads, site: str, go: threading.Event) -> int:
    """Start as many waiting calls as ``site`` gets threads for, and return how many these are."""
    count = 0
    while threads.start(site, lambda: go.wait(20)) is not None:
        count += 1
    return count


def test_results_come_in_order_and_errors_take_their_places(threads: Threads) -> None:
    def work(number: int) -> int:
        if number == 3:
            raise NotFound("gone")
        return number * 10

    results = list(Parallel(threads, "one").each(work, range(20), 8))
    assert [result for result in results if isinstance(result, int)] == [n * 10 for n in range(20) if n != 3]
    assert isinstance(results[3], NotFound)


def test_a_site_that_hangs_holds_its_own_threads_only(threads: Threads) -> None:
    go = threading.Event()
    try:
        assert hang(threads, "one", go) == WIDE
        names = list(Parallel(threads, "two").each(lambda _: threading.current_thread().name, range(20), 8))
        assert all(name.startswith("jira") for name in map(str, names))
    finally:
        go.set()


def test_without_a_free_thread_the_caller_makes_the_call(threads: Threads) -> None:
    go = threading.Event()
    try:
        assert sum(hang(threads, str(site), go) for site in range(MOST // WIDE + 1)) == MOST
        names = list(Parallel(threads, "more").each(lambda _: threading.current_thread().name, range(3), 8))
        assert names == [threading.current_thread().name] * 3
    finally:
        go.set()


def test_threads_are_given_back(threads: Threads) -> None:
    for _ in range(3):
        assert len(list(Parallel(threads, "one").each(str, range(50), WIDE))) == 50
    threads.close()
    assert not threads._busy


def flow(width: int = 8) -> Flow:
    return Parallel().flow(lambda: width)


def raising(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_what_an_answer_brings_up_is_done_as_well() -> None:
    calls, came = flow(), list[int]()

    def took(number: int | TimesheetError) -> None:
        assert isinstance(number, int)
        came.append(number)
        if number < 3:
            calls.add(lambda: number + 1, took)

    calls.add(lambda: 1, took)
    calls.add(lambda: 11, took)
    calls.run()
    assert sorted(came) == [1, 2, 3, 11]


def test_a_call_that_is_alone_needs_no_other_thread() -> None:
    calls, threads = flow(), list[object]()
    calls.add(threading.current_thread, threads.append)
    calls.run()
    assert threads == [threading.current_thread()]


def test_answers_are_taken_by_the_caller_alone() -> None:
    calls, threads, takers = flow(), set[object](), set[object]()

    def took(thread: object) -> None:
        threads.add(thread)
        takers.add(threading.current_thread())

    together = threading.Barrier(3)
    for _ in range(3):
        calls.add(lambda: (together.wait(SECONDS), threading.current_thread())[1], took)
    calls.run()
    assert (len(threads), takers) == (3, {threading.current_thread()})


def test_what_is_for_later_waits_for_everything_else() -> None:
    calls, order = flow(1), list[str]()

    def read(name: str) -> Callable[[], str]:
        def work() -> str:
            order.append(name)
            return name

        return work

    def took(name: str | TimesheetError) -> None:
        if name == "page 1":
            calls.add(read("issue"), took, later=True)
            calls.add(read("page 2"), took)

    calls.add(read("page 1"), took)
    calls.add(read("another"), took)
    calls.run()
    assert order == ["page 1", "another", "page 2", "issue"]


def test_no_call_waits_for_what_the_caller_does_with_an_answer() -> None:
    calls, begun, done = flow(), threading.Event(), list[bool]()

    def took(_: object) -> None:
        calls.when_idle(lambda: done.append(begun.wait(SECONDS)))
        calls.add(begun.set, lambda _: None)

    calls.add(lambda: None, took)
    calls.add(lambda: begun.wait(SECONDS), lambda _: None)
    calls.run()
    assert done == [True]


def test_the_caller_does_its_own_work_while_calls_are_under_way() -> None:
    calls, worked, seen = flow(), threading.Event(), list[object]()
    calls.add(lambda: None, lambda _: calls.when_idle(worked.set))
    calls.add(lambda: worked.wait(SECONDS), seen.append)
    calls.run()
    assert seen == [True]


def test_the_width_of_the_moment_counts() -> None:
    width, running, most, lock = [4], [0], list[int](), threading.Lock()
    first = threading.Barrier(4)

    def work() -> None:
        with lock:
            running[0] += 1
            most.append(running[0])
        if width[0] == 4:
            first.wait(SECONDS)
            width[0] = 1
        with lock:
            running[0] -= 1

    calls = Parallel().flow(lambda: width[0])
    for _ in range(10):
        calls.add(work, lambda _: None)
    calls.run()
    assert most[:4] == [1, 2, 3, 4]
    assert most[4:] == [1] * 6


def test_a_domain_error_is_an_answer_and_any_other_is_raised() -> None:
    calls, came = flow(), list[object]()
    error = JiraUnavailable("no")
    for _ in range(2):
        calls.add(raising(error), came.append)
    calls.run()
    assert came == [error, error]
    for _ in range(2):
        calls.add(raising(KeyError("bug")), came.append)
    with pytest.raises(KeyError):
        calls.run()


def test_after_an_end_nothing_more_is_begun() -> None:
    threads, release, begun = Threads(), threading.Event(), list[str]()
    parallel = Parallel(threads)
    calls = parallel.flow(lambda: 8)
    for _ in range(7):
        parallel.start(release.wait, SECONDS)

    def work(name: str) -> Callable[[], None]:
        def begin() -> None:
            begun.append(name)
            if name == "second":
                release.wait(SECONDS)

        return begin

    for name in ("first", "second", "third"):
        calls.add(work(name), lambda _: raising(JiraUnavailable("no"))())
    with pytest.raises(JiraUnavailable):
        calls.run()
    release.set()
    threads.close()
    assert "third" not in begun


def test_where_no_thread_is_free_the_caller_does_all_of_it(threads: Threads) -> None:
    go, names = threading.Event(), list[object]()
    try:
        hang(threads, "one", go)
        calls = Parallel(threads, "one").flow(lambda: 8)
        for _ in range(3):
            calls.add(threading.current_thread, names.append)
        calls.run()
        assert names == [threading.current_thread()] * 3
    finally:
        go.set()
