"""The time at which June can be closed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.services.support.scene import OPS, PAY, Scene

HOUR = 3600


@pytest.fixture
def july(scene: Scene) -> Scene:
    """Go to 1 July 2024: viewer-1 leads a team of one member, who worked on two days of June."""
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.site.team("viewer-1", "ana")
    scene.put(PAY, date(2024, 6, 3), 6 * HOUR, author="ana")
    scene.put(OPS, date(2024, 6, 28), 2 * HOUR, author="ana")
    return scene
