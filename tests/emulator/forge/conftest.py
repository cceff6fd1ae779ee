"""Fixtures of the tests of Forge in the emulated Jira."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator.support.remote import Remote, running_remote


@pytest.fixture
def remote() -> Iterator[Remote]:
    """Run a backend that Forge calls."""
    with running_remote() as made:
        yield made
