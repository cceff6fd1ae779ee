"""Time zones are those of the installed package, whatever zones the machine has."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.support.signing import SettableClock
from timesheet.bootstrap.app import create_app
from timesheet.settings import Settings


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def old_machine(tmp_path: Path) -> Iterator[None]:
    """Have one zone on the machine, which cannot be read."""
    known = zoneinfo.TZPATH
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").write_bytes(b"zones of long ago")
    zoneinfo.reset_tzpath([tmp_path])
    yield
    zoneinfo.reset_tzpath(known)


@pytest.mark.usefixtures("old_machine")
def test_the_zones_of_the_machine_are_not_used(settings: Settings, clock: SettableClock) -> None:
    with pytest.raises(ValueError, match="TZif"):
        zoneinfo.ZoneInfo.no_cache("Europe/Berlin")
    create_app(settings, clock)
    assert zoneinfo.ZoneInfo.no_cache("Europe/Berlin").key == "Europe/Berlin"
