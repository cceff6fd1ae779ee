"""The differences of two configurations, line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.services.support.team_scene import ANN
from tests.services.support.transfer_scene import BackupSite
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.team.team import Member
from timesheet.services.transfer.change import ObjectChange, changes_between, unchanged_between
from timesheet.services.transfer.review import PlanSection

Sites = tuple[BackupSite, BackupSite]


def lines(changes: tuple[ObjectChange, ...]) -> list[tuple[str, str, str, str]]:
    return [(c.section, c.kind, c.thing.name, c.thing.part_name or c.thing.person) for c in changes]


def test_nothing_differs_from_itself(sites: Sites) -> None:
    now = sites[0].now
    assert changes_between(now, now) == ()
    unchanged = unchanged_between(now, now)
    assert unchanged[PlanSection.TEAMS] == len(now.teams) == 1, "its roles and members are not counted"
    assert unchanged[PlanSection.LEAVES] == len(now.leaves)


def test_leaves_are_counted_and_not_people(sites: Sites) -> None:
    days = [Leave(ANN, date(2026, 5, day), "vacation") for day in (4, 5, 6)]
    before, after = (replace(sites[0].now, leaves=tuple(part)) for part in (days, days[1:]))
    assert unchanged_between(before, before)[PlanSection.LEAVES] == 3
    assert unchanged_between(before, after)[PlanSection.LEAVES] == 2


def test_each_thing_that_differs_has_one_line_in_the_order_of_the_page(sites: Sites) -> None:
    before = sites[0].now
    [setup] = before.teams
    without_ann = tuple(member for member in setup.members if member.account_id != ANN)
    changed = replace(setup, members=(*without_ann, Member("payments", "bo-1", frozenset())))
    after = replace(before, teams=(changed,), labels=(), settings=replace(before.settings, week_start="6"))
    changes = changes_between(before, after)
    assert lines(changes) == [
        ("settings", "changed", "", ""),
        ("labels", "deleted", "on call", ""),
        ("teams", "deleted", "Payments", ANN),
        ("teams", "added", "Payments", "bo-1"),
    ]
    [difference] = changes[0].differences
    assert difference.label == "Week starts on"
    assert (difference.before and difference.before.key, difference.after and difference.after.key) == (
        "0",
        "6",
    )
    assert unchanged_between(before, after)[PlanSection.SETTINGS] == 0
    assert unchanged_between(before, after)[PlanSection.TEAMS] == 0


def test_only_a_new_version_is_not_a_line(sites: Sites) -> None:
    before = sites[0].now
    after = replace(before, labels=tuple(replace(label, version=9) for label in before.labels))
    assert changes_between(before, after) == ()
