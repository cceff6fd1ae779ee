"""SQLite's own program, with which an operator makes copies: the tests do as the page on backups says."""

from __future__ import annotations

import shutil

from tools.project import can_install_packages, install_package


def ensure_sqlite() -> None:
    """Have it where packages can be installed; else its test is skipped."""
    if shutil.which("sqlite3") is None and can_install_packages():
        install_package("sqlite3")
