"""Rules, closings, and late changes record their changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import Mock

import pytest

from tests.adapters.support.site_data import make_team
from tests.services.support.audited_site import NOW, Site, last
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import PersonId
from timesheet.domain.errors import Conflict
from timesheet.domain.period.digest import closing_digest
from timesheet.domain.period.late_change import LateChange, late_change_digest
from timesheet.domain.period.period import ClosingRecord, MemberRecord, PeriodLength, PeriodRule
from timesheet.domain.span import DateSpan
from timesheet.services.audit.store.change import ChangeRecorder
from timesheet.services.audit.store.period import AuditedPeriods
from timesheet.services.ports.stores import FIRST_RULE

DAY = date(2026, 6, 1)


def test_changes_of_periods_are_recorded(site: Site) -> None:
    make_team(site.stores)
    site.new()
    site.stores.periods.save_rule(FIRST_RULE, 0)
    weekly = PeriodRule(PeriodLength.WEEKLY, DAY)
    assert site.stores.periods.save_rule(weekly, 1) == (weekly, 2)
    assert site.new() == [(Action.PERIOD_RULE_CHANGED, "periods")]
    members = tuple(MemberRecord(name, 60, 30, {}) for name in ("ben", "eva"))
    closing = ClosingRecord("r", "team", DateSpan(DAY, DAY), "ana", NOW, members, {1: "x"})
    site.stores.periods.add_record(closing)
    figures = {
        "first": "2026-06-01",
        "last": "2026-06-01",
        "capacity": 120,
        "spent": 60,
        "members": 2,
        "worklogs": 1,
    }
    names = {name: f"ref-{name}" for name in ("ana", "ben", "eva")}
    assert last(site) == ({}, {**figures, "digest": closing_digest(closing, names)})
    with pytest.raises(Conflict):
        site.stores.periods.add_record(closing)
    changes = [
        LateChange("team", "r", number, "removed", NOW, who, author)
        for number, who, author in ((1, "eva", "ben"), (2, None, None))
    ]
    assert len(site.stores.periods.add_late_changes(changes)) == 2
    assert site.stores.periods.add_late_changes(changes) == ()
    for change in changes:
        accepted = site.stores.periods.accept_late_change(change, "ana", NOW, "agreed")
        assert (accepted.worklog_id, accepted.note) == (change.worklog_id, "agreed")
    assert [draft.people for draft in site.kept.drafts] == [
        {"ana", "ben", "eva"},
        {"ben", "eva"},
        set(),
        {"ana", "ben", "eva"},
        {"ana"},
    ]
    named = [{key: draft.after.get(key) for key in ("whose", "changed_by")} for draft in site.kept.drafts]
    assert named[1:3] == [{"whose": "ben", "changed_by": "eva"}, {"whose": None, "changed_by": None}]
    assert named[3:] == named[1:3]
    assert all(isinstance(value, PersonId | None) for values in named for value in values.values())
    assert "agreed" not in str(site.kept.drafts)
    assert site.kept.drafts[-1].after["digest"] == late_change_digest(accepted, {"ana": "ref-ana"})
    assert site.stores.periods.reopen("r", "ana", NOW).reopened_by == "ana"
    assert [action for action, _ in site.new()] == [
        Action.PERIOD_CLOSED,
        *[Action.PERIOD_LATE_CHANGE_FOUND] * 2,
        *[Action.PERIOD_LATE_CHANGE_ACCEPTED] * 2,
        Action.PERIOD_REOPENED,
    ]


def test_a_late_change_that_changes_again_has_another_event(site: Site) -> None:
    make_team(site.stores)
    closing = ClosingRecord("r", "team", DateSpan(DAY, DAY), "ana", NOW, (), {})
    site.stores.periods.add_record(closing)
    first = LateChange("team", "r", 1, "added", NOW, None, "ben", "a" * 32)
    again = replace(first, state="b" * 32, found_at=NOW + timedelta(hours=1))
    for change in (first, again, again):
        site.stores.periods.add_late_changes([change])
    stored = replace(first, state="b" * 32)
    assert site.kept.drafts[-1].after["digest"] == late_change_digest(stored, {"ben": "ref-ben"})
    assert [action for action, _ in site.new()][-3:] == [
        Action.PERIOD_CLOSED,
        *[Action.PERIOD_LATE_CHANGE_FOUND] * 2,
    ]


def test_without_late_changes_nothing_is_locked_and_nothing_stored() -> None:
    store, lock = Mock(), Mock()
    assert AuditedPeriods(store, ChangeRecorder(Mock(), lock)).add_late_changes([]) == ()
    assert (lock.mock_calls, store.mock_calls) == ([], [])
