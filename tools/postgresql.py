"""PostgreSQL for the tests: only its programs, no server of the system."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.project import can_install_packages, install_package

NAMED = "TEST_POSTGRESQL_URL"


def find_programs() -> Path | None:
    """Return the folder with initdb and pg_ctl, the newest if there are several."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def ensure_postgresql() -> None:
    """Install what the tests need to start a server; if that is impossible, say what will be skipped."""
    if os.environ.get(NAMED) or find_programs():
        return
    if can_install_packages():
        install_package("postgresql")
        return
    print(
        f"no PostgreSQL: its tests are skipped. Install it, or set {NAMED} to a server where roles can be made."
    )
