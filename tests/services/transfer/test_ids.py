"""The ids of objects of a file on this site."""

from __future__ import annotations

from timesheet.services.transfer.ids import matched

Thing = tuple[str, str]


def first(thing: Thing) -> str:
    return thing[0]


def second(thing: Thing) -> str:
    return thing[1]


def test_what_is_here_keeps_its_id_and_what_is_new_gets_a_free_one() -> None:
    current = [("a", "Alpha"), ("b", "Beta")]
    found = matched(current, [("x", "Alpha"), ("c", "Gamma"), ("t", "Delta")], first, second, taken=["t"])
    assert found.ids["x"] == "a"
    assert found.ids["c"] == "c"
    assert found.ids["t"] not in {"a", "b", "c", "t", "x"}
    assert found.rest == [("b", "Beta")]


def test_a_reference_is_found_in_the_file_first_then_here() -> None:
    found = matched([("a", "Alpha"), ("b", "Beta")], [("b", "Alpha"), ("a", "Beta")], first, second)
    assert found.find("a") == "a"
    assert matched([("a", "Alpha")], None, first, second).find("a") == "a"
    assert matched([("a", "Alpha")], [("x", "Alpha")], first, second).find("x") == "a"
    assert matched([("a", "Alpha")], [], first, second).find("z") is None
