"""Row-level security: with the app's role, PostgreSQL itself separates the sites, whatever a statement says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, make_url, select, text
from sqlalchemy.exc import ProgrammingError

import timesheet.bootstrap.app  # noqa: F401  (loads all tables)
from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles, migrate
from tests.adapters.support.site_data import make_team, stores_of
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.fitness import DatabaseUnfit, check_role, check_zone
from timesheet.adapters.db.row_security import (
    PROVEN,
    allow_listing,
    allow_proving,
    forbid_proving,
    grant,
    protect,
    unprotect,
)
from timesheet.adapters.db.tables.site import SiteRow

OF_SITES = tuple(table.name for table in Base.metadata.sorted_tables if "client_key" in table.columns)
OF_NO_SITE = "audit_register_head"
"""It has one row, a number and a hash that are signed, and names no site."""
SETTINGS = ("", "nobody", "ACME", "acme ", "%", "acme' OR 'a'='a")


@pytest.fixture
def secured(secured_url: str) -> Iterator[Database]:
    """Create two sites with a team each."""
    app = Flask("test")
    database = Database(app, secured_url)
    for key in ("acme", "other"):
        with app.app_context():
            make_team(stores_of(database, key))
            database.commit()
    with app.app_context():
        yield database
        database.roll_back()
        database.extension.engine.dispose()


@pytest.fixture
def connection(secured: Database, secured_url: str) -> Iterator[Connection]:
    """Connect as somebody who has the app's password and knows SQL."""
    engine = create_engine(secured_url)
    with engine.connect() as open_connection:
        yield open_connection
    engine.dispose()


def be(connection: Connection, site: str) -> None:
    connection.execute(text("SELECT set_config('app.site', :site, true)"), {"site": site})


def count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def test_every_table_of_a_site_has_row_security(connection: Connection) -> None:
    """A table that is missing here needs ``protect(op.get_bind(), "its_name")`` in the migration that makes it."""
    found = connection.execute(
        text(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid AND polname = 'own_site' "
            "WHERE relrowsecurity AND relforcerowsecurity AND polcmd = '*' AND polpermissive"
        )
    )
    assert {name for (name,) in found} == set(OF_SITES)
    assert {table.name for table in Base.metadata.sorted_tables} == {*OF_SITES, OF_NO_SITE}, (
        "a table belongs to no site"
    )


def test_there_is_no_other_way_in(connection: Connection) -> None:
    policies = connection.execute(text("SELECT tablename, policyname, cmd FROM pg_policies"))
    others = {(table, name, command) for table, name, command in policies if name != "own_site"}
    listed = {(table, "listing", "SELECT") for table in ("site", "job")}
    assert others == {*listed, *((table, "proving", "SELECT") for table in PROVEN)}


@pytest.mark.parametrize("site", SETTINGS)
def test_whoever_is_of_no_site_sees_nothing(connection: Connection, site: str) -> None:
    be(connection, site)
    assert {table: count(connection, table) for table in OF_SITES} == dict.fromkeys(OF_SITES, 0)


def test_whoever_never_said_of_which_site_sees_nothing(connection: Connection) -> None:
    assert {table: count(connection, table) for table in OF_SITES} == dict.fromkeys(OF_SITES, 0)


def test_a_site_sees_its_own_rows_and_no_others(connection: Connection) -> None:
    be(connection, "acme")
    keys = {
        table: connection.execute(text(f'SELECT DISTINCT client_key FROM "{table}"')).all()
        for table in OF_SITES
    }
    assert {key for rows in keys.values() for (key,) in rows} == {"acme"}
    assert len(keys["team"]) == len(keys["role"]) == len(keys["site"]) == 1


