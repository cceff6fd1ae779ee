"""Patience: a read ends when its time is over or when it is canceled, and says how far it is."""

from __future__ import annotations

import threading
from contextvars import copy_context

import pytest

from timesheet.domain.errors import TimesheetError
from timesheet.services.resilience.patience import (
    Ended,
    Patience,
    Stopped,
    TooSlow,
    check_patience,
    report_progress,
    seconds_left,
    with_patience,
)


def test_without_patience_nothing_ends() -> None:
    check_patience()
    report_progress(1, 2)
    assert seconds_left(20.0) == 20.0


def test_time_runs_out() -> None:
    now = [0.0]
    with with_patience(Patience(8.0, timer=lambda: now[0])):
        assert seconds_left(20.0) == 8.0
        assert seconds_left(3.0) == 3.0
        now[0] = 8.0
        with pytest.raises(TooSlow):
            check_patience()
        with pytest.raises(TooSlow):
            seconds_left(20.0)
    check_patience()


def test_a_canceled_read_stops_in_the_threads_that_it_started_too() -> None:
    found = list[Exception]()

    def check() -> None:
        try:
            check_patience()
        except Ended as error:
            found.append(error)

    with with_patience(Patience(stopped=lambda: True)):
        thread = threading.Thread(target=copy_context().run, args=(check,))
        thread.start()
        thread.join()
    assert [type(error) for error in found] == [Stopped]


def test_progress_is_passed_on() -> None:
    progress = list[tuple[int, int]]()
    with with_patience(Patience(progress=lambda issues, worklogs: progress.append((issues, worklogs)))):
        check_patience()
        report_progress(3, 40)
    assert progress == [(3, 40)]


def test_no_code_that_notes_what_jira_refuses_goes_on_after_it() -> None:
    assert not issubclass(Ended, TimesheetError)
