"""Find people, groups, and projects on one Jira site, as the viewer sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import convert

from timesheet.adapters.jira.call.call import Call, Params
from timesheet.adapters.jira.call.pages import PAGE, all_pages, entries_of
from timesheet.adapters.jira.call.parallel import Parallel
from timesheet.adapters.jira.call.reading import strictly
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.rows import ProjectRow
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.group import groups_in
from timesheet.adapters.jira.jql_check import check_jql, count_issues
from timesheet.adapters.jira.people import PEOPLE_A_CALL, found_people, read_some
from timesheet.domain.errors import NotFound, TimesheetError
from timesheet.domain.long_list import parts_of
from timesheet.domain.person import JiraGroup, Person, Project

MOST_FOUND, MOST_SEARCHED = 20, 200
"""The most people, groups, or projects that a search finds, and the number of people among whom it looks for them."""
MOST_GROUPS, MOST_PAGES, MOST_EXCLUDED = 1000, 5, 100
"""The most groups on a page, the most pages of a search that are read, and the most groups that an address has room
for.
"""
BROWSE = "browse"
"""The parameter without which Jira lists to its admins also projects in which they see no issue and cannot search."""


class JiraDirectory:
    """Implements Directory."""

    def __init__(self, transport: Transport, parallel: Parallel) -> None:
        self._transport, self._parallel = transport, parallel

    def read_people(self, account_ids: Sequence[str]) -> Mapping[str, Person]:
        """See Directory; ninety per call, because the length of an address is limited."""
        parts = parts_of(account_ids, PEOPLE_A_CALL)
        found: dict[str, Person] = {}
        width = self._transport.limits.width(self._transport.site)
        for people in self._parallel.each(self._bulk, parts, width):
            if isinstance(people, TimesheetError):
                raise people
            found.update((person.account_id, person) for person in people)
        return found

    def read_own_groups(self) -> frozenset[str]:
        """See Directory; reading one's own groups does not need *Browse users and groups*."""
        return _own_groups(self._get("myself", expand="groups"))

    def find_people(self, text: str) -> Sequence[Person]:
        """See Directory; apps and customers of Jira Service Management are left out, because nobody plans with them.

        Jira leaves out deactivated people after it has cut a page, so a short page may not be the last one. It may
        also have been cut short, so the next one begins behind the people who came, and may repeat some of them.
        """
        found: dict[str, Person] = {}
        start, size = 0, MOST_FOUND
        for _ in range(MOST_PAGES):
            more = {"startAt": start} if start else {}
            answer = self._get("user/search", query=text, maxResults=size, **more)
            before = len(found)
            found |= {person.account_id: person for person in found_people(answer)}
            if not text or len(found) >= MOST_FOUND or (size > MOST_FOUND and len(found) == before):
                break
            start, size = start + len(answer), MOST_SEARCHED
        return list(found.values())[:MOST_FOUND]

    def find_groups(self, text: str) -> Sequence[JiraGroup]:
        """See Directory."""
        found: Mapping[str, JiraGroup] = {}
        for found, _ in self._listed(text, MOST_FOUND):
            if len(found) >= MOST_FOUND:
                break
        return list(found.values())[:MOST_FOUND]

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        """See Directory; only apps with the scope ADMIN may read groups by id, so the list is read."""
        listed: Mapping[str, JiraGroup] = {}
        total, wanted = 0, frozenset(group_ids)
        for page in self._listed("", MOST_GROUPS):
            listed, total = page
            if wanted <= listed.keys():
                break
        named = {group_id: listed[group_id].name for group_id in group_ids if group_id in listed}
        if not listed or len(listed) < total:
            return {group_id: named.get(group_id, group_id) for group_id in group_ids}
        return named

    def _listed(self, text: str, size: int) -> Iterator[tuple[Mapping[str, JiraGroup], int]]:
        """Yield the groups listed so far, by id, and how many there are, page by page.

        Jira limits how many it lists at once, usually to twenty, but leaves out those that it has listed before.
        """
        listed: dict[str, JiraGroup] = {}
        total = 0
        for _ in range(MOST_PAGES):
            # Without caseInsensitive, Jira distinguishes "Crew" from "crew".
            more: Params = {"caseInsensitive": "true", **({"excludeId": list(listed)} if listed else {})}
            answer = self._get("groups/picker", query=text, maxResults=size, **more)
            total, before = total or _total(answer), len(listed)
            listed |= {group.id: group for group in groups_in(answer, "groups")}
            yield listed, total
            if len(listed) in (before, total) or len(listed) > MOST_EXCLUDED:
                break

    def find_projects(self, text: str) -> Sequence[Project]:
        """See Directory."""
        found: dict[int, Project] = {}
        for page in islice(self._projects(query=text, maxResults=MOST_FOUND, orderBy="key"), MOST_PAGES):
            found |= {project.id: project for project in page}
            if len(found) >= MOST_FOUND:
                break
        return list(found.values())[:MOST_FOUND]

    def read_projects(self, ids: Sequence[int]) -> Mapping[int, Project]:
        """See Directory."""
        found: dict[int, Project] = {}
        for part in parts_of(list(map(str, ids)), PAGE):
            for page in self._projects(id=part, maxResults=PAGE):
                found |= {project.id: project for project in page}
        return found

    def _projects(self, **wanted: str | int | Sequence[str]) -> Iterator[list[Project]]:
        """Yield the pages of those projects that the viewer may see; a 404 means none of them."""

        def page(start: int) -> Any:
            more: Params = {"startAt": start} if start else {}
            return self._get("project/search", **wanted, action=BROWSE, **more)

        try:
            for answer in all_pages(page):
                yield _projects(answer)
        except NotFound:
            return

    def check_jql(self, jql: str) -> None:
        """See Directory."""
        check_jql(self._transport, jql)

    def count_issues(self, jql: str) -> int:
        """See Directory."""
        return count_issues(self._transport, jql)

    def _bulk(self, account_ids: Sequence[str]) -> list[Person]:
        return read_some(self._transport, account_ids)

    def _get(self, path: str, **params: str | int | Sequence[str]) -> Any:
        return accepted(self._transport.send(Call("GET", path, params)))


@strictly
def _total(answer: Mapping[str, Any]) -> int:
    """Return how many groups there are; more than can be listed if Jira does not say."""
    total = answer.get("total")
    return MOST_GROUPS + 1 if total is None else int(total)


@strictly
def _own_groups(answer: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        str(entry["groupId"]) for entry in entries_of(answer["groups"], "items") if entry.get("groupId")
    )


@strictly
def _projects(answer: Mapping[str, Any]) -> list[Project]:
    rows = convert(entries_of(answer, "values"), list[ProjectRow])
    return [Project(int(row.id), row.key, row.name or row.key) for row in rows]
