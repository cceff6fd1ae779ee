"""Manage user labels: their names and their people."""

from __future__ import annotations

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.label import UserLabel, checked_label
from timesheet.services.ports.team import Stores

MOST_PEOPLE = 2000


def find_label(stores: Stores, label_id: str) -> UserLabel:
    """Return one of the site's labels. Raise NotFound if somebody deleted it."""
    found = next((label for label in stores.labels.all() if label.id == label_id), None)
    if found is None:
        raise NotFound("This label does not exist any more.")
    return found


def save_label(stores: Stores, label: UserLabel) -> UserLabel:
    """Save a label with its people. Raise InvalidInput for name, color, or people; Conflict with the stored one."""
    check_people(label)
    return stores.labels.save(checked_label(label, stores.labels.all()))


def check_people(label: UserLabel) -> None:
    """Raise InvalidInput for more people than a label may have."""
    if len(label.people) > MOST_PEOPLE:
        raise InvalidInput(f"A label holds at most {MOST_PEOPLE} people.", field="people")
