"""Removing a person from every table: sums and history stay under a pseudonym."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, unquote_plus, urlencode

import pytest
from sqlalchemy import String, select

from tests.adapters.support.site_data import at_once, fill, fill_audit, in_site, make_team, stores_of
from tests.services.support.team_scene import ANN, LEAD, TeamScene
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.period.worklog_event import DbWorklogEventStore
from timesheet.adapters.db.privacy.privacy import PLACES, DbPrivacyStore
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.adapters.db.timer.timer import DbTimerStore
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditDraft, Origin
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Scope
from timesheet.domain.timer import start_timer
from timesheet.domain.worklog.template import Template, TemplateHours
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.privacy import PrivacyStore, ReportState
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.worklog_event import ReceivedEvent
from timesheet.services.privacy.command import ErasePerson
from timesheet.services.privacy.privacy import SiteData, erase_person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FORMER = "former-0123456789abcdef"
NOT_PEOPLE = {
    "member.group_id",
    "team_group.group_id",
    "team_group_role.group_id",
    "audit_checkpoint.signature",
    "audit_head.signature",
    "audit_trim_proof.signature",
    "audit_register_head.signature",
}
POSITION, DETAILS = "account_report.reported_through", "worklog_intent.details"
FILTERS = {"team.jql", "report_view.query"}
NAMED = "712020:0b3c3ef1-7b5d-4c3d-9d0a-0c9b1f0f2a77"


@pytest.fixture
def filled(stores: Stores, database: Database) -> Stores:
    """Return the stores of a site in which ana is in every column that names people."""
    fill(stores)
    fill_audit(database, "acme")
    settings = DbSettingsStore(in_site(database, "acme"), "acme")
    settings.save_person("ana", PersonSettings())
    settings.change_rows("ana", lambda rows: rows.with_pinned(12))
    hours = (TemplateHours(12, 0, 3600),)
    settings.change_templates("ana", lambda all_: all_.with_saved(Template("t", "Monday", False, hours)))
    DbPrivacyStore(in_site(database, "acme"), "acme").save_report(ReportState(NOW, "ana"))
    database.commit()
    DbTimerStore(in_site(database, "acme"), "acme").add(start_timer("ana", 5, NOW))
    event = ReceivedEvent(1, 5, 1, "ana", "ana", NOW)
    DbWorklogEventStore(in_site(database, "acme"), "acme").put(event, NOW)
    filter_by(stores, "assignee in (ana, anabel)")
    stores.periods.reopen("r", "ana", NOW)
    stores.periods.add_late_changes(
        [LateChange("team", "r", 2, "changed", NOW, "ana", "ana", accepted_by="ana")]
    )
    database.commit()
    return stores


@pytest.fixture
def privacy(database: Database) -> PrivacyStore:
    return DbPrivacyStore(in_site(database, "acme"), "acme")


def filter_by(stores: Stores, jql: str) -> None:
    """Save a filter as that of the team, and as that of a view of the team."""
    stores.teams.save(replace(stores.teams.get("team"), scope=Scope((), jql)))
    view = stores.views.get("v")
    stores.views.save(replace(view, query=urlencode({"rows": "issue", "jql": jql, "late": "1"})))


def holding(database: Database, text: str) -> set[str]:
    """Return the columns of the site acme that contain a text, alone or inside something else."""
    return {
        f"{table}.{column}"
        for table, row in rows(database, "acme")
        for column, value in row.items()
        if re.search(rf"\b{text}\b", unquote_plus(str(value)))
    }


def rows(database: Database, site: str) -> list[tuple[str, dict[str, object]]]:
    """Return everything stored of a site, by table."""
    session = in_site(database, site).session
    return [
        (table.name, dict(row))
        for table in Base.metadata.sorted_tables
        if "client_key" in table.columns
        for row in session.execute(select(table).where(table.c.client_key == site)).mappings()
    ]


def test_every_column_that_can_hold_an_account_is_known() -> None:
    known = {f"{place.table.name}.{place.column}" for place in PLACES}
    could = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and column.type.length == 128
    }
    assert could - NOT_PEOPLE == known | {POSITION}


def test_somebody_leaves_no_trace_in_any_table(
    filled: Stores, database: Database, privacy: PrivacyStore
) -> None:
    known = {f"{place.table.name}.{place.column}" for place in PLACES}
    assert holding(database, "ana") == known | {POSITION, DETAILS} | FILTERS, "the test fills every place"
    sums = [[member.capacity for member in record.members] for record in filled.periods.records("team")]
    audit = DbAuditStore(in_site(database, "acme"), "acme", AuditKey("key"))
    audit.append(AuditDraft(Action.PERSON_ERASED, NOW, "", Origin.COMMAND, "", "ana"))
    pseudonym = audit.forget("ana")
    privacy.replace("ana", pseudonym, NOW.date())
    database.commit()
    assert holding(database, "ana") == set()
    gone = {
        "person_setting.account_id",
        "kept_row.account_id",
        "template.account_id",
        "report_view.owner",
        "timer.account_id",
        "permission_grant_subject.subject",
        "audit_person.account_id",
    }
    assert holding(database, pseudonym) == known - gone | {DETAILS} | FILTERS
    assert filled.teams.get("team").scope.jql == f"assignee in ({pseudonym}, anabel)"
    assert dict(parse_qsl(filled.views.get("v").query)) == {
        "rows": "issue",
        "jql": f"assignee in ({pseudonym}, anabel)",
        "late": "1",
    }
    assert audit.verify().intact
    assert [[m.capacity for m in record.members] for record in filled.periods.records("team")] == sums
    assert privacy.report() == ReportState(NOW, "")


def test_what_hangs_on_a_member_moves_along(
    filled: Stores, database: Database, privacy: PrivacyStore
) -> None:
    before = filled.teams.member("team", "ana")
    privacy.replace("ana", FORMER, NOW.date())
    database.commit()
    after = filled.teams.member("team", FORMER)
    assert after == replace(before, account_id=FORMER, version=before.version + 1, left=NOW.date())
    assert after.role_ids
    assert after.schemes
    assert filled.teams.get("team").lead == FORMER
    day = date(2024, 6, 14)
    assert [leave.account_id for leave in filled.leaves.of([FORMER], DateSpan(day, day))] == [FORMER]


@pytest.mark.parametrize(
    ("joined", "left", "ends"),
    [(None, None, 0), (-9, 5, 0), (-9, 0, 0), (-9, -2, -2), (3, None, 3), (3, 5, 3)],
)
def test_a_membership_ends_with_the_erasure(
    filled: Stores,
    database: Database,
    privacy: PrivacyStore,
    joined: int | None,
    left: int | None,
    ends: int,
) -> None:
    day = NOW.date()
    joined_on, left_on = (None if days is None else day + timedelta(days) for days in (joined, left))
    member = filled.teams.member("team", "ana")
    filled.teams.save_member(replace(member, joined=joined_on, left=left_on))
    privacy.replace("ana", FORMER, day)
    database.commit()
    after = filled.teams.member("team", FORMER)
    assert (after.joined, after.left) == (joined_on, day + timedelta(ends))


def test_others_and_other_sites_stay_as_they_are(
    filled: Stores, others: Stores, database: Database, privacy: PrivacyStore
) -> None:
    make_team(others)
    others.teams.save_member(Member("team", "ana", frozenset({"team-member"})))
    filled.teams.save_member(Member("team", "anabel", frozenset({"team-member"})))
    database.commit()
    before = rows(database, "other")
    privacy.replace("ana", FORMER, NOW.date())
    database.commit()
    assert rows(database, "other") == before
    assert filled.teams.member("team", "anabel").role_ids == {"team-member"}


def test_no_open_form_brings_somebody_back(filled: Stores, database: Database, privacy: PrivacyStore) -> None:
    teams, labels, permissions = filled.teams, filled.labels, filled.permissions
    stale_team, stale_member = teams.get("team"), teams.member("team", "ana")
    stale_view = filled.views.get("v")
    [stale_label], stale_permissions = labels.all(), permissions.read()
    privacy.replace("ana", FORMER, NOW.date())
    database.commit()
    for save in (
        lambda: teams.save(stale_team),
        lambda: teams.save_member(stale_member),
        lambda: labels.save(stale_label),
        lambda: filled.views.save(stale_view),
        lambda: permissions.save(stale_permissions),
    ):
        with pytest.raises(Conflict):
            save()
        database.roll_back()


def test_whoever_is_not_concerned_keeps_their_version(
    filled: Stores, database: Database, privacy: PrivacyStore
) -> None:
    filled.labels.save(UserLabel("v", "frontend", "lime", frozenset({"bo"})))
    versions = {label.id: label.version for label in filled.labels.all()}
    privacy.replace("ana", FORMER, NOW.date())
    database.commit()
    assert {label.id: label.version for label in filled.labels.all()} == versions | {"u": versions["u"] + 1}


def test_a_grant_loses_the_person_and_keeps_the_others_or_is_for_nobody(
    stores: Stores, database: Database, privacy: PrivacyStore
) -> None:
    some = Grant(Whom.SOME, frozenset({"g"}), frozenset({"ana", "bo"}))
    alone = Grant(Whom.SOME, people=frozenset({"ana"}))
    stores.permissions.save(SitePermissions({Module.AUDIT: some}, {SitePermission.AUDITORS: alone}))
    privacy.replace("ana", FORMER, NOW.date())
    database.commit()
    left = stores.permissions.read()
    assert left.module(Module.AUDIT) == replace(some, people=frozenset({"bo"}))
    assert left.permission(SitePermission.AUDITORS) == Grant()


def test_doing_it_twice_changes_nothing(filled: Stores, database: Database, privacy: PrivacyStore) -> None:
    privacy.replace("ana", FORMER, NOW.date())
    database.commit()
    before = rows(database, "acme")
    privacy.replace("ana", "former-another", NOW.date())
    database.commit()
    assert rows(database, "acme") == before


def test_a_repeated_request_erases_once_and_records_one_event(
    stores: Stores, database: Database, privacy: PrivacyStore
) -> None:
    scene = TeamScene(stores)
    stores.labels.save(UserLabel("u", "night", "teal", frozenset({ANN})))
    database.commit()
    audit = DbAuditStore(in_site(database, "acme"), "acme", AuditKey("key"))
    data = SiteData(privacy, AuditRecorder(audit, lambda: NOW, LEAD, Origin.PAGE), scene.cache, "acme")
    outcomes = at_once(
        database,
        4,
        lambda _: erase_person(data, scene.stores, ErasePerson(ANN, "Ann Example"), "Ann Example"),
    )
    assert [type(outcome) for outcome in outcomes].count(NotFound) == 3, outcomes
    assert len(audit.recorded(Action.PERSON_ERASED)) == 1


def test_everybody_is_listed_once_and_former_users_are_not(
    filled: Stores, database: Database, privacy: PrivacyStore
) -> None:
    filled.leaves.replace("zoe", DateSpan(date(2024, 6, 17), date(2024, 6, 17)), [
        Leave("zoe", date(2024, 6, 17), "l")
    ])  # fmt: skip
    database.commit()
    assert privacy.accounts() == ("ana", "ben", "zoe")
    DbAuditStore(in_site(database, "acme"), "acme", AuditKey("key")).forget("ana")
    privacy.replace("ana", FORMER, NOW.date())
    database.commit()
    assert privacy.accounts() == ("ben", "zoe")
    stores_of(database, "third")
    assert DbPrivacyStore(in_site(database, "third"), "third").accounts() == ()


def test_whom_only_a_filter_names_is_listed_and_erased(
    filled: Stores, database: Database, privacy: PrivacyStore
) -> None:
    filter_by(filled, f"assignee = {NAMED}")
    team, view = filled.teams.get("team"), filled.views.get("v")
    database.commit()
    assert privacy.accounts() == ("712020:0b3c3ef1-7b5d-4c3d-9d0a-0c9b1f0f2a77", "ana", "ben")
    assert [one.id for one in filled.views.concerning(NAMED)] == ["v"]
    privacy.replace(NAMED, FORMER, NOW.date())
    database.commit()
    assert privacy.accounts() == ("ana", "ben")
    assert filled.teams.get("team").scope.jql == f"assignee = {FORMER}"
    assert filled.views.concerning(NAMED) == ()
    for save in (lambda: filled.teams.save(team), lambda: filled.views.save(view)):
        with pytest.raises(Conflict):
            save()
        database.roll_back()


def test_how_far_a_report_is_comes_back(stores: Stores, database: Database, privacy: PrivacyStore) -> None:
    assert privacy.report() == ReportState()
    for state in (ReportState(NOW, "ana", 7), ReportState(None, "", 14, NOW + timedelta(days=14))):
        privacy.save_report(state)
        database.commit()
        assert privacy.report() == state


def test_a_closing_distinguishes_two_former_users(
    filled: Stores, database: Database, privacy: PrivacyStore
) -> None:
    record = filled.periods.record("r")
    two = tuple(MemberRecord(who, seconds, 0, {}) for who, seconds in (("bo", 1), ("cy", 2)))
    filled.periods.add_record(replace(record, id="s", members=two, reopened_at=None, reopened_by=None))
    privacy.replace("bo", "former-b", NOW.date())
    privacy.replace("cy", "former-c", NOW.date())
    database.commit()
    found = {member.account_id: member.capacity for member in filled.periods.record("s").members}
    assert found == {"former-b": 1, "former-c": 2}
