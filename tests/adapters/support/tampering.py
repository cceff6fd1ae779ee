"""Random changes to the tables of the audit log, as by somebody who controls the database but has none of the keys."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.base import Base
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import FIELDS, chained, genesis
from timesheet.domain.audit.event import AuditDraft, Origin, PersonId
from timesheet.services.audit.export import checkpoint_fields
from timesheet.services.ports.audit import Checkpoint, Head

NOW = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=200)
KEY, OWN = AuditKey("a signing key of a test"), AuditKey("a key of whoever owns the database")
SITE = "acme"
DAYS = 120
LAST = 1012
BEGINS = 41
"""The event that the last trim dropped last."""
OF_SITE = (
    *("audit_event", "audit_event_person", "audit_person", "audit_checkpoint"),
    *("audit_trim", "audit_trim_proof", "audit_head"),
)
REGISTERS = ("audit_register", "audit_register_head")
IN_EXPORTS = frozenset({"audit_event", "audit_checkpoint", "audit_trim", "audit_trim_proof", "audit_head"})


def draft(number: int, action: Action = Action.TEAM_CHANGED, object_id: str = "", **more: Any) -> AuditDraft:
    """Return an event, usually by one of five people about another."""
    at = NOW + timedelta(minutes=number) if number < 50 else LATER + timedelta(minutes=number)
    people = {"before": {"lead": PersonId(f"p{number % 5}")}, "after": {"lead": PersonId(f"p{number % 7}")}}
    return AuditDraft(
        action,
        at,
        f"p{number % 3}",
        Origin.PAGE,
        f"request-{number}",
        object_id or f"t{number}",
        **(people | more),
    )


def fill(audit: DbAuditStore) -> None:
    """Create a chain with every feature: two trims, erasures before and after them, checkpoints, a thousand events."""
    nothing: dict[str, Any] = {"before": {}, "after": {}}
    audit.append(
        draft(0, Action.SETTING_CHANGED, "settings", before={"audit_days": None}, after={"audit_days": DAYS})
    )
    for number in range(1, 40):
        audit.append(draft(number))
        if number % 13 == 0:
            audit.add_checkpoint(KEY.sign(SITE, audit.head(), NOW + timedelta(minutes=number)))
    audit.append(draft(40, Action.PERSON_ERASED, "p4", **nothing))
    gone = audit.forget("p4")
    audit.add_checkpoint(KEY.sign(SITE, audit.head(), NOW + timedelta(minutes=41)))
    audit.append(draft(41, Action.MEMBER_REMOVED, gone, **nothing))
    for through in (audit.checkpoints()[0].seq, audit.checkpoints()[-1].seq):
        trim = audit.trim(through, DAYS, LATER)
        assert trim is not None
        after = {"events": trim.events, "first": trim.first_at, "last": trim.last_at}
        audit.append(draft(50 + through, Action.AUDIT_TRIMMED, str(through), before={}, after=after))
    audit.append(draft(150, Action.PERSON_ERASED, "p6", **nothing))
    audit.forget("p6")
    while audit.head().seq < LAST:
        audit.append(draft(200 + audit.head().seq))


class Tamperer:
    """Makes a random change in a transaction that is rolled back afterward."""

    def __init__(self, connection: Connection, chance: random.Random) -> None:
        self._connection, self._chance = connection, chance
        self.tables: set[str] = set()
        self.ways: Sequence[Callable[[], str]] = (
            *(self.change_a_field,) * 6,
            *(self.delete_rows,) * 3,
            *(self.copy_a_row,) * 3,
            *(self.swap_fields,) * 2,
            *(self.cut_the_tail,) * 2,
            *(self.write_anew,) * 2,
            self.cut_the_beginning,
            self.move_events,
            self.remove_the_site,
            self.forget_a_person,
            self.name_an_erased_person,
            self.remove_signatures,
        )

    def tamper(self) -> str:
        """Make one change and return its description."""
        self.tables = set()
        return self._chance.choice(self.ways)()

    def change_a_field(self) -> str:
        table = self._any_table()
        row = self._any_row(table)
        column = self._chance.choice(list(row))
        return self._set(table, row, column, self._other(row[column]))

    def swap_fields(self) -> str:
        table = self._any_table()
        row, other = self._any_row(table), self._any_row(table)
        columns = [name for name in row if row[name] != other[name]]
        if not columns:
            return self.change_a_field()
        column = self._chance.choice(columns)
        return self._set(table, row, column, other[column])

    def delete_rows(self) -> str:
        table = self._any_table()
        row = self._any_row(table)
        if table == "audit_event":
            self._run(
                "DELETE FROM audit_event_person WHERE client_key = :client_key AND seq = :seq",
                **_key(table, row),
            )
        self._run(f"DELETE FROM {table} WHERE {_where(table)}", **_key(table, row))
        if not _visible(table, row):
            self.tables = set()
        return f"{table}: deleted {_key(table, row)}"

    def copy_a_row(self) -> str:
        table = self._any_table()
        row = dict(self._any_row(table))
        names = [name for name in _keys(table) if name != "client_key"] or ["client_key"]
        name = self._chance.choice(names)
        row[name] = self._other(row[name])
        if name == "client_key" or table == "audit_trim_proof" or not _visible(table, row):
            self.tables = set()
        if table == "audit_person":
            row["account_id"] = self._chance.choice([None, "eve"])
        self._run(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{one}' for one in row)})", **row
        )
        return f"{table}: added {row}"

    def move_events(self) -> str:
        first = self._chance.randint(60, LAST - 1)
        self.tables = {"audit_event"}
        for seq, to in ((first, 10**6), (first + 1, first), (10**6, first + 1)):
            for table in ("audit_event_person", "audit_event"):
                self._run(f"UPDATE {table} SET seq = :to WHERE seq = :seq", seq=seq, to=to)
        return f"events {first} and {first + 1} change places"

    def cut_the_tail(self) -> str:
        """Remove the last events, and everything about them that can be removed."""
        self.tables = {"audit_event"}
        last = self._chance.choice([1000, self._chance.randint(45, LAST - 1)])
        for table in ("audit_event_person", "audit_event", "audit_checkpoint"):
            self._run(f"DELETE FROM {table} WHERE client_key = :site AND seq > :last", site=SITE, last=last)
        how = self._chance.choice(["head stays", "head removed", "checkpoint as head", "own head"])
        if how != "head stays":
            self._run("DELETE FROM audit_head WHERE client_key = :site", site=SITE)
        if how == "checkpoint as head":
            names = "client_key, seq, hash, at, key_id, public_key, signature"
            self._run(
                f"INSERT INTO audit_head ({names}, checkpoints) SELECT {names}, 3 FROM audit_checkpoint "
                "WHERE client_key = :site "
                "AND seq = (SELECT max(seq) FROM audit_checkpoint WHERE client_key = :site)",
                site=SITE,
            )
        if how == "own head":
            self._sign_head(last, self._hash(last))
        return f"tail cut after {last}, {how}"

    def write_anew(self) -> str:
        """Change an event, recompute all later hashes, and sign what can be signed with another key."""
        self.tables = {"audit_event"}
        seq = self._chance.randint(60, LAST)
        self._run(
            "UPDATE audit_event SET details = :details WHERE client_key = :site AND seq = :seq",
            details='{"after":{},"before":{}}',
            site=SITE,
            seq=seq,
        )
        digest = self._chain_up(seq)
        how = self._chance.choice(["as it was", "without", "own"])
        if how != "as it was":
            self._run(
                "DELETE FROM audit_checkpoint WHERE client_key = :site AND seq >= :seq", site=SITE, seq=seq
            )
            self._run("DELETE FROM audit_head WHERE client_key = :site", site=SITE)
        if how == "own":
            self._sign_head(LAST, digest)
            if seq <= 1000:
                self._add_signed("audit_checkpoint", OWN.sign(SITE, Head(1000, self._hash(1000)), LATER))
        return f"event {seq} written anew, heads {how}"

    def cut_the_beginning(self) -> str:
        """Delete events by a trim that the app did not make."""
        self.tables = {"audit_event"}
        through = 1000
        copied = self._chance.choice([True, False])
        self._run(
            "INSERT INTO audit_trim (client_key, through, events, first_at, last_at) "
            "SELECT client_key, :through, :count, first_at, last_at FROM audit_trim WHERE client_key = :site "
            "ORDER BY through LIMIT 1",
            through=through,
            count=960,
            site=SITE,
        )
        if copied:
            names = "at, days, event, erased, key_id, public_key, signature"
            self._run(
                f"INSERT INTO audit_trim_proof (client_key, through, {names}) SELECT client_key, :through, {names} "
                "FROM audit_trim_proof WHERE client_key = :site ORDER BY through LIMIT 1",
                through=through,
                site=SITE,
            )
        for table in ("audit_event_person", "audit_event"):
            self._run(
                f"DELETE FROM {table} WHERE client_key = :site AND seq <= :last", site=SITE, last=through
            )
        return f"beginning cut, proof {'copied' if copied else 'left out'}"

    def remove_the_site(self) -> str:
        self._run("DELETE FROM site WHERE client_key = :site", site=SITE)
        listed = self._chance.choice([True, False])
        if not listed:
            self._run("DELETE FROM audit_register WHERE client_key = :site", site=SITE)
        return f"site removed, {'listed' if listed else 'not listed'}"

    def forget_a_person(self) -> str:
        row = self._any_row("audit_person")
        values = self._chance.choice(["account_id = NULL, salt = NULL", "salt = NULL", "account_id = 'eve'"])
        self._run(f"UPDATE audit_person SET {values} WHERE ref = :ref", ref=row["ref"])
        if row["account_id"] is None and "NULL" in values:
            return self.change_a_field()
        return f"{values} for {row['ref']}"

    def name_an_erased_person(self) -> str:
        self._run(
            "UPDATE audit_person SET account_id = 'p6', salt = :salt WHERE account_id IS NULL AND client_key = :site "
            "AND ref = (SELECT max(ref) FROM audit_person WHERE account_id IS NULL AND client_key = :site)",
            salt="0" * 32,
            site=SITE,
        )
        return "erased person named again"

    def remove_signatures(self) -> str:
        self.tables = {"audit_head"}
        for table in ("audit_head", "audit_register_head", "audit_register", "audit_trim_proof"):
            self._run(f"DELETE FROM {table}")
        return "all signatures removed"

    def _any_table(self) -> str:
        table = self._chance.choice([*OF_SITE, *REGISTERS])
        self.tables = {table}
        return table

    def _any_row(self, table: str) -> dict[str, Any]:
        where = "" if table in REGISTERS else f" WHERE client_key = '{SITE}'"
        keys = ", ".join(_keys(table))
        rows = (
            self._connection.execute(text(f"SELECT * FROM {table}{where} ORDER BY {keys}")).mappings().all()
        )
        return dict(self._chance.choice(rows))

    def _set(self, table: str, row: dict[str, Any], column: str, value: Any) -> str:
        self._run(
            f"UPDATE {table} SET {column} = :value WHERE {_where(table)}", value=value, **_key(table, row)
        )
        if self._value(table, row, column) == row[column]:
            # PostgreSQL truncates surplus spaces of a column, including a key: nothing was changed.
            return self.change_a_field()
        if column == "client_key" or not _visible(table, row):
            self.tables = set()
        return f"{table}.{column}: {row[column]!r} became {value!r} in {_key(table, row)}"

    def _value(self, table: str, row: dict[str, Any], column: str) -> Any:
        statement = text(f"SELECT {column} FROM {table} WHERE {_where(table)}")
        return self._connection.execute(statement, _key(table, row)).scalar_one_or_none()

    def _other(self, value: Any) -> Any:
        if value is None:
            return "x"
        if isinstance(value, int):
            return value + self._chance.choice([-value, -1, 1, 7] if value else [1, 7])
        place = self._chance.randrange(len(value) + 1)
        ways: list[str] = [
            "",
            value[:-1],
            value.upper(),
            value[:place] + "0" + value[place + 1 :],
            "other",
            value + " ",
        ]
        return self._chance.choice([other for other in ways if other != value])

    def _chain_up(self, first: int) -> str:
        """Recompute the hashes from an event on; return the last one."""
        found = self._connection.execute(
            text(
                f"SELECT {', '.join(FIELDS)} FROM audit_event WHERE client_key = :site AND seq >= :seq ORDER BY seq"
            ),
            {"site": SITE, "seq": first},
        ).all()
        before = bytes.fromhex(self._hash(first - 1))
        for row in found:
            before = chained(before, "\n".join(map(str, row)))
            self._run(
                "UPDATE audit_event SET hash = :hash WHERE client_key = :site AND seq = :seq",
                hash=before.hex(),
                site=SITE,
                seq=row[0],
            )
        return before.hex()

    def _hash(self, seq: int) -> str:
        found = self._connection.execute(
            text("SELECT hash FROM audit_event WHERE client_key = :site AND seq = :seq"),
            {"site": SITE, "seq": seq},
        ).scalar()
        return str(found) if found else genesis(SITE).hex()

    def _sign_head(self, seq: int, digest: str) -> None:
        head = OWN.sign_head(SITE, Head(seq, digest), LATER, 4)
        self._add_signed("audit_head", head, checkpoints=head.checkpoints)

    def _add_signed(self, table: str, head: Checkpoint, **more: object) -> None:
        values = {"client_key": SITE, **checkpoint_fields(head), **more}
        names = ", ".join(values)
        self._run(f"INSERT INTO {table} ({names}) VALUES (:{names.replace(', ', ', :')})", **values)

    def _run(self, statement: str, **values: Any) -> None:
        self._connection.execute(text(statement), values)


def _keys(table: str) -> list[str]:
    return [column.name for column in Base.metadata.tables[table].primary_key.columns]


def _key(table: str, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _keys(table)}


def _where(table: str) -> str:
    return " AND ".join(f"{name} = :{name}" for name in _keys(table))


def _visible(table: str, row: dict[str, Any]) -> bool:
    """Return True for rows in an export of all events: nothing from before the last trim except the trims
    themselves.
    """
    return table not in ("audit_event", "audit_checkpoint") or int(row["seq"]) >= BEGINS


def tampered_lines(lines: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Yield the lines of an export with one random change."""
    kept, number = list(lines), chance.randrange(len(lines))
    line = kept[number]
    place = chance.randrange(len(line))
    way = chance.choice(
        ["char", "char", "char", "drop", "copy", "swap", "cut", "field", "name", "space", "unsigned"]
    )
    if way == "char":
        kept[number] = line[:place] + chance.choice('0a,}"x1') + line[place + 1 :]
        if kept[number] == line:
            kept[number] = line[:place] + line[place + 1 :]
    elif way == "drop":
        del kept[number]
    elif way == "copy":
        kept.insert(chance.randrange(len(kept)), line)
    elif way == "swap":
        other = (number + chance.randint(1, len(kept) - 1)) % len(kept)
        kept[number], kept[other] = kept[other], kept[number]
    elif way == "cut":
        kept = kept[: chance.randrange(len(kept))]
    elif way == "field":
        kept[number] = line.replace("{", '{"note":"x",', 1)
    elif way == "name":
        kept[number] = line.replace("}", ',"at":"x"}', 1)
    elif way == "space":
        kept[number] = line.replace(":", ": ", 1)
    else:
        kept = [one for one in kept if not one.startswith(('{"checkpoint', '{"head', '{"export'))]
    yield from (f"{one}\n" for one in kept)


def turned(column: str) -> str:
    """Return an assignment that turns a hexadecimal text by one digit.

    Replacing one digit by another would leave the texts alone in which it does not occur: one hash of sixty.
    """
    return f"{column} = substr({column}, 2) || substr({column}, 1, 1)"
