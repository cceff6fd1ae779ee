"""Strategies for instants in zones whose clocks change at midnight, by less than an hour, or by a day."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONES = st.sampled_from(
    [
        *("Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Beirut", "Asia/Kathmandu"),
        *("America/Havana", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo", "Antarctica/Troll"),
    ]
).map(ZoneInfo)
INSTANTS = st.datetimes(datetime(2001, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda instant: instant.replace(microsecond=0)
)
LENGTHS = st.integers(1, 40 * 3600)
