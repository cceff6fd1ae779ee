from __future__ import annotations

import pytest

from tests.adapters.support.caches import shared
from tests.adapters.support.valkey import Valkey
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.services.ports.cache import Cache


@pytest.fixture(params=["memory", "redis", "valkey"])
def cache(request: pytest.FixtureRequest) -> Cache:
    if request.param == "valkey":
        server: Valkey = request.getfixturevalue("valkey")
        return shared(server.client())
    return MemoryCache() if request.param == "memory" else shared()
