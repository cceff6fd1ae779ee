"""Changes that only the owner of a database can make: around triggers, foreign keys, rights, and row-level security."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from tools.postgresql import NAMED


def tamper(app: Flask, *statements: str) -> None:
    """Run these statements on the app's database and commit."""
    with app.app_context():
        url = app.extensions["timesheet"].operation.transaction.extension.engine.url
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database)) as connection:
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for statement in (*(f"DROP TRIGGER {name}" for (name,) in triggers), *statements):
                connection.execute(statement)
            connection.commit()
        return
    named = os.environ.get(NAMED)
    server = make_url(named) if named else url.set(username="postgres", password=None)
    engine = create_engine(server.set(database=url.database))
    with engine.begin() as connection:
        for statement in ("SET LOCAL session_replication_role = replica", *statements):
            connection.execute(text(statement))
    engine.dispose()
