"""What every test may ask for: shared data and the browser. The servers are in the journeys' own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.browser import find_chromium
from tools.project import ROOT

SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The path of a file of contracts that lies beside the checkout; where absent: skip, in CI fail."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            say(f"../shared/data/{name} is not here")
        return path

    return find


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium where it is installed, without anything that calls out or needs a sandbox."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    offline = ["--disable-background-networking", "--disable-component-update"]
    found = find_chromium()
    path = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **path, "args": quiet + offline}
