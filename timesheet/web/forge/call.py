"""Forge's door: requests of pages arrive in envelopes, each with a token signed by Atlassian."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import structlog
from flask import Blueprint, Response, current_app, g, render_template, request
from werkzeug.datastructures import Headers

from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.identity import Identity
from timesheet.domain.message import message
from timesheet.domain.site import Site
from timesheet.services.ports.invocation import Invocation
from timesheet.services.site.invocation import (
    MoveFirst,
    keep_delivered,
    moving_site,
    open_site,
    viewer_of,
)
from timesheet.services.site.parts import RequestPart, add_part, answer_part, keep_answer
from timesheet.web.forge.envelope import (
    JSON,
    WRONG,
    AnswerTooLarge,
    Inner,
    answer_inner,
    read_envelope,
    write_envelope,
)
from timesheet.web.forge.parts import WantedPart, read_part
from timesheet.web.http.access import takes
from timesheet.web.http.auth import PAGE_VIEWER, InnerCaller, RefusedCaller, invocation_authenticator
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.errors import BROKEN, Problem, layer_sentence, status_of

LARGEST_ANSWER = 5_000_000
"""The most bytes of an answer that Atlassian passes on; a larger one is asked for in parts."""
TOO_LARGE = message(
    "This is more than Jira passes on at once. Choose a shorter range of days or fewer people."
)
MOVE_PATH = "/move"
OF_USER, OF_APP = "x-forge-oauth-user", "x-forge-oauth-system"

blueprint = Blueprint("forge", __name__, url_prefix="/forge")
log = structlog.stdlib.get_logger("timesheet.forge")


@blueprint.post("/call")
@takes("invocation", permission="site")
def call() -> Response:
    """Answer the request of a page in an envelope; 401 is only for a token that is not genuine."""
    sent: Any = request.get_json(force=True, silent=True)
    about = None
    try:
        part = read_part(sent)
        about = read_envelope(sent) if part is None or "path" in sent else None
        return _call(g.invocation, part, about if part is None else None)
    except Exception as error:  # noqa: BLE001 - it is logged and answered there
        return _refuse(error, about)


def _refuse(error: Exception, inner: Inner | None) -> Response:
    """Let the app answer an inner request with an error as it answers every error: a page gets a page, in its language.

    A call that does not say of which request it is gets only the sentence.
    """
    # The envelope is sent with status 200, and what changed before the error would be committed.
    dependencies().operation.transaction.roll_back()
    if inner is not None:
        return _answer_inner(inner, RefusedCaller(error))
    if isinstance(error, TimesheetError):
        return _refusal(status_of(error), error.sentence, layer_sentence(getattr(error, "layer", "")))
    log.error("unexpected_error", exc_info=error, kind=type(error).__name__)
    return _refusal(500, BROKEN)


def _call(invocation: Invocation, part: RequestPart | WantedPart | None, inner: Inner | None) -> Response:
    deps = dependencies()
    authenticator, transaction = invocation_authenticator(), deps.operation.transaction
    moving = None
    try:
        site = open_site(authenticator, invocation, g.get("site"), deps.operation.clock(), transaction.commit)
    except MoveFirst as first:
        if first.site is None or inner is None or not _may_move(inner):
            raise
        site, moving = moving_site(first.site, invocation), invocation
        inner = replace(inner, target=MOVE_PATH)
    viewer = viewer_of(site, invocation)
    keep_tokens(site, viewer.account_id, of_app=moving is None)
    # The inner request has a transaction of its own, which would wait for this one.
    transaction.commit()
    if isinstance(part, WantedPart):
        return _answer({"status": 200, "base64": answer_part(deps.operation.cache, viewer, *part)})
    inner = inner or _complete(viewer, part)
    if inner is None:
        return _answer({"status": 204})
    response = _answer_inner(inner, InnerCaller(site, viewer, invocation.environment, moving))
    if moving is not None:
        _keep_after_choice(moving)
    return response


def _keep_after_choice(invocation: Invocation) -> None:
    """Store the app's token if the inner request gave the installation a site.

    The installation ends with its last token, and this call may have been its last one.
    """
    deps = dependencies()
    site = invocation_authenticator().installations.find_installation(invocation.installation)
    if site is not None:
        deps.operation.transaction.enter(site.key)
        keep_tokens(site, invocation.account_id)


def _complete(viewer: Identity, part: RequestPart | None) -> Inner | None:
    """Return the request that is complete with this part; None if others are missing."""
    operation = dependencies().operation
    whole = add_part(operation.cache, viewer, part, operation.clock()) if part else None
    if whole is None:
        return None
    try:
        return read_envelope(orjson.loads(whole))
    except orjson.JSONDecodeError:
        raise InvalidInput(WRONG) from None


def _answer_inner(inner: Inner, entry: InnerCaller | RefusedCaller) -> Response:
    try:
        answered = answer_inner(
            current_app.wsgi_app, request.environ, inner, entry, dependencies().sites.base_url
        )
    except AnswerTooLarge:
        return _answer_inner(inner, RefusedCaller(JiraUnavailable(TOO_LARGE, status=413)))
    response = _enveloped(
        write_envelope(answered), entry.identity if isinstance(entry, InnerCaller) else None
    )
    response.call_on_close(answered.close)
    return response


def _may_move(inner: Inner) -> bool:
    """Return True if a request is answered with the page that offers the move, as every page that is opened is.

    A page that was opened before the app was installed again keeps what it shows: it may have texts that are not saved.
    """
    headers = Headers(list(inner.headers.items()))
    opens = inner.method == "GET" and not headers.get(PAGE_VIEWER)
    return opens or (inner.method == "POST" and inner.target == MOVE_PATH)


def keep_tokens(site: Site, account_id: str | None, *, of_app: bool = True) -> None:
    """Store the tokens for Jira that came with this request; that of the app only for a site that has moved."""
    headers = request.headers
    for_app = headers.get(OF_APP, "") if of_app else ""
    keep_delivered(invocation_authenticator(), site, account_id, headers.get(OF_USER, ""), for_app)


def _enveloped(content: dict[str, Any], viewer: Identity | None) -> Response:
    """Return the answer, or the number of parts in which the page has to request it if it is too large."""
    body = orjson.dumps(content)
    if viewer is None or len(body) <= LARGEST_ANSWER:
        return Response(body, content_type=JSON)
    operation = dependencies().operation
    stored = keep_answer(operation.cache, viewer, body, operation.clock())
    return _answer({"status": content["status"], "parts": stored._asdict()})


def _answer(content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), content_type=JSON)


def _refusal(status: int, sentence: str, layer: str = "") -> Response:
    """Return an envelope with the sentence as a fragment, as every other refusal of a page's request."""
    problem = Problem(status, sentence, "", g.get("request_id", ""), layer)
    content = {
        "status": status,
        "headers": {"Content-Type": "text/html; charset=utf-8", "X-Request-Id": problem.request_id},
        "text": render_template("error/_problem.html", problem=problem),
    }
    return _answer(content)
