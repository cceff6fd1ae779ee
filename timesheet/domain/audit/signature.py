"""The statements about audit events that the app signs. Each begins with its own name, so none can replace another.

Every statement is a text of lines. The verifier in tools/verify_audit.py has the same texts, and a test
compares them.
"""

from __future__ import annotations

from hashlib import sha256


def head_text(site: str, seq: int, digest: str, at: str, checkpoints: int) -> str:
    """Return the statement about the newest event of a chain and its number of checkpoints.

    Unlike a checkpoint, it is replaced with each event, so no older statement remains.
    """
    return "\n".join(("timesheet audit head 1", site, str(seq), digest, at, str(checkpoints)))


def trim_text(
    site: str,
    through: int,
    count: int,
    first_at: str,
    last_at: str,
    at: str,
    days: int,
    event: int,
    erased: str,
) -> str:
    """Return the statement about what retention deleted, when, by which rule, and the erased people whose
    events went with it.
    """
    lines = (site, str(through), str(count), first_at, last_at, at, str(days), str(event), erased)
    return "\n".join(("timesheet audit trim 1", *lines))


def register_text(number: int, digest: str) -> str:
    """Return the statement about the newest entry of the register of sites."""
    return "\n".join(("timesheet audit register 1", str(number), digest))


def export_text(site: str, seq: int, digest: str, count: int, content: str, at: str) -> str:
    """Return the statement about an export up to an event: its number of lines and the SHA-256 of all of them."""
    return "\n".join(("timesheet audit export 2", site, str(seq), digest, str(count), content, at))


def entry_digest(before: str, number: int, site: str, kind: str, seq: int, at: str) -> str:
    """Return the hash of an entry of the register of sites (64 hex digits); ``before`` is the hash of the
    previous entry.
    """
    text = "\n".join((before, str(number), site, kind, str(seq), at))
    return sha256(text.encode()).hexdigest()


REGISTER_START = sha256(b"timesheet audit register 1").hexdigest()
"""The hash before the first entry of the register of sites."""
