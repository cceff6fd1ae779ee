"""The codec: instants, dates, and times as they were, of every zone."""

from __future__ import annotations

from dataclasses import make_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from timesheet.adapters.cache.codec import Codec
from timesheet.domain.span import DateSpan

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 27, 9, 30, 1, 123456, tzinfo=UTC),
        datetime(2026, 11, 27, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
        datetime(1880, 1, 1, tzinfo=BERLIN),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_to_the_microsecond_whatever_its_zone(instant: datetime) -> None:
    codec = Codec([])

    assert codec.decode(codec.encode((instant, instant))) == (instant.astimezone(UTC),) * 2


def test_dates_and_times_come_back_in_columns_too() -> None:
    codec = Codec([DateSpan])
    spans = tuple(DateSpan(date(1, 1, day), date(9999, 12, 31)) for day in (1, 2))

    assert codec.decode(codec.encode(spans)) == spans
    assert codec.decode(codec.encode([time(23, 59, 59, 999999), date(2024, 2, 29)])) == [
        time(23, 59, 59, 999999),
        date(2024, 2, 29),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        [("last", date), ("first", date)],
        [("first", date), ("until", date)],
        [("first", date), ("last", int)],
        [("first", date), ("last", date), ("title", str)],
    ],
)
def test_an_object_of_another_release_is_read_only_if_its_fields_are_the_same(
    changed: list[tuple[str, type]],
) -> None:
    fields = [("first", date), ("last", date)]
    now, same, other = (make_dataclass("Span", named) for named in (fields, fields, changed))
    one = now(date(2026, 11, 27), date(2026, 11, 28))
    for value in (one, (one,), [one]):
        data = Codec([now]).encode(value)
        assert str(Codec([same]).decode(data)) == str(value)
        with pytest.raises(ValueError, match="not a value of this cache"):
            Codec([other]).decode(data)
