"""A part of a key in the cache: short, the same for the same values, different for others."""

from __future__ import annotations

from timesheet.services.ports.cache import key_part


def test_a_part_of_a_key_is_short_and_represents_all_of_its_values() -> None:
    many = [f"person-{number}" for number in range(1_000)]
    parts = {key_part(many), key_part(many[:-1]), key_part(*many), key_part("ab", "c"), key_part("a", "bc")}
    assert len(parts) == 5
    assert {len(part) for part in parts} == {24}
    assert key_part(list(many)) in parts
