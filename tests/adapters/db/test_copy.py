"""A whole configuration in both databases: it is saved in an order that satisfies their immediate checks."""

from __future__ import annotations

import pytest

from tests.services.support.team_scene import TeamScene
from tests.services.support.transfer_scene import REPLACE, BackupSite, backup_site, minimal
from timesheet.adapters.db.database import Database
from timesheet.services.ports.stores import Stores


@pytest.fixture
def full(stores: Stores, database: Database) -> BackupSite:
    site = backup_site(TeamScene(stores), database, "acme")
    site.teams.grant()
    site.fill()
    return site


@pytest.fixture
def empty(others: Stores, database: Database) -> BackupSite:
    site = backup_site(TeamScene(others), database, "other")
    site.directory.members = {"devs": []}
    return site


def test_it_arrives_whole_and_goes_again(full: BackupSite, empty: BackupSite, database: Database) -> None:
    exported = full.export()
    database.commit()
    empty.take(exported, REPLACE)
    database.commit()
    assert empty.export() == exported
    empty.take(minimal(teams=[], calendars=[], schemes=[], labels=[], leaves=[], legends=[]), REPLACE)
    database.commit()
    now = empty.now
    assert (now.teams, now.calendars, now.labels, now.leaves) == ((), (), (), ())
    assert [scheme.id for scheme in now.schemes] == ["default"]
