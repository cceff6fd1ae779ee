"""Pass on large requests and answers in parts, which wait in the cache.

Nothing is stored. The cache is the memory of the process, or a server with encrypted values, and the parts
expire after minutes. The key of a part contains the person who sent or requested it, so nobody else can read it.
"""

from __future__ import annotations

import binascii
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

from timesheet.domain.errors import AppBusy, InvalidInput
from timesheet.domain.identity import Identity
from timesheet.domain.message import message
from timesheet.services.ports.cache import Cache

MOST_PARTS = 20
"""The most parts of a request: 7 MB of an envelope, which is more than the largest file that any page takes."""
ANSWER_PART = 3_600_000
"""The bytes in one part of an answer; packed as text they are 4.8 MB."""
SECONDS = 600.0
MOST_OF_PERSON, MOST_OF_SITE = 2, 4
"""The most requests and answers in parts that are under way at once. Whoever begins another one gives up the oldest."""
PART_MISSING = message("A part did not arrive in time, so nothing was changed or shown. Try again.")
FULL = message(
    "Several large files of this site are being sent at the moment, so this one was not. Try again in a minute."
)
UNREADABLE = message("The page sent a part that cannot be read. Reload the page; nothing was changed.")
RETRY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RequestPart:
    """One part of a request: ``data`` is base64. ``number`` counts from 0 up to ``of`` - 1."""

    id: str
    number: int
    of: int
    data: str


class StoredAnswer(NamedTuple):
    """The number of parts of an answer."""

    id: str
    of: int


class _Transfer(NamedTuple):
    """A request or an answer in progress. ``until`` is in epoch seconds."""

    id: str
    account_id: str
    until: float
    of: int


def add_part(cache: Cache, viewer: Identity, part: RequestPart, now: datetime) -> bytes | None:
    """Store a part of a request; return the whole request with its last part.

    Raise AppBusy if the site has too many transfers in progress or if an earlier part is gone, and
    InvalidInput for bytes that cannot be read.
    """
    if part.number == 0:
        _begin(cache, viewer, part.id, part.of, now)
    elif _find(cache, viewer, part.id) is None:
        raise AppBusy(PART_MISSING)
    cache.put(_key(viewer, part.id, part.number), part.data, SECONDS)
    if part.number < part.of - 1:
        return None
    # One after the other, because together they may be too large for one answer of a cache server.
    parts = [cache.get(_key(viewer, part.id, number)) for number in range(part.of)]
    _end(cache, viewer, part.id)
    _delete(cache, viewer, part.id, part.of)
    if None in parts:
        raise AppBusy(PART_MISSING)
    try:
        return b"".join(b64decode(one, validate=True) for one in parts)
    except (binascii.Error, ValueError):
        raise InvalidInput(UNREADABLE) from None


def keep_answer(cache: Cache, viewer: Identity, whole: bytes, now: datetime) -> StoredAnswer:
    """Store an answer, compressed, until its parts are requested.

    Raise AppBusy if the site has too many transfers in progress.
    """
    packed = zlib.compress(whole, 1)
    starts = range(0, len(packed), ANSWER_PART)
    stored = StoredAnswer(token_hex(16), len(starts))
    _begin(cache, viewer, stored.id, stored.of, now)
    for number, start in enumerate(starts):
        data = b64encode(packed[start : start + ANSWER_PART]).decode("ascii")
        cache.put(_key(viewer, stored.id, number), data, SECONDS)
    return stored


def answer_part(cache: Cache, viewer: Identity, id_: str, number: int) -> str:
    """Return a part of an answer in base64. Raise AppBusy if it is gone.

    The last part ends the transfer, but stays until it expires, because it is requested again if it does not arrive.
    """
    data = cache.get(_key(viewer, id_, number))
    if data is None:
        raise AppBusy(PART_MISSING)
    transfer = _find(cache, viewer, id_)
    if transfer is not None and number == transfer.of - 1:
        _end(cache, viewer, id_)
    return str(data)


def _begin(cache: Cache, viewer: Identity, id_: str, of: int, now: datetime) -> None:
    """Add a transfer, unless it is already there because its first part was sent twice."""
    with _changing(cache, viewer) as under_way:
        under_way[:] = [one for one in under_way if one.until > now.timestamp()]
        own = [one for one in under_way if one.account_id == viewer.account_id]
        if any(one.id == id_ for one in own):
            return
        if len(own) >= MOST_OF_PERSON:
            under_way.remove(own[0])
            _delete(cache, viewer, own[0].id, own[0].of)
        if len(under_way) >= MOST_OF_SITE:
            raise AppBusy(FULL, retry_after=RETRY_SECONDS)
        under_way.append(_Transfer(id_, viewer.account_id, now.timestamp() + SECONDS, of))


def _end(cache: Cache, viewer: Identity, id_: str) -> None:
    with _changing(cache, viewer) as under_way:
        under_way[:] = [one for one in under_way if (one.id, one.account_id) != (id_, viewer.account_id)]


def _find(cache: Cache, viewer: Identity, id_: str) -> _Transfer | None:
    found = (one for one in _read(cache, viewer) if (one.id, one.account_id) == (id_, viewer.account_id))
    return next(found, None)


@contextmanager
def _changing(cache: Cache, viewer: Identity) -> Iterator[list[_Transfer]]:
    """Let one caller at a time change the list of the site's transfers."""
    with cache.turn(f"{_list_key(viewer)}:change"):
        under_way = _read(cache, viewer)
        yield under_way
        cache.put(_list_key(viewer), [list(one) for one in under_way], SECONDS)


def _read(cache: Cache, viewer: Identity) -> list[_Transfer]:
    """Return the transfers; a later release, which runs beside this one during an upgrade, may append values."""
    known = len(_Transfer._fields)
    return [_Transfer(*one[:known]) for one in cache.get(_list_key(viewer)) or ()]


def _delete(cache: Cache, viewer: Identity, id_: str, of: int) -> None:
    for number in range(of):
        cache.delete(_key(viewer, id_, number))


def _list_key(viewer: Identity) -> str:
    return f"{viewer.site}:parts"


def _key(viewer: Identity, id_: str, number: int) -> str:
    return f"{viewer.site}:part:{viewer.account_id}:{id_}:{number}"
