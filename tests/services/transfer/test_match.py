"""Matching objects of a file with those here, and free names and ids."""

from __future__ import annotations

import pytest

from timesheet.services.transfer.match import free_letter, free_name, fresh_id, match

Thing = tuple[str, str]


def matched(current: list[Thing], imported: list[Thing]) -> dict[str, str]:
    found = match(current, imported, lambda thing: thing[0], lambda thing: thing[1])
    return {wanted: thing[0] for wanted, thing in found.items()}


@pytest.mark.parametrize(
    ("current", "imported", "wanted"),
    [
        ([("a", "Alpha")], [("a", "Renamed")], {"a": "a"}),
        ([("a", "Alpha")], [("x", "ALPHA")], {"x": "a"}),
        ([("a", "Alpha")], [("x", " Al  pha ")], {}),
        ([("a", "Al pha")], [("x", " al   pha ")], {"x": "a"}),
        ([("a", "Alpha"), ("b", "Beta")], [("a", "Beta"), ("b", "Alpha")], {"a": "a", "b": "b"}),
        ([("a", "Alpha")], [("a", "Beta"), ("x", "Alpha")], {"a": "a"}),
        ([("a", "Alpha")], [("x", "Alpha"), ("y", "alpha")], {"x": "a"}),
        ([("a", "Alpha"), ("b", "alpha")], [("x", "Alpha"), ("y", "Alpha")], {"x": "a"}),
        ([], [("x", "Alpha")], {}),
    ],
)
def test_an_id_counts_before_a_name_and_each_thing_is_taken_once(
    current: list[Thing], imported: list[Thing], wanted: dict[str, str]
) -> None:
    assert matched(current, imported) == wanted


def test_an_id_that_is_free_is_kept_and_another_is_always_the_same() -> None:
    assert fresh_id("a", {"b"}) == "a"
    made = fresh_id("a", {"a"}, "team")
    assert made == fresh_id("a", {"a", "c"}, "team") != fresh_id("a", {"a"}, "other")
    assert len(made) == 32
    assert fresh_id("a", {"a", made}, "team") not in {"a", made}


@pytest.mark.parametrize(
    ("name", "taken", "wanted"),
    [
        ("Alpha", [], "Alpha"),
        ("Alpha", ["ALPHA"], "Alpha (2)"),
        ("Alpha", ["alpha", "Alpha (2)"], "Alpha (3)"),
        ("A" * 20, ["A" * 20], "A" * 16 + " (2)"),
    ],
)
def test_a_taken_name_gets_a_number(name: str, taken: list[str], wanted: str) -> None:
    assert free_name(name, taken, 20) == wanted


def test_a_taken_letter_gets_a_digit_as_long_as_there_is_one() -> None:
    assert free_letter("T", ["V"]) == "T"
    assert free_letter("T", ["t", "T2"]) == "T3"
    assert free_letter("T", ["T", *(f"T{digit}" for digit in range(2, 10))]) == "T"
