"""A request that waits too long for another one's lock says so, with a time to try again; the next one works."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from tests.adapters.support.roles import address
from tests.web.conftest import JiraSite
from timesheet.adapters.db.busy import CONNECTION_LOST, LOCKED
from timesheet.adapters.db.database import Database
from timesheet.domain.errors import DatabaseBusy


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timesheet.adapters.db.engine.LOCK_SECONDS", 0.05)
    monkeypatch.setattr(
        "timesheet.adapters.db.engine.PRAGMAS", ("journal_mode=WAL", "busy_timeout=50", "foreign_keys=ON")
    )


def test_a_lock_of_another_request_is_not_a_breakdown(
    app: Flask,
    site: JiraSite,
    database_url: str,
    request: pytest.FixtureRequest,
) -> None:
    if database_url.startswith("sqlite"):
        engine, lock = create_engine(database_url), "BEGIN IMMEDIATE"
    else:
        name = str(make_url(database_url).database)
        engine = create_engine(address(request.getfixturevalue("postgresql_server"), name))
        lock = "SELECT * FROM site FOR UPDATE"
    with engine.connect() as other:
        other.execute(text(lock))
        answer = site.uninstall()
        other.rollback()
    engine.dispose()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json()["error"] == LOCKED
    assert site.uninstall().status_code == 204


def test_a_database_that_goes_away_at_the_commit_is_not_a_breakdown(
    site: JiraSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_database: Database) -> None:
        raise DatabaseBusy(CONNECTION_LOST)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "commit", gone)
        answer = site.load("/probe/page")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert CONNECTION_LOST in answer.get_data(as_text=True)
    assert site.load("/probe/page").status_code == 200
