from __future__ import annotations

from datetime import UTC, date, datetime
from typing import cast

from tests.services.audit.test_record import Kept
from timesheet.domain.audit import Origin, Values
from timesheet.domain.audit_action import Action
from timesheet.domain.worklog import Worklog
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.journal import Intent
from timesheet.services.worklog.journal import facts, record_written

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AFTER = Worklog(7, 1, "ben", date(2026, 11, 24), NOW, 3600, NOW, {"text": "secret"})


def recorded(intent: Intent, after: Worklog | None) -> Kept:
    kept = Kept()
    record_written(AuditRecorder(cast(AuditStore, kept), lambda: NOW, "ana", Origin.PAGE), intent, after)
    return kept


def test_an_event_tells_ids_day_and_seconds_and_nothing_anybody_wrote() -> None:
    before: Values = {"issue": 1, "day": "2026-11-23", "seconds": 60}
    (event,) = recorded(Intent(Action.WORKLOG_CHANGED, "ana", 1, NOW, 7, "ben", before=before), AFTER).drafts
    assert (event.object_id, event.people, event.before) == ("7", frozenset({"ben"}), before)
    assert event.after == {"issue": 1, "day": "2026-11-24", "seconds": 3600} == facts(AFTER)


def test_what_is_gone_has_nothing_after_it_but_keeps_its_author() -> None:
    (event,) = recorded(Intent(Action.WORKLOG_DELETED, "ana", 1, NOW, 7, "ben", more={"x": 1}), None).drafts
    assert (event.object_id, event.people) == ("7", frozenset({"ben"}))
    assert event.after == {"x": 1}
