"""Keep the sheets that were sent last: a sheet that would look the same is sent again without rendering.

Everything on it is still read for each request; only the template does not run. So two things must be equal:
the values that the template is given, and what its globals return for the reader. A list and a calendar
depend on more, and are always rendered.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

from cachetools import TTLCache
from flask import Flask, Response, current_app, render_template
from markupsafe import Markup

from timesheet.domain.permission import Module
from timesheet.web.http.language import language
from timesheet.web.http.navigation import (
    app_page,
    may_audit,
    may_configure,
    may_open,
    offers_suggestions,
    shows_suggestions,
)
from timesheet.web.middleware.compression import compressed, decompressed, send_compressed
from timesheet.web.site.first_use import Checklist, checklist
from timesheet.web.timesheet.sheet import OpenSheet

TEMPLATE, GRID = "timesheet/_sheet.html", "grid"
MOST_SHEETS, CACHE_SECONDS = 200, 600
"""A month of 240 worklogs takes some 10 KiB."""
NAME = "timesheet-sheets"


@dataclass(frozen=True, slots=True)
class Reader:
    """What the globals of the template return for the reader: the pages they may open, and where those are."""

    parts: tuple[bool, ...]
    audits: bool
    configures: bool
    page: str
    steps: Checklist | None
    suggestions: tuple[bool, bool]


class PrintedSheets:
    """The last sheet of each owner in this process: a viewer who reads one language. Compressed; thread safe."""

    def __init__(self, most: int = MOST_SHEETS, seconds: float = CACHE_SECONDS) -> None:
        self._sheets: TTLCache[Hashable, tuple[object, bytes]] = TTLCache(most, seconds)
        self._lock = Lock()

    def find(self, owner: Hashable, content: object) -> bytes | None:
        """Return the sheet that ``owner`` saw last if its content was the same."""
        with self._lock:
            cached = self._sheets.get(owner)
        return cached[1] if cached and cached[0] == content else None

    def keep(self, owner: Hashable, content: object, sheet: bytes) -> None:
        """Keep a sheet instead of the one that ``owner`` saw before."""
        with self._lock:
            self._sheets[owner] = content, sheet


def init_app(app: Flask) -> None:
    """Give the app a memory of its own."""
    app.extensions[NAME] = PrintedSheets()


def print_sheet(opened: OpenSheet) -> Markup:
    """Return a sheet as a part of a page."""
    if opened.choice.layout != GRID:
        return Markup(_printed(opened.for_template()))  # noqa: S704 - the template has escaped it
    return Markup(decompressed(_kept(opened)).decode())  # noqa: S704 - the template has escaped it


def send_sheet(opened: OpenSheet) -> Response:
    """Return a sheet as a response of its own."""
    if opened.choice.layout != GRID:
        return Response(_printed(opened.for_template()))
    return send_compressed(_kept(opened))


def _kept(opened: OpenSheet) -> bytes:
    context = opened.context
    owner = context.site.key, context.identity.account_id, language().code
    content = opened.for_template(), _reader()
    memory = cast(PrintedSheets, current_app.extensions[NAME])
    sheet = memory.find(owner, content)
    if sheet is None:
        sheet = compressed(_printed(content[0]).encode())
        memory.keep(owner, content, sheet)
    return sheet


def _printed(values: Mapping[str, Any]) -> str:
    return render_template(TEMPLATE, **values)


def _reader() -> Reader:
    return Reader(
        tuple(may_open(part) for part in Module),
        may_audit(),
        may_configure(),
        app_page(Module.TIMESHEET),
        checklist(),
        (offers_suggestions(), shows_suggestions()),
    )
