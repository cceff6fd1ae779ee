"""Pack values for the cache server: encoded, compressed, and encrypted together with their key."""

from __future__ import annotations

import zlib
from typing import Any, Protocol

from timesheet.adapters.cache.codec import Codec

LARGEST = 16 * 1024 * 1024
COMPRESSED_FROM = 512
LARGEST_PLAIN = 40 * LARGEST
PLAIN, DEFLATED, TOO_LARGE = b"p", b"z", b"t"


class TooLargeForServer(ValueError):
    """The value stays in the memory of the process that stored it."""


class Box(Protocol):
    """Seals bytes under a name, so that only this app can read them, and only under this name."""

    def seal(self, name: str, data: bytes) -> bytes:
        """Return the sealed bytes; no two are the same."""

    def open(self, name: str, sealed: bytes) -> bytes:
        """Return the original bytes. Raise ValueError for anything else."""


class Envelopes:
    """Packs values and unpacks them."""

    def __init__(self, box: Box, codec: Codec) -> None:
        self._box, self._codec = box, codec

    def pack(self, name: str, value: object) -> bytes:
        """Return the sealed value.

        For a value that is too large, the server gets only a note, so others read it again.
        """
        plain = self._codec.encode(value)
        if len(plain) < COMPRESSED_FROM:
            return self._box.seal(name, PLAIN + plain)
        content = zlib.compress(plain, 1)
        if len(content) > LARGEST:
            return self._box.seal(name, TOO_LARGE)
        return self._box.seal(name, DEFLATED + content)

    def unpack(self, name: str, sealed: bytes) -> Any:
        """Return the value. Raise ValueError if it is too large, of another release, or not sealed by this app."""
        content = self._box.open(name, sealed)
        kind, content = content[:1], content[1:]
        if kind == PLAIN:
            return self._codec.decode(content)
        if kind == TOO_LARGE:
            raise TooLargeForServer
        if kind != DEFLATED:
            raise ValueError("no value")
        unzip = zlib.decompressobj()
        try:
            plain = unzip.decompress(content, LARGEST_PLAIN)
        except zlib.error as error:
            raise ValueError("damaged") from error
        return self._codec.decode(plain)
