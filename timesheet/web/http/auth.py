"""Check the token of each request, and refuse what its route does not accept (see ``access``)."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from flask import Flask, g, request
from werkzeug.exceptions import MethodNotAllowed

from timesheet.domain.errors import Conflict, NotAllowed, NotFound, Unauthenticated
from timesheet.domain.identity import Identity
from timesheet.domain.message import message
from timesheet.domain.permission import require
from timesheet.domain.site import Site
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.invocation import Invocation
from timesheet.services.resilience.priority import begin_request
from timesheet.services.site.authentication import (
    Authenticator,
    authenticate_call,
    authenticate_page,
    authenticate_site,
    issue_session,
)
from timesheet.services.site.installation import authenticate_install, enable_opened_site
from timesheet.services.site.invocation import (
    CHOSEN,
    InvocationAuthenticator,
    authenticate_invocation,
    refuse_page,
)
from timesheet.web.http.access import (
    CONTEXT,
    EVENT,
    INVOCATION,
    JIRA_ADMIN,
    LIFECYCLE,
    MOVE,
    OPERATOR,
    PAGE,
    PUBLIC,
    SESSION,
    WEBHOOK,
    Declared,
    declared,
)
from timesheet.web.http.context import current
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.htmx import asks_for_fragment

SAFE = ("GET", "HEAD", "OPTIONS")
NOTHING = message("There is nothing at this address.")
NO_OPERATOR = message("This page is for the operator of the app, who has METRICS_TOKEN.")
OTHER_PERSON = message(
    "Somebody else is signed in to Jira in this browser now. Reload the page to continue as that person."
)
NO_ADMIN = message("You need “Administer Jira” for this. A Jira admin can grant it, or do it for you.")
PAGE_VIEWER = "X-Page-Viewer"
"""The header in which the scripts of a page say whose page it is."""
ID_IN_PATH = re.compile(r"[^\s/\\]{1,128}")
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
INNER_CALLER = "timesheet.entry"
"""The key of an InnerCaller or RefusedCaller in the WSGI environment of an inner request; no header can set it."""


@dataclass(frozen=True, slots=True)
class InnerCaller:
    """The caller of an inner request, which carries no token: it came inside a call by Forge, whose token was verified.

    ``environment`` is Forge's name of the deployment, such as ``production``. ``moving`` is the invocation of the new
    installation if the site is about to move from Connect to it.
    """

    site: Site
    identity: Identity
    environment: str = ""
    moving: Invocation | None = None


@dataclass(frozen=True, slots=True)
class RefusedCaller:
    """The refusal of an inner request; it is answered with this error like every other refusal."""

    error: Exception


def loads_page() -> bool:
    """Return True if Jira loads a page with this request, and no script of a page makes it."""
    declaration = declared()
    if declaration is None or PAGE not in declaration.kinds or request.method != "GET":
        return False
    return "jwt" in request.args or (_entry() is not None and not asks_for_fragment())


def init_app(app: Flask) -> None:
    """Check the token of every request before its view runs, and before anything reads its body."""
    app.before_request(authenticate)
    app.jinja_env.globals.update(session_token=session_token, page_viewer=page_viewer, page_site=page_site)


def init_form_check(app: Flask) -> None:
    """Refuse a second token in the form, and invalid ids in the path.

    The former reads the body, so it comes after the token and the rate limits.
    """
    app.before_request(_check_form_and_path)


def authenticate() -> None:
    """Set ``g.site`` and ``g.identity`` from the token in the query or the header, or raise Unauthenticated.

    The body is not read here: parsing what an unknown client sends would delay everybody else.
    """
    if request.url_rule is None:
        return
    declaration = declared()
    if declaration is None:
        raise RuntimeError(f"{request.endpoint} does not declare which tokens it takes")
    if PUBLIC in declaration.kinds:
        return
    if OPERATOR in declaration.kinds:
        _authenticate_operator()
        return
    in_query, in_header = _presented()
    authenticator = dependencies().sites.authenticator
    if LIFECYCLE in declaration.kinds:
        g.claims = authenticate_install(
            dependencies().sites.install_authenticator, in_header, _signed_request()
        )
    elif WEBHOOK in declaration.kinds:
        g.site = authenticate_site(authenticator, _required(in_header), _signed_request())
        _enter_site()
    elif declaration.kinds & {INVOCATION, EVENT}:
        _authenticate_installation(invocation_authenticator(), of_page=INVOCATION in declaration.kinds)
    else:
        _authenticate_person(authenticator, declaration, in_query, in_header)
        if request.method == "HEAD" and declaration.costly:
            # It would use up a file, or record its export, and nobody would get it.
            raise MethodNotAllowed(["GET"])
        _enter_site()
        if in_query is not None:
            enable_opened_site(dependencies().sites.install_authenticator, g.site)
        _require_permission(declaration)


def _require_permission(declaration: Declared) -> None:
    """Raise NotAllowed unless the person may do what the route is for."""
    context = current()
    # Before anything else, because it was read with the site and is true now.
    context.read_settings()
    if declaration.permission == JIRA_ADMIN and not context.own_admin.ask_now():
        raise NotAllowed(NO_ADMIN, layer="site", permission="Administer Jira")  # not shown
    if declaration.modules:
        require(context.may_enter(*declaration.modules))


def invocation_authenticator() -> InvocationAuthenticator:
    """Return what verifies calls by Forge. Raise NotFound if the app has no FORGE_APP_ID, as for an unknown route."""
    found = dependencies().sites.invocation_authenticator
    if found is None:
        raise NotFound(NOTHING)
    return found


def _entry() -> InnerCaller | None:
    """Return who makes this request if it is an inner one."""
    found = request.environ.get(INNER_CALLER)
    return found if isinstance(found, InnerCaller) else None


def _enter_site() -> None:
    """Bind the database, the queue for Jira, and the priority of calls to the site and method of this request."""
    deps, site = dependencies(), g.site.key
    deps.operation.transaction.enter(site)
    deps.operation.bulkhead.begin(site)
    begin_request(saves=request.method not in SAFE)


def session_token() -> str:
    """Return a token for the calls of the page being rendered; empty if nobody was verified, or if every call is
    verified anew.
    """
    if "identity" not in g or _entry() is not None:
        return ""
    deps = dependencies()
    return issue_session(deps.sites.authenticator, g.site, g.identity, deps.operation.clock())[0]


def page_viewer() -> str:
    """Return the account id of the person whose page is being rendered; empty if nobody was verified."""
    return g.identity.account_id if "identity" in g else ""


def page_site() -> str:
    """Return the key of the site whose page is being rendered; empty if nobody was verified."""
    return g.identity.site if "identity" in g else ""


def _signed_request() -> SignedRequest:
    """Return method, path, and query as sent; Flask's own path is decoded, which would change the hash."""
    environ = request.environ
    target = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
    target = target.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
    if not target.startswith("/"):
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    routed = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
    if unquote_to_bytes(path.encode("utf-8", "surrogateescape")).decode("latin-1") != routed:
        # A header that rewrites the signed path would open another route.
        raise Unauthenticated(reason="path")
    return SignedRequest(request.method, path, query)


