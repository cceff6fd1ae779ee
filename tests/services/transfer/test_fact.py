"""Facts: compared by what they refer to, shown by names."""

from __future__ import annotations

from datetime import date

import pytest

from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.domain.team.team import Member
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.transfer.fact import (
    ObjectNames,
    of_attribute,
    of_calendar,
    of_leaves,
    of_member,
    of_permissions,
    of_scheme,
    of_settings,
)

OLD = ObjectNames({"v": "Vacation"}, {"s": "Six"}, {"c": "Bavaria"}, {}, {}, {}, {})
NEW = ObjectNames({"v": "Holiday"}, {"s": "Sechs"}, {"c": "Bayern"}, {}, {}, {}, {})


def test_another_name_of_what_a_fact_refers_to_is_not_a_change() -> None:
    calendar = GlobalCalendar("c", "C", (NonWorkingDay(date(2026, 12, 24), "Eve", "v", Part.AFTERNOON),))
    member = Member("t", "a", frozenset({"r"}), calendar_id="c", schemes=(DatedScheme(None, "s"),))
    leaves = [Leave("a", date(2026, 1, 1), "v")]
    assert of_calendar(calendar, OLD) == of_calendar(calendar, NEW)
    assert of_member(member, {"r": "Old"}, OLD) == of_member(member, {"r": "New"}, NEW)
    assert of_leaves(leaves, OLD) == of_leaves(leaves, NEW)
    assert of_calendar(calendar, NEW)["24 December 2026, afternoon"].text == "Eve (Holiday)"
    assert of_member(member, {"r": "New"}, NEW)["Scheme from the beginning"].text == "Sechs"


@pytest.mark.parametrize(("start", "words"), [("locale", "Each person’s own locale"), ("6", "Sunday")])
def test_the_start_of_the_week_is_written_in_words(start: str, words: str) -> None:
    assert of_settings(SiteSettings("UTC", start))["Week starts on"].text == words


def test_hours_are_shown_as_people_type_them() -> None:
    assert of_scheme(WorkloadScheme("s", "S", (27000, 0, 0, 0, 0, 0, 0)))["Monday"].text == "7:30"
    odd = of_scheme(WorkloadScheme("s", "S", (27020, 0, 0, 0, 0, 0, 0)))
    assert odd["Monday"].text == "7:30:20", "a change of seconds is not shown as none"


def test_a_grant_names_whom_it_reaches() -> None:
    some = Grant(Whom.SOME, frozenset({"g"}), frozenset({"b", "a"}))
    facts = of_permissions(
        SitePermissions({Module.TEAMS: Grant(Whom.EVERYBODY)}, {SitePermission.AUDITORS: some})
    )
    assert facts["Teams"].text == "Everybody"
    assert (facts["Auditors"].people, facts["Auditors"].groups) == (("a", "b"), ("g",))


def test_options_keep_their_order_and_another_order_is_a_change() -> None:
    testing, design, gone = Option("t", "Testing"), Option("d", "Design"), Option("g", "Gone", removed=True)
    first = of_attribute(Attribute("a", "Activity", Kind.SELECT, options=(testing, gone, design)))["Options"]
    second = of_attribute(Attribute("a", "Activity", Kind.SELECT, options=(design, testing)))["Options"]
    assert (first.texts, first.in_order) == (("Testing", "Design"), True)
    assert first != second
