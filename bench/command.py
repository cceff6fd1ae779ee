"""Read a command from a form and from JSON, 1,000 times in each round, so a millisecond means a microsecond each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode

from bench.measure import Figure, figure
from timesheet.services.calendar.command import SaveCalendar
from timesheet.services.command.document import JsonFields
from timesheet.services.command.fields import AnyCommand, read_command
from timesheet.services.command.form import FormFields
from timesheet.services.team.command import ChangeMember, ChangeTeam

TIMES = 1000
MEMBER = {
    "team_id": ["7d1f0c"],
    "account_id": ["557058:f5b131"],
    "version": ["3"],
    "role": ["lead", "works"],
    "joined": ["2026-01-01"],
    "left": [""],
    "calendar": ["bavaria"],
    "scheme": ["full", "half", ""],
    "scheme_from": ["", "2026-06-01", ""],
}
MEMBER_JSON = {
    "team_id": "7d1f0c",
    "account_id": "557058:f5b131",
    "version": 3,
    "role": ["lead", "works"],
    "joined": "2026-01-01",
    "left": None,
    "calendar": "bavaria",
    "schemes": [
        {"scheme": "full", "scheme_from": None},
        {"scheme": "half", "scheme_from": "2026-06-01"},
    ],
}
TEAM = {
    "team_id": ["7d1f0c"],
    "name": ["Payments"],
    "lead": ["557058:f5b131"],
    "lead_name": ["Ann"],
    "description": ["Refunds and invoices"],
    "version": ["3"],
}
TEAM_JSON = {
    "team_id": "7d1f0c",
    "name": "Payments",
    "lead": "557058:f5b131",
    "description": "Refunds and invoices",
    "version": 3,
}
DAYS = [(f"2026-{month:02}-{day:02}", f"Holiday {day}") for month in range(1, 13) for day in (1, 8, 15)]
CALENDAR = {
    "id": ["bavaria"],
    "name": ["Bavaria"],
    "version": ["3"],
    "year": ["2026"],
    "days": ["\r\n".join(f"{day}\twhole\tpublic-holiday\t{title}" for day, title in DAYS)],
}
CALENDAR_JSON = {
    "id": "bavaria",
    "name": "Bavaria",
    "version": 3,
    "days": [
        {"date": day, "part": "whole", "legend": "public-holiday", "title": title} for day, title in DAYS
    ],
}


def command() -> Iterator[Figure]:
    """Measure three commands. The floor of JSON is decoding it; that of a form is parsing its text."""
    yield from _both("a team's own fields", ChangeTeam, TEAM, TEAM_JSON, TIMES)
    yield from _both("a member", ChangeMember, MEMBER, MEMBER_JSON, TIMES)
    yield from _both("a calendar of 36 days", SaveCalendar, CALENDAR, CALENDAR_JSON, TIMES)


def _both(
    what: str, kind: type[AnyCommand], form: dict[str, list[str]], document: dict[str, object], times: int
) -> Iterator[Figure]:
    sent, text = urlencode(form, doseq=True), json.dumps(document)

    def read_form() -> None:
        for _ in range(times):
            read_command(kind, FormFields(form))

    def take_apart() -> None:
        for _ in range(times):
            parse_qs(sent, keep_blank_values=True)

    def read_json() -> None:
        for _ in range(times):
            read_command(kind, JsonFields(document))

    def decode() -> None:
        for _ in range(times):
            json.loads(text)

    yield figure(f"command: {what}, form (µs)", read_form, take_apart, rounds=20)
    yield figure(f"command: {what}, JSON (µs)", read_json, decode, rounds=20)