def test_the_setting_ends_with_its_transaction(connection: Connection) -> None:
    be(connection, "acme")
    assert count(connection, "team") == 1
    connection.commit()
    assert count(connection, "team") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE team SET name = 'taken' WHERE client_key = 'other'",
        "UPDATE team SET name = 'taken'",
        "UPDATE site SET status = 'disabled' WHERE client_key <> 'acme'",
        "DELETE FROM team WHERE client_key = 'other'",
        "DELETE FROM role WHERE client_key = 'other'",
    ],
)
def test_what_is_anothers_cannot_be_changed(connection: Connection, statement: str) -> None:
    be(connection, "acme")
    connection.execute(text(statement))
    be(connection, "other")
    assert connection.execute(text("SELECT name FROM team")).all() == [("Team",)]
    assert connection.execute(text("SELECT status FROM site")).all() == [("installed",)]
    assert count(connection, "role") == 2


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO user_label VALUES ('other', 'id', 'name', 'teal', 1)",
        "INSERT INTO user_label SELECT client_key || '', 'id', 'name', 'teal', 1 FROM (VALUES ('other')) x(client_key)",
        "UPDATE team SET client_key = 'other'",
        "UPDATE site SET client_key = 'third'",
        "INSERT INTO site_setting VALUES ('third', 'UTC', 'locale', 1)",
    ],
)
@pytest.mark.parametrize("site", ["acme", ""])
def test_nothing_can_be_put_into_anothers_site(connection: Connection, statement: str, site: str) -> None:
    be(connection, site)
    if not site and statement.startswith("UPDATE"):
        assert connection.execute(text(statement)).rowcount == 0
        return
    with pytest.raises(ProgrammingError, match="row-level security"):
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE team CASCADE",
        "DROP TABLE team",
        "ALTER TABLE team DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_site ON team",
        "CREATE POLICY open ON team USING (true)",
        "CREATE TABLE own_copy AS SELECT 1",
        "UPDATE alembic_version SET version_num = '0'",
        "SET ROLE timesheet_owner",
        "ALTER ROLE timesheet_app BYPASSRLS",
        "COPY team TO PROGRAM 'cat'",
    ],
)
def test_the_apps_role_cannot_remove_row_security(connection: Connection, statement: str) -> None:
    be(connection, "acme")
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner|must be superuser"):
        connection.execute(text(statement))


def test_commands_may_list_the_sites_and_nothing_else(connection: Connection) -> None:
    connection.execute(text("SELECT set_config('app.listing', 'on', true)"))
    assert count(connection, "site") == 2
    assert {table: count(connection, table) for table in OF_SITES if table != "site"} == dict.fromkeys(
        (table for table in OF_SITES if table != "site"), 0
    )
    assert connection.execute(text("UPDATE site SET status = 'disabled'")).rowcount == 0
    assert connection.execute(text("UPDATE site SET erase_after = NULL")).rowcount == 0


def test_the_proof_of_the_audit_log_sees_which_sites_there_are_and_changes_nothing(
    connection: Connection,
) -> None:
    connection.execute(text("SELECT set_config('app.listing', 'audit', true)"))
    assert count(connection, "site") == 2
    seen = {table for table in OF_SITES if count(connection, table)}
    assert seen <= {*PROVEN}
    assert connection.execute(text("UPDATE site SET status = 'disabled'")).rowcount == 0
    assert connection.execute(text("DELETE FROM audit_event")).rowcount == 0


@pytest.mark.parametrize("site", ["acme", "other", ""])
def test_the_apps_role_erases_a_site_that_is_due_and_its_own_by_a_function_only(
    connection: Connection, site: str
) -> None:
    be(connection, "other")
    connection.execute(text("UPDATE site SET status = 'uninstalled', erase_after = installed_at"))
    be(connection, site)
    connection.execute(text("SELECT erase_site('other')"))
    be(connection, "other")
    assert count(connection, "site") == (0 if site == "other" else 1)
    with pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("DELETE FROM site"))


def test_a_repository_made_for_the_wrong_site_finds_nothing(secured: Database) -> None:
    """This is the second barrier: the token is acme's, and the code asks for other."""
    secured.enter("acme")
    with secured.reading() as session:
        assert session.execute(text("SELECT client_key FROM team WHERE client_key = 'other'")).all() == []
    with secured.reading() as session:
        assert session.execute(text("SELECT client_key FROM team")).all() == [("acme",)]
    secured.session.execute(text("UPDATE team SET name = 'X' WHERE client_key = 'other'"))
    secured.commit()
    with secured.within("other"), secured.reading() as session:
        assert session.execute(text("SELECT name FROM team")).all() == [("Team",)]


def test_a_request_cannot_become_another_sites(secured: Database) -> None:
    secured.enter("acme")
    secured.enter("acme")
    with pytest.raises(RuntimeError, match="one site"):
        secured.enter("other")


