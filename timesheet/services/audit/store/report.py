"""Saved views of reports, with an audit event for every change; see change.py."""

from __future__ import annotations

from timesheet.domain.audit.action import Action
from timesheet.domain.report.view import ReportView
from timesheet.services.audit.store.change import ChangeRecorder, find_stored
from timesheet.services.audit.values import (
    view_values,
)
from timesheet.services.ports.stores import (
    ViewStore,
)


class AuditedViews:
    """Implements ViewStore. Views of a person record no event, because they change nothing for anybody else."""

    def __init__(self, store: ViewStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.of = store.of
        self.get = store.get
        self.concerning = store.concerning

    def save(self, view: ReportView) -> ReportView:
        """See ViewStore."""
        self._changes.lock_site()
        stored = find_stored(self._store.get, view.id)
        saved = self._store.save(view)
        if saved.team_id:
            before = view_values(stored) if stored else None
            actions = (Action.VIEW_CREATED, Action.VIEW_CHANGED)
            self._changes.record_save(actions, saved.id, before, view_values(saved), saved.team_id)
        return saved

    def delete(self, view_id: str) -> None:
        """See ViewStore."""
        self._changes.lock_site()
        stored = find_stored(self._store.get, view_id)
        self._store.delete(view_id)
        if stored and stored.team_id:
            self._changes.record(
                Action.VIEW_DELETED, view_id, team_id=stored.team_id, before=view_values(stored)
            )
