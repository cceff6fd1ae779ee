"""User labels: site-wide tags on people, used to filter, group, and select them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from timesheet.domain.alphabet import name_order
from timesheet.domain.calendar.legend import check_color
from timesheet.domain.name import check_unique, read_name

LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class UserLabel:
    """A label; ``people`` are account ids."""

    id: str
    name: str
    color: str
    people: frozenset[str] = frozenset()
    version: int = 0


def checked_label(label: UserLabel, others: Iterable[UserLabel]) -> UserLabel:
    """Return the label with a clean name. Raise InvalidInput for name or color. ``others`` are all labels of
    the site.
    """
    name = read_name(label.name, "label", longest=LONGEST_LABEL)
    check_unique(name, (other.name for other in others if other.id != label.id), "label")
    check_color(label.color)
    return replace(label, name=name)


def labels_of(account_id: str, labels: Iterable[UserLabel]) -> list[UserLabel]:
    """Return the labels of one person, sorted by name."""
    own_labels = (label for label in labels if account_id in label.people)
    return sorted(own_labels, key=name_order)
