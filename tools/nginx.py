"""nginx for the tests: only its program, which checks our configuration; no service of the system."""

from __future__ import annotations

import shutil

from tools.project import can_install_packages, install_package

PACKAGE = "nginx-light"


def find_nginx() -> str | None:
    """Return the path of nginx, which Debian keeps where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def ensure_nginx() -> None:
    """Install what the tests need to check a configuration; if that is impossible, say what will be skipped."""
    if find_nginx():
        return
    if can_install_packages():
        install_package(PACKAGE)
        return
    print("no nginx: its test is skipped. Install nginx.")
