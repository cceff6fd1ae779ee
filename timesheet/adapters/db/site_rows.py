"""The rows of one site: the common parts of its tables, and how they are read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import Field, dataclass, field, replace
from functools import cache, partial, update_wrapper
from typing import Any, ClassVar, Concatenate, ParamSpec, Protocol, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Executable,
    ForeignKey,
    ForeignKeyConstraint,
    Insert,
    Row,
    Select,
    String,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.plain_rows import PlainReader
from timesheet.adapters.db.recall import UNKNOWN
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.errors import DELETED, NEWER, Conflict

T = TypeVar("T")
P = ParamSpec("P")
LOCK = select(SiteRow.revision).where(SiteRow.client_key == bindparam("site")).with_for_update(key_share=True)
LOCK_ROWS = select(SiteRow.revision).where(SiteRow.client_key == bindparam("site")).with_for_update()
Statement = Select[*tuple[Any, ...]]
FoundRows = Sequence[Row[*tuple[Any, ...]]]
LOCKED = "locked_site"


class OfSite:
    """A table whose rows belong to a site and are deleted with it.

    Each has the foreign key itself: a cascade through another table would violate checks in between.
    """

    client_key: Mapped[str] = mapped_column(
        String(255), ForeignKey("site.client_key", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )


class SiteTable(OfSite, Base):
    """The base class of these tables."""

    __abstract__ = True


class Versioned(Protocol):
    """A dataclass that two people may change at the same time."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def version(self) -> int:
        """Return the version, which rises with every save."""


V = TypeVar("V", bound=Versioned)


