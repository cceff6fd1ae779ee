"""Databases on a test's PostgreSQL server, and the two roles that an operator would create there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import create_engine, make_url, text

from timesheet.adapters.db.database import Database
from timesheet.settings import ROOT

OWNER, APP = "timesheet_owner", "timesheet_app"
MAKE_ROLE = """
DO $$ BEGIN
    CREATE ROLE {name} LOGIN PASSWORD '{name}';
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$
"""


def address(server: str, database: str, role: str | None = None) -> str:
    """Return the address of a database on the server, for a role or for the user in the server's own address."""
    url = make_url(server).set(database=database)
    if role:
        url = url.set(username=role, password=role)
    return url.render_as_string(hide_password=False)


def make_roles(server: str) -> None:
    """Create one role that owns the tables and one for the app; neither is a superuser or exempt from
    row-level security.
    """
    run(server, *(MAKE_ROLE.format(name=name) for name in (OWNER, APP)))


@contextmanager
def fresh_database(server: str, template: str = "template1", owner: str = "DEFAULT") -> Iterator[str]:
    """Yield the name of a database that exists for one block."""
    name = f"t{uuid4().hex}"
    run(server, f"CREATE DATABASE {name} TEMPLATE {template} OWNER {owner}")
    try:
        yield name
    finally:
        run(server, f"DROP DATABASE {name} WITH (FORCE)")


def migrate(app_url: str, owner_url: str) -> None:
    """Create all tables like an operator with two roles."""
    app = Flask("release")
    database = Database(app, app_url, owner_url=owner_url)
    Migrate(app, database.extension, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        upgrade()
        for engine in database.extension.engines.values():
            engine.dispose()


def run(server: str, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
