"""Forge's door: envelopes in, envelopes out, and nothing but the token says who calls."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import orjson
import pytest
import responses
from flask import Blueprint, Flask, Response, g, redirect, request

from tests.web.conftest import JiraSite
from tests.web.support.forge_site import ForgeSite, access_token
from tests.web.support.signing import BASE_URL
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.errors import DatabaseBusy
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.site import invocation
from timesheet.services.site.authentication import ANONYMOUS
from timesheet.services.site.parts import PART_MISSING
from timesheet.settings import Settings
from timesheet.web.forge import call, envelope
from timesheet.web.http.access import takes
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.language import PAGE_LANGUAGE
from timesheet.web.middleware import settling

OF_DOWNLOAD = {"accept": "application/json, */*;q=0.5", "accept-language": "de-DE"}


@pytest.fixture
def app(app: Flask) -> Flask:
    """Return the app with routes that show what reaches them."""
    blueprint = Blueprint("mirror", __name__, url_prefix="/mirror")

    def show() -> Response:
        files = [
            [name, file.filename, file.mimetype, file.read().hex()] for name, file in request.files.items()
        ]
        return Response(
            orjson.dumps(
                {
                    "method": request.method,
                    "url": request.url,
                    "args": request.args.to_dict(flat=False),
                    "form": request.form.to_dict(flat=False),
                    "files": files,
                    "json": request.get_json(silent=True),
                    "headers": {name.lower(): value for name, value in request.headers},
                    "site": g.site.key,
                    "account": g.identity.account_id,
                    "address": request.remote_addr,
                }
            ),
            content_type="application/json",
            headers={"HX-Trigger": "x", "Set-Cookie": "a=b", "Content-Disposition": "attachment"},
        )

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

    def save() -> tuple[str, int]:
        dependencies().stores.settings_of(g.site.key).save_person("ana", PersonSettings(view="month"))
        return "", 204

    views: dict[str, Callable[[], Any]] = {
        "show": show,
        "save": save,
        "bytes": lambda: Response(b"\xff\x00", content_type="application/octet-stream"),
        "broken": lambda: Response(b"\xff", content_type="text/plain"),
        "empty": lambda: ("", 204),
        "away": lambda: redirect("https://evil.example.com/"),
        "large": lambda: "x" * 5_000_001,
    }
    for name, view in views.items():
        wrapped = takes("page", "session", permission="viewer")(lambda view=view: view())
        blueprint.add_url_rule(f"/{name}", name, wrapped, methods=methods)
    app.register_blueprint(blueprint)
    return app


def shown(envelope: dict[str, Any]) -> dict[str, Any]:
    assert envelope["status"] == 200, envelope
    return dict(orjson.loads(envelope["text"]))


def test_a_request_of_a_page_is_answered_in_an_envelope(forge_site: ForgeSite) -> None:
    answer = forge_site.call("GET", "/mirror/show?a=1&a=%C3%A9", headers={"HX-Request": "true"})
    seen = shown(answer)
    assert (seen["site"], seen["account"]) == ("installation-of-acme", forge_site.account)
    assert seen["args"] == {"a": ["1", "é"]}
    assert seen["url"].startswith(f"{BASE_URL}/mirror/show")
    assert seen["headers"]["hx-request"] == "true"
    assert answer["headers"].keys() == {"HX-Trigger", "Content-Disposition", "Content-Type", "X-Request-Id"}


def test_a_page_of_somebody_else_is_not_answered(forge_site: ForgeSite) -> None:
    """Forge calls for whoever is signed in to Jira, which may be somebody else by now."""
    own = {"X-Page-Viewer": forge_site.account}
    assert shown(forge_site.call("GET", "/mirror/show", headers=own))["account"] == forge_site.account
    answer = forge_site.call("POST", "/mirror/show", headers={"X-Page-Viewer": "712020:other"})
    assert answer["status"] == 401
    assert "Somebody else is signed in to Jira" in answer["text"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_fields_arrive_as_a_browser_sends_them(forge_site: ForgeSite, method: str) -> None:
    form = [["a", "1"], ["b", "x & ü=€"], ["a", "2"], ["text", "one\r\ntwo"]]
    seen = shown(forge_site.call(method, "/mirror/show", body={"form": form}))
    assert seen["method"] == method
    assert seen["form"] == {"a": ["1", "2"], "b": ["x & ü=€"], "text": ["one\r\ntwo"]}


def test_files_arrive_as_a_browser_sends_them(forge_site: ForgeSite) -> None:
    data = b"\x00--\r\nbytes" * 100
    file = {"file": 'a"b\r\n.json', "type": "application/json", "base64": b64encode(data).decode()}
    seen = shown(forge_site.call("POST", "/mirror/show", body={"form": [["a", "ü"], ["upload", file]]}))
    assert seen["form"] == {"a": ["ü"]}
    assert seen["files"] == [["upload", "ab.json", "application/json", data.hex()]]


def test_text_arrives_as_json(forge_site: ForgeSite) -> None:
    assert shown(forge_site.call("POST", "/mirror/show", body={"text": '["a","b"]'}))["json"] == ["a", "b"]


def test_nothing_of_the_outer_request_reaches_the_inner_one(forge_site: ForgeSite) -> None:
    smuggled = {
        "Authorization": "JWT x.y.z",
        "Cookie": "a=b",
        "Host": "evil.example.com",
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example.com",
        "timesheet.entry": "x",
        "Content-Length": "7",
        "Transfer-Encoding": "chunked",
        "X-Atlassian-Webhook-Identifier": "1",
        "X-Forge-Oauth-User": "x",
        "Accept": "text/html",
    }
    answer = forge_site.post(
        "/forge/call",
        {"method": "GET", "path": "/mirror/show", "headers": smuggled},
        **{"Cookie": "outer=1", "X-Forwarded-For": "7.7.7.7", "HX-Request": "true"},
    )
    seen = shown(answer.get_json())
    assert seen["headers"] == {
        "host": BASE_URL.partition("://")[2],
        "accept": "text/html",
        "content-length": "0",
    }
    assert seen["address"] == "127.0.0.1"


def test_answers_that_are_no_text_are_base64(forge_site: ForgeSite) -> None:
    assert forge_site.call("GET", "/mirror/bytes")["base64"] == "/wA="
    assert forge_site.call("GET", "/mirror/broken")["base64"] == "/w=="
    empty = forge_site.call("POST", "/mirror/empty")
    assert (empty["status"], empty["text"]) == (204, "")


def test_a_redirect_is_not_passed_on(forge_site: ForgeSite) -> None:
    answer = forge_site.call("GET", "/mirror/away")
    assert answer["status"] == 404
    assert "evil" not in repr(answer)


def test_an_answer_that_is_too_large_is_requested_in_parts(forge_site: ForgeSite) -> None:
    answer = forge_site.call("GET", "/mirror/large")
    assert answer["status"] == 200
    assert answer["parts"]["of"] == 1, "it is compressed"
    wanted = {"answer": {"id": answer["parts"]["id"], "number": 0}}
    part = forge_site.post("/forge/call", wanted).get_json()
    assert part["status"] == 200
    whole = orjson.loads(zlib.decompress(b64decode(part["base64"])))
    assert (whole["status"], whole["text"]) == (200, "x" * 5_000_001)
    assert whole["headers"]["Content-Type"].startswith("text/html")
    stranger = replace(forge_site, account="5b10a2844c20165700ede222")
    refused = stranger.post("/forge/call", wanted).get_json()
    assert refused["status"] == 503
    assert PART_MISSING in refused["text"]


def test_an_answer_that_is_too_large_is_refused_with_a_sentence(
    forge_site: ForgeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "LARGEST_BODY", 5_000_000)
    answer = forge_site.call("GET", "/mirror/large")
    assert answer["status"] == 413
    assert call.TOO_LARGE in answer["text"]
    asked = forge_site.call("GET", "/mirror/large", headers=OF_DOWNLOAD)
    assert asked["status"] == 413
    assert "einen kürzeren Zeitraum" in orjson.loads(asked["text"])["error"]


@pytest.mark.parametrize(
    "part",
    [
        {"answer": {"id": "0123456789abcdef", "number": 0}},
        {"part": {"id": "0123456789abcdef", "number": 1, "of": 2, "data": ""}},
    ],
    ids=["answer", "request"],
)
def test_a_part_that_is_gone_is_refused_as_its_request_is(
    forge_site: ForgeSite, part: dict[str, Any]
) -> None:
    plain = forge_site.post("/forge/call", part).get_json()
    assert (plain["status"], PART_MISSING in plain["text"]) == (503, True), "a page that was opened before"
    about = {"method": "GET", "path": "/mirror/show", "headers": OF_DOWNLOAD}
    refused = forge_site.post("/forge/call", about | part).get_json()
    assert refused["status"] == 503
    assert "Ein Teil" in orjson.loads(refused["text"])["error"]


def test_an_answer_of_the_largest_size_is_sent_whole(
    forge_site: ForgeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"method": "GET", "path": "/mirror/bytes"}
    size = len(forge_site.post("/forge/call", sent).data)
    for largest, whole in ((size, True), (size - 1, False)):
        monkeypatch.setattr(call, "LARGEST_ANSWER", largest)
        assert ("parts" not in forge_site.post("/forge/call", sent).get_json()) is whole


def in_parts(content: bytes, of: int) -> list[dict[str, Any]]:
    size = -(-len(content) // of)
    pieces = [b64encode(content[number * size : (number + 1) * size]).decode() for number in range(of)]
    return [
        {"part": {"id": "0123456789abcdef", "number": number, "of": of, "data": data}}
        for number, data in enumerate(pieces)
    ]


def test_a_request_in_parts_is_answered_with_its_last_one(forge_site: ForgeSite) -> None:
    data = b"\x00\xff" * 350_000
    file = {"file": "a.json", "type": "application/json", "base64": b64encode(data).decode()}
    content = orjson.dumps({"method": "POST", "path": "/mirror/show", "body": {"form": [["file", file]]}})
    *first, last = [forge_site.post("/forge/call", one).get_json() for one in in_parts(content, 3)]
    assert first == [{"status": 204}] * 2
    [[name, _, _, received]] = shown(last)["files"]
    assert (name, received) == ("file", data.hex())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"method": "GET"}',
        b'{"method": "GET", "path": "//x"}',
        orjson.dumps({"part": in_parts(b"x", 1)[0]["part"]}),
    ],
)
def test_parts_are_checked_like_a_whole_request(forge_site: ForgeSite, content: bytes) -> None:
    answer = forge_site.post("/forge/call", in_parts(content, 1)[0]).get_json()
    assert answer["status"] == 422


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {"method": "GET", "path": "/mirror/ show"},
        {"part": in_parts(b"x", 1)[0]["part"] | {"number": 1}},
        {"part": in_parts(b"x", 1)[0]["part"] | {"data": "*"}},
        {"answer": {"id": "0123456789abcdef", "number": 20}},
    ],
    ids=["envelope", "path", "part", "data", "answer"],
)
def test_what_cannot_be_read_is_refused_in_an_envelope(forge_site: ForgeSite, sent: object) -> None:
    answer = forge_site.post("/forge/call", sent)
    assert answer.status_code == 200
    assert answer.get_json()["status"] == 422
    assert "Reload the page" in answer.get_json()["text"]


@pytest.mark.parametrize(
    ("sent", "status"), [(b'{"method": "GET", "path": "/mirror/show"}', 200), (b"{", 422)]
)
def test_a_body_is_read_as_json_whatever_type_it_names(
    forge_site: ForgeSite, sent: bytes, status: int
) -> None:
    headers = {"Authorization": f"Bearer {forge_site.sign(forge_site.claims())}"}
    answer = forge_site.client.post("/forge/call", data=sent, content_type="text/plain", headers=headers)
    assert (answer.status_code, answer.get_json()["status"]) == (200, status)


def test_the_door_is_not_opened_from_within(forge_site: ForgeSite) -> None:
    assert forge_site.call("GET", "/forge/call")["status"] == 404


def test_an_error_of_the_app_is_an_answer(forge_site: ForgeSite) -> None:
    answer = forge_site.call("GET", "/probe/fail", headers={"HX-Request": "true"})
    assert answer["status"] == 500
    assert "secret detail" not in answer["text"]


def test_only_routes_of_people_are_open(forge_site: ForgeSite) -> None:
    for method, path in (
        ("POST", "/connect/installed"),
        ("POST", "/connect/uninstalled"),
        ("POST", "/connect/enabled"),
        ("POST", "/connect/webhook/worklog"),
        ("POST", "/session"),
        ("GET", "/metrics"),
    ):
        assert forge_site.call(method, path, headers={"Accept": "text/html"})["status"] in (401, 404), path


def test_a_token_of_the_other_door_in_the_inner_address_is_refused(
    forge_site: ForgeSite, new_site: Callable[[str], JiraSite]
) -> None:
    connect = new_site("connect")
    assert connect.install().status_code == 204
    token = connect.signed("GET", "/probe/both")
    assert forge_site.call("GET", f"/probe/both?jwt={token}")["status"] == 401


def test_a_page_gets_no_token_of_its_own(forge_site: ForgeSite, app: Flask) -> None:
    view = takes("page", permission="viewer")(lambda: app.jinja_env.globals["session_token"]() or "none")  # type: ignore[operator]
    app.add_url_rule("/token", "token", view)
    assert forge_site.call("GET", "/token")["text"] == "none"


def test_two_calls_see_nothing_of_each_other(
    new_forge_site: Callable[[str], ForgeSite], forge_site: ForgeSite
) -> None:
    other = new_forge_site("other")
    for _ in range(2):
        assert shown(forge_site.call("GET", "/mirror/show"))["site"] == "installation-of-acme"
        assert shown(other.call("GET", "/mirror/show"))["site"] == "installation-of-other"


def test_a_call_without_a_person_is_refused_in_the_envelope(forge_site: ForgeSite) -> None:
    token = forge_site.sign(forge_site.claims(principal=None))
    answer = forge_site.post("/forge/call", {"method": "GET", "path": "/mirror/show"}, token)
    assert answer.status_code == 200
    assert answer.get_json()["status"] == 403


@pytest.mark.parametrize("whole", [True, False], ids=["page", "fragment"])
def test_a_call_that_the_door_refuses_is_answered_like_every_other_refusal(
    forge_site: ForgeSite, whole: bool
) -> None:
    token = forge_site.sign(forge_site.claims(principal=None))
    headers = {} if whole else {"HX-Request": "true"}
    envelope = {"method": "GET", "path": "/timesheet", "headers": headers}
    answer = forge_site.post("/forge/call", envelope, token).get_json()
    assert answer["status"] == 403
    assert ("<main" in answer["text"]) is whole
    assert ANONYMOUS in unescape(answer["text"])
    assert answer["headers"]["X-Request-Id"] in answer["text"]


def test_a_refused_panel_is_as_tall_as_its_content(forge_site: ForgeSite) -> None:
    token = forge_site.sign(forge_site.claims(principal=None))
    answer = forge_site.post(
        "/forge/call", {"method": "GET", "path": "/issue-panel?issue=1"}, token
    ).get_json()
    assert answer["status"] == 403
    assert 'data-frame="fits"' in answer["text"]


def test_a_busy_database_at_the_door_is_said_with_its_status(
    forge_site: ForgeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise DatabaseBusy("Try again.")

    monkeypatch.setattr(call, "open_site", busy)
    answer = forge_site.call("GET", "/timesheet")
    assert answer["status"] == 503
    assert "Try again." in unescape(answer["text"])
    assert "<main" in answer["text"]


@pytest.mark.parametrize(
    "sent",
    [{"method": "GET", "path": "/timesheet"}, in_parts(b"{}", 2)[0]],
    ids=["whole", "part"],
)
def test_nothing_is_kept_of_a_site_whose_install_cannot_be_recorded(
    app: Flask,
    forge_site: ForgeSite,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sent: dict[str, Any],
) -> None:
    def fail(*_: object, **_more: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(invocation, "record", fail)
    assert forge_site.post("/forge/call", sent).get_json()["status"] == 500
    lines = map(orjson.loads, capsys.readouterr().out.splitlines())
    assert [line["kind"] for line in lines if line["event"] == "unexpected_error"] == ["RuntimeError"]
    with app.app_context():
        installations = app.extensions["timesheet"].sites.invocation_authenticator.installations
        assert installations.find_installation(forge_site.installation) is None


def test_a_request_may_write_although_its_call_brings_a_token_to_keep(forge_site: ForgeSite) -> None:
    """On SQLite there is one writer at a time."""
    until = int(forge_site.clock().timestamp()) + 4 * 3600
    forge_site.tokens["x-forge-oauth-system"] = access_token(until)
    assert forge_site.call("POST", "/mirror/save")["status"] == 204


def token_of_app(app: Flask, forge_site: ForgeSite, key_server: responses.RequestsMock) -> str:
    """Return the token with which the app itself asks Jira about a group."""
    read = key_server.get(f"{forge_site.api_url}/rest/api/3/group/bulk", json={"values": [], "isLast": True})
    with app.app_context():
        sites = app.extensions["timesheet"].sites
        site = sites.invocation_authenticator.installations.find_installation(forge_site.installation)
        app.extensions["timesheet"].jira.groups_of(site).name_groups(["g"])
    return str(read.calls[0].request.headers["Authorization"]).removeprefix("Bearer ")


def test_the_first_call_of_a_page_brings_a_token_for_the_app_itself(
    app: Flask, forge_site: ForgeSite, key_server: responses.RequestsMock
) -> None:
    """The hourly event, which brings one too, may be an hour away."""
    until = int(forge_site.clock().timestamp()) + 4 * 3600
    forge_site.tokens["x-forge-oauth-system"] = token = access_token(until)
    assert forge_site.call("GET", "/mirror/show")["status"] == 200
    assert token_of_app(app, forge_site, key_server) == token


def test_a_header_that_a_person_sends_replaces_no_token_of_the_app(
    app: Flask, forge_site: ForgeSite, key_server: responses.RequestsMock
) -> None:
    """A page's call may come from the browser itself, which can send any header with the token of the call."""
    now = int(forge_site.clock().timestamp())
    forge_site.tokens["x-forge-oauth-system"] = genuine = access_token(now + 2 * 3600, "genuine")
    assert forge_site.send_event("/forge/hourly", None).status_code == 204
    forge_site.tokens["x-forge-oauth-system"] = access_token(now + 4 * 3600, "of somebody")
    assert forge_site.call("POST", "/mirror/save")["status"] == 204
    assert token_of_app(app, forge_site, key_server) == genuine


