"""The rows that installing a site adds, kept for the tests of a run: most of them begin with an installed site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import Flask
from sqlalchemy import Table, insert, select

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.services.ports.clock import Clock
from timesheet.settings import Settings

Rows = Sequence[tuple[Table, Sequence[dict[str, Any]]]]


class InstalledOnce:
    """Installs the first of equal sites through the app, and copies its rows for the others."""

    def __init__(self) -> None:
        self._rows: dict[object, Rows] = {}

    def install(
        self, app: Flask, settings: Settings, clock: Clock, site: str, through_app: Callable[[], None]
    ) -> None:
        """Install a site in an empty database. Two sites are equal if they are all that an installation depends on."""
        equal = site, clock(), replace(settings, database_url="")
        if equal not in self._rows:
            through_app()
        with app.app_context():
            database: Database = app.extensions["timesheet"].operation.transaction
            database.enter(site)
            if equal not in self._rows:
                self._rows[equal] = read_rows(database)
            else:
                for table, rows in self._rows[equal]:
                    database.connection.execute(insert(table), rows)
                database.commit()


def read_rows(database: Database) -> Rows:
    """Return the rows of all tables that are not empty, parents first."""
    read = ((table, database.connection.execute(select(table))) for table in Base.metadata.sorted_tables)
    found = ((table, [dict(row) for row in rows.mappings()]) for table, rows in read)
    return [(table, rows) for table, rows in found if rows]
