"""Record the changes of one site's stores as audit events, for the stores next to this module.

The composition root creates no other stores than these. A read goes to the store itself. A change is compared with
the previous state while the site is locked, and the event contains the differences; if nothing differs, nothing is
recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar, Unpack

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditDraft, Values, differing
from timesheet.domain.errors import NotFound
from timesheet.domain.lazy import lazy
from timesheet.services.audit.record import AuditRecorder, Details, new_draft, record, record_all


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Return the id that the object has on its site."""


Item = TypeVar("Item", bound=Identified)


@dataclass(eq=False)
class ChangeRecorder:
    """Records the changes of one site's stores. The audit log is opened at the first change, so a read opens none."""

    _open: Callable[[], AuditRecorder]
    lock_site: Callable[[], None]

    @lazy
    def _recorder(self) -> AuditRecorder:
        return self._open()

    def record(self, action: Action, object_id: str, **details: Unpack[Details]) -> None:
        """Record one change; see the function of this name."""
        record(self._recorder, action, object_id, **details)

    def refer(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """See AuditStore; the next change that is recorded has to concern these people."""
        return self._recorder.store.refer(account_ids)

    def record_save(
        self,
        actions: tuple[Action, Action],
        object_id: str,
        before: Values | None,
        after: Values,
        team_id: str = "",
    ) -> None:
        """Record that something was created (the first action), or what changed in it (the second), if anything did."""
        self.record_saves(actions, [(object_id, before, after)], team_id)

    def record_saves(
        self, actions: tuple[Action, Action], saves: Iterable[tuple[str, Values | None, Values]], team_id: str
    ) -> None:
        """Record several saves, each with its object, at once: a team may have thousands of members."""
        drafts = [draft for save in saves if (draft := self._draft(actions, *save, team_id))]
        if drafts:
            record_all(self._recorder, drafts)

    def record_deletions(self, action: Action, deletions: Iterable[tuple[str, Values]], team_id: str) -> None:
        """Record several deletions at once, each with its object and the values that it had."""
        recorder = self._recorder
        drafts = [
            new_draft(recorder, action, id_, team_id=team_id, before=values) for id_, values in deletions
        ]
        if drafts:
            record_all(recorder, drafts)

    def _draft(
        self,
        actions: tuple[Action, Action],
        object_id: str,
        before: Values | None,
        after: Values,
        team_id: str,
    ) -> AuditDraft | None:
        """Return the event of a save; None if nothing differs."""
        if before is None:
            return new_draft(self._recorder, actions[0], object_id, team_id=team_id, after=after)
        old, new = differing(before, after)
        if not (old or new):
            return None
        return new_draft(self._recorder, actions[1], object_id, team_id=team_id, before=old, after=new)


def find_stored(get: Callable[[str], Item], id_: str) -> Item | None:
    """Return what a store has under this id, or None."""
    try:
        return get(id_)
    except NotFound:
        return None


def find(items: Iterable[Item], id_: str) -> Item | None:
    """Return the item with this id, or None."""
    return next((item for item in items if item.id == id_), None)
