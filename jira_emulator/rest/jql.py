"""JQL without a search: the parsed form of a query, and whether it matches given issues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jira_emulator.jql.ast import JqlError
from jira_emulator.jql.context import Context
from jira_emulator.jql.evaluator import check_query, find_issues
from jira_emulator.jql.parser import parse_query
from jira_emulator.jql.structure import describe
from jira_emulator.model import Json
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call, is_texts
from jira_emulator.rest.errors import ApiError, bad_payload

MOST = 1000


def register(api: Api) -> None:
    """Register these resources."""
    api.route("POST", "/jql/parse", "READ", anonymous=True)(parse)
    api.route("POST", "/jql/match", "READ")(match)


def parse(call: Call) -> Answer:
    """Return the structure of each query, its errors, and what a search ignores.

    ``validation`` is required: strict (no structure for a wrong query), warn (with it), or none (nothing is checked).
    """
    queries = call.body(("queries",)).get("queries")
    if not is_texts(queries) or not queries:
        raise bad_payload()
    validation = call.text("validation") or ""
    if validation not in ("strict", "warn", "none"):
        raise ApiError(400, f"'{validation}' is not a valid validation mode.")
    return {"queries": [_parsed(call, text, validation) for text in queries]}


def match(call: Call) -> Answer:
    """Return which of the issues each query matches, in the current state and not in the index."""
    body = call.body(("issueIds", "jqls"))
    ids: Any = body.get("issueIds")
    queries: Any = body.get("jqls")
    if not _is_ids(ids) or not is_texts(queries):
        raise bad_payload()
    if len(ids) > MOST or len(queries) > MOST:
        raise ApiError(400, f"At most {MOST} issues and {MOST} queries can be matched.")
    call.charge(len(ids))
    return {"matches": [_matched(call, frozenset(ids), text) for text in queries]}


def _parsed(call: Call, text: str, validation: str) -> Json:
    try:
        query = parse_query(text)
    except JqlError as error:
        return {"query": text, "errors": _translated(call, error.messages)}
    answer: Json = {"query": text, "structure": describe(query)}
    if validation == "none":
        return answer
    context = Context.of(call.site, call.permissions)
    try:
        check_query(context, query)
    except JqlError as error:
        if validation == "strict":
            del answer["structure"]
        answer["errors"] = _translated(call, error.messages)
    return answer | ({"warnings": _translated(call, context.warnings)} if context.warnings else {})


def _matched(call: Call, ids: frozenset[int], text: str) -> Json:
    try:
        query = parse_query(text)
    except JqlError as error:
        return {"matchedIssues": [], "errors": _translated(call, error.messages)}
    try:
        found = find_issues(Context.of(call.site, call.permissions), query)
    except JqlError:  # unknown names are not an error here
        found = []
    return {"matchedIssues": [issue.id for issue in found if issue.id in ids], "errors": []}


def _translated(call: Call, messages: Sequence[str]) -> list[str]:
    return [call.render.say(message) for message in dict.fromkeys(messages)]


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, int) and not isinstance(item, bool) for item in value
    )
