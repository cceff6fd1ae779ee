from __future__ import annotations

import json

import pytest

from timesheet.domain.worklog.json_repair import DEEPEST, repaired
from timesheet.domain.worklog.packed_json import CUT

REFUSED = ValueError("not JSON")


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (rb'["cut \ud83d", 1]', ["cut \ufffd", 1]),
        (rb'["whole \ud83d\ude00", "\\ud83d"]', ["whole \U0001f600", r"\ud83d"]),
        (b"[1e999, 0.5]", [CUT, 0.5]),
        (b'["1e999"]', ["1e999"]),
        (b"\xef\xbb\xbf[1]", [1]),
    ],
)
def test_what_a_decoder_refuses_is_replaced_and_nothing_else(body: bytes, read: object) -> None:
    assert json.loads(repaired(body, REFUSED)) == read


def test_what_is_nested_too_deeply_is_left_out() -> None:
    levels = DEEPEST + 5
    body = b'{"kept": 1, "deep": ' + b"[" * levels + b"]" * levels + b"}"
    found = json.loads(repaired(body, RecursionError()))
    assert found["kept"] == 1
    depth, inner = 0, found["deep"]
    while isinstance(inner, list) and inner:
        depth, inner = depth + 1, inner[0]
    assert (depth, inner) == (DEEPEST - 1, CUT)


@pytest.mark.parametrize("body", [b"", b"{", b"<html>"])
def test_what_is_no_json_stays_as_it_is(body: bytes) -> None:
    assert repaired(body, REFUSED) == body
