"""Checks an export of audit events with nothing but the file, a public key and the package ``cryptography``.

    python3 verify_audit.py export.jsonl --key public.pem [--head heads.json]

Ends with 0 and says *intact* when nothing is wrong and all of it is signed; with 1 when it is broken, naming the first
broken event and what is wrong with it; with 3 when it is whole, but not signed throughout. It shares no code with the
app on purpose: what an export proves has to be provable by somebody who does not trust the app. docs/audit-events.md
describes the format.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
except ImportError:
    raise SystemExit("This program needs a package: python3 -m pip install cryptography") from None

INTACT, BROKEN, UNSIGNED = 0, 1, 3
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
FIELDS = (
    *("seq", "at", "action", "actor", "object_kind", "object_id"),
    *("team_id", "outcome", "origin", "request_id"),
)
SIGNATURE = ("key_id", "public_key", "signature")
HEAD = ("seq", "hash", "at", *SIGNATURE)
TRIM = ("through", "events", "first_at", "last_at")
SIGNED_TRIM = (*TRIM, "at", "days", "event", "erased", *SIGNATURE)
END = ("seq", "hash", "lines", "sha256", "at", *SIGNATURE)
NUMBERS = frozenset({"seq", "through", "events", "days", "event", "lines", "after", "checkpoints"})
LISTS = frozenset({"people", "hidden"})
KINDS: dict[str, type] = {"details": dict, "whole": bool}
PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)
SEALED_EVERY = 1000
SHORTEST_RETENTION = timedelta(days=90)
ERASED, TRIMMED = "person.erased", "audit.trimmed"


class BrokenError(Exception):
    """The event at which the proof fails, 0 if it is none of them, and the reason."""

    def __init__(self, seq: int, problem: str) -> None:
        super().__init__(f"broken at event {seq}: {problem}" if seq else f"broken: {problem}")


class FormError(ValueError):
    """Says why a line or a head cannot be read."""


class Keys:
    """The accepted public keys, by their hex digits."""

    def __init__(self, keys: Iterable[Ed25519PublicKey]) -> None:
        self._keys = {key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex(): key for key in keys}

    def fault(self, fields: dict[str, Any]) -> str:
        """Return what is wrong with a signature that is not good."""
        if fields["public_key"] in self._keys:
            return "is not signed with the key"
        return f"is signed with a key that was not given ({fields['key_id']})"

    def signed(self, fields: dict[str, Any], *lines: object) -> bool:
        """Return True if an accepted key, correctly named in the fields, has signed these lines."""
        key = self._keys.get(fields["public_key"])
        key_id = sha256(bytes.fromhex(fields["public_key"])).hexdigest()[:16]
        if key is None or fields["key_id"] != key_id or not _is_hex(fields["signature"]):
            return False
        try:
            key.verify(bytes.fromhex(fields["signature"]), "\n".join(map(str, lines)).encode())
        except InvalidSignature:
            return False
        return True


class Export:
    """Verifies an export line by line; stores only the current hash and the people named so far."""

    def __init__(self, keys: Iterable[Ed25519PublicKey]) -> None:
        self._keys = Keys(keys)
        self.site, self.seq, self.hash = "", 0, b""
        self.shown = self.vouched = self.after = 0
        self.signed_at, self.closed = "", False
        self.left_out = self.compared = 0
        self._sealed, self._missing_seals, self._head = -1, list[int](), 0
        self._checkpoints = self._wanted = 0
        self._whole = True
        self._trims, self._trim_events = list[dict[str, Any]](), dict[int, dict[str, Any]]()
        self._named, self._referred = dict[str, int](), dict[str, int]()
        self._erased = set[str]()
        self._lines, self._content = 0, sha256()
        self._kinds: dict[tuple[str, ...], Callable[[dict[str, Any]], None]] = {
            ("trim",): lambda line: self._trim(line["trim"]),
            ("checkpoint",): lambda line: self._check_checkpoint(line["checkpoint"]),
            ("head",): lambda line: self._check_head(line["head"]),
            ("person", "account", "salt"): self._person,
            ("event", "hash"): lambda line: self._event(line["event"], line["hash"]),
            ("hidden",): lambda line: self._hide(line["hidden"]),
            ("export",): lambda line: self._close(line["export"]),
        }

    def read(self, text: str) -> None:
        """Read one line with its line end. Raise BrokenError."""
        line = json.loads(text, object_pairs_hook=_once)
        if not isinstance(line, dict) or f"{json.dumps(line, separators=(',', ':'))}\n" != text:
            raise BrokenError(self.seq + 1, "a line that no export writes like this")
        if self.closed:
            raise BrokenError(self.seq, "a line after the one that closes the export")
        if self._lines == 0:
            self._begin(line)
        elif kind := self._kinds.get(tuple(line)):
            kind(line)
        else:
            raise BrokenError(self.seq + 1, "a line that belongs to no export")
        self._lines += 1
        self._content.update(text.encode())

    def check(self, head: dict[str, Any], name: str = "checkpoint") -> None:
        """Verify a signed head of this event, from this export or stored elsewhere."""
        _exactly(head, HEAD if name == "checkpoint" else (*HEAD, "checkpoints"))
        if head["seq"] != self.seq:
            raise BrokenError(self.seq + 1, f"missing: a signed head names event {head['seq']}")
        lines = (
            f"timesheet audit {name} 1",
            self.site,
            *(head[part] for part in head if part not in SIGNATURE),
        )
        if not self._keys.signed(head, *lines):
            raise BrokenError(self.seq, f"the head there {self._keys.fault(head)}")
        if head["hash"] != self.hash.hex():
            raise BrokenError(self.seq, "the events up to it are not those that were signed")
        self.vouched, self.signed_at = self.seq, head["at"]

    def compare(self, head: dict[str, Any], *, later: bool = False) -> bool:
        """Verify a head that was stored elsewhere if it is of this site and of the event that was read last.

        With ``later`` also one of a later event, which a whole export has to contain. Return False for any other.
        """
        if head.get("site", self.site) != self.site:
            return False
        if head["seq"] != self.seq and not (later and self._whole and head["seq"] > self.after):
            return False
        self.check({name: head[name] for name in HEAD})
        self.compared += 1
        return True

    def finish(self) -> None:
        """Verify what can only be verified at the end. Raise BrokenError."""
        if not self.site:
            raise BrokenError(0, "this is not an export of audit events")
        self._check_seal()
        for seq in self._missing_seals:
            if seq <= self._head or not self._head:
                raise BrokenError(seq, "the checkpoint that the app signed there is missing")
        if self._head and not self.after and self._checkpoints != self._wanted:
            raise BrokenError(
                self.seq, f"there is another number of checkpoints than the head counts ({self._wanted})"
            )
        if again := self._named.keys() & self._erased:
            seq = min(self._referred.get(ref, self.seq) for ref in again)
            raise BrokenError(seq, "a person is named whose data an event says was erased")
        gone = self._erased.union(*(trim.get("erased", "").split() for trim in self._trims[-1:]))
        unknown = {
            ref: seq for ref, seq in self._referred.items() if ref not in self._named and ref not in gone
        }
        if unknown and not self.left_out:
            ref = min(unknown, key=lambda ref: (unknown[ref], ref))
            raise BrokenError(unknown[ref], f"nothing says who {ref} is, or that the person was erased")
        self._check_trims()

    @property
    def unfinished(self) -> str:
        """Return why it is not signed throughout, or an empty string."""
        if not self.closed:
            return "the line that closes an export and signs its length is missing"
        if not 0 < self.seq <= self.vouched:
            return "what follows is not signed"
        return "the signed head of the chain is missing" if self._whole and not self._head else ""

    def _begin(self, line: dict[str, Any]) -> None:
        if line.get("format") != "timesheet audit 2":
            raise BrokenError(0, "this is not an export of audit events, or one of an older version")
        _exactly(line, ("format", "site", "after", "hash", "whole"))
        self._whole = line["whole"]
        self.site, self.seq, self.hash = line["site"], line["after"], bytes.fromhex(line["hash"])
        start = sha256(f"timesheet audit 1\n{self.site}".encode()).digest()
        if self.seq == 0 and self.hash != start:
            raise BrokenError(1, "the chain does not begin with its site")
        self.after, self.vouched = self.seq, -1 if self.seq else 0

    def _trim(self, trim: dict[str, Any]) -> None:
        _exactly(trim, SIGNED_TRIM if "at" in trim else TRIM)
        last = self._trims[-1]["through"] if self._trims else 0
        if self.shown or self.vouched > 0 or not last < trim["through"] <= self.after:
            raise BrokenError(self.after + 1, "the deletions before it are in no order")
        if trim["events"] != trim["through"] - last:
            raise BrokenError(self.after + 1, "the number of missing events is not that of the deletion")
        if "at" in trim:
            parts = (trim[name] for name in (*TRIM, "at", "days", "event"))
            if not self._keys.signed(trim, "timesheet audit trim 1", self.site, *parts, trim["erased"]):
                fault = self._keys.fault(trim)
                raise BrokenError(self.after + 1, f"the events before it were deleted, and that {fault}")
            if trim["last_at"] > _youngest(trim):
                raise BrokenError(self.after + 1, "the events before it were deleted too early")
        self._trims.append(trim)

    def _check_trims(self) -> None:
        """Verify that each trim has its event, if it should be in this export, and that one without a
        signature is from before any head.
        """
        if self._whole and self.after != (self._trims[-1]["through"] if self._trims else 0):
            raise BrokenError(self.after + 1, "nothing says that the events before it were deleted")
        whole = not self.left_out and bool(self._trims) and self._trims[-1]["through"] == self.after
        for trim in self._trims:
            if "at" not in trim and self._head:
                raise BrokenError(self.after + 1, "the events before it were deleted, and that is not signed")
            number = trim.get("event", 0)
            if whole and number > self.after and not self._announced(number, trim):
                raise BrokenError(self.after + 1, "the events before it were deleted, and no event says so")

    def _announced(self, number: int, trim: dict[str, Any]) -> bool:
        event = self._trim_events.get(number)
        if event is None or event["object_id"] != str(trim["through"]):
            return False
        said = {"events": trim["events"], "first": trim["first_at"], "last": trim["last_at"]}
        return bool({**event["details"]["after"], **said} == event["details"]["after"])

    def _event(self, event: dict[str, Any], digest: str) -> None:
        self._check_start()
        if not {*FIELDS, "people", "details"}.issuperset(event):
            raise BrokenError(self.seq + 1, "it says something that no hash covers")
        _exactly(event, (*FIELDS, "people", "details"))
        if event["seq"] != self.seq + 1:
            raise BrokenError(self.seq + 1, "missing")
        if " ".join(event["people"]).split() != event["people"]:
            raise BrokenError(self.seq + 1, "its people are not written as the app writes them")
        details = json.dumps(event["details"], sort_keys=True, separators=(",", ":"))
        text = "\n".join((*(str(event[name]) for name in FIELDS), " ".join(event["people"]), details))
        self._advance(sha256(text.encode()).digest())
        if self.hash.hex() != digest:
            raise BrokenError(self.seq, "what it says was changed, or an event before it was")
        self.shown += 1
        for ref in {event["actor"], *event["people"]} - {""}:
            self._referred.setdefault(ref, self.seq)
        if event["action"] == ERASED:
            self._erased.add(event["object_id"])
        if event["action"] == TRIMMED:
            self._trim_events[self.seq] = event

    def _hide(self, digests: list[str]) -> None:
        self._check_start()
        if not digests:
            raise BrokenError(self.seq + 1, "a line that hides nothing")
        self.left_out += len(digests)
        for digest in digests:
            self._advance(bytes.fromhex(digest))

    def _check_start(self) -> None:
        if self.vouched < 0:
            raise BrokenError(self.seq + 1, "what came before it is not vouched for by a signed head")

    def _advance(self, digest: bytes) -> None:
        self._check_seal()
        self.hash = sha256(self.hash + digest).digest()
        self.seq += 1

    def _check_seal(self) -> None:
        if self.seq > self.after and self.seq % SEALED_EVERY == 0 and self._sealed != self.seq:
            self._missing_seals.append(self.seq)

    def _check_checkpoint(self, head: dict[str, Any]) -> None:
        self.check(head)
        if self.seq == self.after and self._trims:
            self._check_age(self._trims[-1], head["at"])
        self._sealed = self.seq
        self._checkpoints += 1

    def _check_age(self, trim: dict[str, Any], sealed_at: str) -> None:
        """Verify with the signed time of the checkpoint that the events before it were old enough to be deleted."""
        if not trim.get("days") or trim["through"] != self.after:
            return
        if sealed_at > _youngest(trim):
            raise BrokenError(self.after + 1, "the events before it were deleted too early")

    def _check_head(self, head: dict[str, Any]) -> None:
        if self._head:
            raise BrokenError(self.seq, "a second head of the chain")
        self.check(head, "head")
        self._head, self._wanted = self.seq, head["checkpoints"]

    def _person(self, line: dict[str, Any]) -> None:
        _exactly(line, ("person", "account", "salt"))
        if sha256(f"{line['salt']}\n{line['account']}".encode()).hexdigest()[:32] != line["person"]:
            raise BrokenError(self.seq + 1, "the reference of a person belongs to somebody else")
        if line["person"] in self._named:
            raise BrokenError(self.seq + 1, "a person is named twice")
        self._named[line["person"]] = self.seq

    def _close(self, end: dict[str, Any]) -> None:
        _exactly(end, END)
        found = (self.seq, self.hash.hex(), self._lines, self._content.hexdigest())
        if found != (end["seq"], end["hash"], end["lines"], end["sha256"]):
            raise BrokenError(self.seq, "the lines are not those that were signed as the export")
        if not self._keys.signed(end, "timesheet audit export 2", self.site, *found, end["at"]):
            raise BrokenError(self.seq, f"the export {self._keys.fault(end)}")
        self.closed = True


def verify(
    lines: Iterable[str], keys: Iterable[Ed25519PublicKey], heads: Iterable[dict[str, Any]] | None = None
) -> tuple[int, str]:
    """Return the exit code and the message for an export that is not broken. Raise BrokenError for a broken one.

    ``heads`` were stored elsewhere. Those of other sites are left out, but an export to which none of them belongs is
    not proven by them: it may be the genuine one of another site.
    """
    export, elsewhere = Export(keys), None if heads is None else list(heads)
    unmatched = elsewhere or []
    try:
        for line in lines:
            export.read(line)
            unmatched = [head for head in unmatched if not export.compare(head)]
        for head in unmatched:
            export.compare(head, later=True)
        export.finish()
    except UNREADABLE as error:
        raise BrokenError(export.seq + 1, f"a line that cannot be read ({_reason(error)})") from error
    events = "1 event" if export.shown == 1 else f"{export.shown} events"
    said = f"{events} of site {export.site}, the last one {export.seq}"
    if export.left_out:
        said += f", {export.left_out} left out by a filter"
    signed = "nothing of it signed"
    if export.vouched > 0:
        signed = f"signed up to event {export.vouched}, at {export.signed_at}"
    unfinished = export.unfinished
    if elsewhere is not None and not export.compared:
        unfinished = unfinished or "none of the heads that were stored elsewhere belongs to it"
    if unfinished:
        return UNSIGNED, f"whole, but not signed throughout: {said}, {signed}; {unfinished}"
    return INTACT, f"intact: {said}, {signed}"


def _exactly(fields: Any, names: tuple[str, ...]) -> None:
    """Raise FormError unless these are the fields, in this order, each with the right type."""
    if not isinstance(fields, dict) or tuple(fields) != names:
        raise FormError(f"it does not have the fields {', '.join(names)}")
    for name, value in fields.items():
        if name in NUMBERS:
            good = type(value) is int and value >= 0
        else:
            good = type(value) is (list if name in LISTS else KINDS.get(name, str))
        if not good:
            raise FormError(f"{name} is of another kind")


def _is_hex(text: str) -> bool:
    return bytes.fromhex(text).hex() == text


def _reason(error: Exception) -> str:
    """Return why a line cannot be read, in words of this program."""
    if isinstance(error, FormError):
        return str(error)
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, json.JSONDecodeError):
        return "it is not JSON"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return "it contains a value that no export has"


def _one_line(text: str) -> str:
    """Return the text in ASCII on one line: a file must not add a result of its own, and every console shows it."""
    return "".join(one if " " <= one <= "~" else ascii(one)[1:-1] for one in text)


def _youngest(trim: dict[str, Any]) -> str:
    """Return the time of the youngest event that a deletion may have taken."""
    kept = max(timedelta(days=trim["days"]), SHORTEST_RETENTION)
    return _stamp(datetime.fromisoformat(trim["at"]) - kept)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse duplicate names, because programs would interpret them differently."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormError("a name occurs twice")
    return found


def _keys(paths: Iterable[str]) -> Iterator[Ed25519PublicKey]:
    for path in paths:
        found = [_key(block) for block in PEM.findall(_content(path))]
        if not found or None in found:
            raise SystemExit(f"{path} contains no Ed25519 key")
        yield from filter(None, found)


def _key(block: bytes) -> Ed25519PublicKey | None:
    try:
        key = load_pem_public_key(block)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SystemExit(f"{path} cannot be read ({error.strerror})") from None


def _heads(path: str) -> list[dict[str, Any]]:
    lines = _content(path).splitlines()
    return [_head(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _head(path: str, number: int, line: bytes) -> dict[str, Any]:
    """Return a head that was stored elsewhere. What is wrong with it says nothing about the export."""
    try:
        head: dict[str, Any] = json.loads(line.decode(), object_pairs_hook=_once)
        _exactly({name: head[name] for name in HEAD}, HEAD)
        digits = all(_is_hex(head[name]) for name in ("hash", *SIGNATURE))
        if digits and isinstance(head.get("site", ""), str):
            return head
    except UNREADABLE:
        pass
    raise SystemExit(f"{path} contains something that is not a head, in line {number}")


def main(arguments: list[str]) -> int:
    """Return the exit code described above."""
    parser = argparse.ArgumentParser(description="Check an export of audit events.")
    parser.add_argument("export", help="the JSON lines")
    parser.add_argument(
        "--key",
        action="append",
        required=True,
        help="a file of public keys (PEM); more than once for several",
    )
    parser.add_argument("--head", help="heads that were kept elsewhere, one JSON object a line")
    chosen = parser.parse_args(arguments)
    heads = _heads(chosen.head) if chosen.head else None
    keys = list(_keys(chosen.key))
    try:
        with Path(chosen.export).open("rb") as lines:
            # Line by line: a file that is read as text is decoded ahead, and another event would be named.
            ends, says = verify((line.decode() for line in lines), keys, heads)
    except BrokenError as broken:
        print(_one_line(str(broken)))
        return BROKEN
    except OSError as error:
        raise SystemExit(f"{chosen.export} cannot be read ({error.strerror})") from None
    print(_one_line(says))
    return ends


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
