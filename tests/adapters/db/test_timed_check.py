"""A check that may never return runs once at a time, and nobody waits long for it."""

from __future__ import annotations

import socket
from threading import Event
from time import monotonic

from flask import Flask

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.timed_check import TimedCheck


def test_the_answer_is_passed_on() -> None:
    assert TimedCheck(lambda: True, 5).succeeds()
    assert not TimedCheck(lambda: False, 5).succeeds()


def test_silence_counts_as_no_and_is_checked_once_until_it_ends() -> None:
    calls, speak = list[int](), Event()

    def ask() -> bool:
        calls.append(1)
        return speak.wait(30)

    pulse = TimedCheck(ask, 0.01)
    assert [pulse.succeeds() for _ in range(5)] == [False] * 5
    assert len(calls) == 1
    speak.set()
    later = TimedCheck(ask, 5)
    assert later.succeeds()


def test_a_database_that_accepts_and_says_nothing_is_noticed_within_its_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        app = Flask("test")
        database = Database(app, f"postgresql+psycopg://nobody@127.0.0.1:{port}/none?connect_timeout=20")
        with app.app_context():
            start = monotonic()
            assert not database.reachable()
            assert monotonic() - start < 10
