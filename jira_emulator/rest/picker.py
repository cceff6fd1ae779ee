"""Suggestions while somebody types an issue's key or words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jira_emulator.model import Issue, Json
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError
from jira_emulator.rest.group import mark
from jira_emulator.rest.search import run_jql

MOST_SHOWN = 20
EVERYTHING = "created is not EMPTY order by updated desc"


def register(api: Api) -> None:
    """Register this resource."""
    api.route("GET", "/issue/picker", anonymous=True)(suggest)


def suggest(call: Call) -> Answer:
    """Return matching issues the caller recently logged work on and, if ``currentJQL`` is given, matching
    issues of that. Subtasks are left out unless ``showSubTasks`` asks for them.
    """
    query = (call.text("query") or "").strip()
    sections = [_section(call, "hs", "History Search", query, _recent(call))]
    jql = call.text("currentJQL")
    if jql is not None:
        sections.append(_current(call, jql, query))
    return {"sections": sections}


def _current(call: Call, jql: str, query: str) -> Json:
    try:
        return _section(call, "cs", "Current Search", query, run_jql(call, jql.strip() or EVERYTHING))
    except ApiError as error:
        message = " ".join(call.render.say(message) for message in error.messages)
        return {"id": "cs", "label": "Current Search", "msg": message, "issues": []}


def _section(call: Call, name: str, label: str, query: str, issues: Iterable[Issue]) -> Json:
    without = call.text("currentIssueKey")
    project, subtasks = call.text("currentProjectId"), call.flag("showSubTasks", False)
    found = [
        issue
        for issue in issues
        if _matches(issue, query)
        and issue.key != without
        and (not project or str(issue.project.id) == project)
        and (subtasks or issue.type.level >= 0)
    ]
    shown = found[:MOST_SHOWN]
    call.charge(len(shown))
    section: Json = {
        "label": label,
        "id": name,
        "issues": [_suggested(issue, query) for issue in shown],
    }
    if not shown:
        return section | {"msg": call.render.say("No matching issues found")}
    return section | {"sub": f"Showing {len(shown)} of {len(found)} matching issues"}


def _recent(call: Call) -> Iterator[Issue]:
    store, seen = call.site.worklogs, set[int]()
    for _, worklog_id in reversed(store.by_author.get(call.actor, [])):
        issue = call.site.issues[store.rows[worklog_id].issue_id]
        if issue.id not in seen and not issue.project.archived and call.permissions.can_see(issue):
            seen.add(issue.id)
            yield issue


def _matches(issue: Issue, query: str) -> bool:
    if not query:
        return True
    low = query.lower()
    if issue.key.lower().startswith(low) or issue.key.endswith(f"-{query}"):
        return True
    words = issue.summary.lower().split()
    return all(any(part in word for word in words) for part in low.split())


def _suggested(issue: Issue, query: str) -> Json:
    low = query.lower()
    return {
        "id": issue.id,
        "key": issue.key,
        "keyHtml": mark(issue.key, low),
        "img": f"/rest/api/2/universal_avatar/view/type/issuetype/owner/{issue.type.id}?size=16",
        "summary": mark(issue.summary, low),
        "summaryText": issue.summary,
    }
