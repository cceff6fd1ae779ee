"""Read people, groups, projects, and the number of results of a JQL from one Jira site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from msgspec import convert

from timesheet.adapters.jira.call.call import Answer, Call, NotHere
from timesheet.adapters.jira.call.parallel import Parallel
from timesheet.adapters.jira.call.reading import person_of, strictly
from timesheet.adapters.jira.call.refusal import accepted, jira_words
from timesheet.adapters.jira.call.rows import Author
from timesheet.adapters.jira.call.transport import Transport
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, NotFound, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.person import Group, Person, Project
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.jira import JiraCredentials

PEOPLE_A_CALL = 90
MOST_FOUND = 20
MOST_GROUPS, MOST_LISTS = 1000, 5
PAGE = 50
MOST_PAGES = 400
IDS_A_PAGE, MOST_COUNTED = 5000, 10
BROWSE = "browse"
"""Without it Jira lists to its admins also projects in which they see no issue and that their searches refuse."""
PATH = "/rest/api/3/"
NOT_YET = message(
    "Jira does not let this app read groups yet. A Jira admin can allow it under Apps, Manage "
    "apps, by accepting the app’s update."
)

Params = Mapping[str, str | int | Sequence[str]]
Sign = Callable[[SignedRequest], JiraCredentials]
Ask = Callable[[str, Params], Any]
"""Returns the content of a successful response to a GET of a path."""


class JiraDirectory:
    """Implements Directory."""

    def __init__(self, transport: Transport, parallel: Parallel) -> None:
        self._transport, self._parallel = transport, parallel

    def read_people(self, account_ids: Sequence[str]) -> Mapping[str, Person]:
        """See Directory; ninety per call, because the length of an address is limited."""
        starts = range(0, len(account_ids), PEOPLE_A_CALL)
        chunks = [account_ids[start : start + PEOPLE_A_CALL] for start in starts]
        found: dict[str, Person] = {}
        width = self._transport.limits.width(self._transport.site)
        for people in self._parallel.each(self._bulk, chunks, width):
            if isinstance(people, TimesheetError):
                raise people
            found.update((person.account_id, person) for person in people)
        return found

    def read_own_groups(self) -> frozenset[str]:
        """See Directory; reading one's own groups does not need *Browse users and groups*."""
        return _own_groups(self._get("myself", expand="groups"))

    def find_people(self, text: str) -> Sequence[Person]:
        """See Directory; apps and customers of a service desk are left out, because nobody plans with them."""
        return _found_people(self._get("user/search", query=text, maxResults=MOST_FOUND))

    def find_groups(self, text: str) -> Sequence[Group]:
        """See Directory."""
        # Without caseInsensitive, Jira tells "Crew" and "crew" apart.
        answer = self._get("groups/picker", query=text, maxResults=MOST_FOUND, caseInsensitive="true")
        return _groups(answer, "groups")

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        """See Directory; only apps with the scope ADMIN may read groups by id, so the list is read.

        Jira limits how many it lists at once, usually to twenty, but leaves out those that it has listed before.
        """
        listed: dict[str, str] = {}
        total, wanted = 0, frozenset(group_ids)
        for _ in range(MOST_LISTS):
            more: Params = {"excludeId": list(listed)} if listed else {}
            answer = self._get("groups/picker", query="", maxResults=MOST_GROUPS, **more)
            total, before = total or _total(answer), len(listed)
            listed |= {group.id: group.name for group in _groups(answer, "groups")}
            if len(listed) in (before, total) or wanted <= listed.keys():
                break
        named = {group_id: listed.get(group_id) for group_id in group_ids}
        if not listed or len(listed) < total:
            return {group_id: name or group_id for group_id, name in named.items()}
        return {group_id: name for group_id, name in named.items() if name}

    def find_projects(self, text: str) -> Sequence[Project]:
        """See Directory."""
        try:
            answer = self._get(
                "project/search", query=text, maxResults=MOST_FOUND, orderBy="key", action=BROWSE
            )
        except NotFound:
            return []
        return _projects(answer)

    def read_projects(self, ids: Sequence[int]) -> Mapping[int, Project]:
        """See Directory."""
        found: dict[int, Project] = {}
        for start in range(0, len(ids), PAGE):
            chunk = [str(project_id) for project_id in ids[start : start + PAGE]]
            found.update((project.id, project) for project in self._some_projects(chunk))
        return found

    def _some_projects(self, ids: Sequence[str]) -> Iterator[Project]:
        """Yield those of at most fifty projects that the viewer may see; a 404 means none of them."""

        def page(start: int) -> Any:
            more: Params = {"startAt": start} if start else {}
            return self._get("project/search", id=ids, maxResults=PAGE, action=BROWSE, **more)

        try:
            for answer in all_pages(page):
                yield from _projects(answer)
        except NotFound:
            return

    def check_jql(self, jql: str) -> None:
        """See Directory."""
        check_jql(self._transport, jql)

    def count_issues(self, jql: str) -> int:
        """See Directory."""
        self.check_jql(jql)
        try:
            return _count(_ask_jql(self._transport, "search/approximate-count", {"jql": jql}))
        except NotHere:
            return self._count_found(jql)

    def _count_found(self, jql: str) -> int:
        """Return how many issues a search finds, in its first MOST_COUNTED pages; it refuses what it does not know."""
        body: dict[str, object] = {"jql": jql, "fields": ["id"], "maxResults": IDS_A_PAGE}
        count = 0
        for _ in range(MOST_COUNTED):
            found, token, words = _page(_ask_jql(self._transport, "search/jql", body))
            if words:
                raise _no_jql(words)
            count += found
            if not token:
                break
            body["nextPageToken"] = token
        return count

    def _bulk(self, account_ids: Sequence[str]) -> list[Person]:
        return read_some(self._transport, account_ids)

    def _get(self, path: str, **params: str | int | Sequence[str]) -> Any:
        return accepted(self._transport.send(Call("GET", path, params)))


