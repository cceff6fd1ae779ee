"""Keep the parts of pages that were sent last: a part that would look the same is sent again without rendering.

Everything on it is still read for each request; only the template does not run. So two things must be equal:
the values that it is rendered from, and what the globals of the template return for the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import cast

from cachetools import TTLCache
from flask import Flask, current_app

from timesheet.domain.permission import Module
from timesheet.web.http.compression import compressed
from timesheet.web.http.context import Context
from timesheet.web.http.language import language
from timesheet.web.http.navigation import app_page, may_audit, may_configure, may_open

MOST_PARTS, CACHE_SECONDS = 200, 600
"""A month of 240 worklogs takes some 10 KiB, and 200 members of a team 15."""
NAME = "timesheet-printed"


@dataclass(frozen=True, slots=True)
class TemplateReader:
    """The values of the templates' globals for the reader: the pages they may open, and where those are."""

    parts: tuple[bool, ...]
    audits: bool
    configures: bool
    page: str


class PrintedParts:
    """The last content and print of each part and reader in this process. Compressed; thread safe."""

    def __init__(self, most: int = MOST_PARTS) -> None:
        self._parts: TTLCache[Hashable, tuple[object, bytes]] = TTLCache(most, CACHE_SECONDS)
        self._lock = Lock()

    def find(self, owner: Hashable, content: object) -> bytes | None:
        """Return the part that ``owner`` saw last if its content was the same."""
        with self._lock:
            cached = self._parts.get(owner)
        return cached[1] if cached and cached[0] == content else None

    def keep(self, owner: Hashable, content: object, part: bytes) -> None:
        """Remember a part instead of the one that ``owner`` saw before."""
        with self._lock:
            self._parts[owner] = content, part


def init_app(app: Flask) -> None:
    """Give the app a memory of its own."""
    app.extensions[NAME] = PrintedParts()


def printed_part(context: Context, name: str, content: object, render: Callable[[], str]) -> bytes:
    """Return a part of a page in its gzip form; it is rendered unless its reader saw the same content last.

    ``content`` is everything that ``render`` depends on, besides the viewer, their language, and what
    ``TemplateReader`` has.
    """
    owner = name, context.site.key, context.identity.account_id, language().code
    content = content, _reader()
    memory = cast(PrintedParts, current_app.extensions[NAME])
    part = memory.find(owner, content)
    if part is None:
        part = compressed(render().encode())
        memory.keep(owner, content, part)
    return part


def _reader() -> TemplateReader:
    return TemplateReader(
        tuple(may_open(part) for part in Module), may_audit(), may_configure(), app_page(Module.TIMESHEET)
    )
