"""Protocol for the register of sites with a signed audit log, so no site can vanish silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

SIGNED, ERASED = "signed", "erased"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature (Ed25519) with its public key, both in hex; ``key_id`` names the key as logs do."""

    key_id: str
    public_key: str
    value: str


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """An entry of the register of sites: ``kind`` is SIGNED or ERASED, ``seq`` is the site's last event at
    that time.
    """

    number: int
    site: str
    kind: str
    seq: int
    at: str


class SiteRegister(Protocol):
    """The register of all sites: a chain of entries, the newest of which is signed."""

    def note_signed(self, site: str, seq: int, now: datetime) -> bool:
        """Record that a site's events are signed from now on; return False if the register itself is not valid."""

    def note_erased(self, site: str, now: datetime) -> None:
        """Record that a site is erased, if it is in the register."""

    def newest(self, site: str) -> RegisterEntry | None:
        """Return the newest entry of one site, within that site."""

    def entries(self) -> Sequence[tuple[RegisterEntry, str]]:
        """Return all entries by number, each with the hash of the chain up to it."""

    def head(self) -> tuple[int, str, Signature] | None:
        """Return number, hash, and signature of the newest entry; None before the first."""

    def sites(self) -> frozenset[str]:
        """Return the keys of all existing sites, whatever their status."""

    def remains(self) -> frozenset[str]:
        """Return the keys of all sites with any event, person, checkpoint, trim, or signed head."""
