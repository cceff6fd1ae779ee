"""Serve static files at addresses that change with their content, so browsers may cache them forever."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from timesheet.web.middleware.security import ISOLATION, PERMISSIONS, YEAR

KEPT_SECONDS = 60


def init_app(
    app: Flask, folder: Path, *, development: bool, https: bool, shared: Collection[str] = ()
) -> None:
    """Serve ``folder``; one hash covers all of it, so files can import each other.

    Pages of other origins may load the files at the ``shared`` paths.
    """
    version = folder_hash(folder)
    hashed = f"/static/{version}/"
    server = SafeFiles(
        app.wsgi_app,
        autorefresh=development,
        max_age=0 if development else KEPT_SECONDS,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: url.startswith(hashed) and not development,
    )
    server.always, server.shared = _headers(https), frozenset(shared)
    server.add_files(str(folder), prefix="static/")
    server.add_files(str(folder), prefix=hashed)
    app.wsgi_app = server  # type: ignore[method-assign]
    app.jinja_env.globals["static_url"] = _namer(hashed, folder)


class SafeFiles(WhiteNoise):  # type: ignore[misc]
    """Adds the ``always`` headers to every response about a file, including refusals of a method or a range.

    ``shared`` files may be loaded by pages of other origins.
    """

    always: Mapping[str, str]
    shared: frozenset[str]

    def serve(
        self, static_file: StaticFile, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """See WhiteNoise; a refusal is not cached."""
        always = self.always
        if environ.get("PATH_INFO") in self.shared:
            always = {**always, "Cross-Origin-Resource-Policy": "cross-origin"}

        def start(status: str, headers: list[tuple[str, str]]) -> object:
            kept = (
                [] if any(name == "Cache-Control" for name, _ in headers) else [("Cache-Control", "no-store")]
            )
            return start_response(status, [*headers, *always.items(), *kept])

        answer: Iterable[bytes] = WhiteNoise.serve(static_file, environ, start)
        return answer


def folder_hash(folder: Path) -> str:
    """Return twelve hex digits that represent the names and contents of all files."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _namer(prefix: str, folder: Path) -> Callable[[str], str]:
    def static_url(name: str) -> str:
        """Return the address of a static file; a missing file is an error, not a broken page."""
        if not (folder / name).is_file():
            raise LookupError(f"there is no static file {name}")
        return prefix + name

    return static_url


def _headers(https: bool) -> Mapping[str, str]:
    always = {
        **ISOLATION,
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Permissions-Policy": PERMISSIONS,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return always | ({"Strict-Transport-Security": f"max-age={YEAR}; includeSubDomains"} if https else {})
