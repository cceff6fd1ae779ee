"""The differences between two configurations, line by line, as people read them before an import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.calendar.leave import Leave
from timesheet.services.ports.transfer import Configuration, TeamSetup
from timesheet.services.transfer.fact import (
    Fact,
    Facts,
    ObjectNames,
    names_in,
    of_attribute,
    of_calendar,
    of_group,
    of_label,
    of_leaves,
    of_legend,
    of_member,
    of_permissions,
    of_role,
    of_rule,
    of_scheme,
    of_settings,
    of_team,
)
from timesheet.services.transfer.review import PlanSection
from timesheet.services.transfer.view_fact import of_view

ADDED, CHANGED, DELETED = "added", "changed", "deleted"


@dataclass(frozen=True, slots=True)
class NamedFacts:
    """One object of a configuration with its facts.

    ``name`` is its name, or the team's for a part of a team; ``part`` says what kind of part it is. If the
    name is an account id or group id, it is in ``person`` or ``group``.
    """

    name: str
    facts: Facts
    part: str = ""
    part_name: str = ""
    person: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact before and after; None if there is none."""

    label: str
    before: Fact | None
    after: Fact | None


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """The change of one object: ``kind`` is ADDED, CHANGED, or DELETED. ``thing`` is the object after, or
    before a deletion.
    """

    section: PlanSection
    kind: str
    thing: NamedFacts
    differences: tuple[FactChange, ...]


def changes_between(before: Configuration, after: Configuration) -> tuple[ObjectChange, ...]:
    """Return all differences, section by section and by name; none for unchanged objects."""
    was, now = _objects(before), _objects(after)
    changes = [
        change
        for section in PlanSection
        for key in was[section].keys() | now[section].keys()
        if (change := _change(section, was[section].get(key), now[section].get(key)))
    ]
    order = list(PlanSection)
    return tuple(sorted(changes, key=lambda change: (order.index(change.section), *_place(change))))


def unchanged_between(before: Configuration, after: Configuration) -> Mapping[PlanSection, int]:
    """Return how many objects of each section are the same in both: whole teams, and single leaves."""
    was, now = _objects(before), _objects(after)
    changed = {
        section: {
            key
            for key in was[section].keys() | now[section].keys()
            if _change(section, was[section].get(key), now[section].get(key))
        }
        for section in PlanSection
    }
    counts = {section: len(was[section].keys() - changed[section]) for section in PlanSection}
    changed_teams = {key.split(" ")[0] for key in changed[PlanSection.TEAMS]}
    return counts | {
        PlanSection.TEAMS: len({setup.team.id for setup in before.teams} - changed_teams),
        PlanSection.LEAVES: len(set(before.leaves) & set(after.leaves)),
    }


def _change(section: PlanSection, old: NamedFacts | None, new: NamedFacts | None) -> ObjectChange | None:
    was, now = old.facts if old else {}, new.facts if new else {}
    differences = tuple(
        FactChange(label, was.get(label), now.get(label))
        for label in {**was, **now}
        if was.get(label) != now.get(label)
    )
    if new is None:
        return ObjectChange(section, DELETED, old, ()) if old else None
    if old is None:
        return ObjectChange(section, ADDED, new, differences)
    return ObjectChange(section, CHANGED, new, differences) if differences else None


def _place(change: ObjectChange) -> tuple[str, ...]:
    thing = change.thing
    return (
        alphabetical(thing.name),
        thing.part,
        alphabetical(thing.part_name),
        thing.person,
        thing.group,
        change.kind,
    )


Objects = Mapping[str, NamedFacts]


def _objects(configuration: Configuration) -> Mapping[PlanSection, Objects]:
    names = names_in(configuration)
    return {
        PlanSection.SETTINGS: {"": NamedFacts("", of_settings(configuration.settings))},
        PlanSection.PERIODS: {"": NamedFacts("", of_rule(configuration.rule))},
        PlanSection.PERMISSIONS: {"": NamedFacts("", of_permissions(configuration.permissions))},
        PlanSection.LEGENDS: {one.id: NamedFacts(one.title, of_legend(one)) for one in configuration.legends},
        PlanSection.SCHEMES: {one.id: NamedFacts(one.name, of_scheme(one)) for one in configuration.schemes},
        PlanSection.CALENDARS: {
            one.id: NamedFacts(one.name, of_calendar(one, names)) for one in configuration.calendars
        },
        PlanSection.LABELS: {one.id: NamedFacts(one.name, of_label(one)) for one in configuration.labels},
        PlanSection.ATTRIBUTES: {
            one.id: NamedFacts(one.name, of_attribute(one)) for one in configuration.attributes
        },
        PlanSection.TEAMS: dict(line for setup in configuration.teams for line in _team(setup, names)),
        PlanSection.LEAVES: {
            person: NamedFacts("", of_leaves(leaves, names), person=person)
            for person, leaves in leaves_by_person(configuration.leaves).items()
        },
    }


def _team(setup: TeamSetup, names: ObjectNames) -> Iterator[tuple[str, NamedFacts]]:
    name, team_id = setup.team.name, setup.team.id
    roles = {role.id: role.title for role in setup.roles}
    yield team_id, NamedFacts(name, of_team(setup, names))
    for role in setup.roles:
        yield f"{team_id} role {role.id}", NamedFacts(name, of_role(role), "role", role.title)
    for scheme in setup.schemes:
        yield (
            f"{team_id} scheme {scheme.id}",
            NamedFacts(name, of_scheme(scheme), "scheme", scheme.name),
        )
    for member in setup.members:
        facts = of_member(member, roles, names)
        yield (
            f"{team_id} member {member.account_id}",
            NamedFacts(name, facts, "member", person=member.account_id),
        )
    for group in setup.groups:
        facts = of_group(group, roles)
        yield (
            f"{team_id} group {group.group_id}",
            NamedFacts(name, facts, "group", group=group.group_id),
        )
    for view in setup.views:
        yield f"{team_id} view {view.id}", NamedFacts(name, of_view(view, names), "view", view.name)


def leaves_by_person(leaves: Iterable[Leave]) -> Mapping[str, list[Leave]]:
    """Return the leaves of each person, by account id."""
    found: dict[str, list[Leave]] = {}
    for leave in leaves:
        found.setdefault(leave.account_id, []).append(leave)
    return found
