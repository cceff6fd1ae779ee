"""What was read of a site is remembered while its revision stays the same, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from inspect import getmembers
from re import findall

import pytest
from flask import Flask

from tests.adapters.support.site_data import fill, make_team, stores_of
from timesheet.adapters.db.attribute.attribute import DbAttributeStore
from timesheet.adapters.db.calendar.global_calendar import DbCalendarStore
from timesheet.adapters.db.calendar.leave import DbLeaveStore
from timesheet.adapters.db.calendar.legend import DbLegendStore
from timesheet.adapters.db.calendar.workload_scheme import DbSchemeStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.period.period import DbPeriodStore
from timesheet.adapters.db.recall import UNKNOWN, RevisionMemory
from timesheet.adapters.db.report.view import DbViewStore
from timesheet.adapters.db.revision import RAISING
from timesheet.adapters.db.site.label import DbLabelStore
from timesheet.adapters.db.site.permission import DbPermissionStore
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.adapters.db.stores import DbStores
from timesheet.adapters.db.team.team import DbTeamStore
from timesheet.domain.permission import Grant, Module, Whom
from timesheet.domain.span import DateSpan
from timesheet.services.ports.stores import Stores

SPAN = DateSpan(date(2024, 6, 1), date(2024, 6, 30))
SOME = Grant(Whom.SOME, frozenset({"g"}))
STORES = (
    *(DbCalendarStore, DbLeaveStore, DbLegendStore, DbSchemeStore, DbPeriodStore),
    *(DbAttributeStore, DbLabelStore, DbPermissionStore, DbTeamStore, DbViewStore),
)
READS: dict[str, Callable[[Stores], object]] = {
    "DbCalendarStore.all": lambda s: s.calendars.all(),
    "DbCalendarStore.get": lambda s: s.calendars.get("c"),
    "DbCalendarStore.of": lambda s: s.calendars.of({"c"}, SPAN),
    "DbCalendarStore.used_by": lambda s: s.calendars.used_by("c"),
    "DbLeaveStore.all": lambda s: s.leaves.all(),
    "DbLeaveStore.of": lambda s: s.leaves.of(["ana"], SPAN),
    "DbLegendStore.all": lambda s: s.legends.all(),
    "DbSchemeStore.all": lambda s: s.schemes.all("team"),
    "DbSchemeStore.get": lambda s: s.schemes.get("own"),
    "DbSchemeStore.used_by": lambda s: s.schemes.used_by("own"),
    "DbPeriodStore.rule": lambda s: s.periods.rule(),
    "DbPeriodStore.spans": lambda s: s.periods.spans(),
    "DbPeriodStore.rule_and_spans": lambda s: s.periods.rule_and_spans(),
    "DbPeriodStore.records": lambda s: s.periods.records("team"),
    "DbPeriodStore.closed": lambda s: s.periods.closed(["team"], SPAN),
    "DbPeriodStore.recorded": lambda s: s.periods.recorded("ana"),
    "DbPeriodStore.concerning": lambda s: s.periods.concerning("ana", ["team"], SPAN),
    "DbPeriodStore.holding": lambda s: s.periods.holding(1),
    "DbPeriodStore.holders": lambda s: s.periods.holders(["r"], [1]),
    "DbLateChangeStore.late_changes": lambda s: s.periods.late_changes("team"),
    "DbLabelStore.all": lambda s: s.labels.all(),
    "DbViewStore.of": lambda s: s.views.of("ana", ["team"]),
    "DbViewStore.get": lambda s: s.views.get("v"),
    "DbViewStore.concerning": lambda s: s.views.concerning("ana"),
    "DbAttributeStore.all": lambda s: s.attributes.all(),
    "DbAttributeStore.chosen": lambda s: s.attributes.chosen(),
    "DbPermissionStore.read": lambda s: s.permissions.read(),
    "DbTeamStore.all": lambda s: s.teams.all(archived=False),
    "DbTeamStore.get": lambda s: s.teams.get("team"),
    "DbTeamStore.opening": lambda s: s.teams.opening("team", "ana"),
    "DbTeamStore.roles": lambda s: s.teams.roles("team"),
    "DbTeamStore.roles_of": lambda s: s.teams.roles_of(["team"]),
    "DbTeamStore.members": lambda s: s.teams.members("team"),
    "DbTeamStore.sizes": lambda s: s.teams.sizes(["team"], SPAN.first),
    "DbTeamStore.member": lambda s: s.teams.member("team", "ana"),
    "DbTeamStore.teams_of": lambda s: s.teams.teams_of("ana"),
    "DbTeamStore.memberships_of": lambda s: s.teams.memberships_of("ana"),
    "DbTeamStore.groups": lambda s: s.teams.groups(),
}


class Process:
    """One process of the app: its own memory, the same database."""

    def __init__(self, url: str) -> None:
        self.app = Flask("test")
        self.database = Database(self.app, url)

    def asks(self, use: Callable[[Stores], object], site: str = "acme") -> object:
        """Return the result of one request of a site."""
        with self.app.app_context():
            self.database.enter(site)
            found = use(DbStores(self.database, site))
            self.database.commit()
            return found

    def close(self) -> None:
        with self.app.app_context():
            self.database.extension.engine.dispose()


@pytest.fixture
def processes(database: Database, database_address: str) -> Iterator[tuple[Process, Process]]:
    fill(stores_of(database, "acme"))
    database.commit()
    both = Process(database_address), Process(database_address)
    yield both
    for process in both:
        process.close()


@pytest.fixture
def database_address(database: Database) -> str:
    return str(database.extension.engine.url.render_as_string(hide_password=False))


def read(stores: Stores) -> object:
    return stores.permissions.read().modules.get(Module.TEAMS)


def limit(stores: Stores) -> object:
    granted = stores.permissions.read()
    return stores.permissions.save(replace(granted, modules={Module.TEAMS: SOME}))


def selects(statements: list[str]) -> list[str]:
    return [
        statement
        for statement in statements
        if statement.startswith("SELECT") and "set_config" not in statement
    ]


def test_a_request_reads_the_revision_and_what_was_not_read_before(
    processes: tuple[Process, Process], statements: list[str]
) -> None:
    process, _ = processes
    process.asks(lambda s: (s.permissions.read(), s.permissions.read(), s.teams.all()))
    assert len(selects(statements)) == 3
    statements.clear()
    process.asks(lambda s: (s.permissions.read(), s.teams.all()))
    [statement] = selects(statements)
    assert "site.revision" in statement


def test_what_one_process_changes_the_next_request_of_another_sees(
    processes: tuple[Process, Process],
) -> None:
    one, other = processes
    assert one.asks(read) is None
    other.asks(limit)
    assert one.asks(read) == SOME
    assert other.asks(read) == SOME


def test_a_request_sees_what_it_changes_itself(processes: tuple[Process, Process]) -> None:
    process, _ = processes
    process.asks(read)
    assert process.asks(lambda s: (limit(s), read(s))[1]) == SOME


def test_what_was_rolled_back_is_not_remembered(processes: tuple[Process, Process]) -> None:
    process, _ = processes
    with process.app.app_context():
        process.database.enter("acme")
        stores = DbStores(process.database, "acme")
        limit(stores)
        assert read(stores) == SOME
        process.database.roll_back()
        assert read(stores) is None
    assert process.asks(read) is None


def test_after_its_own_commit_a_request_asks_for_the_revision_again(
    processes: tuple[Process, Process],
) -> None:
    process, other = processes
    with process.app.app_context():
        process.database.enter("acme")
        stores = DbStores(process.database, "acme")
        assert read(stores) is None
        stores.teams.save(stores.teams.get("team"))
        process.database.commit()
        other.asks(limit)
        assert read(stores) == SOME


def test_a_request_decides_anew_on_demand(processes: tuple[Process, Process]) -> None:
    process, other = processes
    with process.app.app_context():
        process.database.enter("acme")
        stores = DbStores(process.database, "acme")
        assert read(stores) is None
        other.asks(limit)
        assert read(stores) is None, "one request sees one state"
        stores.renew()
        assert read(stores) == SOME


def test_whoever_did_not_enter_a_site_reads_each_time(processes: tuple[Process, Process]) -> None:
    """A command may run for hours."""
    process, other = processes
    with process.app.app_context(), process.database.within("acme"):
        stores = DbStores(process.database, "acme")
        assert read(stores) is None
        other.asks(limit)
        assert read(stores) == SOME


def test_sites_do_not_share_a_memory(processes: tuple[Process, Process], database: Database) -> None:
    process, _ = processes
    make_team(stores_of(database, "other"), "elsewhere")
    database.commit()
    assert [team.id for team in process.asks(lambda s: s.teams.all())] == ["team"]  # type: ignore[attr-defined]
    elsewhere = process.asks(lambda s: s.teams.all(), "other")
    assert [team.id for team in elsewhere] == ["elsewhere"]  # type: ignore[attr-defined]


def test_the_settings_bring_the_revision_with_them(
    processes: tuple[Process, Process], statements: list[str]
) -> None:
    process, _ = processes
    process.asks(read)
    statements.clear()
    with process.app.app_context():
        process.database.enter("acme")
        DbSettingsStore(process.database, "acme").read_both("ana")
        assert read(DbStores(process.database, "acme")) is None
    assert len(selects(statements)) == 1


@pytest.mark.parametrize("name", READS)
def test_a_remembered_read_uses_only_tables_that_raise_the_revision(
    processes: tuple[Process, Process], statements: list[str], name: str
) -> None:
    process, _ = processes
    first = process.asks(READS[name])
    sent = [statement for statement in selects(statements) if "site.revision" not in statement]
    used = {table for statement in sent for table in findall(r"(?:FROM|JOIN) \"?(\w+)", statement)}
    assert used
    assert used <= set(RAISING)
    statements.clear()
    assert process.asks(READS[name]) == first
    assert len(selects(statements)) == 1, "the second time it comes from memory"


def test_every_remembered_read_is_among_them() -> None:
    found = {
        method.__qualname__
        for store in STORES
        for _, method in getmembers(store)
        if hasattr(method, "__wrapped__")
    }
    assert found == READS.keys()


def test_the_stores_are_all_there_are(database: Database) -> None:
    stores = stores_of(database, "acme")
    names = [name for name, value in vars(Stores).items() if isinstance(value, property)]
    assert {type(getattr(stores, name)) for name in names} == set(STORES)


def test_the_memory_forgets_another_revision() -> None:
    memory = RevisionMemory()
    memory.keep("acme", 1, "a", "old", 1)
    assert memory.get("acme", 1, "a") == "old"
    assert memory.get("acme", 2, "a") is memory.get("other", 1, "a") is memory.get("acme", 1, "b") is UNKNOWN
    memory.keep("acme", 2, "b", "new", 1)
    assert memory.get("acme", 1, "a") is UNKNOWN
    assert memory.get("acme", 2, "b") == "new"
    memory.keep("acme", 2, "b", "again", 1)
    assert memory.get("acme", 2, "b") == "new"


def test_the_memory_is_bounded() -> None:
    memory = RevisionMemory(most_rows=10)
    memory.keep("a", 1, "x", "ax", 4)
    memory.keep("b", 1, "x", "bx", 4)
    assert memory.get("a", 1, "x") == "ax"
    memory.keep("c", 1, "x", "cx", 4)
    assert memory.get("b", 1, "x") is UNKNOWN, "it was used least recently"
    assert (memory.get("a", 1, "x"), memory.get("c", 1, "x")) == ("ax", "cx")
    memory.keep("c", 1, "y", "cy", 7)
    assert memory.get("c", 1, "x") is UNKNOWN, "one site has no more room than all"
    assert memory.get("c", 1, "y") == "cy"
    memory.keep("d", 1, "x", "dx", 11)
    assert memory.get("d", 1, "x") is UNKNOWN
    for number in range(100):
        memory.keep("e", number, "x", number, 10)
        assert memory.get("e", number, "x") == number
