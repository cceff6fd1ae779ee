"""A check that may never return runs once at a time, and nobody waits long for it."""

from __future__ import annotations

import socket
from threading import Event, Thread, Timer
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

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


def test_a_check_under_way_is_waited_for() -> None:
    begun, speak, ended = Event(), Event(), list[bool]()

    def ask() -> bool:
        begun.set()
        ended.append(speak.wait(30))
        return True

    check = TimedCheck(ask, 0.01)
    check.wait()
    assert not check.succeeds()
    assert begun.wait(30)
    waiting = Thread(target=check.wait)
    waiting.start()
    speak.set()
    waiting.join()
    assert ended == [True]


def test_a_database_is_closed_after_a_check_that_would_open_a_connection(
    secured_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the check leaves a connection open, which nobody closes anymore."""
    monkeypatch.setattr("timesheet.adapters.db.database.ANSWER_SECONDS", 0.0)
    app = Flask("test")
    database, opened, speak = Database(app, secured_url), list[Any](), Event()

    def connect_late(*_: object) -> None:
        speak.wait(30)

    with app.app_context():
        engine = database.extension.engine
    event.listen(engine, "connect", lambda connection, _: opened.append(connection))
    event.listen(engine, "do_connect", connect_late)
    assert not database.reachable()
    Timer(0.1, speak.set).start()
    database.close(app)
    assert [connection.closed for connection in opened] == [True]


def test_a_database_that_accepts_and_says_nothing_is_noticed_within_its_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        app = Flask("test")
        database = Database(app, f"postgresql+psycopg://nobody@127.0.0.1:{port}/none?connect_timeout=20")
        with app.app_context():
            start = monotonic()
            assert not database.reachable()
            assert monotonic() - start < 10
