"""An app that a real server serves, for an emulated Jira to call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.adapters.support.tables import create_tables
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import Settings
from tools.stage import listening


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[tuple[Flask, str]]:
    """Serve an app with an empty database in ``folder`` for one block, and yield it with its address."""
    with listening() as server:
        url = f"http://127.0.0.1:{server.server_port}"
        common = {"ENV": "development", "VAR_DIR": str(folder), "BASE_URL": url, "LOG_LEVEL": "ERROR"}
        hosts = {"JIRA_HOSTS": "127.0.0.1:*"}
        app = server.app = create_app(Settings.from_environ({**common, **hosts, **environment}))
        engine = app.extensions["timesheet"].operation.transaction.extension
        with app.app_context():
            create_tables(engine.engine)
        try:
            yield app, url
        finally:
            close_app(app)
