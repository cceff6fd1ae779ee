"""The installations: cached for seconds, never longer than they are true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import bindparam, func, select

from tests.adapters.site_data import in_site, make_team, stores_of
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.crypto.secret_box import SecretBox, SecretBoxError
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.models import SiteRow
from timesheet.adapters.db.setting import DbSettingsStore
from timesheet.adapters.db.site import DbSiteStore, SiteCache
from timesheet.adapters.db.stores import open_audit
from timesheet.adapters.db.worklog_journal import DbJournal
from timesheet.domain.audit import Origin
from timesheet.domain.audit_action import Action
from timesheet.domain.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.label import UserLabel
from timesheet.domain.leave import Leave
from timesheet.domain.legend import Legend
from timesheet.domain.period import ClosingRecord, LateChange, MemberRecord
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.site import Site
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Member
from timesheet.domain.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.services.audit import Trail, record
from timesheet.services.door_ports import Installation
from timesheet.services.ports import PersonSettings, SiteSettings
from timesheet.services.team_ports import FIRST_RULE, Stores, TeamGroup
from timesheet.services.worklog_journal import Intent

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
KEYS = ("early", "late", "alive")
ACME = Installation(
    "acme", "https://acme.atlassian.net", "https://jira.acme.example", "secret of acme", "client"
)


@pytest.fixture
def store(database: Database) -> DbSiteStore:
    return DbSiteStore(database, SecretBox([OLD]), SiteCache())


def test_what_was_installed_is_found(store: DbSiteStore, database: Database) -> None:
    assert store.find("acme") is None
    store.install(ACME, NOW)
    database.commit()
    assert store.find("acme") == Site(
        "acme",
        "https://acme.atlassian.net",
        "https://jira.acme.example",
        "installed",
        "secret of acme",
        1,
        "client",
    )


def test_a_change_is_seen_at_once_after_its_commit(store: DbSiteStore, database: Database) -> None:
    store.install(ACME, NOW)
    database.commit()
    assert store.find("acme") is not None
    store.uninstall("acme", NOW, NOW + timedelta(days=30))
    database.commit()
    found = store.find("acme")
    assert found is not None
    assert (found.secret, found.status, found.secret_version) == (None, "uninstalled", 2)


def test_a_change_that_is_undone_leaves_no_trace(store: DbSiteStore, database: Database) -> None:
    store.install(ACME, NOW)
    database.commit()
    store.uninstall("acme", NOW, NOW)
    database.roll_back()
    found = store.find("acme")
    assert found is not None
    assert found.secret == "secret of acme"


def test_an_answer_read_before_a_change_is_not_kept_after_it() -> None:
    cache = SiteCache()
    old, new = (Site("acme", "", "", "installed", secret, 1) for secret in ("old", "new"))

    def read_slowly(key: str) -> Site:
        cache.forget({key})
        return old

    assert cache.get_or_read("acme", read_slowly) is old
    assert cache.get_or_read("acme", lambda _: new) is new
    assert cache.get_or_read("acme", lambda _: old) is new


def test_unknown_sites_are_not_cached() -> None:
    cache = SiteCache()
    assert cache.get_or_read("acme", lambda _: None) is None
    site = Site("acme", "", "", "installed", "s", 1)
    assert cache.get_or_read("acme", lambda _: site) is site


def test_switching_an_unknown_or_uninstalled_site_does_nothing(
    store: DbSiteStore, database: Database
) -> None:
    store.set_status("acme", "disabled")
    store.uninstall("acme", NOW, NOW)
    store.install(ACME, NOW)
    store.uninstall("acme", NOW, NOW)
    store.set_status("acme", "installed")
    database.commit()
    found = store.find("acme")
    assert found is not None
    assert found.status == "uninstalled"


def test_rotation_makes_the_old_key_needless(store: DbSiteStore, database: Database) -> None:
    store.install(ACME, NOW)
    store.install(Installation("gone", "https://b.atlassian.net", "https://b.atlassian.net", "x" * 40), NOW)
    store.uninstall("gone", NOW, NOW)
    database.commit()
    assert DbSiteStore(database, SecretBox([NEW, OLD]), SiteCache()).rotate_secrets() == 1
    database.commit()
    found = DbSiteStore(database, SecretBox([NEW]), SiteCache()).find("acme")
    assert found is not None
    assert found.secret == "secret of acme"
    with pytest.raises(SecretBoxError, match="ENCRYPTION_KEYS"):
        DbSiteStore(database, SecretBox([OLD]), SiteCache()).find("acme")
    with pytest.raises(SecretBoxError, match="ENCRYPTION_KEYS"):
        DbSiteStore(database, SecretBox([OLD]), SiteCache()).rotate_secrets()


def test_only_what_is_due_is_erased(store: DbSiteStore, database: Database) -> None:
    for key in KEYS:
        store.install(Installation(key, "https://a.atlassian.net", "https://a.atlassian.net", "x" * 40), NOW)
    store.uninstall("early", NOW, NOW + timedelta(days=1))
    store.uninstall("late", NOW, NOW + timedelta(days=2))
    assert store.erase_expired(NOW + timedelta(days=1)) == ["early"]
    database.commit()
    there = select(func.count()).select_from(SiteRow)
    left = {
        key: in_site(database, key).session.scalar(there.where(SiteRow.client_key == key)) for key in KEYS
    }
    assert left == {"early": 0, "late": 1, "alive": 1}


def test_an_erased_site_leaves_no_row_in_any_table(store: DbSiteStore, database: Database) -> None:
    for key in ("early", "alive"):
        fill(stores_of(database, key))
        settings = DbSettingsStore(in_site(database, key), key)
        settings.save_site(SiteSettings("Europe/Berlin"))
        settings.save_person("ana", PersonSettings())
        fill_audit(database, key)
    store.uninstall("early", NOW, NOW)
    database.commit()
    tables = [table for table in Base.metadata.sorted_tables if table.name != "site"]
    counts: dict[str, list[int | None]] = {table.name: [] for table in tables}

    def count() -> None:
        for table in tables:
            found = select(func.count()).select_from(table).where(table.c.client_key == bindparam("site"))
            for site in ("early", "alive"):
                counts[table.name].append(in_site(database, site).session.scalar(found, {"site": site}))

    count()
    assert store.erase_expired(NOW) == ["early"]
    database.commit()
    count()
    for name, (early, alive, erased, kept) in counts.items():
        assert early == alive == kept, name
        assert early, f"nothing to erase in {name}"
        assert erased == 0, name


def fill_audit(database: Database, key: str) -> None:
    """The same for what is recorded."""
    signer, here = AuditKey("key"), in_site(database, key)
    database.commit()
    audit = open_audit(here, key, signer)
    trail = Trail(audit, lambda: NOW, "ana", Origin.PAGE)
    record(trail, Action.TEAM_CREATED, people=["ben"])
    audit.add_checkpoint(signer.sign(key, audit.head(), NOW))
    audit.trim(1)
    record(trail, Action.AUDIT_TRIMMED, "1", people=["ben"])
    database.commit()
    DbJournal(here, key, trail).begin(Intent(Action.WORKLOG_CREATED, "ana", 1, NOW))


def fill(stores: Stores) -> None:
    """At least one row in every table."""
    day, now = date(2024, 6, 14), datetime(2024, 7, 1, tzinfo=UTC)
    team = make_team(stores)
    stores.schemes.save(WorkloadScheme("own", "Own", (3600,) * 7, team.id))
    stores.teams.save(replace(team, default_scheme_id="own"))
    stores.legends.save(Legend("l", "Training", "lime", "T"))
    stores.calendars.save(GlobalCalendar("c", "Berlin", (NonWorkingDay(day, "Course", "l"),)))
    stores.leaves.replace("ana", DateSpan(day, day), [Leave("ana", day, "l")])
    roles, schemes = frozenset({"team-lead"}), (DatedScheme(None, "own"),)
    stores.teams.save_member(Member(team.id, "ana", roles, calendar_id="c", schemes=schemes))
    stores.teams.save_group(TeamGroup(team.id, "g", roles))
    stores.periods.save_rule(FIRST_RULE, 0)
    record = MemberRecord("ana", 0, 0, {})
    stores.periods.add_record(
        ClosingRecord("r", team.id, DateSpan(day, day), "ana", now, (record,), {1: "a" * 32})
    )
    stores.periods.add_late_changes([LateChange(team.id, "r", 1, "removed", now)])
    stores.labels.save(UserLabel("u", "backend", "teal", frozenset({"ana"})))
    some = Grant(Whom.SOME, frozenset({"g"}), frozenset({"ana"}))
    stores.permissions.save(SitePermissions({Module.AUDIT: some}))


def test_what_runs_at_night_runs_for_the_installed_ones(store: DbSiteStore, database: Database) -> None:
    for key in ("gone", "off", "beta", "alpha"):
        store.install(Installation(key, "https://a.atlassian.net", "https://a.atlassian.net", key * 9), NOW)
    store.uninstall("gone", NOW, NOW)
    store.set_status("off", "disabled")
    database.commit()
    assert [(site.key, site.secret) for site in store.installed()] == [
        ("alpha", "alpha" * 9),
        ("beta", "beta" * 9),
    ]


def test_a_naive_instant_is_refused(store: DbSiteStore) -> None:
    with pytest.raises(Exception, match="naive datetime"):
        store.install(ACME, NOW.replace(tzinfo=None))
