"""The key that signs heads of audit chains: Ed25519, derived from SIGNING_KEY, so it need not be stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock

from cachetools import LRUCache
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from timesheet.domain.audit.chain import key_id_of, signed_text, stamp
from timesheet.domain.audit.signature import head_text
from timesheet.services.ports.audit import Checkpoint, Head, SignedHead
from timesheet.services.ports.register import Signature

REMEMBERED = 4096
"""The number of signatures that are known to be good or bad: each new event requires that the one before it is good."""


class AuditKey:
    """Implements CheckpointKey. ``earlier`` are public keys (64 hex digits) of replaced SIGNING_KEYs."""

    def __init__(self, signing_key: str, earlier: Iterable[str] = ()) -> None:
        seed = HKDF(SHA256(), 32, None, b"audit checkpoint").derive(signing_key.encode())
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        self._id = key_id_of(self._public)
        self._known = frozenset((self._public, *earlier))
        self._known_good: LRUCache[tuple[str, Signature], bool] = LRUCache(REMEMBERED)
        self._lock = Lock()

    @property
    def id(self) -> str:
        """Return the name of the key in logs."""
        return self._id

    @property
    def public_pem(self) -> str:
        """See CheckpointKey."""
        return "".join(map(_pem, (self._public, *sorted(self._known - {self._public}))))

    def sign(self, site: str, head: Head, at: datetime) -> Checkpoint:
        """See CheckpointKey."""
        written = stamp(at)
        signed = self.sign_text(signed_text(site, head.seq, head.hash, written))
        instant = datetime.fromisoformat(written).astimezone(UTC)
        return Checkpoint(head.seq, head.hash, instant, signed.key_id, signed.public_key, signed.value)

    def sign_head(self, site: str, head: Head, at: datetime, checkpoints: int) -> SignedHead:
        """See CheckpointKey."""
        written = stamp(at)
        signed = self.sign_text(head_text(site, head.seq, head.hash, written, checkpoints))
        return SignedHead(
            head.seq,
            head.hash,
            datetime.fromisoformat(written).astimezone(UTC),
            signed.key_id,
            signed.public_key,
            signed.value,
            checkpoints,
        )

    def verifies(self, site: str, checkpoint: Checkpoint) -> bool:
        """See CheckpointKey."""
        text = signed_text(site, checkpoint.seq, checkpoint.hash, stamp(checkpoint.at))
        return self.signed(text, _signature(checkpoint))

    def verifies_head(self, site: str, head: SignedHead) -> bool:
        """See CheckpointKey."""
        text = head_text(site, head.seq, head.hash, stamp(head.at), head.checkpoints)
        return self.signed(text, _signature(head))

    def knows(self, signed: Checkpoint | Signature) -> bool:
        """See CheckpointKey."""
        return signed.public_key in self._known

    def sign_text(self, text: str) -> Signature:
        """See CheckpointKey."""
        signature = Signature(self._id, self._public, self._private.sign(text.encode()).hex())
        # A signature by this process need not be verified when the next event is added.
        with self._lock:
            self._known_good[text, signature] = True
        return signature

    def signed(self, text: str, signature: Signature) -> bool:
        """See CheckpointKey."""
        with self._lock:
            good = self._known_good.get((text, signature))
        if good is None:
            good = _good(text, signature)
            with self._lock:
                self._known_good[text, signature] = good
        return good


def _signature(head: Checkpoint) -> Signature:
    return Signature(head.key_id, head.public_key, head.signature)


def _pem(public: str) -> str:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _good(text: str, signature: Signature) -> bool:
    """Return True for a signature of this text by its own public key. Only one form of hex digits is accepted."""
    try:
        public, value = bytes.fromhex(signature.public_key), bytes.fromhex(signature.value)
        Ed25519PublicKey.from_public_bytes(public).verify(value, text.encode())
    except (InvalidSignature, ValueError):
        return False
    written = (public.hex(), value.hex(), key_id_of(public.hex()))
    return written == (signature.public_key, signature.value, signature.key_id)
