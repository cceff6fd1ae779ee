"""The sites by the installation that holds them: added once, found by it alone, and closed when it leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from tests.adapters.support.site_data import call_at
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.revision import REVISION
from timesheet.adapters.db.site.installation import DbAppTokens, DbInstallations
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.domain.site import INSTALLED, UNINSTALLED, Site
from timesheet.services.ports.authentication import Installation
from timesheet.services.ports.invocation import Admission, Invocation

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
API = "https://api.atlassian.com/ex/jira/"
CALL = Invocation("one", "cloud", f"{API}cloud", int(NOW.timestamp()), 0, "ann", "https://acme.atlassian.net")
ACME = Installation("acme", "https://acme.atlassian.net", "https://acme.atlassian.net", "secret " * 6)


@pytest.fixture
def sites(database: Database) -> DbSiteStore:
    return DbSiteStore(database, SecretBox([Fernet.generate_key().decode()]), SiteCache())


@pytest.fixture
def store(database: Database, sites: DbSiteStore) -> DbInstallations:
    return DbInstallations(database, sites)


def admit(
    database: Database, store: DbInstallations, invocation: Invocation, now: datetime = NOW
) -> Admission:
    with database.within(""):
        admission = store.admit(invocation, now)
        database.commit()
    return admission


def leave(database: Database, store: DbInstallations, key: str, now: datetime = NOW) -> bool:
    with database.within(""):
        left = store.leave(key, now, LATER)
        database.commit()
    return left


def test_an_installation_is_added_and_found(database: Database, store: DbInstallations) -> None:
    assert store.find_installation("one") is None
    assert admit(database, store, CALL) == Admission(changed=True, upgrade=False)
    assert store.find_installation("one") == Site(
        "one", "https://acme.atlassian.net", "https://acme.atlassian.net", INSTALLED, None, 0,
        cloud_id="cloud", opened_by="one", api_url=f"{API}cloud",
    )  # fmt: skip
    assert store.find_installation("two") is None


def test_a_site_without_a_known_address_is_named_by_its_api(
    database: Database, store: DbInstallations
) -> None:
    admit(database, store, replace(CALL, site_url=None))
    site = store.find_installation("one")
    assert site is not None
    assert site.display_url == f"{API}cloud"
    admit(database, store, CALL)
    site = store.find_installation("one")
    assert site is not None
    assert site.display_url == "https://acme.atlassian.net"


def test_each_installation_has_its_own_site(database: Database, store: DbInstallations) -> None:
    admit(database, store, CALL)
    admit(database, store, replace(CALL, installation="two", cloud_id="other", api_url=f"{API}other"))
    found = [store.find_installation(name) for name in ("one", "two", "one")]
    assert [site.cloud_id for site in found if site] == ["cloud", "other", "cloud"]


def test_a_change_is_an_upgrade(database: Database, store: DbInstallations) -> None:
    admit(database, store, CALL)
    moved = replace(CALL, site_url="https://new.atlassian.net")
    assert admit(database, store, moved) == Admission(changed=True, upgrade=True)
    assert admit(database, store, moved) == Admission(changed=False, upgrade=True), "by another request"
    site = store.find_installation("one")
    assert site is not None
    assert site.display_url == "https://new.atlassian.net"


def test_an_installation_that_left_comes_back_only_by_a_later_invocation(
    database: Database, store: DbInstallations
) -> None:
    admit(database, store, CALL)
    assert leave(database, store, "one")
    assert not leave(database, store, "one")
    site = store.find_installation("one")
    assert site is not None
    assert site.status == UNINSTALLED
    on_its_way = replace(CALL, issued=CALL.issued + 600)
    assert admit(database, store, on_its_way) == Admission(changed=False, upgrade=False)
    assert admit(database, store, replace(CALL, issued=CALL.issued + 601)) == Admission(
        changed=True, upgrade=False
    )
    site = store.find_installation("one")
    assert site is not None
    assert site.status == INSTALLED


def test_what_a_process_remembers_of_an_erased_site_is_not_that_of_the_next_one_with_its_id(
    database: Database, store: DbInstallations, sites: DbSiteStore
) -> None:
    def revision() -> int:
        with database.within("one"):
            row = database.first(REVISION, site="one")
        database.commit()
        assert row is not None
        return int(row[0])

    admit(database, store, CALL)
    before = revision()
    assert leave(database, store, "one")
    assert sites.erase_due("one", LATER, lambda _: None)
    database.commit()
    admit(database, store, CALL, LATER)
    assert revision() > before


def test_a_site_with_a_secret_of_its_own_stays_when_an_installation_leaves(
    database: Database, sites: DbSiteStore, store: DbInstallations
) -> None:
    sites.install(ACME, call_at(NOW))
    row = sites.writable("acme")
    assert row is not None
    row.held_by, row.api_url = "one", f"{API}cloud"
    database.commit()
    found = store.find_installation("one")
    assert found is not None
    assert found.key == "acme"
    with database.within(""):
        assert not store.leave("acme", NOW, LATER)
        database.commit()
    assert store.find_installation("one") is None
    kept = sites.find("acme")
    assert kept is not None
    assert (kept.status, kept.opened_by) == (INSTALLED, None)


def test_a_site_that_an_installation_holds_stays_when_its_secret_goes(
    database: Database, sites: DbSiteStore, store: DbInstallations
) -> None:
    sites.install(replace(ACME, cloud_id="cloud"), call_at(NOW))
    row = sites.writable("acme")
    assert row is not None
    row.held_by, row.api_url = "one", f"{API}cloud"
    database.commit()
    assert not sites.uninstall("acme", call_at(NOW), LATER)
    database.commit()
    site = store.find_installation("one")
    assert site is not None
    assert (site.status, site.secret, site.cloud_id) == (INSTALLED, None, "cloud")


def test_leaving_what_nobody_holds_changes_nothing(
    database: Database, sites: DbSiteStore, store: DbInstallations
) -> None:
    assert not leave(database, store, "nobody")
    sites.install(ACME, call_at(NOW))
    assert not store.leave("acme", NOW, LATER)
    database.commit()


def test_the_apps_token_is_replaced_and_deleted(database: Database, store: DbInstallations) -> None:
    admit(database, store, CALL)
    admit(database, store, replace(CALL, installation="two", cloud_id="other"))
    tokens = DbAppTokens(database)
    assert tokens.read("one") is None
    for sealed, expires in (("first", 1_795_000_000), ("second", 1_796_000_000)):
        tokens.write("one", sealed, expires)
        database.commit()
        assert tokens.read("one") == (sealed, expires)
    assert tokens.read("two") is None
    tokens.delete("one")
    database.commit()
    assert tokens.read("one") is None


def test_a_thread_that_works_for_a_request_reads_the_token_apart_from_what_the_request_writes(
    database: Database, store: DbInstallations
) -> None:
    admit(database, store, CALL)
    tokens = DbAppTokens(database)
    tokens.write("one", "sealed", 1_795_000_000)
    database.commit()
    with database.within("one"), ThreadPoolExecutor(1) as threads:
        tokens.write("one", "newer", 1_796_000_000)
        # The threads that call Jira share the request's context, and may read while its transaction ends.
        found = threads.submit(copy_context().run, tokens.read, "one").result()
        assert found == ("sealed", 1_795_000_000)
        assert tokens.read("one") == ("newer", 1_796_000_000)
        database.roll_back()


def claim(
    database: Database, store: DbInstallations, key: str, invocation: Invocation, now: datetime = NOW
) -> bool:
    with database.within(""):
        claimed = store.claim(key, invocation, now)
        database.commit()
    return claimed


def test_the_earlier_site_is_the_one_in_use_that_was_installed_last(
    database: Database, sites: DbSiteStore, store: DbInstallations
) -> None:
    for number, (key, cloud_id) in enumerate(
        (("oldest", "cloud"), ("newer", "cloud"), ("elsewhere", "other"), ("gone", "cloud"))
    ):
        with database.within(""):
            sites.install(replace(ACME, key=key, cloud_id=cloud_id), call_at(NOW + timedelta(days=number)))
            database.commit()
    with database.within(""):
        sites.uninstall("gone", call_at(NOW + timedelta(days=3)), LATER)
        database.commit()
    found = [store.find_earlier(replace(CALL, cloud_id=cloud)) for cloud in ("cloud", "other", "unknown")]
    assert [site.key if site else None for site in found] == ["newer", "elsewhere", None]


def test_what_forge_left_last_comes_before_an_older_site_of_connect(
    database: Database, sites: DbSiteStore, store: DbInstallations
) -> None:
    def earlier() -> str | None:
        site = store.find_earlier(CALL)
        return site.key if site else None

    connect = replace(ACME, cloud_id="cloud")
    with database.within(""):
        sites.install(connect, call_at(NOW))
        database.commit()
    for day in (1, 3):
        name = f"from-{day}"
        admit(database, store, replace(CALL, installation=name), NOW + timedelta(days=day))
        assert earlier() == name, "in use"
        leave(database, store, name, NOW + timedelta(days=day + 1))
        assert earlier() == name, "left, within the days in which its data is kept"
    with database.within(""):
        sites.install(connect, call_at(NOW + timedelta(days=9)))
        database.commit()
    assert earlier() == "acme", "installed again since"


def test_a_site_is_claimed_once(database: Database, sites: DbSiteStore, store: DbInstallations) -> None:
    sites.install(replace(ACME, cloud_id="cloud"), call_at(NOW))
    database.commit()
    assert store.is_free("acme", NOW)
    assert not store.is_free("nobody", NOW)
    assert not claim(database, store, "acme", replace(CALL, cloud_id="another"))
    assert not claim(database, store, "nobody", CALL)
    assert claim(database, store, "acme", replace(CALL, site_url="https://new.atlassian.net"))
    assert not store.is_free("acme", NOW)
    assert not claim(database, store, "acme", replace(CALL, installation="two"))
    site = store.find_installation("one")
    assert site is not None
    assert (site.key, site.secret, site.display_url) == ("acme", ACME.secret, "https://new.atlassian.net")


def test_an_installation_with_a_site_of_its_own_claims_no_other(
    database: Database, sites: DbSiteStore, store: DbInstallations
) -> None:
    sites.install(replace(ACME, cloud_id="cloud"), call_at(NOW))
    database.commit()
    admit(database, store, CALL)
    assert not claim(database, store, "acme", CALL)
    site = store.find_installation("one")
    assert site is not None
    assert site.key == "one"
    assert store.is_free("acme", NOW)


@pytest.mark.parametrize("way", ["left", "silent"])
def test_a_site_is_free_again_when_its_installation_has_ended(
    database: Database, store: DbInstallations, way: str
) -> None:
    admit(database, store, CALL)
    tokens, end = DbAppTokens(database), int(NOW.timestamp()) + 3600
    tokens.write("one", "sealed", end)
    database.commit()
    assert not store.is_free("one", NOW)
    now = NOW
    if way == "left":
        assert leave(database, store, "one")
    else:
        now = NOW + timedelta(hours=1)
    assert store.is_free("one", now)
    assert claim(database, store, "one", replace(CALL, installation="two"), now)
    assert store.find_installation("one") is None
    assert tokens.read("one") is None, "it was a token of the installation that ended"
    site = store.find_installation("two")
    assert site is not None
    assert (site.key, site.status) == ("one", INSTALLED)
