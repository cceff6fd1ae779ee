"""Log one line for each request, without secrets and without anybody's text."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from time import perf_counter
from types import TracebackType
from typing import TextIO

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor, WrappedLogger

from timesheet.domain.errors import TimesheetError
from timesheet.domain.message import without_values

# A run of letters that begins like a token is removed whole, with or without dots: searching for the dot first
# takes quadratic time on a long text.
_TOKEN = re.compile(
    r"eyJ[\w-]*+(?:\.[\w-]++(?:\.[\w-]*+)?)?|(?<=jwt=)[^&\s\"']+|(?<=Bearer )\S+|(?<=JWT )\S+"
)


APP = "timesheet"
"""The logger above all others of the app."""
QUOTING = (ValueError, LookupError)
"""Errors whose text repeats the value that was wrong."""
CALLING = ("requests.", "urllib3.")
"""The libraries whose errors repeat the address of a call, with its query."""
STORING = "psycopg."
"""The library whose errors have PostgreSQL's message, which repeats a refused row from its second line on. SQLAlchemy's
errors quote it, have such an error as their cause, and add the statement without its values.
"""


class CurrentStream(logging.StreamHandler[TextIO]):
    """Writes to the current standard output or error output, not to the one at the start of the app."""

    of_command = False
    """True while the standard output is the result of a command."""

    @property
    def stream(self) -> TextIO:
        """Return the stream to which lines are written now."""
        return sys.stderr if self.of_command else sys.stdout

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Ignore the value; ``of_command`` decides."""


@contextmanager
def logs_beside_result() -> Iterator[None]:
    """Send the lines to the error output for one block, so that the standard output is the result of a command only."""
    own = [one for one in logging.getLogger(APP).handlers if isinstance(one, CurrentStream)]
    for handler in own:
        handler.of_command = True
    try:
        yield
    finally:
        for handler in own:
            handler.of_command = False


def format_error(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    """Return a traceback without the texts that errors quote: of Jira, of addresses, and of values that cannot be read.

    Of the app's own errors the pattern of the sentence stays.
    """
    text = "".join(traceback.format_exception(*exc_info)).rstrip()
    for error in _with_causes(exc_info[1]):
        if isinstance(error, TimesheetError):
            text = text.replace(f": {error}", f": {without_values(error.sentence)}")
        elif isinstance(error, QUOTING) or type(error).__module__.startswith(CALLING):
            text = _without_message(text, str(error))
        elif type(error).__module__.startswith(STORING):
            text = _without_row(text, str(error))
    return text


def _without_message(text: str, message: str) -> str:
    """Return a traceback without the message of an error, which SQLAlchemy's errors quote after a bracket."""
    if first := message.partition("\n")[0]:
        text = text.replace(f": {first}", "").replace(f") {first}", ")")
    return _without_row(text, message)


def _without_row(text: str, message: str) -> str:
    """Return a traceback without the lines in which a message repeats values; those of a group are indented."""
    for line in message.splitlines()[1:]:
        text = re.sub(rf"\n[ |]*{re.escape(line)}(?=\n|$)", "", text)
    return text


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inside = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += [other for other in (one.__cause__, one.__context__, *inside) if other is not None]


def hide_tokens(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Remove everything that looks like a token from every line, including tracebacks, as a last safeguard."""
    return {
        name: _TOKEN.sub("[hidden]", value) if isinstance(value, str) else value
        for name, value in event.items()
    }


_format_errors = structlog.processors.ExceptionRenderer(format_error)


def configure_logs(level: str, style: str) -> None:
    """Send the lines of the app and its libraries to stdout, as JSON or for reading."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _format_errors,
        hide_tokens,
    ]
    end: Processor = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared[:-2], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = CurrentStream()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared[:-2],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _format_errors,
                hide_tokens,
                end,
            ],
        )
    )
    root = logging.getLogger(APP)
    root.handlers, root.propagate = [handler], False
    root.setLevel(level)
    queue = logging.getLogger("huey")
    queue.handlers, queue.propagate = [handler], False
    # It would write several lines for each message.
    queue.setLevel(logging.WARNING)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """Give each request an id, and log it when it is answered."""
    log = structlog.stdlib.get_logger("timesheet.request")

    @app.before_request
    def start() -> None:
        g.request_id, g.started = token_hex(8), perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        identity, site = g.get("identity"), g.get("site")
        log.info(
            "request",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=round((perf_counter() - g.started) * 1000, 2),
            site=site.key if site else None,
            account=identity.account_id if identity else None,
            refused=g.get("refused"),
        )
        return response