def check_jql(transport: Transport, jql: str) -> None:
    """Raise InvalidInput as Directory says; only the parser reports what a search would ignore."""
    try:
        words = _complaints(_ask_jql(transport, "jql/parse", {"queries": [jql]}, validation="strict"))
    except NotHere:
        # This path is newer than the search, so a proxy or test double of Jira may lack it.
        words = _page(_ask_jql(transport, "search/jql", {"jql": jql, "fields": ["id"], "maxResults": 1}))[2]
    if words:
        raise _no_jql(words)


def _ask_jql(transport: Transport, path: str, body: Mapping[str, object], **params: str) -> Any:
    answer = transport.send(Call("POST", path, params, body))
    if answer.status == 400:
        words, _ = jira_words(answer)
        raise _no_jql(words)
    return accepted(answer)


def read_some(transport: Transport, account_ids: Sequence[str]) -> list[Person]:
    """Return at most ninety people, in one call unless a page has fewer; accounts that Jira does not know are
    absent.
    """
    return _all_people(
        pages_of_people(lambda path, params: accepted(transport.send(Call("GET", path, params))), account_ids)
    )


def pages_of_people(ask: Ask, account_ids: Sequence[str]) -> Iterator[Any]:
    """Yield the pages of at most ninety people, usually one."""

    def page(start: int) -> Any:
        params: Params = {"accountId": account_ids, "maxResults": PEOPLE_A_CALL}
        more: Params = {"startAt": start} if start else {}
        return ask("user/bulk", {**params, **more})

    try:
        yield from all_pages(page)
    except NotHere:
        # A proxy or test double of Jira may lack this path. A server that knows none of the people is not a Jira.
        if not (found := [one for account_id in account_ids for one in _if_found(ask, account_id)]):
            raise
        yield {"values": found}


def _if_found(ask: Ask, account_id: str) -> list[Any]:
    try:
        return [ask("user", {"accountId": account_id})]
    except (NotFound, InvalidInput):
        return []


