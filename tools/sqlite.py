"""SQLite's command-line program, with which operators make backups; the tests run the commands of the backup page."""

from __future__ import annotations

import shutil

from tools.project import can_install_packages, install_package


def ensure_sqlite() -> None:
    """Install it if packages can be installed; otherwise its test is skipped."""
    if shutil.which("sqlite3") is None and can_install_packages():
        install_package("sqlite3")
