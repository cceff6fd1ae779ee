"""Sites in a test's database, and work that many do at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import cast

from flask import current_app, g

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.models import SiteRow
from timesheet.adapters.db.stores import open_stores
from timesheet.domain.errors import Conflict
from timesheet.domain.team import Team, system_roles
from timesheet.services.team_ports import Stores


class ManyRequests(Database):
    """A test plays requests of several sites, one after the other, in one context."""

    def enter(self, site: str) -> None:
        g.pop("database_scope", None)
        super().enter(site)


class InSite:
    """The database as the requests of one site have it: whatever is used of it, the site is entered before."""

    def __init__(self, database: Database, site: str) -> None:
        self._entered, self._site = database, site

    def __getattr__(self, name: str) -> object:
        self._entered.enter(self._site)
        return getattr(self._entered, name)


def in_site(database: Database, site: str) -> Database:
    """For stores of this site."""
    return cast(Database, InSite(database, site))


def stores_of(database: Database, key: str) -> Stores:
    """Install the app on a site; its stores."""
    address = f"https://{key}.atlassian.net"
    in_site(database, key).session.add(
        SiteRow(
            client_key=key,
            base_url=address,
            display_url=address,
            secret_version=1,
            status="installed",
            installed_at=datetime(2024, 1, 1, tzinfo=UTC),
        )
    )
    database.commit()
    return open_stores(in_site(database, key), key)


def make_team(stores: Stores, team_id: str = "team") -> Team:
    """A team with the two roles that come with it, whose ids are its own with ``-lead`` and ``-member``."""
    team = stores.teams.save(Team(team_id, team_id.capitalize(), "ana", stores.schemes.default_id()))
    names = iter((f"{team_id}-lead", f"{team_id}-member"))
    for role in system_roles(team_id, lambda: next(names)):
        stores.teams.save_role(role)
    return team


def at_once(database: Database, count: int, work: Callable[[int], object]) -> list[object]:
    """What each of ``count`` requests at the same time got, the Conflict where it was one."""
    app, start = current_app._get_current_object(), Barrier(count)  # type: ignore[attr-defined]

    def request(number: int) -> object:
        with app.app_context():
            start.wait(timeout=30)
            try:
                outcome = work(number)
            except Conflict as conflict:
                database.roll_back()
                return conflict
            database.commit()
            return outcome

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(request, range(count)))
