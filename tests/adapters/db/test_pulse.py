"""A check that may never return runs once at a time, and nobody waits long for it."""

from __future__ import annotations

import socket
from threading import Event
from time import monotonic

from flask import Flask

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.pulse import Pulse


def test_the_answer_is_passed_on() -> None:
    assert Pulse(lambda: True, 5).beats()
    assert not Pulse(lambda: False, 5).beats()


def test_silence_counts_as_no_and_is_checked_once_until_it_ends() -> None:
    calls, speak = list[int](), Event()

    def ask() -> bool:
        calls.append(1)
        return speak.wait(30)

    pulse = Pulse(ask, 0.01)
    assert [pulse.beats() for _ in range(5)] == [False] * 5
    assert len(calls) == 1
    speak.set()
    later = Pulse(ask, 5)
    assert later.beats()


def test_a_database_that_accepts_and_says_nothing_is_noticed_within_its_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        app = Flask("test")
        database = Database(app, f"postgresql+psycopg://nobody@127.0.0.1:{port}/none?connect_timeout=20")
        with app.app_context():
            start = monotonic()
            assert not database.reachable()
            assert monotonic() - start < 10
