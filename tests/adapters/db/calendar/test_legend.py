"""The legends of a site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from timesheet.adapters.db.database import Database
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import SYSTEM_LEGENDS, Legend, LegendUse
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.span import DateSpan
from timesheet.services.ports.stores import Stores

TRAINING = Legend("l1", "Training", "lime", "T")
DAY = date(2024, 6, 14)


def test_the_systems_are_there_from_the_start(stores: Stores) -> None:
    assert stores.legends.all() == SYSTEM_LEGENDS


def test_own_ones_follow_by_title(stores: Stores, others: Stores) -> None:
    saved = [stores.legends.save(TRAINING), stores.legends.save(Legend("l2", "bank day", "red", "B"))]
    assert stores.legends.all() == (*SYSTEM_LEGENDS, *reversed(saved))
    assert others.legends.all() == SYSTEM_LEGENDS


def test_two_sites_may_have_the_same_id(stores: Stores, others: Stores) -> None:
    stores.legends.save(TRAINING)
    others.legends.save(replace(TRAINING, title="Schulung"))
    assert [stores.legends.all()[-1].title, others.legends.all()[-1].title] == ["Training", "Schulung"]


def test_a_system_one_can_get_another_title(stores: Stores) -> None:
    vacation = SYSTEM_LEGENDS[2]
    saved = stores.legends.save(replace(vacation, title="Annual leave"))
    assert saved == replace(vacation, title="Annual leave", version=1)
    assert stores.legends.all()[2] == saved


def test_the_use_of_a_system_one_is_not_a_change_of_it(stores: Stores, database: Database) -> None:
    vacation = SYSTEM_LEGENDS[2]
    stores.leaves.replace("ana", DateSpan(DAY, DAY), [Leave("ana", DAY, vacation.id)])
    database.commit()
    assert stores.legends.all() == SYSTEM_LEGENDS
    assert stores.legends.save(replace(vacation, title="Away")).version == 1


def test_a_stale_save_is_refused_with_what_is_stored(stores: Stores) -> None:
    first = stores.legends.save(TRAINING)
    second = stores.legends.save(replace(first, title="Course"))
    with pytest.raises(Conflict) as conflict:
        stores.legends.save(replace(first, title="School"))
    assert conflict.value.current == second
    with pytest.raises(Conflict) as conflict:
        stores.legends.save(TRAINING)
    assert conflict.value.current == second


def test_saving_what_is_deleted_is_a_conflict_with_nothing(stores: Stores) -> None:
    saved = stores.legends.save(TRAINING)
    stores.legends.delete("l1")
    with pytest.raises(Conflict, match="deleted") as conflict:
        stores.legends.save(saved)
    assert conflict.value.current is None


def test_the_days_of_a_deleted_one_become_unclassified(stores: Stores, others: Stores) -> None:
    span = DateSpan(DAY, DAY)
    for site in (stores, others):
        site.legends.save(TRAINING)
        site.calendars.save(GlobalCalendar("c", "Berlin", (NonWorkingDay(DAY, "Course day", "l1"),)))
        site.leaves.replace("ana", span, [Leave("ana", DAY, "l1")])
    stores.legends.delete("l1")
    assert [day.legend_id for day in stores.calendars.get("c").days] == ["unclassified"]
    assert [leave.legend_id for leave in stores.leaves.of(["ana"], span)] == ["unclassified"]
    assert stores.legends.all() == SYSTEM_LEGENDS
    assert [leave.legend_id for leave in others.leaves.of(["ana"], span)] == ["l1"]


def test_the_days_that_have_one_are_counted_in_this_site(stores: Stores, others: Stores) -> None:
    span = DateSpan(DAY, DAY)
    for site, people in ((stores, ["ana", "ben"]), (others, ["cleo"])):
        site.legends.save(TRAINING)
        assert site.legends.count_use("l1") == LegendUse(0, 0)
        halves = [NonWorkingDay(DAY, "Course", "l1", part) for part in (Part.MORNING, Part.AFTERNOON)]
        site.calendars.save(GlobalCalendar("c", "Berlin", tuple(halves)))
        for person in people:
            site.leaves.replace(person, span, [Leave(person, DAY, "l1")])
    assert stores.legends.count_use("l1") == LegendUse(calendar_days=1, leave_days=2)
    assert stores.legends.count_use("vacation") == LegendUse(0, 0)


def test_deleting_twice_does_nothing_and_system_ones_stay(stores: Stores) -> None:
    stores.legends.save(TRAINING)
    stores.legends.delete("l1")
    stores.legends.delete("l1")
    for legend in SYSTEM_LEGENDS:
        with pytest.raises(InvalidInput, match="is built in"):
            stores.legends.delete(legend.id)
