"""The text form and hash chain of audit events, so no event can be changed, removed, or inserted unnoticed.

An event is one text: its fields in the order of FIELDS, one per line. Its hash covers the previous hash and
the SHA-256 of that text. The chain of a site starts with a hash of the site's key, so no chain can replace
another.

People appear as references, which are commitments: SHA-256 over a random salt and the account id. Erasing the
salt and the account id leaves the chain as it is, and nobody can tell whose reference it was.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from datetime import MAXYEAR, UTC, datetime
from hashlib import sha256
from typing import Any, NoReturn

from timesheet.domain.audit.action import PERSONAL_KINDS, Action
from timesheet.domain.audit.event import (
    FORMER,
    AuditDraft,
    AuditEvent,
    Origin,
    Outcome,
    PersonId,
    Value,
    Values,
)

FIELDS = (
    "seq",
    "at",
    "action",
    "actor",
    "object_kind",
    "object_id",
    "team_id",
    "outcome",
    "origin",
    "request_id",
    "people",
    "details",
)
REFERENCE = "@"
SIGNED_EVERY = 1000
"""Each event whose number is a multiple of this has a checkpoint, signed in the transaction of the event itself."""
DEEPEST = 20
"""Levels of lists and maps inside the settings of an event; no action writes more than a few."""
_GENESIS = "timesheet audit 1\n"
_ARMOUR = re.compile("-----[^-]*-----|,")
_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""The bytes before the key in every SubjectPublicKeyInfo of this kind (RFC 8410)."""
Reference = Mapping[str, str]
"""References by account id, or account ids by reference."""


def genesis(site: str) -> bytes:
    """Return the hash that comes before a site's first event."""
    return sha256((_GENESIS + site).encode()).digest()


def chained(before: bytes, text: str) -> bytes:
    """Return the hash of an event, from the previous hash and the event's text."""
    return sha256(before + sha256(text.encode()).digest()).digest()


def hash_in(written: str) -> bytes:
    """Return the stored hash of an event, after which the chain goes on.

    If somebody changed it to something that is not a hash, the chain goes on after that text: verification names the
    event, and later events can still be recorded.
    """
    try:
        return bytes.fromhex(written)
    except ValueError:
        return sha256(written.encode()).digest()


def signed_text(site: str, seq: int, digest: str, at: str) -> str:
    """Return the text that a checkpoint signs: the chain of a site had this hash at this event."""
    return "\n".join(("timesheet audit checkpoint 1", site, str(seq), digest, at))


def public_keys_of(written: str) -> tuple[str, ...]:
    """Return Ed25519 public keys, each as 64 hex digits, from PEM or the lines inside it. Raise ValueError
    for anything else.
    """
    found = [b64decode(line, validate=True) for line in _ARMOUR.sub(" ", written).split()]
    if not all(len(der) == len(_ED25519) + 32 and der.startswith(_ED25519) for der in found):
        raise ValueError("this is not an Ed25519 public key")
    return tuple(der.removeprefix(_ED25519).hex() for der in found)


def key_id_of(public_key: str) -> str:
    """Return the short name of a key in logs: the first 16 hex digits of the SHA-256 of the public key."""
    return sha256(bytes.fromhex(public_key)).hexdigest()[:16]


def reference_of(account_id: str, salt: str) -> str:
    """Return the reference of a person in the chain: 32 hex digits. ``salt`` is random and stored as long as
    the account id.
    """
    return sha256(f"{salt}\n{account_id}".encode()).hexdigest()[:32]


def stamp(at: datetime) -> str:
    """Format an instant for the chain: UTC with milliseconds, so the text order is the time order."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_fields(
    seq: int, at: str, draft: AuditDraft, people: Iterable[str], references: Reference
) -> dict[str, str]:
    """Return the fields of an event as they are stored, with people by reference.

    A plain text that equals an account id of the event is stored by reference too. Raise ValueError for a
    field whose text would be ambiguous.
    """
    kind, object_id = draft.object_kind, draft.object_id
    details = {"before": _written(draft.before, references), "after": _written(draft.after, references)}
    fields = {
        "seq": str(seq),
        "at": at,
        "action": str(draft.action),
        "actor": references.get(draft.actor, ""),
        "object_kind": str(kind),
        "object_id": references.get(object_id, "") if kind in PERSONAL_KINDS else object_id,
        "team_id": draft.team_id,
        "outcome": str(draft.outcome),
        "origin": str(draft.origin),
        "request_id": draft.request_id,
        "people": " ".join(sorted(references[account] for account in people)),
        "details": details_text(details),
    }
    if any("\n" in value for value in fields.values()):
        raise ValueError("a field of an audit event cannot have more than one line")
    return fields


def details_text(details: Mapping[str, Any]) -> str:
    """Return the text of a map as the chain has it."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"))


