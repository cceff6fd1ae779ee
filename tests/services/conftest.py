from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.adapters.support.site_data import ManyRequests, stores_of
from tests.adapters.support.tables import create_tables
from tests.services.support.scene import Scene
from tests.services.support.team_scene import TeamScene
from tests.services.support.transfer_scene import BackupSite, backup_site
from timesheet.adapters.db.database import Database


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Yield an open database with all tables, inside a request's context."""
    app = Flask("test")
    opened = Database(app, f"sqlite:///{tmp_path / 'timesheet.db'}")
    with app.app_context():
        create_tables(opened.extension.engine)
        yield opened
        opened.roll_back()
        opened.extension.engine.dispose()


@pytest.fixture
def teams(database: Database) -> TeamScene:
    """Return a site without teams, with its permissions granted."""
    scene = TeamScene(stores_of(database, "site-1"))
    scene.grant()
    return scene


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[BackupSite, BackupSite]]:
    """Yield two sites, the first full, the second as installed, with their permissions granted."""
    app = Flask("test")
    database = ManyRequests(app, f"sqlite:///{tmp_path / 'timesheet.db'}")
    with app.app_context():
        create_tables(database.extension.engine)
        made = []
        for key in ("full", "empty"):
            scene = TeamScene(stores_of(database, key))
            scene.grant()
            made.append(backup_site(scene, database, key))
        made[0].fill()
        made[0].directory.members = {"devs": []}
        made[1].directory.members = {"devs": []}
        database.commit()
        yield made[0], made[1]
        database.roll_back()
        database.extension.engine.dispose()
