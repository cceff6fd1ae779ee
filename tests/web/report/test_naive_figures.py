"""A team's files and reports against a calculator that knows the rules, and nothing of the app.

People in all zones log around midnight, clock changes, and the turn of a year; they join, leave, and change schemes
and calendars in mid-week, with halves of days off.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from flask import Flask

from jira_emulator import model
from jira_emulator.seeding.access import MEMBERS
from jira_emulator.tenant import Tenant
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.three_sites import (
    ADMIN,
    MARKS,
    OPEN_ISSUE,
    VEILED_ISSUE,
    MarkedSite,
    emulated,
    reaching_them,
)
from tests.web.support.viewer import HTMX
from timesheet.settings import Settings

NOW = datetime(2027, 1, 20, 23, 50, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 15), date(2027, 1, 18)
DAY = timedelta(days=1)
DAYS = [FIRST + DAY * number for number in range((LAST - FIRST).days + 1)]
ZONES = (
    "Pacific/Kiritimati", "Pacific/Chatham", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Berlin",
    "America/St_Johns", "America/New_York", "Pacific/Marquesas", "Pacific/Honolulu",
)  # fmt: skip
PEOPLE = [ADMIN, *(f"person-{number}" for number in range(1, len(ZONES)))]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PARTS = {"whole": {"am", "pm"}, "morning": {"am"}, "afternoon": {"pm"}}
IN_SCOPE = OPEN_ISSUE
EVERY = ["work-on-issues", "view-hours", "view-worklogs", "manage-worklogs", "manage-team"]
SECONDS = (1, 29, 31, 59, 90, 300, 1234, 3599, 3600, 5400, 28_800)
Json = dict[str, Any]


@dataclass(frozen=True)
class Log:
    """A worklog as Jira has it, ``started`` in epoch seconds."""

    author: str
    issue_id: int
    started: int
    seconds: int


@dataclass
class Naive:
    """A site as its people entered it, and the figures that follow by hand."""

    zones: Mapping[str, str]
    logs: Sequence[Log]
    document: Json

    @property
    def team(self) -> Json:
        return self.document["teams"][0]  # type: ignore[no-any-return]

    def spent(self, account_id: str, day: date) -> int:
        member = self._member(account_id)
        return sum(
            log.seconds
            for log in self.logs
            if log.author == account_id
            and log.issue_id == IN_SCOPE
            and datetime.fromtimestamp(log.started, ZoneInfo(self.zones[account_id])).date() == day
            and self._active(member, day)
        )

    def expected(self, account_id: str, day: date) -> int:
        member = self._member(account_id)
        if not self._active(member, day):
            return 0
        chosen = [(one["from"] or "", one["scheme"]) for one in member["schemes"]]
        in_force = [scheme for start, scheme in sorted(chosen) if start <= day.isoformat()]
        scheme = ([self.team["default_scheme"], *in_force])[-1]
        hours = next(one for one in self.document["schemes"] if one["id"] == scheme)["hours"]
        hour, minute = hours[WEEKDAYS[day.weekday()]].split(":")
        halves = 2 - len(self._away(member, day))
        return (int(hour) * 3600 + int(minute) * 60) * halves // 2

    def _away(self, member: Json, day: date) -> set[str]:
        calendar = next(one for one in self.document["calendars"] if one["id"] == member["calendar"])
        leaves = [one for one in self.document["leaves"] if one["person"] == member["person"]]
        return {
            half
            for one in (*calendar["days"], *leaves)
            if one["date"] == day.isoformat()
            for half in PARTS[one["part"]]
        }

    def _member(self, account_id: str) -> Json:
        return next(one for one in self.team["members"] if one["person"] == account_id)

    def _active(self, member: Json, day: date) -> bool:
        return (member["joined"] or "") <= day.isoformat() <= (member["left"] or "9999")


def made_up(chance: Random) -> Naive:
    zones = dict(zip(PEOPLE, chance.sample(ZONES, len(ZONES)), strict=True))
    return Naive(zones, [log(chance, zones) for _ in range(300)], document(chance))


def log(chance: Random, zones: Mapping[str, str]) -> Log:
    author, day = chance.choice(PEOPLE), chance.choice(DAYS)
    midnight = datetime.combine(day, time(), ZoneInfo(zones[author]))
    start = int(midnight.timestamp()) + chance.choice([-60, -1, 0, 1, 5400, 9000, chance.randrange(86_000)])
    return Log(author, chance.choice([OPEN_ISSUE, OPEN_ISSUE, VEILED_ISSUE]), start, chance.choice(SECONDS))


def document(chance: Random) -> Json:
    """Return the settings as a configuration that can be imported."""

    def days(most: int) -> list[Json]:
        chosen = sorted(chance.sample(DAYS, chance.randrange(most)))
        return [{"date": day.isoformat(), "part": chance.choice(list(PARTS))} for day in chosen]

    def hours() -> Json:
        return {name: chance.choice(["8:00", "7:30", "0:00", "4:20"]) for name in WEEKDAYS}

    def day() -> str | None:
        return chance.choice([None, chance.choice(DAYS).isoformat()])

    schemes = [{"id": name, "name": name, "hours": hours()} for name in ("one", "two", "three")]
    calendars = [
        {
            "id": name,
            "name": name,
            "days": [{**one, "title": "Off", "legend": "public-holiday"} for one in days(20)],
        }
        for name in ("north", "south")
    ]
    leaves = [{**one, "person": who, "legend": "vacation"} for who in PEOPLE for one in days(12)]
    members = []
    for who in PEOPLE:
        joined, left = (None, None) if who == ADMIN else sorted([day() or "", day() or "9999-12-31"])
        members.append(
            {
                "person": who,
                "roles": ["lead" if who == ADMIN else "member"],
                "joined": joined or None,
                "left": None if left == "9999-12-31" else left,
                "calendar": chance.choice(["north", "south"]),
                "schemes": [
                    {"from": start, "scheme": chance.choice(["one", "two", "three"])}
                    for start in dict.fromkeys([day(), day()])
                ],
            }
        )
    roles = [
        {"id": "lead", "name": "Team Lead", "permissions": EVERY, "system": "team-lead"},
        {"id": "member", "name": "Team Member", "permissions": ["work-on-issues"], "system": "team-member"},
    ]
    team = {
        "id": "naive", "name": "Naive", "lead": ADMIN, "default_scheme": "one", "projects": [{"id": 1}],
        "roles": roles, "members": members,
    }  # fmt: skip
    return {
        "format": "open-timesheet-configuration", "version": 1,
        "periods": {"length": "quarterly", "start": "2026-10-01"}, "schemes": schemes, "calendars": calendars,
        "teams": [team], "leaves": leaves,
    }  # fmt: skip


@dataclass
class NaiveSite:
    """The site in the app; ``get`` asks as its admin, who leads the team."""

    marked: MarkedSite
    naive: Naive

    def get(self, path: str, query: Sequence[tuple[str, object]]) -> bytes:
        fields = [(name, str(value)) for name, value in query]
        answer = self.marked.jira.client.get(path, query_string=fields, headers=self._headers)
        assert answer.status_code == 200, answer.text
        return bytes(answer.data)

    def configure(self) -> None:
        """Import the settings, as an admin does."""
        preview = self._upload("preview", {})
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', preview)
        self._upload("import", dict(hidden))

    def _upload(self, path: str, fields: Mapping[str, str]) -> str:
        file = (io.BytesIO(orjson.dumps(self.naive.document)), "site.json")
        answer = self.marked.jira.client.post(
            f"/configure/transfer/{path}", data={**fields, "file": file}, headers=self._headers
        )
        assert answer.status_code == 200, answer.text
        return answer.text

    @property
    def _headers(self) -> dict[str, str]:
        self.marked.jira.account = ADMIN
        return {**HTMX, **bearing(self.marked.jira.session_token())}


@pytest.fixture
def tenants(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Tenant]]:
    clock.now = NOW
    with emulated(clock, monkeypatch) as made:
        yield made


@pytest.fixture
def settings(settings: Settings, tenants: object) -> Settings:
    return reaching_them(settings)


@pytest.fixture(params=[1, 2])
def site_of(
    request: pytest.FixtureRequest, app: Flask, tenants: list[Tenant], new_site: Callable[[str], JiraSite]
) -> NaiveSite:
    naive = made_up(Random(request.param))
    fill(tenants[0].site, naive)
    marked = MarkedSite(MARKS[0], new_site(MARKS[0]), tenants[0])
    marked.install()
    made = NaiveSite(marked, naive)
    made.configure()
    return made


def fill(site: Any, naive: Naive) -> None:
    """Put the people and the worklogs into the emulated Jira."""
    for account_id, zone in naive.zones.items():
        site.people[account_id] = model.Person(account_id, account_id, f"{account_id}@example.com", zone)
        for project in site.projects.values():
            project.actors[MEMBERS].people.add(account_id)
    for issue in site.issues.values():
        for number in issue.worklog_ids:
            site.worklogs.delete(site.worklogs.rows[number], site.now_ms())
        issue.worklog_ids.clear()
    before = site.now_ms() - 3_600_000
    for one in naive.logs:
        row = model.WorklogRow(
            site.take_worklog_id(),
            one.issue_id,
            one.author,
            one.author,
            one.started * 1000,
            one.seconds,
            before,
            before,
        )
        site.worklogs.add(row)
        site.issues[one.issue_id].worklog_ids.append(row.id)


@pytest.mark.parametrize("period", [date(2026, 12, 31), date(2027, 1, 1)])
def test_every_day_of_every_member_in_the_file_of_a_team(site_of: NaiveSite, period: date) -> None:
    text = site_of.get("/teams/naive/file/days", [("period", period)]).decode()
    found = 0
    for row in csv.DictReader(io.StringIO(text)):
        who, day = row["Account id"], date.fromisoformat(row["Date (in the person’s own time zone)"])
        figures = int(row["Logged (seconds)"]), int(row["Expected (seconds)"])
        assert figures == (site_of.naive.spent(who, day), site_of.naive.expected(who, day)), (who, day)
        found += figures[0]
    quarter = [day for day in DAYS if day.year == period.year]
    assert found == sum(site_of.naive.spent(who, day) for who in PEOPLE for day in quarter) > 0


@pytest.mark.parametrize(("hours", "unit"), [("hm", 60), ("decimal", 36)])
def test_a_report_by_person_and_day_with_what_is_missing(site_of: NaiveSite, hours: str, unit: int) -> None:
    figures = ("spent", "capacity", "missing")
    query = [("who", "naive"), ("range", "custom"), ("first", FIRST), ("last", LAST), ("hours", hours)]
    query += [("rows", "person"), ("rows", "day"), *(("figure", one) for one in figures)]
    report = orjson.loads(site_of.get("/reports/file/json", query))
    naive, printed = site_of.naive, defaultdict(int)
    found = {row["values"]["person:key"]: row["values"] for row in report["rows"] if row["level"] == 1}
    for who in PEOPLE:
        days = [(naive.spent(who, day), naive.expected(who, day)) for day in DAYS]
        spent, capacity = map(sum, zip(*days, strict=True))
        assert [found[who][f"total:{one}:exact"] for one in figures] == [
            spent,
            capacity,
            max(0, capacity - spent),
        ]
        printed[who] = sum((one + unit // 2) // unit for one, _ in days)
        assert round(found[who]["total:spent:printed"] * 3600 / unit) == printed[who]
    assert round(report["total"]["total:spent:printed"] * 3600 / unit) == sum(printed.values())
