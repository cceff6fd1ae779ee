"""Random tampering of every kind with the database and with exports: each is detected.

AUDIT_TAMPERINGS is how many on each database, AUDIT_SEED the seed; a failure names both.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from flask import Flask
from sqlalchemy import String, select, text
from sqlalchemy.exc import DBAPIError

from tests.adapters.support.roles import address, fresh_database
from tests.adapters.support.site_data import ManyRequests, stores_of
from tests.adapters.support.tables import create_tables
from tests.adapters.support.tampering import (
    IN_EXPORTS,
    KEY,
    LATER,
    OF_SITE,
    REGISTERS,
    SITE,
    Tamperer,
    draft,
    fill,
    tampered_lines,
)
from timesheet.adapters.db.audit.guard import DELETE_WHEN, REGISTER
from timesheet.adapters.db.audit.register import DbSiteRegister
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.guard import site_unguards
from timesheet.web.commands.audit_verify import describe_finding, verify_sites
from timesheet.web.http.dependencies import AppDependencies
from tools.verify_audit import BrokenError, verify

COUNT = int(os.environ.get("AUDIT_TAMPERINGS", "100"))
SEED = int(os.environ.get("AUDIT_SEED", "20261125"))
pytestmark = pytest.mark.timeout(max(600, COUNT))
TRIGGERS = [f"{table}_{deed}" for table in (*DELETE_WHEN, *REGISTER) for deed in ("update", "delete")]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def owned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return a database with two sites as its owner sees it, before anybody changed anything.

    All tests share it, because adding a thousand events takes long: each rolls back what it changes.
    """
    app, secured = Flask("test"), request.param == "postgresql"
    with ExitStack() as stack:
        if secured:
            server = request.getfixturevalue("postgresql_server")
            template = request.getfixturevalue("walled_template")
            url = address(server, stack.enter_context(fresh_database(server, template)))
        else:
            url = f"sqlite:///{tmp_path_factory.mktemp('tampered') / 'timesheet.db'}"
        stack.enter_context(app.app_context())
        opened = ManyRequests(app, url)
        if not secured:
            create_tables(opened.extension.engine)
        for key in (SITE, "other"):
            stores_of(opened, key)
            opened.enter(key)
            fill(DbAuditStore(opened, key, KEY)) if key == SITE else DbAuditStore(opened, key, KEY).append(
                draft(1)
            )
            opened.commit()
        yield opened
        opened.roll_back()
        opened.extension.engine.dispose()


def dependencies_of(database: Database) -> AppDependencies:
    """Return the dependencies of the command."""
    deps = SimpleNamespace(
        audit=SimpleNamespace(
            register=DbSiteRegister(database, KEY),
            checkpoint_key=KEY,
            audit_of=lambda site: DbAuditStore(database, site, KEY),
        ),
        operation=SimpleNamespace(transaction=database),
    )
    return cast(AppDependencies, deps)


def found(database: Database) -> int:
    """Return the exit code of ``flask audit verify``."""
    return max(describe_finding(finding)[1] for finding in verify_sites(dependencies_of(database), "", ()))


def exported(database: Database) -> int:
    """Return the exit code of the verifier for an export of the site."""
    try:
        lines = [f"{line}\n" for line in DbAuditStore(database, SITE, KEY).proof(LATER)]
        return checked(iter(lines))
    except (ValueError, KeyError, TypeError):
        return 1


def checked(lines: Iterator[str]) -> int:
    try:
        return verify(lines, [cast(Any, load_pem_public_key(KEY.public_pem.encode()))])[0]
    except BrokenError:
        return 1


def without_triggers(database: Database) -> Any:
    """Yield a connection of the owner, with triggers and foreign keys disabled for one transaction."""
    connection = database.session.connection()
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        for statement in (*(f"DROP TRIGGER {name}" for name in TRIGGERS), *site_unguards("sqlite")):
            connection.execute(text(statement))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    return connection


def test_no_tampering_with_the_database_is_missed(owned: Database) -> None:
    """Whatever the app finds of what exports show, the verifier that shares no code with it finds as well."""
    chance, missed, refused = random.Random(SEED), list[str](), 0
    owned.enter(SITE)
    assert (found(owned), exported(owned)) == (0, 0)
    for number in range(COUNT):
        tamperer = Tamperer(without_triggers(owned), chance)
        try:
            what = tamperer.tamper()
        except DBAPIError:
            refused += 1
        else:
            if found(owned) == 0:
                missed.append(f"{number}: {what}")
            if tamperer.tables & IN_EXPORTS and exported(owned) == 0:
                missed.append(f"{number}: {what}, in the export")
        owned.roll_back()
        owned.enter(SITE)
    assert not missed, f"seed {SEED}:\n" + "\n".join(missed)
    assert refused < COUNT / 2
    assert found(owned) == 0


def test_bytes_in_place_of_a_text_are_found(owned: Database) -> None:
    """SQLite stores bytes in any column, where they look like the text; PostgreSQL makes another text of them."""
    missed, refused = list[str](), list[str]()
    keys = [Base.metadata.tables[name].c.client_key for name in ("site", *OF_SITE)]
    columns = [column for name in REGISTERS for column in Base.metadata.tables[name].columns]
    texts = [*keys, *(column for column in columns if isinstance(column.type, String))]
    for column in texts:
        connection = without_triggers(owned)
        [value] = connection.execute(select(column).limit(1)).scalars()
        tamper = text(f"UPDATE {column.table.name} SET {column.name} = :bytes WHERE {column.name} = :value")
        try:
            connection.execute(tamper, {"bytes": value.encode(), "value": value})
        except DBAPIError:
            refused.append(str(column))
        else:
            missed += [] if found(owned) else [str(column)]
        owned.roll_back()
        owned.enter(SITE)
    assert missed == []
    assert len(refused) < len(texts) / 2


def test_no_tampering_with_an_export_is_missed(owned: Database) -> None:
    chance = random.Random(SEED)
    owned.enter(SITE)
    lines = list(DbAuditStore(owned, SITE, KEY).proof(LATER))
    assert checked(iter(f"{line}\n" for line in lines)) == 0
    missed = [number for number in range(COUNT) if checked(tampered_lines(lines, chance)) == 0]
    assert missed == [], f"seed {SEED}"
