"""Periods of a site: the rule, closings, late changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.adapters.support.site_data import at_once, make_team
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.tables.period import ClosingRecordRow
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.message import Message
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, MemberRecord, PeriodLength, PeriodRule
from timesheet.domain.span import DateSpan
from timesheet.services.ports.stores import FIRST_RULE, Stores

JUNE = DateSpan(date(2024, 6, 1), date(2024, 6, 30))
JULY = DateSpan(date(2024, 7, 1), date(2024, 7, 31))
NOW = datetime(2024, 8, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MEMBERS = (
    MemberRecord("ana", 576000, 570600, {"scheme": "Mon-Fri 8 h", "calendar": "Berlin"}),
    MemberRecord("ben", 0, 3600, {}, "Pacific/Auckland"),
)
WORKLOGS = {10000001: "a" * 32, 9_999_999_999: "b" * 32}
CLOSING = ClosingRecord("r1", "team", JUNE, "ana", NOW, MEMBERS, WORKLOGS)


def test_a_site_starts_with_months(stores: Stores) -> None:
    assert stores.periods.rule() == (FIRST_RULE, 0)


def test_a_rule_is_saved_once_for_each_version(stores: Stores, others: Stores) -> None:
    weekly = PeriodRule(PeriodLength.TWO_WEEKLY, date(2024, 1, 8))
    assert stores.periods.save_rule(weekly, 0) == stores.periods.rule() == (weekly, 1)
    assert stores.periods.save_rule(weekly, 0) == (weekly, 1), "the same save again"
    with pytest.raises(Conflict) as conflict:
        stores.periods.save_rule(FIRST_RULE, 0)
    assert conflict.value.current == weekly
    assert stores.periods.save_rule(weekly, 1) == stores.periods.rule() == (weekly, 1), "nothing changes"
    assert stores.periods.save_rule(FIRST_RULE, 1) == (FIRST_RULE, 2)
    with pytest.raises(Conflict):
        stores.periods.save_rule(weekly, 1)
    assert others.periods.rule() == (FIRST_RULE, 0)


def test_a_length_of_a_newer_release_counts_as_months(stores: Stores) -> None:
    yearly: Any = "yearly"
    stores.periods.save_rule(PeriodRule(yearly, date(2024, 1, 8)), 0)
    assert stores.periods.rule() == (FIRST_RULE, 1)


def test_the_rule_and_what_is_closed_are_read_at_once(stores: Stores, others: Stores) -> None:
    assert stores.periods.rule_and_spans() == (FIRST_RULE, ())
    make_team(stores)
    weekly = PeriodRule(PeriodLength.TWO_WEEKLY, date(2024, 1, 8))
    stores.periods.save_rule(weekly, 0)
    stores.periods.add_record(CLOSING)
    assert stores.periods.rule_and_spans() == (weekly, (JUNE,))
    assert others.periods.rule_and_spans() == (FIRST_RULE, ())


def test_a_closing_comes_back_whole(stores: Stores, others: Stores, statements: list[str]) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    statements.clear()
    assert stores.periods.record("r1") == CLOSING
    assert len(statements) == 3
    with pytest.raises(NotFound) as gone:
        others.periods.record("r1")
    assert isinstance(gone.value.sentence, Message), "only a message is shown in the reader's language"


def test_the_list_has_the_latest_first_and_no_worklogs(stores: Stores, statements: list[str]) -> None:
    make_team(stores)
    later = replace(CLOSING, id="r2", span=JULY, closed_at=NOW + HOUR, members=MEMBERS[:1])
    for record in (CLOSING, later):
        stores.periods.add_record(record)
    statements.clear()
    assert stores.periods.records("team") == (replace(later, worklogs={}), replace(CLOSING, worklogs={}))
    assert len(statements) == 2
    assert stores.periods.records("gone") == ()


def test_what_is_closed_now(stores: Stores, others: Stores) -> None:
    make_team(stores)
    make_team(stores, "crew")
    bare = [replace(CLOSING, id=id_, team_id=t, span=s, members=(), worklogs={}) for id_, t, s in (
        ("r1", "crew", JULY), ("r2", "team", JUNE), ("r3", "team", JULY))]  # fmt: skip
    for record in bare:
        stores.periods.add_record(record)
    border = DateSpan(JUNE.last, JULY.first)
    assert stores.periods.closed(["team", "crew"], border) == tuple(bare)
    assert stores.periods.closed(["team"], DateSpan(JULY.first, JULY.first)) == (bare[2],)
    stores.periods.reopen("r2", "ben", NOW)
    assert stores.periods.closed(["team"], border) == (bare[2],)
    assert stores.periods.closed([], border) == others.periods.closed(["team"], border) == ()


def test_what_is_closed_cannot_be_closed_again(stores: Stores) -> None:
    make_team(stores)
    make_team(stores, "crew")
    stores.periods.add_record(CLOSING)
    for span in (JUNE, DateSpan(JUNE.last, JULY.last)):
        with pytest.raises(Conflict, match="from 1 June 2024 to 30 June 2024") as conflict:
            stores.periods.add_record(replace(CLOSING, id="r2", span=span))
        assert conflict.value.current == replace(CLOSING, members=(), worklogs={})
    stores.periods.add_record(replace(CLOSING, id="r3", team_id="crew"))
    stores.periods.add_record(replace(CLOSING, id="r4", span=JULY))


def test_twenty_closings_at_once_leave_one_record(stores: Stores, database: Database) -> None:
    make_team(stores)
    database.commit()

    def close(number: int) -> None:
        stores.periods.add_record(replace(CLOSING, id=f"r{number}", closed_by=f"p{number}"))

    outcomes = at_once(database, 20, close)
    (record,) = stores.periods.records("team")
    conflicts = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert [conflict.current for conflict in conflicts] == [replace(record, members=())] * 19
    assert stores.periods.record(record.id).worklogs == WORKLOGS


def test_the_database_itself_holds_one_closing_in_force(stores: Stores, database: Database) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    database.session.add(
        ClosingRecordRow(
            client_key="acme",
            id="r2",
            team_id="team",
            first_day=JUNE.first,
            last_day=JUNE.last,
            closed_by="ben",
            closed_at=NOW,
        )
    )
    with pytest.raises(IntegrityError):
        database.session.flush()
    database.roll_back()


def test_reopening_and_closing_again_keeps_both_records(stores: Stores) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    reopened = stores.periods.reopen("r1", "ben", NOW + HOUR)
    assert reopened == replace(CLOSING, reopened_by="ben", reopened_at=NOW + HOUR)
    assert stores.periods.record("r1") == reopened
    with pytest.raises(Conflict, match="reopened") as conflict:
        stores.periods.reopen("r1", "eva", NOW + HOUR)
    assert conflict.value.current == reopened
    stores.periods.add_record(replace(CLOSING, id="r2", closed_at=NOW + 2 * HOUR))
    assert [record.id for record in stores.periods.records("team")] == ["r2", "r1"]
    assert stores.periods.spans() == (JUNE,)
    with pytest.raises(NotFound):
        stores.periods.reopen("gone", "eva", NOW)


def test_one_reopens_when_many_try(stores: Stores, database: Database) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    database.commit()
    outcomes = at_once(database, 5, lambda n: stores.periods.reopen("r1", f"p{n}", NOW + HOUR))
    won = [outcome for outcome in outcomes if isinstance(outcome, ClosingRecord)]
    assert won == [stores.periods.record("r1")]


def test_a_closing_of_a_team_that_is_gone_is_refused(stores: Stores, database: Database) -> None:
    with pytest.raises(Conflict, match="deleted"):
        stores.periods.add_record(CLOSING)
    database.roll_back()


def test_late_changes_are_kept_once(stores: Stores, others: Stores) -> None:
    make_team(stores)
    make_team(stores, "crew")
    for record in (CLOSING, replace(CLOSING, id="r2", team_id="crew")):
        stores.periods.add_record(record)
    changed = LateChange("team", "r1", 9_999_999_999, "changed", NOW, "ben")
    removed = LateChange("team", "r1", 10000001, "removed", NOW + HOUR)
    elsewhere = LateChange("crew", "r2", 10000001, "removed", NOW)
    assert stores.periods.add_late_changes([changed]) == (changed,)
    again = replace(changed, found_at=NOW + HOUR, who=None)
    assert stores.periods.add_late_changes([again, removed, removed, elsewhere]) == (removed, elsewhere)
    assert stores.periods.add_late_changes([]) == ()
    assert stores.periods.late_changes("team") == (removed, changed)
    assert stores.periods.late_changes("crew") == (elsewhere,)
    assert others.periods.late_changes("team") == ()


def test_an_accepted_change_stays_listed_and_opens_again_with_the_next_one(stores: Stores) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    first = LateChange("team", "r1", 10000001, "changed", NOW, "ben", "ana", "1" * 32)
    stores.periods.add_late_changes([first])
    accepted = stores.periods.accept_late_change(first, "eva", NOW + HOUR, "agreed by phone")
    assert accepted == replace(first, accepted_by="eva", accepted_at=NOW + HOUR, note="agreed by phone")
    assert stores.periods.late_changes("team") == (accepted,)
    with pytest.raises(Conflict, match="accepted") as conflict:
        stores.periods.accept_late_change(first, "ana", NOW, "")
    assert conflict.value.current == accepted
    assert stores.periods.add_late_changes([replace(first, found_at=NOW + 2 * HOUR)]) == ()
    assert stores.periods.late_changes("team") == (accepted,)
    next_one = replace(first, found_at=NOW + 3 * HOUR, who=None, state="2" * 32)
    assert stores.periods.add_late_changes([next_one]) == (next_one,)
    assert stores.periods.late_changes("team") == (next_one,)
    with pytest.raises(NotFound):
        stores.periods.accept_late_change(replace(first, worklog_id=5), "eva", NOW, "")


def test_an_open_change_takes_in_what_is_known_later(stores: Stores) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    known = LateChange("team", "r1", 10000001, "changed", NOW, "ben", "ana", "1" * 32)
    stores.periods.add_late_changes([known])
    again = replace(known, found_at=NOW + HOUR, who="eva", author=None, state="2" * 32)
    assert stores.periods.add_late_changes([again]) == ()
    assert stores.periods.late_changes("team") == (replace(known, who="eva", state="2" * 32),)


def test_what_closings_in_force_recorded_of_one_person(stores: Stores, others: Stores) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    stores.periods.add_record(replace(CLOSING, id="r2", span=JULY, members=MEMBERS[:1]))
    found = stores.periods.recorded("ben")
    assert found == (replace(CLOSING, members=MEMBERS[1:], worklogs={}),)
    assert [record.id for record in stores.periods.recorded("ana")] == ["r1", "r2"]
    stores.periods.reopen("r1", "eva", NOW)
    assert stores.periods.recorded("ben") == others.periods.recorded("ana") == ()


def test_the_closings_that_concern_a_person_come_once_each(stores: Stores, others: Stores) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    stores.periods.add_record(replace(CLOSING, id="r2", span=JULY, members=MEMBERS[:1]))
    both, july = stores.periods.concerning("ben", ["team"], DateSpan(CLOSING.span.first, JULY.last)), JULY
    assert both == (
        replace(CLOSING, members=MEMBERS[1:], worklogs={}),
        replace(CLOSING, id="r2", span=july, members=(), worklogs={}),
    )
    just_before, just_after = july.first - timedelta(days=1), july.last + timedelta(days=1)
    found = [
        [record.id for record in stores.periods.concerning("nobody", teams, span)]
        for teams, span in (
            (["team"], DateSpan(july.last, just_after)),
            (["team"], DateSpan(just_before, july.first)),
            (["team"], DateSpan(just_after, just_after)),
            ([], july),
            (["other"], july),
        )
    ]
    assert found == [["r2"], ["r1", "r2"], [], [], []]
    assert [r.id for r in stores.periods.concerning("ben", [], DateSpan(just_after, just_after))] == ["r1"]
    stores.periods.reopen("r1", "eva", NOW)
    assert stores.periods.concerning("ben", [], CLOSING.span) == ()
    assert others.periods.concerning("ana", ["team"], july) == ()


def test_which_of_some_worklogs_some_closings_hold(stores: Stores, others: Stores) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    stores.periods.add_record(replace(CLOSING, id="r2", span=JULY, worklogs={77: "c" * 32}))
    make_team(stores, "other")
    stores.periods.add_record(replace(CLOSING, id="r3", team_id="other", worklogs={77: "d" * 32}))
    holders, none = stores.periods.holders, frozenset[tuple[int, str]]()
    assert holders(["r1", "r2", "r3"], [10000001, 77, 5]) == {(10000001, "r1"), (77, "r2"), (77, "r3")}
    assert holders(["r1"], [10000001, 77]) == {(10000001, "r1")}
    assert holders(["r2"], [10000001]) == holders([], [77]) == none
    assert holders(["r1"], []) == others.periods.holders(["r1"], [10000001]) == none


def test_a_team_takes_its_closings_along(stores: Stores) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    stores.periods.add_late_changes([LateChange("team", "r1", 10000001, "removed", NOW)])
    stores.teams.delete("team")
    assert stores.periods.spans() == ()
    assert stores.periods.late_changes("team") == ()


def test_a_worklog_is_found_in_the_closings_that_hold_it(stores: Stores, others: Stores) -> None:
    make_team(stores)
    stores.periods.add_record(CLOSING)
    stores.periods.add_record(replace(CLOSING, id="r2", span=JULY, worklogs={10000001: "c" * 32}))
    found = stores.periods.holding(10000001)
    assert [(r.id, r.worklogs) for r in found] == [("r1", {10000001: "a" * 32}), ("r2", {10000001: "c" * 32})]
    assert (stores.periods.holding(5), others.periods.holding(10000001)) == ((), ())
    stores.periods.reopen("r2", "ana", NOW)
    assert [record.id for record in stores.periods.holding(10000001)] == ["r1"]
