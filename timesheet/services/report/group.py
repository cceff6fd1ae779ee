"""Find the groups of people, teams, issues, days, and worklogs that a report's rows and filters are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.attribute.values import AttributeValues
from timesheet.domain.person import Person, by_name
from timesheet.domain.report.attribute import attribute_groups
from timesheet.domain.report.group import (
    BETWEEN,
    Group,
    Groups,
    axis_of,
    axis_of_issues,
    axis_of_worklogs,
    group_of_issue,
)
from timesheet.domain.report.group_tree import Axis, FactTable
from timesheet.domain.report.terms import AnyDimension, AttributeDimension, Dimension, field_of
from timesheet.domain.span import DAYS_IN_WEEK
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Role
from timesheet.domain.worklog.issue import Component, Issue, issue_in
from timesheet.domain.worklog.sheet import key_order
from timesheet.services.report.source import TeamPart


@dataclass(frozen=True, slots=True)
class Grouping:
    """The data from which groups of a report are made. People, teams, and values are numbered as in its source.

    ``translate`` returns a name that comes from the app in the reader's language, by which it is sorted.
    """

    people: Sequence[Person]
    labels: Sequence[UserLabel]
    parts: Sequence[TeamPart]
    issues: Mapping[int, Issue]
    week_start: int
    values: Sequence[AttributeValues] = ()
    translate: Callable[[str], str] = str

    def groups(self, dimension: AnyDimension, values: Iterable[int]) -> Groups:
        """Return the groups of these values of the dimension's field."""
        if isinstance(dimension, AttributeDimension):
            return attribute_groups(dimension.attribute, self.values, dict.fromkeys(values))
        return self._readers()[dimension](dict.fromkeys(values))

    def _readers(self) -> Mapping[Dimension, Callable[[Iterable[int]], Groups]]:
        return {
            Dimension.PERSON: lambda places: {place: (self._person(place),) for place in places},
            Dimension.LABEL: self._labels,
            Dimension.ROLE: self._roles,
            Dimension.TEAM: lambda bits: {bit_set: self._teams(bit_set) for bit_set in bits},
            Dimension.PROJECT: self._of_issues(_project),
            Dimension.PARENT: self._of_issues(_parent),
            Dimension.ISSUE: self._of_issues(_issue),
            Dimension.TYPE: lambda ids: self._named(ids, lambda issue: (issue.type_id, issue.type_name)),
            Dimension.STATUS: lambda ids: self._named(
                ids, lambda issue: (issue.status_id, issue.status_name)
            ),
            Dimension.COMPONENT: self._components,
            Dimension.DAY: lambda days: {day: (_day(day),) for day in days},
            Dimension.WEEKDAY: lambda days: {day: (self._weekday(day),) for day in days},
            Dimension.ENTERED: lambda days: {day: (_day(day),) for day in days},
            Dimension.WORKLOG: lambda ids: {number: (_worklog(number),) for number in ids},
        }

    def _person(self, place: int) -> Group:
        person = self.people[place]
        return Group(person.account_id, person.name, order=by_name(person))

    def _labels(self, places: Iterable[int]) -> Groups:
        by_person: dict[str, list[Group]] = defaultdict(list)
        for label in self.labels:
            for account_id in label.people:
                by_person[account_id].append(Group(label.id, label.name))
        return {place: _sorted(by_person.get(self.people[place].account_id, ())) for place in places}

    def _roles(self, places: Iterable[int]) -> Groups:
        """Return the roles of people by name: roles of one name in several teams are one group."""
        every: dict[str, list[Role]] = defaultdict(list)
        names: dict[str, str] = {}
        for part in self.parts:
            for role in part.opened.roles:
                every[role.title].append(role)
                names[role.id] = role.title
        group = {name: self._role(name, roles) for name, roles in every.items()}
        by_person: dict[str, dict[str, Group]] = defaultdict(dict)
        for part in self.parts:
            for member in part.members:
                for role_id in member.role_ids & names.keys():
                    by_person[member.account_id][names[role_id]] = group[names[role_id]]
        return {place: _sorted(by_person.get(self.people[place].account_id, {}).values()) for place in places}

    def _role(self, name: str, roles: Sequence[Role]) -> Group:
        id_ = BETWEEN.join(role.id for role in roles)
        return Group(id_, name, order=(alphabetical(self.translate(name)), id_))

    def _teams(self, bits: int) -> Sequence[Group]:
        teams = (part.opened.team for place, part in enumerate(self.parts) if bits >> place & 1)
        return _sorted(Group(team.id, team.name) for team in teams)

    def _of_issues(self, read: Callable[[Issue], Sequence[Group]]) -> Callable[[Iterable[int]], Groups]:
        return lambda ids: {number: read(issue_in(self.issues, number)) for number in ids}

    def _named(self, ids: Iterable[int], read: Callable[[Issue], tuple[int, str]]) -> Groups:
        """Return types or statuses by name, because different projects have their own with the same name.

        Some issues are without: Jira does not say the type or the status of all, and not all can be read.
        """
        found = {number: read(issue_in(self.issues, number)) for number in ids}
        every: dict[str, set[int]] = defaultdict(set)
        for number, name in filter(itemgetter(1), found.values()):
            every[name].add(number)
        group = {
            name: Group(BETWEEN.join(map(str, sorted(numbers))), name) for name, numbers in every.items()
        }
        return {number: (group[name],) if name else () for number, (_, name) in found.items()}

    def _components(self, ids: Iterable[int]) -> Groups:
        """Return the components of issues, with their project if another one has a component of the same name."""
        issues = {number: issue_in(self.issues, number) for number in ids}
        every: dict[str, set[int]] = defaultdict(set)
        for issue in issues.values():
            for one in issue.components:
                every[one.name].add(one.id)

        def group(issue: Issue, one: Component) -> Group:
            text = one.name if len(every[one.name]) == 1 else f"{one.name} ({issue.project_key})"
            return Group(str(one.id), text)

        return {
            number: _sorted(group(issue, one) for one in issue.components) for number, issue in issues.items()
        }

    def _weekday(self, ordinal: int) -> Group:
        weekday = date.fromordinal(ordinal).weekday()
        return Group(str(weekday), str(weekday), order=((weekday - self.week_start) % DAYS_IN_WEEK,))


def _sorted(groups: Iterable[Group]) -> Sequence[Group]:
    return sorted(groups, key=lambda group: group.place)


def _project(issue: Issue) -> Sequence[Group]:
    return (Group(str(issue.project_id), issue.project_name, issue.project_key),)


def _issue(issue: Issue) -> Sequence[Group]:
    return (group_of_issue(issue),)


def _parent(issue: Issue) -> Sequence[Group]:
    above = issue.parent
    if above is None:
        return ()
    return (Group(str(above.id), above.key, above.summary, above.key, order=key_order(above.key)),)


def _day(ordinal: int) -> Group:
    text = date.fromordinal(ordinal).isoformat()
    return Group(text, text)


def _worklog(number: int) -> Group:
    return Group(str(number), str(number), order=(number,))


def axis_in(dimension: AnyDimension, grouping: Grouping, amounts: Iterable[FactTable]) -> Axis:
    """Return the rows of a dimension for everything that is summed."""
    if dimension is Dimension.WORKLOG:
        return axis_of_worklogs(amounts)
    field = field_of(dimension)
    values = dict.fromkeys(value for facts in amounts for value in facts.fields.get(field, ()))
    if dimension is Dimension.ISSUE:
        return axis_of_issues(grouping.issues, values)
    return axis_of(dimension, grouping.groups(dimension, values))
