"""Verify that every site's audit log is whole and signed, and that no site has vanished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from timesheet.domain.audit.signature import register_text
from timesheet.domain.message import counted, message
from timesheet.services.ports.audit import Checkpoint, CheckpointKey
from timesheet.services.ports.register import ERASED, SIGNED, RegisterEntry, SiteRegister

NO_HEAD = message("The register of sites has entries, and its signed head is missing.")
NO_REGISTER = message("The register of sites is empty: no audit log is signed yet.")
NOT_SIGNED = message("The register of sites is not signed by a key that this app knows.")
CHANGED = message("The register of sites is not what was signed: an entry was changed, added, or removed.")
VANISHED = message(
    "The site is gone: the register of sites says that its events are signed since {at}, and nothing erased it."
)
ERASED_SINCE = message(
    "The site was erased on {at}, as the signed register of sites says. Take its heads out of the file."
)
ORPHANED = message("The site is gone, and some of its events are still there.")


@dataclass(frozen=True, slots=True)
class Register:
    """The register as it was read: ``problem`` says what is wrong with it, ``newest`` is each site's last entry."""

    problem: str
    newest: Mapping[str, RegisterEntry]
    unsigned: bool = False


def check_register(register: SiteRegister, key: CheckpointKey) -> Register:
    """Verify that the register is what the app signed."""
    entries, head = register.entries(), register.head()
    newest = {entry.site: entry for entry, _ in entries}
    if head is None:
        return Register(NO_HEAD if entries else NO_REGISTER, newest, unsigned=not entries)
    number, digest, signature = head
    if not key.knows(signature) or not key.signed(register_text(number, digest), signature):
        return Register(NOT_SIGNED, newest)
    numbers = [entry.number for entry, _ in entries]
    if numbers != list(range(1, number + 1)) or entries[-1][1] != digest:
        return Register(CHANGED, newest)
    return Register("", newest)


def sites_to_visit(register: Register, present: Iterable[str], heads: Iterable[str]) -> Sequence[str]:
    """Return every site that exists, is in the register, or has a head that was stored elsewhere."""
    signed = (site for site, entry in register.newest.items() if entry.kind == SIGNED)
    return sorted({*present, *signed, *heads})


def vanished_problem(register: Register, site: str, heads: Sequence[Checkpoint]) -> str:
    """Return what is wrong about a site that no longer exists."""
    entry = register.newest.get(site)
    if entry is None:
        return _never_seen(max(head.seq for head in heads)) if heads else ORPHANED
    return message(ERASED_SINCE if entry.kind == ERASED else VANISHED, at=entry.at)


def _never_seen(events: int) -> str:
    """Return the sentence for a site of which nothing is left; a signed head counted so many events."""
    return counted(
        "A signed head names {count} event, but nothing of the site exists.",
        "A signed head names {count} events, but nothing of the site exists.",
        events,
    )
