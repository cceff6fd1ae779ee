"""Read the time zones of people, as Jira shows them to the app itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.call.call import MYSELF, PATH, Call, Params, Sign
from timesheet.adapters.jira.call.parallel import Parallel
from timesheet.adapters.jira.call.ratelimit import WIDE
from timesheet.adapters.jira.call.reading import strictly
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.people import PEOPLE_A_CALL, Ask, each_found, pages_of_people
from timesheet.domain.errors import NotAllowed, NotHere, TimesheetError
from timesheet.domain.jira_time import find_zone
from timesheet.domain.long_list import parts_of
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.jira import JiraCredentials

NOBODY_SHOWN = "Jira does not show people to this app."  # not shown
ShownZones = Mapping[str, ZoneInfo | None]
ZoneReader = Callable[[Sequence[str]], ShownZones]


def app_zones(
    open_transport: Callable[[JiraCredentials], Transport],
    sign: Sign,
    parallel: Parallel,
    account_ids: Sequence[str],
) -> ShownZones:
    """Read zones as the app itself, which signs each call."""

    def ask(path: str, params: Params) -> Any:
        request = SignedRequest("GET", PATH + path, urlencode(params, doseq=True))
        return accepted(open_transport(sign(request)).send(Call("GET", path, params)))

    return read_zones(ask, account_ids, parallel)


def viewer_zones(transport: Transport, parallel: Parallel) -> ZoneReader:
    """Read zones as the viewer sees them, for a client that has no app behind it."""

    def ask(path: str, params: Params) -> Any:
        return accepted(transport.send(Call("GET", path, params)))

    return lambda account_ids: read_zones(ask, account_ids, parallel)


def read_zones(ask: Ask, account_ids: Sequence[str], parallel: Parallel) -> ShownZones:
    """Return the zones by account id, ninety people per call, all calls at once.

    People whose zone Jira does not show have None, and those whom it leaves out are absent. Raise NotAllowed if it
    shows nobody.
    """

    def read(some: Sequence[str]) -> ShownZones:
        try:
            pages = list(pages_of_people(ask, some))
        except NotHere:
            # A test double of Jira may lack every path for people. One that lacks this one, too, is no Jira.
            ask(MYSELF, {})
            raise NotAllowed(NOBODY_SHOWN) from None
        if not any(page["values"] for page in pages) and each_found(ask, some[:1]):
            # Days would be in the wrong zone if an empty list of people whom Jira knows were believed.
            pages = [{"values": each_found(ask, some)}]
        return {who: zone for answer in pages for who, zone in _zones(answer).items()}

    parts = parts_of(account_ids, PEOPLE_A_CALL)
    found: dict[str, ZoneInfo | None] = {}
    for zones in parallel.each(read, parts, WIDE):
        if isinstance(zones, TimesheetError):
            raise zones
        found |= zones
    return found


@strictly
def _zones(answer: Mapping[str, Any]) -> dict[str, ZoneInfo | None]:
    return {str(entry["accountId"]): find_zone(entry.get("timeZone")) for entry in answer["values"]}
