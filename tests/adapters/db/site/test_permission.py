"""Module visibility and site permissions of a site."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.adapters.support.site_data import at_once
from timesheet.adapters.db.database import Database
from timesheet.domain.errors import Conflict
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.services.ports.stores import Stores

SOME = Grant(Whom.SOME, frozenset({"g1", "g2"}), frozenset({"ana"}))
CHOSEN = SitePermissions(
    {Module.TIMESHEET: Grant(Whom.NOBODY), Module.AUDIT: SOME},
    {SitePermission.TEAM_MANAGERS: Grant(Whom.EVERYBODY), SitePermission.AUDITORS: SOME},
)


def test_a_site_starts_with_none_set(stores: Stores) -> None:
    assert stores.permissions.read() == SitePermissions()


def test_one_statement_reads_them_all(stores: Stores, others: Stores, statements: list[str]) -> None:
    saved = stores.permissions.save(CHOSEN)
    statements.clear()
    assert stores.permissions.read() == saved == replace(CHOSEN, version=1)
    assert len(statements) == 1
    assert others.permissions.read() == SitePermissions()


def test_a_save_replaces_them_all(stores: Stores) -> None:
    first = stores.permissions.save(CHOSEN)
    second = stores.permissions.save(SitePermissions({Module.AUDIT: Grant(Whom.SOME, SOME.groups)}, {}, 1))
    assert stores.permissions.read() == second
    with pytest.raises(Conflict) as conflict:
        stores.permissions.save(first)
    assert conflict.value.current == second
    third = stores.permissions.save(SitePermissions(version=2))
    assert stores.permissions.read() == third == SitePermissions(version=3)


def test_two_who_set_them_first(stores: Stores, database: Database) -> None:
    choices = (CHOSEN, SitePermissions({Module.AUDIT: SOME}, {}))
    outcomes = at_once(database, 2, lambda number: stores.permissions.save(choices[number]))
    won = [outcome for outcome in outcomes if isinstance(outcome, SitePermissions)]
    assert [o.current for o in outcomes if isinstance(o, Conflict)] == won == [stores.permissions.read()]
