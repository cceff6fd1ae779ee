"""Read groups as the app itself sees them, and convert what Jira says about groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from timesheet.adapters.jira.call.call import PATH, Call, JiraResponse, MissingScope, Params, Sign
from timesheet.adapters.jira.call.pages import PAGE, all_pages, entries_of
from timesheet.adapters.jira.call.reading import strictly
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.people import members_in
from timesheet.domain.errors import JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.long_list import parts_of
from timesheet.domain.message import message
from timesheet.domain.person import JiraGroup, Person
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.jira import JiraCredentials

TRIES = 3
"""The most times that a group is read if it changes meanwhile."""
CHANGED = message("The group changed while it was read, so its people are not known. Try again.")
NOT_YET = message(
    "Jira does not let this app read groups yet. A Jira admin can allow it under Apps, Manage "
    "apps, by accepting the app’s update."
)


class AppGroupReader:
    """Implements GroupReader; the app signs each call as itself (Connect scope ADMIN)."""

    def __init__(self, open_transport: Callable[[JiraCredentials], Transport], sign: Sign) -> None:
        self._open_transport, self._sign = open_transport, sign

    def read_group(self, group_id: str) -> Sequence[Person] | None:
        """See GroupReader. Somebody who joins or leaves between two pages moves the others, who may be on neither."""
        for _ in range(TRIES):
            try:
                pages = list(all_pages(partial(self._page, group_id)))
            except NotFound:
                return None
            if len({page.get("total") for page in pages}) == 1:
                return members_in(pages)
        raise JiraUnavailable(CHANGED)

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        """See GroupReader."""
        found: dict[str, str] = {}
        for part in parts_of(group_ids, PAGE):
            params: Params = {"groupId": list(part), "maxResults": PAGE}
            for answer in all_pages(partial(self._named, params)):
                found.update((group.id, group.name) for group in groups_in(answer, "values"))
        return found

    def _named(self, params: Params, start: int) -> Any:
        more: Params = {"startAt": start} if start else {}
        return accepted(self._get("group/bulk", {**params, **more}))

    def _page(self, group_id: str, start: int) -> Any:
        params: Params = {
            "groupId": group_id, "includeInactiveUsers": "true", "maxResults": PAGE, "startAt": start
        }  # fmt: skip
        return accepted(self._get("group/member", params))

    def _get(self, path: str, params: Params) -> JiraResponse:
        signed = self._sign(SignedRequest("GET", PATH + path, urlencode(params, doseq=True)))
        try:
            answer = self._open_transport(signed).send(Call("GET", path, params))
        except MissingScope:
            raise NotAllowed(NOT_YET) from None
        if answer.status == 403:
            raise NotAllowed(NOT_YET)
        return answer


@strictly
def groups_in(answer: Mapping[str, Any], name: str) -> list[JiraGroup]:
    """Return the groups that have an id; Jira's contract allows one without, and one without a name."""
    return [
        JiraGroup(str(entry["groupId"]), str(entry.get("name") or entry["groupId"]))
        for entry in entries_of(answer, name)
        if entry.get("groupId")
    ]
