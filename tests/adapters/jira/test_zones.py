"""Zones as Jira shows them to the app itself: the same for all viewers."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from jira_emulator.server import RunningSite, running_cloud
from tests.adapters.jira.test_contract import BasicCredentials
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from timesheet.adapters.jira.client import JiraClients
from timesheet.adapters.jira.people import PEOPLE_A_CALL
from timesheet.domain.errors import JiraUnavailable, NotAllowed, NotHere, TimesheetError
from timesheet.services.ports.authentication import SignedRequest

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    with running_cloud(basic_auth=True, people=120) as cloud:
        yield cloud.sites[0]


def test_everybodys_zone_is_read_ninety_to_a_call(site: RunningSite) -> None:
    people = site.site.people
    jira = JiraClients().for_viewer(BasicCredentials(site.base_url, site.person(1).email), UTC_ZONE)
    site.calls.clear()
    found = jira.read_zones([*people, "nobody-at-all"])
    shown = {
        who: None if person.zone_hidden or person.account_type == "unknown" else ZoneInfo(person.time_zone)
        for who, person in people.items()
    }
    assert {who: zone for who, zone in found.items() if who != site.person(1).account_id} == {
        who: zone for who, zone in shown.items() if who != site.person(1).account_id
    }
    assert any(person.zone_hidden for person in people.values())
    assert len([call for call in site.tenant.calls.list() if call.template == "/user/bulk"]) == 2


def test_all_calls_are_made_at_once() -> None:
    together = Barrier(3, timeout=30)

    def route(request: Request) -> Reply:
        together.wait()
        value = {"accountId": request.query["accountId"], "timeZone": "Europe/Berlin"}
        return Reply(json={"values": [value], "isLast": True})

    people = [f"p{number}" for number in range(2 * PEOPLE_A_CALL + 1)]
    with scripted_jira(route=route) as jira:
        found = JiraClients().for_viewer(jira, UTC_ZONE).read_zones(people)
    assert list(found) == people[::PEOPLE_A_CALL], "the first of each call"


def test_the_app_signs_each_call_for_itself() -> None:
    signed: list[SignedRequest] = []

    def route(request: Request) -> Reply:
        assert request.path == "/rest/api/3/user/bulk"
        values = [{"accountId": "a b", "timeZone": "Europe/Berlin"}, {"accountId": "c"}]
        return Reply(json={"values": values, "isLast": True})

    with scripted_jira(route=route) as jira:

        def sign(request: SignedRequest) -> object:
            signed.append(request)
            return jira

        client = JiraClients().for_viewer(jira, UTC_ZONE, sign)  # type: ignore[arg-type]
        assert client.read_zones(["a b", "c", "left out"]) == {"a b": ZoneInfo("Europe/Berlin"), "c": None}
    assert client.fallback_zone == UTC_ZONE
    wanted = f"accountId=a+b&accountId=c&accountId=left+out&maxResults={PEOPLE_A_CALL}"
    assert signed == [SignedRequest("GET", "/rest/api/3/user/bulk", wanted)]


def test_zones_are_read_one_by_one_where_people_cannot_be_listed() -> None:
    signed: list[SignedRequest] = []

    def route(request: Request) -> Reply:
        if request.path.endswith("/bulk"):
            return Reply(404)
        return Reply(json={"accountId": request.query["accountId"], "timeZone": "Europe/Berlin"})

    with scripted_jira(route=route) as jira:

        def sign(request: SignedRequest) -> object:
            signed.append(request)
            return jira

        client = JiraClients().for_viewer(jira, UTC_ZONE, sign)  # type: ignore[arg-type]
        assert client.read_zones(["a b"]) == {"a b": ZoneInfo("Europe/Berlin")}
    assert signed[1:] == [SignedRequest("GET", "/rest/api/3/user", "accountId=a+b")]


@pytest.mark.parametrize(("status", "error"), [(200, NotAllowed), (401, NotAllowed), (404, NotHere)])
def test_a_jira_without_people_shows_none_if_it_knows_the_caller(
    status: int, error: type[TimesheetError]
) -> None:
    def route(request: Request) -> Reply:
        return Reply(status, json={"accountId": "app"}) if request.path.endswith("/myself") else Reply(404)

    with scripted_jira(route=route) as jira, pytest.raises(error):
        JiraClients().for_viewer(jira, UTC_ZONE).read_zones(["a"])


def test_short_pages_are_followed_and_odd_zones_are_hidden_ones() -> None:
    def route(request: Request) -> Reply:
        second = "startAt" in request.query
        value = (
            {"accountId": "b", "timeZone": "Asia/Tokyo"} if second else {"accountId": "a", "timeZone": "Mars"}
        )
        return Reply(json={"values": [value], "isLast": second})

    with scripted_jira(route=route) as jira:
        found = JiraClients().for_viewer(jira, UTC_ZONE).read_zones(["a", "b"])
    assert found == {"a": None, "b": ZoneInfo("Asia/Tokyo")}


@pytest.mark.parametrize(("known", "calls"), [(("a", "b"), 4), ((), 2)])
def test_an_empty_list_of_people_whom_jira_knows_is_not_believed(known: tuple[str, ...], calls: int) -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("/bulk"):
            return Reply(json={"values": [], "isLast": True, "total": 0})
        who = request.query["accountId"]
        return Reply(json={"accountId": who, "timeZone": "Asia/Tokyo"}) if who in known else Reply(404)

    with scripted_jira(route=route) as jira:
        found = JiraClients().for_viewer(jira, UTC_ZONE).read_zones(["a", "b"])
    assert found == dict.fromkeys(known, ZoneInfo("Asia/Tokyo"))
    assert len(jira.requests) == calls


def test_a_list_of_more_pages_than_people_is_given_up_at_once() -> None:
    def route(_: Request) -> Reply:
        return Reply(json={"values": [{"accountId": "a", "timeZone": "Asia/Tokyo"}], "isLast": False})

    with scripted_jira(route=route) as jira, pytest.raises(JiraUnavailable, match="does not end"):
        JiraClients().for_viewer(jira, UTC_ZONE).read_zones(["a", "b"])
    assert len(jira.requests) == 3


def test_refusals_and_invalid_answers_are_reported() -> None:
    with scripted_jira(Reply(403, json={"errorMessages": ["No."]}), Reply(json={"values": [7]})) as jira:
        client = JiraClients().for_viewer(jira, UTC_ZONE)
        with pytest.raises(NotAllowed):
            client.read_zones(["a"])
        with pytest.raises(JiraUnavailable):
            client.read_zones(["a"])
    assert JiraClients().for_viewer(jira, UTC_ZONE).read_zones([]) == {}
