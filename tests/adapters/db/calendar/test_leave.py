"""The leaves of a site's people."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.adapters.support.site_data import at_once
from tests.domain.support.leaves import leave_range
from timesheet.adapters.db.database import Database
from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import Conflict
from timesheet.domain.span import DateSpan
from timesheet.services.ports.stores import Stores

JUNE = DateSpan(date(2024, 6, 1), date(2024, 6, 30))
FIRST, LAST = JUNE.first, JUNE.last


def test_they_come_back_by_date(stores: Stores, others: Stores) -> None:
    halves = [Leave("ana", LAST, "vacation", part) for part in (Part.AFTERNOON, Part.MORNING)]
    stores.leaves.replace("ana", JUNE, [*halves, Leave("ana", FIRST, "sick-leave")])
    assert stores.leaves.of(["ana"], JUNE) == (
        Leave("ana", FIRST, "sick-leave"),
        Leave("ana", LAST, "vacation", Part.MORNING),
        Leave("ana", LAST, "vacation", Part.AFTERNOON),
    )
    assert others.leaves.of(["ana"], JUNE) == ()


def test_everybodys_come_by_date(stores: Stores, others: Stores) -> None:
    stores.leaves.replace("ana", JUNE, [Leave("ana", LAST, "vacation")])
    stores.leaves.replace("ben", JUNE, [Leave("ben", FIRST, "vacation")])
    others.leaves.replace("eva", JUNE, [Leave("eva", FIRST, "vacation")])
    assert [leave.account_id for leave in stores.leaves.all()] == ["ben", "ana"]


def test_whoever_holds_a_site_reads_what_nobody_changes_meanwhile(database: Database, stores: Stores) -> None:
    def enter(number: int) -> object:
        stores.lock_site()
        leaves = stores.leaves.all()
        stores.leaves.replace(
            "ana", JUNE, [Leave("ana", JUNE.first + timedelta(days=len(leaves)), "vacation"), *leaves]
        )
        return len(leaves)

    assert sorted(map(str, at_once(database, 4, enter))) == ["0", "1", "2", "3"]


def test_the_whole_span_is_replaced_and_nothing_else(stores: Stores) -> None:
    around = DateSpan(FIRST - timedelta(days=1), LAST + timedelta(days=1))
    for who in ("ana", "ben"):
        stores.leaves.replace(who, around, leave_range(who, around, "vacation"))
    stores.leaves.replace("ana", JUNE, [Leave("ana", FIRST, "emergency", Part.MORNING)])
    assert stores.leaves.of(["ana"], around) == (
        Leave("ana", around.first, "vacation"),
        Leave("ana", FIRST, "emergency", Part.MORNING),
        Leave("ana", around.last, "vacation"),
    )
    assert len(stores.leaves.of(["ben"], around)) == 32
    stores.leaves.replace("ana", around, [])
    assert stores.leaves.of(["ana"], around) == ()


def test_a_site_is_locked_once_in_each_transaction(
    database: Database, stores: Stores, others: Stores, statements: list[str]
) -> None:
    def locks() -> int:
        return sum("FROM site" in statement for statement in statements)

    database.commit()
    statements.clear()
    for _ in range(2):
        stores.lock_site()
    assert locks() == 1
    database.commit()
    stores.lock_site()
    assert locks() == 2
    database.roll_back()
    for _ in range(2):
        stores.lock_site()
    assert locks() == 3
    database.roll_back()
    others.lock_site()
    assert locks() == 4


def test_only_the_requested_leaves_are_read(stores: Stores, statements: list[str]) -> None:
    people = [f"person-{n}" for n in range(500)]
    for who in people[:3]:
        stores.leaves.replace(who, JUNE, leave_range(who, JUNE, "vacation"))
    statements.clear()
    found = stores.leaves.of([people[0], *people[2:]], DateSpan(FIRST, FIRST))
    assert [leave.account_id for leave in found] == ["person-0", "person-2"]
    assert len(statements) == 1
    assert stores.leaves.of([], JUNE) == ()


def test_what_the_next_replacement_would_miss_is_refused(stores: Stores) -> None:
    for leave in (Leave("ben", FIRST, "vacation"), Leave("ana", LAST + timedelta(days=1), "vacation")):
        with pytest.raises(ValueError, match="outlive"):
            stores.leaves.replace("ana", JUNE, [leave])


def test_a_reason_that_is_gone_leaves_all_as_it_was(stores: Stores, database: Database) -> None:
    stores.leaves.replace("ana", JUNE, [Leave("ana", FIRST, "vacation")])
    database.commit()
    with pytest.raises(Conflict, match="deleted"):
        stores.leaves.replace("ana", JUNE, [Leave("ana", LAST, "vacation"), Leave("ana", FIRST, "gone")])
    database.roll_back()
    assert stores.leaves.of(["ana"], JUNE) == (Leave("ana", FIRST, "vacation"),)


def test_replacements_at_once_never_mix(stores: Stores, database: Database) -> None:
    legends = ("vacation", "emergency", "sick-leave")
    at_once(
        database,
        6,
        lambda n: stores.leaves.replace("ana", JUNE, leave_range("ana", JUNE, legends[n % 3])),
    )
    found = stores.leaves.of(["ana"], JUNE)
    assert (len(found), len({leave.legend_id for leave in found})) == (30, 1)
