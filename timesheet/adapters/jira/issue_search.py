"""Find issues by key or words, the recently viewed ones first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.pages import entries_of
from timesheet.adapters.jira.call.reading import ISSUE_FIELDS, read_issue_json, strictly
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.jql import quote_jql
from timesheet.domain.errors import NotFound, NotHere
from timesheet.domain.identifier import number_of
from timesheet.domain.long_list import parts_of
from timesheet.domain.message import message
from timesheet.domain.worklog.issue import NO_ISSUE, Issue
from timesheet.domain.worklog.offer import OwnIssues

MOST_FOUND = 20
MOST_OWN = 100
ASSIGNED = "assignee = currentUser() AND statusCategory = indeterminate"
OWN = f'({ASSIGNED}) OR issuekey in issueHistory() OR issuekey in updatedBy({{person}}, "-14d")'
MOST_FETCHED = 100
LONGEST_TEXT = 255
OPERATORS = frozenset({"AND", "OR", "NOT"})
"""Words that join others in Jira's text search; in small letters they are words like any other."""
ALL_RECENT_FIRST = "project is not EMPTY ORDER BY updated DESC"
NO_SUCH_ISSUE = message("There is no such issue, or Jira does not show it to you.")

_KEY = re.compile(r"(?:.*/browse/)?([A-Za-z][A-Za-z0-9_]+-\d{1,10})(?:[?#].*)?")


def find_issues(transport: Transport, text: str) -> Sequence[Issue]:
    """Return issues for a key (any case, or a pasted address), for words, or the recent ones for an empty text."""
    query = text.strip()[:LONGEST_TEXT]
    if key := _KEY.fullmatch(query):
        try:
            return [read_issue(transport, key.group(1).upper())]
        except NotFound:
            pass
    try:
        ids = _picked(transport, query)
    except NotHere:
        # The picker only adds what the person viewed recently, and parts of words.
        ids = []
    if not ids and query:
        return _by_words(transport, query)
    found = read_issues(transport, ids)
    return [found[issue_id] for issue_id in ids if issue_id in found]


def read_issue(transport: Transport, id_or_key: str) -> Issue:
    """Return one issue with its estimates. Raise NotFound if it is absent or hidden."""
    if not re.fullmatch(r"[A-Za-z0-9_]+(?:-\d+)?", id_or_key):
        raise NotFound(NO_SUCH_ISSUE)
    params = {"fields": ",".join(ISSUE_FIELDS)}
    try:
        return read_issue_json(accepted(transport.send(Call("GET", f"issue/{id_or_key}", params))))
    except NotFound:
        # People know issues by their keys only.
        unnamed = id_or_key.isdecimal()
        raise NotFound(NO_SUCH_ISSUE if unnamed else message(NO_ISSUE, id_or_key=id_or_key)) from None


@strictly
def read_issues(transport: Transport, ids: Sequence[int | str]) -> Mapping[int, Issue]:
    """Return those of these issues, given by id or key, that the viewer may see, a hundred per call."""
    found: dict[int, Issue] = {}
    for part in parts_of(list(map(str, ids)), MOST_FETCHED):
        found.update((issue.id, issue) for issue in _fetched(transport, part))
    return found


def _fetched(transport: Transport, ids: Sequence[str]) -> list[Issue]:
    body = {"issueIdsOrKeys": ids, "fields": list(ISSUE_FIELDS)}
    try:
        answer = accepted(transport.send(Call("POST", "issue/bulkfetch", body=body)))
    except NotHere:
        # This path is newer than the others, so a proxy or test double of Jira may lack it.
        return [issue for one in ids for issue in _visible(transport, one)]
    return [read_issue_json(data) for data in answer["issues"]]


def _visible(transport: Transport, id_or_key: str) -> list[Issue]:
    try:
        return [read_issue(transport, id_or_key)]
    except NotFound:
        return []


@strictly
def read_own_issues(transport: Transport, account_id: str) -> OwnIssues:
    """Return what the viewer works on, by one search; by a second one if there is more than fits into it.

    JQL functions: https://support.atlassian.com/jira-software-cloud/docs/jql-functions/
    """
    found, whole = _own(transport, account_id, OWN.format(person=quote_jql(account_id)))
    assigned = [issue for issue, is_assigned in found if is_assigned]
    if not whole:
        assigned = [issue for issue, _ in _own(transport, account_id, ASSIGNED)[0]]
    assigned_ids = {issue.id for issue in assigned}
    return OwnIssues(tuple(assigned), tuple(issue for issue, _ in found if issue.id not in assigned_ids))


def _own(transport: Transport, account_id: str, jql: str) -> tuple[list[tuple[Issue, bool]], bool]:
    """Return issues, the last changed first, with True for those in progress by them; and True if these are all."""
    body = {
        "jql": f"{jql} ORDER BY updated DESC",
        "fields": [*ISSUE_FIELDS, "assignee"],
        "maxResults": MOST_OWN,
    }
    rows, whole = first_rows(transport, body)
    return [(read_issue_json(row), _in_progress(row["fields"], account_id)) for row in rows], whole


def first_rows(transport: Transport, body: Mapping[str, Any]) -> tuple[list[Any], bool]:
    """Return the first ``maxResults`` issues of a search, and True if these are all.

    Jira may send pages of fewer issues than requested, the more of each issue is requested.
    """
    most, rows, token = body["maxResults"], list[Any](), None
    for _ in range(most):
        asked = {**body, "nextPageToken": token} if token else body
        answer = accepted(transport.send(Call("POST", "search/jql", body=asked)))
        rows += entries_of(answer, "issues")
        token = None if answer.get("isLast") else answer.get("nextPageToken")
        if not token or len(rows) >= most:
            break
    return rows[:most], not token and len(rows) <= most


def _in_progress(fields: Mapping[str, Any], account_id: str) -> bool:
    category = (fields.get("status") or {}).get("statusCategory") or {}
    return (
        category.get("key") == "indeterminate"
        and (fields.get("assignee") or {}).get("accountId") == account_id
    )


@strictly
def _picked(transport: Transport, text: str) -> list[int]:
    """Return ids from Jira's own picker: the person's history first, then the rest; subtasks only if requested."""
    params = {"query": text, "currentJQL": ALL_RECENT_FIRST, "showSubTasks": "true"}
    answer: Mapping[str, Any] = accepted(transport.send(Call("GET", "issue/picker", params)))
    sections = sorted(answer.get("sections") or (), key=lambda section: section.get("id") != "hs")
    ids = (
        number_of(issue["id"])
        for section in sections
        for issue in section.get("issues") or ()
        if issue.get("id")
    )
    return list(dict.fromkeys(ids))[:MOST_FOUND]


@strictly
def _by_words(transport: Transport, text: str) -> list[Issue]:
    """Search the text index for words inside descriptions and comments; nothing in ``text`` can act as JQL."""
    words = [word.lower() if word in OPERATORS else word for word in re.findall(r"\w+", text)]
    if not words:
        return []
    phrase = " ".join([*words[:-1], f"{words[-1]}*"])
    body = {
        "jql": f"text ~ {quote_jql(phrase)} ORDER BY updated DESC",
        "fields": list(ISSUE_FIELDS),
        "maxResults": MOST_FOUND,
    }
    return [read_issue_json(row) for row in first_rows(transport, body)[0]]