def test_upkeep_goes_from_site_to_site_in_one_transaction(secured: Database) -> None:
    for site in ("acme", "other"):
        with secured.within(site):
            changed = text("UPDATE team SET name = client_key RETURNING client_key")
            assert secured.session.execute(changed).all() == [(site,)]
    assert secured.session.execute(text("SELECT name FROM team")).all() == []
    secured.commit()
    for site in ("acme", "other"):
        with secured.within(site), secured.reading() as session:
            assert session.execute(text("SELECT name FROM team")).all() == [(site,)]


def test_after_a_failure_the_next_transaction_is_the_old_sites(secured: Database) -> None:
    secured.enter("acme")
    secured.session.execute(text("UPDATE team SET name = 'X'"))
    with pytest.raises(ProgrammingError), secured.within("other"):
        secured.session.execute(text("SELECT nonsense"))
    secured.roll_back()
    assert secured.session.execute(text("SELECT client_key, name FROM team")).all() == [("acme", "Team")]


@pytest.mark.parametrize("setting", ["app.site = 'other'", "app.listing = 'on'"])
def test_what_is_set_for_a_whole_session_is_no_ones_site(secured: Database, setting: str) -> None:
    secured.session.execute(text(f"SET {setting}"))
    secured.commit()
    sites = select(SiteRow.client_key)
    with secured.reading() as session:
        assert session.execute(sites).all() == []
    assert secured.rows_of([(sites, {})]) == [[]]
    assert secured.session.execute(sites).all() == []
    secured.roll_back()
    secured.enter("acme")
    assert secured.rows_of([(sites, {})]) == [[("acme",)]]


def test_without_a_request_nothing_is_seen(secured_url: str) -> None:
    app = Flask("test")
    database = Database(app, secured_url)
    with app.app_context():
        stores_of(database, "acme")
        engine = database.extension.engine
    with engine.connect() as plain:
        assert plain.execute(text("SELECT count(*) FROM site")).scalar_one() == 0
    engine.dispose()


def test_one_role_that_does_all_is_bound_too(postgresql_server: str) -> None:
    make_roles(postgresql_server)
    with fresh_database(postgresql_server, owner=OWNER) as name:
        mine = address(postgresql_server, name, OWNER)
        migrate(mine, mine)
        app = Flask("test")
        database = Database(app, mine)
        with app.app_context():
            database.check(row_security=True)
            make_team(stores_of(database, "acme"))
            database.commit()
            with database.reading() as session:
                assert session.execute(text("SELECT count(*) FROM team")).scalar_one() == 1
            with database.within("other"), database.reading() as session:
                assert session.execute(text("SELECT count(*) FROM team")).scalar_one() == 0
            database.extension.engine.dispose()


def test_what_is_only_added_to_can_only_be_added_to(postgresql_server: str) -> None:
    make_roles(postgresql_server)
    table = Base.metadata.tables["team"]
    engine = create_engine(postgresql_server)
    with fresh_database(postgresql_server) as name:
        engine = create_engine(address(postgresql_server, name))
        table.info["rights"] = "SELECT, INSERT"
        try:
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE team (client_key text)"))
                grant(connection, APP)
                rights = (
                    "SELECT privilege_type FROM information_schema.table_privileges WHERE grantee = :role"
                )
                found = {right for (right,) in connection.execute(text(rights), {"role": APP})}
        finally:
            del table.info["rights"]
        engine.dispose()
    assert found == {"SELECT", "INSERT"}


