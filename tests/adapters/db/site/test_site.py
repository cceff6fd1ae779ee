"""The installations: kept in memory, and never believed longer than they are true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import bindparam, func, select, text

from tests.adapters.support.recorded_statements import record_statements
from tests.adapters.support.site_data import call_at, fill, fill_audit, in_site, stores_of
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.audit.guard import REGISTER
from timesheet.adapters.db.audit.register import DbSiteRegister
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.job.job import DbJobStore
from timesheet.adapters.db.period.worklog_event import DbWorklogEventStore
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.adapters.db.site.installation import DbAppTokens
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.adapters.db.site.site import AGAIN_SECONDS, MOST_AGAIN, DbSiteStore, SiteCache
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.adapters.db.timer.timer import DbTimerStore
from timesheet.domain.job import Job
from timesheet.domain.site import Site
from timesheet.domain.timer import start_timer
from timesheet.domain.worklog.template import Template, TemplateHours
from timesheet.services.audit.site_proof import check_register
from timesheet.services.ports.authentication import Installation, Received
from timesheet.services.ports.change_feed import FeedPosition
from timesheet.services.ports.privacy import ReportState
from timesheet.services.ports.settings import PersonSettings, SiteSettings
from timesheet.services.ports.worklog_event import ReceivedEvent

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TEMPLATE = Template("t", "Monday", False, (TemplateHours(12, 0, 3600),))
OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
KEYS = ("early", "late", "alive")
ACME = Installation(
    "acme", "https://acme.atlassian.net", "https://jira.acme.example", "secret of acme", "client"
)


@pytest.fixture
def store(database: Database) -> DbSiteStore:
    return DbSiteStore(database, SecretBox([OLD]), SiteCache())


def test_what_was_installed_is_found(store: DbSiteStore, database: Database) -> None:
    assert store.find("acme") is None
    store.install(ACME, call_at(NOW))
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
    store.install(ACME, call_at(NOW))
    database.commit()
    assert store.find("acme") is not None
    store.uninstall("acme", call_at(NOW), NOW + timedelta(days=30))
    database.commit()
    found = store.find("acme")
    assert found is not None
    assert (found.secret, found.status, found.secret_version) == (None, "uninstalled", 2)


def test_an_uninstall_ends_no_later_install_but_takes_the_secret_of_a_site_that_moved(
    store: DbSiteStore, database: Database
) -> None:
    store.install(ACME, call_at(NOW))
    assert not store.uninstall("acme", call_at(NOW - timedelta(seconds=1)), NOW)
    assert store.find("acme").secret == "secret of acme"  # type: ignore[union-attr]
    store.writable("acme").held_by = "an installation of Forge"  # type: ignore[union-attr]
    assert not store.uninstall("acme", call_at(NOW - timedelta(seconds=1)), NOW)
    database.commit()
    found = store.find("acme")
    assert found is not None
    assert (found.secret, found.status) == (None, "installed")


def test_an_install_sent_before_the_uninstall_gives_a_site_that_moved_no_secret(
    store: DbSiteStore, database: Database
) -> None:
    store.install(ACME, call_at(NOW))
    store.writable("acme").held_by = "an installation of Forge"  # type: ignore[union-attr]
    store.uninstall("acme", call_at(NOW + timedelta(seconds=9)), NOW)
    assert store.install(ACME, call_at(NOW + timedelta(seconds=8))) is Received.OUTDATED
    assert store.install(ACME, call_at(NOW + timedelta(seconds=9))) is Received.UPGRADED
    database.commit()
    assert store.find("acme").secret == "secret of acme"  # type: ignore[union-attr]


def test_a_token_counts_once_and_is_no_new_call_when_it_is_repeated(
    store: DbSiteStore, database: Database
) -> None:
    install, other = call_at(NOW, "one"), replace(ACME, secret="of somebody else")
    assert store.install(ACME, install) is Received.ADDED
    assert store.install(other, replace(install, body="another")) is Received.REPLAYED
    assert store.install(ACME, install) is Received.REPEATED
    database.commit()
    found = store.find("acme")
    assert found is not None
    assert (found.secret, found.secret_version) == ("secret of acme", 1)
    uninstall = call_at(NOW, "two")
    assert store.uninstall("acme", uninstall, NOW)
    assert store.install(ACME, call_at(NOW, "three")) is Received.ADDED
    for repeated in (uninstall, replace(uninstall, body="another")):
        assert not store.uninstall("acme", repeated, NOW)
    assert store.install(other, replace(install, body="another")) is Received.REPLAYED
    database.commit()
    assert store.find("acme").secret == "secret of acme"  # type: ignore[union-attr]


def test_a_token_is_remembered_for_as_long_as_it_is_valid(store: DbSiteStore) -> None:
    """An installation by Forge forgets when the uninstall was sent, so that an earlier install is not outdated."""
    install = call_at(NOW, "one")
    store.install(ACME, install)
    for minutes in (29, 59, 89):
        store.uninstall("acme", call_at(NOW + timedelta(minutes=minutes)), NOW)
        store.writable("acme").uninstalled_at = None  # type: ignore[union-attr]
        if minutes < 60:
            assert store.install(ACME, install) is Received.REPEATED
    assert len(store.writable("acme").received_calls.split()) == 2  # type: ignore[union-attr]


def test_a_change_that_is_undone_leaves_no_trace(store: DbSiteStore, database: Database) -> None:
    store.install(ACME, call_at(NOW))
    database.commit()
    store.uninstall("acme", call_at(NOW), NOW)
    database.roll_back()
    found = store.find("acme")
    assert found is not None
    assert found.secret == "secret of acme"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL has one form for an instant.
def test_an_instant_that_an_operator_wrote_with_a_function_of_sqlite_is_read(
    store: DbSiteStore, database: Database
) -> None:
    store.install(ACME, call_at(NOW))
    database.session.execute(text("UPDATE site SET installed_at = datetime('2026-11-24 09:00', '-31 days')"))
    row = store.writable("acme")
    assert row is not None
    database.session.refresh(row)
    assert row.installed_at == NOW - timedelta(days=31)


def elsewhere(database: Database) -> DbSiteStore:
    """Return the store of another process."""
    return DbSiteStore(database, SecretBox([OLD]), SiteCache())


def known(store: DbSiteStore, database: Database) -> Site:
    store.install(ACME, call_at(NOW))
    database.commit()
    found = store.recall("acme")
    assert found is not None
    return found


def test_what_another_process_changes_is_found_by_the_next_request(
    store: DbSiteStore, database: Database
) -> None:
    site = known(store, database)
    assert store.confirm(site, None) is site
    assert store.confirm(site, "ann") is site
    elsewhere(database).install(replace(ACME, secret="the new one"), call_at(NOW))
    database.commit()
    assert store.recall("acme") is site
    newer = store.confirm(site, "ann")
    assert newer is not None
    assert (newer.secret, newer.secret_version) == ("the new one", 2)
    assert store.recall("acme") is newer
    elsewhere(database).uninstall("acme", call_at(NOW), NOW)
    database.commit()
    gone = store.confirm(newer, None)
    assert gone is not None
    assert (gone.secret, gone.status) == (None, "uninstalled")


def test_every_column_of_a_site_counts(store: DbSiteStore, database: Database) -> None:
    site = known(store, database)
    elsewhere(database).note_cloud_id("acme", "cloud")
    database.commit()
    assert store.confirm(site, "ann") == replace(site, cloud_id="cloud")


def test_an_erased_site_is_forgotten(store: DbSiteStore, database: Database) -> None:
    site = known(store, database)
    elsewhere(database).uninstall("acme", call_at(NOW), NOW)
    assert elsewhere(database).erase_due("acme", NOW, lambda _: None)
    database.commit()
    assert store.confirm(site, "ann") is None
    assert store.recall("acme") is None


def test_the_settings_of_a_person_come_with_the_site_once(store: DbSiteStore, database: Database) -> None:
    site = known(store, database)
    settings = DbSettingsStore(in_site(database, "acme"), "acme")
    settings.save_site(SiteSettings("Europe/Berlin"))
    settings.save_person("ann", PersonSettings(view="month"))
    database.commit()
    with record_statements() as statements:
        store.confirm(site, "ann")
        assert settings.read_both("ann")[1].view == "month"
        assert statements == ["SELECT"]
        assert settings.read_both("ann")[0].fallback_zone == "Europe/Berlin"
        assert statements == ["SELECT", "SELECT"]
        store.confirm(site, "ann")
        assert settings.read_both("bob")[1] == PersonSettings()


def test_an_unknown_site_is_looked_for_each_time(store: DbSiteStore, database: Database) -> None:
    assert store.recall("acme") is None
    known(store, database)


def test_another_process_new_secret_is_found_for_a_refused_token(
    store: DbSiteStore, database: Database
) -> None:
    first = known(store, database)
    assert store.find_newer(first) is None
    elsewhere(database).install(replace(ACME, secret="the new one"), call_at(NOW))
    database.commit()
    newer = store.find_newer(first)
    assert newer is not None
    assert (newer.secret, newer.secret_version) == ("the new one", 2)
    assert store.recall("acme") is newer
    assert store.find_newer(newer) is None


def test_a_site_is_read_again_so_many_times_a_second_only(database: Database) -> None:
    now = [0.0]
    store = DbSiteStore(database, SecretBox([OLD]), SiteCache(timer=lambda: now[0]))
    site = known(store, database)
    with record_statements() as statements:
        for _ in range(MOST_AGAIN + 5):
            assert store.find_newer(site) is None
        assert len(statements) == MOST_AGAIN
        elsewhere(database).install(replace(ACME, secret="the new one"), call_at(NOW))
        database.commit()
        assert store.find_newer(site) is None
        # What another request has read is known to those that may not read.
        newer = store.find("acme")
        assert store.find_newer(site) is newer
        statements.clear()
        now[0] = AGAIN_SECONDS
        assert store.find_newer(site) is newer
        assert len(statements) == 1


def test_switching_an_unknown_or_uninstalled_site_does_nothing(
    store: DbSiteStore, database: Database
) -> None:
    store.set_status("acme", "disabled")
    store.uninstall("acme", call_at(NOW), NOW)
    store.install(ACME, call_at(NOW))
    store.uninstall("acme", call_at(NOW), NOW)
    store.set_status("acme", "installed")
    database.commit()
    found = store.find("acme")
    assert found is not None
    assert found.status == "uninstalled"


def test_rotation_makes_the_old_key_needless(store: DbSiteStore, database: Database) -> None:
    store.install(ACME, call_at(NOW))
    store.install(
        Installation("gone", "https://b.atlassian.net", "https://b.atlassian.net", "x" * 40), call_at(NOW)
    )
    store.uninstall("gone", call_at(NOW), NOW)
    database.commit()
    rotated: list[str] = []
    assert DbSiteStore(database, SecretBox([NEW, OLD]), SiteCache()).rotate_secrets(rotated.append) == {
        "acme": True
    }
    assert rotated == ["acme"]
    database.commit()
    found = DbSiteStore(database, SecretBox([NEW]), SiteCache()).find("acme")
    assert found is not None
    assert found.secret == "secret of acme"
    found = DbSiteStore(database, SecretBox([OLD]), SiteCache()).find("acme")
    assert found is not None
    assert found.secret is None


def test_a_secret_that_no_key_decrypts_stays_and_does_not_keep_others_from_being_encrypted(
    store: DbSiteStore, database: Database
) -> None:
    store.install(ACME, call_at(NOW))
    other = DbSiteStore(database, SecretBox([OTHER]), SiteCache())
    other.install(
        Installation("coma", "https://b.atlassian.net", "https://b.atlassian.net", "x" * 40), call_at(NOW)
    )
    database.commit()
    rotated: list[str] = []
    found = DbSiteStore(database, SecretBox([NEW, OLD]), SiteCache()).rotate_secrets(rotated.append)
    assert (found, rotated) == ({"acme": True, "coma": False}, ["acme"])
    database.commit()
    for key, site, secret in ((NEW, "acme", "secret of acme"), (OTHER, "coma", "x" * 40)):
        kept = DbSiteStore(database, SecretBox([key]), SiteCache()).find(site)
        assert kept is not None
        assert kept.secret == secret


def test_only_what_is_due_is_erased(store: DbSiteStore, database: Database) -> None:
    for key in KEYS:
        store.install(
            Installation(key, "https://a.atlassian.net", "https://a.atlassian.net", "x" * 40), call_at(NOW)
        )
    store.uninstall("early", call_at(NOW), NOW + timedelta(days=1))
    store.uninstall("late", call_at(NOW), NOW + timedelta(days=2))
    noted: list[str] = []
    assert store.erase_expired(NOW + timedelta(days=1), noted.append) == noted == ["early"]
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
        settings.change_rows("ana", lambda rows: rows.with_pinned(12))
        settings.change_templates("ana", lambda templates: templates.with_saved(TEMPLATE))
        database.commit()
        DbTimerStore(in_site(database, key), key).add(start_timer("ana", 1, NOW))
        fill_audit(database, key)
        DbPrivacyStore(in_site(database, key), key).save_report(ReportState())
        DbAppTokens(in_site(database, key)).write(key, "sealed", 1_795_000_000)
        events = DbWorklogEventStore(in_site(database, key), key)
        events.put(ReceivedEvent(1, 1, 1, "ana", "ana", NOW), NOW)
        events.save_position(FeedPosition(1, 1))
        DbJobStore(in_site(database, key), key).ask_for(Job.EVENTS, "1", NOW)
    store.uninstall("early", call_at(NOW), NOW)
    database.commit()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in ("site", *REGISTER)]
    counts: dict[str, list[int | None]] = {table.name: [] for table in tables}

    def count() -> None:
        for table in tables:
            found = select(func.count()).select_from(table).where(table.c.client_key == bindparam("site"))
            for site in ("early", "alive"):
                counts[table.name].append(in_site(database, site).session.scalar(found, {"site": site}))

    count()
    register = DbSiteRegister(database, AuditKey("key"))
    assert store.erase_expired(NOW, lambda site: register.note_erased(site, NOW)) == ["early"]
    database.commit()
    count()
    kinds = [(entry.site, entry.kind, entry.seq) for entry, _ in register.entries()]
    assert kinds == [("early", "signed", 0), ("alive", "signed", 0), ("early", "erased", 2)]
    assert not check_register(register, AuditKey("key")).problem
    assert (register.sites(), register.remains()) == (frozenset({"alive"}), frozenset({"alive"}))
    for name, (early, alive, erased, kept) in counts.items():
        assert early == alive == kept, name
        assert early, f"nothing to erase in {name}"
        assert erased == 0, name


def test_what_runs_at_night_runs_for_the_installed_ones(store: DbSiteStore, database: Database) -> None:
    for key in ("gone", "off", "beta", "alpha"):
        store.install(
            Installation(key, "https://a.atlassian.net", "https://a.atlassian.net", key * 9), call_at(NOW)
        )
    store.uninstall("gone", call_at(NOW), NOW)
    store.set_status("off", "disabled")
    database.commit()
    assert [(site.key, site.secret) for site in store.installed()] == [
        ("alpha", "alpha" * 9),
        ("beta", "beta" * 9),
    ]


def test_a_naive_instant_is_refused(store: DbSiteStore) -> None:
    with pytest.raises(Exception, match="naive datetime"):
        store.install(ACME, call_at(NOW.replace(tzinfo=None)))
