"""A Jira that is not the emulator: fixed responses within the contract, but different where it allows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.adapters.support.jira_server import Reply, Request

ME, MATE, GONE = "712020:me", "712020:mate", "712020:gone"
EPIC, TASK = 10_010, 10_011
REST = "/rest/api/3/"
# A start in the author's distant zone, in the caller's, and with seconds on the previous day in UTC.
FAR = "2026-11-23T14:30:00.000+0530"
NEAR = "2026-11-24T08:00:00.000+0000"
EDGE = "2026-11-22T16:30:00.000-0800"
DOC = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}],
}


def worklog(
    number: int, issue: int, started: str, seconds: int, author: str = ME, **more: Any
) -> dict[str, Any]:
    """Return numbers as ids, finer instants than Jira's, and nothing about the author that people may hide."""
    who = {"accountId": author, "displayName": author, "active": author != GONE}
    return {
        "id": number, "issueId": issue, "author": who, "started": started, "timeSpentSeconds": seconds,
        "created": NEAR, "updated": "2026-11-24T09:00:00.123456+0100", "visibility": None, **more,
    }  # fmt: skip


def issue(number: int, **fields: Any) -> dict[str, Any]:
    """Return an issue as large as Jira's own, with fields of other apps."""
    project = {"self": "x", "id": 1, "key": "APP", "name": "App", "archived": True, "simplified": False}
    return {
        "expand": "operations,versionedRepresentations", "id": number, "self": "x", "key": f"APP-{number}",
        "fields": {
            "summary": f"Number {number}", "project": project, "customfield_10010": {"value": None},
            "issuetype": {"id": 1, "name": "Story", "subtask": False, "hierarchyLevel": 0},
            "status": {"id": 3, "name": "In progress"}, "timetracking": {}, **fields,
        },
    }  # fmt: skip


@dataclass
class AnotherJira:
    """The data; with ``time_tracking`` off, every address with worklogs answers 404, and with ``shows_people`` off,
    every one with people.
    """

    time_tracking: bool = True
    shows_people: bool = True
    more: list[dict[str, Any]] = field(default_factory=list)
    writes: list[Request] = field(default_factory=list)
    deleted: frozenset[int] = frozenset()

    def rows(self, number: int) -> list[dict[str, Any]]:
        """Return the worklogs of one issue, in order of creation."""
        changed = {row["id"] for row in self.more}
        rows = [
            worklog(1, EPIC, FAR, 3600, comment=DOC),
            worklog(2, EPIC, FAR, 7200, MATE),
            worklog(3, EPIC, EDGE, 1800, visibility={"type": "role", "value": "Crew", "identifier": "7"}),
            {**worklog(4, EPIC, NEAR, 60), "author": None},
            worklog(5, TASK, NEAR, 900, timeSpent="15m"),
            worklog(6, TASK, NEAR, 900, GONE),
            worklog(7, TASK, FAR, 5400, comment="Words that are no document"),
        ]
        rows = [*(row for row in rows if row["id"] not in changed), *self.more]
        return [row for row in rows if int(row["issueId"]) == number and row["id"] not in self.deleted]

    def __call__(self, request: Request) -> Reply:
        if request.path == "/oauth2/token":
            return Reply(
                json={"access_token": "opaque", "token_type": "bearer", "expires_in": 900, "scope": "READ"}
            )
        parts = request.path.removeprefix(REST).split("/")
        if "worklog" in parts[2:3]:
            return self.worklogs(request, int(parts[1]), parts[3:])
        answers = {
            "GET myself": self.myself,
            "GET configuration": self.configuration,
            "GET user": self.people,
            "GET issue": self.issue,
            "POST issue": self.bulk,
            "GET mypermissions": self.permissions,
            "POST permissions": self.no_permissions,
            "POST search": self.search,
            "POST worklog": self.listed,
        }
        return answers[f"{request.method} {parts[0]}"](request)

    def worklogs(self, request: Request, number: int, rest: list[str]) -> Reply:
        if not self.time_tracking:
            return Reply(404, json={"errorMessages": ["Time Tracking is not enabled."], "errors": {}})
        if request.method == "GET" and rest:
            return Reply(json=next(row for row in self.rows(number) if str(row["id"]) == rest[0]))
        if request.method == "GET":
            start = int(request.query.get("startAt", "0"))
            # Returns two, whatever page size was requested.
            page = {"startAt": start, "maxResults": 2, "total": len(self.rows(number))}
            return Reply(json=page | {"worklogs": self.rows(number)[start : start + 2]})
        self.writes.append(request)
        if request.method == "DELETE":
            self.deleted |= {int(rest[0])}
            return Reply(204)
        if request.method == "PUT":
            row = next(row for row in self.rows(number) if str(row["id"]) == rest[0])
            row |= request.body | {"updated": "2026-11-24T10:00:00.654321+0100"}
            self.more = [row, *(one for one in self.more if one["id"] != row["id"])]
            return Reply(json=row)
        made = worklog(
            90 + len(self.writes), number, request.body["started"], request.body["timeSpentSeconds"]
        )
        self.more.append(made)
        return Reply(201, json=made, headers={"Location": "elsewhere"})

    def myself(self, _: Request) -> Reply:
        return Reply(json={"accountId": ME, "displayName": "Me", "active": True, "accountType": "atlassian"})

    def people(self, _: Request) -> Reply:
        """Return people who hide everything except the name, or no such path."""
        if not self.shows_people:
            return Reply(404)
        known = [{"accountId": who, "displayName": who, "active": True} for who in (ME, MATE)]
        return Reply(json={"values": known, "isLast": True})

    def configuration(self, _: Request) -> Reply:
        options = {
            "workingHoursPerDay": 7.5,
            "workingDaysPerWeek": 4.5,
            "timeFormat": "pretty",
            "defaultUnit": "hour",
        }
        on = {"timeTrackingConfiguration": options} if self.time_tracking else {}
        return Reply(json={"votingEnabled": True, "timeTrackingEnabled": self.time_tracking} | on)

    def issue(self, request: Request) -> Reply:
        return Reply(json=issue(int(request.path.rsplit("/", 1)[-1])))

    def bulk(self, request: Request) -> Reply:
        return Reply(
            json={"issues": [issue(int(one)) for one in request.body["issueIdsOrKeys"]], "issueErrors": []}
        )

    def permissions(self, _: Request) -> Reply:
        return Reply(json={"permissions": {}})

    def no_permissions(self, _: Request) -> Reply:
        return Reply(json={"globalPermissions": [], "projectPermissions": []})

    def listed(self, request: Request) -> Reply:
        """Return worklogs by id, whatever issue they are on; missing ones are left out."""
        rows = [row for number in (EPIC, TASK) for row in self.rows(number)]
        return Reply(json=[row for row in rows if int(row["id"]) in request.body["ids"]])

    def search(self, request: Request) -> Reply:
        """Return one issue per page, whatever was requested; without hidden fields and without a mark on the
        last page.
        """
        if request.body.get("nextPageToken") != "on":
            rows = self.rows(EPIC)
            part = {"startAt": 0, "maxResults": 20, "total": len(rows), "worklogs": rows[:20]}
            return Reply(
                json={"issues": [issue(EPIC, worklog=part)], "nextPageToken": "on", "names": {}, "schema": {}}
            )
        bare = issue(TASK, summary=None, parent={"id": "9", "key": "APP-9", "fields": None}, components=None)
        limits = {"Beta-RateLimit": '"global-app-quota";r=0;t=9', "RateLimit": '"x";t=9'}
        return Reply(json={"issues": [bare], "nextPageToken": None, "warningMessages": None}, headers=limits)
