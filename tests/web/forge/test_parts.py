"""Calls that send a part of a request, or ask for a part of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.services.site.parts import RequestPart
from timesheet.web.forge.parts import WantedPart, read_part

ID = "0123456789abcdef"
PART: dict[str, Any] = {"id": ID, "number": 0, "of": 1, "data": "eA=="}


@pytest.mark.parametrize(
    "change", [{}, {"number": 19, "of": 20}, {"id": "x" * 64}, {"data": "x" * 490_000}], ids=str
)
def test_a_part_is_read(change: dict[str, Any]) -> None:
    assert read_part({"part": PART | change}) == RequestPart(**(PART | change))


@pytest.mark.parametrize(
    "change",
    [
        *({"number": 1}, {"number": -1}, {"number": "0"}, {"of": 0}, {"of": 21}),
        *({"id": "../../etc/passwd"}, {"id": "x" * 15}, {"id": "x" * 65}, {"id": f"{ID}\n"}),
        *({"data": "x" * 490_001}, {"data": 1}),
    ],
    ids=lambda change: str(change)[:30],
)
def test_a_part_of_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        read_part({"part": PART | change})


@pytest.mark.parametrize("number", [0, 19])
def test_a_wanted_part_is_read(number: int) -> None:
    assert read_part({"answer": {"id": ID, "number": number}}) == WantedPart(ID, number)


@pytest.mark.parametrize(
    "wanted",
    [1, {}, {"id": "x", "number": 0}, {"id": ID, "number": 20}, {"id": ID, "number": -1}],
    ids=str,
)
def test_a_wanted_part_of_another_form_is_refused(wanted: object) -> None:
    with pytest.raises(InvalidInput):
        read_part({"answer": wanted})


@pytest.mark.parametrize("data", [None, [], "part", {"method": "GET"}], ids=str)
def test_anything_else_is_not_a_part(data: object) -> None:
    assert read_part(data) is None
