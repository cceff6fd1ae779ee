from __future__ import annotations

import pytest

from tests.services.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()
