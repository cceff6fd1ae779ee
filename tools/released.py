"""Record the statements that this version sends to its databases: python -m tools.released, at each release.

The next version's migrations must leave a schema on which all of them still work, because both versions run
side by side during an upgrade. `tests/adapters/db/test_released.py` tries that.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from types import FrameType

import pytest
from sqlalchemy import Connection, Engine, event

from timesheet.adapters.db.fitness import newest_migration
from tools.project import ROOT

FILE = ROOT / "tests" / "adapters" / "db" / "released.json"
# These tests reach every store, every route, and every command, on both databases.
TESTS = (
    *(f"tests/adapters/db/{part}" for part in ("calendar", "period", "privacy", "site", "team", "worklog")),
    *("tests/adapters/db/audit/test_store.py", "tests/web/http/test_tenancy.py", "tests/web/commands"),
)
PLACE = re.compile(r"%\(\w+\)s|%s")
# A list of values after IN, and many rows of an INSERT.
LISTS = re.compile(r"IN \([?:A-Z, ]+\)|VALUES (?:\([^()]*\), )+\([^()]*\)")
REPEATED = re.compile(r"(\?(?:::[A-Z]+)?|\([^()]*\))(?:, \1)+(?=\)|$)")
CHANGE = re.compile(r"INSERT|UPDATE|DELETE|SELECT|WITH")


class Recorder:
    """Collects, by kind of database, the statements that the app's own code sends."""

    def __init__(self) -> None:
        self.statements: dict[str, set[str]] = {"postgresql": set(), "sqlite": set()}

    def note(self, connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        """Listen to SQLAlchemy."""
        if CHANGE.match(statement) and _of_the_app(inspect.currentframe()):
            self.statements[connection.dialect.name].add(plain(statement, connection.dialect.name))

    @pytest.hookimpl
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the file if all tests passed."""
        if exitstatus == 0:
            found = {name: sorted(statements) for name, statements in self.statements.items()}
            FILE.write_text(
                json.dumps({"revision": newest_migration(), "statements": found}, indent=1) + "\n"
            )


def plain(statement: str, dialect: str) -> str:
    """Return a statement on one line with `?` for each value, and one value in place of a list of them."""
    if dialect == "postgresql":
        statement = PLACE.sub("?", statement).replace("%%", "%")
    return LISTS.sub(lambda found: REPEATED.sub(r"\1", found[0]), " ".join(statement.split()))


def _of_the_app(frame: FrameType | None) -> bool:
    """Return True if the nearest code of this project that led here is the app's."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and ".venv" not in path.parts and path != Path(__file__):
            return path.is_relative_to(ROOT / "timesheet")
        frame = frame.f_back
    return False


def main() -> int:
    """Run the tests and record."""
    recorder = Recorder()
    event.listen(Engine, "before_cursor_execute", recorder.note)
    return int(pytest.main(["-q", "-p", "no:xdist", *TESTS], plugins=[recorder]))


if __name__ == "__main__":
    sys.exit(main())
