"""Absence types, calendars, schemes, and leaves record their changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.adapters.support.site_data import make_team
from tests.services.support.audited_site import Site, last
from timesheet.domain.audit.action import Action
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member

DAY = date(2026, 6, 1)


def test_changes_of_legends_are_recorded_once(site: Site) -> None:
    saved = site.stores.legends.save(Legend("l", "Training", "lime", "T"))
    saved = site.stores.legends.save(replace(saved, color="red"))
    assert last(site) == ({"color": "lime"}, {"color": "red"})
    site.stores.legends.save(saved)
    site.stores.legends.delete("l")
    site.stores.legends.delete("l")
    assert site.new() == [
        (Action.LEGEND_CREATED, "l"),
        (Action.LEGEND_CHANGED, "l"),
        (Action.LEGEND_DELETED, "l"),
    ]


def test_a_calendar_names_the_days_that_came_and_went(site: Site) -> None:
    one, two = (NonWorkingDay(DAY.replace(day=n), f"Day {n}", "public-holiday") for n in (1, 2))
    saved = site.stores.calendars.save(GlobalCalendar("c", "Berlin", (one,)))
    saved = site.stores.calendars.save(replace(saved, days=(two,)))
    assert last(site) == (
        {"days": [["2026-06-01", "whole", "Day 1", "public-holiday"]]},
        {"days": [["2026-06-02", "whole", "Day 2", "public-holiday"]]},
    )
    site.stores.calendars.save(saved)
    make_team(site.stores)
    site.stores.teams.save_member(Member("team", "ben", frozenset({"team-member"}), calendar_id="c"))
    site.stores.calendars.save(GlobalCalendar("d", "Paris"))
    site.new()
    site.stores.calendars.delete("c", "d")
    assert site.kept.drafts[0].people == {"ben"}
    assert site.kept.drafts[0].after == {"replacement": "d"}
    site.stores.calendars.delete("c")
    assert site.new() == [(Action.CALENDAR_DELETED, "c")]


def test_changes_of_schemes_are_recorded_once(site: Site) -> None:
    saved = site.stores.schemes.save(WorkloadScheme("s", "Part", (3600,) * 7))
    saved = site.stores.schemes.save(replace(saved, name="Half"))
    assert last(site) == ({"name": "Part"}, {"name": "Half"})
    site.stores.schemes.save(saved)
    site.stores.schemes.delete("s")
    site.stores.schemes.delete("s")
    assert site.new() == [
        (Action.SCHEME_CREATED, "s"),
        (Action.SCHEME_CHANGED, "s"),
        (Action.SCHEME_DELETED, "s"),
    ]


def test_a_teams_own_scheme_names_the_team(site: Site) -> None:
    make_team(site.stores)
    site.stores.schemes.save(WorkloadScheme("own", "Own", (3600,) * 7, "team"))
    site.stores.schemes.delete("own")
    assert [draft.team_id for draft in site.kept.drafts[-2:]] == ["team", "team"]


def test_leaves_name_the_days_that_came_and_went(site: Site) -> None:
    span = DateSpan(DAY, DAY.replace(day=30))
    site.stores.leaves.replace("ben", span, [Leave("ben", DAY, "vacation")])
    site.stores.leaves.replace("ben", span, [Leave("ben", DAY, "vacation")])
    site.stores.leaves.replace("ben", span, [])
    assert last(site) == ({"leaves": [["2026-06-01", "whole", "vacation"]]}, {"leaves": []})
    assert site.new() == [(Action.LEAVE_CHANGED, "ben")] * 2
