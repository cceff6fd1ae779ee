"""Valkey for the tests: only its server program, no service of the system."""

from __future__ import annotations

import shutil

from tools.project import can_install_packages, install_package

PROGRAMS = ("valkey-server", "redis-server")
PACKAGE = "valkey-server"


def find_server() -> str | None:
    """Return the path of Valkey's server, or of Redis' server, which speaks the same protocol."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def ensure_valkey() -> None:
    """Install what the tests need to start a server; if that is impossible, say what will be skipped."""
    if find_server():
        return
    if can_install_packages():
        install_package(PACKAGE)
        return
    print(f"no Valkey: its tests are skipped. Install {' or '.join(PROGRAMS)}.")
