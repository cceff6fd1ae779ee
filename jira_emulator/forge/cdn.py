"""The server of a Forge app's own files: Atlassian's content security policy, and the script of the bridge."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from mimetypes import guess_type
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

POLICY = json.loads((Path(__file__).parent / "csp.json").read_text(encoding="utf-8"))
BRIDGE = Path(__file__).parent.parent / "host" / "static" / "global-bridge.js"
INDEX = "index.html"


class Cdn:
    """A WSGI app that serves one folder as Atlassian's file server does: a missing file is answered with 403.

    ``origin`` is its own address, and ``site`` returns the one of the Jira site that frames it, which may be
    renamed. Only a file named exactly index.html gets the script of the bridge, which is served next to it.
    """

    def __init__(self, folder: Path, origin: str, site: Callable[[], str]) -> None:
        self._folder, self._origin, self._site = folder, origin, site
        # Reports about violations would leave this machine.
        directives = [one for one in POLICY["policy"] if not one.startswith("report-uri ")]
        self._policy = "; ".join(directives).replace(POLICY["global"], origin)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Return a file of the folder, or the script of the bridge."""
        name = environ["PATH_INFO"].removeprefix("/")
        path = BRIDGE if name == "global-bridge.js" else self._folder / name
        if (
            environ["REQUEST_METHOD"] != "GET"
            or path.parent not in (self._folder, BRIDGE.parent)
            or not path.is_file()
        ):
            start_response("403 Forbidden", [("Content-Length", "0")])
            return [b""]
        body = path.read_bytes()
        if name == INDEX:
            script = f'<script src="{self._origin}/global-bridge.js"></script>'
            body = body.replace(b"<head>", b"<head>" + script.encode(), 1)
        headers = [
            ("Content-Type", guess_type(path.name)[0] or "application/octet-stream"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", self._policy.replace(POLICY["site"], self._site())),
        ]
        start_response("200 OK", headers)
        return [body]
