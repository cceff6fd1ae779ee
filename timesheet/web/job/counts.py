"""The page of what a worker process has counted. It has no other pages, so it needs no gunicorn."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from timesheet.services.ports.meter import MeterPage

SECONDS = 10


class PatientHandler(WSGIRequestHandler):
    """Ends a connection that sends nothing, and logs no requests."""

    timeout = SECONDS

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """See werkzeug."""


@contextmanager
def counts_served(meter: MeterPage, token: str, host: str, port: int) -> Iterator[int]:
    """Serve ``/metrics`` in a thread for one block, to whoever has the token; yield the port."""

    @Request.application
    def answer(request: Request) -> Response:
        if request.path != "/metrics":
            return Response(status=404)
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")  # not shown
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), token.encode()):
            return Response(status=401)
        body, kind = meter.counts()
        return Response(body, content_type=kind)

    # In threads: a connection that sends byte after byte would keep others waiting, and the process from ending.
    server = make_server(host, port, answer, threaded=True, request_handler=PatientHandler)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
