"""Manage the attributes of worklogs: what admins define, and what teams choose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, checked_attribute, options_of
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.message import message
from timesheet.domain.permission import TeamAction
from timesheet.services.attribute.command import ChooseAttributes, RetireAttribute, SaveAttribute
from timesheet.services.ports.stores import Stores
from timesheet.services.viewer.team_context import TeamContext, new_id, open_team

CHANGED = message(
    "Other attributes were chosen in the meantime, by somebody else or in another tab. Look at them first."
)
RETIRED = message("One of these attributes is retired. Reload to see which can be chosen.")


def find_attribute(stores: Stores, attribute_id: str) -> Attribute:
    """Return one of the site's attributes. Raise NotFound if there is none with this id."""
    found = next((one for one in stores.attributes.all() if one.id == attribute_id), None)
    if found is None:
        raise NotFound(message("This attribute does not exist."))
    return found


def save_attribute(stores: Stores, command: SaveAttribute) -> Attribute:
    """Save an attribute. Raise InvalidInput for name, options, or default; Conflict with the stored one."""
    stores.lock_site()
    attributes = stores.attributes.all()
    stored = next((one for one in attributes if one.id == command.id), None)
    attribute = Attribute(
        id=command.id,
        name=command.name,
        kind=command.kind,
        default=command.default,
        required=command.required,
        everywhere=command.everywhere,
        retired=stored.retired if stored else False,
        options=options_of(stored.options if stored else (), command.options.splitlines(), new_id),
        version=command.version,
    )
    return stores.attributes.save(checked_attribute(attribute, attributes))


def retire_attribute(stores: Stores, command: RetireAttribute) -> Attribute:
    """Retire an attribute, so it is no longer offered, or restore it; worklogs keep their values either way."""
    found = find_attribute(stores, command.attribute_id)
    return stores.attributes.save(replace(found, retired=command.retired, version=command.version))


def choose_attributes(context: TeamContext, command: ChooseAttributes) -> frozenset[str]:
    """Set the attributes with which the members of a team log. Raise Conflict with those that somebody else chose.

    A retired attribute stays chosen, so it is offered again if it is restored.
    """
    open_team(context, command.team_id, TeamAction.EDIT)
    store = context.stores.attributes
    context.stores.lock_site()
    current = store.chosen().get(command.team_id, frozenset())
    retired = {one.id for one in store.all() if one.retired}
    # A browser that received no answer sends the same choice again.
    if current - retired not in (command.was - retired, command.attribute_ids):
        raise Conflict(CHANGED, current=current - retired)
    if command.attribute_ids - {one.id for one in store.all() if not one.retired}:
        raise InvalidInput(RETIRED, field="attributes")
    chosen = command.attribute_ids | (current & retired)
    store.choose(command.team_id, chosen)
    return chosen


@dataclass(frozen=True, slots=True)
class SiteAttributes:
    """The attributes of one site, and which of them a person logs with."""

    stores: Stores

    def all(self) -> tuple[Attribute, ...]:
        """Return all attributes, retired ones too."""
        return self.stores.attributes.all()

    def of(self, account_id: str, day: date) -> tuple[Attribute, ...]:
        """Return the attributes with which somebody logs on ``day``: everybody's, and those of their teams."""
        chosen, attributes = self.stores.attributes.chosen(), self.all()
        if not chosen and not any(one.everywhere for one in attributes):
            return ()
        offered = [one for one in attributes if not one.retired]
        teams = self._teams(account_id, day) if chosen else ()
        ids = {id_ for team_id in teams for id_ in chosen.get(team_id, ())}
        return tuple(one for one in offered if one.everywhere or one.id in ids)

    def used(self) -> bool:
        """Return True if worklogs may have values: an attribute is, or was, everybody's or chosen by a team."""
        return any(one.version for one in self.all()) or bool(self.stores.attributes.chosen())

    def begin(self) -> None:
        """Store the built-in attribute as it is, if no attribute is used yet.

        The first person who logs with it triggers this.
        """
        if self.used():
            return
        self.stores.lock_site()
        if not self.used():
            self.stores.attributes.save(BUILT_IN[0])

    def _teams(self, account_id: str, day: date) -> Iterable[str]:
        memberships = self.stores.teams.memberships_of(account_id)
        return [one.team.id for one in memberships if one.active_on(day) and not one.team.archived]
