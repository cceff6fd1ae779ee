"""Search people: all, by name, assignable to an issue, or able to see it."""

from __future__ import annotations

from collections.abc import Callable

from jira_emulator.model import Caller, Issue, Person, Project
from jira_emulator.permission import Permissions
from jira_emulator.rest.api import INACCESSIBLE, Answer, Api
from jira_emulator.rest.call import PERSON_POINTS, Call
from jira_emulator.rest.errors import ApiError

SEARCHED = 1000


def register(api: Api) -> None:
    """Register these resources. Apps may not read all people."""
    api.route("GET", "/users", INACCESSIBLE)(everybody)
    api.route("GET", "/users/search", INACCESSIBLE)(everybody)
    api.route("GET", "/user/search", anonymous=True)(search)
    api.route("GET", "/user/assignable/search")(assignable)
    api.route("GET", "/user/viewissue/search", anonymous=True)(viewers)


def everybody(call: Call) -> Answer:
    """Return all people, including inactive and deleted ones, up to 1,000 per page."""
    call.require_people()
    start, size = call.number("startAt", 0), call.number("maxResults", 50, most=SEARCHED)
    return _rendered(call, _by_name(call)[start : start + size])


def search(call: Call) -> Answer:
    """Return people with a name or visible email that starts with the query; inactive ones are removed after paging."""
    _require_one_name(call)
    if not call.permissions.has_global("USER_PICKER"):
        return []
    return _found(call, lambda person: True)


def assignable(call: Call) -> Answer:
    """Return people to whom issues of a project, or one issue, can be assigned: those who work in it."""
    issue, project = _place(call, "project")
    _require_one_name(call)
    return _found(call, lambda person: _has(call, person, "WORK_ON_ISSUES", project, issue))


def viewers(call: Call) -> Answer:
    """Return people who see an issue, or who browse a project."""
    issue, project = _place(call, "projectKey")
    _require_one_name(call)
    if not call.permissions.has_global("USER_PICKER"):
        return []
    return _found(call, lambda person: _has(call, person, "BROWSE_PROJECTS", project, issue))


def _require_one_name(call: Call) -> None:
    """Raise 400 unless either a query or an account id says who is searched for."""
    query, account_id = call.text("query"), call.text("accountId")
    if query is None and account_id is None:
        raise ApiError(400, "A query or an accountId must be given.")
    if query is not None and account_id is not None:
        raise ApiError(400, "Only one of query and accountId may be given.")


def _place(call: Call, name: str) -> tuple[Issue | None, Project]:
    wanted = call.text("issueKey") or call.text("issueId")
    if wanted:
        issue = call.open_issue(wanted)
        return issue, issue.project
    project = call.text(name)
    if not project:
        raise ApiError(400, "A project or an issue must be given.")
    return None, call.open_project(project)


def _has(call: Call, person: Person, key: str, project: Project, issue: Issue | None) -> bool:
    permissions = Permissions(call.site, Caller(person.account_id))
    return permissions.has(key, project, issue) and (issue is None or permissions.can_see(issue))


def _found(call: Call, suits: Callable[[Person], bool]) -> Answer:
    """Filter people like Jira: the first 1,000 are read, then paged, then filtered, so short pages are normal."""
    start, size = call.number("startAt", 0), call.number("maxResults", 50, most=SEARCHED)
    query, account_id = call.text("query"), call.text("accountId")
    people = [
        person
        for person in _by_name(call)[:SEARCHED]
        if (account_id is None or person.account_id == account_id)
        and (query is None or _matches(call, person, query))
    ]
    page = people[start : start + size]
    return _rendered(call, [p for p in page if p.active and p.account_type != "unknown" and suits(p)])


def _rendered(call: Call, people: list[Person]) -> Answer:
    call.charge(len(people), PERSON_POINTS)
    return [call.render.person(person.account_id) for person in people]


def _by_name(call: Call) -> list[Person]:
    return sorted(
        call.site.people.values(), key=lambda person: (person.display_name.lower(), person.account_id)
    )


def _matches(call: Call, person: Person, query: str) -> bool:
    words = person.display_name.lower().split()
    email = call.render.person(person.account_id).get("emailAddress")
    if email:
        words.append(email.lower())
    low = query.lower().strip()
    return any(word.startswith(low) for word in words) or person.display_name.lower().startswith(low)
