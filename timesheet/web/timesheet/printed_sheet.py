"""Send a sheet, without rendering it if it looks as its reader saw it last.

A list and a calendar depend on more than the values of their template, and are always rendered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template
from markupsafe import Markup

from timesheet.web.http.compression import decompressed, send_compressed
from timesheet.web.http.navigation import offers_suggestions, shows_suggestions
from timesheet.web.http.printed import printed_part
from timesheet.web.site.first_use import checklist
from timesheet.web.timesheet.sheet import OpenSheet

TEMPLATE, GRID = "timesheet/_sheet.html", "grid"


def print_sheet(opened: OpenSheet) -> Markup:
    """Return a sheet as a part of a page."""
    if opened.choice.layout != GRID:
        return Markup(_rendered(opened.for_template()))  # noqa: S704 - the template has escaped it
    return Markup(decompressed(_printed(opened)).decode())  # noqa: S704 - the template has escaped it


def send_sheet(opened: OpenSheet) -> Response:
    """Return a sheet as a response of its own."""
    if opened.choice.layout != GRID:
        return Response(_rendered(opened.for_template()))
    return send_compressed(_printed(opened))


def _printed(opened: OpenSheet) -> bytes:
    values = opened.for_template()
    content = values, checklist(), offers_suggestions(), shows_suggestions()
    return printed_part(opened.context, "sheet", content, lambda: _rendered(values))


def _rendered(values: Mapping[str, Any]) -> str:
    return render_template(TEMPLATE, **values)
