"""Caches as tests open them."""

from __future__ import annotations

from typing import Any

import fakeredis
from cryptography.fernet import Fernet

from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.envelope import Envelopes
from timesheet.adapters.cache.redis import RedisCache
from timesheet.adapters.cache.server import CacheServer
from timesheet.adapters.crypto.cache_box import CacheBox


def box() -> CacheBox:
    return CacheBox([Fernet.generate_key().decode()])


def shared(client: Any = None, sealed: CacheBox | None = None, **more: Any) -> RedisCache:
    server = CacheServer(client or fakeredis.FakeRedis(), start=lambda _: None)
    return RedisCache(server, Envelopes(sealed or box(), Codec(CACHED)), **more)