def test_a_wall_can_be_taken_down_by_a_downgrade(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    state = text("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'thing'")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE thing (client_key text)"))
        protect(connection, "thing")
        assert connection.execute(state).one() == (True, True)
        unprotect(connection, "thing")
        assert connection.execute(state).one() == (False, False)
        assert connection.execute(text("SELECT count(*) FROM pg_policies")).scalar_one() == 0
        connection.execute(text("CREATE TABLE site (client_key text)"))
        protect(connection, "site")
        allow_listing(connection)
        allow_proving(connection, "site")
        forbid_proving(connection, "site")
        unprotect(connection, "site")
        assert connection.execute(text("SELECT count(*) FROM pg_policies")).scalar_one() == 0
    engine.dispose()


def test_a_role_that_walls_do_not_bind_is_refused(postgresql_url: str) -> None:
    app = Flask("test")
    database = Database(app, postgresql_url)
    with app.app_context():
        database.check(row_security=False)
        with pytest.raises(DatabaseUnfit, match=r"^DATABASE_URL: .* BYPASSRLS"):
            database.check(row_security=True)
        database.extension.engine.dispose()


def test_the_roles_of_the_app_are_fit(secured_url: str) -> None:
    engine = create_engine(secured_url)
    with engine.connect() as connection:
        check_role(connection)
    engine.dispose()


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Europe/London", "America/St_Johns", "GMT+1"])
def test_t07_a_session_that_does_not_think_in_utc_is_refused(postgresql_url: str, zone: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        connection.execute(text(f"SET TIME ZONE '{zone}'"))
        with pytest.raises(DatabaseUnfit, match=r"time zone is .*, not UTC"):
            check_zone(connection)
    engine.dispose()


def test_t07_the_app_thinks_in_utc_whatever_the_role_was_given(
    postgresql_server: str, secured_url: str
) -> None:
    make_roles(postgresql_server)
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    app = Flask("test")
    database = Database(app, secured_url)
    with admin.connect() as connection:
        connection.execute(text(f"ALTER ROLE {APP} SET timezone TO 'Asia/Kolkata'"))
    try:
        with app.app_context():
            database.check(row_security=True)
            with database.reading() as session:
                assert session.execute(text("SHOW TimeZone")).scalar_one() == "UTC"
            now = datetime.now(UTC).date().isoformat()
            with database.reading() as session:
                assert (
                    session.execute(text("SELECT (now() AT TIME ZONE 'UTC')::date::text")).scalar_one() >= now
                )
            database.extension.engine.dispose()
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"ALTER ROLE {APP} RESET timezone"))
        admin.dispose()


def test_t07_a_database_that_moves_instants_is_refused(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Flask("test")
    database = Database(app, sqlite_url)
    with app.app_context():
        database.check(row_security=True)
        monkeypatch.setattr("timesheet.adapters.db.tables.site.UTC", None)
        with pytest.raises(DatabaseUnfit, match="every time would be wrong"):
            database.check(row_security=True)
        database.extension.engine.dispose()


def test_a_read_within_a_site_is_one_round_trip(secured: Database, tmp_path: Path) -> None:
    """The site travels with the statement, and ends with it; nothing else is sent."""
    site = text("SELECT current_setting('app.site')")
    with secured.within("acme"), (tmp_path / "trace").open("w+") as trace:
        secured.first(site)  # type: ignore[arg-type]
        pooled = secured.extension.engine.raw_connection()
        driver: Any = pooled.driver_connection
        pooled.close()
        driver.pgconn.trace(trace.fileno())
        assert secured.first(site) == ("acme",)  # type: ignore[arg-type]
        driver.pgconn.untrace()
        trace.seek(0)
        assert trace.read().count("ReadyForQuery") == 1
    assert secured.first(site) == ("",)  # type: ignore[arg-type]


def test_a_statement_that_fails_takes_its_site_along(secured: Database) -> None:
    with secured.within("acme"), pytest.raises(ProgrammingError):
        secured.first(text("SELECT nothing FROM nowhere"))  # type: ignore[arg-type]
    assert secured.first(text("SELECT current_setting('app.site')")) == ("",)  # type: ignore[arg-type]


@pytest.mark.parametrize("site", ["it's", "50%s", "back\\slash", "'; DROP TABLE site; --"])
def test_a_statement_and_a_transaction_bring_their_site_whatever_its_name(
    secured: Database, site: str
) -> None:
    query = text("SELECT current_setting('app.site')")
    with secured.within(site):
        assert secured.first(query) == (site,)  # type: ignore[arg-type]
        assert secured.connection.execute(query).scalar() == site
    secured.roll_back()


def test_only_a_write_that_nobody_misses_does_not_wait_for_the_disk(secured_url: str) -> None:
    durable = make_url(secured_url).update_query_dict({"options": "-c synchronous_commit=on"})
    database = Database(app := Flask("test"), durable.render_as_string(hide_password=False))
    waits: Any = text("SELECT current_setting('synchronous_commit'), current_setting('app.site')")
    with app.app_context():
        database.enter("acme")
        assert database.returned_unsynced(waits, {}) == ("off", "acme")
        assert database.first(waits) == ("on", "acme")
        assert database.connection.execute(waits).one() == ("on", "acme")
        database.roll_back()
        database.extension.engine.dispose()
