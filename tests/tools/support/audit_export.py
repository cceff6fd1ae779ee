"""Exports of the audit log, changed and checked by the verifier."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.services.support.fake_chain import KEY
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.audit.signature import export_text
from tools.verify_audit import main

Lines = list[dict[str, Any]]


def dumped(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"


def resealed(lines: Lines, key: AuditKey = KEY) -> Lines:
    """Return the export with valid signatures of the app; errors in the events must be found all the same."""
    last, content = dict(lines[-1]["export"]), "".join(map(dumped, lines[:-1]))
    last |= {"lines": len(lines) - 1, "sha256": sha256(content.encode()).hexdigest()}
    text = export_text(lines[0]["site"], last["seq"], last["hash"], last["lines"], last["sha256"], last["at"])
    signature = key.sign_text(text)
    last |= {"key_id": signature.key_id, "public_key": signature.public_key, "signature": signature.value}
    return [*lines[:-1], {"export": last}]


def check(folder: Path, lines: Lines, key: AuditKey = KEY, *heads: dict[str, Any]) -> int:
    (folder / "export.jsonl").write_text("".join(map(dumped, lines)))
    (folder / "key.pem").write_text(key.public_pem)
    (folder / "head.json").write_text("".join(json.dumps(head) + "\n" for head in heads))
    more = ["--head", str(folder / "head.json")] if heads else []
    return main([str(folder / "export.jsonl"), "--key", str(folder / "key.pem"), *more])


def events(lines: Lines) -> Lines:
    return [line for line in lines if "event" in line]