def test_what_follows_an_answer_runs_once_the_envelope_is_sent(forge_site: ForgeSite, app: Flask) -> None:
    ended: list[str] = []

    def view() -> Response:
        response = Response("done")
        response.call_on_close(lambda: ended.append("ended"))
        return response

    app.add_url_rule("/closing", "closing", takes("page", permission="viewer")(view))
    answer = forge_site.post("/forge/call", {"method": "GET", "path": "/closing"})
    assert (answer.get_json()["text"], ended) == ("done", [])
    answer.close()
    assert ended == ["ended"]


def test_a_bad_token_is_a_401_and_names_the_scheme(forge_site: ForgeSite) -> None:
    answer = forge_site.post("/forge/call", {"method": "GET", "path": "/mirror/show"}, "x.y.z")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_silent_key_server_is_no_401(
    forge_site: ForgeSite, key_server: responses.RequestsMock, settings: Settings
) -> None:
    key_server.replace("GET", settings.forge_jwks_url, status=500)
    answer = forge_site.post("/forge/call", {"method": "GET", "path": "/mirror/show"})
    assert answer.status_code == 503


def test_without_an_app_id_the_door_is_closed(settings: Settings, forge_site: ForgeSite, app: Flask) -> None:
    closed = create_app(replace(settings, forge_app_id=None), forge_site.clock)
    shut = replace(forge_site, client=closed.test_client())
    answer = shut.post("/forge/call", {"method": "GET", "path": "/timesheet"})
    assert answer.status_code == 404
    close_app(closed)


