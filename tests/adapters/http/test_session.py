"""The certificates that outgoing calls trust, and the log of failed checks."""

from __future__ import annotations

import ssl
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread, Timer
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import requests
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from tests.adapters.support.jira_json import START
from tests.adapters.support.raw_server import raw_server, response
from tests.adapters.support.tls_server import Authority, secure_server
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.connect.impersonation import Impersonation
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.http.session import (
    CHUNK,
    PLAIN_URL,
    BodyTooLarge,
    PooledAdapter,
    open_session,
    read_body,
    tls_cause,
    trust_authorities,
)
from timesheet.adapters.jira.client import JiraClients
from timesheet.adapters.jira.worklog.write import MAYBE
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.site import INSTALLED, Site
from timesheet.services.ports.jira import WorklogDraft


class Caller:
    """Credentials of nobody in particular."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def authorization(self) -> str:
        return "Bearer x"

    def refused(self) -> None:
        raise AssertionError("no request was sent")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("A company's own authority")


@pytest.fixture
def bundle(authority: Authority, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.pem)
    return path


@given(
    method=st.sampled_from(["GET", "POST", "put", "DELETE", "HEAD"]),
    address=st.from_regex(PLAIN_URL, fullmatch=True)
    | st.text("htps:/.-~%?#&=@;+,*$[]ab A09\\ü_", max_size=40).map("https://acme.test/".__add__)
    | st.sampled_from(
        ["HTTP://Acme.test/a", "http://acme.test", "http://acme.test/a/../b", "http://a.test:0443/b"]
    ),
    body=st.none() | st.binary(max_size=20),
)
def test_a_plain_request_is_prepared_as_by_requests(method: str, address: str, body: bytes | None) -> None:
    def prepared(prepare: Callable[[requests.Request], requests.PreparedRequest]) -> object:
        request = requests.Request(method, address, headers={"Accept": "text/plain"}, data=body)
        try:
            found = prepare(request)
        except (requests.RequestException, ValueError) as error:
            return type(error)
        return found.method, found.url, dict(found.headers), found.body

    session = open_session()
    session.headers.clear()
    assert prepared(session.prepare_request) == prepared(requests.Request.prepare)


def test_a_redirect_is_not_followed_and_sets_no_cookie(redirecting: str) -> None:
    session = open_session()
    answer = session.get(redirecting, allow_redirects=False, timeout=30)
    assert answer.status_code == 302
    assert not session.cookies


@pytest.fixture
def redirecting() -> Iterator[str]:
    """Return an address that sends a redirect with a cookie."""

    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Set-Cookie", "seen=1")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Redirect) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/start"
        server.shutdown()


def test_a_private_authority_is_trusted_beside_the_public_ones(authority: Authority, bundle: Path) -> None:
    with secure_server(authority.certificate()) as address:
        session = open_session()
        trust_authorities(session, bundle)
        assert session.get(address, timeout=30).status_code == 200
        adapter = session.get_adapter(address)
        assert isinstance(adapter, PooledAdapter)
        assert len(adapter.context.get_ca_certs()) > 50, "the public ones are gone"


def test_connections_share_what_was_read_of_the_authorities(
    authority: Authority, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, load = list[object](), ssl.SSLContext.load_verify_locations

    def noted(context: ssl.SSLContext, cafile: object = None, *more: object, **named: object) -> None:
        read.append(cafile)
        load(context, cafile, *more, **named)  # type: ignore[arg-type]

    with secure_server(authority.certificate()) as one, secure_server(authority.certificate()) as other:
        session = open_session()
        trust_authorities(session, bundle)
        monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", noted)
        for address in (one, other, one):
            for _ in range(2):
                with session.get(address, timeout=30, headers={"Connection": "close"}) as answer:
                    assert answer.status_code == 200
    assert read == [DEFAULT_CA_BUNDLE_PATH, bundle]


def test_without_a_bundle_only_the_public_authorities_are_trusted() -> None:
    adapter = open_session().get_adapter("https://acme.atlassian.net")
    assert isinstance(adapter, PooledAdapter)
    assert len(adapter.context.get_ca_certs()) > 50
    assert (adapter.context.verify_mode, adapter.context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize(
    ("certificate", "cause"),
    [
        ({}, "unable to get local issuer certificate"),
        ({"own": True}, "self-signed certificate"),
        ({"trusted": True, "days": -1}, "certificate has expired"),
        ({"trusted": True, "name": "10.1.2.3"}, "IP address mismatch"),
    ],
)
def test_a_failing_check_is_logged_with_its_cause(
    authority: Authority, bundle: Path, certificate: dict[str, object], cause: str
) -> None:
    made = authority.certificate(
        name=str(certificate.get("name", "127.0.0.1")),
        days=30 if "days" not in certificate else -1,
        own=bool(certificate.get("own")),
    )
    session = open_session()
    if certificate.get("trusted"):
        trust_authorities(session, bundle)
    with (
        secure_server(made) as address,
        structlog.testing.capture_logs() as logs,
        pytest.raises(requests.exceptions.SSLError),
    ):
        session.get(f"{address}/oauth2/token?jwt=secret", timeout=30)
    [line] = logs
    assert line["event"] == "tls_failed"
    assert line["log_level"] == "warning"
    assert line["host"] == address.removeprefix("https://")
    assert cause in line["cause"]
    assert "secret" not in str(line)


def test_jira_the_key_server_and_the_sign_in_server_are_reached_with_it_only(
    authority: Authority, bundle: Path
) -> None:
    key = generate_private_key(65537, 2048).public_key()
    pages = {
        "/kid-1": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "/oauth2/token": b'{"access_token": "t", "expires_in": 900, "token_type": "Bearer"}',
        "/rest/api/3/project/search": b'{"values": [{"id": "1", "key": "PAY", "name": "Pay"}], "isLast": true}',
    }
    with secure_server(authority.certificate(), pages) as address:
        site = Site("k", address, address, INSTALLED, "s" * 40, 1, oauth_client_id="c")

        def outcomes(session: requests.Session, jira: JiraClients) -> list[object]:
            grants = Impersonation(session, address, MemoryCache(), lambda: START)
            calls: list[Callable[[], object]] = [
                lambda: InstallKeys([address], session).public_key("kid-1").public_numbers(),
                grants.credentials(site, "5b10").authorization,
                lambda: list(jira.directory(Caller(address)).read_projects([1])),
            ]
            return [_outcome(call) for call in calls]

        with structlog.testing.capture_logs() as logs:
            assert outcomes(open_session(), JiraClients()) == [JiraUnavailable] * 3
        assert {line["event"] for line in logs} == {"tls_failed"}
        session = open_session()
        trust_authorities(session, bundle)
        found = outcomes(session, JiraClients(ca_bundle=bundle))
        assert found == [key.public_numbers(), "Bearer t", [1]]


def test_a_write_to_an_unproven_server_was_never_sent(authority: Authority) -> None:
    draft = WorklogDraft(12, START, 3600, "key-0001")
    with secure_server(authority.certificate()) as address:
        jira = JiraClients().for_viewer(Caller(address), ZoneInfo("UTC"))
        with pytest.raises(JiraUnavailable) as refused:
            jira.create_worklog(draft, {})
    assert not refused.value.wrote_maybe
    assert refused.value.sentence != MAYBE


def test_the_cause_is_found_wherever_it_lies() -> None:
    assert tls_cause(ValueError("with url: /search?jql=Wombat")) == "ValueError"
    first, second = ValueError("round"), ValueError("and round")
    first.__context__, second.__context__ = second, first
    assert tls_cause(first) == "ValueError"
    wrapped = requests.exceptions.SSLError(
        ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    )
    assert "WRONG_VERSION_NUMBER" in tls_cause(wrapped)


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except JiraUnavailable as error:
        return type(error)


def test_a_request_has_the_headers_of_the_session_and_its_own() -> None:
    session = open_session()
    prepared = session.prepare_request(
        requests.Request("put", "https://acme.atlassian.net/a b", {"accept": "x"}, params={"q": ["1", "2"]})
    )
    assert (prepared.method, prepared.url) == ("PUT", "https://acme.atlassian.net/a%20b?q=1&q=2")
    assert prepared.headers["User-Agent"] == session.headers["User-Agent"]
    assert prepared.headers["Accept"] == "x"
    assert "Cookie" not in prepared.headers


@pytest.mark.parametrize("stream", [True, False])
def test_the_answer_after_an_interim_one_is_nobody_elses(stream: bool) -> None:
    """A server may announce its answer with a 103; what follows late must not answer the next call."""

    class Hints(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/slow":
                self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
                self.wfile.flush()
                late.wait(10)
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.path)))
            with suppress(OSError):
                self.end_headers()
                self.wfile.write(self.path.encode())

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    late = Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hints)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        with open_session() as session:
            with pytest.raises(requests.exceptions.ConnectionError, match="interim"):
                session.get(f"{address}/slow", stream=stream, timeout=5)
            Timer(0.2, late.set).start()
            assert session.get(f"{address}/quick", stream=stream, timeout=5).text == "/quick"
    finally:
        late.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("size", [4000, 8191, 8192, 8193])
def test_a_response_that_nobody_asked_for_answers_no_other_call(
    authority: Authority, bundle: Path, secure: bool, size: int
) -> None:
    """It comes in one piece with the one before, which is as long as what Python reads at once.

    So TLS has decrypted it already, and it waits where no socket shows it.
    """
    header = len(response(b"." * 4000)) - 4000
    first = response(b"." * (size - header))

    def answer(path: str) -> bytes:
        return first + response(b"WRONG") if path == "/first" else response(b"RIGHT")

    with raw_server(answer, authority.certificate() if secure else None) as server, open_session() as session:
        trust_authorities(session, bundle)
        assert len(session.get(f"{server.address}/first", timeout=5).content) == size - header
        assert session.get(f"{server.address}/second", timeout=5).content == b"RIGHT"


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize(
    "begin", [b"", b"X-A: ", b"Transfer-Encoding: chunked\r\n\r\n1;"], ids=["status", "header", "size"]
)
def test_a_response_that_drips_is_given_up(
    authority: Authority, bundle: Path, monkeypatch: pytest.MonkeyPatch, secure: bool, begin: bytes
) -> None:
    """Each byte comes in time for the socket, and the end of the line never does."""
    monkeypatch.setattr("timesheet.adapters.http.session.BODY_SECONDS", 0.2)
    first, left = b"HTTP/1.1 200 OK" + (b"\r\n" + begin if begin else b""), Event()

    def drip(_: str) -> Iterator[bytes]:
        yield first
        while not left.wait(0.02):
            yield b"a"

    with (
        raw_server(drip, authority.certificate() if secure else None) as server,
        open_session() as session,
    ):
        trust_authorities(session, bundle)
        end = Timer(5, left.set)
        end.start()
        try:
            with (
                pytest.raises(requests.RequestException),
                session.get(f"{server.address}/drip", stream=True, timeout=(5, 0.2)) as answer,
            ):
                read_body(answer, 10_000, 60)
            assert not left.is_set(), "it was read until the server gave up"
        finally:
            end.cancel()
            left.set()
        assert server.paths == [["/drip"]]


def test_the_error_about_a_large_body_does_not_keep_it() -> None:
    """Errors stay in memory for long, because the garbage collector hardly runs."""
    answer = requests.Response()
    answer.raw = SimpleNamespace(read1=lambda size, **_: bytearray(size))
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge) as kept:
            read_body(answer, 32 * CHUNK, 60)
        assert tracemalloc.get_traced_memory()[0] < 8 * CHUNK, kept
    finally:
        tracemalloc.stop()


def test_sites_share_no_connection_at_a_host_that_they_share() -> None:
    with raw_server(lambda path: response(path.encode())) as server, open_session() as session:
        for turn in ("first", "second"):
            for site in range(40):
                path = f"/ex/jira/cloud-{site}/rest/{turn}"
                assert session.get(f"{server.address}{path}", timeout=5).text == path
    assert server.paths == [
        [f"/ex/jira/cloud-{site}/rest/{turn}" for turn in ("first", "second")] for site in range(40)
    ]


@pytest.mark.parametrize("secure", [True, False])
def test_where_responses_show_no_owner_each_call_has_its_connection(
    authority: Authority, bundle: Path, secure: bool
) -> None:
    with (
        raw_server(lambda _: response(b"{}"), authority.certificate() if secure else None) as server,
        open_session(keeps=False) as session,
    ):
        trust_authorities(session, bundle)
        for path in ("/first", "/second", "/third"):
            with session.get(f"{server.address}{path}", stream=True, timeout=5) as answer:
                assert answer.content == b"{}"
    assert server.paths == [["/first"], ["/second"], ["/third"]]
