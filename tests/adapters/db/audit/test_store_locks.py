"""Locks for signed heads on PostgreSQL: no deadlock between sites, and no endless waits."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event
from types import SimpleNamespace
from typing import cast

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from tests.adapters.support.site_data import in_site, stores_of
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.audit.register import DbSiteRegister
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin
from timesheet.domain.errors import DatabaseBusy
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.audit.upkeep import drop_old, sign_head
from timesheet.web.commands.audit_verify import describe_finding, verify_sites
from timesheet.web.http.dependencies import AppDependencies

NOTHING_RECORDED = "{}: whole, but not signed throughout: there are no events."
KEY, SECRET = AuditKey("a signing key of a test"), Fernet.generate_key().decode()
NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=200)
DAYS = 90
SITES = ("acme", "beta", "coma")


class Sessions:
    """Requests that run at once, each with a session of its own, and a look at who waits for a lock."""

    def __init__(self, app: Flask, database: Database, watcher: Connection) -> None:
        self.app, self.database, self._watcher = app, database, watcher
        self._pool = ThreadPoolExecutor(8)

    def begin(self, work: Callable[[], object]) -> Future[object]:
        """Run ``work`` in a session of its own and commit; what fails is rolled back and raised by the result."""

        def request() -> object:
            with self.app.app_context():
                try:
                    outcome = work()
                    self.database.commit()
                except BaseException:
                    self.database.roll_back()
                    raise
                return outcome

        return self._pool.submit(request)

    def wait_until_it_waits(self, begun: Future[object]) -> None:
        """Return once the session waits for a lock of another one; raise what it raises if it ends before."""
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not self._watcher.execute(waiting).scalar_one():
            assert not begun.done(), begun.result()

    def end(self) -> None:
        self._pool.shutdown()

    def audit(self, site: str) -> DbAuditStore:
        return DbAuditStore(in_site(self.database, site), site, KEY)

    def recorder(self, site: str, at: datetime = NOW) -> AuditRecorder:
        return AuditRecorder(self.audit(site), lambda: at, "ana", Origin.PAGE)

    def record(self, site: str) -> object:
        """Record an event, with the locks that it takes."""
        return record(self.recorder(site), Action.TEAM_CREATED, "t", people=frozenset({"ben"}))

    def not_intact(self) -> list[str]:
        """Return what ``flask audit verify`` reports as not intact."""
        deps = SimpleNamespace(
            audit=SimpleNamespace(
                register=DbSiteRegister(self.database, KEY),
                checkpoint_key=KEY,
                audit_of=lambda site: DbAuditStore(self.database, site, KEY),
            ),
            operation=SimpleNamespace(transaction=self.database),
        )
        with self.app.app_context():
            said = [
                describe_finding(finding) for finding in verify_sites(cast(AppDependencies, deps), "", ())
            ]
        return [line for line, code in said if code]


@pytest.fixture
def sessions(secured_url: str) -> Iterator[Sessions]:
    """Yield sessions of three sites that have not recorded anything yet."""
    app = Flask("test")
    database = Database(app, secured_url)
    for key in SITES:
        with app.app_context():
            stores_of(database, key)
    engine = create_engine(secured_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as watcher:
        found = Sessions(app, database, watcher)
        yield found
        found.end()
    with app.app_context():
        database.extension.engine.dispose()
    engine.dispose()


def uninstall(sessions: Sessions, *sites: str) -> None:
    """Make sites due to be erased."""
    for site in sites:
        with sessions.app.app_context():
            row = in_site(sessions.database, site).session.get(SiteRow, site)
            assert row is not None
            row.status, row.erase_after = "uninstalled", NOW
            sessions.database.commit()


def sites_of(sessions: Sessions) -> DbSiteStore:
    return DbSiteStore(sessions.database, SecretBox([SECRET]), SiteCache())


def test_every_session_gives_up_waiting_after_seconds(sessions: Sessions) -> None:
    with sessions.app.app_context(), sessions.database.reading() as session:
        assert session.execute(text("SHOW lock_timeout")).scalar_one() == "5s"


@pytest.mark.parametrize("other", ["acme", "beta"], ids=["of one site", "of the register"])
def test_whoever_waits_for_a_lock_gives_up_and_the_next_try_is_signed(sessions: Sessions, other: str) -> None:
    """The first event of a site locks the register of all sites as well."""
    recorded, go = Event(), Event()

    def slow() -> None:
        sessions.record("acme")
        recorded.set()
        assert go.wait(60)

    def impatient() -> None:
        in_site(sessions.database, other).session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        sessions.record(other)

    first = sessions.begin(slow)
    assert recorded.wait(60)
    with pytest.raises(DatabaseBusy, match="taking longer"):
        sessions.begin(impatient).result(60)
    go.set()
    first.result(60)
    sessions.begin(lambda: sessions.record(other)).result(60)
    assert sessions.not_intact() == [
        NOTHING_RECORDED.format(site) for site in SITES if site not in ("acme", other)
    ]


@pytest.mark.parametrize("entries", [0, 1])
def test_the_first_events_of_two_sites_at_once_are_both_signed(sessions: Sessions, entries: int) -> None:
    if entries:
        sessions.begin(lambda: sessions.record("coma")).result(60)
    recorded, go = Event(), Event()

    def slow() -> None:
        sessions.record("acme")
        recorded.set()
        assert go.wait(60)

    first = sessions.begin(slow)
    assert recorded.wait(60)
    second = sessions.begin(lambda: sessions.record("beta"))
    sessions.wait_until_it_waits(second)
    go.set()
    first.result(60)
    second.result(60)
    assert sessions.not_intact() == ([] if entries else [NOTHING_RECORDED.format("coma")])


def test_erasing_sites_and_a_sites_first_event_do_not_wait_for_each_other(sessions: Sessions) -> None:
    """``acme`` and ``beta`` are due, and ``beta``, which has no event yet, records its first meanwhile."""
    sessions.begin(lambda: sessions.record("acme")).result(60)
    uninstall(sessions, "acme", "beta")
    register = DbSiteRegister(sessions.database, KEY)
    erased = _against_a_first_event(
        sessions,
        lambda: sites_of(sessions).erase_expired(NOW, lambda site: register.note_erased(site, NOW)),
    )
    assert erased == ["acme", "beta"]
    assert sessions.not_intact() == [NOTHING_RECORDED.format("coma")]


def test_rotating_secrets_and_a_sites_first_event_do_not_wait_for_each_other(sessions: Sessions) -> None:
    for site in SITES:
        with sessions.app.app_context():
            row = in_site(sessions.database, site).session.get(SiteRow, site)
            assert row is not None
            row.sealed_secret = SecretBox([SECRET]).seal("secret")
            sessions.database.commit()

    def rotate() -> object:
        def on_rotated(site: str) -> None:
            audit = DbAuditStore(sessions.database, site, KEY)
            record(AuditRecorder(audit, lambda: NOW, "", Origin.COMMAND), Action.SITE_KEY_ROTATED, site)

        return sites_of(sessions).rotate_secrets(on_rotated)

    assert _against_a_first_event(sessions, rotate) == dict.fromkeys(SITES, True)
    assert sessions.not_intact() == []


def _against_a_first_event(sessions: Sessions, upkeep: Callable[[], object]) -> object:
    """Return the result of ``upkeep`` while a request has locked ``beta`` and then records the first event there."""
    locked, go = Event(), Event()

    def request() -> None:
        sessions.audit("beta")._rows.lock()
        locked.set()
        assert go.wait(60)
        sessions.record("beta")

    other = sessions.begin(request)
    assert locked.wait(60)
    done = sessions.begin(upkeep)
    sessions.wait_until_it_waits(done)
    go.set()
    other.result(60)
    return done.result(60)


def test_whatever_sites_record_sign_erase_and_drop_at_once_nobody_fails_and_all_is_intact(
    sessions: Sessions,
) -> None:
    def keep(site: str) -> object:
        before, after = {"audit_days": None}, {"audit_days": DAYS}
        return record(sessions.recorder(site), Action.SETTING_CHANGED, before=before, after=after)

    def deed(chance: random.Random) -> Callable[[], object]:
        site = chance.choice(SITES)

        def erase() -> object:
            who = f"p{chance.randrange(9)}"
            record(sessions.recorder(site), Action.PERSON_ERASED, who)
            return sessions.audit(site).forget(who)

        def trim() -> object:
            return drop_old(sessions.audit(site), sessions.recorder(site, LATER), DAYS, LATER)

        return chance.choice(
            (
                *(lambda: sessions.record(site),) * 4,
                lambda: sign_head(sessions.audit(site), KEY, NOW),
                lambda: sessions.audit(site).verify(),
                erase,
                trim,
            )
        )

    for done in [sessions.begin(partial(keep, site)) for site in SITES]:
        done.result(60)
    chance = random.Random(20261125)
    for done in [sessions.begin(deed(chance)) for _ in range(150)]:
        done.result(60)
    assert sessions.not_intact() == []
