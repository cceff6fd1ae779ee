"""The priority of work is known in the threads that it starts too, and each request has its own."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor

import pytest

from timesheet.services.resilience.priority import (
    Priority,
    begin_request,
    current_priority,
    end_request,
    with_priority,
    yielding,
)


def test_a_block_has_its_priority_and_its_threads_too() -> None:
    assert current_priority() is Priority.LOOK
    with with_priority(Priority.BACKGROUND):
        with with_priority(Priority.SAVE):
            assert current_priority() is Priority.SAVE
        assert current_priority() is Priority.BACKGROUND
        with ThreadPoolExecutor(1) as pool:
            copy = contextvars.copy_context()
            assert pool.submit(copy.run, current_priority).result() is Priority.BACKGROUND
            assert pool.submit(current_priority).result() is Priority.LOOK, "a thread of somebody else"
    assert current_priority() is Priority.LOOK


def test_whoever_has_something_to_look_at_yields_in_a_save_too() -> None:
    for priority in (Priority.SAVE, Priority.LOOK, Priority.REFRESH):
        with with_priority(priority):
            with yielding():
                assert current_priority() is Priority.REFRESH
            assert current_priority() is priority
    with with_priority(Priority.BACKGROUND), yielding():
        assert current_priority() is Priority.BACKGROUND
    assert current_priority() is Priority.LOOK


def test_an_error_ends_it_too() -> None:
    with pytest.raises(LookupError), with_priority(Priority.BACKGROUND):
        raise LookupError
    assert current_priority() is Priority.LOOK


def test_each_request_of_a_thread_has_its_own() -> None:
    def serve() -> list[Priority]:
        seen = []
        for saves in (True, False):
            begin_request(saves=saves)
            seen.append(current_priority())
        begin_request(saves=True)
        end_request()
        return [*seen, current_priority()]

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(serve).result() == [Priority.SAVE, Priority.LOOK, Priority.LOOK]