def _authenticate_person(
    authenticator: Authenticator, declaration: Declared, in_query: str | None, in_header: str | None
) -> None:
    refused = request.environ.get(INNER_CALLER)
    if isinstance(refused, RefusedCaller):
        raise refused.error
    entry = _entry()
    if entry is not None:
        if entry.moving is None and MOVE in declaration.kinds:
            # The button was pressed again: in another tab, or because the first answer was lost.
            raise Conflict(CHOSEN)
        taken = {PAGE, SESSION} if entry.moving is None else {MOVE}
        if in_query is not None or not declaration.kinds & taken:
            raise Unauthenticated(reason="wrong-place")
        g.site, g.identity, g.environment = entry.site, entry.identity, entry.environment
        g.moving = entry.moving
    elif in_header is not None and declaration.kinds & {SESSION, CONTEXT}:
        g.site, g.identity = authenticate_call(
            authenticator,
            in_header,
            session=SESSION in declaration.kinds,
            context=CONTEXT in declaration.kinds,
        )
    elif in_query is not None and PAGE in declaration.kinds and request.method == "GET":
        g.site, g.identity = authenticate_page(authenticator, in_query, _signed_request())
    else:
        raise Unauthenticated(reason="missing" if in_query is in_header is None else "wrong-place")
    _require_viewer_of_page()


