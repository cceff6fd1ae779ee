"""Seed people and groups."""

from __future__ import annotations

import uuid
from random import Random

from jira_emulator.model import Group, Person
from jira_emulator.seeding.words import FIRST_NAMES, LAST_NAMES, LOCALES, ZONES
from jira_emulator.site import ADMIN_GROUP, NAMESPACE, USER_GROUP, Site

STAFF, OPERATIONS, LEADS = "staff", "operations", "team-leads"
HIDDEN_EMAIL, HIDDEN_ZONE, NO_WORK_IN_WEB, NO_PROJECT, DEACTIVATED = 4, 5, 6, 7, 8
"""Positions of people with special properties, from 0; the first person administers Jira."""
FORMER = "unknown-account"


def seed_people(site: Site, count: int, seed: int) -> list[Person]:
    """Return ``count`` people, and create a deleted account (not returned); put them into groups."""
    rng = Random(f"{seed}:people")
    pairs = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    people = [
        Person(
            account_id=_account_id(seed, number),
            display_name=f"{first} {last}",
            email=f"{first}.{last}@example.com".lower(),
            time_zone=ZONES[number % len(ZONES)],
            locale=LOCALES[number % len(LOCALES)] if number else "en_US",
            active=number != DEACTIVATED and not (number > DEACTIVATED and number % 47 == 0),
            email_hidden=number == HIDDEN_EMAIL or (number > DEACTIVATED and number % 5 == 0),
            zone_hidden=number == HIDDEN_ZONE or (number > DEACTIVATED and number % 11 == 0),
        )
        for number, (first, last) in enumerate(rng.sample(pairs, count))
    ]
    former_id = str(uuid.uuid5(NAMESPACE, f"{seed}:{FORMER}"))
    former = Person(former_id, "Former user", "", active=False, account_type="unknown", email_hidden=True)
    site.people.update({person.account_id: person for person in (*people, former)})
    _seed_groups(site, people, seed)
    return people


def former_account(site: Site) -> Person:
    """Return the deleted account."""
    return next(person for person in site.people.values() if person.account_type == "unknown")


def _account_id(seed: int, number: int) -> str:
    return f"712020:{uuid.uuid5(NAMESPACE, f'{seed}:person:{number}')}"


def _seed_groups(site: Site, people: list[Person], seed: int) -> None:
    ids = [person.account_id for person in people]
    members = {
        ADMIN_GROUP: ids[:1],
        USER_GROUP: ids,
        STAFF: ids[:NO_PROJECT] + ids[NO_PROJECT + 1 :],
        OPERATIONS: ids[0:4:3] + ids[10::7],
        LEADS: ids[:3] + ids[20::20],
        "empty-group": [],
    }
    for name, accounts in members.items():
        group_id = str(uuid.uuid5(NAMESPACE, f"{seed}:group:{name}"))
        site.groups[group_id] = Group(group_id, name, set(accounts))
