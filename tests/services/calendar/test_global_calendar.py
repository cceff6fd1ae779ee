"""Managing global calendars: changes, offers, and the requirements of a deletion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from tests.services.support.commands import saving_calendar
from tests.services.support.team_scene import ANN, BO, TeamScene
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.span import DateSpan
from timesheet.services.calendar.command import DeleteCalendar
from timesheet.services.calendar.global_calendar import (
    changes_between,
    delete_calendar,
    list_calendars,
    offer_copy,
    offer_file,
    offer_holidays,
    save_calendar,
    take_offer,
    years_without_days,
)
from timesheet.services.calendar.usage import Usage
from timesheet.services.ports.calendar import OfferedDay, Place
from timesheet.services.ports.stores import CalendarStore
from timesheet.services.viewer.team_context import new_id

HOLIDAY = "public-holiday"
CHRISTMAS = NonWorkingDay(date(2026, 12, 25), "Christmas Day", HOLIDAY)
EVE = NonWorkingDay(date(2026, 12, 24), "Christmas Eve", HOLIDAY, Part.AFTERNOON)
LEAP = NonWorkingDay(date(2028, 2, 29), "Leap day", HOLIDAY)


class FewHolidays:
    """One country with one day that falls on the same date each year, and one that moves."""

    def countries(self, locale: str) -> Sequence[Place]:
        return [Place("XA", "Example")]

    def regions(self, country: str) -> Sequence[Place]:
        return []

    def languages(self, country: str, locale: str) -> Sequence[Place]:
        return []

    def days(self, country: str, region: str, year: int, language: str) -> Sequence[OfferedDay]:
        return [
            OfferedDay(date(year, 4, year % 28 + 1), "Spring"),
            OfferedDay(date(year, 12, 25), "Christmas Day"),
        ]


def calendar(teams: TeamScene, name: str = "Bavaria", *days: NonWorkingDay) -> GlobalCalendar:
    return save_calendar(teams.stores, saving_calendar(GlobalCalendar(new_id(), name, days)))


def test_a_calendar_is_saved_whole_and_listed_with_who_follows_it(teams: TeamScene) -> None:
    saved = calendar(teams, "  Bavaria ", CHRISTMAS, EVE)
    assert (saved.name, saved.days, saved.version) == ("Bavaria", (EVE, CHRISTMAS), 1)
    one, two = teams.team("Payments"), teams.team("Archive")
    teams.join(one, ANN, calendar_id=saved.id)
    teams.join(two, ANN, calendar_id=saved.id)
    teams.join(two, BO, calendar_id=saved.id)
    calendar(teams, "Austria", CHRISTMAS, LEAP)
    austria, bavaria = list_calendars(teams.stores, (2026, 2027))
    assert (austria.counts, bavaria.counts) == ({2026: 1, 2027: 0}, {2026: 2, 2027: 0})
    assert austria.usage == Usage()
    assert not austria.usage.used
    assert bavaria.calendar.id == saved.id
    assert bavaria.usage == Usage(2, ("Archive", "Payments"))


def test_a_calendar_that_is_deleted_while_all_are_read_is_not_listed(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar(teams, "Austria", CHRISTMAS)
    gone = calendar(teams, "Bavaria", CHRISTMAS)
    kind = type(teams.stores.calendars)
    read = kind.all

    def read_and_delete(store: CalendarStore) -> Sequence[GlobalCalendar]:
        found = read(store)
        store.delete(gone.id)
        return found

    monkeypatch.setattr(kind, "all", read_and_delete)
    assert [one.calendar.name for one in list_calendars(teams.stores, (2026,))] == ["Austria"]


def test_a_day_off_in_two_halves_is_one_day(teams: TeamScene) -> None:
    calendar(teams, "Bavaria", EVE, replace(EVE, part=Part.MORNING))
    (bavaria,) = list_calendars(teams.stores, (2026,))
    assert bavaria.counts == {2026: 1}


def test_a_year_without_days_is_found(teams: TeamScene) -> None:
    bavaria, austria = calendar(teams, "Bavaria", CHRISTMAS), calendar(teams, "Austria")
    turn = DateSpan(date(2026, 12, 28), date(2027, 1, 3))
    both = years_without_days(teams.stores, {bavaria.id, austria.id}, turn)
    assert both == (("Austria", 2026), ("Austria", 2027), ("Bavaria", 2027))
    assert years_without_days(teams.stores, {bavaria.id}, DateSpan(turn.first, turn.first)) == ()
    assert years_without_days(teams.stores, set(), turn) == ()


def test_two_calendars_have_two_names(teams: TeamScene) -> None:
    calendar(teams, "Bavaria")
    with pytest.raises(InvalidInput, match="already") as caught:
        calendar(teams, "bavaria")
    assert caught.value.field == "name"


def test_a_stale_save_is_a_conflict_with_the_other_one(teams: TeamScene) -> None:
    saved = calendar(teams, "Bavaria", CHRISTMAS)
    save_calendar(teams.stores, saving_calendar(replace(saved, days=(EVE,))))
    with pytest.raises(Conflict) as caught:
        save_calendar(teams.stores, saving_calendar(replace(saved, name="Mine")))
    assert isinstance(caught.value.current, GlobalCalendar)
    assert caught.value.current.days == (EVE,)
    assert teams.stores.calendars.get(saved.id).name == "Bavaria"


def test_a_save_after_a_deletion_is_a_conflict_with_nothing(teams: TeamScene) -> None:
    saved = calendar(teams, "Bavaria", CHRISTMAS)
    delete_calendar(teams.stores, DeleteCalendar(saved.id, None))
    with pytest.raises(Conflict) as caught:
        save_calendar(teams.stores, saving_calendar(replace(saved, name="Still here")))
    assert caught.value.current is None
    assert save_calendar(teams.stores, saving_calendar(replace(saved, version=0))).days == (CHRISTMAS,)


def test_days_whose_legend_was_deleted_do_not_prevent_a_save(teams: TeamScene) -> None:
    saved = calendar(teams, "Bavaria", CHRISTMAS)
    unclassified = replace(CHRISTMAS, legend_id="unclassified")
    teams.stores.calendars.save(replace(saved, days=(unclassified,)))
    stored = teams.stores.calendars.get(saved.id)
    assert (
        save_calendar(teams.stores, saving_calendar(replace(stored, days=(EVE, unclassified)))).version == 3
    )
    with pytest.raises(InvalidInput, match="cannot be chosen"):
        calendar(teams, "Austria", unclassified)


def test_changes_are_listed_day_by_day() -> None:
    morning = replace(EVE, part=Part.MORNING)
    other = replace(CHRISTMAS, title="Christmas")
    added, changed, removed = changes_between((CHRISTMAS, LEAP), (morning, EVE, other))
    assert (added.kind, added.before, added.after) == ("added", (), (morning, EVE))
    assert (changed.kind, changed.before, changed.after) == ("changed", (CHRISTMAS,), (other,))
    assert (removed.kind, removed.date) == ("removed", LEAP.date)
    assert changes_between((EVE, CHRISTMAS), (CHRISTMAS, EVE)) == ()


def test_holidays_are_offered_as_new_there_and_meeting_something_else() -> None:
    stored = (CHRISTMAS, NonWorkingDay(date(2027, 12, 25), "Company day", "vacation"))
    offer = offer_holidays(FewHolidays(), stored, ("XA", ""), 2026, "en")
    assert [day.title for day in offer.preview.added] == ["Spring"]
    assert offer.preview.same == (CHRISTMAS,)
    assert {day.legend_id for day in offer.days} == {HOLIDAY}
    next_year = offer_holidays(FewHolidays(), stored, ("XA", ""), 2027, "en")
    [(before, after)] = next_year.preview.conflicting
    assert (before.title, after.title) == ("Company day", "Christmas Day")
    assert before in take_offer(stored, next_year.days, ())
    taken = take_offer(stored, next_year.days, {after.date})
    assert after in taken
    assert before not in taken
    assert take_offer(taken, next_year.days, {after.date}) == taken


def test_a_copied_year_leaves_a_day_out_that_the_next_one_does_not_have() -> None:
    offer = offer_copy((LEAP, replace(CHRISTMAS, date=date(2028, 12, 25))), 2028, 2029)
    assert [day.date for day in offer.days] == [date(2029, 12, 25)]
    assert offer.left_out == (LEAP,)


def test_days_of_a_file_keep_the_legends_that_the_site_knows(teams: TeamScene) -> None:
    read = [
        replace(CHRISTMAS, legend_id="vacation"),
        replace(EVE, legend_id="f" * 32),
        replace(LEAP, legend_id=""),
        NonWorkingDay(date(2026, 1, 1), "x" * 300, "unclassified"),
        NonWorkingDay(date(2028, 7, 1), "", ""),
    ]
    offer = offer_file(teams.stores, (), read, "Free")
    assert {day.date: day.legend_id for day in offer.days} == {
        date(2026, 1, 1): HOLIDAY, EVE.date: HOLIDAY, CHRISTMAS.date: "vacation", LEAP.date: HOLIDAY,
        date(2028, 7, 1): HOLIDAY,
    }  # fmt: skip
    assert len(offer.days[0].title) == 100
    assert [day.title for day in offer.days if day.date == date(2028, 7, 1)] == ["Free"]


def test_a_calendar_in_use_goes_only_with_another_in_its_place(teams: TeamScene) -> None:
    used, other = calendar(teams, "Bavaria"), calendar(teams, "Austria")
    team = teams.team()
    teams.join(team, ANN, calendar_id=used.id)
    with pytest.raises(InvalidInput):
        delete_calendar(teams.stores, DeleteCalendar(used.id, None))
    with pytest.raises(InvalidInput, match="replacement") as caught:
        delete_calendar(teams.stores, DeleteCalendar(used.id, used.id))
    assert caught.value.field == "replacement"
    delete_calendar(teams.stores, DeleteCalendar(used.id, other.id))
    assert teams.stores.teams.member(team.id, ANN).calendar_id == other.id
    with pytest.raises(NotFound):
        teams.stores.calendars.get(used.id)
