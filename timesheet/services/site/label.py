"""Manage user labels: their names and their people."""

from __future__ import annotations

from collections.abc import Collection

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.message import message
from timesheet.domain.team.label import UserLabel, checked_label
from timesheet.services.ports.directory import Directory
from timesheet.services.ports.stores import Stores
from timesheet.services.site.command import DeleteLabel, SaveLabel
from timesheet.services.viewer.person import check_accounts

MOST_PEOPLE = 2000


def find_label(stores: Stores, label_id: str) -> UserLabel:
    """Return one of the site's labels. Raise NotFound if somebody deleted it."""
    found = next((label for label in stores.labels.all() if label.id == label_id), None)
    if found is None:
        raise NotFound(message("This label no longer exists."))
    return found


def save_label(stores: Stores, directory: Directory, command: SaveLabel) -> UserLabel:
    """Save a label with its people. Raise InvalidInput for name, color, or people; Conflict with the stored one.

    People of the stored label may have left Jira since; new ones must be known there.
    """
    label = UserLabel(command.id, command.name, command.color, command.people, command.version)
    check_people(label.people)
    stored = next((one.people for one in stores.labels.all() if one.id == command.id), frozenset())
    check_accounts(directory, command.people - stored, "people")
    stores.lock_site()
    return stores.labels.save(checked_label(label, stores.labels.all()))


def check_people(people: Collection[str], most: int = MOST_PEOPLE) -> None:
    """Raise InvalidInput for more people than a label may have."""
    if len(people) > most:
        raise InvalidInput(
            message("A label can have at most {most_people} people.", most_people=MOST_PEOPLE), field="people"
        )


def delete_label(stores: Stores, command: DeleteLabel) -> UserLabel:
    """Delete a label; its people lose it. Raise NotFound if somebody deleted it already."""
    label = find_label(stores, command.label_id)
    stores.labels.delete(label.id)
    return label
