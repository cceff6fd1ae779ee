"""The two uses of the database: short reads, and the one write transaction of a request."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import get_ident
from typing import Any

import structlog
from flask import Flask, g, has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, Executable, NullPool, Row, Select, event, make_url, text
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.busy import replace_closed_connections, report_busy
from timesheet.adapters.db.engine import (
    HIDDEN,
    engine_options,
    for_single_statements,
    noticing_dead_network,
    prepare_postgresql,
    prepare_sqlite,
    refuse_odd_values,
)
from timesheet.adapters.db.error_text import hide_values
from timesheet.adapters.db.fitness import (
    DatabaseUnfit,
    check_role,
    check_zone,
    is_damaged,
    is_migrated,
    make_folder,
    reason_of,
)
from timesheet.adapters.db.plain_rows import PlainReader, PlainRows, SqlitePlainRows, read_plain
from timesheet.adapters.db.recall import RevisionMemory
from timesheet.adapters.db.revision import REVISION
from timesheet.adapters.db.row_security import (
    UNSYNCED,
    set_site,
    set_site_with_each_statement,
    set_site_with_each_transaction,
)
from timesheet.adapters.db.timed_check import TimedCheck
from timesheet.domain.errors import DatabaseBusy

log = structlog.stdlib.get_logger("timesheet.database")
OWNER, ERASED, BEGUN = "owner", "erased", "begun_transaction"
ENTERED_SITE, AT_REVISION, AHEAD = "entered_site", "site_revision", "read_ahead"
ANSWER_SECONDS = 1.0
Scope = tuple[str, bool]
NOBODYS: Scope = ("", False)


@dataclass(slots=True)
class Transaction:
    """The transaction of a request, which begins with its first write. ``notes`` end with it; see ``after_commit``.

    Only the ``thread`` that began it uses its connection.
    """

    connection: Connection
    notes: dict[str, Any] = field(default_factory=dict)
    session: Session | None = None
    thread: int = field(default_factory=get_ident)


def _own_transaction() -> Transaction | None:
    """Return the transaction that this thread began.

    A thread that calls Jira for a request shares its ``g``, but not its transaction, which may end while it reads.
    """
    begun: Transaction | None = vars(g).get(BEGUN)
    return begun if begun and begun.thread == get_ident() else None


class Database:
    """Flask-SQLAlchemy's engine, opened once per app, with at most ``connections`` of the process.

    A read is a transaction of its own, so no lock and no snapshot is held while a request waits for Jira; a
    single statement is one implicitly. The first write opens the request's transaction, which on SQLite takes the
    write lock immediately (BEGIN IMMEDIATE), because the driver's default mode loses updates.
    """

    def __init__(self, app: Flask, url: str, connections: int = 16, owner_url: str | None = None) -> None:
        address = noticing_dead_network(make_url(url))
        self._is_file = address.get_backend_name() == "sqlite"
        # Stored as URL objects, whose text hides the password, because app.config shows all its values.
        app.config["SQLALCHEMY_DATABASE_URI"] = address
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(connections, is_file=self._is_file)
        app.config["SQLALCHEMY_BINDS"] = (
            {OWNER: {"url": noticing_dead_network(make_url(owner_url)), "poolclass": NullPool, **HIDDEN}}
            if owner_url
            else {}
        )
        self.extension = SQLAlchemy(metadata=Base.metadata)
        if self._is_file and address.database:
            make_folder(Path(address.database))
        self.extension.init_app(app)
        app.teardown_appcontext(lambda _: self.roll_back())
        self._listeners = dict[str, Callable[[Any], object]]()
        with app.app_context():
            self._engine = self.extension.engine
        self.dialect = self._engine.dialect.name
        self._autocommit = for_single_statements(self._engine)
        # Reads need no listener on SQLite, where nothing locks them out.
        self._lone_writer = for_single_statements(self._engine) if self._is_file else self._autocommit
        self._plain_rows = SqlitePlainRows(address) if self._is_file else PlainRows(self._autocommit)
        if self._is_file:
            prepare_sqlite(self._engine)
            self.after_commit(ERASED, self._empty_log)
        else:
            self._prepare_postgresql(app)
        for engine in (*self._engines(app), self._lone_writer):
            event.listen(engine, "handle_error", report_busy)
        self._unsynced_writer = self._lone_writer.execution_options(**{UNSYNCED: True})
        self._reader = self._engine.execution_options(begin="BEGIN")
        self._reachable = TimedCheck(self._answers, ANSWER_SECONDS)
        self._migrated = False
        self.memory = RevisionMemory()

    def _prepare_postgresql(self, app: Flask) -> None:
        for engine in self._engines(app):
            prepare_postgresql(engine)
            set_site_with_each_transaction(engine, _scope)
        for engine in (*self._engines(app), self._autocommit):
            event.listen(engine, "handle_error", refuse_odd_values)
            event.listen(engine, "handle_error", hide_values)
        set_site_with_each_statement(self._autocommit, _scope)
        replace_closed_connections(self._engine)

    @property
    def transaction(self) -> Transaction:
        """Return the transaction of this request; begin it if there is none."""
        request_state = vars(g)
        if BEGUN not in request_state:
            connection = self._engine.connect()
            try:
                connection.begin()
            except BaseException:
                connection.close()
                raise
            request_state[BEGUN] = Transaction(connection)
        begun: Transaction = request_state[BEGUN]
        return begun

    @property
    def connection(self) -> Connection:
        """Return the connection of this request's transaction, which begins with the first write."""
        return self.transaction.connection

    @property
    def session(self) -> Session:
        """Return a session in this request's transaction, for the few writes that use ORM objects."""
        begun = self.transaction
        if begun.session is None:
            begun.session = Session(begun.connection)
        return begun.session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session to read with: the request's own after its first write, otherwise a short one."""
        if _own_transaction():
            yield self.session
        else:
            with Session(self._reader) as session:
                yield session

    def first(self, statement: Select[*tuple[Any, ...]], **values: str) -> Row[*tuple[Any, ...]] | None:
        """Return the first row of a prepared statement, without ORM objects, because every request reads it."""
        if begun := _own_transaction():
            return begun.connection.execute(statement, values).first()
        with self._autocommit.connect() as connection:
            return connection.execute(statement, values).first()

    def rows(self, statement: Select[*tuple[Any, ...]], **values: object) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return the rows of a prepared statement, read as in ``first``."""
        return self.rows_of([(statement, values)])[0]

    @contextmanager
    def reading_plain(self) -> Iterator[PlainReader]:
        """Read very many rows of prepared statements as driver tuples, each statement as in ``first``."""
        if begun := _own_transaction():
            yield partial(read_plain, begun.connection)
        else:
            with self._plain_rows.reading() as read:
                yield read

    def rows_of(
        self, statements: Sequence[tuple[Select[*tuple[Any, ...]], Mapping[str, object]]]
    ) -> list[Sequence[Row[*tuple[Any, ...]]]]:
        """Return the rows of each prepared statement with its values, read as in ``first``, and on SQLite in one
        transaction.
        """
        if begun := _own_transaction():
            return [begun.connection.execute(*statement).all() for statement in statements]
        # On PostgreSQL each statement sees what is committed by then, so nothing is gained by a common transaction.
        alone = len(statements) == 1 or not self._is_file
        with (self._autocommit if alone else self._reader).connect() as connection:
            return [connection.execute(*statement).all() for statement in statements]

    def enter(self, site: str) -> None:
        """Bind this request to a site: from here on its transactions see no other site's rows (PostgreSQL).

        ``site`` must come from a verified token. Raise RuntimeError if the request belongs to another site
        already.
        """
        before = _scope()
        if before not in (NOBODYS, (site, False)):
            raise RuntimeError("a request belongs to one site only")
        self._switch(before, (site, False))
        vars(g)[ENTERED_SITE] = site

    def revision(self, site: str) -> int | None:
        """Return the revision at which this request reads the data of ``site``; asked for once.

        None if it must not use what others read: it has begun to write, or it did not enter this site, as commands
        that take longer than a request do not.
        """
        # Used as a plain dict, because each access through the proxy costs three times as much.
        request_state = vars(g)
        if request_state.get(ENTERED_SITE) != site or BEGUN in request_state:
            return None
        if AT_REVISION not in request_state:
            found = self.first(REVISION, site=site)
            request_state[AT_REVISION] = found[0] if found else None
        revision: int | None = request_state[AT_REVISION]
        return revision

    def note_revision(self, revision: int | None) -> None:
        """Use a revision of this request's site that was read together with something else."""
        request_state = vars(g)
        if BEGUN not in request_state:
            request_state[AT_REVISION] = revision

    def forget_revision(self) -> None:
        """Ask for the revision again when it is next needed, because a decision must use the current one."""
        vars(g).pop(AT_REVISION, None)

    def keep_ahead(self, name: Hashable, row: Sequence[Any]) -> None:
        """Store a row that was read together with another one, until ``take_ahead`` of the same request."""
        vars(g)[AHEAD] = name, row

    def take_ahead(self, name: Hashable) -> Sequence[Any] | None:
        """Return the row that was kept under this name, once; None if there is none."""
        kept, row = vars(g).pop(AHEAD, (None, None))
        return row if kept == name else None

    @contextmanager
    def within(self, site: str, *, listing: bool = False) -> Iterator[None]:
        """Enter another site for one block, or none with the ``listing`` of all; for maintenance and authentication."""
        before = _scope()
        self._switch(before, (site, listing))
        try:
            yield
        except BaseException:
            # A failure will be rolled back, and the next transaction sets the scope when it begins.
            g.database_scope = before
            raise
        self._switch((site, listing), before)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Open a separate transaction within a request that has written nothing yet; committed at the end of the block.

        Raise RuntimeError if there is a write that a later refusal would have to undo.
        """
        self._require_nothing_written()
        try:
            yield
        except BaseException:
            self.roll_back()
            raise
        self.commit()

    def write(self, statement: Executable, values: Mapping[str, object]) -> int:
        """Execute one write in this request's transaction if it has begun one, otherwise alone; return the rows."""
        begun: Transaction | None = vars(g).get(BEGUN)
        if begun:
            return begun.connection.execute(statement, values).rowcount
        return self.write_alone(statement, values)

    def write_alone(self, statement: Executable, values: Mapping[str, object]) -> int:
        """Execute one write in a transaction of its own; return how many rows it affected. See ``apart``."""
        self._require_nothing_written()
        with self._lone_writer.begin() as connection:
            return connection.execute(statement, values).rowcount

    def returned_unsynced(
        self, statement: Executable, values: Mapping[str, object]
    ) -> Row[*tuple[Any, ...]] | None:
        """Execute one write as ``write_alone``, but do not wait for the disk; return the first row that it returns.

        If the database server crashes within a second, the write may be lost, so it must be one that nobody misses.
        """
        self._require_nothing_written()
        with self._unsynced_writer.begin() as connection:
            return connection.execute(statement, values).first()

    def _require_nothing_written(self) -> None:
        if BEGUN in vars(g):
            raise RuntimeError("this request has begun to write, so nothing can be kept apart from it")

    def commit(self) -> None:
        """Commit what this request wrote; most have written nothing. If that fails, it is rolled back."""
        begun: Transaction | None = vars(g).get(BEGUN)
        if begun is None:
            return
        try:
            if begun.session:
                begun.session.flush()
            begun.connection.commit()
        finally:
            self.roll_back()
        for name, note in begun.notes.items():
            if listener := self._listeners.get(name):
                listener(note)
        self.forget_revision()

    def roll_back(self) -> None:
        """End the transaction of this request, which rolls back what was not committed."""
        begun: Transaction | None = vars(g).pop(BEGUN, None)
        if begun:
            if begun.session:
                begun.session.close()
            begun.connection.close()

    def after_commit(self, name: str, listener: Callable[[Any], object]) -> None:
        """Call ``listener`` with the note of this name of each transaction that has one and was committed."""
        self._listeners[name] = listener

    def note_erasure(self) -> None:
        """Mark this transaction as erasing personal data; SQLite's write-ahead log is emptied after its commit."""
        self.transaction.notes[ERASED] = True

    def _empty_log(self, _: object) -> None:
        """Move the content of the log into the database and truncate it, so no earlier page stays readable.

        What was committed stays so if this fails, on a full disk for example.
        """
        try:
            with self._autocommit.connect() as connection:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
            reason = "somebody reads; the next erasure or restart does it" if busy else ""
        except DatabaseBusy as error:
            reason = str(error)
        if reason:
            log.warning("wal_not_truncated", reason=reason)

    def check(self, *, row_security: bool) -> None:
        """Raise DatabaseUnfit if the database is damaged, would change times, or, in production, let a site see
        another's rows.

        An unreachable database does not prevent the start: the health check reports it until it is back.
        """
        try:
            with self._reader.connect() as connection:
                check_zone(connection)
                if row_security:
                    check_role(connection)
        except (DatabaseBusy, OperationalError) as error:
            # The driver's own words: a wrong password looks like a server that is down otherwise.
            log.warning("database_not_checked", reason=str(error.__cause__ or error))
        except DatabaseError as error:
            if not is_damaged(error):
                raise
            raise DatabaseUnfit(
                f"DATABASE_URL: this file is damaged or not a SQLite database ({error.orig}). Restore a backup."
            ) from error

    def reachable(self) -> bool:
        """Return True if the database responds within a second; drivers are slow to notice a silent one."""
        return self._reachable.succeeds()

    def migrated(self) -> bool:
        """Return True if the database has the tables that this version needs. Once it has, it is not asked again."""
        if not self._migrated:
            try:
                with self._reader.connect() as connection:
                    self._migrated = is_migrated(connection)
            except (DatabaseBusy, SQLAlchemyError):
                return False
        return self._migrated

    def reason(self, error: BaseException) -> str:
        """Return in the database's own words why it did not respond or cannot be used; "" for other errors."""
        return reason_of(error)

    def close(self, app: Flask) -> None:
        """Close all connections, also the one that a check under way is about to open."""
        self._reachable.wait()
        for engine in self._engines(app):
            engine.dispose()

    @property
    def has_written(self) -> bool:
        """Return True if this request has begun to write."""
        return BEGUN in vars(g)

    def _engines(self, app: Flask) -> list[Engine]:
        """Return the app's engine, and the owner's if there is one."""
        with app.app_context():
            return list(self.extension.engines.values())

    def _answers(self) -> bool:
        try:
            with self._reader.connect() as connection:
                connection.execute(text("SELECT 1"))
        except (DatabaseBusy, SQLAlchemyError):
            return False
        return True

    def _switch(self, before: Scope, scope: Scope) -> None:
        if scope == before:
            return
        if not self._is_file and (begun := vars(g).get(BEGUN)):
            if begun.session:
                begun.session.flush()
            set_site(begun.connection, *scope)
        g.database_scope = scope


def _scope() -> Scope:
    """Return the site whose rows this request may see; none before its token is verified, and outside of requests."""
    return g.database_scope if has_app_context() and "database_scope" in g else NOBODYS