def text_of(fields: Mapping[str, str]) -> str:
    """Return the text that the hash covers."""
    return "\n".join(fields[name] for name in FIELDS)


def event_of(fields: Sequence[str], accounts: Reference) -> AuditEvent:
    """Return an event from its fields in order; ``accounts`` maps references to the known account ids.

    Raise ValueError for fields that the app cannot have written.
    """
    seq, at, action, actor, kind, object_id, team_id, outcome, origin, request_id, people, details = fields
    written = settings_in(details)
    return AuditEvent(
        action=Action(action),
        at=_instant(at),
        actor=_person(actor, accounts) if actor else "",
        origin=Origin(origin),
        request_id=request_id,
        object_id=_person(object_id, accounts) if object_id and kind in PERSONAL_KINDS else object_id,
        team_id=team_id,
        outcome=Outcome(outcome),
        people=frozenset(_person(reference, accounts) for reference in people.split()),
        before=_read_values(written["before"], accounts),
        after=_read_values(written["after"], accounts),
        seq=int(seq),
    )


def settings_in(details: str) -> Mapping[str, Mapping[str, Value]]:
    """Return the settings before and after an event, with people by reference. Raise ValueError if the text
    is not what the app writes.
    """
    written = details_in(details)
    if written.keys() != {"before", "after"} or not all(isinstance(part, dict) for part in written.values()):
        raise ValueError("it does not have the settings before and after")
    return written


def details_in(details: str) -> Mapping[str, Any]:
    """Return a map from its text. Raise ValueError for any other text, for one that is nested too deeply, and for
    half of a surrogate pair, which no page or file can contain.
    """
    try:
        written = json.loads(details, parse_float=_no_number, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(written, dict):
        raise ValueError("it is not a map")  # noqa: TRY004 - callers expect one kind of error
    _check_depth(written, DEEPEST)
    if "\\u" in details:
        json.dumps(written, ensure_ascii=False).encode()
    return written


def references_in(fields: Sequence[str]) -> set[str]:
    """Return the references of all people an event names."""
    return {fields[3], *fields[10].split()} - {""}


def _written(value: Value, references: Reference) -> Value:
    if isinstance(value, str):
        marked = isinstance(value, PersonId) or value in references
        return {REFERENCE: references[value]} if marked else str(value)
    if isinstance(value, Mapping):
        if REFERENCE in value:
            raise ValueError(f"{REFERENCE} marks people and cannot be a key")
        # Numbers are written as they are, and half of the values are.
        return {
            str(key): part if isinstance(part, int) else _written(part, references)
            for key, part in value.items()
        }
    if isinstance(value, Sequence):
        return [_written(part, references) for part in value]
    return value


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"no setting is {text}")


def _check_depth(value: object, levels: int) -> None:
    """Raise ValueError for values that are nested deeper than this."""
    nested = [value]
    while nested := [part for part in nested if isinstance(part, dict | list)]:
        if not levels:
            raise ValueError("it is nested too deeply")
        levels -= 1
        nested = [inner for part in nested for inner in (part.values() if isinstance(part, dict) else part)]


def _instant(at: str) -> datetime:
    """Return an instant in chain format. Those of the last year may have no date in the reader's zone."""
    instant = datetime.fromisoformat(at)
    if instant.tzinfo is None or instant.year == MAXYEAR or stamp(instant) != at:
        raise ValueError("its time is not in the format of the chain")
    return instant


def _read_values(written: Mapping[str, Value], accounts: Reference) -> Values:
    return {key: _read(part, accounts) for key, part in written.items()}


def _read(value: Value, accounts: Reference) -> Value:
    if isinstance(value, Mapping):
        reference = value.get(REFERENCE)
        return _person(str(reference), accounts) if reference else _read_values(value, accounts)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_read(part, accounts) for part in value]
    return value


def _person(reference: str, accounts: Reference) -> PersonId:
    return PersonId(accounts.get(reference) or FORMER + reference)
