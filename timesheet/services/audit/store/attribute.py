"""Attributes of worklogs and the teams' choices among them, with an audit event for every change; see change.py."""

from __future__ import annotations

from collections.abc import Collection

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Values
from timesheet.services.audit.store.change import ChangeRecorder, find
from timesheet.services.audit.values import (
    attribute_values,
)
from timesheet.services.ports.stores import (
    AttributeStore,
)


class AuditedAttributes:
    """Implements AttributeStore."""

    def __init__(self, store: AttributeStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.all = store.all
        self.chosen = store.chosen

    def save(self, attribute: Attribute) -> Attribute:
        """See AttributeStore."""
        self._changes.lock_site()
        stored = find(self._store.all(), attribute.id)
        saved = self._store.save(attribute)
        before = attribute_values(stored) if stored else None
        actions = (Action.ATTRIBUTE_CREATED, Action.ATTRIBUTE_CHANGED)
        self._changes.record_save(actions, saved.id, before, attribute_values(saved))
        return saved

    def choose(self, team_id: str, attribute_ids: Collection[str]) -> None:
        """See AttributeStore. The event contains only the attributes that were added or taken away."""
        self._changes.lock_site()
        stored, new = self._store.chosen().get(team_id, frozenset()), frozenset(attribute_ids)
        self._store.choose(team_id, new)
        if stored != new:
            before: Values = {"attributes": sorted(stored - new)}
            after: Values = {"attributes": sorted(new - stored)}
            self._changes.record(
                Action.TEAM_ATTRIBUTES_CHOSEN, team_id, team_id=team_id, before=before, after=after
            )
