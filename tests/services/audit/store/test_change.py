"""A change is recorded with what differs, and the audit log is opened for the first one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from tests.services.support.fake_recorder import RecordedDrafts
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin, Values
from timesheet.domain.team.label import UserLabel
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.store.change import ChangeRecorder, find
from timesheet.services.ports.audit import AuditStore

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACTIONS = (Action.LABEL_CREATED, Action.LABEL_CHANGED)


@pytest.mark.parametrize(
    ("before", "after", "recorded"),
    [
        (None, {"name": "a", "color": "teal"}, (Action.LABEL_CREATED, {}, {"name": "a", "color": "teal"})),
        (
            {"name": "a", "color": "teal"},
            {"name": "b", "color": "teal"},
            (Action.LABEL_CHANGED, {"name": "a"}, {"name": "b"}),
        ),
        (
            {"name": "a"},
            {"name": "a", "color": "teal"},
            (Action.LABEL_CHANGED, {}, {"color": "teal"}),
        ),
        ({"name": "a"}, {"name": "a"}, None),
    ],
)
def test_a_save_is_recorded_with_what_differs(
    before: Values | None, after: Values, recorded: tuple[Action, Values, Values] | None
) -> None:
    audit_log, opened = RecordedDrafts(), list[str]()

    def open_recorder() -> AuditRecorder:
        opened.append("recorder")
        return AuditRecorder(cast(AuditStore, audit_log), lambda: NOW, "ana", Origin.PAGE)

    changes = ChangeRecorder(open_recorder, lambda: None)
    assert opened == []
    for _ in range(2):
        changes.record_save(ACTIONS, "u", before, after, "alpha")
    found = [(draft.action, dict(draft.before), dict(draft.after)) for draft in audit_log.drafts]
    assert found == ([recorded] * 2 if recorded else [])
    assert {(draft.object_id, draft.team_id) for draft in audit_log.drafts} <= {("u", "alpha")}
    assert opened == (["recorder"] if recorded else [])


def test_people_are_referred_to_as_the_audit_log_does() -> None:
    recorder = AuditRecorder(cast(AuditStore, RecordedDrafts()), lambda: NOW, "ana", Origin.PAGE)
    changes = ChangeRecorder(lambda: recorder, lambda: None)
    assert changes.refer(["ben", "eva"]) == {"ben": "ref-ben", "eva": "ref-eva"}


def test_an_item_is_found_by_its_id() -> None:
    labels = (UserLabel("u", "backend", "teal"), UserLabel("v", "frontend", "lime"))
    assert find(labels, "v") is labels[1]
    assert find(labels, "w") is None
