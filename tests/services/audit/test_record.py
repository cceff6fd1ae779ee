from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from tests.services.support.fake_recorder import RecordedDrafts
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditDraft, AuditEvent, Origin, Outcome, PersonId
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.audit import AuditStore, Verdict

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_event_has_what_its_request_and_its_change_know() -> None:
    audit_log = RecordedDrafts()
    recorder = AuditRecorder(cast(AuditStore, audit_log), lambda: NOW, "ana", Origin.PAGE, "r1")
    event = record(
        recorder,
        Action.TEAM_LEAD_CHANGED,
        "t1",
        team_id="t1",
        people=frozenset({"cleo"}),
        before={"lead": PersonId("ana")},
        after={"lead": PersonId("ben")},
    )
    assert event.seq == 1
    assert audit_log.drafts == [
        AuditDraft(
            Action.TEAM_LEAD_CHANGED,
            NOW,
            "ana",
            Origin.PAGE,
            "r1",
            "t1",
            "t1",
            Outcome.DONE,
            frozenset({"cleo"}),
            {"lead": PersonId("ana")},
            {"lead": PersonId("ben")},
        )
    ]


def test_whoever_listens_hears_of_each_event_after_it_is_recorded() -> None:
    audit_log, recorded = RecordedDrafts(), list[tuple[int, AuditEvent]]()
    recorder = AuditRecorder(
        cast(AuditStore, audit_log),
        lambda: NOW,
        "ana",
        Origin.PAGE,
        on_record=lambda _, event: recorded.append((len(audit_log.drafts), event)),
    )
    events = [record(recorder, Action.TEAM_CREATED, team) for team in ("t1", "t2")]
    assert recorded == [(1, events[0]), (2, events[1])]


def test_a_verdict_is_intact_unless_it_names_an_event() -> None:
    assert Verdict(1, 7, signed=7).intact
    assert not Verdict(1, 7, signed=6).intact
    assert not Verdict(1, 7, 3, "its content was changed", signed=7).intact
