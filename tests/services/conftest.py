from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.adapters.site_data import stores_of
from tests.services.scene import Scene
from tests.services.team_scene import TeamScene
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def teams(tmp_path: Path) -> Iterator[TeamScene]:
    """A site without teams, its permissions granted, in a database of its own."""
    app = Flask("test")
    database = Database(app, f"sqlite:///{tmp_path / 'timesheet.db'}")
    with app.app_context():
        Base.metadata.create_all(database.extension.engine)
        scene = TeamScene(stores_of(database, "site-1"))
        scene.grant()
        yield scene
        database.roll_back()
        database.extension.engine.dispose()
