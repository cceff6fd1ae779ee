"""A deletion is distinguished from every version."""

from __future__ import annotations

from timesheet.services.ports.worklog_event import DELETED_VERSION, ReceivedEvent


def test_only_a_deletion_is_one() -> None:
    assert ReceivedEvent(1, DELETED_VERSION, 2, "ana", None, None).deleted
    assert not ReceivedEvent(1, 1, 2, "ana", None, None).deleted
