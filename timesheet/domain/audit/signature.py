"""The statements about audit events that the app signs. Each begins with its own name, so none can replace another.

Every statement is a text of lines. The verifier in tools/verify_audit.py has the same texts, and a test
compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256


def head_text(site: str, seq: int, digest: str, at: str, checkpoints: int) -> str:
    """Return the statement about the newest event of a chain and its number of checkpoints.

    Unlike a checkpoint, it is replaced with each event, so no older statement remains.
    """
    return "\n".join(("timesheet audit head 1", site, str(seq), digest, at, str(checkpoints)))


@dataclass(frozen=True, slots=True)
class DeletedEvents:
    """The events up to ``through`` that retention deleted; ``events`` is their number.

    ``first_at`` and ``last_at`` are the instants of the first and the last of them in chain format.
    """

    through: int
    events: int
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True)
class TrimTerms:
    """When and why events were deleted: at ``at``, by a rule of ``days`` (0: before the app signed trims).

    ``event`` is the number of the event that announces it. ``erased`` are the references of erased people who
    are still named in later events, although the event of their erasure was deleted.
    """

    at: str
    days: int
    event: int
    erased: str


def trim_text(site: str, deleted: DeletedEvents, terms: TrimTerms) -> str:
    """Return the statement about what retention deleted, when, by which rule, and the erased people whose
    events went with it.
    """
    events = (str(deleted.through), str(deleted.events), deleted.first_at, deleted.last_at)
    lines = (site, *events, terms.at, str(terms.days), str(terms.event), terms.erased)
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
