"""Apply the difference between two configurations; referenced objects are saved first and deleted last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from timesheet.domain.calendar.leave import Leave
from timesheet.domain.span import DateSpan
from timesheet.services.ports.settings import SettingsStore
from timesheet.services.ports.stores import Stores, TeamStore
from timesheet.services.ports.transfer import Configuration, TeamSetup
from timesheet.services.transfer.change import leaves_by_person

T = TypeVar("T")


def apply_changes(
    stores: Stores, settings: SettingsStore, before: Configuration, after: Configuration
) -> None:
    """Save the differences. ``before`` is what is stored now; may raise Conflict, after which nothing may be
    committed.
    """
    if after.settings != before.settings:
        settings.save_site(after.settings)
    if after.rule != before.rule:
        stores.periods.save_rule(after.rule, before.rule_version)
    if after.permissions != before.permissions:
        stores.permissions.save(after.permissions)
    _save(before.legends, after.legends, stores.legends.save)
    _save(before.schemes, after.schemes, stores.schemes.save)
    _save(before.calendars, after.calendars, stores.calendars.save)
    _save(before.labels, after.labels, stores.labels.save)
    _save(before.attributes, after.attributes, stores.attributes.save)
    stored = {setup.team.id: setup for setup in before.teams}
    for setup in after.teams:
        if setup != stored.get(setup.team.id):
            _save_team(stores, stored.get(setup.team.id), setup)
    _save_leaves(stores, before.leaves, after.leaves)
    _delete(stores, before, after)


def _save(before: Iterable[T], after: Iterable[T], save: Callable[[T], T]) -> None:
    stored = set(before)
    for thing in after:
        if thing not in stored:
            save(thing)


def _save_team(stores: Stores, before: TeamSetup | None, after: TeamSetup) -> None:
    """Save team, schemes, roles, then members and groups; delete in the opposite order."""
    teams, stored = stores.teams, before or TeamSetup(after.team)
    own = {scheme.id for scheme in after.schemes}
    team = after.team
    if before is None:
        base = stores.schemes.default_id() if team.default_scheme_id in own else team.default_scheme_id
        saved = teams.save(replace(team, default_scheme_id=base))
        team = replace(team, version=saved.version)
        stored = replace(stored, team=saved)
    _save(stored.schemes, after.schemes, stores.schemes.save)
    if team != stored.team:
        teams.save(team)
    _save(stored.roles, after.roles, teams.save_role)
    _save_members(teams, stored, after)
    _save(stored.groups, after.groups, teams.save_group)
    if after.attributes != stored.attributes:
        stores.attributes.choose(team.id, after.attributes)
    for view_id in _gone(stored.views, after.views, lambda view: view.id):
        stores.views.delete(view_id)
    _save(stored.views, after.views, stores.views.save)
    for group_id in _gone(stored.groups, after.groups, lambda group: group.group_id):
        teams.delete_group(team.id, group_id)
    for role_id in _gone(stored.roles, after.roles, lambda role: role.id):
        teams.delete_role(team.id, role_id)
    for scheme_id in _gone(stored.schemes, after.schemes, lambda scheme: scheme.id):
        stores.schemes.delete(scheme_id)


def _save_members(teams: TeamStore, before: TeamSetup, after: TeamSetup) -> None:
    stored = set(before.members)
    teams.save_members([member for member in after.members if member not in stored])
    teams.remove_members(
        after.team.id, _gone(before.members, after.members, lambda member: member.account_id)
    )


def _save_leaves(stores: Stores, before: Iterable[Leave], after: Iterable[Leave]) -> None:
    was, now = leaves_by_person(before), leaves_by_person(after)
    for person in sorted(was.keys() | now.keys()):
        old, new = was.get(person, []), now.get(person, [])
        if set(old) != set(new):
            days = [leave.date for leave in (*old, *new)]
            stores.leaves.replace(person, DateSpan(min(days), max(days)), new)


def _delete(stores: Stores, before: Configuration, after: Configuration) -> None:
    """Delete what nothing refers to anymore."""
    for team_id in _gone(before.teams, after.teams, lambda setup: setup.team.id):
        stores.teams.delete(team_id)
    for calendar_id in _gone(before.calendars, after.calendars, lambda calendar: calendar.id):
        stores.calendars.delete(calendar_id)
    for scheme_id in _gone(before.schemes, after.schemes, lambda scheme: scheme.id):
        stores.schemes.delete(scheme_id)
    for legend_id in _gone(before.legends, after.legends, lambda legend: legend.id):
        stores.legends.delete(legend_id)
    for label_id in _gone(before.labels, after.labels, lambda label: label.id):
        stores.labels.delete(label_id)


def _gone(before: Iterable[T], after: Iterable[T], id_of: Callable[[T], str]) -> list[str]:
    stay = {id_of(thing) for thing in after}
    return [id_of(thing) for thing in before if id_of(thing) not in stay]
