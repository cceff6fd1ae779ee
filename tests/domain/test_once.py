from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from timesheet.domain.once import Once


class Desk:
    def __init__(self, together: Barrier) -> None:
        self.together, self.counted = together, 0

    @Once
    def number(self) -> int:
        """How many times it was worked out."""
        self.together.wait(timeout=30)
        self.counted += 1
        return self.counted


def test_it_is_worked_out_once_for_each_object() -> None:
    first, second = Desk(Barrier(1)), Desk(Barrier(1))
    assert [first.number, first.number, first.counted, second.counted] == [1, 1, 1, 0]


def test_nobody_waits_for_another_object() -> None:
    together = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda desk: desk.number, [Desk(together), Desk(together)])) == [1, 1]


def test_the_class_keeps_its_words() -> None:
    assert Desk.number.__doc__ == "How many times it was worked out."
