"""A database that does not respond in time: the same error on both databases, and the next request works."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import pytest
from flask import Flask
from psycopg.pq import PGconn
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DataError, SQLAlchemyError

from tests.adapters.support.roles import APP, address, run
from timesheet.adapters.db.busy import CONNECTION_LOST, FULL, LOCKED, NO_ROOM, PLAIN_CODES, STATES
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.engine import DEAD_NETWORK, noticing_dead_network
from timesheet.domain.errors import DatabaseBusy, TimesheetError
from timesheet.domain.message import Message

WRITE = text("UPDATE site_setting SET fallback_zone = 'UTC'")


@contextmanager
def opened(url: str, connections: int = 2) -> Iterator[Database]:
    app = Flask("test")
    database = Database(app, url, connections)
    with app.app_context():
        yield database
        database.roll_back()
        database.extension.engine.dispose()


def test_it_is_not_a_refusal_of_jira() -> None:
    assert not issubclass(DatabaseBusy, TimesheetError)


def test_waiting_too_long_for_sqlites_lock_is_reported(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timesheet.adapters.db.engine.PRAGMAS", ("journal_mode=WAL", "busy_timeout=20"))
    with opened(sqlite_url) as database:
        other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match=LOCKED[:20]):
            database.session.execute(text("CREATE TABLE thing (name TEXT)"))
        database.roll_back()
        with pytest.raises(DatabaseBusy, match=LOCKED[:20]):
            database.write_alone(text("CREATE TABLE thing (name TEXT)"), {})
        other.rollback()
        other.close()
        database.session.execute(text("CREATE TABLE thing (name TEXT)"))
        database.commit()


def test_a_full_disk_is_said(sqlite_url: str) -> None:
    """SQLite's limit of pages is its full disk."""
    with opened(sqlite_url) as database:
        database.session.execute(text("CREATE TABLE thing (name TEXT)"))
        database.commit()
        database.session.execute(text("PRAGMA max_page_count = 2"))
        with pytest.raises(DatabaseBusy, match=NO_ROOM[:20]):
            database.session.execute(text("INSERT INTO thing VALUES (:name)"), {"name": "x" * 100_000})
        database.roll_back()
        database.session.execute(text("PRAGMA max_page_count = 1000000"))
        database.session.execute(text("INSERT INTO thing VALUES (:name)"), {"name": "x" * 100_000})
        database.commit()


