"""Fixtures that the tests of audited stores share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.support.audited_site import Site, audited_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return the audited stores of a site."""
    with audited_site(tmp_path) as site:
        yield site
