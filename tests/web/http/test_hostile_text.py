"""Texts of people and of Jira that try to become markup: on every page they stay texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from tests.services.support.scene import PAY
from tests.services.support.team_scene import ADMIN
from tests.web.support.every_route import Route, field_names, path_of, routes_of
from tests.web.support.two_sites import TwoSites, ids_of, meant_by, stored
from tests.web.support.viewer import HTMX
from timesheet.domain.person import Person
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.worklog import Worklog
from timesheet.web.http.access import PAGE, SESSION

OWN = ids_of("own")
HOSTILE = """x'"`></textarea></title></script>--><zqx zqy=1 onzq=1>&lt;zqx&gt;{zqx.__class__}%(a)s\u2028"""
NAMES = (
    "HX-Target",
    "HX-Source",
    "HX-Trigger-Name",
    "HX-Current-URL",
    "Accept-Language",
    "User-Agent",
    "Referer",
)
HEADERS = dict.fromkeys(NAMES, HOSTILE.removesuffix("\u2028"))
LETTER = "'\"><"
"""A mark of an absence has four characters at most."""
NAMED = {
    "team": ("name", "description"),
    "user_label": ("name",),
    "legend": ("title",),
    "role": ("name",),
    "global_calendar": ("name",),
    "non_working_day": ("title",),
    "workload_scheme": ("name",),
    "worklog_attribute": ("name",),
    "report_view": ("name",),
    "template": ("name",),
    "late_change": ("note",),
}
"""The names that people give, by table. No form takes all of these characters, but pages must be safe anyway."""
FIELDS = sorted(field_names())
ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "hx-put", "hx-delete")
FOREIGN = ("javascript:", "data:", "//", "x'")
WORDS = ("zqx", "zqy", "onzq")


class Markup(HTMLParser):
    """Collects what the hostile text became, other than text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs if name.startswith((*WORDS, "on")) or set(name) & set("'\"`<&")]
        addresses = [
            value for name, value in attrs if name in ADDRESSES and (value or "").startswith(FOREIGN)
        ]
        if tag in WORDS or names or addresses:
            self.wrong.append(f"<{tag} {names} {addresses}>")

    def handle_comment(self, data: str) -> None:
        if any(word in data for word in WORDS):
            self.wrong.append(f"<!--{data[:80]}-->")


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


@pytest.fixture
def hostile(app: Flask, two_sites: TwoSites) -> TwoSites:
    """Return the two sites; everything in the second one has hostile texts."""
    key = two_sites.second.client_key
    with stored(app, key) as (_, database):
        for table, columns in NAMED.items():
            for column in columns:
                change = text(f"UPDATE {table} SET {column} = :hostile WHERE client_key = :key")
                database.connection.execute(change, {"hostile": HOSTILE[:100], "key": key})
        database.connection.execute(
            text("UPDATE legend SET letter = :letter WHERE client_key = :key"), {"letter": LETTER, "key": key}
        )
    jira = app.extensions["timesheet"].jira
    with app.app_context():
        directory = jira.directory_as(two_sites.second, two_sites.second.account)
        site = next(s for s in app.extensions["timesheet"].sites.installed_sites() if s.key == key)
        fake = jira.jira_as(site, two_sites.second.account, None)
    for account_id in (*directory.people, "person-own"):
        directory.people[account_id] = Person(account_id, HOSTILE)
    for number, issue in fake.issues.items():
        fake.issues[number] = replace(
            issue, summary=HOSTILE, project_name=HOSTILE, type_name=HOSTILE, status_name=HOSTILE
        )
    for number, day in enumerate((date(2026, 9, 15), date(2026, 11, 24)), 1):
        start = datetime.combine(day, time(9), UTC)
        fake.worklogs[number] = Worklog(
            number, PAY, ADMIN, day, start, 3600, start, text_to_adf(HOSTILE), created=start
        )
    return two_sites


def answers(world: TwoSites, route: Route) -> Iterator[tuple[str, str]]:
    """Yield what the route answers to ordinary fields, if it only reads, and to a hostile text in each of them."""
    path, client = path_of(world.app, route, OWN), world.second.client
    plain = MultiDict((name, meant_by(name, OWN)) for name in FIELDS)
    every = MultiDict(dict.fromkeys(plain, HOSTILE))
    for fields in (plain, every) if route.method == "GET" else (every,):
        headers = world.headers | HTMX | (HEADERS if fields is every else {})
        if route.method == "GET" and SESSION in route.declared.kinds:
            found = client.get(path, query_string=fields, headers=headers)
        elif route.method == "GET" and PAGE in route.declared.kinds:
            found = world.second.load(path, dict(fields.items()))
        else:
            found = client.open(path, method=route.method, data=fields, headers=headers)
        assert not [value for name, value in found.headers if "<zqx" in value and name != "HX-Trigger"], route
        assert found.status_code < 500, route
        if found.mimetype == "text/html":
            yield f"{route} {found.status_code}", found.text


def test_no_text_becomes_markup(app: Flask, hostile: TwoSites) -> None:
    wrong, met = dict[str, list[str]](), 0
    for route in (route for route in routes_of(app) if route.personal):
        for name, html in answers(hostile, route):
            met += "zqx" in html
            if found := Markup(html).wrong:
                wrong[name] = found
    assert not wrong
    assert met > 50, "otherwise too few pages showed any of it"


def test_what_becomes_markup_is_found() -> None:
    for html in (
        HOSTILE,
        f'<a title="{HOSTILE}">',
        "<a href='javascript:x'>",
        f"<!-- {HOSTILE} -->",
        '<b onclick="x">',
    ):
        assert Markup(f"<p>{html}</p>").wrong, html
