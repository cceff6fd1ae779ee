"""Read the part of a team's time whose worklogs have *yes* in an attribute, such as billable time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from timesheet.domain.attribute.attribute import Attribute
from timesheet.services.ports.stores import Stores
from timesheet.services.snapshot.team_attribute import read_values
from timesheet.services.team.overview import Overview
from timesheet.services.viewer.context import ViewerContext

MemberIssueDay: TypeAlias = tuple[str, int, date]
"""A person's account id, an issue's id, and a day."""


@dataclass(frozen=True, slots=True)
class AttributeTime:
    """The seconds with a *yes*, by person, issue, and day. Jira did not respond about ``unread`` worklogs."""

    attribute: Attribute
    seconds: Mapping[MemberIssueDay, int]
    unread: int = 0

    def by_person(self) -> Mapping[str, int]:
        """Return the seconds by account id."""
        sums: dict[str, int] = defaultdict(int)
        for (account_id, _, _), seconds in self.seconds.items():
            sums[account_id] += seconds
        return sums

    def by_issue(self) -> Mapping[int, int]:
        """Return the seconds by issue id."""
        sums: dict[int, int] = defaultdict(int)
        for (_, issue_id, _), seconds in self.seconds.items():
            sums[issue_id] += seconds
        return sums


def answers_of(stores: Stores, team_id: str) -> Sequence[Attribute]:
    """Return the yes-or-no attributes with which a team's members log: those the team chose, and everybody's."""
    chosen = stores.attributes.chosen().get(team_id, frozenset())
    return [
        one
        for one in stores.attributes.all()
        if one.kind.answers and not one.retired and (one.everywhere or one.id in chosen)
    ]


def read_attribute_time(
    context: ViewerContext, overview: Overview, attributes: Sequence[Attribute]
) -> Sequence[AttributeTime]:
    """Return the time of each of these attributes, as far as the viewer may see worklogs: nothing for sums only."""
    if not attributes or not overview.sees_worklogs:
        return ()
    values = read_values(context, overview.packed)
    values_by_id = {id_: values.values[place] for id_, _, place in values.entries()}
    found: dict[str, dict[MemberIssueDay, int]] = {one.id: defaultdict(int) for one in attributes}
    for one in overview.packed.counted([line.member for line in overview.lines]):
        own_values = values_by_id.get(one.id, {})
        for id_, sums in found.items():
            if own_values.get(id_) is True:
                sums[one.author, one.issue_id, one.day] += one.seconds
    return [AttributeTime(one, found[one.id], values.unread) for one in attributes]
