"""The key that signs audit chains: what it verifies, and what it need not verify again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.adapters.support.jira_json import START
from timesheet.adapters.crypto import audit_key
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.services.ports.audit import Head

HEAD = Head(7, "ab" * 32)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the public keys with which signatures are verified."""
    keys: list[bytes] = []

    class Counted:
        @staticmethod
        def from_public_bytes(data: bytes) -> Ed25519PublicKey:
            keys.append(data)
            return Ed25519PublicKey.from_public_bytes(data)

    monkeypatch.setattr(audit_key, "Ed25519PublicKey", Counted)
    return keys


def test_what_a_process_has_signed_is_not_verified_again(verified: list[bytes]) -> None:
    key = AuditKey("a" * 40)
    assert key.verifies_head("acme", key.sign_head("acme", HEAD, START, 0))
    assert verified == []


def test_what_another_process_has_signed_is_verified_once(verified: list[bytes]) -> None:
    signed = AuditKey("a" * 40).sign_head("acme", HEAD, START, 0)
    key = AuditKey("a" * 40)
    assert [key.verifies_head("acme", signed) for _ in range(3)] == [True, True, True]
    assert len(verified) == 1


def test_a_signature_vouches_for_nothing_else(verified: list[bytes]) -> None:
    key = AuditKey("a" * 40)
    signed = key.sign_head("acme", HEAD, START, 0)
    for other in (
        replace(signed, seq=8),
        replace(signed, hash="cd" * 32),
        replace(signed, checkpoints=1),
        replace(signed, signature="00" * 64),
        replace(signed, signature="no hex digits"),
        replace(signed, key_id="0" * len(signed.key_id)),
    ):
        assert [key.verifies_head("acme", other) for _ in range(2)] == [False, False]
    assert not key.verifies_head("other", signed)
    assert len(verified) == 6, "each was verified once, but for the one without hex digits"
