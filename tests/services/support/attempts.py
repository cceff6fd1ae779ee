"""A write that a repeated request does not make twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.safeguard.idempotency import attempt
from timesheet.services.worklog.write_result import WriteResult


def write_once(
    context: ViewerContext, key: str, what: Iterable[object], write: Callable[[], WriteResult]
) -> WriteResult:
    """Write under a key, or return what an earlier request with this key and content wrote."""
    with attempt(context, key, what, f"{key} {what}") as request:
        return request.earlier or request.keep(write())
