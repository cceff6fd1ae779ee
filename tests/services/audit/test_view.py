"""Access to the audit log, and the verification of its chain step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from tests.services.support.fake_audit import START, FakeAudit, checkpoint, event
from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditFilter, PersonId
from timesheet.domain.errors import NotAllowed, NotFound
from timesheet.domain.permission import Grant, Module, Requester, SitePermission, SitePermissions, Whom
from timesheet.services.audit.view import (
    IN_ONE_GO,
    SOMEBODY,
    ChainCheck,
    Reader,
    SettingChange,
    changes_of,
    check_auditor,
    check_newest,
    check_stretch,
    is_auditor,
    time_of,
    work_dates_of,
)
from timesheet.services.ports.audit import AuditStore, Checkpoint, Verdict

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ALL = AuditFilter()


def reader(store: FakeAudit, own: str = "") -> Reader:
    return Reader(cast(AuditStore, store), own)


def auditors(grant: Grant, module: Grant | None = None) -> SitePermissions:
    return SitePermissions({Module.AUDIT: module} if module else {}, {SitePermission.AUDITORS: grant})


def ana(*groups: str, admin: bool = False) -> Requester:
    return Requester("ana", lambda: frozenset(groups), lambda: admin)


def never() -> bool:
    raise AssertionError("Jira is not called")


ANA = Requester("ana", never, never)  # type: ignore[arg-type]


def test_without_the_grant_the_permission_is_named() -> None:
    with pytest.raises(NotAllowed, match=r"You need the site permission “Auditors”") as refused:
        check_auditor(SitePermissions(), ana())
    assert (refused.value.layer, refused.value.permission) == ("site", "Auditors")
    assert not is_auditor(SitePermissions(), ana())


def test_jira_admins_read_the_log_until_the_grant_is_changed() -> None:
    assert is_auditor(SitePermissions(), ana(admin=True))
    assert not is_auditor(auditors(Grant()), ana(admin=True))
    assert not is_auditor(auditors(Grant(Whom.SOME, people=frozenset({"ben"}))), ana(admin=True))


def test_an_auditor_is_one_by_name_or_by_group() -> None:
    assert is_auditor(auditors(Grant(Whom.SOME, people=frozenset({"ana"}))), ANA)
    by_group = auditors(Grant(Whom.SOME, frozenset({"revision"})))
    assert is_auditor(by_group, ana("revision"))
    assert not is_auditor(by_group, ana())


def test_where_the_module_is_limited_to_others_the_grant_alone_opens_nothing() -> None:
    limited = auditors(Grant(Whom.EVERYBODY), Grant(Whom.SOME, frozenset({"revision"})))
    with pytest.raises(NotAllowed, match="Audit log is limited") as refused:
        check_auditor(limited, ana())
    assert refused.value.layer == "visibility"


def test_ones_own_history_has_what_one_did_and_what_concerns_one() -> None:
    store = FakeAudit(
        [
            event(1),
            event(2, actor="ben"),
            event(3, Action.MEMBER_ADDED, "ben", "ana", team_id="t1"),
            event(4, actor="ben", people=frozenset({"ana"})),
            event(5, actor="ben", after={"lead": PersonId("ana")}),
        ]
    )
    own = reader(store, "ana")
    assert [one.seq for one in own.scan(ALL, None, 10).events] == [5, 4, 3, 1]
    assert [own.get(seq).seq for seq in (1, 3, 4, 5)] == [1, 3, 4, 5]
    with pytest.raises(NotFound):
        own.get(2)
    assert own.activity(ALL, [START, NOW]).counts == [4]
    looked = own.scan(ALL, None, 2)
    assert ([one.seq for one in looked.events], looked.before) == ([5, 4], 4)
    everything = reader(store)
    assert [one.seq for one in everything.scan(ALL, 5, 2).events] == [4, 3]
    assert everything.get(2).actor == "ben"


def test_ones_own_history_names_who_did_it_but_nobody_else() -> None:
    people = [PersonId("ana"), PersonId("cleo"), {"who": PersonId("dan"), "hours": 8}]
    store = FakeAudit(
        [
            event(1, Action.LABEL_CHANGED, "ben", "l1", after={"people": people, "by": PersonId("ben")}),
            event(2, Action.MEMBER_CHANGED, "ben", "cleo", people=frozenset({"ana", "dan"})),
            event(3, Action.LABEL_CHANGED, "ana", "l1", after={"people": people}),
            event(4, Action.MEMBER_CHANGED, "ben", "ana"),
        ]
    )
    own = reader(store, "ana")
    assert [own.get(seq).object_id for seq in (1, 4)] == ["l1", "ana"]
    assert own.get(1).after == {"people": ["ana", SOMEBODY, {"who": SOMEBODY, "hours": 8}], "by": "ben"}
    assert own.get(2).object_id == SOMEBODY
    assert own.get(2).people == {"ana"}
    assert own.get(3).after == {"people": people}
    assert reader(store).get(1).after["people"] == people


def test_a_closing_shows_its_sums_to_auditors_and_to_who_closed_it_only() -> None:
    """A member without *View hours* sees that their time was closed, and not how much the team has."""
    figures = {
        "first": "2026-05-01",
        "last": "2026-05-31",
        "capacity": 9,
        "spent": 8,
        "members": 2,
        "worklogs": 5,
    }
    members = frozenset({"ana", "ben"})
    store = FakeAudit(
        [
            event(1, Action.PERIOD_CLOSED, "ben", "r1", people=members, after=figures),
            event(2, Action.PERIOD_REOPENED, "ben", "r1", people=members, before=figures),
            event(3, Action.PERIOD_LATE_CHANGE_FOUND, "", "r1", people=members, after={"worklog": 7}),
        ]
    )
    days = {"first": "2026-05-01", "last": "2026-05-31"}
    own = reader(store, "ana")
    assert [one.after for one in own.scan(ALL, None, 3).events] == [{"worklog": 7}, {}, days]
    assert (own.get(1).after, own.get(2).before) == (days, days)
    for others in (reader(store, "ben"), reader(store)):
        assert (others.get(1).after, others.get(2).before) == (figures, figures)


def test_a_leave_of_nobody_in_particular_stays_one() -> None:
    store = FakeAudit([event(1, Action.LEAVE_CHANGED, "ben", "", people=frozenset({"ana"}))])
    assert reader(store, "ana").get(1).object_id == ""


def test_a_file_is_read_in_portions_and_stops_at_what_was_there_when_it_began() -> None:
    store = FakeAudit([event(seq) for seq in range(1, 1003)])
    found = [[one.seq for one in batch.events] for batch in reader(store).batches(ALL, 1000)]
    assert [len(batch) for batch in found] == [500, 500]
    assert found[0][0] == 1000
    assert found[1][-1] == 1
    assert list(reader(FakeAudit()).batches(ALL, 0)) == []


def test_a_short_chain_is_looked_through_whole() -> None:
    store = FakeAudit([event(seq) for seq in range(1, 8)], [checkpoint(5)])
    found = check_newest(cast(AuditStore, store), NOW)
    assert (found.since, found.total, found.verdict.first, found.verdict.last) == (None, 7, 1, 7)
    assert found.at == NOW


def test_an_event_that_is_written_during_a_check_is_one_of_all_events() -> None:
    class Busy(FakeAudit):
        def verify(self, after: Checkpoint | None = None, limit: int | None = None) -> Verdict:
            self.events = [*self.events, event(len(self.events) + 1)]
            return super().verify(after, limit)

    store = cast(AuditStore, Busy([event(1), event(2)]))
    for found in (check_newest(store, NOW), check_stretch(store, 0, NOW)):
        assert (found.verdict.first, found.total, found.next_start) == (1, found.verdict.last, None)


def test_the_longest_chain_that_is_looked_through_whole() -> None:
    store = FakeAudit(signed=[checkpoint(1000)], total=20_000)
    assert check_newest(cast(AuditStore, store), NOW).verdict.first == 1


def test_of_a_long_chain_the_events_since_a_signed_head_are_looked_through() -> None:
    store = FakeAudit(signed=[checkpoint(seq) for seq in range(1000, 100_001, 1000)], total=100_000)
    found = check_newest(cast(AuditStore, store), NOW)
    assert found.since == checkpoint(80_000)
    assert found.verdict.first == 80_001


def test_of_a_long_chain_without_a_signed_head_near_its_end_only_the_first_events_are_looked_through() -> (
    None
):
    store = FakeAudit(signed=[checkpoint(1000)], total=IN_ONE_GO * 2)
    found = check_newest(cast(AuditStore, store), NOW)
    assert (found.since, found.verdict.last) == (None, IN_ONE_GO)


def test_the_whole_chain_is_looked_through_from_signed_head_to_signed_head() -> None:
    store = FakeAudit(signed=[checkpoint(seq) for seq in range(1000, 50_001, 1000)], total=50_500)
    start: int | None = 0
    while start is not None:
        start = check_stretch(cast(AuditStore, store), start, NOW).next_start
    assert store.looked == [(0, 20_000), (20_000, 20_000), (40_000, 20_000)]


def test_where_no_signed_head_lies_ahead_the_look_ends_and_nobody_waits() -> None:
    store = FakeAudit(signed=[checkpoint(1000)], total=3 * IN_ONE_GO)
    first = check_stretch(cast(AuditStore, store), 0, NOW)
    assert first.next_start == 1000
    second = check_stretch(cast(AuditStore, store), 1000, NOW)
    assert (second.next_start, second.verdict.last) == (None, 1000 + IN_ONE_GO)


def test_a_broken_event_ends_the_look() -> None:
    store = FakeAudit(signed=[checkpoint(seq) for seq in range(1000, 50_001, 1000)], total=50_500, broken=7)
    found = check_stretch(cast(AuditStore, store), 0, NOW)
    assert found.verdict.broken == 7
    assert found.next_start is None


def test_a_look_begins_at_a_signed_head_only() -> None:
    with pytest.raises(NotFound, match="no signed checkpoint"):
        check_stretch(cast(AuditStore, FakeAudit(total=5)), 3, NOW)


def test_changes_are_listed_in_the_order_of_the_event() -> None:
    one = event(1, before={"name": "A", "lead": PersonId("ana")}, after={"name": "B", "note": ""})
    assert changes_of(one) == [
        SettingChange("name", "A", "B"),
        SettingChange("lead", "ana", None),
        SettingChange("note", None, ""),
    ]


def test_a_worklog_is_the_time_of_its_author_whoever_wrote_it() -> None:
    own = event(1, action=Action.WORKLOG_CREATED, actor="ana", after={"day": "2026-07-02"})
    deleted = event(2, action=Action.WORKLOG_DELETED, actor="bob", people=frozenset({PersonId("ana")}))
    deleted = replace(deleted, before={"day": "2026-07-03"})
    moved = replace(deleted, action=Action.WORKLOG_CHANGED, after={"day": "2026-07-04"})
    assert [time_of(one) for one in (own, deleted, moved)] == ["ana"] * 3
    assert [work_dates_of(one) for one in (own, deleted, moved)] == [
        ("", "2026-07-02"),
        ("2026-07-03", ""),
        ("2026-07-03", "2026-07-04"),
    ]


def test_other_events_are_nobodys_time() -> None:
    leave = event(1, action=Action.LEAVE_CHANGED, actor="ana", after={"day": "2026-07-02"})
    assert (time_of(leave), work_dates_of(leave)) == ("", ("", ""))


def test_a_check_survives_any_cache() -> None:
    codec = Codec(CACHED)
    found = ChainCheck(Verdict(1, 7, 3, "It is missing."), NOW, checkpoint(5), 7, None)
    assert codec.decode(codec.encode(found)) == found
