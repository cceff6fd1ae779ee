"""Timers in a dict."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from timesheet.domain.timer import Timer


class FakeTimers:
    """Implements TimerStore. ``failing`` makes the next removals fail, as after a lost connection."""

    def __init__(self) -> None:
        self.kept = dict[str, Timer]()
        self.failing = 0

    def read(self, account_id: str) -> Timer | None:
        return self.kept.get(account_id)

    def of(self, account_ids: Collection[str]) -> Sequence[Timer]:
        return [timer for who, timer in self.kept.items() if who in account_ids]

    def add(self, timer: Timer) -> bool:
        return self.kept.setdefault(timer.account_id, timer) is timer

    def change(self, timer: Timer) -> bool:
        if not self._is_there(timer):
            return False
        self.kept[timer.account_id] = timer
        return True

    def remove(self, timer: Timer) -> bool:
        if self.failing:
            self.failing -= 1
            raise RuntimeError("the database is away")
        return self._is_there(timer) and bool(self.kept.pop(timer.account_id))

    def _is_there(self, timer: Timer) -> bool:
        there = self.kept.get(timer.account_id)
        return there is not None and there.started == timer.started
