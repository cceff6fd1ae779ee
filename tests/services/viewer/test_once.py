"""One read for the thread that begins it and the one that needs its result."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from timesheet.domain.errors import JiraUnavailable
from timesheet.services.viewer.once import once


def test_two_threads_share_one_read() -> None:
    both, go, reads = Barrier(2), Event(), list[int]()

    def read() -> int:
        go.wait(10)
        reads.append(1)
        return 7

    def ask() -> int:
        both.wait(10)
        return shared()

    shared = once(read)
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(ask) for _ in range(2)]
        go.set()
        assert [answer.result(10) for answer in answers] == [7, 7]
    assert (shared(), reads) == (7, [1])


def test_an_error_of_jira_is_the_result_of_both() -> None:
    reads = list[int]()

    def fail() -> int:
        reads.append(1)
        raise JiraUnavailable("Jira does not answer.")

    shared = once(fail)
    for _ in range(2):
        with pytest.raises(JiraUnavailable, match="does not answer"):
            shared()
    assert reads == [1]
