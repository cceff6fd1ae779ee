"""Read a command from a form, 1,000 times in each round, so a millisecond means a microsecond each."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode

from bench.measure import Figure, figure
from timesheet.services.calendar.command import SaveCalendar
from timesheet.services.command.fields import Command, Fields
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
TEAM = {
    "team_id": ["7d1f0c"],
    "name": ["Payments"],
    "lead": ["557058:f5b131"],
    "lead_name": ["Ann"],
    "description": ["Refunds and invoices"],
    "version": ["3"],
}
DAYS = [(f"2026-{month:02}-{day:02}", f"Holiday {day}") for month in range(1, 13) for day in (1, 8, 15)]
CALENDAR = {
    "id": ["bavaria"],
    "name": ["Bavaria"],
    "version": ["3"],
    "year": ["2026"],
    "days": ["\r\n".join(f"{day}\twhole\tpublic-holiday\t{title}" for day, title in DAYS)],
}


def command() -> Iterator[Figure]:
    """Measure three commands. The floor is parsing the text of the form."""
    yield _read("a team's own fields", ChangeTeam, TEAM, TIMES)
    yield _read("a member", ChangeMember, MEMBER, TIMES)
    yield _read("a calendar of 36 days", SaveCalendar, CALENDAR, TIMES)


def _read(what: str, kind: type[Command], form: dict[str, list[str]], times: int) -> Figure:
    sent = urlencode(form, doseq=True)

    def read_form() -> None:
        for _ in range(times):
            kind.read(Fields(form))

    def take_apart() -> None:
        for _ in range(times):
            parse_qs(sent, keep_blank_values=True)

    return figure(f"command: {what} (µs)", read_form, take_apart, rounds=20)
