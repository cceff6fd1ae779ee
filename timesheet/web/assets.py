"""Static files under an address that changes with their content, so that browsers may keep them for ever."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from hashlib import sha256
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from timesheet.web.security import ISOLATION, PERMISSIONS, YEAR

KEPT_SECONDS = 60


def init_app(app: Flask, folder: Path, development: bool, https: bool) -> None:
    """Serve ``folder``; one hash stands for all of it, so that files can import each other."""
    version = folder_hash(folder)
    hashed = f"/static/{version}/"
    server = WhiteNoise(
        app.wsgi_app,
        autorefresh=development,
        max_age=0 if development else KEPT_SECONDS,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: url.startswith(hashed) and not development,
        add_headers_function=_adder(https),
    )
    server.add_files(str(folder), prefix="static/")
    server.add_files(str(folder), prefix=hashed)
    app.wsgi_app = server  # type: ignore[method-assign]
    app.jinja_env.globals["static_url"] = _namer(hashed, folder)


def folder_hash(folder: Path) -> str:
    """Twelve hex digits that stand for the names and contents of all files."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _namer(prefix: str, folder: Path) -> Callable[[str], str]:
    def static_url(name: str) -> str:
        """The address of a static file; a name that does not exist is an error, not a broken page."""
        if not (folder / name).is_file():
            raise LookupError(f"there is no static file {name}")
        return prefix + name

    return static_url


def _adder(https: bool) -> Callable[[MutableMapping[str, str], str, str], None]:
    always = {
        **ISOLATION,
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Permissions-Policy": PERMISSIONS,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if https:
        always["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"

    def add_headers(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
        for name, value in always.items():
            headers[name] = value

    return add_headers
