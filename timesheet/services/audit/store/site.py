"""Labels, permissions, and settings of a site, with an audit event for every change; see change.py."""

from __future__ import annotations

from dataclasses import replace

from timesheet.domain.audit.action import Action
from timesheet.domain.permission import SitePermissions
from timesheet.domain.team.label import UserLabel
from timesheet.services.audit.store.change import ChangeRecorder, find
from timesheet.services.audit.values import (
    label_values,
    permission_values,
    setting_values,
)
from timesheet.services.ports.settings import SettingsStore, SiteSettings
from timesheet.services.ports.stores import (
    LabelStore,
    PermissionStore,
)


class AuditedLabels:
    """Implements LabelStore."""

    def __init__(self, store: LabelStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.all = store.all

    def save(self, label: UserLabel) -> UserLabel:
        """See LabelStore. The event concerns the people who get or lose the label."""
        self._changes.lock_site()
        stored = find(self._store.all(), label.id)
        saved = self._store.save(label)
        before, after = label_values(stored) if stored else None, label_values(saved)
        if stored:
            before = label_values(replace(stored, people=stored.people - saved.people))
            after = label_values(replace(saved, people=saved.people - stored.people))
        self._changes.record_save((Action.LABEL_CREATED, Action.LABEL_CHANGED), saved.id, before, after)
        return saved

    def delete(self, label_id: str) -> None:
        """See LabelStore."""
        self._changes.lock_site()
        stored = find(self._store.all(), label_id)
        self._store.delete(label_id)
        if stored:
            self._changes.record(Action.LABEL_DELETED, label_id, before=label_values(stored))


class AuditedPermissions:
    """Implements PermissionStore."""

    def __init__(self, store: PermissionStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.read = store.read

    def save(self, permissions: SitePermissions) -> SitePermissions:
        """See PermissionStore."""
        self._changes.lock_site()
        before = permission_values(self._store.read())
        saved = self._store.save(permissions)
        actions = (Action.PERMISSION_CHANGED, Action.PERMISSION_CHANGED)
        self._changes.record_save(actions, "permissions", before, permission_values(saved))
        return saved


class AuditedSettings:
    """Implements SettingsStore. Display settings of a person record no event, because they change nothing for
    anybody else.
    """

    def __init__(self, store: SettingsStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # Methods that record no event are the store's own.
        self.read_site = store.read_site
        self.read_person = store.read_person
        self.read_both = store.read_both
        self.save_person = store.save_person
        self.read_dismissed = store.read_dismissed
        self.change_dismissed = store.change_dismissed
        self.change_rows = store.change_rows
        self.read_templates = store.read_templates
        self.change_templates = store.change_templates

    def save_site(self, settings: SiteSettings) -> SiteSettings:
        """See SettingsStore."""
        self._changes.lock_site()
        before = setting_values(self._store.read_site())
        saved = self._store.save_site(settings)
        actions = (Action.SETTING_CHANGED, Action.SETTING_CHANGED)
        self._changes.record_save(actions, "settings", before, setting_values(saved))
        return saved
