"""A file that a writer of archives fills and a response empties."""

from __future__ import annotations

from io import RawIOBase


class Sink(RawIOBase):
    """Holds what was written since it was last taken.

    It cannot seek, so bytes that were taken are not needed again.
    """

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        """Return True: what is written is collected."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Add bytes to the buffer."""
        self._chunks.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Return what was written, and forget it."""
        data = b"".join(self._chunks)
        self._chunks.clear()
        return data