def test_what_follows_a_commit_takes_nothing_back(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of SQLite cannot be emptied while other requests have all connections, or on a full disk."""
    monkeypatch.setattr("timesheet.adapters.db.engine.POOL_SECONDS", 0.05)
    called, taken = list[bool](), ExitStack()
    with opened(sqlite_url, connections=1) as database:
        database.after_commit("others", lambda _: taken.enter_context(database.extension.engine.connect()))
        database.after_commit("later", called.append)
        database.session.execute(text("CREATE TABLE thing (name TEXT)"))
        database.transaction.notes["others"] = True
        database.note_erasure()
        database.transaction.notes["later"] = True
        database.commit()
        taken.close()
    assert called == [True]


def test_postgresql_says_a_full_disk_in_the_same_way() -> None:
    assert STATES["53100"] == NO_ROOM


def test_every_reason_is_said_in_the_readers_language() -> None:
    assert all(isinstance(sentence, Message) for sentence in (*STATES.values(), *PLAIN_CODES.values()))


def test_waiting_too_long_for_postgresqls_lock_is_reported(emptied_url: str) -> None:
    with opened(emptied_url) as database:
        engine = create_engine(emptied_url)
        with engine.begin() as other:
            other.execute(text("LOCK TABLE site_setting IN SHARE ROW EXCLUSIVE MODE"))
            database.session.execute(text("SET LOCAL lock_timeout = '20ms'"))
            with pytest.raises(DatabaseBusy, match=LOCKED[:20]):
                database.session.execute(WRITE)
            database.roll_back()
        engine.dispose()
        database.session.execute(WRITE)


def test_more_requests_than_connections_wait_and_get_a_message(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timesheet.adapters.db.engine.POOL_SECONDS", 0.02)
    with opened(database_url) as database:
        engine = database.extension.engine
        with engine.connect(), engine.connect():
            with pytest.raises(DatabaseBusy, match=FULL[:20]):
                database.first(text("SELECT 1"))  # type: ignore[arg-type]
            with pytest.raises(DatabaseBusy, match=FULL[:20]), database.reading() as session:
                session.execute(text("SELECT 1"))
        assert database.first(text("SELECT 1")) == (1,)  # type: ignore[arg-type]


def test_a_server_that_restarts_costs_one_request_at_most(postgresql_server: str, emptied_url: str) -> None:
    of_the_app = f"datname = '{make_url(emptied_url).database}' AND usename = '{APP}'"
    ending = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {of_the_app}"
    with opened(emptied_url) as database:
        database.session.execute(text("SELECT 1"))
        run(address(postgresql_server, "postgres"), ending)
        with pytest.raises(DatabaseBusy, match=CONNECTION_LOST[:20]):
            database.session.execute(text("SELECT 1"))
        database.roll_back()
        # A connection that died in the pool is noticed before it is used.
        assert database.session.execute(text("SELECT 1")).scalar() == 1
        database.roll_back()
        run(address(postgresql_server, "postgres"), ending)
        assert database.session.execute(text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize(("idle", "expected"), [(1000.0, 0), (-1.0, 1)])
def test_only_a_connection_that_was_idle_for_long_is_tested_by_a_question(
    emptied_url: str, monkeypatch: pytest.MonkeyPatch, idle: float, expected: int
) -> None:
    with opened(emptied_url) as database:
        engine = database.extension.engine
        engine.connect().close()
        pings, ping = list[object](), engine.dialect.do_ping

        def counted(connection: Any) -> bool:
            pings.append(connection)
            return ping(connection)

        monkeypatch.setattr(engine.dialect, "do_ping", counted)
        monkeypatch.setattr("timesheet.adapters.db.busy.IDLE_SECONDS", idle)
        engine.connect().close()
        assert len(pings) == expected


def test_a_connection_that_was_closed_on_this_side_is_replaced(emptied_url: str) -> None:
    with opened(emptied_url) as database:
        with database.extension.engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
        driver.close()
        assert database.session.execute(text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize("site", ["", "acme"])
def test_a_server_that_ends_before_the_transaction_begins_is_said(
    postgresql_server: str, emptied_url: str, site: str
) -> None:
    """The site of a transaction is set by a statement that SQLAlchemy does not see."""
    of_the_app = f"datname = '{make_url(emptied_url).database}' AND usename = '{APP}'"
    ending = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {of_the_app}"
    with opened(emptied_url) as database:
        if site:
            database.enter(site)
        with database.extension.engine.connect() as connection:
            run(address(postgresql_server, "postgres"), ending)
            with pytest.raises(DatabaseBusy, match=CONNECTION_LOST[:20]):
                connection.execute(text("SELECT 1"))
        assert database.session.execute(text("SELECT 1")).scalar() == 1


def test_a_request_waits_for_an_answer_for_a_limited_time(
    emptied_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timesheet.adapters.db.engine.REQUEST_SECONDS", 0.1)
    slow, quick = cast(Any, text("SELECT pg_sleep(0.3), 1")), cast(Any, text("SELECT 2"))
    with opened(emptied_url) as database:
        with Flask("web").test_request_context():
            for wait in (lambda: database.first(slow), lambda: database.session.execute(slow)):
                with pytest.raises(DatabaseBusy, match=CONNECTION_LOST[:20]):
                    wait()
                database.roll_back()
                # The late answer is not taken for that of the next statement.
                assert database.first(quick) == (2,)
        assert database.first(slow) == ("", 1)


@pytest.mark.parametrize("rows", [2, 2000])
def test_an_error_in_one_of_several_rows_leaves_the_connection(emptied_url: str, rows: int) -> None:
    """The driver sends them together, and says of those behind an error that they were not tried."""
    divisors = [{"divisor": number} for number in range(rows)]
    process_id = cast(Any, text("SELECT pg_backend_pid()"))
    with opened(emptied_url) as database:
        process = database.first(process_id)
        for _ in range(20):
            with pytest.raises(DataError):
                database.session.execute(text("SELECT 1 / :divisor"), divisors)
            database.roll_back()
        assert database.first(process_id) == process


def test_a_connection_notices_that_its_network_is_gone() -> None:
    """Without these options the system would wait for some 15 minutes, or two hours."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = noticing_dead_network(make_url(f"postgresql://nobody@127.0.0.1:{port}/none?keepalives_idle=7"))
        opening = PGconn.connect_start(url.render_as_string().encode())
        with socket.socket(fileno=os.dup(opening.socket)) as used:
            assert used.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            limits = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
            found = [used.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in limits]
        opening.finish()
    # The operator's own option stays.
    assert found == [7, 5, 3, 20_000]


def test_each_engine_notices_it(emptied_url: str) -> None:
    app = Flask("test")
    database = Database(app, emptied_url, owner_url=emptied_url)
    with app.app_context():
        for engine in database.extension.engines.values():
            assert DEAD_NETWORK.items() <= engine.url.query.items()
            engine.dispose()


def test_a_server_that_is_not_there_is_said() -> None:
    with opened("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1") as database:
        with pytest.raises(DatabaseBusy, match=CONNECTION_LOST[:20]) as caught:
            database.session.execute(text("SELECT 1"))
        assert caught.value.retry_after > 0
        database.roll_back()
        with pytest.raises(DatabaseBusy, match=CONNECTION_LOST[:20]):
            database.first(text("SELECT 1"))  # type: ignore[arg-type]


def test_an_error_that_does_not_go_away_stays_what_it_is(database_url: str) -> None:
    with opened(database_url) as database:
        with pytest.raises(SQLAlchemyError, match="nowhere"):
            database.session.execute(text("SELECT * FROM nowhere"))
        database.roll_back()
