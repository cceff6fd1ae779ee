"""The user labels of a site."""

from __future__ import annotations

from dataclasses import replace

import pytest

from timesheet.domain.errors import Conflict
from timesheet.domain.team.label import UserLabel
from timesheet.services.ports.stores import Stores

BACKEND = UserLabel("u1", "backend", "teal", frozenset({"ana", "ben"}))


def test_they_come_back_by_name_with_their_people(
    stores: Stores, others: Stores, statements: list[str]
) -> None:
    saved = [stores.labels.save(label) for label in (BACKEND, UserLabel("u2", "Apprentice", "red"))]
    statements.clear()
    assert stores.labels.all() == tuple(reversed(saved))
    assert len(statements) == 2
    assert others.labels.all() == ()


def test_a_save_replaces_its_people(stores: Stores) -> None:
    first = stores.labels.save(BACKEND)
    second = stores.labels.save(replace(first, name="server", people=frozenset({"ben", "eva"})))
    assert stores.labels.all() == (
        replace(BACKEND, name="server", people=frozenset({"ben", "eva"}), version=2),
    )
    with pytest.raises(Conflict) as conflict:
        stores.labels.save(first)
    assert conflict.value.current == second


def test_a_deleted_one_is_gone_with_its_people(stores: Stores, others: Stores) -> None:
    for site in (stores, others):
        site.labels.save(BACKEND)
    stores.labels.delete("u1")
    stores.labels.delete("u1")
    assert stores.labels.all() == ()
    assert stores.labels.save(replace(BACKEND, people=frozenset())).people == frozenset()
    assert others.labels.all()[0].people == BACKEND.people
