"""The programs with which tests check the configuration of servers; none of them runs as a service here."""

from __future__ import annotations

import shutil

from tools.project import can_install_packages, install_package

PACKAGES = {"nginx": "nginx-light", "systemd-analyze": "systemd"}


def find_program(name: str) -> str | None:
    """Return the path of a program, also from where Debian keeps what only root needs."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def ensure_programs() -> None:
    """Install what the tests need to check a configuration; if that is impossible, say what will be skipped."""
    for name, package in PACKAGES.items():
        if find_program(name):
            continue
        if can_install_packages():
            install_package(package)
        else:
            print(f"no {name}: its tests are skipped. Install {package}.")
