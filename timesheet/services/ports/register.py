"""Where it is kept which sites have a signed audit log, so that none of them can vanish silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

SIGNED, ERASED = "signed", "erased"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature (Ed25519) with the public key that it is of, both in hex; ``key_id`` names the key as logs do."""

    key_id: str
    public_key: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the register of sites: ``kind`` is SIGNED or ERASED, ``seq`` the site's last event then."""

    number: int
    site: str
    kind: str
    seq: int
    at: str


class SiteRegister(Protocol):
    """The register of all sites: a chain of entries, the newest of which is signed."""

    def note_signed(self, site: str, seq: int, now: datetime) -> bool:
        """Note that a site's events are signed from now on; False where the register itself does not prove right."""

    def note_erased(self, site: str, now: datetime) -> None:
        """Note that a site is erased, where the register has it."""

    def newest(self, site: str) -> Entry | None:
        """The newest entry of one site, for who is within it."""

    def entries(self) -> Sequence[tuple[Entry, str]]:
        """All entries by number, each with the hash of the chain up to it."""

    def head(self) -> tuple[int, str, Signature] | None:
        """Number, hash and signature of the newest entry; None before the first."""

    def sites(self) -> frozenset[str]:
        """The keys of all sites that there are, whatever their status."""

    def remains(self) -> frozenset[str]:
        """The keys of all sites of which any event, person, checkpoint, trim or signed head is there."""
