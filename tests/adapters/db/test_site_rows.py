"""The rules that all stores of a site share: who saves over which version, and the same save that arrives twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.adapters.support.site_data import make_team
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.errors import Conflict
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, Team
from timesheet.services.ports.stores import Stores, TeamGroup

DAYS = (
    NonWorkingDay(date(2025, 1, 1), "New Year", "public-holiday"),
    NonWorkingDay(date(2024, 5, 1), "Labour Day", "public-holiday"),
)
SCHEMES = (DatedScheme(date(2024, 6, 17), "default"), DatedScheme(None, "default"))
NAME: dict[str, object] = {"name": "Other"}
NOBODY = Grant(Whom.NOBODY)
Save = Callable[[Stores, Any], Any]
KINDS: list[tuple[Save, Any, dict[str, object]]] = [
    (lambda stores, one: stores.teams.save(one), Team("crew", "Crew", "ben", "default"), NAME),
    (lambda stores, one: stores.teams.save_role(one), Role("r", "team", "Scribe", frozenset()), NAME),
    (
        lambda stores, one: stores.teams.save_member(one),
        Member("team", "ana", frozenset({"team-member"}), schemes=SCHEMES),
        {"left": date(2024, 6, 1)},
    ),
    (
        lambda stores, one: stores.teams.save_group(one),
        TeamGroup("team", "g", frozenset({"team-member"})),
        {"error": "Gone"},
    ),
    (lambda stores, one: stores.calendars.save(one), GlobalCalendar("c", "Berlin", DAYS), NAME),
    (lambda stores, one: stores.legends.save(one), Legend("l", "Training", "lime", "T"), {"letter": "L"}),
    (lambda stores, one: stores.schemes.save(one), WorkloadScheme("s", "Own", (60,) * 7, "team"), NAME),
    (lambda stores, one: stores.attributes.save(one), Attribute("a", "Remote", Kind.CHECKBOX), NAME),
    (lambda stores, one: stores.labels.save(one), UserLabel("u", "backend", "teal", frozenset({"a"})), NAME),
    (lambda stores, one: stores.views.save(one), ReportView("v", "Mine", "rows=person", owner="ana"), NAME),
    (
        lambda stores, one: stores.permissions.save(one),
        SitePermissions({Module.AUDIT: NOBODY}),
        {"modules": {Module.REPORTS: NOBODY}},
    ),
]
each_kind = pytest.mark.parametrize(
    ("save", "thing", "change"), KINDS, ids=[type(thing).__name__ for _, thing, _ in KINDS]
)


@each_kind
def test_the_same_save_again_is_no_conflict(
    stores: Stores, save: Save, thing: object, change: dict[str, object]
) -> None:
    make_team(stores)
    first = save(stores, thing)
    assert save(stores, thing) == first
    changed = replace(first, **change)
    second = save(stores, changed)
    assert second.version == first.version + 1
    assert save(stores, changed) == second


@each_kind
def test_a_save_without_a_change_is_in_nobodys_way(
    stores: Stores, save: Save, thing: object, change: dict[str, object]
) -> None:
    make_team(stores)
    first = save(stores, thing)
    assert save(stores, first) == first
    assert save(stores, replace(first, **change)).version == first.version + 1


@each_kind
def test_a_save_over_a_version_that_somebody_replaced_is_a_conflict(
    stores: Stores, save: Save, thing: object, change: dict[str, object]
) -> None:
    make_team(stores)
    first = save(stores, thing)
    second = save(stores, replace(first, **change))
    with pytest.raises(Conflict) as conflict:
        save(stores, first)
    assert conflict.value.current == second
    back = save(stores, replace(first, version=second.version))
    with pytest.raises(Conflict):
        save(stores, first)
    assert back.version == second.version + 1