def _require_viewer_of_page() -> None:
    """Raise Unauthenticated if a page that was opened by one person makes this request for another.

    It is made for whoever is signed in to Jira when a session is renewed, or when Forge is called. That may be somebody
    who has signed in in another tab meanwhile; what was typed before is not theirs.
    """
    opened_by = request.headers.get(PAGE_VIEWER)
    if opened_by and opened_by != page_viewer():
        raise Unauthenticated(OTHER_PERSON, reason="other-person")


def _authenticate_installation(authenticator: InvocationAuthenticator, *, of_page: bool) -> None:
    """Set ``g.invocation``, and ``g.site`` if the installation is known; the view adds one that is not.

    Raise NotAllowed for the call of a page if only Atlassian itself may make it.
    """
    g.invocation = authenticate_invocation(authenticator, _in_header("bearer"))
    site = authenticator.installations.find_installation(g.invocation.installation)
    if site is not None:
        g.site = site
    if not of_page:
        _refuse_page()


def _refuse_page() -> None:
    """Raise NotAllowed for the call of a page. If its site is known, the audit log learns who tried it."""
    invocation = g.invocation
    if invocation.of_page and "site" in g:
        dependencies().operation.transaction.enter(g.site.key)
        if invocation.account_id is not None:
            g.identity = Identity(g.site.key, invocation.account_id)
    refuse_page(invocation)


def _authenticate_operator() -> None:
    """Authenticate with METRICS_TOKEN; without that setting the route does not exist."""
    token = dependencies().operation.metrics_token
    if token is None:
        raise NotFound(NOTHING)
    sent = _in_header("bearer")
    if sent is None or not hmac.compare_digest(sent.encode(), token.encode()):
        raise Unauthenticated(NO_OPERATOR, reason=OPERATOR)


def _presented() -> tuple[str | None, str | None]:
    """Return the token in the query and the one in the header.

    Refuse a request with more than one, whatever the scheme of the header: each could be of another person.
    """
    in_query = request.args.getlist("jwt")
    if len(in_query) + ("Authorization" in request.headers) > 1:  # not shown
        raise Unauthenticated(reason="two-tokens")
    return (in_query[0] if in_query else None), _in_header("jwt")


def _in_header(scheme: str) -> str | None:
    """Return the token in the Authorization header, None if there is none of this scheme (in lower case)."""
    sent, _, token = request.headers.get("Authorization", "").partition(" ")  # not shown
    return token if sent.lower() == scheme else None


def _check_form_and_path() -> None:
    """Refuse a verified request whose form contains a token too; routes that accept tokens never have one in a form.

    Raise NotFound for an address with an invalid id, before a view or an audit event uses it.
    """
    verified = "site" in g or "claims" in g
    if verified and request.mimetype in FORMS and "jwt" in request.form:
        raise Unauthenticated(reason="token-in-form")
    for name, value in (request.view_args or {}).items():
        text = str(value)
        if name.endswith("_id") and not (ID_IN_PATH.fullmatch(text) and text.isprintable()):
            raise NotFound(NOTHING)


def _required(token: str | None) -> str:
    if token is None:
        raise Unauthenticated(reason="missing")
    return token
