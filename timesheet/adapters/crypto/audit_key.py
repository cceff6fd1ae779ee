"""The key that signs heads of audit chains: Ed25519, derived from SIGNING_KEY, so that there is none to keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from timesheet.domain.audit_chain import key_id_of, signed_text, stamp
from timesheet.services.audit_ports import Checkpoint, Head


class AuditKey:
    """Implements CheckpointKey. ``earlier`` are public keys (64 hex digits) of SIGNING_KEYs that were changed."""

    def __init__(self, signing_key: str, earlier: Iterable[str] = ()) -> None:
        seed = HKDF(SHA256(), 32, None, b"audit checkpoint").derive(signing_key.encode())
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._known = frozenset((self._public.hex(), *earlier))

    @property
    def id(self) -> str:
        """How logs name the key."""
        return key_id_of(self._public.hex())

    @property
    def public_pem(self) -> str:
        """See CheckpointKey."""
        public = self._private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, site: str, head: Head, at: datetime) -> Checkpoint:
        """See CheckpointKey."""
        instant = datetime.fromisoformat(stamp(at)).astimezone(UTC)
        unsigned = Checkpoint(head.seq, head.hash, instant, self.id, self._public.hex(), "")
        return replace(unsigned, signature=self._private.sign(_message(site, unsigned)).hex())

    def vouches(self, site: str, checkpoint: Checkpoint) -> bool:
        """See CheckpointKey."""
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(checkpoint.public_key))
            public.verify(bytes.fromhex(checkpoint.signature), _message(site, checkpoint))
        except (InvalidSignature, ValueError):
            return False
        return checkpoint.key_id == key_id_of(checkpoint.public_key)

    def knows(self, checkpoint: Checkpoint) -> bool:
        """See CheckpointKey."""
        return checkpoint.public_key.lower() in self._known


def _message(site: str, checkpoint: Checkpoint) -> bytes:
    return signed_text(site, checkpoint.seq, checkpoint.hash, stamp(checkpoint.at)).encode()