class AppGroupReader:
    """Implements GroupReader; the app signs each call as itself (Connect scope ADMIN)."""

    def __init__(self, open_transport: Callable[[JiraCredentials], Transport], sign: Sign) -> None:
        self._open_transport, self._sign = open_transport, sign

    def read_group(self, group_id: str) -> Sequence[Person] | None:
        """See GroupReader."""
        try:
            return _all_people(all_pages(partial(self._page, group_id)))
        except NotFound:
            return None

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        """See GroupReader."""
        found: dict[str, str] = {}
        for start in range(0, len(group_ids), PAGE):
            params: Params = {"groupId": list(group_ids[start : start + PAGE]), "maxResults": PAGE}
            for answer in all_pages(partial(self._named, params)):
                found.update((group.id, group.name) for group in _groups(answer, "values"))
        return found

    def _named(self, params: Params, start: int) -> Any:
        more: Params = {"startAt": start} if start else {}
        return accepted(self._get("group/bulk", {**params, **more}))

    def _page(self, group_id: str, start: int) -> Any:
        params: Params = {
            "groupId": group_id, "includeInactiveUsers": "true", "maxResults": PAGE, "startAt": start
        }  # fmt: skip
        return accepted(self._get("group/member", params))

    def _get(self, path: str, params: Params) -> Answer:
        signed = self._sign(SignedRequest("GET", PATH + path, urlencode(params, doseq=True)))
        answer = self._open_transport(signed).send(Call("GET", path, params))
        if answer.status == 403:
            raise NotAllowed(NOT_YET)
        return answer


def _all_people(pages: Iterator[Any]) -> list[Person]:
    """Return the people of all pages."""
    found: dict[str, Person] = {}
    for page in pages:
        found.update((person.account_id, person) for person in _people(page, "values"))
    return list(found.values())


def all_pages(read: Callable[[int], Any]) -> Iterator[Any]:
    """Yield all pages of a list; the values in the pages count, not the requested size."""
    start = 0
    for _ in range(MOST_PAGES):
        page = read(start)
        yield page
        following = _next_start(page, start)
        if following is None:
            return
        start = following
    raise JiraUnavailable(message("Jira’s list does not end."))


@strictly
def _next_start(page: Mapping[str, Any], start: int) -> int | None:
    """Return where the page after this one begins. A short or empty page need not be the last."""
    count, last, total = len(page["values"]), page.get("isLast"), page.get("total")
    if last is None:
        last = not count if total is None else start + count >= total
    return None if last else start + (count or PAGE)


@strictly
def _people(answer: Mapping[str, Any], name: str) -> list[Person]:
    return [_person(entry) for entry in answer[name]]


@strictly
def _found_people(answer: Sequence[Mapping[str, Any]]) -> list[Person]:
    return [_person(entry) for entry in answer if entry.get("accountType") in (None, "atlassian")]


def _person(entry: Mapping[str, Any]) -> Person:
    return person_of(convert(entry, Author))


@strictly
def _groups(answer: Mapping[str, Any], name: str) -> list[Group]:
    """Return the groups that have an id; Jira's contract allows one without."""
    return [
        Group(str(entry["groupId"]), str(entry["name"])) for entry in answer[name] if entry.get("groupId")
    ]


@strictly
def _total(answer: Mapping[str, Any]) -> int:
    """Return how many groups there are; more than can be listed if Jira does not say."""
    total = answer.get("total")
    return MOST_GROUPS + 1 if total is None else int(total)


@strictly
def _own_groups(answer: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(entry["groupId"]) for entry in answer["groups"]["items"] if entry.get("groupId"))


@strictly
def _projects(answer: Mapping[str, Any]) -> list[Project]:
    return [Project(int(entry["id"]), str(entry["key"]), str(entry["name"])) for entry in answer["values"]]


def _no_jql(words: str) -> InvalidInput:
    return InvalidInput(
        message("Jira says: {words}", words=words)
        if words
        else message("Jira says that this is not valid JQL."),
        field="jql",
    )


@strictly
def _complaints(answer: Mapping[str, Any]) -> str:
    """Return Jira's messages about the query: errors, and warnings, which a search ignores."""
    [query] = answer["queries"]
    messages = [*(query.get("errors") or ()), *(query.get("warnings") or ())]
    return " ".join(str(text) for text in dict.fromkeys(messages))[:500]


@strictly
def _page(answer: Mapping[str, Any]) -> tuple[int, str, str]:
    """Return how many issues a page of a search has, the token of the next one, and Jira's warnings; or empty texts."""
    words = " ".join(str(text) for text in answer.get("warnings") or ())[:500]
    return len(answer["issues"]), str(answer.get("nextPageToken") or ""), words


@strictly
def _count(answer: Mapping[str, Any]) -> int:
    return int(answer["count"])
