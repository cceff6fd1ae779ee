"""The browser for the journeys: Debian's Chromium if there is one, otherwise Playwright's own.

The headless shell comes first: it is the same engine without the browser's own windows, which need a process
for each page. With it the journeys take a third less time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tools.project import PYTHON, CannotGoOn, can_install_packages, install_package

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    """Return the browser on this machine: ``CHROMIUM_PATH``, or the first known name on the path."""
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        return named
    return next((path for path in map(shutil.which, NAMES) if path and not is_snap_stub(path)), None)


def is_snap_stub(path: str) -> bool:
    """Return True for Ubuntu's package, a script that requires a snap, which no test machine can run."""
    with Path(path).open("rb") as file:
        return b"snap" in file.read(2000) and "snap" in os.environ.get("PATH", "") and is_ubuntu()


def is_ubuntu() -> bool:
    """Return True on Ubuntu, according to the os-release file."""
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text().splitlines()


def ensure_browser() -> None:
    """Provide a Chromium for Playwright. Raise CannotGoOn if neither apt-get nor Playwright can install one."""
    if find_chromium():
        return
    if can_install_packages() and not is_ubuntu():
        try:
            install_package(SHELL)
        except CannotGoOn:  # an older Debian has only the whole browser
            install_package("chromium")
        return
    done = subprocess.run([str(PYTHON), "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode != 0:
        raise CannotGoOn(
            "no Chromium for the browser tests: install one and set CHROMIUM_PATH, "
            "or let `playwright install chromium` reach the internet."
        )
