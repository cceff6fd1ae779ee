"""The content of the database and the log after people have used everything: no names, no texts, no issues."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict

from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.worklog import WorklogInput, update_worklog
from jira_emulator.model import Person
from tests.journeys.support.team_stage import run_jobs
from tests.web.support.browsing import Browser
from timesheet.adapters.db.base import Base
from timesheet.web.middleware.logs import configure_logs
from tools.stage import Stage, set_stage

COMMENT = "Zebrafish reconciliation with the harbour office"
CHANGED = "Quokka paragraph about the invoices"
CUSTOMER = "Wombat Holdings"
"""The value of an attribute."""
MEETING = "Axolotl planning"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:axolotl@example.com
DTSTART:{day:%Y%m%d}T090000Z
DTEND:{day:%Y%m%d}T100000Z
SUMMARY:{title}
END:VEVENT
END:VCALENDAR
"""


TABLES = (
    *("closing_record", "late_change", "leave", "user_label_person", "member", "person_setting", "timer"),
    *("worklog_attribute", "kept_row", "template", "report_view"),
)


@dataclass
class StaffedSite:
    """A site whose people are an admin, a lead, two members and a stranger."""

    stage: Stage

    def at(self, number: int) -> Browser:
        jira = self.stage.jira
        return Browser(self.stage, jira, jira.person(number)).sign_in()

    def person(self, number: int) -> Person:
        return self.stage.jira.person(number)

    @property
    def today(self) -> date:
        return self.stage.cloud.cloud.clock().date()


@pytest.fixture
def staffed(tmp_path: Path, database_url: str) -> Iterator[StaffedSite]:
    with set_stage(tmp_path, people=12, months=1, database=database_url) as stage:
        configure_logs("DEBUG", "json")
        yield StaffedSite(stage)
        configure_logs("ERROR", "json")


