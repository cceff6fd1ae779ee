"""Each route accepts its kinds of tokens, for their lifetime only."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import responses
from flask import Flask, g, render_template
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.web.conftest import JiraSite
from tests.web.support.every_route import routes_of
from tests.web.support.signing import APP_KEY, SettableClock, bearing, hs256, page_url
from timesheet.domain.permission import Module
from timesheet.services.resilience.priority import current_priority
from timesheet.web.http.access import Declared, takes
from timesheet.web.http.auth import authenticate, loads_page, session_token
from timesheet.web.http.dependencies import dependencies


def test_a_page_load_opens_a_page(site: JiraSite) -> None:
    answer = site.load("/probe/page")
    assert answer.status_code == 200
    assert answer.text == f"<p>{site.client_key} {site.account}</p>"


def test_the_hash_covers_every_parameter(site: JiraSite) -> None:
    query = {"issue": "10001", "xdm_e": "https://acme.atlassian.net", "lic": "", "text": "a b+c*~"}
    assert site.load("/probe/page", query).status_code == 200
    token = site.signed("GET", "/probe/page", query)
    assert site.client.get(page_url("/probe/page", token, query | {"issue": "10002"})).status_code == 401
    assert site.client.get(page_url("/probe/page", token, query | {"more": "1"})).status_code == 401


def test_the_hash_covers_the_path_as_sent(site: JiraSite) -> None:
    token = site.signed("GET", "/probe/page")
    assert site.client.get(page_url("/probe/%70age", token)).status_code == 401
    assert site.client.get(page_url("/probe/page", token)).status_code == 200


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize("prefix", ["", "https://timesheet.example.com"])
def test_both_names_and_both_forms_of_the_raw_address_are_read(
    site: JiraSite, name: str, prefix: str
) -> None:
    raw = prefix + page_url("/probe/page", site.signed("GET", "/probe/page"))
    environ = {"RAW_URI": "", "REQUEST_URI": ""} | {name: raw}
    path, _, query = page_url("/probe/page", site.signed("GET", "/probe/page")).partition("?")
    answer = site.client.get(path, query_string=query, environ_overrides=environ)
    assert answer.status_code == 200


def test_a_path_that_was_rewritten_on_the_way_opens_nothing(site: JiraSite) -> None:
    raw = page_url("/probe/page", site.signed("GET", "/probe/page"))
    environ = {"RAW_URI": raw, "REQUEST_URI": raw}
    answer = site.client.get(raw.replace("/page", "/both"), environ_overrides=environ)
    assert answer.status_code == 401
    assert site.client.get(raw, environ_overrides=environ).status_code == 200


def test_a_path_with_other_letters_is_hashed_as_sent(app: Flask, new_site: Callable[[str], JiraSite]) -> None:
    view = takes("page", permission="viewer")(lambda name: name)
    app.add_url_rule("/probe/named/<name>", "named", view)
    site = new_site("acme")
    site.install()
    path = "/probe/named/%C3%A9%20%26"
    answer = site.client.get(page_url(path, site.signed("GET", path)))
    assert (answer.status_code, answer.text) == (200, "é &")


def test_an_address_of_odd_bytes_breaks_nothing(site: JiraSite) -> None:
    for raw in ("/probe/page\xff?jwt=\xfe", "/probe/%ff?jwt=a", "http://", "*", "?jwt=a.b.c", "\u2603"):
        answer = site.client.get("/probe/page?jwt=a.b.c", environ_overrides={"RAW_URI": raw})
        assert answer.status_code == 401


def test_without_the_raw_address_nobody_is_let_in(site: JiraSite) -> None:
    url = page_url("/probe/page", site.signed("GET", "/probe/page"))
    assert site.client.get(url, environ_overrides={"RAW_URI": "", "REQUEST_URI": ""}).status_code == 401


def test_an_anonymous_viewer_is_asked_to_sign_in(site: JiraSite) -> None:
    site.account = ""
    answer = site.load("/probe/page")
    assert answer.status_code == 401
    assert "Sign in to Jira" in answer.text


def test_an_expired_page_load_says_so(site: JiraSite, clock: SettableClock) -> None:
    url = page_url("/probe/page", site.signed("GET", "/probe/page"))
    clock.move(209)
    assert site.client.get(url).status_code == 200
    clock.move(1)
    answer = site.client.get(url)
    assert answer.status_code == 401
    assert answer.headers["X-Session-Expired"] == "1"
    assert "open for too long" in answer.text
    # So does a fresh one to a clock that is ahead, and no reload helps there.
    assert "the clock of the server on which Timesheet runs is wrong" in answer.text


def test_a_context_token_is_exchanged_for_a_session(site: JiraSite, clock: SettableClock) -> None:
    answer = site.client.post("/session", headers=bearing(site.context_token()))
    assert answer.status_code == 200
    assert answer.get_json()["expires_at"] == int(clock().timestamp()) + 900
    call = site.client.post("/probe/call", headers=bearing(answer.get_json()["token"]))
    assert call.text == f"<p>{site.client_key} {site.account}</p>"


def test_both_tokens_are_taken_by_a_call_and_none_by_its_query(site: JiraSite) -> None:
    for token in (site.session_token(), site.context_token()):
        for path in ("/probe/call", "/probe/both"):
            assert site.client.get(path, headers=bearing(token)).status_code == 200
            assert site.client.get(page_url(path, token)).status_code == 401
        assert site.client.get("/probe/page", headers=bearing(token)).status_code == 401


def test_a_page_token_is_no_good_for_calls(site: JiraSite) -> None:
    token = site.signed("POST", "/probe/call")
    assert site.client.post("/probe/call", headers=bearing(token)).status_code == 401
    assert site.client.post(page_url("/probe/call", token)).status_code == 401


def test_a_page_is_not_loaded_by_another_method(site: JiraSite) -> None:
    assert site.client.head(page_url("/probe/page", site.signed("HEAD", "/probe/page"))).status_code == 401


def test_a_session_ends_after_fifteen_minutes_and_the_page_learns_why(
    site: JiraSite, clock: SettableClock
) -> None:
    token = site.session_token()
    clock.move(15 * 60 + 29)
    assert site.client.get("/probe/call", headers=bearing(token)).status_code == 200
    clock.move(1)
    answer = site.client.get("/probe/call", headers=bearing(token))
    assert (answer.status_code, answer.headers["X-Session-Expired"]) == (401, "1")


def test_a_session_that_a_new_secret_ended_may_be_renewed(site: JiraSite) -> None:
    token = site.session_token()
    site.secret = "another secret of this site " * 2
    assert site.install().status_code == 204
    answer = site.client.get("/probe/call", headers=bearing(token))
    assert (answer.status_code, answer.headers["X-Session-Expired"]) == (401, "1")
    renewed = site.client.post("/session", headers=bearing(site.context_token())).get_json()["token"]
    assert site.client.get("/probe/call", headers=bearing(renewed)).status_code == 200


def test_a_session_of_a_site_without_the_app_may_not_be_renewed(site: JiraSite) -> None:
    token = site.session_token()
    assert site.uninstall().status_code == 204
    answer = site.client.get("/probe/call", headers=bearing(token))
    assert (answer.status_code, "X-Session-Expired" in answer.headers) == (401, False)


def test_a_page_of_somebody_else_is_not_answered_but_may_renew_its_session(
    app: Flask, new_site: Callable[[str], JiraSite]
) -> None:
    view = takes("page", permission="viewer")(lambda: render_template("layout.html"))
    app.add_url_rule("/probe/layout", "layout", view)
    site = new_site("acme")
    site.install()
    html = site.load("/probe/layout").text
    [(viewer, key)] = re.findall(r'data-viewer="([^"]*)" data-site="([^"]*)"', html)
    assert (viewer, key) == (site.account, site.client_key)
    page = {"X-Page-Viewer": viewer}
    assert site.client.get("/probe/call", headers=bearing(site.session_token()) | page).status_code == 200
    site.account = "712020:other"
    answer = site.client.get("/probe/call", headers=bearing(site.session_token()) | page)
    assert (answer.status_code, answer.headers["X-Session-Expired"]) == (401, "1")
    assert "Somebody else is signed in to Jira in this browser now." in answer.text


def test_only_an_expired_token_is_called_expired(site: JiraSite, clock: SettableClock) -> None:
    forged = hs256(
        {"iss": site.client_key, "iat": 1, "exp": 2, "qsh": "context-qsh", "sub": "a"}, "no secret " * 5
    )
    assert "X-Session-Expired" not in site.client.get("/probe/call", headers=bearing(forged)).headers


def test_a_session_belongs_to_one_site(site: JiraSite, new_site: Callable[[str], JiraSite]) -> None:
    other = new_site("other")
    other.install()
    header, payload, _ = site.session_token().split(".")
    _, _, signature = other.session_token().split(".")
    assert (
        site.client.get("/probe/call", headers=bearing(f"{header}.{payload}.{signature}")).status_code == 401
    )
    assert site.client.get("/probe/call", headers=bearing(other.session_token())).text.startswith(
        "<p>key-of-other"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": None},
        {"aud": []},
        {"aud": "key-of-acme"},
        {"aud": ["key-of-acme", "key-of-other"]},
        {"aud": [7]},
    ],
    ids=str,
)
def test_a_session_names_exactly_one_site(
    site: JiraSite, clock: SettableClock, changes: dict[str, Any]
) -> None:
    now = int(clock().timestamp())
    claims = {"iss": APP_KEY, "sub": site.account, "aud": [site.client_key], "iat": now, "exp": now + 900}
    assert (
        site.client.get("/probe/call", headers=bearing(hs256(claims | changes, "x" * 64))).status_code == 401
    )


def test_a_route_that_declares_nothing_answers_nobody(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = client.get("/forgotten")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    with app.test_request_context("/forgotten"), pytest.raises(RuntimeError, match="does not declare"):
        authenticate()


def test_every_route_declares_which_tokens_it_takes(app: Flask) -> None:
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not isinstance(getattr(app.view_functions[rule.endpoint], "takes", None), Declared)
    ]
    assert undeclared == []


def declaration(app: Flask, rule: Rule) -> Declared:
    declared = getattr(app.view_functions[rule.endpoint], "takes", None)
    assert isinstance(declared, Declared)
    return declared


def test_only_a_few_routes_are_public(app: Flask) -> None:
    public = {rule.rule for rule in app.url_map.iter_rules() if "public" in declaration(app, rule).kinds}
    assert public == {
        *("/healthz", "/readyz", "/atlassian-connect.json", "/probe/fail"),
        "/sentences/<code>/<version>.json",
        "/translations/<locale>.json",
    }


def test_every_other_route_refuses_a_call_without_a_token(app: Flask, client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        declared = declaration(app, rule)
        if "public" in declared.kinds or "lifecycle" in declared.kinds:
            continue
        path = rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)
        assert path is not None
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            # The operator's own route does not exist until they set a token for it.
            refused = 404 if "operator" in declared.kinds else 401
            assert client.open(path[1], method=method).status_code == refused, rule


@pytest.mark.parametrize(
    ("kinds", "permission"),
    [
        ((), "viewer"),
        (("page", "cookie"), "viewer"),
        (("page",), "everything"),
        (("page",), "public"),
        (("public",), "viewer"),
        (("webhook",), "viewer"),
        (("operator",), "viewer"),
        (("page",), "operator"),
        (("page", "public"), "public"),
        (("page", "webhook"), "viewer"),
        (("webhook",), "jira-admin"),
        (("page",), "site"),
    ],
)
def test_a_declaration_that_cannot_hold_is_an_error(kinds: tuple[str, ...], permission: str) -> None:
    with pytest.raises(ValueError, match="cannot prove"):
        takes(*kinds, permission=permission)


def test_a_route_is_not_costly_and_takes_a_mebibyte_unless_it_says_so() -> None:
    def view() -> str:
        return ""

    declared: Declared = vars(takes("session", permission="viewer")(view))["takes"]
    assert (declared.costly, declared.largest) == (False, 1_048_576)
    declared = vars(takes("session", permission="viewer", costly=True, largest=5)(view))["takes"]
    assert (declared.costly, declared.largest) == (True, 5)


def test_every_file_counts_as_costly(app: Flask) -> None:
    kinds = ("/file", "/csv", "/json", "/xlsx", "/pdf", "/sheet")
    files = [one for one in routes_of(app) if one.rule.endswith(kinds) and one.method == "GET"]
    assert [str(one) for one in files if not one.declared.costly] == []


@pytest.mark.parametrize(
    ("module", "listed"),
    [
        (Module.TEAMS, (Module.TEAMS,)),
        ((Module.TIMESHEET, Module.TEAMS), (Module.TIMESHEET, Module.TEAMS)),
        ((), ()),
    ],
)
def test_a_route_belongs_to_the_modules_it_names(
    module: Module | tuple[Module, ...], listed: tuple[Module, ...]
) -> None:
    def view() -> str:
        return ""

    declared: Declared = vars(takes("session", permission="viewer", module=module)(view))["takes"]
    assert declared.modules == listed


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ({"globalPermissions": ["ADMINISTER"], "projectPermissions": []}, 200, "settings"),
        ({"globalPermissions": [], "projectPermissions": []}, 403, "Administer Jira"),
        ({"globalPermissions": [["ADMINISTER"]]}, 403, "Administer Jira"),
        ({"globalPermissions": "ADMINISTER"}, 502, "could not be read"),
        ({"permissions": {}}, 502, "could not be read"),
        ([], 502, "could not be read"),
    ],
    ids=str,
)
def test_an_admins_page_asks_jira_each_time(
    site: JiraSite, key_server: responses.RequestsMock, answer: object, status: int, words: str
) -> None:
    check = key_server.post("https://acme.atlassian.net/rest/api/3/permissions/check", json=answer)
    for count in (1, 2):
        page = site.load("/probe/admin")
        assert page.status_code == status
        assert words in page.text
        assert check.call_count == count


def probe(app: Flask, read: Callable[[], str], *kinds: str, permission: str) -> str:
    """Add a route that answers what it reads to a request with one of these tokens; return its path."""
    path = f"/probe/added-{len(app.view_functions)}"
    view = takes(*kinds, permission=permission)(read)
    app.add_url_rule(path, path.strip("/").replace("/", "-"), view, methods=["GET", "POST"])
    return path


@pytest.fixture
def reasons(app: Flask) -> list[str]:
    """Return the reasons for which tokens are refused, as requests come."""
    found: list[str] = []

    def note(error: BaseException | None) -> None:
        if "refused" in g:
            found.append(g.refused)

    app.teardown_request(note)
    return found


def test_a_request_brings_one_token(reasons: list[str], site: JiraSite) -> None:
    url = page_url("/probe/both", site.signed("GET", "/probe/both"))
    context = site.context_token()
    assert site.client.get(url).status_code == 200
    beside = [{"Authorization": f"{scheme} {context}"} for scheme in ("JWT", "Bearer", "Basic", "")]
    for address, headers in ((f"{url}&jwt={context}", {}), *((url, headers) for headers in beside)):
        assert site.client.get(address, headers=headers).status_code == 401
    assert reasons == ["two-tokens"] * 5


def test_a_missing_token_is_distinguished_from_one_in_the_wrong_place(
    reasons: list[str], site: JiraSite
) -> None:
    assert site.client.get("/probe/page").status_code == 401
    assert site.client.get("/probe/page", headers=bearing(site.context_token())).status_code == 401
    assert site.client.get(page_url("/probe/call", site.signed("GET", "/probe/call"))).status_code == 401
    assert reasons == ["missing", "wrong-place", "wrong-place"]


def test_a_form_holds_no_token(app: Flask, reasons: list[str], new_site: Callable[[str], JiraSite]) -> None:
    public = probe(app, lambda: "in", "public", permission="public")
    site = new_site("acme")
    site.install()
    token = site.context_token()
    for data, status in (({"jwt": token}, 401), ({"other": token}, 200)):
        assert site.client.post("/probe/call", data=data, headers=bearing(token)).status_code == status
    json = site.client.post("/probe/call", json={"jwt": token}, headers=bearing(token))
    assert json.status_code == 200, "only a form could be taken for a query"
    assert site.client.post(public, data={"jwt": token}).status_code == 200, "nobody was verified"
    lifecycle = bearing(site.lifecycle_token("/connect/installed"))
    assert site.client.post("/connect/installed", data={"jwt": token}, headers=lifecycle).status_code == 401
    assert reasons == ["token-in-form", "token-in-form"]


@pytest.mark.parametrize(
    ("kinds", "permission"), [(("session", "context"), "viewer"), (("webhook",), "site")], ids=str
)
def test_a_request_is_bound_to_its_site(
    app: Flask, new_site: Callable[[str], JiraSite], kinds: tuple[str, ...], permission: str
) -> None:
    def enter(name: str) -> str:
        dependencies().operation.transaction.enter(name)
        return "in"

    site = new_site("acme")
    answers = {
        probe(app, partial(enter, name), *kinds, permission=permission): status
        for name, status in ((site.client_key, 200), ("another", 500))
    }
    site.install()
    for path, status in answers.items():
        token = site.signed("POST", path) if permission == "site" else site.context_token()
        assert site.client.post(path, headers=bearing(token)).status_code == status


def test_a_page_gets_a_session_for_its_calls_and_nobody_gets_none(
    app: Flask, new_site: Callable[[str], JiraSite]
) -> None:
    page = probe(app, partial(session_token), "page", permission="viewer")
    public = probe(app, lambda: f"[{session_token()}]", "public", permission="public")
    site = new_site("acme")
    site.install()
    call = site.client.get("/probe/call", headers=bearing(site.load(page).text))
    assert call.text == f"<p>{site.client_key} {site.account}</p>"
    assert site.client.get(public).text == "[]"


def test_a_change_goes_before_a_look_where_jira_is_short(
    app: Flask, new_site: Callable[[str], JiraSite]
) -> None:
    path = probe(app, lambda: current_priority().name, "session", "context", permission="viewer")
    site = new_site("acme")
    site.install()
    headers = bearing(site.context_token())
    assert site.client.post(path, headers=headers).text == "SAVE"
    assert site.client.get(path, headers=headers).text == "LOOK"


def test_an_unknown_address_is_not_there_whoever_asks(client: FlaskClient) -> None:
    assert client.get("/nothing/here").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "loads"),
    [
        ("GET", "/probe/page?jwt=token", True),
        ("GET", "/probe/page", False),
        ("HEAD", "/probe/page?jwt=token", False),
        ("POST", "/probe/call?jwt=token", False),
        ("GET", "/nowhere?jwt=token", False),
    ],
)
def test_jira_loads_a_page_with_a_token_in_its_address(
    app: Flask, method: str, path: str, loads: bool
) -> None:
    with app.test_request_context(path, method=method):
        assert loads_page() is loads
