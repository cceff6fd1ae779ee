"""A right that was taken away ends immediately, or after the time that ``docs/security.md`` states."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from jira_emulator.seeding.access import MEMBERS
from jira_emulator.tenant import Tenant
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.three_sites import (
    ADMIN,
    AUDITOR,
    LEAD,
    MARKS,
    MEMBER,
    NOBODY,
    SHARED,
    VEILED,
    VEILED_ISSUE,
    MarkedSite,
    emulated,
    furnish,
    grant,
)
from tests.web.support.two_sites import stored
from tests.web.support.viewer import HTMX
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.permission import SitePermission
from timesheet.domain.team.team import TeamPermission
from timesheet.settings import Settings

SETTINGS = f"/teams/{SHARED}/settings"
NOVEMBER = "first=2026-11-01&last=2026-11-30"


@pytest.fixture
def tenants(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Tenant]]:
    cache = MemoryCache(now=lambda: clock().timestamp())
    monkeypatch.setattr("timesheet.bootstrap.dependencies.open_cache", lambda *_: cache)
    with emulated(clock, monkeypatch) as made:
        yield made


@pytest.fixture
def settings(settings: Settings, tenants: object) -> Settings:
    return replace(settings, connect_oauth_url="https://oauth.example.com/_atlassian")


@dataclass
class SitePair:
    """Two sites with the same people in them, and requests as one of these."""

    app: Flask
    clock: SettableClock
    here: MarkedSite
    there: MarkedSite

    def get(self, who: str, path: str, site: MarkedSite | None = None) -> TestResponse:
        """Request a page as somebody who opened the app just now."""
        jira = (site or self.here).jira
        jira.account = who
        return jira.client.get(path, headers=HTMX | bearing(jira.session_token()))

    def keep_row(self, who: str, issue_id: int, site: MarkedSite) -> None:
        """Let somebody keep the row of an issue, so that their sheet shows it in weeks without time on it."""
        site.jira.account = who
        row = {"change": "add", "issue": issue_id}
        headers = HTMX | bearing(site.jira.session_token())
        assert site.jira.client.post("/timesheet/rows", data=row, headers=headers).status_code == 200

    def refused(self, who: str, path: str) -> bool:
        return self.get(who, path).status_code == 403


@pytest.fixture
def pair(
    app: Flask, clock: SettableClock, tenants: list[Tenant], new_site: Callable[[str], JiraSite]
) -> SitePair:
    here, there = (furnish(app, new_site(mark), one) for mark, one in zip(MARKS[:2], tenants, strict=False))
    return SitePair(app, clock, here, there)


def test_a_group_that_somebody_left_counts_for_five_minutes(pair: SitePair) -> None:
    pair.here.group.members.add(NOBODY)
    assert pair.get(NOBODY, SETTINGS).status_code == 200
    # On the other site the same account is in no such group, whatever is cached of the first site.
    assert pair.get(NOBODY, SETTINGS, pair.there).status_code == 403
    pair.here.group.members.remove(NOBODY)
    pair.clock.move(299)
    assert not pair.refused(NOBODY, SETTINGS)
    pair.clock.move(1)
    assert pair.refused(NOBODY, SETTINGS)


def test_what_was_granted_to_a_person_ends_at_once(pair: SitePair) -> None:
    assert pair.get(AUDITOR, "/audit").status_code == 200
    assert pair.get(LEAD, "/teams/new").status_code == 200
    grant(pair.app, pair.here, SitePermission.AUDITORS, people=frozenset())
    grant(pair.app, pair.here, SitePermission.TEAM_MANAGERS, people=frozenset({ADMIN}))
    assert pair.refused(AUDITOR, "/audit")
    assert pair.refused(LEAD, "/teams/new")
    assert pair.get(AUDITOR, "/audit", pair.there).status_code == 200


def test_a_jira_admin_is_one_as_long_as_jira_says_so(pair: SitePair) -> None:
    assert pair.get(ADMIN, "/configure").status_code == 200
    pair.here.emulated.groups["admins"].members.clear()
    assert pair.refused(ADMIN, "/configure")
    assert pair.get(ADMIN, "/configure", pair.there).status_code == 200


def test_what_a_role_gave_ends_with_the_role_the_membership_and_the_lead(pair: SitePair) -> None:
    with stored(pair.app, pair.here.jira.client_key) as (stores, _):
        role = next(role for role in stores.teams.roles(SHARED) if role.system == "team-member")
        role = stores.teams.save_role(replace(role, permissions=frozenset({TeamPermission.MANAGE_TEAM})))
    assert pair.get(MEMBER, SETTINGS).status_code == 200
    with stored(pair.app, pair.here.jira.client_key) as (stores, _):
        stores.teams.save_role(replace(role, permissions=frozenset({TeamPermission.VIEW_HOURS})))
    assert pair.refused(MEMBER, SETTINGS)
    assert pair.get(MEMBER, f"/teams/{SHARED}").status_code == 200
    with stored(pair.app, pair.here.jira.client_key) as (stores, _):
        stores.teams.remove_members(SHARED, [MEMBER])
        stores.teams.save(replace(stores.teams.get(SHARED), lead=ADMIN))
        stores.teams.remove_members(SHARED, [LEAD])
    assert pair.refused(MEMBER, f"/teams/{SHARED}")
    assert pair.refused(LEAD, f"/teams/{SHARED}")


# What a page shows of an issue, and for how many seconds it may go on to.
VEILED_PAGES = (
    (f"/timesheet?view=range&{NOVEMBER}", 300),
    ("/timesheet?view=range&first=2026-05-11&last=2026-05-17", 3600),
    ("/issues?text=", 3600),
    (f"/issue-panel?issue={VEILED_ISSUE}", 60),
    (f"/worklogs/new?issue={VEILED_ISSUE}&day=2026-11-23", 300),
    (f"/worklogs/new?issue={VEILED_ISSUE}&day=2026-05-15", 3600),
    (f"/worklogs/cell?issue={VEILED_ISSUE}&day=2026-11-02", 300),
    (f"/teams/{SHARED}?tab=projects&every=1&period=2026-11-01", 3600),
    (f"/teams/{SHARED}/worklogs?person={MEMBER}&day=2026-11-02", 0),
)


@pytest.mark.parametrize(("path", "seconds"), VEILED_PAGES, ids=str)
def test_what_jira_hides_from_somebody_is_gone_in_the_time_that_is_stated(
    pair: SitePair, path: str, seconds: int
) -> None:
    for site in (pair.here, pair.there):
        pair.keep_row(LEAD, VEILED_ISSUE, site)
    shown = pair.get(LEAD, f"/timesheet?view=range&{NOVEMBER}")
    assert VEILED in shown.text.lower()
    assert VEILED in pair.get(LEAD, path).text.lower()
    pair.here.veiled.actors[MEMBERS].people.remove(LEAD)
    pair.clock.move(seconds)
    after = pair.get(LEAD, path)
    assert VEILED not in after.text.lower()
    assert after.status_code < 500
    # What is offered for new time is made of what the timesheet read.
    pair.get(LEAD, f"/timesheet?view=range&{NOVEMBER}", pair.there)
    assert VEILED in pair.get(LEAD, path, pair.there).text.lower()


def test_whoever_is_locked_out_of_jira_is_locked_out_here(pair: SitePair) -> None:
    pair.here.jira.account = LEAD
    headers = HTMX | bearing(pair.here.jira.session_token())
    client, page = pair.here.jira.client, f"/timesheet?view=range&{NOVEMBER}"
    assert client.get(page, headers=headers).status_code == 200
    pair.here.emulated.people[LEAD].active = False
    pair.clock.move(300)
    assert client.get(page, headers=headers).status_code == 403
    pair.clock.move(631)
    assert client.get(page, headers=headers).status_code == 401