def within_site(columns: str, target: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Return a foreign key that cannot leave the site. ``columns`` are names; ``target`` is ``table`` and its names."""
    table, *names = target.split()
    return ForeignKeyConstraint(
        ["client_key", *columns.split()],
        [f"{table}.{name}" for name in ("client_key", *names)],
        ondelete=ondelete,
    )


def of_site(row: type[SiteTable]) -> ColumnElement[bool]:
    """Return the condition that every statement has."""
    return row.client_key == bindparam("site")


@dataclass(eq=False, slots=True)
class SiteRows:
    """Reads and writes rows of one site."""

    database: Database
    site: str
    rows_read: int = field(default=0, init=False)
    _locked_at: int | None = field(default=None, init=False)

    def keep_revision(self) -> None:
        """Read at the revision that the last lock found, after a transaction that wrote only what does not raise it."""
        if self._locked_at is not None:
            self.database.note_revision(self._locked_at)

    def read(self, statement: Statement, **values: object) -> FoundRows:
        """Return the rows of a prepared statement."""
        [found] = self.database.rows_of(((statement, {"site": self.site, **values}),))
        self.rows_read += len(found)
        return found

    def read_all(self, statements: Sequence[Statement], **values: object) -> list[FoundRows]:
        """Return the rows of several statements, read in one short transaction."""
        each = {"site": self.site, **values}
        found = self.database.rows_of([(statement, each) for statement in statements])
        self.rows_read += sum(map(len, found))
        return found

    @contextmanager
    def reading_plain(self) -> Iterator[PlainReader]:
        """Read rows of statements as driver tuples: texts and integers only, for very many rows."""
        with self.database.reading_plain() as read:
            yield partial(read, site=self.site)

    def read_each(self, statement: Statement, values: Sequence[Mapping[str, object]]) -> list[FoundRows]:
        """Return the rows of one prepared statement for each of these values, read in one short transaction."""
        return self.database.rows_of([(statement, {"site": self.site, **each}) for each in values])

    def lock(self) -> None:
        """Lock this site for other writers until the request ends, so everything read from now on stays valid.

        A transaction keeps its lock until its end, so the lock is requested only once.
        """
        begun = self.database.transaction
        if begun.notes.get(LOCKED) != self.site:
            self._locked_at = begun.connection.execute(LOCK, {"site": self.site}).scalar()
            begun.notes[LOCKED] = self.site

    def lock_rows(self) -> None:
        """Lock this site as ``lock`` does, and so that no row can be added to it either."""
        # First, because whoever has added a row and waits for ``lock`` would wait forever for a request that has it.
        self.database.transaction.connection.execute(LOCK_ROWS, {"site": self.site})
        self.lock()

    def put(self, row: type[SiteTable], key: Mapping[str, object], values: Mapping[str, object]) -> None:
        """Update the row with this key, or insert it. Needs the lock."""
        if not self.change(row, key, values):
            self.add(row, [{**key, **values}])

    def change(self, row: type[SiteTable], key: Mapping[str, object], values: Mapping[str, object]) -> int:
        """Update the rows that have these values; return how many."""
        return self.run(update(row).where(*self._matching(row, key)).values(**values))

    def add(self, row: type[SiteTable], rows: Sequence[Mapping[str, object]]) -> None:
        """Insert these rows."""
        if rows:
            self._execute(_inserting(row), [{"client_key": self.site, **values} for values in rows])

    def remove(self, row: type[SiteTable], **key: object) -> int:
        """Delete the rows that have these values; return how many."""
        return self.run(delete(row).where(*self._matching(row, key)))

    def run(self, statement: Executable, **values: object) -> int:
        """Execute a write; return how many rows it affected. Raise Conflict if a row that it refers to is gone."""
        return self._execute(statement, {"site": self.site, **values})

    def run_returning(
        self,
        statement: ReturningDelete[*tuple[Any, ...]] | ReturningUpdate[*tuple[Any, ...]],
        **values: object,
    ) -> FoundRows:
        """Execute a write; return what it returns of each row."""
        return self.database.transaction.connection.execute(statement, {"site": self.site, **values}).all()

    def run_alone(self, statement: Executable, **values: object) -> int:
        """Execute a write in a transaction of its own, in a request that has written nothing; see Database."""
        return self.database.write_alone(statement, {"site": self.site, **values})

    def _execute(
        self, statement: Executable, values: Mapping[str, object] | Sequence[Mapping[str, object]]
    ) -> int:
        try:
            result = self.database.transaction.connection.execute(statement, values)
        except IntegrityError as error:
            if _refers_to_nothing(error):
                raise Conflict(DELETED) from error
            raise
        return result.rowcount

    def _matching(self, row: type[SiteTable], key: Mapping[str, object]) -> list[ColumnElement[bool]]:
        return [of_site(row), *(getattr(row, name) == value for name, value in key.items())]


class Store(Protocol):
    """A store of one site."""

    @property
    def _rows(self) -> SiteRows: ...


S = TypeVar("S", bound=Store)


def recalled(read: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Answer a store's method from memory while the site's revision stays the same.

    Only for reads of tables whose changes raise the revision, with answers that nobody modifies.
    """
    method = read.__qualname__

    def recall(store: S, /, *args: P.args, **named: P.kwargs) -> T:
        rows = store._rows  # noqa: SLF001
        database, site = rows.database, rows.site
        revision = database.revision(site)
        if revision is None:
            return read(store, *args, **named)
        # The items of a list or set are part of the name.
        parts = [
            frozenset(one) if isinstance(one, Set) else tuple(one) if isinstance(one, list) else one
            for one in (*args, *named.items())
        ]
        name = (method, *parts) if parts else method
        known = database.memory.get(site, revision, name)
        if known is not UNKNOWN:
            return cast(T, known)
        before = rows.rows_read
        answer = read(store, *args, **named)
        database.memory.keep(site, revision, name, answer, 1 + rows.rows_read - before)
        return answer

    return cast(Callable[Concatenate[S, P], T], update_wrapper(recall, read))


@cache
def _inserting(row: type[SiteTable]) -> Insert:
    return insert(row)


def next_version(stored: V | None, given: V) -> V:
    """Return what is given with its next version, the first being 1; or what is stored, if both are the same.

    Whoever saves a form without a change is in nobody's way; only the first save counts also without one. A browser
    that received no answer sends the same change again: what it wants is stored already. Everything else that does
    not follow the stored version raises Conflict.
    """
    if given.version and given == stored:
        return given
    saved = replace(given, version=given.version + 1)
    if saved.version != (stored.version if stored else 0) + 1 and saved != stored:
        raise Conflict(NEWER if stored else DELETED, current=stored)
    return saved


def _refers_to_nothing(error: IntegrityError) -> bool:
    """Return True for a violated foreign key, as PostgreSQL and SQLite report it."""
    codes = (getattr(error.orig, name, None) for name in ("sqlstate", "sqlite_errorname"))
    return not {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}.isdisjoint(codes)