def test_nothing_of_jira_is_at_rest(
    staffed: StaffedSite, tmp_path: Path, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    live(staffed)
    log = capfd.readouterr().out
    assert log.count('"event": "request"') > 60, "the journey is long, and it is logged"
    stored = dump(staffed, tmp_path, database_url)
    for table in TABLES:
        assert f"\n{table}: {{" in stored, f"the journey leaves nothing in {table}"
    secrets = forbidden(staffed)
    assert len(secrets) > 100
    assert [found for found in secrets if found in stored] == []
    assert [found for found in secrets if found in log] == []
    # Proves that the search works: it finds ids and the app's own names, which are stored.
    assert staffed.person(1).account_id in stored
    assert "Harbour team" in stored


def forbidden(staffed: StaffedSite) -> list[str]:
    """Return everything that Jira knows and the app must never store."""
    site = staffed.stage.jira.site
    people = [part for one in site.people.values() for part in (one.display_name, one.email) if part]
    issues = [part for issue in site.issues.values() for part in (issue.key, issue.summary)]
    groups = [group.name for group in site.groups.values()]
    words = ("avatar", "Zebrafish", "Quokka", "Wombat", "Axolotl", "axolotl")
    return [*people, *issues, *groups, COMMENT, CHANGED, CUSTOMER, MEETING, *words]


def dump(staffed: StaffedSite, folder: Path, database_url: str) -> str:
    """Return every column of every row as text; of SQLite also its files, which may still contain deleted data."""
    lines = [""]
    engine = staffed.stage.app.extensions["sqlalchemy"]
    with staffed.stage.app.app_context(), engine.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(select(table)).mappings()
            lines.extend(
                f"{table.name}: {json.dumps(dict(row), default=str, ensure_ascii=False)}" for row in rows
            )
        others = connection.execute(text("SELECT * FROM alembic_version")).all()
    lines.append(str(others))
    if database_url.startswith("sqlite"):
        lines += [file.read_bytes().decode("utf-8", "replace") for file in folder.glob("timesheet.db*")]
    return "\n".join(lines)


def live(staffed: StaffedSite) -> None:
    """Simulate a long day: configuration, a team, time, leaves, a closing, a change after it, refusals, exports."""
    admin, lead, member, stranger = (staffed.at(number) for number in (0, 1, 2, 5))
    configure(staffed, admin)
    team = build_team(staffed, lead)
    log_time(staffed, member)
    log_in_other_ways(staffed, admin, member)
    report(staffed, member)
    take_leave(staffed, member)
    close_and_reopen(staffed, lead, member, team)
    be_refused(member, stranger, team)
    take_copies(staffed, admin, lead)
    runner = staffed.stage.app.test_cli_runner()
    for command in (
        ["periods", "reconcile"],
        ["teams", "sync-groups"],
        ["privacy", "report-accounts"],
        ["sites", "erase-expired"],
    ):
        runner.invoke(args=command)


def configure(staffed: StaffedSite, admin: Browser) -> None:
    admin.load("configure")
    admin.fill(admin.get("/configure"), fallback_zone="Europe/Berlin")
    lead = staffed.person(1)
    form = admin.get("/configure/permissions")
    admin.fill(form, team__managers="some", team__managers__people=[lead.account_id])
    people = [staffed.person(number).account_id for number in (1, 2)]
    admin.fill(admin.get("/configure/labels/new"), name="backend", people=people)
    admin.fill(admin.get("/configure/legends/new"), title="Training", letter="T")
    admin.fill(admin.get("/configure/calendars/new"), name="Harbour holidays")
    admin.fill(admin.get("/configure/schemes/new"), name="Part time")
    for section in ("periods", "people", "site", "labels", "legends", "calendars", "schemes"):
        admin.get(f"/configure/{section}")
    admin.get("/find/people", box="q", list="x", q=lead.display_name.split()[0])
    admin.get("/find/groups", box="q", list="x", q="jira")


def build_team(staffed: StaffedSite, lead: Browser) -> str:
    """Create a team and return its id."""
    lead.load("teams")
    made = lead.fill(lead.get("/teams/new"), name="Harbour team", lead=lead.person.account_id)
    listed = made + lead.get("/teams", show="led")
    team = next(iter(re.findall(r"/teams/([0-9a-f]{32})", listed)))
    people = [staffed.person(number).account_id for number in (2, 3)]
    new = lead.get(f"/teams/{team}/members/new")
    lead.fill(new, person=people, joined=staffed.today - timedelta(days=200))
    group = next(iter(staffed.stage.jira.site.groups))
    role = re.findall(r'name="role" value="([^"]+)"', new)[-1]
    lead.post(f"/teams/{team}/groups", MultiDict([("group", group), ("role", role)]))
    for section in ("general", "scope", "roles", "members", "groups", "schemes"):
        lead.get(f"/teams/{team}/settings", section=section)
    lead.get(f"/teams/{team}/sync")
    return str(team)


def log_time(staffed: StaffedSite, member: Browser) -> None:
    """Type time, log with a comment, change, delete, undo, and read it again in every layout."""
    member.load("my-timesheet")
    issue, day = some_issue(staffed, member), last_month(staffed)
    for layout in ("grid", "list", "calendar"):
        member.get("/timesheet", view="month", layout=layout, day=day)
    member.fill(member.get("/worklogs/new", issue=issue, day=day), duration="2h", comment=COMMENT)
    worklog = latest(staffed, member)
    opened = member.get(f"/worklogs/{issue}/{worklog}")
    member.fill(opened, action=f"/{worklog}", comment=CHANGED, duration="90m")
    gone = member.fill(member.get(f"/worklogs/{issue}/{worklog}/delete"))
    undo = json.loads(unescape(next(iter(re.findall(r"hx-vals='([^']+)'", gone)))))
    member.post("/worklogs/undo", MultiDict((name, str(value)) for name, value in undo.items()))
    cell = {
        "issue": str(issue),
        "day": str(staffed.today + timedelta(days=1)),
        "value": "3h",
        "key": "k" * 32,
        "seen": "",
    }
    member.post("/timesheet/cell", MultiDict(cell))
    member.get("/timesheet", refresh=1)
    member.get("/issues", text=staffed.stage.jira.site.issues[issue].key)
    member.fill(member.get("/copy", day=staffed.today))


def log_in_other_ways(staffed: StaffedSite, admin: Browser, member: Browser) -> None:
    """Use an attribute, a timer, quick add, kept rows, a template, and suggestions; leave a timer running."""
    admin.fill(admin.get("/configure/attributes/new/text"), name="Customer", everywhere="1")
    issue, other = str(some_issue(staffed, member)), str(fresh_issue(staffed, member))
    key = staffed.stage.jira.site.issues[int(issue)].key
    opened = member.get("/worklogs/new", issue=issue, day=staffed.today)
    attribute = next(iter(re.findall(r'name="(attribute-[0-9a-f]{32})"', opened)))
    values: dict[str, Any] = {"duration": "1h", attribute.replace("-", "__"): CUSTOMER}
    member.fill(opened, **values)
    member.post("/timer", MultiDict([("issue", issue)]))
    measured = member.post("/timer", MultiDict([("issue", other)]))
    member.fill(measured, action="/timer/log", duration="30m", comment=COMMENT)
    line = f"{key} 45m {COMMENT}"
    member.post("/quick-add/lines", MultiDict([("lines", line)]))
    member.post("/quick-add", MultiDict([("line", line), ("key", "q" * 32), ("today", str(staffed.today))]))
    member.post(
        "/timesheet/rows/keys", MultiDict([("text", f"{key} {COMMENT}"), ("day", str(staffed.today))])
    )
    member.fill(member.get("/templates/new", day=staffed.today), action="/templates", name="Usual week")
    first = staffed.today - timedelta(days=staffed.today.weekday())
    days = {"first": str(first), "last": str(first + timedelta(days=6))}
    member.get("/suggestions", first=days["first"], last=days["last"])
    calendar = CALENDAR.format(day=first, title=f"{MEETING} {key}")
    member.post("/suggestions/calendar-file", MultiDict({"text": calendar, **days}))
    shown = member.get("/timesheet", layout="list", day=first)
    mark = next(iter(re.findall(r'"mark": ?"([0-9a-f]{16})"', unescape(shown))))
    member.post("/suggestions/dismiss", MultiDict([("mark", mark)]))


def report(staffed: StaffedSite, member: Browser) -> None:
    """Show a report by an attribute, save it as a view, and download it in every format."""
    attribute = next(iter(re.findall(r"attribute-[0-9a-f]{32}", member.get("/reports"))))
    rows = {"rows": attribute}
    member.get("/reports", **rows)
    for kind in ("csv", "json", "xlsx", "pdf"):
        download = f"{staffed.stage.base_url}/reports/file/{kind}"
        assert requests.get(download, rows, headers=member.headers, timeout=60).status_code == 200
    member.fill(member.get("/reports/views/new"), action="/reports/views", name="By customer", rows=attribute)


def some_issue(staffed: StaffedSite, who: Browser) -> int:
    """Return an issue on which this person has logged time."""
    rows = staffed.stage.jira.site.worklogs.rows.values()
    return next(row.issue_id for row in rows if row.author == who.person.account_id)


def last_month(staffed: StaffedSite) -> date:
    """Return a working day of the previous month."""
    day = staffed.today.replace(day=1) - timedelta(days=4)
    return day - timedelta(days=max(0, day.weekday() - 4))


def latest(staffed: StaffedSite, who: Browser) -> int:
    rows = staffed.stage.jira.site.worklogs.rows.values()
    return max(row.id for row in rows if row.author == who.person.account_id)


def take_leave(staffed: StaffedSite, member: Browser) -> None:
    day = str(last_month(staffed))
    html = member.get("/availability", year=day[:4])
    changes = MultiDict([("changes", json.dumps({day: [["vacation", "whole"]]})), ("year", day[:4])])
    member.post("/availability/preview", changes)
    member.fill(html, action="/availability", changes=changes["changes"])


def close_and_reopen(staffed: StaffedSite, lead: Browser, member: Browser, team: str) -> None:
    """Close a period, change a worklog in Jira, view the team and its periods, and reopen."""
    first = last_month(staffed).replace(day=1)
    for view in ("summary", "people", "projects", "timesheet"):
        lead.get(f"/teams/{team}", view=view, period=first)
    lead.get(f"/teams/{team}/worklogs", person=member.person.account_id, day=last_month(staffed))
    closing = lead.get(f"/teams/{team}/periods/close", period=first)
    lead.fill(closing)
    blocked = {
        "issue": str(fresh_issue(staffed, member)),
        "day": str(last_month(staffed)),
        "value": "1h",
        "key": "x" * 32,
    }
    member.post("/timesheet/cell", MultiDict(blocked), status=403)
    change_in_jira(staffed, member.person)
    record = next(iter(re.findall(r"/periods/([0-9a-f]{32})/reopen", lead.get(f"/teams/{team}/periods"))))
    run_jobs(staffed.stage)
    assert "changed" in lead.get(f"/teams/{team}/periods/{record}/late")
    lead.fill(lead.get(f"/teams/{team}/periods/{record}/reopen"))
    lead.get(f"/teams/{team}/periods")


def fresh_issue(staffed: StaffedSite, who: Browser) -> int:
    """Return an issue on which this person may log time and has not yet."""
    site = staffed.stage.jira.site
    known = site.issues[some_issue(staffed, who)]
    rows = site.worklogs.rows
    return next(
        issue.id
        for issue in site.issues.values()
        if issue.project is known.project
        and issue.status is known.status
        and all(rows[number].author != who.person.account_id for number in issue.worklog_ids)
    )


def change_in_jira(staffed: StaffedSite, person: Person) -> None:
    """Add time to a worklog of the closed month in Jira, which sends the event."""
    site = staffed.stage.jira.site
    month = last_month(staffed).replace(day=2)
    rows = (row for row in site.worklogs.rows.values() if row.author == person.account_id)
    row = next(row for row in rows if datetime.fromtimestamp(row.started / 1000, UTC).date() > month)
    with site.lock:
        given = WorklogInput(seconds=row.seconds + 60)
        update_worklog(site, site.issues[row.issue_id], row, row.author, given, Adjustment())
    assert staffed.stage.jira.flush_webhooks()


def be_refused(member: Browser, stranger: Browser, team: str) -> None:
    member.get("/configure", status=403)
    member.get(f"/teams/{team}/settings", status=403)
    stranger.get(f"/teams/{team}", status=403)
    stranger.get("/teams/" + "0" * 32, status=404)
    stranger.post(
        "/timesheet/cell", MultiDict({"issue": "999999", "day": "2026-11-02", "value": COMMENT}), 422
    )


def take_copies(staffed: StaffedSite, admin: Browser, lead: Browser) -> None:
    """Download one's own data, and the data of a person whom an admin then erases."""
    lead.get("/your-data/file")
    leaving = staffed.person(3)
    address = f"/configure/people/{leaving.account_id}"
    admin.get(f"{address}/file")
    admin.fill(admin.get(f"{address}/erase"), typed=leaving.display_name)
