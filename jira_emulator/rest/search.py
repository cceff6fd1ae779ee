"""Search the index, which may lag, with JQL: pages with an opaque token, no total."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from jira_emulator.issue.fields import FIELDS, NAVIGABLE, choose_fields
from jira_emulator.issue.index import IndexView
from jira_emulator.issue.issue_fields import IssueRenderer
from jira_emulator.jql.ast import JqlError, Query
from jira_emulator.jql.context import Context
from jira_emulator.jql.evaluator import find_issues, sort_issues
from jira_emulator.jql.parser import parse_query
from jira_emulator.model import Issue, Json
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call, check_properties, is_texts
from jira_emulator.rest.errors import ApiError, bad_payload
from jira_emulator.site import as_id

DEFAULT_PAGE, FULL_PAGE, BARE_PAGE = 50, 100, 5000
RECONCILED = 50
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
    """Register these resources."""
    api.route("GET", "/search/jql", anonymous=True)(search_get)
    api.route("POST", "/search/jql", "READ", anonymous=True)(search_post)
    api.route("POST", "/search/approximate-count", "READ", anonymous=True)(count)
    api.route("GET", "/search", anonymous=True)(gone)
    api.route("POST", "/search", "READ", anonymous=True)(gone)


def search_get(call: Call) -> Answer:
    """Search by query parameters."""
    return _search(
        call,
        jql=call.text("jql") or "",
        size=call.number("maxResults", DEFAULT_PAGE),
        token=call.text("nextPageToken"),
        fields=call.texts("fields") or ["id"],
        expand=call.text("expand") or "",
        reconcile=_reconciled(
            [as_id(part) for text in call.texts("reconcileIssues") for part in text.split(",")]
        ),
    )


def search_post(call: Call) -> Answer:
    """Search by body."""
    body = {name: value for name, value in call.body(_BODY).items() if value is not None}
    size, fields = body.get("maxResults", DEFAULT_PAGE), body.get("fields", ["id"])
    texts = (body.get("jql", ""), body.get("nextPageToken", ""), body.get("expand", ""))
    if not _is_number(size) or not is_texts(fields) or not is_texts(texts):
        raise bad_payload()
    check_properties(body)
    reconcile = _reconciled(body.get("reconcileIssues", []))
    jql, token, expand = texts
    return _search(
        call,
        jql=jql,
        size=size,
        token=token or None,
        fields=fields or ["id"],
        expand=expand,
        reconcile=reconcile,
    )


def count(call: Call) -> Answer:
    """Return how many issues match."""
    jql = call.body(("jql",)).get("jql")
    if not isinstance(jql, str):
        raise bad_payload()
    return {"count": len(run_jql(call, jql))}


def gone(_call: Call) -> Answer:
    """Return an error for the search that Jira Cloud removed."""
    raise ApiError(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
        "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    )


def bounded(jql: str) -> Query:
    """Return the parsed query. Raise 400 for bad JQL and for a query without restriction."""
    try:
        query = parse_query(jql)
    except JqlError as error:
        raise ApiError(400, *error.messages) from None
    if query.where is None:
        raise ApiError(400, UNBOUNDED)
    return query


def run_jql(call: Call, jql: str, view: IndexView | None = None) -> list[Issue]:
    """Return the visible issues of a bounded query in the index, in order."""
    try:
        context = Context.of(call.site, call.permissions, view or call.site.index.view())
        return find_issues(context, bounded(jql))
    except JqlError as error:
        raise ApiError(400, *error.messages) from None


def _search(
    call: Call,
    *,
    jql: str,
    size: int,
    token: str | None,
    fields: Sequence[str],
    expand: str,
    reconcile: Sequence[int],
) -> Answer:
    if not 0 < size <= BARE_PAGE:
        raise ApiError(400, "The max results parameter has to be between 1 and 5,000.")
    names = [name.strip() for entry in fields for name in entry.split(",") if name.strip()]
    bare = set(names) <= _BARE
    view = call.site.index.view(reconcile)
    found = run_jql(call, jql, view)
    start = 0 if token is None else _after(call, jql, found, _read_token(call, token, jql))
    page = found[start : start + (size if bare else min(size, FULL_PAGE))]
    chosen = choose_fields(names, NAVIGABLE)
    call.charge(len(page))
    end = start + len(page)
    renderer = IssueRenderer(call.render, call.permissions, view)
    parts = [part.strip() for part in expand.split(",")]
    rendered = [_rendered(renderer, issue, names, chosen) for issue in page]
    if "changelog" in parts:
        for one, issue in zip(rendered, page, strict=True):
            one["changelog"] = renderer.changelog(issue)
    answer: Json = {
        "issues": rendered,
        "isLast": end >= len(found),
    }
    if end < len(found):
        answer["nextPageToken"] = _make_token(call, (end, page[-1].id), jql)
    if "names" in parts:
        answer["names"] = {name: call.render.name(FIELDS[name].name) for name in chosen}
    if "schema" in parts:
        answer["schema"] = {name: FIELDS[name].schema() for name in chosen}
    return answer


def _rendered(renderer: IssueRenderer, issue: Issue, names: Sequence[str], chosen: Sequence[str]) -> Json:
    if set(names) == {"id"}:
        return {"id": str(issue.id)}
    return renderer.reference(issue) if set(names) <= _BARE else renderer.issue(issue, chosen)


def _after(call: Call, jql: str, found: list[Issue], place: tuple[int, int]) -> int:
    """Return where a page starts: after the last issue of the page before, or at the position it would have."""
    offset, last_id = place
    ids = [issue.id for issue in found]
    if last_id in ids:
        return ids.index(last_id) + 1
    last = call.site.issues.get(last_id)
    if last is None:
        return max(0, offset - 1)
    with_last = [*found, last]
    sort_issues(Context.of(call.site, call.permissions), bounded(jql), with_last)
    return with_last.index(last)


def _make_token(call: Call, place: tuple[int, int], jql: str) -> str:
    content = json.dumps([*place, call.site.now_ms(), hashlib.sha256(jql.encode()).hexdigest()]).encode()
    return base64.urlsafe_b64encode(_sign(call, content) + content).decode()


def _read_token(call: Call, token: str, jql: str) -> tuple[int, int]:
    wrong = ApiError(400, "The next page token is invalid or has expired.")
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        raise wrong from None
    if not hmac.compare_digest(raw[:16], _sign(call, raw[16:])):
        raise wrong
    offset, last_id, made, digest = json.loads(raw[16:])
    if digest != hashlib.sha256(jql.encode()).hexdigest() or call.site.now_ms() - made > TOKEN_LIFE_MS:
        raise wrong
    return int(offset), int(last_id)


def _sign(call: Call, content: bytes) -> bytes:
    return hmac.digest(call.site.cloud_id.encode(), content, "sha256")[:16]


def _reconciled(value: Any) -> list[int]:
    if not isinstance(value, list) or len(value) > RECONCILED or not all(map(_is_number, value)):
        raise ApiError(400, f"A request can name at most {RECONCILED} issues to reconcile.")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
