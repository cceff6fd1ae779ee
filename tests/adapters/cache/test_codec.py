"""The codec: instants, dates, and times as they were, of every zone."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from dataclasses import dataclass, make_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import partial
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from timesheet.adapters.cache import codec as codec_module
from timesheet.adapters.cache.codec import Codec
from timesheet.domain.message import Seconds
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.packed_json import PackedJson, packed

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


@dataclass(frozen=True)
class Holiday:
    """An object with another one that may be missing."""

    span: DateSpan | None
    at: datetime | None
    text: PackedJson | None


def test_columns_with_missing_values_and_objects_come_back_as_they_were() -> None:
    codec = Codec([DateSpan, Holiday])
    span = DateSpan(date(2026, 1, 1), date(2026, 1, 2))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    text = packed({"a": 1})
    several: list[tuple[Any, ...]] = [
        (Holiday(None, at, text), Holiday(span, None, None), Holiday(span, at, text)),
        (Holiday(None, None, None), Holiday(None, None, None)),
        (None, at, None, at),
        (None, 1, "a", None),
        (None, 1, at),
        (span, at, None),
        ((span, at), None, (at,)),
        (array("q", [1]), array("q")),
        (Seconds(60), None),
        ([], {}, None),
        (),
    ]
    for values in several:
        again = codec.decode(codec.encode(values))
        assert (again, [type(value) for value in again]) == (values, [type(value) for value in values])


def test_a_column_takes_few_calls_however_many_values_it_has() -> None:
    """A save and an event encode all recent changes of a person again."""
    codec, span = Codec([DateSpan, Holiday]), DateSpan(date(2026, 1, 1), date(2026, 1, 2))
    counts = set()
    for size in (100, 200):
        values = tuple(Holiday(span if number % 2 else None, None, None) for number in range(size))
        data = codec.encode(values)
        counts.add((_calls(partial(codec.encode, values)), _calls(partial(codec.decode, data))))
    [(encoding, decoding)] = counts
    assert max(encoding, decoding) < 30


def test_a_map_is_decoded_with_few_calls_however_many_keys_it_has() -> None:
    codec, at = Codec([]), datetime(2026, 1, 1, tzinfo=UTC)
    data = codec.encode(dict.fromkeys(range(500), at))
    assert _calls(partial(codec.decode, data)) < 30


def _calls(action: Callable[[], object]) -> int:
    """Return how many functions of the codec an action calls."""
    count = 0

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code.co_filename == codec_module.__file__

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count
