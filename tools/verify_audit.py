"""Checks an export of audit events with nothing but the file, a public key and the package ``cryptography``.

    python3 verify_audit.py export.jsonl --key public.pem [--head head.json]

Says *intact*, or names the first broken event and what is wrong with it. It shares no code with the app on purpose:
what an export proves has to be provable by somebody who does not trust the app. docs/audit-events.md tells the format.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

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
)
SAID = {*FIELDS, "people", "details"}
LINES = ({"event", "hash"}, {"hidden"}, {"checkpoint"}, {"person", "account", "salt"}, {"trim"})


class BrokenError(Exception):
    """The event at which the proof fails, and why."""

    def __init__(self, seq: int, problem: str) -> None:
        super().__init__(f"event {seq}: {problem}")


class Export:
    """Goes through an export line by line; holds no more of it than the hash so far."""

    def __init__(self, keys: Iterable[Ed25519PublicKey]) -> None:
        self._keys = list(keys)
        self.site, self.seq, self.hash = "", 0, b""
        self.shown = self.vouched = 0

    def read(self, number: int, line: dict[str, Any]) -> None:
        """One line; raises BrokenError."""
        if number == 0:
            self._begin(line)
        elif set(line) not in LINES:
            raise BrokenError(self.seq, "a line that belongs to no export")
        elif "event" in line:
            self._event(line["event"], str(line["hash"]))
        elif "hidden" in line:
            for digest in line["hidden"]:
                self._advance(bytes.fromhex(digest))
        elif "checkpoint" in line:
            self.check(line["checkpoint"])
        elif "person" in line:
            self._person(line)

    def check(self, head: dict[str, Any]) -> None:
        """A signed head that stands here, or that was kept elsewhere and tells of this event."""
        if head["seq"] != self.seq:
            raise BrokenError(self.seq + 1, f"missing: a signed head tells of event {head['seq']}")
        text = "\n".join(
            ("timesheet audit checkpoint 1", self.site, str(head["seq"]), str(head["hash"]), str(head["at"]))
        )
        if not self._signed(bytes.fromhex(head["signature"]), text.encode()):
            raise BrokenError(self.seq, "the head there is not signed with the key")
        if head["hash"] != self.hash.hex():
            raise BrokenError(self.seq, "the events up to it are not those that were signed")
        self.vouched = self.seq

    def _begin(self, line: dict[str, Any]) -> None:
        if line.get("format") != "timesheet audit 1":
            raise BrokenError(0, "this is no export of audit events")
        self.site, self.seq, self.hash = str(line["site"]), int(line["after"]), bytes.fromhex(line["hash"])
        start = sha256(f"timesheet audit 1\n{self.site}".encode()).digest()
        if self.seq == 0 and self.hash != start:
            raise BrokenError(1, "the chain does not begin with its site")
        self.vouched = -1 if self.seq else 0

    def _event(self, event: dict[str, Any], digest: str) -> None:
        if self.vouched < 0:
            raise BrokenError(self.seq + 1, "what came before it is not vouched for by a signed head")
        if event["seq"] != self.seq + 1:
            raise BrokenError(self.seq + 1, "missing")
        if not SAID.issuperset(event):
            raise BrokenError(self.seq + 1, "it says something that no hash covers")
        details = json.dumps(event["details"], sort_keys=True, separators=(",", ":"))
        text = "\n".join((*(str(event[name]) for name in FIELDS), " ".join(event["people"]), details))
        self._advance(sha256(text.encode()).digest())
        if self.hash.hex() != digest:
            raise BrokenError(self.seq, "what it says was changed, or an event before it was")
        self.shown += 1

    def _advance(self, digest: bytes) -> None:
        if self.vouched < 0:
            raise BrokenError(self.seq + 1, "what came before it is not vouched for by a signed head")
        self.hash = sha256(self.hash + digest).digest()
        self.seq += 1

    def _person(self, line: dict[str, Any]) -> None:
        if sha256(f"{line['salt']}\n{line['account']}".encode()).hexdigest()[:32] != line["person"]:
            raise BrokenError(self.seq + 1, "the reference of a person stands for somebody else")

    def _signed(self, signature: bytes, text: bytes) -> bool:
        for key in self._keys:
            try:
                key.verify(signature, text)
            except InvalidSignature:
                continue
            return True
        return False


def verify(
    lines: Iterable[str], keys: Iterable[Ed25519PublicKey], heads: Iterable[dict[str, Any]] = ()
) -> str:
    """What there is to say about an export that is intact; raises BrokenError for one that is not."""
    export, wanted = Export(keys), {int(head["seq"]): head for head in heads}
    try:
        for number, line in enumerate(lines):
            export.read(number, json.loads(line, object_pairs_hook=_once))
            if head := wanted.get(export.seq):
                export.check(wanted.pop(head["seq"]))
        for head in wanted.values():
            export.check(head)
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenError(export.seq + 1, f"a line that cannot be read ({error})") from error
    if not export.site:
        raise BrokenError(0, "this is no export of audit events")
    signed = f"signed up to event {export.vouched}" if export.vouched > 0 else "nothing of it signed"
    return f"intact: {export.shown} events, the last one {export.seq}, {signed}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """What stands there twice would be one thing for this program and another one for the next."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _keys(paths: Iterable[str]) -> Iterator[Ed25519PublicKey]:
    for path in paths:
        key = load_pem_public_key(Path(path).read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise SystemExit(f"{path} holds no Ed25519 key")
        yield key


def main(arguments: list[str]) -> int:
    """0 when the export is intact, 1 when it is not."""
    parser = argparse.ArgumentParser(description="Check an export of audit events.")
    parser.add_argument("export", help="the JSON lines")
    parser.add_argument(
        "--key", action="append", required=True, help="a public key (PEM); more after a rotation"
    )
    parser.add_argument("--head", help="heads that were kept elsewhere, one JSON object a line")
    chosen = parser.parse_args(arguments)
    heads = Path(chosen.head).read_text().splitlines() if chosen.head else []
    try:
        with Path(chosen.export).open() as lines:
            print(verify(lines, _keys(chosen.key), [json.loads(head) for head in heads if head.strip()]))
    except BrokenError as broken:
        print(f"broken at {broken}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
