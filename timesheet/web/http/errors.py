"""Turn every error into one clear sentence with an action, and an id that finds it in the log."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from timesheet.domain.errors import (
    AppBusy,
    Conflict,
    DatabaseBusy,
    DeletedWhileRead,
    InvalidInput,
    JiraBusy,
    JiraUnavailable,
    NotAllowed,
    NotFound,
    PeriodClosed,
    TimesheetError,
    TimeTrackingOff,
    Unauthenticated,
    root_cause,
)
from timesheet.domain.message import message, without_values
from timesheet.domain.permission import MODULE_NAMES, SITE_PERMISSION_NAMES
from timesheet.web.http.access import EVENT, INVOCATION, MOVE, OPERATOR, PAGE, SESSION, declared
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.htmx import SHEET_CHANGED, asks_for_fragment, with_event
from timesheet.web.http.language import join_sentences, localize, stop_asking
from timesheet.web.http.navigation import may_configure
from timesheet.web.http.refusal import note_refusal
from timesheet.web.http.waiting import answer_waiting

STATUS: tuple[tuple[type[TimesheetError], int], ...] = (
    (Unauthenticated, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TimeTrackingOff, 409),
    (InvalidInput, 422),
)
LAYERS = {
    "jira": message("Jira"),
    "visibility": message("module visibility"),
    "site": message("Timesheet’s site permissions"),
    "team": message("the team’s roles"),
}
GRANTED_IN_CONFIGURATION = frozenset({*MODULE_NAMES.values(), *SITE_PERMISSION_NAMES.values()})
HTTP_SENTENCES = {
    400: message("The request could not be understood."),
    403: message("This address answers over https only."),
    404: message("There is nothing at this address."),
    405: message("This address does not accept that kind of request."),
    413: message("That is more than can be sent at once, so nothing was changed. Send less."),
    415: message("This kind of content is not accepted here."),
}
BROKEN = message("Something went wrong in Timesheet, and it was logged. Nothing more was changed; try again.")


@dataclass(frozen=True, slots=True)
class Problem:
    """The message about an error for a person."""

    status: int
    sentence: str
    advice: str
    request_id: str
    layer: str = ""
    may_grant: bool = False
    """True for a Jira admin who can grant what is missing in the configuration."""
    field: str = ""
    """The name of the field whose value cannot be used, if there is one."""


def init_app(app: Flask) -> None:
    """Handle errors of the domain, of HTTP, and unexpected ones."""
    log = structlog.stdlib.get_logger("timesheet.errors")

    @app.errorhandler(TimesheetError)
    def known(error: TimesheetError) -> Response:
        if other := _read_again(app, error) or answer_waiting(error):
            return other
        status = status_of(error)
        if status >= 500:
            stop_asking()
            what = "app_busy" if isinstance(error, AppBusy) else "jira_trouble"
            log.warning(
                what,
                kind=type(error).__name__,
                sentence=without_values(error.sentence),
                cause=root_cause(error),
            )
        answer = answer_error(error)
        note_refusal(error)
        return answer

    @app.errorhandler(DatabaseBusy)
    def busy(error: DatabaseBusy) -> Response:
        stop_asking()
        log.warning("database_busy", sentence=error.sentence, cause=str(error.__cause__))
        response = answer_sentence(503, error.sentence)
        response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if error.response is not None or status < 400:
            return make_response(error.get_response())
        response = answer_sentence(
            status, HTTP_SENTENCES.get(status, BROKEN if status >= 500 else HTTP_SENTENCES[400])
        )
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):  # not shown
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        stop_asking()
        log.error("unexpected_error", exc_info=error, kind=type(error).__name__)
        return answer_sentence(500, BROKEN)


def _read_again(app: Flask, error: TimesheetError) -> Response | None:
    """Return the answer of a page that read what was deleted meanwhile, with current data; None for other errors.

    The view is called once more. A change is not repeated: it may have written to Jira.
    """
    if not isinstance(error, DeletedWhileRead) or request.method != "GET" or "read_again" in g:
        return None
    g.read_again = True
    dependencies().operation.transaction.roll_back()
    if context := g.pop("context", None):
        context.stores.renew()
    try:
        return app.make_response(app.dispatch_request())
    except Exception as second:  # noqa: BLE001  (it is answered like an error of the first reading)
        return app.make_response(app.handle_user_exception(second))


def status_of(error: TimesheetError) -> int:
    """Return the HTTP status of an error of the domain."""
    if isinstance(error, JiraUnavailable):
        return error.status
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def answer_error(error: TimesheetError) -> Response:
    """Return the response to an error of the domain, for views that add something to it."""
    if not isinstance(error, NotAllowed):
        field = error.field if isinstance(error, InvalidInput) else ""
        return _with_headers(answer_sentence(status_of(error), error.sentence, field=field), error)
    may_grant = error.permission in GRANTED_IN_CONFIGURATION and may_configure()
    answer = answer_sentence(403, error.sentence, layer_sentence(error.layer), may_grant=may_grant)
    if isinstance(error, PeriodClosed):
        # The page was read before the closing, or it would not have offered the change.
        with_event(answer, SHEET_CHANGED, {"target": "body"})
    return answer


def layer_sentence(layer: str) -> str:
    """Return the sentence that says which layer refused; empty for a layer that has no name."""
    if layer == "visibility":
        return message("Access to this page is restricted.")
    return message("Refused by {layer}.", layer=LAYERS[layer]) if layer in LAYERS else ""


def sentence_of(error: TimesheetError) -> str:
    """Return the sentence of an error in the reader's language, with the layer that refused, for a message."""
    layer = layer_sentence(error.layer) if isinstance(error, NotAllowed) else ""
    return join_sentences((localize(error.sentence), localize(layer)))


def answer_sentence(
    status: int, sentence: str, layer: str = "", *, may_grant: bool = False, field: str = ""
) -> Response:
    """Return a response of any status with its sentence, in a form that the caller can read; ``layer`` is a
    sentence that says who refused, ``field`` the name of one whose value cannot be used.
    """
    sentence = localize(sentence)
    problem = Problem(
        status,
        sentence,
        localize(_advice(status)),
        g.get("request_id", ""),
        localize(layer),
        may_grant,
        field,
    )
    if _wants_json():
        response = jsonify(error=sentence, advice=problem.advice, request_id=problem.request_id)
    else:
        name = "error/_problem.html" if asks_for_fragment() else "error/page.html"
        response = make_response(render_template(name, problem=problem))
    response.status_code = status
    return response


def may_renew(response: Response, error: Unauthenticated) -> Response:
    """Return the response, which lets the page renew its session if that may help."""
    if error.renewable:
        response.headers["X-Session-Expired"] = "1"
    return response


def _wants_json() -> bool:
    declaration = declared()
    if declaration is not None and not declaration.kinds & {PAGE, SESSION, MOVE}:
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _advice(status: int) -> str:
    if status < 500:
        return ""
    return message("If it happens again, tell an admin the request id below.")


def _with_headers(response: Response, error: TimesheetError) -> Response:
    if isinstance(error, Unauthenticated):
        declaration = declared()
        bearer = declaration is not None and declaration.kinds & {OPERATOR, INVOCATION, EVENT}
        response.headers["WWW-Authenticate"] = "Bearer" if bearer else "JWT"  # not shown
        may_renew(response, error)
    if isinstance(error, JiraBusy) and error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
