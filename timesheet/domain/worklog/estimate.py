"""The effect of a worklog on the remaining estimate, with Jira's arithmetic.

All figures are seconds. The estimate never falls below zero. If there is no estimate, Jira counts from zero
and so creates one; ``sent_mode`` prevents that.
"""

from __future__ import annotations

MODES = ("auto", "leave", "new", "manual")


def sent_mode(remaining: int | None, mode: str) -> str:
    """Return the mode to send: ``leave`` if there is no estimate, because Jira would create one."""
    return "leave" if remaining is None and mode in ("auto", "manual") else mode


def after_create(remaining: int | None, seconds: int, mode: str, amount: int | None = None) -> int | None:
    """Return the remaining seconds after logging ``seconds``; manual reduces by ``amount``, new sets it."""
    return _moved(remaining, {"auto": -seconds, "manual": -(amount or 0)}, mode, amount)


def after_update(
    remaining: int | None, old: int, new: int, mode: str, amount: int | None = None
) -> int | None:
    """Return the remaining seconds after a worklog changed from ``old`` to ``new`` seconds; auto moves by the
    difference.
    """
    return _moved(remaining, {"auto": old - new, "manual": -(amount or 0)}, mode, amount)


def after_delete(remaining: int | None, seconds: int, mode: str, amount: int | None = None) -> int | None:
    """Return the remaining seconds after deleting a worklog of ``seconds``; manual increases by ``amount``."""
    return _moved(remaining, {"auto": seconds, "manual": amount or 0}, mode, amount)


def put_back(now: int | None, mode: str, was: int | None, left: int | None) -> int | None:
    """Return the remaining seconds after undoing a write that changed it from ``was`` to ``left``; it is
    ``now`` at present.

    If nothing changed it since, it returns to ``was``. Otherwise it moves by the difference that the write
    made, or stays if the write had set a new value. An estimate that did not exist before stays, because Jira
    cannot remove it.
    """
    if was is None or left is None or now is None:
        return now
    if now == left:
        return was
    return now if mode == "new" else max(0, now + was - left)


def _moved(remaining: int | None, moves: dict[str, int], mode: str, amount: int | None) -> int | None:
    if mode == "new":
        return amount
    if mode not in MODES:
        raise ValueError(f"no such way to adjust an estimate: {mode}")
    return remaining if mode == "leave" else max(0, (remaining or 0) + moves[mode])
