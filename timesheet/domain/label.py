"""User labels: site-wide tags on people, to filter, group and pick by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from timesheet.domain.legend import check_colour
from timesheet.domain.name import check_unique, read_name

LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class UserLabel:
    """``people`` are account ids."""

    id: str
    name: str
    colour: str
    people: frozenset[str] = frozenset()
    version: int = 0


def checked_label(label: UserLabel, others: Iterable[UserLabel]) -> UserLabel:
    """The label with a clean name; raises InvalidInput naming name or colour. ``others`` are all of the site."""
    name = read_name(label.name, "label", longest=LONGEST_LABEL)
    check_unique(name, (other.name for other in others if other.id != label.id), "label")
    check_colour(label.colour)
    return replace(label, name=name)


def labels_of(account_id: str, labels: Iterable[UserLabel]) -> list[UserLabel]:
    """The labels one person carries, by name."""
    worn = (label for label in labels if account_id in label.people)
    return sorted(worn, key=lambda label: label.name.casefold())
