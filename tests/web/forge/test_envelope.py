"""Envelopes of Forge's door: their limits, and what a request and an answer keep of what they had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.web.forge import envelope
from timesheet.web.forge.envelope import (
    Answered,
    AnswerTooLarge,
    Inner,
    answer_inner,
    read_envelope,
    write_envelope,
)
from timesheet.web.http.auth import INNER_CALLER, NOTHING, RefusedCaller

ENTERED = RefusedCaller(ValueError())


def read(path: str = "/x", **more: Any) -> Inner:
    return read_envelope({"method": "POST", "path": path, **more})


def received(outer: dict[str, Any], inner: Inner) -> Request:
    """Return an inner request as the app sees it."""
    seen: list[Request] = []

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        seen.append(Request(environ))
        start_response("200 OK", [])
        return []

    answer_inner(cast(Any, app), outer, inner, ENTERED, "https://app.example.com:8443")
    return seen[0]


@pytest.mark.parametrize(
    ("at_most", "more"),
    [
        ({"path": "/" + "a" * 16383}, {"path": "/" + "a" * 16384}),
        ({"headers": {"Accept": "a" * 4096}}, {"headers": {"Accept": "a" * 4097}}),
        ({"body": {"form": [["a", "b"]] * 5000}}, {"body": {"form": [["a", "b"]] * 5001}}),
    ],
    ids=["path", "header", "fields"],
)
def test_a_request_has_its_limits(at_most: dict[str, Any], more: dict[str, Any]) -> None:
    read(**at_most)
    with pytest.raises(InvalidInput):
        read(**more)


@pytest.mark.parametrize(
    "path",
    [
        *("/forge/call", "/forge", "/FORGE/call", "//forge/call", "/%66orge/call", "/forge%2Fcall"),
        *("/forge/events", "/mirror/../forge/call", "/./forge/call", "/x/%2E%2e/y"),
        *("https://evil.example.com/", "//evil.example.com/", "x", "", "\\\\x"),
        *("/x#y", "/ x", "/x\r\nX: y", "/é"),
    ],
)
def test_no_other_path_is_called(path: str) -> None:
    with pytest.raises(NotFound if path.lower().startswith(("/forge", "/%66orge")) else InvalidInput):
        read(path)


@pytest.mark.parametrize(
    "envelope",
    [
        *(None, [], "x", 1, {}, {"method": "GET"}, {"path": "/x"}),
        *({"method": "get", "path": "/x"}, {"method": "TRACE", "path": "/x"}),
        {"method": ["GET"], "path": "/x"},
        {"method": "GET", "path": 1},
        {"method": "GET", "path": "/x", "headers": []},
        {"method": "GET", "path": "/x", "headers": {"HX-Request": "a\r\nX: y"}},
        {"method": "POST", "path": "/x", "body": "x"},
        {"method": "POST", "path": "/x", "body": {"form": [["a"]]}},
        {"method": "POST", "path": "/x", "body": {"form": [["a", 1]]}},
        {"method": "POST", "path": "/x", "body": {"form": [["a", {"file": "x"}]]}},
        {"method": "POST", "path": "/x", "body": {"form": [["a", {"file": "x", "base64": "*"}]]}},
        {"method": "POST", "path": "/x", "body": {"form": "a=b"}},
    ],
)
def test_what_is_not_an_envelope_is_refused(envelope: object) -> None:
    with pytest.raises(InvalidInput):
        read_envelope(envelope)


def test_only_headers_that_a_page_may_set_are_passed_on() -> None:
    passed = {"ACCEPT": "text/html", "accept-language": "de", "X-Waiting": "1", "Hx-Target": "a"}
    passed["X-Download"] = "a" * 32
    others = {"Cookie": "a", "HX-é": "a", "HX-a b": "a", "HX-a_b": "a", "HX-Number": 1, "X-HX-Target": "a"}
    assert read(headers=passed | others).headers == passed
    assert read().headers == read(headers=None).headers == {}


def uploaded(file: dict[str, str]) -> Any:
    with received({}, read(body={"form": [["upload", {"base64": "YWJj", **file}]]})) as request:
        upload = request.files["upload"]
        return upload.filename, upload.mimetype, upload.read()


@pytest.mark.parametrize(
    ("kind", "mimetype"),
    [
        ("text/csv", "text/csv"),
        ("a/" + "b" * 98, "a/" + "b" * 98),
        ("a/" + "b" * 99, "application/octet-stream"),
        ("text/é", "application/octet-stream"),
        ("text/csv\r\nX: y", "application/octet-stream"),
        ("", "application/octet-stream"),
        (1, "application/octet-stream"),
    ],
    ids=["type", "longest", "too-long", "letters", "lines", "empty", "number"],
)
def test_a_file_has_its_type_if_it_can_be_one(kind: Any, mimetype: str) -> None:
    assert uploaded({"file": "a.csv", "type": kind}) == ("a.csv", mimetype, b"abc")


def test_the_name_of_a_file_is_cut_and_cannot_end_its_header() -> None:
    name, mimetype, _ = uploaded({"file": '"\\\r\n' + "é" * 256})
    assert (name, mimetype) == ("é" * 255, "application/octet-stream")


def answered(status: int, headers: dict[str, str], body: bytes = b"x") -> dict[str, Any]:
    return write_envelope(Answered(status, Headers(headers), body, lambda: None))


@pytest.mark.parametrize("status", [200, 299, 400])
def test_an_answer_has_its_status_and_the_headers_that_a_page_needs(status: int) -> None:
    kept = {"Content-Type": "text/html", "Retry-After": "5", "HX-Trigger": "a"}
    others = {"Set-Cookie": "a", "X-HX-Trigger": "a"}
    assert answered(status, kept | others) == {"status": status, "headers": kept, "text": "x"}


@pytest.mark.parametrize("status", [300, 302, 399])
def test_a_redirect_says_that_nothing_is_there(status: int) -> None:
    assert answered(status, {"Location": "/x"}) == {"status": 404, "headers": {}, "text": NOTHING}


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        ("text/csv", b"x", "text"),
        ("application/json", b"x", "text"),
        ("application/problem+json", b"x", "text"),
        ("image/svg+xml", b"x", "text"),
        ("application/pdf", b"x", "base64"),
        ("text/csv", b"\xff", "base64"),
    ],
)
def test_what_is_not_text_is_base64(kind: str, body: bytes, name: str) -> None:
    assert answered(200, {"Content-Type": kind}, body).keys() == {"status", "headers", name}


class Chunks:
    """A body in two chunks, which says when it is closed."""

    def __init__(self) -> None:
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return iter((b"abc", b"def"))

    def close(self) -> None:
        self.closed += 1


def answer(body: object) -> Answered:
    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> object:
        assert environ[INNER_CALLER] is ENTERED
        start_response("201 Created", [("X", "y")])
        return body

    return answer_inner(cast(Any, app), {}, read(), ENTERED, "https://app.example.com")


def test_an_answer_is_closed_once_it_is_sent() -> None:
    chunks = Chunks()
    found = answer(chunks)
    assert (found.status, found.headers["X"], found.body, chunks.closed) == (201, "y", b"abcdef", 0)
    found.close()
    assert chunks.closed == 1
    answer([b"abc"]).close()


def test_an_answer_that_is_too_large_is_closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert envelope.LARGEST_BODY == 25_000_000
    monkeypatch.setattr(envelope, "LARGEST_BODY", 6)
    assert answer(Chunks()).body == b"abcdef"
    monkeypatch.setattr(envelope, "LARGEST_BODY", 5)
    chunks = Chunks()
    with pytest.raises(AnswerTooLarge):
        answer(chunks)
    assert chunks.closed == 1


def test_an_answer_that_breaks_off_is_closed_at_once() -> None:
    class Broken(Chunks):
        def __iter__(self) -> Iterator[bytes]:
            yield b"abc"
            raise ConnectionResetError

    chunks = Broken()
    with pytest.raises(ConnectionResetError):
        answer(chunks)
    assert chunks.closed == 1


def test_the_app_sees_its_own_address_and_the_client() -> None:
    outer = {"REMOTE_ADDR": "10.0.0.1", "HTTP_COOKIE": "a=b", "SERVER_NAME": "app", "SERVER_PORT": "80"}
    inner = read("/a%2Fb/%C3%A9?q=%20", headers={"HX-Prompt": "ü"}, body={"text": "{}"})
    request = received(outer, inner)
    assert (request.method, request.path, request.query_string) == ("POST", "/a/b/é", b"q=%20")
    assert (request.host_url, request.remote_addr) == ("https://app.example.com:8443/", "10.0.0.1")
    assert request.headers.get("HX-Prompt") == "ü".encode().decode("latin-1")
    assert (request.content_type, request.get_data()) == ("application/json", b"{}")
    assert "Cookie" not in request.headers
    assert not request.is_multiprocess
    assert not request.is_run_once
