"""The global calendars of a site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.adapters.support.site_data import at_once, make_team
from timesheet.adapters.db.database import Database
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member
from timesheet.services.ports.stores import Stores

DAYS = (
    NonWorkingDay(date(2024, 5, 1), "Labour Day", "public-holiday"),
    NonWorkingDay(date(2024, 12, 24), "Christmas Eve", "public-holiday", Part.MORNING),
    NonWorkingDay(date(2024, 12, 24), "Christmas Eve", "public-holiday", Part.AFTERNOON),
    NonWorkingDay(date(2025, 1, 1), "New Year", "public-holiday"),
)
BERLIN = GlobalCalendar("c1", "Berlin", DAYS)


def test_it_comes_back_as_it_was_saved(stores: Stores) -> None:
    saved = stores.calendars.save(replace(BERLIN, days=tuple(reversed(DAYS))))
    assert saved == replace(BERLIN, version=1)
    assert stores.calendars.get("c1") == saved


def test_the_list_has_no_days_and_is_by_name(stores: Stores, others: Stores) -> None:
    stores.calendars.save(BERLIN)
    stores.calendars.save(GlobalCalendar("c2", "amsterdam"))
    assert stores.calendars.all() == (
        GlobalCalendar("c2", "amsterdam", version=1),
        GlobalCalendar("c1", "Berlin", version=1),
    )
    assert others.calendars.all() == ()
    with pytest.raises(NotFound):
        others.calendars.get("c1")


def test_some_of_them_within_a_span(stores: Stores, statements: list[str]) -> None:
    stores.calendars.save(BERLIN)
    stores.calendars.save(GlobalCalendar("c2", "Amsterdam", DAYS[:1]))
    stores.calendars.save(GlobalCalendar("c3", "Oslo", DAYS[:1]))
    statements.clear()
    span = DateSpan(date(2024, 12, 24), date(2025, 1, 1))
    found = stores.calendars.of(["c1", "c2", "gone"], span)
    assert [(calendar.id, calendar.days) for calendar in found] == [("c2", ()), ("c1", DAYS[1:])]
    assert len(statements) == 2
    assert stores.calendars.of([], span) == ()


def test_a_save_replaces_all_days(stores: Stores) -> None:
    first = stores.calendars.save(BERLIN)
    second = stores.calendars.save(replace(first, name="Berlin and Potsdam", days=DAYS[:1]))
    assert stores.calendars.get("c1") == second
    assert (second.version, second.days) == (2, DAYS[:1])


def test_two_people_saving_the_same_version(stores: Stores, database: Database) -> None:
    first = stores.calendars.save(BERLIN)
    database.commit()
    outcomes = at_once(
        database, 2, lambda number: stores.calendars.save(replace(first, name=f"From {number}"))
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, GlobalCalendar)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert [conflict.current for conflict in lost] == won
    assert [stores.calendars.get("c1")] == won


def test_a_refused_save_leaves_the_days(stores: Stores, database: Database) -> None:
    saved = stores.calendars.save(BERLIN)
    database.commit()
    with pytest.raises(Conflict, match="deleted"):
        stores.calendars.save(replace(saved, days=(NonWorkingDay(date(2024, 5, 2), "X", "gone"),)))
    database.roll_back()
    assert stores.calendars.get("c1") == saved


def test_members_follow_the_replacement(stores: Stores) -> None:
    make_team(stores)
    for calendar in (BERLIN, GlobalCalendar("c2", "Oslo")):
        stores.calendars.save(calendar)
    ana, ben = (Member("team", who, frozenset({"team-lead"}), calendar_id="c1") for who in ("ana", "ben"))
    saved = stores.teams.save_members([ana, ben])
    stores.teams.save_member(Member("team", "eva", frozenset({"team-member"}), calendar_id="c2"))
    assert stores.calendars.used_by("c1") == saved
    for nothing in (None, "c1", "gone"):
        with pytest.raises(InvalidInput) as refused:
            stores.calendars.delete("c1", nothing)
        assert refused.value.field == "replacement"
    stores.calendars.delete("c1", "c2")
    assert [calendar.id for calendar in stores.calendars.all()] == ["c2"]
    assert [(m.account_id, m.version) for m in stores.calendars.used_by("c2")] == [
        ("ana", 2),
        ("ben", 2),
        ("eva", 1),
    ]


def test_one_that_nobody_follows_needs_no_replacement(stores: Stores, others: Stores) -> None:
    for site in (stores, others):
        site.calendars.save(BERLIN)
    stores.calendars.delete("c1")
    stores.calendars.delete("c1")
    assert stores.calendars.all() == ()
    assert others.calendars.get("c1").days == DAYS
