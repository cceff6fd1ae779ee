"""Fill a site with fictional people, projects, issues, and worklogs, the same for the same seed and day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from jira_emulator.seeding.access import seed_roles
from jira_emulator.seeding.issues import seed_issues, seed_kinds, seed_projects
from jira_emulator.seeding.people import seed_people
from jira_emulator.seeding.work import seed_work
from jira_emulator.site import Site

MOST_PEOPLE = 500


def seed_site(site: Site, people: int = 12, months: int = 3, seed: int = 1) -> None:
    """Seed an empty site with 1 to 500 people who worked from the first of a month until the site's today (UTC)."""
    if not 1 <= people <= MOST_PEOPLE or months < 1:
        raise ValueError(f"people must be 1 to {MOST_PEOPLE} and months at least 1")
    today = site.clock().date()
    first = _months_before(today, months - 1)
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    first_ms = int(datetime.combine(first, time(), UTC).timestamp()) * 1000
    with site.lock:
        accounts = seed_people(site, people, seed)
        seed_roles(site)
        seed_kinds(site)
        seed_projects(site, accounts)
        counted = seed_issues(site, accounts, seed, first_ms)
        seed_work(site, accounts, seed, days, counted)


def _months_before(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, 1)
