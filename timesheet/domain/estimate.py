"""What a worklog does to the remaining estimate: Jira's arithmetic.

All figures are seconds. The estimate never falls below zero. Where nobody estimated, Jira counts from zero and so
makes an estimate; ``sent_mode`` is how the app keeps it from doing that.
"""

from __future__ import annotations

MODES = ("auto", "leave", "new", "manual")


def sent_mode(remaining: int | None, mode: str) -> str:
    """Return the mode to send: ``leave`` instead of counting from an estimate that nobody made."""
    return "leave" if remaining is None and mode in ("auto", "manual") else mode


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


def put_back(now: int | None, mode: str, was: int | None, left: int | None) -> int | None:
    """Remaining once a write is undone that made ``left`` of ``was``, where it is ``now`` at present.

    Untouched since, it is what it was. Changed since, it moves by what the write took or gave, or stays where the
    write had set a new value. An estimate that was not there before stays, as Jira cannot take it back.
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
