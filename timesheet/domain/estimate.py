"""What a worklog does to the remaining estimate: Jira's arithmetic, for the preview.

All figures are seconds. The estimate never falls below zero, and where nobody
estimated, only a new value given by hand makes one.
"""

from __future__ import annotations

MODES = ("auto", "leave", "new", "manual")


def after_create(remaining: int | None, seconds: int, mode: str, amount: int | None = None) -> int | None:
    """Remaining after logging ``seconds``; manual reduces by ``amount``, new sets it."""
    return _moved(remaining, {"auto": -seconds, "manual": -(amount or 0)}, mode, amount)


def after_update(
    remaining: int | None, old: int, new: int, mode: str, amount: int | None = None
) -> int | None:
    """Remaining after a worklog went from ``old`` to ``new`` seconds; auto moves by the difference."""
    return _moved(remaining, {"auto": old - new, "manual": -(amount or 0)}, mode, amount)


def after_delete(remaining: int | None, seconds: int, mode: str, amount: int | None = None) -> int | None:
    """Remaining after deleting a worklog of ``seconds``; manual increases by ``amount``."""
    return _moved(remaining, {"auto": seconds, "manual": amount or 0}, mode, amount)


def _moved(remaining: int | None, moves: dict[str, int], mode: str, amount: int | None) -> int | None:
    if mode == "new":
        return amount
    if mode not in MODES:
        raise ValueError(f"no such way to adjust an estimate: {mode}")
    return remaining if remaining is None else max(0, remaining + moves.get(mode, 0))