def test_jira_is_called_with_the_persons_own_token(
    forge_site: ForgeSite, key_server: responses.RequestsMock
) -> None:
    until = int(forge_site.clock().timestamp()) + 4 * 3600
    forge_site.tokens["x-forge-oauth-user"] = access_token(until, "user")
    check = key_server.post(
        f"{forge_site.api_url}/rest/api/3/permissions/check",
        json={"globalPermissions": [], "projectPermissions": []},
    )
    assert forge_site.call("GET", "/probe/admin")["status"] == 403
    headers = check.calls[0].request.headers
    assert headers["Authorization"] == f"Bearer {forge_site.tokens['x-forge-oauth-user']}"


def test_a_page_load_settles_interrupted_writes_and_its_other_reads_do_not(
    app: Flask, forge_site: ForgeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[str] = []
    monkeypatch.setattr(settling, "settle_in_passing", lambda site: settled.append(site.key))
    read = {"method": "GET", "path": "/mirror/show"}
    forge_site.post("/forge/call", {**read, "headers": {"HX-Request": "true"}}).close()
    assert settled == []
    forge_site.post("/forge/call", read).close()
    assert settled == [forge_site.installation]


def test_a_page_says_in_which_language_it_is(forge_site: ForgeSite) -> None:
    headers = {"Accept-Language": "fr", PAGE_LANGUAGE: "de"}
    seen = shown(forge_site.call("GET", "/mirror/show", headers=headers))
    assert (seen["headers"]["accept-language"], seen["headers"]["x-page-language"]) == ("fr", "de")


def test_a_claim_of_the_page_makes_nobody_an_admin(
    forge_site: ForgeSite, key_server: responses.RequestsMock
) -> None:
    until = int(forge_site.clock().timestamp()) + 4 * 3600
    key_server.post(
        f"{forge_site.api_url}/rest/api/3/permissions/check",
        json={"globalPermissions": [], "projectPermissions": []},
    )
    app = forge_site.app_claim(module={"type": "jira:adminPage", "key": "configure"})
    context = {"cloudId": forge_site.cloud_id, "extension": {"type": "jira:adminPage"}, "isAdmin": True}
    token = forge_site.sign(forge_site.claims(app=app, context=context))
    answer = forge_site.post(
        "/forge/call",
        {"method": "GET", "path": "/probe/admin"},
        token,
        **{"x-forge-oauth-user": access_token(until)},
    )
    assert answer.get_json()["status"] == 403
