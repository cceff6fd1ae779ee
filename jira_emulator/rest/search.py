"""Search by JQL: pages behind an opaque token, no total."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from jira_emulator.issue_fields import FIELDS, NAVIGABLE, choose_fields
from jira_emulator.jql.ast import JqlError, Query
from jira_emulator.jql.context import Context
from jira_emulator.jql.evaluator import check_query, find_issues
from jira_emulator.jql.parser import parse_query
from jira_emulator.jql.structure import describe
from jira_emulator.model import Issue, Json
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError, bad_payload

DEFAULT_PAGE, FULL_PAGE, BARE_PAGE = 50, 100, 5000
TOKEN_LIFE_MS = 7 * 24 * 3600 * 1000
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
_BODY = frozenset(
    (
        "expand",
        "fields",
        "fieldsByKeys",
        "jql",
        "maxResults",
        "nextPageToken",
        "properties",
        "reconcileIssues",
    )
)
_BARE = frozenset(("id", "key"))


def register(api: Api) -> None:
    """Add these resources."""
    api.route("GET", "/search/jql")(search_get)
    api.route("POST", "/search/jql", "READ")(search_post)
    api.route("POST", "/search/approximate-count", "READ")(count)
    api.route("POST", "/jql/parse", "READ")(parse)
    api.route("GET", "/search")(gone)
    api.route("POST", "/search", "READ")(gone)


def search_get(call: Call) -> Answer:
    """Search by query parameters."""
    return _search(
        call,
        jql=call.text("jql") or "",
        size=call.number("maxResults", DEFAULT_PAGE),
        token=call.text("nextPageToken"),
        fields=call.texts("fields") or ["id"],
        expand=call.text("expand") or "",
    )


def search_post(call: Call) -> Answer:
    """Search by body."""
    body = {name: value for name, value in call.body(_BODY).items() if value is not None}
    size, fields = body.get("maxResults", DEFAULT_PAGE), body.get("fields", ["id"])
    texts = (body.get("jql", ""), body.get("nextPageToken", ""), body.get("expand", ""))
    if not _is_number(size) or not _is_texts(fields) or not _is_texts(texts):
        raise bad_payload()
    if not _is_texts(body.get("properties", [])) or len(body.get("properties", [])) > 5:
        raise ApiError(400, "A request can name at most 5 properties.")
    reconciled = body.get("reconcileIssues", [])
    if not isinstance(reconciled, list) or len(reconciled) > 50 or not all(map(_is_number, reconciled)):
        raise ApiError(400, "A request can name at most 50 issues to reconcile.")
    jql, token, expand = texts
    return _search(call, jql=jql, size=size, token=token or None, fields=fields or ["id"], expand=expand)


def count(call: Call) -> Answer:
    """How many issues match."""
    jql = call.body(("jql",)).get("jql")
    if not isinstance(jql, str):
        raise bad_payload()
    return {"count": len(run_jql(call, jql))}


def parse(call: Call) -> Answer:
    """The structure of each query, or what is wrong with it; ``validation`` is strict, warn or none."""
    queries = call.body(("queries",)).get("queries")
    if not _is_texts(queries) or not queries:
        raise bad_payload()
    validation = call.text("validation") or "strict"
    if validation not in ("strict", "warn", "none"):
        raise ApiError(400, f"'{validation}' is not a valid validation mode.")
    return {"queries": [_parsed(call, text, validation) for text in queries]}


def gone(_call: Call) -> Answer:
    """The search that Jira Cloud removed."""
    raise ApiError(
        410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
    )


def bounded(jql: str) -> Query:
    """The parsed query. Raises 400 for bad JQL and for a query without restriction."""
    try:
        query = parse_query(jql)
    except JqlError as error:
        raise ApiError(400, *error.messages) from None
    if query.where is None:
        raise ApiError(400, UNBOUNDED)
    return query


def run_jql(call: Call, jql: str) -> list[Issue]:
    """The visible issues a bounded query finds, in order."""
    try:
        return find_issues(Context.of(call.site, call.permissions), bounded(jql))
    except JqlError as error:
        raise ApiError(400, *error.messages) from None


def _search(
    call: Call, *, jql: str, size: int, token: str | None, fields: Sequence[str], expand: str
) -> Answer:
    if size < 1:
        raise ApiError(400, "The value of maxResults must be at least 1.")
    names = [name.strip() for entry in fields for name in entry.split(",") if name.strip()]
    bare = set(names) <= _BARE
    found = run_jql(call, jql)
    start = 0 if token is None else _read_token(call, token, jql)
    page = found[start : start + min(size, BARE_PAGE if bare else FULL_PAGE)]
    chosen = choose_fields(names, NAVIGABLE)
    call.charge(len(page))
    end = start + len(page)
    answer: Json = {
        "issues": [_shown(call, issue, names, chosen) for issue in page],
        "isLast": end >= len(found),
    }
    if end < len(found):
        answer["nextPageToken"] = _make_token(call, end, jql)
    parts = [part.strip() for part in expand.split(",")]
    if "names" in parts:
        answer["names"] = {name: FIELDS[name].name for name in chosen}
    if "schema" in parts:
        answer["schema"] = {name: FIELDS[name].schema() for name in chosen}
    return answer


def _shown(call: Call, issue: Issue, names: Sequence[str], chosen: Sequence[str]) -> Json:
    if set(names) == {"id"}:
        return {"id": str(issue.id)}
    return call.issues.reference(issue) if set(names) <= _BARE else call.issues.issue(issue, chosen)


def _parsed(call: Call, text: str, validation: str) -> Json:
    try:
        query = parse_query(text)
    except JqlError as error:
        return {"query": text, "errors": error.messages}
    shown: Json = {"query": text, "structure": describe(query)}
    try:
        if validation != "none":
            check_query(Context.of(call.site, call.permissions), query)
    except JqlError as error:
        if validation == "strict":
            return {"query": text, "errors": error.messages}
        shown["warnings"] = error.messages
    return shown


def _make_token(call: Call, offset: int, jql: str) -> str:
    content = json.dumps([offset, call.site.now_ms(), hashlib.sha256(jql.encode()).hexdigest()]).encode()
    return base64.urlsafe_b64encode(_sign(call, content) + content).decode()


def _read_token(call: Call, token: str, jql: str) -> int:
    wrong = ApiError(400, "The next page token is invalid or has expired.")
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        raise wrong from None
    if not hmac.compare_digest(raw[:16], _sign(call, raw[16:])):
        raise wrong
    offset, made, digest = json.loads(raw[16:])
    if digest != hashlib.sha256(jql.encode()).hexdigest() or call.site.now_ms() - made > TOKEN_LIFE_MS:
        raise wrong
    return int(offset)


def _sign(call: Call, content: bytes) -> bytes:
    return hmac.digest(call.site.cloud_id.encode(), content, "sha256")[:16]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
